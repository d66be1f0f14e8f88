"""Rules of the files that only a whole run shows: languages, unseen land, absent land, steps."""

from __future__ import annotations

import filecmp
from decimal import Decimal

import openpyxl
from accounting_factory import density
from tiny_inputs import COVER, TABLE, write_tiny

from sinks.export.schemas import SCHEMAS
from sinks.pipeline import run

EAST_UNSEEN = """
1 1 2 0 0 0
1 1 2 0 0 0
1 2 2 0 0 0
1 2 2 0 0 0
"""
FOREST_LOST = """
1 1 2 2 3 3
1 1 2 2 3 3
3 3 2 2 2 0
1 2 2 2 2 2
"""


def _totals(results, zone, quantity, scope, year1=2023):
    table = results.tables["totals"]
    rows = table[
        table["zone_code"].eq(zone)
        & table["quantity"].eq(quantity)
        & table["scope"].eq(scope)
        & table["year1"].eq(year1)
    ]
    return rows.iloc[0]


def _stocks(results, zone, year):
    table = results.tables["stocks"]
    return table[table["zone_code"].eq(zone) & table["year"].eq(year)].set_index(
        ["ecosystem", "pool"]
    )


def test_the_language_changes_the_workbook_and_no_figure(tmp_path):
    config = write_tiny(tmp_path)
    zh, en = (run(config, out=tmp_path / lang, lang=lang).results.folder for lang in ("zh", "en"))
    names = [f"{name}.csv" for name in SCHEMAS]
    assert filecmp.cmpfiles(zh, en, names, shallow=False) == (names, [], [])
    assert openpyxl.load_workbook(zh / "inventory.xlsx").sheetnames[1] == "表1 碳储量"
    assert openpyxl.load_workbook(en / "inventory.xlsx").sheetnames[1] == "Table 1 Stocks"
    assert not run(config, out=zh, lang="zh").computed
    again = run(config, out=zh, lang="en")
    assert again.computed
    assert openpyxl.load_workbook(zh / "inventory.xlsx").sheetnames[1] == "Table 1 Stocks"


def test_land_that_no_raster_shows_is_not_estimated_and_land_that_is_not_there_is_zero(tmp_path):
    config = write_tiny(tmp_path, covers=(COVER, EAST_UNSEEN))
    results = run(config, out=tmp_path / "out").results
    unseen = _stocks(results, "2", 2023)
    assert set(unseen["completeness"]) == {"NE"}
    assert unseen["stock_t_c"].isna().all()
    assert _totals(results, "2", "stock", "all")["verdict"] == "not_estimated"
    assert _totals(results, "2", "change", "all")["verdict"] == "not_estimated"
    seen = _stocks(results, "1", 2023)
    assert seen.loc[("wetland", "agb"), "completeness"] == "NO"
    for quantity in ("stock", "change"):
        wetland = _totals(results, "1", quantity, "wetland")
        assert wetland["value_t_c"] == wetland["low_t_c"] == wetland["high_t_c"] == Decimal(0)
        assert wetland["verdict"] == "no_signal"


def test_a_total_of_stocks_names_how_its_stocks_were_made(tmp_path):
    config = write_tiny(tmp_path, soil="100 100 100 100 100 100\n" * 4)
    results = run(config, out=tmp_path / "out").results
    assert _totals(results, "1", "stock", "forest")["method"] == "density_table+soil_map"


def test_a_one_sided_soil_step_leaves_the_verdict_of_the_rest_alone(tmp_path):
    # the soil of cropland is not estimated: forest -> cropland loses soil on one side only
    table = [row for row in TABLE if not row.startswith("C,,,soil")]
    table.append("C,,,soil,,t C/ha,,,,,missing,density,0-100")
    assert len(table) == len(TABLE)
    config = write_tiny(tmp_path, covers=(COVER, FOREST_LOST), table=table)
    results = run(config, out=tmp_path / "out").results
    steps = results.tables["changes"]
    steps = steps[steps["method"].eq("stock_difference(step)") & steps["land"].eq("converted")]
    assert (steps["change_t_c"].dropna() < 0).any()
    forest = _totals(results, "1", "change", "forest")
    assert forest["method"] == "stock_difference"
    assert forest["verdict"] != "one_sided"


def test_what_is_included_elsewhere_is_said_and_not_shown_as_zero(tmp_path):
    heading = "code,ecosystem,stratum,pool,value,unit,low,high,source,locator,confidence,parameter"
    heading += ",depth_cm,completeness"
    table = [f"{row}," for row in (*TABLE, density("F", "bgb", 20), density("G", "bgb", 9))]
    table.append(f"{density('C', 'bgb', 0)},IE")
    config = write_tiny(tmp_path, table=table, heading=heading)
    folder = run(config, out=tmp_path / "out").results.folder
    sheet = openpyxl.load_workbook(folder / "inventory.xlsx").worksheets[1]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    cropland = next(row for row in rows if row[3] == "农田")
    assert cropland[7] == "列于他处"
