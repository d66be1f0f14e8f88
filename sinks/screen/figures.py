"""The figures of a screen: one value with its interval for every zone of a level.

Source: ``totals.csv`` and ``stocks.csv`` of a results folder; nothing is added here but areas,
and only units change.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sinks.records import records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from sinks.results import Results

    from .display_units import DisplayUnits

__all__ = ["Figure", "Measure", "areas_ha", "figures", "periods", "scopes", "years"]


class Measure(StrEnum):
    """What a map and a ranking show."""

    STOCK = "stock"
    """Carbon stock at a year."""
    DENSITY = "density"
    """Carbon stock per hectare at a year."""
    SINK = "sink"
    """Annual sink over a period, removal positive."""
    SINK_DENSITY = "sink_density"
    """Annual sink per hectare."""

    @property
    def is_change(self) -> bool:
        """Whether it speaks of a period and not of a year."""
        return self in (Measure.SINK, Measure.SINK_DENSITY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One zone's figure in the units of the screen."""

    zone: str
    name: str
    value: float | None
    """None where it is not estimated."""
    low: float | None
    high: float | None
    verdict: str
    """Verdict of the change; blank for a stock."""
    area_ha: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Total:
    """What is read of totals.csv."""

    zone_code: str
    value_t_c: Decimal | None
    low_t_c: Decimal | None
    high_t_c: Decimal | None
    sink_t_co2_per_year: Decimal | None
    low_t_co2_per_year: Decimal | None
    high_t_co2_per_year: Decimal | None
    verdict: str


def years(results: Results) -> tuple[int, ...]:
    """Return the years of the inventory, ascending."""
    return tuple(sorted({int(year) for year in results.tables["stocks"]["year"]}))


def periods(results: Results) -> tuple[tuple[int, int], ...]:
    """Return the periods with a change, the whole span first."""
    totals = results.tables["totals"]
    rows = totals[totals["quantity"].eq("change")]
    found = {(int(a), int(b)) for a, b in zip(rows["year0"], rows["year1"], strict=True)}
    return tuple(sorted(found, key=lambda pair: (pair[0] - pair[1], pair)))


def scopes(results: Results) -> tuple[str, ...]:
    """Return the scopes of totals.csv in the order of the file's schema."""
    return tuple(dict.fromkeys(results.tables["totals"]["scope"]))


def areas_ha(
    results: Results, *, level: str, year: int, members: frozenset[str]
) -> dict[str, float]:
    """Return the area (ha) of some ecosystems by zone of a level."""
    stocks = results.tables["stocks"]
    rows = stocks[
        stocks["level"].eq(level)
        & stocks["year"].eq(year)
        & stocks["pool"].eq("soil")
        & stocks["ecosystem"].isin(members)
    ]
    return {str(zone): float(sum(part)) for zone, part in rows.groupby("zone_code")["area_ha"]}


def figures(
    results: Results,
    *,
    level: str,
    measure: Measure,
    scope: str,
    period: tuple[int, int],
    members: frozenset[str],
    units: DisplayUnits,
    lang: str,
) -> tuple[Figure, ...]:
    """Return the figure of every zone of a level, the largest first, the unknown last.

    Parameters
    ----------
    results
        A results folder.
    level
        One of its levels.
    measure
        What is shown.
    scope
        A scope of totals.csv.
    period
        First and last year; a stock is that of the last.
    members
        Ecosystems of the scope, whose area divides the densities.
    units, lang
        Units of the screen, and zh or en for the names.

    """
    totals = results.tables["totals"]
    rows = totals[
        totals["level"].eq(level)
        & totals["scope"].eq(scope)
        & totals["quantity"].eq("change" if measure.is_change else "stock")
        & totals["year1"].eq(period[1])
    ]
    if measure.is_change:
        rows = rows[rows["year0"].eq(period[0])]
    areas = areas_ha(results, level=level, year=period[1], members=members)
    made = [
        _figure(row, measure, areas.get(row.zone_code, 0.0), units, results, lang)
        for row in records(rows, _Total)
    ]
    return tuple(sorted(made, key=lambda f: (f.value is None, -(f.value or 0.0), f.zone)))


def _figure(
    row: _Total, measure: Measure, area_ha: float, units: DisplayUnits, results: Results, lang: str
) -> Figure:
    """Return a row of totals.csv as a figure of the screen."""
    stated: Mapping[Measure, tuple[Decimal | None, ...]] = {
        Measure.STOCK: (row.value_t_c, row.low_t_c, row.high_t_c),
        Measure.DENSITY: (row.value_t_c, row.low_t_c, row.high_t_c),
        Measure.SINK: (row.sink_t_co2_per_year, row.low_t_co2_per_year, row.high_t_co2_per_year),
        Measure.SINK_DENSITY: (
            row.sink_t_co2_per_year,
            row.low_t_co2_per_year,
            row.high_t_co2_per_year,
        ),
    }
    value, low, high = (_shown(number, measure, area_ha, units) for number in stated[measure])
    return Figure(
        zone=row.zone_code,
        name=results.zone_name(row.zone_code, lang),
        value=value,
        low=low,
        high=high,
        verdict=row.verdict if measure.is_change else "",
        area_ha=area_ha,
    )


def _shown(
    number: Decimal | None, measure: Measure, area_ha: float, units: DisplayUnits
) -> float | None:
    """Return a number of totals.csv in the units of the screen."""
    if number is None or (area_ha == 0 and measure in (Measure.DENSITY, Measure.SINK_DENSITY)):
        return None
    amount = float(number)
    if measure is Measure.STOCK:
        return units.mass_of_carbon(amount)
    if measure is Measure.DENSITY:
        return units.density(amount, area_ha)
    return units.mass_of_co2(amount) if measure is Measure.SINK else amount / area_ha
