"""Sinks of finished inventories: verified, of the right years, comparable, never carried over."""

import shutil
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest
from budget_book import BAOTOU, ORDOS, budget, increment
from results_factory import change_cell, write_results

from rasters.findings import Severity
from sinks.budget import SCOPE, read_run, sink_series, yearly_sinks
from sinks.categories import Status
from sinks.regions import load_region

REGION = load_region("inner_mongolia")
# 1,000 ha of grassland (agb 3 t C/ha) become forest (60): 57,000 t C, 69,666.666667 t CO2 a year
ROWS = (
    (ORDOS, "G", "F", 1_000),
    (ORDOS, "G", "G", 40_000),
    (BAOTOU, "G", "G", 60_000),
    (BAOTOU, "F", "G", 500),
)
ORDOS_SINK, BAOTOU_SINK = Decimal("69666.666667"), Decimal("-34833.333333")
PLAN = budget(increment("5"), increment("5", zone=BAOTOU), base_sinks={ORDOS: Decimal(1000)})


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return write_results(tmp_path_factory.mktemp("runs"), rows=ROWS)


@pytest.fixture
def folder(finished, tmp_path):
    shutil.copytree(finished.parent, tmp_path / "copy")
    return tmp_path / "copy" / "results"


@pytest.fixture(scope="module")
def run(finished):
    loaded, found = read_run(finished, REGION)
    assert found == []
    return loaded


def codes(found):
    return {f.code for f in found}


def totals(*periods):
    """Return totals.csv of one league from (year0, year1, sink)."""
    return pd.DataFrame(
        [
            {"zone_code": ORDOS, "level": "league", "year0": a, "year1": b, "quantity": "change",
             "scope": SCOPE, "sink_t_co2_per_year": sink, "verdict": "signal", "method": "m"}
            for a, b, sink in periods
        ]
    )  # fmt: skip


def test_the_annual_mean_stands_in_every_year_of_its_period_and_in_no_other(run):
    assert run.years == (2021, 2022, 2023)
    assert {run.sinks[ORDOS, year].sink_t_co2 for year in run.years} == {ORDOS_SINK}
    assert run.sinks[BAOTOU, 2023].sink_t_co2 == BAOTOU_SINK


def test_the_shortest_period_that_holds_a_year_is_taken():
    found = yearly_sinks(totals((2015, 2023, 1), (2015, 2020, 2), (2020, 2023, 3)), level="league")
    assert [found[ORDOS, y].sink_t_co2 for y in (2016, 2020, 2021, 2023)] == [2, 2, 3, 3]
    assert (ORDOS, 2015) not in found


def test_other_levels_scopes_and_stocks_are_not_read():
    table = totals((2020, 2023, 3))
    for column, value in (("level", "region"), ("scope", "forest"), ("quantity", "stock")):
        assert yearly_sinks(table.assign(**{column: value}), level="league") == {}


def test_a_sink_that_is_not_estimated_is_missing():
    found = yearly_sinks(totals((2020, 2023, None)), level="league")
    assert found[ORDOS, 2021].sink_t_co2 is None


def test_only_the_increase_over_the_stated_base_year_comes_out(run):
    series, found = sink_series(PLAN, run=run, base_run=None, deducted=None)
    assert series.increase(ORDOS, since=2020, until=2023) == ORDOS_SINK - 1000
    assert series.increase(BAOTOU, since=2020, until=2023) is None
    lacking = next(f for f in found if f.code == "budget-base-sink-missing")
    assert lacking.value == BAOTOU


def test_credits_are_taken_off_the_sink_of_their_vintage_in_the_base_year_alike(run):
    off = {(ORDOS, 2023): Decimal(12), (ORDOS, 2020): Decimal(2)}
    series, found = sink_series(PLAN, run=run, base_run=None, deducted=off)
    assert series.increase(ORDOS, since=2020, until=2023) == ORDOS_SINK - 1000 - 10
    assert "budget-sink-undeducted" not in codes(found)


def test_an_earlier_run_gives_the_base_year(run, tmp_path):
    (tmp_path / "early").mkdir()
    rows = ((ORDOS, "G", "F", 100), (ORDOS, "G", "G", 40_000), (BAOTOU, "G", "G", 60_500))
    early = write_results(tmp_path / "early", rows=rows, years=(2017, 2020))
    base_run, _ = read_run(early, REGION)
    plan = replace(PLAN, base_sinks={})
    series, found = sink_series(plan, run=run, base_run=base_run, deducted={})
    # 100 ha a period: a tenth of the later one
    assert series.increase(ORDOS, since=2020, until=2021) == ORDOS_SINK - Decimal("6966.666667")
    assert series.increase(BAOTOU, since=2020, until=2021) == BAOTOU_SINK
    assert not [f for f in found if f.severity is Severity.ERROR]


def test_two_sources_of_the_base_year_are_refused(run):
    early = replace(run, sinks={(ORDOS, 2020): run.sinks[ORDOS, 2021]})
    found = sink_series(PLAN, run=run, base_run=early, deducted={})[1]
    assert next(f for f in found if f.code == "budget-base-sink-twice").value == "stated, base run"


def test_an_earlier_run_without_the_base_year_is_refused(run):
    found = sink_series(replace(PLAN, base_sinks={}), run=run, base_run=run, deducted={})[1]
    assert next(f for f in found if f.code == "budget-base-run-years").value == "2020"


@pytest.mark.parametrize("change", ["method", "product"])
def test_two_methods_or_products_are_no_increase(run, change):
    early = {(ORDOS, 2020): run.sinks[ORDOS, 2021]}
    if change == "method":
        early = {key: replace(sink, method="nep") for key, sink in early.items()}
    products = frozenset({"globeland30"}) if change == "product" else run.products
    base_run = replace(run, sinks=early, products=products)
    found = sink_series(replace(PLAN, base_sinks={}), run=run, base_run=base_run, deducted={})[1]
    assert "budget-sink-comparable" in codes(found)


@pytest.mark.parametrize(
    ("wanted", "status", "severity"),
    [
        ("trial", "demo", Severity.WARNING),
        ("evaluation", "trial", Severity.ERROR),
        ("official", "evaluation", Severity.ERROR),
    ],
)
def test_a_budget_is_of_no_higher_status_than_its_run(run, wanted, status, severity):
    plan = replace(PLAN, terms=replace(PLAN.terms, status=Status(wanted)))
    other = replace(run, status=Status(status))
    found = sink_series(plan, run=other, base_run=None, deducted={})[1]
    told = next(f for f in found if f.code == "budget-run-status")
    assert (told.value, told.severity) == (status, severity)
    same = sink_series(plan, run=replace(run, status=Status(wanted)), base_run=None, deducted={})[1]
    assert "budget-run-status" not in codes(same)


def test_what_a_reader_must_know_is_said(run):
    plan = replace(PLAN, terms=replace(PLAN.terms, last_year=2025))
    found = {f.code: f for f in sink_series(plan, run=run, base_run=None, deducted=None)[1]}
    assert found["budget-sink-years"].value == "2024-2025"
    assert "budget-sink-undeducted" in found
    assert codes(sink_series(plan, run=None, base_run=None, deducted=None)[1]) == {"budget-no-run"}


def test_a_weak_sink_is_named(run):
    weak = {key: replace(sink, verdict="no_signal") for key, sink in run.sinks.items()}
    found = sink_series(PLAN, run=replace(run, sinks=weak), base_run=None, deducted={})[1]
    assert next(f for f in found if f.code == "budget-sink-no-signal").value == f"{BAOTOU}, {ORDOS}"
    strong = {key: replace(sink, verdict="signal") for key, sink in run.sinks.items()}
    found = sink_series(PLAN, run=replace(run, sinks=strong), base_run=None, deducted={})[1]
    assert "budget-sink-no-signal" not in codes(found)


def test_a_run_that_was_edited_is_refused(folder):
    where = {"zone_code": ORDOS, "quantity": "change", "scope": SCOPE}
    change_cell(folder, "totals", where, "sink_t_co2_per_year", "99999", hashes=False)
    loaded, found = read_run(folder, REGION)
    assert loaded is None
    assert {"output-changed", "budget-run-unverified"} <= codes(found)


def test_a_run_of_another_region_is_refused(folder):
    loaded, found = read_run(folder, load_region("ningxia"))
    assert loaded is None
    assert codes(found) == {"budget-run-region"}
