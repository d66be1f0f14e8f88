"""A park and the facts that are known about it, each with its source, status and date.

A fact is what one source says, not what is true: two sources that disagree give two facts, and
neither is thrown away. A value that was looked for and not found stays None; it is never zero.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from sinks.categories import Confidence

from .errors import RegistryError

if TYPE_CHECKING:
    from decimal import Decimal

    from shapely.geometry.base import BaseGeometry

__all__ = ["Fact", "FactStatus", "Park", "ParkKind"]

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_DATE = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")
_SHAPES = ("Point", "Polygon", "MultiPolygon")


class _Named(StrEnum):
    """A member with its names and the further words that a table may use for it."""

    name_zh: str
    name_en: str
    words: tuple[str, ...]

    def __new__(
        cls, value: str, name_zh: str = "", name_en: str = "", words: tuple[str, ...] = ()
    ) -> Self:
        """Make the member ``value`` and hang its names on it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.name_zh = name_zh
        member.name_en = name_en
        member.words = words
        return member

    def label(self, lang: str) -> str:
        """Return the name in ``lang`` (zh or en)."""
        return self.name_zh if lang == "zh" else self.name_en


class ParkKind(_Named):
    """What a park is to become; it decides which target it is held against."""

    ZERO = "zero", "零碳", "Zero-carbon", ("零碳园区", "零碳产业园", "零碳产业园区")
    LOW = "low", "低碳", "Low-carbon", ("低碳园区", "低碳产业园", "低碳产业园区")
    CANDIDATE = "candidate", "候选", "Candidate", ("候选园区", "创建", "培育")


class FactStatus(_Named):
    """How firm a fact is, from a promise to a meter."""

    ANNOUNCED = "announced", "宣布", "Announced", ("公布", "拟建")
    TARGET = "target", "目标", "Target", ("规划目标",)
    APPROVED = "approved", "获批", "Approved", ("已批复", "批复", "核准")
    OPERATING = "operating", "投运", "Operating", ("在运", "已投运", "并网")
    MEASURED = "measured", "实测", "Measured", ("计量", "实际")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What one source says about one quantity of a park.

    Raises
    ------
    RegistryError
        If a date is not of the form 2025, 2025-12 or 2025-12-31.

    """

    park_id: str
    parameter: str
    """Id of :func:`parks.parameters.parameters`."""
    status: FactStatus
    value: Decimal | None
    """In ``unit``; None for an event, and for what was looked for and not found."""
    unit: str
    """The unit of the parameter; blank for an event."""
    date: str = ""
    """What the figure refers to (the target's date for a target), ISO 8601, as far as stated."""
    source: str = ""
    """Document, report or table."""
    source_date: str = ""
    """Date of the source, ISO 8601, as far as stated."""
    locator: str = ""
    """Place in the source."""
    confidence: Confidence = Confidence.UNVERIFIED
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse dates that are none."""
        for name, text in (("date", self.date), ("source_date", self.source_date)):
            if text and not is_date(text):
                raise RegistryError(
                    f"{self.park_id}, {self.parameter}: {name} {text!r} is not 2025, 2025-12 or "
                    "2025-12-31"
                )

    @property
    def year(self) -> int | None:
        """Year that the figure refers to, None where no date is stated."""
        return int(self.date[:4]) if self.date else None

    @property
    def key(self) -> tuple[str, ...]:
        """Order of facts in files: by quantity, status and date, then by source."""
        value = "" if self.value is None else f"{self.value:f}"
        return (
            self.parameter, self.status, self.date, self.source, self.source_date, self.locator,
            value, self.confidence, self.note,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Park:
    """A park with its place and its facts.

    Raises
    ------
    RegistryError
        If the id is not lower-case letters, digits, - and _, or the geometry is not a point,
        polygon or multipolygon.

    """

    park_id: str
    """Identifier: lower-case letters, digits, - and _; at most 64."""
    name_zh: str
    name_en: str = ""
    kind: ParkKind
    league_code: str = ""
    """Stated code of the prefecture-level zone (盟市, 地级市), or blank."""
    banner_code: str = ""
    """Stated code of the county-level zone (旗县), or blank."""
    operator: str = ""
    geometry: BaseGeometry | None = None
    """Point, polygon or multipolygon in longitude and latitude (WGS 84), or None."""
    location_confidence: Confidence = Confidence.MISSING
    """How far the geometry was checked; missing exactly where there is none."""
    note: str = ""
    facts: tuple[Fact, ...] = ()
    """In the order of :attr:`Fact.key`."""

    def __post_init__(self) -> None:
        """Refuse an id, a geometry or facts that do not fit."""
        if not is_park_id(self.park_id):
            raise RegistryError(f"park id {self.park_id!r} is not made of a-z, 0-9, - and _")
        if self.geometry is not None and self.geometry.geom_type not in _SHAPES:
            raise RegistryError(
                f"{self.park_id}: a park is a {' or '.join(_SHAPES)}, got {self.geometry.geom_type}"
            )
        if (self.geometry is None) is not (self.location_confidence is Confidence.MISSING):
            raise RegistryError(
                f"{self.park_id}: location confidence {self.location_confidence} does not fit "
                f"{'no' if self.geometry is None else 'a'} geometry"
            )
        strangers = sorted({f.park_id for f in self.facts} - {self.park_id})
        if strangers:
            raise RegistryError(f"{self.park_id}: facts of other parks: {', '.join(strangers)}")

    def facts_of(self, parameter: str) -> tuple[Fact, ...]:
        """Return every fact of one quantity, in order of status and date."""
        return tuple(f for f in self.facts if f.parameter == parameter)


def is_park_id(text: str) -> bool:
    """Return whether a text may be a park id.

    >>> is_park_id("mengsu"), is_park_id("Mengsu"), is_park_id("")
    (True, False, False)
    """
    return _ID.fullmatch(text) is not None


def is_date(text: str) -> bool:
    """Return whether a text is a year, a month or a day of ISO 8601.

    >>> is_date("2025-12"), is_date("2025-13"), is_date("31.12.2025")
    (True, False, False)
    """
    return _DATE.fullmatch(text) is not None
