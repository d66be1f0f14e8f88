"""Outlines of parcels from a layer: GeoJSON, GeoPackage, GeoParquet or shapefile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyproj
import shapely

from rasters.errors import RefusedError
from rasters.findings import Severity, finding
from rasters.zones import check_zones, load_zones
from sinks.ledger.spelling import canonical_id

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from rasters.findings import Finding

__all__ = ["read_outlines"]


def read_outlines(
    path: Path, *, code: str, datum: str
) -> tuple[dict[str, BaseGeometry], list[Finding]]:
    """Return the outlines of a layer on WGS 84 by the stored spelling of their ids.

    Parameters
    ----------
    path
        The layer.
    code
        Field that holds the id of the parcel.
    datum
        ``wgs84``, ``cgcs2000`` or ``gcj02``.

    Raises
    ------
    RefusedError
        With everything that is wrong with the layer; parcels that overlap are told by the
        ledger, which knows their periods.

    """
    if not path.is_file():
        raise RefusedError([finding("rasters", "zones-unreadable", value=path.name, where=path)])
    zones, found = load_zones(path, code=code, name=code, datum=datum)
    if zones is None:
        raise RefusedError(found)
    found += [f for f in check_zones(zones, path) if f.code not in _LEFT_TO_THE_LEDGER]
    faults = [f for f in found if f.severity is Severity.ERROR]
    if faults:
        raise RefusedError(faults)
    shapes = zones.geometry
    if not zones.crs.is_geographic:
        turn = pyproj.Transformer.from_crs(zones.crs, "EPSG:4326", always_xy=True)
        shapes = shapely.transform(
            shapes, lambda xy: np.column_stack(turn.transform(xy[:, 0], xy[:, 1]))
        )
    spelt = (canonical_id(text) for text in zones.codes)
    return dict(zip(spelt, shapes.tolist(), strict=True)), found


_LEFT_TO_THE_LEDGER = frozenset({"zones-overlap", "zones-gap", "zones-enclave"})
