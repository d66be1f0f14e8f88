"""Parcels on the ground: how large one is, and how much of it another one holds.

Edges are straight in longitude and latitude, as those of the zones are, so that the parts of a
parcel close on the whole. Areas are whole square millimetres on the ellipsoid of WGS 84.
"""

from __future__ import annotations

import json
from functools import lru_cache
from math import ceil, floor
from typing import TYPE_CHECKING

import numpy as np
import pyproj
import shapely

from rasters.area import polygon_area_m2

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

__all__ = [
    "TOLERANCE_MM2",
    "areal",
    "bounds_of",
    "geometry_fault",
    "hex_of",
    "measured",
    "overlap_mm2",
    "shape_of",
]

TOLERANCE_MM2 = 10**6
"""Overlap that two surveyors' rounding of one border may leave: 1 m2."""
WGS84 = pyproj.CRS.from_epsg(4326)
_STEP = 10**7  # bounds are kept in 1e-7 degrees, 1 cm
_MM2_PER_M2 = 10**6


@lru_cache(maxsize=4096)
def shape_of(geometry: str) -> BaseGeometry:
    """Return the polygons of a well-known binary in hexadecimal.

    Raises shapely.errors.GEOSException or ValueError if it is none.
    """
    return shapely.from_wkb(bytes.fromhex(geometry))


def hex_of(shape: BaseGeometry) -> str:
    """Return polygons as the one binary that the ledger keeps: normalised, two-dimensional."""
    flat = shapely.normalize(shapely.force_2d(shape))
    return str(shapely.to_wkb(flat, hex=True, byte_order=1, include_srid=False)).lower()


def geometry_fault(shape: BaseGeometry | None) -> str | None:
    """Say what is wrong with the geometry of a parcel, in English; None if nothing is."""
    if shape is None or shape.is_empty:
        return "empty"
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        return str(shape.geom_type)
    xy = shapely.get_coordinates(shape)
    if not np.isfinite(xy).all() or np.abs(xy).max(axis=0)[0] > 180 or np.abs(xy[:, 1]).max() > 90:  # noqa: PLR2004
        return "not longitude and latitude"
    return None if shape.is_valid else str(shapely.is_valid_reason(shape))


def area_mm2(shape: BaseGeometry) -> int:
    """Return the area of polygons on the ellipsoid, whole mm2."""
    return round(polygon_area_m2(shape, WGS84) * _MM2_PER_M2)


def bounds_of(shape: BaseGeometry) -> tuple[int, int, int, int]:
    """Return west, south, east and north in 1e-7 degrees, rounded outwards."""
    west, south, east, north = (bound * _STEP for bound in shape.bounds)
    return floor(west), floor(south), ceil(east), ceil(north)


@lru_cache(maxsize=4096)
def measured(geometry: str) -> str:
    """Return area and bounds of a parcel as JSON: [area_mm2, west, south, east, north]."""
    shape = shape_of(geometry)
    fault = geometry_fault(shape)
    if fault is not None:
        raise ValueError(fault)
    return json.dumps([area_mm2(shape), *bounds_of(shape)], separators=(",", ":"))


def overlap_mm2(one: str, other: str) -> int:
    """Return the area that two parcels have in common, whole mm2."""
    first, second = shape_of(one), shape_of(other)
    if not shapely.intersects(first, second):
        return 0
    return area_mm2(areal(shapely.intersection(first, second)))


def areal(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons of an intersection, which may hold touching lines and points too."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon"])
