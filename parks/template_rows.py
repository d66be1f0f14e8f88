"""Columns and rows of the template: what each column is headed, and a registry as its rows.

A row of facts is what one source says with one status and one date, so that a park has as many
rows as there are such; two values of one quantity never share a row.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from sinks.categories import Confidence
from sinks.export.cells import clean_text

from .headings import fields
from .parameters import convert, parameters
from .registry_rows import fact_cells, park_cells, point_cells, sorted_parks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sinks.regions import Region

    from .parameters import Parameter
    from .park import Fact, Park

__all__ = [
    "NONE",
    "YES",
    "Cells",
    "TemplateColumn",
    "fact_columns",
    "fact_rows",
    "level_headings",
    "park_columns",
    "park_rows",
]

Cells = dict[str, str | float]
"""Cells of a row by column id."""
YES, NONE = "是", "无"
"""What a cell says of an event that took place, and of a value that was not found."""

_PARKS = ("park_id", "name_zh", "name_en", "kind", "league_code", "banner_code", "operator",
          "longitude", "latitude", "datum", "location_confidence", "geometry", "note")  # fmt: skip
_SOURCE = ("status", "date", "source", "source_date", "locator", "confidence")
_WIDE, _NARROW = 32, 14  # characters
_WIDE_COLUMNS = frozenset({"name_zh", "source", "note"})
_LEVELS = ("league_code", "banner_code")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateColumn:
    """One column of a sheet."""

    id: str
    heading: str
    """With its unit in brackets."""
    note: str
    """How to fill it in."""
    width: int
    """Characters."""
    parameter: Parameter | None = None
    """The quantity, None for any other column."""


def park_columns(region: Region | None) -> list[TemplateColumn]:
    """Return the columns of the sheet of parks; a level that the region lacks has none."""
    levels = level_headings(region)
    kept = [key for key in _PARKS if key not in _LEVELS or key in levels]
    degrees = dict.fromkeys(("longitude", "latitude"), "（度）")
    return [_plain(key, levels.get(key, ""), degrees.get(key, "")) for key in kept]


def fact_columns() -> list[TemplateColumn]:
    """Return the columns of the sheet of facts: the park and its source, then every quantity."""
    quantities = [
        TemplateColumn(
            id=entry.id,
            heading=entry.name_zh + (f"（{entry.template_unit}）" if entry.template_unit else ""),
            note=entry.note_zh,
            width=_NARROW,
            parameter=entry,
        )
        for entry in parameters().values()
    ]
    return [*(_plain(key) for key in ("park_id", "name_zh", *_SOURCE)), *quantities, _plain("note")]


def level_headings(region: Region | None) -> dict[str, str]:
    """Return the headings of the zone columns: the names of the levels below the region."""
    if region is None:
        return {key: fields()[key].name_zh for key in _LEVELS}
    names = [level.name_zh for level in region.levels[1:]]
    return dict(zip(_LEVELS, names, strict=False))


def park_rows(parks: Sequence[Park], region: Region | None) -> list[Cells]:
    """Return one row per park, zones by their name where the region has them."""
    zones = {} if region is None else region.zones.set_index("code")["name_zh"].to_dict()
    rows = []
    for park in sorted_parks(parks):
        cells: Cells = {**park_cells(park), **point_cells(park)}
        cells["kind"] = park.kind.label("zh")
        if park.geometry is not None:
            cells["location_confidence"] = park.location_confidence.label("zh")
        for key in _LEVELS:
            code = str(cells[key])
            cells[key] = str(zones.get(code, code))
        rows.append(_clean(cells))
    return rows


def fact_rows(parks: Sequence[Park]) -> list[Cells]:
    """Return one row per park, source, status and date, values in the units of the headings."""
    rows = []
    for park in sorted_parks(parks):
        groups: dict[tuple[str, ...], list[Cells]] = defaultdict(list)
        for fact in park.facts:
            cells = {key: str(text) for key, text in fact_cells(fact).items()}
            same = groups[tuple(cells[key] for key in (*_SOURCE, "note"))]
            row = next((row for row in same if fact.parameter not in row), None)
            if row is None:
                row = {"name_zh": park.name_zh, "park_id": park.park_id, "note": fact.note}
                row |= {key: cells[key] for key in _SOURCE}
                row["status"] = fact.status.label("zh")
                sought = fact.confidence is Confidence.MISSING
                row["confidence"] = "" if sought else fact.confidence.label("zh")
                same.append(row)
            row[fact.parameter] = _value(fact)
        rows += [_clean(row) for same in groups.values() for row in same]
    return rows


def _plain(key: str, heading: str = "", unit: str = "") -> TemplateColumn:
    """Return a column that is no quantity."""
    entry = fields()[key]
    width = _WIDE if key in _WIDE_COLUMNS else _NARROW
    text = (heading or entry.name_zh) + unit
    return TemplateColumn(id=key, heading=text, note=entry.note_zh, width=width)


def _value(fact: Fact) -> str | float:
    """Return the cell of a fact: a fraction for a share, whose cells are shown in percent."""
    parameter = parameters()[fact.parameter]
    if parameter.is_event:
        return YES
    if fact.value is None:
        return NONE
    if parameter.is_share:
        return float(fact.value)
    size = parameter.size(parameter.template_unit) or Fraction(1)
    return float(convert(fact.value, 1 / size))


def _clean(cells: Cells) -> Cells:
    """Return the cells that are not blank, texts without direction controls."""
    kept = {key: cell for key, cell in cells.items() if cell != ""}
    return {k: clean_text(cell) if isinstance(cell, str) else cell for k, cell in kept.items()}
