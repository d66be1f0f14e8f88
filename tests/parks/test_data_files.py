"""The packaged data: only what has a source, nothing filled in, every word known."""

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

import parks
import sinks
from parks.headings import fields
from parks.location import locate
from parks.parameters import convert, dimensions_of, fold, known_units, parameters
from parks.park import ParkKind
from parks.registry import check_parks, load_parks, registry_ids, write_parks
from rasters.findings import Severity
from sinks.categories import Confidence
from sinks.regions import load_region, region_ids

_DATA = Path(parks.__file__).parent / "data"


@pytest.fixture(scope="module")
def packaged():
    return load_parks("inner_mongolia")


@pytest.fixture(scope="module")
def region():
    return load_region("inner_mongolia")


def test_the_six_named_parks_and_the_one_of_the_national_list_are_there(packaged):
    assert {park.name_zh: str(park.kind) for park in packaged} == {
        "鄂尔多斯蒙苏经济开发区": "zero",
        "包头达茂零碳园区": "zero",
        "通辽霍林郭勒低碳园区": "low",
        "包头铝业低碳园区": "low",
        "鄂尔多斯鄂托克低碳园区": "low",
        "阿拉善乌斯太低碳园区": "low",
        "包头稀土高新技术产业开发区": "candidate",
    }


def test_the_six_are_named_by_the_document_that_sets_their_targets(packaged):
    for park in packaged:
        listed = {f.source.split("，")[0] for f in park.facts_of("listing")}
        named = "内政办发〔2023〕94号" in listed
        assert named is (park.kind is not ParkKind.CANDIDATE)
    national = {p.park_id for p in packaged for f in p.facts_of("listing") if "1082" in f.source}
    assert national == {"mengsu", "baotou-rare-earth"}


def test_no_figure_is_zero_and_every_figure_has_a_source(packaged):
    for park in packaged:
        for fact in park.facts:
            assert fact.value != 0
            missing = fact.value is None and not parameters()[fact.parameter].is_event
            assert missing is (fact.confidence is Confidence.MISSING)
            assert missing or fact.source, fact


def test_contradicting_figures_stand_side_by_side(packaged):
    by_id = {park.park_id: park for park in packaged}
    areas = by_id["mengsu"].facts_of("planned_area")
    assert sorted((f.value, f.source_date) for f in areas) == [
        (10_000, "2023-11-20"), (15_000, "2023-09-23")
    ]  # fmt: skip
    targets = [f for f in by_id["holingol"].facts_of("renewable_capacity") if f.year == 2025]
    assert sorted(f.value for f in targets) == [5_000, 5_913, 7_743]


def test_figures_are_those_of_their_sources(packaged):
    by_id = {park.park_id: park for park in packaged}
    # 1,000 MW, 200 MW, 158 km2, 59.88亿元, 32亿kWh, 4.5亿kWh, 3.01 Mt, 1,854 h
    assert {f.parameter: f.value for f in by_id["baotou-aluminium"].facts if f.value} == {
        "wind_capacity": 1_000, "pv_capacity": 200, "project_area": 15_800,
        "investment": 598_800, "renewable_generation": 3_200_000, "pv_generation": 450_000,
        "co2_avoided": 3_010_000, "pv_hours": 1_854,
    }  # fmt: skip
    # 230亿 and 252亿 kWh, 50 %, 40 %
    holingol = by_id["holingol"]
    assert [f.value for f in holingol.facts_of("renewable_generation")] == [23_000_000, 25_200_000]
    assert sorted(f.value for f in holingol.facts_of("green_share")) == [
        Decimal("0.4"), Decimal("0.5"), Decimal("0.5")
    ]  # fmt: skip
    assert [f.value for f in by_id["otog"].facts_of("pv_capacity")] == [100, 50]


def test_coordinates_are_unverified_and_lie_in_the_banner_that_is_stated(packaged, region):
    placed = [park for park in packaged if park.geometry is not None]
    assert {park.location_confidence for park in placed} == {Confidence.UNVERIFIED}
    assert [park.park_id for park in packaged if park.geometry is None] == ["baotou-rare-earth"]
    places = locate(placed, region)
    assert [(p.code("league"), p.code("banner")) for p in places] == [
        (park.league_code, park.banner_code) for park in placed
    ]


def test_the_packaged_parks_have_no_error_and_say_what_is_doubtful(packaged, region):
    found = check_parks(packaged, region)
    assert not [f for f in found if f.severity is Severity.ERROR]
    kinds = {code: [f.where for f in found if f.code == f"parks-{code}"] for code in
             ("facts-conflict", "hours-conflict", "location-unverified")}  # fmt: skip
    assert kinds["facts-conflict"] == [
        "holingol, renewable_capacity", "holingol, renewable_generation", "mengsu, planned_area"
    ]  # fmt: skip
    assert len(kinds["hours-conflict"]) == 1
    assert len(kinds["location-unverified"]) == 6


@pytest.mark.parametrize("region", registry_ids())
def test_the_packaged_files_are_what_the_registry_writes(region, tmp_path):
    write_parks(load_parks(region), tmp_path / "parks.csv")
    for name in ("parks.csv", "facts.csv"):
        assert (tmp_path / name).read_bytes() == (_DATA / region / name).read_bytes()


def test_ningxia_begins_empty():
    assert load_parks("ningxia") == ()


def test_every_region_of_the_registry_is_a_region_pack():
    assert set(registry_ids()) <= set(region_ids())


def test_zone_aliases_name_zones_of_the_region():
    zones = Path(sinks.__file__).parent / "data" / "regions" / "inner_mongolia" / "zones.csv"
    codes = {line.split(",")[0] for line in zones.read_text(encoding="utf-8").splitlines()}
    lines = (_DATA / "inner_mongolia" / "zone_aliases.csv").read_text(encoding="utf-8").split()
    assert {line.split(",")[0] for line in lines[1:]} <= codes


def test_no_heading_means_two_things():
    words = {}
    for entry in (*fields().values(), *parameters().values()):
        for word in {fold(w) for w in (entry.id, entry.name_zh, *entry.aliases)}:
            assert words.setdefault(word, entry.id) == entry.id, word


def test_every_quantity_has_a_unit_of_the_template_and_wholes_are_of_its_kind():
    for entry in parameters().values():
        assert entry.is_event or entry.size(entry.template_unit), entry.id
        assert not entry.is_event or entry.template_unit == ""
        if entry.part_of:
            assert parameters()[entry.part_of].dimension == entry.dimension
        if not entry.is_event:
            assert convert(Decimal(1), entry.size(entry.unit)) == 1
            assert known_units(entry)
    assert known_units(parameters()["approval"]) == ""


def test_every_unit_is_a_unit_of_its_dimension():
    units = tomllib.loads((_DATA / "units.toml").read_text(encoding="utf-8"))
    for name, entry in units.items():
        for unit in entry["sizes"]:
            assert name in dimensions_of(unit), unit
