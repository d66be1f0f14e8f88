"""The credit register in a budget: what left the sink, what may be traded, and never both."""

import csv
from decimal import Decimal

import openpyxl
import pytest
from budget_book import budget, increment, write_book
from ledger_factory import BASE, EAST, WEST, issue, leave, made, parcel, project, removal

from sinks.budget import SinkSeries, draw_up, read_budget, sink_series
from sinks.budget.files import budget_id, budget_record, write_budget
from sinks.budget.registered import read_register
from sinks.categories import Status
from sinks.ledger.anchor import read_anchors
from sinks.ledger.said import Scheme
from sinks.regions import load_region

YEARS = range(2020, 2024)


@pytest.fixture
def ledger(tmp_path):
    """Return a ledger: 945 t CCER of 2023, a quarter of the parcel in the west; 100 t are sold."""
    path = tmp_path / "register.sqlite"
    with made(path, *BASE, leave()):
        pass
    return path


def read(path, leagues=(WEST, EAST)):
    return read_register(path, years=YEARS, leagues=leagues)


def test_issued_credits_are_deducted_and_what_did_not_leave_may_be_traded(ledger):
    found = read(ledger)
    assert set(found.deducted) == {(WEST, 2023), (EAST, 2023)}
    assert sum(found.deducted.values()) == 945
    assert sum(found.tradable.values()) == 845
    assert abs(found.deducted[WEST, 2023] - Decimal("236.25")) <= Decimal("0.001")


def test_kilograms_become_tonnes_exactly(ledger):
    found = read(ledger)
    assert {(value * 1000) % 1 for value in found.deducted.values()} == {0}


def test_a_tonne_for_sale_is_no_longer_in_the_sink(ledger):
    """The sink of a league less its credits, and its credits, are the sink once."""
    found = read(ledger)
    sinks = {(EAST, year): Decimal(5000) for year in YEARS}
    series = SinkSeries(base_year=2020, sinks=sinks, deducted=found.deducted)
    increase = series.increase(EAST, since=2020, until=2023)
    assert increase == -found.deducted[EAST, 2023]
    assert increase + found.tradable[EAST] <= 0


def test_leagues_of_another_region_are_left_out(ledger):
    assert read(ledger, leagues=(WEST,)).tradable.keys() == {WEST}


def test_only_ccer_credits_may_be_traded(tmp_path):
    path = tmp_path / "register.sqlite"
    other = (
        BASE[0],
        project(scheme=Scheme.VCS),
        parcel(),
        removal(),
        issue(),
    )
    with made(path, *other):
        pass
    found = read(path)
    assert sum(found.deducted.values()) == 945
    assert found.tradable == {}


def test_the_anchor_names_the_end_of_the_register(ledger, tmp_path):
    longer = tmp_path / "longer.sqlite"
    with made(longer, *BASE, leave(), leave(first=101, last=110)):
        pass
    assert read(ledger).anchor != read(longer).anchor
    assert read(ledger).anchor == read(ledger).anchor


def test_with_a_register_nothing_is_said_of_credits(ledger):
    plan = budget(increment("1"))
    found = sink_series(plan, run=None, base_run=None, deducted=read(ledger).deducted)[1]
    assert "budget-sink-undeducted" not in {f.code for f in found}


def test_an_export_carries_the_anchor_of_its_register(ledger, tmp_path):
    """The end of the ledger stands in the export, where ``tanhui verify`` finds it."""
    book = write_book(
        tmp_path / "book.xlsx",
        increments=[
            ("通辽市", None, "甲", 2021, 5, "计入", "x"),
            ("通辽市", "P", "乙", 2022, 5, "拟新上", "x"),
        ],
    )
    plan, _ = read_budget(book)
    found = read(ledger)
    result = draw_up(
        plan,
        SinkSeries(base_year=2020),
        load_region("inner_mongolia"),
        tradable=found.tradable,
    )
    record = budget_record(book, [], found)
    write_budget(tmp_path / "out", result, status=Status.TRIAL, record=record, lang="zh")
    assert read_anchors(tmp_path / "out" / "budget.json") == (found.anchor,)
    assert budget_id(record) != budget_id(budget_record(book, [], None))
    lone = tmp_path / "alone"
    bare = budget_record(book, [], None)
    write_budget(lone, result, status=Status.TRIAL, record=bare, lang="en")
    for name in ("budget.csv", "budget_sources.csv"):
        assert read_anchors(tmp_path / "out" / name) == (found.anchor,)
        with (lone / name).open(encoding="utf-8", newline="") as stream:
            assert {(r["ledger_events"], r["ledger_head"]) for r in csv.DictReader(stream)} == {
                ("", "")
            }
    for folder, held in (("out", 1), ("alone", 0)):
        book = openpyxl.load_workbook(tmp_path / folder / "budget.xlsx")
        cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
        assert sum(found.anchor.head in cell for cell in cells) == held
