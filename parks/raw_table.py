"""A table as it stands in a file, before anything is made of it.

Workbooks, CSV and map layers are brought to this one form, so that one reader with one set of
rules serves them all. Nothing is converted here: a cell keeps its type, its number format and
its address, because each may decide what its content means.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from shapely.geometry.base import BaseGeometry

__all__ = ["CellKind", "Merge", "RawCell", "RawRow", "RawTable", "column_letters"]


class CellKind(StrEnum):
    """What a file says that a cell holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    ERROR = "error"
    """An error value such as #DIV/0!."""
    UNCOMPUTED = "uncomputed"
    """A formula whose result the file does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCell:
    """One cell that is not blank."""

    value: str | float | bool | date
    """As the file has it; numbers as int or float."""
    kind: CellKind
    where: str
    """File or sheet and address, for people."""
    number_format: str = ""
    """Format that a workbook shows the number with; blank for none."""
    formula: bool = False
    """Whether the value is the stored result of a formula."""

    @property
    def text(self) -> str:
        """The content as text, a whole number without its decimal point."""
        if isinstance(self.value, float) and self.value.is_integer():
            return str(int(self.value))
        return str(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """One row that is not blank."""

    number: int
    """Row of the file, from 1; feature number of a map layer."""
    where: str
    cells: Mapping[int, RawCell]
    """By column, from 1; blank cells are absent."""
    hidden: bool = False
    geometry: BaseGeometry | None = None
    """Geometry of a map feature, longitude and latitude."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A merged range of a sheet, bounds included."""

    row0: int
    column0: int
    row1: int
    column1: int
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """One sheet, CSV file or map layer."""

    name: str
    rows: tuple[RawRow, ...]
    """Rows with content, ascending."""
    merges: tuple[Merge, ...] = ()
    hidden_columns: frozenset[int] = field(default_factory=frozenset)
    hidden: bool = False
    epoch: date | None = None
    """Day 0 of the serial dates of a workbook; None where the file has no such thing."""
    typed: bool = True
    """Whether the file tells numbers from texts; a CSV does not."""


def column_letters(column: int) -> str:
    """Return the letters of a column counted from 1.

    >>> column_letters(1), column_letters(26), column_letters(27), column_letters(703)
    ('A', 'Z', 'AA', 'AAA')
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
