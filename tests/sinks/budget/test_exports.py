"""The files of a budget: columns, sums of what is written, table 6 in both languages."""

import csv
from decimal import Decimal

import openpyxl
import pytest
from budget_book import BAOTOU, ORDOS, REGION, budget, golden, increment, reduction

from sinks.budget import (
    BUDGET_SCHEMA,
    SOURCES_SCHEMA,
    Run,
    SinkSeries,
    budget_display,
    budget_table,
    draw_up,
)
from sinks.budget.files import FILES, budget_id, budget_status, write_budget
from sinks.categories import Status
from sinks.regions import load_region

LOADED = load_region("inner_mongolia")
RECORD = {"workbook_sha256": "a"}
SINKS = {2020: 260, 2021: 300, 2022: 300, 2023: 300}
SERIES = SinkSeries(
    base_year=2020, sinks={(ORDOS, year): Decimal(value) for year, value in SINKS.items()}
)


def result_of(plan, series=SERIES):
    return draw_up(plan, series, LOADED, tradable=None)


@pytest.fixture(scope="module")
def result():
    plan = golden()
    return result_of(
        budget(
            *plan.increments,
            *plan.reductions,
            increment("30", state="proposed", name="=cmd()", year=2023, project_id="P9"),
            reduction("4", "engineering", state="reserve"),
            increment("5.25", zone=BAOTOU),
        )
    )


@pytest.fixture(scope="module")
def written(result, tmp_path_factory):
    folder = tmp_path_factory.mktemp("out")
    write_budget(folder, result, status=Status.DEMO, record=RECORD, lang="zh")
    return folder


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_csv_holds_the_golden_and_ends_with_status_and_run(written):
    rows = rows_of(written / "budget.csv")
    assert list(rows[0]) == [*BUDGET_SCHEMA.columns, "status", "run_id"]
    row = next(r for r in rows if r["zone_code"] == ORDOS and not r["year"])
    assert row["period"] == "2021-2023"
    assert (row["increments_t_co2"], row["reductions_t_co2"], row["gap_t_co2"]) == (
        "420",
        "345",
        "75",
    )
    assert (row["sink_t_co2"], row["energy_saving_t_co2"]) == ("40", "120")
    assert (row["total_verdict"], row["status"], row["run_id"]) == (
        "unstated",
        "demo",
        budget_id(RECORD),
    )


def test_what_is_missing_is_blank_and_named(written):
    rows = {(r["zone_code"], r["year"]): r for r in rows_of(written / "budget.csv")}
    assert rows[BAOTOU, ""]["gap_t_co2"] == ""
    told = rows[BAOTOU, ""]["missing"]
    assert told == f"{BAOTOU} energy_saving, capacity_retired, energy_mix, engineering, sink"
    assert "150100 all" in rows[REGION, ""]["missing"]


def test_the_sources_hold_the_draws(written):
    rows = rows_of(written / "budget_sources.csv")
    assert list(rows[0]) == [*SOURCES_SCHEMA.columns, "status", "run_id"]
    assert [(r["source"], r["available_t_co2"], r["drawn_t_co2"]) for r in rows] == [
        ("own_surplus", "0", "0"),
        ("own_reserve", "4", "4"),
        ("other_surplus", "", "0"),
        ("trade", "", "0"),
    ]
    assert {(r["project_id"], r["short_t_co2"]) for r in rows} == {("P9", "26")}


def test_a_second_writing_gives_the_same_bytes(result, written, tmp_path):
    write_budget(tmp_path, result, status=Status.DEMO, record=RECORD, lang="zh")
    assert [(tmp_path / n).read_bytes() for n in FILES] == [
        (written / n).read_bytes() for n in FILES
    ]
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(FILES)


def test_table_6_says_the_same_in_ten_thousand_tonnes(tmp_path):
    plan = golden()
    wan = budget(
        *(increment(f"{i.amount_t_co2}0000", year=i.year, name="煤化工") for i in plan.increments),
        *(reduction(f"{r.amount_t_co2}0000", r.kind, year=r.year) for r in plan.reductions),
    )
    series = SinkSeries(base_year=2020, sinks={k: v * 10_000 for k, v in SERIES.sinks.items()})
    write_budget(
        tmp_path,
        result_of(wan, series),
        status=Status.TRIAL,
        record=RECORD,
        lang="zh",
    )
    page = openpyxl.load_workbook(tmp_path / "budget.xlsx")["表6 碳排放预算"]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    line = next(row for row in rows if row[:2] == ["鄂尔多斯市", "规划期"])
    assert line[3] == "煤化工 200.00；煤化工 220.00"
    assert line[4:11] == [420, 120, 60, 90, 35, 40, -75]
    assert line[11] == "有缺口，弹性未定"
    region = next(row for row in rows if row[:2] == ["内蒙古自治区", "规划期"])
    assert set(region[4:11]) == {"缺项"}  # eleven leagues filled in nothing


def test_table_6_is_marked_and_runs_no_formula(written):
    page = openpyxl.load_workbook(written / "budget.xlsx")["表6 碳排放预算"]
    cells = [cell for row in page.iter_rows() for cell in row]
    assert "合成演示数据" in str(cells[0].value)
    named = next(cell for cell in cells if "=cmd()" in str(cell.value))
    assert named.data_type == "s"
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_the_rounding_row_makes_up_what_leagues_show(tmp_path):
    """Two leagues of 0.004 show 0.00 each and 0.01 together; all other leagues have nothing."""
    zones = [z for z in load_codes() if z != REGION]
    items = []
    for zone in zones:
        items.append(increment("40" if zone in (ORDOS, BAOTOU) else "0", zone=zone))
        items += [reduction("0", k, zone=zone) for k in
                  ("energy_saving", "capacity_retired", "energy_mix", "engineering")]  # fmt: skip
    series = SinkSeries(
        base_year=2020,
        sinks={(zone, year): Decimal(0) for zone in zones for year in range(2020, 2024)},
    )
    write_budget(
        tmp_path,
        result_of(budget(*items), series),
        status=Status.TRIAL,
        record=RECORD,
        lang="en",
    )
    page = openpyxl.load_workbook(tmp_path / "budget.xlsx")["Table 6 Carbon budget"]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    first = next(i for i, row in enumerate(rows) if row[0] == "Inner Mongolia")
    assert rows[first][4] == 0.008
    assert rows[first + 1][3:5] == ["rounding (sum of leagues)", 0.01]


def load_codes():
    """Return the codes of the region and its leagues."""
    return result_of(golden()).zones


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_terminal_shows_every_zone_and_the_years_of_one(result, lang):
    whole = list(budget_display(result, lang, zone=None))
    assert whole[1].row_count == 3
    assert next(iter(list(budget_display(result, lang, zone=ORDOS))[1:])).row_count == 4


def test_synthetic_data_stay_marked(result):
    run = Run(run_id="r", status=Status.DEMO, folder="x", products=frozenset(), sinks={})
    assert budget_status(result, [run]) is Status.DEMO
    assert budget_status(result, []) is Status.TRIAL


def test_the_table_has_the_columns_of_its_schema(result):
    assert list(budget_table(result, anchor=None).columns) == list(BUDGET_SCHEMA.columns)
