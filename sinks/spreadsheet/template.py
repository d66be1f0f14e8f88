"""The empty workbook of a form: headings with units, drop-downs, notes and an example row.

The same forms give the same bytes.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from .forms import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from .forms import Column, Form

__all__ = ["write_template"]

_GUIDE, _LISTS = "填表说明", "选项"
_HEADINGS, _REQUIRED = ("工作表", "列", "填写要求"), "必填。"
_A4 = 9  # paper number of the file format
_SPARE_ROWS = 500  # blank rows with drop-downs
_LONGEST_TITLE, _LONGEST_MESSAGE = 32, 255  # characters of an input message in Excel
# The date is a property of the file format, not of the result; zip archives begin in 1980.
_CREATED = datetime(1980, 1, 1)  # noqa: DTZ001


def write_template(path: Path, forms: Sequence[Form], *, title: str, lines: Sequence[str]) -> None:
    """Write the workbook that people fill in.

    Parameters
    ----------
    path
        The .xlsx file to write.
    forms
        Its sheets, in order.
    title, lines
        What the sheet of instructions says before it lists the columns.

    """
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as workbook:
        workbook.set_properties({"created": _CREATED, "author": "tanhui"})
        formats = _formats(workbook)
        guide = workbook.add_worksheet(_GUIDE)
        sheets = [workbook.add_worksheet(form.sheet) for form in forms]
        _write_guide(guide, forms, formats, title=title, lines=lines)
        choices = _write_choices(workbook.add_worksheet(_LISTS), forms)
        for sheet, form in zip(sheets, forms, strict=True):
            _write_form(sheet, form, formats, choices)
        sheets[0].activate()


def _formats(workbook: Workbook) -> dict[str, Format]:
    """Return the formats of cells by what they are for."""
    heading = {
        "bold": True, "bg_color": "#DDEBE3", "border": 1, "text_wrap": True, "align": "center",
        "valign": "vcenter",
    }  # fmt: skip
    grey = {"italic": True, "font_color": "#7F7F7F"}
    number = {"num_format": "#,##0.######"}
    return {
        "title": workbook.add_format({"bold": True, "font_size": 14}),
        "heading": workbook.add_format(heading),
        "required": workbook.add_format({**heading, "font_color": "#C00000"}),
        "wrap": workbook.add_format({"text_wrap": True, "valign": "top"}),
        "text": workbook.add_format({"num_format": "@", "text_wrap": True}),
        "number": workbook.add_format(number),
        "year": workbook.add_format({"num_format": "0"}),
        "example_text": workbook.add_format({**grey, "num_format": "@"}),
        "example_number": workbook.add_format({**grey, **number}),
        "example_year": workbook.add_format({**grey, "num_format": "0"}),
    }


def _write_guide(
    sheet: Worksheet,
    forms: Sequence[Form],
    formats: Mapping[str, Format],
    *,
    title: str,
    lines: Sequence[str],
) -> None:
    """Write the instructions, then a line per column."""
    for place, width in enumerate((16, 30, 86)):
        sheet.set_column(place, place, width)
    sheet.write_string(0, 0, title, formats["title"])
    _set_page(sheet)
    row = 2
    for line in lines:
        sheet.merge_range(row, 0, row, 2, line, formats["wrap"])
        sheet.set_row(row, 32)
        row += 1
    row += 1
    for place, heading in enumerate(_HEADINGS):
        sheet.write_string(row, place, heading, formats["heading"])
    for form in forms:
        for column in form.columns:
            row += 1
            for place, text in enumerate((form.sheet, column.titled, _note(column))):
                sheet.write_string(row, place, text, formats["wrap"])


def _note(column: Column) -> str:
    """Return how a column is filled in."""
    return f"{_REQUIRED}{column.note}" if column.required else column.note


def _write_choices(sheet: Worksheet, forms: Sequence[Form]) -> dict[tuple[str, str], str]:
    """Write the hidden sheet of choices; return the range of each column's choices."""
    ranges, place = {}, 0
    for form in forms:
        for column in form.columns:
            if not column.choices:
                continue
            for row, said in enumerate(column.choices):
                sheet.write_string(row, place, said)
            letters = xl_col_to_name(place)
            ranges[form.sheet, column.id] = (
                f"={_LISTS}!${letters}$1:${letters}${len(column.choices)}"
            )
            place += 1
    sheet.hide()
    return ranges


def _write_form(
    sheet: Worksheet,
    form: Form,
    formats: Mapping[str, Format],
    choices: Mapping[tuple[str, str], str],
) -> None:
    """Write headings, the example and the rows there are, and put rules on the rows below."""
    last = len(form.prefilled) + _SPARE_ROWS
    examples = [form.example] if form.example else []
    sheet.set_row(0, 34)
    for place, column in enumerate(form.columns):
        kind = column.kind if column.kind in (Kind.NUMBER, Kind.YEAR) else Kind.TEXT
        sheet.set_column(place, place, column.width, formats[kind])
        look = "required" if column.required else "heading"
        sheet.write_string(0, place, column.titled, formats[look])
        message = {
            "input_title": column.titled[:_LONGEST_TITLE],
            "input_message": _note(column)[:_LONGEST_MESSAGE],
        }
        rule = _rule(column, place, choices.get((form.sheet, column.id)))
        sheet.data_validation(1, place, last, place, {**rule, **message})
        for row, cells in enumerate((*examples, *form.prefilled), start=1):
            if column.id in cells:
                prefix = "example_" if row <= len(examples) else ""
                _write_cell(sheet, row, place, cells[column.id], formats[f"{prefix}{kind}"])
    sheet.freeze_panes(1, 1)
    _set_page(sheet)


def _set_page(sheet: Worksheet) -> None:
    """Set A4 landscape, one page wide, headings on every page."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _rule(column: Column, place: int, choices: str | None) -> dict[str, Any]:
    """Return what a spreadsheet lets into a column; 无 is always let in for a number."""
    if choices is not None:
        return {"validate": "list", "source": choices}
    if column.kind is Kind.YEAR:
        return {"validate": "integer", "criteria": "between", "minimum": 1900, "maximum": 2100}
    if column.kind is Kind.NUMBER:
        cell = xl_rowcol_to_cell(1, place)
        bound = "" if column.negative else f",{cell}>=0"
        return {"validate": "custom", "value": f'=OR({cell}="无",AND(ISNUMBER({cell}){bound}))'}
    return {"validate": "any"}


def _write_cell(
    sheet: Worksheet, row: int, place: int, content: str | float, shown: Format
) -> None:
    """Write a number or a text, never a formula."""
    if isinstance(content, str):
        sheet.write_string(row, place, content, shown)
    else:
        sheet.write_number(row, place, content, shown)
