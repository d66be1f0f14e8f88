"""表4 碳汇项目扣减: what is deducted from the sink of each league, parcel by parcel.

Every figure is that of ``deductions.csv``; the end of the ledger that it was read from stands
under the table, so that a later reading of another ledger can be told.

Source: METHOD part F, table 4 (proposal; an official template was not found); the deduction basis
and the tonnes surrendered to the league are added to it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sinks.export.page import Column, Look
from sinks.export.sheets import Sheet
from sinks.ledger.said import Scheme, Scope
from sinks.texts import text

from .export import deduction_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

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
    deductions: Sequence[Deductions],
    state: State,
    *,
    names: Mapping[str, str],
    zones: Collection[str],
) -> Sheet:
    """Return the sheet of the deductions of some vintage years, with a total of each.

    Parameters
    ----------
    deductions, state
        What :func:`sinks.credits.deduct` gave for each year, in order and one at least, and the
        state of the same ledger.
    names
        Name by zone code, in the language of the workbook.
    zones
        Codes of the zones that the run reports; parcels of others are left out.

    """
    first, last = deductions[0], deductions[-1]
    period = str(last.year) if first.year == last.year else f"{first.year}–{last.year}"
    years = {
        made.year: [row for row in deduction_rows(made, state, names) if row["zone_code"] in zones]
        for made in deductions
    }

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
                year=period,
                basis=text(f"register_basis_{last.basis}", lang),
            ),
            [column.width for column in columns],
        )
        page.headings(columns, freeze=1)
        for year, rows in years.items():
            for row in rows:
                filled = _in_words(row, lang)
                page.row([*(_cell(filled[name], kind) for name, kind, _ in _COLUMNS), book.run])
            page.row([*_total(book.words("row", "total"), year, rows), book.run], Look.TOTAL)
        anchor = last.anchor
        page.note(text("table4_note", lang, events=anchor.events, head=anchor.head))

    return Sheet(number=_NUMBER, write=write)


def _in_words(row: Mapping[str, str], lang: str) -> dict[str, str]:
    """Return the cells of a row with the words of the workbook for members of closed sets."""
    scopes = [Scope(scope).label(lang) for scope in row["buyer_scope"].split(";") if scope]
    return {
        **row,
        "credit_period": f"{row['credit_start']}—{row['credit_end']}",
        "scheme": Scheme(row["scheme"]).label(lang),
        "buyer_scope": ("、" if lang == "zh" else ", ").join(scopes),
    }


def _total(word: str, year: int, rows: Sequence[Mapping[str, str]]) -> list[str | float | None]:
    """Return the cells of the total of a year."""
    names = [name for name, _, _ in _COLUMNS]
    cells: list[str | float | None] = [None] * len(names)
    cells[0], cells[names.index("year")] = word, year
    total = sum((Decimal(row["deduction_t_co2"]) for row in rows), Decimal(0))
    cells[names.index("deduction_t_co2")] = float(total)
    return cells


def _cell(value: str, kind: str) -> str | float | None:
    """Return a cell of the CSV as the workbook holds it."""
    if not value:
        return None
    return float(value) if kind in ("number", "integer") else value
