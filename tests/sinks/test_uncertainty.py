"""Joint draws: what is shared moves together, and the sums are those of plain numpy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinks.errors import EstimateError
from sinks.uncertainty import Atom, Atoms, Factor, Forms, Joint, draw_factor, significant

SEED = 20_231_231


def factor(value=58.4304, low=None, high=None, key="row", **more):
    low = value * 0.7 if low is None else low
    high = value * 1.3 if high is None else high
    return Factor(key=key, value=value, low=low, high=high, **more)


def form(*terms):
    """Return one form of (atom, amount) terms."""
    atom, amount = (np.array(column) for column in zip(*terms, strict=True))
    return Forms.from_terms(np.zeros(len(atom), np.int64), atom, amount.astype(float), 1)


def test_golden_a10_area_normal_times_density_lognormal():
    """METHOD A10, by its own draws: mean 58,414.67, bounds 42,668.39 and 78,144.64."""
    generator = np.random.default_rng(SEED)
    area = generator.normal(1000, 1000 * 0.05 / 1.96, 200_000)
    sigma2 = np.log1p((0.30 / 1.96) ** 2)
    density = generator.lognormal(np.log(58.4304) - sigma2 / 2, np.sqrt(sigma2), 200_000)
    atom = Atom(("row",), ("forest", 2020))
    joint = Joint.of(
        [atom], factors={"row": density}, areas={("forest", 2020): area / 1000}, draws=200_000
    )
    spread = form((0, 1000.0)).spread(joint)
    assert spread.mean[0] == pytest.approx(58_414.66994, rel=1e-8)
    assert spread.low[0] == pytest.approx(42_668.39171, rel=1e-8)
    assert spread.high[0] == pytest.approx(78_144.63980, rel=1e-8)


def test_golden_a10_through_the_sources_of_a_run():
    """The same lognormal by its 2.5 and 97.5 % points; tolerance 0.5 %."""
    sigma = np.sqrt(np.log1p((0.30 / 1.96) ** 2))
    middle = 58.4304 * np.exp(-(sigma**2) / 2)
    row = factor(low=middle * np.exp(-1.96 * sigma), high=middle * np.exp(1.96 * sigma))
    atoms = Atoms(factors={"row": row}, area_half_width=0.05)
    atoms.number(["row"], ("forest", 2020))
    spread = form((0, 1000.0)).spread(atoms.draw(seed=SEED, draws=200_000))
    found = [spread.mean[0], spread.low[0], spread.high[0]]
    assert found == pytest.approx([58_414.67, 42_668.39, 78_144.64], rel=0.005)


@pytest.mark.parametrize("draws", [1, 2, 5, 1000, 4095, 4096, 10_000])
@pytest.mark.parametrize("kind", ["normal", "constant", "steps", "cut"])
def test_bounds_are_the_quantiles_of_numpy(draws, kind):
    normal = np.random.default_rng(draws).standard_normal(draws)
    values = {
        "normal": normal,
        "constant": np.full(draws, 3.25),
        "steps": np.round(normal, 1),
        "cut": np.maximum(normal, 0.0),
    }[kind]
    joint = Joint.of([Atom(("x",), None)], factors={"x": values}, areas={}, draws=draws)
    spread = form((0, 1.0)).spread(joint)
    low, high = np.quantile(values, [0.025, 0.975])
    assert (spread.low[0], spread.high[0]) == pytest.approx((low, high), rel=1e-8, abs=1e-12)
    assert spread.mean[0] == pytest.approx(values.mean(), rel=1e-8, abs=1e-12)
    if draws > 1:
        assert spread.variance[0] == pytest.approx(values.var(ddof=1), rel=1e-7, abs=1e-12)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 5), st.floats(-9, 9)), max_size=40))
def test_a_spread_is_that_of_the_summed_draws(terms):
    atoms = Atoms(
        factors={k: factor(v, key=k) for k, v in (("a", 2.0), ("b", 0.4), ("c", 7.0))},
        area_half_width=0.1,
    )
    for keys in (["a"], ["a", "b"], ["c"]):
        for area in (None, ("forest", 2020)):
            atoms.number(keys, area)
    joint = atoms.draw(seed=3, draws=1500)
    expected = np.zeros((5, 1500))
    for number, atom, amount in terms:
        expected[number] += amount * joint.atom(atom)
    columns = [np.array(c) for c in zip(*terms, strict=True)] if terms else [np.zeros(0)] * 3
    forms = Forms.from_terms(
        columns[0].astype(np.int64), columns[1].astype(np.int64), columns[2].astype(float), 5
    )
    spread = forms.spread(joint)
    quantiles = np.quantile(expected, [0.025, 0.975], axis=1)
    np.testing.assert_allclose([spread.low, spread.high], quantiles, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(spread.mean, expected.mean(axis=1), rtol=1e-7, atol=1e-9)


def test_a_rerun_gives_the_same_bytes():
    def once():
        atoms = Atoms(factors={"row": factor(0.39, 0.23, 0.96)}, area_half_width=0.1)
        numbers = [atoms.number(["row"], ("forest", year)) for year in range(300)]
        forms = Forms.from_terms(np.arange(300), np.array(numbers), np.linspace(-1, 5, 300), 300)
        spread = forms.spread(atoms.draw(seed=SEED, draws=5000))
        return b"".join(a.tobytes() for a in (spread.low, spread.high, spread.mean))

    assert once() == once()


def test_equal_keys_are_one_source_so_equal_loss_and_gain_cancel():
    atoms = Atoms(factors={"row": factor()}, area_half_width=0.0)
    number = atoms.number(["row"], None)
    assert atoms.number(["row"], None) == number
    forms = form((number, 5.0), (number, -5.0))
    low, high = forms.intervals(atoms.draw(seed=SEED, draws=1000))
    assert (low[0], high[0]) == (0.0, 0.0)


def test_a_region_is_as_uncertain_as_the_sum_of_its_leagues_where_all_share_one_row():
    atoms = Atoms(factors={"row": factor()}, area_half_width=0.0)
    atoms.number(["row"], None)
    areas = np.array([100.0, 20.0, 3.0])
    leagues = Forms.from_terms(np.arange(3), np.zeros(3, np.int64), areas, 3)
    joint = atoms.draw(seed=SEED, draws=10_000)
    low, high = leagues.intervals(joint)
    (of_region,) = np.subtract(*form(*[(0, a) for a in areas]).intervals(joint)[::-1])
    assert of_region == pytest.approx((high - low).sum(), rel=1e-8)
    squares = np.sqrt(((high - low) ** 2).sum())
    assert of_region > 1.2 * squares  # what adding the squares of leagues would understate


def test_leagues_that_share_a_row_move_together_and_others_do_not():
    atoms = Atoms(
        factors={k: factor(10.0, 7.0, 13.0, key=k) for k in ("shared", "own")}, area_half_width=0.0
    )
    shared, own = atoms.number(["shared"], None), atoms.number(["own"], None)
    joint = atoms.draw(seed=SEED, draws=50_000)
    together = np.subtract(*form((shared, 1.0), (shared, 1.0)).intervals(joint)[::-1])[0]
    apart = np.subtract(*form((shared, 1.0), (own, 1.0)).intervals(joint)[::-1])[0]
    assert apart / together == pytest.approx(2**-0.5, rel=0.02)


def test_both_dates_share_a_row_so_a_change_is_surer_than_a_stock():
    """1,000 and 1,010 ha under one density of 10 -/+ 30 %: the change is 100 -/+ 30 t C."""
    atoms = Atoms(factors={"row": factor(10.0, 7.0, 13.0)}, area_half_width=0.0)
    number = atoms.number(["row"], None)
    forms = form((number, -1000.0), (number, 1010.0))
    low, high = forms.intervals(atoms.draw(seed=SEED, draws=100_000))
    assert (high - low)[0] / 2 == pytest.approx(30.0, rel=0.01)


def test_area_errors_of_two_dates_are_independent_also_on_remaining_land():
    atoms = Atoms(factors={"row": factor(10, 10, 10)}, area_half_width=0.10)
    first, second = (atoms.number(["row"], ("forest", year)) for year in (2020, 2023))
    low, high = form((first, -100.0), (second, 100.0)).intervals(
        atoms.draw(seed=SEED, draws=100_000)
    )
    assert (high - low)[0] / 2 == pytest.approx(1000 * 0.10 * np.sqrt(2), rel=0.02)


@pytest.mark.parametrize(("rho", "golden"), [(0, 14.3558), (0.5, 10.1533), (0.9, 4.5486)])
def test_golden_a10_correlation_between_dates_shrinks_the_change(rho, golden):
    """Var = s1^2 + s2^2 - 2 rho s1 s2 with s 10 and 10.3."""
    maps = {
        key: factor(1.0, 1 - s / 1e5, 1 + s / 1e5, key=key, group="biomass", correlation=rho)
        for key, s in (("a", 10), ("b", 10.3))
    }
    first, second = (draw_factor(maps[key], seed=3, draws=400_000) for key in "ab")
    assert (second - first).std() * 1.96 * 1e5 == pytest.approx(golden, rel=0.01)


def test_maps_of_two_dates_are_independent_unless_their_product_says_so():
    plain, tied = (
        [draw_factor(factor(key=k, group="biomass", correlation=rho), seed=3, draws=20_000)
         for k in "ab"]
        for rho in (0.0, 0.9)
    )  # fmt: skip
    assert abs(np.corrcoef(*plain)[0, 1]) < 0.02
    assert np.corrcoef(*tied)[0, 1] == pytest.approx(0.9, abs=0.01)
    atoms = Atoms(
        factors={k: factor(key=k, group="biomass", correlation=0.9) for k in "ab"},
        area_half_width=0.1,
    )
    for key in "ab":
        atoms.number([key], None)
    apart = atoms.without_correlation().draw(seed=3, draws=20_000)
    assert abs(np.corrcoef(apart.atom(0), apart.atom(1))[0, 1]) < 0.02


def test_area_errors_that_a_sample_gives_are_taken_as_they_are():
    key = ("forest", 2020)
    atoms = Atoms(
        factors={"row": factor(10, 10, 10)},
        area_half_width=0.5,
        area_draws={key: lambda seed, draws: 1 + np.arange(draws) / draws + seed * 0},
    )
    atoms.number(["row"], key)
    joint = atoms.draw(seed=SEED, draws=4)
    assert joint.atom(0).tolist() == [10.0, 12.5, 15.0, 17.5]


def test_adding_a_row_leaves_the_draws_of_others_as_they_were():
    few = Atoms(factors={"row": factor()}, area_half_width=0.1)
    few.number(["row"], ("forest", 2020))
    more = Atoms(factors={"row": factor(), "new": factor(3, key="new")}, area_half_width=0.1)
    more.number(["new"], ("desert", 2020))
    more.number(["row"], ("forest", 2020))
    np.testing.assert_array_equal(
        few.draw(seed=SEED, draws=100).atom(0), more.draw(seed=SEED, draws=100).atom(1)
    )


@settings(max_examples=10, deadline=None)
@given(scale=st.floats(1e-3, 1e6))
def test_intervals_scale_with_the_amount(scale):
    atoms = Atoms(factors={"row": factor()}, area_half_width=0.1)
    number = atoms.number(["row"], ("forest", 2020))
    joint = atoms.draw(seed=1, draws=500)
    one, many = (form((number, amount)).intervals(joint) for amount in (1.0, scale))
    np.testing.assert_allclose(np.array(many), np.array(one) * scale, rtol=2e-8)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.floats(-9, 9)), max_size=30))
def test_forms_sum_their_terms_in_any_order(terms):
    values = np.array([1.0, 10.0, 100.0])
    expected = np.zeros(4)
    for number, atom, amount in terms:
        expected[number] += amount * values[atom]
    columns = [np.array(c) for c in zip(*terms, strict=True)] if terms else [np.zeros(0)] * 3
    forms = Forms.from_terms(
        columns[0].astype(np.int64), columns[1].astype(np.int64), columns[2].astype(float), 4
    )
    np.testing.assert_allclose(forms.values(values), expected, atol=1e-9)


def test_refuses_an_atom_of_an_unknown_factor():
    with pytest.raises(EstimateError, match="no factor 'x' among 0 known"):
        Atoms(factors={}, area_half_width=0.1).number(["x"], None)


def test_significant_digits_survive_any_magnitude():
    assert significant(np.array([1.23456789012e12, -1.23456789012e-7])).tolist() == [
        1.23456789e12, -1.23456789e-7,
    ]  # fmt: skip
