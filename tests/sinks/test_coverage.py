"""Where the area of a zone went, from exact counts and a polygon measured apart."""

import pandas as pd
from accounting_factory import tree
from hypothesis import given, settings
from hypothesis import strategies as st

from sinks.coverage import MEASURES, coverage

MM2_PER_HA = 10**10


def areas(*rows):
    """Return exact areas from (zone, year, code, ha) rows."""
    return pd.DataFrame(
        [
            {"zone_code": z, "year": y, "code": c, "area_mm2": round(ha * MM2_PER_HA)}
            for z, y, c, ha in rows
        ]
    ).astype({"area_mm2": object})


def covered(table, polygon_m2):
    return coverage(table, polygon_m2=polygon_m2, tree=tree(tuple(polygon_m2)))


def row(table, zone, year):
    (found,) = table[table["zone_code"].eq(zone) & table["year"].eq(year)].to_dict("records")
    return {name: int(found[name]) for name in MEASURES}


def test_classes_are_added_and_gaps_are_told_apart():
    table = covered(
        areas(
            ("1", 2020, "F", 60), ("1", 2020, "G", 30), ("1", 2020, "nodata", 7),
            ("1", 2020, "outside", 3),
        ),
        {"1": 1_000_000.0},
    )  # fmt: skip
    assert row(table, "1", 2020) == {
        "polygon": 100_000_000,
        "classified": 90_000_000,
        "nodata": 7_000_000,
        "outside": 3_000_000,
    }
    assert row(table, "R", 2020) == row(table, "1", 2020)
    assert list(table["level"]) == ["region", "league"]


def test_a_zone_that_a_year_does_not_meet_has_a_row_of_zeros():
    table = covered(areas(("1", 2020, "F", 60), ("1", 2023, "F", 60)), {"1": 6e5, "2": 4e5})
    assert row(table, "2", 2023) == {
        "polygon": 40_000_000,
        "classified": 0,
        "nodata": 0,
        "outside": 0,
    }
    assert row(table, "R", 2023)["polygon"] == 100_000_000
    assert row(table, "R", 2023)["classified"] == 60_000_000


def test_the_polygon_is_not_made_of_what_was_counted():
    table = covered(areas(("1", 2020, "F", 60)), {"1": 7e5})
    assert row(table, "1", 2020)["polygon"] - row(table, "1", 2020)["classified"] == 10_000_000


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("12"),
            st.sampled_from(["F", "G", "nodata", "outside"]),
            st.integers(0, 10**19),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_the_region_is_the_sum_of_its_leagues_and_nothing_is_lost(rows):
    table = pd.DataFrame(rows, columns=["zone_code", "code", "area_mm2"]).assign(year=2020)
    found = covered(table.astype({"area_mm2": object}), {"1": 1e6, "2": 1e6})
    for name in MEASURES:
        by_level = found.groupby("level")[name].sum()
        assert by_level["region"] == by_level["league"]
    counted = sum(row(found, "R", 2020)[name] for name in MEASURES[1:])
    # each of three kinds of each of two zones is rounded to a millionth
    assert abs(counted * 10**4 - sum(area for *_, area in rows)) <= 6 * 5_000 + 10**19 // 2**52
