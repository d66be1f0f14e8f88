"""A sheet as it stands in a file: cells that are not blank, each with its kind and address."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

__all__ = ["Cell", "CellKind", "Sheet", "address"]


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
class Cell:
    """One cell that is not blank."""

    value: str | float | bool | date
    """As the file has it; a whole number may be an int."""
    kind: CellKind
    where: str
    """Sheet and address, such as ``增量!C7``."""
    number_format: str = ""
    """Format that the number is shown with; blank for none."""
    formula: bool = False
    """Whether the value is the stored result of a formula."""

    @property
    def text(self) -> str:
        """The content as text, a whole number without its decimal point."""
        if isinstance(self.value, float) and self.value.is_integer():
            return str(int(self.value))
        return str(self.value).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet of a workbook."""

    name: str
    rows: Mapping[int, Mapping[int, Cell]]
    """Cells by row and column, both from 1; blank ones are absent."""
    hidden_rows: frozenset[int] = frozenset()
    """Rows that the file does not show."""


def address(sheet: str, row: int, column: int) -> str:
    """Return where a cell stands, row and column from 1.

    >>> address("增量", 7, 3), address("增量", 1, 28)
    ('增量!C7', '增量!AB1')
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{sheet}!{letters}{row}"
