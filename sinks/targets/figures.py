"""Figures that a target can be held against, and what an inventory can say of one.

Most do not compare: a forest cover rate counts shrub land that a map of classes does not, a
weighted vegetation cover is no share of an area (METHOD D6), and no text says which survey its
wetland area is of. Only the way that the forest and grassland sink goes is taken of an inventory.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from sinks.export.cells import is_missing

if TYPE_CHECKING:
    from fractions import Fraction

    from sinks.results import Results

__all__ = ["Figure", "Trend", "sink_trend"]

SCOPES = ("forest", "grassland")
"""Scopes of ``totals.csv`` whose trend is shown: 林草."""


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
    """Source of the statistics."""


def sink_trend(results: Results, zone_code: str) -> tuple[Trend, str] | None:
    """Return which way the forest and grassland sink of a zone went, and its last two periods.

    The bounds of both ecosystems are added: their errors may go together, and this is the widest
    that the interval of the sum can be, so that a trend is never told too early. Wetland has no
    part in it (林草). None where the run has fewer than two periods that follow each other, or
    either ecosystem is not estimated in one of them.
    """
    totals = results.tables["totals"]
    rows = totals[
        totals["quantity"].eq("change")
        & totals["scope"].isin(SCOPES)
        & totals["zone_code"].eq(zone_code)
    ]
    parts: dict[tuple[int, int], list[tuple[Decimal, Decimal]]] = {}
    for row in rows.to_dict("records"):
        bounds = (row["low_t_co2_per_year"], row["high_t_co2_per_year"])
        if not any(is_missing(bound) for bound in bounds):
            low, high = (Decimal(str(bound)) for bound in bounds)
            parts.setdefault((int(row["year0"]), int(row["year1"])), []).append((low, high))
    periods = sorted(period for period, found in parts.items() if len(found) == len(SCOPES))
    follow = [(a, b) for a in periods for b in periods if a[1] == b[0]]
    if not follow:
        return None
    before, after = max(follow, key=lambda pair: (pair[1][1], pair[1][0]))
    named = f"{before[0]}-{before[1]}, {after[0]}-{after[1]}"
    (low0, high0), (low1, high1) = (
        tuple(sum(column) for column in zip(*parts[period], strict=True))
        for period in (before, after)
    )
    if low1 > high0:
        return Trend.RISING, named
    if high1 < low0:
        return Trend.FALLING, named
    return Trend.UNCLEAR, named
