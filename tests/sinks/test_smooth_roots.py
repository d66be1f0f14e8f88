"""Roots by the smooth form from biomass classes, against the form on every stand."""

import numpy as np
import pytest
from accounting_factory import activity, agb, density, inventory_of, register_of
from hypothesis import given, settings
from hypothesis import strategies as st
from statistics_factory import coefficient

from sinks.allometry import SMOOTH_EDGES, below_ground_smooth
from sinks.densities import bin_edges
from sinks.uncertainty import Factor

NO_SOIL = [density(code, "soil", 0, depth="0-100") for code in "FGCD"]
CARBON = [coefficient("carbon_fraction", 0.5, code="F")]


def classes(stands, hectares=1.0):
    """Return biomass and area of each class of stands of equal area (t d.m./ha), as counted."""
    edges = np.array(bin_edges(SMOOTH_EDGES, t_per_ha=1.0))
    of = np.digitize(stands, edges)
    sums = [float(stands[of == n].sum()) * hectares for n in range(len(edges) + 1)]
    areas = [float((of == n).sum()) * hectares for n in range(len(edges) + 1)]
    return sums, areas


def row_of(stands):
    """Return the activity row of stands of one hectare each, the same at both dates."""
    sums, areas = classes(stands)
    quantities = {}
    for which in (0, 1):
        quantities |= agb(which, sums, 0, scale=1e-6)
        for number, area in enumerate(areas):
            quantities[f"agb{which}_b{number}_area_mm2"] = round(area * 10**10)
    return ("1", "F", "F", float(len(stands)), quantities)


def below_ground(folder, stands, lines=CARBON, **options):
    """Return the below-ground stock of 2020 with its bounds, t C."""
    result = inventory_of(
        activity([row_of(stands)]), register_of(folder, density("F", "agb", 1), *lines, *NO_SOIL),
        methods=("forest",), biomass=("forest",), edges=SMOOTH_EDGES, smooth_roots=True,
        scales={"agb0": 1e-6, "agb1": 1e-6}, **options,
    )  # fmt: skip
    (row,) = result.stocks.query(
        "zone_code == '1' and year == 2020 and ecosystem == 'forest' and pool == 'bgb'"
    ).to_dict("records")
    return row


@pytest.mark.parametrize(("biomass", "roots"), [(100.0, 29.46516), (50.0, 15.89982)])
def test_stands_of_one_biomass_have_the_golden_s_roots(tmp_path, biomass, roots):
    """METHOD A9: 100 t/ha have 29.46516 t/ha of roots, 50 t/ha 15.89982."""
    row = below_ground(tmp_path, np.full(200, biomass))
    assert float(row["stock_t_c"]) == pytest.approx(200 * roots * 0.5, rel=1e-6)
    assert (row["method"], row["completeness"]) == ("biomass_map", "estimated")


def test_classes_are_within_a_percent_of_the_form_on_every_stand(tmp_path):
    stands = np.random.default_rng(5).gamma(1.5, 40.0, size=4000)
    row = below_ground(tmp_path, stands)
    truth = float(below_ground_smooth(stands).sum()) * 0.5
    assert float(row["stock_t_c"]) == pytest.approx(truth, rel=0.01)
    assert float(row["stock_t_c"]) == pytest.approx(truth, rel=0.001), "in fact a tenth of it"
    whole = float(below_ground_smooth(stands.mean())) * len(stands) * 0.5
    assert whole > 1.02 * truth, "the mean of the zone alone would not do"


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(1.0, 400.0), min_size=1, max_size=200))
def test_the_error_of_the_classes_is_below_a_percent_for_any_stands(stands):
    given_stands = np.array(stands)
    sums, areas = (np.array(of) for of in classes(given_stands))
    means = np.divide(sums, areas, out=np.zeros_like(sums), where=areas > 0)
    told = float((below_ground_smooth(means) * areas).sum())
    truth = float(below_ground_smooth(given_stands).sum())
    assert truth <= told * (1 + 1e-9), "the form is concave: a mean overstates"
    assert told <= truth * 1.01


def test_the_error_of_the_form_is_a_source_of_its_own(tmp_path):
    stands = np.full(100, 80.0)
    assumed = Factor(key="roots", value=1.0, low=0.7, high=1.3)
    row = below_ground(tmp_path, stands, errors=[assumed], draws=20_000)
    middle = float(row["stock_t_c"])
    assert float(row["high_t_c"]) == pytest.approx(1.3 * middle, rel=0.04)
    assert float(row["low_t_c"]) == pytest.approx(0.7 * middle, rel=0.06)


def test_a_row_that_states_the_error_takes_the_place_of_the_default(tmp_path):
    stated = coefficient("smooth_roots", 1, pool="bgb", low=1, high=1)
    assumed = Factor(key="roots", value=1.0, low=0.7, high=1.3)
    row = below_ground(tmp_path, np.full(100, 80.0), [*CARBON, stated], errors=[assumed])
    assert row["low_t_c"] == row["high_t_c"]
