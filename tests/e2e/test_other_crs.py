"""Biomass on longitudes and latitudes under land cover in an equal-area grid: the usual pair."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from affine import Affine

from rasters import Zones, covering_grid, cross_tabulate, inspect, load_product
from rasters.align import class_layer, quantity_layer

_ALBERS = pyproj.CRS("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +datum=WGS84 +units=m")
_PIXEL, _SIZE = 0.05, 120
_WEST, _NORTH = 112.0, 46.0
_STAND = 100


def _write(path, data, transform, crs):
    with rasterio.open(
        path, "w", driver="GTiff", count=1, height=data.shape[0], width=data.shape[1],
        dtype=data.dtype, crs=crs, transform=transform,
    ) as file:  # fmt: skip
        file.write(data, 1)
    return path


@pytest.mark.parametrize("side", [3500, 4000, 6000])
def test_forest_sampled_at_centres_does_not_draw_its_own_biomass_towards_it(tmp_path, side):
    """An odd number of points has one at the centre, where the class comes from: too dense."""
    forest = np.random.default_rng(7).random((_SIZE, _SIZE)) < 0.5
    degrees = Affine(_PIXEL, 0, _WEST, 0, -_PIXEL, _NORTH)
    stand = _write(
        tmp_path / "agb.tif", np.where(forest, _STAND, 0).astype(np.int16), degrees, "EPSG:4326"
    )
    to_degrees = pyproj.Transformer.from_crs(_ALBERS, 4326, always_xy=True)
    x, y = to_degrees.transform(_WEST + 3, _NORTH - 3, direction="INVERSE")
    count = 300_000 // side
    grid = Affine(side, 0, x - side * count / 2, 0, -side, y + side * count / 2)

    def sampled(points):
        """Return what stands at points x points places of every pixel."""
        at = (np.arange(count * points) + 0.5) / points
        cols, rows = np.meshgrid(at, at)
        lon, lat = to_degrees.transform(grid.c + side * cols, grid.f - side * rows)
        rows = np.floor((_NORTH - lat) / _PIXEL).astype(int)
        return forest[rows, np.floor((lon - _WEST) / _PIXEL).astype(int)]

    codes = np.where(sampled(1), 2, 4).astype(np.uint8)
    cover = _write(tmp_path / "cover.tif", codes, grid, _ALBERS)
    sources = [
        inspect(path, load_product(product), year=2020)[0]
        for path, product in ((cover, "clcd"), (stand, "esa_cci_biomass"))
    ]
    corner = x - side * count / 2, y - side * count / 2, x + side * count / 2, y + side * count / 2
    zones = Zones(
        codes=("Z",), names=("Z",), geometry=np.array([shapely.box(*corner)]), crs=_ALBERS
    )
    reference = covering_grid(sources[0].grid, zones)
    table = cross_tabulate(
        grid=reference,
        zones=zones,
        land_cover={2020: class_layer(reference, sources[0])},
        codes={2: "F", 4: "G"},
        agb={2020: quantity_layer(reference, sources[1])},
    ).activity
    row = table[table["code0"] == "F"].iloc[0]
    quantum = float(Fraction(table.attrs["quanta"]["agb0"]))
    ours = row["agb0_b0_sum"] * quantum / row["area_mm2"]
    fine = sampled(16).reshape(count, 16, count, 16).mean(axis=(1, 3))
    expected = _STAND * fine[codes == 2].mean()
    assert ours == pytest.approx(expected, rel=0.01)
