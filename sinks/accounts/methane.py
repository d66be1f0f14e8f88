"""Methane of organic soils and wetlands: a memo column, emission positive, never netted.

The policy speaks of carbon that is fixed; methane is told beside it in t CO2e per year (GWP
of IPCC AR5, 28) and enters no sink, no total and no interval.

Source: 2013 Wetlands Supplement, Chapter 3; METHOD A8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sinks.categories import Pool
from sinks.soils import years_before_and_after
from sinks.tabulate import micro, roll_up

from .areas import PAIR_KEYS, ecosystem_of
from .numbers import decimals
from .scopes import by_scope

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sinks.methods import Context
    from sinks.stocks import Side
    from sinks.zone_tree import ZoneTree

MEMO = "memo_ch4_t_co2e_per_year"
"""Column of changes.csv and totals.csv."""
_SIDES = ("ecosystem0", "ecosystem")
_KEYS = (*PAIR_KEYS, *_SIDES)
METHANE_COLUMNS = ["zone_code", *_KEYS, "micro"]
"""Columns of :func:`methane_rows`."""


def methane_rows(rows: pd.DataFrame, side0: Side, side1: Side, context: Context) -> pd.DataFrame:
    """Return the methane of one pair of years by finest zone and ecosystems.

    Parameters
    ----------
    rows
        Activity rows of the pair.
    side0, side1
        The same rows as the earlier and the later date see them.
    context
        Ecosystems of the classes, and the organic soils.

    Returns
    -------
    DataFrame
        ``zone_code, year0, year1, ecosystem0, ecosystem``, ``micro`` in millionths of t CO2e per
        year; only land that both dates classify and that a methane factor names.

    """
    years = side1.year - side0.year
    emitted = np.zeros(len(rows))
    named = np.zeros(len(rows), dtype=bool)
    for side, spent in zip((side0, side1), years_before_and_after(years), strict=True):
        per_ha = _per_ha(side, context)
        named |= ~np.isnan(per_ha)
        emitted += np.nan_to_num(per_ha) * side.area_ha * (spent / years)
    frame = pd.DataFrame(
        {
            "zone_code": rows["zone_code"].to_numpy(),
            "year0": side0.year,
            "year1": side1.year,
            "ecosystem0": ecosystem_of(side0.code, context.ecosystems),
            "ecosystem": ecosystem_of(side1.code, context.ecosystems),
            "value": emitted,
        }
    )
    named &= side0.classified & side1.classified
    summed = frame[named].groupby(["zone_code", *_KEYS], sort=True)["value"].sum().reset_index()
    summed["micro"] = micro(summed.pop("value").to_numpy(dtype=np.float64))
    return summed


def add_to_changes(table: pd.DataFrame, methane: pd.DataFrame, tree: ZoneTree) -> pd.DataFrame:
    """Return changes.csv with the memo column, blank where no methane factor names the land.

    It stands on the row of the soil, or of the whole ecosystem where one method covers that.
    """
    found = roll_up(methane, _KEYS, ["micro"], tree)
    out = table.merge(found, how="left", on=["zone_code", "level", *_KEYS])
    on_soil = out["pool"].isin([str(Pool.SOIL), "ecosystem"])
    return out.assign(**{MEMO: decimals(out["micro"].where(on_soil))}).drop(columns="micro")


def add_to_totals(table: pd.DataFrame, methane: pd.DataFrame, tree: ZoneTree) -> pd.DataFrame:
    """Return totals.csv with the memo column; a scope has every row that touches it."""
    keys = [*PAIR_KEYS, "scope"]
    found = roll_up(by_scope(methane, *_SIDES), keys, ["micro"], tree)
    found["quantity"] = "change"
    at = ["zone_code", "level", "quantity", *keys]
    places = pd.MultiIndex.from_frame(found[at])
    of = dict(zip(places, found["micro"], strict=True))
    wanted = pd.MultiIndex.from_frame(table[at])
    values = pd.Series([of.get(key, pd.NA) for key in wanted], index=table.index, dtype=object)
    return table.assign(**{MEMO: decimals(values)})


def _per_ha(side: Side, context: Context) -> NDArray[np.float64]:
    """Return the methane of the class of each row, t CO2e/ha/yr; NaN where no factor names it."""
    organic = {} if context.soils is None else context.soils.organic
    of = {key: soil.ch4_t_co2e_per_ha for key, soil in organic.items() if soil.methane is not None}
    places = zip(side.code, side.stratum, strict=True)
    return np.array([of.get(place, np.nan) for place in places], dtype=np.float64)
