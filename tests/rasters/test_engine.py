from fractions import Fraction

import numpy as np
import pyproj
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from rasters import engine, kernel, worker
from rasters.coverage import coverage_blocks, zone_edges
from rasters.engine import NODATA, OUTSIDE_EXTENT, TableSpec, block_shape, count
from rasters.errors import RastersError, RefusedError
from rasters.grid import Grid
from rasters.layers import NODATA_INT, LayerBlock
from rasters.sweep import UNIT
from rasters.zones import Zones

WGS84 = pyproj.CRS.from_epsg(4326)
ALBERS = pyproj.CRS.from_proj4("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +datum=WGS84")
UTM = pyproj.CRS.from_epsg(32650)


class Memory:
    """A layer in memory; ``rows`` and ``cols`` are its indexes on the whole reference grid."""

    def __init__(self, data, *, rows=None, cols=None, share=None, outside=None, **facts):
        self.data, self.rows, self.cols = data, rows, cols
        self.share_, self.outside_ = share, outside
        self.dtype = data.dtype
        self.name = facts.get("name", "layer")
        self.values = facts.get("values", tuple(int(v) for v in np.unique(data)))
        self.nodata = facts.get("nodata", ())
        self.edges = facts.get("edges", ())
        self.maximum = int(data.max(initial=0))
        self.quantum = Fraction(1, 10)
        self.tile = facts.get("tile", (4, 5))
        self.reads = []

    def reader(self):
        return self

    def close(self):
        pass

    def cut(self, array, window):
        row0, row1, col0, col1 = window
        return None if array is None else np.ascontiguousarray(array[row0:row1, col0:col1])

    def read(self, *window):
        self.reads.append(window)
        row0, row1, col0, col1 = window
        if self.rows is None:
            return LayerBlock(
                data=self.cut(self.data, window),
                row_index=None,
                col_index=None,
                share=self.cut(self.share_, window),
                outside=self.cut(self.outside_, window),
            )
        return LayerBlock(
            data=self.data,
            row_index=np.ascontiguousarray(self.rows[row0:row1]),
            col_index=np.ascontiguousarray(self.cols[col0:col1]),
            share=self.cut(self.share_, window),
            outside=self.cut(self.outside_, window),
        )

    def full(self, array, fill):
        """Return the layer on the whole reference grid, with ``fill`` outside."""
        if self.rows is None:
            out = array.astype(object)
        else:
            out = array[np.ix_(np.maximum(self.rows, 0), np.maximum(self.cols, 0))].astype(object)
            out[self.rows < 0, :] = fill
            out[:, self.cols < 0] = fill
        if self.outside_ is not None:
            out[self.outside_] = fill
        return out


def zones_of(shapes, crs):
    geometry = np.empty(len(shapes), dtype=object)
    geometry[:] = shapes
    codes = tuple(f"{i:03}" for i in range(len(shapes)))
    return Zones(codes=codes, names=codes, geometry=geometry, crs=crs)


def tiling(grid, n, seed):
    """Return a Voronoi tiling of the middle of a grid."""
    rng = np.random.default_rng(seed)
    left, bottom, right, top = grid.bounds
    w, h = right - left, top - bottom
    middle = shapely.box(left + w / 9, bottom + h / 7, right - w / 5, top - h / 9)
    points = rng.random((n, 2)) * (w, h) + (left, bottom)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points)))
    cut = [c for c in shapely.intersection(cells, middle) if c.area > 0]
    return zones_of(cut, grid.crs)


def make_grid(shape=(23, 31), crs=WGS84):
    if crs.is_geographic:
        transform = Affine(0.05, 0, 110, 0, -0.05, 45)
    else:
        transform = Affine(1000, 0, 300_000, 0, -1000, 4_700_000)
    return Grid(crs=crs, transform=transform, shape=shape)


def oracle(grid, zones, classes, quantities, spec):
    """Count pixel by pixel: zone and codes to pixels, area, and area and sum of each bin."""
    edges = zone_edges(grid, zones)
    keys = [lay.full(lay.data, OUTSIDE_EXTENT) for lay in (classes[i] for i in spec.classes)]
    values = [quantities[q].full(quantities[q].data, NODATA_INT) for q in spec.quantities]
    table = {}
    for band in coverage_blocks(edges, grid.shape):
        for piece in band:
            pixels = [
                (z, r, c, UNIT, int(edges.areas.at(np.array([r]), np.array([c]))[0]))
                for z, r, c0, c1 in piece.runs.tolist()
                for c in range(c0, c1)
            ]
            pixels += [
                (z, r, c, f, a)
                for (z, r, c), f, a in zip(
                    piece.edges.tolist(),
                    piece.fractions.tolist(),
                    piece.areas_mm2.tolist(),
                    strict=True,
                )
            ]
            for z, r, c, fraction, area in pixels:
                codes = []
                for i, plane in zip(spec.classes, keys, strict=True):
                    raw = int(plane[r, c])
                    codes.append(NODATA if raw in classes[i].nodata else raw)
                row = table.setdefault((z, *codes), {"pixels": 0, "area": 0})
                row["pixels"] += fraction
                row["area"] += area
                for m, q in enumerate(spec.quantities):
                    value, share = int(values[m][r, c]), quantities[q].share_
                    part = 32768 if share is None else int(share[r, c])
                    if value < 0 or part == 0:
                        continue
                    bin_ = int(np.searchsorted(quantities[q].edges, value, side="right"))
                    valid = (area * part + 16384) // 32768
                    row[m, bin_, "area"] = row.get((m, bin_, "area"), 0) + valid
                    row[m, bin_, "sum"] = row.get((m, bin_, "sum"), 0) + valid * value
    return table


def as_dict(counts):
    """Return the same form of what the engine has counted."""
    table = {}
    for n in range(len(counts.zone)):
        row = {"pixels": counts.pixels[n], "area": counts.area_mm2[n]}
        for m, (areas, sums) in enumerate(
            zip(counts.quantity_area_mm2, counts.quantity_sum, strict=True)
        ):
            for b in range(areas.shape[1]):
                if areas[n, b] or sums[n, b]:
                    row[m, b, "area"], row[m, b, "sum"] = areas[n, b], sums[n, b]
        table[int(counts.zone[n]), *counts.codes[n].tolist()] = row
    return table


def check(grid, zones, classes, quantities, specs, **options):
    counted = count(
        grid=grid, zones=zones, classes=classes, quantities=quantities, tables=specs, **options
    )
    for spec, counts in zip(specs, counted, strict=True):
        rows = [(z, *c) for z, c in zip(counts.zone, counts.codes.tolist(), strict=True)]
        assert rows == sorted(rows)
        assert as_dict(counts) == oracle(grid, zones, classes, quantities, spec)
    return counted


def classes_of(rng, shape, top=9, dtype=np.uint8, **facts):
    return Memory(rng.integers(1, top, shape).astype(dtype), **facts)


def quantity_of(rng, shape, top=3000, gaps=0.1, **facts):
    data = rng.integers(0, top, shape).astype(np.int32)
    data[rng.random(shape) < gaps] = NODATA_INT
    return Memory(data, **facts)


@pytest.mark.parametrize("crs", [WGS84, ALBERS, UTM], ids=["geographic", "albers", "utm"])
def test_counts_are_those_of_the_plain_script(crs):
    rng = np.random.default_rng(7)
    grid = make_grid(crs=crs)
    zones = tiling(grid, 9, 3)
    classes = [classes_of(rng, grid.shape, nodata=(3,)) for _ in range(3)]
    coarse = Memory(
        rng.integers(0, 500, (8, 11)).astype(np.int32),
        rows=np.arange(23, dtype=np.int32) // 3,
        cols=np.arange(31, dtype=np.int32) // 3,
        edges=(100, 200, 450),
    )
    quantities = [coarse, quantity_of(rng, grid.shape)]
    specs = [
        TableSpec(classes=(0, 1), quantities=(0, 1)),
        TableSpec(classes=(1, 2), quantities=(1,)),
        TableSpec(classes=(0, 2)),
        TableSpec(classes=(2,), quantities=(0,)),
    ]
    check(grid, zones, classes, quantities, specs, workers=2, block=(10, 8))


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    block=st.tuples(st.integers(1, 25), st.integers(1, 33)),
    workers=st.integers(1, 4),
)
def test_any_block_size_and_any_threads_count_the_same(seed, block, workers):
    rng = np.random.default_rng(seed)
    grid = make_grid()
    zones = tiling(grid, 6, seed)
    classes = [classes_of(rng, grid.shape), classes_of(rng, grid.shape, nodata=(2,))]
    quantities = [quantity_of(rng, grid.shape, edges=(500,))]
    specs = [TableSpec(classes=(0, 1), quantities=(0,))]
    check(grid, zones, classes, quantities, specs, block=block, workers=workers)


def mixed_layers(rng, grid):
    """Return layers of every kind: wide, coarse, beyond their extent, masked."""
    rows, cols = grid.shape
    shifted = np.arange(rows, dtype=np.int32) // 2 - 3
    shifted[shifted < 0] = -1
    aside = np.arange(cols, dtype=np.int32) // 2
    aside[aside > 12] = -1
    classes = [
        classes_of(rng, grid.shape, top=250),
        Memory(rng.choice([10, 300, 65535], grid.shape).astype(np.uint16), nodata=(65535,)),
        Memory(
            rng.integers(1, 6, ((rows + 1) // 2, (cols + 1) // 2)).astype(np.uint8),
            rows=shifted,
            cols=aside,
            name="climate",
        ),
        Memory(rng.choice([-9999, 7, 70_000], grid.shape).astype(np.int32), nodata=(-9999,)),
        Memory(
            rng.integers(1, 4, grid.shape).astype(np.uint8), outside=rng.random(grid.shape) < 0.2
        ),
        Memory(rng.choice([-1, 5], grid.shape).astype(np.int8)),
    ]
    share = rng.choice(np.array([0, 1, 20_000, 32768], dtype=np.uint16), grid.shape)
    share[rng.random(grid.shape) < 0.7] = 32768
    quantities = [
        quantity_of(rng, grid.shape, share=share, edges=(1000, 1500)),
        quantity_of(rng, grid.shape, top=2**31 - 1),
    ]
    return classes, quantities


@pytest.mark.parametrize("crs", [WGS84, UTM], ids=["geographic", "utm"])
def test_layers_of_every_kind_count_as_the_plain_script_does(crs):
    rng = np.random.default_rng(5)
    grid = make_grid(crs=crs)
    zones = tiling(grid, 7, 2)
    classes, quantities = mixed_layers(rng, grid)
    specs = [
        TableSpec(classes=(0, 1), quantities=(0, 1)),
        TableSpec(classes=(0, 1, 2), quantities=(0,)),
        TableSpec(classes=(3, 4), quantities=(1,)),
        TableSpec(classes=(2, 4, 5)),
    ]
    check(grid, zones, classes, quantities, specs, block=(9, 14), workers=2)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_fast_and_general_ways_give_identical_integers(seed):
    rng = np.random.default_rng(seed)
    grid = make_grid()
    zones = tiling(grid, 5, seed)
    classes, quantities = mixed_layers(rng, grid)
    specs = [
        TableSpec(classes=(0,), quantities=(0,)),
        TableSpec(classes=(2, 1), quantities=(0,)),
    ]

    def counted():
        return [
            as_dict(c)
            for c in count(
                grid=grid, zones=zones, classes=classes, quantities=quantities, tables=specs
            )
        ]

    fast = counted()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker.Worker, "_fast", lambda *_: False)
        assert counted() == fast


def test_fast_way_is_taken_where_it_can_be(monkeypatch):
    taken = []
    real = worker.Worker._fast  # noqa: SLF001
    monkeypatch.setattr(
        worker.Worker, "_fast", lambda *args: taken.append(real(*args)) or taken[-1]
    )
    rng = np.random.default_rng(1)
    grid = make_grid()
    classes, quantities = mixed_layers(rng, grid)
    specs = [TableSpec(classes=(0, 4), quantities=(0,)), TableSpec(classes=(1, 3))]
    count(
        grid=grid,
        zones=tiling(grid, 3, 1),
        classes=classes,
        quantities=quantities,
        tables=specs,
        workers=1,
    )
    assert taken == [True, True]


def test_keys_beyond_the_packed_tables_are_counted_all_the_same():
    rng = np.random.default_rng(9)
    grid = make_grid()
    every = tuple(range(1, 400))
    classes = [
        Memory(rng.integers(1, 400, grid.shape).astype(np.uint16), values=every) for _ in range(3)
    ]
    quantities = [quantity_of(rng, grid.shape)]
    specs = [TableSpec(classes=(0, 1, 2), quantities=(0,))]
    (counts,) = check(grid, tiling(grid, 4, 4), classes, quantities, specs)
    assert len(counts.zone) > 300


def test_rows_longer_than_a_flush_and_runs_shorter_than_the_live_keys():
    rng = np.random.default_rng(3)
    grid = Grid(crs=WGS84, transform=Affine(0.001, 0, 110, 0, -0.001, 45), shape=(4, 9000))
    classes = [classes_of(rng, grid.shape, top=60), classes_of(rng, grid.shape, top=60)]
    quantities = [quantity_of(rng, grid.shape, top=2**30)]
    strips = [shapely.box(110 + 0.1 * i, 44.9965, 110.1 + 0.1 * i, 45) for i in range(20)]
    zones = zones_of([*strips, shapely.box(112.5, 44.996, 118.9995, 45)], WGS84)
    specs = [TableSpec(classes=(0, 1), quantities=(0,))]
    check(grid, zones, classes, quantities, specs, block=(4, 9000))


def test_large_values_of_one_class_do_not_run_into_the_counts():
    rng = np.random.default_rng(4)
    grid = Grid(crs=WGS84, transform=Affine(0.001, 0, 110, 0, -0.001, 45), shape=(2, 9000))
    classes = [Memory(np.ones(grid.shape, dtype=np.uint8))]
    quantities = [quantity_of(rng, grid.shape, top=2**30)]
    zones = zones_of([shapely.box(110, 44.998, 119, 45)], WGS84)
    check(grid, zones, classes, quantities, [TableSpec(classes=(0,), quantities=(0,))])


def test_sums_beyond_64_bits_are_exact():
    # one pixel of 6 degrees of the largest value: 2^31 quanta on 4e17 mm2
    grid = Grid(crs=WGS84, transform=Affine(6, 0, 96, 0, -6, 48), shape=(4, 5))
    classes = [Memory(np.ones(grid.shape, dtype=np.uint8))]
    quantities = [Memory(np.full(grid.shape, 2**31 - 1, dtype=np.int32))]
    zones = zones_of([shapely.box(96, 24, 126, 48)], WGS84)
    specs = [TableSpec(classes=(0,), quantities=(0,))]
    (counts,) = check(grid, zones, classes, quantities, specs)
    assert counts.quantity_sum[0][0, 0] == counts.area_mm2[0] * (2**31 - 1)
    assert counts.quantity_sum[0][0, 0] > 2**92
    assert counts.pixels[0] == 20 * UNIT


def test_counted_area_is_that_of_the_polygons():
    grid = make_grid()
    zones = tiling(grid, 8, 8)
    classes = [Memory(np.ones(grid.shape, dtype=np.uint8))]
    (counts,) = count(
        grid=grid, zones=zones, classes=classes, quantities=[], tables=[TableSpec(classes=(0,))]
    )
    np.testing.assert_allclose(counts.area_mm2.astype(float) / 1e6, zones.areas_m2(), rtol=2e-7)


def test_blocks_without_a_zone_are_never_read():
    grid = make_grid()
    layer = Memory(np.ones(grid.shape, dtype=np.uint8))
    zones = zones_of([shapely.box(110.03, 44.92, 110.12, 44.97)], WGS84)
    count(
        grid=grid,
        zones=zones,
        classes=[layer],
        quantities=[],
        tables=[TableSpec(classes=(0,))],
        block=(4, 5),
    )
    assert layer.reads == [(0, 4, 0, 5)]


def test_unknown_codes_and_negative_quantities_are_reported():
    grid = make_grid(shape=(4, 5))
    data = np.ones((4, 5), dtype=np.uint8)
    data[1, 2] = 99
    amount = np.full((4, 5), 10, dtype=np.int32)
    amount[2, 2:4] = -5
    amount[0, 0] = NODATA_INT
    classes = [
        Memory(data, values=(1,), name="lc"),
        Memory(data.astype(np.uint16), values=(1,), name="lc16"),
    ]
    quantities = [Memory(amount, name="agb")]
    zones = zones_of([shapely.box(110, 44.8, 110.25, 45)], WGS84)
    specs = [TableSpec(classes=(0, 1), quantities=(0,)), TableSpec(classes=(1,))]
    both, wide = check(grid, zones, classes, quantities, specs)
    edges = zone_edges(grid, zones)
    pixel = int(edges.areas.by_row[1])
    assert both.unknown == {("lc", 99): pixel, ("lc16", 99): pixel}
    assert wide.unknown == {("lc16", 99): pixel}
    assert both.negative == {"agb": 2}
    assert wide.negative == {}


def test_progress_ends_at_the_whole():
    grid = make_grid()
    seen = []
    count(
        grid=grid,
        zones=tiling(grid, 5, 5),
        classes=[Memory(np.ones(grid.shape, dtype=np.uint8))],
        quantities=[],
        tables=[TableSpec(classes=(0,))],
        block=(5, 7),
        on_progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == sorted(seen)
    assert seen[-1] == (23, 23)


def test_an_error_of_a_reader_ends_the_run():
    grid = make_grid()

    class Broken(Memory):
        def read(self, *window):
            if window[0] >= 10:
                raise OSError("block 10 is corrupt")
            return super().read(*window)

    with pytest.raises(OSError, match="block 10 is corrupt"):
        count(
            grid=grid,
            zones=tiling(grid, 5, 5),
            classes=[Broken(np.ones(grid.shape, dtype=np.uint8))],
            quantities=[],
            tables=[TableSpec(classes=(0,))],
            block=(5, 7),
        )


def test_interrupting_the_calling_thread_stops_the_workers():
    grid = make_grid()

    def interrupt(_done, _total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        count(
            grid=grid,
            zones=tiling(grid, 5, 5),
            classes=[Memory(np.ones(grid.shape, dtype=np.uint8))],
            quantities=[],
            tables=[TableSpec(classes=(0,))],
            block=(5, 7),
            on_progress=interrupt,
        )


def test_table_that_does_not_come_out_even_fails_loudly(monkeypatch):
    monkeypatch.setattr(worker, "count_runs", lambda *_: -1)
    grid = make_grid()
    with pytest.raises(RastersError, match=r"did not come out even in block \(0, 23, 0, 31\)"):
        count(
            grid=grid,
            zones=tiling(grid, 5, 5),
            classes=[Memory(np.ones(grid.shape, dtype=np.uint8))],
            quantities=[],
            tables=[TableSpec(classes=(0,))],
        )


def test_dirty_table_is_noticed_by_the_flush():
    # a count that was left behind makes the flushed pixels more than were added
    table = np.zeros(256 * 8, dtype=np.uint64)
    table[8 * 1] = 1 << 51
    runs = np.array([[0, 0, 0, 5]], dtype=np.int32)
    keys = np.zeros(8192, dtype=np.uint16)
    alive = kernel.count_runs(
        runs,
        0,
        0,
        np.ones((1, 5), dtype=np.uint8),
        None,
        np.empty((0, 0), dtype=np.int32),
        np.arange(5, dtype=np.int32),
        np.arange(5, dtype=np.int32),
        None,
        np.empty(0, dtype=np.int64),
        np.array([100]),
        32,
        4096,
        keys,
        keys.view(np.uint64),
        np.full(16, 1 << 51, dtype=np.uint64),
        np.zeros(5, dtype=np.uint8),
        table,
        np.full(256, -1, dtype=np.int32),
        np.zeros(256, dtype=np.int32),
        np.zeros((256, 8), dtype=np.uint64),
    )
    assert alive < 0


@pytest.mark.parametrize(
    ("spec", "value"),
    [(TableSpec(classes=()), "0 layers, 0 bits"), (TableSpec(classes=(0,) * 4), "4 layers, 68")],
)
def test_key_that_holds_no_layer_or_too_many_is_refused(spec, value):
    grid = make_grid()
    layer = Memory(np.ones(grid.shape, dtype=np.uint16))
    with pytest.raises(RefusedError, match="engine-key-bits") as caught:
        count(grid=grid, zones=tiling(grid, 2, 1), classes=[layer], quantities=[], tables=[spec])
    assert value in caught.value.findings[0].value


def test_measured_raster_given_for_classes_is_refused():
    grid = make_grid(shape=(20, 30))
    layer = Memory(-np.arange(1, 601, dtype=np.int32).reshape(20, 30), values=(1,))
    with pytest.raises(RefusedError, match="engine-codes"):
        count(
            grid=grid,
            zones=tiling(grid, 2, 1),
            classes=[layer],
            quantities=[],
            tables=[TableSpec(classes=(0,))],
        )


@pytest.mark.parametrize(
    ("shape", "tiles", "expected"),
    [
        ((20000, 20000), [(512, 512), (512, 512), (1536, 1536)], (1536, 1536)),
        ((20000, 20000), [(256, 256)], (1536, 1536)),
        ((20000, 20000), [(512, 512), (1000, 1000)], (1536, 1536)),
        ((60000, 108000), [(1, 108000)], (21, 108000)),
        ((60000, 108000), [(16, 108000)], (16, 108000)),
        ((3600, 7200), [(3600, 7200)], (3600, 7200)),
        ((4, 5), [(512, 512)], (4, 5)),
    ],
)
def test_block_is_aligned_to_the_tilings(shape, tiles, expected):
    assert block_shape(shape, tiles) == expected


def test_sentinels_lie_beyond_every_raw_value():
    assert np.iinfo(np.int32).min > engine.NODATA > engine.OUTSIDE_EXTENT
