"""The workbook of an assessment: units, missing cells, and each fault at its cell."""

from decimal import Decimal

import openpyxl
import pytest
from assessment_book import BAOTOU, ORDOS, REGION, SHEETS, TERMS, write_book

from rasters import RefusedError
from rasters.findings import Severity
from sinks.assessment import read_inputs, write_assessment_template

GOLDEN = ("鄂尔多斯市", 2023, 5200, 640, -180, 35, 3100, 10, 5500, "文号")


def read(tmp_path, **sheets):
    return read_inputs(write_book(tmp_path / "book.xlsx", **sheets))


def faults(tmp_path, **sheets):
    return {(f.code, f.where) for f in read(tmp_path, **sheets)[1]}


def terms(**changes):
    names = ("name", "region", "base", "first", "last", "status")
    return (tuple((dict(zip(names, TERMS, strict=True)) | changes).values()),)


def test_amounts_become_tonnes_and_10k_yuan(tmp_path):
    inputs, found = read(tmp_path, reported=[GOLDEN])
    assert found == []
    (row,) = inputs.reported
    assert (row.zone_code, row.year) == (ORDOS, 2023)
    assert (row.energy, row.ippu, row.elec, row.projects) == (
        52_000_000, 6_400_000, -1_800_000, 350_000,
    )  # fmt: skip
    assert (row.gdp, row.target_percent, row.total_target) == (31_000_000, 10, 55_000_000)
    assert inputs.terms.all_years == (2020, 2021, 2022, 2023)


def test_another_unit_in_a_heading_is_converted_exactly(tmp_path):
    path = write_book(tmp_path / "book.xlsx", reported=[("包头市", 2023, 123_456_789)])
    book = openpyxl.load_workbook(path)
    book["排放与经济"]["C1"] = "能源活动排放（吨二氧化碳）"
    book.save(path)
    assert read_inputs(path)[0].reported[0].energy == Decimal(123_456_789)


def test_a_blank_or_a_dash_is_missing(tmp_path):
    inputs, _ = read(tmp_path, reported=[(BAOTOU, 2023, None, "无", 0, 0, None, None, None, "x")])
    row = inputs.reported[0]
    assert (row.energy, row.ippu, row.elec, row.gdp) == (None, None, 0, None)


def test_the_template_is_chinese_with_drop_downs_and_the_same_bytes(tmp_path):
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    for path in (first, second):
        write_assessment_template(path, region="inner_mongolia")
    assert first.read_bytes() == second.read_bytes()
    book = openpyxl.load_workbook(first)
    assert set(SHEETS) < set(book.sheetnames)
    sheet = book["排放与经济"]
    assert sheet["A1"].value == "盟市"
    assert sheet["C1"].value == "能源活动排放（万吨二氧化碳）"
    kinds = {str(v.sqref).split(":")[0]: v.type for v in sheet.data_validations.dataValidation}
    assert (kinds["A2"], kinds["C2"]) == ("list", "custom")
    inputs, found = read_inputs(first)
    assert inputs is None
    assert "assessment-region-unknown" in {f.code for f in found}


def test_a_region_without_an_assessment_is_refused_with_its_reason(tmp_path):
    with pytest.raises(RefusedError) as refused:
        write_assessment_template(tmp_path / "t.xlsx", region="ningxia")
    assert refused.value.findings[0].code == "assessment-region-disabled"
    assert "征求意见稿" in refused.value.findings[0].what("zh")
    assert not (tmp_path / "t.xlsx").exists()
    found = faults(tmp_path, terms=terms(region="宁夏回族自治区"))
    assert "assessment-region-disabled" in {code for code, _ in found}


@pytest.mark.parametrize(
    ("code", "cell", "sheets"),
    [
        ("assessment-zone-level", "排放与经济!A3", {"reported": [("东胜区", *GOLDEN[1:])]}),
        ("assessment-year-outside", "排放与经济!B3", {"reported": [("鄂尔多斯市", 2019)]}),
        ("assessment-region-typed", "排放与经济!C3", {"reported": [("内蒙古自治区", 2023, 5)]}),
        ("assessment-base-target", "排放与经济!H3",
         {"reported": [("鄂尔多斯市", 2020, 1, 1, 1, 1, 1, 5)]}),
        ("assessment-source-missing", "排放与经济!J3", {"reported": [GOLDEN[:9]]}),
        ("assessment-row-repeated", "排放与经济!A4", {"reported": [GOLDEN, GOLDEN]}),
        ("sheet-cell-negative", "排放与经济!C3", {"reported": [("鄂尔多斯市", 2023, -5)]}),
        ("assessment-years", "基本信息!C3", {"terms": terms(base=2021)}),
        ("assessment-years", "基本信息!E3", {"terms": terms(last=2020)}),
        ("assessment-terms-rows", "book.xlsx: 基本信息", {"terms": terms() * 2}),
        ("assessment-region-typed", "季度监测!A3",
         {"quarters": [("内蒙古自治区", 2023, "一季度", 1, 1, 1)]}),
        ("assessment-year-outside", "季度监测!B3",
         {"quarters": [("鄂尔多斯市", 2020, "一季度", 1, 1, 1)]}),
    ],
)  # fmt: skip
def test_each_fault_names_its_cell(tmp_path, code, cell, sheets):
    assert (code, cell) in faults(tmp_path, **sheets)


def test_every_fault_is_told_at_once(tmp_path):
    rows = [("东胜区", 2019, -1), ("内蒙古自治区", 2023, 5, None, None, None, None, 1, 1, "x")]
    inputs, found = read(tmp_path, reported=rows)
    assert inputs is None
    assert {"assessment-zone-level", "assessment-year-outside", "sheet-cell-negative",
            "assessment-region-typed"} <= {f.code for f in found}  # fmt: skip


@pytest.mark.parametrize(("status", "severity"), [("试算", "warning"), ("试评", "error"),
                                                  ("正式", "error")])  # fmt: skip
def test_only_a_trial_goes_on_without_a_source(tmp_path, status, severity):
    _, found = read(tmp_path, terms=terms(status=status), reported=[GOLDEN[:9]])
    assert [f.severity for f in found] == [Severity(severity)]


def test_the_region_states_its_targets_alone(tmp_path):
    row = ("内蒙古自治区", 2023, None, None, None, None, None, 12, 60_000, "x")
    inputs, found = read(tmp_path, reported=[row])
    assert found == []
    assert inputs.reported[0].zone_code == REGION
    assert inputs.reported[0].total_target == 600_000_000


def test_a_quarter_has_emissions_and_no_sink(tmp_path):
    inputs, _ = read(tmp_path, quarters=[("鄂尔多斯市", 2023, "二季度", 10, 2, -1, "快报")])
    (quarter,) = inputs.quarters
    assert (quarter.quarter, quarter.energy, quarter.elec) == (2, 100_000, -10_000)
    assert not hasattr(quarter, "sink")
