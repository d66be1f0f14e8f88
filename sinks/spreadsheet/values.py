"""One cell to one value by rules alone: what can mean two things is refused with its address.

Source: number formats, ECMA-376 part 1, 18.8.30 and 18.8.31 (a comma after the last digit divides
by 1000).
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING

from rasters.findings import finding
from sinks.export.cells import clean_text

from .cells import CellKind

if TYPE_CHECKING:
    from rasters.findings import Finding

    from .cells import Cell
    from .forms import Column

__all__ = ["choice_of", "is_missing_mark", "number_of", "text_of", "year_of"]

_MISSING = frozenset(
    {"-", "--", "—", "——", "–", "/", "无", "暂无", "缺", "缺失", "未知", "N/A", "NA"}
)
_NUMBER = re.compile(r"[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]+)?")
_SCALED = re.compile(r"[0#?],+(?![0#?])|万")
_YEARS = (1900, 2100)
_PERCENT = "%"
_REFUSED = {
    CellKind.ERROR: "sheet-cell-error",
    CellKind.UNCOMPUTED: "sheet-cell-uncomputed",
    CellKind.BOOLEAN: "sheet-cell-kind",
    CellKind.DATE: "sheet-cell-kind",
}


def is_missing_mark(text: str) -> bool:
    """Tell whether a text says that there is no value.

    >>> is_missing_mark(" —— "), is_missing_mark("－"), is_missing_mark("0")
    (True, True, False)
    """
    return unicodedata.normalize("NFKC", text).strip() in _MISSING


def text_of(cell: Cell, faults: list[Finding]) -> str:
    """Return the text of a cell on one line; a number or date as it is written."""
    if cell.kind in (CellKind.ERROR, CellKind.UNCOMPUTED):
        faults.append(_fault(_REFUSED[cell.kind], cell))
        return ""
    return " ".join(clean_text(cell.text).split())


def number_of(cell: Cell, column: Column, faults: list[Finding]) -> Decimal | None:
    """Return a number in the unit of its heading; None where it is refused."""
    if cell.kind in _REFUSED:
        faults.append(_fault(_REFUSED[cell.kind], cell))
        return None
    number = _stored(cell, column, faults) if cell.kind is CellKind.NUMBER else _written(cell)
    if number is None or not number.is_finite():
        faults.append(_fault("sheet-cell-number", cell))
        return None
    if number < 0 and not column.negative:
        faults.append(_fault("sheet-cell-negative", cell))
        return None
    if cell.formula:
        faults.append(_fault("sheet-cell-formula", cell))
    return number


def year_of(cell: Cell, faults: list[Finding]) -> int | None:
    """Return a calendar year; ``2024年`` is one, a date is not."""
    plain = unicodedata.normalize("NFKC", cell.text).strip().removesuffix("年")
    if cell.kind in (CellKind.NUMBER, CellKind.TEXT) and re.fullmatch(r"[0-9]{4}", plain):
        year = int(plain)
        if _YEARS[0] <= year <= _YEARS[1]:
            return year
    faults.append(_fault("sheet-cell-year", cell))
    return None


def choice_of(cell: Cell, column: Column, faults: list[Finding]) -> str | None:
    """Return what a cell of a closed set means; None where it says something else."""
    plain = unicodedata.normalize("NFKC", cell.text).strip()
    meaning = {unicodedata.normalize("NFKC", said): m for said, m in column.choices.items()}
    if plain in meaning:
        return meaning[plain]
    faults.append(_fault("sheet-cell-choice", cell, known=", ".join(column.choices)))
    return None


def _stored(cell: Cell, column: Column, faults: list[Finding]) -> Decimal | None:
    """Return a number that is stored as one, by the format that it is shown in."""
    number = Decimal(repr(cell.value))
    if _PERCENT in cell.number_format:
        return number * 100 if column.unit == _PERCENT else None
    if _SCALED.search(cell.number_format):
        faults.append(_fault("sheet-cell-format", cell, format=cell.number_format))
    return number


def _written(cell: Cell) -> Decimal | None:
    """Return a number that is stored as text; with a unit or a word beside it, it is none."""
    plain = unicodedata.normalize("NFKC", cell.text).strip()
    return Decimal(plain.replace(",", "")) if _NUMBER.fullmatch(plain) else None


def _fault(code: str, cell: Cell, **words: object) -> Finding:
    return finding("sinks", code, value=cell.text, where=cell.where, **words)
