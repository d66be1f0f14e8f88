"""Which zones a park lies in, by its coordinates.

The polygons of a region pack are simplified, so that a park near a border may fall on the wrong
side of it: within a tolerance of the zone that is stated, the stated one holds. A park that spans
zones belongs to the one that holds most of it, and the shares are told.

Source: tolerance of twice the simplification of the packaged boundaries (0.0005 degrees, 56 m).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from rasters.area import polygon_area_m2

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from rasters.zones import Zones
    from sinks.regions import Region

    from .park import Park

__all__ = ["TOLERANCE_M", "Place", "locate"]

TOLERANCE_M = 100.0
"""How far outside its stated zone a park may seem to lie, m."""
M_PER_DEGREE = 111_195.0
"""Length of a degree of latitude on a sphere of 6,371 km, m: near enough for a tolerance."""

_LEAST_SHARE = 0.01  # of a park's area: less is the width of a simplified border


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a park lies."""

    park_id: str
    zones: Mapping[str, str]
    """Code by level id, coarse to fine; empty where no zone of the region is near enough."""
    shares: Mapping[str, float]
    """Share of the park's area in each finest zone that holds at least 1 %; 1 for a point."""

    def code(self, level: str) -> str:
        """Return the code of the zone of a level, blank where there is none."""
        return self.zones.get(level, "")


def locate(
    parks: Sequence[Park], region: Region, *, tolerance_m: float = TOLERANCE_M
) -> tuple[Place, ...]:
    """Return where each park with a geometry lies.

    Parameters
    ----------
    parks
        Parks; those without a geometry are left out.
    region
        Region whose finest zones are searched.
    tolerance_m
        Distance, m, within which a park still belongs to its stated zone, or, where no zone
        covers it, to the nearest.

    Returns
    -------
    tuple of Place
        In the order of the parks.

    """
    placed = [park for park in parks if park.geometry is not None]
    if not placed:
        return ()
    zones = region.finest_zones()
    tree = shapely.STRtree(zones.geometry)
    ancestors = region.ancestors()
    return tuple(
        _place(
            park,
            park.geometry,
            zones,
            tree,
            _stated(park, region, ancestors),
            ancestors,
            tolerance_m,
        )
        for park in placed
        if park.geometry is not None
    )


def metres(shape: BaseGeometry, latitude: float) -> BaseGeometry:
    """Return a geometry in metres east and north of (0, 0), true at one latitude."""
    stretch = np.array([M_PER_DEGREE * np.cos(np.radians(latitude)), M_PER_DEGREE])
    return shapely.transform(shape, lambda xy: xy * stretch)


def _place(
    park: Park,
    shape: BaseGeometry,
    zones: Zones,
    tree: shapely.STRtree,
    stated: frozenset[str],
    ancestors: pd.DataFrame,
    tolerance_m: float,
) -> Place:
    """Return where one park lies."""
    latitude = shape.centroid.y
    flat = metres(shape, latitude)
    reach = tolerance_m / M_PER_DEGREE / np.cos(np.radians(latitude))
    window = shapely.box(*shape.bounds).buffer(2 * reach).bounds
    shares: dict[str, float] = {}
    covering: set[str] = set()
    for index in np.sort(tree.query(shapely.box(*window))):
        code, zone = zones.codes[index], zones.geometry[index]
        # Only the part of a zone around the park is put into metres.
        around = metres(shapely.clip_by_rect(zone, *window), latitude)
        if around.buffer(tolerance_m).covers(flat):
            covering.add(code)
        share = _share(shape, zone, zones)
        if share > 0 or code in covering:
            shares[code] = share
    best = _best(shares, covering, stated)
    levels = {} if best is None else {str(k): str(v) for k, v in ancestors.loc[best].items()}
    if shape.geom_type == "Point":
        shares = dict.fromkeys([best] if best else [], 1.0)
    told = {code: share for code, share in shares.items() if share >= _LEAST_SHARE}
    return Place(park_id=park.park_id, zones=levels, shares=told)


def _share(shape: BaseGeometry, zone: BaseGeometry, zones: Zones) -> float:
    """Return the share of a geometry's area, or of a point, in a zone."""
    if shape.geom_type == "Point":
        return float(zone.covers(shape))
    common = shapely.intersection(zone, shape)
    if common.area == 0:
        return 0.0
    return polygon_area_m2(_areal(common), zones.crs) / polygon_area_m2(shape, zones.crs)


def _areal(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons of a geometry; an intersection may hold lines and points too."""
    parts = shapely.get_parts(shape)
    return shapely.MultiPolygon(list(parts[shapely.area(parts) > 0]))


def _stated(park: Park, region: Region, ancestors: pd.DataFrame) -> frozenset[str]:
    """Return the finest zones that the park's stated zones hold."""
    stated = {park.league_code, park.banner_code} - {""}
    columns = [level.id for level in region.levels[1:]]
    holds = [set(row) & stated == stated for row in ancestors[columns].itertuples(index=False)]
    return frozenset(ancestors.index[holds]) if stated else frozenset()


def _best(shares: Mapping[str, float], covering: set[str], stated: frozenset[str]) -> str | None:
    """Return the zone that a park belongs to, None where none is near.

    A stated zone goes first where it covers the park but for the tolerance; then any that does
    so, then the rest, by share; of equals the lowest code.
    """
    for candidates in (covering & stated, covering, set(shares)):
        if candidates:
            return min(candidates, key=lambda code: (-shares[code], code))
    return None
