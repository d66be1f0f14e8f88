"""``tanhui targets`` and table 7: languages, files, refusals."""

import csv
import shutil

import openpyxl
import pytest
from results_factory import rehash, write_results

from sinks.cli import build_commands, run_commands

DONE, REFUSED = 0, 2


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")


@pytest.fixture
def tanhui(capsys):
    """Return a function from words to (exit code, stdout, stderr)."""

    def call(*words):
        code = run_commands(build_commands(), [str(word) for word in words])
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture(scope="module")
def ningxia(tmp_path_factory):
    """Return a run of Ningxia with more new forest than the ceiling allows."""
    folder = tmp_path_factory.mktemp("run")
    results = write_results(folder, rows=(("640100", "G", "F", 20_000),))
    for path in results.glob("*.csv"):
        text = path.read_text(encoding="utf-8").replace("\nR,", "\n640000,")
        path.write_text(text, encoding="utf-8")
    rehash(results)
    return results


@pytest.fixture
def statistics(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text(
        "zone_code,indicator,year,value,unit,source\n"
        "640000,wetland_area,2025,205000,公顷,公报\n"
        "640000,growing_stock,2025,1194.9,万立方米,公报\n",
        encoding="utf-8",
    )
    return path


def test_targets_are_listed_without_anything_in_both_languages(tanhui):
    code, out, _ = tanhui("targets", "--lang", "zh")
    assert code == DONE
    assert "7,200,000.0 公顷" in out
    assert "已印发" in out
    out = tanhui("targets", "--region", "ningxia")[1]
    assert "DRAFT" in out
    assert "639,375" in out


def test_a_run_chooses_its_region_and_says_why_nothing_compares(tanhui, ningxia):
    code, out, err = tanhui("targets", ningxia)
    assert code == DONE
    assert "Ningxia" in out
    assert "not comparable" in out
    assert "target-sink-ceiling" in err


def test_statistics_are_held_against_their_target(tanhui, statistics, tmp_path):
    path = tmp_path / "targets.csv"
    words = ("targets", "--region", "ningxia", "--statistics", statistics, "--out", path)
    assert tanhui(*words)[0] == DONE
    with path.open(encoding="utf-8", newline="") as stream:
        rows = {(r["indicator"], r["year"]): r for r in csv.DictReader(stream)}
    row = rows["growing_stock", "2025"]
    assert (row["figure"], row["left"], row["outcome"]) == ("1194.9", "0.1", "missed")
    row = rows["wetland_area", "2025"]
    assert (row["figure"], row["left"], row["outcome"]) == ("307.5", "", "shown")
    assert (row["value_ha"], row["document_status"]) == ("206666.666667", "draft")
    assert tanhui(*words)[0] == REFUSED
    assert tanhui(*words, "--replace")[0] == DONE


@pytest.mark.parametrize(("lang", "sheet"), [("zh", "表7 目标进展"), ("en", "Table 7 Targets")])
def test_table_7_quotes_and_judges(tanhui, statistics, tmp_path, lang, sheet):
    path = tmp_path / "t.xlsx"
    words = ("--region", "ningxia", "--statistics", statistics, "--lang", lang, "--out", path)
    assert tanhui("targets", *words)[0] == DONE
    rows = [[c.value for c in row] for row in openpyxl.load_workbook(path)[sheet].iter_rows()]
    row = next(row for row in rows if "湿地面积稳定在310万亩" in row)
    assert row[7] is None
    assert row[8] == ("列示，不判定" if lang == "zh" else "shown, not judged")
    row = next(row for row in rows if "森林蓄积量达到1195万立方米" in row)
    assert row[7] == pytest.approx(0.999)
    assert row[8] == ("未达到" if lang == "zh" else "missed")


def test_what_cannot_be_read_or_written_is_refused(tanhui, ningxia, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("a,b\n1,2\n", encoding="utf-8")
    assert tanhui("targets", "--statistics", bad)[0] == REFUSED
    assert tanhui("targets", "--out", tmp_path / "t.pdf")[0] == REFUSED
    assert tanhui("targets", "--out", tmp_path / "none" / "t.csv")[0] == REFUSED
    assert tanhui("targets", "--out", ningxia / "t.csv")[0] == REFUSED
    assert tanhui("targets", tmp_path)[0] == REFUSED


def test_zones_of_ones_own_have_no_targets(tanhui, ningxia, tmp_path):
    shutil.copytree(ningxia.parent, tmp_path / "copy")
    results = tmp_path / "copy" / "results"
    for path in results.glob("*.csv"):
        text = path.read_text(encoding="utf-8").replace("\n640000,", "\nX,")
        path.write_text(text, encoding="utf-8")
    rehash(results)
    code, _, err = tanhui("targets", results)
    assert code == REFUSED
    assert "inner_mongolia, ningxia" in err


def test_a_run_that_was_changed_is_refused(tanhui, ningxia, tmp_path):
    shutil.copytree(ningxia.parent, tmp_path / "copy")
    results = tmp_path / "copy" / "results"
    path = results / "totals.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("20000", "30000"), encoding="utf-8")
    code, out, err = tanhui("targets", results, "--out", tmp_path / "t.csv")
    assert code == REFUSED
    assert "targets-run-unverified" in err
    assert "output-changed" in err
    assert (out, (tmp_path / "t.csv").exists()) == ("", False)


def test_a_run_of_another_region_is_refused(tanhui, ningxia):
    code, _, err = tanhui("targets", ningxia, "--region", "inner_mongolia")
    assert code == REFUSED
    assert "targets-run-region" in err
    assert "640000" in err
    assert tanhui("targets", ningxia, "--region", "ningxia")[0] == DONE


def test_inputs_that_were_moved_are_named(tanhui, ningxia, tmp_path):
    shutil.copytree(ningxia, tmp_path / "away")
    assert tanhui("targets", tmp_path / "away")[0] == REFUSED
    assert tanhui("targets", tmp_path / "away", "--inputs", ningxia.parent)[0] == DONE


def test_a_figure_from_before_its_plan_is_named(tanhui, tmp_path):
    path = tmp_path / "s.csv"
    path.write_text(
        "zone_code,indicator,year,value,unit,source\n150000,greening,2019,20000,万亩,年报\n",
        encoding="utf-8",
    )
    code, _, err = tanhui("targets", "--statistics", path)
    assert code == DONE
    assert "target-outside-plan" in err
