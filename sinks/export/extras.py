"""What other packages add to a results folder: sheets of the workbook, layers of the GeoPackage.

An addition is handed in by whoever starts the run. It is asked twice: before the run for its own
settings, files and findings, and when the files are written for sheets and layers. It sees the run
and none of its figures can change: the tables are written before. Its package is part of the
code's hash, so that a run id names the additions too, packaged data included.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from rasters.findings import Finding
    from sinks.manifest import Json

    from .layers import Layer
    from .meta import Meta
    from .sheets import Sheet

__all__ = ["Addition", "Contribution", "Extras", "Request", "Scope"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The run that is added to."""

    region: str
    """Id of its packaged region."""
    zones: frozenset[str]
    """Codes of the zones that it reports, of every level."""
    meta: Meta
    """What stands beside its tables."""
    lang: str
    """zh or en."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What is added to one run."""

    sheets: tuple[Sheet, ...] = ()
    layers: tuple[Layer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a run tells an addition before it starts."""

    settings: Mapping[str, object]
    """Its section of the inventory.toml; empty where there is none."""
    where: str
    """Name of that file, for messages."""
    base: Path
    """Folder that paths of the section are relative to."""
    root: Path | None
    """Folder that no file may lie outside of; None for anywhere on this machine."""
    region: str | None
    """Id of the packaged region; None for zones of one's own."""
    years: tuple[int, ...]
    """Years of the inventory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What an addition brings to one run."""

    role: str
    """Role of its files among the inputs."""
    extras: Callable[[Scope], Extras]
    """Returns what it adds to the run; nothing where it has nothing."""
    files: tuple[Path, ...] = ()
    """Every file of the user's that it rests on."""
    findings: tuple[Finding, ...] = ()
    """What it found; an error refuses the run."""
    parameters: Mapping[str, Json] = field(default_factory=dict)
    """Its settings without any path, for the manifest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """A package that adds to results folders of packaged regions."""

    package: str
    """Its name."""
    section: str
    """The section of the inventory.toml that it reads."""
    read: Callable[[Request], Contribution]
    """Reads and checks what it needs before the run counts anything."""
