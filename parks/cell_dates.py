"""One cell to one date, as far as it is stated: 2025, 2025-12 or 2025-12-31.

A date that a spreadsheet stored as a serial is told from a year by its size and converted with the
epoch of its workbook. 01/02/2025 and 25-1-2 can be read in two ways and are refused.

Source: ISO 8601; ECMA-376 part 1, 18.17.4 (the 1900 and 1904 date systems).
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from .cells import cell_finding, formula_remarks, is_missing_mark, refused_cell
from .parameters import fold
from .park import is_date
from .raw_table import CellKind

if TYPE_CHECKING:
    from rasters.findings import Finding

    from .raw_table import RawCell

__all__ = ["read_date"]

_CHINESE_DATE = re.compile(
    r"(\d{4})年(?:度)?(?:(\d{1,2})月(?:(\d{1,2})[日号])?)?(?:底|末)?", re.ASCII
)
_SLASHED_DATE = re.compile(r"(\d{4})[/.-](\d{1,2})(?:[/.-](\d{1,2}))?", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
# Serial days of 1954-10-03 to 2119-01-10: no year, and long before and after any park.
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000


def read_date(cell: RawCell, epoch: date | None) -> tuple[str, list[Finding]]:
    """Read a date as ISO 8601, as far as it is stated: 2025, 2025-12 or 2025-12-31.

    Parameters
    ----------
    cell
        A cell that is not blank.
    epoch
        Day 0 of the serial dates of the workbook; None where a serial would be a guess.

    Returns
    -------
    date, findings
        Blank where the cell is missing or refused.

    """
    refused = refused_cell(cell)
    if refused is not None and cell.kind is not CellKind.DATE:
        return "", [refused]
    read, found = _read(cell, epoch)
    return read, formula_remarks(cell) + found


def _read(cell: RawCell, epoch: date | None) -> tuple[str, list[Finding]]:
    """Read a cell that holds a date, a number or a text."""
    if isinstance(cell.value, date):  # a datetime is a date
        day = cell.value.date() if isinstance(cell.value, datetime) else cell.value
        return day.isoformat(), []
    plain = fold(cell.text)
    if is_missing_mark(plain):
        return "", [cell_finding("parks-cell-missing", cell)]
    serial = re.fullmatch("[0-9]{5}", plain) is not None
    if serial and epoch is not None and _FIRST_SERIAL <= int(plain) <= _LAST_SERIAL:
        read = (epoch + timedelta(days=int(plain))).isoformat()
        return read, [cell_finding("parks-date-serial", cell, read=read)]
    # 2025.1 as a number may be January or, its zero lost, October.
    broken = cell.kind is CellKind.NUMBER and not plain.isdecimal()
    read = "" if broken else _written_date(plain)
    if not read:
        return "", [cell_finding("parks-date", cell)]
    same = read == cell.text.strip()
    return read, [] if same else [cell_finding("parks-date-form", cell, read=read)]


def _written_date(plain: str) -> str:
    """Return the ISO form of a written date, blank where it can be read in two ways."""
    if re.fullmatch("[0-9]{8}", plain):
        plain = f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"
    match = _CHINESE_DATE.fullmatch(plain) or _SLASHED_DATE.fullmatch(plain)
    parts = [part for part in match.groups() if part] if match else [plain]
    read = "-".join(part.zfill(2) for part in parts)
    if not is_date(read) or not _FIRST_YEAR <= int(read[:4]) <= _LAST_YEAR:
        return ""
    try:
        date.fromisoformat((read + "-01-01")[:10])
    except ValueError:  # such as 30 February
        return ""
    return read
