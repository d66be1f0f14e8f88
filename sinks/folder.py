"""The results folder: all of a run or nothing, one run at a time.

A run writes into a temporary folder beside its target, which is synced to disk and renamed
into place; a run that is killed leaves the earlier result as it was and a temporary folder
that the next run sweeps away. A lock file beside the target keeps a second run out.

Source: POSIX.1-2017, rename(), is atomic; Linux manual, fsync(2): a new name is on the disk
only after its folder has been synced too.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rasters.errors import RefusedError
from rasters.findings import Finding, finding

from .errors import ResultError
from .manifest import MANIFEST, read_manifest

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LockedError", "atomic_write", "check_folder", "locked", "results_folder"]

_PREVIOUS = ".previous"


class LockedError(ResultError):
    """Another run holds the results folder (exit code 3)."""


@contextmanager
def results_folder(target: Path, *, run_id: str, replace: bool) -> Iterator[Path]:
    """Give a temporary folder that becomes ``target`` when the block ends well.

    Parameters
    ----------
    target
        Results folder. It may exist if it is empty or holds the same run.
    run_id
        Identity of the run; the manifest in the folder must carry it.
    replace
        True to put aside a folder of another run as ``<target>.previous``.

    Raises
    ------
    RefusedError
        If the target holds another run, or anything that is not a result.
    LockedError
        If another process is writing the same target.
    ResultError
        If the block ends without having written the manifest of this run.

    """
    # not resolved: a link in the path stays the user's business
    target = Path(os.path.abspath(target))  # noqa: PTH100
    target.parent.mkdir(parents=True, exist_ok=True)
    with locked(target):
        _sweep(target)
        found = check_folder(target, run_id=run_id, replace=replace)
        if found:
            raise RefusedError(found)
        temporary = _beside(target, "tmp")
        temporary.mkdir()
        try:
            yield temporary
            _refuse_unfinished(temporary, run_id)
            _sync_tree(temporary)
            _put_in_place(temporary, target)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def check_folder(target: Path, *, run_id: str, replace: bool) -> list[Finding]:
    """List why a run may not write ``target``; empty if it may."""
    if not _is_occupied(target):
        return []
    try:
        held = read_manifest(target).run_id if target.is_dir() else None
    except ResultError:
        held = None
    if held is None:
        return [finding("sinks", "folder-not-results", value=target.name, where=target)]
    if held == run_id:
        return []
    if not replace:
        return [finding("sinks", "folder-other-run", value=held[:8], where=target)]
    previous = _previous(target)
    if _is_occupied(previous) and not (previous / MANIFEST).is_file():
        return [finding("sinks", "folder-not-results", value=previous.name, where=previous)]
    return []


@contextmanager
def locked(target: Path) -> Iterator[None]:
    """Hold the lock of a results folder; the lock file lies beside it and is removed after.

    Raises
    ------
    LockedError
        If another process, or another block of this one, holds it.

    """
    path = target.with_name(f".{target.name}.lock")
    handle = _open_locked(path)
    if handle is None:
        raise LockedError(f"another run is writing {target}; wait for it or choose another folder")
    try:
        yield
    finally:
        with suppress(OSError):  # Windows keeps an open file; an unlocked leftover is harmless
            path.unlink()
        os.close(handle)


def atomic_write(path: Path, content: bytes) -> None:
    """Write one file whole: a reader sees the old content or the new, never a part."""
    temporary = path.with_name(f".tmp-{path.name}-{secrets.token_hex(8)}")
    try:
        with temporary.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync(path.parent)


def _open_locked(path: Path) -> int | None:
    """Return an open, locked handle, or None where another holds the lock."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        if not _try_lock(handle):
            os.close(handle)
            return None
        # The holder before may have removed the file between our open and our lock.
        try:
            same = os.path.samestat(os.fstat(handle), path.stat())
        except FileNotFoundError:
            same = False
        if same:
            return handle
        os.close(handle)


def _try_lock(handle: int) -> bool:
    """Lock an open file without waiting; True if it is ours."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _beside(target: Path, purpose: str) -> Path:
    """Return a new hidden name beside the target, on the same file system."""
    return target.with_name(f".{target.name}.{purpose}-{secrets.token_hex(8)}")


def _previous(target: Path) -> Path:
    """Return where a replaced result is kept."""
    return target.with_name(target.name + _PREVIOUS)


def _is_occupied(path: Path) -> bool:
    """Tell whether something lies there; an empty folder is nothing."""
    return path.is_symlink() or path.is_file() or (path.is_dir() and any(path.iterdir()))


def _sweep(target: Path) -> None:
    """Remove what a killed run left; bring back a result that was put aside for its successor."""
    for path in sorted(target.parent.iterdir()):
        if path.name.startswith(f".{target.name}.old-"):
            if _is_occupied(target):
                _settle(path, target)
            else:
                _remove_empty(target)
                path.rename(target)
        elif path.name.startswith(f".{target.name}.tmp-"):
            shutil.rmtree(path)


def _refuse_unfinished(temporary: Path, run_id: str) -> None:
    """Raise unless the folder holds the manifest of this run."""
    held = read_manifest(temporary).run_id
    if held != run_id:
        raise ResultError(f"the manifest carries the run id {held}, the run is {run_id}")


def _put_in_place(temporary: Path, target: Path) -> None:
    """Rename the finished folder to the target, putting aside what lies there."""
    if not _is_occupied(target):
        _remove_empty(target)
        temporary.rename(target)
        _sync(target.parent)
        return
    aside = _beside(target, "old")
    target.rename(aside)
    try:
        temporary.rename(target)
    except BaseException:
        aside.rename(target)
        raise
    _sync(target.parent)
    _settle(aside, target)
    _sync(target.parent)


def _settle(aside: Path, target: Path) -> None:
    """Keep a result that was put aside as ``.previous`` if it is of another run."""
    if read_manifest(aside).run_id == read_manifest(target).run_id:
        shutil.rmtree(aside)
        return
    previous = _previous(target)
    if previous.exists():
        shutil.rmtree(previous)
    aside.rename(previous)


def _remove_empty(path: Path) -> None:
    """Remove an empty folder, if there is one."""
    if path.is_dir():
        path.rmdir()


def _sync_tree(folder: Path) -> None:
    """Bring every file and folder below ``folder``, and it, to the disk."""
    for path in sorted(folder.rglob("*"), reverse=True):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    """Bring one file or folder to the disk; Windows does not open folders."""
    if sys.platform == "win32" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY if sys.platform != "win32" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
