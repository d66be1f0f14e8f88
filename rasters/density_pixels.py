"""The pixels of a density map: class, stratum and amounts of one block, and which are inside.

A pixel belongs to the map where a zone holds its centre. Each thread has its own readers. The
zones are burnt here and not by GDAL's rasteriser, whose binding warns of a dataset without a
place and silences that by filters which all threads share.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
import xarray as xr
from pyproj import Transformer

from .density import NO_STRATUM, density_block, spread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from .density import Blocks, DensityTable
    from .grid import Grid
    from .layers import ClassLayer, LayerReader, QuantityLayer
    from .zones import Zones

_STEP_DEGREES = 0.01  # a zone edge is cut this often before it is projected; for drawing


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLayers:
    """The layers of one date."""

    code: ClassLayer
    """Land cover."""
    stratum: ClassLayer | None
    """Stratum, if any."""
    amounts: Mapping[str, QuantityLayer]
    """Rasters of amounts by the name of their term."""


class DensityPixels:
    """Blocks of density of one date, for `write_density`; safe to call from several threads."""

    def __init__(self, grid: Grid, zones: Zones, layers: MapLayers, table: DensityTable) -> None:
        self._grid, self._layers, self._table = grid, layers, table
        self._edges = _edges(_on_grid(zones, grid))
        self._local = threading.local()
        self._open: list[LayerReader] = []

    def __call__(self, row0: int, row1: int, col0: int, col1: int) -> NDArray[np.float32] | None:
        """Return the density of a block, NaN without a value, None where all of it is outside."""
        inside = self._inside(row0, row1, col0, col1)
        if not inside.any():
            return None
        box = (row0, row1, col0, col1)
        data: dict[str, NDArray[np.generic]] = {"inside": inside}
        for name, (reader, quantum) in self._readers().items():
            data[name] = spread(reader.read(*box)) * quantum
        pixels = xr.Dataset({name: (("row", "col"), values) for name, values in data.items()})
        for name, layer in (("code", self._layers.code), ("stratum", self._layers.stratum)):
            if layer is not None and layer.nodata:
                pixels[name] = pixels[name].where(~pixels[name].isin(list(layer.nodata)))
        if self._layers.stratum is not None:  # land without a stratum is counted as such
            pixels["stratum"] = pixels["stratum"].fillna(NO_STRATUM)
        return np.asarray(density_block(pixels, self._table).values)

    def close(self) -> None:
        """Let go of the files."""
        while self._open:
            self._open.pop().close()

    def _readers(self) -> dict[str, tuple[LayerReader, float]]:
        """Return this thread's readers with what one unit of each is worth."""
        if not hasattr(self._local, "readers"):
            readers = {"code": (self._layers.code.reader(), 1.0)}
            if self._layers.stratum is not None:
                readers["stratum"] = (self._layers.stratum.reader(), 1.0)
            for name, layer in self._layers.amounts.items():
                readers[name] = (layer.reader(), float(layer.quantum))
            self._local.readers = readers
            self._open += [reader for reader, _ in readers.values()]
        found: dict[str, tuple[LayerReader, float]] = self._local.readers
        return found

    def _inside(self, row0: int, row1: int, col0: int, col1: int) -> NDArray[np.bool_]:
        """Return which pixel centres of a block a zone holds, by the parity of edges to the left.

        Zones do not overlap, so that the edges of all can be counted together; a border that two
        zones share is counted twice and vanishes.
        """
        shape = (row1 - row0, col1 - col0)
        x0, y0, x1, y1 = self._edges[:, (self._edges[1] < row1) & (self._edges[3] > row0)]
        # the rows whose centre lies at or below the upper end and above the lower one
        first = np.maximum(np.ceil(y0 - 0.5), row0).astype(np.int64)
        last = np.minimum(np.ceil(y1 - 0.5), row1).astype(np.int64)
        count = np.maximum(last - first, 0)
        edge = np.repeat(np.arange(len(count)), count)
        row = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + first[edge]
        x = x0[edge] + (row + 0.5 - y0[edge]) * ((x1 - x0) / (y1 - y0))[edge]
        col = np.clip(np.ceil(x - 0.5), col0, col1).astype(np.int64)
        at = (row - row0) * (shape[1] + 1) + col - col0
        crossed = np.bincount(at, minlength=shape[0] * (shape[1] + 1))
        crossed = crossed.reshape(shape[0], shape[1] + 1)[:, :-1]
        return np.asarray(np.cumsum(crossed, axis=1) % 2 == 1)


def change_of(before: DensityPixels, after: DensityPixels) -> Blocks:
    """Return the blocks of after minus before.

    Parameters
    ----------
    before, after
        Pixels of two dates on one grid.

    Returns
    -------
    callable
        A block of float32, NaN where either date has no value; None where all of it is outside.

    """

    def blocks(row0: int, row1: int, col0: int, col1: int) -> NDArray[np.float32] | None:
        earlier, later = (p(row0, row1, col0, col1) for p in (before, after))
        return None if earlier is None or later is None else later - earlier

    return blocks


def _edges(shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the edges that rows can cross as x0, y0, x1, y1 with y0 < y1; shape (4, n)."""
    rings = shapely.get_rings(shapely.get_parts(shapes))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    ends = np.hstack([points[:-1], points[1:]])[ring[:-1] == ring[1:]]
    # written from above, an edge that two zones share is the same numbers in both
    ends = np.where(ends[:, [1]] > ends[:, [3]], ends[:, [2, 3, 0, 1]], ends)
    return np.asarray(ends[ends[:, 1] < ends[:, 3]].T)


def _on_grid(zones: Zones, grid: Grid) -> NDArray[np.object_]:
    """Return the zones in pixel coordinates (column, row) of a grid."""
    shapes = zones.geometry
    if zones.crs != grid.crs:
        shapes = shapely.segmentize(shapes, _STEP_DEGREES)
        project = Transformer.from_crs(zones.crs, grid.crs, always_xy=True)
        shapes = shapely.transform(
            shapes, lambda xy: np.stack(project.transform(xy[:, 0], xy[:, 1]), axis=1)
        )
    inverse = ~grid.transform

    def to_pixels(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = xy[:, 0], xy[:, 1]
        return np.stack(
            [
                inverse.a * x + inverse.b * y + inverse.c,
                inverse.d * x + inverse.e * y + inverse.f,
            ],
            axis=1,
        )

    return np.asarray(shapely.transform(shapes, to_pixels))
