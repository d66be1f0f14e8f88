"""Losses of living biomass: harvest, fuel wood and disturbance, from statistics.

A sink that counts growth without them is a sink sold twice, so they must be stated for every
zone and year, zero included. Net growth of the guidelines holds natural mortality already: it
is never subtracted again.

Source: IPCC 2006 Guidelines, Volume 4, Chapter 2, equations 2.11-2.14 (METHOD A4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sinks.categories import Pool
from sinks.statistics import LOSSES, Quantity

from .asking import Land

if TYPE_CHECKING:
    from sinks.categories import Ecosystem
    from sinks.coefficient_rows import Coefficient
    from sinks.statistics import Statistic
    from sinks.stocks import Side

    from .asking import Asking
    from .gathering import Gathered
    from .land import LandUse
    from .protocol import Context

_WOOD = (Quantity.HARVEST, Quantity.FUELWOOD)


class Labels(NamedTuple):
    """The pools that the losses above and below ground stand in."""

    above: str
    below: str


def add_losses(
    gathered: Gathered, asking: Asking, use: LandUse, side1: Side, labels: Labels
) -> None:
    """Add the losses of a period to the terms by zone.

    Parameters
    ----------
    gathered
        Where the terms go.
    asking
        Where the coefficients come from.
    use, side1
        The ecosystems of the method, and the end of the period.
    labels
        Pools of the terms.

    """
    losses, last = asking.context.losses, side1.year
    for ecosystem in sorted(use.ecosystems):
        for year in range(last - use.years + 1, last + 1):
            for quantity in (*LOSSES, Quantity.FUELWOOD_PARTS):
                for row in losses.find(quantity, ecosystem, year):
                    if row.value > 0:
                        _add(gathered, asking, row, year, labels)


def undeclared(asking: Asking, use: LandUse, side1: Side) -> frozenset[Ecosystem]:
    """Note the losses that a zone does not state, and return the ecosystems that state none at all.

    A loss is stated for a reported zone by a line of it, or by lines of zones inside it that
    together hold every counted zone with the ecosystem.
    """
    losses, places = asking.context.losses, asking.context.losses.places
    years = range(side1.year - use.years + 1, side1.year + 1)
    silent = set()
    for ecosystem in sorted(use.ecosystems):
        wanted: dict[str, set[str]] = {}
        for zone in zones_with(asking.context, use, side1, ecosystem):
            wanted.setdefault(places.reported.get(zone, zone), set()).add(zone)
        if not any(row.ecosystem is ecosystem for row in losses.rows):
            silent.add(ecosystem)
        for zone, counted in sorted(wanted.items()):
            missing = {
                quantity: [
                    str(year)
                    for year in years
                    if counted - losses.counted(quantity, ecosystem, year)
                ]
                for quantity in LOSSES
            }
            named = [f"{quantity} {', '.join(of)}" for quantity, of in missing.items() if of]
            if named:
                asking.fault(
                    "losses-undeclared", value=zone, where="[losses]", ecosystem=ecosystem,
                    quantities="; ".join(named),
                )  # fmt: skip
    return frozenset(silent)


def zones_with(context: Context, use: LandUse, side1: Side, ecosystem: Ecosystem) -> frozenset[str]:
    """Return the counted zones that have an ecosystem, on the map or by statistics."""
    codes = [code for code, of in context.ecosystems.items() if of is ecosystem]
    rows = use.of_method & np.isin(side1.code, codes)
    mapped = frozenset(map(str, side1.zone_code[rows])) if len(side1.zone_code) else frozenset()
    return mapped | context.activity.counted(Quantity.AREA, ecosystem)


def _add(gathered: Gathered, asking: Asking, row: Statistic, year: int, labels: Labels) -> None:
    """Add the loss of one line in one year."""
    land = Land(ecosystem=row.ecosystem, stratum=row.stratum, zone_code=row.zone_code)
    place = asking.context.losses.places.reported[row.zone_code]
    base: tuple[Coefficient, ...]
    if row.quantity in _WOOD:
        volume = _volume_per_ha(asking.context, row, year)
        biomass = _biomass_per_ha(asking, land, volume)
        wood = asking.row("bcef_r", land, at=volume)
        base = () if wood is None else (wood,)
    elif row.quantity is Quantity.FUELWOOD_PARTS:
        biomass = None
        base = asking.rows(land, ("wood_density", None)) or ()
    else:
        base = asking.rows(land, ("biomass", Pool.AGB), ("fraction_disturbed", None)) or ()
        biomass = base[0].value if base else None
    above = asking.row("carbon_fraction", land, pool=Pool.AGB)
    if base and above is not None:
        gathered.zone(
            place, row.ecosystem, labels.above, (*base, above), -row.value, errors=[row.key]
        )
    if row.quantity is not Quantity.FUELWOOD_PARTS:
        roots = asking.row("root_shoot", land, pool=Pool.BGB, at=biomass)
        below = asking.row("carbon_fraction", land, pool=Pool.BGB)
        if base and roots is not None and below is not None:
            rows = (*base, roots, below)
            gathered.zone(place, row.ecosystem, labels.below, rows, -row.value, errors=[row.key])


def _volume_per_ha(context: Context, row: Statistic, year: int) -> float | None:
    """Return the growing stock (m3/ha) of the stratum of a loss where it is stated."""
    volume, area = (
        context.activity.one(quantity, row.ecosystem, year, zone=row.zone_code, stratum=row.stratum)
        for quantity in (Quantity.VOLUME, Quantity.AREA)
    )
    if volume is None or area is None or area.value == 0:
        return None
    return volume.value / area.value


def _biomass_per_ha(asking: Asking, land: Land, volume: float | None) -> float | None:
    """Return the above-ground biomass (t d.m./ha) of a growing stock, None where it is unknown."""
    row = None if volume is None else asking.maybe("bcef_s", land, at=volume)
    if row is None or row.value is None or volume is None:
        return None
    return volume * row.value
