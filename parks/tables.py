"""CSV tables of declared columns, read strictly and written so that they read back the same.

A slip in a spreadsheet makes a plausible number, so a thousands comma, a full-width digit or
an unknown word is a finding with its row and never a guess; all faults are found at once.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from rasters.findings import finding
from sinks.export.cells import clean_text, guard, unguard

from .csv_decoding import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from enum import StrEnum
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from rasters.findings import Finding

    Member = TypeVar("Member", bound=StrEnum)

__all__ = ["Row", "decimal_of", "plain", "read_rows", "write_rows"]

_LARGEST = 20_000_000  # bytes; the largest packaged table has 0.02 million
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_YEAR = re.compile(r"(19|20|21)[0-9]{2}")
_LINE_BREAK = re.compile(r"\r\n?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a table as text, and the faults met while it is read."""

    table: str
    """Name of the table, for messages."""
    line: int
    """Line of the file, the heading being line 1."""
    cells: Mapping[str, str]
    """Text by column, without the space around it; absent columns are blank."""
    faults: list[Finding] = field(default_factory=list)
    """Findings about its cells, in the order in which they were read."""

    @property
    def where(self) -> str:
        """Table and line, for messages."""
        return f"{self.table}, row {self.line}"

    def fault(self, code: str, value: object, **words: object) -> None:
        """Note the finding ``code`` about this row."""
        self.faults.append(finding("parks", code, value=value, where=self.where, **words))

    def text(self, column: str) -> str:
        """Return a cell, blank where there is none."""
        return self.cells.get(column, "")

    def needed(self, column: str) -> str:
        """Return a cell that may not be blank."""
        if not self.text(column):
            self.fault("table-blank", "", column=column)
        return self.text(column)

    def number(self, column: str) -> Decimal | None:
        """Return the number of a cell exactly as written; None where it is blank or none."""
        cell = self.text(column)
        value = decimal_of(cell)
        if cell and value is None:
            self.fault("table-number", cell, column=column)
        return value

    def year(self, column: str) -> int | None:
        """Return the year of a cell; None where it is blank or none."""
        cell = self.text(column)
        if cell and not _YEAR.fullmatch(cell):
            self.fault("table-year", cell, column=column)
            return None
        return int(cell) if cell else None

    def member(
        self, column: str, kind: type[Member], *, also: Mapping[str, Member] | None = None
    ) -> Member | None:
        """Return the member of a closed set that a cell names; ``also`` holds further names."""
        cell = self.text(column)
        if also is not None and cell in also:
            return also[cell]
        try:
            return kind(cell) if cell else None
        except ValueError:
            known = ", ".join((*kind, *(also or ())))
            self.fault("table-word", cell, column=column, known=known)
            return None


def decimal_of(text: str) -> Decimal | None:
    """Return the number that a text writes in plain digits, None where it writes none.

    >>> decimal_of("4.80"), decimal_of("1,000"), decimal_of("１２"), decimal_of("nan")
    (Decimal('4.80'), None, None, None)
    """
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def plain(value: Decimal) -> str:
    """Return the shortest text of a number, every digit kept, without an exponent.

    >>> plain(Decimal("1E+3")), plain(Decimal("0.1600")), plain(Decimal("-0"))
    ('1000', '0.16', '0')
    """
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def read_rows(
    path: Path | Traversable, *, required: Sequence[str], optional: Sequence[str]
) -> tuple[list[Row], list[Finding]]:
    """Read a CSV table.

    Parameters
    ----------
    path
        In an encoding of :mod:`parks.csv_decoding`. A table without rows is read as such.
    required, optional
        Its columns, in any order; others are refused, because a column that nobody reads is
        a value that somebody believes in.

    Returns
    -------
    rows, findings
        The usable lines, and what is wrong with the file.

    """
    name = path.name.removesuffix(".csv")
    text, remarks = read_text(path, largest=_LARGEST, where=name)
    if text is None:
        return [], remarks
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    faults: list[Finding] = []
    try:
        heading = [column.strip() for column in next(reader, [])]
        faults = _heading_faults(heading, name, required, optional)
        for cells in () if faults else reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(heading):
                where = f"{name}, row {reader.line_num}"
                faults.append(_fault("row-length", len(cells), where, columns=len(heading)))
                continue
            texts = (unguard(clean_text(cell).strip()) for cell in cells)
            filled = dict(zip(heading, texts, strict=True))
            rows.append(Row(table=name, line=reader.line_num, cells=filled))
    except csv.Error as error:
        faults.append(_fault("quotes", error, f"{name}, row {reader.line_num}"))
    return rows, [*remarks, *faults]


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write a CSV table that :func:`read_rows` reads back.

    Parameters
    ----------
    path
        File to write; UTF-8, line feeds.
    columns
        The columns in their order.
    rows
        Cells by column, in the order to write: text, whole numbers, Decimals or None for a
        missing value. Text that a spreadsheet would run is guarded.

    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row[column]) for column in columns] for row in rows)
    path.write_bytes(stream.getvalue().encode())


def _cell(value: object) -> str:
    """Return a cell as text."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain(value)
    # A lone carriage return would end the line for the next reader.
    return guard(_LINE_BREAK.sub("\n", clean_text(value)))


def _heading_faults(
    heading: Sequence[str], name: str, required: Sequence[str], optional: Sequence[str]
) -> list[Finding]:
    """Return the findings about missing, unknown and repeated columns."""
    known = (*required, *optional)
    offending = {
        "column-missing": [c for c in required if c not in heading],
        "column-unknown": sorted({c for c in heading if c not in known}),
        "column-repeated": sorted({c for c in heading if heading.count(c) > 1}),
    }
    return [
        _fault(code, column, name, columns=", ".join(known))
        for code, found in offending.items()
        for column in found
    ]


def _fault(code: str, value: object, where: str, **words: object) -> Finding:
    """Return the finding ``table-<code>``."""
    return finding("parks", f"table-{code}", value=value, where=where, **words)
