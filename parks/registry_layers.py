"""The registry as map layers: GeoPackage and GeoJSON.

A GeoPackage has the layer ``parks`` and the table ``facts``; in GeoJSON the facts of a park stand
in its properties. The same registry gives the same bytes.

Source: OGC GeoPackage 1.2.1; RFC 7946.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from shapely.geometry import mapping

from .registry_rows import FACT_COLUMNS, PARK_COLUMNS, fact_cells, park_cells, sorted_parks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal
    from pathlib import Path

    from .park import Park

__all__ = ["write_geojson", "write_geopackage"]

_FIXED_TIME = "1980-01-01T00:00:00.000Z"  # a property of the format, not of the registry


def write_geopackage(parks: Sequence[Park], path: Path) -> None:
    """Write the layer ``parks`` and the table ``facts``; ``path`` must not exist."""
    ordered = sorted_parks(parks)
    layer = gpd.GeoDataFrame(
        pd.DataFrame([park_cells(p) for p in ordered], columns=list(PARK_COLUMNS), dtype="str"),
        geometry=[p.geometry for p in ordered],
        crs="EPSG:4326",
    )
    facts = pd.DataFrame(
        [fact_cells(f) for p in ordered for f in p.facts], columns=list(FACT_COLUMNS)
    )
    values = [None if v is None else float(v) for v in facts["value"]]
    facts = facts.drop(columns="value").astype("str")
    facts.insert(FACT_COLUMNS.index("value"), "value", pd.Series(values, dtype="float64"))
    pyogrio.write_dataframe(layer, path, layer="parks", driver="GPKG", geometry_type="Unknown")
    pyogrio.write_dataframe(facts, path, layer="facts", driver="GPKG", append=True)
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE gpkg_contents SET last_change = ?", (_FIXED_TIME,))
        database.commit()
        database.execute("VACUUM")  # freed pages would carry the history of the file


def write_geojson(parks: Sequence[Park], path: Path) -> None:
    """Write a feature collection, rings in the order of RFC 7946."""
    features = []
    for park in sorted_parks(parks):
        facts = []
        for fact in park.facts:
            cells = fact_cells(fact)
            del cells["park_id"]
            facts.append({**cells, "value": _number(fact.value)})
        shape = park.geometry
        turned = None if shape is None else shapely.orient_polygons(shape)
        features.append(
            {
                "type": "Feature",
                "id": park.park_id,
                "properties": {**park_cells(park), "facts": facts},
                "geometry": None if turned is None else mapping(turned),
            }
        )
    collection = {"type": "FeatureCollection", "name": "parks", "features": features}
    text = json.dumps(collection, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _number(value: Decimal | None) -> float | None:
    """Return a number of JSON; whole numbers without a decimal point."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)
