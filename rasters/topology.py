"""Overlaps and holes of polygons that ought to form a coverage.

A clean coverage is recognised in one pass; only the zones that the pass complains about are
intersected with their neighbours, so that 103 banners with 200,000 vertices take a second.

Source: GEOS CoverageValidator and CoverageUnion, through shapely 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from .area import polygon_area_m2

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray
    from shapely import Polygon
    from shapely.geometry.base import BaseGeometry

LARGEST_OVERLAP_M2 = 1.0
"""Overlap that two writers' rounding of one border may leave."""

NARROW_M = 1000.0
"""A hole narrower than this everywhere is a fault of the borders; a wider one is an enclave."""

_METRES_PER_DEGREE = 111_320.0  # along a meridian, to 0.6 %: to tell 1 km from 2

Place = tuple[float, float]


def overlaps(geometry: NDArray[np.object_], crs: pyproj.CRS) -> list[tuple[int, int, float, Place]]:
    """Return i, j, area in m2 and a place of each pair of zones that share over 1 m2."""
    if shapely.coverage_is_valid(geometry):
        return []
    tree = shapely.STRtree(geometry)
    # "intersects": the predicate "overlaps" does not hold for a zone inside another
    first, second = tree.query(geometry, predicate="intersects")
    pairs = first < second
    first, second = first[pairs], second[pairs]
    found = []
    for i, j in sorted(zip(first.tolist(), second.tolist(), strict=True)):
        if shapely.touches(geometry[i], geometry[j]):
            continue
        common = _polygons(shapely.intersection(geometry[i], geometry[j]))
        area = polygon_area_m2(common, crs)
        if area > LARGEST_OVERLAP_M2:
            found.append((i, j, area, _place(common)))
    return found


def holes(geometry: NDArray[np.object_], crs: pyproj.CRS) -> list[tuple[bool, float, Place]]:
    """Return, of each hole that zones enclose, whether it is narrow, its area in m2, its place.

    A hole that no zone holds counts whether it lies within one zone or between several. Holes
    are in order of place.
    """
    clean = shapely.coverage_is_valid(geometry)
    union = shapely.coverage_union_all(geometry) if clean else shapely.union_all(geometry)
    rings = [shapely.polygons(ring) for part in shapely.get_parts(union) for ring in part.interiors]
    found = []
    for hole in rings:
        # another part of the union may lie inside the hole, as an island in a lake
        filled = not clean or _inhabited(hole, union)
        free = _polygons(shapely.difference(hole, union)) if filled else hole
        area = polygon_area_m2(free, crs)
        if area > 0:
            found.append((_is_narrow(free, crs), area, _place(free)))
    return sorted(found, key=lambda entry: entry[2])


def _inhabited(hole: BaseGeometry, union: BaseGeometry) -> bool:
    """Say whether a part of the union lies inside one of its own holes."""
    parts = shapely.get_parts(union)
    inside = shapely.contains_properly(hole, shapely.point_on_surface(parts))
    return bool(inside.any())


def _polygons(shape: BaseGeometry) -> BaseGeometry:
    """Return only the polygons of an intersection, which may hold touching lines and points."""
    parts = shapely.get_parts(shape)
    flat = shapely.get_parts(parts)
    whole: BaseGeometry = shapely.multipolygons([p for p in flat if p.geom_type == "Polygon"])
    return whole


def _place(shape: BaseGeometry) -> Place:
    """Return a place inside the largest part."""
    parts = shapely.get_parts(shape)
    largest = parts[int(np.argmax(shapely.area(parts)))]
    point = shapely.point_on_surface(largest)
    return float(shapely.get_x(point)), float(shapely.get_y(point))


def _is_narrow(hole: BaseGeometry, crs: pyproj.CRS) -> bool:
    """Say whether no circle of 1 km across fits into the hole."""
    if crs.is_geographic:
        latitude = _place(hole)[1]
        scale = np.array([np.cos(np.radians(latitude)), 1.0]) * _METRES_PER_DEGREE
        hole = shapely.transform(hole, lambda xy: xy * scale)
    return not any(_fits(part) for part in shapely.get_parts(hole))


def _fits(part: Polygon) -> bool:
    """Say whether a circle of 1 km across fits into one polygon."""
    radius = shapely.maximum_inscribed_circle(part, tolerance=NARROW_M / 100)
    return float(shapely.length(radius)) >= NARROW_M / 2
