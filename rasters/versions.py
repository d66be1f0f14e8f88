"""Versions of the raster library and of the GDAL it carries, for manifests."""

from __future__ import annotations

import rasterio


def raster_versions() -> dict[str, str]:
    """Return the versions by name; the vector library carries a GDAL of its own."""
    return {"gdal_raster": str(rasterio.__gdal_version__)}
