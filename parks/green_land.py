"""The green land inside parks as their facts state it: shown only, the league holds its sink.

Source: METHOD part E ("a park's own green land may appear, but its sink belongs to the league
once").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .balance import GreenLand
from .park import FactStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .park import Fact, Park

__all__ = ["green_land_of"]

_ACHIEVED = (FactStatus.MEASURED, FactStatus.OPERATING)


def green_land_of(parks: Sequence[Park], *, year: int) -> dict[str, GreenLand]:
    """Return the green land of the parks that state any, by park id.

    Parameters
    ----------
    parks
        With their facts ``green_land`` and ``green_land_sink``; targets and announcements are
        no land.
    year
        Calendar year: the latest fact that is not after it holds.

    """
    found = {}
    for park in parks:
        area, sink = (_latest(park, name, year) for name in ("green_land", "green_land_sink"))
        if area is not None or sink is not None:
            sources = {fact.source for fact in (area, sink) if fact is not None}
            found[park.park_id] = GreenLand(
                area_ha=None if area is None else area.value,
                sink_t_co2=None if sink is None else sink.value,
                source="; ".join(sorted(sources)),
            )
    return found


def _latest(park: Park, parameter: str, year: int) -> Fact | None:
    """Return the latest achieved fact with a value up to a year; None where there is none."""
    dated = [
        (fact.year, fact.date, fact)
        for fact in park.facts_of(parameter)
        if fact.status in _ACHIEVED
        and fact.value is not None
        and fact.year is not None
        and fact.year <= year
    ]
    return max(dated, key=lambda entry: entry[:2])[2] if dated else None
