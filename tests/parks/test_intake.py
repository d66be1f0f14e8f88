"""The intake: real spreadsheets, with every ambiguity and every change found at its address."""

import datetime as dt
import io
import json
import tomllib
import zipfile
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
import shapely
import xlsxwriter
from park_tables import HEADINGS, PARK, codes, named, one_cell, workbook

import parks
from parks.columns import find_layout
from parks.errors import ParksError
from parks.intake import import_parks
from parks.raw_table import CellKind, RawCell, RawRow, RawTable
from parks.rows import read_lines
from parks.zone_names import ZoneNames
from rasters.errors import RefusedError
from rasters.findings import Severity
from sinks.categories import Confidence

_FOLDER = Path(parks.__file__).parent


def facts(park):
    return {f.parameter: f.value for f in park.facts}


# the messy workbook

MESSY = (
    ("内蒙古零碳低碳园区统计表（2025年）",),
    ("序号", "园区名称：", "园区类型", "盟市", "年用电量（万千瓦时）", "规划面积（亩）",
     "新能源消纳比例", "光伏装机 (MW)", "状态", "日期", "来源", "风电年发电量", "幸福指数",
     "储能功率（千伏安）", "外购电量（MWh）", "下网电量（MWh）"),
    (1, "蒙苏园区", "零碳", "鄂尔多斯", "１２，３４５．６", 1500, (0.8, "0%"), "100MW", "获批",
     45291, "日报\u202e甲", "3.2亿千瓦时", 9, 5, 1, 2),
    (2, "达茂园区", "零碳园区", "包头市", "1,234,567", "-", 80, (5, '#,##0,"万"'), "投运",
     "2023年9月", "<b>年报</b>", 77),
    (),
    (3, "霍林郭勒园区", "低碳", "通辽", "=D6*2", "#DIV/0!", (1.2, "0%"), -5, "进行中",
     "01/02/2025", "年报"),
    (4, "鄂托克园区", "低碳", "某某市", "1.2GWh", "约100", "80%",
     dt.datetime(2025, 2, 1), "实测", "2025", "报表"),  # noqa: DTZ001
    (5, "甲园区", "候选", "阿拉善盟", 100, "/", 0.5, 20, "目标", 2030, "规划"),
    (6, "乙园区", "培育", None, None, 10, "——", None, "目标", 2030, "规划"),
    (7, "丙园区", "零碳", "乌海市", "全部自用", None, None, 12, "宣布", 2025, "报道"),
    (8, "蒙苏园区", "零碳", "鄂尔多斯市", 9, None, None, None, "目标", 2026, "日报"),
    (None, "合计", None, None, 99999, 99999),
    ("注：数据由各园区填报",),
)  # fmt: skip


@pytest.fixture(scope="module")
def messy(tmp_path_factory):
    path = workbook(tmp_path_factory.mktemp("messy") / "messy.xlsx", *MESSY, sheet="统计表")
    book = openpyxl.load_workbook(path)
    page = book["统计表"]
    page.merge_cells("A1:P1")
    page.merge_cells("D8:D9")  # one league for two parks
    page.merge_cells("E8:E9")  # one load for two parks
    page.merge_cells("E10:G10")  # a text across columns
    page.row_dimensions[7].hidden = True
    page.column_dimensions["K"].hidden = True
    book.create_sheet("填表说明")["A1"] = "请如实填写"
    book.save(path)
    return import_parks(path)


def test_every_mess_of_a_messy_workbook_is_found_at_its_cell(messy):
    _, found = messy
    expected = [
        # sheets, headings
        ("note", "sheet-ignored", "填表说明"),
        ("error", "unit-unknown", "统计表!N2"),
        ("warning", "heading-unknown", "统计表!M2"),
        ("error", "heading-repeated", "统计表!O2, 统计表!P2"),
        ("warning", "column-hidden", "统计表!K2"),
        ("note", "unit-converted", "统计表!E2"),
        ("note", "unit-converted", "统计表!F2"),
        # rows
        ("note", "rows-blank", "统计表"),
        ("warning", "row-hidden", "统计表!7:7"),
        ("note", "row-total", "统计表!B12"),
        ("note", "row-remark", "统计表!A13"),
        ("note", "merged-filled", "统计表!D8:D9"),
        ("error", "merged-number", "统计表!E8:E9"),
        ("error", "merged-across", "统计表!E10:G10"),
        ("warning", "rows-joined", "统计表!11:11"),
        # row 3
        ("note", "cell-fullwidth", "统计表!E3"),
        ("note", "cell-thousands", "统计表!E3"),
        ("note", "cell-text-number", "统计表!E3"),
        ("warning", "date-serial", "统计表!J3"),
        ("note", "text-controls", "统计表!K3"),
        # row 4
        ("note", "cell-thousands", "统计表!E4"),
        ("note", "cell-text-number", "统计表!E4"),
        ("note", "cell-missing", "统计表!F4"),
        ("error", "percent-ambiguous", "统计表!G4"),
        ("warning", "format-scaled", "统计表!H4"),
        ("note", "date-form", "统计表!J4"),
        ("error", "unit-missing", "统计表!L4"),
        # row 6
        ("error", "formula-uncomputed", "统计表!E6"),
        ("error", "cell-error", "统计表!F6"),
        ("error", "share-range", "统计表!G6"),
        ("error", "negative", "统计表!H6"),
        ("error", "word", "统计表!I6"),
        ("error", "date", "统计表!J6"),
        # row 7
        ("error", "zone-unknown", "统计表!D7"),
        ("warning", "cell-unit", "统计表!E7"),
        ("error", "cell-number", "统计表!F7"),
        ("error", "cell-date", "统计表!H7"),
        # rows 8, 9
        ("note", "cell-missing", "统计表!F8"),
        ("note", "share-fraction", "统计表!G8"),
        ("note", "cell-missing", "统计表!G9"),
    ]
    got = [
        (str(f.severity), f.code.removeprefix("parks-"), f.where)
        for f in found
        if f.code != "parks-id-made"
    ]
    assert sorted(got) == sorted(expected)
    assert sum(f.code == "parks-id-made" for f in found) == 7
    assert len({code for _, code, _ in expected}) >= 15


def test_what_can_be_read_of_a_messy_workbook_is_read_right(messy):
    read = {park.name_zh: park for park in messy[0]}
    assert set(read) == {"蒙苏园区", "达茂园区", "霍林郭勒园区", "鄂托克园区", "甲园区", "乙园区",
                         "丙园区"}  # fmt: skip
    first = read["蒙苏园区"]
    assert facts(first) == {
        "annual_load": Decimal(90),  # the row of the target comes last by status
        "planned_area": Decimal(100),
        "green_share": Decimal("0.8"),
        "pv_capacity": Decimal(100),
        "wind_generation": Decimal(320_000),
    }
    assert [f.value for f in first.facts_of("annual_load")] == [Decimal(123_456), Decimal(90)]
    assert {f.date for f in first.facts} == {"2023-12-31", "2026"}
    assert {f.source for f in first.facts} == {"日报甲", "日报"}
    second = read["达茂园区"]
    assert facts(second) == {"annual_load": 12_345_670, "planned_area": None, "pv_capacity": 5}
    assert {f.source for f in second.facts} == {"<b>年报</b>"}
    assert read["霍林郭勒园区"].facts == ()
    assert facts(read["鄂托克园区"]) == {"annual_load": 1200, "green_share": Decimal("0.8")}
    assert read["甲园区"].league_code == read["乙园区"].league_code == "152900"
    assert facts(read["甲园区"]) == {
        "planned_area": None, "green_share": Decimal("0.5"), "pv_capacity": 20
    }  # fmt: skip
    assert facts(read["丙园区"]) == {"pv_capacity": 12}


def test_no_cell_of_a_messy_workbook_became_zero(messy):
    assert not [f for park in messy[0] for f in park.facts if f.value == 0]


# files


def test_an_unknown_suffix_a_folder_and_a_missing_file_are_refused(tmp_path):
    (tmp_path / "a.docx").write_bytes(b"x")
    assert codes(import_parks(tmp_path / "a.docx")[1]) == ["file-format"]
    assert codes(import_parks(tmp_path)[1]) == ["file-format"]
    with pytest.raises(RefusedError, match="path-missing"):
        import_parks(tmp_path / "b.csv")


def test_a_path_that_is_no_local_file_is_refused():
    with pytest.raises(RefusedError, match="path-not-local"):
        import_parks("/vsicurl/http://example.org/parks.gpkg")


@pytest.mark.parametrize("name", ["a.xls", "a.xlsx"])
def test_a_binary_or_encrypted_workbook_is_refused_by_content(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600)
    assert codes(import_parks(path)[1]) == ["file-xls"]


def test_macros_are_refused_under_any_suffix(tmp_path):
    path = workbook(tmp_path / "a.xlsx", HEADINGS, PARK)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    assert codes(import_parks(path)[1]) == ["file-macros"]
    plain = workbook(tmp_path / "b.xlsx", HEADINGS, PARK)
    assert codes(import_parks(plain.rename(tmp_path / "b.xlsm"))[1]) == ["file-macros"]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = workbook(tmp_path / "a.xlsx", HEADINGS, PARK)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b"0" * 2_000_000)
    assert path.stat().st_size < 20_000
    parks_read, found = import_parks(path)
    assert (parks_read, codes(found)) == ((), ["file-large"])


def test_too_many_parts_and_too_large_a_file_are_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(1_001):
            archive.writestr(f"{number}.xml", b"")
    assert codes(import_parks(path)[1]) == ["file-large"]
    for name in ("b.xlsx", "b.csv"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(20_000_001)
        assert codes(import_parks(tmp_path / name)[1]) == ["file-large"]


def test_a_broken_workbook_is_refused_and_does_not_crash(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\x03\x04 and nothing else")
    assert codes(import_parks(path)[1]) == ["file-unreadable"]
    whole = workbook(tmp_path / "b.xlsx", HEADINGS, PARK).read_bytes()
    with zipfile.ZipFile(io.BytesIO(whole)) as given, zipfile.ZipFile(path, "w") as cut:
        for part in given.infolist():
            content = given.read(part)
            cut.writestr(part, content[:60] if "sheet1" in part.filename else content)
    assert codes(import_parks(path)[1]) == ["file-unreadable"]


def test_entities_in_the_xml_are_refused(tmp_path):
    path, whole = tmp_path / "a.xlsx", workbook(tmp_path / "b.xlsx", HEADINGS, PARK)
    with zipfile.ZipFile(whole) as given, zipfile.ZipFile(path, "w") as evil:
        for part in given.infolist():
            content = given.read(part)
            if "sheet1" in part.filename:
                head = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
                content = head + content.replace(b"<sheetData>", b"<sheetData>&e;")
            evil.writestr(part, content)
    assert codes(import_parks(path)[1]) == ["file-unreadable"]


def test_a_workbook_is_not_opened_without_defusedxml(tmp_path, monkeypatch):
    monkeypatch.setattr(openpyxl, "DEFUSEDXML", False)
    with pytest.raises(ParksError, match="install defusedxml"):
        import_parks(workbook(tmp_path / "a.xlsx", HEADINGS, PARK))


def test_a_sheet_that_reaches_too_far_is_refused(tmp_path):
    path = workbook(tmp_path / "a.xlsx", HEADINGS, PARK)
    book = openpyxl.load_workbook(path)
    book["数据"]["ZZ200000"] = "x"
    book.save(path)
    assert named(import_parks(path)[1]) == [("sheet-large", "数据!ZZ200000")]


def test_a_mark_far_off_costs_no_time_or_memory(tmp_path):
    path = workbook(tmp_path / "a.xlsx", HEADINGS, PARK)
    book = openpyxl.load_workbook(path)
    book["数据"].cell(99_999, 400).number_format = "0.00"
    book.save(path)
    assert [park.name_zh for park in import_parks(path)[0]] == ["甲园区"]


# CSV

_TEXT = "园区名称,园区类型,状态,年用电量（万千瓦时）\n甲园区,零碳,实测,12\n"


@pytest.mark.parametrize(
    ("encoding", "remarks"),
    [
        ("utf-8", []),
        ("utf-8-sig", []),
        ("gbk", ["csv-encoding"]),
        ("gb18030", ["csv-encoding"]),
        ("utf-16", ["csv-encoding"]),
    ],
)
def test_a_csv_is_read_in_its_encoding_and_the_choice_recorded(tmp_path, encoding, remarks):
    (tmp_path / "a.csv").write_bytes(_TEXT.encode(encoding))
    (park,), found = import_parks(tmp_path / "a.csv")
    assert (park.name_zh, facts(park)) == ("甲园区", {"annual_load": 120})
    assert codes(found) == [*remarks, "unit-converted"]


@pytest.mark.parametrize(
    "raw",
    [
        _TEXT.encode("big5", "replace"),
        _TEXT.encode("utf-16-le"),
        "园区名称,类型\nパーク,\u0e01".encode("gb18030"),
        b"a,b\n\x00,1",
        b"\xff\xfea",
    ],
)
def test_bytes_that_are_no_sensible_text_are_refused(tmp_path, raw):
    (tmp_path / "a.csv").write_bytes(raw)
    assert codes(import_parks(tmp_path / "a.csv")[1]) == ["csv-undecodable"]


def test_another_separator_is_found_and_recorded(tmp_path):
    (tmp_path / "a.csv").write_text(_TEXT.replace(",", "\t"), encoding="utf-16")
    (park,), found = import_parks(tmp_path / "a.csv")
    assert facts(park) == {"annual_load": 120}
    assert codes(found) == ["csv-encoding", "csv-separator", "unit-converted"]


def test_quotes_that_do_not_close_are_refused(tmp_path):
    (tmp_path / "a.csv").write_text(_TEXT + '"乙', encoding="utf-8")
    assert named(import_parks(tmp_path / "a.csv")[1]) == [("csv-quotes", "a.csv!3:3")]


def test_a_serial_date_of_a_csv_has_no_epoch_and_is_refused(tmp_path):
    text = "园区名称,园区类型,状态,日期,年用电量（MWh）\n甲园区,零碳,实测,45291,12\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert named(import_parks(tmp_path / "a.csv")[1]) == [("date", "a.csv!D2")]


# sheets and headings


def two_sheets(path, second):
    book = openpyxl.load_workbook(workbook(path, HEADINGS, PARK, sheet="甲"))
    page = book.create_sheet("乙")
    for row in second:
        page.append(row)
    book.save(path)
    return path


def test_two_sheets_of_parks_are_refused_until_one_is_named(tmp_path):
    path = two_sheets(tmp_path / "a.xlsx", [HEADINGS, ("乙园区", "低碳", "实测")])
    read, found = import_parks(path)
    assert (read, named(found)) == ((), [("sheet-several", "a.xlsx")])
    (park,), found = import_parks(path, sheet="乙")
    assert (park.name_zh, codes(found)) == ("乙园区", [])
    assert named(import_parks(path, sheet="丙")[1]) == [("sheet-unknown", "a.xlsx")]


def test_two_sheets_tied_by_park_ids_are_one_registry(tmp_path):
    path = tmp_path / "a.xlsx"
    two_sheets(path, [("园区编号", "状态", "年用电量(MWh)"), ("p1", "实测", 5), ("p2", "实测", 6)])
    book = openpyxl.load_workbook(path)
    book["甲"]["D1"], book["甲"]["D2"] = "园区编号", "p1"
    book.save(path)
    (park,), found = import_parks(path)
    assert (park.park_id, facts(park)) == ("p1", {"annual_load": 5})
    assert named(found) == [("fact-orphan", "乙!3:3")]


def test_a_hidden_sheet_is_not_read_and_is_warned_of(tmp_path):
    path = two_sheets(tmp_path / "a.xlsx", [HEADINGS, ("乙园区", "低碳", "实测")])
    book = openpyxl.load_workbook(path)
    book["乙"].sheet_state = "hidden"
    book.save(path)
    (park,), found = import_parks(path)
    assert (park.name_zh, named(found)) == ("甲园区", [("sheet-hidden", "乙")])


def test_a_table_without_headings_of_parks_is_refused(tmp_path):
    path = workbook(tmp_path / "a.xlsx", ("甲", "乙"), (1, 2), sheet="表")
    assert named(import_parks(path)[1]) == [("sheet-ignored", "表"), ("headings-missing", "a.xlsx")]


@pytest.mark.parametrize(
    ("heading", "parameter", "value"),
    [
        ("年用电量（万千瓦时）", "annual_load", 70),
        (" 年 用 电 量【ＭＷｈ】：", "annual_load", 7),
        ("用电量，单位：GWh", "annual_load", 7000),
        ("annual_load (MWh)", "annual_load", 7),
        ("余热/余冷/余压综合利用率（%）", "waste_heat_use", Decimal("0.07")),
    ],
)
def test_headings_are_found_by_exact_words_and_their_units(tmp_path, heading, parameter, value):
    (park,), _ = one_cell(tmp_path / "a.xlsx", heading, 7)
    assert facts(park) == {parameter: value}


@pytest.mark.parametrize(
    ("heading", "code"),
    [
        ("年度用电", "heading-unknown"),
        ("年用电量(吨)", "unit-dimension"),
        ("年用电量(桶)", "unit-unknown"),
        ("经度(米)", "heading-degrees"),
    ],
)
def test_headings_that_are_not_known_word_for_word_are_not_read(tmp_path, heading, code):
    (park,), found = one_cell(tmp_path / "a.xlsx", heading, 7)
    assert park.facts == ()
    assert named(found) == [(code, "数据!D1")]


def test_the_column_of_zones_may_have_the_name_of_the_level(tmp_path):
    (park,), found = one_cell(tmp_path / "a.xlsx", "旗县（市、区）", "达茂旗")
    assert (park.banner_code, codes(found)) == ("150223", [])
    (park,), found = one_cell(tmp_path / "a.xlsx", "地级市", "银川")
    assert (park.league_code, codes(found)) == ("640100", [])


def test_a_region_restricts_the_zones_that_a_name_may_mean(tmp_path):
    path = workbook(tmp_path / "a.xlsx", (*HEADINGS, "地市"), (*PARK, "银川市"))
    assert import_parks(path, region="ningxia")[0][0].league_code == "640100"
    assert named(import_parks(path, region="inner_mongolia")[1]) == [("zone-unknown", "数据!D2")]
    with pytest.raises(RefusedError, match="region-unknown"):
        import_parks(path, region="atlantis")


# rows


def test_sums_remarks_and_examples_are_left_out_by_rule(tmp_path):
    rows = [(name, None, None, 5) for name in ("小计", "全区合计：", "Total", "注：共两家",
                                               "【示例】某园区", "示例：某园区")]  # fmt: skip
    path = workbook(tmp_path / "a.xlsx", (*HEADINGS, "用电量(MWh)"), (*PARK, 3), *rows)
    (park,), found = import_parks(path)
    assert facts(park) == {"annual_load": 3}
    assert codes(found) == [*["row-total"] * 3, "row-remark", *["row-example"] * 2]


def test_parks_of_one_name_are_joined_or_refused_where_they_contradict(tmp_path):
    headings = (*HEADINGS, "运营单位", "用电量(MWh)", "日期")
    rows = [(*PARK, "甲公司", 1, "2024"), (*PARK, None, 2, "2025"), (*PARK, "乙公司", None, None)]
    (park,), found = import_parks(workbook(tmp_path / "a.xlsx", headings, *rows))
    assert [(f.date, f.value) for f in park.facts] == [("2024", 1), ("2025", 2)]
    assert park.operator == "甲公司"
    assert named(found) == [
        ("rows-joined", "数据!3:3"),
        ("rows-joined", "数据!4:4"),
        ("identity-conflict", "数据!D4"),
    ]


def test_a_name_that_fits_two_ids_is_refused(tmp_path):
    headings = ("园区编号", *HEADINGS, "用电量(MWh)")
    rows = [("p1", *PARK, 1), ("p2", *PARK, 2), (None, *PARK, 3)]
    read, found = import_parks(workbook(tmp_path / "a.xlsx", headings, *rows))
    assert [park.park_id for park in read] == ["p1", "p2"]
    assert named(found) == [("name-several", "数据!B4")]


def test_an_id_of_another_name_in_the_facts_is_refused(tmp_path):
    (tmp_path / "parks.csv").write_text("park_id,name_zh,kind\np1,甲,零碳\n", encoding="utf-8")
    text = "park_id,name_zh,status,用电量(MWh)\np1,乙,实测,5\n,,实测,6\n"
    (tmp_path / "facts.csv").write_text(text, encoding="utf-8")
    (park,), found = import_parks(tmp_path / "parks.csv")
    assert park.facts == ()
    assert named(found) == [
        ("identity-conflict", "facts.csv!B2"),
        ("name-missing", "facts.csv!3:3"),
    ]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ((None, "零碳", "实测", 5), ("name-missing", "数据!2:2")),
        (("甲园区", None, "实测", 5), ("kind-missing", "数据!2:2")),
        (("甲园区", "绿色", "实测", 5), ("kind-missing", "数据!2:2")),
        (("甲园区", "零碳", None, 5), ("status-missing", "数据!2:2")),
    ],
)
def test_a_row_that_lacks_what_it_needs_is_refused(tmp_path, row, expected):
    path = workbook(tmp_path / "a.xlsx", (*HEADINGS, "用电量(MWh)"), row)
    read, found = import_parks(path)
    assert expected in named(found, Severity.ERROR)
    assert not [fact for park in read for fact in park.facts]


def test_one_fact_said_twice_is_kept_once(tmp_path):
    path = workbook(tmp_path / "a.xlsx", (*HEADINGS, "用电量(MWh)"), (*PARK, 5), (*PARK, 5))
    (park,), found = import_parks(path)
    assert len(park.facts) == 1
    assert ("fact-repeated", "数据!D3") in named(found)


def test_an_id_is_checked_and_made_only_where_there_is_none(tmp_path):
    path = workbook(tmp_path / "a.xlsx", (*HEADINGS, "园区编号"), (*PARK, "Park 1"))
    (park,), found = import_parks(path)
    assert park.park_id == "park-" + park.park_id[-8:]
    assert [f.code for f in found] == ["parks-id-form", "parks-id-made"]
    again, _ = import_parks(workbook(tmp_path / "b.xlsx", HEADINGS, PARK))
    assert again[0].park_id == park.park_id


def test_a_value_said_to_be_absent_is_a_fact_without_one(tmp_path):
    (park,), _ = one_cell(tmp_path / "a.xlsx", "用电量(MWh)", "无")
    (fact,) = park.facts
    assert (fact.value, fact.unit, fact.confidence) == (None, "MWh", Confidence.MISSING)
    (park,), _ = one_cell(tmp_path / "a.xlsx", "用电量(MWh)", None)
    assert park.facts == ()


def test_an_event_is_a_fact_with_a_date_and_no_value(tmp_path):
    (park,), found = one_cell(tmp_path / "a.xlsx", "获批", "是")
    assert facts(park) == {"approval": None}
    assert park.facts[0].confidence is Confidence.UNVERIFIED
    assert codes(found) == []
    assert named(one_cell(tmp_path / "a.xlsx", "获批", "去年")[1]) == [("event", "数据!D2")]


def test_one_fact_a_row_is_read_with_its_unit_beside(tmp_path):
    text = "park_id,指标,数值,单位,状态\n{}"
    rows = (
        "p1,年用电量,2,GWh,实测\np1,绿电比例,80,%,实测\np1,wind_capacity,,,目标\np1,获批,,,获批\n"
    )
    (tmp_path / "parks.csv").write_text("park_id,name_zh,kind\np1,甲,零碳\n", encoding="utf-8")
    (tmp_path / "facts.csv").write_text(text.format(rows), encoding="utf-8")
    (park,), found = import_parks(tmp_path / "parks.csv")
    assert facts(park) == {
        "annual_load": 2000, "green_share": Decimal("0.8"), "wind_capacity": None, "approval": None
    }  # fmt: skip
    assert codes(found) == []
    bad = "p1,人口,2,人,实测\np1,年用电量,2,吨,实测\np1,年用电量,2,,实测\np1,获批,1,,获批\n"
    (tmp_path / "facts.csv").write_text(text.format(bad), encoding="utf-8")
    assert named(import_parks(tmp_path / "parks.csv")[1]) == [
        ("parameter-unknown", "facts.csv!2:2"),
        ("unit-dimension", "facts.csv!D3"),
        ("unit-missing", "facts.csv!C4"),
        ("event-value", "facts.csv!C5"),
    ]


def test_a_stored_result_of_a_formula_is_read_and_noted(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("数据")
        page.write_row(0, 0, (*HEADINGS, "用电量(MWh)", "外购电量(MWh)"))
        page.write_row(1, 0, PARK)
        page.write_formula(1, 3, "=3+4", None, 7)
        page.write_formula(1, 4, "=1-1", None, 0)
    (park,), found = import_parks(path)
    assert facts(park) == {"annual_load": 7, "grid_purchase": 0}
    assert named(found) == [("formula", "数据!D2"), ("formula-zero", "数据!E2")]


def test_a_formula_that_shows_nothing_is_a_blank_cell(tmp_path):
    given, path = tmp_path / "b.xlsx", tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(given) as book:
        page = book.add_worksheet("数据")
        page.write_row(0, 0, (*HEADINGS, "用电量(MWh)"))
        page.write_row(1, 0, PARK)
        page.write_formula(1, 3, '=IF(1>9,5,"")', None, "")
    assert named(import_parks(given)[1]) == [("formula-uncomputed", "数据!D2")]
    # Excel marks an empty result as a text, as no program does that has not computed it.
    with zipfile.ZipFile(given) as old, zipfile.ZipFile(path, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            new.writestr(part, content.replace(b'<c r="D2">', b'<c r="D2" t="str">'))
    (park,), found = import_parks(path)
    assert (park.facts, codes(found)) == ((), [])


def test_serial_dates_follow_the_epoch_of_the_workbook(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": True}) as book:
        page = book.add_worksheet("数据")
        page.write_row(0, 0, (*HEADINGS, "日期", "用电量(MWh)"))
        page.write_row(1, 0, (*PARK, 43829, 5))
    (park,), found = import_parks(path)
    assert (park.facts[0].date, codes(found)) == ("2023-12-31", ["date-serial"])


# places

_PLACE = (*HEADINGS, "经度", "纬度", "坐标基准")


def placed(tmp_path, *cells, headings=_PLACE):
    read, found = import_parks(workbook(tmp_path / "a.xlsx", headings, (*PARK, *cells)))
    return read[0], codes(found)


def test_a_point_on_wgs84_is_taken_as_it_is(tmp_path):
    park, found = placed(tmp_path, 109.8, "３９．４５", "WGS84")
    assert park.geometry.equals(shapely.Point(109.8, 39.45))
    assert park.location_confidence is Confidence.UNVERIFIED
    assert found == ["cell-fullwidth", "cell-text-number"]


def test_gcj02_is_converted_and_said_so(tmp_path):
    park, found = placed(tmp_path, 111.67, 40.82, "GCJ-02")
    # the inverse of the published series, see rasters.datum
    assert shapely.get_coordinates(park.geometry).round(6).tolist() == [[111.66324, 40.818684]]
    assert found == ["datum-gcj02"]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ((109.8, 39.45, None), "datum-unsaid"),
        ((109.8, 39.45, "CGCS2000"), "datum-cgcs2000"),
        ((109.8, 39.45, "BD-09"), "datum-bd09"),
        ((109.8, None, "WGS84"), "location-half"),
        ((39.45, 109.8, "WGS84"), "location-swapped"),
        ((500_000, 4_300_000, "WGS84"), "location-range"),
        ((2.3, 48.8, "WGS84"), "location-range"),
        ((109.8, 39.45, "北京54"), "datum-unknown"),
        (("109°48′", 39.45, "WGS84"), "unit-unknown"),
    ],
)
def test_coordinates_that_do_not_say_one_place_are_found(tmp_path, cells, code):
    park, found = placed(tmp_path, *cells)
    assert code in found
    accepted = code in ("datum-unsaid", "datum-cgcs2000", "datum-unknown")
    assert (park.geometry is not None) is accepted
    assert (park.location_confidence is Confidence.MISSING) is not accepted


def test_a_datum_in_the_heading_serves_and_must_not_contradict_the_row(tmp_path):
    headings = (*HEADINGS, "经度（°，WGS84）", "纬度（度）", "坐标基准")
    park, found = placed(tmp_path, 109.8, 39.45, None, headings=headings)
    assert (park.geometry is not None, found) == (True, [])
    park, found = placed(tmp_path, 109.8, 39.45, "GCJ-02", headings=headings)
    assert (park.geometry, found) == (None, ["datum-conflict"])


@pytest.mark.parametrize(
    ("wkt", "code"),
    [
        ("POLYGON ((109 39, 110 39, 110 40, 109 39))", None),
        ("POLYGON Z ((109 39 1, 110 39 1, 110 40 1, 109 39 1))", "geometry-3d"),
        ("POLYGON ((109 39, 110 40, 110 39, 109 40, 109 39))", "geometry-invalid"),
        ("LINESTRING (109 39, 110 40)", "geometry-type"),
        ("POLYGON EMPTY", "geometry-empty"),
        ("多边形", "geometry-wkt"),
    ],
)
def test_an_outline_may_be_given_as_wkt(tmp_path, wkt, code):
    park, found = placed(tmp_path, wkt, headings=(*HEADINGS, "边界WKT"))
    assert found == ([code] if code else [])
    assert (park.geometry is not None) is (code in (None, "geometry-3d"))
    assert park.geometry is None or not park.geometry.has_z


def test_coordinates_and_an_outline_together_are_refused(tmp_path):
    cells = (109.8, 39.45, "POLYGON ((109 39, 110 39, 110 40, 109 39))")
    park, found = placed(tmp_path, *cells, headings=(*HEADINGS, "经度", "纬度", "边界WKT"))
    assert (park.geometry, found) == (None, ["location-twice"])


def test_a_zone_name_that_fits_two_zones_is_refused():
    heads = ("园区名称", "园区类型", "旗县")
    rows = tuple(
        RawRow(
            number=number,
            where=f"S!{number}:{number}",
            cells={
                place: RawCell(value=text, kind=CellKind.TEXT, where=f"S!{place}")
                for place, text in enumerate(cells, 1)
            },
        )
        for number, cells in enumerate((heads, ("甲园区", "零碳", "新 区")), 1)
    )
    table = RawTable(name="S", rows=rows)
    names = ZoneNames(headings={}, codes={"banner_code": {"新区": ("150199", "150299")}})
    layout, _ = find_layout(table, names.headings)
    (line,), found = read_lines(table, layout, names)
    assert "banner_code" not in line.words
    assert named(found) == [("zone-several", "S!3")]


# map layers


def geojson(path, features, **members):
    collection = {"type": "FeatureCollection", "features": features, **members}
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    return path


def feature(properties, geometry=None):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


_POINT = {"type": "Point", "coordinates": [109.8, 39.45]}
_NAMES = {"园区名称": "甲园区", "园区类型": "零碳", "状态": "实测"}


def test_a_layer_with_chinese_fields_is_read_like_a_table(tmp_path):
    path = geojson(
        tmp_path / "a.geojson", [feature({**_NAMES, "用电量(MWh)": 5, "FID": 1}, _POINT)]
    )
    (park,), found = import_parks(path)
    assert (facts(park), park.geometry.wkt) == ({"annual_load": 5}, "POINT (109.8 39.45)")
    assert named(found) == [("heading-unknown", "a.geojson, FID")]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"type": "FeatureCollection"}',
        '{"features": [{"properties": {"a": NaN}, "geometry": null}]}',
        '{"features": [{"properties": [], "geometry": null}, {"properties": 5, "geometry": null}]}',
        '{"features": [{"properties": {}, "geometry": {"type": "Point", "coordinates": ["x"]}}]}',
        "<OGRVRTDataSource/>",
    ],
)
def test_what_is_no_geojson_is_refused_and_does_not_crash(tmp_path, text):
    (tmp_path / "a.geojson").write_text(text, encoding="utf-8")
    assert codes(import_parks(tmp_path / "a.geojson")[1]) == ["file-unreadable"]


def test_a_layer_in_another_crs_is_refused_and_never_reprojected(tmp_path):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}}
    path = geojson(tmp_path / "a.geojson", [feature(_NAMES, _POINT)], crs=crs)
    assert codes(import_parks(path)[1]) == ["layer-crs"]
    frame = gpd.GeoDataFrame({"名称": ["甲"]}, geometry=[shapely.Point(5e5, 4e6)], crs="EPSG:4547")
    frame.to_file(tmp_path / "a.gpkg", layer="parks")
    assert named(import_parks(tmp_path / "a.gpkg")[1]) == [("layer-crs", "a.gpkg, parks")]


def test_a_geopackage_on_cgcs2000_is_taken_and_said_so(tmp_path):
    columns = {key: [value] for key, value in _NAMES.items()} | {"用电量(MWh)": [7.5]}
    frame = gpd.GeoDataFrame(columns, geometry=[shapely.Point(109.8, 39.45)], crs="EPSG:4490")
    frame.to_file(tmp_path / "a.gpkg", layer="园区")
    (park,), found = import_parks(tmp_path / "a.gpkg")
    assert (facts(park), codes(found)) == ({"annual_load": Decimal("7.5")}, ["datum-cgcs2000"])


def test_a_file_that_is_no_geopackage_is_refused(tmp_path):
    (tmp_path / "a.gpkg").write_bytes(b"SQLite format 3")
    assert codes(import_parks(tmp_path / "a.gpkg")[1]) == ["file-content"]
    plain = b"SQLite format 3\x00".ljust(4096, b"\0")
    (tmp_path / "a.gpkg").write_bytes(plain)
    assert codes(import_parks(tmp_path / "a.gpkg")[1]) == ["file-content"]
    (tmp_path / "a.gpkg").write_bytes(plain[:68] + b"GPKG" + plain[72:])
    assert codes(import_parks(tmp_path / "a.gpkg")[1]) == ["file-unreadable"]


# the catalogue


def test_every_code_of_the_registry_is_asserted_in_a_test_and_reads_in_both_languages():
    path = _FOLDER / "findings_registry.toml"
    catalogue = tomllib.loads(path.read_text(encoding="utf-8"))
    tests = "".join(p.read_text(encoding="utf-8") for p in Path(__file__).parent.glob("test_*.py"))
    unasserted = [c for c in catalogue if f'"{c.removeprefix("parks-")}"' not in tests and
                  f'"{c}"' not in tests]  # fmt: skip
    assert unasserted == []
    for code, entry in catalogue.items():
        assert set(entry) == {"severity", "what_en", "what_zh", "mend_en", "mend_zh"}, code
        assert any("\u4e00" <= letter <= "\u9fff" for letter in entry["what_zh"]), code
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in entry["what_en"]), code
