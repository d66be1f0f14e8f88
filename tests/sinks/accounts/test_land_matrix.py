"""land_matrix.csv and land_balance.csv: the golden of METHOD A5, sums, and the twenty years."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from accounting_factory import ECOSYSTEMS, activity, tree
from hypothesis import given, settings
from hypothesis import strategies as st
from soils_factory import conversions

from sinks.accounts.land_matrix import land_balance, land_matrix, matrix_cells
from sinks.categories import IpccCategory

CATEGORIES = {code: ecosystem.ipcc_category for code, ecosystem in ECOSYSTEMS.items()}
FOREST, GRASS, CROP = "Forest Land", "Grassland", "Cropland"
ORDER = (FOREST, GRASS, CROP)
GOLDEN = [[990, 10, 0], [40, 4930, 30], [0, 30, 770]]


def tables(rows, history=None, *, zones=("1",), years=(2020, 2023), categories=CATEGORIES):
    """Return the matrix and the balance of (zone, code0, code1, ha) rows."""
    cells = matrix_cells(activity(rows, years=years), history, categories=categories, duration=20)
    return land_matrix(cells, tree(zones)), land_balance(cells, tree(zones))


def golden(scale=1):
    return [
        ("1", code0, code1, area * scale)
        for code0, cells in zip("FGC", GOLDEN, strict=True)
        for code1, area in zip("FGC", cells, strict=True)
        if area
    ]


def cell(matrix, before, after, zone="1"):
    rows = matrix.query(f"zone_code == '{zone}' and category0 == '{before}'")
    (found,) = rows[rows["category"] == after].to_dict("records")
    return found


def of(balance, category, zone="1"):
    (found,) = balance.query(f"zone_code == '{zone}' and category == '{category}'").to_dict(
        "records"
    )
    return found


def test_the_golden_matrix_has_its_rows_columns_and_annual_rate():
    matrix, _ = tables(golden())
    rows = matrix[matrix["zone_code"] == "1"]
    sums = [rows.groupby(side)["area_ha"].sum() for side in ("category0", "category")]
    assert [sums[0][name] for name in ORDER] == [1000, 5000, 800]
    assert [sums[1][name] for name in ORDER] == [1030, 4970, 800]
    moved = cell(matrix, GRASS, FOREST)
    assert (moved["land"], moved["area_ha"]) == ("converted", 40)
    assert moved["annual_ha"] == Decimal("13.333333")
    stayed = cell(matrix, FOREST, FOREST)
    assert stayed["land"] == "remaining"
    assert pd.isna(stayed["annual_ha"])


def test_the_golden_balance_is_gross_and_net():
    _, balance = tables(golden())
    found = {name: of(balance, name) for name in ORDER}
    assert [found[name]["net_ha"] for name in ORDER] == [30, -30, 0]
    forest = found[FOREST]
    assert (forest["gain_ha"], forest["loss_ha"]) == (40, 10)
    assert (forest["opening_ha"], forest["closing_ha"]) == (1000, 1030)
    assert forest["annual_gain_ha"] == Decimal("13.333333")
    assert forest["annual_net_ha"] == Decimal(10)
    assert found[CROP]["gain_ha"] == found[CROP]["loss_ha"] == 30


def test_land_without_a_class_is_a_cell_of_its_own_and_in_no_balance():
    rows = [*golden(), ("1", "nodata", "F", 5), ("1", "G", "outside", 7),
            ("1", "nodata", "outside", 9)]  # fmt: skip
    matrix, balance = tables(rows)
    gone, come = cell(matrix, GRASS, "unclassified"), cell(matrix, "unclassified", FOREST)
    assert (gone["area_ha"], come["area_ha"]) == (7, 5)
    assert gone["land"] == come["land"] == "unclassified"
    whole = matrix[matrix["zone_code"] == "1"]["area_ha"].sum()
    assert whole == 6800 + 12
    assert of(balance, FOREST)["opening_ha"] == 1000
    assert set(balance["category"]) == set(ORDER)


def test_the_category_of_the_legend_goes_before_that_of_the_ecosystem():
    """国家特别规定灌木林: a shrub class that the legend puts under Forest Land."""
    special = {**CATEGORIES, "G": IpccCategory.FOREST_LAND}
    matrix, _ = tables(golden(), categories=special)
    assert cell(matrix, FOREST, FOREST)["area_ha"] == 990 + 10 + 40 + 4930


def test_cohorts_stay_converted_for_twenty_years():
    """METHOD A7: 100 ha a year since 2001: 2,000 ha in transition in 2023, 300 graduated."""
    history = conversions([("1", y - 1, y, "C", "G", 100) for y in range(2001, 2024)])
    rows = [("1", "G", "G", 2300), ("1", "C", "G", 300)]
    matrix, _ = tables(rows, history)
    found = cell(matrix, CROP, GRASS)
    assert (found["in_transition_ha"], found["graduated_ha"]) == (2000, 300)
    assert found["area_ha"] == 300
    assert pd.isna(cell(matrix, GRASS, GRASS)["in_transition_ha"])
    matrix, _ = tables(rows, history, years=(2017, 2020))
    found = cell(matrix, CROP, GRASS)
    assert (found["in_transition_ha"], found["graduated_ha"]) == (2000, 0)


def test_a_conversion_of_the_past_has_a_cell_though_none_happens_now():
    history = conversions([("1", 2010, 2020, "C", "F", 50)])
    matrix, _ = tables([("1", "F", "F", 50)], history)
    found = cell(matrix, CROP, FOREST)
    assert (found["area_ha"], found["in_transition_ha"]) == (0, 50)


def test_a_conversion_that_is_yet_to_come_has_no_cell():
    """Of three years the first pair knows nothing of what the second converts."""
    history = conversions([("1", 2020, 2023, "G", "F", 50), ("1", 2010, 2020, "C", "F", 0)])
    matrix, _ = tables([("1", "G", "G", 50), ("1", "F", "F", 1e-8)], history, years=(2010, 2020))
    assert matrix[["category0", "category"]].drop_duplicates().to_numpy().tolist() == [
        [GRASS, GRASS]
    ]


def test_one_year_has_no_matrix():
    matrix, balance = tables([("1", "F", "F", 50)], years=(2020,))
    assert matrix.empty
    assert balance.empty
    assert list(matrix.columns)[-1] == "graduated_ha"


cells = st.tuples(
    st.sampled_from("12"),
    st.sampled_from(["F", "G", "C", "D", "nodata"]),
    st.sampled_from(["F", "G", "C", "D", "outside"]),
    st.floats(0.000001, 5000),
)


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(cells, min_size=1, max_size=12))
def test_leagues_add_to_the_region_and_gains_are_losses(rows):
    history = conversions([(z, 2020, 2023, a, b, area) for z, a, b, area in rows if a != b])
    matrix, balance = tables(rows, history if len(history) else None, zones=("1", "2"))
    for table, keys in ((matrix, ["category0", "category"]), (balance, ["category"])):
        amounts = [c for c in table.columns if c.endswith("_ha")]
        figures = table.assign(**{c: table[c].fillna(Decimal(0)) for c in amounts})
        whole = figures[figures["level"] == "region"].set_index(keys)[amounts]
        parts = figures[figures["level"] == "league"].groupby(keys)[amounts].sum()
        assert whole.sort_index().to_dict() == parts.reindex(whole.index).sort_index().to_dict()
    for _, group in balance.groupby(["level", "zone_code"]):
        assert group["gain_ha"].sum() == group["loss_ha"].sum()
        assert group["net_ha"].sum() == 0
        assert (group["opening_ha"] + group["net_ha"] == group["closing_ha"]).all()
    areas = np.array([area for _, a, b, area in rows if not (a == "nodata" and b == "outside")])
    top = matrix[matrix["level"] == "region"]["area_ha"].sum()
    assert float(top) == pytest.approx(areas.sum(), abs=1e-5)
