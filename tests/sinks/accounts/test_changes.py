"""changes.csv and totals.csv: signs, methods, verdicts, and what stays out of the sums."""

from decimal import Decimal

import pandas as pd
import pytest
from accounting_factory import activity, density, inventory_of, register_of

NO_SOIL = [density(code, "soil", 0, depth="0-100") for code in "FGCD"]
FOREST, GRASS = density("F", "agb", 60), density("G", "agb", 3)


@pytest.fixture
def built(tmp_path):
    """Return a function from activity rows and coefficient lines to an inventory."""
    return lambda rows, *lines, years=(2020, 2023), **options: inventory_of(
        activity(rows, years=years), register_of(tmp_path, *lines), **options
    )


def change(inventory, before, after, pool="agb", zone="1"):
    rows = inventory.changes
    (row,) = rows[
        rows["zone_code"].eq(zone) & rows["pool"].eq(pool)
        & rows["ecosystem0"].eq(before) & rows["ecosystem"].eq(after)
    ].to_dict("records")  # fmt: skip
    return row


def total(inventory, scope, quantity="change", zone="1", year1=2023):
    rows = inventory.totals
    (row,) = rows[
        rows["zone_code"].eq(zone) & rows["scope"].eq(scope)
        & rows["quantity"].eq(quantity) & rows["year1"].eq(year1)
    ].to_dict("records")  # fmt: skip
    return row


def test_a_gain_is_positive_and_a_sink_is_44_over_12_per_year(built):
    """10 ha from 3 to 60 t C/ha in three years: 570 t C, 696.666667 t CO2 per year."""
    row = change(built([("1", "G", "F", 10)], FOREST, GRASS, *NO_SOIL), "grassland", "forest")
    assert row["change_t_c"] == 570
    assert row["sink_t_co2_per_year"] == Decimal("696.666667")
    assert (row["land"], row["method"], row["depth_cm"]) == (
        "converted", "stock_difference", "",
    )  # fmt: skip


def test_land_that_stays_is_remaining_and_has_a_row_of_zero(built):
    result = built([("1", "F", "F", 10)], FOREST, *NO_SOIL)
    row = change(result, "forest", "forest")
    assert (row["change_t_c"], row["land"]) == (0, "remaining")


def test_the_region_s_sink_is_the_sum_of_the_leagues_as_written(built):
    """1 t C in a year of three leagues: 3.666667 each, 11.000001 and not 11 in the region."""
    rows = [(zone, "D", "F", 1) for zone in "123"]
    lines = (density("F", "agb", 1), density("D", "agb", 0))
    result = built(rows, *lines, *NO_SOIL, years=(2020, 2021))
    leagues = [change(result, "desert", "forest", zone=z)["sink_t_co2_per_year"] for z in "123"]
    assert leagues == [Decimal("3.666667")] * 3
    assert change(result, "desert", "forest", zone="R")["sink_t_co2_per_year"] == sum(leagues)


def test_land_that_one_date_does_not_see_has_no_change(built):
    result = built([("1", "nodata", "F", 10), ("1", "F", "outside", 5)], FOREST, *NO_SOIL)
    assert result.changes.empty


def test_a_soil_step_is_a_row_outside_of_every_total(built):
    soils = [density(code, "soil", n, depth="0-100") for code, n in (("F", 150), ("G", 100))]
    result = built([("1", "G", "F", 10)], FOREST, GRASS, *soils)
    row = change(result, "grassland", "forest", "soil")
    assert (row["method"], row["change_t_c"], row["depth_cm"]) == (
        "stock_difference(step)", 500, "0-100",
    )  # fmt: skip
    assert total(result, "all")["value_t_c"] == 570


def test_one_soil_map_gives_a_change_that_is_not_estimated(built):
    extra = {"soil_b0_sum": 700, "soil_b0_area_mm2": 10 * 10**10}
    result = built([("1", "F", "F", 10, extra)], FOREST, soil_map="0-100")
    row = change(result, "forest", "forest", "soil")
    assert row["method"] == "NE"
    for column in ("change_t_c", "sink_t_co2_per_year", "low_t_co2_per_year"):
        assert pd.isna(row[column])


# totals


def test_a_change_scope_holds_every_row_that_touches_it(built):
    rows = [("1", "F", "C", 10), ("1", "C", "G", 20), ("1", "C", "C", 99)]
    result = built(rows, FOREST, GRASS, density("C", "agb", 0), *NO_SOIL)
    assert total(result, "forest")["value_t_c"] == -600
    assert total(result, "grassland")["value_t_c"] == 60
    assert total(result, "cropland")["value_t_c"] == -540
    assert total(result, "forest_grassland_wetland")["value_t_c"] == -540
    assert total(result, "all")["value_t_c"] == -540


def test_a_scope_that_does_not_occur_is_zero_and_one_that_nobody_estimates_is_blank(built):
    result = built([("1", "F", "F", 10), ("1", "D", "D", 5)], FOREST, *NO_SOIL,
                   methods=("forest",))  # fmt: skip
    gone, unknown = total(result, "water"), total(result, "desert")
    assert (gone["value_t_c"], gone["verdict"]) == (0, "no_signal")
    assert unknown["verdict"] == "not_estimated"
    assert pd.isna(unknown["value_t_c"])


@pytest.mark.parametrize(
    ("half", "verdict"), [(0.0, "signal"), (0.5, "signal"), (0.9, "signal"), (1.1, "no_signal")]
)
def test_a_signal_is_larger_than_half_of_its_interval(built, half, verdict):
    """10 ha of desert become forest; above the value the interval reaches farther than below."""
    below = min(half, 1)
    line = density("F", "agb", 60, low=60 * (1 - below), high=60 * (1 + 2 * half - below))
    result = built([("1", "D", "F", 10)], line, density("D", "agb", 0), *NO_SOIL, draws=20_000)
    row = total(result, "forest")
    assert row["value_t_c"] == 600
    assert row["verdict"] == verdict
    if half == 0:
        assert pd.isna(row["signal_ratio"])
        assert row["half_width_share"] == 0
        return
    assert float(row["signal_ratio"]) == pytest.approx(1 / half, rel=0.05)
    if verdict == "no_signal":
        assert pd.isna(row["half_width_share"])
    else:
        assert float(row["signal_ratio"] * row["half_width_share"]) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(("lost", "verdict"), [(5, "signal"), (6, "one_sided")])
def test_more_than_five_percent_of_one_sided_losses_decide_the_verdict(built, lost, verdict):
    """The step of the soil, as large as it may be, is no part of the gross change."""
    rows = [("1", "G", "F", 100 - lost), ("1", "F", "D", lost)]
    soils = [
        density(code, "soil", n, depth="0-100") for code, n in (("F", 900), ("G", 0), ("D", 0))
    ]
    result = built(rows, FOREST, density("G", "agb", 0), *soils, methods=("forest", "grassland"))
    row = total(result, "forest")
    assert row["value_t_c"] == 60 * (100 - lost) - 60 * lost
    assert row["verdict"] == verdict
    (loss,) = result.one_sided.query("zone_code == '1' and scope == 'forest'").to_dict("records")
    assert loss["share"] == pytest.approx(lost / 100)


def test_a_loss_whose_gain_is_unknown_counts_alone(built):
    result = built([("1", "F", "D", 10)], FOREST, *NO_SOIL, methods=("forest",))
    assert change(result, "forest", "desert")["change_t_c"] == -600
    result = built([("1", "D", "F", 10)], FOREST, *NO_SOIL, methods=("forest",))
    assert change(result, "desert", "forest")["change_t_c"] == 0


def test_methods_are_joined_by_plus_in_order(built):
    result = built([("1", "F", "F", 10)], FOREST, *NO_SOIL)
    assert total(result, "forest")["method"] == "stock_difference"


def test_three_years_have_consecutive_pairs_and_the_whole(tmp_path):
    register = register_of(tmp_path, FOREST, GRASS, *NO_SOIL)
    table = pd.concat(
        [
            activity([("1", "G", "F", 10)], years=(2018, 2020)),
            activity([("1", "F", "G", 10)], years=(2020, 2023)),
            activity([("1", "G", "G", 10)], years=(2018, 2023)),
        ],
        ignore_index=True,
    )
    result = inventory_of(table, register)
    rows = result.totals.query("zone_code == '1' and quantity == 'change' and scope == 'all'")
    values = {(r.year0, r.year1): r.value_t_c for r in rows.itertuples()}
    assert values == {(2018, 2020): 570, (2020, 2023): -570, (2018, 2023): 0}
    assert sorted(set(result.stocks["year"])) == [2018, 2020, 2023]


# reconciliation and trace


def test_the_reconciliation_explains_the_difference_of_two_stocks(built):
    rows = [("1", "F", "F", 100), ("1", "G", "F", 10), ("1", "F", "nodata", 4),
            ("1", "outside", "G", 7)]  # fmt: skip
    soils = [density(code, "soil", n, depth="0-100") for code, n in (("F", 150), ("G", 100))]
    result = built(rows, FOREST, GRASS, *soils)
    (row,) = result.reconciliation.query("zone_code == '1'").to_dict("records")
    assert row["stock0_t_c"] == 104 * 210 + 10 * 103
    assert row["stock1_t_c"] == 110 * 210 + 7 * 103
    assert row["change_common_t_c"] == 10 * (210 - 103)
    assert row["only_year0_t_c"] == 4 * 210
    assert row["only_year1_t_c"] == 7 * 103
    # the step of the soil is a row of changes.csv, so that it is reported
    assert row["change_reported_t_c"] == 10 * (210 - 103)
    assert row["method_gap_t_c"] == 0


def test_what_is_not_reported_is_the_method_gap(built):
    extra = {"soil_b0_sum": 1000, "soil_b0_area_mm2": 10 * 10**10}
    result = built([("1", "G", "F", 10, extra)], FOREST, GRASS, soil_map="0-100")
    (row,) = result.reconciliation.query("zone_code == '1'").to_dict("records")
    assert row["change_reported_t_c"] == 570
    assert row["method_gap_t_c"] == row["change_common_t_c"] - 570 == 0


def test_a_trace_leads_from_a_stock_to_its_factors(built):
    result = built([("1", "F", "F", 10), ("2", "F", "F", 5)], FOREST, *NO_SOIL)
    living = result.trace.query("year == 2020 and pool == 'agb'")
    found = {r.zone_code: (r.amount, r.factors, r.stock_t_c) for r in living.itertuples()}
    key = "test/density/agb/F/////*area:forest:2020"
    assert found == {
        "R": (Decimal(15), key, Decimal(900)),
        "1": (Decimal(10), key, Decimal(600)),
        "2": (Decimal(5), key, Decimal(300)),
    }
