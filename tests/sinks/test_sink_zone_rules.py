"""Which sink zone a pixel lies in: priority, mapping, and that every ecosystem has one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinks.categories import Ecosystem
from sinks.sink_zone_rules import (
    PLANNED,
    SinkZone,
    mapping_of,
    name_of,
    priority_of,
    zone_of,
)

DEFAULT = mapping_of({})


def test_the_zones_are_the_five_of_the_plan_in_its_words():
    assert [name_of(zone, "zh") for zone in PLANNED] == ["林地", "草原", "湿地", "荒漠", "矿区"]
    for zone in SinkZone:
        assert name_of(zone, "zh") != name_of(zone, "en")


def test_the_default_priority_and_mapping_are_those_of_the_method():
    assert [name_of(zone, "zh") for zone in priority_of(None)] == [
        "矿区", "湿地", "林地", "草原", "荒漠"
    ]  # fmt: skip
    assert {str(e): str(z) for e, z in DEFAULT.items()} == {
        "forest": "forest_land", "shrub": "forest_land", "grassland": "grassland",
        "wetland": "wetland", "water": "wetland", "desert": "desert", "other": "desert",
        "cropland": "other_land", "settlement": "other_land",
    }  # fmt: skip
    assert set(DEFAULT) == set(Ecosystem)


@pytest.mark.parametrize(
    ("ecosystem", "mined", "priority", "zone"),
    [
        ("forest", False, None, "forest_land"),
        ("forest", True, None, "mining"),
        ("wetland", True, ["wetland", "mining", "forest_land", "grassland", "desert"], "wetland"),
        ("forest", True, ["wetland", "mining", "forest_land", "grassland", "desert"], "mining"),
        ("cropland", True, ["wetland", "forest_land", "grassland", "desert", "mining"], "mining"),
        ("settlement", False, None, "other_land"),
        (None, True, None, "mining"),
        (None, False, None, "other_land"),
    ],
)
def test_the_priority_decides_between_mining_land_and_its_ecosystem(
    ecosystem, mined, priority, zone
):
    found = zone_of(
        None if ecosystem is None else Ecosystem(ecosystem),
        mined=mined, priority=priority_of(priority), mapping=DEFAULT,
    )  # fmt: skip
    assert found == zone


@given(st.permutations(PLANNED), st.sampled_from(Ecosystem), st.booleans())
def test_every_pixel_lies_in_one_zone_and_mining_first_claims_all_mines(order, ecosystem, mined):
    found = zone_of(ecosystem, mined=mined, priority=tuple(order), mapping=DEFAULT)
    assert found in {DEFAULT[ecosystem], SinkZone.MINING}
    if not mined or (DEFAULT[ecosystem] in order[: order.index(SinkZone.MINING)]):
        assert found is DEFAULT[ecosystem]
    if mined and order[0] is SinkZone.MINING:
        assert found is SinkZone.MINING


@pytest.mark.parametrize(
    "order",
    [["mining"], ["mining", "mining", "forest_land", "grassland", "desert"], [*PLANNED, "sea"]],
)
def test_a_priority_names_each_of_the_five_once(order):
    with pytest.raises(ValueError, match="each of forest_land"):
        priority_of(order)


@pytest.mark.parametrize("zone", ["mining", "sea", "unlocated"])
def test_no_ecosystem_is_sent_to_mining_land_or_nowhere(zone):
    with pytest.raises(ValueError, match=f"got {zone}"):
        mapping_of({Ecosystem.FOREST: zone})
