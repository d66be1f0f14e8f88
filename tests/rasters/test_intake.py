"""The pixels are read once, and all that is wrong with them is told at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyproj
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from rasters import intake
from rasters.grid import Grid
from rasters.intake import check_file, check_pixels, pixel_box
from rasters.legend import load_product
from rasters.product_schema import Unit

RNG = np.random.default_rng(3)


def told(found):
    return [(f.code, f.value) for f in found]


def test_sound_pixels_give_no_finding(make_source, land_cover, biomass):
    codes = RNG.integers(0, 10, (8, 10), dtype=np.uint8)
    assert check_pixels(make_source(codes, land_cover)) == []
    amounts = RNG.uniform(0, 900, (8, 10)).astype(np.float32)
    amounts[0, :3] = np.nan
    assert check_pixels(make_source(amounts, biomass)) == []


@pytest.mark.parametrize("kind", ["uint8", "int8", "uint16", "int16", "int32", "uint32"])
def test_every_unknown_code_is_named_with_its_pixels(make_source, land_cover, kind):
    data = RNG.integers(1, 10, (40, 50)).astype(kind)
    data[:4, :5] = 77
    data[9, 9] = 10
    found = check_pixels(make_source(data, land_cover))
    assert told(found) == [("raster-unknown-class", "10"), ("raster-unknown-class", "77")]
    assert "has 1 pixels of code 10" in found[0].what_en
    assert "has 20 pixels of code 77" in found[1].what_en
    assert "20 个像元的代码为 77" in found[1].what_zh
    assert "clcd" in found[1].what_en


def test_negative_codes_keep_their_sign(make_source, land_cover):
    data = np.ones((4, 5), np.int16)
    data[0, 0] = -7
    assert told(check_pixels(make_source(data, land_cover))) == [("raster-unknown-class", "-7")]


def test_the_legend_of_another_product_is_told_in_one_line(make_source, land_cover):
    data = np.arange(100, 150, dtype=np.uint8).reshape(5, 10)
    (found,) = check_pixels(make_source(data, land_cover))
    assert found.value.startswith("100, 101,")
    assert found.value.endswith("... (50)")
    assert "50 pixels" in found.what_en


def test_all_faults_of_amounts_are_found_at_once(make_source, biomass):
    data = np.full((64, 80), 100, np.float32)
    data[0, :2] = np.inf
    data[1, :3] = -9999
    data[1, 3] = -1
    data[2, :5] = 20_000
    data[3, :7] = 5_000
    found = check_pixels(make_source(data, biomass))
    assert told(found) == [
        ("raster-not-finite", "inf"),
        ("raster-negative", "-9999"),
        ("raster-above-maximum", "20000"),
    ]
    assert "2 infinite" in found[0].what_en
    assert "4 negative" in found[1].what_en
    assert "5 pixels above 10000" in found[2].what_en
    assert all(f.severity == "error" for f in found)


@pytest.mark.parametrize(
    ("unit", "scale", "high", "low"),
    [
        (Unit.MG_DRY_MATTER_PER_HA, 1.0, 1001, 999),
        (Unit.MG_DRY_MATTER_PER_HA, 0.1, 10_010, 9_990),
        (Unit.KG_DRY_MATTER_PER_M2, 1.0, 101, 99),
        (Unit.G_C_PER_M2, 1.0, 50_100, 49_900),
    ],
)
def test_implausible_biomass_is_warned_of_in_its_own_unit(
    make_source, biomass, unit, scale, high, low
):
    product = replace(biomass, unit=unit, scale=scale, valid_max=None)
    data = np.full((4, 5), low, np.int32)
    assert check_pixels(make_source(data, product)) == []
    data[1, 1] = high
    (found,) = check_pixels(make_source(data, product))
    assert (found.code, found.severity) == ("raster-implausible", "warning")
    assert found.value == f"{high * scale:g}"
    assert str(unit) in found.what_en


@pytest.mark.parametrize(
    ("unit", "scale", "high", "low"),
    [
        ("g C/m2/yr", 1.0, 3001, 3000),
        ("kg C/m2/yr", 0.0001, 30001, 30000),
        ("t C/ha/yr", 1.0, 31, 30),
    ],
)
def test_implausible_production_is_warned_of_as_a_slip_of_the_scale(
    make_source, unit, scale, high, low
):
    """MODIS writes 0.2786 kg C/m2 as 2786: taken as g C/m2 it is ten times too much."""
    product = replace(load_product("modis_mod17a3"), unit=Unit(unit), scale=scale, valid_max=None)
    data = np.full((4, 5), low, np.int32)
    assert check_pixels(make_source(data, product)) == []
    data[1, 1] = high
    (found,) = check_pixels(make_source(data, product))
    assert (found.code, found.severity) == ("raster-implausible", "warning")
    assert unit in found.what_en


def test_fill_values_of_modis_production_are_no_values_and_negative_pixels_are_told(make_source):
    product = load_product("modis_mod17a3")
    data = np.full((4, 5), 1045, np.int16)
    data[0] = [32761, 32763, 32765, 32766, 32767]
    assert check_pixels(make_source(data, product)) == []
    data[1, 1] = -50
    (found,) = check_pixels(make_source(data, product))
    assert (found.code, found.value) == ("raster-negative", "-50")


def test_a_file_without_any_value_is_warned_of(make_source, land_cover, biomass):
    (found,) = check_pixels(make_source(np.zeros((4, 5), np.uint8), land_cover))
    assert (found.code, found.severity) == ("raster-all-nodata", "warning")
    (found,) = check_pixels(make_source(np.full((4, 5), np.nan, np.float32), biomass))
    assert found.code == "raster-all-nodata"


def corrupt(path, *blocks):
    with rasterio.open(path, driver="GTiff") as dataset:
        offsets = [
            int(dataset.get_tag_item(f"BLOCK_OFFSET_{col}_{row}", "TIFF", bidx=1))
            for row, col in blocks
        ]
    content = bytearray(path.read_bytes())
    for offset in offsets:
        content[offset : offset + 30] = b"\xff" * 30
    path.write_bytes(content)


def test_lost_blocks_are_numbered_and_the_others_still_read(make_source, land_cover):
    data = RNG.integers(1, 10, (64, 96), dtype=np.uint8)
    data[40, 40] = 99
    tiled = {"tiled": True, "blockxsize": 32, "blockysize": 32, "compress": "deflate"}
    source = make_source(data, land_cover, **tiled)
    corrupt(source.path, (1, 2), (0, 1))
    found = check_pixels(source)
    assert told(found) == [
        ("raster-unknown-class", "99"),
        ("raster-block-unreadable", "(0, 1), (1, 2)"),
    ]
    assert "2 blocks" in found[1].what_en


def test_a_file_with_five_faults_shows_all_five(make_raster, land_cover):
    data = RNG.integers(1, 10, (64, 96), dtype=np.uint8)
    data[40, 40:43] = 99
    path = make_raster(
        data,
        crs="EPSG:4214",
        transform=Affine(0.5, 0.1, 100, 0, -0.5, 50),
        nodata=3,
        tiled=True,
        blockxsize=32,
        blockysize=32,
        compress="deflate",
    )
    corrupt(path, (0, 1))
    source, found = check_file(path, land_cover, year=2020)
    assert source is None
    assert [f.code for f in found] == [
        "grid-rotated",
        "grid-datum-local",
        "raster-nodata-is-class",
        "raster-unknown-class",
        "raster-block-unreadable",
    ]


def test_faults_of_the_pixels_alone_refuse_the_source(make_raster, land_cover):
    data = np.ones((4, 5), np.uint8)
    source, found = check_file(make_raster(data), land_cover)
    assert (found, source.grid.shape) == ([], (4, 5))
    data[0, 0] = 99
    source, found = check_file(make_raster(data), land_cover)
    assert (source, len(found)) == (None, 1)


def test_float_codes_are_refused_and_listed(make_raster, land_cover):
    data = np.array([[1, 2, 2.5], [np.nan, 3, 3]], np.float32)
    _, found = check_file(make_raster(data), land_cover)
    assert told(found) == [("raster-class-float", "float32"), ("raster-unknown-class", "2.5")]


def test_what_must_not_be_read_is_not_read(tmp_path, land_cover):
    path = tmp_path / "bomb.tif"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=65536,
        width=65536,
        count=1,
        dtype="uint8",
        crs="EPSG:4326",
        transform=Affine(1e-5, 0, 100, 0, -1e-5, 50),
        tiled=True,
        blockxsize=65536,
        blockysize=65536,
        SPARSE_OK=True,
    ):
        pass
    _, found = check_file(path, land_cover)
    assert [f.code for f in found] == ["raster-block-too-large"]


def test_only_the_land_that_matters_is_judged(make_raster, land_cover):
    data = np.ones((64, 96), np.uint8)
    data[60, 90] = 99
    path = make_raster(data, tiled=True, blockxsize=16, blockysize=16)
    _, found = check_file(path, land_cover)
    assert told(found) == [("raster-unknown-class", "99")]
    _, found = check_file(path, land_cover, bounds=(101, 45, 104, 48))
    assert found == []


@settings(max_examples=40, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    block=st.sampled_from([(1, 40), (16, 16), (3, 40), (16, 32)]),
    chunk=st.integers(1, 900),
)
def test_windows_cover_every_pixel_once(shape, block, chunk):
    whole = intake._CHUNK_PIXELS  # noqa: SLF001
    intake._CHUNK_PIXELS = chunk  # noqa: SLF001
    try:
        seen = np.zeros(shape, int)
        for row0, row1, col0, col1 in intake._windows(shape, block, None):  # noqa: SLF001
            assert row0 % block[0] == 0
            assert col0 % block[1] == 0
            seen[row0:row1, col0:col1] += 1
        assert (seen == 1).all()
    finally:
        intake._CHUNK_PIXELS = whole  # noqa: SLF001


@pytest.mark.parametrize(
    ("crs", "transform", "shape"),
    [
        ("EPSG:4326", Affine(0.1, 0, 100, 0, -0.1, 50), (200, 300)),
        ("EPSG:4326", Affine(0.1, 0, 460, 0, -0.1, 50), (200, 300)),
        ("EPSG:32649", Affine(1000, 0, 0, 0, -1000, 5.5e6), (900, 1000)),
        (
            "+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +datum=WGS84",
            Affine(1000, 0, -4e5, 0, 1000, 4.5e6),
            (900, 1000),
        ),
    ],
)
def test_the_box_of_pixels_holds_the_box_of_degrees(crs, transform, shape):
    grid = Grid(crs=pyproj.CRS.from_user_input(crs), transform=transform, shape=shape)
    bounds = (106.0, 43.0, 109.0, 46.0)
    row0, row1, col0, col1 = pixel_box(grid, bounds)
    lon, lat = RNG.uniform(106, 109, 500), RNG.uniform(43, 46, 500)
    if grid.crs.is_geographic:
        x, y = lon + (360 if transform.c > 180 else 0), lat
    else:
        x, y = pyproj.Transformer.from_crs(4326, grid.crs, always_xy=True).transform(lon, lat)
    cols, rows = (x - transform.c) / transform.a, (y - transform.f) / transform.e
    assert row0 <= rows.min()
    assert rows.max() <= row1
    assert col0 <= cols.min()
    assert cols.max() <= col1
    assert (row1 - row0) * (col1 - col0) < 1.6 * np.ptp(rows) * np.ptp(cols)


def test_land_that_the_raster_does_not_meet_has_an_empty_box():
    grid = Grid(crs=pyproj.CRS(4326), transform=Affine(0.1, 0, 100, 0, -0.1, 50), shape=(20, 30))
    row0, row1, col0, col1 = pixel_box(grid, (110, 40, 112, 42))
    assert row0 == row1 or col0 == col1
    assert list(intake._windows((20, 30), (16, 16), (row0, row1, col0, col1))) == []  # noqa: SLF001
