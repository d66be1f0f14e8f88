"""Which part of a parcel lies in which league: by area on the ellipsoid, exact to the whole.

Edges are straight in longitude and latitude for parcels and leagues alike, so that parts close
on the whole; what lies outside of every league of the region is a part as well.

Source: METHOD D4: a parcel over two leagues splits by geodesic area and sums to the whole.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import shapely

from rasters.datum import gcj02_to_wgs84
from sinks.ledger.apportion import apportion
from sinks.ledger.land import area_mm2, areal
from sinks.ledger.said import OUTSIDE, Share
from sinks.provenance import sha256_of
from sinks.regions import load_region

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from sinks.regions import Region

__all__ = ["OUTSIDE", "Leagues", "leagues_of", "to_wgs84"]


class Leagues:
    """The zones of a region that deductions are made for, ready to be cut with parcels."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.level = region.level(region.assessment.level).id
        zones = region.finest_zones()
        self._shapes = zones.geometry
        self._tree = shapely.STRtree(zones.geometry)
        ancestors = region.ancestors()[self.level]
        self._league = [str(ancestors[code]) for code in zones.codes]

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the zones, sorted."""
        return tuple(sorted(set(self._league)))

    def boundary(self) -> str:
        """Return the SHA-256 of the polygons."""
        return sha256_of(self.region.folder / self.region.boundary.zones)

    def shares(self, parcel: BaseGeometry) -> tuple[Share, ...]:
        """Return the area of a parcel in each league, whole mm2; they add up to its area."""
        total = area_mm2(parcel)
        parts: Counter[str] = Counter()
        for i in sorted(self._tree.query(parcel, predicate="intersects").tolist()):
            parts[self._league[i]] += area_mm2(areal(shapely.intersection(self._shapes[i], parcel)))
        parts[OUTSIDE] = max(0, total - parts.total())
        weights = sorted((code, part) for code, part in parts.items() if part > 0)
        exact = apportion(total, [part for _, part in weights])
        return tuple(
            Share(zone=code, area_mm2=part)
            for (code, _), part in zip(weights, exact, strict=True)
            if part
        )


@cache
def leagues_of(region: str) -> Leagues:
    """Return the zones of a packaged region; read once in a process."""
    return Leagues(load_region(region))


def to_wgs84(shape: BaseGeometry, datum: str) -> BaseGeometry:
    """Return a geometry on WGS 84; CGCS2000 coincides with it to a metre, GCJ-02 is converted."""
    if datum != "gcj02":
        return shape
    return shapely.transform(shape, lambda xy: np.column_stack(gcj02_to_wgs84(*xy.T)))
