from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinks.accounts.numbers import decimals, divide_half_even
from sinks.tabulate import Drawn, finest, intervals, micro, roll_up
from sinks.uncertainty import Atom, Joint
from sinks.zone_tree import ZoneTree

TREE = ZoneTree(
    levels=("region", "league"),
    ancestors={
        "region": {"a": "R", "b": "R", "c": "R"},
        "league": {"a": "L1", "b": "L1", "c": "L2"},
    },
    names={"R": "区", "L1": "一", "L2": "二"},
)


def terms(values):
    return pd.DataFrame(
        {"zone_code": list("abc"), "pool": "agb", "atom": 0, "amount": np.asarray(values, float)}
    )


def drawn(n=1000):
    atoms = [Atom(("row",), None)]
    draws = {"row": 1 + np.linspace(-0.1, 0.1, n)}
    return Drawn(central=np.array([1.0]), joint=Joint.of(atoms, factors=draws, areas={}, draws=n))


def test_levels_add_up_as_the_decimals_written_where_rounding_apart_would_not():
    fine = finest(terms([0.4e-6, 0.4e-6, 1.4e-6]), ["pool"], drawn())
    rows = roll_up(fine, ["pool"], ["micro"], TREE).set_index("zone_code")["micro"]
    assert dict(rows) == {"R": 1, "L1": 0, "L2": 1}


@given(st.lists(st.floats(-1e9, 1e9), min_size=3, max_size=3))
def test_every_level_sums_to_the_same_integer(values):
    fine = finest(terms(values), ["pool"], drawn())
    rows = roll_up(fine, ["pool"], ["micro"], TREE)
    sums = rows.groupby("level")["micro"].sum()
    assert sums["region"] == sums["league"] == fine["micro"].sum()


def test_intervals_of_a_region_come_from_its_summed_terms():
    out = intervals(terms([1, 2, 3]), ["pool"], drawn(), TREE).set_index("zone_code")
    assert out.loc["R", "low"] == pytest.approx(6 * 0.905, rel=1e-6)
    assert out.loc["R", "high"] == pytest.approx(6 * 1.095, rel=1e-6)
    assert out.loc["L1", "high"] == pytest.approx(3 * 1.095, rel=1e-6)


def test_a_value_beyond_the_integers_is_refused():
    with pytest.raises(OverflowError, match="does not fit in millionths"):
        micro(np.array([1e15]))


@given(st.integers(-(10**20), 10**20), st.integers(1, 10**12))
def test_exact_division_rounds_half_to_even(numerator, denominator):
    exact = Decimal(numerator) / Decimal(denominator)
    if abs(numerator) < 10**12:
        assert divide_half_even(numerator, denominator) == int(
            exact.to_integral_value(rounding="ROUND_HALF_EVEN")
        )
    assert (
        abs(divide_half_even(numerator, denominator) * denominator - numerator) * 2 <= denominator
    )


def test_decimals_keep_missing_values_missing():
    out = decimals(pd.Series([1_500_000, pd.NA], dtype="Int64"))
    assert out[0] == Decimal("1.5")
    assert out[1] is pd.NA


def test_sums_beyond_the_digits_of_a_float_survive_a_join():
    fine = pd.DataFrame({"zone_code": ["a", "b"], "pool": "agb", "micro": [2**53, 1]})
    rows = roll_up(fine, ["pool"], ["micro"], TREE)
    joined = pd.DataFrame({"zone_code": ["R", "X"]}).merge(rows, how="left", on="zone_code")
    assert decimals(joined["micro"])[0] == Decimal(2**53 + 1).scaleb(-6)
