"""表10: the coefficient rows that the run used, with source and confidence.

Source: METHOD part F, table 10.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sinks.categories import Confidence
from sinks.coefficients import parameters
from sinks.export.cells import is_missing, rounded
from sinks.export.page import Column, Look

if TYPE_CHECKING:
    from sinks.export.page import Book
    from sinks.export.words import Words

    from .layout import Cell

__all__ = ["write"]

# column of the table, heading, width, kind, words that name its ids
_COLUMNS = (
    ("table", "table", 18.0, "text", None),
    ("parameter", "parameter", 20.0, "text", "parameter"),
    ("ecosystem", "ecosystem", 16.0, "text", "ecosystem"),
    ("code", "code", 9.0, "center", None),
    ("stratum", "stratum", 16.0, "text", None),
    ("pool", "coefficient_pool", 14.0, "text", "pool"),
    ("depth_cm", "depth_cm", 8.0, "center", None),
    ("value", "value", 11.0, "value", None),
    ("unit", "unit", 16.0, "text", None),
    ("low", "low_value", 10.0, "value", None),
    ("high", "high_value", 10.0, "value", None),
    ("interval", "interval", 10.0, "center", "interval"),
    ("edition", "edition", 9.0, "center", None),
    ("confidence", "confidence", 11.0, "center", "confidence"),
    ("source", "source", 44.0, "text", None),
    ("locator", "locator", 32.0, "text", None),
)


def write(book: Book) -> None:
    """Add the sheet; rows that an official run refuses are coloured."""
    words, table = book.words, book.tables["coefficients"]
    shown = [entry for entry in _COLUMNS if entry[0] in table.columns]
    columns = [
        Column(heading=words("heading", heading), width=width, kind=kind)
        for _, heading, width, kind, _ in shown
    ]
    columns.append(book.run_column)
    title = words("title", "coefficients")
    page = book.page(words("sheet", "coefficients"), title, [c.width for c in columns])
    page.headings(columns, freeze=0)
    for row in table.to_dict("records"):
        cells = [_cell(words, row[name], kind, section) for name, _, _, kind, section in shown]
        page.row([*cells, book.run], Look.PLAIN if _usable(row["confidence"]) else Look.WARN)
    page.note(words("note", "coefficients"))


def _cell(words: Words, value: object, kind: str, section: str | None) -> Cell:
    """Return one cell in the words of the workbook."""
    if is_missing(value):
        return None
    if kind == "value":
        return float(rounded(value))
    if section == "parameter" and value in parameters():
        known = parameters()[str(value)]
        return known.name_zh if words.lang == "zh" else known.name_en
    return words.label(section, value) if section else str(value)


def _usable(confidence: object) -> bool:
    """Tell whether an official run may use a row of this confidence."""
    return str(confidence) in {str(c) for c in Confidence if c.usable_officially}
