"""The workbook: what is filled in comes out, and every fault is named by its cell, all at once."""

from decimal import Decimal

import openpyxl
import pytest
from budget_book import BAOTOU, ORDOS, REGION, TERMS, write_book

from rasters.findings import Severity
from sinks.budget import (
    Basis,
    IncrementState,
    ReductionClass,
    ReductionState,
    read_budget,
    region_findings,
    write_budget_template,
)
from sinks.categories import Status
from sinks.regions import load_region


def places(found):
    """Return the code of every finding with its cell."""
    return {(f.code, f.where) for f in found}


def term(**changes):
    """Return the row of terms with some cells changed, by position."""
    row = list(TERMS)
    for place, value in changes.items():
        row[int(place[1:])] = value
    return tuple(row)


def test_a_budget_comes_out_as_it_was_filled_in(tmp_path):
    path = write_book(
        tmp_path / "book.xlsx",
        increments=[
            ("鄂尔多斯市", "P1", "煤化工", 2021, 2_000_000, "计入", "文1"),
            (BAOTOU, None, "硅料", "2022年", "1,500.5", "拟新上", "文2"),
            ("内蒙古自治区", None, "统筹", 2023, 0, "计入", None),
        ],
        reductions=[("鄂尔多斯市", "用能结构优化", None, "绿电", 2022, 900, "储备", "x")],
        base_sinks=[("鄂尔多斯市", -5, "x")],
        economy=[
            ("鄂尔多斯市", 2020, 52, 28, None, "y"),
            ("内蒙古自治区", 2023, None, None, 13, "z"),
        ],
    )
    plan, found = read_budget(path)
    assert found == []
    assert (plan.terms.status, plan.terms.basis) == (Status.TRIAL, Basis.GROSS)
    assert (plan.terms.tolerance_percent, plan.terms.tolerance_source) == (5, "某文件")
    first, second, third = plan.increments
    assert (first.zone_code, first.project_id, first.amount_t_co2) == (ORDOS, "P1", 2_000_000)
    assert (second.zone_code, second.year, second.state) == (BAOTOU, 2022, IncrementState.PROPOSED)
    assert second.amount_t_co2 == Decimal("1500.5")
    assert (third.zone_code, third.where) == (REGION, "增量!E5")
    saved = plan.reductions[0]
    assert (saved.kind, saved.state) == (ReductionClass.ENERGY_MIX, ReductionState.RESERVE)
    assert plan.base_sinks == {ORDOS: -5}
    assert [(e.year, e.emission_t_co2, e.target_percent) for e in plan.economy] == [
        (2020, 52, None), (2023, None, 13),
    ]  # fmt: skip


def test_a_unit_in_the_heading_is_converted(tmp_path):
    path = write_book(
        tmp_path / "book.xlsx",
        increments=[("鄂尔多斯市", None, "甲", 2021, 42.5, "计入", "x")],
    )
    book = openpyxl.load_workbook(path)
    book["增量"]["E1"] = "碳排放增量（万吨二氧化碳/年）"
    book.save(path)
    plan, _ = read_budget(path)
    assert plan.increments[0].amount_t_co2 == 425_000


def test_every_fault_is_named_by_its_cell_at_once(tmp_path):
    path = write_book(
        tmp_path / "book.xlsx",
        stated=[term(_2=2019, _4=2020)],
        increments=[
            ("达拉特旗", "P1", "甲", 2026, "42万吨", "计入", "x"),
            ("鄂尔多斯市", "P1", "乙", 2021, -5, "在建", "x"),
            (None, "P3", "丙", "二零", 1, "计入", "x"),
        ],
        reductions=[("鄂尔多斯市", "生态系统碳汇", None, "林", 2021, 5, "已落实", "x")],
        base_sinks=[("内蒙古自治区", 1, ""), ("包头市", 1, ""), ("包头市", 1, "")],
        economy=[("内蒙古自治区", 2021, 5, 5, 1, ""), ("包头市", 2030, None, 5, 1, "")],
    )
    plan, found = read_budget(path)
    assert plan is None
    assert {
        ("budget-base-year", "基本信息!C3"),
        ("budget-years", "基本信息!E3"),
        ("budget-zone-level", "增量!A3"),
        ("budget-year-outside", "增量!D3"),
        ("sheet-cell-number", "增量!E3"),
        ("sheet-cell-negative", "增量!E4"),
        ("sheet-cell-choice", "增量!F4"),
        ("budget-item-repeated", "增量!A4"),
        ("sheet-cell-blank", "增量!A5"),
        ("sheet-cell-year", "增量!D5"),
        ("budget-sink-typed", "减排量!B3"),
        ("budget-region-typed", "基年碳汇!A3"),
        ("budget-item-repeated", "基年碳汇!A5"),
        ("budget-region-typed", "强度!A3"),
        ("budget-emission-planned", "强度!C3"),
        ("budget-year-outside", "强度!B4"),
    } <= places(found)
    assert len(found) == len(set(found))


def test_a_missing_amount_is_told_and_never_zero(tmp_path):
    path = write_book(
        tmp_path / "book.xlsx",
        increments=[
            ("鄂尔多斯市", None, "甲", 2021, None, "计入", "x"),
            ("鄂尔多斯市", None, "乙", 2021, "无", "计入", "x"),
        ],
    )
    plan, found = read_budget(path)
    assert [i.amount_t_co2 for i in plan.increments] == [None, None]
    assert ("budget-amount-missing", "增量!E3") in places(found)
    assert ("sheet-cell-missing", "增量!E4") in places(found)


@pytest.mark.parametrize(("status", "severity"), [("试算", "warning"), ("正式", "error")])
def test_an_official_budget_refuses_what_a_trial_warns_of(tmp_path, status, severity):
    path = write_book(
        tmp_path / "book.xlsx",
        stated=[term(_5=status)],
        increments=[
            ("鄂尔多斯市", None, "甲", 2021, 5, "计入", None),
            ("鄂尔多斯市", None, "乙", 2021, None, "计入", "x"),
        ],
    )
    plan, found = read_budget(path)
    told = {f.code: f.severity for f in found}
    assert told["budget-evidence-missing"] is Severity(severity)
    assert told["budget-amount-missing"] is Severity(severity)
    assert (plan is None) is (severity == "error")


def test_a_tolerance_needs_a_source(tmp_path):
    found = read_budget(write_book(tmp_path / "book.xlsx", stated=[term(_8=None)]))[1]
    assert ("budget-tolerance-source", "基本信息!I3") in places(found)


@pytest.mark.parametrize("count", [0, 2])
def test_a_workbook_has_one_row_of_terms(tmp_path, count):
    stated = [TERMS] * count
    found = read_budget(write_book(tmp_path / "book.xlsx", stated=stated))[1]
    assert ("budget-terms-rows", str(count)) in {(f.code, f.value) for f in found}


def test_a_workbook_of_no_known_region_is_refused(tmp_path):
    path = write_book(tmp_path / "book.xlsx", stated=[term(_1="某省")])
    book = openpyxl.load_workbook(path)
    book["基本信息"].delete_rows(2)  # the example names the region
    book.save(path)
    plan, found = read_budget(path)
    assert plan is None
    assert "budget-region-unknown" in {f.code for f in found}


@pytest.mark.parametrize("status", [Status.TRIAL, Status.EVALUATION])
def test_a_region_without_a_budget_rule_is_for_trials_only(tmp_path, status):
    label = status.name_zh
    stated = [term(_1="宁夏回族自治区", _5=label)]
    plan, _ = read_budget(write_book(tmp_path / "b.xlsx", region="ningxia", stated=stated))
    told = region_findings(plan, load_region("ningxia"))
    assert [f.code for f in told] == ["budget-region-rule"]
    assert (told[0].severity is Severity.ERROR) is (status is not Status.TRIAL)
    assert region_findings(plan, load_region("inner_mongolia")) == []


def test_the_empty_template_reads_without_a_fault_but_for_its_terms(tmp_path):
    write_budget_template(tmp_path / "empty.xlsx", region="inner_mongolia")
    plan, found = read_budget(tmp_path / "empty.xlsx")
    assert plan is None
    assert {f.code for f in found} == {"budget-terms-rows"}


def test_the_template_offers_leagues_and_no_banner(tmp_path):
    write_budget_template(tmp_path / "empty.xlsx", region="inner_mongolia")
    lists = openpyxl.load_workbook(tmp_path / "empty.xlsx")["选项"]
    said = {cell.value for row in lists.iter_rows() for cell in row}
    assert {"内蒙古自治区", "阿拉善盟", "节能降碳", "试评"} <= said
    assert not {"达拉特旗", "生态系统碳汇"} & said


def test_the_same_template_has_the_same_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_budget_template(tmp_path / name, region="ningxia")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
