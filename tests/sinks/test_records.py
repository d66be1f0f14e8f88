from dataclasses import dataclass

import pandas as pd
import pytest

from sinks.records import records


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    year: int
    code: str


def test_rows_keep_their_order_and_python_numbers():
    table = pd.DataFrame({"code": ["b", "a"], "unused": 0, "year": [2023, 2020]})
    found = list(records(table, Pair))
    assert found == [Pair(year=2023, code="b"), Pair(year=2020, code="a")]
    assert type(found[0].year) is int


def test_a_nullable_column_gives_integers():
    table = pd.DataFrame({"code": ["a"], "year": pd.array([2**60 + 1], dtype="Int64")})
    assert next(records(table, Pair)).year == 2**60 + 1


def test_an_empty_table_has_no_records():
    assert list(records(pd.DataFrame(columns=["code", "year"]), Pair)) == []


def test_a_missing_column_is_named():
    with pytest.raises(KeyError, match="year"):
        list(records(pd.DataFrame({"code": ["a"]}), Pair))
