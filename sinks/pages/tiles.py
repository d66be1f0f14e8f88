"""Density maps as tiles: colours of the same classes as the legend, cut from the run's own COGs.

A tile is made in this process; a browser asks no other address. The classes of a map come from
its overview, so that legend and tiles agree at every zoom.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from pyproj import Transformer
from rio_tiler.errors import PointOutsideBounds
from rio_tiler.io import Reader
from rio_tiler.utils import render

from sinks.screen.ramps import diverging, sequential

if TYPE_CHECKING:
    from pathlib import Path

    from sinks.screen.ramps import Classes
    from sinks.screen.shelf import Run

__all__ = ["Layer", "classes_of", "layers_of", "pixel", "tile"]

_NAME = re.compile(r"density_(\d{4}|change)")
_OVERVIEW = 512  # px: enough for the quantiles of five classes
_TILE = 256  # px
_HALF_WORLD_M = math.pi * 6_378_137.0  # EPSG:3857: half the equator of WGS 84
_REACH = 98  # percentile of |change| that the outermost class holds: outliers would hide the rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A density map of a run."""

    name: str
    """File name without its suffix."""
    year: int | None
    """None for the change."""


def layers_of(run: Run) -> tuple[Layer, ...]:
    """Return the density maps of a run, years first."""
    found = []
    for path in sorted(run.folder.glob("density_*.tif")):
        named = _NAME.fullmatch(path.stem)
        if named:
            word = named.group(1)
            found.append(Layer(name=path.stem, year=int(word) if word.isdigit() else None))
    return tuple(found)


@lru_cache(maxsize=16)
def classes_of(run: Run, name: str) -> Classes:
    """Return the classes of a map, t C/ha, from its overview."""
    with Reader(str(_path(run, name))) as reader:
        seen = reader.preview(max_size=_OVERVIEW).array
    values = np.ma.masked_invalid(seen).compressed().astype(np.float64)
    if name != "density_change":
        return sequential(values.tolist())
    reach = float(np.percentile(np.abs(values), _REACH)) if values.size else 0.0
    return diverging([reach])


def tile(run: Run, name: str, x: int, y: int, z: int) -> bytes | None:
    """Return a tile as PNG, transparent where there is no data; None beyond the map."""
    with Reader(str(_path(run, name))) as reader:
        seen = _seen(reader, x, y, z)
    if seen is None:
        return None
    classes = classes_of(run, name)
    known = ~np.ma.getmaskarray(np.ma.masked_invalid(seen))
    at = np.digitize(np.where(known, seen.filled(0), 0), classes.edges)
    palette = np.array([_rgb(colour) for colour in classes.colours], dtype=np.uint8)
    rgb = np.moveaxis(palette[at], -1, 0)
    return bytes(render(rgb, mask=(known * 255).astype(np.uint8), img_format="PNG"))


def pixel(path: Path, longitude: float, latitude: float) -> float | None:
    """Return the value of a raster at a point; None without data."""
    try:
        with Reader(str(path)) as reader:
            value = reader.point(longitude, latitude).array[0]
    except PointOutsideBounds:
        return None
    return None if np.ma.is_masked(value) or not np.isfinite(value) else float(value)


def _seen(reader: Reader, x: int, y: int, z: int) -> np.ma.MaskedArray | None:
    """Return the cells nearest to the pixels of a tile, (256, 256); None beyond the map.

    The middle of every pixel is looked up in the raster itself, read at the resolution of the
    tile: nothing is warped, so a colour is always that of a cell.
    """
    data = reader.dataset
    if data is None:
        return None
    side = 2 * _HALF_WORLD_M / 2**z
    steps = (np.arange(_TILE) + 0.5) * side / _TILE
    across, down = np.meshgrid(x * side - _HALF_WORLD_M + steps, _HALF_WORLD_M - y * side - steps)
    to_raster = Transformer.from_crs("EPSG:3857", data.crs.to_wkt(), always_xy=True)
    t = data.transform
    east, north = to_raster.transform(across, down)
    columns, rows = (east - t.c) / t.a, (north - t.f) / t.e
    left, right = max(0, int(columns.min())), min(data.width, int(columns.max()) + 1)
    top, bottom = max(0, int(rows.min())), min(data.height, int(rows.max()) + 1)
    if left >= right or top >= bottom:
        return None
    shape = (min(bottom - top, _TILE), min(right - left, _TILE))
    cells = data.read(1, window=((top, bottom), (left, right)), out_shape=shape, masked=True)
    at_row = np.floor((rows - top) * shape[0] / (bottom - top)).astype(np.int64)
    at_column = np.floor((columns - left) * shape[1] / (right - left)).astype(np.int64)
    beyond = (at_row < 0) | (at_row >= shape[0]) | (at_column < 0) | (at_column >= shape[1])
    found = cells[at_row.clip(0, shape[0] - 1), at_column.clip(0, shape[1] - 1)]
    return np.ma.masked_where(beyond, found)


def _path(run: Run, name: str) -> Path:
    """Return the file of a map that the run has."""
    known = {layer.name for layer in layers_of(run)}
    if name not in known:
        raise KeyError(name)
    return run.folder / f"{name}.tif"


def _rgb(colour: str) -> tuple[int, ...]:
    """Return red, green and blue of a colour such as #edf8e9."""
    return tuple(bytes.fromhex(colour.removeprefix("#")))
