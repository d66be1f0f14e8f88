"""Whether an event can be taken back: only what nothing else stands on.

A reversal takes an event out of the count and leaves it in the ledger. What was built on it must
be reversed before it, so that no credit ever stands without its land, removal or issue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rasters.findings import finding

from .effects import ExitEffect, RemovalEffect
from .said import (
    Exit,
    ExitRoute,
    Issue,
    Offset,
    Opening,
    Parcel,
    Project,
    Removal,
    Reversal,
    Sink,
)
from .state import by_place, cells_of, over_credited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rasters.findings import Finding

    from .said import Said
    from .state import Entry, State

__all__ = ["reversal_faults"]


def reversal_faults(state: State, said: Reversal, where: str) -> list[Finding]:
    """List why an event cannot be reversed."""
    target = state.entries.get(said.target)
    if target is None or isinstance(target.said, Reversal | Opening):
        kind = "" if target is None else target.said.kind
        value = f"{said.target} {kind}".strip()
        return [finding("sinks", "credits-reverse-target", value=value, where=where)]
    if said.target in state.reversed:
        return [finding("sinks", "credits-reverse-twice", value=said.target, where=where)]
    needed = sorted(_needed_by(state, target))
    if not needed:
        return []
    by = ", ".join(map(str, needed))
    return [finding("sinks", "credits-reverse-used", value=said.target, where=where, by=by)]


def _needed_by(state: State, target: Entry[Said]) -> Iterator[int]:
    """Yield the numbers of the events that stand on another one."""
    said = target.said
    if isinstance(said, Project):
        yield from (e.seq for e in state.parcels_of(said.project))
        yield from (e.seq for e in state.live(Issue) if e.said.project == said.project)
    elif isinstance(said, Parcel):
        yield from (e.seq for e in state.live(Removal) if e.said.parcel == said.parcel)
        yield from _issues_on(state, said.parcel)
    elif isinstance(said, Removal):
        if over_credited(state, said.parcel, _without(state, target, said)):
            yield from _issues_on(state, said.parcel)
    elif isinstance(said, Issue):
        yield from (e.seq for e in state.exits(target.seq))
    elif isinstance(said, Sink | Exit):
        yield from _offsets_on(state, target, said)


def _offsets_on(state: State, target: Entry[Said], said: Sink | Exit) -> Iterator[int]:
    """Yield the offsets that would no longer be covered by their sink."""
    if isinstance(said, Sink):
        left = [e.said.kg for e in state.live(Sink) if _same(e.said, said) and e.seq != target.seq]
        places = {(said.zone, said.year): (0, left[-1] if left else 0)}
    elif said.route is ExitRoute.LEAGUE_OFFSET and isinstance(target.effect, ExitEffect):
        taken = by_place(target.effect.split)
        places = {place: (kg, state.sink_kg(*place) or 0) for place, kg in taken.items()}
    else:
        return
    for (zone, year), (more, sink) in places.items():
        if state.offset_kg(zone, year) and state.used_kg(zone, year) + more > sink:
            yield from _offsets(state, zone, year)


def _issues_on(state: State, parcel: str) -> set[int]:
    """Return the issues that a parcel earned a part of."""
    return {e.seq for e in state.live(Issue) if any(cell.parcel == parcel for cell in cells_of(e))}


def _without(state: State, target: Entry[Said], said: Removal) -> dict[int, int]:
    """Return the removal of a parcel by year as it would be without one of its events."""
    latest = {
        (e.said.start, e.said.end): e
        for e in state.live(Removal)
        if e.said.parcel == said.parcel and e.seq != target.seq
    }
    total: dict[int, int] = {}
    for entry in latest.values():
        for part in entry.effect.years if isinstance(entry.effect, RemovalEffect) else ():
            total[part.year] = total.get(part.year, 0) + part.kg
    return total


def _same(one: Sink, other: Sink) -> bool:
    """Return whether two sinks are of one zone and year."""
    return (one.zone, one.year) == (other.zone, other.year)


def _offsets(state: State, zone: str, year: int) -> set[int]:
    """Return the offsets of a zone and year."""
    return {e.seq for e in state.live(Offset) if (e.said.zone, e.said.year) == (zone, year)}
