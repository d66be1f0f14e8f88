"""What other packages add to a results folder: sheets of the workbook, layers of the GeoPackage.

An addition is handed in by whoever starts the run and is asked once, when the files are written.
It sees the run and none of its figures can change: the tables are written before. Its package is
part of the code's hash, so that a run id names the additions too, packaged data included.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .layers import Layer
    from .meta import Meta
    from .sheets import Sheet

__all__ = ["Addition", "Extras", "Scope"]


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
class Addition:
    """A package that adds to results folders of packaged regions."""

    package: str
    """Its name."""
    extras: Callable[[Scope], Extras]
    """Returns what it adds to a run; nothing where it has nothing."""
