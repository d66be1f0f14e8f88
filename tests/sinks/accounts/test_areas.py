"""areas.csv and transitions.csv: exact counts, rounded once at the finest zone."""

from decimal import Decimal

import numpy as np
import pandas as pd
from accounting_factory import ECOSYSTEMS, activity, tree
from hypothesis import given, settings
from hypothesis import strategies as st

from sinks.accounts.areas import area_rows, areas, ecosystem_of, transitions
from sinks.stocks import side_of

NONE: dict[str, float] = {}


def areas_of(rows, which=0):
    table = activity(rows)
    exact = area_rows(table, side_of(table, which, scales=NONE), ECOSYSTEMS)
    return exact, areas(exact, tree(tuple(sorted({row[0] for row in rows}))))


def test_rows_of_one_class_are_added_before_they_are_rounded():
    """Two rows of 0.4 millionths of a hectare are 0.8, which rounds to 1."""
    rows = [("1", "F", "F", 0.4e-6), ("1", "F", "G", 0.4e-6)]
    exact, table = areas_of(rows)
    assert exact["area_mm2"].tolist() == [8000]
    assert exact["area_micro"].tolist() == [1]
    assert table["area_ha"].tolist() == [Decimal("0.000001")] * 2
    assert areas_of(rows, which=1)[0]["area_micro"].tolist() == [0, 0]


def test_half_a_millionth_rounds_to_even():
    for millionths, wanted in ((0.5, 0), (1.5, 2), (2.5, 2)):
        exact, _ = areas_of([("1", "F", "F", millionths * 1e-6)])
        assert exact["area_micro"].tolist() == [wanted]


def test_pixels_are_sums_of_coverage_fractions():
    exact, table = areas_of([("1", "F", "F", 2.25)])
    assert exact["pixels_2p32"].tolist() == [9 * 2**30]
    assert table["pixels"].tolist() == [Decimal("2.25")] * 2


def test_land_without_a_class_has_no_ecosystem():
    codes = np.array(["F", "nodata", "outside"], dtype=object)
    assert ecosystem_of(codes, ECOSYSTEMS).tolist() == ["forest", "", ""]
    _, table = areas_of([("1", "nodata", "F", 3)])
    assert table[["code", "ecosystem"]].to_numpy().tolist() == [["nodata", ""]] * 2


def test_a_transition_has_codes_of_both_dates_and_missing_land_stands_as_such():
    rows = [("1", "F", "G", 3), ("2", "outside", "nodata", 4)]
    table = transitions(activity(rows), tree(("1", "2")))
    region = table[table["zone_code"].eq("R")]
    assert region[["code0", "code1", "area_ha"]].to_numpy().tolist() == [
        ["F", "G", Decimal(3)],
        ["outside", "nodata", Decimal(4)],
    ]
    assert list(table.columns) == [
        "zone_code", "year0", "year1", "code0", "code1", "stratum", "pixels", "area_ha",
    ]  # fmt: skip


def test_a_single_year_has_no_transition():
    table = transitions(activity([("1", "F", None, 3)], years=(2019,)), tree())
    assert table.empty
    assert "area_ha" in table.columns


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("12"), st.sampled_from(["F", "G", "nodata"]),
                  st.integers(0, 10**12)),
        min_size=1, max_size=8, unique_by=lambda r: r[:2],
    )
)  # fmt: skip
def test_levels_add_up_as_the_decimals_written(rows):
    table = activity([(zone, code, code, 1) for zone, code, _ in rows])
    table["area_mm2"] = pd.Series([mm2 for *_, mm2 in rows], dtype=object)
    zones = tree(tuple(sorted({zone for zone, *_ in rows})))
    exact = area_rows(table, side_of(table, 0, scales=NONE), ECOSYSTEMS)
    found = areas(exact, zones)
    region = found["zone_code"].eq("R")
    for _, same in found.groupby("code"):
        in_region = region[same.index]
        assert same.loc[in_region, "area_ha"].sum() == same.loc[~in_region, "area_ha"].sum()
