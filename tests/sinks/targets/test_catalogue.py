"""The packaged targets: goldens of METHOD D6, their documents, and exact units."""

import csv
import re
from fractions import Fraction
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinks.regions import load_region
from sinks.targets import (
    Comparator,
    IndicatorKind,
    convert,
    documents,
    indicators,
    load_targets,
    target_regions,
)

ALL = [(region, target) for region in target_regions() for target in load_targets(region)]


def of(region, indicator, year):
    """Return the one target of an indicator and year."""
    found = [t for t in load_targets(region) if t.indicator.id == indicator and t.year == year]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("region", "indicator", "hectares"),
    [
        ("inner_mongolia", "greening", Fraction(7_200_000)),
        ("inner_mongolia", "desertification_control", Fraction(5_300_000, 3)),
        ("ningxia", "wetland_area", Fraction(620_000, 3)),
    ],
)
def test_the_areas_of_the_method_in_hectares(region, indicator, hectares):
    """7,200,000, 1,766,666.7 and 206,666.7 ha: 1 mu is 1/15 ha."""
    target = of(region, indicator, 2025)
    assert target.indicator.unit == "万亩"
    assert convert(target.value, "万亩", "公顷") == hectares
    assert convert(hectares, "公顷", "万亩") == target.value


@pytest.mark.parametrize(
    ("region", "indicator", "year", "value", "comparator"),
    [
        ("inner_mongolia", "forest_cover", 2025, "23.5", ">="),
        ("inner_mongolia", "high_standard_farmland", 2025, "5470", ">="),
        ("inner_mongolia", "black_soil", 2025, "1500", ">="),
        ("inner_mongolia", "co2_per_gdp", 2025, "17.5", ">="),
        ("ningxia", "forest_cover", 2025, "20", ">="),
        ("ningxia", "forest_cover", 2030, "21", ">="),
        ("ningxia", "growing_stock", 2025, "1195", ">="),
        ("ningxia", "growing_stock", 2030, "1395", ">="),
        ("ningxia", "grassland_cover", 2025, "57", ">="),
        ("ningxia", "grassland_cover", 2030, "57", "stable"),
        ("ningxia", "wetland_area", 2025, "310", "stable"),
        ("ningxia", "wetland_protection", 2025, "58", ">="),
        ("ningxia", "wetland_protection", 2030, "58", ">="),
    ],
)
def test_the_targets_of_the_method(region, indicator, year, value, comparator):
    target = of(region, indicator, year)
    assert (target.value, target.comparator) == (Fraction(value), Comparator(comparator))


@pytest.mark.parametrize(("region", "target"), ALL)
def test_a_target_is_quoted_with_its_document(region, target):
    assert target.phrase
    assert target.locator
    assert target.document.status in {"issued", "draft"}
    assert target.zone_code in set(load_region_codes(region))
    if target.value is None:
        assert target.comparator is Comparator.WORDS
        assert target.indicator.kind is IndicatorKind.WORDS
    else:
        assert target.comparator is not Comparator.WORDS
        shown = "1亿" if target.value == 10_000 else f"{float(target.value):g}"
        assert shown in target.phrase


def load_region_codes(region):
    return load_region(region).zones["code"]


def test_ningxia_is_a_draft_and_the_others_are_issued():
    assert {t.document.status for t in load_targets("ningxia")} == {"draft"}
    assert {t.document.status for t in load_targets("inner_mongolia")} == {"issued"}


def test_no_base_year_is_made_up():
    assert {target.base_year for _, target in ALL} == {None}


def test_indicators_and_documents_are_all_used_and_said_in_both_languages():
    assert {t.indicator.id for _, t in ALL} == set(indicators())
    assert {t.document.id for _, t in ALL} == set(documents())
    for indicator in indicators().values():
        for text in (indicator.name_zh, indicator.reason_zh):
            assert re.search(r"[\u4e00-\u9fff]", text)
        for text in (indicator.name_en, indicator.reason_en):
            assert text
            assert not re.search(r"[\u4e00-\u9fff]", text)


def test_rows_are_unique_and_sorted_by_nothing_but_the_text():
    for region in target_regions():
        path = files("sinks").joinpath("data", "targets", f"{region}.csv")
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        keys = [(r["zone_code"], r["indicator"], r["year"]) for r in rows]
        assert len(keys) == len(set(keys))


def test_an_unknown_region_has_no_targets():
    with pytest.raises(KeyError, match="atlantis"):
        load_targets("atlantis")


@given(
    value=st.fractions(0, 10**6),
    units=st.permutations(["公顷", "亩", "万亩", "平方公里", "万公顷"]),
)
def test_units_of_area_go_there_and_back_exactly(value, units):
    there = convert(value, units[0], units[1])
    assert convert(there, units[1], units[0]) == value
    assert convert(value, units[0], "%") is None
