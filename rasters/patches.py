"""Patches of change between two maps: pixels with the same two classes that touch one another.

Pixels touch along a side or at a corner. A strip of rows is labelled on its own; a patch that
reaches the first or last row of its strip may go on in the next, and only such patches are
known outside their strip, so that memory grows with the width of a raster and the number of
its strips, never with the number of patches.

Areas are whole mm2 and stop at the unit they are compared with: whether a patch is smaller is
all that is asked, and a patch of the size of a continent would overflow.

Source: the union-find labelling of Rosenfeld and Pfaltz (1966), Journal of the ACM 13, 471-494.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Border = tuple[NDArray[np.int32], NDArray[Any], NDArray[Any]]
    """Label, earlier and later class of each pixel of a row, shape (cols,) each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """The patches of one strip of rows."""

    labels: NDArray[np.int32]
    """Patch of each pixel from 1, 0 where nothing changed; shape (rows, cols)."""
    areas: NDArray[np.int64]
    """Area of each patch within the strip in mm2, at most the unit; 0 for no patch; (n + 1,)."""
    first: Border
    """First row."""
    last: Border
    """Last row."""


def label_strip(
    before: NDArray[Any], after: NDArray[Any], area: NDArray[np.int64], unit: int
) -> Strip:
    """Label the patches of change of a strip and measure each.

    Parameters
    ----------
    before, after
        Class numbers from 1 of the two maps, 0 without an observation; shape (rows, cols).
        A pixel has changed where both are given and differ.
    area
        Area of the pixels in mm2, shape (rows, 1) or (rows, cols).
    unit
        Areas stop there, mm2.

    """
    labels = np.empty(before.shape, dtype=np.int32)
    parent = np.zeros(int(_changed(before, after)) + 1, dtype=np.int32)
    count = _label(before, after, labels, parent)
    areas = np.zeros(count + 1, dtype=np.int64)
    _measure(labels, area, unit, areas)
    first, last = ((labels[row].copy(), before[row].copy(), after[row].copy()) for row in (0, -1))
    return Strip(labels=labels, areas=areas, first=first, last=last)


@dataclass(slots=True, kw_only=True)
class OpenPatches:
    """The patches that reach a border of their strip, joined across the strips."""

    unit: int
    """Areas stop there, mm2."""
    parent: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Patch that each one is joined to, itself where to none; shape (n,)."""
    areas: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Area in mm2, of joined patches at the one they are joined to; shape (n,)."""
    strips: list[tuple[NDArray[np.int32], int]] = field(default_factory=list)
    """For each strip the labels of its open patches, ascending, and the number of the first."""
    bottom: Border | None = None
    """Last row of the last strip, patches as their number, -1 for none."""

    def add(self, strip: Strip) -> None:
        """Take in the next strip downwards."""
        labels = np.unique(np.concatenate([strip.first[0], strip.last[0]]))
        labels = labels[labels > 0]
        start = len(self.parent)
        self.strips.append((labels, start))
        self.parent = np.concatenate([self.parent, np.arange(start, start + len(labels))])
        self.areas = np.concatenate([self.areas, strip.areas[labels]])
        number = np.full(len(strip.areas), -1, dtype=np.int32)
        number[labels] = np.arange(start, start + len(labels), dtype=np.int32)
        top, bottom = ((number[row[0]], *row[1:]) for row in (strip.first, strip.last))
        if self.bottom is not None:
            _join(*self.bottom, *top, self.parent, self.areas, self.unit)
        self.bottom = bottom

    def small(self, index: int, strip: Strip) -> NDArray[np.bool_]:
        """Return for each label of a strip, all strips added, whether its patch is too small.

        Label 0 is none.
        """
        labels, start = self.strips[index]
        small = strip.areas < self.unit
        roots = np.arange(start, start + len(labels))
        while not np.array_equal(roots, self.parent[roots]):
            roots = self.parent[roots]
        small[labels] = self.areas[roots] < self.unit
        small[0] = False
        return small


@njit(nogil=True, cache=True)
def _changed(before: NDArray[Any], after: NDArray[Any]) -> int:
    """Return how many pixels have changed."""
    count = 0
    for r in range(before.shape[0]):
        for c in range(before.shape[1]):
            if before[r, c] != after[r, c] and before[r, c] != 0 and after[r, c] != 0:
                count += 1
    return count


@njit(nogil=True, cache=True)
def _root(parent: NDArray[Any], k: int) -> int:
    """Return the patch that a patch is joined to, halving the way there."""
    while parent[k] != k:
        parent[k] = parent[parent[k]]
        k = parent[k]
    return k


@njit(nogil=True, cache=True)
def _touched(
    before: NDArray[Any],
    after: NDArray[Any],
    labels: NDArray[np.int32],
    parent: NDArray[np.int32],
    r: int,
    c: int,
) -> int:
    """Join the patches that pixel (r, c) touches to its west and north; return the first, or 0."""
    own = 0
    for n in range(4):
        y = r if n == 0 else r - 1
        x = c - 1 if n == 0 else c + n - 2
        if y < 0 or x < 0 or x >= before.shape[1]:
            continue
        if before[y, x] == before[r, c] and after[y, x] == after[r, c]:
            other = _root(parent, labels[y, x])
            if own == 0:
                own = other
            else:  # the smaller number is the one seen first
                parent[max(own, other)] = min(own, other)
                own = min(own, other)
    return own


@njit(nogil=True, cache=True)
def _label(
    before: NDArray[Any],
    after: NDArray[Any],
    labels: NDArray[np.int32],
    parent: NDArray[np.int32],
) -> int:
    """Write the patch of each pixel, numbered as they first appear, and return their number."""
    known = 0
    for r in range(before.shape[0]):
        for c in range(before.shape[1]):
            labels[r, c] = 0
            if before[r, c] != after[r, c] and before[r, c] != 0 and after[r, c] != 0:
                own = _touched(before, after, labels, parent, r, c)
                if own == 0:
                    known += 1
                    parent[known] = known
                    own = known
                labels[r, c] = own
    count = 0
    for k in range(1, known + 1):
        # what k is joined to has a smaller number, and has its final one already
        if parent[k] == k:
            count += 1
            parent[k] = count
        else:
            parent[k] = parent[parent[k]]
    for r in range(before.shape[0]):
        for c in range(before.shape[1]):
            labels[r, c] = parent[labels[r, c]]
    return count


@njit(nogil=True, cache=True)
def _measure(
    labels: NDArray[np.int32], area: NDArray[np.int64], unit: int, areas: NDArray[np.int64]
) -> None:
    """Add the pixels' areas to their patches, up to the unit."""
    wide = area.shape[1] > 1
    for r in range(labels.shape[0]):
        for c in range(labels.shape[1]):
            k = labels[r, c]
            if k > 0:
                areas[k] = min(areas[k] + area[r, c if wide else 0], unit)


@njit(nogil=True, cache=True)
def _join(
    upper: NDArray[np.int32],
    upper_before: NDArray[Any],
    upper_after: NDArray[Any],
    lower: NDArray[np.int32],
    lower_before: NDArray[Any],
    lower_after: NDArray[Any],
    parent: NDArray[np.int64],
    areas: NDArray[np.int64],
    unit: int,
) -> None:
    """Join the patches that touch across the border of two strips."""
    for c in range(lower.size):
        if lower[c] < 0:
            continue
        for x in range(max(c - 1, 0), min(c + 2, upper.size)):
            if (
                upper[x] < 0
                or upper_before[x] != lower_before[c]
                or upper_after[x] != lower_after[c]
            ):
                continue
            a, b = _root(parent, upper[x]), _root(parent, lower[c])
            if a != b:
                parent[max(a, b)] = min(a, b)
                areas[min(a, b)] = min(areas[a] + areas[b], unit)
