"""Every shape keeps its stated bounds, and says where its mean goes."""

from math import erf, exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinks.distributions import Factor, Shape, draw_factor, half_width_of, mean_of
from sinks.errors import EstimateError

N = 200_000
POINTS = [0.025, 0.5, 0.975]


def drawn(value, low, high, *, n=N, key="row", **more):
    factor = Factor(key=key, value=value, low=low, high=high, **more)
    return draw_factor(factor, seed=1, draws=n)


def test_symmetric_bounds_are_a_normal_around_the_value():
    out = drawn(100.0, 70.0, 130.0)
    assert out.mean() == pytest.approx(100.0, rel=2e-3)
    assert out.std() == pytest.approx(30 / 1.96, rel=0.01)
    assert np.quantile(out, POINTS) == pytest.approx([70, 100, 130], rel=5e-3)
    assert np.mean((out - out.mean()) ** 3) / out.std() ** 3 == pytest.approx(0, abs=0.02)


def test_the_tier_1_default_is_cut_at_zero_and_keeps_its_bounds():
    """75 %: 0.45 % of the normal lie below zero; the bounds stay, the mean moves by 0.05 %."""
    out = drawn(1.0, 0.25, 1.75)
    assert out.min() == 0.0
    assert np.quantile(out, POINTS) == pytest.approx([0.25, 1.0, 1.75], abs=0.01)
    assert mean_of(Factor(key="x", value=1.0, low=0.25, high=1.75)) == pytest.approx(
        1.0005, abs=1e-4
    )


def test_a_lower_bound_of_zero_stays_the_lower_bound():
    out = drawn(1.0, 0.0, 2.0)
    assert np.quantile(out, POINTS) == pytest.approx([0.0, 1.0, 2.0], abs=0.02)
    assert out.min() == 0.0


def test_asymmetric_positive_bounds_are_a_lognormal_through_both():
    """0.39 (0.23-0.96): median sqrt(0.23 x 0.96) = 0.4699, mean 0.5022: 29 % above the value."""
    out = drawn(0.39, 0.23, 0.96)
    assert np.quantile(out, POINTS) == pytest.approx([0.23, 0.4699, 0.96], rel=0.01)
    sigma = log(0.96 / 0.23) / 3.92
    assert out.mean() == pytest.approx(0.4699 * exp(sigma**2 / 2), rel=5e-3)
    assert np.log(out).std() == pytest.approx(sigma, rel=0.01)


def test_wide_positive_bounds_are_a_lognormal_through_both():
    """68 -/+ 90 %: a normal would have 1.5 % below zero; median sqrt(6.8 x 129.2) = 29.64."""
    out = drawn(68.0, 6.8, 129.2)
    assert np.quantile(out, POINTS) == pytest.approx([6.8, 29.64, 129.2], rel=0.02)
    assert out.min() > 0


@pytest.mark.parametrize(("half", "lognormal"), [(0.74, False), (0.75, False), (0.77, True)])
def test_wide_means_more_than_half_a_percent_below_zero(half, lognormal):
    below_zero = (1 + erf(-1.96 / half / sqrt(2))) / 2
    assert bool(below_zero > 0.005) is lognormal
    assert bool(drawn(1.0, 1 - half, 1 + half).min() > 0) is lognormal


def test_a_signed_quantity_is_never_cut():
    out = drawn(-0.5, -1.5, 0.5, signed=True)
    assert np.quantile(out, POINTS) == pytest.approx([-1.5, -0.5, 0.5], abs=0.02)
    assert out.min() < -2
    assert out.max() > 1
    rising = drawn(0.5, 0.3, 1.7, signed=True)
    assert np.quantile(rising, POINTS) == pytest.approx([0.3, 0.5, 1.7], abs=0.02)


def test_a_bound_equal_to_the_value_is_a_stated_zero_error_on_that_side():
    out = drawn(2.0, 2.0, 3.0)
    assert out.min() == 2.0
    assert np.quantile(out, 0.975) == pytest.approx(3.0, rel=0.01)


def test_a_zero_with_an_upper_bound_is_never_negative():
    assert drawn(0.0, 0.0, 1.0).min() == 0.0


def test_a_uniform_range_ends_at_its_bounds():
    out = drawn(3.0, 2.0, 6.0, shape=Shape.UNIFORM)
    assert (out.min() >= 2.0, out.max() <= 6.0) == (True, True)
    assert np.quantile(out, [0.1, 0.5, 0.9]) == pytest.approx([2.4, 4.0, 5.6], abs=0.02)


def test_a_triangular_range_has_its_value_as_mode():
    """2, 3, 6: median 6 - sqrt(0.5 x 4 x 3) = 3.5505; mean 11/3."""
    out = drawn(3.0, 2.0, 6.0, shape=Shape.TRIANGULAR)
    assert (out.min() >= 2.0, out.max() <= 6.0) == (True, True)
    assert np.median(out) == pytest.approx(6 - sqrt(6), abs=0.02)
    assert out.mean() == pytest.approx(11 / 3, rel=3e-3)
    counts, edges = np.histogram(out, bins=40)
    assert edges[counts.argmax()] == pytest.approx(3.0, abs=0.2)


def test_half_width_is_half_of_the_drawn_interval():
    for shape in (Shape.UNIFORM, Shape.TRIANGULAR):
        factor = Factor(key="x", value=3.0, low=2.0, high=6.0, shape=shape)
        low, high = np.quantile(draw_factor(factor, seed=2, draws=N), [0.025, 0.975])
        assert half_width_of(factor) == pytest.approx((high - low) / 2, rel=0.01)
    assert half_width_of(Factor(key="x", value=0.39, low=0.23, high=0.96)) == pytest.approx(0.365)


@settings(max_examples=25, deadline=None)
@given(
    value=st.floats(0.1, 100),
    below=st.floats(0.0, 0.95),
    above=st.floats(0.0, 2.0),
    shape=st.sampled_from(Shape),
    signed=st.booleans(),
)
def test_the_stated_mean_is_the_mean_of_the_draws(value, below, above, shape, signed):
    factor = Factor(
        key="x", value=value, low=value * (1 - below), high=value * (1 + above), shape=shape,
        signed=signed,
    )  # fmt: skip
    out = draw_factor(factor, seed=4, draws=20_000)
    assert abs(out.mean() - mean_of(factor)) <= 5 * out.std() / sqrt(20_000) + 1e-9 * value


@settings(max_examples=25, deadline=None)
@given(value=st.floats(0.1, 100), below=st.floats(0.01, 0.99), above=st.floats(0.01, 3.0))
def test_stated_bounds_are_the_quantiles_whatever_the_shape(value, below, above):
    low, high = value * (1 - below), value * (1 + above)
    found = np.quantile(drawn(value, low, high, n=50_000), [0.025, 0.975])
    assert found == pytest.approx([low, high], abs=0.05 * (high - low))


def test_rows_that_copy_one_figure_are_one_source():
    one, other = (drawn(0.51, 0.47, 0.55, key=k, source_group="t43", n=100) for k in "ab")
    np.testing.assert_array_equal(one, other)
    wider = drawn(0.51, 0.43, 0.59, key="c", source_group="t43", n=100)
    np.testing.assert_allclose(wider - 0.51, 2 * (one - 0.51))
    alone = drawn(0.51, 0.47, 0.55, key="a", n=100)
    assert abs(np.corrcoef(one, alone)[0, 1]) < 0.4


def test_refuses_an_interval_that_does_not_hold_its_value():
    with pytest.raises(EstimateError, match=r"row: need low <= value <= high, got 3, 2, 4"):
        drawn(2.0, 3.0, 4.0, n=1)
