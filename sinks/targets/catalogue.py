"""Targets as their documents state them: phrase, document, status, year, comparator and unit.

A target is quoted word for word, so that whoever reads a figure can hold it against the text. What
a text does not say, such as a base year, stays blank.

Source: METHOD D5, D6; the documents named in ``documents.toml``.
"""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Comparator",
    "Document",
    "Indicator",
    "IndicatorKind",
    "Target",
    "convert",
    "documents",
    "indicators",
    "load_targets",
    "target_regions",
]


class Comparator(StrEnum):
    """How a figure is held against a target."""

    AT_LEAST = ">="
    STABLE = "stable"
    """It stays where it is; the text says 稳定在 and not within what."""
    WORDS = ""
    """The text states no figure."""


class IndicatorKind(StrEnum):
    """What kind of figure an indicator is."""

    LEVEL = "level"
    TOTAL = "total"
    """Done since the start of the plan."""
    DROP = "drop"
    """Since the start of the plan, of the year before it."""
    WORDS = "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text that states targets."""

    id: str
    title_zh: str
    title_en: str
    status: str
    """issued or draft."""
    published: str
    note_zh: str
    note_en: str
    first_year: int
    """First year of its plan; what was done or dropped before counts for none of its targets."""
    first_year_source_zh: str
    """Why that year."""
    first_year_source_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """What is measured, and why an inventory does not give it."""

    id: str
    name_zh: str
    name_en: str
    unit: str
    """Blank where the indicator has no figure."""
    kind: IndicatorKind
    inventory: str
    """Figure of the inventory that compares under conditions; blank for none."""
    reason_zh: str
    """Why an inventory gives no comparable figure."""
    reason_en: str

    def name(self, lang: str) -> str:
        """Return its name in ``lang`` (zh or en)."""
        return self.name_zh if lang == "zh" else self.name_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One target of one document."""

    zone_code: str
    indicator: Indicator
    year: int | None
    """None where the text names none."""
    comparator: Comparator
    value: Fraction | None
    """In the unit of the indicator; None where the text states no figure."""
    base_year: int | None
    """None where the text names none."""
    phrase: str
    """Word for word."""
    locator: str
    document: Document


def target_regions() -> tuple[str, ...]:
    """Return the regions that have targets.

    >>> target_regions()
    ('inner_mongolia', 'ningxia')
    """
    return ("inner_mongolia", "ningxia")


def load_targets(region: str) -> tuple[Target, ...]:
    """Return the targets of a region and its leagues, in the order of the file.

    Raises
    ------
    KeyError
        If the region has no targets.

    Examples
    --------
    >>> greening = load_targets("inner_mongolia")[0]
    >>> convert(greening.value, "万亩", "公顷")
    Fraction(7200000, 1)

    """
    if region not in target_regions():
        raise KeyError(region)
    with _file(f"{region}.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(_target(row) for row in csv.DictReader(stream))


@cache
def documents() -> Mapping[str, Document]:
    """Return every document by its id."""
    return {key: Document(id=key, **entry) for key, entry in _toml("documents.toml").items()}


@cache
def indicators() -> Mapping[str, Indicator]:
    """Return every indicator by its id."""
    return {
        key: Indicator(
            id=key,
            name_zh=entry["name_zh"],
            name_en=entry["name_en"],
            unit=entry["unit"],
            kind=IndicatorKind(entry["kind"]),
            inventory=entry.get("inventory", ""),
            reason_zh=entry["reason_zh"],
            reason_en=entry["reason_en"],
        )
        for key, entry in _toml("indicators.toml").items()
    }


def convert(value: Fraction, unit: str, wanted: str) -> Fraction | None:
    """Return an amount in another unit, exactly; None where the units are not of one kind.

    >>> convert(Fraction(2650), "万亩", "公顷"), convert(Fraction(1), "万亩", "%")
    (Fraction(5300000, 3), None)
    """
    for sizes in _toml("units.toml").values():
        if unit in sizes and wanted in sizes:
            return value * Fraction(*sizes[unit]) / Fraction(*sizes[wanted])
    return None


def _target(row: Mapping[str, str]) -> Target:
    """Return one row of a file of targets."""
    return Target(
        zone_code=row["zone_code"],
        indicator=indicators()[row["indicator"]],
        year=int(row["year"]) if row["year"] else None,
        comparator=Comparator(row["comparator"]),
        value=Fraction(row["value"]) if row["value"] else None,
        base_year=int(row["base_year"]) if row["base_year"] else None,
        phrase=row["phrase"],
        locator=row["locator"],
        document=documents()[row["document"]],
    )


def _file(name: str) -> Any:  # noqa: ANN401 - a file or a part of an archive
    return files("sinks").joinpath("data", "targets", name)


@cache
def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(_file(name).read_text(encoding="utf-8"))
