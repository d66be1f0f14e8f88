"""The pixels of a density map: which are inside, what they hold, and who may ask at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pyproj
import pytest
import shapely
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from rasters.align import class_layer, quantity_layer
from rasters.coverage import covering_grid
from rasters.density import NO_STRATUM, DensityTable, PixelTerm
from rasters.density_pixels import DensityPixels, MapLayers, change_of
from rasters.grid import Grid
from rasters.legend import load_product
from rasters.zones import Zones

NAN = np.nan
COVER = np.array(
    [
        [1, 1, 2, 2, 2, 2],
        [1, 1, 2, 2, 2, 2],
        [1, 1, 2, 0, 2, 2],
        [1, 1, 2, 2, 2, 7],
    ],
    np.uint8,
)
PLAIN = DensityTable(keys=((1, NO_STRATUM), (2, NO_STRATUM)), base=np.array([10.0, 20.0]))


def zones(*shapes, crs=4326):
    names = tuple(str(n) for n in range(len(shapes)))
    return Zones(
        codes=names,
        names=names,
        geometry=np.array(shapes, dtype=object),
        crs=pyproj.CRS(crs),
    )


@pytest.fixture
def land(make_source, land_cover):
    """Half-degree pixels from 100E 50N: cover classes 1 and 2, one without, one unknown (7)."""
    return make_source(COVER, land_cover, name="cover.tif", nodata=0)


def pixels_of(source, where, table=PLAIN, *, stratum=None, amounts=None):
    layers = MapLayers(
        code=class_layer(source.grid, source), stratum=stratum, amounts=amounts or {}
    )
    return DensityPixels(source.grid, where, layers, table)


def test_a_pixel_is_inside_where_a_zone_holds_its_centre(land):
    """The zone ends at 101.2E, short of the centre 101.25 of the third column."""
    made = pixels_of(land, zones(shapely.box(100, 48, 101.2, 50)))
    block = made(0, 4, 0, 6)
    assert block.dtype == np.float32
    expected = np.full((4, 6), NAN)
    expected[:, :2] = 10
    assert_array_equal(block, expected)
    wider = pixels_of(land, zones(shapely.box(100, 48, 101.3, 50)))
    expected[:, 2] = 20
    assert_array_equal(wider(0, 4, 0, 6), expected)


def test_land_without_a_class_or_without_a_density_is_blank(land):
    block = pixels_of(land, zones(shapely.box(100, 48, 103, 50)))(0, 4, 0, 6)
    assert np.isnan(block[2, 3])  # nodata
    assert np.isnan(block[3, 5])  # class 7 has no row in the table
    assert np.isfinite(block).sum() == 22


def test_zones_with_holes_and_several_zones_are_drawn_together(land):
    ring = shapely.box(100, 48, 103, 50).difference(shapely.box(101, 48.5, 102, 49.5))
    block = pixels_of(land, zones(ring))(0, 4, 0, 6)
    assert np.isnan(block[1:3, 2:4]).all()
    assert np.isfinite(block[0]).all()
    halves = zones(shapely.box(100, 48, 101.5, 50), shapely.box(101.5, 48, 103, 50))
    whole = zones(shapely.box(100, 48, 103, 50))
    assert_array_equal(pixels_of(land, halves)(0, 4, 0, 6), pixels_of(land, whole)(0, 4, 0, 6))


def test_a_block_says_what_the_whole_says(land):
    triangle = zones(shapely.Polygon([(100.1, 48.1), (102.9, 48.4), (101.2, 49.9)]))
    whole = pixels_of(land, triangle)(0, 4, 0, 6)
    assert 0 < np.isfinite(whole).sum() < 20
    for row0, row1, col0, col1 in [(0, 2, 0, 3), (1, 4, 2, 6), (3, 4, 0, 6), (0, 4, 1, 2)]:
        block = pixels_of(land, triangle)(row0, row1, col0, col1)
        wanted = whole[row0:row1, col0:col1]
        if block is None:
            assert np.isnan(wanted).all()
        else:
            assert_array_equal(block, wanted)


def test_a_block_that_no_zone_meets_is_none(land):
    made = pixels_of(land, zones(shapely.box(100, 49.5, 100.5, 50)))
    assert made(2, 4, 3, 6) is None
    # near enough to be clipped, yet it holds no centre
    touching = pixels_of(land, zones(shapely.box(99, 48, 100.1, 50)))
    assert touching(0, 4, 0, 6) is None


def test_amounts_are_taken_in_the_unit_of_their_product(make_source, land, biomass):
    """A pixel of 300 at scale 0.1 is 30 Mg/ha; half of it is carbon, 40 where it is missing."""
    stand = np.full((4, 6), 300, np.int16)
    stand[0, 0] = -32768
    scaled = replace(biomass, scale=0.1)
    source = make_source(stand, scaled, name="agb.tif", nodata=-32768)
    table = DensityTable(
        keys=((1, NO_STRATUM),),
        base=np.array([1.0]),
        terms=(
            PixelTerm(
                name="biomass",
                edges=(),
                factors=np.array([[0.5]]),
                fallback=np.array([40.0]),
            ),
        ),
    )
    made = pixels_of(
        land, zones(shapely.box(100, 48, 103, 50)), table,
        amounts={"biomass": quantity_layer(land.grid, source)},
    )  # fmt: skip
    block = made(0, 4, 0, 6)
    assert block[0, 0] == 41
    assert_allclose(block[1:, :2], 16)
    assert np.isnan(block[:, 2:]).all()


def test_land_without_a_stratum_has_the_density_of_no_stratum(make_source, land):
    types = load_product("ipcc_climate")
    first, second = (c.value for c in types.classes[:2])
    drawing = np.full((4, 6), first, np.uint8)
    drawing[1] = second
    drawing[2] = int(types.nodata[0])
    strata = make_source(drawing, types, name="strata.tif", nodata=types.nodata[0])
    keys = sorted([(1, NO_STRATUM), (1, first), (1, second)])
    table = DensityTable(
        keys=tuple(keys), base=np.array([{NO_STRATUM: 5.0, first: 6.0, second: 7.0}[s]
                                         for _, s in keys]),
    )  # fmt: skip
    made = pixels_of(
        land, zones(shapely.box(100, 48, 103, 50)), table,
        stratum=class_layer(land.grid, strata),
    )  # fmt: skip
    assert_array_equal(made(0, 4, 0, 1)[:, 0], [6, 7, 5, 6])


def test_zones_in_degrees_are_drawn_on_a_projected_grid(make_source, land_cover):
    albers = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +datum=WGS84 +units=m"
    source = make_source(
        np.full((4, 6), 1, np.uint8), land_cover, name="albers.tif", nodata=0, crs=albers,
        transform=Affine(1000, 0, 400_000, 0, -1000, 4_500_000),
    )  # fmt: skip
    to_degrees = pyproj.Transformer.from_crs(albers, 4326, always_xy=True)
    centres = [to_degrees.transform(400_500 + 1000 * c, 4_499_500) for c in range(6)]
    zone = shapely.union_all([shapely.Point(c).buffer(0.002) for c in centres[1:4]])
    block = pixels_of(source, zones(zone))(0, 4, 0, 6)
    assert_array_equal(np.isfinite(block), [[False, True, True, True, False, False],
                                            *[[False] * 6] * 3])  # fmt: skip


def test_threads_ask_at_once_and_get_what_one_gets(land):
    made = pixels_of(land, zones(shapely.box(100, 48, 103, 50)))
    whole = made(0, 4, 0, 6)
    boxes = [(r, r + 1, c, c + 2) for r in range(4) for c in range(5)] * 5
    with ThreadPoolExecutor(4) as pool:
        blocks = list(pool.map(lambda box: made(*box), boxes))
    for (row0, row1, col0, col1), block in zip(boxes, blocks, strict=True):
        assert_array_equal(block, whole[row0:row1, col0:col1])
    made.close()
    made.close()  # closing twice is no fault


def test_a_change_is_after_less_before_and_blank_where_either_is(make_source, land_cover, land):
    later = COVER.copy()
    later[0, 0], later[1, 0], later[2, 3] = 2, 0, 1
    other = make_source(later, land_cover, name="later.tif", nodata=0)
    where = zones(shapely.box(100, 48, 103, 50))
    change = change_of(pixels_of(land, where), pixels_of(other, where))
    block = change(0, 4, 0, 6)
    assert block.dtype == np.float32
    assert block[0, 0] == 10
    assert np.isnan(block[1, 0])
    assert np.isnan(block[2, 3])
    assert block[3, 0] == 0
    far = change_of(*(pixels_of(land, zones(shapely.box(0, 0, 1, 1))) for _ in range(2)))
    assert far(0, 4, 0, 6) is None


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 10**6), st.integers(3, 9))
def test_inside_is_what_shapely_says_of_every_centre(land, seed, corners):
    """Random corners around the land, split into cells that share borders, one with a hole."""
    rng = np.random.default_rng(seed)
    hull = shapely.MultiPoint(rng.uniform((99.8, 47.8), (103.2, 50.2), (corners, 2))).convex_hull
    cut = shapely.box(rng.uniform(100, 102), 47, 110, rng.uniform(48.5, 49.8))
    parts = [hull.difference(cut), hull.intersection(cut)]
    where = zones(*(p for p in parts if p.geom_type == "Polygon"))
    made = pixels_of(land, where, DensityTable(keys=((1, NO_STRATUM), (2, NO_STRATUM)),
                                               base=np.ones(2)))  # fmt: skip
    block = made(0, 4, 0, 6)
    x, y = np.meshgrid(100.25 + 0.5 * np.arange(6), 49.75 - 0.5 * np.arange(4))
    held = shapely.contains_xy(shapely.union_all(where.geometry), x, y) & np.isin(COVER, [1, 2])
    found = np.zeros((4, 6), bool) if block is None else np.isfinite(block)
    assert_array_equal(found, held)


def test_a_zone_inside_the_hole_of_another_is_inside(land):
    hole = shapely.box(100.6, 48.6, 101.9, 49.4)
    around = shapely.box(100, 48, 103, 50).difference(hole)
    both = pixels_of(land, zones(around, hole))(0, 4, 0, 6)
    whole = pixels_of(land, zones(shapely.box(100, 48, 103, 50)))(0, 4, 0, 6)
    assert_array_equal(both, whole)
    assert np.isnan(pixels_of(land, zones(around))(0, 4, 0, 6)[1, 2])


def test_a_centre_on_an_edge_belongs_to_the_zone_on_its_right_alone(land):
    left, right = shapely.box(100, 48, 101.25, 50), shapely.box(101.25, 48, 103, 50)
    inside = [np.isfinite(pixels_of(land, zones(z))(0, 4, 0, 6)[0]) for z in (left, right)]
    assert_array_equal(inside[0], [True, True, False, False, False, False])
    assert_array_equal(inside[1], [False, False, True, True, True, True])


def test_a_zone_on_a_wider_grid_is_drawn_at_its_place(land):
    """The reference grid is widened to hold the zones, so that columns begin left of the map."""
    where = zones(shapely.box(99, 48, 101, 50))
    grid = covering_grid(land.grid, where)
    assert isinstance(grid, Grid)
    assert grid.shape == (4, 8)
    layers = MapLayers(code=class_layer(grid, land), stratum=None, amounts={})
    block = DensityPixels(grid, where, layers, PLAIN)(0, 4, 0, 8)
    assert_array_equal(block[0], [NAN, NAN, 10, 10, NAN, NAN, NAN, NAN])
