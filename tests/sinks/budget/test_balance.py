"""The elastic balance: the golden of METHOD D3, sums, what is missing, and its verdicts."""

from collections import defaultdict
from decimal import Decimal

import pytest
from budget_book import BAOTOU, ORDOS, REGION, budget, golden, increment, reduction
from hypothesis import given, settings
from hypothesis import strategies as st

from sinks.budget import (
    Amount,
    Lack,
    ReductionClass,
    SinkSeries,
    TotalVerdict,
    balance_lines,
    judge_total,
)

CLASSES = [kind for kind in ReductionClass if kind is not ReductionClass.SINK]
YEARS = (2021, 2022, 2023)


def sinks(**leagues):
    """Return a series from the sinks of 2020 to 2023 of each league (_150600=[...])."""
    return SinkSeries(
        base_year=2020,
        sinks={
            (league[1:], year): Decimal(value)
            for league, values in leagues.items()
            for year, value in zip((2020, *YEARS), values, strict=True)
            if value is not None
        },
    )


def lines_of(plan, series, leagues=(ORDOS,)):
    """Return the lines of a budget by zone and year."""
    lines = balance_lines(plan, series, region=REGION, leagues=leagues)
    return {(line.zone_code, line.year): line for line in lines}


def test_the_golden_of_the_method_has_a_gap_of_75():
    lines = lines_of(golden(), sinks(_150600=["260", "300", "300", "300"]))
    for zone in (ORDOS, REGION):
        line = lines[zone, None]
        assert line.increments.value == 420
        assert [line.reductions[kind].value for kind in ReductionClass] == [120, 60, 90, 35, 40]
        assert line.reduced.value == 345
        assert line.gap == 75


def test_the_whole_sink_never_enters():
    """A standing sink of 260 that stays as it is reduces nothing."""
    lines = lines_of(golden(), sinks(_150600=["260", "260", "260", "260"]))
    assert lines[ORDOS, None].reductions[ReductionClass.SINK].value == 0
    assert lines[ORDOS, None].gap == 115


def test_a_sink_that_fell_widens_the_gap():
    lines = lines_of(golden(), sinks(_150600=["260", "260", "250", "250"]))
    assert lines[ORDOS, None].gap == 125
    assert [lines[ORDOS, year].reductions[ReductionClass.SINK].value for year in YEARS] == [
        0,
        -10,
        0,
    ]


def test_annual_lines_hold_what_begins_in_their_year():
    lines = lines_of(golden(), sinks(_150600=["260", "300", "300", "300"]))
    assert [lines[ORDOS, year].gap for year in YEARS] == [40, -150, 185]


def test_a_year_without_a_sink_is_missing_and_not_zero():
    lines = lines_of(golden(), sinks(_150600=["260", "300", "300", None]))
    sink = lines[ORDOS, 2023].reductions[ReductionClass.SINK]
    assert sink.value is None
    assert sink.missing == (Lack(zone_code=ORDOS, what="sink"),)
    assert lines[ORDOS, 2022].gap == -150
    assert lines[ORDOS, None].gap is None


def test_a_list_without_a_row_is_missing_and_one_with_zero_is_not():
    some = lines_of(budget(increment("5")), sinks(_150600=["0"] * 4))[ORDOS, None]
    assert some.gap is None
    assert {lack.what for lack in some.missing} == set(CLASSES)
    none = budget(increment("5"), *(reduction("0", kind) for kind in CLASSES))
    assert lines_of(none, sinks(_150600=["0"] * 4))[ORDOS, None].gap == 5


def test_an_item_without_an_amount_is_missing_with_its_cell():
    line = lines_of(budget(increment("5"), increment(None)), SinkSeries(base_year=2020))[
        ORDOS, None
    ]
    assert line.increments == Amount(
        known=Decimal(5), missing=(Lack(zone_code=ORDOS, what="increments", cell="增量!E3"),)
    )


def test_proposed_projects_and_reserves_take_no_part():
    plan = golden()
    more = budget(
        *plan.increments,
        *plan.reductions,
        increment("30", state="proposed"),
        reduction("10", "energy_saving", state="reserve"),
    )
    series = sinks(_150600=["260", "300", "300", "300"])
    assert lines_of(more, series) == lines_of(plan, series)


def test_a_league_without_a_row_is_missing_from_the_region():
    series = sinks(_150600=["0"] * 4)
    lines = lines_of(golden(), series, leagues=(BAOTOU, ORDOS))
    assert (BAOTOU, None) not in lines
    assert lines[REGION, None].gap is None
    assert {lack.zone_code for lack in lines[REGION, None].missing} == {BAOTOU}


def test_what_the_region_keeps_itself_is_added_once():
    plan = golden()
    more = budget(*plan.increments, *plan.reductions, increment("7", zone=REGION))
    lines = lines_of(more, sinks(_150600=["260", "300", "300", "300"]))
    assert lines[REGION, None].gap == 82
    assert lines[ORDOS, None].gap == 75


amounts = st.decimals(0, 10**7, places=3, allow_nan=False, allow_infinity=False)
items = st.lists(
    st.tuples(st.sampled_from([ORDOS, BAOTOU]), st.sampled_from(YEARS), amounts),
    min_size=1,
    max_size=6,
)


@given(
    added=items,
    saved=st.lists(st.tuples(st.sampled_from([ORDOS, BAOTOU]), st.sampled_from(YEARS),
                             st.sampled_from(CLASSES), amounts), max_size=8),
    standing=st.lists(amounts, min_size=8, max_size=8),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_years_add_up_to_the_period_and_leagues_to_the_region(added, saved, standing):
    """An oracle in integers of thousandths beside the decimals."""
    declared = [reduction("0", kind, zone=z) for kind in CLASSES for z in (ORDOS, BAOTOU)]
    declared += [increment("0", zone=z) for z in (ORDOS, BAOTOU)]
    plan = budget(
        *(increment(str(a), zone=z, year=y) for z, y, a in added),
        *(reduction(str(a), k, zone=z, year=y) for z, y, k, a in saved),
        *declared,
    )
    series = sinks(_150600=standing[:4], _150200=standing[4:])
    lines = lines_of(plan, series, leagues=(BAOTOU, ORDOS))
    for zone in (REGION, ORDOS, BAOTOU):
        assert sum(lines[zone, year].gap for year in YEARS) == lines[zone, None].gap
    for year in (None, *YEARS):
        assert lines[REGION, year].gap == lines[ORDOS, year].gap + lines[BAOTOU, year].gap
    oracle = defaultdict(int)
    for zone, _, amount in added:
        oracle[zone] += round(amount * 1000)
    for zone, _, _, amount in saved:
        oracle[zone] -= round(amount * 1000)
    for zone, values in ((ORDOS, standing[:4]), (BAOTOU, standing[4:])):
        oracle[zone] -= round(values[-1] * 1000) - round(values[0] * 1000)
    assert {z: lines[z, None].gap * 1000 for z in (ORDOS, BAOTOU)} == {
        z: oracle[z] for z in (ORDOS, BAOTOU)
    }


@pytest.mark.parametrize(
    ("percent", "verdict"),
    [(None, "unstated"), ("17", "short"), ("17.857143", "within"), ("20", "within")],
)
def test_a_gap_is_held_against_the_tolerance(percent, verdict):
    """75 of 420 is 17.857142... %."""
    line = lines_of(golden(), sinks(_150600=["260", "300", "300", "300"]))[ORDOS, None]
    tolerance = None if percent is None else Decimal(percent)
    assert judge_total(line, tolerance_percent=tolerance) is TotalVerdict(verdict)


def test_a_balance_that_holds_without_what_is_missing_is_judged():
    plan = budget(increment("50"), reduction("80", "energy_saving"))
    line = lines_of(plan, sinks(_150600=["0"] * 4))[ORDOS, None]
    assert line.gap is None
    assert judge_total(line, tolerance_percent=None) is TotalVerdict.BALANCED


@pytest.mark.parametrize(
    "plan",
    [
        budget(increment("50"), reduction("20", "energy_saving")),  # a missing class might close it
        budget(reduction("80", "energy_saving")),  # the increments are not known
    ],
)
def test_a_balance_that_hangs_on_what_is_missing_stays_open(plan):
    line = lines_of(plan, sinks(_150600=["0"] * 4))[ORDOS, None]
    assert judge_total(line, tolerance_percent=Decimal(5)) is TotalVerdict.OPEN


def test_a_balance_without_a_sink_stays_open_for_the_sink_may_fall():
    line = lines_of(budget(increment("50"), reduction("80", "energy_saving")), sinks())[ORDOS, None]
    assert judge_total(line, tolerance_percent=Decimal(5)) is TotalVerdict.OPEN
