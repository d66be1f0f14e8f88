"""Events: what was said, what it comes to, and the hash that chains it to the one before.

The effect - the kilograms of every parcel, zone and year - is part of what is hashed: tables
beside the events can always be made again, and a change of one kilogram breaks the chain.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sinks.manifest import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sinks.manifest import Json

    from .said import Said

__all__ = ["GENESIS", "Draft", "Event", "Receipt", "event_hash", "payload_text"]

GENESIS = "0" * 64
"""What stands for the hash before the first event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is to be recorded."""

    key: str
    """Idempotency key: the same key again is the same event, not a second one."""
    said: Said
    where: Callable[[str], str] = str
    """From the name of a field to the place where it was written, for findings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the ledger."""

    seq: int
    """Place in the ledger, from 1; the order of events is this one and no clock's."""
    key: str
    kind: str
    at: str
    """When it was written by the clock of the writer, ISO 8601 UTC: a note."""
    actor: str
    payload: str
    """Canonical JSON of ``said`` and ``effect``."""
    prev: str
    """Hash of the event before."""
    hash: str

    def rehashed(self) -> str:
        """Return the hash that this content should have."""
        return event_hash(
            self.seq, self.key, self.kind, self.at, self.actor, self.payload, self.prev
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the writer acknowledges: the event is on the disk."""

    seq: int
    hash: str
    repeated: bool
    """Whether the event stood there already under its key."""


def payload_text(said: Said, effect: Mapping[str, Json]) -> str:
    """Return the payload of an event."""
    return canonical({"said": said.model_dump(mode="json"), "effect": effect}).decode()


def event_hash(seq: int, key: str, kind: str, at: str, actor: str, payload: str, prev: str) -> str:
    """Return the SHA-256 of an event, 64 hexadecimal digits.

    >>> event_hash(1, "k", "open", "2025-01-01T00:00:00+00:00", "a", "{}", GENESIS)[:8]
    'f168943c'
    """
    content: Json = [seq, key, kind, at, actor, payload, prev]
    return hashlib.sha256(canonical(content)).hexdigest()
