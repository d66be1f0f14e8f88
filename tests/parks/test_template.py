"""The template: what it offers, and that it reads back filled in, moved and reworded."""

import openpyxl
import pytest
from park_tables import codes, named

from parks.errors import RegistryError
from parks.intake import import_parks
from parks.parameters import parameters
from parks.park import FactStatus, ParkKind
from parks.template import write_template
from rasters.errors import RefusedError
from rasters.findings import Severity
from sinks.categories import Confidence
from sinks.regions import load_region


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    return write_template(tmp_path_factory.mktemp("t") / "parks.xlsx", region="inner_mongolia")


def columns(page):
    return {str(cell.value).removeprefix("tanhui:"): cell.column for cell in page[1]}


def fill(path, template, parks=(), facts=(), edit=None):
    """Write rows into the template as a person would, from row 4 on."""
    book = openpyxl.load_workbook(template)
    for name, rows in (("园区", parks), ("数据", facts)):
        page = book[name]
        places = columns(page)
        for number, row in enumerate(rows, 4):
            for key, value in row.items():
                page.cell(number, places[key], value)
    if edit is not None:
        edit(book)
    book.save(path)
    return path


PARK = {
    "name_zh": "蒙东零碳园区",
    "kind": "零碳",
    "league_code": "通辽市",
    "banner_code": "霍林郭勒市",
    "longitude": 119.66,
    "latitude": 45.53,
    "datum": "WGS84",
    "location_confidence": "已核实",
    "operator": "园区管委会",
}
FACT = {
    "name_zh": "蒙东零碳园区",
    "status": "实测",
    "date": "2024",
    "source": "能源统计报表",
    "source_date": "2025-02",
    "confidence": "已核实",
    "annual_load": 12_000,
    "wind_capacity": 40,
    "green_share": "62%",
    "planned_area": 35,
    "approval": "是",
    "pv_capacity": "无",
}


def test_the_filled_template_imports_without_a_question(tmp_path, empty):
    path = fill(tmp_path / "a.xlsx", empty, [PARK], [FACT, {**FACT, "status": "目标"}])
    (park,), found = import_parks(path)
    assert (park.name_zh, park.kind, park.operator) == ("蒙东零碳园区", ParkKind.ZERO, "园区管委会")
    assert (park.league_code, park.banner_code) == ("150500", "150581")
    assert (park.geometry.wkt, park.location_confidence) == (
        "POINT (119.66 45.53)", Confidence.VERIFIED
    )  # fmt: skip
    measured = {f.parameter: f for f in park.facts if f.status is FactStatus.MEASURED}
    assert {key: str(fact.value) for key, fact in measured.items()} == {
        "annual_load": "120000", "wind_capacity": "400", "green_share": "0.62",
        "planned_area": "3500", "approval": "None", "pv_capacity": "None",
    }  # fmt: skip
    load = measured["annual_load"]
    assert (load.unit, load.date, load.source, load.source_date, load.confidence) == (
        "MWh", "2024", "能源统计报表", "2025-02", Confidence.VERIFIED
    )  # fmt: skip
    assert len(park.facts) == 12
    assert {f.severity for f in found} == {Severity.NOTE}
    assert sorted(set(codes(found))) == ["cell-missing", "row-example", "unit-converted"]


def test_the_empty_template_has_no_parks_and_its_examples_are_left_out(empty):
    parks, found = import_parks(empty)
    assert parks == ()
    assert named(found) == [("row-example", "园区!B3"), ("row-example", "数据!B3")]


def test_every_quantity_has_a_column_with_its_unit_and_the_ids_are_hidden(empty):
    book = openpyxl.load_workbook(empty)
    assert book.sheetnames == ["说明", "园区", "数据", "选项"]
    assert book["选项"].sheet_state == "hidden"
    page = book["数据"]
    assert page.row_dimensions[1].hidden
    places = columns(page)
    for key, entry in parameters().items():
        heading = page.cell(2, places[key]).value
        unit = f"（{entry.template_unit}）" if entry.template_unit else ""
        assert heading == entry.name_zh + unit
        assert entry.is_event or entry.size(entry.template_unit)
        if entry.is_share:
            assert page.cell(3, places["green_share"]).number_format.endswith("%")


def test_closed_sets_and_zones_are_drop_downs(empty):
    book = openpyxl.load_workbook(empty)
    lists = {
        next(cell.value for cell in column): [cell.value for cell in column]
        for column in book["选项"].iter_cols()
    }
    assert lists["零碳"][:3] == ["零碳", "低碳", "候选"]
    assert len([name for name in lists["呼和浩特市"] if name]) == 12
    assert len([name for name in lists["新城区"] if name]) == 103
    rules = {
        str(rule.sqref).split(":")[0]: rule for rule in book["园区"].data_validations.dataValidation
    }
    places = columns(book["园区"])
    kind = book["园区"].cell(3, places["kind"]).coordinate
    assert (rules[kind].type, rules[kind].promptTitle) == ("list", "园区类型")
    longitude = book["园区"].cell(3, places["longitude"]).coordinate
    assert (rules[longitude].type, rules[longitude].formula1) == ("decimal", "73")
    facts = {
        str(rule.sqref).split(":")[0]: rule for rule in book["数据"].data_validations.dataValidation
    }
    share = book["数据"].cell(3, columns(book["数据"])["green_share"]).coordinate
    assert facts[share].type == "custom"
    assert f"{share}<=1" in facts[share].formula1


def test_the_template_of_a_region_has_its_levels(tmp_path):
    path = write_template(tmp_path / "n.xlsx", region="ningxia")
    page = openpyxl.load_workbook(path)["园区"]
    places = columns(page)
    assert page.cell(2, places["league_code"]).value == "地级市"
    assert "banner_code" not in places
    assert "region=ningxia" in places
    filled = fill(tmp_path / "a.xlsx", path, [{"name_zh": "甲", "kind": "低碳",
                                               "league_code": "银川市"}])  # fmt: skip
    (park,), _ = import_parks(filled)
    assert park.league_code == "640100"


def test_moved_and_reworded_columns_are_known_by_their_ids(tmp_path, empty):
    def edit(book):
        page = book["数据"]
        page.move_range("I1:I4", rows=0, cols=60)
        places = columns(page)
        page.cell(2, places["annual_load"]).value = "全厂电量（MWh）"
        page.cell(2, places["source"]).value = "谁说的"

    path = fill(tmp_path / "a.xlsx", empty, [PARK], [FACT], edit)
    (park,), found = import_parks(path)
    assert {f.source for f in park.facts} == {"能源统计报表"}
    assert str(park.facts_of("annual_load")[0].value) == "12000"
    assert codes(found).count("heading-reworded") == 2
    assert not [f for f in found if f.severity is Severity.ERROR]


def test_a_heading_that_names_another_column_than_its_id_is_refused(tmp_path, empty):
    def edit(book):
        page = book["数据"]
        places = columns(page)
        page.cell(2, places["wind_capacity"]).value = "光伏装机（万千瓦）"
        page.cell(1, places["investment"]).value = "tanhui:price"

    path = fill(tmp_path / "a.xlsx", empty, [PARK], [FACT], edit)
    (park,), found = import_parks(path)
    assert park.facts_of("wind_capacity") == ()
    refused = [f for f in found if f.severity is Severity.ERROR]
    assert sorted(codes(refused)) == ["heading-id", "heading-moved"]


def test_facts_of_a_park_that_the_first_sheet_lacks_are_refused(tmp_path, empty):
    path = fill(tmp_path / "a.xlsx", empty, [PARK], [{**FACT, "name_zh": "别的园区"}])
    assert ("fact-orphan", "数据!4:4") in named(import_parks(path)[1])


def test_the_template_is_the_same_bytes_every_time(tmp_path, empty):
    again = write_template(tmp_path / "b.xlsx", region=load_region("inner_mongolia"))
    assert again.read_bytes() == empty.read_bytes()


def test_a_template_of_no_region_or_of_another_format_is_refused(tmp_path):
    with pytest.raises(RegistryError, match=r"not parks\.csv"):
        write_template(tmp_path / "parks.csv", region="ningxia")
    with pytest.raises(RefusedError, match="region-unknown"):
        write_template(tmp_path / "parks.xlsx", region="atlantis")
