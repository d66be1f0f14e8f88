"""A table of exact sums that grows as keys come: zone, key and bin to two whole numbers.

Each number is kept in four limbs of 32 bits, so that 2^128 is the limit whatever the size of a
pixel or of a raster; additions commute, so that blocks and threads may come in any order.
"""

# ruff: noqa: PLR0913, PLR0917  # compiled loops take their arrays one by one

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LIMBS = 4
_MASK = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # Knuth's multiplicative hash, 2^64 / golden ratio
_ZONE = np.uint64(0xC2B2AE3D27D4EB4F)  # an odd constant of xxHash, to mix the zone in
_FIRST_SIZE = 1024


class Tally:
    """Sums of two numbers per zone, key and bin, for one thread."""

    def __init__(self) -> None:
        self._empty(_FIRST_SIZE)

    def _empty(self, size: int) -> None:
        self._count = np.zeros(1, dtype=np.int64)
        self._zone = np.full(size, -1, dtype=np.int32)
        self._bin = np.zeros(size, dtype=np.int32)
        self._key = np.zeros(size, dtype=np.uint64)
        self._limbs = np.zeros((size, 2 * _LIMBS), dtype=np.uint64)

    def _grow(self) -> None:
        full = self._zone >= 0
        zone, key, bins = self._zone[full], self._key[full], self._bin[full]
        limbs = self._limbs[full]
        self._empty(4 * len(self._zone))
        _refill(self._zone, self._key, self._bin, self._limbs, zone, key, bins, limbs)
        self._count[0] = len(zone)

    def add(
        self,
        zone: NDArray[np.int32],
        key: NDArray[np.uint64],
        bins: NDArray[np.int32],
        first: NDArray[np.int64],
        second: NDArray[np.int64],
        factor: NDArray[np.int32],
    ) -> None:
        """Add ``first`` and ``second * factor``, all (n,); factor < 0 leaves the entry out.

        The first two are 0 to 2^62.
        """
        done = 0
        while done < len(zone):
            done = add_entries(
                self._zone, self._key, self._bin, self._limbs, self._count,
                zone, key, bins, first, second, factor, done,
            )  # fmt: skip
            if done < len(zone):
                self._grow()

    def add_slots(
        self,
        zone: int,
        key: NDArray[np.uint64],
        bins: NDArray[np.int32],
        low: NDArray[np.uint64],
        shift: NDArray[np.int64],
        column: NDArray[np.int64],
    ) -> None:
        """Add for each key the sum of ``low[:, j] << shift[j]`` to number ``column[j]``."""
        done = 0
        while done < len(key):
            done = add_sums(
                self._zone, self._key, self._bin, self._limbs, self._count,
                zone, key, bins, low, shift, column, done,
            )  # fmt: skip
            if done < len(key):
                self._grow()

    def rows(self) -> list[tuple[int, int, int, int, int]]:
        """Return zone, key, bin and the two sums of every entry, in no order."""
        full = np.flatnonzero(self._zone >= 0)
        limbs = self._limbs[full].astype(object)
        first, second = _joined(limbs[:, :_LIMBS]), _joined(limbs[:, _LIMBS:])
        names = (self._zone[full].tolist(), self._key[full].tolist(), self._bin[full].tolist())
        return list(zip(*names, first, second, strict=True))


def _joined(limbs: NDArray[np.object_]) -> list[int]:
    """Return the whole numbers (n,) of limbs (n, 4)."""
    total = np.zeros(len(limbs), dtype=object)
    for i in range(_LIMBS):
        total += limbs[:, i] << (32 * i)
    return [int(value) for value in total]


@njit(nogil=True, cache=True)
def _find(
    zones: NDArray[np.int32],
    keys: NDArray[np.uint64],
    bins: NDArray[np.int32],
    zone: int,
    key: np.uint64,
    bin_: int,
) -> int:
    """Return the place of an entry, or the free place where it belongs."""
    mask = np.uint64(zones.size - 1)
    mixed = (key ^ (np.uint64(zone) * _ZONE)) * _GOLDEN + np.uint64(bin_) * _ZONE
    place = (mixed ^ (mixed >> _32)) & mask
    while zones[place] >= 0 and (zones[place] != zone or keys[place] != key or bins[place] != bin_):
        place = (place + np.uint64(1)) & mask
    return int(np.int64(place))


@njit(nogil=True, cache=True)
def _add(limbs: NDArray[np.uint64], place: int, number: int, value: np.uint64, shift: int) -> None:
    """Add value << shift to one number, carrying upwards."""
    word = number * _LIMBS + shift // 32
    end = (number + 1) * _LIMBS
    s = np.uint64(shift % 32)
    low, high = (value & _MASK) << s, (value >> _32) << s
    limbs[place, word] += low & _MASK
    if word + 1 < end:
        limbs[place, word + 1] += (low >> _32) + (high & _MASK)
    if word + 2 < end:
        limbs[place, word + 2] += high >> _32
    for i in range(word, end - 1):
        limbs[place, i + 1] += limbs[place, i] >> _32
        limbs[place, i] &= _MASK


@njit(nogil=True, cache=True)
def _refill(
    zones: NDArray[np.int32],
    keys: NDArray[np.uint64],
    bins: NDArray[np.int32],
    limbs: NDArray[np.uint64],
    zone: NDArray[np.int32],
    key: NDArray[np.uint64],
    bin_: NDArray[np.int32],
    old: NDArray[np.uint64],
) -> None:
    """Put entries into an empty table that has room for them."""
    for i in range(zone.size):
        place = _find(zones, keys, bins, zone[i], key[i], bin_[i])
        zones[place], keys[place], bins[place] = zone[i], key[i], bin_[i]
        for j in range(limbs.shape[1]):
            limbs[place, j] = old[i, j]


@njit(nogil=True, cache=True)
def add_entries(
    zones: NDArray[np.int32],
    keys: NDArray[np.uint64],
    bins: NDArray[np.int32],
    limbs: NDArray[np.uint64],
    count: NDArray[np.int64],
    zone: NDArray[np.int32],
    key: NDArray[np.uint64],
    bin_: NDArray[np.int32],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    factor: NDArray[np.int32],
    start: int,
) -> int:
    """Add entries from ``start`` on; return where the table became half full."""
    place = 0
    for i in range(start, zone.size):
        if factor[i] < 0:
            continue
        if zones[place] != zone[i] or keys[place] != key[i] or bins[place] != bin_[i]:
            place = _find(zones, keys, bins, zone[i], key[i], bin_[i])
            if zones[place] < 0:
                if 2 * count[0] >= zones.size:
                    return i
                zones[place], keys[place], bins[place] = zone[i], key[i], bin_[i]
                count[0] += 1
        _add(limbs, place, 0, np.uint64(first[i]), 0)
        # up to 2^62 times 2^31: in two halves
        by = np.uint64(factor[i])
        _add(limbs, place, 1, (np.uint64(second[i]) & _MASK) * by, 0)
        _add(limbs, place, 1, (np.uint64(second[i]) >> _32) * by, 32)
    return zone.size


@njit(nogil=True, cache=True)
def add_sums(
    zones: NDArray[np.int32],
    keys: NDArray[np.uint64],
    bins: NDArray[np.int32],
    limbs: NDArray[np.uint64],
    count: NDArray[np.int64],
    zone: int,
    key: NDArray[np.uint64],
    bin_: NDArray[np.int32],
    low: NDArray[np.uint64],
    shift: NDArray[np.int64],
    column: NDArray[np.int64],
    start: int,
) -> int:
    """Add the sums of one zone from ``start`` on; return where the table became half full."""
    for i in range(start, key.size):
        place = _find(zones, keys, bins, zone, key[i], bin_[i])
        if zones[place] < 0:
            if 2 * count[0] >= zones.size:
                return i
            zones[place], keys[place], bins[place] = zone, key[i], bin_[i]
            count[0] += 1
        for j in range(shift.size):
            _add(limbs, place, column[j], low[i, j], shift[j])
    return key.size
