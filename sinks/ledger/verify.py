"""Does a ledger still hold? File, schema, chain, effects, tables and anchors.

Everything is asked of a copy and made again from the events: a changed bit is found by SQLite's
own check, by a hash, or by a row that the events do not give. An end that was cut off is found
by an anchor alone. Whoever can write the file can make a whole new ledger; the anchors of old
manifests then no longer fit.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from rasters.errors import RefusedError
from rasters.findings import Severity, finding

from .anchor import Anchor, anchor_faults, beside, read_anchors
from .connection import schema_faults
from .replay import read_events, replay
from .snapshot import is_ledger, reading
from .tables import TABLES

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rasters.findings import Finding

    from .event import Event
    from .tables import Table

__all__ = ["LedgerOutcome", "is_ledger", "table_rows", "verify_ledger"]

_MOST_NAMED = 20  # findings told one by one of each check


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerOutcome:
    """What a verification found."""

    findings: tuple[Finding, ...]
    """Every difference, and warnings."""
    anchor: Anchor | None
    """End of the ledger as it is; None where it cannot be read."""
    anchors: int
    """Anchors compared."""

    @property
    def holds(self) -> bool:
        """Whether nothing differs."""
        return all(f.severity is not Severity.ERROR for f in self.findings)


def verify_ledger(path: Path, *, anchors: Sequence[Path] = ()) -> LedgerOutcome:
    """Verify a ledger without writing to it.

    Parameters
    ----------
    path
        The file.
    anchors
        Manifests, exports and results folders that carry an anchor of this ledger. The anchor
        that the writer keeps beside the file is compared where there is one.

    Returns
    -------
    LedgerOutcome
        Every difference at once, as far as the file can be read.

    """
    found: list[Finding] = []
    held: list[tuple[Path, Anchor]] = []
    for place in [*anchors, *([beside(path)] if beside(path).is_file() else [])]:
        try:
            held += [(place, anchor) for anchor in read_anchors(place)]
        except RefusedError as error:
            found += error.findings
    events: list[Event] = []
    readable = False
    try:
        with reading(path) as connection:
            found += _file_faults(connection, path)
            events = list(read_events(connection))
            readable = True
            found += _event_faults(connection, events)
    except RefusedError as error:
        found += error.findings
    hashes = [event.hash for event in events]
    found += [f for place, anchor in held for f in anchor_faults(anchor, hashes, place)]
    end = Anchor(head=hashes[-1], events=len(hashes)) if hashes else None
    return LedgerOutcome(findings=tuple(found), anchor=end if readable else None, anchors=len(held))


def table_rows(table: Table, events: Sequence[Event]) -> list[tuple[object, ...]]:
    """Return the rows of a table as the events say them, sorted; made without SQL."""
    rows: list[tuple[object, ...]] = []
    for event in events:
        if event.kind != table.kind:
            continue
        payload = _parsed(event.payload)
        elements = _at(payload, table.array) if table.array else [payload]
        rows += [
            (event.seq, *(_at(element, column.path) for column in table.columns))
            for element in (elements if isinstance(elements, list) else [])
        ]
    return sorted(rows, key=repr)


def _parsed(payload: str) -> object:
    """Return a payload as JSON; None where it is none, which replay has told already."""
    try:
        return json.loads(payload)
    except ValueError:
        return None


def _at(value: object, path: str) -> object:
    """Return what stands at a JSON path such as ``$.effect.bounds[0]``; None for nothing."""
    for step in path.replace("[", ".").replace("]", "").split(".")[1:]:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _file_faults(connection: sqlite3.Connection, path: Path) -> Iterator[Finding]:
    """Yield what SQLite finds wrong with the file, and what was done to its schema."""
    for (text,) in connection.execute(f"PRAGMA integrity_check({_MOST_NAMED})"):
        if text != "ok":
            yield finding("sinks", "ledger-integrity", value=text, where=path)
    for name in schema_faults(connection):
        yield finding("sinks", "ledger-schema", value=name, where=path)


def _event_faults(connection: sqlite3.Connection, events: Sequence[Event]) -> Iterator[Finding]:
    """Yield what is wrong with the events and the tables beside them."""
    _, faults = replay(events)
    yield from faults[:_MOST_NAMED]
    for before, event in pairwise(events):
        if event.at < before.at:
            where = f"event {event.seq}"
            yield finding("sinks", "ledger-clock", value=event.at, where=where, before=before.at)
    for table in TABLES:
        query = f"SELECT * FROM {table.name}"  # noqa: S608  # names of this package
        held = sorted(connection.execute(query), key=repr)
        said = table_rows(table, events)
        if held != said:
            differing = sorted({row[0] for row in {*held} ^ {*said}}, key=repr)
            value = ", ".join(map(str, differing[:_MOST_NAMED]))
            yield finding("sinks", "ledger-rows", value=value, where=table.name)
