"""The rigid balance: the emission intensity that a budget leads to, against its target.

Planned emissions are those of the base year with all increments and reductions up to the year.
Gross intensity leaves the sink out; net intensity takes it off in the base year and in the
planned year alike, for a net figure against a gross base would show a drop that never was.

Source: "碳排放强度刚性平衡", 内政办发〔2023〕94号, 四（四）; METHOD D1 (5), D3. Progress as in
METHOD D1: 1.85 to 1.55 against a target of 17.5 % is a drop of 16.2162 %, 92.6641 % of the target.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from .balance import Amount
from .plan import Basis, ReductionClass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .balance import Line
    from .plan import Budget, Economy
    from .sink import SinkSeries

__all__ = ["Intensity", "RigidVerdict", "intensities"]


class RigidVerdict(StrEnum):
    """What the rigid balance comes to."""

    HOLDS = "holds"
    FAILS = "fails"
    NO_TARGET = "no_target"
    OPEN = "open"
    """Cannot be told for what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intensity:
    """The intensity of a zone in a year against that of the base year."""

    zone_code: str
    year: int
    basis: Basis
    base: Fraction | None
    """t CO2 per 10^4 yuan in the base year; None where it is not known."""
    planned: Fraction | None
    """Of the year; None where anything is missing."""
    target_percent: Decimal | None
    verdict: RigidVerdict

    @property
    def drop_percent(self) -> Fraction | None:
        """By how much it drops, % of the base year."""
        if self.base is None or self.planned is None or self.base == 0:
            return None
        return (1 - self.planned / self.base) * 100

    @property
    def progress_percent(self) -> Fraction | None:
        """The drop as a share of the target, %."""
        drop = self.drop_percent
        if drop is None or not self.target_percent:
            return None
        return drop / Fraction(self.target_percent) * 100


def intensities(
    budget: Budget,
    lines: Sequence[Line],
    series: SinkSeries,
    *,
    region: str,
    leagues: Sequence[str],
    basis: Basis,
) -> dict[tuple[str, int], Intensity]:
    """Return the intensity of every zone and year of a budget.

    Parameters
    ----------
    budget
        The budget as it was filled in.
    lines
        Its lines.
    series
        Sinks by league and year.
    region
        Code of the region, whose emissions and product are the sums of its leagues.
    leagues
        Codes of all its leagues; one that states nothing leaves the region without an intensity.
    basis
        Gross or net.

    """
    terms = budget.terms
    annual = {(line.zone_code, line.year): line for line in lines if line.year is not None}
    zones = dict.fromkeys(zone for zone, _ in annual)
    parts = {zone: [zone] if zone != region else list(leagues) for zone in zones}
    stated = {(e.zone_code, e.year): e for e in budget.economy}
    found = {}
    for zone in zones:
        base = _base(stated, parts[zone], terms.base_year, series, basis)
        change = Amount(known=Decimal(0))
        worst: Decimal | None = Decimal(0)
        for year in terms.years:
            line = annual[zone, year]
            change += _net(line, basis)
            worst = None if worst is None else _worst(worst, line, basis)
            own = stated.get((zone, year))
            found[zone, year] = _judge(
                zone,
                year,
                basis,
                base=base,
                gdp=(_gdp(stated, parts[zone], terms.base_year), _gdp(stated, parts[zone], year)),
                change=change.value,
                worst=worst,
                target=own.target_percent if own is not None else None,
            )
    return found


def _net(line: Line, basis: Basis) -> Amount:
    """Return by how much a year changes the emissions."""
    reduced = _reduced(line, basis)
    return line.increments + Amount(known=-reduced.known, missing=reduced.missing)


def _worst(before: Decimal, line: Line, basis: Basis) -> Decimal | None:
    """Return the change of emissions if no reduction that is missing comes; None if unbounded."""
    sink = line.reductions[ReductionClass.SINK]
    if line.increments.missing or (basis is Basis.NET and sink.missing):
        return None
    return before + line.increments.known - _reduced(line, basis).known


def _reduced(line: Line, basis: Basis) -> Amount:
    """Return the reductions that count on a basis."""
    amounts = [
        amount
        for kind, amount in line.reductions.items()
        if basis is Basis.NET or kind is not ReductionClass.SINK
    ]
    return sum(amounts, start=Amount(known=Decimal(0)))


def _base(
    stated: Mapping[tuple[str, int], Economy],
    zones: Sequence[str],
    year: int,
    series: SinkSeries,
    basis: Basis,
) -> Decimal | None:
    """Return the emissions of the base year on a basis; None where a league's are missing."""
    total = Decimal(0)
    for zone in zones:
        own = stated.get((zone, year))
        sink = series.admissible(zone, year) if basis is Basis.NET else Decimal(0)
        if own is None or own.emission_t_co2 is None or sink is None:
            return None
        total += own.emission_t_co2 - sink
    return total if zones else None


def _gdp(
    stated: Mapping[tuple[str, int], Economy], zones: Sequence[str], year: int
) -> Decimal | None:
    """Return the product of a year; None where a league's is missing."""
    total = Decimal(0)
    for zone in zones:
        own = stated.get((zone, year))
        if own is None or own.gdp is None:
            return None
        total += own.gdp
    return total if zones else None


def _judge(
    zone: str,
    year: int,
    basis: Basis,
    *,
    base: Decimal | None,
    gdp: tuple[Decimal | None, Decimal | None],
    change: Decimal | None,
    worst: Decimal | None,
    target: Decimal | None,
) -> Intensity:
    """Return the intensity of one year and whether its target holds."""
    first = _ratio(base, gdp[0])
    planned = None if base is None or change is None else _ratio(base + change, gdp[1])
    highest = None if base is None or worst is None else _ratio(base + worst, gdp[1])
    verdict = RigidVerdict.OPEN
    if target is None:
        verdict = RigidVerdict.NO_TARGET
    elif first is not None:
        limit = first * (1 - Fraction(target) / 100)
        if highest is not None and highest <= limit:
            verdict = RigidVerdict.HOLDS
        elif planned is not None:
            verdict = RigidVerdict.FAILS
    return Intensity(
        zone_code=zone,
        year=year,
        basis=basis,
        base=first,
        planned=planned,
        target_percent=target,
        verdict=verdict,
    )


def _ratio(emission: Decimal | None, gdp: Decimal | None) -> Fraction | None:
    """Return emissions per product; None where either is missing or there is no product."""
    return None if emission is None or not gdp else Fraction(emission) / Fraction(gdp)
