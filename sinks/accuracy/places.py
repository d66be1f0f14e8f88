"""What the maps of a run show where sample units lie, so that nobody has to look it up.

The pixel that a point falls in is read from the very maps that were counted, filters and all,
and the zone from the polygons; hence sample and areas speak of one map.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from rasters.errors import RefusedError
from rasters.findings import finding
from rasters.grid import lonlat_transformer

from .sample import sample_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from rasters import Grid, Zones
    from rasters.findings import Finding
    from rasters.layers import ClassLayer, LayerBlock
    from sinks.categories import Ecosystem

    from .sample import Sample, Units


def located(
    sample: Sample,
    *,
    grid: Grid,
    maps: Mapping[int, ClassLayer],
    values: Mapping[int, Ecosystem],
    zones: Zones,
) -> Sample:
    """Return the sample with the map class of every unit, read from the maps where not given.

    Parameters
    ----------
    sample
        The sample; returned as it is where no unit needs reading.
    grid
        Grid that the maps were counted on.
    maps
        Land cover by year, on the grid.
    values
        Ecosystem of each raw value of the maps.
    zones
        The zones that were counted.

    Raises
    ------
    RefusedError
        With every unit that lies in no zone, or where a map has no class.

    """
    if sample.places is None:
        return sample
    places = sample.places
    shown = [
        [None if v is None else values.get(v) for v in _values(maps[year], grid, places)]
        for year in (sample.year0, sample.year1)
    ]
    inside = _zones_of(places, zones)
    counted: Units = Counter()
    faults: list[Finding] = []
    for name, given, zone, reference, before, after in zip(
        places["id"], places["zone_code"], inside, places["reference_class"], *shown, strict=True
    ):
        where = f"{sample.path.name}, {name}"
        if zone is None:
            faults.append(finding("sinks", "accuracy-outside", value=name, where=where))
        elif before is None or after is None:
            faults.append(finding("sinks", "accuracy-unclassified", value=name, where=where))
        else:
            mapped = sample.strata.of(before, after) or ""
            counted[str(given) or zone, mapped, str(reference)] += 1
    if faults:
        raise RefusedError(faults)
    columns = (sample.units[c] for c in ("zone_code", "map_class", "reference_class", "count"))
    for zone_code, map_class, reference_class, count in zip(*columns, strict=True):
        counted[zone_code, map_class, reference_class] += count
    years = sample.year0, sample.year1
    return replace(sample_of(counted, sample.strata, years, sample.path), places=None)


def _values(layer: ClassLayer, grid: Grid, places: pd.DataFrame) -> list[int | None]:
    """Return the raw value of the pixel that each place lies in; None beyond the raster."""
    to_grid = lonlat_transformer(grid.crs)
    x, y = to_grid.transform(places["longitude"].to_numpy(), places["latitude"].to_numpy())
    column, row = ~grid.transform @ (np.asarray(x), np.asarray(y))
    rows, columns = (np.floor(axis).astype(np.int64).tolist() for axis in (row, column))
    reader = layer.reader()
    try:
        return [
            _pixel(reader.read(r, r + 1, c, c + 1))
            if 0 <= r < grid.shape[0] and 0 <= c < grid.shape[1]
            else None
            for r, c in zip(rows, columns, strict=True)
        ]
    finally:
        reader.close()


def _pixel(block: LayerBlock) -> int | None:
    """Return the value of a block of one pixel; None outside the layer."""
    at = [0 if index is None else int(index[0]) for index in (block.row_index, block.col_index)]
    beyond = block.outside is not None and bool(block.outside[0, 0])
    return None if beyond or min(at) < 0 else int(block.data[at[0], at[1]])


def _zones_of(places: pd.DataFrame, zones: Zones) -> list[str | None]:
    """Return the zone that each place lies in, the first of several; None for none."""
    to_zones = lonlat_transformer(zones.crs)
    x, y = to_zones.transform(places["longitude"].to_numpy(), places["latitude"].to_numpy())
    found: list[str | None] = [None] * len(places)
    points = np.asarray(shapely.points(np.asarray(x), np.asarray(y)))
    pairs = shapely.STRtree(zones.geometry).query(points, predicate="intersects")
    for point, zone in sorted(zip(*pairs.tolist(), strict=True), reverse=True):
        found[point] = zones.codes[zone]
    return found
