import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinks.errors import EstimateError
from sinks.uncertainty import Atoms, Factor, Forms, draw_factor, significant

SEED = 20_231_231


def factor(value=58.4304, low=None, high=None, key="row", **more):
    low = value * 0.7 if low is None else low
    high = value * 1.3 if high is None else high
    return Factor(key=key, value=value, low=low, high=high, **more)


def test_golden_a10_area_normal_times_density_lognormal():
    """METHOD A10: mean 58,414.67, bounds 42,668.39 and 78,144.64, tolerance 0.5 %."""
    atoms = Atoms(factors={"row": factor()}, area_half_width=0.05)
    atoms.number(["row"], ("forest", 2020))
    draws = atoms.draw(seed=SEED, draws=200_000)[0] * 1000
    assert draws.mean() == pytest.approx(58_414.67, rel=0.005)
    low, high = np.quantile(draws, [0.025, 0.975])
    assert low == pytest.approx(42_668.39, rel=0.005)
    assert high == pytest.approx(78_144.64, rel=0.005)


def test_a_symmetric_interval_keeps_its_value_as_the_mean():
    assert draw_factor(factor(), seed=1, draws=200_000).mean() == pytest.approx(58.4304, rel=2e-3)


def test_an_asymmetric_interval_is_hit_by_its_quantiles():
    ratio = draw_factor(factor(0.39, 0.23, 0.96), seed=1, draws=200_000)
    assert np.quantile(ratio, [0.025, 0.5, 0.975]) == pytest.approx([0.23, 0.39, 0.96], rel=0.01)
    assert (ratio > 0).all()


def test_a_wide_symmetric_interval_keeps_its_bounds():
    """The default of 75 %: a lognormal around the mean would give 0.45 and 1.93."""
    drawn = draw_factor(factor(1.0, 0.25, 1.75), seed=1, draws=200_000)
    assert np.quantile(drawn, [0.025, 0.5, 0.975]) == pytest.approx([0.25, 1.0, 1.75], abs=0.01)
    assert (drawn >= 0).all()


def test_a_bound_equal_to_the_value_is_a_stated_zero_error_on_that_side():
    drawn = draw_factor(factor(2.0, 2.0, 3.0), seed=1, draws=5000)
    assert drawn.min() == 2.0
    assert drawn.max() > 2.5


def test_a_zero_with_an_upper_bound_is_never_negative():
    assert draw_factor(factor(0.0, 0.0, 1.0), seed=1, draws=5000).min() == 0.0


def test_equal_keys_are_one_source_so_equal_loss_and_gain_cancel():
    atoms = Atoms(factors={"row": factor()}, area_half_width=0.0)
    number = atoms.number(["row"], None)
    assert atoms.number(["row"], None) == number
    forms = Forms.from_terms(np.array([0, 0]), np.array([0, 0]), np.array([5.0, -5.0]), 1)
    low, high = forms.intervals(atoms.draw(seed=SEED, draws=1000))
    assert (low[0], high[0]) == (0.0, 0.0)


def test_area_errors_of_two_dates_are_independent_also_on_remaining_land():
    atoms = Atoms(factors={"row": factor(10, 10, 10)}, area_half_width=0.10)
    first, second = (atoms.number(["row"], ("forest", year)) for year in (2020, 2023))
    forms = Forms.from_terms(
        np.array([0, 0]), np.array([first, second]), np.array([-100.0, 100.0]), 1
    )
    low, high = forms.intervals(atoms.draw(seed=SEED, draws=100_000))
    assert (high - low)[0] / 2 == pytest.approx(1000 * 0.10 * np.sqrt(2), rel=0.02)


def test_golden_a10_correlation_between_dates_shrinks_the_change():
    """Var = s1^2 + s2^2 - 2 rho s1 s2 with s 10 and 10.3 at rho 0.9: 4.5486."""
    common = {"group": "biomass", "correlation": 0.9}
    scales = {
        "a": factor(1.0, 1 - 0.0001, 1 + 0.0001, key="a", **common),
        "b": factor(1.0, 1 - 0.000103, 1 + 0.000103, key="b", **common),
    }
    difference = draw_factor(scales["b"], seed=3, draws=400_000) - draw_factor(
        scales["a"], seed=3, draws=400_000
    )
    assert difference.std() * 1.96 * 1e5 == pytest.approx(4.5486, rel=0.01)


def test_adding_a_row_leaves_the_draws_of_others_as_they_were():
    few = Atoms(factors={"row": factor()}, area_half_width=0.1)
    few.number(["row"], ("forest", 2020))
    more = Atoms(factors={"row": factor(), "new": factor(3, key="new")}, area_half_width=0.1)
    more.number(["new"], ("desert", 2020))
    more.number(["row"], ("forest", 2020))
    np.testing.assert_array_equal(
        few.draw(seed=SEED, draws=100)[0], more.draw(seed=SEED, draws=100)[1]
    )


@given(scale=st.floats(1e-3, 1e6))
def test_intervals_scale_with_the_amount(scale):
    atoms = Atoms(factors={"row": factor()}, area_half_width=0.1)
    atoms.number(["row"], ("forest", 2020))
    drawn = atoms.draw(seed=1, draws=500)
    one = Forms.from_terms(np.array([0]), np.array([0]), np.array([1.0]), 1).intervals(drawn)
    many = Forms.from_terms(np.array([0]), np.array([0]), np.array([scale]), 1).intervals(drawn)
    np.testing.assert_allclose(np.array(many), np.array(one) * scale, rtol=1e-8)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.floats(-9, 9)), max_size=30))
def test_forms_sum_their_terms_in_any_order(terms):
    values = np.array([1.0, 10.0, 100.0])
    expected = np.zeros(4)
    for form, atom, amount in terms:
        expected[form] += amount * values[atom]
    columns = [np.array(c) for c in zip(*terms, strict=True)] if terms else [np.zeros(0)] * 3
    forms = Forms.from_terms(
        columns[0].astype(np.int64), columns[1].astype(np.int64), columns[2].astype(float), 4
    )
    np.testing.assert_allclose(forms.values(values), expected, atol=1e-9)


def test_refuses_an_interval_that_does_not_hold_its_value():
    with pytest.raises(EstimateError, match=r"row: need low <= value <= high, got 3, 2, 4"):
        draw_factor(factor(2.0, 3.0, 4.0), seed=1, draws=1)


def test_refuses_an_atom_of_an_unknown_factor():
    with pytest.raises(EstimateError, match="no factor 'x' among 0 known"):
        Atoms(factors={}, area_half_width=0.1).number(["x"], None)


def test_significant_digits_survive_any_magnitude():
    assert significant(np.array([1.23456789012e12, -1.23456789012e-7])).tolist() == [
        1.23456789e12, -1.23456789e-7,
    ]  # fmt: skip
