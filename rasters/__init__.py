"""Grids, harmonised reading and zonal cross-tabulation of rasters."""
