"""Layers come to the reference grid: classes by pixel centre, amounts by area, in any blocks."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pyproj
import pytest
import rasterio.warp
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from rasters import reading
from rasters.align import Axis, check_alignment, class_layer, quantity_layer
from rasters.errors import RefusedError
from rasters.grid import Grid, lonlat_transformer
from rasters.lattice import Lattice
from rasters.layers import NODATA_INT, OUTSIDE, SHARE_ONE
from rasters.resample import NEGATIVE, overlap_mean

ALBERS = "+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +datum=WGS84"
HOMOLOSINE = "+proj=igh +lat_0=0 +lon_0=0 +datum=WGS84"
RNG = np.random.default_rng(7)


HALF = Affine(0.5, 0, 100, 0, -0.5, 50)


def reference(
    transform: Affine = HALF,
    shape: tuple[int, int] = (8, 10),
    crs: str = "EPSG:4326",
) -> Grid:
    return Grid(crs=pyproj.CRS.from_user_input(crs), transform=transform, shape=shape)


def dense(layer, cuts_down, cuts_across, *, fill):
    """Read a layer in the given blocks and lay it out on the reference: values, share."""
    rows, cols = layer.reference.shape
    values, share = np.full((rows, cols), fill, dtype=np.int64), np.zeros((rows, cols), np.int64)
    reader = layer.reader()
    for row0, row1 in pairwise(sorted({0, rows, *cuts_down})):
        for col0, col1 in pairwise(sorted({0, cols, *cuts_across})):
            block = reader.read(row0, row1, col0, col1)
            assert block.data.flags.c_contiguous
            down = np.arange(row1 - row0) if block.row_index is None else block.row_index
            across = np.arange(col1 - col0) if block.col_index is None else block.col_index
            inside = (down != OUTSIDE)[:, None] & (across != OUTSIDE)[None, :]
            if block.outside is not None:
                inside &= ~block.outside
            got = block.data[np.maximum(down, 0)][:, np.maximum(across, 0)].astype(np.int64)
            place = (slice(row0, row1), slice(col0, col1))
            values[place] = np.where(inside, got, fill)
            valid = inside & (got != NODATA_INT)
            share[place] = valid * SHARE_ONE if block.share is None else block.share
    reader.close()
    return values, share


def whole(layer, *, fill=-9):
    return dense(layer, (), (), fill=fill)


# classes


def test_a_class_layer_on_the_reference_hands_out_the_files_own_pixels(make_source, land_cover):
    data = RNG.integers(0, 10, (8, 10), dtype=np.uint8)
    layer = class_layer(reference(), make_source(data, land_cover))
    reader = layer.reader()
    block = reader.read(2, 7, 3, 9)
    assert block.row_index is None
    assert block.col_index is None
    assert block.share is None
    assert block.outside is None
    assert block.data.dtype == np.uint8 == layer.dtype
    assert_array_equal(block.data, data[2:7, 3:9])
    buffer = block.data.base
    assert reader.read(0, 5, 0, 6).data.base is buffer
    assert (layer.name, layer.values, layer.nodata) == ("raster.tif", tuple(range(1, 10)), (0,))
    reader.close()


@pytest.mark.parametrize(
    ("transform", "shape"),
    [
        (Affine(0.5, 0, 101, 0, -0.5, 49), (9, 12)),  # shifted by whole pixels, larger
        (Affine(1.5, 0, 99.5, 0, -1.5, 50.5), (4, 5)),  # coarser, nested
        (Affine(0.7, 0, 99.93, 0, -0.7, 50.11), (5, 6)),  # coarser, anyhow
        (Affine(0.11, 0, 101.03, 0, -0.13, 49.03), (20, 30)),  # finer, inside
        (Affine(0.5, 0, 100.2, 0, 0.5, 45.9), (8, 10)),  # south-up, shifted
        (Affine(0.5, 0, 460.2, 0, -0.5, 50.1), (8, 10)),  # counted to 360 and once round
    ],
)
def test_classes_on_another_grid_are_gdals_nearest(make_source, land_cover, transform, shape):
    data = RNG.integers(1, 10, shape, dtype=np.uint8)
    if transform.c > 360:
        transform = Affine(0.5, 0, transform.c - 360, 0, -0.5, 50.1)
        turned = Affine(0.5, 0, 280.2, 0, -0.5, 50.1)
        grid = reference(Affine(0.5, 0, -80, 0, -0.5, 50))
        layer = class_layer(grid, make_source(data, land_cover, transform=turned))
        source_transform = Affine(0.5, 0, -79.8, 0, -0.5, 50.1)
    else:
        grid, source_transform = reference(), transform
        layer = class_layer(grid, make_source(data, land_cover, transform=transform))
    expected = np.zeros(grid.shape, dtype=np.uint8)
    rasterio.warp.reproject(
        data,
        expected,
        src_transform=source_transform,
        src_crs="EPSG:4326",
        dst_transform=grid.transform,
        dst_crs="EPSG:4326",
        resampling=rasterio.warp.Resampling.nearest,
        init_dest_nodata=False,
    )
    values, _ = whole(layer, fill=0)
    assert_array_equal(values, expected)


def test_a_centre_on_an_edge_belongs_to_the_pixel_after_it():
    axis = Axis(offset=0.5, step=1.0, count=4, layer_count=4)
    assert_array_equal(axis.index(), [1, 2, 3, OUTSIDE])
    back = Axis(offset=3.5, step=-1.0, count=4, layer_count=4)
    assert_array_equal(back.index(), [3, 2, 1, 0])


def test_a_fine_class_layer_is_gathered_in_bounded_pieces(make_source, land_cover, monkeypatch):
    data = RNG.integers(1, 10, (160, 200), dtype=np.uint8)
    transform = Affine(0.025, 0, 100.3, 0, -0.025, 49.7)
    layer = class_layer(reference(), make_source(data, land_cover, transform=transform))
    plain, _ = whole(layer)
    monkeypatch.setattr(reading, "_PIECE_PIXELS", 500)
    biggest = []
    original = reading.ClassIndexReader.raw
    monkeypatch.setattr(
        reading.ClassIndexReader,
        "raw",
        lambda self, box: biggest.append(box) or original(self, box),
    )
    pieces, _ = dense(layer, (3,), (4, 5), fill=-9)
    assert_array_equal(pieces, plain)
    assert (plain == -9).any()
    assert max((b[1] - b[0]) * (b[3] - b[2]) for b in biggest) <= 500


def exact(grid: Grid, layer: Grid, cols, rows):
    """Column and row in the layer of points of the grid, by pyproj alone."""
    x, y = grid.transform.c + grid.transform.a * cols, grid.transform.f + grid.transform.e * rows
    lon, lat = lonlat_transformer(grid.crs).transform(x, y, direction="INVERSE")
    x, y = lonlat_transformer(layer.crs).transform(lon, lat)
    return (x - layer.transform.c) / layer.transform.a, (y - layer.transform.f) / layer.transform.e


CROSSINGS = [
    # reference CRS, transform, layer CRS, layer transform, layer shape
    (ALBERS, Affine(30, 0, 4e5, 0, -30, 4.6e6), "EPSG:4326", (1e-3, 109.945, 42.572), (45, 60)),
    (ALBERS, Affine(5e3, 0, 0, 0, -5e3, 5e6), "EPSG:4326", (0.01, 105.5, 44.0), (300, 600)),
    ("EPSG:4326", Affine(0.05, 0, 105, 0, -0.05, 48), ALBERS, (3e3, 0, 5.2e6), (260, 300)),
    ("EPSG:4326", Affine(0.5, 0, -60, 0, -0.5, 60), HOMOLOSINE, (4e4, -5.5e6, 6.5e6), (90, 200)),
    (
        "EPSG:32650",
        Affine(100, 0, 4e5, 0, -100, 5.4e6),
        "EPSG:32649",
        (250, 8.4e5, 5.42e6),
        (70, 80),
    ),
]


@pytest.mark.parametrize(("crs", "transform", "layer_crs", "place", "shape"), CROSSINGS)
def test_classes_in_another_crs_are_those_at_the_projected_centre(
    make_source, land_cover, crs, transform, layer_crs, place, shape
):
    size, left, top = place
    data = RNG.integers(1, 10, shape, dtype=np.uint8)
    source = make_source(
        data, land_cover, crs=layer_crs, transform=Affine(size, 0, left, 0, -size, top)
    )
    grid = reference(transform, (70, 130), crs)
    values, _ = whole(class_layer(grid, source), fill=0)
    cols, rows = np.meshgrid(np.arange(130) + 0.5, np.arange(70) + 0.5)
    u, v = exact(grid, source.grid, cols, rows)
    inside = (u >= 0) & (u < shape[1]) & (v >= 0) & (v < shape[0])
    assert 0.2 < inside.mean() <= 1
    expected = np.zeros(grid.shape, dtype=np.uint8)
    expected[inside] = data[v[inside].astype(int), u[inside].astype(int)]
    # the interpolated place is within 1/50 of a pixel, so only centres that near an edge may differ
    clear = np.minimum(np.abs(u - np.rint(u)), np.abs(v - np.rint(v))) > 0.02
    assert clear.mean() > 0.8
    assert_array_equal(values[clear], expected[clear])


def test_class_layers_agree_with_gdals_warper_across_crss(make_source, land_cover):
    crs, transform, layer_crs, (size, left, top), shape = CROSSINGS[0]
    data = np.repeat(np.repeat(RNG.integers(1, 10, (9, 12), dtype=np.uint8), 5, 0), 5, 1)
    place = Affine(size, 0, left, 0, -size, top)
    source = make_source(data, land_cover, crs=layer_crs, transform=place)
    assert data.shape == shape
    grid = reference(transform, (70, 130), crs)
    expected = np.zeros(grid.shape, dtype=np.uint8)
    rasterio.warp.reproject(
        data,
        expected,
        src_transform=place,
        src_crs=layer_crs,
        dst_transform=transform,
        dst_crs=crs,
        resampling=rasterio.warp.Resampling.nearest,
        tolerance=0,
    )
    values, _ = whole(class_layer(grid, source), fill=0)
    assert (values != expected).mean() < 0.001


def test_the_lattice_refines_where_a_patch_would_err():
    grid = reference(Affine(0.5, 0, -60, 0, -0.5, 60), (70, 130))
    layer = reference(Affine(1e4, 0, -6e6, 0, -1e4, 7e6), (600, 900), HOMOLOSINE)
    lattice = Lattice(grid, layer)
    assert not lattice.cells(0, 2, 0, 3)[2].any()
    for row0, row1, col0, col1 in [(0, 64, 0, 64), (64, 70, 64, 128), (3, 17, 70, 99)]:
        u, v = lattice.points(row0, row1, col0, col1, 3)
        cols, rows = np.meshgrid(
            np.arange(3 * col0, 3 * col1) / 3 + 1 / 6, np.arange(3 * row0, 3 * row1) / 3 + 1 / 6
        )
        want_u, want_v = exact(grid, layer, cols, rows)
        assert np.abs(u - want_u).max() < 0.02
        assert np.abs(v - want_v).max() < 0.02


# amounts


def brute_overlap(data, row_offset, row_step, col_offset, col_step, shape):
    """Mean and valid share by full weight matrices; data with NaN."""

    def weights(offset, step, count, length):
        edges = offset + step * np.arange(count + 1)
        low, high = np.minimum(edges[:-1], edges[1:]), np.maximum(edges[:-1], edges[1:])
        at = np.arange(length)
        overlap = np.minimum(high[:, None], at + 1) - np.maximum(low[:, None], at)
        return np.maximum(overlap, 0)

    down = weights(row_offset, row_step, shape[0], data.shape[0])
    across = weights(col_offset, col_step, shape[1], data.shape[1])
    valid = np.isfinite(data)
    total = down @ np.where(valid, data, 0) @ across.T
    weight = down @ valid @ across.T
    with np.errstate(invalid="ignore"):
        return total / weight, weight / abs(row_step * col_step)


@pytest.mark.parametrize(
    ("transform", "shape"),
    [
        (Affine(0.7, 0, 99.93, 0, -0.7, 50.11), (5, 6)),
        (Affine(0.11, 0, 101.03, 0, -0.13, 49.03), (20, 30)),
        (Affine(0.5, 0, 100.2, 0, 0.5, 45.9), (8, 10)),
        (Affine(0.125, 0, 100, 0, -0.125, 50), (32, 40)),
    ],
)
@pytest.mark.parametrize("kind", ["uint16", "float32"])
def test_amounts_on_another_grid_are_means_by_overlap(make_source, biomass, transform, shape, kind):
    data = RNG.integers(0, 300, shape).astype(kind)
    if kind == "float32":
        data /= 7
    data[1:3, 2:5] = 999
    grid, product = reference(), replace(biomass, nodata=(999.0,))
    layer = quantity_layer(grid, make_source(data, product, transform=transform))
    values, share = whole(layer, fill=NODATA_INT)
    rows, cols = layer.axes
    want, want_share = brute_overlap(
        np.where(data == 999, np.nan, data.astype(float)),
        rows.offset,
        rows.step,
        cols.offset,
        cols.step,
        grid.shape,
    )
    assert (layer.quantum, layer.nested) == (Fraction(1, 1000), False)
    assert_allclose(share, want_share * SHARE_ONE, atol=0.51)
    assert_array_equal(share > 0, values != NODATA_INT)
    assert_allclose(values[share > 0], want[share > 0] * 1000, atol=0.51)
    assert (share == 0).any() or shape == (32, 40)


def test_overlap_by_hand():
    """A pixel over 1/4 of 10, 1/4 of 30 and nodata: mean 20 on half of it."""
    data = np.array([[10.0, np.nan], [30.0, np.nan]])
    out, share = np.empty((1, 1), np.int32), np.empty((1, 1), np.uint16)
    edges = np.array([[0.5, 1.5]])
    overlap_mean(data, edges, edges, 1000, (0, 0), out, share)
    assert (out[0, 0], share[0, 0]) == (20_000, SHARE_ONE // 2)


@settings(max_examples=30, deadline=None)
@given(
    row_step=st.floats(0.1, 4),
    col_step=st.floats(0.1, 4),
    seed=st.integers(0, 99),
)
def test_overlap_conserves_the_sum(row_step, col_step, seed):
    data = np.random.default_rng(seed).uniform(0, 100, (6, 7))
    data[2, 3] = np.nan
    rows, cols = int(np.ceil(6 / row_step)), int(np.ceil(7 / col_step))
    down = np.arange(rows + 1) * row_step
    across = np.arange(cols + 1) * col_step
    out, share = np.empty((rows, cols), np.int32), np.empty((rows, cols), np.uint16)
    overlap_mean(
        data,
        np.column_stack([down[:-1], down[1:]]),
        np.column_stack([across[:-1], across[1:]]),
        1000,
        (0, 0),
        out,
        share,
    )
    sums = np.where(share > 0, out, 0) / 1000 * (share / SHARE_ONE) * row_step * col_step
    # each pixel may err by half a quantum and half a step of its share
    slack = rows * cols * row_step * col_step * (0.5 / 1000 + 100 * 0.5 / SHARE_ONE)
    assert abs(sums.sum() - np.nansum(data)) <= slack


@pytest.mark.parametrize(
    ("transform", "shape", "expected"),
    [
        (Affine(0.5, 0, 100, 0, -0.5, 50), (8, 10), 1),
        (Affine(0.5, 0, 99, 0, -0.5, 51), (8, 10), 1),
        (Affine(1.5, 0, 99.5, 0, -1.5, 51), (4, 5), 3),
        (Affine(1.0, 0, 100, 0, 1.0, 46), (4, 5), 2),
    ],
)
def test_amounts_that_hold_whole_reference_pixels_are_taken_as_they_are(
    make_source, biomass, transform, shape, expected
):
    data = RNG.integers(0, 300, shape, dtype=np.int16)
    data[1, 1] = -32768
    layer = quantity_layer(reference(), make_source(data, biomass, transform=transform))
    assert layer.nested
    assert (layer.quantum, layer.maximum) == (1, 10_000)
    values, share = whole(layer, fill=NODATA_INT)
    cols, rows = np.meshgrid(np.arange(10) + 0.5, np.arange(8) + 0.5)
    u, v = exact(reference(), layer.source.grid, cols, rows)
    inside = (u >= 0) & (u < shape[1]) & (v >= 0) & (v < shape[0])
    want = np.full((8, 10), -32768)
    want[inside] = data[v[inside].astype(int), u[inside].astype(int)]
    assert_array_equal(values, np.where(want == -32768, NODATA_INT, want))
    assert_array_equal(share, np.where(want == -32768, 0, SHARE_ONE))
    assert layer.tile == (min(8, shape[0] * expected), min(10, shape[1] * expected))


@pytest.mark.parametrize(
    ("offset", "step", "nests"),
    [
        (0, 1, True),
        (-3, 1, True),
        (2 / 3, 1 / 3, True),
        (2 / 3, -1 / 3, True),
        (2 / 3 + 1e-4, 1 / 3, False),
        (0.5, 1, False),
        (0, 2, False),
        (0, 1 / 3 + 1e-9, False),
        (0, 0.4, False),
    ],
)
def test_nesting_needs_whole_ratios_and_shared_edges(offset, step, nests):
    axis = Axis(offset=offset, step=step, count=2000, layer_count=9)
    assert axis.nests() is nests


def test_floats_become_thousandths_and_nan_is_no_value(make_source, biomass):
    data = np.array([[0, 1.0004, 1.0006, np.nan, 2.5], [-1, 7, 7, 7, 7]], np.float32)
    grid = reference(shape=(2, 5))
    layer = quantity_layer(grid, make_source(data, replace(biomass, nodata=(2.5,), scale=0.1)))
    values, _ = whole(layer, fill=-9)
    assert_array_equal(values[0], [0, 1000, 1001, NODATA_INT, NODATA_INT])
    assert values[1, 0] == -1000
    assert (layer.quantum, layer.maximum) == (Fraction(1, 10_000), 10_000_000)


def test_edges_are_the_least_quanta_that_reach_them(make_source, biomass):
    source = make_source(np.ones((8, 10), np.uint16), biomass)
    assert quantity_layer(reference(), source, edges=(20, 74.5, 125)).edges == (20, 75, 125)
    tenth = replace(source, product=replace(biomass, scale=0.1))
    assert quantity_layer(reference(), tenth, edges=(20, 74.56)).edges == (200, 746)
    with pytest.raises(ValueError, match=r"edges must ascend, got \(3, 3\)"):
        quantity_layer(reference(), source, edges=(3, 3))


def test_the_largest_value_is_bounded_by_product_dtype_and_block(make_source, biomass):
    open_ended = replace(biomass, valid_max=None)
    for kind, product, expected in [
        ("uint8", biomass, 255),
        ("uint16", open_ended, 65535),
        ("uint32", open_ended, 2**31 - 1),
        ("float32", open_ended, 2**31 - 1),
    ]:
        source = make_source(np.ones((8, 10), kind), product, name=f"{kind}.tif")
        assert quantity_layer(reference(), source).maximum == expected


@pytest.mark.parametrize(
    "transform", [Affine(0.5, 0, 100, 0, -0.5, 50), Affine(0.6, 0, 100, 0, -0.5, 50)]
)
@pytest.mark.parametrize("bad", [10_001.0, np.inf])
def test_amounts_beyond_the_products_largest_stop_the_run(make_source, biomass, transform, bad):
    data = np.ones((8, 10), np.float32)
    data[2, 3:5] = bad
    layer = quantity_layer(reference(), make_source(data, biomass, transform=transform))
    with pytest.raises(RefusedError, match=r"raster-above-maximum.* 2 pixels above 10000"):
        layer.reader().read(0, 8, 0, 10)


def test_whole_amounts_beyond_the_largest_stop_the_run_but_nodata_does_not(make_source, biomass):
    data = np.ones((8, 10), np.uint16)
    data[2, 3] = 65_535
    filled = replace(biomass, nodata=(65_535.0,))
    values, share = whole(quantity_layer(reference(), make_source(data, filled)), fill=0)
    assert (values[2, 3], share[2, 3]) == (NODATA_INT, 0)
    data[2, 4] = 10_001
    layer = quantity_layer(reference(), make_source(data, filled))
    with pytest.raises(RefusedError, match=r"raster-above-maximum.* 1 pixels above 10000"):
        layer.reader().read(0, 8, 0, 10)


def test_a_negative_pixel_shows_through_any_mean(make_source, biomass):
    data = np.full((16, 20), 50, np.int16)
    data[5, 7] = -1
    fine = make_source(data, biomass, transform=Affine(0.25, 0, 100, 0, -0.25, 50))
    values, share = whole(quantity_layer(reference(), fine), fill=NODATA_INT)
    assert_array_equal(np.argwhere(values == NEGATIVE), [[2, 3]])
    assert share[2, 3] > 0
    albers = make_source(
        data, biomass, crs=ALBERS, transform=Affine(3e4, 0, -3.5e5, 0, -3e4, 5.4e6), name="a.tif"
    )
    values, _ = whole(quantity_layer(reference(), albers), fill=NODATA_INT)
    assert (values == NEGATIVE).any()


@pytest.mark.parametrize(("crs", "transform", "layer_crs", "place", "shape"), CROSSINGS)
def test_amounts_in_another_crs_agree_with_a_fine_supersample(
    make_source, biomass, crs, transform, layer_crs, place, shape
):
    size, left, top = place
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    data = (200 + 80 * np.sin(x / 9) + 60 * np.cos(y / 11)).astype(np.float32)
    data[:3] = np.nan
    source = make_source(
        data, biomass, crs=layer_crs, transform=Affine(size, 0, left, 0, -size, top)
    )
    grid = reference(transform, (70, 130), crs)
    layer = quantity_layer(grid, source)
    values, share = whole(layer, fill=NODATA_INT)
    fine = 12
    cols, rows = np.meshgrid(
        (np.arange(130 * fine) + 0.5) / fine, (np.arange(70 * fine) + 0.5) / fine
    )
    u, v = exact(grid, source.grid, cols, rows)
    inside = (u >= 0) & (u < shape[1]) & (v >= 0) & (v < shape[0])
    sampled = np.full(u.shape, np.nan)
    sampled[inside] = data[v[inside].astype(int), u[inside].astype(int)]
    blocks = sampled.reshape(70, fine, 130, fine)
    part = np.isfinite(blocks).mean(axis=(1, 3))
    full = (part == 1) & (share == SHARE_ONE)
    assert full.mean() > 0.15
    samples = layer.reader()._samples  # noqa: SLF001
    assert 2 <= samples <= 8
    want = blocks.mean(axis=(1, 3))[full]
    # means of k x k samples scatter about the true mean by the field's step across one pixel / k
    error = values[full] / 1000 - want
    assert np.abs(error).max() < 60 / samples
    assert abs(error.mean()) < 0.3
    assert np.abs(share / SHARE_ONE - part).max() <= 1.01 / samples
    assert not share[part == 0].any() or (part == 0).mean() < 0.2


def test_a_constant_amount_stays_itself_across_crss(make_source, biomass):
    crs, transform, layer_crs, (size, left, top), shape = CROSSINGS[0]
    source = make_source(
        np.full(shape, 137, np.uint16),
        biomass,
        crs=layer_crs,
        transform=Affine(size, 0, left, 0, -size, top),
    )
    values, share = whole(quantity_layer(reference(transform, (70, 130), crs), source), fill=0)
    assert_array_equal(values[share > 0], 137_000)
    assert (share == 0).any()
    assert ((share > 0) & (share < SHARE_ONE)).any()


# every way of reading


def layers_of_every_kind(make_source, land_cover, biomass):
    grid = reference(Affine(30, 0, 4e5, 0, -30, 4.6e6), (70, 130), ALBERS)
    codes = RNG.integers(0, 10, (50, 60), dtype=np.uint8)
    amounts = RNG.integers(0, 300, (50, 60), dtype=np.uint16)
    lonlat = {"crs": "EPSG:4326", "transform": Affine(1e-3, 0, 109.945, 0, -1e-3, 42.572)}
    nested = {"crs": ALBERS, "transform": Affine(90, 0, 4e5 - 60, 0, -90, 4.6e6 + 30)}
    anyhow = {"crs": ALBERS, "transform": Affine(71, 0, 4e5 - 60, 0, -73, 4.6e6 + 30)}
    for n, place in enumerate((lonlat, nested, anyhow)):
        source = make_source(codes, land_cover, name=f"c{n}.tif", **place)
        yield class_layer(grid, source)
        source = make_source(amounts, biomass, name=f"q{n}.tif", **place)
        yield quantity_layer(grid, source)
        source = make_source(amounts.astype(np.float32), biomass, name=f"f{n}.tif", **place)
        yield quantity_layer(grid, source)


@pytest.mark.parametrize("piece", [40, 2**22])
def test_any_blocks_give_the_same_bytes(make_source, land_cover, biomass, monkeypatch, piece):
    layers = list(layers_of_every_kind(make_source, land_cover, biomass))
    expected = [whole(layer) for layer in layers]
    monkeypatch.setattr(reading, "_PIECE_PIXELS", piece)

    @settings(max_examples=8, deadline=None)
    @given(
        down=st.sets(st.integers(1, 69), max_size=4),
        across=st.sets(st.integers(1, 129), max_size=4),
    )
    def check(down, across):
        for layer, (values, share) in zip(layers, expected, strict=True):
            got, got_share = dense(layer, down, across, fill=-9)
            assert_array_equal(got, values)
            assert_array_equal(got_share, share)

    check()


def test_a_block_outside_the_layer_is_all_outside(make_source, land_cover, biomass):
    for layer in layers_of_every_kind(make_source, land_cover, biomass):
        far = replace(layer.reference, transform=Affine(30, 0, 9e5, 0, -30, 5.5e6))
        moved = (
            class_layer(far, layer.source)
            if layer.source.is_class
            else quantity_layer(far, layer.source)
        )
        values, share = whole(moved, fill=NODATA_INT)
        assert (values == NODATA_INT).all()
        assert not share.any()


def test_a_lost_block_stops_the_run_with_its_place(make_source, land_cover):
    data = RNG.integers(1, 10, (64, 96), dtype=np.uint8)
    source = make_source(
        data, land_cover, tiled=True, blockxsize=32, blockysize=32, compress="deflate"
    )
    with rasterio.open(source.path, driver="GTiff") as dataset:
        offset = int(dataset.get_tag_item("BLOCK_OFFSET_2_1", "TIFF", bidx=1))
    content = bytearray(source.path.read_bytes())
    content[offset : offset + 40] = b"\xff" * 40
    source.path.write_bytes(content)
    layer = class_layer(reference(shape=(64, 96)), source)
    assert layer.tile == (32, 32)
    reader = layer.reader()
    assert_array_equal(reader.read(0, 32, 0, 96).data, data[:32])
    with pytest.raises(RefusedError, match=r"raster-block-unreadable.*\(1, 2\).*raster.tif"):
        reader.read(32, 64, 64, 96)


def test_a_file_gone_since_its_check_stops_the_run(make_source, land_cover):
    source = make_source(np.ones((8, 10), np.uint8), land_cover)
    layer = class_layer(reference(), source)
    source.path.unlink()
    with pytest.raises(RefusedError, match="raster-unreadable"):
        layer.reader()


def test_classes_and_amounts_are_not_confused(make_source, land_cover, biomass):
    codes = make_source(np.ones((8, 10), np.uint8), land_cover)
    amounts = make_source(np.ones((8, 10), np.uint8), biomass)
    with pytest.raises(ValueError, match="holds classes \\(clcd\\), not amounts"):
        quantity_layer(reference(), codes)
    with pytest.raises(ValueError, match="holds amounts \\(esa_cci_biomass\\), not classes"):
        class_layer(reference(), amounts)


def test_the_way_a_layer_comes_to_the_grid_is_told(make_source, land_cover, biomass):
    codes = np.ones((8, 10), np.uint8)
    assert check_alignment(reference(), make_source(codes, land_cover)) == []
    shifted = Affine(0.5, 0, 100.1, 0, -0.5, 50)
    (note,) = check_alignment(reference(), make_source(codes, land_cover, transform=shifted))
    assert (note.code, note.severity) == ("raster-sampled-nearest", "note")
    assert "origin (100.1, 50), pixel 0.5 x 0.5" in note.what_en
    assert "origin (100, 50), pixel 0.5 x 0.5" in note.what_en
    (note,) = check_alignment(reference(), make_source(codes, biomass, transform=shifted))
    assert (note.code, note.severity) == ("raster-area-weighted", "note")


@pytest.mark.parametrize(
    ("crs", "transform", "meets"),
    [
        ("EPSG:4326", Affine(0.5, 0, 105, 0, -0.5, 50), False),
        ("EPSG:4326", Affine(0.5, 0, 104.9, 0, -0.5, 50), True),
        ("EPSG:4326", Affine(0.5, 0, 100, 0, 0.5, 50), False),
        ("EPSG:32650", Affine(1e3, 0, 5e5, 0, -1e3, 5e6), False),
        (ALBERS, Affine(1e4, 0, -2e5, 0, -1e4, 5e6), True),
    ],
)
def test_layers_that_do_not_meet_the_reference_are_refused(
    make_source, land_cover, crs, transform, meets
):
    source = make_source(np.ones((8, 10), np.uint8), land_cover, crs=crs, transform=transform)
    (found,) = check_alignment(reference(), source)
    assert (found.code == "raster-no-overlap") is not meets
    assert (found.severity == "error") is not meets
