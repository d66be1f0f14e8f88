"""Anchors: the head of a ledger, written down outside of it.

Neither SQLite nor a hash chain notices that the end of a ledger is gone, or that an old copy was
put back: what is left is whole. Only a head and a number of events that stand elsewhere - in a
manifest, an export, a printed report - show it. The writer keeps one beside the file.
"""

from __future__ import annotations

import csv
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rasters.errors import RefusedError
from rasters.findings import finding
from sinks.folder import atomic_write

from .event import GENESIS
from .snapshot import reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rasters.findings import Finding
    from sinks.manifest import Json

__all__ = [
    "EVENTS",
    "HEAD",
    "Anchor",
    "anchor_faults",
    "beside",
    "ledger_anchor",
    "read_anchors",
    "write_beside",
]

HEAD, EVENTS = "ledger_head", "ledger_events"
"""Names of the two words of an anchor in manifests and exports."""
_BESIDE = "-head"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The end of a ledger at some time."""

    head: str
    """Hash of its last event, 64 hexadecimal digits."""
    events: int
    """Number of its events."""

    def as_json(self) -> dict[str, Json]:
        """Return the words that a manifest or an export carries."""
        return {HEAD: self.head, EVENTS: self.events}


def ledger_anchor(path: Path) -> Anchor:
    """Return the anchor of a ledger as it is now, without writing to it.

    Raises
    ------
    RefusedError
        If the file is no ledger or cannot be read.

    """
    with reading(path) as connection:
        row = connection.execute("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1").fetchone()
    return Anchor(head=row[1], events=row[0]) if row else Anchor(head=GENESIS, events=0)


def read_anchors(path: Path) -> tuple[Anchor, ...]:
    """Return every anchor in a manifest, an export or a results folder.

    Raises
    ------
    RefusedError
        With ``ledger-anchor-none`` where there is none to be read.

    """
    place = path / "manifest.json" if path.is_dir() else path
    found: list[Anchor] = []
    with suppress(OSError, ValueError, KeyError, TypeError):
        text = place.read_text(encoding="utf-8-sig")
        rows = csv.DictReader(text.splitlines()) if place.suffix == ".csv" else [json.loads(text)]
        for row in rows:
            found += _anchors_in(row)
    if not found:
        raise RefusedError([finding("sinks", "ledger-anchor-none", value=path.name, where=path)])
    return tuple(dict.fromkeys(found))


def anchor_faults(anchor: Anchor, hashes: Sequence[str], where: object) -> list[Finding]:
    """List how a ledger contradicts an anchor.

    Parameters
    ----------
    anchor
        The anchor.
    hashes
        Hashes of the events, in order.
    where
        Where the anchor stands.

    """
    if anchor.events > len(hashes):
        held_events = len(hashes)
        return [
            finding("sinks", "ledger-behind", value=anchor.events, where=where, events=held_events)
        ]
    held = hashes[anchor.events - 1] if anchor.events > 0 else GENESIS
    if held != anchor.head:
        words = {"events": str(anchor.events), "held": held[:12]}
        return [finding("sinks", "ledger-forked", value=anchor.head[:12], where=where, **words)]
    return []


def beside(path: Path) -> Path:
    """Return where the writer keeps the anchor of a ledger."""
    return path.with_name(path.name + _BESIDE)


def write_beside(path: Path, anchor: Anchor) -> None:
    """Write the anchor beside a ledger, whole or not at all.

    The events are on the disk already: where there is no room for this, the older anchor stays,
    and it is true as well.
    """
    with suppress(OSError):
        atomic_write(beside(path), json.dumps(anchor.as_json()).encode() + b"\n")


def _anchors_in(value: object) -> Iterator[Anchor]:
    """Yield the anchors anywhere in a JSON value."""
    if isinstance(value, dict):
        if HEAD in value and EVENTS in value:
            yield Anchor(head=str(value[HEAD]), events=int(value[EVENTS]))
        for inner in value.values():
            yield from _anchors_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _anchors_in(inner)
