"""``tanhui assess`` from end to end: files, sheets, languages, exit codes, refusals."""

import csv
import json
import shutil
from decimal import Decimal

import openpyxl
import pytest
from assessment_book import BAOTOU, ORDOS, REGION, TERMS, write_book, write_settings
from ledger_factory import BASE, WEST, leave, made
from results_factory import write_results

from sinks.assessment import Choices
from sinks.assessment.choices import OPTIONS
from sinks.assessment.files import FILES
from sinks.assessment.tables import ASSESSMENT_SCHEMA, QUARTERS_SCHEMA, SENSITIVITY_SCHEMA
from sinks.cli import build_commands, run_commands
from sinks.ledger import ledger_anchor
from sinks.regions import load_region

DONE, REFUSED, DIFFERENT = 0, 2, 4
IM = load_region("inner_mongolia")
LEAGUES = dict(IM.zones.loc[IM.zones["level"] == "league", ["code", "name_zh"]].to_numpy())
# 1,000 ha of grassland (agb 3 t C/ha) become forest (60): 57,000 t C, 69,666.666667 t CO2 a year
ROWS = ((ORDOS, "G", "F", 1_000), (ORDOS, "G", "G", 40_000), (BAOTOU, "G", "G", 60_000))
SINK = Decimal("69666.666667")


def rows_of_book(*, lacking=()):
    """Return every league in every year: 1,000 falls to 900 by 2023, product stays."""
    rows = []
    for year in range(2020, 2024):
        for code, name in LEAGUES.items():
            energy = None if (code, year) in lacking else 1000 - 25 * (year - 2020)
            judged = (None, None) if year == 2020 else (5, 960)
            rows.append((name, year, energy, 100, -50, 10, 500, *judged, "文号"))
    rows.append(("内蒙古自治区", 2023, None, None, None, None, None, 5, 11_000, "文号"))
    return rows


QUARTERS = [
    ("鄂尔多斯市", 2023, name, 200, 20, -10, "快报") for name in ("一季度", "二季度", "四季度")
]


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
def made_once(tmp_path_factory):
    """Return a folder with settings, workbook and results, and what the command wrote."""
    folder = tmp_path_factory.mktemp("assess")
    write_results(folder, rows=ROWS)
    write_book(folder / "book.xlsx", reported=rows_of_book(lacking={(BAOTOU, 2022)}),
               quarters=QUARTERS)  # fmt: skip
    write_settings(folder / "a.toml")
    words = ["assess", str(folder / "a.toml"), "--out", str(folder / "out"), "--lang", "zh"]
    assert run_commands(build_commands(), words) == DONE
    return folder


@pytest.fixture
def folder(made_once, tmp_path):
    shutil.copytree(made_once, tmp_path / "copy")
    return tmp_path / "copy"


def table(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def assessed(folder, zone, year):
    rows = table(folder / "assessment.csv")
    return next(r for r in rows if (r["zone_code"], r["year"]) == (zone, str(year)))


def test_the_table_holds_the_region_and_its_leagues_alone(made_once):
    rows = table(made_once / "out" / "assessment.csv")
    assert list(rows[0]) == [*ASSESSMENT_SCHEMA.columns, "status", "run_id"]
    assert {r["zone_code"] for r in rows} == {REGION, *LEAGUES}
    assert len(rows) == 13 * 4
    assert {r["level"] for r in rows} == {"region", "league"}


def test_a_row_is_the_account_by_hand(made_once):
    """10^4 t: 925 + 100 - 50 - 10 = 965 gross; less 6.9666666667 of the sink; product 500."""
    row = assessed(made_once / "out", ORDOS, 2023)
    assert row["gross_t_co2"] == "9650000"
    assert Decimal(row["sink_t_co2"]) == SINK
    assert Decimal(row["net_t_co2"]) == 9_650_000 - SINK
    assert row["gross_intensity"] == "1.93"
    assert Decimal(row["drop_percent"]) == round(Decimal(75) / Decimal(1040) * 100, 6)
    assert (row["rigid_verdict"], row["elastic_verdict"]) == ("holds", "within")
    assert Decimal(row["deviation_t_co2"]) == 9_650_000 - SINK - 9_600_000
    assert (row["sink_period"], row["deduction_t_co2"], row["status"]) == ("2020-2023", "", "trial")


def test_the_base_year_has_no_sink_and_no_verdict(made_once):
    row = assessed(made_once / "out", ORDOS, 2020)
    assert (row["sink_t_co2"], row["net_t_co2"], row["missing"]) == ("", "", "sink")
    assert (row["gross_t_co2"], row["rigid_verdict"]) == ("10400000", "no_target")
    assert (row["base_intensity"], row["drop_percent"]) == ("", "")


def test_the_region_is_the_sum_of_its_leagues(made_once):
    rows = [r for r in table(made_once / "out" / "assessment.csv") if r["year"] == "2023"]
    whole = next(r for r in rows if r["zone_code"] == REGION)
    for name in ("gross_t_co2", "gdp_10k_yuan"):
        parts = [Decimal(r[name]) for r in rows if r["zone_code"] != REGION]
        assert Decimal(whole[name]) == sum(parts)


def test_a_missing_cell_leaves_league_and_region_open_and_is_named(made_once):
    for zone in (BAOTOU, REGION):
        row = assessed(made_once / "out", zone, 2022)
        assert f"{BAOTOU} energy" in row["missing"]
        assert (row["gross_t_co2"], row["drop_percent"]) == ("", "")
    assert assessed(made_once / "out", BAOTOU, 2022)["rigid_verdict"] == "open"
    assert assessed(made_once / "out", ORDOS, 2022)["rigid_verdict"] == "fails"


def test_quarters_are_emissions_alone_and_never_a_share_of_the_sink(made_once):
    rows = table(made_once / "out" / "assessment_quarters.csv")
    assert not [name for name in QUARTERS_SCHEMA.columns if "sink" in name]
    assert [(r["quarter"], r["emission_t_co2"], r["cumulative_t_co2"]) for r in rows] == [
        ("1", "2100000", "2100000"), ("2", "2100000", "4200000"), ("4", "2100000", ""),
    ]  # fmt: skip


def test_the_sensitivity_holds_every_combination_of_every_zone_and_assessed_year(made_once):
    rows = table(made_once / "out" / "assessment_sensitivity.csv")
    assert list(rows[0]) == [*SENSITIVITY_SCHEMA.columns, "status", "run_id"]
    assert len(rows) == 2**5 * 13 * 3
    net = [r for r in rows if r["intensity_basis"] == "net" and r["zone_code"] == ORDOS]
    assert {r["rigid_verdict"] for r in net} == {"open"}
    alone = {**Choices().said(), "intensity_basis": "net"}
    (row,) = (r for r in net if r["year"] == "2023" and all(r[n] == alone[n] for n in OPTIONS))
    assert row["changed"] == "rigid"


def test_the_choices_stand_in_a_table_with_their_basis_and_what_hangs_on_them(made_once):
    rows = {r["choice"]: r for r in table(made_once / "out" / "assessment_choices.csv")}
    assert rows["offset_by"]["value"] == rows["offset_by"]["default"] == "central"
    assert "抵消地区碳排放量" in rows["offset_by"]["basis_zh"]
    assert f"{ORDOS} 2023 net: holds > open" in rows["intensity_basis"]["changes_rigid"]


def test_the_record_names_what_the_assessment_was_made_of(made_once):
    said = json.loads((made_once / "out" / "assessment.json").read_text(encoding="utf-8"))
    manifest = json.loads((made_once / "results" / "manifest.json").read_text(encoding="utf-8"))
    assert said["runs"] == [{"run_id": manifest["run_id"], "status": "trial"}]
    assert said["choices"]["negative_sink"] == "add"
    assert said["register"] is None
    assert len(said["workbook_sha256"]) == 64
    row = table(made_once / "out" / "assessment.csv")[0]
    assert row["run_id"] == said["assessment_id"]


def test_the_sheet_shows_the_same_figures_in_10k_tonnes(made_once):
    sheet = openpyxl.load_workbook(made_once / "out" / "assessment.xlsx")["表5 双控评价考核"]
    lines = list(sheet.iter_rows(values_only=True))
    head = next(i for i, line in enumerate(lines) if line[0] == "盟市")
    heading = lines[head]
    at = {
        name: heading.index(name)
        for name in ("总排放", "碳排放强度\n（吨/万元）", "净排放", "刚性判定", "目标\n下降率(%)")
    }
    line = next(x for x in lines if x[:2] == ("鄂尔多斯市", "2023"))
    row = assessed(made_once / "out", ORDOS, 2023)
    assert line[at["总排放"]] == 965
    assert line[at["碳排放强度\n（吨/万元）"]] == 1.93
    assert line[at["净排放"]] == pytest.approx(float(row["net_t_co2"]) / 10_000)
    assert (line[at["刚性判定"]], line[at["目标\n下降率(%)"]]) == ("完成", 5)
    everything = "\n".join(str(cell) for line in lines for cell in line if cell)
    for said in ("负固碳量的处理", "敏感性", "强度口径改为“净排放（扣除碳汇）”", "未指定台账"):
        assert said in everything
    assert next(x for x in lines if x[:2] == ("包头市", "2022"))[at["总排放"]] == "缺"


def test_a_second_time_gives_the_same_bytes(tanhui, folder):
    before = {name: (folder / "out" / name).read_bytes() for name in FILES}
    words = ("assess", folder / "a.toml", "--out", folder / "out", "--lang", "zh")
    assert tanhui(*words)[0] == REFUSED
    assert tanhui(*words, "--replace")[0] == DONE
    assert {name: (folder / "out" / name).read_bytes() for name in FILES} == before


def test_the_league_table_speaks_both_languages(tanhui, folder):
    code, out, err = tanhui("assess", folder / "a.toml")
    assert code == DONE
    assert "Ordos" in out
    assert "negative sink: adds to the emissions" in out
    assert "assessment-undeducted" in err
    assert "鄂尔多斯市" in tanhui("assess", "--lang", "zh", folder / "a.toml")[1]
    assert tanhui("assess", "show", folder / "a.toml", "--year", 2019)[0] == REFUSED


def test_a_failing_target_counts_under_strict(tanhui, folder):
    assert tanhui("assess", folder / "a.toml", "--strict")[0] == DIFFERENT


def test_a_changed_inventory_is_refused_and_nothing_is_written(tanhui, folder):
    with (folder / "results" / "totals.csv").open("a", encoding="utf-8") as stream:
        stream.write("\n")
    code, _, err = tanhui("assess", folder / "a.toml", "--out", folder / "new")
    assert code == REFUSED
    assert "assessment-run-unverified" in err
    assert not (folder / "new").exists()


def test_results_take_no_other_files(tanhui, folder):
    assert tanhui("assess", folder / "a.toml", "--out", folder / "results")[0] == REFUSED


def test_an_official_assessment_needs_a_register(tanhui, folder):
    stated = ((*TERMS[:5], "正式"),)
    write_book(folder / "book.xlsx", terms=stated, reported=rows_of_book())
    code, _, err = tanhui("assess", folder / "a.toml")
    assert code == REFUSED
    assert "assessment-undeducted" in err
    assert "assessment-run-status" in err


def test_the_register_is_deducted_by_vintage_and_listed_in_table_4(tanhui, folder):
    """945 t of 2023, a quarter of it in Tongliao: 236.25 t; no other year, and the issued basis.

    100 t of it were sold outside, 25 t of them from Tongliao.
    """
    with made(folder / "reg.sqlite", *BASE, leave()):
        pass
    for basis, tongliao in (("issued", "236.25"), ("sold", "25")):
        write_settings(folder / "a.toml", register="reg.sqlite",
                       choices=f'deduction_basis = "{basis}"')  # fmt: skip
        code, _, err = tanhui("assess", folder / "a.toml", "--out", folder / basis)
        assert code == DONE
        assert "assessment-undeducted" not in err
        assert assessed(folder / basis, WEST, 2023)["deduction_t_co2"] == tongliao
        assert assessed(folder / basis, WEST, 2022)["deduction_t_co2"] == "0"
    assert assessed(folder / "issued", REGION, 2023)["deduction_t_co2"] == "945"
    said = json.loads((folder / "issued" / "assessment.json").read_text(encoding="utf-8"))
    anchor = ledger_anchor(folder / "reg.sqlite")
    assert said["register"] == {"ledger_head": anchor.head, "ledger_events": anchor.events}
    book = openpyxl.load_workbook(folder / "issued" / "assessment.xlsx")
    lines = list(book["Table 4 Deductions"].iter_rows(values_only=True))
    listed = [line for line in lines if line[0] == "P1"]
    assert sum(line[10] for line in listed) == 945
    assert {line[3] for line in listed} == {"Tongliao", "Hulunbuir"}
    assert len(table(folder / "issued" / "assessment_sensitivity.csv")) == 2**5 * 4 * 13 * 3


def test_the_sink_of_the_base_year_comes_from_an_earlier_inventory(tanhui, folder):
    """100 ha a period before, 1,000 ha now: net intensity can be compared."""
    (folder / "early").mkdir()
    rows = ((ORDOS, "G", "F", 100), *ROWS[1:])
    write_results(folder / "early", rows=rows, years=(2017, 2020))
    write_settings(folder / "a.toml", base_run="early/results", choices='intensity_basis = "net"')
    assert tanhui("assess", folder / "a.toml", "--out", folder / "net")[0] == DONE
    row = assessed(folder / "net", ORDOS, 2023)
    now, base = 9_650_000 - SINK, 10_400_000 - Decimal("6966.666667")
    assert float(row["drop_percent"]) == pytest.approx(float(1 - now / base) * 100, abs=2e-6)
    assert assessed(folder / "net", ORDOS, 2020)["sink_t_co2"] == "6966.666667"


def test_a_template_and_its_settings_are_written_once(tanhui, tmp_path):
    words = ("assess", "template", "--out", tmp_path / "t.xlsx", "--settings", tmp_path / "a.toml")
    assert tanhui(*words)[0] == DONE
    assert tanhui(*words)[0] == REFUSED
    assert tanhui(*words, "--replace")[0] == DONE
    assert tanhui("assess", "template", "--out", tmp_path / "t.csv")[0] == REFUSED
    assert tanhui("assess", "template", "--out", tmp_path / "no" / "t.xlsx")[0] == REFUSED
    code, _, err = tanhui("assess", "template", "--out", tmp_path / "n.xlsx", "--region", "ningxia")
    assert code == REFUSED
    assert "assessment-region-disabled" in err
