"""Indicator systems of zero-carbon parks as data: indicators, limits by size, sources.

A system whose list was not found whole says so; its empty table waits for the original.

Source: 发改环资〔2025〕910号, annex 3; 内蒙古自治区零碳园区培育建设方案 (2025-08); see the tables.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from rasters.errors import RefusedError
from rasters.findings import finding
from sinks.categories import Confidence

from .errors import ActivityError
from .tables import read_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.resources.abc import Traversable

    from rasters.findings import Finding

    from .tables import Row

__all__ = [
    "Comparator",
    "Indicator",
    "Limit",
    "Role",
    "System",
    "load_system",
    "system_findings",
    "system_ids",
]

_COLUMNS = (
    "indicator",
    "role",
    "name_zh",
    "name_en",
    "unit",
    "comparator",
    "limit_low",
    "limit_high",
    "size_from_tce",
    "size_to_tce",
    "numerator",
    "denominator",
    "source",
    "locator",
    "confidence",
    "note",
)


class Role(StrEnum):
    """What an indicator decides."""

    CORE = "core"
    """Must be met for acceptance."""
    GUIDING = "guiding"
    """Guides the way; a park may say why it cannot."""


class Comparator(StrEnum):
    """On which side of the limit a park has to be."""

    AT_MOST = "<="
    AT_LEAST = ">="


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What a park of a size has to reach."""

    low: Decimal
    """Lower end of what the limit is known to be; ``high`` equals it where the limit is known."""
    high: Decimal
    size_from_tce: Decimal | None
    """Annual energy use from which it holds, tce; None for any."""
    size_to_tce: Decimal | None
    """Annual energy use below which it holds, tce; None for any."""
    source: str
    locator: str
    confidence: Confidence
    note: str

    @property
    def is_sized(self) -> bool:
        """Whether it holds for some sizes only."""
        return self.size_from_tce is not None or self.size_to_tce is not None

    def holds_at(self, energy_use_tce: Decimal) -> bool:
        """Return whether a park of this energy use has this limit."""
        above = self.size_from_tce is None or energy_use_tce >= self.size_from_tce
        return above and (self.size_to_tce is None or energy_use_tce < self.size_to_tce)


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One indicator of a system."""

    id: str
    """Also the quantity of a fact that reports it."""
    role: Role
    name_zh: str
    name_en: str
    unit: str
    """``1`` for a share from 0 to 1."""
    comparator: Comparator
    numerator: str
    """Quantity of a fact that it is computed from, or blank."""
    denominator: str
    limits: tuple[Limit, ...]
    """By size, ascending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A system of indicators."""

    id: str
    name_zh: str
    name_en: str
    complete: bool
    """Whether all its indicators were found."""
    missing_zh: str
    """What was not found and where it stands; blank where it is complete."""
    missing_en: str
    indicators: tuple[Indicator, ...]
    """In the order of the tables, the core indicator first."""


def system_ids() -> tuple[str, ...]:
    """Return the ids of the packaged systems.

    >>> system_ids()
    ('national', 'regional')
    """
    return tuple(_systems())


def load_system(system_id: str) -> System:
    """Return a packaged system.

    Raises
    ------
    ActivityError
        If there is no such system.
    RefusedError
        If one of its tables cannot be used.

    """
    entry = _systems().get(system_id)
    if entry is None:
        raise ActivityError(f"no indicator system {system_id!r}; there are {', '.join(_systems())}")
    tables = entry["tables"]
    rows = [row for name in tables for row in _rows(f"{name}.csv")]
    return System(
        id=system_id,
        name_zh=str(entry["name_zh"]),
        name_en=str(entry["name_en"]),
        complete=bool(entry["complete"]),
        missing_zh=str(entry.get("missing_zh", "")),
        missing_en=str(entry.get("missing_en", "")),
        indicators=_indicators(rows),
    )


def system_findings(system: System) -> list[Finding]:
    """Return what is to be said about a system: nothing, or that its list is not whole."""
    if system.complete:
        return []
    words = {"missing_zh": system.missing_zh, "missing_en": system.missing_en}
    where = f"{system.id} ({system.name_zh})"
    return [finding("parks", "indicator-list-missing", value=system.id, where=where, **words)]


def _indicators(rows: Sequence[tuple[Indicator, Limit]]) -> tuple[Indicator, ...]:
    """Return the indicators with all their limits."""
    limits: dict[str, list[Limit]] = {}
    first: dict[str, Indicator] = {}
    for indicator, limit in rows:
        first.setdefault(indicator.id, indicator)
        limits.setdefault(indicator.id, []).append(limit)
    return tuple(
        Indicator(
            id=i.id,
            role=i.role,
            name_zh=i.name_zh,
            name_en=i.name_en,
            unit=i.unit,
            comparator=i.comparator,
            numerator=i.numerator,
            denominator=i.denominator,
            limits=tuple(sorted(limits[i.id], key=lambda limit: limit.size_from_tce or Decimal(0))),
        )
        for i in first.values()
    )


def _rows(name: str) -> list[tuple[Indicator, Limit]]:
    """Return the rows of a packaged table."""
    path: Traversable = files("parks").joinpath("data", name)
    lines, findings = read_rows(path, required=_COLUMNS, optional=())
    rows = [_row(line) for line in lines]
    findings += [fault for line in lines for fault in line.faults]
    if findings:
        raise RefusedError(findings)
    return [row for row in rows if row is not None]


def _row(line: Row) -> tuple[Indicator, Limit] | None:
    """Read one row; None where it cannot be used."""
    role, comparator = line.member("role", Role), line.member("comparator", Comparator)
    confidence = line.member("confidence", Confidence)
    low, high = line.number("limit_low"), line.number("limit_high")
    for column in ("indicator", "role", "comparator", "limit_low", "limit_high", "source"):
        line.needed(column)
    if role is None or comparator is None or confidence is None or low is None or high is None:
        return None
    limit = Limit(
        low=low,
        high=high,
        size_from_tce=line.number("size_from_tce"),
        size_to_tce=line.number("size_to_tce"),
        source=line.text("source"),
        locator=line.text("locator"),
        confidence=confidence,
        note=line.text("note"),
    )
    indicator = Indicator(
        id=line.text("indicator"),
        role=role,
        name_zh=line.text("name_zh"),
        name_en=line.text("name_en"),
        unit=line.text("unit"),
        comparator=comparator,
        numerator=line.text("numerator"),
        denominator=line.text("denominator"),
        limits=(limit,),
    )
    return indicator, limit


@cache
def _systems() -> Mapping[str, Mapping[str, Any]]:
    """Return the systems as in their data file."""
    text = files("parks").joinpath("data/indicators.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
