"""Workbooks (.xlsx) to raw tables: opened with care, and read with formats, merges and hiding.

A workbook is a zip of XML, so that a small file can be a huge one: sizes are summed from the
directory of the archive before anything is unpacked. Macros and the old binary format are
refused by content, whatever the suffix says. Formulas are read beside their stored results,
for a result that is not stored would read as a blank.

Source: ECMA-376 (Office Open XML); [MS-CFB] 2.2 for the header of compound files.
"""

from __future__ import annotations

import warnings
import zipfile
from datetime import date, datetime, time
from typing import TYPE_CHECKING

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from rasters.findings import finding

from .errors import ParksError
from .raw_table import CellKind, Merge, RawCell, RawRow, RawTable, column_letters

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from rasters.findings import Finding

__all__ = ["read_workbook"]

_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
_LARGEST_FILE = 20_000_000  # bytes; a registry of 1,000 parks has 0.3 million
_LARGEST_CONTENT = 60_000_000  # bytes unpacked; openpyxl takes some 20 times as much memory
_LARGEST_RATIO = 200  # unpacked to packed; a real sheet packs some 10 to 40 times
_SMALL = 1_000_000  # bytes; a part this small is harmless at any ratio
_MOST_PARTS = 1_000
# openpyxl keeps this type where the stored result of a formula is the empty text.
_TEXT_RESULT = "str"
_LARGEST_GRID = (100_000, 500)  # rows, columns that may hold something


def read_workbook(path: Path) -> tuple[list[RawTable], list[Finding]]:
    """Read every sheet of a workbook.

    Returns
    -------
    tables, findings
        No tables where the file is refused.

    """
    refused = _refused(path)
    if refused:
        return [], refused
    if not openpyxl.DEFUSEDXML:
        raise ParksError("openpyxl runs without defusedxml; install defusedxml to open workbooks")
    try:
        # opened here, because openpyxl leaves a broken file open
        with warnings.catch_warnings(), path.open("rb") as file:
            warnings.simplefilter("ignore")  # openpyxl remarks on styles it does not know
            formulas = openpyxl.load_workbook(file, keep_links=False)
            results = openpyxl.load_workbook(file, keep_links=False, data_only=True)
    except Exception as error:  # noqa: BLE001  # a broken part breaks openpyxl in any way
        return [], [finding("parks", "parks-file-unreadable", value=error, where=path.name)]
    epoch = date(1904, 1, 1) if formulas.epoch == CALENDAR_MAC_1904 else date(1899, 12, 30)
    tables: list[RawTable] = []
    found: list[Finding] = []
    for sheet in formulas.worksheets:
        table, faults = _table(sheet, results[sheet.title], epoch)
        tables += [table] if table is not None else []
        found += faults
    return tables, found


def _refused(path: Path) -> list[Finding]:
    """List why a file is not to be opened as a workbook."""
    with path.open("rb") as file:
        head = file.read(len(_COMPOUND_FILE))
    suffix = path.suffix.lower()
    if head == _COMPOUND_FILE or suffix == ".xls":
        return [finding("parks", "parks-file-xls", value=path.name, where=path.name)]
    if suffix in (".xlsm", ".xlsb", ".xltm"):
        return [finding("parks", "parks-file-macros", value=path.name, where=path.name)]
    size = path.stat().st_size
    return [_large(path, size, _LARGEST_FILE)] if size > _LARGEST_FILE else _refused_parts(path)


def _refused_parts(path: Path) -> list[Finding]:
    """List why the parts of an archive are not to be unpacked, by its directory alone."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        return [finding("parks", "parks-file-unreadable", value=error, where=path.name)]
    content = sum(part.file_size for part in parts)
    if content > _LARGEST_CONTENT or len(parts) > _MOST_PARTS:
        return [_large(path, content, _LARGEST_CONTENT)]
    for part in parts:
        if part.file_size > max(_SMALL, _LARGEST_RATIO * part.compress_size):
            return [_large(path, part.file_size, _LARGEST_RATIO * part.compress_size)]
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        return [finding("parks", "parks-file-macros", value="vbaProject.bin", where=path.name)]
    return []


def _large(path: Path, size: int, limit: int) -> Finding:
    """Return the finding about a file that unpacks to too much."""
    return finding("parks", "parks-file-large", value=size, where=path.name, limit=limit)


def _table(
    sheet: Worksheet, results: Worksheet, epoch: date
) -> tuple[RawTable | None, list[Finding]]:
    """Return one sheet with what it holds, blank cells left out."""
    # The store of cells, not iter_rows: that one would make every blank cell up to the farthest.
    stored = sheet._cells  # noqa: SLF001
    filled = [cell for cell in stored.values() if cell.value not in (None, "")]
    rows, columns = _LARGEST_GRID
    beyond = next((c for c in filled if c.row > rows or c.column > columns), None)
    if beyond is not None:
        where = f"{sheet.title}!{beyond.coordinate}"
        return None, [finding("parks", "parks-sheet-large", value=beyond.coordinate, where=where)]
    by_row: dict[int, dict[int, RawCell]] = {}
    for cell in sorted(filled, key=lambda c: (c.row, c.column)):
        raw = _cell(cell, results.cell(cell.row, cell.column), sheet.title)
        if raw is not None:
            by_row.setdefault(cell.row, {})[cell.column] = raw
    return RawTable(
        name=sheet.title,
        rows=tuple(
            RawRow(
                number=number,
                where=f"{sheet.title}!{number}:{number}",
                cells=cells,
                hidden=bool(sheet.row_dimensions[number].hidden),
            )
            for number, cells in sorted(by_row.items())
        ),
        merges=tuple(
            Merge(
                row0=area.min_row,
                column0=area.min_col,
                row1=area.max_row,
                column1=area.max_col,
                where=f"{sheet.title}!{area.coord}",
            )
            for area in sorted(sheet.merged_cells.ranges, key=lambda a: (a.min_row, a.min_col))
        ),
        hidden_columns=_hidden_columns(sheet, columns),
        hidden=sheet.sheet_state != "visible",
        epoch=epoch,
    ), []


def _hidden_columns(sheet: Worksheet, last: int) -> frozenset[int]:
    """Return the hidden columns; neighbours that are formatted alike are stored as one."""
    hidden: set[int] = set()
    for dimension in sheet.column_dimensions.values():
        if dimension.hidden:
            hidden |= set(range(dimension.min, min(dimension.max, last) + 1))
    return frozenset(hidden)


def _cell(cell: Cell, result: Cell, sheet: str) -> RawCell | None:
    """Return a cell with the result of its formula, None where it shows nothing."""
    formula = cell.data_type == "f"
    shown = result if formula else cell
    value, kind = shown.value, CellKind.TEXT
    where = f"{sheet}!{column_letters(cell.column)}{cell.row}"
    if formula and value is None:
        if result.data_type == _TEXT_RESULT:
            return None
        text = str(getattr(cell.value, "text", cell.value))
        return RawCell(value=text, kind=CellKind.UNCOMPUTED, where=where, formula=True)
    if shown.data_type == "e":
        kind = CellKind.ERROR
    elif isinstance(value, bool):
        kind = CellKind.BOOLEAN
    elif isinstance(value, int | float):
        kind = CellKind.NUMBER
    elif isinstance(value, datetime | date):
        kind = CellKind.DATE
        if isinstance(value, datetime):
            value = value.date() if value.time() == time() else value
    else:
        value = str(value)
        if not value.strip():
            return None
    return RawCell(
        value=value,
        kind=kind,
        where=where,
        number_format=str(cell.number_format or ""),
        formula=formula,
    )
