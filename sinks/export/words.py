"""Headings and labels in both languages, from ``words.toml``.

Closed sets are looked up in :mod:`sinks.categories`; a label that neither knows, such as a
user's own check, is shown as its id rather than left out.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sinks.categories import Completeness, Confidence, Ecosystem, IpccCategory, Pool, Status

__all__ = ["Words"]

_SETS = {
    "category": IpccCategory,
    "completeness": Completeness,
    "confidence": Confidence,
    "ecosystem": Ecosystem,
    "pool": Pool,
    "status": Status,
}
_BRACKET = re.compile(r"\[([^\]]*)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of one language."""

    lang: str
    """zh or en."""

    def __call__(self, section: str, key: str, **fill: object) -> str:
        """Return a heading or sentence; KeyError if ``words.toml`` has none."""
        return _catalogue()[section][key][0 if self.lang == "zh" else 1].format(**fill)

    def label(self, section: str, key: object) -> str:
        """Return the name of an id, or the id itself where it has no name.

        >>> Words(lang="zh").label("ecosystem", "forest"), Words(lang="zh").label("check", "x")
        ('森林', 'x')
        """
        text = str(key)
        for member in _SETS.get(section, ()):
            if member == text:
                return str(member.label(self.lang))
        return self(section, text) if text in _catalogue().get(section, {}) else text

    def methods(self, joined: str) -> str:
        """Return the names of methods that are joined by +."""
        return "+".join(self.label("method", part) for part in joined.split("+"))

    def check(self, name: str) -> str:
        """Return a check with the parts in its brackets.

        >>> Words(lang="zh").check("vegetation_density[forest][2020]")
        '植被碳密度（吨碳/公顷）：森林，2020'
        """
        parts = [self._part(part) for part in _BRACKET.findall(name)]
        base = self.label("check", name.partition("[")[0])
        if not parts:
            return base
        return f"{base}：{'，'.join(parts)}" if self.lang == "zh" else f"{base}: {', '.join(parts)}"

    def _part(self, part: str) -> str:
        """Return the name of what stands in the brackets of a check, or the id itself."""
        names = (self.label(section, part) for section in ("ecosystem", "pool", "confidence"))
        return next((name for name in names if name != part), self.label("part", part))


@cache
def _catalogue() -> dict[str, dict[str, list[str]]]:
    """Return section, key, then [Chinese, English]."""
    return tomllib.loads(files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))
