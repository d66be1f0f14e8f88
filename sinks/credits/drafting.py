"""Under which key a record is sent: the same content is one event, and what was reversed stays.

An old workbook that is imported once more must not bring a sale back that was reversed in the
meantime; and what was recorded by hand under a key of its own stands already when a workbook
says it again. Only an explicit act records anew what was reversed.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from rasters.findings import finding
from sinks.ledger import Draft
from sinks.ledger.said import Opening, Parcel, Reversal
from sinks.manifest import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rasters.findings import Finding
    from sinks.ledger.said import Said
    from sinks.ledger.state import State

    from .intake import Record

__all__ = ["content_key", "drafted"]

_KEY_DIGITS = 32  # of a SHA-256, 128 bits


def drafted(
    state: State, records: Iterable[Record], *, key: str | None, again: bool
) -> tuple[list[Draft], list[Finding]]:
    """Return the drafts of records, and a warning for each that was reversed and is left out.

    Parameters
    ----------
    state
        What holds before them.
    records
        In the order of recording.
    key
        Key of a single record, kept as it is; None for one made of the content.
    again
        Whether content that was reversed is recorded anew, under a new key.

    """
    told = _told(state) if key is None else {}
    names = {seq: name for name, seq in state.keys.items()}
    reversals = {
        entry.said.target: entry.seq
        for entry in state.entries.values()
        if isinstance(entry.said, Reversal)
    }
    drafts, found = [], []
    for record in records:
        chosen = content_key(record.said) if key is None else key
        before = told.get(chosen, []) if key is None else _under(state, chosen)
        live = [seq for seq in before if seq not in reversals]
        if live:
            chosen = names[live[-1]]
        elif before and (key is not None or not again):
            words = {"seq": before[-1], "by": reversals[before[-1]]}
            where = record.where("")
            kind = record.said.kind
            found.append(
                finding("sinks", "credits-reversed-before", value=kind, where=where, **words)
            )
            continue
        elif before:
            chosen = f"{chosen}/{len(before) + 1}"
        drafts.append(Draft(key=chosen, said=record.said, where=record.where))
    return drafts, found


def content_key(said: Said) -> str:
    """Return the key of what was written; the shares of a parcel are measured, not written."""
    words = said.model_dump(mode="json")
    if isinstance(said, Parcel):
        words.pop("shares")
    return hashlib.sha256(canonical([said.kind, words])).hexdigest()[:_KEY_DIGITS]


def _told(state: State) -> dict[str, list[int]]:
    """Return the events that said the same, by the key of their content."""
    told: dict[str, list[int]] = {}
    for entry in state.entries.values():
        if not isinstance(entry.said, Opening | Reversal):
            told.setdefault(content_key(entry.said), []).append(entry.seq)
    return told


def _under(state: State, key: str) -> list[int]:
    """Return the event under a key, if there is one."""
    known = state.keys.get(key)
    return [] if known is None else [known]
