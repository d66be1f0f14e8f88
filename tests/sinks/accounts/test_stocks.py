"""stocks.csv: what has a figure, what does not occur, and what nobody estimated."""

from decimal import Decimal

import pandas as pd
import pytest
from accounting_factory import activity, agb, density, inventory_of, register_of

SOIL = [density(code, "soil", 100, depth="0-100") for code in "FGCD"]


@pytest.fixture
def stocks(tmp_path):
    """Return a function from activity rows and lines to the rows of stocks.csv by their key."""

    def make(rows, *lines, **options):
        register = register_of(tmp_path, *lines)
        table = inventory_of(activity(rows), register, **options).stocks
        return {
            (r["zone_code"], r["year"], r["ecosystem"], r["pool"]): r
            for r in table.to_dict("records")
        }

    return make


def test_every_ecosystem_and_pool_has_a_row_for_every_zone_and_year(stocks):
    found = stocks([("1", "F", "F", 10)], density("F", "agb", 60), *SOIL)
    assert len(found) == 2 * 2 * 9 * 5
    assert found["1", 2020, "water", "agb"]["completeness"] == "NO"
    assert found["1", 2020, "water", "agb"]["stock_t_c"] == 0
    assert found["1", 2020, "water", "agb"]["area_ha"] == 0


def test_an_estimate_has_value_interval_area_and_method(stocks):
    line = density("F", "agb", 60, low=50, high=70)
    row = stocks([("1", "F", "G", 10)], line, density("G", "agb", 0), *SOIL)[
        "1", 2020, "forest", "agb"
    ]
    assert (row["area_ha"], row["stock_t_c"]) == (Decimal(10), Decimal(600))
    # a symmetric interval is drawn lognormal: 506 and 706 by its quantiles
    assert 500 < row["low_t_c"] < 515
    assert 695 < row["high_t_c"] < 715
    assert (row["method"], row["completeness"], row["depth_cm"]) == (
        "density_table", "estimated", "",
    )  # fmt: skip
    assert row["zone_name"] == "盟1"


def test_a_pool_without_a_row_is_not_estimated_and_never_zero(stocks):
    found = stocks([("1", "F", "F", 10)], density("F", "agb", 60), *SOIL)
    row = found["1", 2023, "forest", "litter"]
    assert row["completeness"] == "NE"
    assert pd.isna(row["stock_t_c"])
    assert pd.isna(row["low_t_c"])
    assert row["method"] == ""
    assert row["area_ha"] == 10


def test_an_ecosystem_that_ends_does_not_occur_later(stocks):
    found = stocks([("1", "F", "G", 10)], density("F", "agb", 60), density("G", "agb", 3), *SOIL)
    assert found["1", 2020, "forest", "agb"]["completeness"] == "estimated"
    assert found["1", 2023, "forest", "agb"]["completeness"] == "NO"
    assert found["1", 2023, "forest", "agb"]["stock_t_c"] == 0


def test_soil_carries_its_depth_and_comes_from_the_table_or_the_map(stocks):
    from_table = stocks([("1", "F", "F", 10)], density("F", "agb", 60), *SOIL)
    row = from_table["1", 2020, "forest", "soil"]
    assert (row["depth_cm"], row["method"], row["stock_t_c"]) == ("0-100", "density_table", 1000)
    extra = {"soil_b0_sum": 700, "soil_b0_area_mm2": 10 * 10**10}
    from_map = stocks([("1", "F", "F", 10, extra)], density("F", "agb", 60), soil_map="0-30")
    row = from_map["1", 2020, "forest", "soil"]
    assert (row["depth_cm"], row["method"], row["stock_t_c"]) == ("0-30", "soil_map", 700)


def test_land_where_the_soil_map_has_no_value_is_not_estimated(stocks):
    nothing = {"soil_b0_sum": 0, "soil_b0_area_mm2": 0}
    row = stocks([("1", "F", "F", 10, nothing)], density("F", "agb", 60), soil_map="0-30")[
        "1", 2020, "forest", "soil"
    ]
    assert row["completeness"] == "NE"
    assert pd.isna(row["stock_t_c"])


def test_a_stock_of_pixels_says_so(stocks):
    fraction = "F,,,,0.5,t C/t d.m.,0.5,0.5,a test,,verified,carbon_fraction,"
    rows = [("1", "F", "F", 10, agb(0, [400], 10) | agb(1, [500], 10))]
    found = stocks(rows, fraction, *SOIL, biomass=("forest",))
    row = found["1", 2023, "forest", "agb"]
    assert (row["method"], row["stock_t_c"]) == ("biomass_map", 250)


def test_land_without_a_class_has_no_area_and_says_nothing_of_any_ecosystem(stocks):
    """Zone 1 shows no class in 2020, zone 2 shows grassland: there, forest does not occur."""
    rows = [("1", "nodata", "F", 10), ("2", "G", "G", 10)]
    found = stocks(rows, density("F", "agb", 60), density("G", "agb", 3), *SOIL)
    unknown, absent = (found[zone, 2020, "forest", "agb"] for zone in "12")
    assert (unknown["completeness"], unknown["area_ha"]) == ("NE", 0)
    assert pd.isna(unknown["stock_t_c"])
    assert (absent["completeness"], absent["stock_t_c"]) == ("NO", 0)
    assert found["1", 2023, "forest", "agb"]["completeness"] == "estimated"
