"""Integers of millionths and floats become the decimals that are written."""

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinks.accounts.numbers import bounds, decimals, divide_half_even


@given(st.integers(-(10**18), 10**18))
def test_millionths_are_written_exactly(micro):
    (written,) = decimals(pd.Series([micro]))
    assert written * 10**6 == micro
    assert written.as_tuple().exponent == -6


def test_missing_figures_stay_missing():
    assert decimals(pd.Series([None, pd.NA, float("nan")], dtype=object)).isna().all()
    assert bounds(pd.Series([float("nan"), None])).isna().all()


def test_the_index_is_kept():
    assert list(decimals(pd.Series([1], index=[7])).index) == [7]


def test_a_bound_is_rounded_to_a_millionth_from_its_shortest_text():
    """0.1 + 0.2 is 0.30000000000000004; its decimal expansion has 54 digits."""
    assert bounds(pd.Series([0.1 + 0.2, -1.5, 2e-7])).tolist() == [
        Decimal("0.300000"),
        Decimal("-1.500000"),
        Decimal("0.000000"),
    ]


@pytest.mark.parametrize(
    ("top", "bottom", "wanted"), [(5, 2, 2), (7, 2, 4), (-5, 2, -2), (1, 3, 0)]
)
def test_division_rounds_half_to_even(top, bottom, wanted):
    assert divide_half_even(top, bottom) == wanted
