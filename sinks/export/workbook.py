"""The official workbook: the tables of the contract as an officer reads them.

Every figure comes from the tables handed in; nothing is estimated here. The same tables give
the same bytes: the creation date is fixed and the zip carries no times.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import xlsxwriter

from sinks.errors import ResultError

from .page import Book
from .sheets import SHEETS, Sheet
from .words import Words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from .meta import Meta

__all__ = ["TABLES", "write_workbook"]

TABLES = (
    "stocks",
    "changes",
    "totals",
    "transitions",
    "transitions_mapped",
    "coverage",
    "reconciliation",
    "quality",
    "coefficients",
)
"""Tables that the sheets read; empty where a run has none."""
_LANGUAGES = ("zh", "en")
# The date is a property of the file format, not of the result; zip archives begin in 1980.
_CREATED = datetime(1980, 1, 1)  # noqa: DTZ001


def write_workbook(
    path: Path,
    tables: Mapping[str, pd.DataFrame],
    *,
    meta: Meta,
    lang: str = "zh",
    extra_sheets: Sequence[Sheet] = (),
) -> None:
    """Write ``inventory.xlsx``.

    Parameters
    ----------
    path
        File to write.
    tables
        The contract's frames by name, see :data:`TABLES`; ``coefficients`` has the columns
        of a coefficient CSV and optionally ``table``. Further tables are for extra sheets.
    meta
        What stands beside the tables.
    lang
        zh or en: headings, labels and sentences.
    extra_sheets
        Sheets of other parts, placed by their number.

    Raises
    ------
    ResultError
        If a table is missing or the language is unknown.

    """
    missing = [name for name in TABLES if name not in tables]
    if missing:
        raise ResultError(f"the workbook needs the tables {missing}")
    if lang not in _LANGUAGES:
        raise ResultError(f"a workbook is written in {' or '.join(_LANGUAGES)}, got {lang!r}")
    words = Words(lang=lang)
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as workbook:
        workbook.set_properties(
            {
                "title": words("title", "cover", region=meta.region.in_(lang)),
                "author": f"tanhui {meta.version}",
                "comments": f"{words.label('status', meta.status)} {meta.run_id}",
                "created": _CREATED,
            }
        )
        book = Book(workbook, tables=tables, meta=meta, words=words)
        for sheet in sorted((*SHEETS, *extra_sheets), key=lambda sheet: sheet.number):
            sheet.write(book)
