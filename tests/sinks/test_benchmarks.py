"""Published stocks beside ours: shown with their own unit, never judged or forced."""

from decimal import Decimal

import pandas as pd
import pytest

from sinks.benchmarks import show_benchmarks
from sinks.quality import Gates


def stocks(*rows):
    """Return stocks.csv of (zone, year, ecosystem, pool, t C) rows, soil at 0-100 cm."""
    return pd.DataFrame(
        [
            {
                "zone_code": zone, "level": "region" if zone == "150000" else "league",
                "year": year, "ecosystem": ecosystem, "pool": pool,
                "depth_cm": "0-100" if pool == "soil" else "",
                "stock_t_c": pd.NA if carbon is None else Decimal(carbon),
            }
            for zone, year, ecosystem, pool, carbon in rows
        ]
    )  # fmt: skip


FOREST = [
    ("150000", 2023, "forest", "agb", 500_000_000),
    ("150000", 2023, "forest", "bgb", 200_000_000),
    ("150000", 2023, "forest", "litter", 90_000_000),
    ("150000", 2023, "forest", "dead_wood", 10_000_000),
    ("150000", 2023, "forest", "soil", 2_400_000_000),
]


def changes(*rows):
    """Return changes.csv of (zone, year0, year1, ecosystem0, ecosystem, pool, t C) rows."""
    names = ["zone_code", "year0", "year1", "ecosystem0", "ecosystem", "pool"]
    table = pd.DataFrame([row[:-1] for row in rows], columns=names)
    carbon = [pd.NA if row[-1] is None else Decimal(row[-1]) for row in rows]
    return table.assign(change_t_c=pd.Series(carbon, dtype=object))


def shown(table, region="inner_mongolia", change=None):
    gates = Gates()
    show_benchmarks(gates, table, changes() if change is None else change, region)
    assert {verdict for *_, verdict in gates.rows} <= {"shown"}
    return {(check, zone): (value, limit) for check, zone, value, limit, _ in gates.rows}


def test_our_stocks_stand_beside_the_published_ones_in_tg_of_carbon():
    """Huang et al. 2016: 3,237.4 Tg C in all, 787.8 in the vegetation, 2,449.6 in the soil."""
    assert shown(stocks(*FOREST)) == {
        ("benchmark_stock_total[forest][Tg C]", "150000"): (pytest.approx(3200), 3237.4),
        ("benchmark_stock_vegetation[forest][Tg C]", "150000"): (pytest.approx(790), 787.8),
        ("benchmark_stock_soil[forest][Tg C]", "150000"): (pytest.approx(2400), 2449.6),
    }


def test_only_the_last_year_is_compared():
    earlier = [(z, 2020, e, p, 1) for z, _, e, p, _ in FOREST]
    assert shown(stocks(*earlier, *FOREST)) == shown(stocks(*FOREST))


def test_a_published_figure_without_a_stated_basis_keeps_its_own_unit():
    found = shown(stocks(("152500", 2023, "grassland", "soil", 1_395_000_000)))
    name = "benchmark_stock_total[grassland][10^4 t C; published basis not stated]"
    assert found == {(name, "152500"): (pytest.approx(139_500), 139534.35)}


def test_a_pool_that_is_not_estimated_adds_nothing_and_alone_shows_nothing():
    table = [*FOREST[:1], ("150000", 2023, "forest", "soil", None)]
    assert set(shown(stocks(*table))) == {
        ("benchmark_stock_total[forest][Tg C]", "150000"),
        ("benchmark_stock_vegetation[forest][Tg C]", "150000"),
    }


def test_soil_of_another_depth_is_not_compared():
    table = stocks(("150000", 2023, "forest", "soil", 1_000_000_000)).assign(depth_cm="0-30")
    assert ("benchmark_stock_soil[forest][Tg C]", "150000") not in shown(table)


def test_a_region_without_published_figures_shows_none():
    assert shown(stocks(*FOREST), region="ningxia") == {}


def test_the_share_of_a_league_in_the_forest_stock_of_the_region():
    """Hulunbuir with 2,240 of 3,200 Tg C holds 70 %; published are 70.1 %."""
    table = stocks(*FOREST, ("150700", 2023, "forest", "soil", 2_240_000_000))
    assert shown(table)["benchmark_share_of_stock[forest][%]", "150700"] == (
        pytest.approx(70), 70.1,
    )  # fmt: skip


def test_a_run_of_one_league_knows_no_share_of_the_region():
    found = shown(stocks(("150700", 2023, "forest", "soil", 2_240_000_000)))
    assert not [check for check, _ in found if "share" in check]
    two = [(zone, 2023, "forest", "soil", 100) for zone in ("150700", "152200")]
    assert not [check for check, _ in shown(stocks(*two)) if "share" in check]


def test_the_share_of_the_soil_in_the_grassland_of_the_region():
    table = stocks(
        ("150000", 2023, "grassland", "soil", 950), ("150000", 2023, "grassland", "agb", 50)
    )
    name = "benchmark_soil_share_of_stock[grassland][%]"
    assert shown(table)[name, "150000"] == (pytest.approx(95), 96.43)


def test_growth_is_the_change_of_living_biomass_from_the_first_year_to_the_last():
    """36 + 12 - 3 Tg C in three years; the soil and the pairs between are not part of it."""
    rows = changes(
        ("150000", 2020, 2023, "forest", "forest", "agb", 36_000_000),
        ("150000", 2020, 2023, "forest", "forest", "biomass", 12_000_000),
        ("150000", 2020, 2023, "forest", "cropland", "bgb", -3_000_000),
        ("150000", 2020, 2023, "forest", "forest", "soil", 99_000_000),
        ("150000", 2020, 2023, "grassland", "grassland", "agb", 99_000_000),
        ("150000", 2020, 2021, "forest", "forest", "agb", 99_000_000),
        ("150000", 2020, 2023, "desert", "forest", "agb", None),
        ("150700", 2020, 2023, "forest", "forest", "agb", 99_000_000),
    )
    found = shown(stocks(*FOREST), change=rows)
    assert found["benchmark_stock_growth[forest][Tg C/yr]", "150000"] == (pytest.approx(15), 4.0)
    assert "benchmark_stock_growth" not in str(shown(stocks(*FOREST)))
