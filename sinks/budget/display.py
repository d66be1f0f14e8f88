"""What the terminal shows of a budget, in 10^4 t CO2 a year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from sinks.export.page import DASH
from sinks.units import wan

from .plan import ReductionClass
from .texts import text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from .balance import Line
    from .needs import Need
    from .result import BudgetResult

__all__ = ["budget_display", "need_display"]

_COLUMNS = ("year", "column_increments", "column_reductions", "column_sink", "column_gap")


def budget_display(result: BudgetResult, lang: str, *, zone: str | None) -> Iterator[Table | str]:
    """Yield the balances and what a reader must know of them, then the new projects.

    Parameters
    ----------
    result
        The budget drawn up.
    lang
        zh or en.
    zone
        Zone whose every year is shown; None shows the period of every zone.

    """
    terms = result.budget.terms
    region = zone_name(result, result.region.code, lang)
    status = terms.status.label(lang)
    title = text("title", lang, region=region, period=terms.period, status=status)
    yield f"{title}  {text('unit', lang)}"
    table = Table()
    table.add_column(text("zone", lang), no_wrap=True)
    for name in _COLUMNS:
        table.add_column(text(name, lang), justify="right", no_wrap=True)
    table.add_column(text("total", lang), no_wrap=True)
    table.add_column(text("column_drop", lang), justify="right", no_wrap=True)
    table.add_column(text("column_rigid", lang), no_wrap=True)
    for line in result.lines:
        if line.year is None if zone is None else line.zone_code == zone:
            table.add_row(*_cells(result, line, lang))
    yield table
    yield text("basis", lang, basis=text(f"basis_{terms.basis}", lang))
    yield text("missing_note", lang)
    for need in result.needs:
        if zone in (None, need.zone_code):
            yield from need_display(result, need, lang)


def need_display(result: BudgetResult, need: Need, lang: str) -> Iterator[Table | str]:
    """Yield where the tonnes of a new project could come from."""
    drawn = need.amount_t_co2 - need.short_t_co2
    yield text(
        "proposed",
        lang,
        name=need.name,
        zone=zone_name(result, need.zone_code, lang),
        year=need.year,
        need=_figure(need.amount_t_co2, lang),
        drawn=_figure(drawn, lang),
        short=_figure(need.short_t_co2, lang),
    )
    table = Table()
    table.add_column(text("source", lang), no_wrap=True)
    table.add_column(text("source_zone", lang), no_wrap=True)
    for name in ("available", "drawn"):
        table.add_column(text(name, lang), justify="right", no_wrap=True)
    for draw in need.draws:
        table.add_row(
            text(f"source_{draw.source}", lang),
            zone_name(result, draw.zone_code, lang) if draw.zone_code else "",
            _figure(draw.available_t_co2, lang),
            _figure(draw.drawn_t_co2, lang),
        )
    yield table
    yield text("needs_note", lang)


def zone_name(result: BudgetResult, code: str, lang: str) -> str:
    """Return the name of a zone in ``lang``."""
    if lang == "zh":
        return result.zones.get(code, code)
    zones = result.region.zones
    return str(zones.loc[zones["code"] == code, "name_en"].iloc[0])


def _cells(result: BudgetResult, line: Line, lang: str) -> list[str]:
    """Return the cells of one line."""
    judged = result.intensity(line)
    drop, target = judged.drop_percent, judged.target_percent
    none = DASH
    shown = (none if drop is None else f"{float(drop):.2f}", none if target is None else target)
    return [
        escape(zone_name(result, line.zone_code, lang)),
        result.budget.terms.period if line.year is None else str(line.year),
        _figure(line.increments.value, lang),
        _figure(line.reduced.value, lang),
        _figure(line.reductions[ReductionClass.SINK].value, lang),
        _figure(line.gap, lang),
        text(f"total_{result.total_verdict(line)}", lang),
        f"{shown[0]} / {shown[1]}",
        text(f"rigid_{judged.verdict}", lang),
    ]


def _figure(amount: Decimal | None, lang: str) -> str:
    """Return an amount in 10^4 t with two decimals, or that it is missing."""
    return text("unmeasured", lang) if amount is None else f"{wan(float(amount)):,.2f}"
