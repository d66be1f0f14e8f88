"""What lies behind a change: effects, flows of land, the sentence, and the evidence."""

from decimal import Decimal

import pandas as pd
import pytest

from sinks.results import load_results
from sinks.screen.changes import effects_of, effects_spec, flows_of, flows_spec, matrix_spec
from sinks.screen.display_tables import figure_table, headed
from sinks.screen.display_units import AreaUnit, DisplayUnits, MassUnit
from sinks.screen.evidence import (
    checks,
    class_rows,
    coefficients,
    input_files,
    land_cover_file,
    rows_of,
    trace_rows,
)
from sinks.screen.sentences import change_sentence

PERIOD = (2020, 2023)
UNITS = DisplayUnits(mass=MassUnit.WAN_T, area=AreaUnit.KM2)


@pytest.fixture
def results(finished):
    return load_results(finished)


@pytest.fixture
def changed(results):
    """Return results whose effects and land matrix are worked by hand."""
    effects = pd.DataFrame(
        [
            ("1", "forest", "agb", Decimal(10_000), Decimal(-4_000)),
            ("1", "forest", "soil", Decimal(30_000), Decimal(0)),
            ("1", "grassland", "soil", Decimal(-50_000), None),
            ("2", "forest", "agb", Decimal(7), Decimal(7)),
        ],
        columns=["zone_code", "ecosystem", "pool", "area_effect_t_c", "density_effect_t_c"],
    ).assign(year0=2020, year1=2023)
    matrix = pd.DataFrame(
        [
            ("1", "Forest Land", "Forest Land", "remaining", Decimal(2_000)),
            ("1", "Grassland", "Forest Land", "converted", Decimal(100)),
            ("1", "unclassified", "Grassland", "unclassified", Decimal(300)),
        ],
        columns=["zone_code", "category0", "category", "land", "area_ha"],
    ).assign(year0=2020, year1=2023)
    results.tables.update(effects=effects, land_matrix=matrix)
    return results


def test_the_effects_of_the_pools_add_up_by_ecosystem(changed):
    (forest,) = effects_of(changed, zone="1", period=PERIOD, units=UNITS, lang="zh")
    # (10,000 + 30,000) t C are 4 times 10^4 t; -4,000 are -0.4; grassland is not estimated
    assert (forest.name, forest.area, forest.density) == ("森林", 4.0, -0.4)
    rows = effects_spec((forest,), unit="t", names=("area", "density"))["data"]["values"]
    assert [row["value"] for row in rows] == [4.0, -0.4]


def test_flows_are_the_cells_of_the_matrix_in_the_units_of_the_screen(changed):
    flows = flows_of(changed, zone="1", period=PERIOD, units=UNITS, lang="zh")
    assert [(f.before, f.after, f.area, f.stayed) for f in flows] == [
        ("林地", "林地", 20.0, True),
        ("unclassified", "草地", 3.0, False),
        ("草地", "林地", 1.0, False),
    ]
    bars = flows_spec(flows, unit="km²")["data"]["values"]
    assert [bar["area"] for bar in bars] == [3.0, 1.0]
    spec = matrix_spec(flows, unit="km²", titles=("a", "b"))
    assert len(spec["data"]["values"]) == 3
    assert spec["layer"][0]["encoding"]["color"]["scale"]["domain"] == [0, 3.0]


def test_another_zone_or_period_has_nothing_of_this_one(changed):
    assert flows_of(changed, zone="9", period=PERIOD, units=UNITS, lang="en") == ()
    assert effects_of(changed, zone="1", period=(1990, 2020), units=UNITS, lang="en") == ()
    assert matrix_spec((), unit="ha", titles=("a", "b"))["data"]["values"] == []


def test_the_sentence_is_that_of_the_totals(results):
    totals = results.tables["totals"]
    row = totals[
        totals["zone_code"].eq("1") & totals["scope"].eq("all") & totals["quantity"].eq("change")
    ].iloc[0]
    said = change_sentence(results, zone="1", scope="all", period=PERIOD, lang="zh")
    assert (row["verdict"] == "no_signal") == ("不能据此判断" in said)
    assert said.endswith("。")
    assert change_sentence(results, zone="1", scope="all", period=(1, 2), lang="zh") == ""


def test_the_evidence_is_that_of_the_run(results):
    (cover,) = input_files(results).to_dict("records")
    assert (cover["role"], cover["year"], len(cover["sha256"])) == ("land_cover", 2020, 64)
    assert len(coefficients(results, "zh")) == len(results.tables["coefficients_used"])
    assert set(coefficients(results, "zh")["ecosystem"]) <= {"森林", "草地", "农田", ""}
    assert land_cover_file(results, 2020).read_bytes() == b"land cover"
    assert land_cover_file(results, 2023) is None
    assert len(checks(results, "en")) == 1
    assert rows_of(results, "uncertainty", zone="1", period=PERIOD).empty


def test_failed_checks_come_first(results):
    rows = [("a", "1", 0, "", "pass"), ("b", "1", 0, "", "fail")]
    names = ["check", "zone_code", "value", "limit", "verdict"]
    results.tables["quality"] = pd.DataFrame(rows, columns=names)
    assert checks(results, "en")["check"].tolist() == ["b", "a"]


def test_a_stock_is_traced_to_its_amounts_and_rows(results):
    amounts, rows = trace_rows(results, zone="1", year=2023, ecosystem="forest", pool="agb")
    # 20,000 ha stayed forest and 1,000 ha became it, each with 60 t C/ha
    assert sum(amounts["amount"]) == 21_000
    assert sum(amounts["stock_t_c"]) == 21_000 * 60
    assert {float(value) for value in rows["value"]} == {60.0}
    of_class = class_rows(results, zone="1", year=2023, code="F")
    assert set(rows["key"]) <= set(of_class["key"])


def test_tables_have_headings_and_sortable_numbers():
    table = pd.DataFrame({"a": [Decimal("1.5"), None], "b": [Decimal(1), "5..200"], "c": [1, 2]})
    shown = headed(table, {"b": "B", "a": "A"})
    assert shown.columns.tolist() == ["B", "A"]
    assert shown["A"].tolist()[0] == 1.5
    assert shown["B"].tolist() == ["1", "5..200"]
    assert figure_table((), ["c", "z", "v", "l", "h", "d"], "t").empty
