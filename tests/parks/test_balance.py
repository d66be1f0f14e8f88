"""Parks beside the sink of their league: capped, once, and never the other way round."""

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parks.activities import Component, Part
from parks.balance import GreenLand, balance
from parks.conversions import Line
from parks.emissions import Basis, ParkEmissions
from parks.league_sinks import SCOPE, LeagueSink, league_sinks
from sinks.export.tables import SCHEMAS, read_table, write_table

LEAGUE, OTHER = "150600", "150200"


def emitted(park_id, t_co2, *, year=2023):
    """Emissions of a park; None where they are missing."""
    line = Line(
        part=Part.PROCESS,
        basis="",
        component=Component.PROCESS,
        item="",
        quantity=None,
        unit="t",
        t_co2=None if t_co2 is None else Decimal(t_co2),
        tce=None,
        is_energy=False,
        factors=(),
        lacking=(),
    )
    return ParkEmissions(park_id=park_id, year=year, lines=(line,), absent=(), sources=("s",))


def sink(code=LEAGUE, t_co2="1000", *, low="400"):
    return LeagueSink(
        league_code=code,
        name="盟",
        year0=2020,
        year1=2023,
        sink_t_co2=None if t_co2 is None else Decimal(t_co2),
        low_t_co2=None if low is None else Decimal(low),
        high_t_co2=None,
        verdict="signal",
    )


def run(parks, emissions, sinks, *, deductions=None, green_land=None):
    rows, leagues, findings = balance(
        parks,
        year=2023,
        emissions=emissions,
        basis=Basis.LOCATION,
        sinks={s.league_code: s for s in sinks},
        deductions=deductions or {},
        green_land=green_land or {},
    )
    return rows, leagues, [(f.code, f.value, f.where) for f in findings]


def totals(tmp_path, *rows):
    """Return totals.csv as a results folder gives it, from (zone, level, y0, y1, scope, sink)."""
    frame = pd.DataFrame(
        [
            dict.fromkeys(SCHEMAS["totals"].columns)
            | {
                "zone_code": zone,
                "zone_name": f"盟{zone}",
                "level": level,
                "year0": year0,
                "year1": year1,
                "quantity": "stock" if year0 is None else "change",
                "scope": scope,
                "sink_t_co2_per_year": value,
                "low_t_co2_per_year": None if value is None else value - 10,
                "high_t_co2_per_year": None if value is None else value + 10,
                "verdict": "not_estimated" if value is None else "signal",
            }
            for zone, level, year0, year1, scope, value in rows
        ]
    )
    path = tmp_path / "totals.csv"
    write_table(path, frame, SCHEMAS["totals"], status="trial", run_id="r")
    return read_table(path)


# the sink of a league


def test_the_sink_is_that_of_the_shortest_period_that_holds_the_year(tmp_path):
    table = totals(
        tmp_path,
        (LEAGUE, "league", 2015, 2023, SCOPE, 7.0),
        (LEAGUE, "league", 2015, 2020, SCOPE, 5.0),
        (LEAGUE, "league", 2020, 2023, SCOPE, 30.5),
        (LEAGUE, "league", 2020, 2023, "all", 99.0),
        (LEAGUE, "league", None, 2023, SCOPE, None),
        ("150000", "region", 2020, 2023, SCOPE, 80.0),
        (OTHER, "league", 2020, 2023, SCOPE, None),
    )
    before = table.copy()
    sinks, findings = league_sinks(table, level="league", year=2022)
    assert findings == []
    assert list(sinks) == [OTHER, LEAGUE]
    found = sinks[LEAGUE]
    assert (found.sink_t_co2, found.low_t_co2, found.high_t_co2) == (
        Decimal("30.5"), Decimal("20.5"), Decimal("40.5"),
    )  # fmt: skip
    assert (found.year0, found.year1, found.name, found.verdict) == (
        2020,
        2023,
        "盟150600",
        "signal",
    )
    assert sinks[OTHER].sink_t_co2 is None
    assert league_sinks(table, level="league", year=2020)[0][LEAGUE].sink_t_co2 == 5
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize("year", [2020, 2024])
def test_a_sink_is_never_carried_into_another_year(tmp_path, year):
    table = totals(tmp_path, (LEAGUE, "league", 2020, 2023, SCOPE, 30.5))
    sinks, findings = league_sinks(table, level="league", year=year)
    assert sinks == {}
    assert [(f.code, f.value) for f in findings] == [("balance-no-sink", str(year))]
    assert "2020-2023" in findings[0].what_en


# the offset


def test_a_sink_offsets_up_to_what_it_is_and_emissions_stay_what_they_are():
    parks = {"a": LEAGUE, "b": LEAGUE}
    rows, (league,), findings = run(parks, [emitted("a", 900), emitted("b", 600)], [sink()])
    assert findings == []
    assert [(r.emissions_t_co2, r.alone_t_co2, r.share_t_co2) for r in rows] == [
        (900, 900, 600),
        (600, 600, 400),
    ]
    assert (league.emissions_t_co2, league.admissible_t_co2) == (1500, 1000)
    assert (league.offset_t_co2, league.offset_low_t_co2) == (1000, 400)


def test_one_small_park_is_offset_whole():
    (row,), (league,), _ = run({"a": LEAGUE}, [emitted("a", 300)], [sink()])
    assert (row.alone_t_co2, row.share_t_co2) == (300, 300)
    assert (league.offset_t_co2, league.offset_low_t_co2) == (300, 300)


@pytest.mark.parametrize(
    ("value", "low", "deducted", "offset", "offset_low"),
    [
        ("1000", "400", 250, 750, 150),
        ("1000", "400", 1200, 0, 0),
        ("-50", "-90", 0, 0, 0),
        ("100", None, 0, 100, None),
        (None, None, 0, None, None),
    ],
)
def test_deductions_sources_and_missing_sinks(value, low, deducted, offset, offset_low):
    deductions = {LEAGUE: Decimal(deducted)}
    (row,), (league,), _ = run(
        {"a": LEAGUE}, [emitted("a", 900)], [sink(t_co2=value, low=low)], deductions=deductions
    )
    assert (league.offset_t_co2, league.offset_low_t_co2) == (offset, offset_low)
    assert (row.alone_t_co2, row.share_t_co2) == (offset, offset)
    assert league.sink.sink_t_co2 == (None if value is None else Decimal(value))


def test_a_park_without_emissions_makes_the_offset_a_lower_bound_and_the_shares_missing():
    parks = {"a": LEAGUE, "b": LEAGUE}
    rows, (league,), findings = run(parks, [emitted("a", 300), emitted("b", None)], [sink()])
    assert [(r.alone_t_co2, r.share_t_co2) for r in rows] == [(300, None), (None, None)]
    assert (league.parks, league.parks_known, league.offset_t_co2) == (2, 1, 300)
    assert findings == [("balance-emissions-missing", "b", LEAGUE)]


def test_a_league_whose_parks_are_all_missing_has_no_offset_and_one_without_parks_has_zero():
    _, leagues, _ = run({"a": LEAGUE}, [], [sink(), sink(OTHER)])
    assert [(x.league_code, x.parks, x.emissions_t_co2, x.offset_t_co2) for x in leagues] == [
        (OTHER, 0, 0, 0),
        (LEAGUE, 1, None, None),
    ]


def test_a_park_below_zero_lessens_no_neighbour():
    rows, (league,), _ = run(
        {"a": LEAGUE, "b": LEAGUE}, [emitted("a", 900), emitted("b", -500)], [sink()]
    )
    assert [r.share_t_co2 for r in rows] == [900, 0]
    assert (league.emissions_t_co2, league.offset_t_co2) == (400, 900)


def test_parks_that_all_emit_nothing_need_nothing():
    rows, (league,), _ = run({"a": LEAGUE}, [emitted("a", 0)], [sink()])
    assert (rows[0].share_t_co2, league.offset_t_co2) == (0, 0)


def test_what_does_not_meet_is_said():
    rows, _, findings = run(
        {"a": "150900", "b": ""},
        [emitted("a", 1), emitted("b", 1), emitted("x", 1), emitted("a", 9, year=2022)],
        [sink()],
        deductions={OTHER: Decimal(1)},
    )
    assert [(r.emissions_t_co2, r.alone_t_co2) for r in rows] == [(1, None), (1, None)]
    assert findings == [
        ("balance-league-unknown", "150900", "a"),
        ("balance-league-unknown", "", "b"),
        ("balance-park-unknown", "x", "emissions"),
        ("balance-deduction-unknown", OTHER, "deductions"),
    ]


def test_green_land_is_shown_and_counted_nowhere():
    land = {"a": GreenLand(area_ha=Decimal(12), sink_t_co2=Decimal(70), source="园区年报")}
    emissions = [emitted("a", 900)]
    bare = run({"a": LEAGUE}, emissions, [sink()])
    (row,), leagues, _ = run({"a": LEAGUE}, emissions, [sink()], green_land=land)
    assert (row.green_land_ha, row.green_land_sink_t_co2) == (12, 70)
    assert leagues == bare[1]
    (before,) = bare[0]
    assert (row.emissions_t_co2, row.alone_t_co2, row.share_t_co2) == (
        before.emissions_t_co2, before.alone_t_co2, before.share_t_co2,
    )  # fmt: skip


codes = st.sampled_from([LEAGUE, OTHER, "152900"])
money = st.integers(-(10**9), 10**9).map(Decimal)
cases = st.dictionaries(st.sampled_from("abcdef"), st.tuples(codes, st.none() | money), max_size=6)
sinks_of = st.fixed_dictionaries(dict.fromkeys([LEAGUE, OTHER], st.none() | money))


@given(cases, sinks_of)
def test_removing_every_park_changes_no_league_figure(parks, values):
    sinks = [sink(code, value, low=None) for code, value in values.items()]
    emissions = [emitted(park, amount) for park, (_, amount) in parks.items()]
    _, full, _ = run({p: code for p, (code, _) in parks.items()}, emissions, sinks)
    _, bare, _ = run({}, [], sinks)
    assert [(x.sink, x.deducted_t_co2, x.admissible_t_co2) for x in full] == [
        (x.sink, x.deducted_t_co2, x.admissible_t_co2) for x in bare
    ]


@given(cases, sinks_of)
def test_shares_sum_to_the_offset_which_is_never_above_sink_or_emissions(parks, values):
    sinks = [sink(code, value, low=None) for code, value in values.items()]
    emissions = [emitted(park, amount) for park, (_, amount) in parks.items()]
    rows, leagues, _ = run({p: code for p, (code, _) in parks.items()}, emissions, sinks)
    for league in leagues:
        if league.offset_t_co2 is None:
            continue
        emitted_here = [
            max(r.emissions_t_co2, Decimal(0))
            for r in rows
            if r.league_code == league.league_code and r.emissions_t_co2 is not None
        ]
        assert 0 <= league.offset_t_co2 <= min(league.admissible_t_co2, sum(emitted_here))
        shares = [r.share_t_co2 for r in rows if r.league_code == league.league_code]
        if league.parks == league.parks_known:
            assert abs(sum(shares) - league.offset_t_co2) < Decimal("1e-15")
        else:
            assert set(shares) == {None}
