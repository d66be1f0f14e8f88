"""The two verdicts of a zone in a year: intensity is rigid, the total is elastic.

Both intensities are of one basis: a net figure against a gross base would show a drop that never
was. Drops are exact fractions, so that a target met to the last digit holds.

Source: "碳排放强度约束性管理+碳排放总量弹性管理", 内政办发〔2023〕94号, 四（二）;
METHOD D1 (5), D3.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from sinks.budget import RigidVerdict

from .account import account, intensity
from .choices import IntensityBasis

if TYPE_CHECKING:
    from decimal import Decimal

    from .account import Account, Facts
    from .choices import Choices

__all__ = ["ElasticVerdict", "Judged", "RigidVerdict", "judge"]


class ElasticVerdict(StrEnum):
    """What the total comes to against its target."""

    WITHIN = "within"
    TOLERATED = "tolerated"
    """Above the target by no more than the tolerance."""
    EXCEEDS = "exceeds"
    """Above the target by more than the tolerance, or by anything where none is stated."""
    NO_TARGET = "no_target"
    OPEN = "open"
    """Cannot be told for what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A zone in a year, its account and both verdicts."""

    facts: Facts
    account: Account
    gross_intensity: Fraction | None
    """t CO2 per 10^4 yuan."""
    net_intensity: Fraction | None
    base_intensity: Fraction | None
    """Of the base year on the chosen basis; None in the base year itself."""
    drop_percent: Fraction | None
    progress_percent: Fraction | None
    """The drop as a share of its target."""
    rigid: RigidVerdict
    deviation: Decimal | None
    """Net total less its target, t CO2."""
    deviation_percent: Fraction | None
    elastic: ElasticVerdict


def judge(facts: Facts, base: Facts | None, choices: Choices) -> Judged:
    """Return the verdicts of a zone in a year.

    Parameters
    ----------
    facts
        The assessed year.
    base
        The base year of the same zone; None for the base year itself, which is not judged.
    choices
        What the policy leaves open, the same for both years.

    """
    made, basis = account(facts, choices), choices.intensity_basis
    actual = intensity(made, facts.gdp, basis)
    first = None if base is None else intensity(account(base, choices), base.gdp, basis)
    drop = None
    if first is not None and first > 0 and actual is not None:
        drop = (1 - actual / first) * 100
    target = facts.target_percent
    deviation = None
    if made.net is not None and facts.total_target is not None:
        deviation = made.net - facts.total_target
    share = None
    if deviation is not None and facts.total_target:
        share = Fraction(deviation) / Fraction(facts.total_target) * 100
    return Judged(
        facts=facts,
        account=made,
        gross_intensity=intensity(made, facts.gdp, IntensityBasis.GROSS),
        net_intensity=intensity(made, facts.gdp, IntensityBasis.NET),
        base_intensity=first,
        drop_percent=drop,
        progress_percent=drop / Fraction(target) * 100 if drop is not None and target else None,
        rigid=_rigid(drop, target),
        deviation=deviation,
        deviation_percent=share,
        elastic=_elastic(facts, deviation, share, choices),
    )


def _rigid(drop: Fraction | None, target: Decimal | None) -> RigidVerdict:
    """Return whether the intensity dropped as it must."""
    if target is None:
        return RigidVerdict.NO_TARGET
    if drop is None:
        return RigidVerdict.OPEN
    return RigidVerdict.HOLDS if drop >= Fraction(target) else RigidVerdict.FAILS


def _elastic(
    facts: Facts, deviation: Decimal | None, share: Fraction | None, choices: Choices
) -> ElasticVerdict:
    """Return what the total comes to."""
    if facts.total_target is None:
        return ElasticVerdict.NO_TARGET
    if deviation is None:
        return ElasticVerdict.OPEN
    if deviation <= 0:
        return ElasticVerdict.WITHIN
    tolerance = choices.elastic_tolerance_percent
    if tolerance is not None and share is not None and share <= Fraction(tolerance):
        return ElasticVerdict.TOLERATED
    return ElasticVerdict.EXCEEDS
