import numpy as np
import pyproj
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Polygon, box

from rasters.area import polygon_area_m2
from rasters.coverage import coverage_blocks, covering_grid, zone_edges
from rasters.errors import RefusedError
from rasters.grid import Grid
from rasters.sweep import UNIT
from rasters.zones import Zones

# an equal-area CRS: fractions are planar there, and pixels of 1 km lie on whole coordinates
ALBERS = pyproj.CRS.from_proj4("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +datum=WGS84")
WGS84 = pyproj.CRS.from_epsg(4326)
UTM = pyproj.CRS.from_epsg(32648)
KM = 1000.0


def grid_5x4():
    """Rows 4, columns 5; x 0..5 and y 0..4 in kilometres."""
    return Grid(crs=ALBERS, transform=Affine(KM, 0, 0, 0, -KM, 4 * KM), shape=(4, 5))


def zones_of(*shapes, crs=ALBERS):
    geometry = np.empty(len(shapes), dtype=object)
    geometry[:] = shapes
    codes = tuple(str(i) for i in range(len(shapes)))
    return Zones(codes=codes, names=codes, geometry=geometry, crs=crs)


def km(shape):
    return shapely.transform(shape, lambda xy: xy * KM)


def fractions(grid, zones, *, block=(4, 5), band_rows=None):
    """Return the units per zone and pixel, mm2 likewise, and the numbers of runs and edges."""
    units = np.zeros((len(zones.codes), *grid.shape), dtype=np.int64)
    areas = np.zeros_like(units)
    edges = zone_edges(grid, zones)
    runs = parts = 0
    for band in coverage_blocks(edges, block, band_rows=band_rows):
        for piece in band:
            runs += len(piece.runs)
            parts += len(piece.edges)
            for zone, row, c0, c1 in piece.runs.tolist():
                units[zone, row, c0:c1] += UNIT
                cols = np.arange(c0, c1, dtype=np.int32)
                areas[zone, row, c0:c1] += edges.areas.at(np.full_like(cols, row), cols)
            zone, row, col = piece.edges.T
            units[zone, row, col] += piece.fractions
            areas[zone, row, col] += piece.areas_mm2
            assert ((piece.fractions > 0) & (piece.fractions < UNIT)).all()
    return units, areas, runs, parts


def by_clipping(grid, shape):
    """Return the planar fraction of each pixel by shapely."""
    out = np.zeros(grid.shape)
    for row in range(grid.shape[0]):
        for col in range(grid.shape[1]):
            a, _, x, _, e, y = grid.transform[:6]
            xs, ys = (
                sorted((x + a * col, x + a * (col + 1))),
                sorted((y + e * row, y + e * (row + 1))),
            )
            pixel = box(xs[0], ys[0], xs[1], ys[1])
            out[row, col] = shapely.intersection(pixel, shape).area / pixel.area
    return out


HOLE = [(2, 1), (3, 1), (3, 2), (2, 2)]
GRID = [(0, 0), (5, 0), (5, 4), (0, 4)]
CASES = {
    "one pixel": (box(2, 2, 3, 3), 1, (1, 0)),
    "the grid": (box(0, 0, 5, 4), 20, (4, 0)),
    "half-covered rows": (box(0.5, 0.5, 3.5, 2.5), 6, (1, 10)),
    "a triangle in one pixel": (Polygon([(1.25, 1.25), (1.75, 1.25), (1.5, 1.75)]), 0.125, (0, 1)),
    "corner to corner": (Polygon([(0, 0), (4, 0), (4, 4)]), 8, (3, 4)),
    "vertices on corners": (Polygon([(2, 0), (4, 2), (2, 4), (0, 2)]), 8, (2, 8)),
    "a diamond": (Polygon([(2.5, 0.5), (4.5, 2.5), (2.5, 3.9), (0.5, 2.5)]), 6.8, None),
    "a hole of one pixel": (Polygon(GRID, [HOLE]), 19, (5, 0)),
    "a hole inside a pixel": (Polygon(GRID, [box(2.25, 1.25, 2.75, 1.75).exterior]), 19.75, None),
    "a hole wound as its shell": (Polygon(GRID, [HOLE[::-1]]), 19, (5, 0)),
    "a hole touching the shell": (
        Polygon(GRID, [[(0, 2), (1, 1), (2, 2), (1, 3)]]),
        18,
        None,
    ),
    "two parts in one pixel": (
        MultiPolygon([box(1.1, 1.1, 1.3, 1.3), box(1.5, 1.5, 1.8, 1.8)]),
        0.13,
        (0, 1),
    ),
    "parts touching at a corner": (MultiPolygon([box(0, 0, 1, 1), box(1, 1, 2, 2)]), 2, (2, 0)),
    "a sliver": (box(2.5, 0, 2.500001, 4), 4e-6, None),
    "a sliver below the unit": (box(2.5, 0, 2.5 + 1e-12, 4), 0, (0, 0)),
    "reversed": (Polygon([(1, 1), (1, 3), (3.5, 3), (3.5, 1)]), 5, None),
    "repeated vertices": (
        Polygon([(1, 1), (1, 1), (2.5, 1), (2.5, 2.5), (2.5, 2.5), (1, 2.5)]),
        2.25,
        None,
    ),
}
# these reach past the grid and are counted on the grid that covers them
PAST = {
    "larger than the grid": (box(-1, -1, 6, 5), 20),
    "left of it": (box(-3, 1, -1, 2), 0),
    "right of it": (box(6, 1, 8, 2), 0),
    "above it": (box(1, 5, 2, 7), 0),
    "below it": (box(1, -3, 2, -1), 0),
    "touching it": (box(-1, 1, 0, 3), 0),
    "over its left": (box(-2, 1, 1.25, 3), 2.5),
    "over its right": (box(4.25, 1, 9, 3), 1.5),
    "over a corner": (Polygon([(-1, 4), (1, 6), (1, 2), (-1, 2)]), 2),
    "over the whole row": (Polygon([(-10, 1), (20, 1.5), (20, 1)]), 1.0416667),
    "a point from the left": (Polygon([(-1, 0.5), (0.75, 1.5), (-1, 2.5)]), 9 / 28),
    "a point from the right": (Polygon([(7, 0.5), (4.25, 1.5), (7, 2.5)]), 9 / 44),
    "a V over the top": (Polygon([(1, 5), (2, 3.5), (3, 5)]), 1 / 6),
}


@pytest.mark.parametrize("name", CASES)
def test_degenerate_polygon_has_its_fraction_in_every_pixel(name):
    shape, expected, counts = CASES[name]
    units, _, runs, parts = fractions(grid_5x4(), zones_of(km(shape)))
    assert units.sum() / UNIT == pytest.approx(expected, abs=4e-10 + 1e-5 * (name == "a sliver"))
    np.testing.assert_allclose(
        units[0] / UNIT, by_clipping(grid_5x4(), km(shape)), atol=1.5e-10 + 1e-15
    )
    if counts is not None:
        assert (runs, parts) == counts


@pytest.mark.parametrize("name", PAST)
def test_polygon_past_the_grid_counts_wholly_on_the_covering_grid(name):
    shape, inside = PAST[name]
    zones = zones_of(km(shape))
    with pytest.raises(RefusedError, match="zones-outside"):
        zone_edges(grid_5x4(), zones)
    wide = covering_grid(grid_5x4(), zones)
    units, areas, _, _ = fractions(wide, zones, block=(3, 7))
    np.testing.assert_allclose(units[0] / UNIT, by_clipping(wide, km(shape)), atol=5e-10)
    assert units.sum() / UNIT == pytest.approx(shape.area, abs=1e-8)
    assert areas.sum() / 1e6 == pytest.approx(shape.area * 1e6, rel=1e-9)
    col, row = round(-wide.transform.c / KM), round(wide.transform.f / KM) - 4
    assert (units[0, row : row + 4, col : col + 5].sum() / UNIT) == pytest.approx(inside, abs=1e-7)


def test_grid_that_holds_the_zones_is_its_own_covering_grid():
    grid = grid_5x4()
    assert covering_grid(grid, zones_of(km(box(0, 0, 5, 4)))) is grid
    assert covering_grid(grid, zones_of(km(box(-1e-8, 0, 5, 4)))) is grid


def test_sweep_clips_at_the_grid_where_rounding_leaves_it():
    # within the slack of the check, left and right of the grid
    units, _, runs, parts = fractions(grid_5x4(), zones_of(km(box(-1e-8, 0, 5 + 1e-8, 4))))
    assert (units == UNIT).all()
    assert (runs, parts) == (4, 0)


def test_zero_width_spike_on_a_box_adds_nothing():
    # GEOS calls it invalid, so only the sweep itself can be asked
    spike = Polygon([(1, 1), (2, 1), (2, 2), (2, 3.5), (2, 2), (1, 2)])
    with pytest.raises(RefusedError, match="zones-invalid"):
        fractions(grid_5x4(), zones_of(km(spike)))


@pytest.mark.parametrize(
    "shape",
    [
        Polygon([(0.5, 0.5), (3.5, 2.5), (3.5, 0.5), (0.5, 2.5)]),
        MultiPolygon([box(0, 0, 3, 3), box(1, 1, 4, 4)]),
        Polygon(),
    ],
    ids=["bow tie", "overlapping parts", "empty"],
)
def test_invalid_polygon_is_refused(shape):
    with pytest.raises(RefusedError, match="zones-invalid"):
        zone_edges(grid_5x4(), zones_of(km(shape)))


def test_sweep_refuses_a_zone_that_overlaps_itself(monkeypatch):
    monkeypatch.setattr(shapely, "is_valid", lambda shapes: np.ones(len(shapes), dtype=bool))
    twice = km(MultiPolygon([box(0, 0, 3, 3), box(1, 1, 4, 4)]))
    with pytest.raises(RefusedError, match="zones-tangled"):
        fractions(grid_5x4(), zones_of(twice))


def test_sweep_refuses_zones_that_share_a_pixel_twice():
    with pytest.raises(RefusedError, match=r"zones-double.*by 200,000\.0 m2"):
        fractions(grid_5x4(), zones_of(km(box(0, 0, 0.6, 1)), km(box(0.4, 0, 1, 1))))


def test_long_horizontal_edges_need_no_more_room_than_they_get():
    grid = Grid(crs=ALBERS, transform=Affine(KM, 0, 0, 0, -KM, 90 * KM), shape=(90, 700))
    combs = MultiPolygon([box(0, y + 0.25, 700, y + 0.75) for y in range(90)])
    units, _, runs, parts = fractions(grid, zones_of(km(combs)), block=(64, 64))
    assert (units == UNIT // 2).all()
    assert (runs, parts) == (0, 63_000)


def voronoi(seed, n, crs=ALBERS, bounds=(0, 0, 12, 9)):
    rng = np.random.default_rng(seed)
    left, bottom, right, top = bounds
    points = rng.random((n, 2)) * (right - left, top - bottom) + (left, bottom)
    cells = shapely.voronoi_polygons(shapely.multipoints(points), extend_to=box(*bounds))
    clipped = shapely.intersection(shapely.get_parts(cells), box(*bounds))
    # one node per meeting of borders, as in a clean coverage
    noded = shapely.polygonize(shapely.get_parts(shapely.union_all(shapely.boundary(clipped))))
    return zones_of(*shapely.get_parts(noded), crs=crs)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(2, 60), rows=st.integers(1, 9))
def test_tiling_closes_to_the_last_unit_and_the_last_mm2(seed, n, rows):
    zones = voronoi(seed, n)
    zones = zones_of(*shapely.transform(zones.geometry, lambda xy: xy * KM))
    grid = Grid(crs=ALBERS, transform=Affine(KM, 0, 0, 0, -KM, 9 * KM), shape=(9, 12))
    units, areas, _, _ = fractions(grid, zones)
    assert (units.sum(axis=0) == UNIT).all()
    assert (areas.sum(axis=0) == 10**12).all()
    again, areas_again, _, _ = fractions(grid, zones, block=(rows, 5), band_rows=1)
    assert (units == again).all()
    assert (areas == areas_again).all()


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6), size=st.sampled_from([0.05, 0.5]))
def test_geographic_tiling_closes_on_the_polygons(seed, size):
    bounds = (100, 40, 104, 43)
    zones = voronoi(seed, 30, crs=WGS84, bounds=bounds)
    shape = (round(3 / size), round(4 / size))
    grid = Grid(crs=WGS84, transform=Affine(size, 0, 100, 0, -size, 43), shape=shape)
    units, areas, _, _ = fractions(grid, zones, block=(16, 16))
    assert (units.sum(axis=0) == UNIT).all()
    expected = zones.areas_m2()
    np.testing.assert_allclose(
        areas.sum(axis=(1, 2)) / 1e6,
        expected,
        rtol=0,
        atol=float(expected.sum()) * (1e-9 if size < 0.1 else 1e-7),
    )


def test_projected_zones_close_as_well_after_their_edges_are_cut():
    zones = voronoi(3, 40, crs=WGS84, bounds=(104, 40, 106, 42))
    grid = Grid(
        crs=ALBERS, transform=Affine(5 * KM, 0, -100 * KM, 0, -5 * KM, 4410 * KM), shape=(60, 40)
    )
    grid = covering_grid(grid, zones)
    units, areas, _, _ = fractions(grid, zones, block=(17, 19))
    inner = shapely.transform(
        box(104, 40, 106, 42).segmentize(0.01),
        lambda xy: np.column_stack(
            pyproj.Transformer.from_crs(4326, ALBERS, always_xy=True).transform(*xy.T)
        ),
    )
    whole = by_clipping(grid, inner) > 1 - 1e-12
    assert whole.sum() > 1000
    assert (units.sum(axis=0)[whole] == UNIT).all()
    expected = zones.areas_m2()
    np.testing.assert_allclose(areas.sum(axis=(1, 2)) / 1e6, expected, rtol=1e-6)
    assert areas.sum() / 1e6 == pytest.approx(expected.sum(), rel=2e-8)


def test_border_cut_from_either_side_has_the_same_pieces():
    border = [(104.0, 40.0), (104.3, 40.7), (105.1, 41.3), (105.0, 42.0)]
    west = Polygon([*border, (103, 42), (103, 40)])
    east = Polygon([*border[::-1], (106, 40), (106, 42)])
    grid = Grid(crs=UTM, transform=Affine(KM, 0, 0, 0, -KM, 5000 * KM), shape=(800, 900))
    edges = zone_edges(grid, zones_of(west, east, crs=WGS84))
    points = np.column_stack([edges.x0, edges.y0, edges.x1, edges.y1])
    pieces = [set(map(tuple, points[edges.zone == zone])) for zone in (0, 1)]
    lengths = np.hypot(*np.diff(np.array(border), axis=0).T)
    assert len(pieces[0] & pieces[1]) == np.ceil(lengths / 0.002).sum()


def test_south_up_grid_is_the_mirror_of_the_north_up_grid():
    zones = voronoi(5, 20, crs=WGS84, bounds=(100, 40, 104, 43))
    north = Grid(crs=WGS84, transform=Affine(0.5, 0, 100, 0, -0.5, 43), shape=(6, 8))
    south = Grid(crs=WGS84, transform=Affine(0.5, 0, 100, 0, 0.5, 40), shape=(6, 8))
    down, areas, _, _ = fractions(north, zones)
    up, areas_up, _, _ = fractions(south, zones)
    assert np.abs(down - up[:, ::-1]).max() <= 16  # units: T rounds from the other side
    np.testing.assert_allclose(areas, areas_up[:, ::-1], atol=100)


@pytest.mark.parametrize("seed", [1, 2])
def test_fractions_agree_with_shapely_on_small_cells(seed):
    zones = voronoi(seed, 25, bounds=(0, 0, 5, 4))
    zones = zones_of(*shapely.transform(zones.geometry, lambda xy: xy * KM))
    units, _, _, _ = fractions(grid_5x4(), zones)
    for i, shape in enumerate(zones.geometry):
        np.testing.assert_allclose(units[i] / UNIT, by_clipping(grid_5x4(), shape), atol=5e-9)


def test_fractions_agree_with_exactextract():
    exactextract = pytest.importorskip("exactextract")
    from exactextract.raster import NumPyRasterSource  # noqa: PLC0415

    zones = voronoi(11, 12)
    zones = zones_of(*shapely.transform(zones.geometry, lambda xy: xy * KM))
    grid = Grid(crs=ALBERS, transform=Affine(KM, 0, 0, 0, -KM, 9 * KM), shape=(9, 12))
    units, _, _, _ = fractions(grid, zones)
    cells = np.arange(108.0).reshape(9, 12)
    source = NumPyRasterSource(cells, 0, 0, 12 * KM, 9 * KM)
    for i, shape in enumerate(zones.geometry):
        feature = {
            "type": "Feature",
            "geometry": shapely.geometry.mapping(shape),
            "properties": {},
        }
        (answer,) = exactextract.exact_extract(source, feature, ["values", "coverage"])
        theirs = np.zeros(108)
        theirs[answer["properties"]["values"].astype(int)] = answer["properties"]["coverage"]
        np.testing.assert_allclose(units[i].ravel() / UNIT, theirs, atol=1e-7)


def test_park_smaller_than_a_pixel_gets_its_share():
    grid = Grid(crs=WGS84, transform=Affine(0.05, 0, 110, 0, -0.05, 41), shape=(4, 5))
    park = Polygon([(110.071, 40.902), (110.079, 40.903), (110.075, 40.909)])
    units, areas, runs, parts = fractions(grid, zones_of(park, crs=WGS84))
    assert (runs, parts) == (0, 1)
    assert areas.sum() / 1e6 == pytest.approx(polygon_area_m2(park, WGS84), rel=2e-6)
    assert LineString(park.exterior).length > 0
    assert units[0, 1, 1] > 0


def test_zones_outside_the_domain_of_the_projection_are_refused():
    polar = pyproj.CRS.from_proj4("+proj=laea +lat_0=90 +datum=WGS84")
    grid = Grid(crs=polar, transform=Affine(KM, 0, 0, 0, -KM, 0), shape=(4, 5))
    with pytest.raises(RefusedError, match="zones-off-projection"):
        zone_edges(grid, zones_of(box(0, -90, 1, -89), crs=WGS84))
