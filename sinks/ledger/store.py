"""The writer: one SQLite file, one transaction for all drafts, nothing acknowledged too early.

A writer takes the lock before it looks (BEGIN IMMEDIATE), takes in what others have written
since, judges every draft, and writes all or none. The log is synced at every commit, so that an
acknowledged event outlives a killed process and a power cut; one that was not acknowledged is
sent again under its key and stands once.

Source: SQLite documentation, "Write-Ahead Logging", PRAGMA synchronous.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from rasters.errors import RefusedError
from rasters.findings import finding

from .anchor import Anchor, anchor_faults, beside, read_anchors, write_beside
from .connection import connect
from .effects import effect_json
from .event import Draft, Event, Receipt, event_hash, payload_text
from .replay import read_events, replay
from .rules import judge
from .said import Reversal
from .snapshot import reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rasters.findings import Finding

    from .state import State

__all__ = ["Ledger", "SqliteLedger", "judged", "open_ledger", "read_state"]


class Ledger(Protocol):
    """What a store must give. Whoever implements it refuses by the rules of :mod:`.rules`.

    A store on another database keeps the same events with the same hashes, takes one writer at a
    time (SERIALIZABLE, or a lock on the head), and repeats the rules as constraints of its own.
    """

    def state(self) -> State:
        """Return what holds after every event so far; not to be changed by the caller."""

    def append(self, drafts: Sequence[Draft], *, actor: str, at: str) -> tuple[Receipt, ...]:
        """Record drafts in order, all or none, and return once they are on the disk.

        Parameters
        ----------
        drafts
            What is to be recorded. A draft whose key stands already is not recorded again.
        actor
            Who records.
        at
            Time of recording, ISO 8601 UTC: a note.

        Raises
        ------
        RefusedError
            With every fault of every draft; nothing is recorded.

        """

    def close(self) -> None:
        """Let go of the store."""


def read_state(path: Path) -> State:
    """Replay a ledger without writing to it.

    Raises
    ------
    RefusedError
        If the file is no ledger, or an event of it is not what its hash says.

    """
    with reading(path) as connection:
        state, found = replay(read_events(connection))
    if found:
        raise RefusedError(found)
    return state


@contextmanager
def open_ledger(path: Path) -> Iterator[Ledger]:
    """Open a ledger for writing; one that does not exist is made, empty.

    Raises
    ------
    RefusedError
        If the file is another kind of file or an altered ledger, lies on a network file system,
        or ends before the anchor beside it.

    """
    ledger = SqliteLedger(path)
    try:
        yield ledger
    finally:
        ledger.close()


class SqliteLedger:
    """A :class:`Ledger` in one SQLite file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = connect(path)
        self._state: State | None = None
        try:
            self._refuse_a_cut_ledger()
        except RefusedError:
            self.close()
            raise

    def state(self) -> State:
        """Return what holds after every event so far."""
        with self._faults():
            return self._caught_up()

    def append(self, drafts: Sequence[Draft], *, actor: str, at: str) -> tuple[Receipt, ...]:
        """Record drafts, all or none; see :class:`Ledger`."""
        with self._faults():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                state = self._caught_up()
                events, receipts, found = judged(state, drafts, actor, at)
                _refuse(found)
                self._connection.executemany(
                    "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)", map(_row, events)
                )
                self._connection.execute("COMMIT")
            except BaseException:
                self._state = None  # it has taken in what is not written
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        if events:
            write_beside(self._path, Anchor(head=state.head, events=state.events))
        return receipts

    def close(self) -> None:
        """Close the file; the last one to close folds the log into it."""
        self._connection.close()

    def _caught_up(self) -> State:
        """Return the state with the events that others have written since."""
        after = 0 if self._state is None else self._state.events
        self._state, found = replay(read_events(self._connection, after=after), self._state)
        if found:
            raise RefusedError(found)
        return self._state

    def _refuse_a_cut_ledger(self) -> None:
        """Refuse to write after the end that the anchor beside the file tells of is gone."""
        place = beside(self._path)
        if not place.is_file():
            return
        anchors = read_anchors(place)
        with self._faults():
            hashes = [h for (h,) in self._connection.execute("SELECT hash FROM event ORDER BY seq")]
        found = [f for anchor in anchors for f in anchor_faults(anchor, hashes, place)]
        if found:
            raise RefusedError(found)

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Say faults of the database as findings."""
        try:
            yield
        except sqlite3.Error as error:
            raise RefusedError([_sqlite_finding(error, self._path)]) from error


def _refuse(found: Sequence[Finding]) -> None:
    """Raise where there is anything to refuse."""
    if found:
        raise RefusedError(found)


def judged(
    state: State, drafts: Sequence[Draft], actor: str, at: str
) -> tuple[list[Event], tuple[Receipt, ...], list[Finding]]:
    """Judge drafts one after the other; a refused one still stands for those after it.

    The state takes every event in: with findings it is to be thrown away.
    """
    events: list[Event] = []
    receipts: list[Receipt] = []
    found: list[Finding] = []
    for draft in drafts:
        known = state.keys.get(draft.key)
        if known is not None:
            found += _reused(state, draft, known)
            receipts.append(Receipt(seq=known, hash=state.hashes[known], repeated=True))
            continue
        effect, faults = judge(state, draft.said, draft.where)
        found += faults
        if effect is None or (faults and isinstance(draft.said, Reversal)):
            continue
        payload = payload_text(draft.said, effect_json(effect))
        head = (state.events + 1, draft.key, draft.said.kind, at, actor, payload, state.head)
        event = Event(
            seq=head[0], key=head[1], kind=head[2], at=at, actor=actor, payload=payload,
            prev=state.head, hash=event_hash(*head),
        )  # fmt: skip
        state.apply(event, draft.said, effect)
        events.append(event)
        receipts.append(Receipt(seq=event.seq, hash=event.hash, repeated=False))
    return events, tuple(receipts), found


def _reused(state: State, draft: Draft, known: int) -> list[Finding]:
    """List a key that stands already for something else."""
    if state.entries[known].said == draft.said:
        return []
    words = {"seq": known}
    return [finding("sinks", "ledger-key-reused", value=draft.key, where=draft.where(""), **words)]


def _row(event: Event) -> tuple[object, ...]:
    """Return an event as a row of its table."""
    return (
        event.seq, event.key, event.kind, event.at, event.actor, event.payload, event.prev,
        event.hash,
    )  # fmt: skip


def _sqlite_finding(error: sqlite3.Error, path: Path) -> Finding:
    """Say what the database refused, or why it could not."""
    text = str(error)
    if isinstance(error, sqlite3.IntegrityError):
        code = "ledger-refused"
    elif "locked" in text or "busy" in text:
        code = "ledger-busy"
    elif "full" in text or "disk I/O" in text:
        code = "ledger-disk"
    else:
        code = "ledger-integrity"
    return finding("sinks", code, value=text, where=path)
