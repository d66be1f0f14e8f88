"""Loads rasters before anything else, so that GDAL starts hardened in every test."""

import rasters  # noqa: F401
