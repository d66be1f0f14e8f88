"""Bringing pixels of one grid to another: the compiled loops, without files or CRSs.

Each output pixel is summed in the order of the input's rows and columns, so that its value
depends on nothing but its own inputs, however the image is cut into blocks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from .lattice import CELL, ends
from .layers import NODATA_INT, SHARE_ONE

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEGATIVE = -1
"""Result where an input pixel is below zero: the engine counts and refuses it."""


@njit(nogil=True, cache=True)
def overlap_mean(
    data: NDArray[np.float64],
    row_edges: NDArray[np.float64],
    col_edges: NDArray[np.float64],
    per_unit: int,
    origin: tuple[int, int],
    out: NDArray[np.int32],
    share: NDArray[np.uint16],
) -> None:
    """Average input pixels over output pixels, weighted by the area they share.

    Parameters
    ----------
    data
        Input window (m, n); NaN where there is no value.
    row_edges, col_edges
        Edges (rows, 2) and (cols, 2) of the output pixels in rows and columns of the window,
        low before high; they may reach past the window, which counts as no value.
    per_unit
        Quanta in one unit of ``data``.
    origin
        Where in ``out`` and ``share`` the first output pixel goes.
    out, share
        Written: rounded mean over the valid part in quanta, and that part in 1/32768.

    """
    m, n = data.shape
    rows, cols = len(row_edges), len(col_edges)
    total, weight = np.empty(cols), np.empty(cols)
    below = np.empty(cols, dtype=np.bool_)
    for i in range(rows):
        total[:], weight[:], below[:] = 0.0, 0.0, False
        top, bottom = row_edges[i, 0], row_edges[i, 1]
        for r in range(max(0, int(np.floor(top))), min(m, int(np.ceil(bottom)))):
            height = min(bottom, r + 1.0) - max(top, float(r))
            for j in range(cols):
                left, right = col_edges[j, 0], col_edges[j, 1]
                for c in range(max(0, int(np.floor(left))), min(n, int(np.ceil(right)))):
                    value = data[r, c]
                    if not np.isnan(value):
                        part = (min(right, c + 1.0) - max(left, float(c))) * height
                        total[j] += part * value
                        weight[j] += part
                        below[j] |= value < 0
        for j in range(cols):
            part = weight[j] / ((bottom - top) * (col_edges[j, 1] - col_edges[j, 0]))
            place = (origin[0] + i, origin[1] + j)
            out[place], share[place] = _settled(total[j], weight[j], part, below[j], per_unit)


@njit(nogil=True, cache=True)
def _settled(
    total: float,
    weight: float,
    part: float,
    below: bool,  # noqa: FBT001  # numba knows no keyword-only arguments
    per_unit: int,
) -> tuple[int, int]:
    """Return quanta and share of one output pixel; a share that rounds to 0 is no value."""
    share = min(int(np.rint(part * SHARE_ONE)), SHARE_ONE)
    if below:
        return NEGATIVE, max(share, 1)
    if share == 0:
        return NODATA_INT, 0
    return int(np.rint(total / weight * per_unit)), share


@njit(nogil=True, cache=True)
def pick(
    data: NDArray[Any],
    corner: tuple[int, int],
    u: NDArray[np.float64],
    v: NDArray[np.float64],
    origin: tuple[int, int],
    out: NDArray[Any],
    outside: NDArray[np.bool_],
) -> None:
    """Take the input pixel that holds each point; 0 and ``outside`` where none does.

    Parameters
    ----------
    data
        Input window (m, n).
    corner
        Layer row and column of the window's first pixel.
    u, v
        Layer column and row (rows, cols); the pixel (r, c) holds c <= u < c + 1.
    origin
        Where in ``out`` and ``outside`` the first point goes.
    out, outside
        Written.

    """
    m, n = data.shape
    for i in range(u.shape[0]):
        for j in range(u.shape[1]):
            x, y = u[i, j] - corner[1], v[i, j] - corner[0]
            place = (origin[0] + i, origin[1] + j)
            if 0 <= x < n and 0 <= y < m:  # NaN fails
                out[place] = data[int(y), int(x)]
                outside[place] = False
            else:
                out[place] = 0
                outside[place] = True


@njit(nogil=True, cache=True)
def sample_mean(
    data: NDArray[np.float64],
    corner: tuple[int, int],
    u: NDArray[np.float64],
    v: NDArray[np.float64],
    samples: int,
    per_unit: int,
    origin: tuple[int, int],
    out: NDArray[np.int32],
    share: NDArray[np.uint16],
) -> None:
    """Average the input pixels at samples x samples points of each output pixel.

    Parameters
    ----------
    data
        Input window (m, n); NaN where there is no value.
    corner
        Layer row and column of the window's first pixel.
    u, v
        Layer column and row of the points, (rows * samples, cols * samples).
    samples, per_unit, origin
        Points along a side of an output pixel; the others as in `overlap_mean`.
    out, share
        Written as in `overlap_mean`.

    """
    m, n = data.shape
    for i in range(u.shape[0] // samples):
        for j in range(u.shape[1] // samples):
            total, count, below = 0.0, 0, False
            for b in range(j * samples, (j + 1) * samples):
                for a in range(i * samples, (i + 1) * samples):
                    x, y = u[a, b] - corner[1], v[a, b] - corner[0]
                    if 0 <= x < n and 0 <= y < m:  # NaN and inf fail
                        value = data[int(y), int(x)]
                        if value == value:  # noqa: PLR0124  # not NaN
                            total += value
                            count += 1
                            below |= value < 0
            place = (origin[0] + i, origin[1] + j)
            valid = count / (samples * samples)
            out[place], share[place] = _settled(total, count, valid, below, per_unit)


@njit(nogil=True, cache=True)
def pick_cells(
    data: NDArray[Any],
    corner: tuple[int, int],
    at_u: NDArray[np.float64],
    at_v: NDArray[np.float64],
    good: NDArray[np.bool_],
    block: tuple[int, int, int, int],
    part: tuple[int, int, int, int],
    out: NDArray[Any],
    outside: NDArray[np.bool_],
) -> None:
    """Take the input pixel at the centre of each output pixel of the good cells of one row.

    Parameters
    ----------
    data, corner
        Input window and the layer row and column of its first pixel.
    at_u, at_v, good
        Corners (2, n + 1) and cells (1, n) as of `lattice.Lattice.cells`.
    block, part
        row0, row1, col0, col1 of the block that ``out`` is for, and of the part of it that the
        cells hold: all rows of one row of cells, whole cells but for the ends.
    out, outside
        Written, of the block's shape.

    """
    m, n = data.shape
    first = part[2] // CELL
    for row in range(part[0], part[1]):
        s = (row % CELL + 0.5) / CELL
        for j in range(good.shape[1]):
            if not good[0, j]:
                continue
            # Ends of the row inside the cell; between them x and y are straight.
            x0, x1 = ends(at_u, 0, j, s)
            y0, y1 = ends(at_v, 0, j, s)
            dx, dy = x1 - x0, y1 - y0
            start = max((first + j) * CELL, part[2])
            for col in range(start, min((first + j + 1) * CELL, part[3])):
                t = (col % CELL + 0.5) / CELL
                x, y = x0 + dx * t - corner[1], y0 + dy * t - corner[0]
                place = (row - block[0], col - block[2])
                if 0 <= x < n and 0 <= y < m:
                    out[place] = data[int(y), int(x)]
                    outside[place] = False
                else:
                    out[place] = 0
                    outside[place] = True


@njit(nogil=True, cache=True)
def mean_cells(
    data: NDArray[np.float64],
    corner: tuple[int, int],
    at_u: NDArray[np.float64],
    at_v: NDArray[np.float64],
    good: NDArray[np.bool_],
    block: tuple[int, int, int, int],
    part: tuple[int, int, int, int],
    scaling: tuple[int, int],
    out: NDArray[np.int32],
    share: NDArray[np.uint16],
) -> None:
    """Average the input at points of each output pixel of the good cells of one row.

    Parameters
    ----------
    data, corner, at_u, at_v, good, block, part
        As in `pick_cells`; ``data`` is NaN where there is no value.
    scaling
        Points along the side of a pixel, and quanta in one unit of ``data``.
    out, share
        Written as in `overlap_mean`, of the block's shape.

    """
    m, n = data.shape
    samples, per_unit = scaling
    first = part[2] // CELL
    offsets = (np.arange(samples) + 0.5) / samples
    x0, dx, y0, dy = np.empty((4, samples))
    for row in range(part[0], part[1]):
        for j in range(good.shape[1]):
            if not good[0, j]:
                continue
            for a in range(samples):
                s = (row % CELL + offsets[a]) / CELL
                x0[a], x1 = ends(at_u, 0, j, s)
                y0[a], y1 = ends(at_v, 0, j, s)
                dx[a], dy[a] = x1 - x0[a], y1 - y0[a]
            left = (first + j) * CELL
            for col in range(max(left, part[2]), min(left + CELL, part[3])):
                total, count, below = 0.0, 0, False
                for b in range(samples):
                    t = (col - left + offsets[b]) / CELL
                    for a in range(samples):
                        x, y = x0[a] + dx[a] * t - corner[1], y0[a] + dy[a] * t - corner[0]
                        if 0 <= x < n and 0 <= y < m:
                            value = data[int(y), int(x)]
                            if value == value:  # noqa: PLR0124  # not NaN
                                total += value
                                count += 1
                                below |= value < 0
                place = (row - block[0], col - block[2])
                valid = count / (samples * samples)
                out[place], share[place] = _settled(total, count, valid, below, per_unit)
