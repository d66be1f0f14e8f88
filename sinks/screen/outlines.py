"""Outlines of the zones as a browser draws them: simplified once, together, as GeoJSON.

The polygons come from the run's own GeoPackage, so that replaced boundaries are drawn as they were
counted. Neighbours are simplified together: borders that two zones share stay shared.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from sinks.errors import ResultError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Outlines", "read_outlines"]

_TOLERANCE = 0.005  # degrees: 12 leagues of Inner Mongolia are 62 kB compressed
_DIGITS = 4  # about 10 m


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlines:
    """The zones of one level."""

    level: str
    geojson: str
    """A FeatureCollection; each feature's id is its zone code."""
    points: dict[str, tuple[float, float]]
    """Longitude and latitude of a point inside the largest part of each zone."""
    bounds: tuple[float, float, float, float]
    """West, south, east, north, degrees."""


def read_outlines(folder: Path, level: str) -> Outlines:
    """Read the outlines of a level from a results folder.

    Raises
    ------
    ResultError
        If the GeoPackage or the layer is missing or unreadable.

    """
    path = folder / "inventory.gpkg"
    try:
        frame = gpd.read_file(path, layer=f"carbon_{level}", columns=["code"]).to_crs("EPSG:4326")
    except (OSError, ValueError, RuntimeError) as error:
        raise ResultError(f"{path.name} has no readable layer carbon_{level}: {error}") from error
    simple = shapely.coverage_simplify(frame.geometry.to_numpy(), _TOLERANCE)
    rounded = shapely.set_precision(simple, 10.0**-_DIGITS)
    features = [
        {
            "type": "Feature",
            "id": str(code),
            "properties": {},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for code, shape in zip(frame["code"], rounded, strict=True)
    ]
    collection = {"type": "FeatureCollection", "features": features}
    return Outlines(
        level=level,
        geojson=json.dumps(collection, separators=(",", ":"), ensure_ascii=False),
        points={
            str(code): _inside(shape) for code, shape in zip(frame["code"], simple, strict=True)
        },
        bounds=tuple(shapely.total_bounds(simple).tolist()),
    )


def _inside(shape: shapely.Geometry) -> tuple[float, float]:
    """Return the middle of the widest circle in the largest part of a zone."""
    parts = shapely.get_parts(shape)
    largest = parts[int(shapely.area(parts).argmax())]
    line = shapely.maximum_inscribed_circle(largest, tolerance=0.05)
    point = shapely.get_point(line, 0)
    return float(shapely.get_x(point)), float(shapely.get_y(point))
