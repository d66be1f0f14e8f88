"""Every way of changing a results folder is told, by the hashes or by its own sums."""

import re
from decimal import Decimal

import pandas as pd
import pytest
from results_factory import change_cell, rehash, write_results

from sinks.export.schemas import SCHEMAS
from sinks.results import load_results
from sinks.verify import check_sums, verify


def codes(outcome):
    return sorted({f.code for f in outcome.findings})


def cell(results, table, where, column):
    rows = load_results(results).tables[table]
    for key, value in where.items():
        rows = rows[rows[key].eq(value)]
    (value,) = rows[column]
    return value


FOREST = {"year": "2020", "ecosystem": "forest", "pool": "agb"}


def test_an_untouched_folder_holds(results):
    outcome = verify(results)
    assert outcome.findings == ()
    assert outcome.holds
    assert (outcome.outputs, outcome.inputs) == (len(SCHEMAS), 1)


def test_a_folder_without_a_manifest_is_no_result(tmp_path):
    outcome = verify(tmp_path)
    assert codes(outcome) == ["manifest-missing"]
    assert not outcome.holds
    assert (outcome.outputs, outcome.inputs) == (0, 0)


def test_an_unreadable_manifest_is_told(results):
    (results / "manifest.json").write_text("{", encoding="utf-8")
    assert codes(verify(results)) == ["manifest-unreadable"]


def test_a_changed_byte_is_told_by_its_hash(results):
    with (results / "quality.csv").open("ab") as stream:
        stream.write(b"\n")
    (found,) = [f for f in verify(results).findings if f.code == "output-changed"]
    assert "quality.csv" in found.what_en
    assert "quality.csv" in found.what_zh


def test_inputs_are_looked_for_beside_the_results_or_where_they_were_moved(results, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (results.parent / "cover.tif").rename(elsewhere / "cover.tif")
    assert codes(verify(results)) == ["input-missing"]
    assert verify(results, inputs=elsewhere).holds
    (elsewhere / "cover.tif").write_bytes(b"another")
    assert codes(verify(results, inputs=elsewhere)) == ["input-changed"]


def test_a_missing_table_is_told_and_nothing_breaks(results):
    (results / "totals.csv").unlink()
    assert codes(verify(results)) == ["output-missing", "verify-unreadable"]


@pytest.mark.parametrize("content", [b"", b"zone_code\n", b"\xff\xfe", b'"'])
def test_a_table_that_is_no_table_is_told(results, content):
    (results / "stocks.csv").write_bytes(content)
    rehash(results)
    (found,) = verify(results).findings
    assert found.code == "verify-unreadable"
    assert "stocks.csv" in found.what_en


@pytest.mark.parametrize(
    ("table", "where", "column"),
    [
        ("stocks", {**FOREST, "zone_code": "1"}, "stock_t_c"),
        ("stocks", {**FOREST, "zone_code": "R"}, "stock_t_c"),
        ("stocks", {**FOREST, "zone_code": "2"}, "area_ha"),
        ("changes", {"zone_code": "1", "ecosystem0": "grassland", "ecosystem": "forest",
                     "pool": "agb"}, "change_t_c"),
        ("changes", {"zone_code": "R", "ecosystem0": "forest", "ecosystem": "grassland",
                     "pool": "agb"}, "sink_t_co2_per_year"),
        ("totals", {"zone_code": "1", "quantity": "change", "scope": "all"}, "value_t_c"),
        ("totals", {"zone_code": "2", "quantity": "stock", "scope": "forest",
                    "year1": "2023"}, "value_t_c"),
    ],
)  # fmt: skip
def test_one_changed_figure_no_longer_adds_up_over_the_levels(results, table, where, column):
    change_cell(results, table, where, column, "0.000001")
    found = verify(results).findings
    assert "verify-levels" in {f.code for f in found}
    (first, *_) = [f for f in found if f.code == "verify-levels"]
    assert first.where.startswith(f"{table}.csv {column} ")
    assert first.value in first.what_zh
    assert first.value in first.what_en


def test_a_figure_changed_at_every_level_no_longer_makes_the_total(results):
    for zone in "1R":
        where = {"zone_code": zone, "ecosystem": "forest", "pool": "agb", "year": 2020}
        value = cell(results, "stocks", where, "stock_t_c")
        change_cell(results, "stocks", {**FOREST, "zone_code": zone}, "stock_t_c", value + 1)
    found = verify(results).findings
    assert {f.code for f in found} == {"verify-total"}
    assert sorted(f.where for f in found) == ["totals.csv 1 2020", "totals.csv R 2020"]
    numbers = [Decimal(n) for n in found[0].value.split(" / ")]
    assert numbers[1] - numbers[0] == 1


def test_an_area_is_told_from_beyond_a_millionth_of_the_polygon(results):
    """Zone 2 has 65,500 ha: 0.0655 ha may be missing, 0.065501 may not."""
    where = {"zone_code": "2", "year": 2020}
    polygon = cell(results, "coverage", where, "polygon_ha")
    assert polygon == 65_500
    change_cell(results, "coverage", where, "classified_ha", polygon - Decimal("0.0655"))
    assert verify(results).holds
    change_cell(results, "coverage", where, "classified_ha", polygon - Decimal("0.065501"))
    (found,) = verify(results).findings
    assert (found.code, found.where) == ("verify-closure", "coverage.csv 2 2020")
    assert found.value == "65499.934499 / 65500"


def test_a_reconciliation_is_told_from_beyond_a_millionth_of_the_stock(results):
    where = {"zone_code": "1"}
    stocks = [cell(results, "reconciliation", where, f"stock{n}_t_c") for n in (0, 1)]
    common = cell(results, "reconciliation", where, "change_common_t_c")
    allowed = max(stocks) * Decimal("0.000001")
    change_cell(results, "reconciliation", where, "change_common_t_c", common + allowed)
    assert verify(results).holds
    beyond = common + allowed + Decimal("0.000001")
    change_cell(results, "reconciliation", where, "change_common_t_c", beyond)
    (found,) = verify(results).findings
    assert found.code == "verify-reconciliation"
    assert found.where == "reconciliation.csv 1 2020-2023"
    assert re.fullmatch(r"57000(\.0+)? / 57\d{3}\.\d{6}", found.value)


@pytest.mark.parametrize(
    ("table", "column", "code"),
    [
        ("coverage", "classified_ha", "verify-closure"),
        ("coverage", "polygon_ha", "verify-closure"),
        ("reconciliation", "stock0_t_c", "verify-reconciliation"),
        ("reconciliation", "change_common_t_c", "verify-reconciliation"),
    ],
)
def test_a_blanked_cell_is_told_and_nothing_breaks(results, table, column, code):
    change_cell(results, table, {"zone_code": "1"}, column, "")
    assert codes(verify(results)) == [code]


def test_pairs_that_end_in_one_year_are_compared_apart(tmp_path):
    """Moving a change from one pair to another leaves the sum over both as it was."""
    rows = [("1", "F", "G", 10), ("2", "G", "F", 20)]
    results = write_results(tmp_path, rows=rows)
    loaded = load_results(results)
    totals = loaded.tables["totals"]
    both = pd.concat(
        [totals, totals[totals["quantity"].eq("change")].assign(year0=2018)], ignore_index=True
    )
    loaded.tables["totals"] = both
    assert list(check_sums(loaded)) == []
    region = both["quantity"].eq("change") & both["scope"].eq("all") & both["level"].eq("region")
    for year0, shift in ((2020, 1), (2018, -1)):
        (at,) = both.index[region & both["year0"].eq(year0)]
        both.loc[at, "value_t_c"] += shift
    found = list(check_sums(loaded))
    assert {f.code for f in found} == {"verify-levels"}
    assert len(found) == 2


def test_one_year_without_changes_holds(tmp_path):
    results = write_results(tmp_path, rows=[("1", "F", None, 10)], years=(2019,))
    assert verify(results).holds
