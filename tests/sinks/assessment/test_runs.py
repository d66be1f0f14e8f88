"""The sink that may offset: verified, of its own years, with the loss of land that leaves."""

import shutil
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest
from assessment_book import BAOTOU, ORDOS
from results_factory import change_cell, write_results

from rasters.findings import Severity
from sinks.assessment import OffsetBy, SinkYear, Terms, read_run, run_findings
from sinks.assessment.runs import sinks_by_year
from sinks.budget import SCOPE
from sinks.categories import Status
from sinks.regions import load_region

IM = load_region("inner_mongolia")
# 100 ha of forest (60 t C/ha) become cropland (0) and 100 ha the other way round
SWAP = ((ORDOS, "F", "C", 100), (ORDOS, "C", "F", 100), (BAOTOU, "G", "F", 1_000),
        (BAOTOU, "G", "G", 40_000))  # fmt: skip
LOST = Decimal("-7333.333333")  # 6,000 t C x 44/12 over three years
MEAN = SinkYear.ANNUAL_MEAN


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return write_results(tmp_path_factory.mktemp("run"), rows=SWAP)


@pytest.fixture
def folder(finished, tmp_path):
    shutil.copytree(finished.parent, tmp_path / "copy")
    return tmp_path / "copy" / "results"


@pytest.fixture(scope="module")
def run(finished):
    made, found = read_run(finished, IM)
    assert found == []
    return made


def terms(status=Status.TRIAL):
    return Terms(region="inner_mongolia", base_year=2020, first_year=2021, last_year=2023,
                 status=status)  # fmt: skip


def codes(found):
    return {f.code for f in found}


def totals(*periods, scope=SCOPE, quantity="change"):
    """Return totals.csv of one league from (year0, year1, sink, low)."""
    return pd.DataFrame(
        [
            {"zone_code": ORDOS, "level": "league", "year0": a, "year1": b, "quantity": quantity,
             "scope": scope, "sink_t_co2_per_year": sink, "low_t_co2_per_year": low,
             "verdict": "signal", "method": "m"}
            for a, b, sink, low in periods
        ]
    )  # fmt: skip


NO_CHANGES = pd.DataFrame({"level": []})


def test_the_golden_of_land_that_leaves(run):
    """S_eco is 0; the rows whose final ecosystem is forest alone would sum to +6,000 t C."""
    sink = run.sinks[ORDOS, 2023][MEAN]
    assert sink.central == 0
    assert (sink.gained, sink.lost) == (-LOST, LOST)


def test_only_the_scope_that_may_offset_is_read():
    assert sinks_by_year(totals((2020, 2023, 3, 1), scope="all"), NO_CHANGES, level="league") == {}
    stock = totals((2020, 2023, 3, 1), quantity="stock")
    assert sinks_by_year(stock, NO_CHANGES, level="league") == {}


def test_the_mean_is_never_copied_back_and_never_a_single_year(run):
    assert run.years == (2021, 2022, 2023)
    assert (ORDOS, 2020) not in run.sinks
    assert set(run.sinks[ORDOS, 2022]) == {MEAN}


def test_a_period_of_one_year_is_a_single_year():
    table = totals((2020, 2021, 5, 4), (2020, 2023, 3, 2))
    found = sinks_by_year(table, NO_CHANGES, level="league")
    assert found[ORDOS, 2021][SinkYear.SINGLE_YEAR].central == 5
    assert found[ORDOS, 2021][MEAN].central == 5
    assert set(found[ORDOS, 2023]) == {MEAN}


def test_the_lower_bound_is_that_of_the_inventory(run, finished):
    table = pd.read_csv(finished / "totals.csv", dtype={"zone_code": str})
    row = table[(table["zone_code"] == BAOTOU) & (table["scope"] == SCOPE)
                & (table["quantity"] == "change")]  # fmt: skip
    sink = run.sinks[BAOTOU, 2023][MEAN]
    assert float(sink.lower) == row["low_t_co2_per_year"].item() < float(sink.central)
    assert OffsetBy("lower") is OffsetBy.LOWER


def test_what_is_gained_and_lost_is_part_of_the_sum(run):
    """Baotou: 1,000 ha of grassland become forest, inside the scope: nothing is crossed."""
    sink = run.sinks[BAOTOU, 2023][MEAN]
    assert (sink.gained, sink.lost) == (None, None)


def test_rows_of_a_step_of_soil_are_left_out():
    changes = pd.DataFrame(
        [
            {"zone_code": ORDOS, "level": "league", "year0": 2020, "year1": 2023,
             "ecosystem0": "cropland", "ecosystem": "forest", "sink_t_co2_per_year": Decimal(v),
             "method": method}
            for v, method in ((5, "stock_difference"), (100, "stock_difference(step)"))
        ]
    )  # fmt: skip
    found = sinks_by_year(totals((2020, 2023, 3, 1)), changes, level="league")
    assert found[ORDOS, 2023][MEAN].gained == 5


def test_a_changed_number_is_refused(folder):
    where = {"zone_code": ORDOS, "scope": SCOPE, "quantity": "change"}
    change_cell(folder, "totals", where, "value_t_c", 9, hashes=False)
    run, found = read_run(folder, IM)
    assert run is None
    assert {"assessment-run-unverified", "output-changed"} <= codes(found)


def test_a_folder_without_tables_is_refused(tmp_path):
    run, found = read_run(tmp_path, IM)
    assert run is None
    assert "assessment-run-unverified" in codes(found)


def test_a_run_of_other_zones_is_refused(tmp_path):
    other = write_results(tmp_path)
    run, found = read_run(other, IM)
    assert (run, codes(found)) == (None, {"assessment-run-region"})


@pytest.mark.parametrize(
    ("status", "wanted", "severity"),
    [("demo", "trial", "warning"), ("trial", "evaluation", "error"), ("trial", "trial", None),
     ("evaluation", "official", "error"), ("official", "evaluation", None)],
)  # fmt: skip
def test_a_run_of_a_lower_status_is_told_or_refused(run, status, wanted, severity):
    found = run_findings(terms(Status(wanted)), replace(run, status=Status(status)), None)
    told = [f.severity for f in found if f.code == "assessment-run-status"]
    assert told == ([] if severity is None else [Severity(severity)])


def test_a_missing_base_sink_is_told(run):
    assert codes(run_findings(terms(), run, None)) == {"assessment-base-sink"}


def test_years_without_a_sink_are_told(run):
    later = replace(terms(), last_year=2025)
    told = next(f for f in run_findings(later, run, None) if f.code == "assessment-sink-years")
    assert told.value == "2024, 2025"


def test_an_earlier_run_must_hold_the_base_year_and_be_comparable(run):
    early = replace(run, sinks={(ORDOS, 2020): run.sinks[ORDOS, 2021]})
    assert run_findings(terms(), run, early) == []
    assert codes(run_findings(terms(), run, replace(early, basis=frozenset({"other"})))) == {
        "assessment-run-comparable"
    }
    assert "assessment-base-run-year" in codes(run_findings(terms(), run, run))
    both = replace(run, sinks={**run.sinks, **early.sinks})
    assert "assessment-base-run-twice" in codes(run_findings(terms(), both, early))
