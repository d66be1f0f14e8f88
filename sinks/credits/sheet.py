"""表4 碳汇项目扣减: what is deducted from the sink of each league, parcel by parcel.

Every figure is that of ``deductions.csv``; the end of the ledger that it was read from stands
under the table, so that a later reading of another ledger can be told.

Source: METHOD part F, table 4 (proposal; an official template was not found); the deduction basis
and the tonnes surrendered to the league are added to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sinks.export.page import Column, Look
from sinks.export.sheets import Sheet
from sinks.texts import text

from .export import deduction_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sinks.export.page import Book
    from sinks.ledger import State

    from .deduction import Deductions

__all__ = ["credit_sheet"]

_NUMBER = 4
_COLUMNS: tuple[tuple[str, str, float], ...] = (
    ("project_id", "text", 18),
    ("scheme", "center", 12),
    ("method", "text", 22),
    ("zone_name", "text", 16),
    ("parcel_id", "text", 14),
    ("area_ha", "number", 13),
    ("credit_period", "center", 24),
    ("year", "integer", 9),
    ("issued_t_co2", "number", 14),
    ("sold_t_co2", "number", 14),
    ("surrendered_t_co2", "number", 14),
    ("buyer_scope", "center", 14),
    ("deduction_t_co2", "number", 15),
    ("evidence", "text", 30),
)


def credit_sheet(
    deductions: Deductions,
    state: State,
    *,
    names: Mapping[str, str],
    zones: Collection[str],
) -> Sheet:
    """Return the sheet of the deductions of one vintage year.

    Parameters
    ----------
    deductions, state
        What :func:`sinks.credits.deduct` gave, and the state of the same ledger.
    names
        Name by zone code, in the language of the workbook.
    zones
        Codes of the zones that the run reports; parcels of others are left out.

    """
    rows = [row for row in deduction_rows(deductions, state, names) if row["zone_code"] in zones]

    def write(book: Book) -> None:
        lang = book.words.lang
        columns = [
            Column(heading=text(f"table4_{name}", lang), width=width, kind=kind)
            for name, kind, width in _COLUMNS
        ]
        columns.append(book.run_column)
        page = book.page(
            text("table4_sheet", lang),
            text(
                "table4_title",
                lang,
                region=book.meta.region.in_(lang),
                year=deductions.year,
                basis=text(f"register_basis_{deductions.basis}", lang),
            ),
            [column.width for column in columns],
        )
        page.headings(columns, freeze=1)
        for row in rows:
            filled = row | {"credit_period": f"{row['credit_start']}—{row['credit_end']}"}
            page.row([*(_cell(filled[name], kind) for name, kind, _ in _COLUMNS), book.run])
        total = sum(float(row["deduction_t_co2"]) for row in rows)
        place = [name for name, _, _ in _COLUMNS].index("deduction_t_co2")
        cells: list[str | float | None] = [None] * len(_COLUMNS)
        cells[0], cells[place] = book.words("row", "total"), total
        page.row([*cells, book.run], Look.TOTAL)
        anchor = deductions.anchor
        page.note(text("table4_note", lang, events=anchor.events, head=anchor.head))

    return Sheet(number=_NUMBER, write=write)


def _cell(value: str, kind: str) -> str | float | None:
    """Return a cell of the CSV as the workbook holds it."""
    if not value:
        return None
    return float(value) if kind in ("number", "integer") else value
