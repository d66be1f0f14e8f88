"""Forest stock from growing stock: volume x expansion x (1 + roots) x carbon fraction.

Expansion and roots are read at the stratum's own volume per hectare and biomass, since both fall
as a stand grows. A stock takes the rows of its own date. A change takes the rows of the earlier
date for both dates: a ratio that steps at 75 t/ha would else show a loss where a stand grows over
the step. A change is of the same land: where a stratum lost area, the loss counts; where it
gained area, the gain is new or newly found forest and no growth, and stands in quality.csv. The
error of a volume holds that of the area it was summed over.

Source: IPCC 2006 Guidelines, Volume 4, Chapter 2, equations 2.5 and 2.8 (METHOD A2, A3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from sinks.categories import Ecosystem, Pool
from sinks.statistics import Quantity

from .asking import Asking, Land
from .gathering import Gathered
from .land import LIVING, LandUse, land_use, lost_stands
from .losses import zones_with

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sinks.coefficient_rows import Coefficient
    from sinks.statistics import Statistic
    from sinks.stocks import Side

    from .protocol import ChangeTerms, Context

FORESTS = frozenset({Ecosystem.FOREST})
"""Ecosystems whose stock a forest survey states."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """The growing stock of one stratum of one zone at one date."""

    land: Land
    volume: Statistic
    area: Statistic

    @property
    def per_ha(self) -> float:
        """Volume per hectare, m3/ha; 0 without area."""
        return self.volume.value / self.area.value if self.area.value > 0 else 0.0


class Volume:
    """The growing-stock method."""

    id = "volume"
    name_zh = "蓄积量法"
    pools: frozenset[str] = LIVING

    def change_terms(self, side0: Side, side1: Side, context: Context) -> ChangeTerms:
        """Return the change of every stratum on the land that both dates have."""
        use = land_use(side0, side1, context)
        gathered, asking = Gathered(context.atoms, len(side0.code)), Asking(self.id, context)
        if context.is_view:
            return gathered.terms()
        require(asking, use, side1, Quantity.VOLUME, (side0.year, side1.year))
        for ecosystem in sorted(use.ecosystems):
            before = stands(asking, ecosystem, side0.year)
            after = stands(asking, ecosystem, side1.year)
            for key in sorted(set(before) & set(after)):
                self._change(gathered, asking, before[key], after[key])
        for pool in sorted(LIVING):
            gathered.cover(pool, use.of_method)
        gathered.ready(lost_stands(side0, use.arrives, context, LIVING))
        asking.refuse()
        return gathered.terms()

    def _change(self, gathered: Gathered, asking: Asking, before: Stand, after: Stand) -> None:
        """Add one stratum: the later volume on the common area, less the earlier volume."""
        place = asking.context.activity.places.reported[before.land.zone_code]
        gained = after.area.value - before.area.value
        if gained > 0:
            check = f"forest_gain_not_counted_ha[{before.volume.year}-{after.volume.year}]"
            gathered.remark(check, place, gained)
        share = before.area.value / after.area.value if gained > 0 else 1.0
        earlier = before if before.per_ha > 0 else after
        for pool, rows in expansion(asking, earlier):
            for stand, times in ((after, share), (before, -1.0)):
                gathered.zone(
                    place, stand.land.ecosystem, pool, rows, stand.volume.value * times,
                    errors=[stand.volume.key],
                )  # fmt: skip


def volume_stocks(context: Context, ecosystems: Collection[Ecosystem], side: Side) -> pd.DataFrame:
    """Return the stock terms of a year from growing stock.

    Parameters
    ----------
    context
        Statistics, coefficient rows and atoms.
    ecosystems
        The ecosystems that go by this method.
    side
        The activity rows as the year sees them: a zone with the ecosystem needs a statistic.

    Returns
    -------
    DataFrame
        ``zone_code`` (reported), ``ecosystem, stratum, pool, atom, amount`` (m3).

    Raises
    ------
    RefusedError
        With every coefficient and statistic that is missing.

    """
    asking = Asking(Volume.id, context)
    use = land_use(side, side, replace(context, mine=frozenset(ecosystems)))
    require(asking, use, side, Quantity.VOLUME, (side.year,))
    cells = []
    for ecosystem in sorted(ecosystems):
        for stand in stands(asking, ecosystem, side.year).values():
            place = context.activity.places.reported[stand.land.zone_code]
            for pool, rows in expansion(asking, stand):
                keys = (*(row.key for row in rows), stand.volume.key)
                atom = context.atoms.number(keys, None)
                cells.append(
                    (place, str(ecosystem), stand.land.stratum, pool, atom, stand.volume.value)
                )
    asking.refuse()
    columns = ["zone_code", "ecosystem", "stratum", "pool", "atom", "amount"]
    return pd.DataFrame(cells, columns=columns)


def stands(asking: Asking, ecosystem: Ecosystem, year: int) -> dict[tuple[str, str], Stand]:
    """Return the stand of every zone and stratum of a year; what is missing is noted."""
    activity, found = asking.context.activity, {}
    for zone, stratum in activity.strata(Quantity.VOLUME, ecosystem):
        pair = {
            quantity: activity.one(quantity, ecosystem, year, zone=zone, stratum=stratum)
            for quantity in (Quantity.VOLUME, Quantity.AREA)
        }
        for quantity, row in pair.items():
            if row is None:
                asking.fault(
                    "statistics-missing", value=zone, where="[activity]", ecosystem=ecosystem,
                    stratum=stratum or "-", quantity=quantity, years=str(year),
                )  # fmt: skip
        volume, area = pair[Quantity.VOLUME], pair[Quantity.AREA]
        if volume is None or area is None:
            continue
        if volume.value > 0 and area.value == 0:
            asking.fault("statistics-density", value=volume.where, where=area.where)
            continue
        land = Land(ecosystem=ecosystem, stratum=stratum, zone_code=zone)
        found[zone, stratum] = Stand(land=land, volume=volume, area=area)
    return found


def require(
    asking: Asking, use: LandUse, side1: Side, quantity: Quantity, years: tuple[int, ...]
) -> None:
    """Note every reported zone that has an ecosystem on the map and no statistics of it."""
    activity = asking.context.activity
    places = activity.places
    for ecosystem in sorted(use.ecosystems):
        stated = activity.counted(quantity, ecosystem)
        silent = zones_with(asking.context, use, side1, ecosystem) - stated
        for zone in sorted({places.reported.get(zone, zone) for zone in silent}):
            asking.fault(
                "statistics-missing", value=zone, where="[activity]", ecosystem=ecosystem,
                stratum="-", quantity=quantity, years=", ".join(map(str, years)),
            )  # fmt: skip


def expansion(asking: Asking, stand: Stand) -> Iterator[tuple[str, tuple[Coefficient, ...]]]:
    """Yield pool and rows whose product turns m3 into t C, read at the stand's own size."""
    if stand.per_ha == 0:
        return
    factor = asking.row("bcef_s", stand.land, at=stand.per_ha)
    above = asking.row("carbon_fraction", stand.land, pool=Pool.AGB)
    below = asking.row("carbon_fraction", stand.land, pool=Pool.BGB)
    if factor is None or factor.value is None:
        return
    biomass = stand.per_ha * factor.value
    roots = asking.row("root_shoot", stand.land, pool=Pool.BGB, at=biomass)
    if above is not None:
        yield str(Pool.AGB), (factor, above)
    if roots is not None and below is not None:
        yield str(Pool.BGB), (factor, roots, below)
