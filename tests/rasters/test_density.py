"""Density maps: what a pixel says, and what a file keeps."""

from __future__ import annotations

import hashlib
import threading

import numpy as np
import pyproj
import pytest
import rasterio
import xarray as xr
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from rasters.density import (
    NO_STRATUM,
    DensityTable,
    PixelTerm,
    density_block,
    spread,
    write_density,
)
from rasters.errors import GridError, SourceError
from rasters.grid import Grid
from rasters.layers import NODATA_INT, SHARE_ONE, LayerBlock

NAN = float("nan")


def grid(rows: int, cols: int) -> Grid:
    return Grid(
        crs=pyproj.CRS(4490), transform=Affine(0.01, 0, 100, 0, -0.01, 50), shape=(rows, cols)
    )


def pixels(**values) -> xr.Dataset:
    return xr.Dataset({name: (("row", "col"), np.atleast_2d(v)) for name, v in values.items()})


# what a pixel says


def test_density_comes_from_class_and_stratum():
    table = DensityTable(keys=((1, 3), (1, 7), (2, 3)), base=np.array([10.0, 20.0, 30.0]))
    out = density_block(
        pixels(
            code=[1, 1, 2, 2, 9, NAN, 1],
            stratum=[3, 7, 3, 7, 3, 3, NAN],
        ),
        table,
    )
    assert out.dims == ("row", "col")
    assert out.dtype == np.float32
    assert_array_equal(out.values[0], [10, 20, 30, NAN, NAN, NAN, NAN])


def test_there_is_no_density_outside_the_zones():
    table = DensityTable(keys=((1, NO_STRATUM),), base=np.array([10.0]))
    out = density_block(pixels(code=[1, 1], inside=[True, False]), table)
    assert_array_equal(out.values, [[10, NAN]])


def test_a_term_takes_the_factor_of_its_bin_and_the_fallback_without_an_amount():
    """Root:shoot 0.39 below 75 t/ha and 0.24 from there: 74 -> 51.43, 75 -> 46.5 (x 0.5)."""
    term = PixelTerm(
        name="biomass",
        edges=(75.0,),
        factors=np.array([[0.5 * 1.39, 0.5 * 1.24], [0.0, 0.0], [0.5, 0.5]]),
        fallback=np.array([40.0, 0.0, NAN]),
    )
    table = DensityTable(
        keys=((1, NO_STRATUM), (2, NO_STRATUM), (3, NO_STRATUM)),
        base=np.array([100.0, 7.0, 0.0]),
        terms=(term,),
    )
    out = density_block(
        pixels(code=[1, 1, 1, 2, 2, 3, 3], biomass=[74, 75, NAN, 50, NAN, 0, NAN]), table
    )
    expected = np.array([151.43, 146.5, 140, 7, 7, 0, NAN], np.float32)
    assert_array_equal(out.values[0], expected)


def test_the_callers_coordinates_stay():
    data = pixels(code=[[1, 1]]).assign_coords(row=[5], col=[7, 8])
    table = DensityTable(keys=((1, NO_STRATUM),), base=np.array([10.0]))
    out = density_block(data, table)
    assert out.name == "density"
    assert_array_equal(out["col"], [7, 8])


@given(st.lists(st.integers(0, 6), min_size=1, max_size=30), st.integers(0, 99))
def test_an_empty_or_partial_table_joins_like_a_dictionary(codes, seed):
    rng = np.random.default_rng(seed)
    known = sorted(rng.choice(7, rng.integers(0, 7), replace=False).tolist())
    table = DensityTable(
        keys=tuple((code, NO_STRATUM) for code in known),
        base=np.array([code * 1.5 for code in known]),
    )
    out = density_block(pixels(code=codes), table).values[0]
    assert_array_equal(out, [code * 1.5 if code in known else NAN for code in codes])


def test_tables_that_contradict_themselves_are_refused():
    with pytest.raises(
        ValueError, match=r"keys must ascend and differ, got \(\(2, 1\), \(1, 1\)\)"
    ):
        DensityTable(keys=((2, 1), (1, 1)), base=np.zeros(2))
    with pytest.raises(ValueError, match=r"base must have shape \(1,\), got \(2,\)"):
        DensityTable(keys=((2, 1),), base=np.zeros(2))
    term = PixelTerm(name="soil", edges=(1.0,), factors=np.zeros((1, 1)), fallback=np.zeros(1))
    with pytest.raises(ValueError, match=r"factors of soil must have shape \(1, 2\)"):
        DensityTable(keys=((2, 1),), base=np.zeros(1), terms=(term,))


def test_a_layers_block_is_spread_with_its_indexes():
    block = LayerBlock(
        data=np.array([[1, NODATA_INT], [3, 4]], np.int32),
        row_index=np.array([-1, 0, 1], np.int32),
        col_index=np.array([0, 1, 1, -1], np.int32),
        share=None,
    )
    assert_array_equal(spread(block), [[NAN] * 4, [1, NAN, NAN, NAN], [3, 4, 4, NAN]])
    plain = LayerBlock(
        data=np.array([[1, 2]], np.uint8), row_index=None, col_index=None, share=None
    )
    assert_array_equal(spread(plain), [[1, 2]])
    shared = LayerBlock(
        data=np.array([[1, 2, 3]], np.int32),
        row_index=None,
        col_index=None,
        share=np.array([[SHARE_ONE, SHARE_ONE // 2 - 1, SHARE_ONE // 2]], np.uint16),
        outside=None,
    )
    assert_array_equal(spread(shared), [[1, NAN, 3]])
    beyond = LayerBlock(
        data=np.array([[0, 2]], np.uint8),
        row_index=None,
        col_index=None,
        share=None,
        outside=np.array([[True, False]]),
    )
    assert_array_equal(spread(beyond), [[NAN, 2]])


# what a file keeps


def test_a_map_is_a_cog_with_overviews_that_keeps_values_and_nan(tmp_path):
    rng = np.random.default_rng(0)
    data = rng.normal(0, 10, (1050, 1300)).astype(np.float32)
    data[:, :700] = np.nan
    data[700, 1000:1010] = -1
    path = tmp_path / "density_change.tif"
    asked = []

    def blocks(row0, row1, col0, col1):
        asked.append((row0, row1, col0, col1))
        return data[row0:row1, col0:col1]

    steps = []
    write_density(
        path,
        grid(1050, 1300),
        blocks,
        tags={"unit": "t C/ha"},
        on_progress=lambda done, total: steps.append((done, total)),
    )
    with rasterio.open(path, driver="GTiff") as dataset:
        assert_array_equal(dataset.read(1), data)
        assert np.isnan(dataset.nodata)
        assert dataset.dtypes == ("float32",)
        assert dataset.block_shapes == [(512, 512)]
        assert dataset.overviews(1) == [2, 4]
        assert dataset.tags()["unit"] == "t C/ha"
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert dataset.crs.to_epsg() == 4490
        assert dataset.transform == grid(1, 1).transform
        half = dataset.read(1, out_shape=(525, 650))
        assert np.isnan(half[:, :350]).all()
        np.testing.assert_allclose(half[300, 400], data[600:602, 800:802].mean(), rtol=1e-5)
    assert steps == [(i, 4) for i in range(1, 5)]
    assert max((b - a) * (d - c) for a, b, c, d in asked) <= 1024**2
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_true_change_of_minus_one_survives(tmp_path):
    path = tmp_path / "a.tif"
    write_density(path, grid(4, 5), lambda *_: np.full((4, 5), -1, np.float32), tags={})
    with rasterio.open(path, driver="GTiff") as dataset:
        assert_array_equal(dataset.read(1, masked=True), np.full((4, 5), -1))
        assert dataset.read_masks(1).all()


def test_the_same_blocks_give_the_same_bytes_for_any_number_of_workers(tmp_path, monkeypatch):
    monkeypatch.setattr("rasters.density._BLOCK", 512)
    rng = np.random.default_rng(0)
    data = np.round(rng.normal(50, 10, (600, 1100))).astype(np.float32)
    threads = set()

    def blocks(row0, row1, col0, col1):
        threads.add(threading.get_ident())
        return None if row0 and col0 else data[row0:row1, col0:col1]

    digests = set()
    for n, workers in enumerate((1, 1, 2, 3)):
        path = tmp_path / f"{n}.tif"
        tags = {"b": "2", "a": "1"} if n % 2 else {"a": "1", "b": "2"}
        write_density(path, grid(600, 1100), blocks, tags=tags, workers=workers)
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1
    assert len(threads) > 1
    with rasterio.open(tmp_path / "3.tif", driver="GTiff") as dataset:
        got = dataset.read(1)
    data[512:, 512:] = np.nan
    assert_array_equal(got, data)


def test_a_failed_map_leaves_the_old_one_and_no_remains(tmp_path):
    path = tmp_path / "a.tif"
    path.write_bytes(b"old")
    for bad, message in [
        (np.zeros((5, 4), np.float32), r"a block must be float32 \(4, 5\), got float32 \(5, 4\)"),
        (np.zeros((4, 5)), r"got float64 \(4, 5\)"),
    ]:
        with pytest.raises(GridError, match=message):
            write_density(path, grid(4, 5), lambda *_, bad=bad: bad, tags={})
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.tif"]


def test_an_error_of_gdal_is_told_with_the_path(tmp_path, monkeypatch):
    def fail(*_, **__):
        raise rasterio.errors.RasterioIOError("disk full")

    monkeypatch.setattr("rasterio.shutil.copy", fail)
    with pytest.raises(SourceError, match=r"a\.tif cannot be written: disk full"):
        write_density(
            tmp_path / "a.tif", grid(4, 5), lambda *_: np.zeros((4, 5), np.float32), tags={}
        )
    assert list(tmp_path.iterdir()) == []
