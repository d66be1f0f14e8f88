"""Events are found by handles: the same ones as by going through all of them, and few of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_factory import EAST, box, issue, opening, parcel, project, removal, reversal, sink

from sinks.ledger.effects import effect_json
from sinks.ledger.event import Event, event_hash, payload_text
from sinks.ledger.index import ground
from sinks.ledger.rules import judge
from sinks.ledger.said import Issue, Parcel, Removal, Sink
from sinks.ledger.state import State

AT = "2026-01-05T08:00:00+00:00"


def after(*records):
    """Return what holds after some records, lawful or not."""
    state = State()
    for said in records:
        effect, _ = judge(state, said, str)
        seq, payload = state.events + 1, payload_text(said, effect_json(effect))
        head = (seq, f"k{seq}", said.kind, AT, "a", payload, state.head)
        event = Event(seq=seq, key=head[1], kind=said.kind, at=AT, actor="a", payload=payload,
                      prev=state.head, hash=event_hash(*head))  # fmt: skip
        state.apply(event, said, effect)
    return state


def touching(state, bounds):
    """Return the parcels whose bounds touch a rectangle, by going through all of them."""
    west, south, east, north = bounds
    return {
        e.said.parcel
        for e in state.live(Parcel)
        for w, s, e_, n in [e.effect.bounds]
        if w <= east and e_ >= west and s <= north and n >= south
    }


boxes = st.builds(
    box,
    st.sampled_from([119.9, 119.95, 120.0, 120.1]), st.sampled_from([44.9, 45.0, 45.05]),
    st.sampled_from([0.01, 0.1, 0.3, 9.0]), st.sampled_from([0.05, 0.1, 6.0]),
)  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(st.lists(boxes, min_size=1, max_size=8), boxes)
def test_no_parcel_that_touches_is_missed(shapes, asked):
    parcels = [parcel(f"A{i}", shape=shape) for i, shape in enumerate(shapes)]
    state = after(opening(), project(), *parcels)
    bounds = tuple(round(bound * 1e7) for bound in asked.bounds)
    near = [e.seq for e in state.parcels_near(bounds)]
    assert near == sorted(set(near))
    assert touching(state, bounds) <= {state.entries[seq].said.parcel for seq in near}


def test_far_parcels_are_not_asked():
    far = [parcel(f"A{i}", shape=box(100 + i)) for i in range(20)]
    state = after(opening(), project(), *far)
    near = state.parcels_near((1_050_000_000, 450_000_000, 1_050_100_000, 450_050_000))
    assert [e.said.parcel for e in near] == ["A5"]


def test_land_of_half_a_continent_is_looked_at_always():
    assert ground((0, 0, 10**9, 10**9)) is None
    state = after(opening(), project(), parcel("WIDE", shape=box(100, 30, 40, 20)), parcel("A"))
    assert len(state.parcels_near((1_300_000_000, 350_000_000, 1_300_000_001, 350_000_001))) == 1
    assert len(state.parcels_near((0, 0, 10**9, 10**9))) == 2


def test_what_was_reversed_is_found_no_longer():
    records = (opening(), project(), parcel(), removal(), removal(tonnes=1300), issue(), sink())
    state = after(*records)
    assert [e.said.kg for e in state.removals("A")] == [1_300_000]
    assert state.credited_years("A") == [2023]
    for target in (6, 5, 7):
        (reverse,) = [reversal(target)]
        effect, found = judge(state, reverse, str)
        assert found == []
        state = after(*[e.said for e in state.entries.values()], reverse)
        assert effect is not None
    assert [e.said.kg for e in state.removals("A")] == [1_200_000]
    assert state.series("ccer", "CN") == ()
    assert state.credited_years("A") == []
    assert state.sink_kg(EAST, 2023) is None
    assert [len(state.live(kind)) for kind in (Removal, Issue, Sink)] == [1, 0, 0]


@pytest.mark.parametrize("target", [1, 5])
def test_an_unlawful_reversal_leaves_what_holds(target):
    state = after(opening(), project(), parcel(), removal(), issue(), reversal(5))
    before = dict(state.issued_kg)
    state = after(*[e.said for e in state.entries.values()], reversal(target))
    assert dict(state.issued_kg) == before
