"""A budget as tables: ``budget.csv`` and ``budget_sources.csv``, t CO2 and every digit."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from sinks.export.schemas import Kind, Schema
from sinks.ledger.anchor import EVENTS, HEAD

from .plan import ReductionClass

if TYPE_CHECKING:
    from sinks.ledger import Anchor

    from .balance import Line
    from .result import BudgetResult

__all__ = ["BUDGET_SCHEMA", "SOURCES_SCHEMA", "budget_table", "lacks_text", "sources_table"]

BUDGET_SCHEMA = Schema(
    name="budget",
    columns=MappingProxyType(
        {
            "period": Kind.TEXT,
            "year": Kind.INTEGER,
            "zone_code": Kind.TEXT,
            "zone_name": Kind.TEXT,
            "level": Kind.TEXT,
            "increments_t_co2": Kind.NUMBER,
            **{f"{kind}_t_co2": Kind.NUMBER for kind in ReductionClass},
            "reductions_t_co2": Kind.NUMBER,
            "gap_t_co2": Kind.NUMBER,
            "tolerance_percent": Kind.NUMBER,
            "total_verdict": Kind.TEXT,
            "intensity_basis": Kind.TEXT,
            "base_intensity": Kind.NUMBER,
            "planned_intensity": Kind.NUMBER,
            "drop_percent": Kind.NUMBER,
            "target_percent": Kind.NUMBER,
            "intensity_verdict": Kind.TEXT,
            "missing": Kind.TEXT,
            EVENTS: Kind.INTEGER,
            HEAD: Kind.TEXT,
        }
    ),
    keys=("zone_code", "year"),
)
"""Columns of ``budget.csv``; ``year`` is blank for the whole period, a gap is above zero."""
SOURCES_SCHEMA = Schema(
    name="budget_sources",
    columns=MappingProxyType(
        {
            "project_id": Kind.TEXT,
            "project": Kind.TEXT,
            "zone_code": Kind.TEXT,
            "year": Kind.INTEGER,
            "need_t_co2": Kind.NUMBER,
            "rank": Kind.INTEGER,
            "source": Kind.TEXT,
            "source_zone_code": Kind.TEXT,
            "available_t_co2": Kind.NUMBER,
            "drawn_t_co2": Kind.NUMBER,
            "short_t_co2": Kind.NUMBER,
            EVENTS: Kind.INTEGER,
            HEAD: Kind.TEXT,
        }
    ),
    keys=("zone_code", "project", "project_id", "year", "rank"),
)
"""Columns of ``budget_sources.csv``: the sources of every proposed project, in their order."""


def budget_table(result: BudgetResult, *, anchor: Anchor | None) -> pd.DataFrame:
    """Return ``budget.csv``: one row per zone for the period and for each of its years.

    Missing figures are blank; what a row lacks stands in ``missing``. Every row carries the end of
    the register, blank without one, so that ``tanhui verify`` finds it in the table alone.
    """
    terms = result.budget.terms
    rows = []
    for line in result.lines:
        judged = result.intensity(line)
        rows.append(
            {
                "period": terms.period,
                "year": line.year,
                "zone_code": line.zone_code,
                "zone_name": result.zones[line.zone_code],
                "level": _level(result, line),
                "increments_t_co2": line.increments.value,
                **{f"{kind}_t_co2": amount.value for kind, amount in line.reductions.items()},
                "reductions_t_co2": line.reduced.value,
                "gap_t_co2": line.gap,
                "tolerance_percent": terms.tolerance_percent,
                "total_verdict": str(result.total_verdict(line)),
                "intensity_basis": str(terms.basis),
                "base_intensity": judged.base,
                "planned_intensity": judged.planned,
                "drop_percent": judged.drop_percent,
                "target_percent": judged.target_percent,
                "intensity_verdict": str(judged.verdict),
                "missing": lacks_text(line),
                **_anchor_cells(anchor),
            }
        )
    return pd.DataFrame(rows, columns=list(BUDGET_SCHEMA.columns), dtype=object)


def sources_table(result: BudgetResult, *, anchor: Anchor | None) -> pd.DataFrame:
    """Return ``budget_sources.csv``; an amount that is not known is blank."""
    rows = [
        {
            "project_id": need.project_id,
            "project": need.name,
            "zone_code": need.zone_code,
            "year": need.year,
            "need_t_co2": need.amount_t_co2,
            "rank": rank,
            "source": str(draw.source),
            "source_zone_code": draw.zone_code,
            "available_t_co2": draw.available_t_co2,
            "drawn_t_co2": draw.drawn_t_co2,
            "short_t_co2": need.short_t_co2,
            **_anchor_cells(anchor),
        }
        for need in result.needs
        for rank, draw in enumerate(need.draws, start=1)
    ]
    return pd.DataFrame(rows, columns=list(SOURCES_SCHEMA.columns), dtype=object)


def lacks_text(line: Line) -> str:
    """Return what a line lacks, zone by zone; ``all`` where a zone filled in nothing."""
    by_zone: dict[str, list[str]] = {}
    for lack in line.missing:
        by_zone.setdefault(lack.zone_code, []).append(f"{lack.what} {lack.cell}".strip())
    everything = {"increments", *ReductionClass}
    return "; ".join(
        f"{zone} {'all' if set(told) == everything else ', '.join(told)}"
        for zone, told in by_zone.items()
    )


def _anchor_cells(anchor: Anchor | None) -> dict[str, int | str | None]:
    """Return the cells of the end of a register."""
    return {
        EVENTS: None if anchor is None else anchor.events,
        HEAD: None if anchor is None else anchor.head,
    }


def _level(result: BudgetResult, line: Line) -> str:
    """Return the level of a line's zone."""
    region = result.region
    return region.levels[0].id if line.zone_code == region.code else region.assessment.level
