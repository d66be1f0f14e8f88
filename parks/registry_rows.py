"""Parks and facts as rows of text and numbers, the same for every file format of the registry.

A point is a longitude and a latitude; a polygon is WKT where the format has no geometry of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from .park import Fact, Park

__all__ = [
    "FACT_COLUMNS",
    "PARK_COLUMNS",
    "fact_cells",
    "park_cells",
    "point_cells",
    "sorted_parks",
]

PARK_COLUMNS = ("park_id", "name_zh", "name_en", "kind", "league_code", "banner_code", "operator",
                "location_confidence", "note")  # fmt: skip
"""Columns of a park beside its geometry."""
POINT_COLUMNS = ("longitude", "latitude", "datum", "geometry")
"""Columns that hold the geometry where the format has none."""
FACT_COLUMNS = ("park_id", "parameter", "status", "value", "unit", "date", "source",
                "source_date", "locator", "confidence", "note")  # fmt: skip
"""Columns of a fact."""


def sorted_parks(parks: Sequence[Park]) -> list[Park]:
    """Return parks by id."""
    return sorted(parks, key=lambda park: park.park_id)


def park_cells(park: Park) -> dict[str, str]:
    """Return the cells of :data:`PARK_COLUMNS`; a missing location has no confidence."""
    return {
        "park_id": park.park_id,
        "name_zh": park.name_zh,
        "name_en": park.name_en,
        "kind": str(park.kind),
        "league_code": park.league_code,
        "banner_code": park.banner_code,
        "operator": park.operator,
        "location_confidence": "" if park.geometry is None else str(park.location_confidence),
        "note": park.note,
    }


def point_cells(park: Park) -> dict[str, float | str]:
    """Return the cells of :data:`POINT_COLUMNS`: a point, or the WKT of a polygon, on WGS 84."""
    shape = park.geometry
    if shape is None:
        return {}
    if isinstance(shape, shapely.Point):
        return {"longitude": shape.x, "latitude": shape.y, "datum": "WGS84"}
    return {"datum": "WGS84", "geometry": shapely.to_wkt(shape, rounding_precision=-1)}


def fact_cells(fact: Fact) -> dict[str, str | Decimal | None]:
    """Return the cells of :data:`FACT_COLUMNS`."""
    return {
        "park_id": fact.park_id,
        "parameter": fact.parameter,
        "status": str(fact.status),
        "value": fact.value,
        "unit": fact.unit,
        "date": fact.date,
        "source": fact.source,
        "source_date": fact.source_date,
        "locator": fact.locator,
        "confidence": str(fact.confidence),
        "note": fact.note,
    }
