"""What a ledger holds, as rows for people and programs: one list for each question."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from sinks.ledger.effects import ExitEffect, IssueEffect, ParcelEffect
from sinks.ledger.said import Exit, Issue, Offset, Parcel, Project, Reversal, Sink
from sinks.ledger.wording import tonnes as grouped_tonnes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sinks.ledger.effects import Effect
    from sinks.ledger.state import State

__all__ = ["Listing", "Row", "listed"]

_MM2_PER_HA = 10**10
Row = dict[str, str | int]
"""Cells by name of the column; masses in t CO2 as exact decimals."""


class Listing(StrEnum):
    """What can be listed."""

    PROJECTS = "projects"
    PARCELS = "parcels"
    ISSUES = "issues"
    EXITS = "exits"
    ZONES = "zones"
    """Sink, what is set off and what is credited, by league and year."""
    EVENTS = "events"


def listed(state: State, what: Listing) -> list[Row]:
    """Return the rows of a listing, in the order of the ledger; of zones by code and year."""
    return _LISTS[what](state)


def _tonnes(kg: int) -> str:
    """Return a mass as a plain decimal of tonnes."""
    return grouped_tonnes(kg, grouped=False)


def _projects(state: State) -> list[Row]:
    """Return the projects with what was issued to them and what has left."""
    issued: dict[str, int] = {}
    left: dict[str, int] = {}
    for issue in state.live(Issue):
        name = issue.said.project
        issued[name] = issued.get(name, 0) + _kg(issue.effect)
        gone = sum(_kg(exit_.effect) for exit_ in state.exits(issue.seq))
        left[name] = left.get(name, 0) + gone
    return [
        {
            "event": entry.seq,
            "project": said.project,
            "scheme": str(said.scheme),
            "method": said.method,
            "name": said.name,
            "owner": said.owner,
            "period": f"{said.start} – {said.end}",
            "issued": _tonnes(issued.get(said.project, 0)),
            "left": _tonnes(left.get(said.project, 0)),
        }
        for entry in state.live(Project)
        for said in (entry.said,)
    ]


def _parcels(state: State) -> list[Row]:
    """Return the parcels with the parts of their area by league."""
    return [
        {
            "event": entry.seq,
            "parcel": said.parcel,
            "project": said.project,
            "period": f"{said.start} – {said.end}",
            "area_ha": f"{entry.effect.area_mm2 / _MM2_PER_HA:.4f}",
            "zones": "; ".join(
                f"{share.zone} {share.area_mm2 / entry.effect.area_mm2:.4%}"
                for share in said.shares
            ),
        }
        for entry in state.live(Parcel)
        for said in (entry.said,)
        if isinstance(entry.effect, ParcelEffect)
    ]


def _issues(state: State) -> list[Row]:
    """Return the issues with what is left of them."""
    return [
        {
            "event": entry.seq,
            "project": said.project,
            "serials": _serials(said),
            "period": f"{said.start} – {said.end}",
            "issued": _tonnes(_kg(entry.effect)),
            "remaining": _tonnes(sum(state.left(entry).values())),
            "evidence": said.evidence,
        }
        for entry in state.live(Issue)
        for said in (entry.said,)
    ]


def _exits(state: State) -> list[Row]:
    """Return the exits."""
    return [
        {
            "event": entry.seq,
            "scheme": str(said.scheme),
            "serials": _serials(said),
            "route": str(said.route),
            "scope": str(said.scope),
            "buyer": said.buyer,
            "day": said.day,
            "left": _tonnes(_kg(entry.effect)),
            "evidence": said.evidence,
        }
        for entry in state.live(Exit)
        for said in (entry.said,)
    ]


def _zones(state: State) -> list[Row]:
    """Return what holds of each league and year that anything is known of."""
    told = {(e.said.zone, e.said.year) for e in state.live(Sink)}
    told |= {(e.said.zone, e.said.year) for e in state.live(Offset)}
    credited = {place for place, kg in state.issued_kg.items() if kg}
    rows: list[Row] = []
    for zone, year in sorted(told | credited):
        sink = state.sink_kg(zone, year)
        rows.append(
            {
                "zone": zone,
                "year": year,
                "sink": "" if sink is None else _tonnes(sink),
                "issued": _tonnes(state.issued_kg[zone, year]),
                "surrendered": _tonnes(state.surrendered_kg[zone, year]),
                "set_off": _tonnes(state.offset_kg(zone, year)),
                "remaining": "" if sink is None else _tonnes(sink - state.used_kg(zone, year)),
            }
        )
    return rows


def _events(state: State) -> list[Row]:
    """Return every event, those that no longer count with the number of their reversal."""
    reversals = {
        entry.said.target: entry.seq
        for entry in state.entries.values()
        if isinstance(entry.said, Reversal)
    }
    return [
        {
            "event": entry.seq,
            "kind": entry.said.kind,
            "reversed_by": reversals.get(entry.seq, ""),
            "hash": state.hashes[entry.seq],
        }
        for entry in state.entries.values()
    ]


def _serials(said: Issue | Exit) -> str:
    """Return a range of serial numbers as people write it."""
    return f"{said.block} {said.first} – {said.last}".strip()


def _kg(effect: Effect) -> int:
    """Return the mass of an issue or exit."""
    return effect.kg if isinstance(effect, IssueEffect | ExitEffect) else 0


_LISTS: Mapping[Listing, Callable[[State], list[Row]]] = {
    Listing.PROJECTS: _projects,
    Listing.PARCELS: _parcels,
    Listing.ISSUES: _issues,
    Listing.EXITS: _exits,
    Listing.ZONES: _zones,
    Listing.EVENTS: _events,
}
