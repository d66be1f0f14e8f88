"""An assessment drawn up: facts by zone and year, verdicts, and what hangs on which choice.

The region is computed from its leagues and never typed; its sink is the one of the inventory's
region row, whose interval comes from the joint draws and not from adding intervals.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sinks.budget.forms import league_codes

from .account import Facts
from .choices import DeductionBasis
from .inputs import COMPONENTS, Reported
from .sensitivity import flips, judged_under

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sinks.regions import Region

    from .account import SinkOfYear
    from .choices import Choices, SinkYear
    from .inputs import Inputs, Terms
    from .judge import Judged
    from .sensitivity import Flip

__all__ = ["AssessmentResult", "Deducted", "assess", "facts_of", "total"]

Deducted = dict[tuple[str, int], dict[DeductionBasis, Decimal]]
"""t CO2 by league and vintage, on every basis."""
_SUMMED = (*COMPONENTS, "gdp")


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentResult:
    """Everything that the exports of an assessment show."""

    inputs: Inputs
    choices: Choices
    tolerance_source: str
    region: Region
    zones: Mapping[str, str]
    """Chinese names of the region and its leagues by code."""
    facts: Mapping[tuple[str, int], Facts]
    """By zone and year; the base year is among them."""
    register: bool
    """Whether deductions were read from a register."""
    judged: tuple[Judged, ...]
    """By zone and year."""
    flips: tuple[Flip, ...]

    @property
    def terms(self) -> Terms:
        """Which years are assessed."""
        return self.inputs.terms

    def level(self, zone: str) -> str:
        """Return the level of a zone."""
        whole = zone == self.region.code
        return self.region.levels[0].id if whole else self.region.assessment.level

    def name(self, zone: str, lang: str) -> str:
        """Return the name of a zone in ``lang`` (zh or en)."""
        if lang == "zh":
            return self.zones[zone]
        table = self.region.zones
        return str(table.loc[table["code"] == zone, "name_en"].iloc[0])


def assess(
    inputs: Inputs,
    sinks: Mapping[tuple[str, int], Mapping[SinkYear, SinkOfYear]],
    deducted: Deducted | None,
    region: Region,
    *,
    choices: Choices,
    tolerance_source: str,
) -> AssessmentResult:
    """Assess the region and every league in the base year and the assessed years.

    Parameters
    ----------
    inputs
        The workbook.
    sinks
        By zone and year, see :func:`sinks.assessment.read_run`.
    deducted
        From the register; None where there is none.
    region
        Region of the assessment.
    choices
        What the policy leaves open.
    tolerance_source
        Who set the tolerance of the total; blank where there is none.

    """
    zones = league_codes(region)
    facts = facts_of(inputs, sinks, deducted or {}, zones=tuple(zones), region=region.code)
    base, register = inputs.terms.base_year, deducted is not None
    return AssessmentResult(
        inputs=inputs,
        choices=choices,
        tolerance_source=tolerance_source,
        region=region,
        zones=zones,
        facts=facts,
        register=register,
        judged=tuple(judged_under(facts, choices, base_year=base)),
        flips=tuple(flips(facts, choices, base_year=base, register=register)),
    )


def facts_of(
    inputs: Inputs,
    sinks: Mapping[tuple[str, int], Mapping[SinkYear, SinkOfYear]],
    deducted: Deducted,
    *,
    zones: Sequence[str],
    region: str,
) -> dict[tuple[str, int], Facts]:
    """Return the facts of every zone in every year, the region the sum of its leagues."""
    reported = {(r.zone_code, r.year): r for r in inputs.reported}
    leagues = sorted(set(zones) - {region})
    found = {}
    for year in inputs.terms.all_years:
        rows = [reported.get((z, year), Reported(zone_code=z, year=year)) for z in leagues]
        own = reported.get((region, year), Reported(zone_code=region, year=year))
        off = [deducted.get((league, year), {}) for league in leagues]
        for row, less in zip(rows, off, strict=True):
            found[row.zone_code, year] = _facts(row, [row], sinks, [less])
        found[region, year] = _facts(own, rows, sinks, off)
    return dict(sorted(found.items()))


def _facts(
    own: Reported,
    parts: Sequence[Reported],
    sinks: Mapping[tuple[str, int], Mapping[SinkYear, SinkOfYear]],
    off: Sequence[Mapping[DeductionBasis, Decimal]],
) -> Facts:
    """Return the facts of a zone whose figures are the sums of its parts."""
    amounts = {name: total([getattr(part, name) for part in parts]) for name in _SUMMED}
    return Facts(
        zone_code=own.zone_code,
        year=own.year,
        target_percent=own.target_percent,
        total_target=own.total_target,
        sinks=sinks.get((own.zone_code, own.year), {}),
        deducted={
            basis: sum((less.get(basis, Decimal(0)) for less in off), Decimal(0))
            for basis in DeductionBasis
        },
        missing=tuple(
            f"{part.zone_code} {name}"
            for part in parts
            for name in _SUMMED
            if getattr(part, name) is None
        ),
        **amounts,
    )


def total(values: Sequence[Decimal | None]) -> Decimal | None:
    """Return a sum; None where a part is missing."""
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if len(known) == len(values) else None
