"""An inventory of a few pixels: rasters, products, zones, coefficients and the inventory.toml.

The land is 4 x 6 pixels of 0.01 degrees from 110E 44N; zone 1 is its western half, zone 2 its
eastern half. Everything that a test does not change is plain and without error.
"""

from __future__ import annotations

import json
from copy import deepcopy

import numpy as np
import rasterio
from accounting_factory import HEADING, density
from affine import Affine
from pyproj import CRS

from rasters.area import row_areas

PIXEL = 0.01
WEST, NORTH = 110.0, 44.0
GRID = Affine(PIXEL, 0, WEST, 0, -PIXEL, NORTH)
COVER = """
1 1 2 2 3 3
1 1 2 2 3 3
1 2 2 2 2 0
1 2 2 2 2 2
"""
PRODUCTS = {
    "cover": """
id = "tiny_cover"
kind = "land_cover"
nodata = [0]
licence = "none"
citation = "a test"
[[classes]]
code = "F"
value = 1
ecosystem = "forest"
[[classes]]
code = "G"
value = 2
ecosystem = "grassland"
[[classes]]
code = "C"
value = 3
ecosystem = "cropland"
""",
    "agb": """
id = "tiny_agb"
kind = "biomass"
nodata = [-1]
unit = "Mg/ha dry matter"
licence = "none"
citation = "a test"
""",
    "soil": """
id = "tiny_soil"
kind = "soil"
nodata = [-1]
unit = "t C/ha"
depth_cm = "0-100"
licence = "none"
citation = "a test"
""",
    "strata": """
id = "tiny_strata"
kind = "stratum"
nodata = [0]
licence = "none"
citation = "a test"
[[classes]]
code = "warm"
value = 1
[[classes]]
code = "cold"
value = 2
""",
}
CONFIG = {
    "inventory": {"years": [2020, 2023], "status": "trial"},
    "zones": {"path": "zones.geojson", "code": "code", "name": "name", "datum": "wgs84"},
    "land_cover": {
        "product": "cover.toml",
        "files": {"2020": "cover_2020.tif", "2023": "cover_2023.tif"},
    },
    "coefficients": {"tables": ["own.csv"]},
    "methods": {
        "forest": "stock_difference",
        "grassland": "stock_difference",
        "cropland": "stock_difference",
        "soil": "stock_difference",
    },
    "uncertainty": {"draws": 1000},
}
BIOMASS = {
    "product": "agb.toml",
    "files": {"2020": "agb_2020.tif", "2023": "agb_2023.tif"},
}
SOIL = {"product": "soil.toml", "file": "soil.tif"}
STRATUM = {"product": "strata.toml", "file": "strata.tif"}
TABLE = (
    density("F", "agb", 60),
    density("G", "agb", 3),
    density("C", "agb", 0),
    *(density(code, "soil", 100, depth="0-100") for code in "FGC"),
)


def pixels(text):
    """Return the pixels of a drawing, int16."""
    return np.array([line.split() for line in text.split("\n") if line], dtype=np.int16)


def hectares(cells, rows=range(4)):
    """Return the area of some pixels of each row in ha, by the closed form of a row's area."""
    areas = row_areas(GRID, 4, CRS(4326)) / 1e4
    return float(sum(areas[row] * cells for row in rows))


def write_raster(path, data, *, nodata, transform=GRID, crs="EPSG:4326"):
    """Write one band as a GeoTIFF."""
    rows, cols = data.shape
    with rasterio.open(
        path, "w", driver="GTiff", height=rows, width=cols, count=1, dtype=data.dtype,
        crs=crs, transform=transform, nodata=nodata,
    ) as file:  # fmt: skip
        file.write(data, 1)


def square(code, name, col0, col1, row0=0, row1=4):
    """Return the GeoJSON feature of a box of pixels."""
    west, east = WEST + col0 * PIXEL, WEST + col1 * PIXEL
    north, south = NORTH - row0 * PIXEL, NORTH - row1 * PIXEL
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "properties": {"code": code, "name": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


ZONES = (square("1", "西", 0, 3), square("2", "东", 3, 6))


def toml_of(content):
    """Return a nested dictionary as TOML, tables after plain keys; None leaves a key out."""
    lines = []

    def table(name, entries):
        plain = {k: v for k, v in entries.items() if not isinstance(v, dict) and v is not None}
        if name:
            lines.append(f"[{name}]")
        # JSON's numbers, strings, lists and truth values are TOML's
        lines.extend(f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in plain.items())
        for key, value in entries.items():
            if isinstance(value, dict):
                table(f"{name}.{key}" if name else key, value)

    table("", content)
    return "\n".join(lines) + "\n"


def merged(config, changes):
    """Return a configuration with keys changed; None takes a key or a section out."""
    out = deepcopy(config)
    for name, value in changes.items():
        if value is None:
            out.pop(name, None)
        elif isinstance(value, dict):
            out[name] = merged(out.get(name, {}), value)
        else:
            out[name] = value
    return out


def write_tiny(
    folder,
    *,
    covers=(COVER, COVER),
    biomass=None,
    soil=None,
    strata=None,
    table=TABLE,
    heading=HEADING,
    products=None,
    zones=ZONES,
    config=None,
):
    """Write the tiny inputs and return the inventory.toml.

    ``biomass`` is a pair of drawings, ``soil`` and ``strata`` are drawings; ``config`` changes
    keys of the plain configuration, None takes one out.
    """
    given = {}
    for year, text in zip((2020, 2023), covers, strict=False):
        write_raster(folder / f"cover_{year}.tif", pixels(text).astype(np.uint8), nodata=0)
    if biomass is not None:
        given["biomass"] = deepcopy(BIOMASS)
        for year, text in zip((2020, 2023), biomass, strict=True):
            write_raster(folder / f"agb_{year}.tif", pixels(text), nodata=-1)
    if soil is not None:
        given["soil"] = dict(SOIL)
        write_raster(folder / "soil.tif", pixels(soil), nodata=-1)
    if strata is not None:
        given["stratum"] = dict(STRATUM)
        write_raster(folder / "strata.tif", pixels(strata).astype(np.uint8), nodata=0)
    for name, text in {**PRODUCTS, **(products or {})}.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    collection = {"type": "FeatureCollection", "features": list(zones)}
    (folder / "zones.geojson").write_text(
        json.dumps(collection, ensure_ascii=False), encoding="utf-8"
    )
    (folder / "own.csv").write_text("\n".join([heading, *table]) + "\n", encoding="utf-8")
    path = folder / "inventory.toml"
    path.write_text(toml_of(merged(merged(CONFIG, given), config or {})), encoding="utf-8")
    return path
