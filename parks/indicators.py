"""The indicators of a zero-carbon park: value, where it comes from, verdict against the limit.

Every indicator of the system has a row. It is computed where its parts are known, else reported
where a meter or an operating plant is the source, else missing; a target or an announcement is
no value. What cannot be judged says why, and no sink enters anywhere.

Source: METHOD part E; 发改环资〔2025〕910号, annexes 3 and 4; limits as in the packaged tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from rasters.findings import finding

from .emissions import Basis
from .errors import ActivityError
from .indicator_systems import Comparator
from .park import FactStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rasters.findings import Finding

    from .emissions import ParkEmissions
    from .indicator_systems import Indicator, Limit, Role, System
    from .park import Fact, Park

__all__ = ["IndicatorResult", "Reason", "State", "Verdict", "assess", "judge"]

CO2_EMISSIONS, ENERGY_USE = "co2_emissions", "energy_use"
"""Quantities of facts that the core indicator is made of."""

_ACHIEVED = (FactStatus.MEASURED, FactStatus.OPERATING)
_ROUNDING = Decimal("0.05")  # a figure printed in two digits is up to 5 % off
_WORST_GRADE = 4  # beyond the third and last grade of the limit standards


class State(StrEnum):
    """Where a value comes from."""

    COMPUTED = "computed"
    REPORTED = "reported"
    MISSING = "missing"


class Verdict(StrEnum):
    """How a value stands to its limit."""

    MET = "pass"
    UNMET = "fail"
    NOT_JUDGED = "not_judged"


class Reason(StrEnum):
    """Why a value is not judged."""

    NONE = ""
    NO_VALUE = "no_value"
    NO_ENERGY_USE = "no_energy_use"
    """The limit depends on the size of the park, which is not known."""
    NO_SIZE_CLASS = "no_size_class"
    """No limit is set for a park of this size."""
    WITHIN_BAND = "within_band"
    """Only a band is known for the limit, and the value lies in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorResult:
    """One indicator of one park and year."""

    park_id: str
    year: int
    system: str
    indicator: str
    role: Role
    basis: str
    """How power was counted (location, market); ``stated`` where the park says; else blank."""
    value: Decimal | None
    """In ``unit``; None where it is missing."""
    unit: str
    state: State
    verdict: Verdict
    reason: Reason
    limit: Limit | None
    """The limit it was held against; None where none applies."""
    energy_use_tce: Decimal | None
    """Size of the park, tce a year."""
    source: str
    """Sources of the value; blank where it is missing."""


@dataclass(frozen=True, slots=True)
class _Value:
    """A value on its way to its row."""

    value: Decimal | None
    state: State
    source: str
    basis: str = ""


def assess(
    park: Park, *, year: int, system: System, emissions: ParkEmissions | None
) -> tuple[list[IndicatorResult], list[Finding]]:
    """Return every indicator of a park in a year.

    Parameters
    ----------
    park
        With its facts; those of the year that are measured or operating give values.
    year
        Calendar year.
    system
        The indicators and their limits.
    emissions
        Computed emissions of the park and year; None for none.

    Returns
    -------
    results, findings
        In the order of the system. The core indicator has one row for each way of counting
        power, side by side; neither is preferred.

    Raises
    ------
    ActivityError
        If the emissions are of another park or year.

    """
    if emissions is not None and (emissions.park_id, emissions.year) != (park.park_id, year):
        raise ActivityError(
            f"emissions of {emissions.park_id} {emissions.year} for {park.park_id} {year}"
        )
    facts = _Facts(park, year)
    size = facts.value(ENERGY_USE, "tce").value
    if emissions is not None and emissions.energy_use_tce is not None:
        size = emissions.energy_use_tce
        facts.compare(ENERGY_USE, "tce", [size])
    results = []
    for indicator in system.indicators:
        is_core = (indicator.numerator, indicator.denominator) == (CO2_EMISSIONS, ENERGY_USE)
        values = _core(indicator, facts, emissions) if is_core else [_stated(indicator, facts)]
        for v in values:
            verdict, reason, limit = judge(indicator, v.value, energy_use_tce=size)
            results.append(
                IndicatorResult(
                    park_id=park.park_id,
                    year=year,
                    system=system.id,
                    indicator=indicator.id,
                    role=indicator.role,
                    basis=v.basis,
                    value=v.value,
                    unit=indicator.unit,
                    state=v.state,
                    verdict=verdict,
                    reason=reason,
                    limit=limit,
                    energy_use_tce=size,
                    source=v.source,
                )
            )
    return results, facts.findings


def judge(
    indicator: Indicator, value: Decimal | None, *, energy_use_tce: Decimal | None
) -> tuple[Verdict, Reason, Limit | None]:
    """Return verdict, reason and limit of a value.

    Parameters
    ----------
    indicator
        With its limits.
    value
        In the unit of the indicator; None where it is missing.
    energy_use_tce
        Size of the park, tce a year; None where it is not known.

    """
    if value is None:
        return Verdict.NOT_JUDGED, Reason.NO_VALUE, None
    if energy_use_tce is None:
        limits = [limit for limit in indicator.limits if not limit.is_sized]
        reason = Reason.NO_ENERGY_USE
    else:
        limits = [limit for limit in indicator.limits if limit.holds_at(energy_use_tce)]
        reason = Reason.NO_SIZE_CLASS
    if not limits:
        return Verdict.NOT_JUDGED, reason, None
    limit = limits[0]
    at_most = indicator.comparator is Comparator.AT_MOST
    if value <= limit.low if at_most else value >= limit.high:
        return Verdict.MET, Reason.NONE, limit
    if value > limit.high if at_most else value < limit.low:
        return Verdict.UNMET, Reason.NONE, limit
    return Verdict.NOT_JUDGED, Reason.WITHIN_BAND, limit


def _core(indicator: Indicator, facts: _Facts, emissions: ParkEmissions | None) -> list[_Value]:
    """Return the core indicator: by location and by market if computed, else as stated."""
    computed = [] if emissions is None else [_ratio(emissions, basis) for basis in Basis]
    known = [v.value for v in computed if v.value is not None]
    if not known:
        return [_stated(indicator, facts)]
    facts.compare(indicator.id, indicator.unit, known)
    return computed


def _ratio(emissions: ParkEmissions, basis: Basis) -> _Value:
    """Return t CO2 per tce of a park."""
    co2, energy = emissions.total_t_co2(basis), emissions.energy_use_tce
    if co2 is None or energy is None or energy <= 0:
        return _Value(None, State.MISSING, "", str(basis))
    return _Value(co2 / energy, State.COMPUTED, "; ".join(emissions.sources), str(basis))


def _stated(indicator: Indicator, facts: _Facts) -> _Value:
    """Return what facts give: the quotient of two quantities, else the figure itself."""
    reported = facts.value(indicator.id, indicator.unit)
    if indicator.numerator:
        upper_unit, lower_unit = indicator.unit.split("/")
        upper = facts.value(indicator.numerator, upper_unit)
        lower = facts.value(indicator.denominator, lower_unit)
        if upper.value is not None and lower.value is not None and lower.value > 0:
            quotient = upper.value / lower.value
            facts.compare(indicator.id, indicator.unit, [quotient])
            sources = "; ".join(sorted({upper.source, lower.source}))
            return _Value(quotient, State.COMPUTED, sources, "stated")
    basis = "stated" if indicator.numerator and reported.value is not None else ""
    return _Value(reported.value, reported.state, reported.source, basis)


class _Facts:
    """The facts of one park and year, and the findings about those that are used."""

    def __init__(self, park: Park, year: int) -> None:
        self.findings: list[Finding] = []
        self._park, self._year = park, year
        self._known: dict[str, _Value] = {}

    def value(self, parameter: str, unit: str) -> _Value:
        """Return the achieved value of a quantity; missing where there is none, or several."""
        if parameter not in self._known:
            self._known[parameter] = self._read(parameter, unit)
        return self._known[parameter]

    def compare(self, parameter: str, unit: str, computed: Sequence[Decimal]) -> None:
        """Note a reported value that is none of the computed ones, beyond rounding."""
        reported = self.value(parameter, unit).value
        if reported is not None and all(
            abs(reported - value) > _ROUNDING * abs(value) for value in computed
        ):
            shown = ", ".join(f"{value:.6g}" for value in computed)
            self._note("differs", reported, parameter, computed=shown)

    def _read(self, parameter: str, unit: str) -> _Value:
        """Return the value of the best achieved facts, if they agree."""
        facts = [f for f in self._park.facts_of(parameter) if f.value is not None]
        of_year = [f for f in facts if f.year == self._year]
        for status in _ACHIEVED:
            usable = [f for f in of_year if f.status is status and self._fits(f, unit)]
            if len({f.value for f in usable}) > 1:
                shown = ", ".join(f"{f.value} ({f.source})" for f in usable)
                self._note("conflict", shown, parameter)
                return _MISSING
            if usable:
                sources = "; ".join(sorted({f.source for f in usable}))
                return _Value(usable[0].value, State.REPORTED, sources)
        promised = [f for f in of_year if f.status not in _ACHIEVED]
        if promised:
            shown = ", ".join(f"{f.value} ({f.status})" for f in promised)
            self._note("not-achieved", shown, parameter)
        return _MISSING

    def _fits(self, fact: Fact, unit: str) -> bool:
        """Return whether a fact is in the unit and range of its indicator."""
        value = fact.value if fact.value is not None else Decimal(0)
        if fact.unit != unit:
            self._note("unit", fact.unit, fact.parameter, unit=unit)
            return False
        highest = {"1": Decimal(1), "grade": Decimal(_WORST_GRADE)}.get(unit, value)
        whole = unit != "grade" or (value == int(value) and value >= 1)
        if not (0 <= value <= highest and whole):
            self._note("range", value, fact.parameter)
            return False
        return True

    def _note(self, code: str, value: object, parameter: str, **words: object) -> None:
        """Add the finding ``indicator-<code>``."""
        where = f"{self._park.park_id} {self._year}, {parameter}"
        self.findings.append(
            finding("parks", f"indicator-{code}", value=value, where=where, **words)
        )


_MISSING = _Value(None, State.MISSING, "")
