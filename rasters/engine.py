"""Count layers over zones in one pass: exact sums, the same for any block size and any threads.

For every zone and combination of class codes (such as year 0, year 1, stratum) the engine gives
the pixels, their area and, for each quantity, the area that has a value and the sum of area
times value: the sufficient statistic of an inventory. Everything is a whole number, so that
the order of blocks does not matter, and raw codes are counted, so that a legend can be
corrected without reading a raster again.

Blocks are read by a few threads, each with its own handles and buffers; the coverage of the
zones is built in bands just ahead of them, and blocks without a zone are never read. Whole
pixels whose area is that of their row go through the packed tables of `kernel`; edge pixels,
pixels of conformal grids and whatever does not fit there go one by one through `tally`. Both
give the same integers.
"""

from __future__ import annotations

import math
import os
import queue
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .coverage import bands_of, renumbered, zone_edges
from .job import Job
from .worker import Worker
from .zones import Zones

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from .area import PixelAreas
    from .coverage import BlockCoverage, ZoneEdges
    from .grid import Grid
    from .layers import ClassLayer, QuantityLayer

    Task = tuple[list[BlockCoverage], float]
    """What each set of zones covers of a block; the rows of progress that it stands for."""
    ZoneLayers = tuple[tuple[ZoneEdges, int], ...]
    """Edges of each set of zones, and the number of its first zone."""

NODATA = -(2**40)
"""In `Counts.codes`: inside the layer, without an observation; beyond any raw value."""

OUTSIDE_EXTENT = NODATA - 1
"""In `Counts.codes`: beyond the extent of the layer."""

_BLOCK_SIDE = 1536  # pixels: three tiles of 512, and of 512 at a third of the resolution
_MOST_SIDE = 3072  # a common multiple of the tilings beyond this costs more memory than it saves
_MOST_WORKERS = 16
_PATIENCE_S = 0.2  # how often the feeding thread looks whether a worker has failed


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """One table to count: which layers make its key and which are summed."""

    classes: tuple[int, ...]
    """Indexes of class layers, in the order of the key; none twice."""
    quantities: tuple[int, ...] = ()
    """Indexes of quantity layers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """One counted table; rows are sorted by zone and codes."""

    zone: NDArray[np.int64]
    """Index of the zone, shape (n,)."""
    codes: NDArray[np.int64]
    """Raw codes of the class layers, shape (n, k), or `NODATA`, or `OUTSIDE_EXTENT`."""
    pixels: NDArray[np.object_]
    """Covered pixels in units of 2^-32, Python integers, shape (n,)."""
    area_mm2: NDArray[np.object_]
    """Covered area in mm2, Python integers, shape (n,)."""
    quantity_area_mm2: tuple[NDArray[np.object_], ...]
    """For each quantity: area with a value, in mm2, by bin; shape (n, bins)."""
    quantity_sum: tuple[NDArray[np.object_], ...]
    """For each quantity: sum of area times value, in mm2 x quanta, by bin; shape (n, bins)."""
    unknown: dict[tuple[str, int], int]
    """Raw values that no legend explains: layer name and value to their area in mm2."""
    negative: dict[str, int]
    """Quantity layers with negative values to how many covered pixels have one."""


def count(
    *,
    grid: Grid,
    zones: Zones | Sequence[Zones],
    classes: Sequence[ClassLayer],
    quantities: Sequence[QuantityLayer],
    tables: Sequence[TableSpec],
    workers: int | None = None,
    block: tuple[int, int] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[Counts]:
    """Count every table over every zone, reading each layer once.

    Parameters
    ----------
    grid
        Reference grid that holds all zones (`covering_grid` makes one).
    zones
        Checked zones, or several sets of them, which may overlap one another; the zone numbers
        of the result run on through the sets.
    classes, quantities
        Layers brought to ``grid``.
    tables
        What to count; each table needs one class layer at least.
    workers
        Threads; default one per processor, 16 at most.
    block
        Rows and columns read at once; default about 1,536, aligned to the layers' tiles. The
        result does not depend on it.
    on_progress
        Called with rows done and rows in all, from the calling thread.

    Returns
    -------
    list of Counts
        One per table, in their order. Unknown codes and negative quantities are reported in
        it, not raised.

    Raises
    ------
    RefusedError
        Where the zones do not fit the grid or cover pixels twice (see `zone_edges`), or a
        layer has more codes than can be counted (``engine-key-bits``, ``engine-codes``).

    """
    job = Job.of(grid, classes, quantities, [(t.classes, t.quantities) for t in tables])
    sets = [zones] if isinstance(zones, Zones) else list(zones)
    edges = [zone_edges(grid, one) for one in sets]
    firsts = np.cumsum([0, *(len(one.codes) for one in sets[:-1])]).tolist()
    tiles = [layer.tile for layer in classes] + [layer.tile for layer in quantities]
    side = block or block_shape(grid.shape, tiles)
    n = min(workers or _processors(), _MOST_WORKERS)
    layers = tuple(zip(edges, firsts, strict=True))
    done = _run(job, layers, side, n, on_progress or _ignore)
    return [_counts(job, t, done, len(sets[0].codes)) for t in range(len(tables))]


def block_shape(shape: tuple[int, int], tiles: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return rows and columns of a block that is aligned to the tilings and about 1,536 square.

    Parameters
    ----------
    shape
        Rows and columns of the reference grid.
    tiles
        Tile of each layer in reference pixels, most important first. Tiles as wide as the grid
        (strips) make blocks as wide, and lower.

    Examples
    --------
    >>> block_shape((20000, 20000), [(512, 512), (512, 512), (1536, 1536)])
    (1536, 1536)
    >>> block_shape((20000, 20000), [(1, 20000)])
    (117, 20000)
    >>> block_shape((300, 400), [(300, 400)])
    (300, 400)

    """
    sides = [1, 1]
    for axis in (0, 1):
        for tile in tiles:
            common = math.lcm(sides[axis], min(tile[axis], shape[axis]))
            if common <= _MOST_SIDE or sides[axis] == 1:
                sides[axis] = common
    rows, cols = sides
    wide = min(shape[1], max(1, _BLOCK_SIDE // cols) * cols)
    pixels = _BLOCK_SIDE * _BLOCK_SIDE
    high = max(1, min(_BLOCK_SIDE, pixels // wide) // rows) * rows
    return min(shape[0], high), wide


def _ignore(_done: int, _total: int) -> None:
    """Report progress to nobody."""


def _processors() -> int:
    """Return the number of processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Crew:
    """Threads that work off blocks; the first error of any of them ends the run."""

    def __init__(self, job: Job, areas: PixelAreas, side: tuple[int, int], workers: int) -> None:
        self.tasks: queue.Queue[Task | None] = queue.Queue(2 * workers)
        self.failed: list[BaseException] = []
        self.rows_done = 0.0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self.workers = [Worker(job, areas, side) for _ in range(workers)]
        self._threads = [
            threading.Thread(target=self._work, args=(w,), name=f"count-{i}", daemon=True)
            for i, w in enumerate(self.workers)
        ]
        for thread in self._threads:
            thread.start()

    def _work(self, worker: Worker) -> None:
        """Work off blocks until there are none, or somebody has failed."""
        try:
            with worker:
                while (task := self.tasks.get()) is not None:
                    if self._stop.is_set():
                        continue
                    worker.count(task[0])
                    with self._lock:
                        self.rows_done += task[1]
        except BaseException as error:  # noqa: BLE001  # handed to the calling thread
            self.failed.append(error)
            self._stop.set()
            while self.tasks.get() is not None:  # let the feeder and the others come to an end
                pass

    def put(self, task: Task) -> None:
        """Hand out a block, waiting for room; raise what a worker has raised."""
        while True:
            if self.failed:
                raise self.failed[0]
            try:
                self.tasks.put(task, timeout=_PATIENCE_S)
            except queue.Full:
                continue
            return

    def join(self, report: Callable[[], None]) -> None:
        """Wait for the last block."""
        for _ in self._threads:
            while True:
                try:
                    self.tasks.put(None, timeout=_PATIENCE_S)
                except queue.Full:
                    report()
                    continue
                break
        for thread in self._threads:
            while thread.is_alive():
                thread.join(_PATIENCE_S)
                report()

    def stop(self) -> None:
        """Make the workers leave what is queued."""
        self._stop.set()
        self.join(lambda: None)


def _run(
    job: Job,
    layers: ZoneLayers,
    side: tuple[int, int],
    workers: int,
    on_progress: Callable[[int, int], None],
) -> list[Worker]:
    """Feed the blocks of all bands to the workers, and return these when all is counted."""
    edges = layers[0][0]
    total = edges.grid.shape[0]
    crew = _Crew(job, edges.areas, side, workers)

    def report() -> None:
        on_progress(min(int(crew.rows_done), total), total)

    try:
        for task in _tasks(layers, side):
            crew.put(task)
            report()
    except BaseException:
        crew.stop()
        raise
    crew.join(report)
    if crew.failed:
        raise crew.failed[0]
    on_progress(total, total)
    return crew.workers


def _tasks(layers: ZoneLayers, side: tuple[int, int]) -> Iterator[Task]:
    """Give each block, with what every set covers of it and the rows of progress it stands for."""
    for band in bands_of([edges for edges, _ in layers], side):
        across = max(1, len({window[2] for window in band}))
        for window, pieces in band.items():
            numbered = [renumbered(piece, layers[number][1]) for number, piece in pieces]
            yield numbered, (window[1] - window[0]) / across


def _counts(job: Job, table: int, workers: list[Worker], own: int) -> Counts:
    """Join the tallies of the workers into one sorted table.

    Unknown codes are measured over the first ``own`` zones, for further sets overlap them.
    """
    spec = job.tables[table]
    decode = job.decoder(table, NODATA, OUTSIDE_EXTENT)
    main: dict[tuple[int, ...], list[int]] = {}
    unknown: dict[tuple[str, int], int] = {}
    for zone, key, _, pixels, area in _rows(workers, (table, -1)):
        codes, strange = decode(key)
        entry = main.setdefault((zone, *codes), [0, 0])
        entry[0] += pixels
        entry[1] += area
        for name_value in strange:
            unknown[name_value] = unknown.get(name_value, 0) + (area if zone < own else 0)
    keys = sorted(main)
    place = {key: i for i, key in enumerate(keys)}
    areas, sums = [], []
    for position, quantity in enumerate(spec.quantities):
        n_bins = len(job.quantities[quantity].edges) + 1
        area_bins = np.full((len(keys), n_bins), 0, dtype=object)
        sum_bins = np.full((len(keys), n_bins), 0, dtype=object)
        for zone, key, bin_, area, total in _rows(workers, (table, position)):
            row = place[(zone, *decode(key)[0])]
            area_bins[row, bin_] += area
            sum_bins[row, bin_] += total
        areas.append(area_bins)
        sums.append(sum_bins)
    negative = {
        job.quantities[q].name: n
        for q in spec.quantities
        if (n := sum(w.negative[q] for w in workers))
    }
    return Counts(
        zone=np.array([key[0] for key in keys], dtype=np.int64),
        codes=np.array([key[1:] for key in keys], dtype=np.int64).reshape(-1, len(spec.classes)),
        pixels=_integers(main[key][0] for key in keys),
        area_mm2=_integers(main[key][1] for key in keys),
        quantity_area_mm2=tuple(areas),
        quantity_sum=tuple(sums),
        unknown=dict(sorted(unknown.items())),
        negative=negative,
    )


def _rows(
    workers: list[Worker], measure: tuple[int, int]
) -> Iterator[tuple[int, int, int, int, int]]:
    for worker in workers:
        yield from worker.tallies[measure].rows()


def _integers(values: Iterable[int]) -> NDArray[np.object_]:
    """Return Python integers of any size as an object array."""
    listed = list(values)
    out = np.empty(len(listed), dtype=np.object_)
    out[:] = listed
    return out
