"""The registry: four formats that give back what they were given, and what is checked of it."""

from decimal import Decimal

import openpyxl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from park_tables import codes, named

from parks.errors import ParksError, RegistryError
from parks.intake import import_parks
from parks.registry import (
    Fact,
    FactStatus,
    Park,
    ParkKind,
    check_parks,
    load_parks,
    registry_ids,
    write_parks,
)
from rasters.errors import RefusedError
from rasters.findings import Severity
from sinks.categories import Confidence
from sinks.regions import load_region

FORMATS = ("a.gpkg", "a.geojson", "parks.csv", "west.csv", "a.xlsx")


def fact(parameter="annual_load", value="5", **fields):
    units = {"annual_load": "MWh", "green_share": "1", "planned_area": "ha", "approval": ""}
    unit = fields.pop("unit", units.get(parameter, "MW"))
    given = {"status": FactStatus.MEASURED, "source": "报表", **fields}
    number = None if value is None else Decimal(value)
    return Fact(park_id="p1", parameter=parameter, value=number, unit=unit, **given)


def park(*facts, **fields):
    given = {"park_id": "p1", "name_zh": "甲园区", "kind": ParkKind.LOW, **fields}
    return Park(facts=tuple(sorted(facts, key=lambda f: f.key)), **given)


def rich():
    hole = shapely.Polygon(
        [(109, 39), (110, 39), (110, 40), (109, 40)],
        [[(109.2, 39.2), (109.4, 39.2), (109.3, 39.4)]],
    )
    far = shapely.box(111, 40, 111.1, 40.1)
    first = park(
        fact(value="0.1"),
        fact(value="23000000", status=FactStatus.TARGET, date="2025-12", note='约, "引"'),
        fact(value="25200000", status=FactStatus.TARGET, date="2025-12", source="另一来源"),
        fact("green_share", "0.333333333333333", confidence=Confidence.SECOND_HAND),
        fact("planned_area", "66.6666666666667", locator="第 3 页", source_date="2024-11"),
        fact("approval", None, status=FactStatus.APPROVED, date="2022-03-08"),
        fact("wind_capacity", None, confidence=Confidence.MISSING, source="", note="未见"),
        name_en="Park A",
        geometry=shapely.Point(109.123456789012, 39.45),
        location_confidence=Confidence.DERIVED,
        league_code="150600",
        banner_code="150627",
        operator='=HYPERLINK("x")',
        note="'@备注",
    )
    second = Park(
        park_id="p2", name_zh="乙园区", kind=ParkKind.CANDIDATE,
        geometry=shapely.MultiPolygon([hole, far]), location_confidence=Confidence.VERIFIED,
    )  # fmt: skip
    third = Park(park_id="p3", name_zh="<b>丙\u200d园区</b>", kind=ParkKind.ZERO)
    return (first, second, third)


def same(one, other):
    """Return whether two registries are equal, rings in any order."""

    def plain(park):
        shape = None if park.geometry is None else shapely.normalize(park.geometry).wkb
        return (park.park_id, park.name_zh, park.name_en, park.kind, park.league_code,
                park.banner_code, park.operator, park.location_confidence, park.note, park.facts,
                shape)  # fmt: skip

    return [plain(p) for p in one] == [plain(p) for p in other]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_registry_back(tmp_path, name):
    paths = write_parks(rich()[::-1], tmp_path / name)
    assert [path.name for path in paths] == {
        "parks.csv": ["parks.csv", "facts.csv"], "west.csv": ["west.csv", "west_facts.csv"]
    }.get(name, [name])  # fmt: skip
    back, found = import_parks(tmp_path / name)
    assert same(back, rich())
    assert not [f for f in found if f.severity is not Severity.NOTE]
    assert same(load_parks(tmp_path / name), rich())


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_registry_gives_the_same_bytes_and_replaces_the_file(tmp_path, name):
    (tmp_path / name).write_bytes(b"old")
    first = [path.read_bytes() for path in write_parks(rich(), tmp_path / name)]
    again = [path.read_bytes() for path in write_parks(rich()[::-1], tmp_path / name)]
    assert first == again
    assert {p.name for p in tmp_path.iterdir()} == {
        p.name for p in write_parks(rich(), tmp_path / name)
    }


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_registry_is_a_registry(tmp_path, name):
    write_parks((), tmp_path / name)
    assert import_parks(tmp_path / name) == ((), [])


@given(
    values=st.lists(
        st.decimals(min_value=0, max_value=10**12, places=3).map(lambda d: f"{d:f}"), max_size=4
    ),
    share=st.floats(min_value=0, max_value=1),
)
@settings(max_examples=8, deadline=None)
def test_numbers_survive_every_format(tmp_path_factory, values, share):
    from parks.parameters import exact  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("n")
    facts = [fact(value=exact(Decimal(v)), date=str(2000 + i)) for i, v in enumerate(values)]
    facts.append(fact("green_share", exact(Decimal(repr(share)))))
    given_parks = (park(*facts),)
    for name in ("a.geojson", "parks.csv", "a.xlsx"):
        write_parks(given_parks, folder / name)
        assert same(import_parks(folder / name)[0], given_parks)


def test_no_cell_of_a_written_file_runs_as_a_formula(tmp_path):
    write_parks(rich(), tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert not [c for page in book for row in page.iter_rows() for c in row if c.data_type == "f"]
    write_parks(rich(), tmp_path / "parks.csv")
    assert "'=HYPERLINK" in (tmp_path / "parks.csv").read_text(encoding="utf-8")


def test_a_workbook_of_a_region_names_its_zones(tmp_path):
    write_parks(rich(), tmp_path / "a.xlsx", region=load_region("inner_mongolia"))
    page = openpyxl.load_workbook(tmp_path / "a.xlsx")["园区"]
    assert [page["E3"].value, page["F3"].value] == ["鄂尔多斯市", "伊金霍洛旗"]
    assert same(load_parks(tmp_path / "a.xlsx"), rich())


def test_a_refused_registry_leaves_the_old_file(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"old")
    ring = [(109 + i * 1e-7, 39 + (i % 2) * 1e-3) for i in range(9_000)]
    long = Park(
        park_id="p1", name_zh="甲", kind=ParkKind.LOW, location_confidence=Confidence.VERIFIED,
        geometry=shapely.Polygon([*ring, (110, 41)]),
    )  # fmt: skip
    with pytest.raises(RegistryError, match="does not fit into a CSV cell"):
        write_parks([long], tmp_path / "a.csv")
    with pytest.raises(RegistryError, match="does not fit into an Excel cell"):
        write_parks([long], tmp_path / "a.xlsx")
    assert (tmp_path / "a.csv").read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_repeated_ids_and_unknown_formats_are_not_written(tmp_path):
    with pytest.raises(RegistryError, match="share the id p1"):
        write_parks([park(), park()], tmp_path / "a.csv")
    with pytest.raises(RegistryError, match=r"\.docx is no format"):
        write_parks([park()], tmp_path / "a.docx")
    assert list(tmp_path.iterdir()) == []


def test_loading_refuses_a_file_with_an_error_and_names_every_one(tmp_path):
    (tmp_path / "a.csv").write_text("园区名称,类型\n甲,绿\n乙,灰\n", encoding="utf-8")
    with pytest.raises(RefusedError) as caught:
        load_parks(tmp_path / "a.csv")
    assert codes(caught.value.findings) == ["word", "word", "kind-missing", "kind-missing"]


def test_the_error_of_the_registry_is_also_a_value_error():
    assert issubclass(RegistryError, ParksError)
    assert issubclass(RegistryError, ValueError)


# values


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"park_id": "Park 1"}, "park id 'Park 1'"),
        ({"geometry": shapely.LineString([(0, 0), (1, 1)])}, "got LineString"),
        ({"geometry": shapely.Point(1, 2)}, "location confidence missing does not fit a geometry"),
        ({"location_confidence": Confidence.VERIFIED}, "verified does not fit no geometry"),
        ({"facts": (fact(),), "park_id": "p9"}, "facts of other parks: p1"),
    ],
)
def test_a_park_that_cannot_be_is_refused(fields, message):
    with pytest.raises(RegistryError, match=message):
        Park(**{"park_id": "p1", "name_zh": "甲", "kind": ParkKind.ZERO, **fields})


@pytest.mark.parametrize("field", ["date", "source_date"])
def test_a_fact_with_a_date_that_is_none_is_refused(field):
    with pytest.raises(RegistryError, match=f"{field} '31.12.2025'"):
        fact(**{field: "31.12.2025"})


def test_the_year_of_a_fact_is_that_of_its_date():
    assert (fact(date="2025-12").year, fact().year) == (2025, None)


# checks


def checked(*facts):
    return [c for c in codes(check_parks([park(*facts)])) if c != "location-missing"]


def test_sound_facts_have_no_findings():
    assert checked(fact(date="2023"), fact(date="2024", value="6"), fact("approval", None)) == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (fact("population", "5", unit="1"), "parameter-unknown"),
        (fact(unit="kWh"), "fact-unit"),
        (fact("approval", "1"), "event-value"),
        (fact("green_share", "1.2"), "share-range"),
        (fact(value="-1"), "negative"),
        (fact(source=""), "source-missing"),
        (fact("approval", None, source=""), "source-missing"),
        (fact(confidence=Confidence.MISSING), "confidence-missing"),
    ],
)
def test_a_fact_that_cannot_be_is_found(wrong, code):
    assert checked(wrong) == [code]
    assert ("location-missing", "p1") in named(check_parks([park(wrong)]))


def test_what_was_not_found_needs_no_source():
    assert checked(fact(value=None, source="", confidence=Confidence.MISSING)) == []


@pytest.mark.parametrize(
    ("other", "found"),
    [
        ({"value": "6"}, ["facts-conflict"]),
        ({"value": "6", "date": "2024"}, ["facts-conflict"]),
        ({"value": "5"}, []),
        ({"value": None}, []),
        ({"value": "6", "status": FactStatus.TARGET}, []),
    ],
)
def test_two_sources_that_contradict_are_shown_and_both_kept(other, found):
    both = park(fact(), fact(source="另一来源", **other))
    assert [c for c in codes(check_parks([both])) if c != "location-missing"] == found
    assert len(both.facts) == 2


def test_parts_above_their_whole_are_refused():
    whole = fact("renewable_capacity", "100")
    assert checked(whole, fact("wind_capacity", "60"), fact("pv_capacity", "40")) == []
    assert checked(whole, fact("wind_capacity", "60"), fact("pv_capacity", "41")) == [
        "parts-exceed"
    ]


def test_generation_that_capacity_and_hours_do_not_give_is_warned_of():
    # 200 MW x 1,854 h = 370,800 MWh
    facts = (fact("pv_capacity", "200"), fact("pv_hours", "1854", unit="h"))
    assert checked(*facts, fact("pv_generation", "370800", unit="MWh")) == []
    assert checked(*facts, fact("pv_generation", "450000", unit="MWh")) == ["hours-conflict"]


def test_an_unverified_place_is_warned_of():
    unsure = park(geometry=shapely.Point(109, 39), location_confidence=Confidence.UNVERIFIED)
    assert named(check_parks([unsure]), Severity.WARNING) == [("location-unverified", "p1")]


def test_the_packaged_registries_are_known():
    assert registry_ids() == ("inner_mongolia", "ningxia")
