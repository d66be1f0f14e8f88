"""What the commands refuse, gate and survive: small rasters, whole commands, exit codes."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from decimal import Decimal

import click
import numpy as np
import pandas as pd
import pytest
import rasterio
from accounting_factory import density
from affine import Affine

from sinks.cli import run_commands
from sinks.folder import locked
from sinks.manifest import read_manifest

SHAPE = (20, 30)
PIXEL = 0.01
FOREST, GRASS = 2, 4
KEYS = ["code", "severity", "what", "value", "where", "mend"]


def forest():
    return np.full(SHAPE, FOREST, np.uint8)


def patch(rows, cols, value=GRASS):
    """Return forest with a patch of another class."""
    data = forest()
    data[rows, cols] = value
    return data


def found_by(said):
    """Return the findings printed as JSON by their code."""
    return {entry["code"]: entry for entry in json.loads(said.out)["findings"]}


def shifted(x=0.0, y=0.0):
    """Return the grid of the small inventory moved by so many pixels."""
    return Affine(PIXEL, 0, 110 + x * PIXEL, 0, -PIXEL, 42 + y * PIXEL)


# What the inputs are refused for


@pytest.fixture
def five_faults(small):
    """A land cover without CRS, rotated, as decimals, with a class for nodata, one unknown."""
    data = forest().astype(np.float32)
    data[0, :7] = 77
    rotated = shifted() @ Affine.rotation(10)
    small.raster("lc_2023.tif", data, transform=rotated, crs=None, nodata=FOREST)
    return small.write()


FIVE = {
    "raster-no-crs",
    "grid-rotated",
    "raster-class-float",
    "raster-nodata-is-class",
    "raster-unknown-class",
}


def test_check_lists_every_fault_of_a_file_with_five_faults(five_faults, tanhui):
    said = tanhui("check", five_faults, "--lang", "en")
    assert said.code == 2
    assert "checked: 5 errors" in said.out
    for code in FIVE:
        assert f"error [{code}] lc_2023.tif" in said.err
    assert said.err.count("to mend: ") == 5


def test_check_gives_the_five_faults_as_json_of_the_contract(five_faults, tanhui):
    said = tanhui("check", five_faults, "--json", "--quiet")
    assert said.code == 2
    assert said.err == ""
    content = json.loads(said.out)
    assert list(content) == ["findings"]
    assert all(list(entry) == KEYS for entry in content["findings"])
    assert all(isinstance(v, str) and v for entry in content["findings"] for v in entry.values())
    found = found_by(said)
    assert set(found) == FIVE
    assert {entry["severity"] for entry in found.values()} == {"error"}
    assert {entry["where"] for entry in found.values()} == {"lc_2023.tif"}
    assert found["raster-unknown-class"]["value"] == "77"
    assert "7 pixels" in found["raster-unknown-class"]["what"]
    assert found["raster-class-float"]["value"] == "float32"


def test_faults_of_all_parts_are_listed_together(small, tanhui):
    small.raster("lc_2023.tif", forest(), crs=None)
    small.coefficients.append(density(FOREST, "litter", 5, low=6, high=7))
    small.more = '[methods.compare]\nforest = ["gain_loss"]'
    path = small.write()
    zones = path.with_name("zones.geojson")
    zones.write_text(zones.read_text(encoding="utf-8").replace('"code":"2"', '"code":"1"'))
    said = tanhui("check", path, "--json", "--quiet")
    assert said.code == 2
    assert set(found_by(said)) == {
        "raster-no-crs",
        "coefficient-bounds",
        "method-input",
        "zones-duplicate-code",
    }


def test_a_run_writes_nothing_where_check_finds_an_error(small):
    small.raster("lc_2023.tif", forest(), crs=None)
    done = small.run()
    assert done.code == 2
    assert "error [raster-no-crs] lc_2023.tif" in done.err
    assert "refused: 1 errors, nothing was written" in done.err
    assert done.out == ""
    assert not done.folder.exists()
    assert [path.name for path in small.folder.iterdir() if "out" in path.name] == []


def test_an_unknown_class_is_refused_by_its_code_and_area(small, tanhui):
    small.raster("lc_2023.tif", patch(3, slice(4, 8), value=77))
    path = small.write()
    said = tanhui("run", path, "--out", small.folder / "out", "--json", "--quiet")
    assert said.code == 2
    entry = found_by(said)["engine-unknown-class"]
    assert entry["value"] == "77"
    # four pixels of 0.01 degree at 41.965 N: 91.9 ha each
    assert 366 < _number(entry["what"], "covers ([0-9.,]+) ha") < 369
    assert found_by(tanhui("check", path, "--json"))["raster-unknown-class"]["value"] == "77"


def _number(text, pattern):
    return float(re.search(pattern, text)[1].replace(",", ""))


def test_a_missing_coefficient_names_class_pool_and_area(small, tanhui):
    small.raster("lc_2023.tif", patch(slice(0, 2), slice(0, 10)))
    small.coefficients = [row for row in small.coefficients if not row.startswith("4,,,agb")]
    said = tanhui("run", small.write(), "--out", small.folder / "out", "--json", "--quiet")
    assert said.code == 2
    (entry,) = json.loads(said.out)["findings"]
    assert entry["code"] == "coefficient-missing"
    assert entry["value"] == "4"
    assert "grassland" in entry["what"]
    assert "agb" in entry["what"]
    assert 1830 < _number(entry["what"], "has ([0-9.,]+) ha") < 1850
    assert "[coefficients].tables" in entry["mend"]
    assert not (small.folder / "out").exists()


@pytest.mark.parametrize(
    ("year", "transform", "code"),
    [
        (2023, shifted(x=200), "raster-no-overlap"),
        (2020, shifted(x=200), "raster-no-overlap"),
        (2023, None, "year-without-classes"),
    ],
)
def test_a_year_that_meets_no_zone_is_refused(small, tanhui, year, transform, code):
    data = forest() if transform else np.zeros(SHAPE, np.uint8)
    small.raster(f"lc_{year}.tif", data, transform=transform or shifted())
    said = tanhui("run", small.write(), "--out", small.folder / "out", "--json", "--quiet")
    assert said.code == 2
    assert code in found_by(said)
    assert not (small.folder / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["run", "inventory.toml", "--no-such-option"], "--no-such-option"),
        (["no-such-command"], "no-such-command"),
        (["run"], "CONFIG"),
        (["run", "inventory.toml", "--workers", "0"], "--workers"),
        (["check", "no-such-file.toml"], "no-such-file.toml"),
    ],
)
def test_a_wrong_command_line_is_refused(tanhui, arguments, word):
    said = tanhui(*arguments)
    assert said.code == 2
    assert word in said.err


# What is reported, gated or kept


def test_a_grid_shifted_by_half_a_pixel_is_reported_and_real_change_kept(small, tanhui):
    """100 pixels turn to grass across the border; half a pixel may move a rim, no more."""
    small.raster("lc_2020.tif", forest())
    wide = np.full((SHAPE[0] + 1, SHAPE[1] + 1), FOREST, np.uint8)
    wide[5:15, 10:20] = GRASS  # 9.5 to 19.5 of the first year's columns; the border is at 15
    small.raster("lc_2023.tif", wide, transform=shifted(x=-0.5, y=0.5))
    done = small.run()
    assert done.code == 0, done.err
    assert "note [raster-sampled-nearest] lc_2023.tif" in done.err
    found = {f["code"] for f in read_manifest(done.folder).findings}
    assert found == {"raster-sampled-nearest"}, "the first year is the reference"
    table = done.tables["transitions"]
    pixels = table.set_index(["zone_code", "code0", "code1"])["pixels"].astype(float)
    assert set(pixels["ALL"].index) == {("2", "2"), ("2", "4")}
    assert pixels["ALL", "2", "4"] == pytest.approx(100, abs=1e-6)
    assert pixels["ALL"].sum() == pytest.approx(600, abs=1e-6)
    assert pixels["1", "2", "4"] == pytest.approx(55, abs=5.001)
    small.raster("lc_2023.tif", patch(slice(5, 15), slice(10, 20)))
    assert found_by(tanhui("check", small.write(), "--json")) == {}, "on one grid: nothing to say"


def test_a_true_change_of_minus_one_survives_in_the_map(small):
    """98 after 100 t d.m./ha x 0.5 is -1 t C/ha: a value, not a mark of missing data."""
    small.coefficients.append("2,,,agb,0.5,t C/t d.m.,0.5,0.5,a test,,verified,carbon_fraction,")
    for year, value in ((2020, 100), (2023, 98)):
        stand = np.full(SHAPE, value, np.int16)
        stand[0, 0] = -32768  # this pixel has no biomass: the table's 60 t C/ha, no change
        small.raster(f"agb_{year}.tif", stand, nodata=-32768)
    small.more = (
        '[biomass]\nproduct = "esa_cci_biomass"\n[biomass.files]\n'
        '2020 = "agb_2020.tif"\n2023 = "agb_2023.tif"\n[output]\ndensity = true'
    )
    done = small.run()
    assert done.code == 0, done.err
    with rasterio.open(done.folder / "density_change.tif", driver="GTiff") as file:
        change = file.read(1)
        assert np.isnan(file.nodata)
    assert change.shape == SHAPE
    assert change[0, 0] == 0
    assert (np.delete(change.ravel(), 0) == -1).all()
    with rasterio.open(done.folder / "density_2020.tif", driver="GTiff") as file:
        density_2020 = file.read(1)
    assert density_2020[0, 0] == 160, "60 of the table and 100 of soil"
    assert density_2020[0, 1] == 150
    (row,) = (
        done.tables["totals"]
        .query("zone_code == 'ALL' and quantity == 'change' and scope == 'forest'")
        .to_dict("records")
    )
    areas = done.tables["areas"].query("zone_code == 'ALL' and year == 2020")
    whole = float(areas["area_ha"].sum())
    assert -whole < float(row["value_t_c"]) < -whole * 598 / 600


@pytest.mark.parametrize("kind", ["nodata", "outside"])
@pytest.mark.parametrize(("cells", "verdict", "code"), [(2, "pass", 0), (4, "fail", 4)])
def test_land_without_a_class_is_counted_and_gated_at_one_percent(
    small, kind, cells, verdict, code
):
    """Of the 300 pixels of the west zone, 2 are 0.7 % and 4 are 1.3 %."""
    if kind == "nodata":
        small.raster("lc_2023.tif", patch(slice(0, cells), 0, value=0))
        expected = cells / 300
    else:  # the raster begins so much farther east
        small.raster("lc_2023.tif", forest(), transform=shifted(x=cells / 20))
        small.raster("lc_2020.tif", forest(), transform=shifted(x=cells / 20))
        expected = cells / 20 / 15
    done = small.run("--strict")
    assert done.code == code, done.err
    quality = done.tables["quality"].set_index(["check", "zone_code"])
    row = quality.loc["unclassified_share[2023]", "1"]
    assert row["verdict"] == verdict
    assert float(row["value"]) == pytest.approx(expected, rel=0.01)
    coverage = done.tables["coverage"].query("zone_code == '1' and year == 2023")
    (lost,) = coverage[f"{kind}_ha"]
    (whole,) = coverage["polygon_ha"]
    assert float(lost / whole) == pytest.approx(expected, rel=0.01)
    assert done.folder.joinpath("manifest.json").is_file(), "a failed gate is loud, not fatal"
    if verdict == "fail":
        assert "failed: unclassified_share[2023] (1)" in done.err
        assert small.run().code == 0, "without --strict"


def test_stock_seen_in_one_year_only_is_no_change_and_stands_in_the_reconciliation(small):
    small.raster("lc_2023.tif", patch(slice(0, 4), slice(0, 15), value=0))
    done = small.run()
    table = done.tables
    changed = table["totals"].query("quantity == 'change'")
    assert set(changed["value_t_c"].dropna()) <= {Decimal(0)}
    (row,) = table["reconciliation"].query("zone_code == '1'").to_dict("records")
    assert row["only_year1_t_c"] == 0
    lost = row["stock0_t_c"] - row["stock1_t_c"]
    assert abs(row["only_year0_t_c"] - lost) <= Decimal("0.00001"), "to rounding"
    assert float(lost / row["stock0_t_c"]) == pytest.approx(0.2, rel=0.01)
    quality = table["quality"].set_index(["check", "zone_code"])["verdict"]
    assert quality["stock_in_one_year_only[2020-2023]", "1"] == "fail"


# Statuses


def test_an_official_run_is_refused_with_every_reason(coarse, tmp_path, tanhui):
    config = coarse.with_name("official.toml")
    config.write_text(
        coarse.read_text(encoding="utf-8").replace('"trial"', '"official"'), encoding="utf-8"
    )
    out = tmp_path / "out"
    said = tanhui("run", config, "--out", out, "--json", "--quiet")
    assert said.code == 2
    content = json.loads(said.out)["findings"]
    assert {entry["code"] for entry in content} >= {
        "coefficient-not-official",
        "official-default-error",
        "official-synthetic",
    }
    assert not out.exists()
    refused = out.with_name("out.refused")
    assert [path.name for path in refused.iterdir()] == ["quality.csv"]
    quality = pd.read_csv(refused / "quality.csv")
    assert set(quality["status"]) == {"official"}
    assert {"pass", "shown"} <= set(quality["verdict"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.refused"]


def test_a_failed_gate_refuses_an_official_run(small):
    small.raster("lc_2023.tif", patch(slice(0, 4), 0, value=0))
    small.status = "official"
    done = small.run()
    assert done.code == 2
    assert "[official-gate]" in done.err
    assert "unclassified_share[2023] 1" in done.err
    assert "its quality checks are in" in done.err
    assert not done.folder.exists()


def test_an_evaluation_needs_the_soil_transition(small):
    small.status = "evaluation"
    done = small.run()
    assert done.code == 2
    assert "[config-soil-transition]" in done.err
    assert [path.name for path in small.folder.iterdir() if "out" in path.name] == []


# The results folder


def test_a_folder_of_another_run_is_refused_and_kept_when_it_is_replaced(small):
    first = small.run()
    kept = {path.name: path.read_bytes() for path in first.folder.iterdir()}
    small.raster("lc_2023.tif", patch(slice(5, 15), slice(5, 15)))
    refused = small.run()
    assert refused.code == 2
    assert "[folder-other-run]" in refused.err
    assert "--replace" in refused.err
    assert {path.name: path.read_bytes() for path in first.folder.iterdir()} == kept
    assert small.run("--replace").code == 0
    previous = first.folder.with_name("out.previous")
    assert {path.name: path.read_bytes() for path in previous.iterdir()} == kept
    assert read_manifest(first.folder).run_id != read_manifest(previous).run_id


def test_a_folder_that_holds_no_result_is_never_touched(small):
    mine = small.folder / "out"
    mine.mkdir()
    (mine / "thesis.txt").write_text("mine", encoding="utf-8")
    done = small.run("--replace")
    assert done.code == 2
    assert "[folder-not-results]" in done.err
    assert [path.name for path in mine.iterdir()] == ["thesis.txt"]


def test_a_folder_that_another_run_holds_is_left_alone(small):
    with locked(small.folder / "out"):
        done = small.run()
    assert done.code == 3
    assert "another run holds the folder" in done.err
    assert not done.folder.exists()
    assert small.run().code == 0


@pytest.fixture
def start(environment):
    """Start a command in a process of its own and return it as soon as it says a sentence."""
    running = []

    # Python does not listen to SIGINT where the caller ignores it
    listen = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"

    def begin(sentence, *args):
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", f"{listen}; import tanhui; tanhui.main()", *map(str, args)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        running.append(process)
        said = []
        for line in process.stderr:
            said.append(line)
            if sentence in line:
                return process
        raise AssertionError(f"the command ended without saying {sentence}:\n{''.join(said)}")

    yield begin
    for process in running:
        process.kill()
        process.wait()
        process.stderr.close()


posix = pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")


@posix
def test_a_killed_run_leaves_no_half_result_and_the_next_run_sweeps(small, start):
    first = small.run()
    kept = {path.name: path.read_bytes() for path in first.folder.iterdir()}
    process = start("writing the result files", "run", first.config, "--out", first.folder,
                    "--fresh", "--lang", "en")  # fmt: skip
    process.send_signal(signal.SIGSTOP)
    (temporary,) = small.folder.glob(".out.tmp-*")
    assert not (temporary / "manifest.json").exists(), "stopped before its end"
    process.kill()
    process.wait()
    assert {path.name: path.read_bytes() for path in first.folder.iterdir()} == kept
    done = small.run("--fresh")
    assert done.code == 0, "its lock died with it"
    assert not temporary.exists()
    left = {path.name for path in small.folder.iterdir() if "out" in path.name}
    assert left == {"out"}


@posix
@pytest.mark.parametrize("sentence", ["counting pixels", "writing the result files"])
def test_an_interrupted_run_says_so_and_leaves_nothing(small, start, sentence):
    process = start(sentence, "run", small.write(), "--out", small.folder / "out", "--lang", "en")
    process.send_signal(signal.SIGINT)
    said = process.stderr.read()
    assert process.wait(timeout=60) == 130
    assert "interrupted; no half result was left" in said
    assert "Traceback" not in said
    assert [path.name for path in small.folder.iterdir() if "out" in path.name] == []


# Faults of our own


def test_an_internal_fault_says_that_it_is_ours_and_shows_the_place(capsys, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")

    @click.group
    def group():
        pass

    @group.command
    def broken():
        raise ZeroDivisionError("a fault of the test")

    assert run_commands(group, ["broken"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "internal fault (a defect of the programme" in said.err
    assert "ZeroDivisionError: a fault of the test" in said.err
    assert "in broken" in said.err


def test_an_interrupt_inside_a_command_is_130(capsys, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")

    @click.group
    def group():
        pass

    @group.command
    def interrupted():
        raise KeyboardInterrupt

    assert run_commands(group, ["interrupted"]) == 130
    assert "no half result" in capsys.readouterr().err


def test_an_input_that_vanishes_is_refused_and_not_a_fault(small):
    (small.folder / "lc_2023.tif").unlink()
    done = small.run()
    assert done.code == 2
    assert "[path-missing]" in done.err
    assert "lc_2023.tif" in done.err
