"""What a form asks for: its columns, with headings, units, choices and notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

__all__ = ["Column", "Form", "Kind"]


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    NUMBER = "number"
    YEAR = "year"
    """A calendar year of four digits."""
    CHOICE = "choice"
    """One of a closed set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a form."""

    id: str
    """How programmes call it."""
    heading: str
    """Without its unit; a file is read by it, word for word."""
    note: str
    """How to fill it in."""
    kind: Kind = Kind.TEXT
    required: bool = False
    """Whether a row that is filled in must have it."""
    unit: str = ""
    """Unit of the template, shown in brackets; blank for none."""
    units: Mapping[str, Decimal] = field(default_factory=dict)
    """Units that a heading may have, each as a multiple of the unit of the template."""
    choices: Mapping[str, str] = field(default_factory=dict)
    """What a cell may say, and what it means."""
    negative: bool = False
    """Whether a number may be below zero."""
    width: float = 14
    """Characters."""

    @property
    def titled(self) -> str:
        """The heading with its unit."""
        return f"{self.heading}（{self.unit}）" if self.unit else self.heading


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One sheet of a form."""

    sheet: str
    """Name of the sheet."""
    columns: tuple[Column, ...]
    example: Mapping[str, str | float] = field(default_factory=dict)
    """Cells of the example row by column; its first cell begins with 示例."""
    prefilled: tuple[Mapping[str, str | float], ...] = ()
    """Rows that the template already has."""

    def column(self, column_id: str) -> Column:
        """Return a column by its id; KeyError where the form has none."""
        return next(c for c in self.columns if c.id == column_id)
