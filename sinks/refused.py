"""What a refused official run leaves behind: its quality table and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .export.schemas import SCHEMAS
from .export.tables import write_table

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


def write_refused(target: Path, quality: pd.DataFrame, *, run_id: str) -> Path:
    """Write ``<target>.refused/quality.csv`` and return its path.

    Parameters
    ----------
    target
        The results folder that was asked for; it is not touched.
    quality
        quality.csv.
    run_id
        Identity of the run that was refused.

    """
    folder = target.with_name(f"{target.name}.refused")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "quality.csv"
    write_table(path, quality, SCHEMAS["quality"], status="official", run_id=run_id)
    return path
