"""The soil transition: the goldens of METHOD A7 and A8, superposition, and a plain oracle."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from accounting_factory import (
    ECOSYSTEMS,
    activity,
    density,
    inventory_of,
    register_of,
    tree,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from soils_factory import GOLDEN_2019, conversions, resolved, row, soil_register

from sinks.accounts.soil_cohorts import soil_cohorts
from sinks.densities import Densities
from sinks.errors import EstimateError
from sinks.methods import SOIL_METHODS, Context
from sinks.stocks import side_of
from sinks.uncertainty import Atoms, Factor

ALL = [(a, b) for a in "FGC" for b in "FGC" if a != b]
SOC = {"F": 60.0, "G": 43.0, "C": 33.11}
DENSITIES = tuple(row("density", code, soc) for code, soc in SOC.items())
NOTHING = Densities(ways={}, depth_cm="")
METHOD = SOIL_METHODS["transition"]


def sides(rows, years):
    table = activity(rows, years=years)
    return side_of(table, 0, scales={}), side_of(table, 1, scales={})


def context_of(register, pairs=ALL, history=None):
    soils, findings = resolved(register, *pairs)
    assert findings == []
    factors = {
        r.key: Factor(key=r.key, value=r.value, low=r.low, high=r.high) for r in register.rows
    }
    return Context(
        densities=NOTHING,
        ecosystems=ECOSYSTEMS,
        atoms=Atoms(factors=factors, area_half_width=0.1),
        soils=soils,
        history=history,
    )


def value(frame, context):
    """Return the sum of terms, t C."""
    central = context.atoms.central()
    return float((frame["amount"] * central[frame["atom"].to_numpy(int)]).sum())


def change(context, years, rows=(("1", "F", "F", 1),)):
    """Return the change of a period, t C, by row and by zone together."""
    result = METHOD.change_terms(*sides(rows, years), context)
    total = value(result.terms, context)
    return total + (value(result.by_zone, context) if result.by_zone is not None else 0.0)


@pytest.fixture(scope="module")
def golden(tmp_path_factory):
    return soil_register(tmp_path_factory.mktemp("golden"), *GOLDEN_2019)


@pytest.fixture(scope="module")
def dense(tmp_path_factory):
    return soil_register(tmp_path_factory.mktemp("dense"), *DENSITIES)


# METHOD A7


def test_a_year_of_a_conversion_is_a_twentieth_of_the_difference(golden):
    """1,000 ha of long-term cropland to native grass: 494.5 t C, 1,813.1667 t CO2 per year."""
    context = context_of(golden, [("C", "G")])
    found = change(context, (2019, 2020), [("1", "C", "G", 1000)])
    assert found == pytest.approx(494.5)
    assert found * 44 / 12 == pytest.approx(1813.1667, abs=5e-5)


def test_a_severely_degraded_grassland_loses(tmp_path):
    """F_MG 0.70 by a class of its own: -0.645 t C/ha/yr, -2,365 t CO2/yr on 1,000 ha."""
    register = soil_register(tmp_path, row("soc_ref", "", 43), row("f_mg", "F", 0.70))
    found = change(context_of(register, [("G", "F")]), (2019, 2020), [("1", "G", "F", 1000)])
    assert found == pytest.approx(-645)
    assert found * 44 / 12 == pytest.approx(-2365)


def test_the_golden_cohorts_of_a_hundred_hectares_a_year(golden):
    """100 ha/yr since 2001: 2,000 ha in transition in 2023, 300 ha graduated, 989 t C/yr."""
    history = conversions([("1", y - 1, y, "C", "G", 100) for y in range(2001, 2024)])
    context = context_of(golden, [("C", "G")], history)
    rows = [("1", "C", "G", 100)]
    assert change(context, (2022, 2023), rows) == pytest.approx(989)
    assert change(context, (2019, 2020), rows) == pytest.approx(989)
    assert change(context, (2000, 2001), rows) == pytest.approx(49.45)


def test_the_golden_spreading_between_two_maps(golden):
    """300 ha between 2020 and 2023: 296.7 t C in the period, 98.9 a year; 2023 alone 148.35."""
    history = conversions([("1", 2020, 2023, "C", "G", 300)])
    rows = [("1", "C", "G", 300)]
    for seen in (None, history):
        context = context_of(golden, [("C", "G")], seen)
        assert change(context, (2020, 2023), rows) == pytest.approx(296.7)
        assert change(context, (2020, 2023), rows) / 3 == pytest.approx(98.9)
    context = context_of(golden, [("C", "G")], history)
    assert change(context, (2022, 2023)) == pytest.approx(148.35)


# METHOD A8


@pytest.mark.parametrize(
    ("factor", "t_co2_per_year"), [(6.1, -2236.6667), (0.5, -183.3333), (-0.34, 124.6667)]
)
def test_organic_soils_emit_by_area_and_year_and_a_source_is_negative(
    tmp_path, factor, t_co2_per_year
):
    register = soil_register(tmp_path, row("ef_co2", "G", factor))
    context = context_of(register, [("G", "F")])
    found = change(context, (2020, 2023), [("1", "G", "G", 100)])
    assert found * 44 / 12 / 3 == pytest.approx(t_co2_per_year, abs=5e-5)


def test_dissolved_carbon_is_added(tmp_path):
    register = soil_register(tmp_path, row("ef_co2", "G", 6.1), row("ef_doc", "G", 0.31))
    context = context_of(register, [("G", "F")])
    assert change(context, (2020, 2021), [("1", "G", "G", 100)]) == pytest.approx(-641)


def test_rewetted_land_emits_by_each_class_for_its_years(tmp_path):
    """Three years, a third of the land each: 2 + 1 + 0 years drained, 1 + 2 + 3 rewetted."""
    register = soil_register(tmp_path, row("ef_co2", "C", 7.9), row("ef_co2", "G", 0.5), *DENSITIES)
    context = context_of(register, ALL)
    found = change(context, (2020, 2023), [("1", "C", "G", 30)])
    by_parcel = sum(10 * (7.9 * (3 - n) + 0.5 * n) for n in (1, 2, 3))
    assert found == pytest.approx(-by_parcel)


# superposition


@pytest.mark.parametrize(("before", "after"), ALL)
def test_a_conversion_has_its_whole_difference_after_its_last_transition(dense, before, after):
    """Over the 22 years that a conversion of three years needs, exactly area x difference."""
    context = context_of(dense, ALL, conversions([("1", 2020, 2023, before, after, 40)]))
    years = range(2020, 2046)
    whole = sum(change(context, pair) for pair in pairwise(years) if pair != (2020, 2023))
    assert whole == pytest.approx(40 * (SOC[after] - SOC[before]))


rows_of_history = st.lists(
    st.tuples(
        st.sampled_from([(2000, 2005), (2005, 2010), (2010, 2018), (2018, 2023)]),
        st.sampled_from(ALL),
        st.integers(1, 500),
    ),
    min_size=1,
    max_size=8,
)
quick = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def oracle(history, start, end):
    """Return the change of start + 1 ... end by walking over every parcel and every year."""
    total = 0.0
    for (year0, year1), (before, after), area in history:
        for converted in range(year0 + 1, year1 + 1):
            for year in range(start + 1, end + 1):
                if 0 <= year - converted < 20:
                    parcel = area / (year1 - year0)
                    total += parcel * (SOC[after] - SOC[before]) / 20
    return total


@quick
@given(rows=rows_of_history, cut=st.integers(2001, 2030))
def test_the_change_is_that_of_an_oracle_and_adds_over_periods(dense, rows, cut):
    history = conversions([("1", *years, *classes, area) for years, classes, area in rows])
    context = context_of(dense, ALL, history)
    whole, *parts = (change(context, span) for span in ((2000, 2045), (2000, cut), (cut, 2045)))
    assert whole == pytest.approx(oracle(rows, 2000, 2045), abs=1e-6)
    if (2000, cut) == (2000, 2005):  # a period between neighbouring maps counts its own rows
        parts[0] += oracle([r for r in rows if r[0] == (2000, 2005)], 2000, 2005)
    assert sum(parts) == pytest.approx(whole, abs=1e-6)


def test_the_rows_of_a_pair_stand_for_its_own_conversions(dense):
    """Areas adjusted after counting are in the rows: the history of the same years gives way."""
    history = conversions([("1", 2010, 2020, "C", "G", 50), ("1", 2020, 2023, "C", "G", 999)])
    context = context_of(dense, ALL, history)
    result = METHOD.change_terms(*sides([("1", "C", "G", 30)], (2020, 2023)), context)
    per_ha = (SOC["G"] - SOC["C"]) / 20
    assert value(result.terms, context) == pytest.approx(30 * per_ha * 2)
    assert value(result.by_zone, context) == pytest.approx(50 * per_ha * 3)


def test_a_period_with_a_map_inside_goes_by_the_maps(dense):
    history = conversions([("1", 2020, 2021, "C", "G", 40), ("1", 2021, 2023, "G", "C", 10)])
    context = context_of(dense, ALL, history)
    rows = [("1", "C", "C", 10), ("1", "C", "G", 30)]
    result = METHOD.change_terms(*sides(rows, (2020, 2023)), context)
    per_ha = (SOC["G"] - SOC["C"]) / 20
    assert len(result.terms) == 0
    assert result.covered["soil"].all()
    assert value(result.by_zone, context) == pytest.approx(per_ha * (40 * 3 - 10 * 1.5))


# the protocol


def test_the_method_names_itself():
    assert SOIL_METHODS[METHOD.id] is METHOD
    assert METHOD.pools == {"soil"}
    assert not METHOD.name_zh.isascii()


def test_land_that_stays_is_covered_with_zero_and_unknown_land_is_not(dense):
    rows = [("1", "G", "G", 5), ("1", "D", "D", 5), ("1", "D", "G", 5), ("1", "nodata", "G", 5)]
    context = context_of(dense, [("D", "G")])
    result = METHOD.change_terms(*sides(rows, (2020, 2023)), context)
    np.testing.assert_array_equal(result.covered["soil"], [True, False, True, False])
    assert len(result.terms) == 0, "a gain beside an unknown soil is not counted"


def test_a_loss_to_land_without_a_soil_is_one_sided(dense):
    history = conversions([("1", 2010, 2020, "G", "D", 10)])
    context = context_of(dense, [("G", "D")], history)
    result = METHOD.change_terms(*sides([("1", "G", "D", 10)], (2020, 2023)), context)
    assert result.terms["one_sided"].all()
    assert result.by_zone["one_sided"].all()
    assert value(result.terms, context) == pytest.approx(-10 * 43 / 20 * 2)
    assert value(result.by_zone, context) == pytest.approx(-10 * 43 / 20 * 3)


def test_it_gives_the_same_terms_again_and_leaves_the_history_as_it_was(dense):
    history = conversions([("1", 2010, 2020, "G", "C", 10), ("2", 2010, 2020, "F", "C", 3)])
    kept = history.copy()
    rows = [("1", "C", "G", 30), ("2", "F", "G", 7)]
    one, two = (
        METHOD.change_terms(*sides(rows, (2020, 2023)), context_of(dense, ALL, history))
        for _ in range(2)
    )
    pd.testing.assert_frame_equal(one.terms, two.terms)
    pd.testing.assert_frame_equal(one.by_zone, two.by_zone)
    pd.testing.assert_frame_equal(history, kept)
    assert list(one.by_zone.columns) == [
        "pool", "atom", "amount", "one_sided", "zone_code", "ecosystem0", "ecosystem",
    ]  # fmt: skip
    assert sorted(set(one.by_zone["zone_code"])) == ["1", "2"]


def test_without_the_soils_it_says_so():
    context = Context(
        densities=NOTHING, ecosystems=ECOSYSTEMS, atoms=Atoms(factors={}, area_half_width=0.0)
    )
    with pytest.raises(EstimateError, match="soils of the conversions"):
        METHOD.change_terms(*sides([("1", "C", "G", 30)], (2020, 2023)), context)


# in the inventory


def soil_change(inventory, before, after, zone="1"):
    rows = inventory.changes.query(
        f"zone_code == '{zone}' and pool == 'soil' and ecosystem0 == '{before}' "
        f"and ecosystem == '{after}'"
    )
    (found,) = rows.to_dict("records")
    return found


def test_the_change_stands_in_the_tables_with_its_method_and_depth(golden):
    result = inventory_of(
        activity([("1", "C", "G", 300), ("1", "G", "G", 1000)]),
        golden,
        methods=(),
        soil_method="transition",
    )
    found = soil_change(result, "cropland", "grassland")
    assert (found["method"], found["depth_cm"]) == ("transition", "0-30")
    assert float(found["change_t_c"]) == pytest.approx(296.7)
    assert float(found["sink_t_co2_per_year"]) == pytest.approx(98.9 * 44 / 12, abs=1e-6)
    assert soil_change(result, "grassland", "grassland")["change_t_c"] == 0
    (total,) = result.totals.query(
        "zone_code == '1' and quantity == 'change' and scope == 'grassland'"
    ).to_dict("records")
    assert float(total["value_t_c"]) == pytest.approx(296.7)
    assert total["method"] == "transition"


def test_a_reference_that_both_sides_share_moves_them_together(tmp_path):
    """An error of 50 % of the reference is one of the difference: 9.89, not of 33 and 43."""
    lines = [row("soc_ref", "", 43, half=21.5), row("f_lu", "C", 0.77)]
    result = inventory_of(
        activity([("1", "C", "G", 300)]),
        soil_register(tmp_path, *lines),
        methods=(),
        soil_method="transition",
    )
    found = soil_change(result, "cropland", "grassland")
    sink = float(found["sink_t_co2_per_year"])
    bounds = (float(found[f"{side}_t_co2_per_year"]) for side in ("low", "high"))
    half = np.diff(list(bounds))[0] / 2
    assert half == pytest.approx(sink * 0.5, rel=0.15)


def test_stocks_by_one_map_stay_while_the_change_goes_by_the_tables(tmp_path):
    extra = {"soil_b0_sum": 700, "soil_b0_area_mm2": 10 * 10**10}
    result = inventory_of(
        activity([("1", "C", "G", 10, extra)]),
        soil_register(tmp_path, *GOLDEN_2019),
        methods=(),
        soil_map="0-100",
        soil_method="transition",
    )
    found = soil_change(result, "cropland", "grassland")
    assert (found["depth_cm"], found["method"]) == ("0-30", "transition")
    assert float(found["change_t_c"]) == pytest.approx(10 * 0.4945 * 2)
    stock = result.stocks.query("zone_code == '1' and pool == 'soil' and ecosystem == 'grassland'")
    assert set(stock["depth_cm"]) == {"0-100"}


def test_the_change_of_a_period_is_the_sum_of_the_rates_of_its_years(dense):
    """soil_cohorts.csv tells year by year what changes.csv adds."""
    spans = [("1", 2005, 2012, "C", "G", 70.5), ("1", 2012, 2020, "F", "C", 33.3),
             ("1", 2020, 2023, "G", "F", 12.1), ("2", 2012, 2020, "C", "G", 5)]  # fmt: skip
    history = conversions(spans)
    table = activity([("1", "G", "F", 12.1), ("2", "G", "G", 5)])
    result = inventory_of(table, dense, methods=(), soil_method="transition", history=history)
    soils, _ = resolved(dense, *ALL)
    yearly = soil_cohorts(
        history, soils=soils, ecosystems=ECOSYSTEMS, years=(2021, 2022, 2023), tree=tree(("1", "2"))
    )
    for zone in ("R", "1", "2"):
        rates = yearly.query(f"zone_code == '{zone}'")
        for (before, after), rows in rates.groupby(["ecosystem0", "ecosystem"]):
            found = soil_change(result, before, after, zone)
            assert float(found["change_t_c"]) == pytest.approx(
                float(rows["soil_change_t_c_per_year"].sum()), abs=1e-5
            )


def test_a_zone_without_a_history_of_its_own_goes_by_the_pair(dense):
    """A view is counted at the inventory's years alone: its conversions are spread over them."""
    history = conversions([("1", 2020, 2021, "C", "G", 40), ("1", 2021, 2023, "C", "G", 40)])
    result = inventory_of(
        activity([("2", "C", "G", 60)]),
        dense,
        methods=(),
        soil_method="transition",
        history=history,
    )
    found = soil_change(result, "cropland", "grassland", zone="2")
    assert float(found["change_t_c"]) == pytest.approx(60 * 9.89 / 20 * 2)


def test_a_soil_of_a_class_with_a_density_line_of_the_factory_is_found(tmp_path):
    """Plain tables of densities without an edition serve as well."""
    lines = [density("C", "soil", 73.17, depth="0-100"), density("G", "soil", 81.2, depth="0-100")]
    result = inventory_of(
        activity([("1", "C", "G", 100)]),
        register_of(tmp_path, *lines),
        methods=(),
        soil_method="transition",
    )
    found = soil_change(result, "cropland", "grassland")
    assert float(found["change_t_c"]) == pytest.approx(100 * 8.03 / 20 * 2)
    assert found["depth_cm"] == "0-100"
