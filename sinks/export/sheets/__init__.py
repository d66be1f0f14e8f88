"""The sheets of the workbook, one module per table.

To add one: a module with a function that takes a :class:`~sinks.export.page.Book` and adds
its pages, and a line in :data:`SHEETS`; sheets of other packages are handed to
``write_workbook`` as ``extra_sheets``. The order is that of the official table numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import (
    annex_tables,
    annexes,
    balance,
    coefficients,
    cover,
    quality,
    sink_zones,
    sinks,
    stocks,
    transitions,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sinks.export.page import Book

__all__ = ["SHEETS", "Sheet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table of the workbook."""

    number: int
    """Place in the workbook: the cover is 0, annexes begin at 100."""
    write: Callable[[Book], None]
    """Adds the pages of the table; adds none where the run has nothing to show."""


SHEETS: tuple[Sheet, ...] = (
    Sheet(number=0, write=cover.write),
    Sheet(number=1, write=stocks.write),
    Sheet(number=2, write=sinks.write),
    Sheet(number=3, write=transitions.write),
    Sheet(number=8, write=sink_zones.write),
    Sheet(number=10, write=coefficients.write),
    Sheet(number=11, write=quality.write),
    Sheet(number=100, write=annexes.write),
    Sheet(number=101, write=balance.write),
    Sheet(number=102, write=annex_tables.write),
)
"""The sheets that every workbook has."""
