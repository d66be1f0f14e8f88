"""What a reader has chosen, as it stands in the address of the page.

Every view has an address that can be sent to a colleague. An address is typed by anyone, so each
word of it is compared with what the results hold; a word that they do not hold is dropped for the
default and told, never shown or evaluated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from .display_units import AreaUnit, DisplayUnits, MassUnit, Substance
from .figures import Measure, periods, scopes, years

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sinks.results import Results

__all__ = ["DEFAULT_SCOPE", "Choice", "read_choice", "written"]

DEFAULT_SCOPE = "forest_grassland_wetland"
"""Forest, shrub, grassland and wetland: what the assessment counts."""
_Word = TypeVar("_Word", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What one view shows."""

    level: str
    measure: Measure
    scope: str
    period: tuple[int, int]
    """First and last year; equal where the results have one year."""
    zone: str | None
    """The zone that is looked at, of any level; None for the whole."""
    units: DisplayUnits
    lang: str
    dropped: tuple[str, ...] = ()
    """Words of the address that the results do not hold."""

    def with_zone(self, zone: str | None) -> Choice:
        """Return the choice with another zone."""
        return replace(self, zone=zone)


def read_choice(words: Mapping[str, str], results: Results, *, lang: str) -> Choice:
    """Return the choice that the words of an address make.

    Parameters
    ----------
    words
        Query parameters: level, measure, scope, period (``2020-2023``), zone, substance, mass,
        area, lang.
    results
        The results that are shown.
    lang
        Language where the address names none.

    """
    dropped: list[str] = []

    def among(name: str, known: Sequence[str], default: str) -> str:
        word = words.get(name)
        if word is None or word in known:
            return default if word is None else word
        dropped.append(name)
        return default

    def member(kind: type[_Word], default: _Word, name: str = "") -> _Word:
        return kind(among(name or kind.__name__.lower(), [str(m) for m in kind], str(default)))

    levels = results.levels
    pairs = [f"{a}-{b}" for a, b in periods(results)] or [f"{y}-{y}" for y in years(results)]
    first, last = among("period", pairs, pairs[0]).split("-")
    changes = bool(periods(results))
    measure = member(Measure, Measure.SINK if changes else Measure.STOCK)
    if measure.is_change and not changes:
        dropped.append("measure")
        measure = Measure.STOCK
    zones = sorted({str(zone) for zone in results.tables["stocks"]["zone_code"]})
    known_scopes = scopes(results)
    return Choice(
        level=among("level", levels, levels[min(1, len(levels) - 1)]),
        measure=measure,
        scope=among("scope", known_scopes, DEFAULT_SCOPE),
        period=(int(first), int(last)),
        zone=among("zone", zones, "") or None,
        units=DisplayUnits(
            substance=member(Substance, Substance.CARBON),
            mass=member(MassUnit, MassUnit.WAN_T if lang == "zh" else MassUnit.MT, "mass"),
            area=member(AreaUnit, AreaUnit.HA, "area"),
        ),
        lang=among("lang", ("zh", "en"), lang),
        dropped=tuple(dropped),
    )


def written(choice: Choice) -> dict[str, str]:
    """Return a choice as the words of an address.

    Reading them again gives the same choice.
    """
    words = {
        "level": choice.level,
        "measure": str(choice.measure),
        "scope": choice.scope,
        "period": f"{choice.period[0]}-{choice.period[1]}",
        "substance": str(choice.units.substance),
        "mass": str(choice.units.mass),
        "area": str(choice.units.area),
        "lang": choice.lang,
    }
    return words | ({"zone": choice.zone} if choice.zone is not None else {})
