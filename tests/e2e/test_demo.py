"""``tanhui demo`` as a stranger runs it: one run, and all that it promises about its files."""

from __future__ import annotations

import json
import re
import shutil
from decimal import Decimal

import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import rasterio

from sinks.demo import load_targets
from sinks.export.schemas import SCHEMAS
from sinks.manifest import read_manifest
from sinks.regions import load_region

LEAGUES = load_region("inner_mongolia").zones.query("level == 'league'")
MAPS = {"density_2020.tif", "density_2023.tif", "density_change.tif"}
_LABEL = "合成演示数据"


@pytest.fixture(scope="module")
def tables(demo):
    return demo.tables


@pytest.fixture(scope="module")
def again(demo, run_of, tmp_path_factory):
    """The same inputs once more: one worker, another folder, another depth of folders."""
    folder = tmp_path_factory.mktemp("again") / "deeper" / "second"
    return run_of(demo.config, folder, "--workers", 1, "--quiet")


@pytest.fixture
def copy(demo, tmp_path):
    """The results and the inputs in folders that a test may spoil."""
    for source in (demo.folder, demo.config.parent):
        shutil.copytree(source, tmp_path / source.name)
    return tmp_path / demo.folder.name


@pytest.fixture(scope="module")
def chinese(coarse, run_of, tmp_path_factory):
    """A coarse run of one league in Chinese."""
    return run_of(coarse, tmp_path_factory.mktemp("chinese") / "out", "--lang", "zh")


def test_the_demo_ends_well_and_prints_the_twelve_leagues(demo):
    assert demo.code == 0, demo.err
    rows = [line for line in demo.out.splitlines() if line.startswith("│")]
    names = ["Inner Mongolia", *LEAGUES["name_en"]]
    assert [row.strip("│").split("│")[0].strip() for row in rows] == names
    for row in rows:
        area, *stocks = (cell.strip() for cell in row.strip("│").split("│")[1:4])
        assert float(area.replace(",", "")) > 0
        assert all(float(stock.replace(",", "")) > 0 for stock in stocks)
    assert "synthetic demonstration data" in demo.out


def test_progress_and_findings_go_to_stderr_and_the_result_to_stdout(demo):
    assert "writing the result files" in demo.err
    assert "[raster-area-weighted]" in demo.err
    assert "quality gates:" in demo.err
    assert "│" not in demo.err
    assert "writing" not in demo.out
    assert "[raster" not in demo.out


def test_every_file_of_the_contract_is_there_and_nothing_else(demo, contract_files):
    present = {path.name for path in demo.folder.iterdir()}
    assert present == contract_files | MAPS
    assert sorted(path.name for path in demo.folder.parent.iterdir()) == ["first", "first-inputs"]


def test_every_csv_row_ends_with_the_status_demo_and_the_run_id(demo):
    run_id = read_manifest(demo.folder).run_id
    for name, schema in SCHEMAS.items():
        table = pd.read_csv(demo.folder / f"{name}.csv", dtype=str, keep_default_na=False)
        assert list(table.columns) == [*schema.columns, "status", "run_id"]
        assert (table["status"] == "demo").all(), name
        assert (table["run_id"] == run_id).all(), name
        assert len(table) > 0 or name in (
            "accuracy_matrix", "adjusted_areas", "area_adjustment", "filters",
            "method_comparison", "transitions_mapped", "views_stocks", "views_totals",
        )  # fmt: skip


def test_workbook_layers_maps_and_manifest_say_that_they_are_synthetic(demo):
    book = openpyxl.load_workbook(demo.folder / "inventory.xlsx")
    for sheet in book:
        assert _LABEL in sheet["A1"].value, sheet.title
    layers = [name for name, kind in pyogrio.list_layers(demo.folder / "inventory.gpkg") if kind]
    assert sorted(layers) == ["carbon_league", "carbon_region", "parks"]
    for layer in layers:
        rows = pyogrio.read_dataframe(demo.folder / "inventory.gpkg", layer=layer)
        assert (rows["status"] == "demo").all()
    run_id = read_manifest(demo.folder).run_id
    for name in MAPS:
        with rasterio.open(demo.folder / name, driver="GTiff") as file:
            tags = file.tags()
        assert tags["STATUS"] == "demo"
        assert _LABEL in tags["TIFFTAG_IMAGEDESCRIPTION"]
        assert tags["RUN_ID"] == run_id
    manifest = json.loads((demo.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["status"] == "demo"
    assert manifest["parameters"]["config"]["inventory"]["status"] == "trial"


def test_no_gate_fails_and_the_gates_of_the_contract_are_judged(tables):
    quality = tables["quality"]
    assert not (quality["verdict"] == "fail").any(), quality[quality["verdict"] == "fail"]
    judged = {
        re.sub(r"\[.*", "", check) for check in quality.loc[quality["verdict"] == "pass", "check"]
    }
    assert judged >= {
        "area_closure",
        "unclassified_share",
        "stock_in_one_year_only",
        "roll_up_stocks",
        "roll_up_changes",
        "transition_rows",
        "transition_columns",
        "biomass_table_fallback_share",
        "vegetation_density",
    }
    shown = quality[quality["check"] == "official_area_difference_ha"]
    assert set(shown["verdict"]) == {"shown"}
    assert set(shown["zone_code"]) == {"150000", *LEAGUES["code"]}


@pytest.mark.parametrize(
    ("name", "columns", "keys"),
    [
        (
            "stocks",
            ["stock_t_c", "area_ha"],
            ["year", "ecosystem", "pool", "depth_cm"],
        ),
        (
            "changes",
            ["change_t_c", "sink_t_co2_per_year"],
            ["year0", "year1", "ecosystem0", "ecosystem", "land", "pool", "depth_cm"],
        ),
        ("totals", ["value_t_c"], ["year0", "year1", "quantity", "scope"]),
    ],
)
def test_the_region_is_the_sum_of_its_leagues_to_the_last_digit(tables, name, columns, keys):
    table = tables[name]
    for column in columns:
        known = table[table[column].notna()]
        assert all(isinstance(value, Decimal) for value in known[column])
        parts = known[known["level"] == "league"].groupby(keys, dropna=False)[column].sum()
        whole = known[known["level"] == "region"].groupby(keys, dropna=False)[column].sum()
        assert len(whole) > 3
        assert parts.to_dict() == whole.to_dict(), column


def test_areas_and_transitions_of_the_leagues_sum_to_the_region_too(tables):
    for name, keys in (("areas", ["year", "code"]), ("transitions", ["code0", "code1"])):
        table = tables[name]
        region = table["zone_code"] == "150000"
        parts = table[~region].groupby(keys)["area_ha"].sum()
        assert parts.to_dict() == table[region].groupby(keys)["area_ha"].sum().to_dict()


def test_each_league_has_the_areas_of_the_generator_s_table(tables):
    areas = tables["areas"].groupby(["zone_code", "year", "ecosystem"])["area_ha"].sum()
    targets = load_targets()
    checked = targets[targets["ecosystem"].isin(["forest", "grassland", "wetland", "desert"])]
    assert set(checked["zone_code"]) == set(LEAGUES["code"])
    for row in checked.itertuples():
        for year in (2020, 2023):
            area = float(areas.get((row.zone_code, year, row.ecosystem), 0))
            assert area == pytest.approx(row.area_ha, rel=0.15), (row.zone_code, row.ecosystem)


def test_between_a_half_and_two_percent_of_the_land_changes(tables):
    table = tables["transitions"]
    table = table[table["zone_code"] == "150000"]
    changed = table.loc[table["code0"] != table["code1"], "area_ha"].sum()
    assert Decimal("0.005") <= changed / table["area_ha"].sum() <= Decimal("0.02")


def test_the_sink_of_the_demo_is_biomass_and_the_soil_in_transition(tables):
    totals = tables["totals"].query("quantity == 'change' and scope == 'all' and level == 'region'")
    (row,) = totals.to_dict("records")
    changes = tables["changes"].query("level == 'region'")
    soil = changes[changes["pool"] == "soil"]
    assert set(soil["method"]) == {"transition", "NE"}
    assert set(soil.loc[soil["method"] == "NE", "ecosystem"]) == {"settlement", "water"}
    soil = soil[soil["method"] == "transition"]
    assert (soil.loc[soil["land"] == "remaining", "change_t_c"] == 0).all()
    assert (soil.loc[soil["land"] == "converted", "change_t_c"] != 0).any()
    assert row["value_t_c"] == changes["change_t_c"].dropna().sum()
    # every banner's row is rounded to 1e-6 before it is added
    exact = float(row["value_t_c"]) * 44 / 12 / 3
    assert float(row["sink_t_co2_per_year"]) == pytest.approx(exact, abs=1e-3)


def test_density_maps_hold_the_stock_of_the_table(demo, tables):
    """Mean density x pixel area, over pixels whose centre is inside: 0.1 % at the edges."""
    stocks = tables["stocks"].query("level == 'region'")
    for year in (2020, 2023):
        stock = float(stocks.loc[stocks["year"] == year, "stock_t_c"].dropna().sum())
        with rasterio.open(demo.folder / f"density_{year}.tif", driver="GTiff") as file:
            density, transform = file.read(1).astype(float), file.transform
        latitude = transform.f + transform.e * np.arange(file.height + 1)
        assert np.nansum(density * _row_hectares(latitude, transform.a)) == pytest.approx(
            stock, rel=1e-3
        )


def _row_hectares(latitude, width):
    """Area of a pixel of each row from the authalic formula on WGS 84, shape (rows, 1)."""
    a, e = 6_378_137.0, np.sqrt(0.006_694_379_990_141_317)
    sine = e * np.sin(np.radians(latitude))
    q = a**2 * (1 - e**2) / (2 * e) * (sine / (1 - sine**2) + np.arctanh(sine))
    return (np.abs(np.diff(q)) * np.radians(width) / 1e4)[:, None]


def test_verify_confirms_the_folder(demo, tanhui):
    said = tanhui("verify", demo.folder, "--lang", "en")
    assert said.code == 0, said.err
    outputs = len(list(demo.folder.iterdir())) - 1
    assert f"{outputs} outputs and 8 inputs match" in said.out


def test_one_worker_in_another_folder_writes_the_same_bytes(demo, again):
    assert again.code == 0, again.err
    names = sorted(path.name for path in demo.folder.iterdir())
    assert names == sorted(path.name for path in again.folder.iterdir())
    different = [
        name
        for name in names
        if (demo.folder / name).read_bytes() != (again.folder / name).read_bytes()
    ]
    assert different == ["manifest.json"], "it alone holds the time and the place"
    assert read_manifest(demo.folder).run_id == read_manifest(again.folder).run_id


def test_quiet_leaves_the_table_and_silences_stderr(again):
    assert again.err == ""
    assert "Hulunbuir" in again.out


def test_a_second_run_into_the_folder_says_that_it_is_there(again, tanhui):
    before = (again.folder / "manifest.json").read_bytes()
    said = tanhui("run", again.config, "--out", again.folder, "--lang", "en")
    assert said.code == 0
    assert "the folder already holds this very run" in said.err
    assert "counting pixels" not in said.err
    assert (again.folder / "manifest.json").read_bytes() == before
    assert "Hulunbuir" in said.out


def _codes(said):
    return {entry["code"] for entry in json.loads(said.out)["findings"]}


def test_verify_finds_one_digit_changed_in_a_csv(copy, tanhui):
    path = copy / "stocks.csv"
    heading, *lines = path.read_text(encoding="utf-8").splitlines()
    at = heading.split(",").index("stock_t_c")
    number = next(
        i for i, line in enumerate(lines) if ",league," in line and line.split(",")[at] != "0"
    )
    cells = lines[number].split(",")
    cells[at] = cells[at][:-1] + ("1" if cells[at][-1] != "1" else "2")
    lines[number] = ",".join(cells)
    path.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
    said = tanhui("verify", copy, "--json")
    assert said.code == 4
    assert _codes(said) >= {"output-changed", "verify-levels"}, "by its hash and by its sums"
    assert "stocks.csv" in tanhui("verify", copy, "--lang", "zh").err


def test_verify_finds_a_flipped_byte_of_an_input(copy, tanhui):
    path = copy.with_name(f"{copy.name}-inputs") / "biomass_2023.tif"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    said = tanhui("verify", copy, "--json")
    assert said.code == 4
    (found,) = json.loads(said.out)["findings"]
    assert found["code"] == "input-changed"
    assert found["where"].endswith("biomass_2023.tif")


def test_verify_finds_a_file_that_is_gone_and_one_too_many(copy, tanhui):
    (copy / "inventory.xlsx").unlink()
    (copy / "notes.txt").write_text("mine", encoding="utf-8")
    said = tanhui("verify", copy, "--json")
    assert said.code == 4
    assert _codes(said) == {"output-missing", "output-unlisted"}
    assert tanhui("verify", copy.parent, "--json").code == 4, "a folder without a manifest"


def test_verify_finds_inputs_that_were_moved_where_it_is_told(copy, tanhui):
    inputs = copy.with_name(f"{copy.name}-inputs")
    moved = inputs.rename(copy.parent / "elsewhere")
    assert _codes(tanhui("verify", copy, "--json")) == {"input-missing"}
    assert tanhui("verify", copy, "--inputs", moved, "--quiet").code == 0


def test_explain_leads_from_a_league_to_coefficient_rows_and_files(demo, tanhui):
    said = tanhui(
        "explain", demo.folder, "--zone", "150700", "--year", 2020, "--ecosystem", "forest",
        "--lang", "en",
    )  # fmt: skip
    assert said.code == 0
    assert "Hulunbuir" in said.out
    lines = [line.split("│") for line in said.out.splitlines() if line.startswith("│")]
    # a long cell goes on in the next line: its column in one piece
    columns = {"".join(cells[i].strip() for cells in lines if len(cells) > i) for i in range(9)}
    for wanted in (
        "inner_mongolia/carbon_fraction///forest/larix_gmelinii///*biomass:2020",
        "inner_mongolia/density/litter//forest////",
        "landcover_2020.tif",
    ):
        assert any(wanted in column for column in columns), wanted
    unknown = tanhui("explain", demo.folder, "--zone", "159999", "--lang", "en")
    assert unknown.code == 2
    assert "159999" in unknown.err
    assert "150700" in unknown.err, "the zones that there are"


def test_the_chinese_run_speaks_chinese(chinese):
    assert chinese.code == 0
    assert "呼伦贝尔市" in chinese.out
    assert "合成演示数据" in chinese.out
    assert "质量检查" in chinese.err
    assert "说明 [raster-area-weighted]" in chinese.err
    book = openpyxl.load_workbook(chinese.folder / "inventory.xlsx")
    assert book.sheetnames[1] == "表1 碳储量"


def test_json_is_all_that_stands_on_stdout(chinese, tanhui):
    said = tanhui(
        "run", chinese.config, "--out", chinese.folder, "--lang", "zh", "--json", "--quiet"
    )  # fmt: skip
    assert (said.code, said.err) == (0, "")
    content = json.loads(said.out)
    assert list(content) == ["findings"]
    (found,) = content["findings"]
    assert list(found) == ["code", "severity", "what", "value", "where", "mend"]
    assert found["code"] == "raster-area-weighted"
    assert found["severity"] == "note"
    assert "mean weighted by area" in found["what"], "JSON does not depend on the language"
    assert json.loads(tanhui("check", chinese.config, "--json", "--quiet").out) == content


@pytest.mark.parametrize(
    ("lang", "done", "note"), [("zh", "检查完毕", "说明"), ("en", "checked", "note")]
)
def test_check_speaks_both_languages(coarse, tanhui, lang, done, note):
    said = tanhui("check", coarse, "--lang", lang)
    assert said.code == 0
    assert done in said.out
    assert f"{note} [raster-area-weighted]" in said.err
    quiet = tanhui("check", coarse, "--lang", lang, "--quiet")
    assert quiet.err == ""
    assert quiet.out == said.out


def test_two_languages_differ_in_the_workbook_and_not_in_the_csv(small):
    runs = {lang: small.run("--lang", lang, out=lang) for lang in ("zh", "en")}
    assert "合计" in runs["zh"].out
    assert "Total" in runs["en"].out
    for name in SCHEMAS:
        zh, en = (
            (run.folder / f"{name}.csv")
            .read_text(encoding="utf-8")
            .replace(read_manifest(run.folder).run_id, "")
            for run in runs.values()
        )
        assert zh == en, name


def test_the_language_follows_the_locale(small, tanhui, monkeypatch):
    config = small.write()
    for locale, word in (("zh_CN.UTF-8", "检查完毕"), ("C.UTF-8", "checked")):
        monkeypatch.setenv("LC_ALL", locale)
        assert word in tanhui("check", config).out
