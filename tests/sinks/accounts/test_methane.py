"""The memo column of methane: METHOD A8, emission positive, in no sum of carbon."""

from decimal import Decimal

import pandas as pd
import pytest
from accounting_factory import activity, inventory_of
from soils_factory import row, soil_register

MEMO = "memo_ch4_t_co2e_per_year"
LINES = (
    row("ef_co2", "G", 0.5),
    row("ef_ch4", "G", 216),
    row("density", "F", 100, depth="0-100"),
)


@pytest.fixture
def built(tmp_path):
    return lambda rows, **options: inventory_of(
        activity(rows),
        soil_register(tmp_path, *LINES),
        methods=(),
        soil_method="transition",
        **options,
    )


def memo(table, **where):
    rows = table
    for name, value in where.items():
        rows = rows[rows[name] == value]
    return rows[MEMO].tolist()


def test_the_golden_of_a_rewetted_wetland(built):
    """100 ha, 216 kg CH4-C/ha/yr: 28.8 t CH4, 806.4 t CO2e at GWP 28; CO2 -183.333."""
    result = built([("1", "G", "G", 100)])
    rows = result.changes.query("zone_code == '1' and pool == 'soil'")
    assert rows[MEMO].tolist() == [Decimal("806.4")]
    assert float(rows["sink_t_co2_per_year"].iloc[0]) == pytest.approx(-183.333333)
    scope = memo(result.totals, zone_code="1", scope="grassland", quantity="change")
    assert scope == [Decimal("806.4")]
    (total,) = result.totals.query(
        "zone_code == '1' and scope == 'all' and quantity == 'change'"
    ).to_dict("records")
    assert float(total["sink_t_co2_per_year"]) == pytest.approx(-183.333333), "never netted"


def test_it_is_blank_where_no_factor_names_the_land(built):
    result = built([("1", "G", "G", 100), ("1", "F", "F", 9)])
    others = result.changes[result.changes["pool"] != "soil"]
    assert others[MEMO].isna().all()
    assert pd.isna(memo(result.changes, zone_code="1", pool="soil", ecosystem="forest")[0])
    assert pd.isna(memo(result.totals, zone_code="1", scope="forest", quantity="change")[0])
    stocks = result.totals[result.totals["quantity"] == "stock"]
    assert stocks[MEMO].isna().all()


def test_converted_land_emits_for_the_years_under_the_class(built):
    """Of 9 parcel years on 30 ha, 1 + 2 + 3 are under the wet class: 30 x 8.064 x 6 / 9."""
    result = built([("1", "F", "G", 30), ("1", "nodata", "G", 999)])
    found = memo(result.changes, zone_code="1", pool="soil", ecosystem="grassland")
    assert found == [Decimal("161.28")]
    scope = memo(result.totals, zone_code="1", scope="grassland", quantity="change")
    assert scope == [Decimal("161.28")], "land that one date does not see emits nothing"
    back = built([("1", "G", "F", 30)])
    found = memo(back.changes, zone_code="1", pool="soil", ecosystem="forest")
    assert found == [Decimal("80.64")]


def test_leagues_add_to_the_region_as_written(built):
    result = built([(zone, "G", "G", 1 / 3) for zone in "123"])
    (whole,) = memo(result.changes, zone_code="R", pool="soil")
    assert whole == sum(memo(result.changes, level="league", pool="soil"))


def test_methane_needs_no_transition(tmp_path):
    result = inventory_of(
        activity([("1", "G", "G", 100)]), soil_register(tmp_path, *LINES), methods=()
    )
    assert memo(result.changes, zone_code="1", pool="soil") == [Decimal("806.4")]
