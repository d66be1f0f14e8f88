"""The park guide: its example fills the template and imports, its script and commands run."""

import json
import re
import tomllib
from decimal import Decimal
from pathlib import Path

import click
import openpyxl
import pytest

import tanhui
from parks.indicator_systems import load_system, system_ids
from parks.indicators import State, assess
from parks.intake import import_parks
from parks.power_accounts import NetExport
from parks.run_settings import RunSettings, parse_settings
from parks.storage import LossesOn
from parks.template import write_template
from rasters.findings import Severity
from sinks.cli import run_commands
from sinks.config import SinkZonesSection

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "parks.zh.md").read_text(encoding="utf-8")
BRIEF = (DOCS / "parks.en.md").read_text(encoding="utf-8")
TEXTS = {"zh": GUIDE, "en": BRIEF}


def tables(text):
    """Return every Markdown table as rows of cells, the heading first."""
    found, rows = [], []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows:
            found.append([row for row in rows if not set("".join(row)) <= set("-: ")])
            rows = []
    return found


def blocks(text, kind=""):
    """Return the content of every fenced block of a kind."""
    fences = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [content for name, content in fences if name == kind]


@pytest.fixture
def call(capsys, monkeypatch):
    """Return a function from words after ``tanhui parks`` to (exit code, stdout, stderr)."""
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")

    def run(*words):
        code = run_commands(tanhui.commands(), ["parks", *(str(word) for word in words)])
        return code, *capsys.readouterr()

    return run


def typed(text):
    """Return a cell as a person types it into a spreadsheet."""
    if text.endswith("%"):
        return float(text[:-1]) / 100
    return float(text) if re.fullmatch(r"[0-9.]+", text) else text


def fill(path):
    """Fill the template as the guide says, in the first row below the examples."""
    write_template(path, region="inner_mongolia")
    book = openpyxl.load_workbook(path)
    park, facts = (t[1:] for t in tables(GUIDE) if t[0] == ["列", "填写"])
    for name, cells in (("园区", park), ("数据", facts)):
        sheet = book[name]
        places = {cell.value: cell.column for cell in sheet[2]}
        for heading, value in cells:
            text = heading in {"日期", "来源日期"}
            cell = sheet.cell(4, places[heading], value if text else typed(value))
            if value.endswith("%"):
                cell.number_format = "0%"  # as a spreadsheet does where a percentage is typed
    book.save(path)
    return path


def test_the_filled_template_of_the_guide_imports_without_a_question(tmp_path):
    (park,), found = import_parks(fill(tmp_path / "园区填报.xlsx"))
    assert {f.severity for f in found} == {Severity.NOTE}
    assert (park.name_zh, park.league_code, park.banner_code) == (
        "蒙东零碳园区", "150500", "150581",
    )  # fmt: skip
    values = {f.parameter: (f.value, f.unit) for f in park.facts}
    assert values == {
        "annual_load": (Decimal(120000), "MWh"), "wind_capacity": (Decimal(400), "MW"),
        "pv_capacity": (None, "MW"), "green_share": (Decimal("0.62"), "1"),
        "energy_use": (Decimal(300000), "tce"), "co2_emissions": (Decimal(48000), "t CO2"),
        "product_energy_grade": (Decimal(2), "grade"), "green_land": (Decimal(120), "ha"),
    }  # fmt: skip
    rows, _ = assess(park, year=2024, system=load_system("national"), emissions=None)
    of = {row.indicator: row for row in rows}
    assert (of["carbon_per_energy"].value, of["carbon_per_energy"].verdict) == (
        Decimal("0.16"), "pass",
    )  # fmt: skip
    grade = of["product_energy_grade"]
    assert (grade.value, grade.state, grade.verdict) == (2, State.REPORTED, "pass")


def test_the_commands_import_it_and_give_it_back(call, tmp_path):
    path = fill(tmp_path / "园区填报.xlsx")
    assert call("check", path)[1].startswith("1 parks, 8 facts: 0 errors, 0 warnings")
    assert call("import", path, "--out", tmp_path / "园区.gpkg")[0] == 0
    assert call("check", tmp_path / "园区.gpkg")[1].startswith("1 parks, 8 facts: 0 errors")


def test_the_script_makes_a_year_of_six_parks_that_the_commands_read(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (script,) = blocks(GUIDE, "python")
    exec(compile(script, "parks.zh.md", "exec"), {})  # noqa: S102 - the guide's own script
    files = sorted(Path("series").iterdir())
    assert len(files) == 6
    for path in files:
        words = ("ratio", path, "--park", path.stem, "--year", 2023, "--synthetic", "--closing")
        code, out, _ = call(*words, "--efficiency", 0.9, "--grid-cfe", 0.3, "--json")
        assert code == 0
        record = json.loads(out)
        values = {r["reading"]: r["value"] for r in record["readings"]}
        assert values["load_hourly"] <= values["load_monthly"] <= values["load_annual"]
        assert values["generation_use"] + values["curtailment"] == pytest.approx(1)
        assert record["verdict"]["outcome"] in {"met", "missed"}
        assert [m["means"] for m in record["measures"]] == ["wind", "pv", "storage"]
    code, _, error = call(
        "flows", "series/mengsu.csv", "--park", "mengsu", "--year", 2023, "--out", "平衡.csv"
    )
    assert code == 0, error
    assert len(Path("平衡.csv").read_text(encoding="utf-8").splitlines()) == 8761


def test_the_worked_example_is_the_golden_one():
    hours = next(t for t in tables(GUIDE) if t[0][0] == "小时")
    load, green, least = ([int(c) for c in row[1:]] for row in hours[1:])
    assert [min(a, b) for a, b in zip(load, green, strict=True)][:-1] == least[:-1]
    for row in (load, green, least):
        assert sum(row[:-1]) == row[-1]
    shares = {"load_annual": green[-1] / load[-1], "load_hourly": least[-1] / load[-1],
              "generation_use": least[-1] / green[-1]}  # fmt: skip
    for reading, share in shares.items():
        (line,) = [r for t in tables(GUIDE) for r in t if f"（`{reading}`）" in r[0]]
        assert line[2] == f"{share:.6f}"
        assert f"{share:.6f}" in BRIEF
    for text in TEXTS.values():
        assert "0.697368" in text
        assert "0.751316" in text


@pytest.mark.parametrize("lang", TEXTS)
def test_every_command_line_of_the_guide_has_its_command_and_options(lang):
    group = tanhui.commands().commands["parks"]
    lines = [
        line for block in blocks(TEXTS[lang]) for line in block.splitlines()
        if line.startswith("tanhui parks ")
    ]  # fmt: skip
    assert {line.split()[2] for line in lines} == set(group.commands)
    for line in lines:
        words = line.split()[2:]
        known = {o for p in group.commands[words[0]].params for o in p.opts}
        assert {w for w in words if w.startswith("--")} <= known, line
        command = group.commands[words[0]]
        command.make_context(words[0], words[1:], parent=click.Context(group))


def test_the_sections_of_the_guide_are_valid():
    parks, zones = (tomllib.loads(block) for block in blocks(GUIDE, "toml"))
    settings = parse_settings(parks["parks"], where="parks.zh.md")
    assert set(parks["parks"]) == set(RunSettings.model_fields)
    assert set(parks["parks"]["series"][0]) == set(type(settings.series[0]).model_fields)
    assert SinkZonesSection.model_validate(zones["sink_zones"]).mining.path == "矿区.geojson"
    assert set(zones["sink_zones"]) == set(SinkZonesSection.model_fields)


def named_values(section):
    """Return the words that a comment of a TOML block lists for its key, as (key, word)."""
    found = []
    for key, comment in re.findall(r"^(\w+) += .*?# (.*)$", section, re.MULTILINE):
        words = [re.match(r"[a-z_]+", part.strip()) for part in comment.split("|")]
        if len(words) > 1:
            found += [(key, word[0] if word else "") for word in words]
    return found


def test_every_value_that_the_guide_names_is_taken():
    """And every value that a closed key may take is named."""
    section, _ = blocks(GUIDE, "toml")
    given = tomllib.loads(section)["parks"]
    named = named_values(section)
    assert named
    for key, word in named:
        changed = (
            given | {key: word}
            if key in given
            else given | {"series": [given["series"][0] | {key: word}]}
        )
        settings = parse_settings(changed, where="parks.zh.md")
        held = settings if key in given else settings.series[0]
        assert getattr(held, key) == word
        if key == "system":
            load_system(word)
    told = {key: {w for k, w in named if k == key} for key, _ in named}
    assert told["losses_on"] == set(LossesOn)
    assert told["net_export"] == set(NetExport)
    assert told["system"] == set(system_ids())


def test_the_table_of_assets_in_the_guide_is_one(call, tmp_path):
    (table,) = [b for b in blocks(GUIDE) if b.startswith("id,name,")]
    path = tmp_path / "碳资产.csv"
    path.write_text(table, encoding="utf-8")
    step = ("--advance", "A-1", "--to", "registration", "--evidence", "登记函")
    code, _, error = call("assets", path, *step, "--out", tmp_path / "new.csv")
    assert (code, "error" in error) == (0, False)


def test_the_guides_are_linked_and_link_to_files_that_are_there():
    for name, text in (("user-guide.zh.md", "parks.zh.md"), ("user-guide.en.md", "parks.en.md")):
        assert f"({text})" in (DOCS / name).read_text(encoding="utf-8")
    for text in TEXTS.values():
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            assert (DOCS / target).is_file()
