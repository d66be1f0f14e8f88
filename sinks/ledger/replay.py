"""Replay: from the events to what holds, with every event checked on the way.

Source: METHOD D4; the chain is one of SHA-256 hashes, each over the whole event.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from pydantic import ValidationError

from rasters.findings import finding

from .effects import effect_json
from .event import Event, payload_text
from .rules import judge
from .said import kinds
from .state import State

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from rasters.findings import Finding

    from .said import Said

__all__ = ["read_events", "replay"]

_COLUMNS = "seq, key, kind, at, actor, payload, prev, hash"


def read_events(connection: sqlite3.Connection, *, after: int = 0) -> Iterator[Event]:
    """Yield the events after a number, in order."""
    query = f"SELECT {_COLUMNS} FROM event WHERE seq > ? ORDER BY seq"  # noqa: S608  # constant
    for seq, key, kind, at, actor, payload, prev, digest in connection.execute(query, (after,)):
        yield Event(
            seq=seq, key=key, kind=kind, at=at, actor=actor, payload=payload, prev=prev, hash=digest
        )


def replay(events: Iterable[Event], state: State | None = None) -> tuple[State, list[Finding]]:
    """Take events in one after the other.

    Parameters
    ----------
    events
        Events in order.
    state
        What holds before them, which takes them in; None for nothing.

    Returns
    -------
    state, findings
        ``ledger-sequence``, ``ledger-chain``, ``ledger-payload``, ``ledger-effect`` and
        ``ledger-unlawful``, each with the number of the event. Replay ends at an event that
        cannot be understood.

    """
    state = State() if state is None else state
    found: list[Finding] = []
    for event in events:
        where = f"event {event.seq}"
        if event.seq != state.events + 1:
            value = f"{state.events} → {event.seq}"
            found.append(finding("sinks", "ledger-sequence", value=value, where=where))
            break
        if event.prev != state.head or event.rehashed() != event.hash:
            found.append(finding("sinks", "ledger-chain", value=event.hash[:12], where=where))
        said = _said(event)
        if isinstance(said, str):
            found.append(finding("sinks", "ledger-payload", value=said, where=where))
            break
        effect, faults = judge(state, said, partial(_whole, where))
        found += [
            finding("sinks", "ledger-unlawful", value=fault.code, where=where, reason=fault.what_en,
                    reason_zh=fault.what_zh)
            for fault in faults
        ]  # fmt: skip
        if effect is None:
            break
        if payload_text(said, effect_json(effect)) != event.payload:
            found.append(finding("sinks", "ledger-effect", value=event.kind, where=where))
        state.apply(event, said, effect)
    return state, found


def _whole(where: str, _name: str) -> str:
    """Return the place of an event, whatever the field."""
    return where


def _said(event: Event) -> Said | str:
    """Return the record of an event, or why there is none."""
    record = kinds().get(event.kind)
    if record is None:
        return event.kind
    try:
        said = json.dumps(json.loads(event.payload)["said"])
        return record.model_validate_json(said)
    except ValidationError as error:
        return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    except (ValueError, KeyError, TypeError) as error:
        return str(error)
