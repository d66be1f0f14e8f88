"""The commands as they are typed, in both languages, and the verification of a ledger."""

import json
import sqlite3
from contextlib import closing

import pytest
from ledger_factory import BASE, EAST, WEST, box, made, opening, parcel, project
from register_book import WHOLE, write_book

from sinks.cli import build_commands, run_commands
from sinks.credits.shares import leagues_of
from sinks.ledger import ledger_anchor, read_state
from sinks.ledger.land import area_mm2
from sinks.ledger.said import Parcel

DONE, REFUSED, DIFFERENT = 0, 2, 4


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


@pytest.fixture
def ledger(tanhui, tmp_path):
    """Return a ledger made by the commands."""
    book, path = write_book(tmp_path / "b.xlsx", WHOLE), tmp_path / "r.sqlite"
    code, out, err = tanhui("register", "import", path, book, "--region", "inner_mongolia")
    assert (code, out) == (DONE, "")
    assert "8 events recorded; 0 stood already" in err
    assert ledger_anchor(path).head in err
    return path


def test_the_template_is_written(tanhui, tmp_path):
    code, _, err = tanhui("register", "template", "--out", tmp_path / "t.xlsx", "--lang", "zh")
    assert code == DONE
    assert "登记表已写入" in err
    filled = (tmp_path / "t.xlsx").read_bytes()
    code, _, err = tanhui("register", "template", "--out", tmp_path / "t.xlsx")
    assert code == REFUSED
    assert "--replace" in err
    assert tanhui("register", "template", "--out", tmp_path / "t.xlsx", "--replace")[0] == DONE
    assert (tmp_path / "t.xlsx").read_bytes() == filled
    code, _, err = tanhui("register", "template", "--out", tmp_path / "none" / "t.xlsx")
    assert code == REFUSED
    assert "there is no folder" in err
    assert tanhui("register", "template", "--out", tmp_path / "t.csv")[0] == REFUSED


def test_a_refused_import_says_the_cells_in_both_languages_and_as_json(tanhui, tmp_path):
    book = write_book(tmp_path / "b.xlsx", {"项目": [{"项目编号": "P☃"}]})
    words = ("register", "import", tmp_path / "r.sqlite", book, "--region", "inner_mongolia")
    code, _, err = tanhui(*words, "--lang", "zh")
    assert code == REFUSED
    assert "[credits-spelling] 编号含有无法可靠辨认的字符：P☃" in err
    assert "项目!A3" in err
    assert "refused: 7 errors, nothing was written." in tanhui(*words)[2]
    found = json.loads(tanhui(*words, "--json")[1])["findings"]
    assert found[0]["code"] == "credits-spelling"
    assert not (tmp_path / "r.sqlite").exists()


def test_a_layer_needs_its_datum(tanhui, tmp_path):
    book = write_book(tmp_path / "b.xlsx", WHOLE)
    code, _, err = tanhui("register", "import", tmp_path / "r.sqlite", book, "--parcels", "p.gpkg")
    assert code == REFUSED
    assert "--datum" in err


def test_single_records_are_added_by_headings_or_ids_and_once(tanhui, ledger):
    words = ("register", "add", ledger, "removal", "地块编号=a 1", "start=2024", "时段结束=2024",
             "自身固碳量（吨二氧化碳）=50", "source=x")  # fmt: skip
    code, _, err = tanhui(*words)
    assert code == DONE
    assert "note [credits-spelt]" in err
    assert "地块编号" in err
    assert "1 events recorded" in err
    assert "0 events recorded; 1 stood already" in tanhui(*words)[2]
    assert read_state(ledger).removal_kg("A-1")[2024] == 50_000
    again = tanhui(*words[:-1], "source=y", "--key", "my-key", "--actor", "zhang", "--quiet")
    assert again == (DONE, "", "")
    assert read_state(ledger).keys["my-key"] == 10


def test_a_refused_record_names_the_field(tanhui, ledger):
    words = ("register", "add", ledger, "exit", "scheme=CCER", "block=CN-14", "route=全国市场",
             "scope=区外", "buyer=x", "day=2025-01-01")  # fmt: skip
    code, _, err = tanhui(*words, "first=90", "last=120", "--lang", "zh")
    assert code == REFUSED
    assert "[credits-exit-twice]" in err
    assert "全国市场，第 6 号事件" in err
    assert "    起始序列号\n" in err
    code, out, _ = tanhui(*words, "first=x", "nonsense=1", "--json")
    assert code == REFUSED
    found = {(f["code"], f["where"]) for f in json.loads(out)["findings"]}
    assert found == {
        ("credits-field-unknown", "nonsense=1"), ("sheet-cell-number", "起始序列号"),
        ("sheet-cell-blank", "截止序列号"),
    }  # fmt: skip


def test_words_that_give_no_value_are_told_alone(tanhui, ledger):
    for words in (("项目编号",), ("项目编号=",)):
        code, out, _ = tanhui("register", "add", ledger, "project", *words, "--json")
        assert code == REFUSED
        found = [(f["code"], f["value"]) for f in json.loads(out)["findings"]]
        assert found == [("credits-field-word", words[0])]
    code, out, _ = tanhui("register", "add", ledger, "project", "编号", "nonsense=1", "--json")
    assert code == REFUSED
    assert [f["code"] for f in json.loads(out)["findings"]] == [
        "credits-field-word", "credits-field-unknown",
    ]  # fmt: skip


def test_a_reversed_record_comes_back_by_an_explicit_act_alone(tanhui, ledger):
    words = ("register", "add", ledger, "exit", "scheme=CCER", "block=CN-14", "first=1", "last=100",
             "route=全国市场", "scope=区外", "buyer=电厂", "day=2025-06-01")  # fmt: skip
    assert tanhui("register", "reverse", ledger, 6, "--reason", "x")[0] == DONE
    code, _, err = tanhui(*words)
    assert code == DONE
    assert "[credits-reversed-before]" in err
    assert "0 events recorded" in err
    assert tanhui(*words, "--again", "--key", "k")[0] == REFUSED
    assert "1 events recorded" in tanhui(*words, "--again")[2]
    assert "0 events recorded; 1 stood already" in tanhui(*words, "--again")[2]


def test_chinese_findings_are_chinese(tanhui, ledger):
    words = ("register", "add", ledger, "exit", "scheme=CCER", "block=CN-14", "last=1",
             "route=全国市场", "scope=区外", "buyer=电厂", "day=2025-06-01")  # fmt: skip
    code, _, err = tanhui(*words, f"first={10**13}", "--lang", "zh")
    assert code == REFUSED
    assert "[credits-cell-range] 此处不能填 10000000000000：不得大于 1000000000000" in err
    assert "Input should" not in err


def test_verify_measures_the_shares_again(tanhui, tmp_path):
    """Half of a parcel is said to lie in a league that it does not touch."""
    leagues = leagues_of("inner_mongolia")
    begun = opening(leagues.codes).model_copy(update={"boundary": leagues.boundary()})
    area = area_mm2(box(120.0))
    path = tmp_path / "forged.sqlite"
    with made(path, begun, project(), parcel(shares={WEST: area - area // 2, EAST: area // 2})):
        pass
    code, out, _ = tanhui("verify", path, "--json")
    assert code == DIFFERENT
    found = [(f["code"], f["where"]) for f in json.loads(out)["findings"]]
    assert found == [("credits-shares-differ", "event 3")] * 2
    other = tmp_path / "other.sqlite"
    with made(other, *BASE):
        pass
    code, out, _ = tanhui("verify", other, "--json")
    assert code == DONE
    assert [f["code"] for f in json.loads(out)["findings"]] == ["credits-shares-unmeasured"]


def test_a_parcel_is_added_with_the_period_of_its_project(tanhui, ledger):
    code, _, _ = tanhui("register", "add", ledger, "parcel", "parcel=B", "project=CCER-14-0001",
                        "geometry=POLYGON ((121 45, 121.01 45, 121.01 45.01, 121 45))",
                        "datum=WGS84")  # fmt: skip
    assert code == DONE
    assert read_state(ledger).live(Parcel)[1].said.end == "2040-12-31"


def test_an_event_is_reversed_once_nothing_stands_on_it(tanhui, ledger):
    reverse = ("register", "reverse", ledger)
    code, _, err = tanhui(*reverse, 5, "--reason", "x")
    assert code == REFUSED
    assert "the events 6 stand on it" in err
    assert tanhui(*reverse, 6, "--reason", "x")[0] == DONE
    assert tanhui(*reverse, 5, "--reason", "x")[0] == DONE
    code, _, err = tanhui(*reverse, 4, "--reason", "")
    assert code == REFUSED
    assert "[credits-reason]" in err
    assert tanhui("register", "reverse", "nowhere.sqlite", 1, "--reason", "x")[0] == REFUSED


@pytest.mark.parametrize("what", ["projects", "parcels", "issues", "exits", "zones", "events"])
def test_everything_can_be_listed(tanhui, ledger, what):
    code, out, _ = tanhui("register", "list", ledger, "--what", what, "--lang", "zh")
    assert code == DONE
    assert "事件号" in out or "地区" in out
    rows = json.loads(tanhui("register", "list", ledger, "--what", what, "--json")[1])
    assert rows


def test_an_empty_listing_says_so(tanhui, tmp_path):
    path, book = tmp_path / "r.sqlite", write_book(tmp_path / "b.xlsx", {})
    tanhui("register", "import", path, book, "--region", "ningxia")
    book = write_book(tmp_path / "n.xlsx", {}, "ningxia")
    tanhui("register", "import", path, book, "--region", "ningxia")
    assert "nothing of this kind is recorded" in tanhui("register", "list", path)[2]


def test_the_deduction_is_shown_and_written_with_its_anchor(tanhui, ledger, tmp_path):
    out = tmp_path / "deductions.csv"
    code, shown, err = tanhui("register", "deduct", ledger, "--year", 2023, "--out", out)
    assert code == DONE
    assert "Deductions of 2023 (t CO2; basis: issued)" in shown
    assert "945" in shown
    assert ledger_anchor(ledger).head in err
    assert tanhui("register", "deduct", ledger, "--year", 2023, "--out", out)[0] == REFUSED
    code, shown, _ = tanhui("register", "deduct", ledger, "--year", 2023, "--lang", "zh",
                            "--basis", "gross_parcel")  # fmt: skip
    assert "口径：地块自身固碳量" in shown
    assert "1,200" in shown
    rows = json.loads(tanhui("register", "deduct", ledger, "--year", 2023, "--json")[1])
    assert [row["deduction_t_co2"] for row in rows] == ["945"]
    code, shown, _ = tanhui("verify", ledger, "--anchor", out, "--lang", "zh")
    assert code == DONE
    assert "台账校验通过：8 个事件，已核对 2 个锚点" in shown


def test_a_year_without_credits_deducts_nothing(tanhui, ledger):
    code, shown, _ = tanhui("register", "deduct", ledger, "--year", 2030)
    assert code == DONE
    assert "total" in shown


def test_verify_tells_a_ledger_that_lost_its_end(tanhui, ledger, tmp_path):
    anchor = tmp_path / "manifest.json"
    anchor.write_text(json.dumps({"ledger_head": "f" * 64, "ledger_events": 9}))
    code, _, err = tanhui("verify", ledger, "--anchor", anchor)
    assert code == DIFFERENT
    assert "[ledger-behind] an anchor tells of 9 events, the ledger has 8" in err
    found = json.loads(tanhui("verify", ledger, "--anchor", anchor, "--json")[1])["findings"]
    assert [f["code"] for f in found] == ["ledger-behind"]


def test_verify_tells_a_ledger_whose_guard_was_taken_away(tanhui, ledger):
    with closing(sqlite3.connect(ledger)) as connection:
        connection.execute("DROP TRIGGER event_exit")
        connection.commit()
    code, _, err = tanhui("verify", ledger)
    assert code == DIFFERENT
    assert "event_exit" in err
    code, _, err = tanhui("register", "reverse", ledger, 6, "--reason", "x")
    assert code == REFUSED
    assert "[ledger-schema]" in err


def test_a_ledger_that_is_missing_is_said_to_be(tanhui, tmp_path):
    code, _, err = tanhui("verify", tmp_path / "none.sqlite")
    assert code == DIFFERENT
    assert "[ledger-missing]" in err
