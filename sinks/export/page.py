"""One sheet of the workbook: banner, title, headings, rows, notes and the print set-up.

Sheets say what they show; how it looks is decided here, once, so that every sheet is
readable on paper and no text can become a formula.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from .cells import clean_text, is_missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from .meta import Meta
    from .words import Words

__all__ = ["Book", "Column", "Look", "Page"]

DASH = "—"
"""Shown where a run has no such item."""
_A4, _LINE = 9, 15  # paper number of the format; height of one line in points
_SHORT_ID = 8  # digits of the run id that name a results folder
_SHEET_NAME = 31  # characters of a sheet's name in Excel, which also forbids []:*?/\
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "-"))
_FONTS = {"zh": "宋体", "en": "Calibri"}


class Look(StrEnum):
    """What kind of row it is."""

    PLAIN = "plain"
    TOTAL = "total"
    ROUNDING = "rounding"
    WARN = "warn"
    FAIL = "fail"


_LOOKS: Mapping[Look, Mapping[str, object]] = {
    Look.PLAIN: {},
    Look.TOTAL: {"bold": True, "bg_color": "#E8EEF4"},
    Look.ROUNDING: {"italic": True, "font_color": "#595959"},
    Look.WARN: {"bg_color": "#FFF2CC"},
    Look.FAIL: {"bold": True, "font_color": "#FFFFFF", "bg_color": "#C00000"},
}
_KINDS: Mapping[str, Mapping[str, object]] = {
    "text": {"align": "left", "text_wrap": True},
    "center": {"align": "center"},
    "integer": {"align": "center", "num_format": "0"},
    "number": {"align": "right", "num_format": "#,##0.00"},
    "percent": {"align": "right", "num_format": "0.0%"},
    "value": {"align": "right", "num_format": "General"},
}
_PARTS: Mapping[str, Mapping[str, object]] = {
    "banner": {
        "bold": True,
        "font_size": 12,
        "font_color": "#FFFFFF",
        "bg_color": "#C55A11",
        "align": "center",
    },
    "title": {"bold": True, "font_size": 14, "align": "center"},
    "section": {"bold": True, "font_size": 11, "align": "left"},
    "heading": {
        "bold": True,
        "bg_color": "#D9E2EC",
        "align": "center",
        "text_wrap": True,
        "border": 1,
    },
    "note": {"font_size": 9, "font_color": "#404040", "align": "left", "text_wrap": True},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a sheet."""

    heading: str
    """Heading in the language of the workbook, with its unit."""
    width: float
    """Width in characters; a Chinese one counts two."""
    kind: str
    """text, center, integer, number (2 decimals), percent or value (all digits)."""


class Page:
    """A sheet that is written from the top down."""

    def __init__(self, book: Book, sheet: Worksheet, title: str, widths: Sequence[float]) -> None:
        self._book, self._sheet = book, sheet
        self._kinds: tuple[str, ...] = ()
        self._widths = tuple(widths)
        self._row = 0
        self._breaks: list[int] = []
        for i, width in enumerate(self._widths):
            sheet.set_column(i, i, width)
        if book.meta.is_demo:
            self._line(book.words("demo", "banner"), "banner", 22)
        self._line(title, "title", 26)
        self._print_setup()

    def columns(self, columns: Sequence[Column]) -> None:
        """Set the kinds of the rows that follow, without a heading row."""
        self._kinds = tuple(column.kind for column in columns)

    def headings(self, columns: Sequence[Column], *, freeze: int | None = None) -> None:
        """Write a heading row; with ``freeze``, keep it and so many columns in sight.

        A frozen heading is repeated on every printed page.
        """
        self.columns(columns)
        lines = max(_lines(column.heading, column.width) for column in columns)
        self._sheet.set_row(self._row, lines * _LINE + 3)
        for i, column in enumerate(columns):
            self._write(i, column.heading, self._book.format("heading"))
        self._row += 1
        if freeze is not None:
            self._sheet.freeze_panes(self._row, freeze)
            self._sheet.repeat_rows(0, self._row - 1)

    def row(self, values: Sequence[object], look: Look = Look.PLAIN) -> None:
        """Write one row: numbers as numbers, texts as texts, missing values blank."""
        lines = 1
        for i, (value, kind) in enumerate(zip(values, self._kinds, strict=True)):
            text = isinstance(value, str)
            # a word in a column of numbers, such as 未估算, stands in the middle
            style = "center" if text and kind != "text" else kind
            self._write(i, value, self._book.format(style, look))
            if kind == "text" and text:
                lines = max(lines, _lines(str(value), self._widths[i]))
        if lines > 1:
            self._sheet.set_row(self._row, lines * _LINE)
        self._row += 1

    def section(self, text: str) -> None:
        """Write a heading over the whole width, after a blank row."""
        self._row += 1
        self._line(text, "section", 20)

    def note(self, text: str, look: Look = Look.PLAIN) -> None:
        """Write a sentence over the whole width, as high as it needs."""
        self._line(text, "note", _lines(text, sum(self._widths)) * _LINE, look)

    def break_page(self) -> None:
        """Begin a new printed page here."""
        self._breaks.append(self._row)
        self._sheet.set_h_pagebreaks(self._breaks)

    def _line(self, text: str, part: str, height: float, look: Look = Look.PLAIN) -> None:
        """Write one merged row."""
        style = self._book.format(part, look)
        last = len(self._widths) - 1
        self._sheet.set_row(self._row, height)
        if last > 0:
            self._sheet.merge_range(self._row, 0, self._row, last, "", style)
        self._write(0, text, style)
        self._row += 1

    def _write(self, column: int, value: object, style: Format) -> None:
        """Write one cell; a text is written as a text whatever it begins with."""
        if is_missing(value):
            self._sheet.write_blank(self._row, column, None, style)
        elif isinstance(value, str):
            self._sheet.write_string(self._row, column, clean_text(value), style)
        else:
            self._sheet.write_number(self._row, column, float(value), style)  # type: ignore[arg-type]

    def _print_setup(self) -> None:
        """Set A4 landscape, one page wide, and the footer with the run."""
        sheet, words, meta = self._sheet, self._book.words, self._book.meta
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.repeat_rows(0, self._row - 1)
        sheet.hide_gridlines(2)
        # a blank after each font size, or the digits that follow would belong to it
        status = words.label("status", meta.status)
        page = words("footer", "page")
        sheet.set_footer(f"&L&7 {meta.run_id}&C&9 {page}&R&9 {status}")


class Book:
    """The workbook while it is written: what every sheet may read, and new sheets."""

    def __init__(
        self,
        workbook: Workbook,
        *,
        tables: Mapping[str, pd.DataFrame],
        meta: Meta,
        words: Words,
    ) -> None:
        self.tables, self.meta, self.words = tables, meta, words
        self._workbook = workbook
        self._formats: dict[tuple[str, Look], Format] = {}

    @property
    def run_column(self) -> Column:
        """The last column of every table."""
        return Column(heading=self.words("heading", "run_id"), width=9.5, kind="center")

    @property
    def run(self) -> str:
        """The cell of that column; the whole id stands in the footer."""
        return self.meta.run_id[:_SHORT_ID]

    def page(self, name: str, title: str, widths: Sequence[float]) -> Page:
        """Add a sheet with a title over columns of these widths (characters)."""
        name = name.translate(_FORBIDDEN)
        if len(name) > _SHEET_NAME:  # a level of a region may have a long name
            name = name[: _SHEET_NAME - 1].rstrip(" ,") + "…"
        return Page(self, self._workbook.add_worksheet(name), title, widths)

    def zone(self, code: object, name_zh: object) -> str:
        """Return the name of a zone in the language of the workbook."""
        if self.words.lang == "zh":
            return str(name_zh)
        return self.meta.zone_names_en.get(str(code), str(name_zh))

    def zone_names(self) -> dict[str, str]:
        """Return the name of every zone of the tables by its code."""
        rows = self.tables["stocks"][["zone_code", "zone_name"]].drop_duplicates()
        return {str(c): self.zone(c, name) for c, name in rows.itertuples(index=False)}

    def format(self, part: str, look: Look = Look.PLAIN) -> Format:
        """Return the cell format of a kind of cell in a kind of row."""
        key = (part, look)
        if key not in self._formats:
            base = {"font_name": _FONTS[self.words.lang], "font_size": 10, "valign": "vcenter"}
            if part in _KINDS:
                base |= {"border": 1, "border_color": "#BFBFBF", **_KINDS[part]}
            else:
                base |= _PARTS[part]
            self._formats[key] = self._workbook.add_format({**base, **_LOOKS[look]})
        return self._formats[key]


def _lines(text: str, width: float) -> int:
    """Return how many lines a text takes in a column of so many characters."""
    usable = width * 0.95  # the cell keeps a margin on both sides
    lengths = [
        sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in line)
        for line in text.split("\n")
    ]
    return sum(max(1, math.ceil(length / usable)) for length in lengths)
