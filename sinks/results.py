"""A results folder as tables: what the terminal, the app and other commands read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import ResultError
from .export.schemas import SCHEMAS
from .export.tables import read_table
from .manifest import read_manifest

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from .manifest import Json, Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A finished run."""

    folder: Path
    """The results folder."""
    manifest: Manifest
    """Its manifest."""
    tables: dict[str, pd.DataFrame]
    """Every CSV by its name."""

    @property
    def levels(self) -> tuple[str, ...]:
        """Levels that are written, coarse to fine."""
        levels = self._parameter("levels")
        if isinstance(levels, str) or not isinstance(levels, Sequence):
            raise ResultError(f"the manifest of {self.folder} names no levels, got {levels!r}")
        return tuple(str(level) for level in levels)

    @property
    def soil_from_map(self) -> bool:
        """Whether one soil map gave the soil, so that its change is not estimated."""
        return bool(self._parameter("soil_from_map"))

    @property
    def soil_method(self) -> str:
        """Method of the soil pool; blank where the manifest names none."""
        config = self.manifest.parameters.get("config")
        return str(config.get("soil_method", "")) if isinstance(config, Mapping) else ""

    def region_name(self, lang: str) -> str:
        """Return the name of the region in ``lang`` (zh or en)."""
        return str(self._parameter(f"region_{lang}"))

    def zone_name(self, code: str, lang: str) -> str:
        """Return the name of a zone in ``lang`` (zh or en).

        Raises
        ------
        ResultError
            If the manifest does not name the zone.

        """
        zones = self._parameter("zone_names")
        names = zones.get(code) if isinstance(zones, Mapping) else None
        if not isinstance(names, Mapping) or lang not in names:
            raise ResultError(f"the manifest of {self.folder} has no {lang} name of zone {code}")
        return str(names[lang])

    def _parameter(self, key: str) -> Json:
        """Return an entry of the manifest's parameters."""
        if key not in self.manifest.parameters:
            raise ResultError(f"the manifest of {self.folder} lacks the parameter {key}")
        return self.manifest.parameters[key]


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
