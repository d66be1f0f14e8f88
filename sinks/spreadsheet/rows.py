"""The rows of a form: found by their headings, read cell by cell, every fault with its address.

Headings count word for word once spaces and full-width forms are gone; there is no resemblance.
A blank cell, or one that says that there is nothing, is missing and never zero. Rows whose first
cell begins with 示例 are examples and are left out.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from rasters.findings import finding

from . import values
from .cells import Cell, address
from .forms import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rasters.findings import Finding

    from .cells import Sheet
    from .forms import Column, Form

__all__ = ["FormRow", "read_form"]

_EXAMPLE = "示例"
_SEARCHED = 15  # rows from the top in which the headings are looked for
_UNIT = re.compile(r"(.+?)\(([^()]*)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a column of the form stands in a sheet."""

    at: int
    """Column from 1."""
    factor: Decimal
    """By how much its numbers are multiplied to be in the unit of the form."""


@dataclass(slots=True, kw_only=True)
class FormRow:
    """One row that is filled in; what is wrong with a cell is noted when it is read."""

    form: Form
    sheet: str
    number: int
    """Row from 1."""
    cells: Mapping[int, Cell]
    places: Mapping[str, _Place]
    faults: list[Finding] = field(default_factory=list)
    """Findings about the cells that were read."""

    def where(self, column_id: str) -> str:
        """Return the address of a cell, filled or blank."""
        return address(self.sheet, self.number, self.places[column_id].at)

    def text(self, column_id: str) -> str:
        """Return a text on one line; blank where there is none."""
        cell = self._cell(column_id)
        return "" if cell is None else values.text_of(cell, self.faults)

    def number_in_unit(self, column_id: str) -> Decimal | None:
        """Return a number in the unit of the form; None where it is missing or refused."""
        cell, column = self._cell(column_id), self.form.column(column_id)
        if cell is None:
            return None
        number = values.number_of(cell, column, self.faults)
        return None if number is None else number * self.places[column_id].factor

    def year(self, column_id: str) -> int | None:
        """Return a calendar year; None where it is missing or refused."""
        cell = self._cell(column_id)
        return None if cell is None else values.year_of(cell, self.faults)

    def choice(self, column_id: str) -> str | None:
        """Return what a cell of a closed set means; None where it is missing or refused."""
        cell, column = self._cell(column_id), self.form.column(column_id)
        return None if cell is None else values.choice_of(cell, column, self.faults)

    def fault(self, code: str, column_id: str, value: object, **words: object) -> None:
        """Note a finding of this package at a cell."""
        self.faults.append(
            finding("sinks", code, value=value, where=self.where(column_id), **words)
        )

    def _cell(self, column_id: str) -> Cell | None:
        """Return a cell that says something; a required one that does not is a fault."""
        column = self.form.column(column_id)
        cell = self.cells.get(self.places[column_id].at)
        if cell is not None and not values.is_missing_mark(cell.text):
            return cell
        if column.required:
            self.fault("sheet-cell-blank", column_id, column.titled)
        elif cell is not None:
            self.fault("sheet-cell-missing", column_id, cell.text)
        return None


def read_form(
    sheets: Sequence[Sheet], form: Form, *, file: str
) -> tuple[list[FormRow], list[Finding]]:
    """Find the rows of a form in a workbook.

    Parameters
    ----------
    sheets
        The sheets of the workbook.
    form
        What is looked for.
    file
        Name of the file, for findings.

    Returns
    -------
    rows, findings
        Rows in the order of the sheet, their cells not yet read. No rows where the sheet or one
        of its columns is missing.

    """
    sheet = next((s for s in sheets if _folded(s.name) == _folded(form.sheet)), None)
    if sheet is None:
        known = ", ".join(s.name for s in sheets)
        return [], [finding("sinks", "sheet-missing", value=form.sheet, where=file, known=known)]
    heading = max(range(1, _SEARCHED + 1), key=lambda row: (_matches(sheet, form, row), -row))
    places, found = _places(sheet, form, heading)
    if len(places) < len(form.columns):
        return [], found
    rows = []
    for number in sorted(row for row in sheet.rows if row > heading):
        cells = sheet.rows[number]
        if cells[min(cells)].text.startswith(_EXAMPLE):
            continue
        if not {place.at for place in places.values()} & set(cells):
            continue
        row = FormRow(form=form, sheet=sheet.name, number=number, cells=cells, places=places)
        if number in sheet.hidden_rows:
            where = f"{sheet.name}!{number}:{number}"
            row.faults.append(finding("sinks", "sheet-row-hidden", value=number, where=where))
        rows.append(row)
    return rows, found


def _matches(sheet: Sheet, form: Form, row: int) -> int:
    """Return how many columns of the form a row heads."""
    headed = {_split(cell.text)[0] for cell in sheet.rows.get(row, {}).values()}
    return sum(_folded(column.heading) in headed for column in form.columns)


def _places(sheet: Sheet, form: Form, heading: int) -> tuple[dict[str, _Place], list[Finding]]:
    """Return where every column stands, and what is wrong with the headings."""
    places: dict[str, _Place] = {}
    found: list[Finding] = []
    by_name = {_folded(column.heading): column for column in form.columns}
    for at, cell in sheet.rows.get(heading, {}).items():
        name, unit = _split(cell.text)
        column = by_name.get(name)
        if column is None:
            found.append(
                finding("sinks", "sheet-column-unknown", value=cell.text, where=cell.where)
            )
        elif column.id in places:
            found.append(_heading_fault("sheet-column-repeated", cell))
        else:
            factor = _factor(column, unit)
            if factor is None:
                words = {"known": ", ".join((column.unit, *column.units))}
                found.append(
                    finding("sinks", "sheet-unit", value=unit or "-", where=cell.where, **words)
                )
            places[column.id] = _Place(at=at, factor=factor or Decimal(1))
    where = f"{sheet.name}!{heading}:{heading}"
    found += [
        finding("sinks", "sheet-column-missing", value=column.titled, where=where)
        for column in form.columns
        if column.id not in places
    ]
    return places, found


def _heading_fault(code: str, cell: Cell) -> Finding:
    return finding("sinks", code, value=cell.text, where=cell.where)


def _factor(column: Column, unit: str) -> Decimal | None:
    """Return what a number under a heading is multiplied by; None where the unit is unknown."""
    if column.kind is not Kind.NUMBER or not column.unit:
        return Decimal(1)
    known = {_folded(column.unit): Decimal(1)}
    known |= {_folded(name): factor for name, factor in column.units.items()}
    return known.get(unit)


def _split(heading: str) -> tuple[str, str]:
    """Return name and unit of a heading, folded."""
    plain = _folded(heading).strip("*:")
    match = _UNIT.fullmatch(plain)
    return (match[1], match[2]) if match else (plain, "")


def _folded(text: str) -> str:
    """Return a text without spaces, its full-width forms made narrow."""
    return "".join(unicodedata.normalize("NFKC", text).split())
