"""Rasters and zones for the benchmark: large, deterministic, and like the real thing to a codec.

Two land covers of nine classes whose runs along a row are about five pixels long, with 2 % of
change in patches; biomass at a third of the resolution; twelve zones with winding borders. All
is written a band of tiles at a time, so that any side fits into memory.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import rasterio
import shapely
from affine import Affine
from numba import njit

if TYPE_CHECKING:
    from pathlib import Path

PIXEL_DEG = 0.000269494585  # 30 m at the equator, as CLCD in EPSG:4326
LEFT, TOP = 117.0, 48.5  # the Greater Khingan lies in a square of 20,000 pixels from here
TILE = 512
RATIO = 3
SEED = 20231231
_WAVELENGTHS = (900, 190, 41, 11, 4)  # pixels
_AMPLITUDES = (1.0, 0.75, 0.5, 0.35, 0.25)
_CHANGED = 0.02


def whole_side(side: int) -> int:
    """Return the side nearest to the one asked for where both tilings end at the border."""
    return max(1, round(side / (TILE * RATIO))) * TILE * RATIO


def make(folder: Path, side: int) -> dict[str, Path]:
    """Write the rasters and zones of one side length, unless they are there; return paths."""
    side = whole_side(side)
    folder = folder / str(side)
    paths = {name: folder / f"{name}.tif" for name in ("lc_2020", "lc_2023", "agb_2020", "pairs")}
    paths["zones"] = folder / "zones.geojson"
    if (folder / "complete").exists():
        return paths
    folder.mkdir(parents=True, exist_ok=True)
    transform = Affine(PIXEL_DEG, 0, LEFT, 0, -PIXEL_DEG, TOP)
    coarse = Affine(PIXEL_DEG * RATIO, 0, LEFT, 0, -PIXEL_DEG * RATIO, TOP)
    options = {"driver": "GTiff", "count": 1, "crs": "EPSG:4326", "tiled": True}
    options |= {"blockxsize": TILE, "blockysize": TILE, "compress": "deflate", "zlevel": 6}
    byte = {"dtype": "uint8", "nodata": 0, "width": side, "height": side, "transform": transform}
    word = {"dtype": "uint16", "width": side // RATIO, "height": side // RATIO}
    word |= {"transform": coarse, "predictor": 2}
    with (
        rasterio.open(paths["lc_2020"], "w", **options, **byte) as before,
        rasterio.open(paths["lc_2023"], "w", **options, **byte) as after,
        rasterio.open(paths["agb_2020"], "w", **options, **word) as agb,
        rasterio.open(paths["pairs"], "w", **options, **byte) as pairs,
    ):
        high, limit = TILE * RATIO, _threshold(side, SEED + 1)
        for row in range(0, side, high):
            field = _noise(row, high, side, SEED)
            change = _noise(row, high, side, SEED + 1)
            classes = np.clip(field * 4 + 5, 1, 9).astype(np.uint8)
            later = np.where(change > limit, classes % 9 + 1, classes).astype(np.uint8)
            window = rasterio.windows.Window(0, row, side, high)
            before.write(classes, 1, window=window)
            after.write(later, 1, window=window)
            pairs.write(classes * 10 + later, 1, window=window)
            amount = np.clip(field[1::RATIO, 1::RATIO] * 90 + 60, 0, 400).astype(np.uint16)
            window = rasterio.windows.Window(0, row // RATIO, side // RATIO, high // RATIO)
            agb.write(amount, 1, window=window)
    paths["zones"].write_text(json.dumps(_zones(side)), encoding="utf-8")
    (folder / "complete").touch()
    return paths


def _noise(row0: int, rows: int, cols: int, seed: int) -> np.ndarray:
    """Return rows of a field of several wavelengths, mean 0, the same in any band."""
    field = np.zeros((rows, cols), dtype=np.float32)
    for octave, (length, amplitude) in enumerate(zip(_WAVELENGTHS, _AMPLITUDES, strict=True)):
        first = row0 // length
        n = (row0 + rows) // length + 2 - first
        lattice = np.stack(
            [
                np.random.default_rng([seed, octave, first + i]).random(
                    cols // length + 2, dtype=np.float32
                )
                for i in range(n)
            ]
        )
        _add(field, lattice, row0 - first * length, length, amplitude)
    return field


@njit(cache=True)
def _add(
    field: np.ndarray, lattice: np.ndarray, offset: int, length: int, amplitude: float
) -> None:
    """Add a lattice, interpolated, to a field."""
    for r in range(field.shape[0]):
        i, v = (r + offset) // length, ((r + offset) % length) / length
        for c in range(field.shape[1]):
            j, u = c // length, (c % length) / length
            top = lattice[i, j] * (1 - u) + lattice[i, j + 1] * u
            low = lattice[i + 1, j] * (1 - u) + lattice[i + 1, j + 1] * u
            field[r, c] += amplitude * (2 * (top * (1 - v) + low * v) - 1)


def _threshold(side: int, seed: int) -> float:
    """Return the value that 2 % of a field exceed, from 64 of its rows."""
    rows = [_noise(row, 1, side, seed) for row in range(0, side, -(-side // 64))]
    return float(np.quantile(np.concatenate(rows), 1 - _CHANGED))


def _zones(side: int) -> dict[str, object]:
    """Return twelve zones that cover the raster, as GeoJSON."""
    rng = np.random.default_rng(SEED)
    size = side * PIXEL_DEG
    square = shapely.box(LEFT, TOP - size, LEFT + size, TOP)
    points = rng.random((12, 2)) * size + (LEFT, TOP - size)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points)))
    bent = shapely.transform(shapely.segmentize(cells, size / 1500), lambda xy: _bend(xy, size))
    inner = shapely.intersection(bent, square.buffer(-size / 50))
    features = [
        {
            "type": "Feature",
            "properties": {"code": f"{150100 + 100 * i}", "name": f"zone {i + 1}"},
            "geometry": shapely.geometry.mapping(shape),
        }
        for i, shape in enumerate(shapely.orient_polygons(inner))
    ]
    return {"type": "FeatureCollection", "features": features}


def _bend(points: np.ndarray, size: float) -> np.ndarray:
    """Move points by a smooth field: neighbours keep their border, and no ring crosses itself."""
    x, y = ((points - (LEFT, TOP)) * (2 * np.pi / size)).T
    shift = np.zeros_like(points)
    for n in (3, 7, 17, 41):
        amount = size / 14 / n
        shift[:, 0] += amount * np.sin(n * y + n) * np.cos(0.3 * n * x)
        shift[:, 1] += amount * np.cos(n * x - n) * np.sin(0.3 * n * y)
    return points + shift * 0.4
