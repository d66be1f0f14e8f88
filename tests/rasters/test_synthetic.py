from __future__ import annotations

import hashlib

import numpy as np
import pyproj
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from rasters.errors import GridError
from rasters.synthetic import (
    Line,
    coarsen,
    fill,
    make_canvas,
    noise,
    proximity,
    take,
    write_raster,
)

_WEST, _EAST = box(110.03, 40.02, 110.52, 40.41), box(110.52, 40.02, 110.9, 40.41)


def _canvas(**changes):
    settings = {"per_degree": 40, "margin": 0.05, "align": 4} | changes
    return make_canvas([_WEST, _EAST], **settings)


def _rng(seed=7):
    return np.random.Generator(np.random.PCG64(seed))


def _still(canvas):
    return np.zeros(len(canvas.rows), dtype=np.float32), np.zeros(
        len(canvas.rows), dtype=np.float32
    )


def test_a_canvas_covers_its_polygons_and_margin_on_aligned_edges():
    canvas = _canvas()
    assert canvas.shape[0] % 4 == canvas.shape[1] % 4 == 0
    assert canvas.transform.a == pytest.approx(1 / 40)
    assert (canvas.transform.c * 10) == pytest.approx(round(canvas.transform.c * 10))
    lon, lat = canvas.lonlat
    inside = (lon > 110.03) & (lon < 110.9) & (lat > 40.02) & (lat < 40.41)
    np.testing.assert_array_equal(canvas.inside, inside)
    assert lon.min() > 109.97
    assert lat.max() < 40.47
    np.testing.assert_array_equal(canvas.group[inside], (lon[inside] > 110.52).astype(int))


def test_pixel_areas_of_a_canvas_are_geodesic():
    canvas = _canvas()
    lon, lat = canvas.lonlat
    west, north = canvas.cols[5] / 40 + canvas.transform.c, canvas.transform.f - canvas.rows[5] / 40
    area = pyproj.Geod(ellps="WGS84").geometry_area_perimeter(
        box(west, north - 1 / 40, west + 1 / 40, north).segmentize(1e-3)
    )[0]
    assert canvas.area_m2[5] == pytest.approx(abs(area), rel=1e-6)
    assert len(lon) == len(lat) == len(canvas.area_m2)


@pytest.mark.parametrize(
    ("polygons", "align", "text"),
    [([], 4, "needs at least one polygon, got none"), ([_WEST], 7, "divide the 40 pixels.*got 7")],
)
def test_a_canvas_refuses(polygons, align, text):
    with pytest.raises(GridError, match=text):
        make_canvas(polygons, per_degree=40, margin=0.05, align=align)


def test_noise_is_standardised_smooth_and_repeatable():
    canvas = _canvas(per_degree=200)
    field = noise(canvas, _rng(), wavelengths=(0.2, 0.1))
    assert field.mean() == pytest.approx(0, abs=1e-4)
    assert field.std() == pytest.approx(1, abs=1e-4)
    next_to = (np.diff(canvas.rows) == 0) & (np.diff(canvas.cols) == 1)
    assert np.abs(np.diff(field)[next_to]).max() < 0.6
    np.testing.assert_array_equal(field, noise(canvas, _rng(), wavelengths=(0.2, 0.1)))
    assert (field != noise(canvas, _rng(8), wavelengths=(0.2, 0.1))).any()


def test_proximity_is_the_weight_on_a_line_and_half_of_it_at_its_width():
    canvas = _canvas(per_degree=48)
    line = Line(points=((109.0, 40.25), (112.0, 40.25)), width_km=111.32 / 12, weight=0.8)
    field = proximity(canvas, [line], warp=_still(canvas))
    _, lat = canvas.lonlat
    # half a pixel from the line: d = 1/96 degree of the width of 1/12
    nearest = np.abs(lat - 40.25) < 0.011
    np.testing.assert_allclose(field[nearest], 0.8 / (1 + (12 / 96) ** 2), atol=0.02)
    edge = np.abs(np.abs(lat - 40.25) - 1 / 12) < 0.011
    np.testing.assert_allclose(field[edge], 0.4, atol=0.06)


def test_proximity_moves_with_the_warp():
    canvas = _canvas(per_degree=48)
    spot = [Line(points=((110.5, 40.2),), width_km=5.0)]
    still = proximity(canvas, spot, warp=_still(canvas))
    # every pixel looks 0.125 degrees east and 0.0625 south, so the spot is seen west and north
    east = np.full(len(canvas.rows), 0.125, dtype=np.float32)
    moved = proximity(canvas, spot, warp=(east, -east / 2))
    lon, lat = canvas.lonlat
    assert lon[still.argmax()] - lon[moved.argmax()] == pytest.approx(0.125, abs=0.021)
    assert lat[moved.argmax()] - lat[still.argmax()] == pytest.approx(0.0625, abs=0.021)


def test_no_line_is_no_proximity():
    canvas = _canvas()
    assert not proximity(canvas, [], warp=_still(canvas)).any()


@settings(max_examples=40, deadline=None)
@given(
    shares=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_class_takes_its_area_to_half_a_pixel(shares, seed):
    canvas = _canvas()
    score = np.random.default_rng(seed).random(len(canvas.rows), dtype=np.float32)
    candidates = score > 0.1
    possible = np.array(
        [canvas.area_m2[candidates & canvas.inside & (canvas.group == g)].sum() for g in (0, 1)]
    )
    target = possible * shares
    chosen = take(canvas, score, candidates, target)
    assert not (chosen & ~candidates).any()
    for g in (0, 1):
        mine = chosen & (canvas.group == g)
        got = canvas.area_m2[mine & canvas.inside].sum()
        assert abs(got - target[g]) <= canvas.area_m2.max() / 2 + 1e-3
        left = candidates & ~chosen & (canvas.group == g)
        if mine.any() and left.any():
            assert score[mine].min() >= score[left].max() - 2 / 65535  # as ranked


def test_filling_gives_every_pixel_one_class_and_each_class_its_area():
    canvas = _canvas()
    rng = np.random.default_rng(1)
    scores = {7: rng.random(len(canvas.rows)), 3: rng.random(len(canvas.rows))}
    targets = {7: np.array([2e8, 5e8]), 3: np.array([3e8, 0.0])}
    values = fill(canvas, scores, targets, rest=9)
    assert set(np.unique(values)) == {3, 7, 9}
    for value, wanted in targets.items():
        for g in (0, 1):
            here = (values == value) & canvas.inside & (canvas.group == g)
            assert canvas.area_m2[here].sum() == pytest.approx(wanted[g], abs=4e6)


def test_coarsening_averages_what_is_valid():
    canvas = _canvas()
    values = np.random.default_rng(2).random(len(canvas.rows)).astype(np.float32)
    valid = values > 0.3
    raster = np.full(canvas.shape, np.nan)
    raster[canvas.rows[valid], canvas.cols[valid]] = values[valid]
    rows, cols = (n // 2 for n in canvas.shape)
    blocks = raster.reshape(rows, 2, cols, 2).transpose(0, 2, 1, 3).reshape(rows, cols, 4)
    expected = np.full((rows, cols), np.nan)
    some = ~np.isnan(blocks).all(axis=2)
    expected[some] = np.nanmean(blocks[some], axis=1)
    np.testing.assert_allclose(coarsen(canvas, values, valid, 2), expected, rtol=1e-6)


def test_a_written_raster_says_what_it_is_and_repeats_to_the_byte(tmp_path):
    canvas = _canvas()
    values = np.arange(len(canvas.rows), dtype=np.int16) % 50
    hashes = []
    for name in ("a.tif", "b.tif"):
        write_raster(tmp_path / name, canvas, values, nodata=-9, description="合成 synthetic")
        hashes.append(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert hashes[0] == hashes[1]
    with rasterio.open(tmp_path / "a.tif", driver="GTiff") as file:
        assert file.tags()["TIFFTAG_IMAGEDESCRIPTION"] == "合成 synthetic"
        assert (file.nodata, file.crs.to_epsg(), file.shape) == (-9, 4326, canvas.shape)
        assert file.transform.almost_equals(canvas.transform)
        assert file.compression.value == "DEFLATE"
        assert file.block_shapes == [(256, 256)]
        read = file.read(1)
    np.testing.assert_array_equal(read[canvas.rows, canvas.cols], values)
    assert (read == -9).sum() == read.size - len(values)


def test_a_coarse_raster_keeps_its_corner(tmp_path):
    canvas = _canvas()
    coarse = np.zeros((canvas.shape[0] // 4, canvas.shape[1] // 4), dtype=np.int16)
    path = tmp_path / "c.tif"
    write_raster(path, canvas, coarse, nodata=-9, description="x", factor=4)
    with rasterio.open(path, driver="GTiff") as file:
        assert file.transform.a == pytest.approx(0.1)
        assert (file.transform.c, file.transform.f) == (canvas.transform.c, canvas.transform.f)
