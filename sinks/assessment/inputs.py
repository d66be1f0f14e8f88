"""What a league reports for its assessment, as it was filled in; a missing cell is None.

Amounts are t CO2 and 10^4 yuan as decimals, so that leagues add up to the region exactly.

Source: 内政办发〔2023〕94号, 三（一）, 四（二）, 四（六）; METHOD D1, D2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    from sinks.categories import Status

__all__ = ["COMPONENTS", "Inputs", "Quarter", "Reported", "Terms"]

COMPONENTS = ("energy", "ippu", "elec", "projects")
"""Fields of :class:`Reported` that emissions are made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Which years are assessed, against which, and how binding it is."""

    region: str
    """Id of a packaged region."""
    base_year: int
    first_year: int
    last_year: int
    status: Status
    """trial, evaluation or official."""

    @property
    def years(self) -> range:
        """The assessed years, ascending."""
        return range(self.first_year, self.last_year + 1)

    @property
    def all_years(self) -> tuple[int, ...]:
        """The base year and the assessed years."""
        return (self.base_year, *self.years)

    @property
    def period(self) -> str:
        """First and last assessed year, such as ``2021-2023``."""
        return f"{self.first_year}-{self.last_year}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """One zone in one year; of the region only the targets are filled in."""

    zone_code: str
    year: int
    energy: Decimal | None = None
    """Emissions of energy use, t CO2."""
    ippu: Decimal | None = None
    """Emissions of industrial processes, t CO2."""
    elec: Decimal | None = None
    """Indirect emissions of the net import of fossil electricity, t CO2; an export is negative."""
    projects: Decimal | None = None
    """Reduction by engineering projects such as CCUS, t CO2."""
    gdp: Decimal | None = None
    """Gross domestic product at constant prices, 10^4 yuan."""
    target_percent: Decimal | None = None
    """Drop of the intensity against the base year that must hold, %."""
    total_target: Decimal | None = None
    """Expected total, t CO2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """Emissions of one league in one quarter; there is no sink of a quarter."""

    zone_code: str
    year: int
    quarter: int
    energy: Decimal | None
    ippu: Decimal | None
    elec: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """A workbook as it was filled in."""

    terms: Terms
    reported: tuple[Reported, ...]
    quarters: tuple[Quarter, ...] = ()
