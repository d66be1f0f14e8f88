"""The five sink zones of a run: worked by hand, summing as decimals, moving no other figure."""

from decimal import Decimal

import numpy as np
import openpyxl
import pytest
import shapely
from accounting_factory import density
from pyproj import CRS
from tiny_inputs import (
    COVER,
    NORTH,
    PIXEL,
    WEST,
    hectares,
    pixels,
    square,
    write_raster,
    write_tiny,
)
from tiny_mines import MINING, with_mines

from rasters import polygon_area_m2
from sinks.pipeline import run
from sinks.sink_zones import open_sums
from sinks.verify import verify

AFTER = COVER.replace("1 1 2 2 3 3", "1 1 1 2 3 3", 1)
"""The third pixel of the first row is grassland in 2020 and forest in 2023."""
MINES = (square("m", "甲", 1.5, 4, 0, 2), square("n", "乙", 2, 4.25, 1, 3))
"""Two polygons that overlap, over the border of the zones at column 3."""
F, G, C = 160, 103, 100
"""t C/ha: living biomass 60, 3 and 0 with 100 of soil."""
GAIN = 57 * hectares(1, [0])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mines")
    config = with_mines(folder, *MINES, covers=(COVER, AFTER))
    result = run(config, out=folder / "out", workers=1)
    return folder, result.results


def rows(results, quantity, level="zone", year=2023):
    """Return the rows of a quantity by (zone, sink zone)."""
    table = results.tables["sink_zones"]
    kept = table[
        table["quantity"].eq(quantity) & table["level"].eq(level) & table["year1"].eq(year)
    ]
    return {(r["zone_code"], r["sink_zone"]): r for r in kept.to_dict("records")}


def value(row, column="value_t_c"):
    return float(row[column])


def test_the_stocks_are_those_worked_by_hand(made):
    """West of column 3 the mines hold 2 F of the first two rows and 2 G below."""
    found = rows(made[1], "stock")
    expected = {
        ("1", "mining"): F * hectares(1.5, [0]) + F * hectares(0.5, [1]) + G * hectares(1, [1, 2]),
        ("1", "forest_land"): F * hectares(1.5, [0, 1]) + F * hectares(1, [2, 3]),
        ("1", "grassland"): G * hectares(1, [2]) + G * hectares(2, [3]),
        ("2", "mining"): G * (hectares(1, [0, 1]) + hectares(1.25, [2])) + C * hectares(0.25, [1]),
        ("2", "other_land"): C * hectares(2, [0]) + C * hectares(1.75, [1]),
        ("2", "grassland"): G * hectares(0.75, [2]) + G * hectares(3, [3]),
        ("2", "forest_land"): 0,
        ("1", "wetland"): 0,
        ("1", "desert"): 0,
    }  # fmt: skip
    for key, stock in expected.items():
        assert value(found[key]) == pytest.approx(stock, rel=1e-9), key
    both = expected["1", "mining"] + expected["2", "mining"]
    assert value(rows(made[1], "stock", "all")["ALL", "mining"]) == pytest.approx(both, rel=1e-9)


def test_the_change_is_where_the_land_lies_at_the_later_date(made):
    """57 t C/ha are gained on one pixel, which lies in the mine; forest outside gains nothing."""
    found = rows(made[1], "change")
    assert value(found["1", "mining"]) == pytest.approx(GAIN, rel=1e-9)
    sink = value(found["1", "mining"], "sink_t_co2_per_year")
    assert sink == pytest.approx(GAIN * 44 / 12 / 3, rel=1e-9)
    assert value(found["1", "forest_land"]) == 0
    assert found["1", "mining"]["verdict"] == "signal"
    before = value(rows(made[1], "stock", year=2020)["1", "mining"])
    after = value(rows(made[1], "stock")["1", "mining"])
    assert after - before == pytest.approx(GAIN, rel=1e-9)


def test_areas_are_those_of_the_polygons(made):
    """Oracle: the ellipsoidal area of the union of the mines inside each zone."""
    at = {n: NORTH - n * PIXEL for n in range(4)}
    union = shapely.union_all([
        shapely.box(WEST + 1.5 * PIXEL, at[2], WEST + 4 * PIXEL, at[0]),
        shapely.box(WEST + 2 * PIXEL, at[3], WEST + 4.25 * PIXEL, at[1]),
    ])  # fmt: skip
    for code, west, east in (("1", 0, 3), ("2", 3, 6)):
        zone = shapely.box(WEST + west * PIXEL, NORTH - 4 * PIXEL, WEST + east * PIXEL, NORTH)
        area = polygon_area_m2(shapely.intersection(zone, union), CRS(4326)) / 1e4
        for quantity in ("stock", "change"):
            row = rows(made[1], quantity)[code, "mining"]
            assert value(row, "area_ha") == pytest.approx(area, rel=1e-7)


def test_zones_sum_to_the_totals_as_the_decimals_written(made):
    table, totals = (made[1].tables[name] for name in ("sink_zones", "totals"))
    whole = totals[totals["scope"].eq("all")]
    keys = ["zone_code", "level", "quantity", "year0", "year1"]
    for column in ("value_t_c", "sink_t_co2_per_year"):
        sums, expected = (
            {k: sum(v.dropna(), Decimal(0)) for k, v in t.groupby(keys, dropna=False)[column]}
            for t in (table, whole)
        )
        assert sums == expected
        assert len(sums) == 9
    stocks = made[1].tables["stocks"]
    areas = stocks.drop_duplicates([*keys[:2], "year", "ecosystem"])
    areas = areas.groupby(["zone_code", "year"])["area_ha"].sum()
    of_zones = table[table["quantity"].eq("stock")].groupby(["zone_code", "year1"])["area_ha"].sum()
    assert list(areas) == list(of_zones)


def test_it_verifies_and_a_changed_figure_is_found(made, tmp_path):
    folder, results = made
    assert verify(folder / "out").findings == ()
    table = results.tables["sink_zones"].copy()
    place = table.index[table["value_t_c"].notna()][0]
    table.loc[place, "value_t_c"] += Decimal("0.000001")
    (found,) = open_sums(table, results.tables["totals"])
    assert found.code == "verify-sink-zones"
    assert table.loc[place, "zone_code"] in found.where
    assert list(open_sums(table[:0], results.tables["totals"])) == []
    assert tmp_path.exists()


def test_no_figure_of_the_zones_depends_on_them(made, tmp_path):
    config = write_tiny(tmp_path, covers=(COVER, AFTER))
    plain = run(config, out=tmp_path / "out", workers=1).results.tables
    assert plain["sink_zones"].empty
    for name, table in made[1].tables.items():
        if name not in {"sink_zones", "quality"}:
            assert plain[name].drop(columns="run_id").equals(table.drop(columns="run_id")), name


def test_the_polygons_and_the_rules_are_part_of_the_run(made):
    folder, results = made
    (mines,) = [i for i in results.manifest.inputs if i.role == "sink_zones"]
    assert mines.path == "mines.geojson"
    assert "path" not in results.manifest.parameters["config"]["sink_zones"]["mining"]
    assert not any("mining" in code for code in results.tables["views_totals"]["zone_code"])
    assert folder.exists()


def test_another_priority_and_mapping_move_the_land(made, tmp_path):
    """Forest before mining: the mine keeps its grassland; cropland may be desert."""
    more = (
        '[sink_zones]\npriority = ["forest_land", "mining", "wetland", "grassland", "desert"]\n'
        '[sink_zones.mapping]\ncropland = "desert"\n'
    )
    config = with_mines(tmp_path, *MINES, covers=(COVER, AFTER), more=more + MINING)
    found = rows(run(config, out=tmp_path / "out", workers=1).results, "stock")
    mine = G * hectares(1, [1, 2])
    assert value(found["1", "mining"]) == pytest.approx(mine, rel=1e-9)
    forest = F * hectares(3, [0]) + F * hectares(2, [1]) + F * hectares(1, [2, 3])
    assert value(found["1", "forest_land"]) == pytest.approx(forest, rel=1e-9)
    desert = C * hectares(2, [0]) + C * hectares(1.75, [1])
    assert value(found["2", "desert"]) == pytest.approx(desert, rel=1e-9)
    assert value(found["2", "other_land"]) == 0
    assert verify(tmp_path / "out").holds
    assert made[0] != tmp_path


def test_without_polygons_mining_land_is_not_known_rather_than_zero(tmp_path):
    config = with_mines(tmp_path, more="[sink_zones]\n", covers=(COVER, AFTER))
    results = run(config, out=tmp_path / "out", workers=1).results
    zones = set(results.tables["sink_zones"]["sink_zone"])
    assert zones == {"forest_land", "grassland", "wetland", "desert", "other_land"}
    sheet = openpyxl.load_workbook(tmp_path / "out" / "inventory.xlsx")["表8 五大片区"]
    texts = [str(c.value) for r in sheet.iter_rows() for c in r if c.value]
    assert any("未提供矿区边界" in text for text in texts)


def test_one_year_gives_stocks_alone(tmp_path):
    config = with_mines(
        tmp_path, *MINES, config={"inventory": {"years": [2020]}, "land_cover": None}
    )
    text = config.read_text(encoding="utf-8")
    section = '[land_cover]\nproduct = "cover.toml"\n[land_cover.files]\n2020 = "cover_2020.tif"\n'
    config.write_text(text + section, encoding="utf-8")
    results = run(config, out=tmp_path / "out", workers=1).results
    assert set(results.tables["sink_zones"]["quantity"]) == {"stock"}
    assert verify(tmp_path / "out").holds


def test_table_8_shows_the_zones_their_total_and_what_rounding_leaves(made):
    book = openpyxl.load_workbook(made[0] / "out" / "inventory.xlsx")
    sheet = book["表8 五大片区"]
    lines = [[c.value for c in r] for r in sheet.iter_rows()]
    at = {(r[0], r[2], r[3]): r for r in lines if r[2] is not None and len(r) > 3}
    mine = at["1", "矿区", "2023"]
    stock = value(rows(made[1], "stock")["1", "mining"])
    area = value(rows(made[1], "stock")["1", "mining"], "area_ha")
    assert mine[5] == pytest.approx(stock / 1e4)
    assert mine[8] == pytest.approx(stock / area)
    total = at["1", "合计", "2023"]
    assert total[5] == pytest.approx(
        sum(at["1", n, "2023"][5] for n in ("林地", "草原", "湿地", "荒漠", "矿区", "其他土地"))
    )
    assert ("1", "修约差", "2023") in at
    whole = sum(value(r) for (z, _), r in rows(made[1], "stock").items() if z == "1")
    area = sum(value(r, "area_ha") for (z, _), r in rows(made[1], "stock").items() if z == "1")
    assert total[8] == pytest.approx(whole / area)
    sink = at["1", "矿区", "2020—2023"]
    assert sink[5] == pytest.approx(GAIN * 44 / 12 / 3 / 1e4, rel=1e-9)
    names = book.sheetnames
    assert names.index("表3 土地利用转移矩阵") < names.index("表8 五大片区")
    assert names.index("表8 五大片区") < names.index("表10 系数表(含可信度)")


def test_conversions_of_earlier_maps_stay_in_their_zones(tmp_path):
    """Soil gained on the third column since 2010, by the transition, is found on the map."""
    past = COVER.replace("1 1 2 2 3 3", "1 1 1 2 3 3")
    table = [density(code, "agb", v) for code, v in (("F", 60), ("G", 3), ("C", 0))]
    table += [density(c, "soil", v, depth="0-100") for c, v in (("F", 160), ("G", 100), ("C", 80))]
    files = {str(year): f"cover_{year}.tif" for year in (2010, 2020, 2023)}
    changes = {"land_cover": {"files": files}, "methods": {"soil": "transition"}}
    config = with_mines(tmp_path, *MINES, covers=(COVER, AFTER), table=tuple(table), config=changes)
    write_raster(tmp_path / "cover_2010.tif", pixels(past).astype(np.uint8), nodata=0)
    results = run(config, out=tmp_path / "out", workers=1).results
    assert "unlocated" not in set(results.tables["sink_zones"]["sink_zone"])
    assert verify(tmp_path / "out").holds
    # two pixels lost 60 t C/ha of soil to grassland, 3 of 20 years of it; one gains them again,
    # from 2021, 2022 and 2023 on in equal parts: 2 years of it on the mean
    soil = -60 * 3 / 20 * hectares(1, [0, 1]) + 60 * 2 / 20 * hectares(1, [0])
    change = value(rows(results, "change")["1", "mining"])
    assert change == pytest.approx(GAIN + soil, rel=1e-9)
