"""Dealing out the activity table: every exact number of the whole is in one part, once."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinks.categories import Ecosystem
from sinks.sink_zone_rules import mapping_of, priority_of
from sinks.sink_zones.layer import MINED, SinkZones
from sinks.sink_zones.parts import dealt_out, parts_tree
from sinks.zone_tree import ZoneTree

ECOSYSTEMS = {"F": Ecosystem.FOREST, "W": Ecosystem.WETLAND, "C": Ecosystem.CROPLAND}
RULES = SinkZones(priority=priority_of(None), mapping=mapping_of({}), path=None, sets=())
NUMBERS = ["pixels_2p32", "area_mm2", "agb0_b0_sum"]


def table(rows, *, one_year=False):
    """Return an activity table of (zone, code0, code1, area)."""
    frame = pd.DataFrame(
        {
            "zone_code": [row[0] for row in rows],
            "year0": 2020,
            "year1": pd.array([pd.NA if one_year else 2023] * len(rows), dtype="Int64"),
            "code0": [row[1] for row in rows],
            "code1": [None if one_year else row[2] for row in rows],
            "stratum": "none",
            **{
                n: pd.Series([row[3] * (i + 1) for row in rows], dtype=object)
                for i, n in enumerate(NUMBERS)
            },
        }
    )
    frame.attrs = {"quanta": {"agb0": "1/1"}}
    return frame


def areas(frame):
    return frame.groupby("zone_code")["pixels_2p32"].sum().to_dict()


def test_mining_land_is_taken_off_its_zone_and_the_rest_goes_by_the_later_date():
    whole = table([("1", "F", "F", 10), ("1", "W", "F", 4), ("1", "F", "C", 3)])
    mined = table([(f"{MINED}1", "F", "F", 6), (f"{MINED}1", "F", "C", 1)])
    found = dealt_out(whole, mined, RULES, ECOSYSTEMS)
    assert areas(found) == {"mining|1": 7, "forest_land|1": 8, "other_land|1": 2}
    assert found.attrs == whole.attrs
    assert dict(found.dtypes) == dict(whole.dtypes)


def test_land_that_loses_its_class_goes_by_the_earlier_date_and_one_year_by_its_own():
    whole = table(
        [("1", "F", "nodata", 5), ("1", "nodata", "W", 2), ("1", "outside", "outside", 1)]
    )
    found = areas(dealt_out(whole, whole[:0], RULES, ECOSYSTEMS))
    assert found == {"forest_land|1": 5, "wetland|1": 2, "other_land|1": 1}
    single = table([("1", "W", None, 5)], one_year=True)
    mined = table([(f"{MINED}1", "W", None, 2)], one_year=True)
    found = areas(dealt_out(single, mined, RULES, ECOSYSTEMS))
    assert found == {"mining|1": 2, "wetland|1": 3}


def test_a_claimed_mine_joins_the_rest_of_its_ecosystem_in_one_row():
    order = ["forest_land", "mining", "wetland", "grassland", "desert"]
    rules = SinkZones(priority=priority_of(order), mapping=mapping_of({}), path=None, sets=())
    whole, mined = table([("1", "F", "F", 10)]), table([(f"{MINED}1", "F", "F", 6)])
    found = dealt_out(whole, mined, rules, ECOSYSTEMS)
    assert (len(found), areas(found)) == (1, {"forest_land|1": 10})


def test_a_mine_never_has_more_than_its_zone():
    """Coverage is counted in parts of 2^-32 pixel: a cut polygon may have one part too many."""
    whole = table([("1", "F", "F", 10)])
    mined = table([(f"{MINED}1", "F", "F", 11), (f"{MINED}1", "W", "W", 1), ("v:1", "F", "F", 9)])
    assert areas(dealt_out(whole, mined, RULES, ECOSYSTEMS)) == {"mining|1": 10}


@given(
    st.lists(
        st.tuples(
            st.sampled_from("12"), st.sampled_from("FWC"), st.sampled_from("FWC"),
            st.integers(0, 10**25), st.fractions(0, 1),
        ),
        min_size=1, max_size=8, unique_by=lambda row: row[:3],
    )
)  # fmt: skip
@settings(max_examples=30, deadline=None)
def test_every_number_of_every_zone_is_kept(rows):
    whole = table([row[:4] for row in rows])
    mined = table([(MINED + z, a, b, int(area * part)) for z, a, b, area, part in rows])
    found = dealt_out(whole, mined, RULES, ECOSYSTEMS)
    found["zone_code"] = found["zone_code"].str.split("|").str[1]
    for name in NUMBERS:
        kept = whole[whole[name].astype(bool)].groupby("zone_code")[name].sum().to_dict()
        assert {k: v for k, v in found.groupby("zone_code")[name].sum().items() if v} == kept


@pytest.mark.parametrize("level", ["all", "zone"])
def test_the_tree_of_the_parts_has_every_zone_of_every_level_divided(level):
    tree = ZoneTree(
        levels=("all", "zone"),
        ancestors={"all": {"1": "ALL", "2": "ALL"}, "zone": {"1": "1", "2": "2"}},
        names={"ALL": "合计", "1": "西", "2": "东"},
    )
    divided = parts_tree(tree, priority_of(None)[:2])
    assert divided.levels == tree.levels
    assert {code.split("|")[1] for code in divided.zones(level)} == set(tree.zones(level))
    assert len(divided.zones(level)) == 2 * len(tree.zones(level))
    assert divided.names["mining|1"] == "西"
