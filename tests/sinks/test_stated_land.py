"""Stated areas beside those of the map, and conversions out of a stock that statistics state."""

import pytest
from accounting_factory import ECOSYSTEMS, activity, density, inventory_of, parts_of, register_of
from accounting_factory import tree as tree_of
from statistics_factory import statistic, statistics_of

from sinks.coefficients import load_register
from sinks.quality import Gates
from sinks.stated_land import stated_land
from sinks.statistics import places_of

LINES = [
    *(density(code, "soil", 0, depth="0-100") for code in "FG"), density("F", "agb", 60),
    density("G", "agb", 2),
    ",forest,,,0.78,t d.m./m3,0.78,0.78,a test,,verified,bcef_s,",
    ",forest,,,0.25,t BGB/t AGB,0.25,0.25,a test,,verified,root_shoot,",
    ",forest,,,0.5,t C/t d.m.,0.5,0.5,a test,,verified,carbon_fraction,",
]  # fmt: skip
ROWS = [("1", "F", "F", 900), ("1", "F", "G", 100), ("2", "F", "F", 500), ("2", "G", "G", 9)]


@pytest.fixture
def rows_of(tmp_path):
    """Return a function from statistics to the quality rows, by check and zone."""

    def judge(*lines, method="volume"):
        zones = tree_of(("1", "2"))
        statistics = statistics_of(tmp_path, *lines, places=places_of(zones))
        register = register_of(tmp_path, *LINES)
        table = activity(ROWS)
        methods = {"forest": method, "grassland": "stock_difference"}
        given = {"methods": methods, "statistics": statistics}
        inventory = inventory_of(table, load_register([tmp_path / "test.csv"]), **given)
        gates = Gates()
        stated_land(
            gates, inventory, settings=parts_of(table, register, **given).settings,
            statistics=statistics, ecosystems=ECOSYSTEMS, tree=zones,
        )  # fmt: skip
        return {(check, zone): (value, limit, verdict)
                for check, zone, value, limit, verdict in gates.rows}  # fmt: skip

    return judge


def stand(zone, year, area, stratum="larch"):
    return [
        statistic("volume_m3", 100 * area, zone=zone, year=year, stratum=stratum),
        statistic("area_ha", area, zone=zone, year=year, stratum=stratum),
    ]


AREAS = [
    *stand("1", 2020, 500), *stand("1", 2020, 400, "birch"), *stand("2", 2020, 550.01),
    *stand("1", 2023, 500), *stand("1", 2023, 380, "birch"), *stand("2", 2023, 550),
]  # fmt: skip


def test_stated_areas_are_judged_against_the_map_at_ten_percent(rows_of):
    """Mapped 1,000 and 500 ha in 2020, 900 and 500 in 2023; strata are added before."""
    found = rows_of(*AREAS)
    name = "stated_area_difference_share[forest][{}]".format
    assert {key: row for key, row in found.items() if "share" in key[0]} == {
        (name(2020), "1"): (pytest.approx(0.1), 0.1, "pass"),
        (name(2020), "2"): (pytest.approx(0.10002), 0.1, "fail"),
        (name(2020), "R"): (pytest.approx(49.99 / 1500), 0.1, "pass"),
        (name(2023), "1"): (pytest.approx(20 / 900), 0.1, "pass"),
        (name(2023), "2"): (pytest.approx(0.1), 0.1, "pass"),
        (name(2023), "R"): (pytest.approx(30 / 1400), 0.1, "pass"),
    }


def test_conversions_without_their_gain_stand_beside_the_change_of_the_stated_area(rows_of):
    found = rows_of(*AREAS)
    period = "[forest][2020-2023]"
    shown = {key: row[0] for key, row in found.items() if row[2] == "shown"}
    assert shown == {
        (f"converted_from_stated_land_ha{period}", "1"): 100,
        (f"converted_from_stated_land_ha{period}", "R"): 100,
        (f"stated_area_change_ha{period}", "1"): -20,
        (f"stated_area_change_ha{period}", "R"): pytest.approx(-20.01),
    }


def test_an_ecosystem_that_the_map_measures_is_not_compared(rows_of):
    assert rows_of(*AREAS, method="stock_difference") == {}
