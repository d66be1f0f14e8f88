"""changes.csv: change on the land that both dates classify, by ecosystems, pool and method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sinks.categories import Pool
from sinks.methods import METHODS, Context
from sinks.tabulate import Drawn, finest, intervals, roll_up
from sinks.units import CARBON_MOLAR, CO2_MOLAR, CO2_PER_CARBON

from .areas import PAIR_KEYS, ecosystem_of
from .numbers import bounds, decimals, divide_half_even
from .scopes import by_scope

if TYPE_CHECKING:
    from sinks.inventory import Settings
    from sinks.stocks import Side
    from sinks.zone_tree import ZoneTree

STEP = "stock_difference(step)"
"""Method of a soil change taken at once instead of over 20 years: outside every total."""
NOT_ESTIMATED = "NE"
"""Method of a change that the data cannot give."""
CHANGE_KEYS = (*PAIR_KEYS, "ecosystem0", "ecosystem", "pool")
"""Columns that name a change inside a zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Change terms of one pair, and which rows of the table they stand for."""

    terms: pd.DataFrame
    covered: pd.DataFrame


def change_rows(
    rows: pd.DataFrame, side0: Side, side1: Side, *, context: Context, settings: Settings
) -> Change:
    """Return the change terms of one pair, each row by the method of its final ecosystem.

    Parameters
    ----------
    rows
        Activity rows of the pair.
    side0, side1
        The same rows as the earlier and the later date see them.
    context
        What a method may use.
    settings
        Method of each ecosystem and of the soil.

    Returns
    -------
    Change
        Terms with ``zone_code, year0, year1, ecosystem0, ecosystem, pool, method, atom, amount,
        one_sided``; a row whose final ecosystem has no method goes by that of its first one.

    """
    before = ecosystem_of(side0.code, context.ecosystems)
    after = ecosystem_of(side1.code, context.ecosystems)
    common = side0.classified & side1.classified
    chosen = np.array(
        [
            settings.methods.get(a) or settings.methods.get(b) or "stock_difference"
            for a, b in zip(after, before, strict=True)
        ],
        dtype=object,
    )
    terms, covered = [], []
    for name in sorted(set(chosen[common])):
        result = METHODS[name].change_terms(side0, side1, context)
        mine = common & (chosen == name)
        for pool, flags in result.covered.items():
            label = _label(name, pool, settings)
            at = np.flatnonzero(flags & mine)
            covered.append(pd.DataFrame({"row": at, "pool": str(pool), "method": label}))
            if label != NOT_ESTIMATED:
                of_pool = result.terms[result.terms["pool"] == str(pool)]
                terms.append(of_pool[mine[of_pool["row"]]].assign(method=label))
    keys = {
        "zone_code": rows["zone_code"].to_numpy(),
        "ecosystem0": before,
        "ecosystem": after,
    }

    def place(pieces: list[pd.DataFrame]) -> pd.DataFrame:
        frame = pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame()
        at = frame["row"].to_numpy()
        return frame.assign(
            year0=side0.year, year1=side1.year, **{k: v[at] for k, v in keys.items()}
        )

    empty = pd.DataFrame(
        {
            "row": np.zeros(0, np.int64),
            "pool": pd.Series([], dtype=str),
            "atom": np.zeros(0, np.int64),
            "amount": np.zeros(0),
            "one_sided": np.zeros(0, bool),
            "method": pd.Series([], dtype=str),
        }
    )
    return Change(
        terms=place([empty, *terms]), covered=place([empty[["row", "pool", "method"]], *covered])
    )


def _label(method: str, pool: Pool, settings: Settings) -> str:
    """Return the method that stands on a change row of a pool."""
    if pool is not Pool.SOIL:
        return method
    if settings.soil_from_map:
        return NOT_ESTIMATED
    return STEP if settings.soil_method == "stock_difference" else settings.soil_method


def finest_changes(terms: pd.DataFrame, covered: pd.DataFrame, drawn: Drawn) -> pd.DataFrame:
    """Return every change row of the finest zones, zero and not-estimated rows included.

    Parameters
    ----------
    terms, covered
        Of :class:`Change`, all pairs together.
    drawn
        Atoms with their central values.

    Returns
    -------
    DataFrame
        ``zone_code``, the columns of ``CHANGE_KEYS``, ``method``, ``estimated``, and in
        millionths ``micro`` (t C) and ``co2_micro`` (t CO2 per year), 0 where not estimated.

    """
    keys = [*CHANGE_KEYS, "method"]
    rows = covered[["zone_code", *keys]].drop_duplicates()
    fine = rows.merge(finest(terms, keys, drawn), how="left", on=["zone_code", *keys])
    fine["estimated"] = fine["method"].ne(NOT_ESTIMATED)
    fine["micro"] = fine["micro"].fillna(0).astype(np.int64)
    fine["co2_micro"] = [
        divide_half_even(m * CO2_MOLAR, CARBON_MOLAR * (y1 - y0))
        for m, y0, y1 in zip(
            fine["micro"].tolist(), fine["year0"].tolist(), fine["year1"].tolist(), strict=True
        )
    ]
    return fine


def changes(
    terms: pd.DataFrame, fine: pd.DataFrame, tree: ZoneTree, drawn: Drawn, context: Context
) -> pd.DataFrame:
    """Return changes.csv.

    Parameters
    ----------
    terms, fine
        Terms of all pairs, and what :func:`finest_changes` makes of them.
    tree
        Zones to report.
    drawn
        Atoms with their draws, for the intervals.
    context
        For the depth of the soil.

    Returns
    -------
    DataFrame
        The columns of ``CHANGE_COLUMNS``, figures as Decimals, missing where not estimated.

    """
    keys = [*CHANGE_KEYS, "method"]
    out = roll_up(fine, keys, ["micro", "co2_micro"], tree)
    sides = intervals(terms, keys, drawn, tree)
    out = out.merge(sides, how="left", on=["zone_code", "level", *keys])
    shown = out["method"].ne(NOT_ESTIMATED)
    years = (out["year1"] - out["year0"]).to_numpy(dtype=np.float64)
    out["change_t_c"] = decimals(out["micro"].where(shown))
    out["sink_t_co2_per_year"] = decimals(out["co2_micro"].where(shown))
    for bound in ("low", "high"):
        per_year = out[bound].fillna(0) * CO2_PER_CARBON / years
        out[f"{bound}_t_co2_per_year"] = bounds(per_year.where(shown))
    out["zone_name"] = out["zone_code"].map(dict(tree.names))
    out["land"] = np.where(out["ecosystem0"] == out["ecosystem"], "remaining", "converted")
    out["depth_cm"] = np.where(out["pool"].eq(str(Pool.SOIL)), context.densities.depth_cm, "")
    return out[CHANGE_COLUMNS]


CHANGE_COLUMNS = [
    "zone_code", "zone_name", "level", *PAIR_KEYS, "ecosystem0", "ecosystem", "land", "pool",
    "depth_cm", "change_t_c", "sink_t_co2_per_year", "low_t_co2_per_year", "high_t_co2_per_year",
    "method",
]  # fmt: skip


def one_sided_losses(
    terms: pd.DataFrame, fine: pd.DataFrame, drawn: Drawn, tree: ZoneTree
) -> pd.DataFrame:
    """Return the losses whose gain is not estimated, by zone, pair and scope.

    Parameters
    ----------
    terms, fine
        As for :func:`changes`.
    drawn, tree
        Atoms with their central values; zones to report.

    Returns
    -------
    DataFrame
        ``zone_code, level, year0, year1, scope``; ``loss`` and ``gross`` (sum of the absolute
        changes) in millionths of t C, both without soil steps; ``share`` of the loss in the
        gross, 0 where that is 0.

    """
    keys = [*PAIR_KEYS, "scope"]
    flagged = terms[terms["one_sided"].astype(bool) & terms["method"].ne(STEP)]
    rows = finest(flagged, CHANGE_KEYS, drawn).rename(columns={"micro": "loss"})
    counted = fine[fine["estimated"] & fine["method"].ne(STEP)]
    counted = counted.assign(gross=counted["micro"].abs())
    sides = ("ecosystem0", "ecosystem")
    gross = roll_up(by_scope(counted, *sides), keys, ["gross"], tree)
    loss = roll_up(by_scope(rows, *sides), keys, ["loss"], tree)
    out = gross.merge(loss, how="left", on=["zone_code", "level", *keys])
    out["loss"] = out["loss"].fillna(0).astype(np.int64)
    out["share"] = (out["loss"].abs() / out["gross"].where(out["gross"] > 0)).fillna(0.0)
    return out
