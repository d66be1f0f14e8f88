"""Grids, harmonised reading and zonal cross-tabulation of rasters."""

from . import harden as harden
