"""Compiled inner loops of the counting engine.

Whole pixels of a row share one area, so they are counted before anything is multiplied: one
addition of a packed word (count, count of values, sum of values) per pixel, into a table with
a cache line of eight lanes per key, so that equal neighbours do not wait for each other. Before
the area changes the table is flushed into sums of area, over a list of the keys that are alive
in this zone and block; if the flushed count is short of the pixels, the pixels are looked
through for the keys that are new. The loop is bounded, and a table that does not come out
even ends the run.

All numbers are unsigned or whole, so that the sums are the same in any order.
"""

# ruff: noqa: PLR0913, PLR0917, PLR1714  # compiled loops take their arrays one by one

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from .layers import NODATA_INT, OUTSIDE, SHARE_ONE

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

LANES = 8
"""Counters of a key, in one cache line."""

MOST_PIXELS = 4096
"""Pixels between two flushes: 13 bits of a packed word hold the count."""

SUM_BITS = 38
"""Bits of a packed word for the sum of a quantity over one flush."""

UNKNOWN = np.uint16(65535)
"""Entry of a look-up table for a raw value that the legend does not explain."""

_ONE = np.uint64(1)
_8 = np.uint64(8)
_16, _32, _48 = np.uint64(16), np.uint64(32), np.uint64(48)
_LOW16, _LOW32 = np.uint64(0xFFFF), np.uint64(0xFFFFFFFF)
_SUM_MASK = np.uint64(2**SUM_BITS - 1)
_COUNT_MASK = np.uint64(2**13 - 1)
_PIXEL = np.uint64(1 << (SUM_BITS + 13))
_VALUE = np.uint64((1 << (SUM_BITS + 13)) + (1 << SUM_BITS))
_SUM_SHIFT, _COUNT_SHIFT = np.uint64(SUM_BITS), np.uint64(SUM_BITS + 13)


@njit(nogil=True, cache=True)
def quantity_range(data: NDArray[np.int32]) -> tuple[int, bool]:
    """Return the largest value of a quantity block, and whether any is negative."""
    largest, negative = 0, False
    for row in range(data.shape[0]):
        for col in range(data.shape[1]):
            value = data[row, col]
            largest = max(largest, value)
            negative |= (value < 0) & (value != NODATA_INT)
    return largest, negative


@njit(nogil=True, cache=True)
def add_to_plane(
    plane: NDArray[np.uint16],
    size: int,
    data: NDArray[Any],
    row_index: NDArray[np.int32],
    col_index: NDArray[np.int32],
    outside: NDArray[np.bool_] | None,
    lut: NDArray[np.uint16],
) -> bool:
    """Turn each key of a plane into key * size + lut[code]; say whether all codes are known.

    The last entry of ``lut`` stands for pixels outside the layer.
    """
    known = True
    beyond = lut.size - 1
    for row in range(plane.shape[0]):
        r = row_index[row]
        for col in range(plane.shape[1]):
            c = col_index[col]
            code = beyond if r == OUTSIDE or c == OUTSIDE else np.int64(data[r, c])
            if outside is not None and outside[row, col]:
                code = beyond
            dense = lut[code]
            known &= dense != UNKNOWN
            plane[row, col] = np.uint16(plane[row, col] * size + dense)
    return known


@njit(nogil=True, cache=True)
def _words(
    data: NDArray[np.int32],
    row: int,
    col_index: NDArray[np.int32],
    share: NDArray[np.uint16] | None,
    block_row: int,
    c0: int,
    c1: int,
    edges: NDArray[np.int64],
    words: NDArray[np.uint64],
    bins: NDArray[np.uint8],
) -> None:
    """Write the packed words, and bins, of one row of a quantity."""
    columns, out, classes = col_index[c0:c1], words[c0:c1], bins[c0:c1]
    last, word, number = np.int64(-2), _PIXEL, 0
    for i in range(out.size):
        if columns[i] != last:
            last = np.int64(columns[i])
            q = np.int64(data[row, last]) if row != OUTSIDE and last != OUTSIDE else np.int64(-1)
            word = _PIXEL if q < 0 else _VALUE + np.uint64(q)
            number = 0
            while number < edges.size and q >= edges[number]:
                number += 1
        out[i] = word
        if edges.size:
            classes[i] = number
    if share is not None:
        # partly valid pixels are added one by one elsewhere
        part = share[block_row, c0:c1]
        for i in range(out.size):
            if part[i] != SHARE_ONE:
                out[i] = _PIXEL


# The next three take slices, whose indexes cannot be negative: the compiler then vectorises them.


@njit(nogil=True, cache=True)
def _copy(first: NDArray[Any], keys: NDArray[Any]) -> None:
    """Write keys that are codes."""
    for i in range(keys.size):
        keys[i] = first[i]


@njit(nogil=True, cache=True)
def _pair(first: NDArray[Any], second: NDArray[Any], keys: NDArray[Any]) -> None:
    """Write keys of two bytes."""
    for i in range(keys.size):
        keys[i] = (np.uint16(first[i]) << np.uint16(8)) | np.uint16(second[i])


@njit(nogil=True, cache=True)
def _spread(bins: NDArray[np.uint8], n_bins: int, keys: NDArray[Any]) -> None:
    """Turn keys into places in a table with several bins each."""
    for i in range(keys.size):
        keys[i] = keys[i] * n_bins + bins[i]


@njit(nogil=True, cache=True)
def _add_16(
    table: NDArray[np.uint64],
    packed: NDArray[np.uint64],
    p: int,
    words: NDArray[np.uint64],
    c: int,
    n: int,
) -> None:
    """Add n words to the lanes of their 16-bit keys, four of which are read at once."""
    at = np.uint64(p >> 2)
    col = np.uint64(c)
    for _ in range(n >> 3):
        k, m = packed[at], packed[at + _ONE]
        table[((k & _LOW16) << np.uint64(3))] += words[col]
        table[(((k >> _16) & _LOW16) << np.uint64(3)) + _ONE] += words[col + _ONE]
        table[(((k >> _32) & _LOW16) << np.uint64(3)) + np.uint64(2)] += words[col + np.uint64(2)]
        table[((k >> _48) << np.uint64(3)) + np.uint64(3)] += words[col + np.uint64(3)]
        table[((m & _LOW16) << np.uint64(3)) + np.uint64(4)] += words[col + np.uint64(4)]
        table[(((m >> _16) & _LOW16) << np.uint64(3)) + np.uint64(5)] += words[col + np.uint64(5)]
        table[(((m >> _32) & _LOW16) << np.uint64(3)) + np.uint64(6)] += words[col + np.uint64(6)]
        table[((m >> _48) << np.uint64(3)) + np.uint64(7)] += words[col + np.uint64(7)]
        at += np.uint64(2)
        col += _8


@njit(nogil=True, cache=True)
def _flush(
    keys: NDArray[Any],
    used: int,
    pixels: int,
    area: int,
    bits: int,
    table: NDArray[np.uint64],
    slots: NDArray[np.int32],
    live: NDArray[np.int32],
    alive: int,
    sums: NDArray[np.uint64],
) -> int:
    """Move the table into the sums of its keys; return how many are alive, or -1 - alive."""
    low = np.uint64(area) & ((_ONE << np.uint64(bits)) - _ONE)
    high = np.uint64(area) >> np.uint64(bits)
    left = pixels
    # few pixels and many keys: look at the pixels' keys alone
    listed = alive if alive < used else 0
    for n in range(listed + used):
        if n >= listed and left == 0:
            break
        key = np.int64(live[n]) if n < listed else np.int64(keys[n - listed])
        base = np.uint64(key) << np.uint64(3)
        word = np.uint64(0)
        for lane in range(LANES):
            word += table[base + np.uint64(lane)]
        if word == 0:
            continue
        for lane in range(LANES):
            table[base + np.uint64(lane)] = np.uint64(0)
        slot = n if n < listed else int(slots[key])
        if slot < 0:
            slot = alive
            slots[key], live[slot] = slot, key
            alive += 1
        count = word >> _COUNT_SHIFT
        valid = (word >> _SUM_SHIFT) & _COUNT_MASK
        total = word & _SUM_MASK
        sums[slot, 0] += count
        sums[slot, 1] += count * low
        sums[slot, 2] += count * high
        sums[slot, 3] += valid * low
        sums[slot, 4] += valid * high
        sums[slot, 5] += total * low
        sums[slot, 6] += total * high
        left -= int(np.int64(count))
    return alive if left == 0 else -1 - alive


@njit(nogil=True, cache=True)
def count_runs(  # noqa: C901, PLR0912  # one loop, for the buffers are shared
    runs: NDArray[np.int32],
    row0: int,
    col0: int,
    first: NDArray[Any],
    second: NDArray[Any] | None,
    data: NDArray[np.int32],
    row_index: NDArray[np.int32],
    col_index: NDArray[np.int32],
    share: NDArray[np.uint16] | None,
    edges: NDArray[np.int64],
    row_area: NDArray[np.int64],
    bits: int,
    most: int,
    keys: NDArray[Any],
    packed: NDArray[np.uint64],
    words: NDArray[np.uint64],
    bins: NDArray[np.uint8],
    table: NDArray[np.uint64],
    slots: NDArray[np.int32],
    live: NDArray[np.int32],
    sums: NDArray[np.uint64],
) -> int:
    """Count the whole pixels of one zone in one block; return how many keys are alive.

    The key of a pixel is that of ``first``, or of ``first`` and ``second`` as two bytes; its
    place in the table is key * (number of edges + 1) + bin. ``data`` of no rows means no
    quantity. ``sums`` holds for each live key: count, area, area with a value, and area times
    value, the areas in a low part of ``bits`` bits and the rest. Negative: the table did not
    come out even.
    """
    alive, used, pixels, area = 0, 0, 0, -1
    loaded, lo, hi = -2, 0, 0
    n_bins = edges.size + 1
    narrow = keys.itemsize == 2  # noqa: PLR2004
    for n in range(len(runs)):
        r, c, end = runs[n, 1] - row0, runs[n, 2] - col0, runs[n, 3] - col0
        if row_area[r] != area:
            if pixels:
                alive = _flush(keys, used, pixels, area, bits, table, slots, live, alive, sums)
                if alive < 0:
                    return alive
                used = pixels = 0
            area = int(row_area[r])
        if data.size:
            row = row_index[r]
            if share is not None or row != loaded or c < lo or end > hi:
                _words(data, row, col_index, share, r, c, end, edges, words, bins)
                loaded, lo, hi = row, c, end
        while c < end:
            m = min(end - c, most - pixels)
            if used + m + LANES > keys.size or m == 0:
                alive = _flush(keys, used, pixels, area, bits, table, slots, live, alive, sums)
                if alive < 0:
                    return alive
                used = pixels = 0
                continue
            part = keys[used : used + m]
            if second is None:
                _copy(first[r, c : c + m], part)
            else:
                _pair(first[r, c : c + m], second[r, c : c + m], part)
            if n_bins > 1:
                _spread(bins[c : c + m], n_bins, part)
            done = 0
            if narrow:
                _add_16(table, packed, used, words, c, m)
                done = m & ~7
            for i in range(done, m):
                at = (np.uint64(part[i]) << np.uint64(3)) + np.uint64(i & 7)
                table[at] += words[c + i]
            pixels += m
            c += m
            used += m
            while used & 3:  # the next run begins at a word of four keys; repeats do no harm
                keys[used] = keys[used - 1]
                used += 1
    if pixels:
        alive = _flush(keys, used, pixels, area, bits, table, slots, live, alive, sums)
    return alive


@njit(nogil=True, cache=True)
def expand_runs(
    runs: NDArray[np.int32],
    start: int,
    offset: int,
    zone: NDArray[np.int32],
    rows: NDArray[np.int32],
    cols: NDArray[np.int32],
) -> tuple[int, int, int]:
    """Write the pixels of runs one by one; return how many, and where to go on."""
    n = 0
    while start < len(runs):
        c = runs[start, 2] + offset
        while c < runs[start, 3] and n < zone.size:
            zone[n], rows[n], cols[n] = runs[start, 0], runs[start, 1], c
            n += 1
            c += 1
        if c < runs[start, 3]:
            return n, start, c - runs[start, 2]
        start, offset = start + 1, 0
    return n, start, 0


@njit(nogil=True, cache=True)
def partial_pixels(
    runs: NDArray[np.int32],
    row0: int,
    col0: int,
    share: NDArray[np.uint16],
    out: NDArray[np.int32],
) -> int:
    """Write zone, row and column of whole pixels with a value in a part; return how many."""
    n = 0
    for i in range(len(runs)):
        r = runs[i, 1] - row0
        for c in range(runs[i, 2] - col0, runs[i, 3] - col0):
            if 0 < share[r, c] < SHARE_ONE:
                if n < len(out):
                    out[n, 0], out[n, 1], out[n, 2] = runs[i, 0], runs[i, 1], c + col0
                n += 1
    return n


@njit(nogil=True, cache=True)
def gather_codes(
    keys: NDArray[np.uint64],
    bits: int,
    data: NDArray[Any],
    row_index: NDArray[np.int32],
    col_index: NDArray[np.int32],
    outside: NDArray[np.bool_] | None,
    rows: NDArray[np.int32],
    cols: NDArray[np.int32],
    row0: int,
    col0: int,
) -> None:
    """Append the code of each pixel to its key; 2^(bits - 1) stands for outside."""
    for i in range(rows.size):
        row, col = rows[i] - row0, cols[i] - col0
        r, c = row_index[row], col_index[col]
        code = np.uint64(1 << (bits - 1))
        if r != OUTSIDE and c != OUTSIDE and (outside is None or not outside[row, col]):
            code = np.uint64(data[r, c])
        keys[i] = (keys[i] << np.uint64(bits)) | code


@njit(nogil=True, cache=True)
def gather_quantity(
    data: NDArray[np.int32],
    row_index: NDArray[np.int32],
    col_index: NDArray[np.int32],
    share: NDArray[np.uint16] | None,
    edges: NDArray[np.int64],
    rows: NDArray[np.int32],
    cols: NDArray[np.int32],
    row0: int,
    col0: int,
    areas: NDArray[np.int64],
    values: NDArray[np.int32],
    bins: NDArray[np.int32],
    valid: NDArray[np.int64],
) -> int:
    """Write value (-1 for none), bin and valid mm2 of each pixel; return how many are negative."""
    negative = 0
    for i in range(rows.size):
        row, col = rows[i] - row0, cols[i] - col0
        r, c = row_index[row], col_index[col]
        q = np.int64(NODATA_INT)
        if r != OUTSIDE and c != OUTSIDE:
            q = np.int64(data[r, c])
        negative += (q < 0) & (q != NODATA_INT)
        area = areas[i]
        if share is not None:
            part = np.int64(share[row, col])
            if part == 0:
                q = np.int64(-1)
            # area * part / 2^15, rounded, without leaving 64 bits
            area = (area >> 15) * part + (((area & 32767) * part + 16384) >> 15)
        number = 0
        while q >= 0 and number < edges.size and q >= edges[number]:
            number += 1
        values[i] = -1 if q < 0 else q
        bins[i], valid[i] = number, area
    return negative


@njit(nogil=True, cache=True)
def encode_wide(
    data: NDArray[Any],
    limit: int,
    extra: NDArray[np.int64],
    out: NDArray[np.uint16],
) -> bool:
    """Write codes of 16 bits: a value below ``limit`` is its own, others are limit + place.

    Returns False where a value is not among the extra values.
    """
    last, code = np.int64(-1), np.int64(-1)
    for row in range(data.shape[0]):
        for col in range(data.shape[1]):
            value = np.int64(data[row, col])
            if 0 <= value < limit:
                out[row, col] = value
                continue
            if value != last or code < 0:
                last, code = value, np.int64(-1)
                for i in range(extra.size):
                    if extra[i] == value:
                        code = np.int64(limit + i)
                if code < 0:
                    return False
            out[row, col] = code
    return True
