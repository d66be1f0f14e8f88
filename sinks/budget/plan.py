"""What a carbon budget is made of: increments by project, reductions by class, and its terms.

Amounts are t CO2 a year as decimals and are never below zero; whether one adds or saves is told
by what it is. The increase of the sink is no item: it is read from an inventory.

Source: "将地区碳排放增量指标以及节能降碳、淘汰产能、用能结构优化、碳减排工程、生态系统碳汇等形成的
碳减排量指标统一纳入碳排放预算管理，实行“碳排放强度刚性平衡+碳排放总量弹性平衡”",
内政办发〔2023〕94号, 四（四）; METHOD D3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from sinks.categories import Status

__all__ = [
    "Basis",
    "Budget",
    "Economy",
    "Increment",
    "IncrementState",
    "Reduction",
    "ReductionClass",
    "ReductionState",
    "Terms",
]


class ReductionClass(StrEnum):
    """The five classes of reduction, in the order of the text."""

    ENERGY_SAVING = "energy_saving"
    CAPACITY_RETIRED = "capacity_retired"
    ENERGY_MIX = "energy_mix"
    ENGINEERING = "engineering"
    SINK = "sink"
    """The increase of the ecosystem sink over the base year, never the whole sink."""


class IncrementState(StrEnum):
    """Whether a project is in the budget."""

    COUNTED = "counted"
    PROPOSED = "proposed"
    """A new project that still looks for what it needs; it takes no part in the balance."""


class ReductionState(StrEnum):
    """Whether a reduction is in the budget."""

    SECURED = "secured"
    RESERVE = "reserve"
    """Identified and not yet allocated; it takes no part in the balance."""


class Basis(StrEnum):
    """What the intensity is of: the same for the base year and the planned year."""

    GROSS = "gross"
    """Emissions before the sink."""
    NET = "net"
    """Emissions less the sink."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a budget is for and how it is judged."""

    region: str
    """Id of a packaged region."""
    base_year: int
    """The year before the first one; the sink counts by its increase over it."""
    first_year: int
    last_year: int
    status: Status
    """trial, evaluation or official."""
    basis: Basis
    """What the rigid balance is judged by."""
    tolerance_percent: Decimal | None
    """Largest gap of the elastic balance, % of the increments; None where none is stated."""
    tolerance_source: str
    """Who set it."""

    @property
    def years(self) -> range:
        """The years of the budget, ascending."""
        return range(self.first_year, self.last_year + 1)

    @property
    def period(self) -> str:
        """First and last year, such as ``2021-2025``."""
        return f"{self.first_year}-{self.last_year}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Increment:
    """A project that emits from a year on."""

    zone_code: str
    """League, or the region itself for what it keeps at its own level."""
    project_id: str
    name: str
    year: int
    """Year of commissioning."""
    amount_t_co2: Decimal | None
    """t CO2 a year; None where the cell is missing."""
    state: IncrementState
    evidence: str
    where: str
    """Cell of the amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduction:
    """A reduction that works from a year on."""

    zone_code: str
    kind: ReductionClass
    """Any class but the sink."""
    project_id: str
    name: str
    year: int
    """First year."""
    amount_t_co2: Decimal | None
    """t CO2 a year; None where the cell is missing."""
    state: ReductionState
    evidence: str
    where: str
    """Cell of the amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Economy:
    """What the intensity of a zone is made of in one year."""

    zone_code: str
    year: int
    emission_t_co2: Decimal | None
    """Of the base year; the budget computes it for later years."""
    gdp: Decimal | None
    """Gross domestic product at constant prices, 10^4 yuan."""
    target_percent: Decimal | None
    """Drop of the intensity against the base year that must hold, %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A budget as it was filled in."""

    terms: Terms
    increments: tuple[Increment, ...]
    reductions: tuple[Reduction, ...]
    economy: tuple[Economy, ...]
    base_sinks: Mapping[str, Decimal] = field(default_factory=dict)
    """Stated sink of the base year by league, t CO2 a year, removal positive."""

    @property
    def zone_codes(self) -> set[str]:
        """Every zone that the budget says something of."""
        codes = {i.zone_code for i in self.increments} | {r.zone_code for r in self.reductions}
        return codes | {e.zone_code for e in self.economy} | set(self.base_sinks)
