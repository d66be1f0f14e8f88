"""The section [parks]: series, activities and certificates in table 9 and the layer of a run."""

import json
import tomllib
from pathlib import Path

import openpyxl
import pyogrio
import pytest
from parks_book import META
from parks_energy import columns, six_parks, write_csv
from tiny_inputs import write_tiny

import tanhui
from parks.additions import PARKS, contribute
from parks.definitions import Reading, target_of
from parks.power import Flag, readings
from parks.registry import load_parks, write_parks
from parks.run_inputs import read_run
from parks.run_settings import RunSettings, parse_settings
from parks.storage import LossesOn, Store
from parks.verdict import verdict
from rasters import RefusedError
from sinks.cli import run_commands
from sinks.demo import write_demo_inputs
from sinks.export.extras import Request, Scope
from sinks.export.schemas import SCHEMAS
from sinks.pipeline import check, run
from sinks.verify import verify

# the made-up series are nobody's: which of the six named parks shows which does not matter
NAMED = [p.park_id for p in load_parks("inner_mongolia") if p.kind != "candidate"]
SERIES = dict(zip(NAMED, six_parks().values(), strict=True))
FIRST, *OTHERS = SERIES
CORE = "carbon_per_energy"
STORE = Store(energy_mwh=400, power_mw=100, efficiency=0.9, losses_on=LossesOn.CHARGING)
SECTION = f"""
[parks]
year = 2023
folder = "series"
activities = "activities.csv"
factors = ["own.csv"]
certificates = ["claims.csv"]

[[parks.series]]
park = "{FIRST}"
file = "first.csv"
store_mwh = 400
store_mw = 100
efficiency = 0.9
grid_cfe = 0.3
synthetic = true
"""
ACTIVITIES = f"""park_id,year,component,item,quantity,unit,source
{FIRST},2023,fuel,diesel,1000,t,a meter
{FIRST},2023,process,,0,t,a meter
{FIRST},2023,power_purchased,,100000,MWh,a meter
{FIRST},2023,heat_purchased,,0,GJ,a meter
"""
FACTORS = """parameter,item,value,unit,source,confidence,region,year
co2_per_unit,grid_average,0.7,t CO2/MWh,a test,verified,inner_mongolia,2023
co2_per_unit,grid_residual,0.9,t CO2/MWh,a test,verified,,2023
co2_per_unit,heat,0.1,t CO2/GJ,a test,verified,,
"""
CLAIMS = f"""park_id,scheme,first_serial,last_serial,certificates,generated,used_year,source
{FIRST},gec,GEC-0001,GEC-1000,1000,2023-05,2023,a contract
"""


def write_inputs(folder, section=SECTION):
    """Write the demonstration's inputs with a section of parks and what it names."""
    config = write_demo_inputs(folder, per_degree=4)
    text = config.read_text(encoding="utf-8").replace("density = true", "density = false")
    config.write_text(text + section, encoding="utf-8")
    (folder / "series").mkdir(exist_ok=True)
    write_csv(folder / "first.csv", columns(SERIES[FIRST]))
    for park_id in OTHERS:
        write_csv(folder / "series" / f"{park_id}.csv", columns(SERIES[park_id]))
    (folder / "activities.csv").write_text(ACTIVITIES, encoding="utf-8")
    (folder / "own.csv").write_text(FACTORS, encoding="utf-8")
    (folder / "claims.csv").write_text(CLAIMS, encoding="utf-8")
    return config


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a run with the section and one without, of the same rasters."""
    folder = tmp_path_factory.mktemp("parks")
    config = write_inputs(folder / "with")
    beside = run(config, out=folder / "out", additions=[PARKS]).results
    plain = folder / "with" / "plain.toml"
    plain.write_text(config.read_text(encoding="utf-8").replace(SECTION, ""), encoding="utf-8")
    return beside, run(plain, out=folder / "plain").results


def expected(park_id):
    """Return the readings of a park, computed from its series without any file."""
    first = park_id == FIRST
    ratios = readings(
        SERIES[park_id], store=STORE if first else None, grid_cfe=0.3 if first else None
    )
    return {r.reading: r.value for r in ratios}, ratios


def sheet_rows(folder, second):
    """Return the rows of table 9 under the heading row whose second cell is ``second``."""
    sheet = openpyxl.load_workbook(folder / "inventory.xlsx")["表9 园区指标"]
    rows = list(sheet.iter_rows(values_only=True))
    start = next(i for i, row in enumerate(rows) if row[1] == second)
    found = []
    for row in rows[start + 1 :]:
        if row[1] is None:
            break
        found.append(dict(zip(rows[start], row, strict=True)))
    return found


def test_table_9_has_every_reading_and_the_verdict_of_each_park(made):
    names = {p.name_zh: p for p in load_parks("inner_mongolia")}
    rows = sheet_rows(made[0].folder, "类别")
    assert len(rows) == 7
    for row in rows:
        park = names[row["园区"]]
        if park.park_id not in SERIES:
            assert row["逐时匹配占比"] == "缺"
            continue
        values, ratios = expected(park.park_id)
        for heading, reading in (
            ("年度电量占比", Reading.LOAD_ANNUAL), ("逐时匹配占比", Reading.LOAD_HOURLY),
            ("逐月匹配占比", Reading.LOAD_MONTHLY), ("新能源消纳率", Reading.GENERATION_USE),
        ):  # fmt: skip
            assert row[heading] == pytest.approx(values[reading], rel=1e-12), heading
        judged = verdict(ratios, target=target_of(park.kind))
        assert row["判定"].startswith({"met": "达标", "missed": "未达标"}[judged.outcome])
        assert row["差距（MWh）"] == pytest.approx(judged.gap_mwh, abs=1e-6)
    stored = next(row for row in rows if row["园区"] == names_of(FIRST))
    assert stored["逐时匹配占比（含储能）"] > stored["逐时匹配占比"]
    assert isinstance(stored["全天候无碳电力得分"], float)


def names_of(park_id):
    return next(p.name_zh for p in load_parks("inner_mongolia") if p.park_id == park_id)


def test_indicators_and_certificates_stand_below(made):
    """1,000 t of diesel and 100,000 MWh at 0.7 and, by residual mix, 0.9 t CO2."""
    rows = sheet_rows(made[0].folder, "年份")
    core = [r for r in rows if r["园区"] == names_of(FIRST)][:2]
    low, high = (row["数值"] for row in core)
    layer = pyogrio.read_dataframe(made[0].folder / "inventory.gpkg", layer="parks")
    row = layer.set_index("park_id").loc[FIRST]
    assert [row[f"{CORE}_{b}"] for b in ("location", "market")] == pytest.approx([low, high])
    assert high > low > 0
    (line,) = sheet_rows(made[0].folder, "使用年份")
    assert (line["园区"], line["绿证（个）"], line["电量（MWh）"]) == (names_of(FIRST), 1000, 1000)
    load = SERIES[FIRST].load_mwh.sum()
    assert line["占用电量"] == pytest.approx(1000 / load)


def test_the_layer_has_the_readings_a_verdict_and_a_style(made):
    path = made[0].folder / "inventory.gpkg"
    layer = pyogrio.read_dataframe(path, layer="parks").set_index("park_id")
    for park_id in SERIES:
        values, _ = expected(park_id)
        assert layer.loc[park_id, "load_hourly"] == pytest.approx(values[Reading.LOAD_HOURLY])
        assert layer.loc[park_id, "outcome"] in {"达标", "未达标"}
    assert layer["load_hourly"].isna().sum() == 1
    styles = pyogrio.read_dataframe(path, layer="layer_styles")
    styles = styles[styles["f_table_name"].eq("parks")]
    assert list(styles["useAsDefault"]) == [True, False]
    assert "categorizedSymbol" in styles["styleQML"].iloc[0]
    assert 'attr="outcome"' in styles["styleQML"].iloc[0]
    assert "SimpleMarker" in styles["styleQML"].iloc[0]


def test_the_files_are_inputs_and_no_figure_of_a_zone_moves(made):
    beside, plain = made
    roles = [i.path for i in beside.manifest.inputs if i.role == "parks"]
    assert sorted(roles) == sorted(
        [
            "activities.csv",
            "claims.csv",
            "first.csv",
            "own.csv",
            *(f"series/{p}.csv" for p in OTHERS),
        ]
    )
    settings = beside.manifest.parameters["parks"]
    assert settings["year"] == 2023
    assert "first.csv" not in json.dumps(settings)
    assert "parks" not in beside.manifest.parameters["config"]
    ids = beside.manifest.run_id.encode(), plain.manifest.run_id.encode()
    for name in SCHEMAS:
        pair = [(r.folder / f"{name}.csv").read_bytes() for r in made]
        assert pair[0].replace(ids[0], b"") == pair[1].replace(ids[1], b"")
    assert verify(beside.folder).holds


def test_a_changed_series_is_another_run_and_is_found_by_verify(made):
    beside = made[0]
    path = beside.folder.parent / "with" / "first.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("2023-01-01 00:00,", "2023-01-01 00:00,1", 1), encoding="utf-8")
    try:
        found = verify(beside.folder).findings
        assert [f.where for f in found] == ["first.csv"] or "first.csv" in str(found[0].where)
    finally:
        path.write_text(text, encoding="utf-8")


CASES = {
    "[parks]\nsynthetic = true\n": "parks-run-setting",
    "[parks]\nyaer = 2023\n": "parks-run-setting",
    '[[parks.series]]\npark = "mengsu"\nfile = "first.csv"\nstore_mwh = 1\n': "parks-run-setting",
    '[[parks.series]]\npark = "atlantis"\nfile = "first.csv"\n': "parks-run-unknown",
    SECTION.replace(f'"{FIRST}"', f'"{OTHERS[0]}"'): "parks-run-twice",
    '[parks]\nfolder = "none"\n': "path-missing",
    '[parks]\nfolder = "empty"\n': "parks-run-folder",
    '[parks]\nsystem = "lunar"\n': "parks-run-system",
    '[parks]\nregistry = "claims.csv"\n': "parks-kind-missing",
    f'[[parks.series]]\npark = "{FIRST}"\nfile = "claims.csv"\n': "power-time-column",
    '[parks]\nactivities = "claims.csv"\n': "table-column-missing",
    '[parks]\ncertificates = ["activities.csv"]\n': "table-column-missing",
    '[parks]\nregistry = "https://example.org/parks.xlsx"\n': "path-not-local",
}


@pytest.mark.parametrize(("section", "code"), CASES.items())
def test_what_is_wrong_is_found_before_the_run_counts(made, section, code):
    folder = made[0].folder.parent / "with"
    (folder / "empty").mkdir(exist_ok=True)
    request = Request(
        settings=tomllib.loads(section)["parks"], where="i.toml", base=folder, root=None,
        region="inner_mongolia", years=(2020, 2023),
    )  # fmt: skip
    found = contribute(request).findings
    assert code in {f.code for f in found if f.severity == "error"}, [f.code for f in found]


def test_an_error_about_parks_refuses_the_run(made):
    folder = made[0].folder.parent / "with"
    config = folder / "wrong.toml"
    text = (folder / "plain.toml").read_text(encoding="utf-8")
    config.write_text(text + '[parks]\nsystem = "lunar"\n', encoding="utf-8")
    with pytest.raises(RefusedError) as refused:
        run(config, out=folder.parent / "no", additions=[PARKS])
    assert "parks-run-system" in {f.code for f in refused.value.findings}
    assert not (folder.parent / "no").exists()


def test_zones_of_ones_own_have_no_parks(tmp_path):
    config = write_tiny(tmp_path)
    config.write_text(config.read_text(encoding="utf-8") + "[parks]\nyear = 2023\n")
    assert "parks-run-no-region" in {f.code for f in check(config, additions=[PARKS])}
    assert "parks" in Path(config).read_text(encoding="utf-8")


def test_the_command_checks_the_section(made, capsys, monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    config = made[0].folder.parent / "with" / "lunar.toml"
    text = config.with_name("plain.toml").read_text(encoding="utf-8")
    config.write_text(text + '[parks]\nsystem = "lunar"\n', encoding="utf-8")
    assert run_commands(tanhui.commands(), ["check", str(config), "--quiet"]) == 2
    assert "parks-run-system" in capsys.readouterr().err


def test_ones_own_registry_takes_the_place_of_the_packaged_one(made):
    folder = made[0].folder.parent / "with"
    parks = load_parks("inner_mongolia")[:1]
    write_parks(parks, folder / "mine.csv")
    request = Request(
        settings={"registry": "mine.csv"}, where="i.toml", base=folder, root=None,
        region="inner_mongolia", years=(2020, 2023),
    )  # fmt: skip
    given = contribute(request)
    assert [path.name for path in given.files] == ["mine.csv", "mine_facts.csv"]
    (layer,) = given.extras(
        Scope(region="inner_mongolia", zones=frozenset({"150000"}), meta=META, lang="zh")
    ).layers
    assert list(layer.frame["park_id"]) == [parks[0].park_id]


@pytest.mark.parametrize("synthetic", [True, False])
def test_the_series_of_a_folder_are_made_up_where_the_section_says_so(tmp_path, synthetic):
    (tmp_path / "series").mkdir()
    write_csv(tmp_path / "series" / f"{FIRST}.csv", columns(SERIES[FIRST]))
    settings = parse_settings({"folder": "series", "synthetic": synthetic}, where="i.toml")
    read = read_run(
        settings, region="inner_mongolia", year=2023, base=tmp_path, root=None, where="i.toml"
    )
    assert {Flag.SYNTHETIC in ratio.flags for ratio in read.ratios[FIRST]} == {synthetic}


def test_settings_are_checked_and_told_without_paths():
    settings = parse_settings({"folder": "x", "year": 2023, "system": "regional"}, where="i.toml")
    assert settings.parameters() == {
        "year": 2023, "system": "regional", "net_export": "zero", "synthetic": False,
        "series": [],
    }  # fmt: skip
    assert RunSettings().series == ()
    with pytest.raises(RefusedError) as refused:
        parse_settings({"series": [{"park": "p", "file": "f", "efficiency": 2}]}, where="i.toml")
    assert "i.toml: parks.series.0.efficiency" in refused.value.findings[0].where
