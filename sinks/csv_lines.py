"""The lines of a user's CSV as text by column, and every reason why they cannot be read.

A spreadsheet saves what it likes: another encoding, a lost column, a row that is too short.
All such faults of a file are found at once, and nothing is guessed.
"""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rasters.findings import finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rasters.findings import Finding

_LARGEST = 20_000_000  # bytes; 100,000 sample units need 6 million
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvLine:
    """One line of a file."""

    where: str
    """File and line, for messages; the heading is line 1."""
    cells: Mapping[str, str]
    """Text without spaces around it by column; columns that the file lacks are blank."""


def read_lines(
    path: Path, *, required: Sequence[str], optional: Sequence[str] | None
) -> tuple[list[CsvLine], list[Finding]]:
    """Return the lines of a CSV, and what is wrong with the file.

    Parameters
    ----------
    path
        A comma-separated file in UTF-8, its first line the heading.
    required
        Columns that must be there.
    optional
        Further columns that may be there; None allows any.

    Returns
    -------
    lines, findings
        Lines without any text are left out; there are none where the heading is at fault.

    """
    content, faults = _text(path)
    if content is None:
        return [], faults
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    lines: list[CsvLine] = []
    try:
        heading = [column.strip() for column in next(reader, [])]
        faults = _heading_faults(heading, path.name, required, optional)
        if faults:
            return [], faults
        blank = dict.fromkeys((*required, *(optional or ())), "")
        for cells in reader:
            where = f"{path.name}, row {reader.line_num}"
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(heading):
                faults.append(
                    finding(
                        "sinks",
                        "csv-row-length",
                        value=len(cells),
                        where=where,
                        columns=len(heading),
                    )
                )
                continue
            named = dict(zip(heading, (cell.strip() for cell in cells), strict=True))
            lines.append(CsvLine(where=where, cells=blank | named))
    except csv.Error as error:
        where = f"{path.name}, row {reader.line_num}"
        faults.append(finding("sinks", "csv-quotes", value=error, where=where))
    if not lines and not faults:
        faults.append(finding("sinks", "csv-empty", value=path.name, where=path.name))
    return lines, faults


def number(text: str) -> float | None:
    """Return the finite number that a cell holds; None where it holds none, a comma or a unit.

    >>> number("12.5"), number("1,250"), number("")
    (12.5, None, None)
    """
    value = float(text) if _NUMBER.fullmatch(text) else math.inf
    return value if math.isfinite(value) else None


def _text(path: Path) -> tuple[str | None, list[Finding]]:
    """Return the text of a file, or why it cannot be read."""
    try:
        size = path.stat().st_size
        if size > _LARGEST:
            return None, [
                finding("sinks", "csv-large", value=size, where=path.name, limit=_LARGEST)
            ]
        return path.read_bytes().decode("utf-8-sig"), []
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return None, [finding("sinks", "csv-unreadable", value=reason, where=path.name)]
    except UnicodeDecodeError as error:
        return None, [
            finding("sinks", "csv-encoding", value=f"byte {error.start}", where=path.name)
        ]


def _heading_faults(
    heading: Sequence[str], name: str, required: Sequence[str], optional: Sequence[str] | None
) -> list[Finding]:
    """Return the findings about missing, unknown and repeated columns."""
    known = {*required, *(optional or ())}
    offending = {
        "csv-column-missing": [c for c in required if c not in heading],
        "csv-column-unknown": []
        if optional is None
        else sorted({c for c in heading if c not in known}),
        "csv-column-repeated": sorted({c for c in heading if heading.count(c) > 1}),
    }
    columns = ", ".join((*required, *(optional or ())))
    return [
        finding("sinks", code, value=column, where=name, known=columns)
        for code, found in offending.items()
        for column in found
    ]
