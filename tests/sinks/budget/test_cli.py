"""``tanhui budget``: exit codes, languages, files, and refusals that write nothing."""

import json

import pytest
from budget_book import BAOTOU, ORDOS, TERMS, write_book
from results_factory import write_results

from sinks.cli import build_commands, run_commands

DONE, REFUSED, DIFFERENT = 0, 2, 4
FOUR = ("节能降碳", "淘汰产能", "用能结构优化", "碳减排工程")
ROWS = ((ORDOS, "G", "F", 1_000), (ORDOS, "G", "G", 40_000), (BAOTOU, "G", "G", 60_000))


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
def run(tmp_path_factory):
    return write_results(tmp_path_factory.mktemp("run"), rows=ROWS)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """Return a budget of one league that lacks nothing; its target of 90 % fails."""
    return write_book(
        tmp_path_factory.mktemp("book") / "book.xlsx",
        increments=[("鄂尔多斯市", "P1", "煤化工", 2021, 200_000, "计入", "x"),
                    ("鄂尔多斯市", "P2", "新上", 2023, 10_000, "拟新上", "x")],
        reductions=[("鄂尔多斯市", kind, None, "措施", 2022, 30_000, "已落实", "x")
                    for kind in FOUR],
        base_sinks=[("鄂尔多斯市", 9_666, "x")],
        economy=[("鄂尔多斯市", 2020, 1_000_000, 500_000, None, "x"),
                 ("鄂尔多斯市", 2023, None, 700_000, 90, "x")],
    )  # fmt: skip


def test_a_template_is_written_once(tanhui, tmp_path):
    path = tmp_path / "t.xlsx"
    assert tanhui("budget", "template", "--out", path)[0] == DONE
    assert path.is_file()
    assert tanhui("budget", "template", "--out", path)[0] == REFUSED
    assert (
        tanhui("budget", "template", "--out", path, "--replace", "--region", "ningxia")[0] == DONE
    )
    assert tanhui("budget", "template", "--out", tmp_path / "t.csv")[0] == REFUSED
    assert tanhui("budget", "template", "--out", tmp_path / "none" / "t.xlsx")[0] == REFUSED


def test_check_lists_findings_as_json(tanhui, book, run):
    code, out, _ = tanhui("budget", "check", book, "--run", run, "--json")
    assert code == DONE
    assert "budget-sink-undeducted" in {f["code"] for f in json.loads(out)["findings"]}


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_refused_workbook_is_told_in_the_form_asked_for(tanhui, tmp_path, form):
    stated = (*TERMS[:2], 2019, *TERMS[3:])
    path = write_book(tmp_path / "bad.xlsx", stated=[stated])
    code, out, err = tanhui("budget", "check", path, *form)
    assert code == REFUSED
    assert "budget-base-year" in (out if form else err)


def test_show_gives_the_increase_of_the_run_and_says_it_in_both_languages(tanhui, book, run):
    """69,666.67 of the run less 9,666 stated is 6.00 x 10^4 t; 200,000 - 120,000 - 60,000.67."""
    code, out, _ = tanhui("budget", "show", book, "--run", run, "--quiet")
    assert code == DONE
    assert "Ordos" in out
    row = next(line for line in out.splitlines() if "Ordos" in line and "2021-2023" in line)
    assert [cell.strip() for cell in row.split("│")][3:7] == ["20.00", "18.00", "6.00", "2.00"]
    zh = tanhui("budget", "show", book, "--run", run, "--quiet", "--lang", "zh")[1]
    assert "鄂尔多斯市" in zh
    assert "缺口超出弹性" in zh


def test_a_failing_rigid_balance_counts_under_strict(tanhui, book, run):
    assert tanhui("budget", "show", book, "--run", run, "--strict")[0] == DIFFERENT
    assert tanhui("budget", "show", book, "--run", run, "--zone", ORDOS)[0] == DONE
    assert tanhui("budget", "show", book, "--zone", "150622")[0] == REFUSED


def test_a_new_project_is_shown_its_sources(tanhui, book, run):
    words = ("--zone", ORDOS, "--year", 2022, "--t-co2", 100_000)
    code, out, _ = tanhui("budget", "project", book, "--run", run, *words)
    assert code == DONE
    assert "still short of 10.00" in out
    for bad in (("--zone", "150622", "--year", 2022), ("--zone", ORDOS, "--year", 2030)):
        assert tanhui("budget", "project", book, *bad, "--t-co2", 1)[0] == REFUSED


def test_export_writes_beside_results_and_never_into_them(tanhui, book, run, tmp_path):
    before = sorted(run.iterdir())
    assert tanhui("budget", "export", book, "--run", run, "--out", run)[0] == REFUSED
    assert sorted(run.iterdir()) == before
    out = tmp_path / "out"
    assert tanhui("budget", "export", book, "--run", run, "--out", out)[0] == DONE
    assert sorted(p.name for p in out.iterdir()) == [
        "budget.csv", "budget.json", "budget.xlsx", "budget_sources.csv",
    ]  # fmt: skip
    first = (out / "budget.csv").read_bytes()
    assert tanhui("budget", "export", book, "--run", run, "--out", out)[0] == REFUSED
    assert tanhui("budget", "export", book, "--run", run, "--out", out, "--replace")[0] == DONE
    assert (out / "budget.csv").read_bytes() == first


def test_a_run_that_does_not_verify_writes_nothing(tanhui, book, tmp_path):
    broken = tmp_path / "broken"
    broken.mkdir()
    code, _, err = tanhui("budget", "export", book, "--run", broken, "--out", tmp_path / "out")
    assert code == REFUSED
    assert "budget-run-unverified" in err
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_no_register_is_refused(tanhui, book, run, tmp_path):
    (tmp_path / "no.sqlite").write_bytes(b"nothing")
    assert (
        tanhui("budget", "show", book, "--run", run, "--register", tmp_path / "no.sqlite")[0] == 2
    )
