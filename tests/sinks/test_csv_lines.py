"""Reading a user's CSV: the lines as text, and every way in which a file cannot be read."""

from __future__ import annotations

import pytest

from sinks.csv_lines import number, read_lines


def read(folder, content, *, required=("a", "b"), optional=("c",)):
    path = folder / "given.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    lines, found = read_lines(path, required=required, optional=optional)
    return lines, [(f.code, f.value, f.where) for f in found]


def test_cells_are_text_by_column_with_their_line(tmp_path):
    lines, found = read(tmp_path, '\ufeffb,a\n 1 ,"x, y"\n\n,\n2,z\n')
    assert not found
    assert [line.cells for line in lines] == [
        {"a": "x, y", "b": "1", "c": ""},
        {"a": "z", "b": "2", "c": ""},
    ]
    assert [line.where for line in lines] == ["given.csv, row 2", "given.csv, row 5"]


def test_any_column_may_be_allowed(tmp_path):
    lines, found = read(tmp_path, "a,b,z\n1,2,3\n", optional=None)
    assert not found
    assert lines[0].cells["z"] == "3"


@pytest.mark.parametrize(
    ("content", "code", "value"),
    [
        ("a\n1\n", "csv-column-missing", "b"),
        ("a,b,d\n1,2,3\n", "csv-column-unknown", "d"),
        ("a,b,b\n1,2,3\n", "csv-column-repeated", "b"),
        ("a,b\n1\n", "csv-row-length", "1"),
        ("a,b\n", "csv-empty", "given.csv"),
        ('a,b\n1,"2\n', "csv-quotes", "unexpected end of data"),
        ("a,b\n样,1\n".encode("gb18030"), "csv-encoding", "byte 4"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, content, code, value):
    _, found = read(tmp_path, content)
    assert (code, value) in [(c, v) for c, v, _ in found]


def test_a_file_that_is_not_there_is_named(tmp_path):
    lines, found = read_lines(tmp_path / "none.csv", required=("a",), optional=())
    assert (lines, [f.code for f in found]) == ([], ["csv-unreadable"])


def test_a_file_of_more_than_20_million_bytes_is_refused_unread(tmp_path):
    path = tmp_path / "large.csv"
    with path.open("wb") as stream:
        stream.truncate(20_000_001)
    lines, found = read_lines(path, required=("a",), optional=())
    assert (lines, [f.code for f in found]) == ([], ["csv-large"])


@pytest.mark.parametrize("text", ["", "1,250", "12 t", "nan", "inf", "1e999", "１２"])
def test_what_is_no_plain_number_is_none(text):
    assert number(text) is None
    assert number("-1.5e2") == -150
