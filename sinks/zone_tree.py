"""Which zone belongs to which: the finest zones are counted, all others are their sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneTree:
    """The zones of a run and the levels they are reported at."""

    levels: tuple[str, ...]
    """Levels that are written, coarse to fine."""
    ancestors: Mapping[str, Mapping[str, str]]
    """For each written level: the zone of that level that a counted (finest) zone lies in."""
    names: Mapping[str, str]
    """Chinese name of each written zone."""

    def zones(self, level: str) -> tuple[str, ...]:
        """Return the zone codes of a level, sorted."""
        return tuple(sorted(set(self.ancestors[level].values())))

    def all_zones(self) -> tuple[tuple[str, str], ...]:
        """Return (level, zone code) of every written zone, coarse to fine."""
        return tuple((level, code) for level in self.levels for code in self.zones(level))

    def at(self, level: str, counted: pd.Series) -> pd.Series:
        """Translate zone codes to their zone of ``level``; missing where they are coarser.

        The codes are those of counted zones or of reported ones, for statistics are given by
        reported zone.
        """
        return counted.map(self._inside(level))

    def _inside(self, level: str) -> dict[str, str]:
        """Return the zone of ``level`` that each counted and each reported zone lies in."""
        own = dict(self.ancestors[level])
        place = self.levels.index(level)
        for finer in self.levels[place:]:
            for counted, reported in self.ancestors[finer].items():
                own.setdefault(reported, self.ancestors[level][counted])
        return own
