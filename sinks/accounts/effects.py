"""effects.csv: how much of a change comes from area, and how much from density.

A stock is area x density, so its change on the land that both dates classify splits exactly into
the change of area at the mean density and the change of density over the mean area. The split is
symmetric in the dates: read backwards in time, both effects only change their sign. Land that an
ecosystem gains or loses whole is an effect of area. It is made at the finest zone with the exact
areas of the count, and zones add up.

Source: Marshall-Edgeworth weights, as in the decomposition of a product into two factors;
Ang (2004) Energy Policy 32, 1131-1139 (perfect decomposition without a residual).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sinks.tabulate import Drawn, finest, roll_up

from .areas import PAIR_KEYS, ecosystem_of
from .numbers import decimals, divide_half_even

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sinks.categories import Ecosystem
    from sinks.stocks import Side
    from sinks.zone_tree import ZoneTree

EFFECT_COLUMNS = (
    "zone_code", "zone_name", "level", "year0", "year1", "ecosystem", "pool", "opening_t_c",
    "area_effect_t_c", "density_effect_t_c", "closing_t_c",
)  # fmt: skip
"""Columns of effects.csv."""
_KEYS = (*PAIR_KEYS, "ecosystem", "pool")
_FIGURES = ("opening", "area_effect", "density_effect", "closing")


def common_areas(
    rows: pd.DataFrame, side0: Side, side1: Side, ecosystems: Mapping[str, Ecosystem]
) -> pd.DataFrame:
    """Return the land of one pair by the ecosystems of both dates.

    Parameters
    ----------
    rows
        Activity rows of the pair.
    side0, side1
        The same rows as the earlier and the later date see them.
    ecosystems
        Ecosystem of each class code.

    Returns
    -------
    DataFrame
        ``zone_code, year0, year1, ecosystem0, ecosystem`` (blank without a class) and
        ``area_mm2`` as exact integers.

    """
    frame = pd.DataFrame(
        {
            "zone_code": rows["zone_code"],
            "year0": side0.year,
            "year1": side1.year,
            "ecosystem0": ecosystem_of(side0.code, ecosystems),
            "ecosystem": ecosystem_of(side1.code, ecosystems),
            "area_mm2": rows["area_mm2"],
        }
    )
    keys = ["zone_code", *PAIR_KEYS, "ecosystem0", "ecosystem"]
    return frame.groupby(keys, sort=True)["area_mm2"].sum().reset_index()


def effects(terms: pd.DataFrame, areas: pd.DataFrame, drawn: Drawn, tree: ZoneTree) -> pd.DataFrame:
    """Return effects.csv.

    Parameters
    ----------
    terms
        Result of :func:`sinks.accounts.reconciliation.reconciliation_terms`, all pairs.
    areas
        Result of :func:`common_areas`, all pairs.
    drawn, tree
        Atoms with their central values; zones to report.

    Returns
    -------
    DataFrame
        The columns of ``EFFECT_COLUMNS``, t C as Decimals;
        opening + area effect + density effect = closing.

    """
    stock = _stocks(terms, drawn)
    area = _areas(areas)
    split = [
        _split(area[0].get(key[:4], 0), area[1].get(key[:4], 0), *figures)
        for key, figures in stock.items()
    ]
    fine = pd.DataFrame(list(stock), columns=["zone_code", *_KEYS])
    fine[[*_FIGURES]] = pd.DataFrame(split, columns=[*_FIGURES], dtype="int64")
    out = roll_up(fine, _KEYS, _FIGURES, tree)
    out["zone_name"] = out["zone_code"].map(dict(tree.names))
    for name in _FIGURES:
        out[f"{name}_t_c"] = decimals(out[name])
    return out[[*EFFECT_COLUMNS]]


def _stocks(terms: pd.DataFrame, drawn: Drawn) -> dict[tuple[str, int, int, str, str], list[int]]:
    """Return opening and closing stock on the common land by the finest keys, millionths."""
    common = terms[terms["part"].eq("common")]
    found: dict[tuple[str, int, int, str, str], list[int]] = {}
    for side, own in ((0, "ecosystem0"), (1, "ecosystem")):
        mine = common[common["side"].eq(side)]
        mine = mine.assign(ecosystem=mine[own])
        values = finest(mine, _KEYS, drawn)
        for *key, micro in values.itertuples(index=False, name=None):
            zone, year0, year1, ecosystem, pool = key
            figures = found.setdefault((zone, year0, year1, ecosystem, pool), [0, 0])
            figures[side] = int(micro) if side else -int(micro)
    return dict(sorted(found.items()))


def _areas(areas: pd.DataFrame) -> list[dict[tuple[str, int, int, str], int]]:
    """Return the area of each ecosystem on the common land at both dates, mm2."""
    common = areas[areas["ecosystem0"].ne("") & areas["ecosystem"].ne("")]
    both: list[dict[tuple[str, int, int, str], int]] = [{}, {}]
    for zone, year0, year1, before, after, area in common.itertuples(index=False, name=None):
        for side, ecosystem in enumerate((before, after)):
            key = (zone, year0, year1, ecosystem)
            both[side][key] = both[side].get(key, 0) + int(area)
    return both


def _split(area0: int, area1: int, stock0: int, stock1: int) -> tuple[int, int, int, int]:
    """Return opening, area effect, density effect and closing as integers that add up.

    >>> _split(100, 110, 6000, 6930)  # density 60 to 63: 10 x 61.5 and 3 x 105
    (6000, 615, 315, 6930)
    >>> _split(0, 10, 0, 600)
    (0, 600, 0, 600)
    """
    if area0 == 0 or area1 == 0:
        return stock0, stock1 - stock0, 0, stock1
    twice = (area1 - area0) * (stock0 * area1 + stock1 * area0)
    by_area = divide_half_even(twice, 2 * area0 * area1)
    return stock0, by_area, stock1 - stock0 - by_area, stock1
