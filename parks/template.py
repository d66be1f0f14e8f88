"""The import template: a workbook that a park fills in, and that reads back without questions.

Headings carry their units, closed sets are drop-downs, percentages are cells in percent, and a
hidden row of ids keeps columns known when they are moved or reworded. The same workbook, filled
in, is the registry as Excel. The same registry gives the same bytes.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from sinks.categories import Confidence
from sinks.regions import load_region

from .columns import ID_MARK, REGION_MARK
from .errors import RegistryError
from .park import FactStatus, ParkKind
from .template_rows import (
    NONE,
    YES,
    fact_columns,
    fact_rows,
    level_headings,
    park_columns,
    park_rows,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from sinks.regions import Region

    from .park import Park
    from .template_rows import Cells, TemplateColumn

__all__ = ["write_book", "write_template"]

_IDS, _HEADINGS, _FIRST = 0, 1, 2  # rows of a sheet, from 0
_SPARE_ROWS = 200  # blank rows with drop-downs
_LONGEST_CELL = 32_767  # characters of an Excel cell
_LONGEST_TITLE = 32  # characters of the title of an input message
_DATUMS = ("WGS84", "CGCS2000", "GCJ-02")
_BOX = {"longitude": (73, 136), "latitude": (3, 54)}  # box of China, degrees
# The date is a property of the file format, not of the result; zip archives begin in 1980.
_CREATED = datetime(1980, 1, 1)  # noqa: DTZ001


def write_template(path: str | Path, *, region: str | Region) -> Path:
    """Write the empty template of a region.

    Parameters
    ----------
    path
        The .xlsx file to write.
    region
        Packaged region, by id or loaded: its levels head the columns of zones, and its zones
        are the choices there.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    RegistryError
        If the suffix is not .xlsx.
    RefusedError
        If the region is unknown.

    """
    target = Path(path)
    if target.suffix.lower() != ".xlsx":
        raise RegistryError(f"the template is an .xlsx workbook, not {target.name}")
    loaded = load_region(region) if isinstance(region, str) else region
    write_book(target, parks=None, region=loaded)
    return target


def write_book(path: Path, *, parks: Sequence[Park] | None, region: Region | None) -> None:
    """Write the template filled with parks, or, with None, with one example row a sheet.

    Raises
    ------
    RegistryError
        If a polygon or text is too long for a cell.

    """
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as workbook:
        workbook.set_properties({"created": _CREATED, "author": "tanhui"})
        book = _Book(workbook=workbook, formats=_formats(workbook), region=region)
        _write_guide(book)
        names = _words()["sheets"]
        sheets = [workbook.add_worksheet(names[key]) for key in ("parks", "facts")]
        choices = _write_choices(book)
        example = _words()["example"]
        tables = (
            (park_columns(region), example["parks"] if parks is None else park_rows(parks, region)),
            (fact_columns(), example["facts"] if parks is None else fact_rows(parks)),
        )
        for sheet, (columns, rows) in zip(sheets, tables, strict=True):
            _write_sheet(sheet, book, columns, rows, choices, example=parks is None)
        sheets[0].activate()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """What every sheet needs."""

    workbook: xlsxwriter.Workbook
    formats: Mapping[str, Format]
    region: Region | None


@cache
def _words() -> dict[str, Any]:
    """Return the words of the template."""
    path = files(__package__).joinpath("data", "template.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _formats(workbook: xlsxwriter.Workbook) -> dict[str, Format]:
    """Return the formats of cells by what they are for."""
    heading = {"bold": True, "bg_color": "#DDEBE3", "border": 1, "text_wrap": True, "valign": "top"}
    grey = {"italic": True, "font_color": "#7F7F7F"}
    percent = {"num_format": "0.0###########%"}
    return {
        "title": workbook.add_format({"bold": True, "font_size": 14}),
        "heading": workbook.add_format(heading),
        "wrap": workbook.add_format({"text_wrap": True, "valign": "top"}),
        "text": workbook.add_format({"num_format": "@"}),
        "percent": workbook.add_format(percent),
        "number": workbook.add_format(),
        "example_text": workbook.add_format(grey),
        "example_percent": workbook.add_format({**grey, **percent}),
        "example_number": workbook.add_format(grey),
    }


def _write_guide(book: _Book) -> None:
    """Write the sheet of instructions, with a line per column."""
    words = _words()
    sheet = book.workbook.add_worksheet(words["sheets"]["guide"])
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 90)
    region = book.region.name_zh if book.region is not None else ""
    sheet.write_string(0, 0, words["guide"]["title"].format(region=region), book.formats["title"])
    row = 2
    for line in words["guide"]["lines"]:
        sheet.merge_range(row, 0, row, 1, line, book.formats["wrap"])
        row += 1
    for key, columns in (("parks", park_columns(book.region)), ("facts", fact_columns())):
        row += 1
        for place, text in enumerate((words["sheets"][key], words["guide"]["note"])):
            sheet.write_string(row, place, text, book.formats["heading"])
        for column in columns:
            row += 1
            sheet.write_string(row, 0, column.heading, book.formats["wrap"])
            sheet.write_string(row, 1, column.note, book.formats["wrap"])
        row += 1


def _write_choices(book: _Book) -> dict[str, str]:
    """Write the hidden sheet of choices; return the range of each column's choices."""
    name = _words()["sheets"]["lists"]
    sheet = book.workbook.add_worksheet(name)
    confidences = [c.label("zh") for c in Confidence if c is not Confidence.MISSING]
    choices: dict[str, Sequence[str]] = {
        "kind": [kind.label("zh") for kind in ParkKind],
        "status": [status.label("zh") for status in FactStatus],
        "confidence": confidences,
        "location_confidence": confidences,
        "datum": _DATUMS,
        **_zone_choices(book.region),
    }
    ranges = {}
    for place, (key, texts) in enumerate(choices.items()):
        for row, text in enumerate(texts):
            sheet.write_string(row, place, text)
        letters = xl_col_to_name(place)
        ranges[key] = f"={name}!${letters}$1:${letters}${len(texts)}"
    sheet.hide()
    return ranges


def _zone_choices(region: Region | None) -> dict[str, list[str]]:
    """Return the names of the zones of each level, in the order of their codes."""
    if region is None:
        return {}
    zones = region.zones
    return {
        key: zones.loc[zones["level"] == level.id, "name_zh"].tolist()
        for level, key in zip(region.levels[1:], level_headings(region), strict=False)
    }


def _write_sheet(
    sheet: Worksheet,
    book: _Book,
    columns: Sequence[TemplateColumn],
    rows: Sequence[Cells],
    choices: Mapping[str, str],
    *,
    example: bool,
) -> None:
    """Write ids, headings and rows, and put the choices on the rows that are to be filled in."""
    last = _FIRST + len(rows) + _SPARE_ROWS - 1
    for place, column in enumerate(columns):
        kind = _kind(column)
        sheet.set_column(place, place, column.width, book.formats[kind])
        sheet.write_string(_IDS, place, f"{ID_MARK}{column.id}")
        sheet.write_string(_HEADINGS, place, column.heading, book.formats["heading"])
        rule = _rule(column, place, choices)
        message = {"input_title": column.heading[:_LONGEST_TITLE], "input_message": column.note}
        sheet.data_validation(_FIRST, place, last, place, {**rule, **message})
        shown = book.formats[f"example_{kind}" if example else kind]
        for order, row in enumerate(rows):
            if column.id in row:
                _write_cell(sheet, _FIRST + order, place, row[column.id], shown)
    if book.region is not None:
        sheet.write_string(_IDS, len(columns), f"{REGION_MARK}{book.region.id}")
    sheet.set_row(_IDS, None, None, {"hidden": True})
    sheet.freeze_panes(_FIRST, 2)


def _kind(column: TemplateColumn) -> str:
    """Return the kind of format of a column."""
    if column.id in _BOX:
        return "number"
    if column.parameter is None or column.parameter.is_event:
        return "text"
    return "percent" if column.parameter.is_share else "number"


def _rule(column: TemplateColumn, place: int, choices: Mapping[str, str]) -> dict[str, Any]:
    """Return what a spreadsheet lets into a column; ``无`` is always let in for a quantity."""
    if column.id in choices:
        return {"validate": "list", "source": choices[column.id]}
    if column.id in _BOX:
        low, high = _BOX[column.id]
        return {"validate": "decimal", "criteria": "between", "minimum": low, "maximum": high}
    if column.parameter is None:
        return {"validate": "any"}
    if column.parameter.is_event:
        return {"validate": "list", "source": [YES, NONE]}
    cell = xl_rowcol_to_cell(_FIRST, place)
    bound = f",{cell}<=1" if column.parameter.is_share else ""
    formula = f'=OR({cell}="{NONE}",AND(ISNUMBER({cell}),{cell}>=0{bound}))'
    return {"validate": "custom", "value": formula}


def _write_cell(
    sheet: Worksheet, row: int, place: int, content: str | float, shown: Format
) -> None:
    """Write a number or a text, never a formula."""
    if isinstance(content, str):
        if len(content) > _LONGEST_CELL:
            raise RegistryError(
                f"a text of {len(content)} characters does not fit into an Excel cell; write "
                ".gpkg or .geojson"
            )
        sheet.write_string(row, place, content, shown)
    else:
        sheet.write_number(row, place, content, shown)
