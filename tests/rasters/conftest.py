"""Factories of small rasters; always more columns than rows, for transposes hide in squares."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

import pytest
import rasterio
from affine import Affine

import rasters  # noqa: F401  # first: it sets GDAL's environment
from rasters.legend import Product, load_product
from rasters.source import RasterSource, inspect

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

HALF_DEGREE = Affine(0.5, 0, 100, 0, -0.5, 50)


class RasterFactory(Protocol):
    """Write a GeoTIFF and return its path."""

    def __call__(
        self,
        data: NDArray[Any],
        *,
        name: str = ...,
        crs: str | None = ...,
        transform: Affine = ...,
        nodata: float | None = ...,
        **profile: Any,
    ) -> Path: ...


class SourceFactory(Protocol):
    """Write a GeoTIFF and return it as a checked source."""

    def __call__(
        self, data: NDArray[Any], product: Product, *, year: int | None = ..., **raster: Any
    ) -> RasterSource: ...


@pytest.fixture
def make_raster(tmp_path: Path) -> RasterFactory:
    """Write (rows, cols) or (bands, rows, cols) as a GeoTIFF of half-degree pixels at 100E 50N."""

    def make(
        data: NDArray[np.generic],
        *,
        name: str = "raster.tif",
        crs: str | None = "EPSG:4326",
        transform: Affine = HALF_DEGREE,
        nodata: float | None = None,
        **profile: Any,
    ) -> Path:
        bands = data[None] if data.ndim == 2 else data
        path = tmp_path / name
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            count=bands.shape[0],
            height=bands.shape[1],
            width=bands.shape[2],
            dtype=bands.dtype,
            crs=crs,
            transform=transform,
            nodata=nodata,
            **profile,
        ) as dataset:
            dataset.write(bands)
        return path

    return make


@pytest.fixture
def make_source(make_raster: RasterFactory) -> SourceFactory:
    """Write a raster and inspect it; fails the test where the raster is refused."""

    def make(
        data: NDArray[Any], product: Product, *, year: int | None = None, **raster: Any
    ) -> RasterSource:
        source, found = inspect(make_raster(data, **raster), product, year=year)
        assert source is not None, found
        return source

    return make


@pytest.fixture
def land_cover() -> Product:
    """Codes 1 to 9, nodata 0 (CLCD)."""
    return load_product("clcd")


@pytest.fixture
def biomass() -> Product:
    """Whole Mg/ha of dry matter up to 10,000 (ESA CCI Biomass), nodata -32768."""
    return replace(
        load_product("esa_cci_biomass"), nodata=(-32768.0,), scale=1.0, valid_max=10_000.0
    )
