"""The register's workbook, filled in like a person would, by headings."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl

from sinks.credits.forms import write_register_template

LAND = "POLYGON ((120 45, 120.02 45, 120.02 45.01, 120 45.01, 120 45))"
NEXT = "POLYGON ((120.02 45, 120.04 45, 120.04 45.01, 120.02 45.01, 120.02 45))"
PROJECT = {
    "项目编号": "CCER-14-0001", "机制": "CCER", "方法学": "CCER-14-001-V01", "项目名称": "造林",
    "业主": "某林场", "计入期开始": "2021-01-01", "计入期结束": "2040年12月31日",
    "非持久性风险扣减": 10, "依据": "文号 1",
}  # fmt: skip
PARCEL = {"地块编号": "A-1", "项目编号": "CCER-14-0001", "地块范围": LAND, "坐标基准": "CGCS2000"}
REMOVAL = {
    "地块编号": "A-1", "时段开始": "2023", "时段结束": "2023", "自身固碳量": 1200, "来源": "清单",
}  # fmt: skip
ISSUE = {
    "项目编号": "CCER-14-0001", "序列号前缀": "CN-14", "起始序列号": 1, "截止序列号": 945,
    "减排量时段开始": "2023", "减排量时段结束": "2023", "依据": "签发 1",
}  # fmt: skip
EXIT = {
    "机制": "CCER", "序列号前缀": "CN-14", "起始序列号": 1, "截止序列号": 100,
    "转出途径": "全国市场", "买方范围": "区外", "买方": "电厂", "日期": "2025-06-01",
}  # fmt: skip
SINK = {"盟市": "通辽市", "年份": 2023, "碳汇量": 5000, "来源": "清单"}
OFFSET = {"盟市": "通辽市", "年份": 2023, "抵消量": 1000, "来源": "考核"}
WHOLE = {
    "项目": [PROJECT], "地块": [PARCEL], "固碳量": [REMOVAL], "签发": [ISSUE], "转出": [EXIT],
    "碳汇量": [SINK], "抵消": [OFFSET],
}  # fmt: skip


@cache
def empty_book(region):
    """Return the bytes of the empty workbook of a region."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.xlsx"
        write_register_template(path, region=region)
        return path.read_bytes()


def write_book(path, sheets, region="inner_mongolia"):
    """Write the template with rows below the example: row 3 of a sheet is the first."""
    path.write_bytes(empty_book(region))
    book = openpyxl.load_workbook(path)
    for name, rows in sheets.items():
        sheet = book[name]
        columns = {cell.value.split("（")[0]: cell.column for cell in sheet[1]}
        for number, row in enumerate(rows, start=3):
            for heading, value in row.items():
                sheet.cell(number, columns[heading], value)
    book.save(path)
    return path
