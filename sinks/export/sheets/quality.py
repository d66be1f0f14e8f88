"""表11: the checks, failed ones first and red.

Source: METHOD part F, table 11.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sinks.export.cells import is_missing, rounded
from sinks.export.page import Column, Look

if TYPE_CHECKING:
    from sinks.export.page import Book
    from sinks.export.words import Words

    from .layout import Cell

__all__ = ["failed_first", "write"]

_LOOK = {"fail": Look.FAIL}
_ORDER = {"fail": 0, "shown": 1, "pass": 2}


def write(book: Book) -> None:
    """Add the sheet."""
    words, names = book.words, book.zone_names()
    level = book.meta.levels[-1].name.in_(words.lang)
    columns = [
        Column(heading=words("heading", "check"), width=52, kind="text"),
        Column(heading=words("heading", "zone", level=level), width=24, kind="text"),
        Column(heading=words("heading", "value"), width=20, kind="value"),
        Column(heading=words("heading", "limit"), width=16, kind="value"),
        Column(heading=words("heading", "gate"), width=14, kind="center"),
        book.run_column,
    ]
    title = words("title", "quality")
    page = book.page(words("sheet", "quality"), title, [c.width for c in columns])
    page.headings(columns, freeze=1)
    for row in failed_first(book):
        zone = "" if is_missing(row["zone_code"]) else str(row["zone_code"])
        cells: list[Cell] = [words.check(str(row["check"])), names.get(zone, zone)]
        cells += [_number(words, row["value"]), _number(words, row["limit"])]
        cells += [words.label("gate", row["verdict"]), book.run]
        page.row(cells, _LOOK.get(str(row["verdict"]), Look.PLAIN))
    page.note(words("note", "quality"))


def failed_first(book: Book) -> list[dict[str, object]]:
    """Return the rows of quality.csv: failed, shown, passed; each by check and zone."""
    rows = [
        {str(k): v for k, v in row.items()} for row in book.tables["quality"].to_dict("records")
    ]
    return sorted(
        rows,
        key=lambda row: (
            _ORDER.get(str(row["verdict"]), 0),
            str(row["check"]),
            "" if is_missing(row["zone_code"]) else str(row["zone_code"]),
        ),
    )


def _number(words: Words, value: object) -> Cell:
    """Return a value or limit: a number, or a band or remark as text."""
    if is_missing(value):
        return None
    return words.label("limit", value) if isinstance(value, str) else float(rounded(value))
