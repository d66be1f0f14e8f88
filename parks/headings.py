"""The headings that are known, and what they say in brackets.

A heading counts only word for word, once full-width forms, spaces, colons and asterisks are gone:
there is no resemblance. The unit of a quantity stands in brackets at its end, or after 单位.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from .parameters import fold, parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .parameters import Parameter

__all__ = ["Heading", "datum_of", "field_of", "fields", "parameter_of", "split_unit"]

_UNIT = re.compile(r"(.+?)[(\[【]([^()\[\]【】]*)[)\]】]")
_UNIT_WORD = re.compile(r"(.+?)[,;、]?单位(.+)")
_TRIM = ":*。"
_DATUMS = {
    "WGS84": "wgs84", "WGS-84": "wgs84", "EPSG:4326": "wgs84", "CGCS2000": "cgcs2000",
    "2000国家大地坐标系": "cgcs2000", "GCJ02": "gcj02", "GCJ-02": "gcj02", "高德": "gcj02",
    "火星坐标": "gcj02", "BD09": "bd09", "BD-09": "bd09", "百度": "bd09",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A column that is no quantity, as the template heads it."""

    id: str
    name_zh: str
    note_zh: str
    aliases: tuple[str, ...]


@cache
def fields() -> Mapping[str, Heading]:
    """Return every column that is no quantity, by id, in the order of the template."""
    text = files(__package__).joinpath("data", "headings.toml").read_text(encoding="utf-8")
    return {
        key: Heading(
            id=key,
            name_zh=entry["name_zh"],
            note_zh=entry["note_zh"],
            aliases=tuple(entry["aliases"]),
        )
        for key, entry in tomllib.loads(text).items()
    }


def datum_of(text: str) -> str | None:
    """Return the id of a datum as tables name it, None where it is unknown."""
    plain = fold(text)
    return next((d for name, d in _DATUMS.items() if fold(name).lower() == plain.lower()), None)


def parameter_of(text: str) -> Parameter | None:
    """Return the quantity that a heading without a unit names, or None."""
    return _parameters().get(_plain(text))


def field_of(text: str, zone_words: Mapping[str, str]) -> str | None:
    """Return the field that a heading without a unit names, or None."""
    plain = _plain(text)
    return zone_words.get(plain) or _fields_by_word().get(plain)


def split_unit(text: str) -> tuple[str, str]:
    """Return name and unit of a heading."""
    plain = _plain(text)
    match = _UNIT.fullmatch(plain) or _UNIT_WORD.fullmatch(plain)
    return (match[1].strip(_TRIM), match[2].strip(_TRIM)) if match else (plain, "")


def _plain(text: str) -> str:
    """Return a heading as it is looked up: folded, without colons and asterisks at its ends."""
    return fold(text).strip(_TRIM)


@cache
def _fields_by_word() -> dict[str, str]:
    """Return the field of every known heading."""
    return {
        _plain(word): entry.id
        for entry in fields().values()
        for word in (entry.id, entry.name_zh, *entry.aliases)
    }


@cache
def _parameters() -> dict[str, Parameter]:
    """Return the quantity of every known heading."""
    return {
        _plain(word): entry
        for entry in parameters().values()
        for word in (entry.id, entry.name_zh, *entry.aliases)
    }
