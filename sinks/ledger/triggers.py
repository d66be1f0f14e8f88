"""The file format: tables, views and triggers, as the statements that make a new ledger.

The event table takes only the next event, with the hash of the one before it and its own. Its
triggers fill the other tables from the payload and then ask every rule; a rule that is broken
aborts the insert with the code of the finding. Nothing is ever updated or deleted, and a row of
another table is let in only where its event says it. ``OR REPLACE`` and ``OR IGNORE`` change
nothing about this: the triggers run before a conflict is resolved, and rows are counted after.

Source: SQLite documentation, CREATE TRIGGER, STRICT tables, RAISE(), json_each.
"""

# Statements are put together from names of this package alone.
# ruff: noqa: S608

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from .event import GENESIS
from .said import kinds
from .sql_rules import RULES
from .tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .tables import Table

__all__ = ["APPLICATION_ID", "FORMAT", "schema"]

APPLICATION_ID = 0x54_41_4E_48
"""``TANH`` in the header of the file."""
FORMAT = 2
"""Edition of this schema, the user version of the file."""
_LIVE = tuple(table.name for table in TABLES if table.name != "reversal")


@cache
def schema() -> tuple[str, ...]:
    """Return the statements that make an empty ledger, in order."""
    return tuple(_statements())


def _statements() -> Iterator[str]:
    """Yield every statement."""
    names = ", ".join(f"'{kind}'" for kind in kinds())
    yield (
        "CREATE TABLE event (seq INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL"
        f" CHECK (kind IN ({names})), at TEXT NOT NULL, actor TEXT NOT NULL, payload TEXT NOT NULL"
        " CHECK (json_valid(payload)), prev TEXT NOT NULL, hash TEXT NOT NULL UNIQUE) STRICT"
    )
    for table in TABLES:
        columns = ", ".join(f"{c.name} {c.type} NOT NULL" for c in table.columns)
        yield (
            f"CREATE TABLE {table.name} (seq INTEGER NOT NULL REFERENCES event (seq), {columns},"
            f" PRIMARY KEY ({table.key})) STRICT, WITHOUT ROWID"
        )
        for columns in table.index:
            name = "_".join(columns.split(", "))
            yield f"CREATE INDEX {table.name}_by_{name} ON {table.name} ({columns})"
        yield f"CREATE VIEW said_{table.name} AS {table.row_sql('e')}"
    for name in _LIVE:
        latest = (
            " AND NOT EXISTS (SELECT 1 FROM removal l WHERE l.parcel = t.parcel AND"
            " l.first_day = t.first_day AND l.last_day = t.last_day AND l.seq > t.seq"
            " AND l.seq NOT IN (SELECT target FROM reversal))"
            if name == "removal"
            else ""
        )
        yield (
            f"CREATE VIEW live_{name} AS SELECT * FROM {name} t"
            f" WHERE t.seq NOT IN (SELECT target FROM reversal){latest}"
        )
    yield from _event_triggers()
    for table in TABLES:
        yield from _table_triggers(table)


def _event_triggers() -> Iterator[str]:
    """Yield the triggers of the event table."""
    head = f"coalesce((SELECT hash FROM event ORDER BY seq DESC LIMIT 1), '{GENESIS}')"
    yield (
        "CREATE TRIGGER event_is_next BEFORE INSERT ON event BEGIN"
        " SELECT RAISE(ABORT, 'ledger-sequence') WHERE new.seq IS NOT"
        " (SELECT coalesce(max(seq), 0) + 1 FROM event);"
        f" SELECT RAISE(ABORT, 'ledger-chain') WHERE new.prev IS NOT {head};"
        " SELECT RAISE(ABORT, 'ledger-chain') WHERE new.hash IS NOT ledger_hash"
        "(new.seq, new.key, new.kind, new.at, new.actor, new.payload, new.prev);"
        " SELECT RAISE(ABORT, 'ledger-key-reused') WHERE EXISTS"
        " (SELECT 1 FROM event WHERE key = new.key);"
        f" SELECT RAISE(ABORT, 'ledger-kind') WHERE new.kind NOT IN ({_names()})"
        " OR NOT json_valid(new.payload);"
        " SELECT RAISE(ABORT, 'ledger-opening') WHERE (new.kind = 'open') <> (new.seq = 1);"
        " END"
    )
    for action in ("UPDATE", "DELETE"):
        yield _forbidden("event", action)
    for kind, rules in RULES.items():
        made = [table for table in TABLES if table.kind == kind]
        steps = [
            f"INSERT INTO {t.name} SELECT * FROM said_{t.name} s WHERE s.seq = new.seq"
            for t in made
        ]
        steps += [
            f"SELECT RAISE(ABORT, 'ledger-row') WHERE (SELECT count(*) FROM {t.name} WHERE"
            f" seq = new.seq) <> (SELECT count(*) FROM said_{t.name} WHERE seq = new.seq)"
            for t in made
        ]
        steps += [f"SELECT RAISE(ABORT, '{code}') WHERE {condition}" for code, condition in rules]
        if steps:
            body = "; ".join(steps)
            yield (
                f"CREATE TRIGGER event_{kind} AFTER INSERT ON event WHEN new.kind = '{kind}'"
                f" BEGIN {body}; END"
            )


def _names() -> str:
    """Return the kinds of events as a list of SQL."""
    return ", ".join(f"'{kind}'" for kind in kinds())


def _table_triggers(table: Table) -> Iterator[str]:
    """Yield what lets into a table only the rows that events say, once."""
    same = " AND ".join(f"s.{c.name} IS new.{c.name}" for c in table.columns)
    key = " AND ".join(f"t.{name} = new.{name}" for name in table.key.split(", "))
    yield (
        f"CREATE TRIGGER {table.name}_is_said BEFORE INSERT ON {table.name} BEGIN"
        f" SELECT RAISE(ABORT, 'ledger-row') WHERE NOT EXISTS (SELECT 1 FROM said_{table.name} s"
        f" WHERE s.seq = new.seq AND {same}) OR EXISTS (SELECT 1 FROM {table.name} t WHERE {key});"
        " END"
    )
    for action in ("UPDATE", "DELETE"):
        yield _forbidden(table.name, action)


def _forbidden(table: str, action: str) -> str:
    """Return the trigger that refuses an action on a table."""
    return (
        f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} BEGIN"
        " SELECT RAISE(ABORT, 'ledger-append-only'); END"
    )
