"""The rules in memory: each refusal with its code, place and value; and the same rules in SQL."""

import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_factory import (
    AT,
    BASE,
    EAST,
    WEST,
    box,
    drafts,
    issue,
    leave,
    made,
    offset,
    opening,
    parcel,
    project,
    record,
    removal,
    reversal,
    sink,
)  # fmt: skip

from rasters import RefusedError
from sinks.ledger.connection import give_functions
from sinks.ledger.effects import effect_json
from sinks.ledger.event import Event, event_hash, payload_text
from sinks.ledger.rules import judge
from sinks.ledger.said import ExitRoute, Parcel, Reversal, Scope
from sinks.ledger.state import State
from sinks.ledger.store import open_ledger, read_state
from sinks.ledger.triggers import schema

LEAGUE = {"route": ExitRoute.LEAGUE_OFFSET, "scope": Scope.IN_LEAGUE}


def after(*records):
    """Return what holds after some records that must all be lawful."""
    state = State()
    for said in records:
        effect, found = judge(state, said, str)
        assert found == []
        state.apply(event_of(state, said, effect), said, effect)
    return state


def event_of(state, said, effect):
    """Return the next event."""
    seq, payload = state.events + 1, payload_text(said, effect_json(effect))
    head = (seq, f"k{seq}", said.kind, AT, "a", payload, state.head)
    return Event(
        seq=seq, key=head[1], kind=said.kind, at=AT, actor="a", payload=payload, prev=state.head,
        hash=event_hash(*head),
    )  # fmt: skip


def refused(said, *records):
    """Return (code, where, value) of what forbids a record after others."""
    return [(f.code, f.where, f.value) for f in judge(after(*records), said, str)[1]]


SOLD = (*BASE, leave())
SET_OFF = (*BASE[:-1], sink(1000), offset(600))


@pytest.mark.parametrize(
    ("said", "before", "expected"),
    [
        (project(), (), ("ledger-opening", "", "project")),
        (opening(), BASE, ("ledger-opening", "", "open")),
        (project("P2", start="2041-01-01"), BASE,
         ("credits-period", "end", "2041-01-01 > 2040-12-31")),
        (project("P-1"), BASE, ("credits-project-exists", "project", "P1")),
        (project("P2", aliases=("P1",)), BASE, ("credits-project-exists", "project", "P1")),
        (parcel(shape=box(121)), BASE, ("credits-parcel-exists", "parcel", "A")),
        (parcel("B", "P9", box(121)), BASE, ("credits-project-unknown", "project", "P9")),
        (parcel("B", shape=box(121), start="2020-12-31"), BASE,
         ("credits-parcel-period", "start", "2020-12-31 – 2040-12-31")),
        (parcel("B", shape=box(120.015, width=0.005)), BASE,
         ("credits-parcel-overlap", "geometry", "43.8082 ha")),
        (removal("Z"), BASE, ("credits-parcel-unknown", "parcel", "Z")),
        (removal(start="2023-12-31", end="2024-06-30"), BASE,
         ("credits-removal-overlap", "start", "2023-01-01 – 2023-12-31")),
        (removal(start="2020-12-31", end="2022-12-31"), BASE,
         ("credits-removal-period", "start", "2020-12-31 – 2022-12-31")),
        (parcel("B", shape=box(121), shares={"159999": 4}), BASE,
         ("credits-zone-unknown", "geometry", "159999")),
        (leave(1, 2, day="2023-12-31"), BASE, ("credits-exit-early", "day", "2023-12-31")),
        (removal(tonnes=944), BASE, ("credits-removal-used", "kg", "944")),
        (issue(946, 950, "P9"), BASE, ("credits-project-unknown", "project", "P9")),
        (issue(950, 946), BASE, ("credits-serial-range", "last", "950 > 946")),
        (issue(945, 946), BASE, ("credits-serials-overlap", "first", "945 – 946")),
        (issue(946, 947, end="2041-01-01"), BASE,
         ("credits-vintage-period", "start", "2023-01-01 – 2041-01-01")),
        (issue(946, 947, parcels=("Z",)), BASE, ("credits-parcel-unknown", "parcels", "Z")),
        (issue(), (opening(), project()), ("credits-no-parcel", "project", "P1")),
        (issue(946, 947, year=2024), BASE, ("credits-removal-missing", "project", "A")),
        (issue(946, 1201), BASE, ("credits-above-removal", "last", "1,201")),
        (issue(1, 601), SET_OFF, ("credits-set-off", "last", "1,050.75")),
        (leave(900, 950), SOLD, ("credits-serial-unknown", "first", "900 – 950")),
        (leave(60, 50), SOLD, ("credits-serial-range", "last", "60 > 50")),
        (leave(100, 120), SOLD, ("credits-exit-twice", "first", "100 – 120")),
        (leave(100, 120, **LEAGUE), SOLD, ("credits-exit-twice", "first", "100 – 120")),
        (leave(1, 2, buyer="林场 p1"), BASE, ("credits-self-sale", "buyer", "林场 p1")),
        (leave(1, 2, buyer=""), BASE, ("credits-buyer-missing", "buyer", "national_market")),
        (leave(1, 2, ExitRoute.REGIONAL_TRADE), BASE, ("credits-scope", "scope", "outside")),
        (leave(1, 2, ExitRoute.LEAGUE_OFFSET), BASE, ("credits-scope", "scope", "outside")),
        (leave(1, 2, ExitRoute.REGIONAL_TRADE, Scope.IN_LEAGUE), BASE,
         ("credits-scope-leagues", "scope", f"{WEST}, {EAST}")),
        (sink(zone="999999"), BASE, ("credits-zone-unknown", "zone", "999999")),
        (sink(599), SET_OFF, ("credits-sink-used", "kg", "599")),
        (offset(401), SET_OFF, ("credits-offset-above-sink", "kg", "401")),
        (offset(1), BASE, ("credits-sink-missing", "zone", EAST)),
        (reversal(9), BASE, ("credits-reverse-target", "target", "9")),
        (reversal(1), BASE, ("credits-reverse-target", "target", "1 open")),
        (reversal(5), SOLD, ("credits-reverse-used", "target", "5")),
        (reversal(5), (*BASE, reversal(5)), ("credits-reverse-twice", "target", "5")),
    ],
)  # fmt: skip
def test_a_record_is_refused_with_its_place_and_value(said, before, expected):
    assert expected in refused(said, *before)


@pytest.mark.parametrize(
    ("shape", "fault"),
    [
        ("00", "ParseException"),
        ("0101000000000000000000f03f000000000000f03f", "Point"),
    ],
)
def test_an_outline_that_is_no_polygon_is_refused(shape, fault):
    said = parcel("B", shape=box(121)).model_copy(update={"geometry": shape})
    (found,) = judge(after(*BASE), said, str)[1]
    assert found.code == "credits-parcel-geometry"
    assert fault in found.value


def test_shares_that_are_not_the_area_are_refused():
    said = parcel("B", shape=box(121), shares={WEST: 5})
    assert [code for code, *_ in refused(said, *BASE)] == ["credits-shares-sum"]


def test_neighbours_that_share_a_border_do_not_overlap():
    assert refused(parcel("B", shape=box(120.02)), *BASE) == []


def test_the_same_land_may_follow_when_the_first_project_has_ended():
    first = (opening(), project(end="2025-12-31"), parcel(end="2025-12-31"))
    later = {"start": "2026-01-01", "end": "2040-12-31"}
    assert refused(parcel("B", "P2", **later), *first, project("P2", **later)) == []
    code, *_ = refused(
        parcel("B", "P2", **{**later, "start": "2025-12-31"}),
        *first, project("P2", **{**later, "start": "2025-12-31"}),
    )[0]  # fmt: skip
    assert code == "credits-parcel-overlap"


def test_land_that_changes_hands_within_a_year_is_credited_once():
    """1,200 t of 2023 belong to two projects by halves: neither may claim the whole year."""
    middle, after_it = {"end": "2023-06-30"}, {"start": "2023-07-01"}
    handed = (opening(), project(**middle), project("P2", **after_it), parcel(**middle),
              parcel("B", "P2", **after_it))  # fmt: skip
    for name in "AB":
        assert [code for code, *_ in refused(removal(name), *handed)] == ["credits-removal-period"]
    halves = (*handed, removal("A", 595, **middle), removal("B", 605, **after_it))
    state = after(*halves, issue(1, 595, **middle), issue(596, 1200, "P2", **after_it))
    assert sum(state.issued_kg.values()) == 1_200_000
    first = (*halves, issue(1, 595, **middle))
    for claim in (issue(596, 596, **middle), issue(596, 1201, "P2", **after_it)):
        assert "credits-above-removal" in [code for code, *_ in refused(claim, *first)]


def test_a_parcel_may_reach_beyond_the_region():
    area = sum(share.area_mm2 for share in parcel("B", shape=box(121)).shares)
    said = parcel("B", shape=box(121), shares={EAST: area - 9, "outside": 9})
    assert refused(said, *BASE) == []


def test_the_way_out_of_a_removal_below_its_credits():
    """Reverse what has not left, issue less, then record the lower removal."""
    state = after(*BASE, reversal(5), issue(1, 800), removal(tonnes=800))
    assert state.removal_kg("A") == {2023: 800_000}
    assert state.credit_kg["A", 2023] == 800_000


def test_the_way_out_of_a_sink_below_what_was_set_off():
    state = after(*SET_OFF, reversal(6), sink(500), offset(500))
    assert state.used_kg(EAST, 2023) == 500_000


def test_a_surrendered_tonne_frees_the_sink_for_its_own_league():
    """945 t of which 708.75 t grew in the east: of 1,000 t, 291.25 t may be set off without."""
    east = (*BASE, sink(1000))
    assert refused(offset(292), *east) != []
    assert refused(offset(1000), *east, leave(1, 945, **LEAGUE)) == []
    taken = (*east, leave(1, 945, **LEAGUE), offset(1000))
    assert refused(reversal(7), *taken)[0][0] == "credits-reverse-used"


def test_a_negative_sink_is_recorded_and_sets_nothing_off():
    assert refused(sink(-50), *BASE) == []
    assert refused(offset(1), *BASE, sink(-50))[0][0] == "credits-offset-above-sink"


# the same rules in SQL


def records_of(draw):
    """Draw records of a small world, many of them unlawful."""
    number = st.integers(1, 40)
    name, year = st.sampled_from(["A", "A", "B"]), st.sampled_from([2022, 2023, 2023])
    owner = st.sampled_from(["P1", "P1", "P1", "P2", "P-1"])
    kinds = {
        "project": lambda: project(draw(owner)),
        "parcel": lambda: parcel(
            draw(name), draw(owner), box(draw(st.sampled_from([120.0, 120.01, 121.0])))
        ),
        "removal": lambda: removal(draw(name), draw(number), draw(year)),
        "issue": lambda: issue(
            first := draw(number), first + draw(st.integers(-1, 20)), draw(owner), draw(year)
        ),
        "exit": lambda: leave(
            first := draw(number), first + draw(st.integers(-1, 9)),
            *draw(st.sampled_from([
                (ExitRoute.NATIONAL_MARKET, Scope.OUTSIDE),
                (ExitRoute.LEAGUE_OFFSET, Scope.IN_LEAGUE),
                (ExitRoute.REGIONAL_TRADE, Scope.OUTSIDE),
                (ExitRoute.REGIONAL_TRADE, Scope.IN_LEAGUE),
            ])),
        ),
        "sink": lambda: sink(draw(number), draw(st.sampled_from([EAST, WEST])), draw(year)),
        "offset": lambda: offset(draw(number), draw(st.sampled_from([EAST, WEST])), draw(year)),
        "reverse": lambda: Reversal(target=draw(st.integers(1, 30)), reason="x"),
    }  # fmt: skip
    order = [*kinds, "issue", "issue", "exit", "exit", "exit", "offset", "reverse", "reverse"]
    chosen = draw(st.lists(st.sampled_from(order), min_size=15, max_size=30))
    ground = [removal("A", 40, 2022), removal("A", 40, 2023), sink(40), sink(10, WEST)]
    return [opening(), project(), parcel(), *ground, issue(1, 20), *(kinds[k]() for k in chosen)]


SAME = {"credits-removal-missing": "credits-above-removal"}
"""What memory tells apart and SQL does not."""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.composite(records_of)())
def test_memory_and_sql_refuse_the_same_events(records):
    connection = sqlite3.connect(":memory:", isolation_level=None)
    give_functions(connection)
    for statement in schema():
        connection.execute(statement)
    state = State()
    for said in records:
        effect, found = judge(state, said, str)
        if effect is None:
            assert found
            continue
        event = event_of(state, said, effect)
        row = (event.seq, event.key, event.kind, AT, "a", event.payload, event.prev, event.hash)
        codes = {SAME.get(f.code, f.code) for f in found}
        try:
            connection.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        except sqlite3.IntegrityError as error:
            assert str(error) in codes  # noqa: PT017 - what SQL said, if anything
        else:
            assert not codes
            state.apply(event, said, effect)
    connection.close()


# the store


def test_everything_wrong_with_several_records_is_told_at_once(tmp_path):
    with made(tmp_path / "l.sqlite", *BASE) as ledger:
        with pytest.raises(RefusedError) as caught:
            ledger.append(
                drafts(issue(900, 950), leave(1, 1), leave(1, 1, **LEAGUE), sink(zone="9")),
                actor="a", at=AT,
            )  # fmt: skip
        assert [f.code for f in caught.value.findings] == [
            "credits-serials-overlap", "credits-exit-twice", "credits-zone-unknown",
        ]  # fmt: skip
        assert ledger.state().events == len(BASE)


def test_a_record_may_stand_on_one_of_the_same_batch(tmp_path):
    path = tmp_path / "l.sqlite"
    with open_ledger(path) as ledger:
        receipts = ledger.append(drafts(*BASE, leave()), actor="a", at=AT)
    assert [r.seq for r in receipts] == [1, 2, 3, 4, 5, 6]
    state = read_state(path)
    assert isinstance(state.entries[3].said, Parcel)
    assert state.head == receipts[-1].hash


def test_the_state_after_a_refusal_is_the_state_before(tmp_path):
    path = tmp_path / "l.sqlite"
    with made(path, *BASE) as ledger:
        for _ in range(2):
            with pytest.raises(RefusedError, match="credits-serials-overlap"):
                record(ledger, issue(900, 950))
        record(ledger, leave())
        assert ledger.state().events == 6


def test_a_retry_returns_the_first_event_and_records_nothing(tmp_path):
    path = tmp_path / "l.sqlite"
    with made(path, *BASE, leave()) as ledger:
        (again,) = ledger.append(drafts(leave()), actor="someone else", at="2027-01-01")
        assert (again.seq, again.repeated) == (6, True)
        assert ledger.state().events == 6


def test_a_key_that_stands_for_something_else_is_refused(tmp_path):
    with made(tmp_path / "l.sqlite", *BASE, leave()) as ledger:
        (draft,) = drafts(leave())
        (other,) = drafts(leave(200, 210))
        wrong = type(draft)(key=draft.key, said=other.said)
        with pytest.raises(RefusedError, match="ledger-key-reused"):
            ledger.append([wrong], actor="a", at=AT)


def test_two_writers_see_each_others_events(tmp_path):
    path = tmp_path / "l.sqlite"
    with made(path, *BASE) as first, open_ledger(path) as second:
        assert second.state().events == 5
        record(first, leave(1, 10))
        with pytest.raises(RefusedError, match="credits-exit-twice"):
            record(second, leave(10, 20))
        assert record(second, leave(11, 20))[0].seq == 7
        assert record(first, leave(21, 30))[0].seq == 8
