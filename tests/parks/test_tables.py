"""Strict tables: what is read, what is refused, and that writing reads back."""

import tomllib
from decimal import Decimal
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parks.assets import Stage
from parks.tables import Row, plain, read_rows, write_rows
from sinks.export.cells import clean_text

COLUMNS = ("name", "value")


def table(tmp_path, text, *, encoding="utf-8"):
    path = tmp_path / "own.csv"
    path.write_bytes(text.encode(encoding))
    return path


def codes(path, optional=()):
    return [
        (f.code, f.value, f.where) for f in read_rows(path, required=COLUMNS, optional=optional)[1]
    ]


def test_a_table_reads_with_a_byte_order_mark_blank_lines_and_spaces(tmp_path):
    path = table(tmp_path, "name, value \n\n 甲 , 1.50 \n", encoding="utf-8-sig")
    (row,), findings = read_rows(path, required=COLUMNS, optional=())
    assert findings == []
    assert (row.text("name"), row.number("value"), row.where) == (
        "甲",
        Decimal("1.50"),
        "own, row 3",
    )
    assert row.faults == []


def test_a_table_without_rows_is_no_fault(tmp_path):
    assert read_rows(table(tmp_path, "name,value\n"), required=COLUMNS, optional=()) == ([], [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name\n", [("table-column-missing", "value", "own")]),
        ("name,value,x\n", [("table-column-unknown", "x", "own")]),
        ("name,value,value\n", [("table-column-repeated", "value", "own")]),
        ("name,value\na\n", [("table-row-length", "1", "own, row 2")]),
        ('name,value\n"a"b,1\n', [("table-quotes", "',' expected after '\"'", "own, row 2")]),
    ],
)
def test_each_fault_of_a_file_has_its_code_and_place(tmp_path, text, expected):
    assert codes(table(tmp_path, text)) == expected


def test_a_file_that_is_not_there_or_in_another_encoding_is_named(tmp_path):
    assert codes(tmp_path / "none.csv")[0][0] == "parks-file-unreadable"
    path = table(tmp_path, "name,value\n内蒙古,1\n", encoding="gb18030")
    assert codes(path) == [("parks-csv-encoding", "gb18030", "own")]
    assert read_rows(path, required=["name", "value"], optional=[])[0][0].text("name") == "内蒙古"


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("parks.tables._LARGEST", 5)
    assert codes(table(tmp_path, "name,value\n"))[0][:2] == ("parks-file-large", "11")


@pytest.mark.parametrize("text", ["1,000", "１２", "nan", "inf", "40%", "1e", "-", "1_0", "٣"])
def test_what_is_no_plain_number_is_a_finding_and_no_guess(text):
    row = Row(table="own", line=4, cells={"value": text})
    assert row.number("value") is None
    assert [(f.code, f.value, f.where) for f in row.faults] == [
        ("table-number", text, "own, row 4")
    ]


def test_blank_cells_years_and_words_are_told_apart():
    row = Row(table="own", line=2, cells={"year": "23", "stage": "登记", "word": "x"})
    assert row.number("value") is None
    assert row.needed("name") == ""
    assert row.year("year") is None
    assert row.member("stage", Stage, also={"登记": Stage.REGISTRATION}) is Stage.REGISTRATION
    assert row.member("word", Stage) is None
    assert row.member("nothing", Stage) is None
    assert [f.code for f in row.faults] == ["table-blank", "table-year", "table-word"]


texts = st.text(st.characters(exclude_categories=("Cs", "Cc")))
numbers = st.decimals(allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(texts, numbers), max_size=5))
def test_what_is_written_reads_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("t") / "own.csv"
    write_rows(path, COLUMNS, [{"name": name, "value": value} for name, value in rows])
    lines, findings = read_rows(path, required=COLUMNS, optional=())
    assert findings == []
    assert [(line.text("name"), line.number("value")) for line in lines] == [
        (clean_text(name).strip(), value) for name, value in rows
    ]


def test_a_text_that_would_run_is_guarded_and_read_back(tmp_path):
    path = tmp_path / "own.csv"
    write_rows(path, COLUMNS, [{"name": "=1+1", "value": Decimal("-0.50")}])
    assert path.read_text(encoding="utf-8") == "name,value\n'=1+1,-0.5\n"
    (row,), _ = read_rows(path, required=COLUMNS, optional=())
    assert (row.text("name"), row.number("value")) == ("=1+1", Decimal("-0.5"))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=12))
def test_plain_keeps_every_digit(value):
    assert Decimal(plain(value)) == value


def test_no_finding_of_the_package_is_defined_twice():
    seen = {}
    for path in files("parks").iterdir():
        if path.name.startswith("findings") and path.name.endswith(".toml"):
            for code, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
                assert code not in seen, f"{code} in {path.name} and {seen[code]}"
                assert set(entry) == {"severity", "what_en", "what_zh", "mend_en", "mend_zh"}
                seen[code] = path.name


def test_a_line_break_in_a_cell_does_not_end_the_row(tmp_path):
    path = tmp_path / "own.csv"
    write_rows(path, COLUMNS, [{"name": "a\rb\r\nc", "value": None}])
    (row,), findings = read_rows(path, required=COLUMNS, optional=())
    assert (row.text("name"), row.number("value"), findings) == ("a\nb\nc", None, [])
