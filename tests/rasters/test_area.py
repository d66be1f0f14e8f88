import numpy as np
import pyproj
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod

from rasters.area import pixel_areas, polygon_area_m2, row_areas, row_curvature
from rasters.errors import GridError
from rasters.grid import MODIS_RADIUS_M, Grid, GridKind

WGS84 = CRS.from_epsg(4326)
SPHERE = CRS.from_proj4("+proj=longlat +R=6371007 +no_defs")
ALBERS = CRS.from_proj4("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +datum=WGS84")
UTM = CRS.from_epsg(32650)
GAUSS_KRUGER = CRS.from_epsg(4525)  # CGCS2000, zone 37, false easting 37,500,000 m
MODIS = CRS.from_proj4(f"+proj=sinu +R={MODIS_RADIUS_M} +units=m +no_defs")
WGS84_SURFACE_M2 = 510_065_621_724_088.0
ARC_SECOND = 1 / 3600


def north_up(left=106.0, top=42.0, size=0.25):
    return Affine(size, 0, left, 0, -size, top)


def grid_of(crs, transform, shape):
    return Grid(crs=crs, transform=transform, shape=shape)


@pytest.mark.parametrize(
    ("latitude", "wgs84", "sphere"),
    [
        (38, 752.2449, 751.7926),
        (40, 731.6108, 730.8359),
        (45, 676.1103, 674.6071),
        (50, 615.3281, 613.2442),
        (53, 576.5009, 574.1547),
    ],
)
def test_arc_second_has_the_golden_area(latitude, wgs84, sphere):
    # METHOD A1; the pixel is centred on the latitude
    transform = north_up(top=latitude + ARC_SECOND / 2, size=ARC_SECOND)
    authalic = CRS.from_proj4("+proj=longlat +R=6371007.181 +no_defs")
    assert row_areas(transform, 1, WGS84)[0] == pytest.approx(wgs84, abs=1e-4)
    assert row_areas(transform, 1, authalic)[0] == pytest.approx(sphere, abs=1e-4)


@pytest.mark.parametrize("size", [0.05, 0.5, 90.0])
def test_whole_globe_sums_to_the_ellipsoid_surface(size):
    areas = row_areas(north_up(left=-180, top=90, size=size), round(180 / size), WGS84)
    assert areas.sum() * 360 / size == pytest.approx(WGS84_SURFACE_M2, rel=1e-12)


def test_sphere_matches_its_own_formula():
    areas = row_areas(north_up(top=90, size=1.0), 180, SPHERE)
    assert areas.sum() * 360 == pytest.approx(4 * np.pi * 6371007**2, rel=1e-12)


@given(top=st.floats(-79, 80), size=st.floats(0.05, 0.5))
def test_agrees_with_the_geodesic_polygon(top, size):
    n = 200  # parallels are not geodesics: follow them in short steps
    lons = np.linspace(0, size, n)
    ring = np.concatenate([lons, lons[::-1]])
    lats = np.concatenate([np.full(n, top), np.full(n, top - size)])
    expected, _ = Geod(ellps="WGS84").polygon_area_perimeter(ring, lats)
    (area,) = row_areas(north_up(left=0, top=top, size=size), 1, WGS84)
    assert area == pytest.approx(abs(expected), rel=1e-5)


def test_south_up_rows_are_the_mirror_of_north_up_rows():
    down = row_areas(north_up(top=50), 8, WGS84)
    up = row_areas(Affine(0.25, 0, 106, 0, 0.25, 48), 8, WGS84)
    np.testing.assert_allclose(up, down[::-1], rtol=1e-12)


@pytest.mark.parametrize(
    ("transform", "crs", "message"),
    [
        (north_up(), CRS.from_epsg(3857), "geographic CRS, got 'WGS 84 / Pseudo-Mercator'"),
        (Affine(1, 0.1, 0, 0.1, -1, 40), WGS84, "without rotation"),
        (north_up(top=91), WGS84, "span 90.75 to 91 degrees"),
    ],
)
def test_refuses_grids_it_cannot_measure(transform, crs, message):
    with pytest.raises(GridError, match=message):
        row_areas(transform, 1, crs)


@settings(max_examples=30)
@given(top=st.floats(-60, 80), size=st.floats(1e-5, 0.5), rows=st.integers(1, 60))
def test_column_of_whole_mm2_telescopes_to_the_column(top, size, rows):
    areas = pixel_areas(grid_of(WGS84, north_up(top=top, size=size), (rows, 5)))
    assert areas.by_row.dtype == np.int64
    expected = row_areas(north_up(top=top, size=size), rows, WGS84).sum() * 1e6
    # two roundings of half a mm2, and of a double at the distance from the equator
    from_equator = row_areas(Affine(size, 0, 0, 0, -abs(top) - 30, abs(top)), 1, WGS84)[0] * 1e6
    assert abs(int(areas.by_row.sum()) - expected) <= 1 + 8 * 2**-52 * from_equator


def test_area_of_an_equal_area_pixel_is_its_square():
    areas = pixel_areas(grid_of(ALBERS, Affine(30, 0, 0, 0, -30, 4e6), (4, 5)))
    assert areas.by_row.tolist() == [900_000_000] * 4
    assert areas.smallest == 900_000_000


def test_modis_pixel_has_the_area_of_its_longitudes_and_latitudes():
    size = 463.3127165275
    transform = Affine(size, 0, 8_895_604.157, 0, -size, 5_559_752.598)
    grid = grid_of(MODIS, transform, (2400, 2400))
    assert grid.kind is GridKind.SINUSOIDAL
    areas = pixel_areas(grid)
    for row in (0, 1200, 2399):
        y = transform.f - size * np.array([row, row + 1])
        lat = np.degrees(y / MODIS_RADIUS_M)
        # a strip thin enough for its longitudes to be those of its middle
        n = 400
        fine = np.linspace(lat[1], lat[0], n + 1)
        per_degree = row_areas(Affine(1, 0, 0, 0, (lat[0] - lat[1]) / n, lat[1]), n, WGS84)
        width = np.degrees(size / (MODIS_RADIUS_M * np.cos(np.radians((fine[:-1] + fine[1:]) / 2))))
        expected = (per_degree * width).sum() * 1e6
        assert int(areas.by_row[row]) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize(
    ("crs", "left", "top", "size", "shape"),
    [
        (UTM, 100_000, 5_000_000, 30, (3000, 2000)),
        (UTM, 500_000, 5_900_000, 30, (2500, 3000)),
        (GAUSS_KRUGER, 37_350_000, 4_500_000, 1000, (300, 300)),
        (CRS.from_epsg(3034), 4_000_000, 3_000_000, 500, (400, 300)),  # Lambert conic
    ],
)
def test_conformal_pixels_have_the_areal_scale_of_proj(crs, left, top, size, shape):
    areas = pixel_areas(grid_of(crs, Affine(size, 0, left, 0, -size, top), shape))
    assert areas.by_row is None
    rng = np.random.default_rng(1)
    rows = rng.integers(0, shape[0], 100).astype(np.int32)
    cols = rng.integers(0, shape[1], 100).astype(np.int32)
    to_crs = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    x, y = left + (cols + 0.5) * size, top - (rows + 0.5) * size
    lon, lat = to_crs.transform(x, y, direction="INVERSE")
    scale = pyproj.Proj(crs).get_factors(lon, lat).areal_scale
    np.testing.assert_allclose(areas.at(rows, cols) * scale / (size**2 * 1e6), 1, atol=1e-8)


def test_coarse_conformal_pixel_has_the_area_of_its_outline():
    size = 5000
    transform = Affine(size, 0, 300_000, 0, -size, 4_900_000)
    areas = pixel_areas(grid_of(UTM, transform, (40, 60)))
    for row, col in ((0, 0), (17, 33), (39, 59)):
        x, y = 300_000 + col * size, 4_900_000 - (row + 1) * size
        expected = polygon_area_m2(shapely.box(x, y, x + size, y + size), UTM)
        (area,) = areas.at(np.array([row], dtype=np.int32), np.array([col], dtype=np.int32))
        assert area / 1e6 == pytest.approx(expected, rel=1e-9)
    assert areas.smallest <= areas.at(np.zeros(1, dtype=np.int32), np.zeros(1, dtype=np.int32))[0]


def test_nominal_cell_of_gauss_kruger_would_be_off_by_a_thousandth():
    # 3-degree zone edges: the reason why the nominal area is never used
    transform = Affine(30, 0, 37_500_000 - 250_000, 0, -30, 4_400_000)
    areas = pixel_areas(grid_of(GAUSS_KRUGER, transform, (4, 5)))
    first = np.zeros(1, dtype=np.int32)
    assert areas.at(first, first)[0] / 9e8 == pytest.approx(1 - 0.00153, abs=1e-5)


def test_grid_that_leaves_its_projection_is_refused():
    polar = CRS.from_proj4("+proj=ortho +lat_0=90 +datum=WGS84")
    grid = grid_of(polar, Affine(10_000, 0, 6e6, 0, -10_000, 6e6), (40, 50))
    with pytest.raises(GridError, match="leaves the domain of its projection"):
        pixel_areas(grid)


@pytest.mark.parametrize(
    ("crs", "transform", "message"),
    [
        (WGS84, north_up(top=95), r"span 94\.75 to 95 degrees"),
        (ALBERS, Affine(3e6, 0, 0, 0, -3e6, 9e6), "9e.12 m2 is too large"),
    ],
)
def test_refuses_pixels_past_a_pole_or_beyond_64_bits(crs, transform, message):
    with pytest.raises(GridError, match=message):
        pixel_areas(grid_of(crs, transform, (1, 2)))


def test_curvature_gives_the_area_of_half_a_row():
    size = 0.5
    grid = grid_of(WGS84, north_up(top=50, size=size), (6, 5))
    whole = row_areas(grid.transform, 6, WGS84)
    halves = row_areas(Affine(size, 0, 106, 0, -size / 2, 50), 12, WGS84)
    np.testing.assert_allclose(halves[::2] / whole, 0.5 + row_curvature(grid) / 4, rtol=1e-12)


def test_curvature_maps_any_part_of_a_coarse_row():
    size = 0.5
    grid = grid_of(WGS84, north_up(top=50, size=size), (1, 5))
    whole = row_areas(grid.transform, 1, WGS84)[0]
    k = row_curvature(grid)[0]
    for f in (0.1, 0.25, 0.7, 0.9):
        part = row_areas(Affine(size, 0, 106, 0, -size * f, 50), 1, WGS84)[0] / whole
        assert part == pytest.approx(f + k * f * (1 - f), abs=1e-6)


@pytest.mark.parametrize("crs", [ALBERS, UTM])
def test_curvature_is_none_where_areas_do_not_follow_the_row(crs):
    grid = grid_of(crs, Affine(30, 0, 3e5, 0, -30, 4.5e6), (4, 5))
    assert row_curvature(grid).tolist() == [0.0] * 4


def test_box_of_longitudes_and_latitudes_is_a_sum_of_rows():
    expected = row_areas(north_up(left=100, top=50, size=0.25), 40, WGS84).sum() * 20
    assert polygon_area_m2(shapely.box(100, 40, 105, 50), WGS84) == pytest.approx(
        expected, rel=1e-13
    )


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_polygon_with_slanting_edges_agrees_with_a_fine_geodesic_one(seed):
    rng = np.random.default_rng(seed)
    shape = shapely.convex_hull(shapely.multipoints(rng.random((8, 2)) * (2, 1.5) + (110, 40)))
    fine = shapely.segmentize(shape, 0.002)  # short geodesics follow the straight lon/lat edge
    expected, _ = Geod(ellps="WGS84").geometry_area_perimeter(fine)
    assert polygon_area_m2(shape, WGS84) == pytest.approx(abs(expected), rel=1e-6)


def test_polygon_area_ignores_winding_and_takes_holes_and_parts_off_and_on():
    shell = [(0, 0), (4, 0), (4, 4), (0, 4)]
    hole = [(1, 1), (2, 1), (2, 2), (1, 2)]
    whole = polygon_area_m2(shapely.Polygon(shell), WGS84)
    part = polygon_area_m2(shapely.Polygon(hole), WGS84)
    for ring in (hole, hole[::-1]):
        pierced = shapely.Polygon(shell, [ring])
        assert polygon_area_m2(pierced, WGS84) == pytest.approx(whole - part, rel=1e-12)
        both = shapely.multipolygons([pierced, shapely.Polygon(hole)])
        assert polygon_area_m2(both, WGS84) == pytest.approx(whole, rel=1e-12)
    assert polygon_area_m2(shapely.Polygon(shell[::-1]), WGS84) == pytest.approx(whole, rel=1e-14)
    assert polygon_area_m2(shapely.Polygon(), WGS84) == 0


def test_polygon_in_an_equal_area_crs_has_its_planar_area():
    shape = shapely.Polygon([(-5e5, 3e6), (8e5, 3.4e6), (7e5, 5e6), (-4e5, 4.6e6)])
    assert polygon_area_m2(shape, ALBERS) == pytest.approx(shape.area, rel=1e-9)


def test_polygon_in_modis_coordinates_has_the_area_of_its_pixels():
    size = 46_331.27165
    transform = Affine(size, 0, 8_895_604.157, 0, -size, 5_559_752.598)
    areas = pixel_areas(grid_of(MODIS, transform, (20, 10)))
    box = shapely.box(
        8_895_604.157, 5_559_752.598 - 20 * size, 8_895_604.157 + 10 * size, 5_559_752.598
    )
    assert polygon_area_m2(box, MODIS) == pytest.approx(
        int(areas.by_row.sum()) * 10 / 1e6, rel=1e-9
    )


def test_polygon_outside_its_projection_is_refused():
    polar = CRS.from_proj4("+proj=ortho +lat_0=90 +datum=WGS84")
    with pytest.raises(GridError, match="leaves the domain of"):
        polygon_area_m2(shapely.box(7e6, 7e6, 8e6, 8e6), polar)


@pytest.mark.parametrize(
    ("crs", "transform"),
    [
        (WGS84, north_up()),
        (ALBERS, Affine(1000, 0, 0, 0, -1000, 4_000_000)),
        (UTM, Affine(1000, 0, 300_000, 0, -1000, 4_900_000)),
    ],
)
def test_no_pixel_is_smaller_than_the_smallest(crs, transform):
    grid = Grid(crs=crs, transform=transform, shape=(40, 250))
    areas = pixel_areas(grid)
    rows, cols = (n.ravel().astype(np.int32) for n in np.indices(grid.shape))
    every = areas.at(rows, cols)
    assert areas.smallest <= every.min() <= areas.smallest * 1.002
