"""Statistics by zone: units, intervals, every fault of a file at once."""

import pytest
from statistics_factory import STATISTICS_HEADING, read, statistic, statistics_of

from sinks.categories import Confidence, Ecosystem
from sinks.statistics import LOSSES, UNITS, Places, Quantity, places_of
from sinks.uncertainty import draw_factor
from sinks.zone_tree import ZoneTree

BANNERS = ZoneTree(
    levels=("region", "league"),
    ancestors={
        "region": dict.fromkeys(("a1", "a2", "b1"), "R"),
        "league": {"a1": "A", "a2": "A", "b1": "B"},
    },
    names={"R": "区", "A": "甲", "B": "乙"},
)
PLACES = places_of(BANNERS, known={"R", "A", "B", "a1", "a2", "b1", "C", "c1"})


def codes(found):
    return [f.code for f in found]


@pytest.mark.parametrize(
    ("quantity", "unit", "value"),
    [
        ("volume_m3", "m3", 2), ("volume_m3", "万m3", 20_000), ("volume_m3", "10^4 m3", 20_000),
        ("volume_m3", "万立方米", 20_000), ("volume_m3", "亿立方米", 2e8),
        ("area_ha", "公顷", 2), ("area_ha", "10^4 ha", 20_000), ("area_ha", "万公顷", 20_000),
        ("area_ha", "亩", 2 / 15), ("area_ha", "万亩", 20_000 / 15), ("disturbed_ha", "km2", 200),
    ],
)  # fmt: skip
def test_units_are_brought_to_cubic_metres_and_hectares(tmp_path, quantity, unit, value):
    line = statistic(quantity, 2, unit=unit, low=1, high=4)
    (row,) = statistics_of(tmp_path, line).rows
    assert row.value == pytest.approx(value)
    assert (row.low / row.value, row.high / row.value) == pytest.approx((0.5, 2))


def test_every_quantity_ends_with_the_unit_that_it_is_kept_in():
    for quantity in Quantity:
        assert UNITS[quantity][quantity.rsplit("_", 1)[1]] == 1
    assert set(LOSSES) <= set(Quantity)


def test_a_value_without_bounds_takes_three_percent_and_says_so(tmp_path):
    line = "1,2020,forest,larch,volume_m3,1000,m3,,,a survey,derived"
    (row,) = statistics_of(tmp_path, line).rows
    assert row.assumed
    assert (row.low, row.high) == pytest.approx((970, 1030))
    assert (row.confidence, row.source) == (Confidence.DERIVED, "a survey")
    assert (row.factor.value, row.factor.low, row.factor.high) == pytest.approx((1, 0.97, 1.03))
    (zero,) = statistics_of(tmp_path, "1,,forest,,harvest_m3,0,m3,,,a survey,verified").rows
    assert not zero.assumed, "nothing was cut, and that is stated"
    assert zero.factor.low == zero.factor.high == 1


def test_one_figure_is_one_source_of_error_wherever_it_stands(tmp_path):
    first, again = (
        statistics_of(folder, statistic("volume_m3", 100, year=2020, low=90, high=110)).rows[0]
        for folder in (tmp_path, tmp_path)
    )
    other = statistics_of(tmp_path, statistic("volume_m3", 100, year=2023, low=90, high=110))
    draws = [
        draw_factor(row.factor, seed=7, draws=50).tolist() for row in (first, again, *other.rows)
    ]
    assert draws[0] == draws[1] != draws[2]


def test_a_blank_year_holds_for_each_year(tmp_path):
    lines = [statistic("harvest_m3", 5), statistic("disturbed_ha", 7, year=2021)]
    given = statistics_of(tmp_path, *lines)
    found = {
        (quantity, year): [row.value for row in given.find(quantity, Ecosystem.FOREST, year)]
        for quantity in (Quantity.HARVEST, Quantity.DISTURBED)
        for year in (2021, 2022)
    }
    assert found == {
        (Quantity.HARVEST, 2021): [5], (Quantity.HARVEST, 2022): [5],
        (Quantity.DISTURBED, 2021): [7], (Quantity.DISTURBED, 2022): [],
    }  # fmt: skip
    assert given.one(Quantity.HARVEST, Ecosystem.FOREST, 2021, zone="1", stratum="x") is None


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (statistic("volume_m3", 1, zone="C"), None),
        (statistic("volume_m3", 1, zone="x9"), "statistics-zone-unknown"),
        (statistic("volume_m3", 1, zone="R"), "statistics-zone-coarse"),
        (statistic("volume_m3", 1, zone="A", year="20"), "statistics-year"),
        (statistic("volume_m3", 1, zone="A", year="2020.0"), "statistics-year"),
        (statistic("volume_m3", 1, zone="A", ecosystem="wood"), "statistics-word"),
        (statistic("volume", 1, zone="A", unit="m3"), "statistics-word"),
        (statistic("volume_m3", 1, zone="A", unit="ha"), "statistics-unit"),
        (statistic("volume_m3", '"1,000"', zone="A"), "statistics-number"),
        (statistic("volume_m3", -1, zone="A"), "statistics-number"),
        (statistic("volume_m3", "", zone="A"), "statistics-number"),
        (statistic("volume_m3", 5, zone="A", low=6, high=7), "statistics-bounds"),
        (statistic("volume_m3", 5, zone="A", low="", high=7), "statistics-bounds"),
        (statistic("volume_m3", 0, zone="A", low=0, high=7), "statistics-bounds"),
        ("A,,forest,,volume_m3,5,m3,,,,verified", "statistics-source"),
        ("A,,forest,,volume_m3,5,m3,,,a test,sure", "statistics-word"),
    ],
)
def test_each_fault_of_a_line_is_named_with_its_value_and_its_line(tmp_path, line, code):
    good = statistic("harvest_m3", 1, zone="B")
    given, found = read(tmp_path, good, line, places=PLACES)
    if code is None:
        assert found == []
        assert len(given.rows) == 1, "a league that the run leaves out is not read"
        return
    assert code in codes(found)
    assert {f.where for f in found} == {"statistics.csv, row 3"}
    assert len(given.rows) == 1


def test_all_faults_of_a_file_are_listed_at_once(tmp_path):
    lines = [
        statistic("volume_m3", -3, zone="R", year="x", ecosystem="wood", unit="t"),
        statistic("area_ha", 3, zone="q"),
    ]
    _, found = read(tmp_path, *lines, places=PLACES)
    assert set(codes(found)) == {
        "statistics-number", "statistics-zone-coarse", "statistics-year", "statistics-word",
        "statistics-unit", "statistics-zone-unknown",
    }  # fmt: skip


def test_a_missing_column_is_refused_before_anything_is_read(tmp_path):
    heading = STATISTICS_HEADING.replace(",confidence", "")
    line = statistic("volume_m3", 1).rsplit(",", 1)[0]
    given, found = read(tmp_path, line, heading=heading)
    assert codes(found) == ["csv-column-missing"]
    assert given.rows == ()


@pytest.mark.parametrize(("first", "second"), [(2020, 2020), ("", 2020), (2020, ""), ("", "")])
def test_a_figure_stated_twice_is_refused_of_a_year_or_of_each(tmp_path, first, second):
    lines = [statistic("harvest_m3", 1, year=first), statistic("harvest_m3", 2, year=second)]
    _, found = read(tmp_path, *lines)
    assert codes(found) == ["statistics-repeated"]
    assert found[0].where == "statistics.csv, row 3"


def test_figures_of_two_years_or_strata_are_no_repeats(tmp_path):
    lines = [
        statistic("harvest_m3", 1, year=year, stratum=stratum)
        for year in (2021, 2022)
        for stratum in ("", "larch")
    ]
    assert len(statistics_of(tmp_path, *lines).rows) == 4


def test_a_zone_and_a_zone_inside_it_may_not_state_the_same(tmp_path):
    inside = [statistic("harvest_m3", 1, zone=zone) for zone in ("a1", "A", "b1")]
    _, found = read(tmp_path, *inside, places=PLACES)
    assert codes(found) == ["statistics-zone-nested"]
    apart = [statistic("harvest_m3", 1, zone="a1"), statistic("area_ha", 1, zone="A"),
             statistic("harvest_m3", 1, zone="A", ecosystem="shrub")]  # fmt: skip
    assert len(statistics_of(tmp_path, *apart, places=PLACES).rows) == 3


def test_places_are_reported_zones_and_all_that_lies_in_them():
    assert PLACES.reported == {"A": "A", "B": "B", "a1": "A", "a2": "A", "b1": "B"}
    assert PLACES.counted["A"] == {"a1", "a2"}
    assert PLACES.coarse == {"R"}
    assert PLACES.elsewhere == {"C", "c1"}


def test_a_level_between_the_reported_and_the_counted_zones_has_its_place():
    """The region is reported, banners are counted: a league's figure stands with the region."""
    region = ZoneTree(levels=("region",), ancestors={"region": BANNERS.ancestors["region"]},
                      names={"R": "区"})  # fmt: skip
    places = places_of(region, levels=list(BANNERS.ancestors.values()))
    assert places.reported == dict.fromkeys(("R", "A", "B", "a1", "a2", "b1"), "R")
    assert places.counted["A"] == {"a1", "a2"}
    assert places.coarse == frozenset()


def test_which_counted_zones_have_a_figure(tmp_path):
    lines = [statistic("area_ha", 5, zone="A", year=2020), statistic("area_ha", 5, zone="b1")]
    given = statistics_of(tmp_path, *lines, places=PLACES)
    area, forest = Quantity.AREA, Ecosystem.FOREST
    assert given.counted(area, forest) == {"a1", "a2", "b1"}
    assert given.counted(area, forest, 2023) == {"b1"}
    assert given.strata(area, forest) == [("A", ""), ("b1", "")]
    assert isinstance(given.places, Places)
