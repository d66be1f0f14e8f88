"""表7 目标进展: targets with their phrase and document, and progress where a figure compares.

Source: METHOD part F, table 7 (proposal; an official template was not found).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sinks.export.page import Column, Look
from sinks.export.sheets import Sheet

from .display import ceiling_text
from .progress import Outcome
from .texts import text
from .wording import document_text, figure_text, outcome_text, shown_share, value_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sinks.export.page import Book
    from sinks.export.sheets.layout import Cell

    from .ceiling import Ceiling
    from .progress import Progress

__all__ = ["targets_sheet"]

_NUMBER = 7
_COLUMNS: tuple[tuple[str, str, float], ...] = (
    ("zone", "text", 15),
    ("indicator", "text", 24),
    ("year", "center", 8),
    ("base_year", "center", 12),
    ("value", "text", 26),
    ("figure_column", "text", 22),
    ("source", "text", 20),
    ("share", "percent", 10),
    ("outcome", "center", 16),
    ("reason_column", "text", 34),
    ("phrase", "text", 30),
    ("document_column", "text", 30),
)


def targets_sheet(
    rows: Sequence[Progress], bounds: Sequence[Ceiling], *, zones: Mapping[str, str]
) -> Sheet:
    """Return table 7 of the workbook; it has no page where there is no target.

    Parameters
    ----------
    rows
        Targets with their progress.
    bounds
        What the targets for growing stock imply.
    zones
        Chinese name by zone code.

    """

    def write(book: Book) -> None:
        if rows:
            _write(book, rows, bounds, zones)

    return Sheet(number=_NUMBER, write=write)


def _write(
    book: Book, rows: Sequence[Progress], bounds: Sequence[Ceiling], zones: Mapping[str, str]
) -> None:
    """Add the page."""
    lang = book.words.lang
    columns = [
        Column(heading=text(name, lang), width=width, kind=kind) for name, kind, width in _COLUMNS
    ]
    page = book.page(
        text("sheet", lang),
        text("title", lang, region=book.meta.region.in_(lang)),
        [*(column.width for column in columns), book.run_column.width],
    )
    page.headings([*columns, book.run_column], freeze=2)
    for row in rows:
        look = Look.WARN if row.outcome is Outcome.MISSED else Look.PLAIN
        page.row([*_row(book, row, zones), book.run], look)
    page.note(text("sheet_note", lang))
    for document in {row.target.document.id: row.target.document for row in rows}.values():
        note = document.note_zh if lang == "zh" else document.note_en
        if note:
            title = document.title_zh if lang == "zh" else document.title_en
            page.note(text("reason", lang, name=title, reason=note))
    for bound in bounds:
        page.note(ceiling_text(bound, lang))


def _row(book: Book, row: Progress, zones: Mapping[str, str]) -> list[Cell]:
    """Return the cells of one target."""
    lang, target = book.words.lang, row.target
    unstated = text("unstated", lang)
    return [
        book.zone(target.zone_code, zones.get(target.zone_code, target.zone_code)),
        target.indicator.name(lang),
        unstated if target.year is None else str(target.year),
        unstated if target.base_year is None else str(target.base_year),
        value_text(target, lang),
        figure_text(row, lang),
        "" if row.figure is None else row.figure.source,
        None if row.share is None else float(shown_share(row.share)),
        outcome_text(row, lang),
        row.reason(lang),
        target.phrase,
        document_text(target, lang),
    ]
