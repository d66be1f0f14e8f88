"""A sample against the maps of a run: adjusted areas by zone, and samples that do not suit."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from accounting_factory import ECOSYSTEMS, activity, tree

from rasters import RefusedError
from sinks.accuracy import assess, mapped_strata, read_matrix, read_points
from sinks.export.schemas import SCHEMAS

MATRIX = """\
map_class,forest,grassland,grassland>forest
forest,18,2,0
grassland,1,38,1
grassland>forest,2,3,15
"""
ROWS = [
    ("1", "F", "F", 100.0),
    ("1", "G", "G", 300.0),
    ("1", "G", "F", 10.0),
    ("2", "G", "G", 200.0),
    ("2", "F", "nodata", 5.0),
]


def sample_of(folder, text, *, reader=read_matrix, merge=()):
    path = folder / "sample.csv"
    path.write_text(text, encoding="utf-8")
    sample, found = reader(path, years=(2020, 2023), merge=merge)
    assert not found
    return sample


def judged(sample, rows=ROWS, *, apply=False, zones=("1", "2")):
    table = activity(rows)
    return assess(sample, table, table[:0], ecosystems=ECOSYSTEMS, tree=tree(zones), apply=apply)


def row_of(table, zone, stratum):
    return table[table["zone_code"].eq(zone) & table["stratum"].eq(stratum)].iloc[0]


def refused(sample, rows=ROWS):
    with pytest.raises(RefusedError) as caught:
        judged(sample, rows)
    return [(f.code, f.value) for f in caught.value.findings]


def test_the_whole_is_judged_by_all_units_and_zones_by_its_shares(tmp_path):
    """Forest of the whole: 100 x 18/20 + 500 x 1/40 + 10 x 2/20 = 103.5 ha.

    Its variance: 100^2 x .9 x .1/19 + 500^2 x .025 x .975/39 + 10^2 x .1 x .9/19 = 204.0922.
    Forest of zone 1, by the same shares over its own maps: 90 + 7.5 + 1 = 98.5 ha.
    """
    table = judged(sample_of(tmp_path, MATRIX)).adjusted_areas
    assert list(table.columns) == list(SCHEMAS["adjusted_areas"].columns)
    whole = row_of(table, "R", "forest")
    assert (whole["adjusted_ha"], whole["mapped_ha"]) == (Decimal("103.5"), Decimal(100))
    assert float(whole["standard_error_ha"]) == pytest.approx(204.0922**0.5, rel=1e-6)
    assert float(whole["high_ha"]) == pytest.approx(103.5 + 1.96 * 204.0922**0.5, rel=1e-6)
    assert whole["users_accuracy"] == Decimal("0.9")
    assert (whole["basis"], whole["samples"]) == ("own", 20)
    league = row_of(table, "1", "forest")
    assert (league["adjusted_ha"], league["basis"]) == (Decimal("98.5"), "synthetic")
    assert np.isnan(float(str(league["users_accuracy"]).replace("<NA>", "nan")))
    assert row_of(table, "2", "grassland>forest")["adjusted_ha"] == Decimal(5)
    assert row_of(table, "R", "grassland>forest")["low_ha"] == 0


def test_the_shares_of_the_whole_add_up_over_the_zones(tmp_path):
    table = judged(sample_of(tmp_path, MATRIX)).adjusted_areas
    for column in ("mapped_ha", "regional_ha"):
        sums = table.groupby(["level", "stratum"])[column].sum()
        assert sums["region"].tolist() == sums["league"].tolist()
    whole = table[table["level"].eq("region")]
    assert sum(whole["regional_ha"]) == sum(whole["mapped_ha"]) == 610
    assert whole["regional_ha"].tolist() == whole["adjusted_ha"].tolist()


def test_a_zone_with_two_units_of_every_class_is_judged_by_its_own(tmp_path):
    """Zone 1: of 3 units in forest one is grassland, 300/3 = 100 ha of 100 x 1/3 + 300 x 2/2."""
    units = ["F F", "F F", "F G", "G G", "G G"]
    names = {"F": "forest", "G": "grassland"}
    lines = [
        f"u{n},{names[m]},{names[m]},{names[r]},{names[r]},1"
        for n, (m, r) in enumerate(u.split() for u in units)
    ]
    lines += [f"v{n},grassland,grassland,grassland,grassland," for n in range(4)]
    heading = "id,map0,map1,reference0,reference1,zone_code"
    sample = sample_of(tmp_path, "\n".join([heading, *lines]) + "\n", reader=read_points)
    rows = [("1", "F", "F", 90.0), ("1", "G", "G", 300.0), ("2", "G", "G", 50.0)]
    result = judged(sample, [*rows, ("3", "nodata", "G", 9.0)], zones=("1", "2", "3"))
    table = result.adjusted_areas
    one = row_of(table, "1", "grassland")
    assert (one["basis"], one["adjusted_ha"], one["samples"]) == ("own", Decimal(330), 2)
    assert float(one["standard_error_ha"]) == pytest.approx(90 * (2 / 9 / 2) ** 0.5)
    assert float(one["producers_accuracy"]) == pytest.approx(300 / 330, abs=1e-6)
    assert row_of(table, "2", "grassland")["basis"] == "synthetic"
    assert row_of(table, "3", "forest")["basis"] == "none"
    assert result.synthetic == 1


def test_the_matrix_has_the_accuracies_on_its_margins(tmp_path):
    """Overall: (100 x .9 + 500 x .95 + 10 x .75)/610 = 0.938525."""
    result = judged(sample_of(tmp_path, MATRIX))
    table = result.matrix.set_index(["map_class", "reference_class"])
    assert table.loc[("grassland", "forest"), "samples"] == 1
    assert table.loc[("ALL", "ALL"), "accuracy"] == Decimal("0.938525")
    assert table.loc[("ALL", "ALL"), "samples"] == 80
    assert result.overall == pytest.approx(572.5 / 610)
    assert table.loc[("grassland>forest", "ALL"), "accuracy"] == Decimal("0.75")
    assert table.loc[("ALL", "grassland>forest"), "accuracy"] == Decimal("0.375")
    cells = [s for (m, r), s in table["area_share"].items() if "ALL" not in (m, r)]
    assert float(sum(cells)) == pytest.approx(1, abs=1e-5)


def test_without_a_sample_the_tables_have_their_headings():
    result = judged(None)
    assert result.adjusted_areas.empty
    assert list(result.matrix.columns) == list(SCHEMAS["accuracy_matrix"].columns)
    assert (result.overall, result.applied) == (None, False)


def test_every_class_that_does_not_suit_the_maps_is_named(tmp_path):
    """Desert is sampled but not mapped, water found but not mapped, forest sampled once."""
    text = (
        "map_class,forest,desert,water,grassland\n"
        "forest,1,0,0,0\ndesert,0,2,0,0\ngrassland,0,0,1,4\n"
    )
    assert refused(sample_of(tmp_path, text)) == [
        ("accuracy-class-unmapped", "desert"),
        ("accuracy-reference-unmapped", "water"),
        ("accuracy-class-single", "forest"),
        ("accuracy-class-unsampled", "grassland>forest"),
    ]


def test_a_mapped_class_of_the_points_without_units_is_named(tmp_path):
    heading = "id,map0,map1,reference0,reference1\n"
    lines = "".join(f"{n},forest,forest,forest,forest\n" for n in range(3))
    sample = sample_of(tmp_path, heading + lines, reader=read_points)
    assert refused(sample) == [
        ("accuracy-class-unsampled", "grassland"),
        ("accuracy-class-unsampled", "grassland>forest"),
    ]


def test_merging_mends_classes_without_units(tmp_path):
    heading = "id,map0,map1,reference0,reference1\n"
    lines = "".join(f"{n},forest,forest,forest,forest\n" for n in range(3))
    merge = [["forest", "grassland", "grassland>forest"]]
    sample = sample_of(tmp_path, heading + lines, reader=read_points, merge=merge)
    table = judged(sample).adjusted_areas
    assert set(table["stratum"]) == {"forest+grassland+grassland>forest"}


def test_units_in_a_zone_that_is_not_reported_are_refused(tmp_path):
    heading = "id,map0,map1,reference0,reference1,zone_code\n"
    lines = "".join(f"{n},forest,forest,forest,forest,9\n" for n in range(3))
    sample = sample_of(
        tmp_path, heading + lines, reader=read_points, merge=[["forest", "*", "*>*"]]
    )
    assert refused(sample) == [("accuracy-zone", "9")]


def test_mapped_classes_of_a_run_are_what_a_plan_is_made_from():
    areas = mapped_strata(
        activity(ROWS), years=(2020, 2023), merge=[["*>*"]], ecosystems=ECOSYSTEMS
    )
    assert areas == {"*>*": 10.0, "forest": 100.0, "grassland": 500.0}
    with pytest.raises(RefusedError, match="wood"):
        mapped_strata(activity(ROWS), years=(2020, 2023), merge=[["wood"]], ecosystems=ECOSYSTEMS)
