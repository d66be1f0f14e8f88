"""One zone in one year: emissions less reductions and less the admissible sink.

``net = energy + ippu + elec - projects - admissible``, ``admissible = sink - deducted``. Anything
that is missing leaves what is made of it missing; nothing is taken for zero.

Source: METHOD D1, with its goldens: 5,200 + 640 - 180 - 35 - (260 - 12) = 5,377.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from .choices import ElecExport, IntensityBasis, NegativeSink, OffsetBy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .choices import Choices, DeductionBasis, SinkYear

__all__ = ["Account", "Facts", "SinkOfYear", "account", "intensity"]

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkOfYear:
    """The sink of a zone in a year, t CO2 a year, removal positive."""

    central: Decimal | None
    lower: Decimal | None
    """Lower bound of the 95 % interval."""
    period: str
    """Years of the inventory that it is the annual mean of, such as ``2020-2023``."""
    verdict: str
    """Of the inventory: signal, no_signal, one_sided or not_estimated."""
    gained: Decimal | None = None
    """Part on land that came from other ecosystems, t CO2 a year."""
    lost: Decimal | None = None
    """Part on land that went to other ecosystems, t CO2 a year; a loss is negative."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that an account of a zone in a year is made of."""

    zone_code: str
    year: int
    energy: Decimal | None
    ippu: Decimal | None
    elec: Decimal | None
    projects: Decimal | None
    gdp: Decimal | None
    target_percent: Decimal | None = None
    total_target: Decimal | None = None
    sinks: Mapping[SinkYear, SinkOfYear] = field(default_factory=dict)
    """A year without a sink is absent."""
    deducted: Mapping[DeductionBasis, Decimal] = field(default_factory=dict)
    """t CO2 of this vintage that are credited to someone else; absent is none."""
    missing: tuple[str, ...] = ()
    """What was not filled in, such as ``150600 energy``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account under some choices, t CO2; None where something is missing."""

    elec: Decimal | None
    """Net electricity as it counts."""
    gross: Decimal | None
    """Emissions less the reduction by projects, before the sink."""
    sink: Decimal | None
    """The figure of the sink that was chosen."""
    deducted: Decimal
    admissible: Decimal | None
    """What offsets: below zero it adds to the emissions."""
    net: Decimal | None
    limited: str
    """What changed the offset: ``zero``, ``cap`` or blank."""


def account(facts: Facts, choices: Choices) -> Account:
    """Return the account of a zone in a year.

    Examples
    --------
    The golden of METHOD D1, in 10^4 t:

    >>> from sinks.assessment.choices import Choices, DeductionBasis, SinkYear
    >>> sink = SinkOfYear(central=Decimal(260), lower=None, period="2020-2023", verdict="signal")
    >>> facts = Facts(
    ...     zone_code="L", year=2023, energy=Decimal(5200), ippu=Decimal(640),
    ...     elec=Decimal(-180), projects=Decimal(35), gdp=None,
    ...     sinks={SinkYear.ANNUAL_MEAN: sink}, deducted={DeductionBasis.ISSUED: Decimal(12)},
    ... )
    >>> account(facts, Choices()).net
    Decimal('5377')

    """
    elec = facts.elec
    if elec is not None and choices.elec_export is ElecExport.ZERO:
        elec = max(elec, _NOTHING)
    gross = _gross(facts, elec)
    of_year = facts.sinks.get(choices.sink_year)
    sink = None
    if of_year is not None:
        sink = of_year.central if choices.offset_by is OffsetBy.CENTRAL else of_year.lower
    deducted = facts.deducted.get(choices.deduction_basis, _NOTHING)
    admissible, limited = _admissible(sink, deducted, gross, choices)
    net = None if gross is None or admissible is None else gross - admissible
    return Account(
        elec=elec,
        gross=gross,
        sink=sink,
        deducted=deducted,
        admissible=admissible,
        net=net,
        limited=limited,
    )


def intensity(made: Account, gdp: Decimal | None, basis: IntensityBasis) -> Fraction | None:
    """Return t CO2 per 10^4 yuan; None where either is missing or there is no product."""
    emission = made.gross if basis is IntensityBasis.GROSS else made.net
    return None if emission is None or not gdp else Fraction(emission) / Fraction(gdp)


def _gross(facts: Facts, elec: Decimal | None) -> Decimal | None:
    """Return the emissions before the sink."""
    if facts.energy is None or facts.ippu is None or elec is None or facts.projects is None:
        return None
    return facts.energy + facts.ippu + elec - facts.projects


def _admissible(
    sink: Decimal | None, deducted: Decimal, gross: Decimal | None, choices: Choices
) -> tuple[Decimal | None, str]:
    """Return what offsets, and what changed it."""
    if sink is None:
        return None, ""
    left = sink - deducted
    if left < 0 and choices.negative_sink is NegativeSink.ZERO:
        return _NOTHING, "zero"
    if choices.offset_cap_percent is not None and left > 0:
        if gross is None:
            return None, ""
        cap = max(gross, _NOTHING) * choices.offset_cap_percent / 100
        if left > cap:
            return cap, "cap"
    return left, ""
