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
                "zone_code": zone, "year": year, "ecosystem": ecosystem, "pool": pool,
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


def shown(table, region="inner_mongolia"):
    gates = Gates()
    show_benchmarks(gates, table, region)
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


def test_growth_and_shares_are_no_stocks():
    names = {check.split("[")[0] for check, _ in shown(stocks(*FOREST))}
    assert names == {
        "benchmark_stock_total",
        "benchmark_stock_vegetation",
        "benchmark_stock_soil",
    }
