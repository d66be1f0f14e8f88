"""Figures that a target can be held against: of an inventory, where it has one that compares.

Most do not compare: a forest cover rate counts shrub land that a map of classes does not, and a
weighted vegetation cover is no share of an area (METHOD D6). Only two figures of an inventory are
taken, each under its condition.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from sinks.export.cells import is_missing

from .catalogue import convert

if TYPE_CHECKING:
    from sinks.results import Results

__all__ = ["Figure", "Trend", "sink_trend", "wetland_areas"]

SCOPE = "forest_grassland_wetland"
"""Scope of ``totals.csv`` whose trend is shown."""
_SURVEY = "gbt21010"  # the land survey's own classes, the only ones that count wetland as it does


class Trend(StrEnum):
    """Which way the sink went from one period to the next."""

    RISING = "rising"
    FALLING = "falling"
    UNCLEAR = "unclear"
    """The intervals of the two periods overlap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of one indicator, zone and year."""

    zone_code: str
    indicator: str
    year: int
    value: Fraction
    """In the unit of the indicator."""
    source: str
    """Source of the statistics, or the run."""


def wetland_areas(results: Results) -> list[Figure]:
    """Return the wetland area of every zone and year in 10^4 mu.

    Only land-survey classes compare with a target of the survey; any other product gives none.
    """
    products = {r.product for r in results.manifest.inputs if r.role == "land_cover"}
    if products != {_SURVEY}:
        return []
    stocks = results.tables["stocks"]
    rows = stocks[stocks["ecosystem"].eq("wetland") & stocks["area_ha"].notna()]
    areas = {
        (str(row["zone_code"]), int(row["year"])): Fraction(Decimal(str(row["area_ha"])))
        for row in rows.to_dict("records")
    }
    run = results.manifest.run_id[:8]
    found = []
    for (zone, year), area in sorted(areas.items()):
        value = convert(area, "公顷", "万亩")
        if value is not None:
            found.append(
                Figure(zone_code=zone, indicator="wetland_area", year=year, value=value, source=run)
            )
    return found


def sink_trend(results: Results, zone_code: str) -> tuple[Trend, str] | None:
    """Return which way the sink of a zone went between its last two periods, and their names.

    None where the run has fewer than two periods that follow each other.
    """
    totals = results.tables["totals"]
    rows = totals[
        totals["quantity"].eq("change")
        & totals["scope"].eq(SCOPE)
        & totals["zone_code"].eq(zone_code)
    ]
    periods = sorted(
        (int(row["year0"]), int(row["year1"]), row)
        for row in rows.to_dict("records")
        if not any(
            is_missing(row[name])
            for name in ("low_t_co2_per_year", "high_t_co2_per_year", "sink_t_co2_per_year")
        )
    )
    follow = [(a, b) for a in periods for b in periods if a[1] == b[0]]
    if not follow:
        return None
    before, after = max(follow, key=lambda pair: pair[1][1])
    named = f"{before[0]}-{before[1]}, {after[0]}-{after[1]}"
    if after[2]["low_t_co2_per_year"] > before[2]["high_t_co2_per_year"]:
        return Trend.RISING, named
    if after[2]["high_t_co2_per_year"] < before[2]["low_t_co2_per_year"]:
        return Trend.FALLING, named
    return Trend.UNCLEAR, named
