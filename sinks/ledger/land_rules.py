"""Whether land may be registered, and what it removes: nothing twice, nothing below its credits.

Source: METHOD D4: overlapping parcels of two projects are refused, and so is a removal below what
was credited already.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import shapely

from .apportion import common_days
from .effects import ParcelEffect, RemovalEffect, split_years
from .land import TOLERANCE_MM2, measured, overlap_mm2
from .said import OUTSIDE, Parcel
from .state import over_credited
from .wording import refusal, tonnes

if TYPE_CHECKING:
    from rasters.findings import Finding

    from .effects import Effect
    from .said import Removal
    from .state import State
    from .wording import Where

__all__ = ["judge_parcel", "judge_removal"]


def judge_parcel(state: State, said: Parcel, where: Where) -> tuple[Effect | None, list[Finding]]:
    """Judge a parcel: its land may belong to nobody else at that time."""
    found = []
    if state.parcel(said.parcel) is not None:
        found.append(refusal("credits-parcel-exists", said.parcel, where("parcel")))
    project = state.project(said.project)
    if project is None:
        found.append(refusal("credits-project-unknown", said.project, where("project")))
    elif not project.said.start <= said.start <= said.end <= project.said.end:
        period = f"{project.said.start} – {project.said.end}"
        value = f"{said.start} – {said.end}"
        found.append(refusal("credits-parcel-period", value, where("start"), project=period))
    try:
        area, *bounds = json.loads(measured(said.geometry))
    except (shapely.errors.GEOSException, ValueError) as error:
        return None, [*found, refusal("credits-parcel-geometry", error, where("geometry"))]
    if sum(share.area_mm2 for share in said.shares) != area:
        found.append(refusal("credits-shares-sum", area, where("geometry")))
    found += _zone_faults(state, said, where)
    west, south, east, north = bounds
    effect = ParcelEffect(area_mm2=area, bounds=(west, south, east, north))
    return effect, found + _overlaps(state, said, effect, where)


def _zone_faults(state: State, said: Parcel, where: Where) -> list[Finding]:
    """List zones of a parcel that are none of the ledger's."""
    zones = state.opening.zones if state.opening else ()
    known = ", ".join((*zones, OUTSIDE))
    return [
        refusal("credits-zone-unknown", share.zone, where("geometry"), known=known)
        for share in said.shares
        if share.zone not in zones and share.zone != OUTSIDE
    ]


def _outside_of(parcel: Parcel, said: Removal, where: Where) -> list[Finding]:
    """List a removal of days on which its parcel is not the project's: they are another's."""
    if parcel.start <= said.start <= said.end <= parcel.end:
        return []
    period = f"{parcel.start} – {parcel.end}"
    value = f"{said.start} – {said.end}"
    return [refusal("credits-removal-period", value, where("start"), parcel=period)]


def _overlaps(state: State, said: Parcel, effect: ParcelEffect, where: Where) -> list[Finding]:
    """List the parcels that share land and days with a new one."""
    found = []
    west, south, east, north = effect.bounds
    for other in state.parcels_near(effect.bounds):
        there = other.effect
        if not isinstance(there, ParcelEffect) or other.said.parcel == said.parcel:
            continue
        w, s, e, n = there.bounds
        days = common_days((said.start, said.end), (other.said.start, other.said.end))
        if days is None or e < west or w > east or n < south or s > north:
            continue
        common = overlap_mm2(other.said.geometry, said.geometry)
        if common > TOLERANCE_MM2:
            found.append(
                refusal(
                    "credits-parcel-overlap",
                    f"{common / 1e10:,.4f} ha",
                    where("geometry"),
                    parcel=said.parcel,
                    other=other.said.parcel,
                    project=other.said.project,
                    days=f"{days[0]} – {days[1]}",
                )
            )
    return found


def judge_removal(state: State, said: Removal, where: Where) -> tuple[Effect | None, list[Finding]]:
    """Judge a removal: of its parcel's own days, and not below what was credited."""
    parcel = state.parcel(said.parcel)
    if parcel is None:
        return None, [refusal("credits-parcel-unknown", said.parcel, where("parcel"))]
    effect = RemovalEffect(years=split_years(said.kg, said.start, said.end))
    kept = state.removal_kg(said.parcel)
    found = _outside_of(parcel.said, said, where)
    for earlier in state.removals(said.parcel):
        before = earlier.said
        if (before.start, before.end) == (said.start, said.end):
            parts = earlier.effect.years if isinstance(earlier.effect, RemovalEffect) else ()
            for part in parts:
                kept[part.year] -= part.kg
        elif common_days((said.start, said.end), (before.start, before.end)):
            value = f"{before.start} – {before.end}"
            found.append(refusal("credits-removal-overlap", value, where("start")))
    for part in effect.years:
        kept[part.year] += part.kg
    excess = over_credited(state, said.parcel, kept)
    found += [
        refusal(
            "credits-removal-used",
            tonnes(state.credit_kg[said.parcel, year] - kg),
            where("kg"),
            parcel=said.parcel,
            year=year,
            used=tonnes(state.credit_kg[said.parcel, year]),
        )
        for year, kg in excess.items()
    ]
    return effect, found
