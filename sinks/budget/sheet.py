"""表6 碳排放预算: the budget by zone, period and year, and where new projects could be met.

Figures are 10^4 t CO2 a year; a balance below zero is a gap. What is missing is said in words in
its cell. The shown decimals of leagues need not add up to those shown of the region: the
difference stands in a row of its own.

Source: METHOD part F, table 6 (proposal; an official template was not found); the sum of the
increments, both balances and the section of new projects are added to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sinks.categories import Status
from sinks.export.page import DASH, Column, Look
from sinks.export.sheets import Sheet
from sinks.export.sheets.layout import rounding
from sinks.units import wan

from .balance import TotalVerdict
from .intensity import RigidVerdict
from .plan import Basis, IncrementState, ReductionClass
from .texts import text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal
    from fractions import Fraction

    from sinks.export.page import Book, Page
    from sinks.export.sheets.layout import Cell
    from sinks.ledger import Anchor

    from .balance import Line
    from .needs import Draw, Need
    from .result import BudgetResult

__all__ = ["budget_sheet"]

_NUMBER = 6
_FIVE_YEARS = 5
_FIGURES = slice(4, 11)  # the columns of a row that leagues are added in
_COLUMNS: tuple[tuple[str, str, float], ...] = (
    ("zone", "text", 16),
    ("period", "center", 12),
    ("year", "center", 11),
    ("items", "text", 36),
    ("increments", "number", 12),
    *((f"class_{kind}", "number", 13) for kind in ReductionClass),
    ("balance", "number", 13),
    ("total", "center", 16),
    ("drop_gross", "number", 13),
    ("drop_net", "number", 13),
    ("target", "number", 11),
    ("rigid", "center", 12),
)
_SOURCES = (
    ("zone", "text"), ("need_year", "center"), ("rank", "integer"), ("project", "text"),
    ("need", "number"), ("source", "center"), ("source_zone", "center"),
    ("available", "number"), ("drawn", "number"), ("short", "number"),
)  # fmt: skip


def budget_sheet(result: BudgetResult, *, anchor: Anchor | None) -> Sheet:
    """Return table 6 of the workbook, with the end of the register where there is one."""

    def write(book: Book) -> None:
        page = _write(book, result)
        if anchor is not None:
            words = {"events": anchor.events, "head": anchor.head}
            page.note(text("register_note", book.words.lang, **words))

    return Sheet(number=_NUMBER, write=write)


def _write(book: Book, result: BudgetResult) -> Page:
    """Add the page and return it."""
    lang, terms = book.words.lang, result.budget.terms
    columns = [
        Column(heading=text(name, lang), width=width, kind=kind) for name, kind, width in _COLUMNS
    ]
    title = text(
        "title",
        lang,
        region=book.meta.region.in_(lang),
        period=terms.period,
        status=Status(terms.status).label(lang),
    )
    page = book.page(
        text("sheet", lang),
        title,
        [*(column.width for column in columns), book.run_column.width],
    )
    page.headings([*columns, book.run_column], freeze=3)
    rows = {(line.zone_code, line.year): _row(book, result, line) for line in result.lines}
    region = result.region.code
    for line in result.lines:
        row = rows[line.zone_code, line.year]
        whole = line.zone_code == region
        page.row([*row, book.run], _look(result, line, whole=whole))
        if whole:
            parts = [r for (zone, year), r in rows.items() if zone != region and year == line.year]
            left: list[Cell] = [None] * len(_COLUMNS)
            left[:4] = [row[0], row[1], row[2], text("rounding", lang)]
            left[_FIGURES] = rounding(row[_FIGURES], [part[_FIGURES] for part in parts])
            if any(isinstance(cell, float) for cell in left):
                page.row([*left, book.run], Look.ROUNDING)
    for name in ("sheet_note", "rigid_note", "missing_note"):
        page.note(text(name, lang, base=terms.base_year))
    page.note(_tolerance(result, lang))
    _needs(page, book, result)
    return page


def _row(book: Book, result: BudgetResult, line: Line) -> list[Cell]:
    """Return the cells of one line, without the run."""
    lang, terms = book.words.lang, result.budget.terms
    region = line.zone_code == result.region.code
    unfilled = "open" if region else "unfilled"
    unmeasured = "open" if region else "unmeasured"
    gap, judged = line.gap, result.intensity(line)
    drops = (result.intensity(line, basis).drop_percent for basis in Basis)
    return [
        book.zone(line.zone_code, result.zones[line.zone_code]),
        text(_kind(result, line), lang),
        terms.period if line.year is None else str(line.year),
        _items(result, line, lang),
        _figure(line.increments.value, unfilled, lang),
        *(
            _figure(amount.value, unmeasured if kind is ReductionClass.SINK else unfilled, lang)
            for kind, amount in line.reductions.items()
        ),
        _figure(None if gap is None else -gap, "open", lang),
        text(f"total_{result.total_verdict(line)}", lang),
        *(_percent(drop) for drop in drops),
        _percent(judged.target_percent),
        text(f"rigid_{judged.verdict}", lang),
    ]


def _kind(result: BudgetResult, line: Line) -> str:
    """Return the key of the kind of a line: a year, a five-year plan or another period."""
    if line.year is not None:
        return "annual"
    years = len(result.budget.terms.years)
    return "five_years" if years == _FIVE_YEARS else "whole_period"


def _items(result: BudgetResult, line: Line, lang: str) -> str:
    """Return the projects of a line with their amounts; of the region only how many."""
    items = [
        item
        for item in result.budget.increments
        if item.state is IncrementState.COUNTED and line.year in (None, item.year)
    ]
    if line.zone_code == result.region.code:
        return text("item_count", lang, count=len(items))
    told = [
        f"{item.name} {_shown(item.amount_t_co2, lang)}"
        for item in items
        if item.zone_code == line.zone_code
    ]
    return ("；" if lang == "zh" else "; ").join(told)


def _look(result: BudgetResult, line: Line, *, whole: bool) -> Look:
    """Return how a line looks: red where a balance that must hold does not."""
    if result.intensity(line).verdict is RigidVerdict.FAILS:
        return Look.FAIL
    if result.total_verdict(line) is TotalVerdict.SHORT:
        return Look.WARN
    return Look.TOTAL if whole or line.year is None else Look.PLAIN


def _tolerance(result: BudgetResult, lang: str) -> str:
    """Return which tolerance the elastic balance is held against."""
    terms = result.budget.terms
    if terms.tolerance_percent is None:
        return text("no_tolerance", lang)
    source = terms.tolerance_source or text("no_source", lang)
    return text("tolerance", lang, percent=f"{terms.tolerance_percent:f}", source=source)


def _needs(page: Page, book: Book, result: BudgetResult) -> None:
    """Write the section of new projects; none where no project is proposed."""
    if not result.needs:
        return
    lang = book.words.lang
    page.section(text("needs", lang))
    widths = [width for _, _, width in _COLUMNS]
    columns = [
        Column(heading=text(name, lang), width=width, kind=kind)
        for (name, kind), width in zip(_SOURCES, widths, strict=False)
    ]
    spare = [Column(heading="", width=width, kind="text") for width in widths[len(columns) :]]
    page.headings([*columns, *spare, book.run_column])
    for need in result.needs:
        for rank, draw in enumerate(need.draws, start=1):
            row = _source_row(book, result, need, draw, rank)
            page.row([*row, *[None] * len(spare), book.run])
    page.note(text("needs_note", lang))


def _source_row(
    book: Book, result: BudgetResult, need: Need, draw: Draw, rank: int
) -> Sequence[Cell]:
    """Return the cells of one source of one project."""
    lang = book.words.lang
    named = result.zones.get(draw.zone_code, draw.zone_code)
    return [
        book.zone(need.zone_code, result.zones[need.zone_code]),
        str(need.year),
        float(rank),
        f"{need.project_id} {need.name}".strip(),
        wan(float(need.amount_t_co2)),
        text(f"source_{draw.source}", lang),
        book.zone(draw.zone_code, named) if draw.zone_code else "",
        _figure(draw.available_t_co2, "unknown", lang),
        wan(float(draw.drawn_t_co2)),
        wan(float(need.short_t_co2)),
    ]


def _figure(amount: Decimal | None, otherwise: str, lang: str) -> Cell:
    """Return an amount in 10^4 t, or the words for what is missing."""
    return text(otherwise, lang) if amount is None else wan(float(amount))


def _shown(amount: Decimal | None, lang: str) -> str:
    """Return an amount in 10^4 t as text."""
    return text("unfilled", lang) if amount is None else f"{wan(float(amount)):,.2f}"


def _percent(value: Fraction | Decimal | None) -> Cell:
    """Return a percentage."""
    return DASH if value is None else float(value)
