"""Bringing pixels of one grid to another: the compiled loops, without files or CRSs.

Each output pixel is summed in the order of the input's rows and columns, so that its value
depends on nothing but its own inputs, however the image is cut into blocks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from .layers import NODATA_INT, SHARE_ONE

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEGATIVE = -1
"""Result where an input pixel is below zero: the engine counts and refuses it."""


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def overlap_mean(
    data: NDArray[np.float64],
    row_edges: NDArray[np.float64],
    col_edges: NDArray[np.float64],
    per_quantum: float,
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
    per_quantum
        Quanta in one unit of ``data``.
    out, share
        Written: rounded mean over the valid part in quanta and that part in 1/32768, both
        (rows, cols).

    """
    m, n = data.shape
    rows, cols = out.shape
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
            whole = (bottom - top) * (col_edges[j, 1] - col_edges[j, 0])
            _settle(total[j], weight[j], whole, below[j], per_quantum, out, share, i, j)


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def _settle(
    total: float,
    weight: float,
    whole: float,
    below: bool,  # noqa: FBT001  # numba knows no keyword-only arguments
    per_quantum: float,
    out: NDArray[np.int32],
    share: NDArray[np.uint16],
    i: int,
    j: int,
) -> None:
    """Write one output pixel; a share that rounds to nothing is no value at all."""
    part = np.int64(np.rint(weight / whole * SHARE_ONE))
    if below:
        out[i, j], share[i, j] = NEGATIVE, max(part, 1)
    elif part == 0:
        out[i, j], share[i, j] = NODATA_INT, 0
    else:
        out[i, j] = np.int32(np.rint(total / weight * per_quantum))
        share[i, j] = min(part, SHARE_ONE)


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def pick(
    data: NDArray[Any],
    u: NDArray[np.float64],
    v: NDArray[np.float64],
    out: NDArray[Any],
    outside: NDArray[np.bool_],
) -> None:
    """Take the input pixel that holds each point; 0 and ``outside`` where none does.

    Parameters
    ----------
    data
        Input window (m, n).
    u, v
        Column and row coordinates (rows, cols) in the window: pixel (r, c) holds c <= u < c + 1.
    out, outside
        Written, (rows, cols).

    """
    m, n = data.shape
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            x, y = u[i, j], v[i, j]
            if x >= 0 and y >= 0 and x < n and y < m:  # NaN fails
                out[i, j] = data[int(y), int(x)]
                outside[i, j] = False
            else:
                out[i, j] = 0
                outside[i, j] = True


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def sample_mean(
    data: NDArray[np.float64],
    u: NDArray[np.float64],
    v: NDArray[np.float64],
    samples: int,
    per_quantum: float,
    out: NDArray[np.int32],
    share: NDArray[np.uint16],
) -> None:
    """Average the input pixels at samples x samples points of each output pixel.

    Parameters
    ----------
    data
        Input window (m, n); NaN where there is no value.
    u, v
        Column and row coordinates of the points, (rows * samples, cols * samples).
    samples, per_quantum
        Points along a side; quanta in one unit of ``data``.
    out, share
        Written as in `overlap_mean`, (rows, cols).

    """
    m, n = data.shape
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            total, weight, below = 0.0, 0.0, False
            for a in range(i * samples, (i + 1) * samples):
                for b in range(j * samples, (j + 1) * samples):
                    x, y = u[a, b], v[a, b]
                    if x >= 0 and y >= 0 and x < n and y < m:
                        value = data[int(y), int(x)]
                        if not np.isnan(value):
                            total += value
                            weight += 1.0
                            below |= value < 0
            _settle(total, weight, samples * samples * 1.0, below, per_quantum, out, share, i, j)
