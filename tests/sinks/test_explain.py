"""The way from a figure to coefficient rows and files, as the terminal shows it."""

import json

import pytest
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


def test_a_stock_is_amount_times_the_rows_that_are_named(finished):
    trace, rows, inputs = tables(finished, ecosystem="forest", pool="agb", year=2020)
    assert cells(trace) == [
        {
            "code": "F",
            "stratum": "none",
            "ecosystem": "forest",
            "pool": "agb",
            "amount": "20000",
            "factors": "test/density/agb/F/////",
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


def test_without_a_choice_the_last_year_and_every_pool_is_shown(finished):
    trace, rows, _ = tables(finished)
    assert trace.title == "1 zone 1: where the stock of 2023 comes from"
    assert {row["pool"] for row in cells(trace)} == {"agb", "soil"}
    assert {row["amount"] for row in cells(trace) if row["code"] == "F"} == {"21000"}
    # grassland and forest, living and soil; the cropland lies in zone 2
    assert len(cells(rows)) == 4


def test_the_region_is_explained_as_its_leagues_together(finished):
    trace, *_ = tables(finished, zone="R", pool="agb", ecosystem="grassland", year=2020)
    (row,) = cells(trace)
    assert row["amount"] == "101000"
    assert row["stock_t_c"] == "303000"


def test_titles_speak_the_language(finished):
    assert tables(finished, lang="zh")[0].title == "1 盟1：2023 年碳储量的来历"


def test_an_unknown_zone_is_refused_with_the_known_ones(finished):
    with pytest.raises(ResultError, match="no zone 9; known: 1, 2, R"):
        tables(finished, zone="9")
    with pytest.raises(ResultError, match="没有地区 9；可用：1, 2, R"):
        tables(finished, zone="9", lang="zh")


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
