"""What other packages contribute to a run: asked before it counts, so that faults are found early.

Their files are inputs of the run and hashed like all others, and their settings are part of its
id; their figures stand in sheets and layers of their own and enter no table of the inventory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .export.extras import Request
from .manifest import input_record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .export.extras import Addition, Contribution
    from .manifest import InputRecord
    from .prepare import Prepared


def ask(
    additions: Sequence[Addition], prepared: Prepared, *, root: Path | None
) -> tuple[Contribution, ...]:
    """Return what each package contributes to a run.

    Parameters
    ----------
    additions
        The packages; each reads the section of the inventory.toml that it names.
    prepared
        The run.
    root
        Folder that no file may lie outside of.

    """
    return tuple(
        addition.read(
            Request(
                settings=getattr(prepared.config, addition.section),
                where=prepared.path.name,
                base=prepared.path.resolve().parent,
                root=root,
                region=None if prepared.region is None else prepared.region.id,
                years=prepared.config.inventory.years,
            )
        )
        for addition in additions
    )


def contributed_records(given: Sequence[Contribution], base: Path) -> tuple[InputRecord, ...]:
    """Hash every file that the contributions rest on."""
    return tuple(
        input_record(file, base=base, role=one.role) for one in given for file in one.files
    )
