"""Where the area of each zone went: classified, without data, or outside the raster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .tabulate import MICRO, micro, roll_up
from .units import MM2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .zone_tree import ZoneTree

MEASURES = ("polygon", "classified", "nodata", "outside")
"""Areas of coverage.csv that add up: polygon = classified + nodata + outside."""


def coverage(
    areas: pd.DataFrame,
    *,
    polygon_m2: Mapping[str, float],
    tree: ZoneTree,
) -> pd.DataFrame:
    """Return the exact areas of every written zone and year in millionths of a hectare.

    Parameters
    ----------
    areas
        ``zone_code`` (finest), ``year``, ``code``, ``area_mm2``: counted on the grid, which
        holds the zones wholly, so that land beyond the raster is counted as outside.
    polygon_m2
        Ellipsoidal area of each finest zone, measured on the polygon alone.
    tree
        Zones to report.

    Returns
    -------
    DataFrame
        ``zone_code, level, year`` and the four ``MEASURES``. Because the polygon is measured
        apart from the grid, its closure is a test and not an identity.

    """
    kind = areas["code"].where(areas["code"].isin(["nodata", "outside"]), "classified")
    summed = (
        areas.assign(kind=kind)
        .pivot_table(
            index=["zone_code", "year"],
            columns="kind",
            values="area_mm2",
            aggfunc="sum",
            fill_value=0,
        )
        .reindex(columns=["classified", "nodata", "outside"], fill_value=0)
        .reset_index()
    )
    zones, years = sorted(polygon_m2), sorted(set(areas["year"]))
    full = pd.MultiIndex.from_product([zones, years], names=["zone_code", "year"])
    table = summed.set_index(["zone_code", "year"]).reindex(full, fill_value=0).reset_index()
    for name in ("classified", "nodata", "outside"):
        table[name] = [round(int(v) * MICRO / MM2_PER_HA) for v in table[name]]
    ha = 1e-4  # hectares in a square metre
    polygon = np.array([polygon_m2[zone] for zone in table["zone_code"]], dtype=np.float64)
    table["polygon"] = micro(polygon * ha)
    return roll_up(table, ["year"], list(MEASURES), tree)
