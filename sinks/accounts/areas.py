"""areas.csv and transitions.csv: exact counts, rounded once at the finest zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sinks.tabulate import MICRO, roll_up
from sinks.units import MM2_PER_HA

from .numbers import decimals, divide_half_even

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sinks.categories import Ecosystem
    from sinks.stocks import Side
    from sinks.zone_tree import ZoneTree

_MM2_PER_MICRO_HA = MM2_PER_HA // MICRO
_PIXEL_UNITS = 2**32  # the activity table counts pixels in these parts
PAIR_KEYS = ("year0", "year1")
"""Columns that name a pair of years."""


def area_rows(rows: pd.DataFrame, side: Side, ecosystems: Mapping[str, Ecosystem]) -> pd.DataFrame:
    """Return exact areas and pixels of one year by finest zone, code and stratum.

    Parameters
    ----------
    rows
        Activity rows of the year.
    side
        The same rows as the year sees them.
    ecosystems
        Ecosystem of each class code.

    Returns
    -------
    DataFrame
        ``zone_code, year, code, stratum, ecosystem`` (blank where unclassified); exact
        ``pixels_2p32`` and ``area_mm2``; ``pixels_micro`` and ``area_micro`` in millionths of a
        pixel and of a hectare, rounded half to even.

    """
    frame = pd.DataFrame(
        {
            "zone_code": rows["zone_code"],
            "year": side.year,
            "code": side.code,
            "stratum": side.stratum,
            "ecosystem": ecosystem_of(side.code, ecosystems),
            "pixels_2p32": rows["pixels_2p32"],
            "area_mm2": rows["area_mm2"],
        }
    )
    keys = ["zone_code", "year", "code", "stratum", "ecosystem"]
    summed = frame.groupby(keys, sort=True)[["pixels_2p32", "area_mm2"]].sum().reset_index()
    summed["area_micro"] = [_micro_ha(v) for v in summed["area_mm2"]]
    summed["pixels_micro"] = [
        divide_half_even((int(v) * MICRO), _PIXEL_UNITS) for v in summed["pixels_2p32"]
    ]
    return summed


def areas(rows: pd.DataFrame, tree: ZoneTree) -> pd.DataFrame:
    """Return areas.csv.

    Parameters
    ----------
    rows
        Result of :func:`area_rows`, all years together.
    tree
        Zones to report.

    Returns
    -------
    DataFrame
        ``zone_code, year, code, stratum, ecosystem``, ``pixels`` and ``area_ha`` as Decimals.

    """
    keys = ["year", "code", "stratum", "ecosystem"]
    out = roll_up(rows, keys, ["area_micro", "pixels_micro"], tree)
    return out.assign(pixels=decimals(out["pixels_micro"]), area_ha=decimals(out["area_micro"]))[
        ["zone_code", *keys[:3], "ecosystem", "pixels", "area_ha"]
    ]


def transitions(activity: pd.DataFrame, tree: ZoneTree) -> pd.DataFrame:
    """Return transitions.csv; rows without a class stand as nodata or outside.

    Parameters
    ----------
    activity
        The activity table; rows of a single year have no transition.
    tree
        Zones to report.

    Returns
    -------
    DataFrame
        ``zone_code, year0, year1, code0, code1, stratum``, ``pixels`` and ``area_ha`` as Decimals.

    """
    keys = [*PAIR_KEYS, "code0", "code1", "stratum"]
    rows = activity[activity["year1"].notna()]
    columns = ["zone_code", *keys, "pixels", "area_ha"]
    if rows.empty:
        return pd.DataFrame(columns=columns)
    fine = rows[["zone_code", *keys]].assign(
        area_micro=[_micro_ha(v) for v in rows["area_mm2"]],
        pixels_micro=[divide_half_even(int(v) * MICRO, _PIXEL_UNITS) for v in rows["pixels_2p32"]],
    )
    out = roll_up(fine, keys, ["area_micro", "pixels_micro"], tree)
    return out.assign(pixels=decimals(out["pixels_micro"]), area_ha=decimals(out["area_micro"]))[
        columns
    ]


def ecosystem_of(
    codes: NDArray[np.object_], ecosystems: Mapping[str, Ecosystem]
) -> NDArray[np.object_]:
    """Return the ecosystem of each code, blank where unclassified."""
    return np.array([str(ecosystems.get(code, "")) for code in codes], dtype=object)


def _micro_ha(area_mm2: int) -> int:
    """Return an exact area in millionths of a hectare."""
    return divide_half_even(int(area_mm2), _MM2_PER_MICRO_HA)
