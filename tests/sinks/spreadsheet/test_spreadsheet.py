"""Forms as workbooks: opened with care, read by heading and cell, written for people."""

import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinks.spreadsheet import (
    Cell,
    CellKind,
    Column,
    Form,
    Kind,
    read_form,
    read_sheets,
    write_template,
)
from sinks.spreadsheet.values import number_of

FORM = Form(
    sheet="数据",
    columns=(
        Column(id="name", heading="名称", note="n", required=True),
        Column(id="year", heading="年份", note="n", kind=Kind.YEAR),
        Column(id="amount", heading="数量", note="n", kind=Kind.NUMBER, unit="吨",
               units={"万吨": Decimal(10_000)}),
        Column(id="share", heading="占比", note="n", kind=Kind.NUMBER, unit="%"),
        Column(id="state", heading="状态", note="n", kind=Kind.CHOICE,
               choices={"计入": "counted", "拟新上": "proposed"}),
    ),
    example={"name": "示例一", "amount": 5},
)  # fmt: skip
HEADINGS = ["名称", "年份", "数量（吨）", "占比（%）", "状态"]


def book_of(path, *rows, headings=HEADINGS, sheet="数据"):
    """Write a workbook of one sheet; a cell may be a function that fills it in."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for number, row in enumerate([headings, *rows], start=1):
        for column, value in enumerate(row, start=1):
            cell = page.cell(number, column)
            if callable(value):
                value(cell)
            elif value is not None:
                cell.value = value
    book.save(path)
    return path


def rows_of(path):
    sheets, faults = read_sheets(path)
    rows, found = read_form(sheets, FORM, file=path.name)
    return rows, [*faults, *found]


def told(row):
    return {(f.code, f.where) for f in row.faults}


def codes(found):
    return {f.code for f in found}


def test_a_row_is_read_in_the_units_of_the_form(tmp_path):
    path = book_of(
        tmp_path / "a.xlsx",
        ["甲", 2021, 1.5, 12, "计入"],
        headings=["状态", "名称", "年份", "数量(万吨)", "占比（％）"],
    )
    path = book_of(
        tmp_path / "b.xlsx",
        ["计入", "甲", "2021年", 1.5, "１２"],
        headings=["状态", " 名 称 ", "年份", "数量(万吨)", "占比（％）"],
    )
    (row,), found = rows_of(path)
    assert (found, row.faults) == ([], [])
    assert (row.text("name"), row.year("year"), row.choice("state")) == ("甲", 2021, "counted")
    assert (row.number_in_unit("amount"), row.number_in_unit("share")) == (15_000, 12)
    assert row.faults == []


def test_blank_cells_and_marks_are_missing_and_never_zero(tmp_path):
    path = book_of(tmp_path / "a.xlsx", ["甲", None, "——", None, "无"], [None, 2021, 0, None, None])
    (first, second), _ = rows_of(path)
    assert [first.year("year"), first.number_in_unit("amount"), first.choice("state")] == [None] * 3
    assert told(first) == {("sheet-cell-missing", "数据!C2"), ("sheet-cell-missing", "数据!E2")}
    assert (second.number_in_unit("amount"), second.text("name")) == (0, "")
    assert told(second) == {("sheet-cell-blank", "数据!A3")}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("12万", "sheet-cell-number"),
        ("1,20", "sheet-cell-number"),
        ("约5", "sheet-cell-number"),
        (-3, "sheet-cell-negative"),
        (True, "sheet-cell-kind"),
        (date(2024, 1, 2), "sheet-cell-kind"),
        ("=1+1", "sheet-cell-uncomputed"),
        ("#DIV/0!", "sheet-cell-error"),
    ],
)
def test_what_is_no_number_is_refused_with_its_cell(tmp_path, value, code):
    (row,), _ = rows_of(book_of(tmp_path / "a.xlsx", ["甲", None, value]))
    assert row.number_in_unit("amount") is None
    assert told(row) == {(code, "数据!C2")}


@pytest.mark.parametrize(
    ("value", "read"), [("1,200", 1200), ("１２．５", Decimal("12.5")), ("7", 7)]
)
def test_a_number_that_is_a_text_is_read(tmp_path, value, read):
    (row,), _ = rows_of(book_of(tmp_path / "a.xlsx", ["甲", None, value]))
    assert row.number_in_unit("amount") == read


def formatted(value, number_format):
    """Return a filler of a cell with a number format."""

    def fill(cell):
        cell.value, cell.number_format = value, number_format

    return fill


def test_a_percent_format_counts_under_a_heading_in_percent_only(tmp_path):
    path = book_of(
        tmp_path / "a.xlsx", ["甲", None, formatted(0.5, "0%"), formatted(0.175, "0.0%")]
    )
    (row,), _ = rows_of(path)
    assert row.number_in_unit("share") == Decimal("17.5")
    assert row.number_in_unit("amount") is None
    assert told(row) == {("sheet-cell-number", "数据!C2")}


def test_a_format_that_shows_another_number_is_told(tmp_path):
    (row,), _ = rows_of(book_of(tmp_path / "a.xlsx", ["甲", None, formatted(42_000, '0!.0,"万"')]))
    assert row.number_in_unit("amount") == 42_000
    assert told(row) == {("sheet-cell-format", "数据!C2")}


def test_the_stored_result_of_a_formula_is_told():
    cell = Cell(value=5, kind=CellKind.NUMBER, where="数据!C2", formula=True)
    faults = []
    assert number_of(cell, FORM.column("amount"), faults) == 5
    assert codes(faults) == {"sheet-cell-formula"}


@pytest.mark.parametrize("value", ["二零二一", 21, 1899, 2101, 2021.5])
def test_what_is_no_year_is_refused(tmp_path, value):
    (row,), _ = rows_of(book_of(tmp_path / "a.xlsx", ["甲", value]))
    assert row.year("year") is None
    assert told(row) == {("sheet-cell-year", "数据!B2")}


def test_a_choice_outside_of_the_set_names_the_set(tmp_path):
    (row,), _ = rows_of(book_of(tmp_path / "a.xlsx", ["甲", None, None, None, "在建"]))
    assert row.choice("state") is None
    assert [(f.code, f.where, "计入" in f.what("zh")) for f in row.faults] == [
        ("sheet-cell-choice", "数据!E2", True)
    ]


def test_headings_are_missing_repeated_unknown_or_of_an_unknown_unit(tmp_path):
    path = book_of(tmp_path / "a.xlsx", headings=["名称", "名称", "备注", "数量（斤）", "占比"])
    rows, found = rows_of(path)
    assert rows == []
    assert {(f.code, f.where) for f in found} == {
        ("sheet-column-repeated", "数据!B1"),
        ("sheet-column-unknown", "数据!C1"),
        ("sheet-unit", "数据!D1"),
        ("sheet-unit", "数据!E1"),
        ("sheet-column-missing", "数据!1:1"),
    }


def test_a_sheet_that_is_missing_is_named(tmp_path):
    _, found = rows_of(book_of(tmp_path / "a.xlsx", sheet="别的"))
    assert [(f.code, f.value) for f in found] == [("sheet-missing", "数据")]


def test_examples_and_rows_beside_the_form_are_left_out_and_hidden_ones_are_told(tmp_path):
    path = book_of(tmp_path / "a.xlsx", ["示例：甲", 2021], [None] * 7 + ["注"], ["乙"], ["丙"])
    book = openpyxl.load_workbook(path)
    book["数据"].row_dimensions[4].hidden = True
    book.save(path)
    rows, _ = rows_of(path)
    assert [row.text("name") for row in rows] == ["乙", "丙"]
    assert told(rows[0]) == {("sheet-row-hidden", "数据!4:4")}


def test_a_file_that_is_no_workbook_is_refused_by_its_content(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"name,year\n")
    (tmp_path / "old.xlsx").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
    assert codes(read_sheets(tmp_path / "a.xlsx")[1]) == {"sheet-file-unreadable"}
    assert codes(read_sheets(tmp_path / "none.xlsx")[1]) == {"sheet-file-unreadable"}
    assert codes(read_sheets(tmp_path / "old.xlsx")[1]) == {"sheet-file-old"}


def test_macros_and_a_zip_that_unpacks_to_too_much_are_refused(tmp_path):
    for name, part, content in (
        ("macros", "xl/vbaProject.bin", b"x"),
        ("bomb", "xl/media/a.bin", bytes(61_000_000)),
    ):
        path = book_of(tmp_path / f"{name}.xlsx", ["甲"])
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(part, content)
    assert codes(read_sheets(tmp_path / "macros.xlsx")[1]) == {"sheet-file-macros"}
    assert codes(read_sheets(tmp_path / "bomb.xlsx")[1]) == {"sheet-file-large"}


def test_a_cell_far_away_refuses_its_sheet(tmp_path):
    path = book_of(tmp_path / "a.xlsx", ["甲"])
    book = openpyxl.load_workbook(path)
    book["数据"]["ZZ30000"] = "x"
    book.save(path)
    sheets, found = read_sheets(path)
    assert sheets == []
    assert [(f.code, f.where) for f in found] == [("sheet-grid-large", "数据!ZZ30000")]


def test_the_template_reads_back_with_nothing_but_its_example(tmp_path):
    path = tmp_path / "t.xlsx"
    write_template(path, [FORM], title="模板", lines=["一、填数。"])
    rows, found = rows_of(path)
    assert (rows, found) == ([], [])
    book = openpyxl.load_workbook(path)
    page = book["数据"]
    assert [cell.value for cell in page[1]] == HEADINGS
    rules = {str(rule.sqref): rule for rule in page.data_validations.dataValidation}
    assert rules["E2:E501"].formula1 == "选项!$A$1:$A$2"
    assert "必填" in rules["A2:A501"].prompt
    assert book["选项"].sheet_state == "hidden"
    guide = {cell.value for row in book["填表说明"].iter_rows() for cell in row}
    assert {"模板", "一、填数。", "数量（吨）"} <= guide


@given(st.decimals(0, 10**9, places=4, allow_nan=False, allow_infinity=False))
def test_a_number_as_text_comes_back_exactly(number):
    cell = Cell(value=f"{number:f}", kind=CellKind.TEXT, where="x!A1")
    assert number_of(cell, FORM.column("amount"), []) == number
