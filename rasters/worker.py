"""What one thread of the counting engine does with one block.

It reads every layer, chooses the fast or the general way for each table, and adds to its own
tallies, which are joined at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .errors import RastersError
from .job import BYTE_BITS
from .kernel import (
    LANES,
    MOST_PIXELS,
    SUM_BITS,
    UNKNOWN,
    add_to_plane,
    count_runs,
    expand_runs,
    gather_codes,
    gather_quantity,
    partial_pixels,
    quantity_range,
)
from .sweep import UNIT
from .tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from numpy.typing import NDArray

    from .area import PixelAreas
    from .coverage import BlockCoverage
    from .job import Job, PlannedTable
    from .layers import LayerBlock, LayerReader

_MOST_KEYS = 65_536  # of a packed table: 4 MB per bin and thread
_CHUNK = 16_384  # pixels that go one by one through the general way at a time
_PAIR = 2
_NO_QUANTITY = np.empty((0, 0), dtype=np.int32)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pixels:
    """A chunk of single pixels."""

    zone: NDArray[np.int32]
    rows: NDArray[np.int32]
    cols: NDArray[np.int32]
    fractions: NDArray[np.int64]
    areas: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layer:
    """A block of one layer with its indexes filled in."""

    data: NDArray[Any]
    row_index: NDArray[np.int32]
    col_index: NDArray[np.int32]
    share: NDArray[np.uint16] | None
    outside: NDArray[np.bool_] | None
    plain: bool  # every reference pixel is the layer's pixel of the same row and column


class Worker:
    """Reader of all layers and counter of all tables, for one thread."""

    def __init__(self, job: Job, areas: PixelAreas, side: tuple[int, int]) -> None:
        self._job = job
        self._areas = areas
        self._readers: list[LayerReader] = []
        self._side = side
        self.negative = [0] * len(job.quantities)
        self.tallies = {
            (t, m): Tally()
            for t, spec in enumerate(job.tables)
            for m in range(-1, len(spec.quantities))
        }

    def __enter__(self) -> Self:
        """Open the layers and set the buffers aside."""
        self._readers = [layer.reader() for layer in self._job.classes]
        self._readers += [layer.reader() for layer in self._job.quantities]
        self._ramp = np.arange(max(self._side), dtype=np.int32)
        self._words = np.empty(self._side[1] + LANES, dtype=np.uint64)
        self._bins = np.zeros(self._side[1], dtype=np.uint8)
        self._keys = np.empty(2 * MOST_PIXELS, dtype=np.uint64)
        self._plane = np.empty(0, dtype=np.uint16)
        self._wide: dict[int, NDArray[np.uint16]] = {}
        self._room(256)
        self._luts = [self._lookups(spec) for spec in self._job.tables]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the layers, and let go of the buffers but for the tallies."""
        for reader in self._readers:
            reader.close()
        for name in ("_table", "_sums", "_slots", "_live", "_plane", "_wide", "_words"):
            setattr(self, name, None)

    def count(self, pieces: Sequence[BlockCoverage]) -> None:
        """Count one block, read once, in every table and for every set of zones on it."""
        window = pieces[0].window
        layers = [self._read(i, window) for i in range(len(self._readers))]
        classes = layers[: len(self._job.classes)]
        quantities = layers[len(self._job.classes) :]
        largest = []
        for i, layer in enumerate(quantities):
            top, negative = quantity_range(layer.data)
            largest.append(top)
            if negative:
                self._count_negative(i, layer, pieces[0])
        for piece in pieces:
            for t in range(len(self._job.tables)):
                fast = self._fast(t, piece, classes, quantities, largest)
                self._general(t, piece, classes, quantities, runs=not fast)

    # ---- reading

    def _read(self, i: int, window: tuple[int, int, int, int]) -> _Layer:
        """Read one layer on a window and fill in what it leaves out."""
        block: LayerBlock = self._readers[i].read(*window)
        data = block.data
        if i < len(self._job.classes) and self._job.codes[i].wide:
            if i not in self._wide or self._wide[i].size < data.size:
                self._wide[i] = np.empty(data.size, dtype=np.uint16)
            data = self._job.codes[i].encode(data, self._wide[i])
        height, width = window[1] - window[0], window[3] - window[2]
        rows = self._ramp[:height] if block.row_index is None else block.row_index
        cols = self._ramp[:width] if block.col_index is None else block.col_index
        plain = block.row_index is None and block.col_index is None and block.outside is None
        return _Layer(
            data=data,
            row_index=rows,
            col_index=cols,
            share=block.share,
            outside=block.outside,
            plain=plain,
        )

    # ---- the fast way

    def _room(self, size: int) -> None:
        """Set aside clean tables for ``size`` keys and bins."""
        self._table = np.zeros(size * LANES, dtype=np.uint64)
        self._slots = np.full(size, -1, dtype=np.int32)
        self._live = np.empty(size, dtype=np.int32)
        self._sums = np.zeros((size, LANES), dtype=np.uint64)

    def _lookups(
        self, spec: PlannedTable
    ) -> tuple[list[NDArray[np.uint16]], NDArray[np.uint64]] | None:
        """Return dense numbers of the codes of each layer, and the key of each combination."""
        luts, keys = [], np.zeros(1, dtype=np.uint64)
        for position, i in enumerate(spec.classes):
            plan = self._job.codes[i]
            raws = (*plan.layer.values, *plan.layer.nodata)
            codes = sorted({c for raw in raws if (c := plan.code(raw)) is not None})
            codes.append(plan.outside)
            if len(keys) * len(codes) >= _MOST_KEYS:
                return None
            lut = np.full(plan.outside + 1, UNKNOWN, dtype=np.uint16)
            lut[codes] = np.arange(len(codes))
            luts.append(lut)
            bits = np.uint64(spec.bits[position])
            keys = ((keys[:, np.newaxis] << bits) | np.array(codes, dtype=np.uint64)).ravel()
        return luts, keys

    def _keys_of(
        self, t: int, window: tuple[int, int, int, int], classes: list[_Layer]
    ) -> tuple[NDArray[Any], NDArray[Any] | None, NDArray[np.uint64]] | None:
        """Return the one or two arrays that make the key, and the tally's key of each."""
        spec = self._job.tables[t]
        layers = [classes[i] for i in spec.classes]
        bytes_ = all(layer.plain and layer.data.dtype == np.uint8 for layer in layers)
        if bytes_ and len(layers) == 1:
            return layers[0].data, None, np.arange(256, dtype=np.uint64)
        if bytes_ and len(layers) == _PAIR:
            pair = np.arange(_MOST_KEYS, dtype=np.uint64)
            low, bits = np.uint64(255), np.uint64(BYTE_BITS)
            return layers[0].data, layers[1].data, (pair >> np.uint64(8) << bits) | (pair & low)
        lookups = self._luts[t]
        if lookups is None:
            return None
        height, width = window[1] - window[0], window[3] - window[2]
        if self._plane.size < height * width:
            self._plane = np.empty(height * width, dtype=np.uint16)
        plane = self._plane[: height * width].reshape(height, width)
        plane.fill(0)
        for layer, lut in zip(layers, lookups[0], strict=True):
            size = int(lut[-1]) + 1
            if not add_to_plane(
                plane, size, layer.data, layer.row_index, layer.col_index, layer.outside, lut
            ):
                return None
        return plane, None, lookups[1]

    def _fast(
        self,
        t: int,
        piece: BlockCoverage,
        classes: list[_Layer],
        quantities: list[_Layer],
        largest: list[int],
    ) -> bool:
        """Count the whole pixels of a block through packed tables, or say that it cannot be."""
        if not len(piece.runs):
            return True
        if self._areas.by_row is None:
            return False
        row0, row1, col0, col1 = piece.window
        row_area = self._areas.by_row[row0:row1]
        pixels = (row1 - row0) * (col1 - col0)
        spec = self._job.tables[t]
        limbs = [
            _limb_bits(pixels * max(1, top), int(row_area.max()))
            for top in [1, *(largest[q] for q in spec.quantities)]
        ]
        if None in limbs:
            return False
        keys = self._keys_of(t, piece.window, classes)
        if keys is None:
            return False
        zone = piece.runs[:, 0]
        borders = [0, *(np.flatnonzero(np.diff(zone)) + 1).tolist(), len(zone)]
        for m, q in enumerate(spec.quantities or (None,)):
            layer = None if q is None else quantities[q]
            edges = () if q is None else self._job.quantities[q].edges
            bits = limbs[0] if q is None else limbs[m + 1]
            top = 1 if q is None else max(1, largest[q])
            for start, end in pairwise(borders):
                self._count_zone(t, m, piece, piece.runs[start:end], keys, layer, edges, bits, top)
            if layer is not None and layer.share is not None:
                self._add_partial(t, m, piece, classes, layer)
        return True

    def _count_zone(
        self,
        t: int,
        m: int,
        piece: BlockCoverage,
        runs: NDArray[np.int32],
        keys: tuple[NDArray[Any], NDArray[Any] | None, NDArray[np.uint64]],
        layer: _Layer | None,
        edges: tuple[int, ...],
        bits: int | None,
        top: int,
    ) -> None:
        """Count the whole pixels of one zone for one quantity, or none."""
        first, second, decode = keys
        n_bins = len(edges) + 1
        size = len(decode) * n_bins
        if len(self._slots) < size:
            self._room(size)
        row0, row1, col0, _ = piece.window
        assert self._areas.by_row is not None and bits is not None  # noqa: S101, PT018  # typing
        if layer is None:
            self._words.fill(1 << (SUM_BITS + 13))
        row_keys = self._keys.view(np.uint16 if size <= _MOST_KEYS else np.uint32)[
            : 2 * MOST_PIXELS
        ]
        alive = count_runs(
            runs,
            row0,
            col0,
            first,
            second,
            _NO_QUANTITY if layer is None else layer.data,
            self._ramp if layer is None else layer.row_index,
            self._ramp if layer is None else layer.col_index,
            None if layer is None else layer.share,
            np.array(edges, dtype=np.int64),
            self._areas.by_row[row0:row1],
            bits,
            min(MOST_PIXELS, (2**SUM_BITS - 1) // top),
            row_keys,
            row_keys.view(np.uint64),
            self._words,
            self._bins,
            self._table,
            self._slots,
            self._live,
            self._sums,
        )
        if alive < 0:
            raise RastersError(f"a packed table did not come out even in block {piece.window}")
        live = self._live[:alive]
        sums = self._sums[:alive]
        zone, codes, bin_ = int(runs[0, 0]), decode[live // n_bins], live % n_bins
        if m == 0:
            self.tallies[t, -1].add_slots(
                zone, codes, np.zeros_like(bin_), sums[:, :3],
                np.array([32, 0, bits], dtype=np.int64), np.array([0, 1, 1], dtype=np.int64),
            )  # fmt: skip
        if layer is not None:
            self.tallies[t, m].add_slots(
                zone, codes, bin_, sums[:, 3:7],
                np.array([0, bits, 0, bits], dtype=np.int64),
                np.array([0, 0, 1, 1], dtype=np.int64),
            )  # fmt: skip
        sums.fill(0)
        self._slots[live] = -1

    def _add_partial(
        self, t: int, m: int, piece: BlockCoverage, classes: list[_Layer], layer: _Layer
    ) -> None:
        """Add the whole pixels of which only a part has a value."""
        assert layer.share is not None  # noqa: S101  # typing
        row0, _, col0, _ = piece.window
        out = np.empty((_CHUNK, 3), dtype=np.int32)
        n = partial_pixels(piece.runs, row0, col0, layer.share, out)
        if n > len(out):
            out = np.empty((n, 3), dtype=np.int32)
            partial_pixels(piece.runs, row0, col0, layer.share, out)
        for start in range(0, n, _CHUNK):
            part = np.ascontiguousarray(out[start : min(n, start + _CHUNK)].T)
            pixels = self._whole(part[0], part[1], part[2])
            keys = self._gather_keys(t, piece, classes, pixels)
            self._add_quantity(t, m, piece, layer, keys, pixels)

    # ---- the general way

    def _general(
        self,
        t: int,
        piece: BlockCoverage,
        classes: list[_Layer],
        quantities: list[_Layer],
        *,
        runs: bool,
    ) -> None:
        """Count single pixels: the edges, and where need be the runs."""
        for pixels in self._chunks(piece, runs=runs):
            keys = self._gather_keys(t, piece, classes, pixels)
            n = len(keys)
            zeros, ones = np.zeros(n, dtype=np.int32), np.ones(n, dtype=np.int32)
            self.tallies[t, -1].add(pixels.zone, keys, zeros, pixels.fractions, pixels.areas, ones)
            for m, q in enumerate(self._job.tables[t].quantities):
                self._add_quantity(t, m, piece, quantities[q], keys, pixels)

    def _chunks(self, piece: BlockCoverage, *, runs: bool) -> Iterator[_Pixels]:
        """Give the edge pixels, and where asked the pixels of runs, a chunk at a time."""
        for start in range(0, len(piece.edges), _CHUNK):
            part = slice(start, start + _CHUNK)
            zone, rows, cols = np.ascontiguousarray(piece.edges[part].T)
            yield _Pixels(
                zone=zone,
                rows=rows,
                cols=cols,
                fractions=piece.fractions[part],
                areas=piece.areas_mm2[part],
            )
        at, offset = (0, 0) if runs else (len(piece.runs), 0)
        while at < len(piece.runs):
            zone, rows, cols = (np.empty(_CHUNK, dtype=np.int32) for _ in range(3))
            n, at, offset = expand_runs(piece.runs, at, offset, zone, rows, cols)
            yield self._whole(zone[:n], rows[:n], cols[:n])

    def _whole(
        self, zone: NDArray[np.int32], rows: NDArray[np.int32], cols: NDArray[np.int32]
    ) -> _Pixels:
        """Return whole pixels with their areas."""
        return _Pixels(
            zone=zone,
            rows=rows,
            cols=cols,
            fractions=np.full(len(zone), UNIT, dtype=np.int64),
            areas=self._areas.at(rows, cols),
        )

    def _gather_keys(
        self, t: int, piece: BlockCoverage, classes: list[_Layer], pixels: _Pixels
    ) -> NDArray[np.uint64]:
        """Return the key of each pixel."""
        keys = np.zeros(len(pixels.zone), dtype=np.uint64)
        spec = self._job.tables[t]
        for i, bits in zip(spec.classes, spec.bits, strict=True):
            layer = classes[i]
            gather_codes(
                keys,
                bits,
                layer.data,
                layer.row_index,
                layer.col_index,
                layer.outside,
                pixels.rows,
                pixels.cols,
                piece.window[0],
                piece.window[2],
            )
        return keys

    def _gather(
        self, q: int, piece: BlockCoverage, layer: _Layer, pixels: _Pixels
    ) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64], int]:
        """Return value, bin and valid area of each pixel, and how many are negative."""
        n = len(pixels.zone)
        values, bins = np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32)
        valid = np.empty(n, dtype=np.int64)
        negative = gather_quantity(
            layer.data,
            layer.row_index,
            layer.col_index,
            layer.share,
            np.array(self._job.quantities[q].edges, dtype=np.int64),
            pixels.rows,
            pixels.cols,
            piece.window[0],
            piece.window[2],
            pixels.areas,
            values,
            bins,
            valid,
        )
        return values, bins, valid, negative

    def _add_quantity(
        self,
        t: int,
        m: int,
        piece: BlockCoverage,
        layer: _Layer,
        keys: NDArray[np.uint64],
        pixels: _Pixels,
    ) -> None:
        """Add the values of single pixels to one tally."""
        q = self._job.tables[t].quantities[m]
        values, bins, valid, _ = self._gather(q, piece, layer, pixels)
        self.tallies[t, m].add(pixels.zone, keys, bins, valid, valid, values)

    def _count_negative(self, q: int, layer: _Layer, piece: BlockCoverage) -> None:
        """Count the covered pixels with a negative value."""
        for pixels in self._chunks(piece, runs=True):
            self.negative[q] += int(self._gather(q, piece, layer, pixels)[3])


def _limb_bits(total: int, area: int) -> int | None:
    """Return how many low bits of an area go into the first of two sums of 64 bits.

    ``total`` is the largest possible sum over a block of what areas are multiplied with. None:
    two sums cannot hold it.
    """
    bits = min(63 - total.bit_length(), 62)
    return bits if bits > 0 and area.bit_length() - bits + total.bit_length() <= 63 else None  # noqa: PLR2004
