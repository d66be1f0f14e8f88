"""A run that names a ledger carries its end in the manifest and table 4 in the workbook."""

import json

import openpyxl
import pytest
from ledger_factory import BASE, EAST, WEST, issue, leave, made, removal
from tiny_inputs import write_tiny

import tanhui
from sinks.cli import run_commands
from sinks.credits import Basis, deduct
from sinks.credits.additions import contribute
from sinks.credits.sheet import credit_sheet
from sinks.export.extras import Request, Scope
from sinks.export.meta import LevelName, Meta, Text
from sinks.export.sheet_book import write_sheets
from sinks.ledger import ledger_anchor, read_state

META = Meta(
    region=Text(zh="区", en="Region"),
    levels=(LevelName(id="league", name=Text(zh="盟市", en="League")),),
    years=(2020, 2023),
    status="trial",
    run_id="a" * 64,
    version="1",
    methods={},
    products=(),
    coefficient_tables=(),
    inputs=(),
    legend=(),
    findings=(),
    notes=(),
    zone_names_en={},
    tiers={},
)


@pytest.fixture
def ledger(tmp_path):
    path = tmp_path / "ledger.sqlite"
    with made(path, *BASE):
        pass
    return path


@pytest.fixture
def meta_book(tmp_path):
    """Return a function that writes one sheet into a workbook and opens it."""

    def opened(sheet):
        path = tmp_path / "sheet.xlsx"
        write_sheets(
            path,
            [sheet],
            meta=META,
            lang="zh",
            title="t",
        )
        return openpyxl.load_workbook(path)

    return opened


def asked(base, **settings):
    return contribute(
        Request(settings=settings, where="inventory.toml", base=base, root=None,
                region="inner_mongolia", years=(2020, 2023))
    )  # fmt: skip


def test_without_the_section_nothing_is_added(tmp_path):
    found = asked(tmp_path)
    assert (found.files, found.findings, found.parameters) == ((), (), {})


def test_the_anchor_of_the_ledger_stands_among_the_parameters(ledger):
    found = asked(ledger.parent, file="ledger.sqlite")
    assert found.findings == ()
    assert found.files == (), "a ledger grows, so that its hash would not hold"
    assert found.parameters == {"basis": "issued", **ledger_anchor(ledger).as_json()}


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"file": "none.sqlite"}, "path-missing"),
        ({"file": "ledger.sqlite", "bases": "sold"}, "config-value"),
        ({"file": "ledger.sqlite", "basis": "guessed"}, "config-value"),
        ({}, None),
    ],
)
def test_what_is_wrong_with_the_section_refuses_the_run(ledger, settings, code):
    found = asked(ledger.parent, **settings).findings
    assert bool(found) is (code is not None)
    assert all(one.code.startswith(code) for one in found)


def rows_of(book, sheet):
    return list(book[sheet].iter_rows(values_only=True))


def test_a_run_carries_anchor_and_table_and_verify_compares_them(ledger, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    config = write_tiny(folder)
    text = config.read_text(encoding="utf-8")
    config.write_text(f'{text}\n[ledger]\nfile = "../ledger.sqlite"\n', encoding="utf-8")
    out = tmp_path / "results"
    group = tanhui.commands()
    assert run_commands(group, ["run", str(config), "--out", str(out), "--quiet"]) == 0
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["parameters"]["ledger"]["ledger_head"] == ledger_anchor(ledger).head
    assert "file" not in manifest["parameters"]["ledger"]
    compare = ["verify", str(ledger), "--anchor", str(out / "manifest.json")]
    assert run_commands(group, compare) == 0
    with made(ledger):
        pass
    assert run_commands(group, compare) == 0, "a ledger that has grown still holds the anchor"


def test_table_4_has_the_rows_of_the_reported_leagues_and_their_sum(ledger, meta_book):
    """945 t were issued on a parcel that lies to a quarter in the west."""
    deductions, state = deduct(ledger, year=2023, basis=Basis.ISSUED), read_state(ledger)
    names = {EAST: "东盟", WEST: "西市"}
    book = meta_book(credit_sheet([deductions], state, names=names, zones={EAST, WEST}))
    rows = rows_of(book, "表4 碳汇项目扣减")
    head = next(i for i, row in enumerate(rows) if row[0] == "项目编号")
    body = rows[head + 1 :]
    place = rows[head].index("本年扣减量\n（吨二氧化碳）")
    total = next(row for row in body if row[0] == "合计")
    parts = [row[place] for row in body if row[0] not in ("合计", None) and row[place] is not None]
    assert total[place] == pytest.approx(sum(parts))
    assert sum(deductions.by_zone().values()) / 1000 == pytest.approx(total[place])
    assert any(deductions.anchor.head in str(row[0]) for row in body)
    only = meta_book(credit_sheet([deductions], state, names=names, zones={WEST}))
    (west,) = [r for r in rows_of(only, "表4 碳汇项目扣减") if r[3] == "西市"]
    assert west[place] < total[place]


def test_table_4_has_every_vintage_of_the_period_each_with_its_total(tmp_path, meta_book):
    """Of 2022 300 t and of 2023 945 t, 100 t of these sold outside; of 2021 nothing."""
    path = tmp_path / "two.sqlite"
    more = (removal(tonnes=300, year=2022), issue(2001, 2300, year=2022), leave())
    with made(path, *BASE, *more):
        pass
    state = read_state(path)
    years = [deduct(state, year=year, basis=Basis.ISSUED) for year in (2021, 2022, 2023)]
    names = {EAST: "东盟", WEST: "西市"}
    rows = rows_of(meta_book(credit_sheet(years, state, names=names, zones={EAST, WEST})),
                   "表4 碳汇项目扣减")  # fmt: skip
    assert any("2021–2023年减排量" in str(row[0]) for row in rows)
    head = next(row for row in rows if row[0] == "项目编号")
    year, kg = head.index("减排量\n年份"), head.index("本年扣减量\n（吨二氧化碳）")
    totals = [(row[year], row[kg]) for row in rows if row[0] == "合计"]
    assert totals == [(2021, 0), (2022, 300), (2023, 945)]
    body = [row for row in rows if row[0] == "P1"]
    assert [(row[year], row[kg]) for row in body] == [
        (2022, 75), (2022, 225), (2023, 236.25), (2023, 708.75),
    ]  # fmt: skip
    assert {row[head.index("机制")] for row in body} == {"CCER"}
    assert [row[head.index("买方范围")] for row in body] == [None, None, "区外", "区外"]


def test_a_run_asks_for_the_years_after_its_first(ledger, meta_book):
    found = asked(ledger.parent, file="ledger.sqlite").extras(
        Scope(region="inner_mongolia", lang="zh", zones=frozenset({EAST, WEST}), meta=META)
    )
    (sheet,) = found.sheets
    rows = rows_of(meta_book(sheet), "表4 碳汇项目扣减")
    assert [row[7] for row in rows if row[0] == "合计"] == [2021, 2022, 2023]
