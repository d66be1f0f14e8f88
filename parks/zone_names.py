"""The zone that a table means by a name or a code.

A name counts where it is a zone's own, its own without the closing 市 or 盟, or an alias of the
region's list; a name that fits two zones, or none, is refused.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from sinks.regions import load_region

from .parameters import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sinks.regions import Region

__all__ = ["ZoneNames", "packaged_zone_names", "zone_names"]

_PREFECTURE_ENDS = ("市", "盟")


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneNames:
    """Names and codes of the zones of some regions."""

    headings: Mapping[str, str]
    """Folded name of a level to the field of a park that it fills."""
    codes: Mapping[str, Mapping[str, tuple[str, ...]]]
    """For each field: folded name or code to the codes that it may mean."""

    def find(self, field: str, text: str) -> tuple[str, ...]:
        """Return every code that a text may mean at a level; one is an answer."""
        return self.codes.get(field, {}).get(fold(text), ())


def zone_names(regions: Sequence[Region]) -> ZoneNames:
    """Return the names of the levels below the region, the first as league, the second as banner.

    >>> names = zone_names([load_region("inner_mongolia")])
    >>> names.find("league_code", "鄂尔多斯"), names.find("banner_code", "达茂旗")
    (('150600',), ('150223',))
    """
    headings: dict[str, str] = {}
    codes: dict[str, dict[str, tuple[str, ...]]] = {"league_code": {}, "banner_code": {}}
    for region in regions:
        aliases = _aliases(region.id)
        for level, field in zip(region.levels[1:], codes, strict=False):
            headings[fold(level.name_zh)] = field
            at_level = region.zones[region.zones["level"] == level.id]
            for code, name in zip(at_level["code"], at_level["name_zh"], strict=True):
                words = {code, name, *aliases.get(code, ())}
                if field == "league_code" and name.endswith(_PREFECTURE_ENDS):
                    words.add(name[:-1])
                for word in words:
                    seen = codes[field].get(fold(word), ())
                    codes[field][fold(word)] = tuple(sorted({*seen, code}))
    return ZoneNames(headings=headings, codes=codes)


@cache
def packaged_zone_names(region_ids: tuple[str, ...]) -> ZoneNames:
    """Return the names of packaged regions; RefusedError if there is no such region."""
    return zone_names([load_region(region_id) for region_id in region_ids])


def _aliases(region_id: str) -> dict[str, list[str]]:
    """Return further names of zones by code."""
    path = files(__package__).joinpath("data", region_id, "zone_aliases.csv")
    found: dict[str, list[str]] = {}
    if path.is_file():
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
            found.setdefault(row["code"], []).append(row["alias"])
    return found
