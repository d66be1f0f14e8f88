"""Every gate, on both sides of its limit."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from accounting_factory import ECOSYSTEMS, activity, agb, density, inventory_of, register_of, tree

from sinks import quality
from sinks.categories import Ecosystem
from sinks.inventory import year_sides
from sinks.quality import Gates
from sinks.uncertainty import Factor

MICRO = 10**6
PLAIN = (
    density("F", "agb", 60),
    density("G", "agb", 3),
    density("C", "agb", 0),
    density("D", "agb", 0),
    *(density(code, "soil", 0, depth="0-100") for code in "FGCD"),
)


@pytest.fixture
def inventory(tmp_path):
    """Return a function that builds an inventory of activity rows."""
    register = register_of(tmp_path, *PLAIN)
    return lambda rows, **options: inventory_of(activity(rows), register, **options)


def verdicts(gates, check):
    """Return zone -> (value, limit, verdict) of one check."""
    rows = gates.table()
    found = rows[rows["check"].eq(check)]
    return {r.zone_code: (r.value, r.limit, r.verdict) for r in found.itertuples()}


def covered(**changes):
    """Return the coverage of one zone of 100 ha in millionths."""
    row = {"zone_code": "1", "level": "league", "year": 2020, "polygon": 100 * MICRO,
           "classified": 100 * MICRO, "nodata": 0, "outside": 0}  # fmt: skip
    return pd.DataFrame([row | changes]).astype(
        dict.fromkeys(("polygon", "classified", "nodata", "outside"), "Int64")
    )


# the rows themselves


def test_a_limit_itself_passes():
    gates = Gates()
    gates.at_most("a", "1", 0.05, 0.05)
    gates.at_most("a", "2", np.nextafter(0.05, 1), 0.05)
    gates.within("b", "1", 5, (5, 200))
    gates.within("b", "2", 200, (5, 200))
    gates.within("b", "3", np.nextafter(5, 0), (5, 200))
    gates.within("b", "4", np.nextafter(200, 999), (5, 200))
    gates.show("c", "", 7)
    assert list(gates.table()["verdict"]) == [
        "pass", "fail", "pass", "pass", "fail", "fail", "shown",
    ]  # fmt: skip
    assert list(gates.table().columns) == ["check", "zone_code", "value", "limit", "verdict"]
    assert gates.table()["limit"].tolist()[2] == "[5, 200]"


def test_a_value_that_is_no_number_fails():
    gates = Gates()
    gates.at_most("a", "1", float("nan"), 1.0)
    gates.within("b", "1", float("nan"), (0.0, 1.0))
    assert list(gates.table()["verdict"]) == ["fail", "fail"]


# areas


@pytest.mark.parametrize(("missing", "verdict"), [(100, "pass"), (101, "fail"), (-101, "fail")])
def test_counted_area_may_miss_a_millionth_of_the_polygon(missing, verdict):
    gates = Gates()
    quality.closure(gates, covered(classified=100 * MICRO - missing), {})
    value, limit, found = verdicts(gates, "area_closure[2020]")["1"]
    assert (value, limit, found) == (abs(missing) / (100 * MICRO), 1e-6, verdict)


@pytest.mark.parametrize(
    ("nodata", "outside", "verdict"), [(1.0, 0.0, "pass"), (0.5, 0.5, "pass"), (0.5, 0.51, "fail")]
)
def test_one_percent_may_be_without_a_class(nodata, outside, verdict):
    gates = Gates()
    parts = {"nodata": round(nodata * MICRO), "outside": round(outside * MICRO)}
    quality.closure(gates, covered(**parts, classified=100 * MICRO - sum(parts.values())), {})
    value, limit, found = verdicts(gates, "unclassified_share[2020]")["1"]
    assert value == pytest.approx((nodata + outside) / 100)
    assert (limit, found) == (0.01, verdict)


def test_a_zone_without_area_is_whole():
    gates = Gates()
    quality.closure(gates, covered(polygon=0, classified=0), {})
    assert set(gates.table()["verdict"]) == {"pass"}


def test_the_geodesic_and_the_published_area_are_shown_once_and_never_judged():
    gates = Gates()
    both = pd.concat([covered(), covered(year=2023)])
    quality.closure(gates, both, {"1": 999_000.0})
    quality.official_areas(gates, both, {"1": 40.0, "9": 1.0})
    value, _, verdict = verdicts(gates, "geodesic_area_difference_share")["1"]
    assert value == pytest.approx(0.001)
    assert verdict == "shown"
    assert verdicts(gates, "official_area_difference_ha") == {"1": (60.0, 40.0, "shown")}
    checks = list(gates.table()["check"])
    assert checks.count("geodesic_area_difference_share") == 1
    assert checks.count("official_area_difference_ha") == 1


# sums


def test_levels_that_add_up_pass_and_a_millionth_more_fails(inventory):
    result = inventory([("1", "F", "G", 10), ("2", "G", "F", 7)])
    gates = Gates()
    quality.conservation(gates, result, tree(("1", "2")))
    assert verdicts(gates, "roll_up_stocks[league]") == {"": (0.0, 0.0, "pass")}
    assert verdicts(gates, "roll_up_changes[league]") == {"": (0.0, 0.0, "pass")}
    for table, column in (("stocks", "stock_t_c"), ("changes", "change_t_c")):
        changed = getattr(result, table).copy()
        at = changed.index[changed["level"].eq("league") & changed[column].notna()][0]
        changed.loc[at, column] += Decimal("0.000001")
        gates = Gates()
        quality.conservation(gates, replace(result, **{table: changed}), tree(("1", "2")))
        assert verdicts(gates, f"roll_up_{table}[league]") == {"": (1e-6, 0.0, "fail")}


def test_rows_and_columns_of_the_matrix_are_the_areas_to_the_square_millimetre(inventory):
    rows = [("1", "F", "G", 10), ("1", "G", "G", 5), ("2", "G", "nodata", 7)]
    table, areas = activity(rows), inventory(rows).exact_areas
    gates = Gates()
    quality.matrix(gates, table, areas)
    assert {(r.check, r.zone_code, r.value, r.verdict) for r in gates.table().itertuples()} == {
        (f"transition_{side}[2020-2023]", zone, 0.0, "pass")
        for side in ("rows", "columns")
        for zone in "12"
    }
    table.loc[0, "area_mm2"] += 1
    gates = Gates()
    quality.matrix(gates, table, areas)
    for side in ("rows", "columns"):
        found = verdicts(gates, f"transition_{side}[2020-2023]")
        assert found == {"1": (1e-10, 0.0, "fail"), "2": (0.0, 0.0, "pass")}


def test_a_class_that_the_matrix_lost_fails(inventory):
    rows = [("1", "F", "G", 10), ("1", "C", "G", 5)]
    gates = Gates()
    quality.matrix(gates, activity(rows[:1]), inventory(rows).exact_areas)
    assert verdicts(gates, "transition_rows[2020-2023]") == {"1": (5.0, 0.0, "fail")}


def test_a_single_year_has_no_matrix(tmp_path):
    table = activity([("1", "F", None, 10)], years=(2019,))
    result = inventory_of(table, register_of(tmp_path, *PLAIN))
    gates = Gates()
    quality.matrix(gates, table, result.exact_areas)
    quality.footprints(gates, result)
    quality.one_sided(gates, result.one_sided)
    assert gates.rows == []


@pytest.mark.parametrize(("only", "verdict"), [(1.0, "pass"), (1.02, "fail")])
def test_one_percent_of_the_stock_may_be_seen_in_one_year_only(inventory, only, verdict):
    """99 ha are seen by both dates, 1 ha by 2023 alone: 60 of 6,000 t C."""
    result = inventory([("1", "F", "F", 100 - only), ("1", "nodata", "F", only)])
    gates = Gates()
    quality.footprints(gates, result)
    value, limit, found = verdicts(gates, "stock_in_one_year_only[2020-2023]")["1"]
    assert value == pytest.approx(only / 100)
    assert (limit, found) == (0.01, verdict)
    assert verdicts(gates, "reconciliation_residual_share[2020-2023]")["1"] == (0.0, 1e-6, "pass")


@pytest.mark.parametrize(("gap", "verdict"), [("0.006", "pass"), ("0.006001", "fail")])
def test_what_the_reconciliation_leaves_over_is_judged(inventory, gap, verdict):
    result = inventory([("1", "F", "F", 100)])
    table = result.reconciliation.copy()
    table.loc[table["zone_code"].eq("1"), "change_common_t_c"] += Decimal(gap)
    gates = Gates()
    quality.footprints(gates, replace(result, reconciliation=table))
    assert verdicts(gates, "reconciliation_residual_share[2020-2023]")["1"][2] == verdict


@pytest.mark.parametrize(("lost", "verdict"), [(5, "pass"), (6, "fail")])
def test_five_percent_of_the_gross_change_may_be_a_loss_without_a_gain(tmp_path, lost, verdict):
    """Of 100 ha that lose or gain 60 t C/ha, some turn to desert, which is not estimated."""
    soil = [density(code, "soil", 0, depth="0-100") for code in "FGD"]
    register = register_of(tmp_path, density("F", "agb", 60), density("G", "agb", 0), *soil)
    half = (100 - lost) / 2
    rows = [("1", "F", "G", half), ("1", "G", "F", half), ("1", "F", "D", lost)]
    result = inventory_of(activity(rows), register, methods=("forest", "grassland"))
    gates = Gates()
    quality.one_sided(gates, result.one_sided)
    found = verdicts(gates, "one_sided_loss_share[2020-2023]")
    assert found == dict.fromkeys("1R", (lost / 100, 0.05, verdict))


# pixels


def judged(rows, *, biomass=frozenset({Ecosystem.FOREST}), soil_from_map=False):
    scales = {"agb0": 1.0, "agb1": 1.0, "soil": 1.0}
    gates = Gates()
    quality.pixel_coverage(
        gates,
        list(year_sides(activity(rows), scales)),
        tree=tree(tuple(sorted({row[0] for row in rows}))),
        ecosystems=ECOSYSTEMS,
        biomass=biomass,
        soil_from_map=soil_from_map,
    )
    return gates


@pytest.mark.parametrize(("seen", "verdict"), [(95, "pass"), (94.9, "fail")])
def test_five_percent_of_the_forest_may_fall_back_to_the_table(seen, verdict):
    gates = judged([("1", "F", "F", 100, agb(0, [1], seen) | agb(1, [1], 100))])
    value, limit, found = verdicts(gates, "biomass_table_fallback_share[2020]")["1"]
    assert value == pytest.approx(1 - seen / 100)
    assert (limit, found) == (0.05, verdict)
    assert verdicts(gates, "biomass_table_fallback_share[2023]")["R"][2] == "pass"


def test_land_of_other_ecosystems_needs_no_biomass():
    gates = judged([("1", "G", "G", 100, agb(0, [0], 0) | agb(1, [0], 0))])
    assert verdicts(gates, "biomass_table_fallback_share[2020]") == {
        "1": (0.0, 0.05, "pass"),
        "R": (0.0, 0.05, "pass"),
    }


def test_without_a_biomass_raster_there_is_no_gate():
    assert judged([("1", "F", "F", 100)], biomass=frozenset()).rows == []


def test_classified_land_without_a_soil_value_is_shown():
    rows = [
        ("1", "F", "F", 100, {"soil_b0_sum": 0, "soil_b0_area_mm2": 60 * 10**10}),
        ("1", "nodata", "nodata", 40, {"soil_b0_sum": 0, "soil_b0_area_mm2": 0}),
        ("2", "G", "G", 10, {"soil_b0_sum": 0, "soil_b0_area_mm2": 10 * 10**10}),
    ]
    gates = judged(rows, biomass=frozenset(), soil_from_map=True)
    assert verdicts(gates, "area_without_soil_value_ha[2020]") == {
        "1": (40.0, "", "shown"),
        "2": (0.0, "", "shown"),
        "R": (40.0, "", "shown"),
    }


def test_a_source_whose_mean_moves_by_more_than_a_percent_is_shown():
    """0.39 (0.23-0.96) is drawn with the mean 0.5022: 28.8 % above."""
    gates = Gates()
    quality.mean_shifts(
        gates,
        [
            Factor(key="skewed", value=0.39, low=0.23, high=0.96),
            Factor(key="even", value=10.0, low=2.5, high=17.5),
            Factor(key="zero", value=0.0, low=0.0, high=1.0),
        ],
    )
    ((check, zone, shift, limit, verdict),) = gates.rows
    assert (check, zone, limit, verdict) == ("mean_shift_share[skewed]", "", 0.01, "shown")
    assert shift == pytest.approx(0.2876, abs=1e-4)


def test_totals_outside_of_their_own_interval_are_counted():
    totals = pd.DataFrame(
        {
            "value_t_c": [Decimal(10), Decimal(10), Decimal("1234567890.5"), None],
            "low_t_c": [Decimal(9), Decimal("10.1"), Decimal(1234567890), None],
            "high_t_c": [Decimal(11), Decimal(12), Decimal(1234567890), None],
        }
    )
    gates = Gates()
    quality.outside_intervals(gates, totals)
    assert gates.rows == [("totals_outside_their_interval", "", 1, 0, "shown")]


def test_totals_that_products_of_sources_explain_in_part_are_shown(tmp_path):
    """Relative variances a of 75 % and b of 300 %: the product of both has ab / (a + b + ab)."""
    table = register_of(tmp_path, density("F", "agb", 60, low=15, high=105),
                        density("F", "soil", 0, depth="0-100"))  # fmt: skip
    wide, narrow = (
        inventory_of(activity([("1", "F", "F", 100)]), table, methods=("forest",),
                     area_error=error, draws=50_000)
        for error in (3.0, 0.01)
    )  # fmt: skip
    gates = Gates()
    quality.joint_shares(gates, narrow.sensitivity, tree())
    stocks = [check for check, *_ in gates.rows if "stock" in check]
    assert stocks == []
    gates = Gates()
    quality.joint_shares(gates, wide.sensitivity, tree())
    (row,) = [r for r in gates.rows if r[0] == "variance_of_products_share[stock][forest][2023]"]
    assert (row[1], row[3], row[4]) == ("R", 0.1, "shown")
    a, b = (0.75 / 1.96) ** 2, (3 / 1.96) ** 2
    assert row[2] == pytest.approx(a * b / (a + b + a * b), abs=0.02)
    assert {zone for _, zone, *_ in gates.rows} == {"R"}
    assert all("2020-2023" in check for check, *_ in gates.rows if "[change]" in check)
