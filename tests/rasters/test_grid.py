"""Which grids can be counted on, and of which kind they are."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyproj
import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from rasters.grid import (
    MODIS_RADIUS_M,
    Grid,
    GridKind,
    check_grid,
    has_unknown_datum,
    horizontal_crs,
    lonlat_transformer,
    same_crs,
    same_grid,
    sinusoidal_strip,
)

MODIS = "+proj=sinu +R=6371007.181 +units=m +no_defs"
CLCD_ALBERS = "+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +datum=WGS84"
MCD12C1 = (
    'GEOGCS["unknown",DATUM["Unknown based on Clarke 1866 ellipsoid",SPHEROID["Clarke 1866",'
    '6378206.4,294.978698213898]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]'
)


def grid_in(crs: str, transform: Affine | None = None, shape: tuple[int, int] = (4, 5)) -> Grid:
    known = horizontal_crs(pyproj.CRS.from_user_input(crs))
    if transform is None:
        transform = (
            Affine(0.05, 0, 110, 0, -0.05, 45)
            if known.is_geographic
            else Affine(30, 0, 500_000, 0, -30, 4_900_000)
        )
    return Grid(crs=known, transform=transform, shape=shape)


def codes(grid: Grid) -> list[str]:
    return [found.code for found in check_grid(grid, "a.tif")]


@pytest.mark.parametrize(
    ("crs", "kind"),
    [
        ("EPSG:4326", GridKind.GEOGRAPHIC),
        ("EPSG:4490", GridKind.GEOGRAPHIC),
        ("EPSG:4258", GridKind.GEOGRAPHIC),
        ("EPSG:4269", GridKind.GEOGRAPHIC),
        ("EPSG:9989", GridKind.GEOGRAPHIC),
        ("EPSG:4326+5773", GridKind.GEOGRAPHIC),
        (CLCD_ALBERS, GridKind.EQUAL_AREA),
        ("EPSG:6933", GridKind.EQUAL_AREA),
        ("ESRI:102025", GridKind.EQUAL_AREA),
        (MODIS, GridKind.SINUSOIDAL),
        ("EPSG:32650", GridKind.PROJECTED),
        ("EPSG:4507", GridKind.PROJECTED),
        ("EPSG:3395", GridKind.PROJECTED),
        ("ESRI:54009", GridKind.PROJECTED),
        ("+proj=igh +datum=WGS84", GridKind.PROJECTED),
    ],
)
def test_grids_of_accepted_crss_have_their_kind(crs, kind):
    grid = grid_in(crs)
    assert check_grid(grid, "a.tif") == []
    assert grid.kind is kind


@pytest.mark.parametrize(
    ("crs", "code", "value"),
    [
        ("EPSG:3857", "grid-web-mercator", "Pseudo-Mercator"),
        ("EPSG:3785", "grid-web-mercator", "Popular Visualisation"),
        ("EPSG:900913", "grid-web-mercator", "Google"),
        ("ESRI:102100", "grid-web-mercator", "Auxiliary_Sphere"),
        ("ESRI:102113", "grid-web-mercator", "WGS_1984_Web_Mercator"),
        ("+proj=merc +R=6378137", "grid-web-mercator", "unknown"),
        (
            "+proj=merc +a=6378137 +b=6378137 +nadgrids=@null +no_defs",
            "grid-web-mercator",
            "unknown",
        ),
        ('LOCAL_CS["drawing",UNIT["metre",1]]', "grid-local-crs", "drawing"),
        ("EPSG:4214", "grid-datum-local", "Beijing 1954 (Krassowsky 1940)"),
        ("EPSG:4610", "grid-datum-local", "Xian 1980 (IAG 1975)"),
        ("EPSG:2415", "grid-datum-local", "Beijing 1954"),
        ("EPSG:4047", "grid-datum-unknown", "Not specified"),
        (CLCD_ALBERS.replace("datum=WGS84", "ellps=krass"), "grid-datum-unknown", "Krassovsky"),
        (CLCD_ALBERS.replace("datum", "ellps"), "grid-datum-unknown", "WGS 84 ellipsoid"),
        ("EPSG:4019", "grid-datum-unknown", "Not specified"),
        (MCD12C1, "grid-datum-unknown", "Clarke 1866"),
        ("+proj=longlat +R=6371229", "grid-datum-unknown", "unknown"),
        ("+proj=sinu +R=6371229", "grid-datum-unknown", "unknown"),
        (
            "+proj=tmerc +lon_0=117 +ellps=krass +towgs84=15.8,-154.4,-82.3",
            "grid-datum-unknown",
            "Krassovsky",
        ),
        ("EPSG:2225", "grid-unit", "US survey foot"),
    ],
)
def test_crss_on_the_wrong_earth_are_refused_by_name(crs, code, value):
    (found,) = check_grid(grid_in(crs), "a.tif")
    assert (found.code, found.severity, found.where) == (code, "error", "a.tif")
    assert value in found.value
    assert found.value in found.what_en
    assert found.value in found.what_zh


def test_all_faults_of_a_crs_are_told_at_once():
    assert codes(grid_in("EPSG:4807")) == ["grid-unit", "grid-prime-meridian", "grid-datum-local"]


@pytest.mark.parametrize(
    ("transform", "expected"),
    [
        (Affine.identity(), ["grid-identity"]),
        (Affine(float("nan"), 0, 110, 0, -0.05, 45), ["grid-identity"]),
        (Affine(0.98, 0.17, 110, 0.17, -0.98, 45), ["grid-rotated"]),
        (Affine(0.05, 0.01, 110, 0, -0.05, 45), ["grid-rotated"]),
        (Affine(-0.05, 0, 110, 0, -0.05, 45), ["grid-mirrored"]),
        (Affine(0.05, 0, 110, 0, 0.05, 45), ["grid-south-up"]),
        (Affine(0.05, 0, 45, 0, -0.05, 110), ["grid-off-globe"]),
        (Affine(0.05, 0, 359.9, 0, -0.05, 45), ["grid-off-globe"]),
        (Affine(0.05, 0, -180.5, 0, -0.05, 45), ["grid-off-globe"]),
        (Affine(0.05, 0, 359.75, 0, -0.05, 45), []),
        (Affine(90, 0, -180, 0, -0.05, 45), ["grid-off-globe"]),
        (Affine(0.05, 0, -180, 0, -0.05, 90 + 1e-8), []),
    ],
)
def test_transforms_that_do_not_place_rows_on_the_earth_are_refused(transform, expected):
    assert codes(grid_in("EPSG:4326", transform)) == expected


def test_a_projected_grid_is_off_the_globe_only_as_a_whole():
    world = Affine(463.3127165, 0, -20015109.354, 0, -463.3127165, 10007554.677)
    assert codes(grid_in(MODIS, world, (43_200, 86_400))) == []
    assert codes(grid_in(MODIS, Affine(463, 0, 2e7, 0, -463, 9e6))) == ["grid-off-globe"]
    # the zone's number before the easting, forgotten in the CRS
    assert codes(grid_in("EPSG:4527", Affine(30, 0, 500_000, 0, -30, 4e6))) == ["grid-off-globe"]


def test_only_a_geographic_crs_without_named_datum_is_unknown():
    assert has_unknown_datum(pyproj.CRS(MCD12C1))
    assert not has_unknown_datum(pyproj.CRS(4214))
    assert not has_unknown_datum(pyproj.CRS(4326))
    assert not has_unknown_datum(pyproj.CRS(CLCD_ALBERS.replace("datum=WGS84", "ellps=krass")))


def test_bounds_and_size_are_positive_on_a_south_up_grid():
    grid = grid_in("EPSG:4326", Affine(0.5, 0, 100, 0, 0.25, 40))
    assert grid.bounds == (100, 40, 102.5, 41)
    assert grid.pixel_size == (0.5, 0.25)
    assert str(grid) == ("origin (100, 40), pixel 0.5 x 0.25, 4 rows x 5 columns, WGS 84")


def test_grids_are_the_same_to_a_millionth_of_a_pixel_and_no_further():
    grid = grid_in("EPSG:4326")
    size = grid.transform.a

    def moved(pixels: float) -> Grid:
        return grid_in("EPSG:4326", Affine(size, 0, 110 + pixels * size, 0, -size, 45))

    assert same_grid(grid, grid_in("EPSG:4490"))
    assert same_grid(grid, moved(0.9e-6))
    assert not same_grid(grid, moved(2e-6))
    assert not same_grid(grid, grid_in("EPSG:4326", shape=(5, 4)))
    # a pixel size off by a ten-millionth drifts over a wide raster
    wide = Affine(size * (1 + 1e-7), 0, 110, 0, -size, 45)
    assert same_grid(grid, grid_in("EPSG:4326", wide))
    assert not same_grid(grid_in("EPSG:4326", shape=(4, 50)), grid_in("EPSG:4326", wide, (4, 50)))


def test_crss_compare_by_meaning_and_only_accepted_datums_are_taken_as_one():
    assert same_crs(pyproj.CRS(4326), pyproj.CRS("OGC:CRS84"))
    assert same_crs(pyproj.CRS(4326), pyproj.CRS(4490))
    assert not same_crs(pyproj.CRS(4326), pyproj.CRS(4214))
    assert not same_crs(pyproj.CRS(32650), pyproj.CRS(32649))
    assert same_crs(pyproj.CRS(32650), pyproj.CRS(pyproj.CRS(32650).to_wkt("WKT1_GDAL")))


def test_coordinates_pass_without_a_datum_step():
    lon, lat = lonlat_transformer(pyproj.CRS(MODIS)).transform(8e6, 5e6, direction="INVERSE")
    assert lat == pytest.approx(np.degrees(5e6 / MODIS_RADIUS_M), abs=1e-12)
    assert lon == pytest.approx(
        np.degrees(8e6 / MODIS_RADIUS_M / np.cos(np.radians(lat))), abs=1e-9
    )
    assert lonlat_transformer(pyproj.CRS(4490)).transform(111, 41) == (111, 41)
    with pytest.raises(ValueError, match="has no geographic base"):
        lonlat_transformer(pyproj.CRS('LOCAL_CS["x",UNIT["metre",1]]'))


@given(lat=st.floats(-89, 88.9), lon=st.floats(-170, 170), size=st.floats(200, 5000))
def test_a_modis_pixel_has_the_area_of_its_longitudes_and_latitudes(lat, lon, size):
    """A slice of the ellipsoid between two parallels, by pyproj's geodesic polygons."""
    y0 = np.radians(lat) * MODIS_RADIUS_M
    # the meridian's own part of the polygon, so that its sides are short: 1000 slices
    y = np.linspace(y0, y0 + size, 11)
    ellipsoid = pyproj.Geod(ellps="WGS84")
    area = 0.0
    for low, high in pairwise(y):
        middle = (low + high) / 2 / MODIS_RADIUS_M
        width = np.degrees(size / MODIS_RADIUS_M / np.cos(middle))
        south, north = np.degrees([low, high]) / MODIS_RADIUS_M
        # many short chords along the parallels, for a geodesic is not a parallel
        x = lon + np.linspace(0, width, 20)
        ring_x = np.concatenate([x, x[::-1]])
        ring_y = np.concatenate([np.full(20, south), np.full(20, north)])
        area += abs(ellipsoid.polygon_area_perimeter(ring_x, ring_y)[0])
    measured = size * np.diff(sinusoidal_strip(np.array([y0, y0 + size])))[0]
    assert_allclose(measured, area, rtol=2e-6)


def test_the_strip_is_odd_and_grows_northwards():
    y = np.linspace(0, 1e7, 50)
    strip = sinusoidal_strip(y)
    assert_allclose(sinusoidal_strip(-y), -strip, atol=0)
    assert (np.diff(strip) > 0).all()
