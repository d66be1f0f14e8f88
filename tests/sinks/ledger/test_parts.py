"""Splitting by days and areas, land, spelling, and what may be said at all."""

import json
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from ledger_factory import BASE, EAST, WEST, box, issue, parcel, removal
from pydantic import ValidationError

from sinks.ledger.apportion import apportion, common_days, days_by_year
from sinks.ledger.effects import Cell, split_exit, split_issue, split_years
from sinks.ledger.land import area_mm2, geometry_fault, hex_of, measured, overlap_mm2, shape_of
from sinks.ledger.said import Issue, Removal, kinds
from sinks.ledger.spelling import canonical_id, spelling_key

WEIGHTS = st.lists(st.integers(0, 10**18), min_size=1, max_size=8).filter(any)


@given(st.integers(0, 10**15), WEIGHTS)
def test_parts_add_up_and_differ_from_their_quota_by_less_than_one(total, weights):
    parts = apportion(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1
        assert weight or not part


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.integers(0, 4000))
def test_days_of_a_period_are_counted_as_the_calendar_does(start, length):
    end = start + timedelta(days=length)
    counted = {}
    for i in range(length + 1):
        year = (start + timedelta(days=i)).year
        counted[year] = counted.get(year, 0) + 1
    assert days_by_year(start.isoformat(), end.isoformat()) == counted


def test_a_period_that_ends_first_has_no_days():
    assert days_by_year("2023-01-02", "2023-01-01") == {}
    assert common_days(("2020-01-01", "2020-06-30"), ("2020-07-01", "2020-12-31")) is None


def test_a_vintage_of_several_years_splits_by_days():
    """1,000 t over 2022-07-01 to 2024-06-30: 184, 365 and 182 of 731 days."""
    years = split_years(1_000_000, "2022-07-01", "2024-06-30")
    assert [(y.year, y.kg) for y in years] == [(2022, 251_710), (2023, 499_316), (2024, 248_974)]


def test_an_issue_splits_over_leagues_years_and_parcels_to_the_kilogram():
    """A has a quarter in the west; B, as large, lies in the east and belongs from 2023 on.

    914 parcel-days: 184 and 365 of A, 365 of B.
    """
    a = parcel("A")
    b = parcel("B", shape=box(121), shares={EAST: area_mm2(box(121))}, start="2023-01-01")
    cells = split_issue(914_000, ("2022-07-01", "2023-12-31"), [b, a])
    assert [(c.parcel, c.zone, c.year) for c in cells] == [
        ("A", WEST, 2022), ("A", WEST, 2023), ("A", EAST, 2022), ("A", EAST, 2023),
        ("B", EAST, 2023),
    ]  # fmt: skip
    assert [c.kg for c in cells] == [46_000, 91_250, 138_000, 273_750, 365_000]


def test_no_parcel_no_split():
    late = parcel(start="2030-01-01")
    assert split_issue(1000, ("2022-01-01", "2022-12-31"), [late]) == ()
    assert split_issue(1000, ("2022-01-01", "2022-12-31"), []) == ()


@given(st.lists(st.integers(1, 500), min_size=1, max_size=6), st.lists(st.integers(1, 10**6),
       min_size=1, max_size=5))  # fmt: skip
def test_exits_take_no_more_than_was_issued_anywhere_and_the_last_takes_all(exits, issued):
    total = sum(exits)
    parts = apportion(total, issued)
    cells = [Cell(parcel="A", zone=str(i), year=2023, kg=kg) for i, kg in enumerate(parts)]
    left = {(c.parcel, c.zone, c.year): c.kg for c in cells}
    for kg in exits:
        split = split_exit(kg, cells, left)
        assert sum(c.kg for c in split) == kg
        for c in split:
            left[c.parcel, c.zone, c.year] -= c.kg
        assert min(left.values()) >= 0
    assert not any(left.values())


def test_an_area_is_the_geodesic_one():
    """Oracle: pyproj's Geod, on a parcel small enough that its edges are geodesics as well."""
    small = box(112.3, 41.2, 0.01, 0.008)
    geodesic = abs(pyproj.Geod(ellps="WGS84").geometry_area_perimeter(small)[0])
    assert area_mm2(small) / 1e6 == pytest.approx(geodesic, rel=1e-8)
    area, west, south, east, north = json.loads(measured(hex_of(small)))
    assert area == area_mm2(small)
    # rounded outwards, by 1e-7 degrees at most
    assert west in (1_122_999_999, 1_123_000_000)
    assert south in (411_999_999, 412_000_000)
    assert east in (1_123_100_000, 1_123_100_001)
    assert north in (412_080_000, 412_080_001)


def test_common_land_is_measured_and_a_common_border_is_none():
    assert overlap_mm2(hex_of(box(120)), hex_of(box(120.01))) == pytest.approx(
        area_mm2(box(120.01, width=0.01)), rel=1e-9
    )
    assert overlap_mm2(hex_of(box(120)), hex_of(box(120.02))) == 0
    assert overlap_mm2(hex_of(box(120)), hex_of(box(130))) == 0


def test_one_outline_has_one_binary_whatever_its_first_corner_and_height():
    ring = list(box(120).exterior.coords)[:-1]
    turned = shapely.Polygon([(x, y, 7.0) for x, y in ring[2:] + ring[:2]])
    assert hex_of(turned) == hex_of(box(120))
    assert shape_of(hex_of(turned)).equals(box(120))


@pytest.mark.parametrize(
    ("shape", "fault"),
    [
        (None, "empty"),
        (shapely.Polygon(), "empty"),
        (shapely.Point(1, 2), "Point"),
        (shapely.box(120, 45, 200, 46), "not longitude and latitude"),
        (shapely.box(45, 120, 46, 121), "not longitude and latitude"),
        (shapely.Polygon([(0, 0), (1, 1), (0, 1), (1, 0)]), "Self-intersection"),
        (shapely.Polygon([(0, 0), (1, 1), (0, np.inf)]), "not longitude and latitude"),
    ],
)
def test_an_outline_that_cannot_be_used_says_why(shape, fault):
    assert fault in geometry_fault(shape)


@pytest.mark.parametrize(
    "text",
    ["CCER-14-0001", "ccer-14-0001", " CCER－14–0001 ", "ＣＣＥＲ—14_0001", "ccer\u200b/14.0001"],
)
def test_spellings_of_one_number_are_one(text):
    assert canonical_id(text) == "CCER-14-0001"
    assert spelling_key(text) == "CCER140001"


@given(st.text())
def test_the_stored_spelling_is_its_own(text):
    once = canonical_id(text)
    assert canonical_id(once) == once
    assert spelling_key(once) == spelling_key(text)


@pytest.mark.parametrize("kg", [1.5, 1000.0, "1000", True, -1, 10**16])
def test_only_whole_kilograms_in_range_can_be_said(kg):
    words = removal().model_dump(mode="json") | {"kg": kg}
    with pytest.raises(ValidationError):
        Removal.model_validate_json(json.dumps(words))


@pytest.mark.parametrize(
    "changes",
    [{"start": "2023-1-1"}, {"end": "2023-02-30"}, {"project": "p1"}, {"block": "ＣＮ"}, {"x": 1}],
)
def test_days_ids_and_fields_are_strict(changes):
    words = issue().model_dump(mode="json") | changes
    with pytest.raises(ValidationError):
        Issue.model_validate_json(json.dumps(words))


def test_every_record_survives_its_own_text():
    for said in BASE:
        assert kinds()[said.kind].model_validate_json(said.model_dump_json()) == said
