"""The geometry of a line: a point, a polygon or nothing, on WGS 84, or why it is none of these.

Coordinates whose datum is not said are taken for WGS 84 with a warning; GCJ-02, the shifted datum
of Chinese web maps, is converted, and BD-09 is refused. Nothing is swapped, closed or repaired.

Source: longitudes and latitudes of China, 73 to 136 E and 3 to 54 N.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from rasters.datum import gcj02_to_wgs84
from rasters.findings import finding

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from rasters.findings import Finding

    from .line import Line

__all__ = ["place_of"]

_WEST, _EAST, _SOUTH, _NORTH = 73, 136, 3, 54
_SHAPES = ("Point", "Polygon", "MultiPolygon")


def place_of(line: Line) -> tuple[BaseGeometry | None, list[Finding]]:
    """Return the geometry of a line, and every finding about it."""
    written, found = _written(line)
    if written is None:
        return None, found
    refused = _refused(written, line)
    if refused is not None:
        return None, [*found, refused]
    if shapely.has_z(written) or shapely.has_m(written):
        written = shapely.force_2d(written)
        found.append(_find("parks-geometry-3d", written.geom_type, line))
    if line.datum == "gcj02":
        written = shapely.transform(written, lambda xy: np.column_stack(gcj02_to_wgs84(*xy.T)))
        found.append(_find("parks-datum-gcj02", "GCJ-02", line))
    elif line.datum == "cgcs2000":
        found.append(_find("parks-datum-cgcs2000", "CGCS2000", line))
    return written, found


def _find(code: str, value: object, line: Line, **words: object) -> Finding:
    return finding("parks", code, value=value, where=line.where, **words)


def _written(line: Line) -> tuple[BaseGeometry | None, list[Finding]]:
    """Return the geometry as the line states it, by coordinates or by a shape."""
    angles = line.angles
    if len(angles) == 1:
        return None, [_find("parks-location-half", next(iter(angles)), line)]
    if not angles:
        return line.geometry, []
    longitude, latitude = angles["longitude"], angles["latitude"]
    if line.geometry is not None:
        value = f"{longitude:f}, {latitude:f}"
        return None, [_find("parks-location-twice", value, line)]
    point = shapely.Point(float(longitude), float(latitude))
    unsaid = [] if line.datum else [_find("parks-datum-unsaid", point.wkt, line)]
    return point, unsaid


def _refused(shape: BaseGeometry, line: Line) -> Finding | None:
    """Return why a geometry cannot be the place of a park, or None."""
    if line.datum == "bd09":
        return _find("parks-datum-bd09", "BD-09", line)
    if shape.geom_type not in _SHAPES:
        return _find("parks-geometry-type", shape.geom_type, line)
    if shape.is_empty or not np.isfinite(shapely.get_coordinates(shape)).all():
        return _find("parks-geometry-empty", shape.wkt[:40], line)
    if not shape.is_valid:
        return _find("parks-geometry-invalid", shapely.is_valid_reason(shape), line)
    return _misplaced(shape, line)


def _misplaced(shape: BaseGeometry, line: Line) -> Finding | None:
    """Return that a geometry lies off China, perhaps with its coordinates swapped."""
    west, south, east, north = shape.bounds
    if _in_china(south, west) and _in_china(north, east) and not _in_china(west, south):
        return _find("parks-location-swapped", f"{west:g}, {south:g}", line)
    if not (_in_china(west, south) and _in_china(east, north)):
        return _find("parks-location-range", f"{west:g}, {south:g}, {east:g}, {north:g}", line)
    return None


def _in_china(longitude: float, latitude: float) -> bool:
    """Return whether a place lies in the box of China."""
    return _WEST <= longitude <= _EAST and _SOUTH <= latitude <= _NORTH
