"""The accounting on tables small enough to work by hand; goldens are METHOD's."""

from decimal import Decimal

import pandas as pd
import pytest
from accounting_factory import activity, agb, density, inventory_of, register_of, tree
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sinks.coefficients import load_register

NO_SOIL = [density(c, "soil", 0, depth="0-100") for c in "FGCD"]
PLAIN = [density("F", "agb", 60), density("G", "agb", 3), density("C", "agb", 0),
         density("D", "agb", 0)]  # fmt: skip


@pytest.fixture
def register(tmp_path):
    """Return a function that makes a register of CSV lines."""
    return lambda *lines: register_of(tmp_path, *lines)


def total(inventory, scope, quantity="change", zone="R", year1=2023):
    rows = inventory.totals
    rows = rows[
        rows["scope"].eq(scope)
        & rows["quantity"].eq(quantity)
        & rows["zone_code"].eq(zone)
        & rows["year1"].eq(year1)
    ]
    (row,) = rows.to_dict("records")
    return row


def test_golden_a3_growth_on_the_same_land(register):
    """1,000 ha larch, V 120 -> 126: AGB 92.4 -> 97.02; 973.896 t C/yr, 3,570.952 t CO2/yr."""
    rows = [("1", "F", "F", 1000, agb(0, [92_400], 1000) | agb(1, [97_020], 1000))]
    table = register(
        "F,,,agb,0.51,t C/t d.m.,0.51,0.51,a test,,verified,carbon_fraction,",
        "F,,,bgb,0.51,t C/t d.m.,0.51,0.51,a test,,verified,carbon_fraction,",
        "F,,,bgb,0.24,t BGB/t AGB,0.24,0.24,a test,,verified,root_shoot,",
        *NO_SOIL,
    )
    result = inventory_of(activity(rows), table, biomass=("forest",))
    row = total(result, "forest")
    # the row is written at 1e-6 per pool, so the sums agree to a few millionths
    assert float(row["value_t_c"]) == pytest.approx(61_355.448 - 58_433.76, abs=1e-5)
    assert float(row["sink_t_co2_per_year"]) == pytest.approx(3_570.952, abs=1e-4)
    stock = total(result, "forest", "stock", year1=2020)
    assert float(stock["value_t_c"]) == pytest.approx(58_433.76, abs=1e-5)


def test_golden_a3_trap_area_mapped_larger_is_not_growth_of_the_stand(register):
    """The 50 ha seen only in 2023 stay out of the change and stand in the reconciliation."""
    rows = [
        ("1", "F", "F", 1000),
        ("1", "nodata", "F", 50),
    ]
    result = inventory_of(activity(rows), register(density("F", "agb", 60), *NO_SOIL))
    assert total(result, "forest")["value_t_c"] == 0
    (row,) = result.reconciliation[result.reconciliation["zone_code"] == "1"].to_dict("records")
    assert row["only_year1_t_c"] == 3000
    assert row["change_common_t_c"] == 0
    assert row["stock1_t_c"] - row["stock0_t_c"] == 3000


def test_golden_a5_grassland_to_forest_loses_first(register):
    """500 ha: 6.5 t d.m./ha lost, 2.0 t d.m./ha (1+0.39) grown: -874.2 t C in the first year."""
    table = register(
        density("G", "agb", 6.5 * 0.47), density("F", "agb", 2.0 * 1.39 * 0.47), *NO_SOIL
    )
    result = inventory_of(activity([("1", "G", "F", 500)], years=(2020, 2021)), table)
    row = total(result, "forest", year1=2021)
    assert float(row["value_t_c"]) == pytest.approx(-874.2, abs=1e-4)
    assert float(row["sink_t_co2_per_year"]) == pytest.approx(-3_205.4, abs=1e-3)


def test_golden_area_matrix_rows_and_columns_are_the_areas(register):
    cells = {"FF": 990, "FG": 10, "GF": 40, "GG": 4930, "GC": 30, "CG": 30, "CC": 770}
    rows = [("1", *pair, area) for pair, area in cells.items()]
    result = inventory_of(activity(rows), register(*PLAIN, *NO_SOIL))
    area = result.areas[result.areas["zone_code"] == "1"]
    assert area.set_index(["year", "code"])["area_ha"].to_dict() == {
        (2020, "F"): 1000, (2020, "G"): 5000, (2020, "C"): 800,
        (2023, "F"): 1030, (2023, "G"): 4970, (2023, "C"): 800,
    }  # fmt: skip
    moved = result.transitions[result.transitions["zone_code"] == "1"]
    assert sum(moved["area_ha"]) == 6800


def test_golden_d1_land_leaving_a_scope_counts_with_its_loss(register):
    rows = [("1", "F", "C", 100), ("1", "C", "F", 100)]
    result = inventory_of(activity(rows), register(*PLAIN, *NO_SOIL))
    assert total(result, "forest_grassland_wetland")["value_t_c"] == 0
    final = result.changes[
        result.changes["ecosystem"].eq("forest") & result.changes["zone_code"].eq("R")
    ]
    assert sum(final["change_t_c"].dropna()) == 6000


def test_a_conversion_with_one_unestimated_side_counts_the_loss_alone(register):
    rows = [("1", "F", "D", 10), ("1", "D", "F", 10), ("1", "F", "F", 100)]
    result = inventory_of(
        activity(rows), register(density("F", "agb", 60), *NO_SOIL), methods=("forest",)
    )
    row = total(result, "forest")
    assert row["value_t_c"] == -600
    assert row["verdict"] == "one_sided"
    stocks = result.stocks[result.stocks["zone_code"] == "1"].set_index(
        ["year", "ecosystem", "pool"]
    )
    assert stocks.loc[(2023, "desert", "agb"), "completeness"] == "NE"
    assert pd.isna(stocks.loc[(2023, "desert", "agb"), "stock_t_c"])
    assert stocks.loc[(2023, "wetland", "agb"), "completeness"] == "NO"


def test_one_soil_map_gives_stocks_and_a_change_of_ne_never_zero(register):
    rows = [("1", "F", "F", 10, {"soil_b0_sum": 1444, "soil_b0_area_mm2": 10 * 10**10})]
    result = inventory_of(activity(rows), register(density("F", "agb", 60)), soil_map="0-100")
    stock = result.stocks.query("zone_code == '1' and pool == 'soil' and ecosystem == 'forest'")
    assert list(stock["stock_t_c"]) == [1444, 1444]
    assert set(stock["depth_cm"]) == {"0-100"}
    (change,) = result.changes.query("zone_code == '1' and pool == 'soil'").to_dict("records")
    assert change["method"] == "NE"
    assert pd.isna(change["change_t_c"])
    assert total(result, "all")["value_t_c"] == 0


def test_a_soil_step_stands_apart_and_enters_no_total(register):
    table = register(
        density("F", "agb", 0), density("G", "agb", 0),
        density("F", "soil", 144.4, depth="0-100"), density("G", "soil", 81.2, depth="0-100"),
    )  # fmt: skip
    result = inventory_of(activity([("1", "G", "F", 10)]), table)
    (change,) = result.changes.query("zone_code == '1' and pool == 'soil'").to_dict("records")
    assert change["method"] == "stock_difference(step)"
    assert change["change_t_c"] == Decimal(632)
    assert total(result, "all")["value_t_c"] == 0


def test_root_shoot_is_applied_per_biomass_class_never_on_the_mean(tmp_path):
    """100 ha at 50 and 100 ha at 100 t d.m./ha: R 0.39 and 0.24, not the R of the mean 75."""
    path = tmp_path / "ladder.csv"
    head = "ecosystem,pool,value,unit,low,high,source,confidence,parameter,class_from,class_to"
    path.write_text(
        f"""{head},code,stratum,locator,depth_cm
forest,bgb,0.39,t BGB/t AGB,0.39,0.39,a test,verified,root_shoot,0,75,,,,
forest,bgb,0.24,t BGB/t AGB,0.24,0.24,a test,verified,root_shoot,75,,,,,
forest,,0.5,t C/t d.m.,0.5,0.5,a test,verified,carbon_fraction,,,,,,
forest,soil,0,t C/ha,0,0,a test,verified,density,,,,,,0-100
"""
    )
    register = load_register([path])
    biomass = [5_000, 10_000]
    rows = [("1", "F", "F", 200, agb(0, biomass, 200) | agb(1, biomass, 200))]
    result = inventory_of(
        activity(rows), register, methods=("forest",), biomass=("forest",), edges=(75.0,)
    )
    (stock, _) = result.stocks.query("zone_code == '1' and pool == 'bgb' and area_ha > 0")[
        "stock_t_c"
    ]
    assert stock == Decimal("0.5") * (5_000 * Decimal("0.39") + 10_000 * Decimal("0.24"))


def test_biomass_gaps_fall_back_to_the_table_row(register):
    rows = [("1", "F", "F", 100, agb(0, [5000], 60) | agb(1, [5000], 100))]
    table = register(
        "F,,,agb,0.5,t C/t d.m.,0.5,0.5,a test,,verified,carbon_fraction,",
        density("F", "agb", 10),
        *NO_SOIL,
    )
    result = inventory_of(activity(rows), table, biomass=("forest",))
    stock = result.stocks.query("zone_code == '1' and pool == 'agb' and ecosystem == 'forest'")
    assert list(stock["stock_t_c"]) == [2500 + 40 * 10, 2500]


def test_area_error_is_taken_on_remaining_land_of_both_dates(register):
    result = inventory_of(
        activity([("1", "F", "F", 100)]), register(density("F", "agb", 60), *NO_SOIL),
        area_error=0.10, draws=20_000,
    )  # fmt: skip
    row = total(result, "forest")
    assert row["value_t_c"] == 0
    assert row["verdict"] == "no_signal"
    half = float(row["high_t_c"] - row["low_t_c"]) / 2
    assert half == pytest.approx(6000 * 0.10 * 2**0.5, rel=0.03)


def test_a_shared_coefficient_is_not_averaged_away_over_leagues(register):
    zones = tuple("123456789")
    table = register(density("F", "agb", 60, low=42, high=78), *NO_SOIL)
    result = inventory_of(activity([(z, "F", "F", 100) for z in zones]), table, draws=20_000)
    region, league = (total(result, "forest", "stock", zone=z) for z in ("R", "1"))
    assert abs(region["half_width_share"] - league["half_width_share"]) <= Decimal("0.000001")


@settings(max_examples=10, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    st.lists(
        st.tuples(st.sampled_from("12"), st.sampled_from("FGC"), st.sampled_from("FGC"),
                  st.integers(1, 10**6)),
        min_size=1, max_size=12, unique_by=lambda r: r[:3],
    )
)  # fmt: skip
def test_region_is_the_sum_of_leagues_as_decimals(tmp_path_factory, rows):
    table = register_of(
        tmp_path_factory.mktemp("t"),
        density("F", "agb", 1 / 3, low=0.3, high=0.4), *PLAIN[1:], *NO_SOIL,
    )  # fmt: skip
    result = inventory_of(
        activity([(z, a, b, n / 7) for z, a, b, n in rows]), table,
        zone_tree=tree(tuple(sorted({r[0] for r in rows}))),
    )  # fmt: skip
    for table, column in (
        (result.stocks, "stock_t_c"),
        (result.changes, "change_t_c"),
        (result.changes, "sink_t_co2_per_year"),
        (result.totals, "value_t_c"),
    ):
        known = (
            table[table[column].notna()].fillna({"year0": 0})
            if "year0" in table
            else (table[table[column].notna()])
        )
        keys = [
            k
            for k in (
                "year",
                "year0",
                "year1",
                "ecosystem0",
                "ecosystem",
                "pool",
                "quantity",
                "scope",
                "method",
            )
            if k in known and k != "verdict"
        ]
        by_level = known.groupby(["level", *keys], dropna=False)[column].sum().to_dict()
        assert {k[1:]: v for k, v in by_level.items() if k[0] == "league" and v} == {
            k[1:]: v for k, v in by_level.items() if k[0] == "region" and v
        }
    residual = (
        result.reconciliation["stock1_t_c"]
        - result.reconciliation["stock0_t_c"]
        - result.reconciliation["change_common_t_c"]
        - result.reconciliation["only_year1_t_c"]
        + result.reconciliation["only_year0_t_c"]
    )
    assert all(abs(r) <= Decimal("0.00001") for r in residual)


def test_one_year_gives_stocks_only(register):
    result = inventory_of(
        activity([("1", "F", None, 100)], years=(2019,)),
        register(density("F", "agb", 60), *NO_SOIL),
    )
    assert set(result.stocks["year"]) == {2019}
    assert result.changes.empty
    assert result.transitions.empty
    assert set(result.totals["quantity"]) == {"stock"}
