"""A results folder as tables: what the terminal, the app and other commands read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .export.schemas import SCHEMAS
from .export.tables import read_table
from .manifest import read_manifest

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from .manifest import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A finished run."""

    folder: Path
    """The results folder."""
    manifest: Manifest
    """Its manifest."""
    tables: dict[str, pd.DataFrame]
    """Every CSV by its name."""


def load_results(folder: Path) -> Results:
    """Read a results folder.

    Raises
    ------
    ResultError
        If the manifest or a table is missing or is not what a run writes.

    """
    return Results(
        folder=folder,
        manifest=read_manifest(folder),
        tables={name: read_table(folder / f"{name}.csv") for name in SCHEMAS},
    )
