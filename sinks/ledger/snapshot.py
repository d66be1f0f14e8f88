"""Reading a ledger without touching it: from a copy of the file and of its log.

Opening a database in WAL mode, even to read, may fold the log into the file. Whoever examines a
ledger after an accident must not change what is examined, and a ledger on a read-only medium
must be readable; so reading is always done on a copy.

Source: SQLite documentation, "Write-Ahead Logging", "Read-Only Databases".
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rasters.errors import RefusedError
from rasters.findings import finding

from .triggers import APPLICATION_ID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rasters.findings import Finding

__all__ = ["MAGIC", "is_ledger", "reading", "wal_of"]

MAGIC = b"SQLite format 3\x00"
_APPLICATION_ID_AT = slice(68, 72)  # of the header, big-endian
_HEADER = 100  # bytes
_TRIES = 100  # a writer commits in some ms, a copy of a ledger takes less


def is_ledger(path: Path) -> bool:
    """Return whether a path is an SQLite file, ledger or not."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def wal_of(path: Path) -> Path:
    """Return the log of an SQLite file."""
    return path.with_name(path.name + "-wal")


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Give a connection to a copy of a ledger.

    Raises
    ------
    RefusedError
        With ``ledger-missing``, ``ledger-none``, ``ledger-busy`` or ``ledger-integrity``.

    """
    fault = _fault(path)
    if fault is not None:
        raise RefusedError([fault])
    with tempfile.TemporaryDirectory(prefix="tanhui-") as folder:
        copy = Path(folder) / "ledger.sqlite"
        _copy(path, copy)
        try:
            with closing(sqlite3.connect(copy)) as connection:
                yield connection
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise RefusedError(
                [finding("sinks", "ledger-integrity", value=error, where=path)]
            ) from error


def _fault(path: Path) -> Finding | None:
    """Return why a file is no ledger."""
    if not path.is_file():
        return finding("sinks", "ledger-missing", value=path.name, where=path)
    with path.open("rb") as file:
        header = file.read(_HEADER)
    mark = header[_APPLICATION_ID_AT]
    if not header.startswith(MAGIC) or int.from_bytes(mark, "big") != APPLICATION_ID:
        return finding("sinks", "ledger-none", value=path.name, where=path)
    return None


def _copy(path: Path, copy: Path) -> None:
    """Copy a ledger and its log as they are at one moment."""
    log = wal_of(path)
    for _ in range(_TRIES):
        before = _seen(path), _seen(log)
        shutil.copyfile(path, copy)
        wal_of(copy).unlink(missing_ok=True)
        if log.is_file():
            try:
                shutil.copyfile(log, wal_of(copy))
            except FileNotFoundError:  # the last writer has just closed
                continue
        if before == (_seen(path), _seen(log)):
            return
    raise RefusedError([finding("sinks", "ledger-busy", value=path.name, where=path)])


def _seen(path: Path) -> tuple[int, int] | None:
    """Return when a file was written last and its size; None where there is none."""
    try:
        facts = path.stat()
    except FileNotFoundError:
        return None
    return facts.st_mtime_ns, facts.st_size
