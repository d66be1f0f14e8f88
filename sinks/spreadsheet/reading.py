"""A workbook (.xlsx) to its cells, opened with care.

A workbook is a zip of XML and may unpack to far more than it weighs, so its directory is read
before anything is unpacked. What the file is, is told by its content and not by its suffix.
Formulas are read beside their stored results: a result that is not stored would look blank.

Source: ECMA-376 (Office Open XML); [MS-CFB] 2.2 for the header of the old binary format.
"""

from __future__ import annotations

import warnings
import zipfile
from datetime import date, datetime
from typing import TYPE_CHECKING

import openpyxl

from rasters.findings import finding
from sinks.errors import ResultError

from .cells import Cell, CellKind, Sheet, address

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import Any

    from rasters.findings import Finding

__all__ = ["read_sheets"]

_OLD_FORMAT = b"\xd0\xcf\x11\xe0"
_MOST_PACKED, _MOST_UNPACKED = 20_000_000, 60_000_000  # bytes; a form of 1,000 rows has 0.1 million
_MOST_PARTS = 1_000
_MOST_ROWS, _MOST_COLUMNS = 20_000, 200
_EMPTY_TEXT = "str"  # what openpyxl calls the stored result of a formula that gives no text


def read_sheets(path: Path) -> tuple[list[Sheet], list[Finding]]:
    """Read every sheet of a workbook.

    Returns
    -------
    sheets, findings
        No sheets where the file is refused.

    """
    refused = _refusal(path)
    if refused is not None:
        return [], [refused]
    if not openpyxl.DEFUSEDXML:
        raise ResultError("openpyxl runs without defusedxml; install defusedxml to open workbooks")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl remarks on every style it does not know
            shown = openpyxl.load_workbook(path, keep_links=False, data_only=True)
            typed = openpyxl.load_workbook(path, keep_links=False)
    except Exception as error:  # noqa: BLE001 - a broken part breaks openpyxl in any way
        return [], [_fault("sheet-file-unreadable", error, path.name)]
    sheets, found = [], []
    for sheet in typed.worksheets:
        filled = [c for c in sheet._cells.values() if c.value not in (None, "")]  # noqa: SLF001
        far = next((c for c in filled if c.row > _MOST_ROWS or c.column > _MOST_COLUMNS), None)
        if far is not None:
            where = address(sheet.title, far.row, far.column)
            found.append(_fault("sheet-grid-large", far.coordinate, where))
            continue
        sheets.append(_sheet(sheet, filled, shown[sheet.title]))
    return sheets, found


def _refusal(path: Path) -> Finding | None:
    """Return why a file is not opened as a workbook, by its size and its first bytes."""
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(len(_OLD_FORMAT))
    except OSError as error:
        return _fault("sheet-file-unreadable", error.strerror or error, path.name)
    if head == _OLD_FORMAT:
        return _fault("sheet-file-old", path.suffix, path.name)
    return _fault("sheet-file-large", size, path.name) if size > _MOST_PACKED else _parts(path)


def _parts(path: Path) -> Finding | None:
    """Return why the parts of an archive are not unpacked, by its directory alone."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        return _fault("sheet-file-unreadable", error, path.name)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > _MOST_UNPACKED or len(parts) > _MOST_PARTS:
        return _fault("sheet-file-large", unpacked, path.name)
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        return _fault("sheet-file-macros", path.suffix, path.name)
    return None


def _sheet(sheet: Any, filled: Iterable[Any], shown: Any) -> Sheet:  # noqa: ANN401 - untyped library
    """Return one sheet, its blank cells left out."""
    rows: dict[int, dict[int, Cell]] = {}
    for typed in sorted(filled, key=lambda c: (c.row, c.column)):
        cell = _cell(typed, shown.cell(typed.row, typed.column), sheet.title)
        if cell is not None:
            rows.setdefault(typed.row, {})[typed.column] = cell
    hidden = frozenset(row for row in rows if sheet.row_dimensions[row].hidden)
    return Sheet(name=sheet.title, rows=rows, hidden_rows=hidden)


def _cell(typed: Any, shown: Any, sheet: str) -> Cell | None:  # noqa: ANN401 - untyped library
    """Return a cell with the result of its formula; None where it shows nothing."""
    where = address(sheet, typed.row, typed.column)
    formula = typed.data_type == "f"
    value = shown.value if formula else typed.value
    if formula and value is None:
        if shown.data_type == _EMPTY_TEXT:
            return None
        text = str(getattr(typed.value, "text", typed.value))
        return Cell(value=text, kind=CellKind.UNCOMPUTED, where=where, formula=True)
    if isinstance(value, str) and not value.strip():
        return None
    kind = _kind(value, error=(shown if formula else typed).data_type == "e")
    plain = value if kind is not CellKind.TEXT else str(value)
    form = str(typed.number_format or "")
    return Cell(value=plain, kind=kind, where=where, number_format=form, formula=formula)


def _kind(value: object, *, error: bool) -> CellKind:
    """Return what a value is."""
    if error:
        return CellKind.ERROR
    if isinstance(value, bool):
        return CellKind.BOOLEAN
    if isinstance(value, int | float):
        return CellKind.NUMBER
    return CellKind.DATE if isinstance(value, date | datetime) else CellKind.TEXT


def _fault(code: str, value: object, where: str) -> Finding:
    return finding("sinks", code, value=value, where=where)
