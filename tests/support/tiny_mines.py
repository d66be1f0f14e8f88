"""The tiny inputs with mining polygons and the section ``[sink_zones]``."""

from __future__ import annotations

import json

from tiny_inputs import write_tiny

MINING = """
[sink_zones.mining]
path = "mines.geojson"
code = "code"
name = "name"
datum = "wgs84"
"""


def with_mines(folder, *features, crs=None, more=MINING, **kwargs):
    """Write the tiny inputs with mining polygons and return the inventory.toml."""
    config = write_tiny(folder, **kwargs)
    collection = {"type": "FeatureCollection", "features": list(features)}
    if crs is not None:
        collection["crs"] = {"type": "name", "properties": {"name": crs}}
    (folder / "mines.geojson").write_text(json.dumps(collection), encoding="utf-8")
    config.write_text(config.read_text(encoding="utf-8") + more, encoding="utf-8")
    return config
