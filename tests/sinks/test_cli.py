"""The command line: language, loudness, form and exit codes; whole runs stand in tests/e2e."""

import io
import json
import os
import shutil
import sys
import types
from contextlib import redirect_stderr, redirect_stdout

import click
import pytest
from results_factory import change_cell
from tiny_inputs import COVER, write_tiny

from rasters import RefusedError
from rasters.errors import SourceError
from rasters.findings import finding
from sinks.cli import build_commands, run_commands
from sinks.errors import EstimateError
from sinks.export.schemas import SCHEMAS
from sinks.folder import LockedError, locked
from sinks.terminal import Terminal, default_language, progress

DONE, FAULT, REFUSED, LOCKED, DIFFERENT, INTERRUPTED = 0, 1, 2, 3, 4, 130


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


# language


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_TW"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh"),
        ({"LANG": "Chinese_China.936"}, "zh"),
        ({}, None),
    ],
)
def test_the_language_is_that_of_the_locale(monkeypatch, variables, language):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert default_language() == language if language else default_language() in ("zh", "en")


def test_lang_goes_before_the_locale(monkeypatch, tanhui, finished):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "校验通过" in tanhui("verify", finished)[1]
    assert f"verified: {len(SCHEMAS)} outputs" in tanhui("verify", finished, "--lang", "en")[1]


def test_another_language_is_refused_with_those_there_are(tanhui, finished):
    code, _, err = tanhui("verify", finished, "--lang", "fr")
    assert code == REFUSED
    assert "'zh'" in err
    assert "'en'" in err


# exit codes


def failing(error):
    """Return a command line of one command that raises."""

    @click.group()
    def group():
        pass

    @group.command()
    def go():
        raise error

    return group


REFUSAL = RefusedError(
    [
        finding("sinks", "official-synthetic", value="synthetic", where="inputs"),
        finding("sinks", "coefficient-depth-unstated", value=1, where="own"),
    ]
)


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), INTERRUPTED, "interrupted; no half result was left."),
        (click.exceptions.Abort(), INTERRUPTED, "interrupted"),
        (click.UsageError("no such thing"), REFUSED, "no such thing"),
        (LockedError("run 7 is writing"), LOCKED, "another run holds the folder: run 7 is"),
        (REFUSAL, REFUSED, "error [official-synthetic] synthetic data cannot make"),
        (EstimateError("a [b] of 7"), REFUSED, "a [b] of 7"),
        (SourceError("a.tif cannot be written: disk full"), REFUSED, "disk full"),
        (ZeroDivisionError("a slip"), FAULT, "internal fault"),
        (click.exceptions.Exit(4), DIFFERENT, ""),
    ],
)
def test_an_error_has_its_exit_code_and_its_sentence(capsys, error, code, said):
    assert run_commands(failing(error), ["go"]) == code
    out, err = capsys.readouterr()
    assert said in err
    assert out == ""


def test_an_internal_fault_shows_where_it_happened(capsys):
    run_commands(failing(ZeroDivisionError("a slip")), ["go"])
    err = capsys.readouterr().err
    assert "ZeroDivisionError: a slip" in err
    assert "test_cli.py" in err


def test_only_an_internal_fault_shows_a_traceback(capsys):
    run_commands(failing(SourceError("disk full")), ["go"])
    assert "Traceback" not in capsys.readouterr().err


def test_a_command_that_returns_nothing_is_done():
    @click.command()
    def quiet():
        pass

    assert run_commands(quiet, []) == DONE


def test_words_that_are_no_command_are_refused(tanhui):
    code, _, err = tanhui("nonsense")
    assert code == REFUSED
    assert "nonsense" in err


def test_help_and_version_are_results(tanhui):
    code, out, _ = tanhui("--help")
    assert code == DONE
    for command in ("demo", "check", "run", "verify", "explain", "products", "app"):
        assert command in out
    code, out, _ = tanhui("run", "-h")
    assert code == DONE
    for option in ("--out", "--workers", "--fresh", "--replace", "--strict", "--lang", "--quiet",
                   "--json"):  # fmt: skip
        assert option in out
    assert "tanhui" in tanhui("--version")[1]


# check


def test_check_lists_warnings_and_is_done(tanhui, tmp_path):
    code, out, err = tanhui("check", write_tiny(tmp_path))
    assert code == DONE
    assert out.strip() == "checked: 0 errors, 1 warnings, 0 notes."
    assert "warning [product-incomplete] the product tiny_cover does not state" in err
    assert "\n    cover.toml\n" in err
    assert "to mend: add them to cover.toml" in err


def test_check_says_the_same_in_chinese(tanhui, tmp_path):
    code, out, err = tanhui("check", write_tiny(tmp_path), "--lang", "zh")
    assert code == DONE
    assert out.strip() == "检查完毕：0 个错误，1 个警告，0 条说明。"
    assert "警告 [product-incomplete] 产品 tiny_cover 未写明" in err
    assert "处理办法: " in err


def test_check_with_an_error_is_refused_and_names_every_fault(tanhui, tmp_path):
    path = write_tiny(tmp_path, covers=("9 9 1 1 8 8\n" * 4, COVER), config={
        "methods": {"forest": "volume"}})  # fmt: skip
    code, out, err = tanhui("check", path)
    assert code == REFUSED
    assert out.startswith("checked: 3 errors, ")
    for word in ("[method-input]", "9", "8"):
        assert word in err
    assert err.count("error [raster-unknown-class]") == 2


def test_quiet_says_errors_only(tanhui, tmp_path):
    path = write_tiny(tmp_path, config={"methods": {"forest": "volume"}})
    code, _, err = tanhui("check", path, "--quiet")
    assert code == REFUSED
    assert "error [method-input]" in err
    assert "warning" not in err
    assert "checking pixels" not in err
    assert tanhui("check", write_tiny(tmp_path), "--quiet")[2] == ""


def test_json_has_the_contract_s_keys_and_english_texts(monkeypatch, tanhui, tmp_path):
    path = write_tiny(tmp_path, config={"methods": {"forest": "volume"}})
    code, out, err = tanhui("check", path, "--json", "--lang", "zh")
    assert code == REFUSED
    (record,) = [f for f in json.loads(out)["findings"] if f["severity"] == "error"]
    assert set(record) == {"code", "severity", "what", "value", "where", "mend"}
    assert record["code"] == "method-input"
    assert record["value"] == "volume"
    assert record["what"] == "the method volume of forest needs the section [activity]"
    assert "method-input" not in err
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert tanhui("check", path, "--json")[1] == out


def test_a_config_that_is_not_there_is_refused(tanhui, tmp_path):
    code, out, err = tanhui("check", tmp_path / "none.toml")
    assert code == REFUSED
    assert "[config-unreadable]" in err
    assert out.startswith("checked: 1 errors")


# run


def test_a_refused_run_writes_nothing_and_says_every_reason(tanhui, tmp_path):
    path = write_tiny(tmp_path, config={"methods": {"forest": "volume"}})
    code, out, err = tanhui("run", path, "--out", tmp_path / "out")
    assert (code, out) == (REFUSED, "")
    assert "error [method-input]" in err
    assert "refused: 1 errors, nothing was written." in err
    assert not (tmp_path / "out").exists()


def test_a_refused_run_speaks_json(tanhui, tmp_path):
    path = write_tiny(tmp_path, config={"methods": {"forest": "volume"}})
    code, out, err = tanhui("run", path, "--out", tmp_path / "out", "--json", "--quiet")
    assert code == REFUSED
    assert err == ""
    codes = {f["code"] for f in json.loads(out)["findings"]}
    assert codes == {"product-incomplete", "method-input"}


def test_a_locked_folder_is_told_in_the_language_asked_for_even_when_quiet(tanhui, tmp_path):
    path = write_tiny(tmp_path)
    with locked(tmp_path / "out"):
        code, out, err = tanhui("run", path, "--out", tmp_path / "out", "--lang", "zh", "--quiet")
    assert (code, out) == (LOCKED, "")
    assert err.startswith("另一个运行正在写入该文件夹：")


def test_an_official_run_is_refused_with_its_quality_table(tanhui, tmp_path):
    path = write_tiny(tmp_path, config={"inventory": {"status": "official"}})
    code, out, err = tanhui("run", path, "--out", tmp_path / "out", "--lang", "zh", "--quiet")
    assert (code, out) == (REFUSED, "")
    assert "[config-soil-transition]" in err
    assert "正式核算被拒绝；质量检查表见" in err
    assert (tmp_path / "out.refused" / "quality.csv").is_file()
    assert not (tmp_path / "out").exists()


def test_workers_must_be_at_least_one(tanhui, tmp_path):
    code, _, err = tanhui("run", tmp_path / "x.toml", "--workers", "0")
    assert code == REFUSED
    assert "0" in err


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Return config, folder, exit code, stdout and stderr of one whole tiny run under --strict."""
    folder = tmp_path_factory.mktemp("ran")
    path = write_tiny(folder)
    out, err = io.StringIO(), io.StringIO()
    os.environ["LC_ALL"], before = "en_GB.UTF-8", os.environ.get("LC_ALL")
    with redirect_stdout(out), redirect_stderr(err):
        words = ["run", path, "--out", folder / "out", "--strict"]
        code = run_commands(build_commands(), [str(word) for word in words])
    os.environ.pop("LC_ALL") if before is None else os.environ.update(LC_ALL=before)
    return path, folder / "out", code, out.getvalue(), err.getvalue()


def test_a_run_prints_the_table_to_stdout_and_all_else_to_stderr(ran):
    _, folder, _, out, err = ran
    assert "zones ecosystem carbon inventory 2020–2023 (Trial)" in out
    assert "step difference of the soil" in out
    assert "counting pixels" not in out
    assert "counting pixels" in err
    assert f"results written to {folder} (run id " in err.replace("\n", " ").replace("  ", " ")


def test_a_failed_gate_is_loud_and_decides_under_strict(ran):
    """One of twelve pixels of the eastern zone has no class."""
    _, _, code, _, err = ran
    assert code == DIFFERENT
    assert "failed: unclassified_share[2020] (2) value 0.08" in err
    assert "quality gates: " in err


def test_a_finished_run_is_not_computed_again_and_gates_need_strict(ran, tanhui):
    path, folder, *_ = ran
    code, out, err = tanhui("run", path, "--out", folder, "--lang", "en")
    assert code == DONE
    assert "the folder already holds this very run" in err
    assert "counting pixels" not in err
    assert "2020–2023" in out
    code, out, err = tanhui("run", path, "--out", folder, "--json", "--strict", "--quiet",
                            "--lang", "en")  # fmt: skip
    assert code == DIFFERENT
    assert [f["code"] for f in json.loads(out)["findings"]] == ["product-incomplete"]
    assert err == ""


def test_many_failed_gates_are_counted(ran, tanhui, tmp_path):
    path, folder, *_ = ran
    copy = tmp_path / "copy"
    shutil.copytree(folder.parent, copy)
    change_cell(copy / "out", "quality", {"verdict": "pass"}, "verdict", "fail")
    code, _, err = tanhui("run", copy / path.name, "--out", copy / "out", "--lang", "en")
    assert code == DONE
    assert err.count("failed: ") == 10
    assert "more in quality.csv" in err


# verify, explain, products, app


def test_verify_says_what_it_compared(tanhui, finished):
    code, out, err = tanhui("verify", finished)
    assert (code, err) == (DONE, "")
    assert out.strip() == (
        f"verified: {len(SCHEMAS)} outputs and 1 inputs match their hashes; "
        "every conservation check holds."
    )
    assert json.loads(tanhui("verify", finished, "--json")[1]) == {"findings": []}


def test_verify_tells_every_difference(tanhui, results):
    (results.parent / "cover.tif").write_bytes(b"other")
    (results / "stocks.csv").unlink()
    code, out, err = tanhui("verify", results)
    assert (code, out) == (DIFFERENT, "")
    for word in ("[output-missing]", "[input-changed]", "[verify-unreadable]"):
        assert word in err
    code, out, err = tanhui("verify", results, "--json", "--quiet")
    assert code == DIFFERENT
    assert len(json.loads(out)["findings"]) == 3


def test_verify_takes_moved_inputs(tanhui, results, tmp_path):
    (tmp_path / "moved").mkdir()
    (results.parent / "cover.tif").rename(tmp_path / "moved" / "cover.tif")
    assert tanhui("verify", results)[0] == DIFFERENT
    assert tanhui("verify", results, "--inputs", tmp_path / "moved")[0] == DONE


def test_explain_prints_tables(tanhui, finished):
    code, out, _ = tanhui("explain", finished, "--zone", "1", "--year", "2020", "--ecosystem",
                          "forest", "--pool", "agb", "--lang", "zh")  # fmt: skip
    assert code == DONE
    assert "1 盟1：2020 年碳储量 = 数量 × 系数" in out
    assert "1200000" in out
    assert "land_cover" in out


def test_explain_refuses_an_unknown_zone_in_the_language_asked_for(tanhui, finished):
    code, out, err = tanhui("explain", finished, "--zone", "9", "--lang", "zh")
    assert (code, out) == (REFUSED, "")
    assert err.strip() == "结果中没有地区 9；可用：1, 2, R"
    assert "no zone 9" in tanhui("explain", finished, "--zone", "9")[2]


def test_explain_needs_a_zone_and_a_result(tanhui, finished, tmp_path):
    assert tanhui("explain", finished)[0] == REFUSED
    code, _, err = tanhui("explain", tmp_path, "--zone", "1")
    assert code == REFUSED
    assert "is not a manifest" in err


def test_products_are_listed_in_both_languages_and_as_json(tanhui):
    code, out, _ = tanhui("products", "--lang", "zh")
    assert code == DONE
    assert "clcd" in out
    assert tanhui("products", "--lang", "en")[1] != out
    rows = json.loads(tanhui("products", "--json")[1])
    assert {"clcd", "esa_cci_biomass", "soilgrids_ocs"} <= {row["id"] for row in rows}


def test_the_map_without_its_extra_says_how_to_get_it(monkeypatch, tanhui):
    monkeypatch.setenv("TANHUI_RESULTS", "")
    monkeypatch.setitem(sys.modules, "streamlit.web", None)
    code, _, err = tanhui("app")
    assert code == REFUSED
    assert 'pip install "tanhui[app]"' in err


def test_the_map_opens_the_app_beside_the_packages_on_the_folder_named(monkeypatch, tanhui):
    """The server would not return, so that a module stands for the third party's."""
    seen = []
    web = types.ModuleType("streamlit.web")
    web.cli = types.ModuleType("streamlit.web.cli")
    web.cli.main = lambda **_: seen.append((*sys.argv, os.environ["TANHUI_RESULTS"]))
    monkeypatch.setitem(sys.modules, "streamlit.web", web)
    monkeypatch.setattr(sys, "argv", ["tanhui"])
    monkeypatch.setenv("TANHUI_RESULTS", "")
    assert tanhui("app", "some/folder")[0] == DONE
    ((program, verb, file, *options, folder),) = seen
    assert (program, verb) == ("streamlit", "run")
    assert file.endswith("server.py")
    assert os.path.isfile(file)  # noqa: PTH113
    assert "--server.address=127.0.0.1" in options
    assert "--browser.gatherUsageStats=false" in options
    assert folder == "some/folder"


# progress


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def steps(tell):
    for done in range(4):
        tell("count", done, 3)
    tell("write", 0, 2)


def test_a_pipe_gets_the_first_and_the_last_line_of_each_step(capsys):
    with progress(Terminal(lang="en", quiet=False)) as tell:
        steps(tell)
    assert capsys.readouterr().err.splitlines() == [
        "counting pixels 0/3",
        "counting pixels 3/3",
        "writing the result files 0/2",
    ]


def test_quiet_gets_no_progress(capsys):
    with progress(Terminal(lang="zh", quiet=True)) as tell:
        steps(tell)
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_bar_that_goes_away(monkeypatch):
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    with progress(Terminal(lang="zh", quiet=False)) as tell:
        steps(tell)
    assert "统计像元" in screen.getvalue()
    assert "100%" in screen.getvalue()
