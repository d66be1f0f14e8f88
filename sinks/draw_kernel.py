"""Compiled inner loops of the joint draws: sums of a form, and the ends of its distribution.

Many forms are summed over one block of draws before the next, so that the sources stay in the
cache, and the terms that share an area error are multiplied by it once. Of the sorted draws only
two at each end are needed: the draws are counted into bins, and what lies in the bins of the two is
sorted. The result is an exact order statistic whatever the bins are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK = 256  # draws summed at once: 2 kB of each source, so that 500 sources take 1 MB
_TAIL = 0.025  # probability beyond each bound of a 95 % interval
_BINS = 1024  # bins between the smallest and the largest draw; fewer draws are sorted whole
_TINY = 1e-290  # range of draws below which the bins have no width


@njit(nogil=True, cache=True)
def spread_forms(
    pointer: NDArray[np.int64],
    product: NDArray[np.int64],
    error: NDArray[np.int64],
    amount: NDArray[np.float64],
    products: NDArray[np.float64],
    errors: NDArray[np.float64],
    first: int,
    last: int,
    out: NDArray[np.float64],
) -> None:
    """Write 2.5 % point, 97.5 % point, mean and variance of the forms ``first`` to ``last``.

    Parameters
    ----------
    pointer
        Start of each form among its terms; shape (forms + 1,).
    product, error, amount
        Row of ``products`` and of ``errors`` and the amount of each term, sorted inside a form by
        error and product.
    products, errors
        Draws; shape (rows, draws). Row 0 of ``errors`` is 1.
    first, last
        The forms to do, the last one excluded.
    out
        Shape (forms, 4).

    """
    draws = errors.shape[1]
    total, part = np.zeros((last - first, draws)), np.empty(_BLOCK)
    for start in range(0, draws, _BLOCK):
        stop = min(start + _BLOCK, draws)
        for form in range(first, last):
            at, end = pointer[form], pointer[form + 1]
            while at < end:
                shared = error[at]
                part[:] = 0.0
                while at < end and error[at] == shared:
                    _add(part, amount[at], products[product[at], start:stop])
                    at += 1
                _multiply_into(total[form - first, start:stop], part, errors[shared, start:stop])
    for form in range(first, last):
        out[form, 0], out[form, 1] = bounds(total[form - first])
        out[form, 2], out[form, 3] = moments(total[form - first])


@njit(nogil=True, cache=True)
def bounds(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 2.5 % and 97.5 % points, interpolated as ``numpy.quantile`` does."""
    n = values.size
    place = _TAIL * (n - 1)
    below = int(place)
    weight = place - below
    low, high = values[0], values[0]
    for at in range(n):
        low, high = min(low, values[at]), max(high, values[at])
    width = high - low
    if n < _BINS or not _TINY < width < np.inf:
        ordered = np.sort(values)
        first, last = ordered[below:], ordered[::-1][below:]
    else:
        first, last = _ends(values, low, _BINS / width, below)
    rest = min(1, n - 1)
    return (
        first[0] + (first[rest] - first[0]) * weight,
        last[0] + (last[rest] - last[0]) * weight,
    )


@njit(nogil=True, cache=True)
def moments(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return mean and variance (n - 1) in a fixed order of additions."""
    n = values.size
    lanes = np.zeros(8)
    whole = n - n % 8
    for at in range(0, whole, 8):
        for lane in range(8):
            lanes[lane] += values[at + lane]
    for at in range(whole, n):
        lanes[0] += values[at]
    mean = lanes.sum() / n
    lanes[:] = 0.0
    for at in range(0, whole, 8):
        for lane in range(8):
            lanes[lane] += (values[at + lane] - mean) ** 2
    for at in range(whole, n):
        lanes[0] += (values[at] - mean) ** 2
    return mean, lanes.sum() / max(n - 1, 1)


@njit(nogil=True, cache=True)
def _add(part: NDArray[np.float64], times: float, draws: NDArray[np.float64]) -> None:
    """Add the draws of one source, times an amount; loops over slices are compiled as vectors."""
    for k in range(draws.size):
        part[k] += times * draws[k]


@njit(nogil=True, cache=True)
def _multiply_into(
    total: NDArray[np.float64], part: NDArray[np.float64], by: NDArray[np.float64]
) -> None:
    """Add what was summed, times the area error that it shares."""
    for k in range(by.size):
        total[k] += part[k] * by[k]


@njit(nogil=True, cache=True)
def _ends(
    values: NDArray[np.float64], low: float, scale: float, skip: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return two or more values from rank ``skip`` on, ascending, and the same from above.

    The values are counted into bins of one width; only those of the bins that hold the two ranks
    are sorted, at either end.
    """
    n = values.size
    bins = np.empty(n, np.int32)
    counts = np.zeros(_BINS + 1, np.int64)
    for at in range(n):
        number = min(max(int((values[at] - low) * scale), 0), _BINS)
        bins[at] = number
        counts[number] += 1
    first, before = _bin_of(counts, skip)
    second, _ = _bin_of(counts, skip + 1)
    last, after = _bin_of(counts[::-1], skip)
    other, _ = _bin_of(counts[::-1], skip + 1)
    last, other = _BINS - last, _BINS - other
    under, over = np.empty(n), np.empty(n)
    unders, overs = 0, 0
    for at in range(n):
        under[unders] = values[at]
        unders += first <= bins[at] <= second
        over[overs] = values[at]
        overs += other <= bins[at] <= last
    return np.sort(under[:unders])[skip - before :], np.sort(over[:overs])[::-1][skip - after :]


@njit(nogil=True, cache=True)
def _bin_of(counts: NDArray[np.int64], rank: int) -> tuple[int, int]:
    """Return the bin that holds a rank, and how many values lie in the bins before it."""
    before, number = 0, 0
    while before + counts[number] <= rank:
        before += counts[number]
        number += 1
    return number, before
