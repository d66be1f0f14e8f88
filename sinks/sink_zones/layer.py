"""The mining polygons of a run, cut with its zones so that they can be counted in the same pass.

Polygons that overlap are one land, and what lies outside every zone is not counted. Edges are
straight in the CRS of the zones; polygons in another CRS are refused and never reprojected.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from rasters import Zones, check_zones, load_zones, local_path
from rasters.findings import finding
from sinks.sink_zone_rules import mapping_of, priority_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from rasters.findings import Finding
    from sinks.categories import Ecosystem
    from sinks.config import SinkZonesSection
    from sinks.sink_zone_rules import SinkZone

__all__ = ["MINED", "SinkZones", "read_sink_zones"]

MINED = "sink_zones.mining:"
"""Before the code of a zone, for the mining land in it; no view may have a dot in its id."""
_SURFACE = 2  # dimensions of a polygon
_COVERAGE_FAULTS = ("zones-overlap", "zones-gap", "zones-enclave")  # mining land is no coverage


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkZones:
    """How a run divides its land."""

    priority: tuple[SinkZone, ...]
    """The five zones in the order in which they claim a pixel."""
    mapping: Mapping[Ecosystem, SinkZone]
    """Zone of each ecosystem."""
    path: Path | None
    """File of the mining polygons; None where none is given and mining land is not known."""
    sets: tuple[Zones, ...]
    """The mining land of each counted zone that has any, codes after :data:`MINED`."""


def read_sink_zones(
    section: SinkZonesSection, *, base: Path, root: Path | None, zones: Zones | None
) -> tuple[SinkZones | None, list[Finding]]:
    """Read the section ``[sink_zones]`` and the polygons that it names.

    Parameters
    ----------
    section
        Of the inventory.toml.
    base, root
        Folder that its paths are relative to, and the one that no file may lie outside of.
    zones
        The counted zones; None where they were refused, so that only the file is looked at.

    Returns
    -------
    sink_zones, findings
        None where a finding is an error.

    Raises
    ------
    RefusedError
        If the path is not that of a local file.

    """
    path: Path | None = None
    sets: tuple[Zones, ...] = ()
    found: list[Finding] = []
    if section.mining is not None:
        given = section.mining
        path = local_path(given.path, base, root=root)
        polygons, found = load_zones(path, code=given.code, name=given.name, datum=given.datum)
        if polygons is None:
            return None, found
        faults = [f for f in check_zones(polygons, path.name) if f.code not in _COVERAGE_FAULTS]
        found += faults
        if faults or zones is None:
            return None, found
        if polygons.crs != zones.crs:
            words = {"needed": zones.crs.to_string()}
            value = polygons.crs.to_string()
            found.append(finding("sinks", "sink-zones-crs", value=value, where=path.name, **words))
            return None, found
        sets = mining_land(zones, polygons.geometry)
        if not sets:
            count = len(polygons.codes)
            found.append(finding("sinks", "sink-zones-apart", value=count, where=path.name))
    return SinkZones(
        priority=priority_of(section.priority),
        mapping=mapping_of(section.mapping),
        path=path,
        sets=sets,
    ), found


def mining_land(zones: Zones, polygons: NDArray[np.object_]) -> tuple[Zones, ...]:
    """Return the part of each zone inside the polygons as one set; none where they do not meet.

    Parameters
    ----------
    zones
        The counted zones.
    polygons
        Mining polygons in the CRS of the zones; they may overlap.

    """
    mined = shapely.union_all(polygons)
    shapely.prepare(mined)
    meets = np.flatnonzero(shapely.intersects(mined, zones.geometry))
    parts = {int(i): _areas(shapely.intersection(zones.geometry[i], mined)) for i in meets}
    kept = [i for i, part in parts.items() if not part.is_empty]
    if not kept:
        return ()
    geometry = np.empty(len(kept), dtype=object)
    geometry[:] = [parts[i] for i in kept]
    return (
        Zones(
            codes=tuple(f"{MINED}{zones.codes[i]}" for i in kept),
            names=tuple(zones.names[i] for i in kept),
            geometry=geometry,
            crs=zones.crs,
        ),
    )


def _areas(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons of an intersection without the points and lines where borders touch."""
    parts = shapely.get_parts(shape)
    land: BaseGeometry = shapely.multipolygons(parts[shapely.get_dimensions(parts) == _SURFACE])
    return land
