"""Layers on the reference grid: class codes at the pixel's centre, amounts weighted by area.

The reference grid is the first land cover's. A layer is read through the cheapest way that is
exact for how its grid lies: pixel by pixel or through an index per row and column where the
CRSs agree, through weights of exact overlap where amounts do not nest, through projected
points where the CRSs differ. Codes are never averaged, and nothing is written back.

Inside one reference pixel the weights are areas in the plane of the CRS; on longitudes and
latitudes they differ from the true ones by less than 1/1000 even across 0.05 degrees.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from .findings import finding
from .grid import same_crs, same_grid
from .lattice import Lattice
from .layers import OUTSIDE
from .reading import (
    ClassIndexReader,
    ClassPointReader,
    QuantityIndexReader,
    QuantityOverlapReader,
    QuantityPointReader,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .findings import Finding
    from .grid import Grid
    from .layers import ClassLayer, LayerReader, QuantityLayer
    from .source import RasterSource

_FINE = 1000  # quanta of one raster unit where values are no whole numbers of it
_LARGEST = 2**31 - 1
_NESTING_TOLERANCE = 1e-6  # of a reference pixel, over the whole extent
_SAMPLES = (2, 8)  # points along a reference pixel, fewest and most


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Rows or columns of the reference grid in those of a layer: position = offset + step * n."""

    offset: float
    """Layer coordinate of the first reference edge, in layer pixels."""
    step: float
    """Layer pixels per reference pixel; negative where the two run against each other."""
    count: int
    """Reference pixels."""
    layer_count: int
    """Layer pixels."""

    def nests(self) -> bool:
        """Say whether every reference pixel lies inside one layer pixel, of a whole number."""
        times = 1 / abs(self.step)
        whole = round(times)
        first = self.offset * whole
        last = (self.offset + self.step * self.count) * whole
        moved = last - first - np.sign(self.step) * self.count
        return bool(
            whole >= 1
            and abs(first - round(first)) <= _NESTING_TOLERANCE
            and abs(moved) <= _NESTING_TOLERANCE
        )

    def index(self) -> NDArray[np.int32]:
        """Return the layer pixel (count,) that holds each reference centre, -1 outside."""
        # A centre on an edge, to rounding, belongs to the pixel after it.
        held = np.floor(self.offset + self.step * (np.arange(self.count) + 0.5) + 1e-9)
        index = np.where((held < 0) | (held >= self.layer_count), OUTSIDE, held)
        return np.asarray(index, dtype=np.int32)


def axes(reference: Grid, layer: Grid) -> tuple[Axis, Axis]:
    """Return rows and columns of the reference grid in those of a layer in the same CRS."""
    a, b = reference.transform, layer.transform
    turn = 0.0
    if layer.crs.is_geographic:  # a grid from 0 to 360 degrees and one from -180 to 180
        turn = 360.0 * round((sum(layer.bounds[::2]) - sum(reference.bounds[::2])) / 720)
    rows = Axis(
        offset=(a.f - b.f) / b.e,
        step=a.e / b.e,
        count=reference.shape[0],
        layer_count=layer.shape[0],
    )
    cols = Axis(
        offset=(a.c + turn - b.c) / b.a,
        step=a.a / b.a,
        count=reference.shape[1],
        layer_count=layer.shape[1],
    )
    return rows, cols


class _Layer:
    """What class and quantity layers share: how the layer's grid lies to the reference."""

    def __init__(self, reference: Grid, source: RasterSource) -> None:
        self.reference = reference
        self.source = source
        self.axes = (
            axes(reference, source.grid) if same_crs(reference.crs, source.grid.crs) else None
        )

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.source.path.name

    @cached_property
    def tile(self) -> tuple[int, int]:
        """Rows and columns of the reference grid that one stored block covers, at least 1."""
        if self.axes is not None:
            scales = tuple(abs(axis.step) for axis in self.axes)
        else:
            scales = (Lattice(self.reference, self.source.grid).scale(),) * 2
        sizes = zip(self.source.block_shape, scales, self.reference.shape, strict=True)
        rows, cols = (min(max(1, round(block / scale)), most) for block, scale, most in sizes)
        return rows, cols

    @cached_property
    def indexes(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Layer row and column of each reference row and column, -1 outside."""
        if self.axes is None:
            raise ValueError("a layer in another CRS has no index by row and column")
        rows, cols = self.axes
        return rows.index(), cols.index()


class _ClassRaster(_Layer):
    """A class raster on the reference grid; see `layers.ClassLayer`."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Integer dtype of the blocks: the file's."""
        return np.dtype(self.source.dtype)

    @cached_property
    def values(self) -> tuple[int, ...]:
        """Raw values of the product's classes, ascending."""
        return tuple(sorted({c.value for c in self.source.product.classes}))

    @cached_property
    def nodata(self) -> tuple[int, ...]:
        """Raw values without an observation, ascending."""
        return tuple(int(value) for value in self.source.nodata)

    def reader(self) -> LayerReader:
        """Open the file for one thread."""
        if self.axes is not None:
            return ClassIndexReader(self.source, *self.indexes)
        return ClassPointReader(self.source, Lattice(self.reference, self.source.grid))


class _QuantityRaster(_Layer):
    """A raster of amounts on the reference grid; see `layers.QuantityLayer`."""

    def __init__(self, reference: Grid, source: RasterSource, edges: tuple[int, ...]) -> None:
        super().__init__(reference, source)
        self.nested = self.axes is not None and all(axis.nests() for axis in self.axes)
        whole = self.nested and np.dtype(source.dtype).kind in "iu"
        self.per_unit = 1 if whole else _FINE
        self.edges = edges

    @cached_property
    def quantum(self) -> Fraction:
        """Amount of one quantum in the product's unit."""
        return Fraction(str(self.source.product.scale)) / self.per_unit

    @cached_property
    def maximum(self) -> int:
        """Largest value of a block: the product's largest, or the dtype's."""
        dtype, stated = np.dtype(self.source.dtype), self.source.product.valid_max
        bounds = [_LARGEST]
        if dtype.kind in "iu":
            bounds.append(int(np.iinfo(dtype).max) * self.per_unit)
        if stated is not None:
            bounds.append(int(stated * self.per_unit))
        return min(bounds)

    def reader(self) -> LayerReader:
        """Open the file for one thread."""
        scaling = (self.per_unit, self.maximum)
        if self.nested:
            return QuantityIndexReader(self.source, *self.indexes, *scaling)
        if self.axes is not None:
            rows, cols = self.axes
            return QuantityOverlapReader(
                self.source, (rows.offset, rows.step), (cols.offset, cols.step), *scaling
            )
        lattice = Lattice(self.reference, self.source.grid)
        fewest, most = _SAMPLES
        # Even: an odd number has a point at the centre, where the class was taken, and gives the
        # pixel that holds it too much weight (7 % too much at 3), so that forest looks denser.
        samples = min(max(2 * int(np.ceil(lattice.scale())), fewest), most)
        return QuantityPointReader(self.source, lattice, samples, *scaling)


def class_layer(reference: Grid, source: RasterSource) -> ClassLayer:
    """Return a class raster as a layer on the reference grid, sampled at pixel centres.

    Parameters
    ----------
    reference
        Grid of the count.
    source
        A land cover or stratum, checked by `source.inspect`.

    Raises
    ------
    ValueError
        If the source holds amounts.

    """
    if not source.is_class:
        raise ValueError(f"{source.path.name} holds amounts ({source.product.id}), not classes")
    return _ClassRaster(reference, source)


def quantity_layer(
    reference: Grid, source: RasterSource, *, edges: tuple[float, ...] = ()
) -> QuantityLayer:
    """Return a raster of amounts as a layer on the reference grid, weighted by area.

    Parameters
    ----------
    reference
        Grid of the count.
    source
        Biomass or soil, checked by `source.inspect`.
    edges
        Edges of classes of amount in the product's unit, ascending; a bin holds its lower edge.

    Raises
    ------
    ValueError
        If the source holds classes, or the edges do not ascend.

    """
    if source.is_class:
        raise ValueError(f"{source.path.name} holds classes ({source.product.id}), not amounts")
    if any(low >= high for low, high in pairwise(edges)):
        raise ValueError(f"edges must ascend, got {edges}")
    layer = _QuantityRaster(reference, source, ())
    # The least whole q that is not below the edge, so that q >= edge says what value >= edge says.
    quanta = (Fraction(str(edge)) / layer.quantum for edge in edges)
    layer.edges = tuple(-(-q.numerator // q.denominator) for q in quanta)
    return layer


def check_alignment(reference: Grid, source: RasterSource) -> list[Finding]:
    """Say how a source comes to the reference grid, or that the two do not meet.

    Returns
    -------
    list of Finding
        Empty where the grids are the same; else one of ``raster-no-overlap``,
        ``raster-sampled-nearest`` (classes) and ``raster-area-weighted`` (amounts).

    """
    grid, where = source.grid, source.path.name
    if same_grid(reference, grid):
        return []
    if not _meet(reference, grid):
        return [
            finding(
                "rasters",
                "raster-no-overlap",
                value=_span(grid),
                where=where,
                reference=_span(reference),
            )
        ]
    code = "raster-sampled-nearest" if source.is_class else "raster-area-weighted"
    return [finding("rasters", code, value=grid, where=where, reference=reference)]


def _meet(reference: Grid, layer: Grid) -> bool:
    """Say whether the middle of any part of the reference, 1/64 of its side, is on the layer."""
    rows, cols = ((np.arange(64) + 0.5) * length / 64 for length in reference.shape)
    if same_crs(reference.crs, layer.crs):
        down, across = axes(reference, layer)
        return all(
            min(axis.offset, axis.offset + axis.step * axis.count) < axis.layer_count
            and max(axis.offset, axis.offset + axis.step * axis.count) > 0
            for axis in (down, across)
        )
    u, v = Lattice(reference, layer).exact(*np.meshgrid(cols, rows))
    return bool(((u >= 0) & (u < layer.shape[1]) & (v >= 0) & (v < layer.shape[0])).any())


def _span(grid: Grid) -> str:
    left, bottom, right, top = grid.bounds
    return f"({left:.6g}, {bottom:.6g}) to ({right:.6g}, {top:.6g}) in {grid.crs.name}"
