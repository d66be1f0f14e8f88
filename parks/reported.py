"""The parks of a results folder, read back from the layer ``parks`` of its GeoPackage.

What is shown is what the run wrote: the layer is in the language of that run, so closed sets are
recognised by either of their names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from .definitions import Reading
from .park import ParkKind
from .texts import text
from .verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["ReportedPark", "reported_parks"]

_LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedPark:
    """A park as a run reported it."""

    park_id: str
    name_zh: str
    name_en: str
    kind: ParkKind | None
    """None where the layer has another word."""
    league_code: str
    point: tuple[float, float] | None
    """Longitude and latitude, degrees; None where the place is not known."""
    target_share: float | None
    outcome: Outcome | None
    """None where the run read no series at all."""
    readings: Mapping[Reading, float]
    """Shares by reading; those without a value are left out."""
    gap_mwh: float | None
    note: str

    def name(self, lang: str) -> str:
        """Return the name in ``lang`` (zh or en), the other where it has none."""
        names = (self.name_zh, self.name_en) if lang == "zh" else (self.name_en, self.name_zh)
        return names[0] or names[1]


def reported_parks(folder: Path) -> tuple[ReportedPark, ...]:
    """Return the parks of a results folder by id; none where it has no such layer."""
    try:
        frame = pyogrio.read_dataframe(folder / "inventory.gpkg", layer="parks")
    except (DataLayerError, DataSourceError):
        return ()
    rows = frame.sort_values("park_id").to_dict("records")
    return tuple(_park({str(key): value for key, value in row.items()}) for row in rows)


def _park(row: Mapping[str, object]) -> ReportedPark:
    """Return a row of the layer as a park."""
    shares = {reading: _number(row.get(str(reading))) for reading in Reading}
    shape = row["geometry"]
    point = None if shape is None else shape.representative_point()  # type: ignore[attr-defined]
    return ReportedPark(
        park_id=_text(row["park_id"]),
        name_zh=_text(row["name_zh"]),
        name_en=_text(row["name_en"]),
        kind=next((k for k in ParkKind if row["kind"] in (k.name_zh, k.name_en)), None),
        league_code=_text(row["league_code"]),
        point=None if point is None else (float(point.x), float(point.y)),
        target_share=_number(row.get("target_share")),
        outcome=next((o for o in Outcome if row.get("outcome") in _outcome_names(o)), None),
        readings={reading: share for reading, share in shares.items() if share is not None},
        gap_mwh=_number(row.get("gap_mwh")),
        note=_text(row.get("note")),
    )


def _outcome_names(outcome: Outcome) -> tuple[str, ...]:
    """Return the names of an outcome in every language."""
    return tuple(text(f"outcome_{outcome}", lang) for lang in _LANGUAGES)


def _text(value: object) -> str:
    """Return a cell as text, blank where it is null."""
    return "" if value is None or value is pd.NA or value != value else str(value)  # noqa: PLR0124


def _number(value: object) -> float | None:
    """Return a cell as a number, None where it is null."""
    return None if value is None or pd.isna(value) else float(str(value))  # type: ignore[call-overload]
