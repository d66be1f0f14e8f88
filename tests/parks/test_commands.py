"""tanhui parks certificates, assets and balance: files in, tables out, nothing counted twice."""

import csv
import json
import re
from decimal import Decimal

import pandas as pd
import pytest
from ledger_factory import BASE, EAST, WEST, leave, made
from parks_energy import columns, hourly, write_csv
from results_factory import write_results

import tanhui
from parks.asset_table import read_assets
from parks.deductions import read_deductions, register_deductions
from parks.green_land import green_land_of
from parks.park import Fact, FactStatus, Park, ParkKind
from sinks.cli import run_commands
from sinks.export.schemas import SCHEMAS
from sinks.export.tables import write_table

DONE, REFUSED = 0, 2


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


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


# source, grid, load and storage


def test_the_balance_of_a_year_closes_by_month_and_as_a_whole(call, tmp_path):
    """Hours of 2 MWh against 3 and 1: half an hour's MWh is surplus, as much is bought."""
    made = hourly([2.0, 2.0], [3.0, 1.0], whole_year=True)
    table = columns(made)
    table["wind_mwh"] = table.pop("green_mwh")
    series = write_csv(tmp_path / "s.csv", table)
    words = ("flows", series, "--park", "p", "--year", 2023)
    record = json.loads(call(*words, "--json")[1])
    assert record["totals"]["grid_import"] == record["totals"]["surplus"] == 4380
    assert [row["period"] for row in record["periods"]] == list(range(1, 13))
    assert sum(row["load_mwh"] for row in record["periods"]) == 17520
    assert record["periods"][1]["load_mwh"] == 2 * 28 * 24
    assert record["peak_import_mw"] == 1
    out = tmp_path / "flows.csv"
    store = ("--store-mwh", 1, "--efficiency", 1, "--export-mw", 0, "--out", out)
    code, said, _ = call(*words, *store, "--lang", "zh")
    assert code == DONE
    assert "源网荷储" in said
    assert "其中弃电" in said
    frame = pd.read_csv(out)
    assert len(frame) == 8760
    left = frame["new_energy_mwh"] + frame["grid_import_mwh"] + frame["discharge_mwh"]
    right = frame["load_mwh"] + frame["charge_mwh"] + frame["surplus_mwh"] + frame["losses_mwh"]
    assert (left - right).abs().max() < 1e-9
    assert frame["grid_import_mwh"].sum() == 0  # what is left of one hour serves the next
    assert call(*words, "--store-mwh", 1)[0] == REFUSED
    assert call(*words, "--out", series, "--replace")[0] == REFUSED


# certificates

HEAD = "park_id,scheme,first_serial,last_serial,certificates,generated,used_year,source\n"


@pytest.fixture
def claims(tmp_path):
    """Return two files of one register: 1,000 and 500 certificates of one series of serials."""
    own = HEAD + "mengsu,gec,GEC-2023-0001,GEC-2023-1000,1000,2023-05,2023,contract 1\n"
    other = HEAD + "damao,gec,GEC-2023-1001,GEC-2023-1500,500,2023-05,2023,contract 2\n"
    return write(tmp_path / "own.csv", own), write(tmp_path / "other.csv", other)


def test_a_register_over_several_files_has_a_line_for_each_park(call, claims):
    code, out, error = call("certificates", *claims)
    assert (code, error) == (DONE, "")
    assert "mengsu" in out
    assert "1,000.0" in out
    assert "definition: " in out
    words = ("--park", "mengsu", "--year", 2023, "--load-mwh", 4000, "--json")
    record = json.loads(call("certificates", *claims, *words)[1])
    (line,) = record["certificates"]
    assert (line["certificates"], line["mwh"], line["share_of_load"]) == (1000, 1000, 0.25)
    record = json.loads(call("certificates", *claims, "--year", 2024, "--json")[1])
    assert record == {"findings": [], "certificates": []}
    assert "there are no certificates" in call("certificates", *claims, "--year", 2024)[1]


def test_a_serial_of_another_file_is_used_twice_and_refused(call, claims, tmp_path):
    again = HEAD + "damao,gec,gec 2023 0999,gec 2023 1002,4,2023-06,2023,contract 3\n"
    third = write(tmp_path / "third.csv", again)
    code, out, error = call("certificates", *claims, third)
    assert (code, out) == (REFUSED, "")
    assert error.count("[certificate-overlap]") == 2
    assert "mengsu" in error
    assert "third, row 2" in error
    assert call("certificates", claims[1], third)[0] == REFUSED
    assert call("certificates", claims[0], "--load-mwh", 5)[0] == REFUSED
    assert call("certificates", tmp_path / "none.csv")[0] == REFUSED


def test_certificates_above_the_load_are_told(call, claims):
    words = ("--park", "mengsu", "--year", 2023, "--load-mwh", 10)
    code, out, error = call("certificates", *claims, *words)
    assert code == DONE
    assert "[certificate-above-load]" in error
    assert "10000.00%" in out


# assets

ASSETS = """id,name,class,stage,developer,owner,benefit_shares,quantity,unit,vintage,league_code,\
source
A-1,库布齐造林,林草碳汇,审定,甲公司,嘎查集体,甲公司:40;嘎查集体:60,12000,t CO2,2023,150600,文件
A-2,达拉特光伏,renewable_reduction,lead,,,,,,,150600,
"""


def test_the_pipeline_is_listed_and_summed_by_class_and_stage(call, tmp_path):
    table = write(tmp_path / "a.csv", ASSETS)
    code, out, error = call("assets", table, "--lang", "zh")
    assert (code, error) == (DONE, "")
    for words in ("林草碳汇", "审定", "嘎查集体 60%", "12000", "线索", "不计入盟市碳汇"):
        assert words in out
    pattern = r"新能源减排 *│ 线索 *│ *1 *│ *缺 *│"
    assert re.search(pattern, out), out  # no quantity is known: missing, and not 0
    record = json.loads(call("assets", table, "--json")[1])
    assert [row["quantity"] for row in record["pipeline"]] == ["12000", None]
    assert [row["assets"] for row in record["pipeline"]] == [1, 1]
    assert record["assets"][0]["benefit_shares"][1] == {"party": "嘎查集体", "percent": "60"}
    record = json.loads(call("assets", table, "--stage", "lead", "--json")[1])
    assert [asset["id"] for asset in record["assets"]] == ["A-2"]
    assert "there are no assets" in call("assets", table, "--class", "carbon_inclusion")[1]


def test_shares_that_are_not_the_whole_are_refused(call, tmp_path):
    table = write(tmp_path / "a.csv", ASSETS.replace("嘎查集体:60", "嘎查集体:59.99"))
    code, out, error = call("assets", table, "--out", tmp_path / "b.csv")
    assert (code, out) == (REFUSED, "")
    assert "[asset-shares-sum]" in error
    assert not (tmp_path / "b.csv").exists()


def test_an_asset_goes_one_stage_further_with_evidence(call, tmp_path):
    table, out = write(tmp_path / "a.csv", ASSETS), tmp_path / "b.csv"
    step = ("--advance", "A-1", "--to", "registration", "--evidence", "登记函 7", "--out", out)
    code, _, error = call("assets", table, *step)
    assert code == DONE
    assert "written to" in error
    moved = {asset.id: asset for asset in read_assets(out)[0]}
    assert (moved["A-1"].stage, moved["A-1"].source) == ("registration", "登记函 7")
    assert moved["A-2"].stage == "lead"
    code, _, error = call("assets", table, *step)
    assert (code, "add --replace" in error) == (REFUSED, True)
    wrong = ("--to", "issuance", "--evidence", "x", "--out", tmp_path / "c.csv")
    code, _, error = call("assets", table, "--advance", "A-1", *wrong)
    assert (code, "[asset-step]" in error) == (REFUSED, True)
    code, _, error = call("assets", table, "--advance", "A-9", *wrong)
    assert (code, "[asset-which]" in error) == (REFUSED, True)
    assert call("assets", table, "--advance", "A-1")[0] == REFUSED
    assert call("assets", table, "--out", table, "--replace")[0] == REFUSED
    assert table.read_text(encoding="utf-8") == ASSETS


# balance

ACTIVITIES = """park_id,year,component,item,quantity,unit,source
mengsu,2023,fuel,diesel,1000,t,a meter
mengsu,2023,process,,0,t,a meter
mengsu,2023,power_purchased,,1000,MWh,a meter
mengsu,2023,heat_purchased,,0,GJ,a meter
"""
FACTORS = """parameter,item,value,unit,source,confidence,region,year
co2_per_unit,grid_average,0.5,t CO2/MWh,a test,verified,inner_mongolia,2023
co2_per_unit,grid_residual,0.9,t CO2/MWh,a test,verified,,2023
co2_per_unit,heat,0.1,t CO2/GJ,a test,verified,,
"""
ISSUED = (
    "league_code,vintage,t_co2,source\n150600,2023,100,a register\n150600,2022,900,a register\n"
)


@pytest.fixture
def league_run(tmp_path):
    """Return a results folder in which Ordos takes up 1,000 t CO2 a year."""
    results = write_results(tmp_path)
    row = dict.fromkeys(SCHEMAS["totals"].columns) | {
        "zone_code": "150600", "zone_name": "鄂尔多斯市", "level": "league", "year0": 2020,
        "year1": 2023, "quantity": "change", "scope": "forest_grassland_wetland",
        "sink_t_co2_per_year": 1000, "low_t_co2_per_year": 400, "high_t_co2_per_year": 1600,
        "verdict": "signal",
    }  # fmt: skip
    frame = pd.DataFrame([row])
    write_table(results / "totals.csv", frame, SCHEMAS["totals"], status="trial", run_id="r")
    return results


def words_of(tmp_path, league_run):
    factors = write(tmp_path / "f.csv", FACTORS)
    activities = write(tmp_path / "a.csv", ACTIVITIES)
    return ("balance", "inner_mongolia", league_run, "--year", 2023, "--activities", activities,
            "--factors", factors)  # fmt: skip


def test_emissions_stand_beside_the_sink_and_are_never_netted(call, league_run, tmp_path):
    """1,000 t of diesel and 1,000 MWh at 0.5 t; the sink of 1,000 less 100 issued offsets 900."""
    issued = write(tmp_path / "issued.csv", ISSUED)
    words = words_of(tmp_path, league_run)
    record = json.loads(call(*words, "--deductions", issued, "--json")[1])
    (league,) = record["leagues"]
    assert (league["league_code"], league["parks"], league["parks_known"]) == ("150600", 2, 1)
    assert [Decimal(league[key]) for key in ("deducted_t_co2", "admissible_t_co2")] == [100, 900]
    assert [Decimal(league[key]) for key in ("offset_t_co2", "offset_low_t_co2")] == [900, 300]
    mine = next(p for p in record["parks"] if p["park_id"] == "mengsu")
    assert Decimal(mine["emissions_t_co2"]) == Decimal(league["emissions_t_co2"]) > 3000
    assert mine["share_t_co2"] is None  # the other park of the league is not known
    assert record["status"] == "trial"
    code, out, error = call(*words)
    assert code == DONE
    assert "no sink lessens the emissions" in out
    assert "[balance-emissions-missing]" in error
    assert "鄂尔多斯市" in out
    location, market = (
        json.loads(call(*words, "--basis", basis, "--json")[1])["leagues"][0]["emissions_t_co2"]
        for basis in ("location", "market")
    )
    assert Decimal(market) - Decimal(location) == 400  # 1,000 MWh at 0.9 instead of 0.5


def test_a_balance_without_a_run_or_with_bad_deductions_is_refused(call, league_run, tmp_path):
    words = words_of(tmp_path, league_run)
    code, _, error = call(*words[:2], tmp_path / "none", *words[3:])
    assert code == REFUSED
    assert "Traceback" not in error
    bad = write(tmp_path / "bad.csv", ISSUED.replace(",100,", ",-1,").replace(",900,", ",,"))
    code, _, error = call(*words, "--deductions", bad)
    assert (code, "[deduction-negative]" in error, "[table-blank]" in error) == (
        REFUSED, True, True,
    )  # fmt: skip
    nowhere = write(tmp_path / "nowhere.csv", "park_id,name_zh,kind\np,甲,zero\n")
    assert call("balance", nowhere, *words[2:])[0] == REFUSED


def test_deductions_are_those_of_the_vintage(tmp_path):
    path = write(tmp_path / "issued.csv", ISSUED + "150700,2023,5,a register\n")
    assert read_deductions(path, year=2023) == ({"150600": Decimal(100), "150700": Decimal(5)}, [])
    assert read_deductions(path, year=2022)[0] == {"150600": Decimal(900)}


@pytest.fixture
def ledger(tmp_path):
    """Return a register: 945 t of 2023, a quarter of the parcel in the west."""
    path = tmp_path / "register.sqlite"
    with made(path, *BASE, leave()):
        pass
    return path


@pytest.fixture
def exported(ledger, tmp_path, capsys):
    """Return the table that ``tanhui register deduct`` writes of it."""
    path = tmp_path / "deductions.csv"
    words = ("register", "deduct", ledger, "--year", 2023, "--out", path)
    assert run_commands(tanhui.commands(), [str(word) for word in words]) == DONE
    capsys.readouterr()
    return path


def test_the_table_of_the_register_is_read_as_it_is(ledger, exported):
    found, remarks = read_deductions(exported, year=2023)
    assert remarks == []
    assert sum(found.values()) == 945
    assert set(found) == {WEST, EAST}
    assert read_deductions(exported, year=2022) == ({}, [])
    issued, anchor = register_deductions(ledger, year=2023)
    assert issued == found
    with exported.open(encoding="utf-8", newline="") as stream:
        assert {r["ledger_head"] for r in csv.DictReader(stream)} == {anchor.head}


def test_what_grew_outside_and_what_cannot_be_added_is_told(exported):
    text = exported.read_text(encoding="utf-8")
    exported.write_text(text.replace(f"\n{WEST},", "\noutside,"), encoding="utf-8")
    assert set(read_deductions(exported, year=2023)[0]) == {EAST}
    head, first, *rest = text.splitlines()
    mixed = "\n".join([head, first.replace(",issued,", ",sold,"), *rest]) + "\n"
    exported.write_text(mixed, encoding="utf-8")
    found = read_deductions(exported, year=2023)[1]
    assert [(f.code, f.value) for f in found] == [("deduction-basis", "issued, sold")]
    cell = first.split(",")[15]
    exported.write_text(text.replace(f",{cell},", ",-5,"), encoding="utf-8")
    assert "deduction-negative" in {f.code for f in read_deductions(exported, year=2023)[1]}
    exported.write_text(text.replace("zone_code", "zone", 1), encoding="utf-8")
    assert {f.code for f in read_deductions(exported, year=2023)[1]} == {
        "table-column-missing", "table-column-unknown",
    }  # fmt: skip


def test_a_balance_reads_the_register_and_names_its_end(
    call, league_run, ledger, exported, tmp_path
):
    words = words_of(tmp_path, league_run)
    totals = league_run / "totals.csv"
    totals.write_text(totals.read_text(encoding="utf-8").replace("150600", EAST), encoding="utf-8")
    records = [
        json.loads(call(*words, option, path, "--json")[1])
        for option, path in (("--register", ledger), ("--deductions", exported))
    ]
    assert records[0]["leagues"] == records[1]["leagues"]
    assert Decimal(records[0]["leagues"][0]["deducted_t_co2"]) > 0
    assert records[1]["register"] is None
    code, out, _ = call(*words, "--register", ledger)
    assert (code, records[0]["register"]["ledger_head"] in out) == (DONE, True)
    assert call(*words, "--register", ledger, "--deductions", exported)[0] != DONE
    code, _, error = call(*words, "--register", totals)
    assert (code, "Traceback" in error) == (REFUSED, False)


def fact(parameter, value, date, status=FactStatus.MEASURED):
    unit = {"green_land": "ha", "green_land_sink": "t CO2"}[parameter]
    number = None if value is None else Decimal(value)
    return Fact(park_id="p", parameter=parameter, status=status, value=number, unit=unit,
                date=date, source=f"doc {date}")  # fmt: skip


def test_green_land_is_the_latest_that_is_there_and_no_promise():
    facts = (
        fact("green_land", "10", "2021"), fact("green_land", "12", "2023-06"),
        fact("green_land", "99", "2024"), fact("green_land", "50", "2023-12", FactStatus.TARGET),
        fact("green_land_sink", "30", "2022"), fact("green_land", None, "2023"),
    )  # fmt: skip
    park = Park(park_id="p", name_zh="甲", kind=ParkKind.ZERO, facts=facts)
    bare = Park(park_id="q", name_zh="乙", kind=ParkKind.ZERO)
    (land,) = green_land_of([park, bare], year=2023).values()
    assert (land.area_ha, land.sink_t_co2) == (12, 30)
    assert land.source == "doc 2022; doc 2023-06"
    assert green_land_of([park], year=2020) == {}
    assert green_land_of([park], year=2024)["p"].area_ha == 99
