"""A budget drawn up: its lines, both balances, and where new projects could be met."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rasters.findings import Severity, finding
from sinks.categories import Status

from .balance import balance_lines, judge_total
from .forms import league_codes
from .intensity import intensities
from .needs import need_of
from .plan import Basis, IncrementState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from rasters.findings import Finding
    from sinks.regions import Region

    from .balance import Line, TotalVerdict
    from .intensity import Intensity
    from .needs import Need
    from .plan import Budget
    from .sink import SinkSeries

__all__ = ["BudgetResult", "draw_up", "region_findings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetResult:
    """Everything that the exports of a budget show."""

    budget: Budget
    region: Region
    zones: Mapping[str, str]
    """Chinese names of the region and its leagues by code."""
    lines: tuple[Line, ...]
    intensities: Mapping[Basis, Mapping[tuple[str, int], Intensity]]
    """By basis, then by zone and year."""
    needs: tuple[Need, ...]
    """Of every proposed project, in the order of the workbook."""

    def total_verdict(self, line: Line) -> TotalVerdict:
        """Return what the elastic balance of a line comes to."""
        return judge_total(line, tolerance_percent=self.budget.terms.tolerance_percent)

    def intensity(self, line: Line, basis: Basis | None = None) -> Intensity:
        """Return the intensity of a line, that of the last year for the period."""
        terms = self.budget.terms
        return self.intensities[basis or terms.basis][line.zone_code, line.year or terms.last_year]


def draw_up(
    budget: Budget,
    series: SinkSeries,
    region: Region,
    *,
    tradable: Mapping[str, Decimal] | None,
) -> BudgetResult:
    """Draw up a budget.

    Parameters
    ----------
    budget
        The budget as it was filled in.
    series
        Sinks by league and year, see :func:`sinks.budget.sink_series`.
    region
        Region of the budget.
    tradable
        Credits that may be traded, t CO2 by league; None where no register is at hand.

    """
    zones = league_codes(region)
    leagues = sorted(set(zones) - {region.code})
    lines = balance_lines(budget, series, region=region.code, leagues=leagues)
    return BudgetResult(
        budget=budget,
        region=region,
        zones=zones,
        lines=lines,
        intensities={
            basis: intensities(
                budget, lines, series, region=region.code, leagues=leagues, basis=basis
            )
            for basis in Basis
        },
        needs=tuple(
            need_of(
                budget,
                lines,
                region=region.code,
                project_id=item.project_id,
                name=item.name,
                zone_code=item.zone_code,
                year=item.year,
                amount_t_co2=item.amount_t_co2,
                tradable=tradable,
            )
            for item in budget.increments
            if item.state is IncrementState.PROPOSED and item.amount_t_co2 is not None
        ),
    )


def region_findings(budget: Budget, region: Region) -> list[Finding]:
    """Say where the policy texts of a region know no budget; only a trial may go on."""
    if region.assessment.enabled:
        return []
    fault = finding("sinks", "budget-region-rule", value=region.name_zh, where=region.id)
    trial = budget.terms.status is Status.TRIAL
    return [fault if trial else replace(fault, severity=Severity.ERROR)]
