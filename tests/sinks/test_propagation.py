"""Approach 1 and the shares of the sources, against goldens, analysis and large draws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinks.propagation import (
    AREA_SAMPLE,
    half_widths,
    propagate_products,
    propagate_sums,
    shares,
)
from sinks.uncertainty import Atoms, Factor, Forms

FOREST = ("forest", 2020)


def percent(key, half, *, value=1.0, **more):
    reach = abs(value) * half / 100
    return Factor(key=key, value=value, low=value - reach, high=value + reach, **more)


def atoms_of(*factors, area=0.0, **more):
    return Atoms(factors={f.key: f for f in factors}, area_half_width=area, **more)


def form(*terms):
    atom, amount = (np.array(column) for column in zip(*terms, strict=True))
    return Forms.from_terms(np.zeros(len(atom), np.int64), atom, amount.astype(float), 1)


def half_width(forms, atoms, draws=1000):
    return half_widths(forms, atoms, atoms.draw(seed=1, draws=draws))[0]


def ranked(forms, atoms, draws=100_000):
    joint = atoms.draw(seed=7, draws=draws)
    parts = shares(forms, atoms, joint, forms.spread(joint).variance)
    return dict(zip(parts.names, parts.squares[0].tolist(), strict=True))


def test_golden_3_1_a_product_of_15_30_and_10_percent_is_35_percent():
    atoms = atoms_of(percent("a", 15), percent("b", 30, value=4), percent("c", 10, value=0.5))
    number = atoms.number(["a", "b", "c"], None)
    assert half_width(form((number, 10.0)), atoms) / 20 == pytest.approx(0.35, rel=1e-12)
    assert propagate_products([15, 30, 10]) == pytest.approx(35.0)


def test_golden_3_2_a_sum_of_independent_sources_is_23_9046_percent():
    atoms = atoms_of(percent("a", 20), percent("b", 40), percent("c", 60))
    terms = [(atoms.number([k], None), x) for k, x in (("a", 100), ("b", 60), ("c", -20))]
    assert half_width(form(*terms), atoms) == pytest.approx(33.46640106, rel=1e-9)
    assert propagate_sums([100, 60, -20], [20, 40, 60]) == pytest.approx(23.904572186687872)


@pytest.mark.parametrize(
    ("rho", "golden"),
    [(0, 14.355835), (0.5, 10.1533246), (0.9, 4.5486262), (0.99, 1.4662878)],
)
def test_golden_a10_a_change_of_two_correlated_maps(rho, golden):
    """s 10 and 10.3: stocks of 100 and 103 with 10 % each."""
    maps = [percent(f"biomass:{y}", 10, group="biomass", correlation=rho) for y in (2020, 2023)]
    atoms = atoms_of(*maps)
    terms = [(atoms.number([m.key], None), x) for m, x in zip(maps, (-100, 103), strict=True)]
    assert half_width(form(*terms), atoms) == pytest.approx(golden, rel=1e-6)


def test_a_shared_source_is_added_before_it_is_squared():
    """Two leagues of 100 under one row of 30 %: 60; under rows of their own 42.4264."""
    atoms = atoms_of(percent("one", 30), percent("other", 30))
    one, other = atoms.number(["one"], None), atoms.number(["other"], None)
    assert half_width(form((one, 100), (one, 100)), atoms) == pytest.approx(60)
    assert half_width(form((one, 100), (other, 100)), atoms) == pytest.approx(42.42640687)


def test_rows_that_copy_one_figure_are_added_before_they_are_squared():
    rows = [percent(k, 30, source_group="table_4_3") for k in ("pine", "larch")]
    atoms = atoms_of(*rows)
    terms = [(atoms.number([row.key], None), 100) for row in rows]
    assert half_width(form(*terms), atoms) == pytest.approx(60)
    assert ranked(form(*terms), atoms)["source:table_4_3"] == pytest.approx(1.0, abs=1e-9)


def test_the_central_number_of_the_project():
    """METHOD A10: 787.8 Tg C, 10 % at each date: 111.4 Tg C, and 11.1 Tg C at rho 0.99."""
    for rho, golden in ((0.0, 111.4), (0.99, 11.1)):
        maps = [percent(y, 10, group="biomass", correlation=rho) for y in ("0", "1")]
        atoms = atoms_of(*maps)
        terms = [
            (atoms.number([m.key], None), x) for m, x in zip(maps, (-787.8, 787.8), strict=True)
        ]
        assert half_width(form(*terms), atoms) == pytest.approx(golden, abs=0.05)


def test_area_times_density_agrees_with_analysis_and_a_million_draws():
    """Var(xy) = mx^2 vy + my^2 vx + vx vy; bounds of 10^6 plain draws; all within 0.5 %."""
    density = percent("d", 40, value=60)
    atoms = atoms_of(density, area=0.2)
    forms = form((atoms.number(["d"], FOREST), 1000.0))
    spread = forms.spread(atoms.draw(seed=11, draws=1_000_000))
    sd_area, sd_density = 1000 * 0.2 / 1.96, 60 * 0.4 / 1.96
    variance = (1000 * sd_density) ** 2 + (60 * sd_area) ** 2 + (sd_area * sd_density) ** 2
    assert spread.mean[0] == pytest.approx(60_000, rel=0.005)
    assert np.sqrt(spread.variance[0]) == pytest.approx(np.sqrt(variance), rel=0.005)
    plain = np.random.default_rng(5)
    oracle = plain.normal(1000, sd_area, 10**6) * plain.normal(60, sd_density, 10**6)
    low, high = np.quantile(oracle, [0.025, 0.975])
    assert [spread.low[0], spread.high[0]] == pytest.approx([low, high], rel=0.005)
    linear = half_widths(forms, atoms, atoms.draw(seed=1, draws=10))[0]
    assert linear == pytest.approx(60_000 * np.hypot(0.4, 0.2), rel=1e-12)


def test_shares_of_a_sum_are_those_of_the_squares():
    """100 at 20 % and 60 at 40 %: 400 to 576 of 976."""
    atoms = atoms_of(percent("a", 20), percent("b", 40))
    terms = [(atoms.number([k], None), x) for k, x in (("a", 100), ("b", 60))]
    found = ranked(form(*terms), atoms)
    assert found["a"] == pytest.approx(400 / 976, abs=0.01)
    assert found["b"] == pytest.approx(576 / 976, abs=0.01)
    assert sum(found.values()) == pytest.approx(1.0, abs=0.01)


def test_shares_of_a_product_leave_what_only_both_explain():
    """First order of xy: my^2 vx and mx^2 vy of the variance; vx vy is neither's."""
    atoms = atoms_of(percent("a", 70), percent("b", 50))
    found = ranked(form((atoms.number(["a", "b"], None), 5.0)), atoms)
    va, vb = (0.7 / 1.96) ** 2, (0.5 / 1.96) ** 2
    whole = va + vb + va * vb
    assert found["a"] == pytest.approx(va / whole, abs=0.01)
    assert found["b"] == pytest.approx(vb / whole, abs=0.01)
    assert 1 - sum(found.values()) == pytest.approx(va * vb / whole, abs=0.01)


def test_maps_of_two_dates_with_a_correlation_are_one_source():
    maps = [percent(f"biomass:{y}", 10, group="biomass", correlation=0.9) for y in (2020, 2023)]
    atoms = atoms_of(*maps, percent("row", 1))
    terms = [(atoms.number([m.key], None), x) for m, x in zip(maps, (-100, 103), strict=True)]
    terms.append((atoms.number(["row"], None), 450))
    found = ranked(form(*terms), atoms)
    assert set(found) == {"biomass", "row"}
    whole = 4.5486262**2 + 4.5**2
    assert found["biomass"] == pytest.approx(4.5486262**2 / whole, abs=0.01)


def test_area_errors_of_one_sample_are_one_source_with_their_own_width():
    """Two strata that take from each other: -/+ 0.1 each, their sum stands still."""
    keys = [("forest", 2020), ("grassland", 2020)]

    def draw(sign):
        return lambda seed, draws: 1 + sign * 0.1 * np.random.default_rng(seed).normal(size=draws)

    atoms = atoms_of(percent("row", 0), area=0.5, area_draws={keys[0]: draw(1), keys[1]: draw(-1)})
    numbers = [atoms.number(["row"], key) for key in keys]
    still, moving = form(*[(n, 10.0) for n in numbers]), form((numbers[0], 10.0))
    assert half_width(moving, atoms, 100_000) == pytest.approx(1.96, rel=0.01)
    assert half_width(still, atoms) == pytest.approx(0.0, abs=1e-6)
    assert ranked(moving, atoms) == pytest.approx({AREA_SAMPLE: 1.0, "row": 0.0})


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.floats(-100, 100)), min_size=1, max_size=12),
    st.floats(0.0, 1.0),
)
def test_approach_1_is_the_linear_algebra_of_the_sources(terms, rho):
    """Oracle: numerical gradients and the covariance matrix of all sources, in plain numpy."""
    factors = [
        percent("a", 30, value=2.0),
        percent("m0", 20, group="map", correlation=rho),
        percent("m1", 20, group="map", correlation=rho),
    ]
    atoms = atoms_of(*factors, area=0.1)
    for keys in (["a"], ["m0"], ["a", "m0"], ["a", "m1"], ["m1"], ["a", "a"]):
        atoms.number(keys, FOREST if len(keys) > 1 else None)
    widths = np.array([0.6, 0.2, 0.2, 0.1])
    covariance = np.diag(widths**2)
    covariance[1, 2] = covariance[2, 1] = rho * 0.04

    def value(x):
        a, m0, m1, area = x
        made = [a, m0, a * m0 * area, a * m1 * area, m1, a * a * area]
        return sum(amount * made[atom] for atom, amount in terms)

    at = np.array([2.0, 1.0, 1.0, 1.0])
    gradient = [(value(at + h) - value(at - h)) / 2e-4 for h in np.eye(4) * 1e-4]
    expected = np.sqrt(max(np.dot(gradient, np.dot(covariance, gradient)), 0.0))
    assert half_width(form(*terms), atoms) == pytest.approx(expected, rel=1e-6, abs=1e-6)
