"""Categories: the closed sets."""

import re

import pytest

from sinks.categories import (
    FOREST_GRASSLAND_WETLAND,
    Completeness,
    Confidence,
    Ecosystem,
    IpccCategory,
    Pool,
    Status,
)

SETS = [Completeness, Confidence, Ecosystem, IpccCategory, Pool, Status]


@pytest.mark.parametrize("kind", SETS, ids=lambda kind: kind.__name__)
def test_every_member_is_its_id_and_has_both_names(kind):
    for member in kind:
        assert kind(member.value) is member
        assert str(member) == member.value
        assert re.search(r"[\u4e00-\u9fff]", member.name_zh)
        assert member.name_en.isascii()
        assert member.label("zh") == member.name_zh
        assert member.label("en") == member.name_en
    assert len({member.name_zh for member in kind}) == len(kind)


def test_the_ids_are_those_of_the_contract():
    assert [*Ecosystem] == [
        "forest", "shrub", "grassland", "wetland", "cropland", "settlement", "water", "desert",
        "other",
    ]  # fmt: skip
    assert [*Pool] == ["agb", "bgb", "dead_wood", "litter", "soil"]
    assert [*Completeness] == ["estimated", "NE", "NO", "IE", "NA"]
    assert [*Status] == ["trial", "evaluation", "official", "demo"]
    assert [*Confidence] == ["verified", "derived", "second-hand", "unverified", "missing"]


def test_every_ecosystem_reports_under_an_ipcc_category():
    assert {e.ipcc_category for e in Ecosystem} == set(IpccCategory)
    assert Ecosystem.SHRUB.ipcc_category is IpccCategory.GRASSLAND
    assert Ecosystem.DESERT.ipcc_category is IpccCategory.OTHER_LAND
    assert Ecosystem.WATER.ipcc_category is IpccCategory.WETLANDS


def test_the_assessed_scope_leaves_open_water_out():
    assert {"forest", "shrub", "grassland", "wetland"} == FOREST_GRASSLAND_WETLAND
    assert "不含水域" in Ecosystem.WETLAND.name_zh


def test_official_runs_may_use_three_confidences():
    usable = {c for c in Confidence if c.usable_officially}
    assert usable == {Confidence.VERIFIED, Confidence.DERIVED, Confidence.SECOND_HAND}
