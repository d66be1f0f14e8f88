"""Names of change classes: what they hold, which one wins, and what is no name."""

from __future__ import annotations

import pytest

from sinks.accuracy import Strata, parse_stratum
from sinks.accuracy.strata import join, overlaps, plain_name
from sinks.categories import Ecosystem

F, G, D, W = Ecosystem.FOREST, Ecosystem.GRASSLAND, Ecosystem.DESERT, Ecosystem.WATER


def strata(*names, complete=False):
    parsed = [parse_stratum(name, where="here") for name in names]
    assert [faults for _, faults in parsed] == [[]] * len(names)
    return Strata(tuple(stratum for stratum, _ in parsed), complete=complete)


def test_stable_land_and_a_transition_have_plain_names():
    classes = strata()
    assert (classes.of(F, F), classes.of(G, F)) == ("forest", "grassland>forest")


def test_the_name_that_says_most_wins():
    classes = strata("grassland>forest", "*>forest", "*>*", "*")
    assert classes.of(G, F) == "grassland>forest"
    assert classes.of(D, F) == "*>forest"
    assert classes.of(F, D) == "*>*"
    assert classes.of(D, D) == "*"


def test_joined_classes_hold_all_of_their_members():
    classes = strata("water+desert", "forest>*")
    assert classes.of(W, W) == classes.of(D, D) == "water+desert"
    assert classes.of(F, W) == "forest>*"
    assert classes.of(W, D) == "water>desert"


def test_land_outside_of_a_complete_set_has_no_class():
    assert strata("forest", complete=True).of(G, G) is None


def test_chinese_names_stand_for_the_same_classes():
    classes = strata("草地>森林", "荒漠")
    assert classes.of(G, F) == "草地>森林"
    assert classes.of(D, D) == "荒漠"
    assert plain_name(G, F) == "grassland>forest"


@pytest.mark.parametrize("name", ["", "wood", "forest>", "forest>forest", "a>b>c", "forest++water"])
def test_what_is_no_class_is_refused_with_its_text(name):
    stratum, faults = parse_stratum(name, where="file.csv")
    assert stratum is None
    assert [(f.code, f.value, f.where) for f in faults] == [("accuracy-class", name, "file.csv")]


def test_two_classes_that_claim_a_change_equally_are_named():
    classes = strata("forest>*", "*>grassland").named
    found = overlaps(classes, where="file.csv")
    assert [(f.code, f.value) for f in found] == [("accuracy-class-overlap", "forest>grassland")]
    assert "forest>*, *>grassland" in found[0].mend_en + found[0].what_en
    assert not overlaps(strata("forest>*", "*>forest", "*>*", "*", "forest").named, where="x")


def test_a_join_is_named_after_its_members():
    assert join(strata("forest", "*>forest").named).name == "forest+*>forest"
