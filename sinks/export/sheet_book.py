"""A workbook of a few tables that belong to no single run, such as a budget."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import xlsxwriter

from .page import Book
from .words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .meta import Meta
    from .sheets import Sheet

__all__ = ["write_sheets"]

# The date is a property of the file format, not of the result; zip archives begin in 1980.
_CREATED = datetime(1980, 1, 1)  # noqa: DTZ001


def write_sheets(path: Path, sheets: Sequence[Sheet], *, meta: Meta, lang: str, title: str) -> None:
    """Write some sheets as a workbook of their own; the same sheets give the same bytes.

    Parameters
    ----------
    path
        The .xlsx file to write.
    sheets
        Sheets that read no table of a run.
    meta
        Region, status and identity that stand on every page.
    lang
        zh or en.
    title
        Title in the properties of the file.

    """
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as workbook:
        words = Words(lang=lang)
        workbook.set_properties(
            {
                "title": title,
                "author": f"tanhui {meta.version}",
                "comments": f"{words.label('status', meta.status)} {meta.run_id}",
                "created": _CREATED,
            }
        )
        book = Book(workbook, tables={}, meta=meta, words=words)
        for sheet in sorted(sheets, key=lambda sheet: sheet.number):
            sheet.write(book)
