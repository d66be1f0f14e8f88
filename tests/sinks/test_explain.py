"""The way from a figure to coefficient rows and files, as the terminal shows it."""

import json

import pytest
from results_factory import change_cell
from rich.console import Console

from sinks.errors import ResultError
from sinks.explain import explain


def tables(folder, **choice):
    options = {"zone": "1", "year": None, "ecosystem": None, "pool": None, "lang": "en"}
    return list(explain(folder, **options | choice))


def cells(table):
    """Return the rows of a rich table as dictionaries."""
    columns = {column.header: list(column.cells) for column in table.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def test_a_stock_is_followed_to_its_amount_rows_pixels_and_files(finished):
    stocks, areas, trace, rows, inputs = tables(finished, ecosystem="forest", pool="agb", year=2020)
    (stock,) = cells(stocks)
    assert (stock["area_ha"], stock["stock_t_c"], stock["method"]) == (
        "20000",
        "1200000",
        "density_table",
    )
    assert cells(areas) == [
        {
            "code": "F",
            "stratum": "none",
            "ecosystem": "forest",
            "pixels": "20000",
            "area_ha": "20000",
        }
    ]
    assert cells(trace) == [
        {
            "code": "F",
            "stratum": "none",
            "ecosystem": "forest",
            "pool": "agb",
            "amount": "20000",
            "unit": "ha",
            "factors": "test/density/agb/F/////*area:forest:2020",
            "stock_t_c": "1200000",
        }
    ]
    (row,) = cells(rows)
    assert (row["key"], row["value"], row["unit"], row["low"], row["high"]) == (
        "test/density/agb/F/////",
        "60",
        "t C/ha",
        "50",
        "70",
    )
    (source,) = cells(inputs)
    assert (source["role"], source["product"], source["year"], source["path"]) == (
        "land_cover",
        "clcd",
        "2020",
        "cover.tif",
    )
    assert len(source["sha256"]) == 16


def test_a_change_is_followed_to_the_amounts_of_both_dates(finished):
    _, changes, *_, traced, _, _ = tables(finished, ecosystem="forest", pool="agb", year=2023)
    found = {row["ecosystem0"]: row for row in cells(changes)}
    # 1,000 ha of grassland became forest: 1,000 x (60 - 3) t C
    assert found["grassland"]["change_t_c"] == "57000"
    assert found["forest"]["change_t_c"] == "0"
    gained = [row for row in cells(traced) if row["ecosystem0"] == "grassland"]
    assert {(row["amount"], row["unit"], row["change_t_c"]) for row in gained} == {
        ("1000", "ha", "60000"),
        ("-1000", "ha", "-3000"),
    }


def test_an_amount_of_a_raster_has_its_unit(finished):
    path = finished / "trace.csv"
    change_cell(
        finished,
        "trace",
        {"zone_code": "1", "year": 2020, "pool": "agb", "ecosystem": "forest"},
        "factors",
        "biomass:2020*x*area:forest:2020",
    )
    assert path.is_file()
    trace = tables(finished, ecosystem="forest", pool="agb", year=2020)[2]
    assert [row["unit"] for row in cells(trace)] == ["t d.m."]


def test_without_a_choice_the_last_year_and_every_pool_is_shown(finished):
    stocks, changes, areas, trace, _, rows, _ = tables(finished)
    assert stocks.title == "1 zone 1: stocks of 2023 (t C, 95 % interval)"
    assert changes.title.startswith("1 zone 1: changes up to 2023")
    assert {row["code"] for row in cells(areas)} == {"F", "G"}
    assert {row["pool"] for row in cells(trace)} == {"agb", "soil"}
    assert {row["amount"] for row in cells(trace) if row["code"] == "F"} == {"21000"}
    # grassland and forest, living and soil; the cropland lies in zone 2
    assert len(cells(rows)) == 4


def test_the_region_is_explained_as_its_leagues_together(finished):
    _, _, trace, *_ = tables(finished, zone="R", pool="agb", ecosystem="grassland", year=2020)
    (row,) = cells(trace)
    assert row["amount"] == "101000"
    assert row["stock_t_c"] == "303000"


def test_titles_headings_and_names_speak_the_language(finished):
    stocks, *_ = tables(finished, lang="zh")
    assert stocks.title == "1 盟1：2023 年碳储量（吨碳，95 % 区间）"
    assert [column.header for column in stocks.columns][:2] == ["生态系统", "碳库"]
    assert {row["生态系统"] for row in cells(stocks)} >= {"森林", "草地"}
    assert {row["碳库"] for row in cells(stocks)} >= {"土壤有机碳"}
    assert not any(c.header.isascii() for t in tables(finished, lang="zh") for c in t.columns)


@pytest.mark.parametrize(
    ("choice", "english", "chinese"),
    [
        ({"zone": "9"}, "no zone 9; known: 1, 2, R", "没有地区 9；可用：1, 2, R"),
        ({"year": 2021}, "no year 2021; known: 2020, 2023", "没有 2021 年；可用：2020, 2023"),
        ({"ecosystem": "tundra"}, "no ecosystem tundra; known: cropland", "没有生态系统 tundra"),
        ({"pool": "peat"}, "no pool peat; known: agb, bgb", "没有碳库 peat；可用：agb, bgb"),
    ],
)
def test_an_unknown_choice_is_refused_with_the_known_ones(finished, choice, english, chinese):
    with pytest.raises(ResultError, match=english):
        tables(finished, **choice)
    with pytest.raises(ResultError, match=chinese):
        tables(finished, lang="zh", **choice)


def test_brackets_in_a_name_are_shown_and_blank_cells_stay_blank(results):
    path = results / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["parameters"]["zone_names"]["1"]["en"] = "[red]east[/red]"
    manifest["inputs"][0] |= {"path": "a[b].tif", "product": None, "year": None}
    path.write_text(json.dumps(manifest), encoding="utf-8")
    console = Console(width=200, force_terminal=False)
    with console.capture() as shown:
        for table in tables(results):
            console.print(table)
    assert "[red]east[/red]" in shown.get()
    assert "a[b].tif" in shown.get()
    assert "None" not in shown.get()
    assert "nan" not in shown.get()
