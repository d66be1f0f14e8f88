"""tanhui parks: what goes in, what comes out, in which language and with which exit code."""

import json
import string
import tomllib
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
from parks_energy import columns, hourly, monthly, six_parks, write_csv, write_parquet

import parks
import tanhui
from parks.activities import Part
from parks.closing import Closing, Means
from parks.emissions import Basis
from parks.energy import Resolution
from parks.indicators import Reason, State
from parks.indicators import Verdict as Judged
from parks.park import ParkKind
from parks.power import Flag
from parks.registry import load_parks
from parks.texts import text
from parks.verdict import Outcome
from sinks.cli import run_commands

DONE, REFUSED = 0, 2
HOME = Path(parks.__file__).parent
SENTENCES = tomllib.loads((HOME / "texts.toml").read_text(encoding="utf-8"))
KINDS = {"mengsu": "zero", "damao": "zero"}


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")


@pytest.fixture
def call(capsys):
    """Return a function from words after ``tanhui parks`` to (exit code, stdout, stderr)."""

    def run(*words):
        code = run_commands(tanhui.commands(), ["parks", *(str(word) for word in words)])
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def series(tmp_path):
    """Hours of 2 MWh against 3 and 1 MWh of wind, for a year."""
    made = hourly([2.0, 2.0], [3.0, 1.0], whole_year=True)
    return write_csv(tmp_path / "s.csv", _wind(made))


def _wind(made):
    """Return the columns of a series of one wind plant."""
    found = columns(made)
    found["wind_mwh"] = found.pop("green_mwh")
    return found


# registry


def test_the_template_is_written_once_and_replaced_only_when_asked(call, tmp_path):
    out = tmp_path / "parks.xlsx"
    assert call("template", "--out", out)[0] == DONE
    assert openpyxl.load_workbook(out)
    code, said, error = call("template", "--out", out)
    assert (code, said) == (REFUSED, "")
    assert error.strip().replace("\n", "").endswith("exists; add --replace to replace it.")
    assert call("template", "--out", out, "--replace", "--region", "ningxia")[0] == DONE
    assert call("template", "--out", tmp_path / "no" / "parks.xlsx")[0] == REFUSED
    code, _, error = call("template", "--out", tmp_path / "parks.csv")
    assert code == REFUSED
    assert "is an .xlsx workbook" in error


def test_check_counts_and_lists_what_it_finds(call):
    code, out, error = call("check", "inner_mongolia")
    assert code == DONE
    assert out.startswith("7 parks, 40 facts: 0 errors, ")
    assert "warning [" in error
    code, out, error = call("check", "inner_mongolia", "--quiet", "--lang", "zh")
    assert (code, error) == (DONE, "")
    assert out.startswith("7 个园区，40 条事实：0 个错误，")
    code, out, _ = call("check", "inner_mongolia", "--json")
    assert {f["severity"] for f in json.loads(out)["findings"]} == {"warning", "note"}


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "csv", "xlsx"])
def test_a_registry_goes_out_and_comes_in_unchanged(call, tmp_path, suffix):
    out, back = tmp_path / f"p.{suffix}", tmp_path / "back.geojson"
    assert call("export", "inner_mongolia", "--out", out, "--quiet") == (DONE, "", "")
    code, said, error = call("import", out, "--out", back)
    assert code == DONE
    assert said.startswith("7 parks, 40 facts: 0 errors")
    assert "written to" in error
    assert load_parks(back) == load_parks("inner_mongolia")


def test_an_import_with_an_error_writes_nothing(call, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("park_id,name_zh,kind\np,甲,zero\nq,乙,purple\n", encoding="utf-8")
    out = tmp_path / "p.gpkg"
    code, said, error = call("import", bad, "--out", out)
    assert code == REFUSED
    assert "1 parks, 0 facts: 2 errors" in said
    assert error.count("error [") == 2
    assert not out.exists()
    code, said, _ = call("import", bad, "--out", out, "--json")
    assert code == REFUSED
    assert any(f["severity"] == "error" for f in json.loads(said)["findings"])
    code, _, error = call("export", bad, "--out", out)
    assert code == REFUSED
    assert "refused: 2 errors" in error
    assert call("check", tmp_path / "none.csv")[0] == REFUSED


def test_the_file_that_is_read_is_never_written_over(call, tmp_path):
    table = tmp_path / "p.csv"
    assert call("export", "inner_mongolia", "--out", table)[0] == DONE
    before = table.read_bytes()
    for command in ("import", "export"):
        code, _, error = call(command, table, "--out", table, "--replace")
        assert code == REFUSED
        assert "cannot be written over" in error.replace("\n", " ")
    assert table.read_bytes() == before
    code, _, error = call("export", "inner_mongolia", "--out", tmp_path / "p.pdf")
    assert code == REFUSED
    assert ".pdf is no format of the registry" in error


# ratio


def test_the_readings_the_verdict_and_the_gap_are_printed(call, series):
    """3/4 by the hour against 80 %: 5 % of 17,520 MWh lack."""
    words = ("ratio", series, "--park", "p", "--year", 2023, "--kind", "zero")
    code, out, error = call(*words)
    assert (code, error) == (DONE, "")
    assert "(load_annual): 100.00% = 17,520.0 / 17,520.0 MWh, 2023" in out
    assert "(load_hourly): 75.00% = 13,140.0 / 17,520.0 MWh, 2023" in out
    assert "(load_hourly_storage): missing" in out
    assert "mark: no store is given" in out
    assert out.count("    definition: ") == 7
    assert (
        "verdict: missed; by share of load, hour by hour; target 80% (内政办发〔2023〕94号" in out
    )
    assert "gap: 876.0 MWh" in out
    code, out, _ = call(*words[:-1], "low", "--lang", "zh", "--grid-cfe", 0.5, "--synthetic")
    assert "判定：达标；依据逐时匹配占比；目标 50%" in out
    # a quarter of the load is imported, half of it carbon-free
    assert "（cfe）：87.50%" in out
    assert "模拟数据" in out
    assert "verdict: no target is set" in call(*words[:-2])[1]


def test_what_closes_the_gap(call, series):
    """The short hours lack 0.2 MWh of 1: a fifth more wind, or a store of 0.2 MWh a pair."""
    words = ("ratio", series, "--park", "p", "--year", 2023, "--kind", "zero", "--closing")
    code, out, error = call(*words)
    assert code == DONE
    assert "wind: 3,504.0 MWh more (0.2 times the present), share 75.00% → 80.00%" in out
    assert "PV: the park has no such plant" in out
    assert "storage: give its efficiency with --efficiency" in out
    assert "[power-no-profile]" in error
    _, out, _ = call(*words, "--efficiency", 1)
    assert "storage: 0.2 MWh (0.2 MWh more), share 75.00% → 80.00%" in out
    _, out, _ = call(*words, "--efficiency", 0.9, "--store-mwh", 1, "--store-mw", 5)
    assert "store 1 MWh, 5 MW" in out
    assert "met already with the store" in out
    # 0.1 MWh taken leaves 0.09 of it, so 3.09 of 4 MWh
    _, out, _ = call(*words, "--efficiency", 0.9, "--store-mw", 0.1)
    assert "storage: cannot reach the target alone, at best 77.25%" in out
    record = json.loads(call(*words, "--efficiency", 1, "--json")[1])
    assert record["verdict"]["outcome"] == "missed"
    assert record["verdict"]["gap_mwh"] == pytest.approx(876)
    assert [m["means"] for m in record["measures"]] == ["wind", "pv", "storage"]
    assert record["measures"][0]["factor"] == pytest.approx(0.2)
    assert len(record["readings"]) == 7
    assert record["readings"][3]["value"] is None


def test_closing_needs_hours_and_a_verdict(call, tmp_path, series):
    made = monthly([10.0] * 12, [5.0] * 12)
    table = {"month": list(range(1, 13)), "load_mwh": made.load_mwh.tolist(),
             "wind_mwh": made.generation_mwh[0].tolist()}  # fmt: skip
    words = ("--park", "p", "--year", 2023, "--closing")
    path = write_parquet(tmp_path / "m.parquet", table)
    code, out, error = call("ratio", path, *words, "--kind", "zero")
    assert code == REFUSED
    assert "(load_monthly): 50.00%" in out
    assert "what closes the gap needs hourly data; these are monthly." in error
    code, out, _ = call("ratio", series, *words)
    assert code == DONE
    assert "there is no gap to close: no target is set" in out


def test_a_series_or_a_store_that_cannot_be_is_refused(call, tmp_path, series):
    code, _, error = call("ratio", tmp_path / "none.csv", "--park", "p", "--year", 2023)
    assert code == REFUSED
    assert "refused: 1 errors" in error
    code, out, _ = call("ratio", series, "--park", "p", "--year", 2024, "--json")
    assert code == REFUSED
    assert json.loads(out)["findings"]
    code, _, error = call("ratio", series, "--park", "p", "--year", 2023, "--store-mwh", 5)
    assert code == REFUSED
    assert "--store-mwh needs --efficiency" in error
    code, _, _ = call("ratio", series, "--park", "p", "--year", 2023, "--efficiency", 1.1)
    assert code == REFUSED


def test_a_fault_of_the_package_is_told_without_a_trace(call, tmp_path):
    idle = _wind(hourly([0.0, 0.0], [3.0, 1.0], whole_year=True))
    path = write_csv(tmp_path / "idle.csv", idle)
    code, out, error = call("ratio", path, "--park", "p", "--year", 2023, "--kind", "zero")
    assert "Traceback" not in error
    assert code in {DONE, REFUSED}
    assert "no data, no verdict" in out or error


# indicators


ACTIVITIES = """park_id,year,component,item,quantity,unit,source
mengsu,2023,fuel,,0,,report
mengsu,2023,process,,0,,report
mengsu,2023,power_purchased,,1000,MWh,report
mengsu,2023,heat_purchased,,0,GJ,report
"""


def test_indicators_are_computed_reported_or_missing(call, tmp_path):
    code, out, error = call("indicators", "inner_mongolia", "--year", 2023, "--system", "regional")
    assert code == DONE
    assert out.count("missing") == 14  # value and state of seven parks
    assert "[indicator-list-missing]" in error
    path = tmp_path / "a.csv"
    path.write_text(ACTIVITIES, encoding="utf-8")
    words = ("indicators", "inner_mongolia", "--year", 2023, "--activities", path)
    code, out, error = call(*words)
    assert code == DONE
    assert "mengsu: emissions " in out
    record = json.loads(call(*words, "--json")[1])
    (total,) = record["emissions"]
    assert (total["park_id"], total["year"]) == ("mengsu", 2023)
    assert {"location_t_co2", "market_t_co2", "energy_use_tce"} <= set(total)
    assert {i["park_id"] for i in record["indicators"]} == {
        p.park_id for p in load_parks("inner_mongolia")
    }


def test_indicators_of_nothing_and_of_bad_activities(call, tmp_path):
    code, out, _ = call("indicators", "ningxia", "--year", 2023)
    assert (code, out) == (DONE, "there are no parks.\n")
    path = tmp_path / "a.csv"
    path.write_text(ACTIVITIES.replace("1000", "-5"), encoding="utf-8")
    words = ("--year", 2023, "--activities", path)
    code, _, error = call("indicators", "inner_mongolia", *words)
    assert code == REFUSED
    assert "[emissions-negative]" in error
    nowhere = tmp_path / "nowhere.csv"
    nowhere.write_text("park_id,name_zh,kind\np,甲,zero\n", encoding="utf-8")
    code, _, error = call("indicators", nowhere, *words)
    assert code == REFUSED
    assert "--activities needs --region" in error


# a year of six parks, end to end


def test_a_year_of_six_parks_gives_the_readings_and_what_closes_the_gap(call, tmp_path):
    outcomes = {}
    for park_id, made in six_parks().items():
        path = write_csv(tmp_path / f"{park_id}.csv", columns(made))
        kind = KINDS.get(park_id, "low")
        record = json.loads(
            call(
                "ratio", path, "--park", park_id, "--year", 2023, "--kind", kind, "--closing",
                "--efficiency", 0.9, "--synthetic", "--json",
            )[1]
        )  # fmt: skip
        values = {r["reading"]: r["value"] for r in record["readings"]}
        load = made.load_mwh
        green = made.new_energy_mwh
        matched = sum(min(a, b) for a, b in zip(load.tolist(), green.tolist(), strict=True))
        assert values["load_hourly"] == pytest.approx(matched / load.sum(), rel=1e-12)
        assert values["load_annual"] == pytest.approx(min(1, green.sum() / load.sum()))
        ordered = [values[f"load_{by}"] for by in ("hourly", "monthly", "annual")]
        assert all(fine <= coarse + 1e-12 for fine, coarse in pairwise(ordered))
        verdict = record["verdict"]
        target = 0.8 if kind == "zero" else 0.5
        assert verdict["target"]["share"] == target
        assert verdict["gap_mwh"] == pytest.approx(max(0, target * load.sum() - matched))
        assert all("synthetic" in r["flags"] for r in record["readings"])
        assert [m["means"] for m in record["measures"]] == ["wind", "pv", "storage"]
        for measure in record["measures"]:
            if measure["closing"] == "closed":
                assert measure["share_after"] == pytest.approx(target, abs=1e-6)
                assert measure["share_before"] < target
        outcomes[park_id] = (verdict["outcome"], [m["closing"] for m in record["measures"]])
    assert set(outcomes) == set(six_parks())
    assert outcomes["mengsu"] == ("missed", ["closed", "closed", "closed"])
    assert outcomes["etuoke"][1][0] == "no_profile"
    assert outcomes["wusitai"] == ("missed", ["closed", "closed", "cannot"])


# sentences


SOURCES = "".join(p.read_text(encoding="utf-8").replace("'", '"') for p in HOME.rglob("*.py"))
FAMILIES = {
    "kind_": ParkKind, "resolution_": Resolution, "outcome_": Outcome, "means_": Means,
    "flag_": Flag, "state_": State, "judged_": Judged, "basis_": Basis,
    "reason_": [reason for reason in Reason if reason],
    "closing_": [Closing.MET, Closing.CANNOT, Closing.NO_PROFILE],
    "sheet_": [], "layer_": [], "certificate_": [], "asset_": [], "balance_": [], "flow_": [],
}  # fmt: skip


def words_in(sentence):
    return sorted({name for _, name, _, _ in string.Formatter().parse(sentence) if name})


@pytest.mark.parametrize("key", SENTENCES)
def test_a_sentence_says_the_same_in_both_languages_and_is_said(key):
    entry = SENTENCES[key]
    assert set(entry) == {"zh", "en"}
    assert words_in(entry["zh"]) == words_in(entry["en"])
    assert entry["zh"] != entry["en"]
    family = next((f for f in FAMILIES if key.startswith(f)), None)
    assert f'"{key}"' in SOURCES or (family and f'f"{family}{{' in SOURCES)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_member_of_a_closed_set_has_its_words(family):
    for member in FAMILIES[family]:
        assert text(f"{family}{member}", "zh")
    assert len(Part) == 4
