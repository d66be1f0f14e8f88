"""Emissions of a park in a year: fuel, process, and net purchased power and heat.

``CO2 = fuel + process + power + heat``; indirect emissions of power are given twice, because
they answer two questions. Location-based is what the grid emitted for it; market-based is what
the park's contracts and certificates leave, at the residual factor. The two are shown side by
side and never added. A factor that is missing makes the result missing, never zero; no sink
enters anywhere.

Source: METHOD part E; WRI (2015) GHG Protocol Scope 2 Guidance, location- and market-based
method; 内政办发〔2023〕94号, 二（一）: 原料用能不纳入 (feedstock is not counted as energy use).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING

from rasters.findings import finding
from sinks.categories import Confidence

from .activities import Component, Part, words
from .conversions import Book
from .power_accounts import power_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rasters.findings import Finding

    from .activities import Activity
    from .conversions import Line
    from .factors import Factor, Factors
    from .power_accounts import NetExport

__all__ = ["Basis", "ParkEmissions", "emissions_of"]


class Basis(StrEnum):
    """How indirect emissions of power are told."""

    LOCATION = "location"
    """At the average factor of the grid."""
    MARKET = "market"
    """By contracts and certificates, the rest at the residual factor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkEmissions:
    """Emissions and energy use of one park and year."""

    park_id: str
    year: int
    lines: tuple[Line, ...]
    """Every product of quantity and factor, in the order of the parts."""
    absent: tuple[Part, ...]
    """Parts that no row states: unknown, not zero."""
    sources: tuple[str, ...]
    """Sources of the activities, each once, sorted."""

    def part_t_co2(self, part: Part, basis: Basis) -> Decimal | None:
        """Return the emissions of one part, t CO2; None where a factor or quantity is missing."""
        amounts = [line.t_co2 for line in self.lines if line.counts(part, basis)]
        return None if part in self.absent else _sum(amounts)

    def total_t_co2(self, basis: Basis) -> Decimal | None:
        """Return the emissions of the park, t CO2; None where a part is."""
        return _sum([self.part_t_co2(part, basis) for part in Part])

    @property
    def energy_use_tce(self) -> Decimal | None:
        """Energy use in tce, own renewable electricity included, feedstock not.

        None where a conversion or quantity is missing, or fuel, power or heat is not stated.
        """
        if set(self.absent) - {Part.PROCESS}:
            return None
        return _sum([line.tce for line in self.lines if line.is_energy])

    @property
    def missing(self) -> tuple[str, ...]:
        """What a result lacks: parts not stated, quantities and factors, each once."""
        lacking = [f"part/{part}" for part in self.absent]
        lacking += [name for line in self.lines for name in line.lacking]
        return tuple(dict.fromkeys(lacking))

    @property
    def factors(self) -> tuple[Factor, ...]:
        """Factors that were used, each once."""
        return tuple(dict.fromkeys(factor for line in self.lines for factor in line.factors))

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """Keys of the factors in use that an official result may not rest on."""
        return tuple(f.key for f in self.factors if f.confidence is Confidence.UNVERIFIED)


def emissions_of(
    activities: Sequence[Activity], *, factors: Factors, region: str, net_export: NetExport
) -> tuple[list[ParkEmissions], list[Finding]]:
    """Return the emissions of every park and year, and what is to be said about them.

    Parameters
    ----------
    activities
        Rows of any parks and years, in any order.
    factors
        The tables in use.
    region
        Region pack of the parks, for the factor of their grid.
    net_export
        What a park that delivers out more power than it takes in is credited with.

    Returns
    -------
    emissions, findings
        One result for each park and year, sorted; missing parts are named, never zero.

    """
    results: list[ParkEmissions] = []
    findings: list[Finding] = []
    ordered = sorted(activities, key=lambda a: (a.park_id, a.year))
    for (park_id, year), group in groupby(ordered, key=lambda a: (a.park_id, a.year)):
        rows = list(group)
        book = Book(factors=factors, region=region, year=year)
        power, faults = power_lines(rows, book=book, net_export=net_export)
        lines = (*_fuel_lines(rows, book), *_process_lines(rows, book), *power, *_heat(rows, book))
        stated = {words(row.component).part for row in rows}
        result = ParkEmissions(
            park_id=park_id,
            year=year,
            lines=lines,
            absent=tuple(part for part in Part if part not in stated),
            sources=tuple(sorted({row.source for row in rows})),
        )
        results.append(result)
        findings += faults + _remarks(result)
    return results, findings


def _fuel_lines(rows: Sequence[Activity], book: Book) -> list[Line]:
    """Return the lines of fuel burnt; feedstock stands beside them and counts nowhere."""
    lines = []
    for row in rows:
        if row.component is Component.FUEL:
            lines.append(book.fuel(row))
        elif row.component is Component.FEEDSTOCK:
            lines.append(book.memo(row))
    return lines


def _process_lines(rows: Sequence[Activity], book: Book) -> list[Line]:
    """Return the lines of processes."""
    return [
        book.emission(
            Part.PROCESS, row.component, row.item, row.quantity, row.unit, factor=row.item
        )
        for row in rows
        if row.component is Component.PROCESS
    ]


def _heat(rows: Sequence[Activity], book: Book) -> list[Line]:
    """Return the line of net purchased heat; it has one factor, whichever the basis."""
    bought, delivered = (
        book.total(rows, component)
        for component in (Component.HEAT_PURCHASED, Component.HEAT_EXPORTED)
    )
    if not any(row.component is Component.HEAT_PURCHASED for row in rows):
        return []
    net = None if bought is None or delivered is None else bought - delivered
    return [
        book.emission(
            Part.HEAT, Component.HEAT_PURCHASED, "heat", net, "GJ", factor="heat", energy="heat"
        )
    ]


def _remarks(result: ParkEmissions) -> list[Finding]:
    """Return the findings about what a result lacks and rests on."""
    where = f"{result.park_id} {result.year}"
    found = []
    for name in result.missing:
        kind, _, value = name.partition("/")
        if kind == "cover":  # said already, with the figures that contradict each other
            continue
        code = {"part": "part-absent", "quantity": "quantity-missing"}.get(kind, "factor-missing")
        shown = value if kind in ("part", "quantity") else name
        found.append(finding("parks", f"emissions-{code}", value=shown, where=where))
    if result.unconfirmed:
        keys = ", ".join(result.unconfirmed)
        found.append(finding("parks", "emissions-unconfirmed", value=keys, where=where))
    return found


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    """Return the sum, None where one of the amounts is missing."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if len(known) == len(amounts) else None
