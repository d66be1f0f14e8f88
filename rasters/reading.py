"""Readers of one raster for one thread: own handle, own buffers, blocks of the reference grid.

Each `read` overwrites what the last one gave. A window of the file that would be much larger
than the block it serves (a fine layer under a coarse reference) is read in pieces, so that the
memory of a reader is bounded whatever the files are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from rasterio.errors import RasterioError
from rasterio.windows import Window

from .errors import RefusedError
from .findings import finding
from .lattice import CELL
from .layers import NODATA_INT, OUTSIDE, LayerBlock
from .resample import mean_cells, overlap_mean, pick, pick_cells, sample_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from .lattice import Lattice
    from .source import RasterSource

    Box = tuple[int, int, int, int]
    """row0, row1, col0, col1, ends excluded."""
    Cells = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]
    """Corners u and v, and which cells are good, of one row of cells."""

_PIECE_PIXELS = 2**22  # 4 million: 32 MB as float64
_SNAP = 1e-6  # layer pixels: an edge this near a pixel's edge is on it


class Buffer:
    """An array that grows and is handed out in the shape asked for."""

    def __init__(self, dtype: np.dtype[Any] | type) -> None:
        self._flat = np.empty(1, dtype=dtype)

    def view(self, rows: int, cols: int) -> NDArray[Any]:
        """Return rows x cols of the buffer, C-contiguous, whatever they hold."""
        if self._flat.size < rows * cols:
            self._flat = np.empty(rows * cols, dtype=self._flat.dtype)
        return self._flat[: rows * cols].reshape(rows, cols)


class _Reader:
    """An open file and its raw buffer."""

    def __init__(self, source: RasterSource) -> None:
        self.source = source
        self._raw = Buffer(np.dtype(source.dtype))
        try:
            self._dataset = rasterio.open(source.path, driver="GTiff")
        except RasterioError as error:
            raise self._refused("raster-unreadable", error) from error

    def close(self) -> None:
        """Close the file."""
        self._dataset.close()

    def raw(self, box: Box) -> NDArray[Any]:
        """Return the pixels of a window of the file; zeros, and no empty array, if it is empty."""
        row0, row1, col0, col1 = box
        if row1 <= row0 or col1 <= col0:
            empty = self._raw.view(max(row1 - row0, 1), max(col1 - col0, 1))
            empty[:] = 0
            return empty
        out = self._raw.view(row1 - row0, col1 - col0)
        window = Window(col0, row0, col1 - col0, row1 - row0)
        try:
            self._dataset.read(self.source.band, out=out, window=window)
        except RasterioError as error:
            height, width = self.source.block_shape
            place = f"({row0 // height}, {col0 // width})"
            raise self._refused("raster-block-unreadable", place, count=1) from error
        return out

    def _refused(self, code: str, value: object, **words: object) -> RefusedError:
        where = self.source.path.name
        return RefusedError([finding("rasters", code, value=value, where=where, **words)])


class _Amounts(_Reader):
    """A file of amounts."""

    def __init__(self, source: RasterSource, per_unit: int, maximum: int) -> None:
        super().__init__(source)
        self.per_unit = per_unit
        self.maximum = maximum
        self._values = Buffer(np.float64)
        self._nodata = [np.dtype(source.dtype).type(value) for value in source.nodata]

    def values(self, box: Box) -> NDArray[np.float64]:
        """Return the pixels of a window in raster units, NaN where there is no value."""
        raw = self.raw(box)
        values = self._values.view(*raw.shape)
        values[:] = raw
        for value in self._nodata:
            values[raw == value] = np.nan
        self.check(values > self.maximum / self.per_unit, values)
        return values

    def check(self, above: NDArray[np.bool_], values: NDArray[Any]) -> None:
        """Refuse amounts that no block can hold, infinity among them."""
        if above.any():
            raise self._refused(
                "raster-above-maximum",
                values[above].max(),
                count=int(above.sum()),
                limit=self.maximum / self.per_unit,
                product=self.source.product.id,
            )


class _Index:
    """An index per row and column of the reference, cut to a block and its window."""

    def __init__(self, rows: NDArray[np.int32], cols: NDArray[np.int32]) -> None:
        self._all = (rows, cols)
        self._own = (np.empty_like(rows), np.empty_like(cols))
        self._plain = np.arange(max(rows.size, cols.size), dtype=np.int32)

    def cut(self, block: Box) -> tuple[Box, list[NDArray[np.int32] | None]]:
        """Return the window of the file and the index into it, None where it is 0, 1, 2, ..."""
        box: list[int] = []
        indexes: list[NDArray[np.int32] | None] = []
        for whole, own, start, stop in zip(
            self._all, self._own, block[::2], block[1::2], strict=True
        ):
            part, index = whole[start:stop], own[: stop - start]
            inside = part[part != OUTSIDE]
            low, high = (int(inside.min()), int(inside.max()) + 1) if inside.size else (0, 0)
            np.subtract(part, low, out=index)
            index[part == OUTSIDE] = OUTSIDE
            box += [low, high]
            indexes.append(None if np.array_equal(index, self._plain[: index.size]) else index)
        return (box[0], box[1], box[2], box[3]), indexes


class ClassIndexReader(_Reader):
    """Codes of a raster in the reference's CRS."""

    def __init__(
        self, source: RasterSource, rows: NDArray[np.int32], cols: NDArray[np.int32]
    ) -> None:
        super().__init__(source)
        self._index = _Index(rows, cols)
        self._out = Buffer(np.dtype(source.dtype))

    def read(self, row0: int, row1: int, col0: int, col1: int) -> LayerBlock:
        """Return a block of the reference grid; see `layers.LayerReader`."""
        block = (row0, row1, col0, col1)
        box, (rows, cols) = self._index.cut(block)
        if _area(box) <= max(_PIECE_PIXELS, 2 * _area(block)):
            return LayerBlock(data=self.raw(box), row_index=rows, col_index=cols, share=None)
        return self._picked(block)

    def _picked(self, block: Box) -> LayerBlock:
        """Gather the few codes that a coarse reference needs out of a fine layer."""
        out = self._out.view(block[1] - block[0], block[3] - block[2])
        for piece in _pieces(block, lambda part: _area(self._index.cut(part)[0])):
            box, (rows, cols) = self._index.cut(piece)
            raw = self.raw(box)
            down = np.arange(raw.shape[0]) if rows is None else np.maximum(rows, 0)
            across = np.arange(raw.shape[1]) if cols is None else np.maximum(cols, 0)
            out[_place(piece, block)] = raw[np.ix_(down, across)]
        _, (rows, cols) = self._index.cut(block)
        for index in (rows, cols):
            if index is not None:
                inside = index != OUTSIDE
                index[inside] = np.flatnonzero(inside)
        return LayerBlock(data=out, row_index=rows, col_index=cols, share=None)


class QuantityIndexReader(_Amounts):
    """Amounts of a raster whose pixels hold whole reference pixels."""

    def __init__(
        self,
        source: RasterSource,
        rows: NDArray[np.int32],
        cols: NDArray[np.int32],
        per_unit: int,
        maximum: int,
    ) -> None:
        super().__init__(source, per_unit, maximum)
        self._index = _Index(rows, cols)
        self._out = Buffer(np.int32)

    def read(self, row0: int, row1: int, col0: int, col1: int) -> LayerBlock:
        """Return a block of the reference grid; see `layers.LayerReader`."""
        box, (rows, cols) = self._index.cut((row0, row1, col0, col1))
        if np.dtype(self.source.dtype).kind == "f":
            values = self.values(box)
            out = self._out.view(*values.shape)
            missing = np.isnan(values)
            np.rint(np.multiply(values, self.per_unit, out=values), out=values)
            values[missing] = NODATA_INT
            np.maximum(values, NODATA_INT, out=values)
            out[:] = values
        else:
            raw = self.raw(box)
            out = self._out.view(*raw.shape)
            missing = np.isin(raw, self._nodata) if self._nodata else np.zeros(raw.shape, bool)
            self.check((raw > self.maximum) & ~missing, raw)
            out[:] = raw
            out[missing] = NODATA_INT
        return LayerBlock(data=out, row_index=rows, col_index=cols, share=None)


class QuantityOverlapReader(_Amounts):
    """Amounts of a raster in the reference's CRS whose pixels lie anyhow."""

    def __init__(
        self,
        source: RasterSource,
        rows: tuple[float, float],
        cols: tuple[float, float],
        per_unit: int,
        maximum: int,
    ) -> None:
        super().__init__(source, per_unit, maximum)
        self._axes = (rows, cols)
        self._out = Buffer(np.int32)
        self._share = Buffer(np.uint16)

    def read(self, row0: int, row1: int, col0: int, col1: int) -> LayerBlock:
        """Return a block of the reference grid; see `layers.LayerReader`."""
        block = (row0, row1, col0, col1)
        shape = (row1 - row0, col1 - col0)
        out, share = self._out.view(*shape), self._share.view(*shape)
        for piece in _pieces(block, lambda part: _area(self._cut(part)[0])):
            box, down, across = self._cut(piece)
            place = _place(piece, block)
            if _area(box) == 0:
                out[place], share[place] = NODATA_INT, 0
                continue
            data, origin = self.values(box), (piece[0] - row0, piece[2] - col0)
            overlap_mean(data, down, across, self.per_unit, origin, out, share)
        return LayerBlock(data=out, row_index=None, col_index=None, share=share)

    def _cut(self, block: Box) -> tuple[Box, NDArray[np.float64], NDArray[np.float64]]:
        """Return the window of the file and the edges (n, 2) of the block's rows and columns."""
        box, edges = [], []
        for (offset, step), start, stop, most in zip(
            self._axes, block[::2], block[1::2], self.source.grid.shape, strict=True
        ):
            at = offset + step * np.arange(start, stop + 1)
            near = np.rint(at)
            at = np.where(np.abs(at - near) <= _SNAP, near, at)
            low = min(max(int(np.floor(at.min())), 0), most)
            high = min(max(int(np.ceil(at.max())), low), most)
            box += [low, high]
            edges.append(np.sort(np.column_stack([at[:-1], at[1:]]), axis=1) - low)
        return (box[0], box[1], box[2], box[3]), edges[0], edges[1]


class ClassPointReader(_Reader):
    """Codes of a raster in another CRS."""

    def __init__(self, source: RasterSource, lattice: Lattice) -> None:
        super().__init__(source)
        self._lattice = lattice
        self._out = Buffer(np.dtype(source.dtype))
        self._outside = Buffer(np.bool_)

    def read(self, row0: int, row1: int, col0: int, col1: int) -> LayerBlock:
        """Return a block of the reference grid; see `layers.LayerReader`."""
        block = (row0, row1, col0, col1)
        shape = (row1 - row0, col1 - col0)
        out, outside = self._out.view(*shape), self._outside.view(*shape)
        for part, box, cells in _cells(self.source.grid.shape, self._lattice, block):
            pick_cells(self.raw(box), box[::2], *cells, block, part, out, outside)
            for piece, window, u, v in _uneven(self.source, self._lattice, part, cells[2], 1):
                origin = (piece[0] - row0, piece[2] - col0)
                pick(self.raw(window), window[::2], u, v, origin, out, outside)
        return LayerBlock(data=out, row_index=None, col_index=None, share=None, outside=outside)


class QuantityPointReader(_Amounts):
    """Amounts of a raster in another CRS."""

    def __init__(
        self,
        source: RasterSource,
        lattice: Lattice,
        samples: int,
        per_unit: int,
        maximum: int,
    ) -> None:
        super().__init__(source, per_unit, maximum)
        self._lattice = lattice
        self._samples = samples
        self._out = Buffer(np.int32)
        self._share = Buffer(np.uint16)

    def read(self, row0: int, row1: int, col0: int, col1: int) -> LayerBlock:
        """Return a block of the reference grid; see `layers.LayerReader`."""
        block = (row0, row1, col0, col1)
        shape = (row1 - row0, col1 - col0)
        out, share = self._out.view(*shape), self._share.view(*shape)
        scaling = (self._samples, self.per_unit)
        for part, box, cells in _cells(self.source.grid.shape, self._lattice, block):
            mean_cells(self.values(box), box[::2], *cells, block, part, scaling, out, share)
            for piece, window, u, v in _uneven(
                self.source, self._lattice, part, cells[2], self._samples
            ):
                origin = (piece[0] - row0, piece[2] - col0)
                sample_mean(self.values(window), window[::2], u, v, *scaling, origin, out, share)
        return LayerBlock(data=out, row_index=None, col_index=None, share=share)


def _area(box: Box) -> int:
    return (box[1] - box[0]) * (box[3] - box[2])


def _place(piece: Box, block: Box) -> tuple[slice, slice]:
    """Return a piece as slices of its block."""
    row0, _, col0, _ = block
    return slice(piece[0] - row0, piece[1] - row0), slice(piece[2] - col0, piece[3] - col0)


def _halves(block: Box) -> tuple[Box, Box] | None:
    """Cut a block in two, by rows while it has several: files are read along rows."""
    row0, row1, col0, col1 = block
    if row1 - row0 > 1:
        middle = (row0 + row1) // 2
        return (row0, middle, col0, col1), (middle, row1, col0, col1)
    if col1 - col0 > 1:
        middle = (col0 + col1) // 2
        return (row0, row1, col0, middle), (row0, row1, middle, col1)
    return None


def _pieces(block: Box, cost: Callable[[Box], int]) -> Iterator[Box]:
    """Cut a block until each piece needs a window of at most `_PIECE_PIXELS`, or is one pixel."""
    halves = _halves(block) if cost(block) > _PIECE_PIXELS else None
    if halves is None:
        yield block
        return
    for half in halves:
        yield from _pieces(half, cost)


def _cells(
    shape: tuple[int, int], lattice: Lattice, block: Box
) -> Iterator[tuple[Box, Box, Cells]]:
    """Yield runs of cells of one row: part of the block, window of the file, the cells.

    Cells that need a window too large for a reader are given as not good.
    """
    row0, row1, col0, col1 = block
    for i in range(row0 // CELL, -(-row1 // CELL)):
        pending = [(col0 // CELL, -(-col1 // CELL))]
        whole = lattice.cells(i, i + 1, *pending[0])
        first = pending[0][0]
        while pending:
            j0, j1 = pending.pop()
            u, v = (np.ascontiguousarray(at[:, j0 - first : j1 - first + 1]) for at in whole[:2])
            good = np.ascontiguousarray(whole[2][:, j0 - first : j1 - first])
            box = _hull(shape, u, v, good)
            if _area(box) > _PIECE_PIXELS:
                if j1 - j0 > 1:
                    middle = (j0 + j1) // 2
                    pending += [(j0, middle), (middle, j1)]
                    continue
                good[:], box = False, (0, 0, 0, 0)
            rows = (max(i * CELL, row0), min((i + 1) * CELL, row1))
            yield (*rows, max(j0 * CELL, col0), min(j1 * CELL, col1)), box, (u, v, good)


def _uneven(
    source: RasterSource, lattice: Lattice, part: Box, good: NDArray[np.bool_], samples: int
) -> Iterator[tuple[Box, Box, NDArray[np.float64], NDArray[np.float64]]]:
    """Yield the cells of a part that are not good, in pieces: piece, window, coordinates."""
    row0, row1, col0, col1 = part
    for j in np.flatnonzero(~good[0]) + col0 // CELL:
        cell = (row0, row1, max(int(j) * CELL, col0), min((int(j) + 1) * CELL, col1))
        u, v = lattice.points(*cell, samples)
        pending = [cell]
        while pending:
            piece = pending.pop()
            place = tuple(slice(s.start * samples, s.stop * samples) for s in _place(piece, cell))
            part_u, part_v = np.ascontiguousarray(u[place]), np.ascontiguousarray(v[place])
            box = _window(source.grid.shape, part_u, part_v)
            halves = _halves(piece) if _area(box) > _PIECE_PIXELS else None
            if halves is not None:
                pending += halves
            else:
                yield piece, box, part_u, part_v


def _hull(
    shape: tuple[int, int],
    u: NDArray[np.float64],
    v: NDArray[np.float64],
    good: NDArray[np.bool_],
) -> Box:
    """Return the window that holds every point of the good cells that lies on the raster."""
    if not good.any():
        return 0, 0, 0, 0
    at_corner = np.zeros(u.shape, dtype=np.bool_)
    for down in (0, 1):
        at_corner[down, :-1] |= good[0]
        at_corner[down, 1:] |= good[0]
    edges: list[int] = []
    for values, length in ((v[at_corner], shape[0]), (u[at_corner], shape[1])):
        # A patch stays between its corners but for rounding: one pixel is margin enough.
        low = min(max(int(np.floor(values.min())) - 1, 0), length)
        edges += [low, max(min(int(np.floor(values.max())) + 2, length), low)]
    return edges[0], edges[1], edges[2], edges[3]


def _window(shape: tuple[int, int], u: NDArray[np.float64], v: NDArray[np.float64]) -> Box:
    """Return the window that holds every point that lies on a raster of ``shape``."""
    rows, cols = shape
    on = (u >= 0) & (u < cols) & (v >= 0) & (v < rows)
    if not on.any():
        return 0, 0, 0, 0
    u, v = u[on], v[on]
    return int(v.min()), int(v.max()) + 1, int(u.min()), int(u.max()) + 1
