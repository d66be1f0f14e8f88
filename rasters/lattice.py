"""Where the pixels of one grid lie among the pixels of another grid with another CRS.

Projecting every pixel would cost more than reading it. The coordinates are projected at the
corners of cells of 64 x 64 reference pixels and interpolated inside, wherever that agrees with
the projection itself to 1/50 of a layer pixel at the cell's middle and the middles of its sides
(where a bilinear patch errs most); elsewhere on cells of 8 pixels, of 1, and at last point by
point, as at the seams of an interrupted projection. The cells are fixed to the reference grid,
so the coordinates of a point do not depend on the block that asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from .grid import lonlat_transformer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .grid import Grid

CELL = 64
"""Side of a cell in reference pixels."""

_LEVELS = (CELL, 8, 1)  # reference pixels, each for what the one before does not describe
_TOLERANCE = 0.02  # layer pixels


class Lattice:
    """Layer coordinates of reference pixels; belongs to one thread."""

    def __init__(self, reference: Grid, layer: Grid) -> None:
        self._reference = reference
        self._layer = layer
        self._from = None if reference.crs.is_geographic else lonlat_transformer(reference.crs)
        self._to = None if layer.crs.is_geographic else lonlat_transformer(layer.crs)
        left, _, right, _ = layer.bounds
        self._middle = (left + right) / 2

    def exact(
        self, cols: NDArray[np.float64], rows: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Project points of the reference grid to column and row of the layer, inf off its map."""
        reference, layer = self._reference.transform, self._layer.transform
        x, y = reference.c + reference.a * cols, reference.f + reference.e * rows
        if self._from is not None:
            x, y = self._from.transform(x, y, direction="INVERSE")
        if self._to is not None:
            x, y = self._to.transform(x, y)
        else:  # the turn of the circle that the layer is on
            with np.errstate(invalid="ignore"):
                x = self._middle + (x - self._middle + 180) % 360 - 180
        return (x - layer.c) / layer.a, (y - layer.f) / layer.e

    def cells(
        self, i0: int, i1: int, j0: int, j1: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
        """Return the corners of cells and which cells one bilinear patch describes.

        Parameters
        ----------
        i0, i1, j0, j1
            Cells by row and column of the reference, ends excluded; cell (i, j) begins at the
            pixel (i * CELL, j * CELL).

        Returns
        -------
        u, v : ndarray of float64, shape (i1 - i0 + 1, j1 - j0 + 1)
            Layer column and row of the corners; the pixel (r, c) of the layer holds
            c <= u < c + 1.
        good : ndarray of bool, shape (i1 - i0, j1 - j0)
            Whether the patch between a cell's corners is right to 1/50 of a layer pixel.

        """
        return self._patches(i0, i1, j0, j1, CELL)

    def points(
        self, row0: int, row1: int, col0: int, col1: int, samples: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the layer coordinates of points in a part of one cell, from smaller cells.

        Parameters
        ----------
        row0, row1, col0, col1
            Reference pixels of one cell, ends excluded.
        samples
            Points along the side of a pixel, at the middles of equal parts.

        Returns
        -------
        u, v : ndarray of float64, shape ((row1 - row0) * samples, (col1 - col0) * samples)
            Layer column and row; not finite off the map of the layer's CRS.

        """
        shape = ((row1 - row0) * samples, (col1 - col0) * samples)
        u, v = np.empty(shape), np.empty(shape)
        top, left = row0 - row0 % CELL, col0 - col0 % CELL
        for size in _LEVELS:
            i, j, count = top // size, left // size, CELL // size
            at_u, at_v, good = self._patches(i, i + count, j, j + count, size)
            if good.all():
                break
        _interpolate(at_u, at_v, good, (size, i, j), (row0, col0, samples), u, v)
        offsets = (np.arange(samples) + 0.5) / samples
        for bad_i, bad_j in np.argwhere(~good):  # single pixels by now
            row, col = top + int(bad_i), left + int(bad_j)
            if row0 <= row < row1 and col0 <= col < col1:
                a, b = (row - row0) * samples, (col - col0) * samples
                place = (slice(a, a + samples), slice(b, b + samples))
                u[place], v[place] = self.exact(*np.meshgrid(col + offsets, row + offsets))
        return u, v

    def scale(self) -> float:
        """Return the side of a reference pixel in layer pixels, at the middle of the reference."""
        row, col = (length / 2 for length in self._reference.shape)
        u, v = self.exact(np.array([col, col + 1, col]), np.array([row, row, row + 1]))
        return float(max(np.hypot(u[1:] - u[0], v[1:] - v[0])))

    def _patches(
        self, i0: int, i1: int, j0: int, j1: int, size: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
        """Return the corners of cells i0 <= i < i1, j0 <= j < j1 and which of them are good."""
        rows = np.arange(2 * i0, 2 * i1 + 1) * (size / 2)
        cols = np.arange(2 * j0, 2 * j1 + 1) * (size / 2)
        half_u, half_v = self.exact(*np.meshgrid(cols, rows))
        good = np.ones((i1 - i0, j1 - j0), dtype=np.bool_)
        with np.errstate(invalid="ignore"):
            for half in (half_u, half_v):
                corner = half[::2, ::2]
                across = (corner[:, :-1] + corner[:, 1:]) / 2
                down = (corner[:-1] + corner[1:]) / 2
                middle = (across[:-1] + across[1:]) / 2
                side = np.abs(half[::2, 1::2] - across) <= _TOLERANCE
                flank = np.abs(half[1::2, ::2] - down) <= _TOLERANCE
                good &= np.abs(half[1::2, 1::2] - middle) <= _TOLERANCE
                good &= side[:-1] & side[1:] & flank[:, :-1] & flank[:, 1:]
        corners = [np.ascontiguousarray(half[::2, ::2]) for half in (half_u, half_v)]
        return corners[0], corners[1], good


@njit(nogil=True, cache=True)
def _interpolate(
    at_u: NDArray[np.float64],
    at_v: NDArray[np.float64],
    good: NDArray[np.bool_],
    cells: tuple[int, int, int],
    start: tuple[int, int, int],
    u: NDArray[np.float64],
    v: NDArray[np.float64],
) -> None:
    """Write the coordinates of the points that lie in good cells."""
    size, cell_row0, cell_col0 = cells
    row0, col0, samples = start
    for a in range(u.shape[0]):
        row = row0 + a // samples
        i = row // size - cell_row0
        s = (row % size + (a % samples + 0.5) / samples) / size
        for b in range(u.shape[1]):
            col = col0 + b // samples
            j = col // size - cell_col0
            if good[i, j]:
                t = (col % size + (b % samples + 0.5) / samples) / size
                u0, u1 = ends(at_u, i, j, s)
                v0, v1 = ends(at_v, i, j, s)
                u[a, b] = u0 + (u1 - u0) * t
                v[a, b] = v0 + (v1 - v0) * t


@njit(nogil=True, cache=True)
def ends(nodes: NDArray[np.float64], i: int, j: int, s: float) -> tuple[float, float]:
    """Return a coordinate at the two ends of cell (i, j), a part s down its sides."""
    left = nodes[i, j] + (nodes[i + 1, j] - nodes[i, j]) * s
    right = nodes[i, j + 1] + (nodes[i + 1, j + 1] - nodes[i, j + 1]) * s
    return left, right
