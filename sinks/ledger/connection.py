"""One connection to a ledger file, made where there is none, refused where it was altered.

The three functions that the triggers call are given to this connection alone. A file whose
triggers are not those of this edition is not written to: someone has taken the guard away.
"""

from __future__ import annotations

import sqlite3
from functools import cache
from typing import TYPE_CHECKING

from rasters.errors import RefusedError
from rasters.findings import finding

from .event import event_hash
from .land import measured, overlap_mm2
from .place import remote_filesystem
from .snapshot import is_ledger
from .triggers import APPLICATION_ID, FORMAT, schema

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["connect", "give_functions", "schema_faults"]

_PATIENCE_S = 60.0  # how long a writer waits for the others


def connect(path: Path) -> sqlite3.Connection:
    """Return a connection that writes, in autocommit mode; transactions are begun by hand.

    Raises
    ------
    RefusedError
        With ``ledger-remote``, ``ledger-none``, ``ledger-schema``, ``ledger-disk`` or
        ``ledger-integrity``.

    """
    remote = remote_filesystem(path.absolute())
    if remote is not None:
        raise RefusedError([finding("sinks", "ledger-remote", value=remote, where=path)])
    if path.exists() and path.stat().st_size and not is_ledger(path):
        raise RefusedError([finding("sinks", "ledger-none", value=path.name, where=path)])
    try:
        connection = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None)
    except sqlite3.Error as error:
        raise RefusedError([finding("sinks", "ledger-disk", value=error, where=path)]) from error
    try:
        give_functions(connection)
        _prepare(connection)
        faults = schema_faults(connection)
    except sqlite3.Error as error:
        connection.close()
        code = "ledger-integrity" if path.stat().st_size else "ledger-disk"
        raise RefusedError([finding("sinks", code, value=error, where=path)]) from error
    if faults:
        connection.close()
        text = ", ".join(faults)
        raise RefusedError([finding("sinks", "ledger-schema", value=text, where=path)])
    return connection


def give_functions(connection: sqlite3.Connection) -> None:
    """Give a connection the functions that the triggers call."""
    connection.create_function("ledger_hash", 7, event_hash, deterministic=True)
    connection.create_function("ledger_measured", 1, _measured, deterministic=True)
    connection.create_function("ledger_overlap", 2, overlap_mm2, deterministic=True)


def schema_faults(connection: sqlite3.Connection) -> list[str]:
    """Return the names of what is missing from the schema, altered or added."""
    held = {
        name: sql
        for name, sql in connection.execute("SELECT name, sql FROM sqlite_master")
        if sql is not None
    }
    expected = _expected()
    names = sorted(name for name in {*held, *expected} if held.get(name) != expected.get(name))
    for pragma, value in (("application_id", APPLICATION_ID), ("user_version", FORMAT)):
        if connection.execute(f"PRAGMA {pragma}").fetchone()[0] != value:
            names.append(pragma)
    return names


@cache
def _expected() -> dict[str, str]:
    """Return the schema as SQLite keeps it, by name."""
    connection = sqlite3.connect(":memory:")
    try:
        for statement in schema():
            connection.execute(statement)
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {str(name): str(sql) for name, sql in rows}
    finally:
        connection.close()


def _prepare(connection: sqlite3.Connection) -> None:
    """Set how the file is written, and make the schema in a file that is empty."""
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")
    connection.execute("PRAGMA recursive_triggers = ON")
    connection.execute("PRAGMA foreign_keys = ON")
    if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        connection.execute("BEGIN IMMEDIATE")
        # another writer may have made it while this one waited
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {FORMAT}")
            for statement in schema():
                connection.execute(statement)
        connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL")


def _measured(geometry: str) -> str | None:
    """Return size and bounds of a parcel, None where it is no polygon."""
    try:
        return measured(geometry)
    except (ValueError, ArithmeticError):
        return None
