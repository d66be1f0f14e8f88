"""The parks as a layer of inventory.gpkg, beside the zones and apart from their figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

from sinks.export.cells import clean_text
from sinks.export.layers import Layer

from .definitions import target_of
from .texts import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sinks.export.meta import Meta

    from .park import Park

__all__ = ["park_layer"]

_CRS = "EPSG:4326"


def park_layer(parks: Sequence[Park], *, meta: Meta, lang: str) -> Layer | None:
    """Return the layer ``parks``; None where no park has a place.

    Parameters
    ----------
    parks
        The registry; a park without a place is a row without a geometry.
    meta
        Status and id of the run.
    lang
        zh or en, for headings and the names of closed sets.

    """
    if all(park.geometry is None for park in parks):
        return None
    rows = [_row(park, meta, lang) for park in sorted(parks, key=lambda park: park.park_id)]
    shapes = [park.geometry for park in sorted(parks, key=lambda park: park.park_id)]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return Layer(
        name="parks",
        title=text("layer_title", lang),
        frame=gpd.GeoDataFrame(columns, geometry=shapes, crs=_CRS),
        aliases={name: text(f"layer_{name}", lang) for name in columns},
        styles=(),
    )


def _row(park: Park, meta: Meta, lang: str) -> dict[str, str | float | None]:
    """Return the attributes of a park; blank texts are null."""
    target = target_of(park.kind)
    words = {
        "park_id": park.park_id,
        "name_zh": park.name_zh,
        "name_en": park.name_en,
        "kind": park.kind.label(lang),
        "league_code": park.league_code,
        "banner_code": park.banner_code,
        "operator": park.operator,
        "target_source": f"{target.source} {target.locator}".strip(),
        "location_confidence": park.location_confidence.label(lang),
        "note": park.note,
        "status": meta.status,
        "run_id": meta.run_id,
    }
    row: dict[str, str | float | None] = {k: clean_text(v) or None for k, v in words.items()}
    row["target_share"] = target.share
    return row
