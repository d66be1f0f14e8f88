"""The columns of every CSV of a results folder: names, order, kinds and the sorting keys.

The names and their order are public: users script against them. ``status`` and ``run_id``
end every file and are not repeated here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SCHEMAS", "Kind", "Schema"]


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    """Text; a code stays text even where it is made of digits."""
    INTEGER = "integer"
    """A whole number, such as a year."""
    NUMBER = "number"
    """A decimal, rounded to 1e-6."""
    LIMIT = "limit"
    """A number, or a text such as the band ``5..200``."""


TEXT, INTEGER, NUMBER, LIMIT = Kind.TEXT, Kind.INTEGER, Kind.NUMBER, Kind.LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """One CSV of the results folder."""

    name: str
    """File name without its suffix."""
    columns: Mapping[str, Kind]
    """Kind by column name, in the order of the file."""
    keys: tuple[str, ...]
    """Columns that name a row; rows are sorted by them, blank first."""


def _schema(name: str, keys: str, /, **columns: Kind) -> Schema:
    """Return a schema; its keys are given as one text."""
    return Schema(name=name, columns=MappingProxyType(columns), keys=tuple(keys.split()))


_ALL = (
    _schema(
        "areas",
        "zone_code year code stratum",
        zone_code=TEXT,
        year=INTEGER,
        code=TEXT,
        stratum=TEXT,
        ecosystem=TEXT,
        pixels=NUMBER,
        area_ha=NUMBER,
    ),
    _schema(
        "stocks",
        "zone_code level year ecosystem pool depth_cm",
        zone_code=TEXT,
        zone_name=TEXT,
        level=TEXT,
        year=INTEGER,
        ecosystem=TEXT,
        pool=TEXT,
        depth_cm=TEXT,
        area_ha=NUMBER,
        stock_t_c=NUMBER,
        low_t_c=NUMBER,
        high_t_c=NUMBER,
        method=TEXT,
        completeness=TEXT,
    ),
    _schema(
        "changes",
        "zone_code level year0 year1 ecosystem0 ecosystem land pool depth_cm method",
        zone_code=TEXT,
        zone_name=TEXT,
        level=TEXT,
        year0=INTEGER,
        year1=INTEGER,
        ecosystem0=TEXT,
        ecosystem=TEXT,
        land=TEXT,
        pool=TEXT,
        depth_cm=TEXT,
        change_t_c=NUMBER,
        sink_t_co2_per_year=NUMBER,
        low_t_co2_per_year=NUMBER,
        high_t_co2_per_year=NUMBER,
        method=TEXT,
    ),
    _schema(
        "totals",
        "zone_code level quantity year0 year1 scope",
        zone_code=TEXT,
        zone_name=TEXT,
        level=TEXT,
        year0=INTEGER,
        year1=INTEGER,
        quantity=TEXT,
        scope=TEXT,
        value_t_c=NUMBER,
        low_t_c=NUMBER,
        high_t_c=NUMBER,
        sink_t_co2_per_year=NUMBER,
        low_t_co2_per_year=NUMBER,
        high_t_co2_per_year=NUMBER,
        half_width_share=NUMBER,
        signal_ratio=NUMBER,
        verdict=TEXT,
        method=TEXT,
    ),
    _schema(
        "transitions",
        "zone_code year0 year1 code0 code1 stratum",
        zone_code=TEXT,
        year0=INTEGER,
        year1=INTEGER,
        code0=TEXT,
        code1=TEXT,
        stratum=TEXT,
        pixels=NUMBER,
        area_ha=NUMBER,
    ),
    _schema(
        "coverage",
        "zone_code year",
        zone_code=TEXT,
        year=INTEGER,
        polygon_ha=NUMBER,
        classified_ha=NUMBER,
        nodata_ha=NUMBER,
        outside_ha=NUMBER,
        official_ha=NUMBER,
    ),
    _schema(
        "reconciliation",
        "zone_code year0 year1",
        zone_code=TEXT,
        year0=INTEGER,
        year1=INTEGER,
        stock0_t_c=NUMBER,
        stock1_t_c=NUMBER,
        change_common_t_c=NUMBER,
        only_year0_t_c=NUMBER,
        only_year1_t_c=NUMBER,
        change_reported_t_c=NUMBER,
        method_gap_t_c=NUMBER,
    ),
    _schema(
        "quality",
        "check zone_code",
        check=TEXT,
        zone_code=TEXT,
        value=NUMBER,
        limit=LIMIT,
        verdict=TEXT,
    ),
    _schema(
        "method_comparison",
        "zone_code ecosystem year0 year1 method",
        zone_code=TEXT,
        ecosystem=TEXT,
        year0=INTEGER,
        year1=INTEGER,
        method=TEXT,
        sink_t_co2_per_year=NUMBER,
        low_t_co2_per_year=NUMBER,
        high_t_co2_per_year=NUMBER,
    ),
    _schema(
        "trace",
        "zone_code level year code stratum ecosystem pool factors",
        zone_code=TEXT,
        level=TEXT,
        year=INTEGER,
        code=TEXT,
        stratum=TEXT,
        ecosystem=TEXT,
        pool=TEXT,
        amount=NUMBER,
        factors=TEXT,
        stock_t_c=NUMBER,
    ),
    _schema(
        "trace_changes",
        "zone_code level year0 year1 ecosystem0 ecosystem pool method factors",
        zone_code=TEXT,
        level=TEXT,
        year0=INTEGER,
        year1=INTEGER,
        ecosystem0=TEXT,
        ecosystem=TEXT,
        pool=TEXT,
        method=TEXT,
        amount=NUMBER,
        factors=TEXT,
        change_t_c=NUMBER,
    ),
    _schema(
        "coefficients_used",
        "table row key",
        key=TEXT,
        table=TEXT,
        row=INTEGER,
        parameter=TEXT,
        code=TEXT,
        ecosystem=TEXT,
        stratum=TEXT,
        pool=TEXT,
        depth_cm=TEXT,
        edition=TEXT,
        class_from=NUMBER,
        class_to=NUMBER,
        value=NUMBER,
        unit=TEXT,
        low=NUMBER,
        high=NUMBER,
        interval=TEXT,
        half_width_source=TEXT,
        completeness=TEXT,
        confidence=TEXT,
        source=TEXT,
        locator=TEXT,
        region=TEXT,
        name=TEXT,
        note=TEXT,
    ),
)

_BY_NAME = {schema.name: schema for schema in _ALL}
# A view is reported in the columns of the zones; its id stands in the column level.
_VIEWS = {
    f"views_{name}": replace(_BY_NAME[name], name=f"views_{name}") for name in ("stocks", "totals")
}

SCHEMAS: Mapping[str, Schema] = MappingProxyType(_BY_NAME | _VIEWS)
"""Every CSV of the contract by its name."""
