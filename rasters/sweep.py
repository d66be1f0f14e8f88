"""Compiled inner loops of the coverage: walk the edges, sweep the rows, share out the areas.

Signed-area accumulation, as font rasterisers do it: each piece of an edge inside a pixel adds
the part of the pixel to its right, and its height to every pixel further right. Heights and
areas are whole units of 2^-32 of a pixel, so that the heights of a closed ring cancel exactly
and two zones that share an edge add up to one exactly.

Source: the cell accumulation of LibArt and FreeType's "smooth" rasteriser (ftgrays.c), here on
the ellipsoidal area of the row and in integers.
"""

# ruff: noqa: PLR0913, PLR0917  # compiled loops take their arrays one by one

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNIT = 2**32
"""One pixel, in units of coverage."""

COL_BITS, ROW_BITS, ZONE_BITS = 26, 18, 19
"""Bits of a sort key: columns of a grid, rows of a band, zones."""

_FEW = 48  # entries that plain insertion sorts fastest
_SLACK = 64  # units; each piece of an edge rounds by half a unit


@njit(nogil=True, cache=True)
def _share(f: float, k: float) -> int:
    """Return the part of a row's area above the offset f, in units."""
    return int(np.floor((f + k * f * (1.0 - f)) * 4294967296.0 + 0.5))


@njit(nogil=True, cache=True)
def bound(
    x0: NDArray[np.float64],
    y0: NDArray[np.float64],
    x1: NDArray[np.float64],
    y1: NDArray[np.float64],
    row0: int,
    row1: int,
    cols: int,
) -> int:
    """Return how many entries `walk` may write at most."""
    total = 0
    for e in range(x0.size):
        top, bottom = max(y0[e], float(row0)), min(y1[e], float(row1))
        if top < bottom:
            left = max(min(x0[e], x1[e]), -1.0)
            right = min(max(x0[e], x1[e]), float(cols))
            total += int(bottom - top) + 3
            if right > left:
                total += int(right - left) + 2
    return total


@njit(nogil=True, cache=True)
def walk(  # noqa: C901, PLR0912  # the corners of the grid are the point
    x0: NDArray[np.float64],
    y0: NDArray[np.float64],
    x1: NDArray[np.float64],
    y1: NDArray[np.float64],
    zone: NDArray[np.int32],
    sign: NDArray[np.int8],
    curvature: NDArray[np.float64],
    row0: int,
    row1: int,
    cols: int,
    key: NDArray[np.int64],
    cover: NDArray[np.int64],
    area: NDArray[np.int64],
) -> int:
    """Write the entries of rows row0 <= r < row1: sort key, height and area, in units.

    The key is line << COL_BITS | column, with line = zone * rows + row of the band.

    Edges run from smaller to larger y (y0 < y1), in pixels. What is left of the grid counts
    wholly in column 0; what is right of it covers nothing.
    """
    n = 0
    for e in range(x0.size):
        ax, ay, bx, by = x0[e], y0[e], x1[e], y1[e]
        if by <= row0 or ay >= row1:
            continue
        per_row, least, most = (bx - ax) / (by - ay), min(ax, bx), max(ax, bx)
        per_col = (by - ay) / (bx - ax) if bx != ax else 0.0
        first = max(row0, int(np.floor(ay)))
        last = min(row1, int(np.ceil(by)))
        for r in range(first, last):
            k = curvature[r]
            # points follow from the edge alone, never from the piece before: any band agrees
            if ay >= r:
                top, here = ay, ax
            else:
                top, here = float(r), min(max(ax + (r - ay) * per_row, least), most)
            if by <= r + 1:
                bottom, there = by, bx
            else:
                bottom, there = r + 1.0, min(max(ax + (r + 1 - ay) * per_row, least), most)
            col = int(min(max(np.floor(here), -1.0), float(cols)))
            end = int(min(max(np.floor(there), -1.0), float(cols)))
            step = 1 if end >= col else -1
            f, t = top - r, _share(top - r, k)
            while True:
                if col == end:
                    x_out, f_out = there, bottom - r
                else:
                    x_out = col + 1.0 if step > 0 else float(col)
                    y_out = min(max(ay + (x_out - ax) * per_col, top), bottom)
                    f_out = max(y_out - r, f)
                t_out = _share(f_out, k)
                if t_out != t and col < cols:
                    height = t_out - t
                    right = height
                    if col >= 0:
                        # Simpson is exact here: x is linear and dt/df linear in f
                        w0, w1 = 1 + k * (1 - 2 * f), 1 + k * (1 - 2 * f_out)
                        middle = 2 * (w0 + w1)
                        mean = (here * w0 + (here + x_out) / 2 * middle + x_out * w1) / (
                            w0 + middle + w1
                        )
                        right = int(np.floor((1.0 - (mean - col)) * height + 0.5))
                    line = np.int64(zone[e]) * (row1 - row0) + (r - row0)
                    key[n] = (line << COL_BITS) | np.int64(max(col, 0))
                    cover[n], area[n] = sign[e] * height, sign[e] * right
                    n += 1
                if col == end:
                    break
                here, f, t = x_out, f_out, t_out
                col += step
    return n


@njit(nogil=True, cache=True)
def bucket_sort(key: NDArray[np.int64], shift: int, first: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the order of ``key``, dealt into the buckets ``key >> shift`` before it is sorted.

    ``first`` holds a zero for each bucket and one more. Twice as fast as argsort, for entries
    come in lines of a few.
    """
    n = key.size
    for i in range(n):
        first[(key[i] >> shift) + 1] += 1
    for b in range(first.size - 1):
        first[b + 1] += first[b]
    order = np.empty(n, dtype=np.int64)
    for i in range(n):
        b = key[i] >> shift
        order[first[b]] = i
        first[b] += 1
    start = 0
    for b in range(first.size - 1):
        end = first[b]
        gap = 1  # Shell sort: lines hold a few entries, rows of a coarse grid thousands
        while gap < (end - start) // _FEW:
            gap = 3 * gap + 1
        while gap > 0:
            for i in range(start + gap, end):
                moved, j = order[i], i
                while j >= start + gap and key[order[j - gap]] > key[moved]:
                    order[j] = order[j - gap]
                    j -= gap
                order[j] = moved
            gap //= 3
        start = end
    return order


@njit(nogil=True, cache=True)
def _put_run(runs: NDArray[np.int32], n: int, line: tuple[int, int], start: int, end: int) -> int:
    """Write a run where there is room, and return the number of runs; none begins at -1."""
    if start < 0:
        return n
    if n < len(runs):
        runs[n, 0], runs[n, 1], runs[n, 2], runs[n, 3] = line[0], line[1], start, end
    return n + 1


@njit(nogil=True, cache=True)
def sweep(
    key: NDArray[np.int64],
    order: NDArray[np.int64],
    cover: NDArray[np.int64],
    area: NDArray[np.int64],
    row0: int,
    row1: int,
    cols: int,
    runs: NDArray[np.int32],
    edges: NDArray[np.int32],
    fractions: NDArray[np.int64],
) -> tuple[int, int, int]:
    """Turn sorted entries into runs (zone, row, c0, c1) and edges (zone, row, col).

    Returns the numbers of runs and edges, of which only what fits is written, and the zone
    that covers a pixel less than 0 or more than 1, or -1.
    """
    n, n_runs, n_edges, i = order.size, 0, 0, 0
    while i < n:
        line = key[order[i]] >> COL_BITS
        place = (line // (row1 - row0), line % (row1 - row0) + row0)
        running, start, col = 0, -1, 0
        while col < cols:
            here = key[order[i]] if i < n else np.int64(-1)
            upto = int(here & ((1 << COL_BITS) - 1)) if here >> COL_BITS == line else cols
            if upto > col:
                # up to the next entry every pixel is covered by the running height
                fraction, after, slack = running, upto, 0
            else:
                fraction, after, slack = running, col + 1, _SLACK
                while i < n and key[order[i]] == here:
                    fraction += int(area[order[i]])
                    running += int(cover[order[i]])
                    slack += 1
                    i += 1
            if fraction < -slack or fraction > UNIT + slack:
                return n_runs, n_edges, place[0]
            if fraction >= UNIT:
                start = col if start < 0 else start
            else:
                n_runs, start = _put_run(runs, n_runs, place, start, col), -1
                if fraction > 0:
                    for c in range(col, after):
                        if n_edges < len(edges):
                            edges[n_edges, 0], edges[n_edges, 1] = place
                            edges[n_edges, 2], fractions[n_edges] = c, fraction
                        n_edges += 1
            col = after
        n_runs = _put_run(runs, n_runs, place, start, cols)
    return n_runs, n_edges, -1


@njit(nogil=True, cache=True)
def share_areas(
    edges: NDArray[np.int32],
    order: NDArray[np.int64],
    fractions: NDArray[np.int64],
    whole: NDArray[np.int64],
    areas: NDArray[np.int64],
) -> int:
    """Share each pixel's mm2 among its zones; return the largest area counted twice, in mm2.

    The area up to a zone is rounded and the zone takes the difference, so that the zones of a
    wholly covered pixel have its area exactly. ``order`` is by pixel, then by zone.
    """
    worst = 0
    cumulative, before = 0, 0
    last_row, last_col = -1, -1
    for i in range(order.size):
        e = order[i]
        if edges[e, 1] != last_row or edges[e, 2] != last_col:
            last_row, last_col = edges[e, 1], edges[e, 2]
            cumulative, before = 0, 0
        cumulative += fractions[e]
        pixel = whole[e]
        # cumulative * pixel / 2^32 in 64 bits: the pixel in two halves
        units, rest = cumulative >> 32, np.uint64(cumulative & 0xFFFFFFFF)
        high, low = pixel >> 32, np.uint64(pixel & 0xFFFFFFFF)
        part = (rest * low + np.uint64(1 << 31)) >> np.uint64(32)
        upto = units * pixel + np.int64(rest) * high + np.int64(part)
        areas[e] = upto - before
        before = upto
        worst = max(worst, upto - pixel)
    return worst


@njit(nogil=True, cache=True)
def count_blocks(
    runs: NDArray[np.int32],
    edges: NDArray[np.int32],
    row0: int,
    height: int,
    width: int,
    across: int,
    n_runs: NDArray[np.int64],
    n_edges: NDArray[np.int64],
) -> None:
    """Count the runs, cut at block borders, and the edges of each block of a band."""
    for i in range(len(runs)):
        down = (runs[i, 1] - row0) // height * across
        for b in range(runs[i, 2] // width, (runs[i, 3] - 1) // width + 1):
            n_runs[down + b] += 1
    for i in range(len(edges)):
        n_edges[(edges[i, 1] - row0) // height * across + edges[i, 2] // width] += 1


@njit(nogil=True, cache=True)
def fill_blocks(
    runs: NDArray[np.int32],
    edges: NDArray[np.int32],
    fractions: NDArray[np.int64],
    areas: NDArray[np.int64],
    row0: int,
    height: int,
    width: int,
    across: int,
    next_run: NDArray[np.int64],
    next_edge: NDArray[np.int64],
    runs_out: NDArray[np.int32],
    edges_out: NDArray[np.int32],
    fractions_out: NDArray[np.int64],
    areas_out: NDArray[np.int64],
) -> None:
    """Write runs and edges block by block, keeping their order within each."""
    for i in range(len(runs)):
        down = (runs[i, 1] - row0) // height * across
        for b in range(runs[i, 2] // width, (runs[i, 3] - 1) // width + 1):
            n = next_run[down + b]
            next_run[down + b] += 1
            runs_out[n, 0], runs_out[n, 1] = runs[i, 0], runs[i, 1]
            runs_out[n, 2] = max(runs[i, 2], b * width)
            runs_out[n, 3] = min(runs[i, 3], (b + 1) * width)
    for i in range(len(edges)):
        b = (edges[i, 1] - row0) // height * across + edges[i, 2] // width
        n = next_edge[b]
        next_edge[b] += 1
        for k in range(3):
            edges_out[n, k] = edges[i, k]
        fractions_out[n], areas_out[n] = fractions[i], areas[i]
