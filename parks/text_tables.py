"""CSV files to raw tables: the separator is found by rule and recorded.

Source: RFC 4180.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from rasters.findings import finding
from sinks.export.cells import guard, unguard

from .csv_decoding import read_text
from .raw_table import CellKind, RawCell, RawRow, RawTable, column_letters

if TYPE_CHECKING:
    from pathlib import Path

    from rasters.findings import Finding

__all__ = ["read_csv"]

_LARGEST_FILE = 20_000_000  # bytes; 1,000 parks with facts have 1 million
_SEPARATORS = (",", "\t", ";")


def read_csv(path: Path) -> tuple[list[RawTable], list[Finding]]:
    """Read one CSV file as a table of texts.

    Returns
    -------
    tables, findings
        One table, or none where the file is refused.

    """
    text, found = read_text(path, largest=_LARGEST_FILE)
    if text is None:
        return [], found
    separator, remarks = _separator(text, path.name)
    found += remarks
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[RawRow] = []
    number = 0
    try:
        for number, line in enumerate(reader, 1):
            cells = {
                column: _cell(content, f"{path.name}!{column_letters(column)}{number}")
                for column, content in enumerate(line, 1)
                if content.strip()
            }
            if cells:
                where = f"{path.name}!{number}:{number}"
                rows.append(RawRow(number=number, where=where, cells=cells))
    except csv.Error as error:
        where = f"{path.name}!{number + 1}:{number + 1}"
        return [], [*found, finding("parks", "parks-csv-quotes", value=error, where=where)]
    return [RawTable(name=path.name, rows=tuple(rows), typed=False)], found


def _cell(content: str, where: str) -> RawCell:
    """Return a text; the apostrophe that kept it from being a formula is taken off."""
    plain = unguard(content)
    value = plain if guard(plain) == content else content
    return RawCell(value=value, kind=CellKind.TEXT, where=where)


def _separator(text: str, name: str) -> tuple[str, list[Finding]]:
    """Return the separator that the first line has most of; other than a comma it is noted."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    chosen = max(_SEPARATORS, key=lambda s: (first.count(s), -_SEPARATORS.index(s)))
    if chosen == ",":
        return chosen, []
    value = "Tab" if chosen == "\t" else chosen
    return chosen, [finding("parks", "parks-csv-separator", value=value, where=name)]
