"""Tables of parks as people send them, made in the test."""

import openpyxl

from parks.intake import import_parks
from rasters.findings import Severity

HEADINGS = ("园区名称", "园区类型", "状态")
PARK = ("甲园区", "零碳", "实测")


def workbook(path, *rows, sheet="数据"):
    """Write rows to one sheet; a cell may be a value, or a value with its number format."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row, cells in enumerate(rows, 1):
        for column, cell in enumerate(cells, 1):
            value, number_format = cell if isinstance(cell, tuple) else (cell, None)
            if value is not None:
                written = page.cell(row, column, value)
                written.number_format = number_format or written.number_format
    book.save(path)
    return path


def one_cell(path, heading, value, number_format=None):
    """Import a park with one cell of data, D2, under a heading."""
    rows = ((*HEADINGS, heading), (*PARK, (value, number_format)))
    return import_parks(workbook(path, *rows))


def named(findings, *severities):
    """Return code and place of findings, the made id of a park left out."""
    kept = severities or tuple(Severity)
    return [
        (f.code.removeprefix("parks-"), f.where)
        for f in findings
        if f.severity in kept and f.code != "parks-id-made"
    ]


def codes(findings):
    """Return the codes of findings, the made id of a park left out."""
    return [code for code, _ in named(findings)]
