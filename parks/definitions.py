"""The readings of the green-power ratio: ids, names and definitions; and the policy's targets.

94号文 sets a target for the 新能源消纳利用比例 of a park without saying of what; a park passes or
fails by the reading. So every number carries the text of its own definition.

Source: METHOD part E; 内政办发〔2023〕94号, 六（四）.
"""

from __future__ import annotations

import csv
import io
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from .errors import PowerError

__all__ = ["Reading", "Target", "Wording", "target_of", "targets", "wording"]


class Reading(StrEnum):
    """One way to read the ratio."""

    LOAD_ANNUAL = "load_annual"
    LOAD_MONTHLY = "load_monthly"
    LOAD_HOURLY = "load_hourly"
    LOAD_HOURLY_STORAGE = "load_hourly_storage"
    GENERATION_USE = "generation_use"
    CURTAILMENT = "curtailment"
    CFE = "cfe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Name and definition in both languages."""

    name_zh: str
    name_en: str
    definition_zh: str
    definition_en: str

    def filled(self, **words: object) -> Wording:
        """Return the wording with the words of its definitions filled in."""
        return Wording(
            name_zh=self.name_zh,
            name_en=self.name_en,
            definition_zh=self.definition_zh.format(**words),
            definition_en=self.definition_en.format(**words),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a kind of park is asked to reach."""

    kind: str
    """zero, low or candidate."""
    share: float | None
    """Share, 0 to 1; None where none is set."""
    phrase: str
    """Words of the source."""
    source: str
    """Document number."""
    locator: str
    """Place in it."""
    confidence: str
    """As for coefficients."""
    note: str


def wording(key: str) -> Wording:
    """Return name and definition of a reading, or of ``certificates``.

    >>> wording("load_hourly").name_zh
    '逐时匹配占比'
    """
    entry = _readings()[key]
    return Wording(**{name: str(text) for name, text in entry.items()})


def word(group: str, key: str, lang: str) -> str:
    """Return a word of a group (``resolution``, ``losses``) in ``lang`` (zh or en)."""
    return str(_readings()[group][key][lang])


@cache
def targets() -> dict[str, Target]:
    """Return the packaged targets by kind of park."""
    text = files(__package__).joinpath("data/targets.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(io.StringIO(text))
    return {
        row["kind"]: Target(
            kind=row["kind"],
            share=float(row["share"]) if row["share"] else None,
            phrase=row["phrase"],
            source=row["source"],
            locator=row["locator"],
            confidence=row["confidence"],
            note=row["note"],
        )
        for row in rows
    }


def target_of(kind: str) -> Target:
    """Return the target of a kind of park.

    Raises
    ------
    PowerError
        If there is no such kind.

    Examples
    --------
    >>> target_of("zero").share, target_of("low").share, target_of("candidate").share
    (0.8, 0.5, None)

    """
    known = targets()
    if kind not in known:
        raise PowerError(f"no kind of park {kind!r}; the kinds are {', '.join(known)}")
    return known[kind]


@cache
def _readings() -> dict[str, dict[str, Any]]:
    """Return the packaged words."""
    text = files(__package__).joinpath("data/readings.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
