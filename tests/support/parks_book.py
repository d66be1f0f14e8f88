"""A workbook with only the parks in it, and what stands beside it."""

import openpyxl
import pandas as pd
import xlsxwriter

from sinks.export.meta import LevelName, Meta, Text
from sinks.export.page import Book
from sinks.export.words import Words

META = Meta(
    region=Text(zh="示范区", en="Example"),
    levels=(LevelName(id="league", name=Text(zh="盟市", en="league")),),
    years=(2023,),
    status="trial",
    run_id="0123456789abcdef",
    version="0",
    methods={},
    products=(),
    coefficient_tables=(),
    inputs=(),
    legend=(),
    zone_names_en={"150600": "Ordos"},
)
STOCKS = pd.DataFrame({"zone_code": ["150600"], "zone_name": ["鄂尔多斯市"]})


def book_of(path, sheet, lang="zh"):
    """Write one sheet and return the workbook as openpyxl reads it."""
    with xlsxwriter.Workbook(path) as workbook:
        sheet.write(Book(workbook, tables={"stocks": STOCKS}, meta=META, words=Words(lang=lang)))
        if not workbook.worksheets():
            workbook.add_worksheet("none")
    return openpyxl.load_workbook(path)
