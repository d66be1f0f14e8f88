"""Scopes of totals: which rows belong to which sums."""

import pandas as pd

from sinks.accounts.scopes import SCOPES, by_scope
from sinks.categories import Ecosystem


def scopes(**row):
    return set(by_scope(pd.DataFrame([row]), *row)["scope"])


def test_every_ecosystem_is_a_scope_beside_the_two_sums():
    assert set(SCOPES) == {*map(str, Ecosystem), "forest_grassland_wetland", "all"}


def test_a_stock_belongs_to_its_ecosystem_and_to_the_sums_that_hold_it():
    assert scopes(ecosystem="forest") == {"forest", "forest_grassland_wetland", "all"}
    assert scopes(ecosystem="shrub") == {"shrub", "forest_grassland_wetland", "all"}
    assert scopes(ecosystem="water") == {"water", "all"}


def test_a_change_belongs_to_the_scopes_of_both_its_sides():
    assert scopes(ecosystem0="cropland", ecosystem="wetland") == {
        "cropland", "wetland", "forest_grassland_wetland", "all",
    }  # fmt: skip
    assert scopes(ecosystem0="desert", ecosystem="settlement") == {"desert", "settlement", "all"}


def test_a_row_counts_once_in_a_scope_that_both_sides_belong_to():
    rows = by_scope(
        pd.DataFrame([{"ecosystem0": "forest", "ecosystem": "grassland"}]),
        "ecosystem0", "ecosystem",
    )  # fmt: skip
    assert rows["scope"].tolist().count("forest_grassland_wetland") == 1


def test_unclassified_land_belongs_to_no_scope():
    assert scopes(ecosystem="") == set()
