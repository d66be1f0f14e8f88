"""The workbook into the ledger and back out: addresses, retries, corrections, outlines."""

from datetime import date, datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely
from ledger_factory import made, opening, project
from register_book import (
    EXIT,
    ISSUE,
    LAND,
    NEXT,
    OFFSET,
    PARCEL,
    PROJECT,
    REMOVAL,
    SINK,
    WHOLE,
    write_book,
)  # fmt: skip

from rasters import RefusedError
from rasters.datum import gcj02_to_wgs84
from sinks.credits import record_rows, reverse_event
from sinks.credits.forms import KINDS, register_forms, write_register_template
from sinks.credits.intake import read_book
from sinks.credits.listing import Listing, listed
from sinks.credits.outlines import read_outlines
from sinks.errors import ResultError
from sinks.ledger import ledger_anchor, read_state, verify_ledger
from sinks.ledger.land import shape_of
from sinks.ledger.said import Parcel, Project, Removal
from sinks.regions import load_region

AT = "2026-01-05T08:00:00+00:00"


def imported(ledger, book, outlines=None, **words):
    """Import a workbook."""

    def read(intake):
        intake.outlines = outlines or {}
        read_book(book, intake)

    words = {"region": "inner_mongolia", "actor": "tester", "at": AT, **words}
    return record_rows(ledger, read, **words)


def faults(ledger, book, **words):
    """Return (code, where, value) of every finding of a refused import."""
    with pytest.raises(RefusedError) as caught:
        imported(ledger, book, **words)
    return [(f.code, f.where, f.value) for f in caught.value.findings]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return a ledger with one row of each sheet, its workbook, and what importing it said."""
    folder = tmp_path_factory.mktemp("register")
    book = write_book(folder / "book.xlsx", WHOLE)
    return folder / "ledger.sqlite", book, imported(folder / "ledger.sqlite", book)


def test_a_workbook_is_recorded_in_the_order_that_rows_build_on_each_other(whole):
    ledger, _, done = whole
    assert done.added == tuple(range(1, 9))
    assert done.repeated == done.findings == ()
    assert done.anchor == ledger_anchor(ledger)
    state = read_state(ledger)
    kinds = [entry.said.kind for entry in state.entries.values()]
    assert kinds == ["open", *KINDS]
    project = state.live(Project)[0].said
    assert (project.project, project.start, project.end) == (
        "CCER-14-0001", "2021-01-01", "2040-12-31",
    )  # fmt: skip
    assert project.risk == "0.1"
    parcel = state.live(Parcel)[0].said
    assert (parcel.start, parcel.end) == (project.start, project.end)
    assert shape_of(parcel.geometry).equals(shapely.from_wkt(LAND))
    assert [share.zone for share in parcel.shares] == ["150500"]
    removal = state.live(Removal)[0].said
    assert (removal.start, removal.end, removal.kg) == ("2023-01-01", "2023-12-31", 1_200_000)
    assert verify_ledger(ledger).findings == ()


def test_importing_twice_records_nothing_new(whole):
    ledger, book, first = whole
    again = imported(ledger, book)
    assert again.added == ()
    assert again.repeated == first.added[1:]
    assert again.anchor == first.anchor


def test_an_old_workbook_does_not_bring_back_what_was_reversed(tmp_path):
    """The sale of event 6 was reversed by event 9: only an explicit act records it anew."""
    ledger, book = tmp_path / "l.sqlite", write_book(tmp_path / "b.xlsx", WHOLE)
    imported(ledger, book)
    done = reverse_event(ledger, 6, reason="wrong buyer", actor="tester", at=AT)
    assert done.added == (9,)
    for _ in range(2):
        old = imported(ledger, book)
        assert old.added == ()
        (warning,) = old.findings
        assert (warning.code, warning.where) == ("credits-reversed-before", "转出!3:3")
        assert "event 6 and reversed by event 9" in warning.what_en
    assert imported(ledger, book, again=True).added == (10,)
    stands = imported(ledger, book)
    assert (stands.added, stands.findings) == ((), ())
    assert 10 in stands.repeated
    rows = listed(read_state(ledger), Listing.EVENTS)
    assert rows[5]["reversed_by"] == 9
    with pytest.raises(RefusedError, match="credits-reverse-twice"):
        reverse_event(ledger, 6, reason="again, later", actor="b", at=AT)
    reverse_event(ledger, 10, reason="wrong after all", actor="tester", at=AT)
    (warning,) = imported(ledger, book).findings
    assert "event 10 and reversed by event 11" in warning.what_en
    assert imported(ledger, book, again=True).added == (12,)


def test_a_key_of_ones_own_is_kept_and_its_content_is_known_to_workbooks(tmp_path):
    ledger = tmp_path / "l.sqlite"
    imported(ledger, write_book(tmp_path / "b.xlsx", {**WHOLE, "转出": [], "抵消": []}))
    sale = write_book(tmp_path / "s.xlsx", {"转出": [EXIT]})
    assert imported(ledger, sale, key="sale-1").added == (7,)
    assert imported(ledger, sale).repeated == (7,), "the same content stands already"
    reverse_event(ledger, 7, reason="x", actor="a", at=AT)
    for key in ("sale-1", None):
        done = imported(ledger, sale, key=key)
        assert done.added == ()
        assert [f.code for f in done.findings] == ["credits-reversed-before"]
    assert imported(ledger, sale, key="sale-2").added == (9,)
    assert read_state(ledger).keys["sale-2"] == 9
    assert "sale-1/2" not in read_state(ledger).keys


@pytest.mark.parametrize("reason", ["", "  ", "x" * 2001])
def test_a_reversal_without_a_reason_is_refused(whole, reason):
    with pytest.raises(RefusedError, match="credits-reason"):
        reverse_event(whole[0], 6, reason=reason, actor="a", at=AT)


def test_new_parcels_are_refused_on_other_boundaries_than_those_of_the_opening(tmp_path):
    ledger = tmp_path / "l.sqlite"
    with made(ledger, opening(), project()):
        pass
    row = {**PARCEL, "项目编号": "P1"}
    found = faults(ledger, write_book(tmp_path / "b.xlsx", {"地块": [row]}))
    assert ("credits-boundary-differs", "地块!E3") in [(code, where) for code, where, _ in found]
    assert imported(ledger, write_book(tmp_path / "n.xlsx", {"碳汇量": [SINK]})).added == (3,)


def test_an_old_figure_does_not_come_back_by_importing_its_row_again(tmp_path):
    ledger = tmp_path / "l.sqlite"
    newer = {"固碳量": {**REMOVAL, "自身固碳量": 1100, "来源": "新"},
             "碳汇量": {**SINK, "碳汇量": 4000, "来源": "新"}}  # fmt: skip
    sheets = {**WHOLE, **{name: [*WHOLE[name], row] for name, row in newer.items()}}
    book = write_book(tmp_path / "b.xlsx", sheets)
    assert imported(ledger, book).findings == ()
    again = imported(ledger, book)
    assert again.added == ()
    assert [(f.code, f.where) for f in again.findings] == [
        ("credits-superseded", "固碳量!D3"), ("credits-superseded", "碳汇量!C3"),
    ]  # fmt: skip
    state = read_state(ledger)
    assert state.removal_kg("A-1") == {2023: 1_100_000}
    assert state.sink_kg("150500", 2023) == 4_000_000


def test_every_fault_is_told_at_its_cell_at_once_and_nothing_is_written(whole, tmp_path):
    ledger, _, _ = whole
    before = ledger.read_bytes()
    book = write_book(
        tmp_path / "bad.xlsx",
        {
            "项目": [{**PROJECT, "项目编号": "ccer 14－0001", "项目名称": "另一写法"},
                     {**PROJECT, "项目编号": "P☃", "计入期开始": "2021/13/1"}],
            "地块": [{**PARCEL, "地块编号": "C-1"},
                     {**PARCEL, "地块编号": "C-2", "地块范围": "P(1"},
                     {**PARCEL, "地块编号": "C-3", "地块范围": None},
                     {**PARCEL, "地块编号": "C-4", "地块范围": NEXT, "坐标基准": None},
                     {**PARCEL, "地块编号": "C-5", "地块范围": "POINT (120 45)"}],
            "固碳量": [{**REMOVAL, "自身固碳量": 900}, {**REMOVAL, "时段开始": "去年"}],
            "签发": [{**ISSUE, "起始序列号": 900, "截止序列号": 1000},
                     {**ISSUE, "起始序列号": 2000, "截止序列号": 2000.5}],
            "转出": [{**EXIT, "起始序列号": 50, "截止序列号": 60, "转出途径": "盟市抵消"},
                     {**EXIT, "起始序列号": 10**13, "截止序列号": 10**13}],
            "碳汇量": [{**SINK, "碳汇量": 900}, {**SINK, "盟市": "额济纳旗"}],
            "抵消": [{**OFFSET, "抵消量": 5000}],
        },
    )  # fmt: skip
    found = faults(ledger, book)
    expected = {
        ("credits-project-exists", "项目!A3", "CCER140001"),
        ("credits-spelling", "项目!A4", "P☃"),
        ("credits-cell-day", "项目!G4", "2021/13/1"),
        ("credits-parcel-geometry", "地块!E7", "Point"),
        ("credits-parcel-nowhere", "地块!E5", "C-3"),
        ("credits-datum-missing", "地块!E6", NEXT[:40]),
        ("credits-removal-used", "固碳量!D3", "900"),
        ("credits-cell-day", "固碳量!B4", "去年"),
        ("credits-serials-overlap", "签发!C3", "900 – 1000"),
        ("credits-cell-serial", "签发!D4", "2000.5"),
        ("credits-exit-twice", "转出!C3", "50 – 60"),
        ("credits-scope", "转出!F3", "outside"),
        ("credits-cell-range", "转出!C4", str(10**13)),
        ("sheet-cell-choice", "碳汇量!A4", "额济纳旗"),
        ("credits-offset-above-sink", "抵消!C3", "5,000"),
    }
    assert expected - {("credits-exit-twice", "转出!C3", "50 – 60")} <= set(found)
    places = {(code, where) for code, where, _ in found}
    assert {("credits-parcel-geometry", "地块!E4"), ("credits-sink-used", "碳汇量!C3")} <= places
    assert any(code == "credits-parcel-overlap" and where == "地块!E3" for code, where in places)
    assert ledger.read_bytes() == before


def test_a_fault_of_a_cell_does_not_make_others_of_what_builds_on_it(tmp_path):
    book = write_book(tmp_path / "b.xlsx", {**WHOLE, "项目": [{**PROJECT, "计入期开始": "?"}]})
    codes = {code for code, *_ in faults(tmp_path / "l.sqlite", book)}
    assert codes == {"credits-cell-day", "credits-project-unknown"}
    assert not (tmp_path / "l.sqlite").exists()


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2023, 3, 1), datetime(2023, 6, 30), ("2023-03-01", "2023-06-30")),  # noqa: DTZ001
        ("2023.3.1", "2023年6月30日", ("2023-03-01", "2023-06-30")),
        ("２０２３/3/1", 20230630, ("2023-03-01", "2023-06-30")),
        (2022, "2023年", ("2022-01-01", "2023-12-31")),
    ],
)
def test_days_are_read_in_every_unambiguous_form(tmp_path, start, end, expected):
    row = {**REMOVAL, "时段开始": start, "时段结束": end}
    sheets = {"项目": [PROJECT], "地块": [PARCEL], "固碳量": [row]}
    ledger = tmp_path / "l.sqlite"
    imported(ledger, write_book(tmp_path / "b.xlsx", sheets))
    said = read_state(ledger).live(Removal)[0].said
    assert (said.start, said.end) == expected


@pytest.mark.parametrize(
    "text", ["1800", "2023-02-30", "1/2/2023", "2023-13", "昨天", "2300-01-01"]
)
def test_other_days_are_refused(tmp_path, text):
    sheets = {"项目": [{**PROJECT, "计入期开始": text}]}
    found = faults(tmp_path / "l.sqlite", write_book(tmp_path / "b.xlsx", sheets))
    assert ("credits-cell-day", "项目!G3", text) in found


@pytest.mark.parametrize(("percent", "risk"), [(0, "0"), (99.5, "0.995"), (None, "")])
def test_the_share_held_back_lies_from_0_to_below_100(tmp_path, percent, risk):
    sheets = {"项目": [{**PROJECT, "非持久性风险扣减": percent}]}
    imported(tmp_path / "l.sqlite", write_book(tmp_path / "b.xlsx", sheets))
    assert read_state(tmp_path / "l.sqlite").live(Project)[0].said.risk == risk


@pytest.mark.parametrize("percent", [100, 150])
def test_a_share_held_back_of_all_or_more_is_refused(tmp_path, percent):
    sheets = {"项目": [{**PROJECT, "非持久性风险扣减": percent}]}
    found = faults(tmp_path / "l.sqlite", write_book(tmp_path / "b.xlsx", sheets))
    assert ("credits-risk-range", "项目!I3", str(percent)) in found


def test_spellings_and_fractions_of_kilograms_are_noted(tmp_path):
    sheets = {
        **WHOLE,
        "地块": [{**PARCEL, "项目编号": "ccer140001"}],
        "固碳量": [{**REMOVAL, "自身固碳量": 1200.0009}],
        "抵消": [{**OFFSET, "抵消量": 1000.0001}],
    }
    done = imported(tmp_path / "l.sqlite", write_book(tmp_path / "b.xlsx", sheets))
    assert [(f.code, f.where, f.value) for f in done.findings] == [
        ("credits-spelt", "地块!B3", "ccer140001"),
        ("credits-kg-rounded", "固碳量!D3", "1200.0009"),
        ("credits-kg-rounded", "抵消!C3", "1000.0001"),
    ]
    state = read_state(tmp_path / "l.sqlite")
    assert state.removal_kg("A-1") == {2023: 1_200_000}  # what there is: down
    assert state.offset_kg("150500", 2023) == 1_000_001  # what is used: up


def test_a_heading_in_ten_thousand_tonnes_is_converted(tmp_path):
    path = write_book(tmp_path / "b.xlsx", {**WHOLE, "固碳量": [{**REMOVAL, "自身固碳量": 0.12}]})
    book = openpyxl.load_workbook(path)
    heading = next(c for c in book["固碳量"][1] if c.value.startswith("自身固碳量"))
    heading.value = "自身固碳量（万吨二氧化碳）"
    book.save(path)
    imported(tmp_path / "l.sqlite", path)
    assert read_state(tmp_path / "l.sqlite").removal_kg("A-1") == {2023: 1_200_000}


def test_a_new_ledger_needs_its_region_and_keeps_it(whole, tmp_path):
    ledger, book, _ = whole

    def read(intake):
        read_book(book, intake)

    with pytest.raises(RefusedError, match="credits-region-needed"):
        record_rows(tmp_path / "new.sqlite", read, region=None, actor="a", at=AT)
    with pytest.raises(RefusedError, match="credits-region-differs"):
        record_rows(ledger, read, region="ningxia", actor="a", at=AT)
    assert record_rows(ledger, read, region=None, actor="a", at=AT).added == ()


def test_the_register_is_kept_for_ningxia_as_well(tmp_path):
    path = tmp_path / "t.xlsx"
    write_register_template(path, region="ningxia")
    assert openpyxl.load_workbook(path)["碳汇量"]["A1"].value == "地级市"
    choices = register_forms(load_region("ningxia"))["sink"].column("zone").choices
    assert choices["银川市"] == "640100"
    assert len(choices) == 5


def test_the_template_is_the_same_twice_and_only_xlsx(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_register_template(tmp_path / name, region="inner_mongolia")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with pytest.raises(ResultError, match=r"an \.xlsx workbook, not t\.csv"):
        write_register_template(tmp_path / "t.csv", region="inner_mongolia")


def test_the_empty_template_records_the_opening_alone(tmp_path):
    path = tmp_path / "t.xlsx"
    write_register_template(path, region="inner_mongolia")
    assert imported(tmp_path / "l.sqlite", path).added == (1,)


# outlines beside the workbook


def layer(path, crs="EPSG:4326", shape=None):
    """Write a layer with one parcel."""
    geometry = gpd.GeoSeries([shape or shapely.from_wkt(LAND)], crs="EPSG:4326").to_crs(crs)
    gpd.GeoDataFrame({"parcel": ["a 1"]}, geometry=geometry).to_file(path)
    return Path(path)


@pytest.mark.parametrize(("name", "crs"), [("p.geojson", "EPSG:4326"), ("p.gpkg", "EPSG:4549")])
def test_outlines_come_from_a_layer_by_the_number_of_the_parcel(tmp_path, name, crs):
    outlines, _ = read_outlines(layer(tmp_path / name, crs), code="parcel", datum="cgcs2000")
    sheets = {**WHOLE, "地块": [{**PARCEL, "地块编号": "A1", "地块范围": None, "坐标基准": None}],
              "固碳量": [{**REMOVAL, "地块编号": "A1"}]}  # fmt: skip
    book = write_book(tmp_path / "b.xlsx", sheets)
    imported(tmp_path / "l.sqlite", book, outlines=outlines)
    said = read_state(tmp_path / "l.sqlite").live(Parcel)[0].said
    assert shape_of(said.geometry).equals_exact(shapely.from_wkt(LAND).normalize(), 1e-8)


def test_a_layer_in_the_map_makers_datum_is_converted(tmp_path):
    outlines, notes = read_outlines(layer(tmp_path / "p.geojson"), code="parcel", datum="gcj02")
    corners = np.array(shapely.from_wkt(LAND).exterior.coords)
    expected = np.column_stack(gcj02_to_wgs84(*corners.T))
    assert np.abs(expected - corners).max() > 0.001  # half a kilometre
    assert shapely.get_coordinates(outlines["A1"]) == pytest.approx(expected, abs=1e-9)
    assert "zones-gcj02" in [f.code for f in notes]


@pytest.mark.parametrize(("datum", "moved"), [("GCJ-02", True), ("CGCS2000", False)])
def test_an_outline_in_a_cell_is_converted_by_its_datum(tmp_path, datum, moved):
    sheets = {"项目": [PROJECT], "地块": [{**PARCEL, "坐标基准": datum}]}
    imported(tmp_path / "l.sqlite", write_book(tmp_path / "b.xlsx", sheets))
    held = shape_of(read_state(tmp_path / "l.sqlite").live(Parcel)[0].said.geometry)
    corners = np.array(shapely.from_wkt(LAND).exterior.coords)
    expected = np.column_stack(gcj02_to_wgs84(*corners.T)) if moved else corners
    assert held.normalize().equals_exact(shapely.Polygon(expected).normalize(), 1e-9)


def test_a_layer_that_cannot_be_used_is_refused(tmp_path):
    path = layer(tmp_path / "p.geojson", shape=shapely.Polygon([(0, 0), (1, 1), (0, 1), (1, 0)]))
    with pytest.raises(RefusedError, match="zones-invalid"):
        read_outlines(path, code="parcel", datum="wgs84")
    with pytest.raises(RefusedError, match="zones-no-field"):
        read_outlines(path, code="id", datum="wgs84")
    with pytest.raises(RefusedError, match="zones-unreadable"):
        read_outlines(tmp_path / "none.gpkg", code="id", datum="wgs84")


# listings


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (Listing.PROJECTS, {"project": "CCER-14-0001", "issued": "945", "left": "100"}),
        (Listing.PARCELS, {"parcel": "A-1", "area_ha": "175.2327", "zones": "150500 100.0000%"}),
        (Listing.ISSUES, {"serials": "CN-14 1 – 945", "issued": "945", "remaining": "845"}),
        (Listing.EXITS, {"serials": "CN-14 1 – 100", "route": "national_market", "left": "100"}),
        (Listing.ZONES, {"zone": "150500", "sink": "5000", "set_off": "1000", "issued": "945",
                         "surrendered": "0", "remaining": "3055"}),
        (Listing.EVENTS, {"event": 1, "kind": "open", "reversed_by": ""}),
    ],
)  # fmt: skip
def test_a_listing_says_what_holds(whole, what, expected):
    rows = listed(read_state(whole[0]), what)
    assert rows[0].items() >= expected.items()
