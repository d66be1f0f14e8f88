"""The results folders that a reader may look at: one folder, or every run inside it.

A run is named by the first digits of its id, never by a path, so that an address cannot reach
beyond the shelf. A folder is read again when its manifest changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sinks.errors import ResultError
from sinks.manifest import read_manifest
from sinks.results import load_results

from .outlines import read_outlines

if TYPE_CHECKING:
    from pathlib import Path

    from sinks.results import Results

    from .outlines import Outlines

__all__ = ["Run", "outlines_of", "results_of", "runs"]

_KEY_DIGITS = 8  # of the run id, as in the name of a results folder
_KEPT = 8  # runs held in memory at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A results folder of the shelf."""

    key: str
    """First digits of its run id."""
    folder: Path
    stamp: int
    """When its manifest was written, ns; another stamp is another content."""
    title: str
    """Name of the folder."""


def runs(root: Path) -> tuple[Run, ...]:
    """Return the runs of a shelf, newest first; the root itself may be one.

    Folders that hold no readable manifest are not results and are left out.
    """
    found: dict[str, Run] = {}
    inside = sorted(p.parent for p in root.glob("*/manifest.json")) if root.is_dir() else []
    for folder in (root, *inside):
        try:
            manifest = read_manifest(folder)
        except ResultError:
            continue
        run = Run(
            key=manifest.run_id[:_KEY_DIGITS],
            folder=folder,
            stamp=(folder / "manifest.json").stat().st_mtime_ns,
            title=folder.name,
        )
        found.setdefault(run.key, run)
    return tuple(sorted(found.values(), key=lambda run: (-run.stamp, run.key)))


def results_of(run: Run) -> Results:
    """Return the tables of a run, read once as long as it stays the same.

    Raises
    ------
    ResultError
        If a table is missing or is not what a run writes.

    """
    return _results(run)


def outlines_of(run: Run, level: str) -> Outlines:
    """Return the outlines of a level of a run, simplified once."""
    return _outlines(run, level)


@lru_cache(maxsize=_KEPT)
def _results(run: Run) -> Results:
    return load_results(run.folder)


@lru_cache(maxsize=4 * _KEPT)
def _outlines(run: Run, level: str) -> Outlines:
    return read_outlines(run.folder, level)
