"""land_matrix.csv and land_balance.csv: land by IPCC category, remaining and converted.

The matrix of a period shows what became what between its two maps; its row sums are the areas
of the earlier year, its column sums those of the later. Beside them stand the areas that are
still in transition at the later year, and those that have graduated to remaining land, by the
conversions of every map before. Land that only one date classifies is a cell of its own.

Source: IPCC 2006 Guidelines, Volume 4, Chapter 3, section 3.3.1; METHOD A5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sinks.soils import Spread
from sinks.stocks import UNCLASSIFIED
from sinks.tabulate import roll_up

from .areas import PAIR_KEYS
from .numbers import decimals, divide_half_even, micro_ha

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sinks.categories import IpccCategory
    from sinks.zone_tree import ZoneTree

NO_CATEGORY = "unclassified"
"""Category of land without a class at a date."""
LAND_MATRIX_COLUMNS = [
    "zone_code", "zone_name", "level", *PAIR_KEYS, "category0", "category", "land",
    "area_ha", "annual_ha", "in_transition_ha", "graduated_ha",
]  # fmt: skip
"""Columns of land_matrix.csv."""
LAND_BALANCE_COLUMNS = [
    "zone_code", "zone_name", "level", *PAIR_KEYS, "category", "opening_ha", "gain_ha", "loss_ha",
    "net_ha", "closing_ha", "annual_gain_ha", "annual_loss_ha", "annual_net_ha",
]  # fmt: skip
"""Columns of land_balance.csv."""
_CELL = [*PAIR_KEYS, "category0", "category"]
_AMOUNTS = ["area", "annual", "in_transition", "graduated"]


def matrix_cells(
    activity: pd.DataFrame,
    history: pd.DataFrame | None,
    *,
    categories: Mapping[str, IpccCategory],
    duration: int,
) -> pd.DataFrame:
    """Return the cells of the matrix of every finest zone and pair of years.

    Parameters
    ----------
    activity
        The activity table; rows of a single year have no cell.
    history
        Conversions between every two neighbouring maps; None where there is one year.
    categories
        IPCC category of each class code.
    duration
        Years after which converted land counts as remaining.

    Returns
    -------
    DataFrame
        ``zone_code, year0, year1, category0, category``; in millionths of a hectare ``area``,
        ``annual`` (converted area per year), and at the later year ``in_transition`` and
        ``graduated``, of conversions between two categories only; no cell is all zero.

    """
    seen = _by_category(activity[activity["year1"].notna()], categories)
    area = seen.groupby(["zone_code", *_CELL], sort=True)["area_mm2"].sum().reset_index()
    area["area"] = [micro_ha(int(mm2)) for mm2 in area.pop("area_mm2")]
    cells = area
    if history is not None and len(area):
        pairs = sorted(set(zip(area["year0"], area["year1"], strict=True)))
        since = [_since(_by_category(history, categories), pair, duration) for pair in pairs]
        cells = area.merge(pd.concat(since), how="outer", on=["zone_code", *_CELL])
    cells = cells.reindex(columns=["zone_code", *_CELL, *_AMOUNTS])
    cells[_AMOUNTS] = cells[_AMOUNTS].fillna(0).astype(np.int64)
    cells = cells[cells[_AMOUNTS].ne(0).any(axis=1)].reset_index(drop=True)
    converted = _land(cells).eq("converted")
    years = cells["year1"] - cells["year0"]
    cells["annual"] = [
        divide_half_even(micro, y) if moved else 0
        for micro, y, moved in zip(cells["area"].tolist(), years.tolist(), converted, strict=True)
    ]
    return cells


def land_matrix(cells: pd.DataFrame, tree: ZoneTree) -> pd.DataFrame:
    """Return land_matrix.csv from the cells of the finest zones.

    Returns
    -------
    DataFrame
        The columns of ``LAND_MATRIX_COLUMNS``, areas as Decimals; what belongs to conversions is
        missing elsewhere.

    """
    out = roll_up(cells, _CELL, _AMOUNTS, tree)
    out["zone_name"] = out["zone_code"].map(dict(tree.names))
    out["land"] = _land(out)
    out["area_ha"] = decimals(out["area"])
    for name in _AMOUNTS[1:]:
        out[f"{name}_ha"] = decimals(out[name].where(out["land"].eq("converted")))
    return out[LAND_MATRIX_COLUMNS]


def land_balance(cells: pd.DataFrame, tree: ZoneTree) -> pd.DataFrame:
    """Return land_balance.csv: gross and net change of every category, on common land.

    Returns
    -------
    DataFrame
        The columns of ``LAND_BALANCE_COLUMNS``, areas as Decimals; opening + gain - loss = closing
        exactly, and over all categories gain = loss.

    """
    common = cells[_land(cells).ne(NO_CATEGORY)]
    moved = _land(common).eq("converted")
    lost = common.assign(
        category=common["category0"],
        opening=common["area"],
        loss=common["area"].where(moved, 0),
        annual_loss=common["annual"],
    )
    gained = common.assign(
        closing=common["area"], gain=common["area"].where(moved, 0), annual_gain=common["annual"]
    )
    columns = ["opening", "gain", "loss", "closing", "annual_gain", "annual_loss"]
    both = pd.concat([lost, gained]).reindex(
        columns=["zone_code", *PAIR_KEYS, "category", *columns]
    )
    both[columns] = both[columns].fillna(0).astype(np.int64)
    out = roll_up(both, [*PAIR_KEYS, "category"], columns, tree)
    out["net"] = out["gain"] - out["loss"]
    out["annual_net"] = out["annual_gain"] - out["annual_loss"]
    out["zone_name"] = out["zone_code"].map(dict(tree.names))
    for name in (*columns, "net", "annual_net"):
        out[f"{name}_ha"] = decimals(out[name])
    return out[LAND_BALANCE_COLUMNS]


def _by_category(rows: pd.DataFrame, categories: Mapping[str, IpccCategory]) -> pd.DataFrame:
    """Return zones, years and areas with categories, without land that no date classifies."""
    named = {code: str(category) for code, category in categories.items()}
    named |= dict.fromkeys(UNCLASSIFIED, NO_CATEGORY)
    out = rows[["zone_code", *PAIR_KEYS, "area_mm2"]].assign(
        category0=rows["code0"].map(named), category=rows["code1"].map(named)
    )
    return out[out["category0"].ne(NO_CATEGORY) | out["category"].ne(NO_CATEGORY)].astype(
        dict.fromkeys(PAIR_KEYS, np.int64)
    )


def _since(conversions: pd.DataFrame, at: tuple[int, int], duration: int) -> pd.DataFrame:
    """Return the areas in transition and graduated at the later year of a pair."""
    moved = conversions[_land(conversions).eq("converted")]
    pairs = list(zip(moved["year0"].tolist(), moved["year1"].tolist(), strict=True))
    spreads = {(a, b): Spread(year0=a, year1=b, duration=duration) for a, b in set(pairs)}
    frame = moved[["zone_code", "category0", "category"]].copy()
    for name, share in (
        ("in_transition", Spread.share_in_transition),
        ("graduated", Spread.share_graduated),
    ):
        of = {pair: share(spread, at[1]) for pair, spread in spreads.items()}
        exact = [int(mm2) * of[p] for mm2, p in zip(moved["area_mm2"], pairs, strict=True)]
        frame[name] = pd.Series(exact, index=frame.index, dtype=object)
    summed = frame.groupby(["zone_code", "category0", "category"], sort=True).sum().reset_index()
    for name in ("in_transition", "graduated"):
        summed[name] = [micro_ha(mm2) for mm2 in summed[name]]
    return summed.assign(year0=at[0], year1=at[1])


def _land(cells: pd.DataFrame) -> pd.Series:
    """Return whether land remained, was converted, or lacks a class at a date."""
    known = cells["category0"].ne(NO_CATEGORY) & cells["category"].ne(NO_CATEGORY)
    same = cells["category0"].eq(cells["category"])
    land = np.select([~known, same], [NO_CATEGORY, "remaining"], "converted")
    return pd.Series(land, index=cells.index)
