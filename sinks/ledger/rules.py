"""Whether an event may be recorded after those before it, and what it then comes to.

The same rules stand as triggers in the file (:mod:`sinks.ledger.triggers`); here they list every
fault with its place, there they hold against any tool. Two accounts of one rule check each other.

Source: 94号文 四(二), 五(二) and 六(二): one tonne, one exit ("避免重复交易"); METHOD D4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from .credit_rules import judge_exit, judge_issue
from .effects import NoEffect, ProjectEffect, ReversalEffect
from .land_rules import judge_parcel, judge_removal
from .reversals import reversal_faults
from .said import (
    Exit,
    Issue,
    Offset,
    Opening,
    Parcel,
    Project,
    Removal,
    Reversal,
    Sink,
)
from .spelling import spelling_key
from .wording import refusal, tonnes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rasters.findings import Finding

    from .effects import Effect
    from .said import Said
    from .state import State
    from .wording import Where

__all__ = ["judge"]

_Judged: TypeAlias = "tuple[Effect | None, list[Finding]]"


def judge(state: State, said: Said, where: Where) -> tuple[Effect | None, list[Finding]]:
    """Return the effect of a record, and everything that forbids it.

    Parameters
    ----------
    state
        What holds before it.
    said
        The record.
    where
        Place of each of its fields, for the findings; the blank name is the whole record.

    Returns
    -------
    effect, findings
        The effect is None where a fault leaves it open; with any finding nothing is recorded.

    """
    if isinstance(said, Opening) or state.opening is None:
        fits = isinstance(said, Opening) and state.opening is None
        return NoEffect(), [] if fits else [refusal("ledger-opening", said.kind, where(""))]
    faults = _period_faults(said, where)
    return (None, faults) if faults else _JUDGES[type(said)](state, said, where)


def _period_faults(said: Said, where: Where) -> list[Finding]:
    """List a period that ends before it begins."""
    if isinstance(said, Project | Parcel | Removal | Issue) and said.start > said.end:
        return [refusal("credits-period", f"{said.start} > {said.end}", where("end"))]
    return []


def _project(state: State, said: Project, where: Where) -> tuple[Effect | None, list[Finding]]:
    """Judge a project: no id of it may be known already, in any spelling."""
    keys = tuple(sorted({spelling_key(text) for text in (said.project, *said.aliases)}))
    found = [
        refusal("credits-project-exists", key, where("project"), known=known)
        for key in keys
        if (known := state.project_of_key(key)) is not None
    ]
    return ProjectEffect(keys=keys, owner_key=spelling_key(said.owner)), found


def _reversal(state: State, said: Reversal, where: Where) -> _Judged:
    """Judge a reversal."""
    target = state.entries.get(said.target)
    effect = ReversalEffect(kind=target.said.kind) if target else None
    return effect, reversal_faults(state, said, where("target"))


def _sink(state: State, said: Sink, where: Where) -> _Judged:
    """Judge the sink of a zone and year: a later one may not fall below what was used."""
    found = _zone_faults(state, said, where)
    used = state.used_kg(said.zone, said.year)
    if state.offset_kg(said.zone, said.year) and used > said.kg:
        words = {"zone": said.zone, "year": said.year, "used": tonnes(used)}
        found.append(refusal("credits-sink-used", tonnes(said.kg), where("kg"), **words))
    return NoEffect(), found


def _offset(state: State, said: Offset, where: Where) -> _Judged:
    """Judge what is set off: not above the sink less the credits."""
    found = _zone_faults(state, said, where)
    sink, used = state.sink_kg(said.zone, said.year), state.used_kg(said.zone, said.year)
    if sink is None:
        found.append(refusal("credits-sink-missing", said.zone, where("zone"), year=said.year))
    elif used + said.kg > sink:
        words = {"zone": said.zone, "year": said.year, "sink": tonnes(sink), "used": tonnes(used)}
        found.append(refusal("credits-offset-above-sink", tonnes(said.kg), where("kg"), **words))
    return NoEffect(), found


def _zone_faults(state: State, said: Sink | Offset, where: Where) -> list[Finding]:
    """List a zone that is none of the ledger's."""
    zones = state.opening.zones if state.opening else ()
    if said.zone in zones:
        return []
    known = ", ".join(zones)
    return [refusal("credits-zone-unknown", said.zone, where("zone"), known=known)]


_JUDGES: Mapping[type[Said], Callable[[State, Any, Where], _Judged]] = {
    Project: _project,
    Parcel: judge_parcel,
    Removal: judge_removal,
    Issue: judge_issue,
    Exit: judge_exit,
    Sink: _sink,
    Offset: _offset,
    Reversal: _reversal,
}
