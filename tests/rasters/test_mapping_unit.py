"""Patches of change below the unit keep the earlier class; larger ones stand as they are."""

import numpy as np
import pyproj
import pytest
import rasterio
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rasters.area import pixel_areas
from rasters.errors import SourceError
from rasters.legend import load_product
from rasters.map_series import filter_grid
from rasters.mapping_unit import large_changes
from rasters.patches import label_strip

ALBERS = pyproj.CRS.from_proj4("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +datum=WGS84").to_wkt()
PIXELS_30M = Affine(30, 0, 100_000, 0, -30, 4_000_000)
PIXEL_MM2 = 900 * 10**6
EVERYWHERE = (60.0, 20.0, 150.0, 60.0)


def drawn(text):
    return np.array([[int(c) for c in line] for line in text.split()], dtype=np.uint8)


def sources_of(make_source, series, *, product, crs=ALBERS, transform=PIXELS_30M, **raster):
    return {
        year: make_source(
            data, product, year=year, name=f"lc_{year}.tif", crs=crs, transform=transform, **raster
        )
        for year, data in series.items()
    }


def read(source):
    with rasterio.open(source.path) as dataset:
        return dataset.read(source.band)


def run(sources, folder, *, unit, bounds=EVERYWHERE, workers=2):
    first = next(iter(sources.values()))
    grid = filter_grid(first, [bounds], maps=len(sources), unit_mm2=unit)
    assert grid is not None
    steps = []
    found = large_changes(
        sources, grid, unit_mm2=unit, folder=folder, workers=workers,
        on_progress=lambda *step: steps.append(step),
    )  # fmt: skip
    assert steps[-1][0] == steps[-1][1]
    assert steps == sorted(steps)
    return found


def test_the_hand_made_series(make_source, land_cover, tmp_path):
    """0.27 ha are three pixels of 30 m. Only the three 4s of the left and the four 2s remain."""
    before = drawn("11111 11111 11122 11122 11111")
    after = drawn("41110 41133 41122 11122 22221")
    sources = sources_of(make_source, {2020: before, 2023: after}, product=land_cover)
    found = run(sources, tmp_path, unit=3 * PIXEL_MM2)
    assert found[2020] is sources[2020]
    assert read(found[2023]).tolist() == drawn("41110 41111 41122 11122 22221").tolist()
    one_less = run(sources, tmp_path / "b", unit=2 * PIXEL_MM2)
    np.testing.assert_array_equal(read(one_less[2023]), after)
    more = run(sources, tmp_path / "c", unit=4 * PIXEL_MM2)
    assert read(more[2023]).tolist() == drawn("11110 11111 11122 11122 22221").tolist()


def test_a_patch_that_grows_is_a_change_from_the_map_in_which_it_reaches_the_unit(
    make_source, land_cover, tmp_path
):
    series = {
        2000: drawn("11111 11111 11111 11111"),
        2005: drawn("11111 12111 11111 11111"),
        2010: drawn("11111 12211 11111 11111"),
        2015: drawn("11111 12211 12111 11111"),
    }
    found = run(sources_of(make_source, series, product=land_cover), tmp_path, unit=3 * PIXEL_MM2)
    assert (read(found[2005]) == 1).all()
    assert (read(found[2010]) == 1).all()
    np.testing.assert_array_equal(read(found[2015]), series[2015])


def test_a_value_without_a_class_is_neither_change_nor_patch(make_source, land_cover, tmp_path):
    before = drawn("11111 11111 11111 11711")
    after = drawn("11111 12021 11111 11211")
    after[0, 0] = 77  # no class of CLCD: refused where it is counted, and left for that
    before[3, 4] = 0
    sources = sources_of(make_source, {2020: before, 2023: after}, product=land_cover)
    expected = drawn("11111 11011 11111 11711")
    expected[0, 0] = 77
    np.testing.assert_array_equal(read(run(sources, tmp_path, unit=10**12)[2023]), expected)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_undoing_twice_is_undoing_once_and_adds_no_change(
    make_source, land_cover, tmp_path, seed, pixels
):
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 4, (9, 14), dtype=np.uint8)
    series = {2000: first}
    for year in (2010, 2020):
        moved = rng.random(first.shape) < 0.4
        series[year] = np.where(moved, rng.integers(0, 4, first.shape), first).astype(np.uint8)
    sources = sources_of(make_source, series, product=land_cover)
    unit = pixels * PIXEL_MM2
    once = run(sources, tmp_path / "once", unit=unit)
    twice = run(once, tmp_path / "twice", unit=unit)
    maps = {year: read(source) for year, source in once.items()}
    for year, data in series.items():
        np.testing.assert_array_equal(read(twice[year]), maps[year])
        np.testing.assert_array_equal(maps[year] == 0, data == 0)
    for before, after in ((2000, 2010), (2010, 2020)):
        seen = (maps[before] > 0) & (series[after] > 0)
        changed = seen & (maps[before] != maps[after])
        # what stands is what the later map says where it differs from the earlier one
        assert (changed <= (seen & (maps[before] != series[after]))).all()
        np.testing.assert_array_equal(maps[after][changed], series[after][changed])


def test_strips_and_threads_make_no_difference(make_source, land_cover, tmp_path):
    """Three strips over twenty degrees: pixels of the south are larger than those of the north."""
    rng = np.random.default_rng(5)
    before = rng.integers(1, 4, (4100, 600), dtype=np.uint8)
    after = np.where(rng.random(before.shape) < 0.3, 4, before).astype(np.uint8)
    place = {"crs": "EPSG:4326", "transform": Affine(0.005, 0, 110, 0, -0.005, 50)}
    found = []
    for workers, tiling in ((1, {}), (2, {"tiled": True, "blockxsize": 64, "blockysize": 64})):
        sources = sources_of(
            make_source, {2020: before, 2023: after}, product=land_cover, **place, **tiling
        )
        areas = pixel_areas(sources[2020].grid).by_row
        unit = 4 * int(areas[2000])
        folder = tmp_path / str(workers)
        found.append(read(run(sources, folder, unit=unit, workers=workers)[2023]))
    whole = label_strip(before, after, areas[:, np.newaxis], unit)
    small = (whole.areas < unit)[whole.labels] & (whole.labels > 0)
    for one in found:
        np.testing.assert_array_equal(one, np.where(small, before, after))
    assert areas[1999] < areas[2000]


def test_a_patch_that_leaves_the_land_is_measured_whole(make_source, land_cover, tmp_path):
    """A line of change of ten pixels, of which the land holds the first: nothing is cut off."""
    pixel = 0.01
    grid = Affine(pixel, 0, 110, 0, -pixel, 44)
    before = np.full((40, 60), 1, dtype=np.uint8)
    after = before.copy()
    after[20, 20:30] = 2
    after[20, 35] = 2
    series = {2020: before, 2023: after}
    sources = sources_of(
        make_source, series, product=land_cover, crs="EPSG:4326", transform=grid,
        tiled=True, blockxsize=16, blockysize=16,
    )  # fmt: skip
    unit = int(9.5 * pixel_areas(sources[2020].grid).by_row[20])
    land = (110.16, 43.75, 110.205, 43.85)  # columns 16 to 20
    window = filter_grid(sources[2020], [land], maps=2, unit_mm2=unit)
    assert window.shape[1] < 60
    kept = run(sources, tmp_path, unit=unit, bounds=land)[2023]
    at = round((kept.grid.transform.c - 110) / pixel)
    assert (read(kept)[:, 20 - at] == 2).sum() == 1
    # of the same change a unit of twelve pixels leaves nothing
    none = run(sources, tmp_path / "b", unit=int(unit * 12 / 9.5), bounds=land)[2023]
    assert (read(none) == 1).all()


def test_the_margin_grows_with_the_unit_and_the_number_of_maps(make_source, land_cover):
    """In steps of a tile towards the north and west; a strip is as wide as the raster."""
    transform = Affine(1000, 0, -150_000, 0, -1000, 4_000_000)
    source = make_source(
        np.full((208, 304), 1, dtype=np.uint8), land_cover, crs=ALBERS, transform=transform,
        tiled=True, blockxsize=16, blockysize=16,
    )  # fmt: skip
    x, y = 150_500 - 150_000, 4_000_000 - 100_500
    lon, lat = pyproj.Transformer.from_crs(ALBERS, 4326, always_xy=True).transform(x, y)
    land = (lon, lat, lon, lat)  # a place in row 100, column 150

    def edges(**given):
        grid = filter_grid(source, [land], **given)
        left, top = grid.transform.c, grid.transform.f
        row0, col0 = round((4_000_000 - top) / 1000), round((left + 150_000) / 1000)
        return row0, row0 + grid.shape[0], col0, col0 + grid.shape[1]

    # one pixel around the place, then 5 pixels, then 5 for each of three changes
    assert edges(maps=2) == (96, 102, 144, 152)
    assert edges(maps=2, unit_mm2=5 * 10**12) == (80, 107, 144, 157)
    assert edges(maps=4, unit_mm2=5 * 10**12) == (80, 117, 128, 167)
    assert edges(maps=2, unit_mm2=10**15) == (0, 208, 0, 304)
    assert filter_grid(source, [(10.0, 0.0, 11.0, 1.0)], maps=2) is None


def test_each_pixel_of_a_conformal_grid_has_its_own_area(make_source, land_cover, tmp_path):
    """UTM: three pixels at the edge of the zone are smaller on the earth than in the middle."""
    transform = Affine(1000, 0, 500_000, 0, -1000, 4_900_000)
    before = np.full((4, 250), 1, dtype=np.uint8)
    after = before.copy()
    after[1, 1:4] = 2
    after[1, 240:243] = 2
    sources = sources_of(
        make_source, {2020: before, 2023: after}, product=land_cover, crs="EPSG:32649",
        transform=transform,
    )  # fmt: skip
    areas = pixel_areas(sources[2020].grid)
    rows = np.ones(3, dtype=np.int32)
    middle, edge = (
        int(areas.at(rows, np.arange(c, c + 3, dtype=np.int32)).sum()) for c in (1, 240)
    )
    assert edge < middle
    kept = read(run(sources, tmp_path, unit=(edge + middle) // 2)[2023])
    assert kept[1, 1:4].tolist() == [2, 2, 2]
    assert kept[1, 240:243].tolist() == [1, 1, 1]


def test_types_of_two_dates_may_differ(make_source, tmp_path):
    product = load_product("gbt21010")
    series = {
        2020: np.full((4, 5), 301, dtype=np.int16),
        2023: np.full((4, 5), 101, dtype=np.uint8),
    }
    sources = {
        year: make_source(
            data, product, year=year, name=f"lc_{year}.tif", crs=ALBERS, transform=PIXELS_30M
        )
        for year, data in series.items()
    }
    found = run(sources, tmp_path, unit=10**15)
    assert (read(found[2023]) == 301).all()
    assert found[2023].dtype == "int16"


def test_a_map_that_cannot_be_written_says_so(make_source, land_cover, tmp_path):
    data = np.full((4, 5), 1, dtype=np.uint8)
    sources = sources_of(make_source, {2020: data, 2023: data}, product=land_cover)
    blocked = tmp_path / "out" / "2023" / "lc_2023.tif"
    blocked.mkdir(parents=True)
    with pytest.raises(SourceError, match="cannot be written"):
        run(sources, tmp_path / "out", unit=10**12)
