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
        "zone_code,indicator,year,value,unit,source\n640000,wetland_area,2025,205000,公顷,公报\n",
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
        row = next(r for r in csv.DictReader(stream) if r["indicator"] == "wetland_area")
    assert (row["figure"], row["left"], row["outcome"]) == ("307.5", "2.5", "missed")
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
    assert row[7] == pytest.approx(307.5 / 310)
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
