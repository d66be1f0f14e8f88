"""The sink zones by id, the priority among them, and the zone that each ecosystem goes to.

Source: ``data/sink_zones.toml`` with its own source.
"""

from __future__ import annotations

import tomllib
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from .categories import Ecosystem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["PLANNED", "SinkZone", "mapping_of", "name_of", "priority_of", "zone_of"]


class SinkZone(StrEnum):
    """Where a pixel stands; names stand in ``sink_zones.toml``."""

    FOREST_LAND = "forest_land"
    GRASSLAND = "grassland"
    WETLAND = "wetland"
    DESERT = "desert"
    MINING = "mining"
    OTHER_LAND = "other_land"
    """In none of the five: what makes the sum close."""
    UNLOCATED = "unlocated"
    """Figures of statistics that have no place on the map."""


PLANNED = tuple(SinkZone)[:5]
"""The five zones of the plan."""


def name_of(zone: str, lang: str) -> str:
    """Return the name of a zone in ``lang`` (zh or en).

    >>> name_of("mining", "zh"), name_of("other_land", "en")
    ('矿区', 'Other land')
    """
    return str(_catalogue()["names"][zone][0 if lang == "zh" else 1])


def priority_of(given: Sequence[str] | None) -> tuple[SinkZone, ...]:
    """Return the zones in the order in which they claim a pixel.

    Parameters
    ----------
    given
        The five ids in the user's order; None for that of METHOD D5.

    Raises
    ------
    ValueError
        If one of the five is missing, repeated or unknown.

    >>> [str(zone) for zone in priority_of(None)]
    ['mining', 'wetland', 'forest_land', 'grassland', 'desert']
    """
    names = list(_catalogue()["priority"] if given is None else given)
    if sorted(names) != sorted(PLANNED):
        known = ", ".join(PLANNED)
        raise ValueError(f"priority names each of {known} once, got {names}")
    return tuple(SinkZone(name) for name in names)


def mapping_of(given: Mapping[Ecosystem, str]) -> dict[Ecosystem, SinkZone]:
    """Return the zone of each ecosystem, the user's before those of the data file.

    Raises
    ------
    ValueError
        If an ecosystem is sent to mining land, which is where its polygons are, or to a zone
        that is none.

    >>> mapping_of({Ecosystem.WATER: "other_land"})[Ecosystem.WATER].value
    'other_land'
    """
    allowed = [z for z in (*PLANNED, SinkZone.OTHER_LAND) if z is not SinkZone.MINING]
    bad = sorted({zone for zone in given.values() if zone not in allowed})
    if bad:
        raise ValueError(f"mapping sends ecosystems to {', '.join(allowed)}, got {', '.join(bad)}")
    named = {Ecosystem(key): SinkZone(zone) for key, zone in _catalogue()["mapping"].items()}
    return named | {ecosystem: SinkZone(zone) for ecosystem, zone in given.items()}


def zone_of(
    ecosystem: Ecosystem | None,
    *,
    mined: bool,
    priority: Sequence[SinkZone],
    mapping: Mapping[Ecosystem, SinkZone],
) -> SinkZone:
    """Return the zone of a pixel.

    Parameters
    ----------
    ecosystem
        Its ecosystem; None where the map shows none.
    mined
        Whether it lies inside a mining polygon.
    priority
        Of :func:`priority_of`; land of no zone never comes before mining land.
    mapping
        Of :func:`mapping_of`.

    """
    own = SinkZone.OTHER_LAND if ecosystem is None else mapping[ecosystem]
    if not mined:
        return own
    order = list(priority)
    before = own in order and order.index(own) < order.index(SinkZone.MINING)
    return own if before else SinkZone.MINING


@cache
def _catalogue() -> dict[str, Any]:
    """Return names, priority and mapping as in their data file."""
    path = files("sinks").joinpath("data", "sink_zones.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
