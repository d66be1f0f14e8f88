"""totals.csv: sums over ecosystems and pools, with intervals and a verdict on the signal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sinks.categories import Completeness
from sinks.tabulate import MICRO, keyed_table, numbered, roll_up
from sinks.units import CO2_PER_CARBON

from .areas import PAIR_KEYS
from .changes import STEP
from .numbers import bounds, decimals
from .scopes import SCOPES, by_scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sinks.tabulate import Table
    from sinks.zone_tree import ZoneTree

ONE_SIDED_LIMIT = 0.05
"""Share of the gross change above which one-sided losses decide the verdict (CONTRACT)."""


STOCK_SCOPE_KEYS = ("year", "scope")
"""Columns that name a total of stocks inside a zone."""
CHANGE_SCOPE_KEYS = (*PAIR_KEYS, "scope")
"""Columns that name a total of changes inside a zone."""


def stock_scopes(terms: pd.DataFrame, tree: ZoneTree) -> Table:
    """Return the forms behind the stock rows of totals.csv, from the stock terms of all years."""
    return _scope_table(terms, ["year"], ["ecosystem"], tree)


def change_scopes(terms: pd.DataFrame, tree: ZoneTree) -> Table:
    """Return the forms behind the change rows of totals.csv; soil steps stay out."""
    usable = terms[terms["method"].ne(STEP)]
    return _scope_table(usable, [*PAIR_KEYS], ["ecosystem0", "ecosystem"], tree)


def _scope_table(
    terms: pd.DataFrame, dates: Sequence[str], sides: Sequence[str], tree: ZoneTree
) -> Table:
    """Collect terms by date and scope; a term is part of every scope of its ecosystems."""
    cell, cells = numbered(terms, [*dates, *sides])
    scoped = by_scope(cells.assign(cell=np.arange(len(cells))), *sides)
    key, named = numbered(scoped, [*dates, "scope"])
    of_cell = pd.DataFrame({"cell": cell, "term": np.arange(len(terms))})
    pairs = pd.DataFrame({"cell": scoped["cell"], "key": key}).merge(of_cell, on="cell")
    term, number = (pairs[name].to_numpy(np.int64) for name in ("term", "key"))
    return keyed_table(terms, term, number, named, tree)


def stock_totals(
    fine: pd.DataFrame, table: pd.DataFrame, spread: pd.DataFrame, tree: ZoneTree
) -> pd.DataFrame:
    """Return the stock rows of totals.csv.

    Parameters
    ----------
    fine
        Stocks by finest zone in millionths of t C.
    table
        stocks.csv, which says what does not occur and by which methods a stock was made.
    spread
        What :func:`sinks.accounts.uncertainty.spread_of` makes of :func:`stock_scopes`.
    tree
        Zones to report.

    Returns
    -------
    DataFrame
        Every zone, scope and year; figures as Decimals, 0 where the scope does not occur,
        verdict ``not_estimated`` where there is none.

    """
    keys = [*STOCK_SCOPE_KEYS]
    years = sorted(set(fine["year"]))
    rows = roll_up(by_scope(fine, "ecosystem"), keys, ["micro"], tree)
    out = _every_zone(rows, tree, keys, [(y, scope) for scope in SCOPES for y in years]).merge(
        spread, how="left", on=["zone_code", "level", *keys]
    )
    made = by_scope(table, "ecosystem").groupby(["zone_code", "level", *keys])["method"]
    joined = made.agg(lambda m: "+".join(sorted(set(m) - {""}))).reset_index()
    out = out.merge(joined, how="left", on=["zone_code", "level", *keys])
    gone = _occurs_not(out, table, "year")
    out["quantity"], out["year0"], out["year1"] = "stock", pd.NA, out["year"]
    return _finish(
        out,
        tree,
        value=out["micro"].mask(gone & out["micro"].isna(), 0),
        sink=None,
        one_sided=np.zeros(len(out), bool),
        methods=out["method"],
        factor=None,
    )


def change_totals(
    fine: pd.DataFrame,
    one_sided: pd.DataFrame,
    table: pd.DataFrame,
    spread: pd.DataFrame,
    tree: ZoneTree,
) -> pd.DataFrame:
    """Return the change rows of totals.csv; soil steps and NE rows stay out.

    Parameters
    ----------
    fine
        Changes by finest zone in millionths of t C.
    one_sided
        Losses without an estimated gain, of which the share decides the verdict.
    table
        stocks.csv, which says what does not occur.
    spread
        What :func:`sinks.accounts.uncertainty.spread_of` makes of :func:`change_scopes`, with the
        columns of :func:`sinks.accounts.correlation.date_correlation`.
    tree
        Zones to report.

    Returns
    -------
    DataFrame
        Every zone, scope and pair; figures as Decimals, 0 where the scope occurs at neither
        date, verdict ``not_estimated`` where there is none.

    """
    counted = fine[fine["estimated"] & fine["method"].ne(STEP)]
    pairs = sorted(set(zip(fine["year0"], fine["year1"], strict=True)))
    keys = [*CHANGE_SCOPE_KEYS]
    at = ["zone_code", "level", *keys]
    rows = by_scope(counted, "ecosystem0", "ecosystem")
    out = _every_zone(
        roll_up(rows, keys, ["micro", "co2_micro"], tree),
        tree,
        keys,
        [(*pair, scope) for scope in SCOPES for pair in pairs],
    )
    for more in (spread, _methods_of(rows, keys, tree), one_sided[[*at, "share"]]):
        out = out.merge(more, how="left", on=at)
    out["quantity"] = "change"
    gone = _occurs_not(out, table, "year0") & _occurs_not(out, table, "year1")
    years = (out["year1"] - out["year0"]).to_numpy(dtype=np.float64)
    return _finish(
        out,
        tree,
        value=out["micro"].mask(gone & out["micro"].isna(), 0),
        sink=out["co2_micro"].mask(gone & out["co2_micro"].isna(), 0),
        one_sided=(out["share"].fillna(0) > ONE_SIDED_LIMIT).to_numpy(),
        methods=out["method"].fillna(""),
        factor=CO2_PER_CARBON / years,
    )


def _finish(
    out: pd.DataFrame,
    tree: ZoneTree,
    *,
    value: pd.Series,
    sink: pd.Series | None,
    one_sided: NDArray[np.bool_],
    methods: pd.Series,
    factor: NDArray[np.float64] | None,
) -> pd.DataFrame:
    """Add the columns that stocks and changes share: bounds, signal and verdict."""
    shown = value.notna()
    low, high = out["low"].fillna(0.0).where(shown), out["high"].fillna(0.0).where(shown)
    half = (high - low) / 2
    size = value.abs() / MICRO
    out["zone_name"] = out["zone_code"].map(dict(tree.names))
    out["value_t_c"] = decimals(value)
    out["low_t_c"], out["high_t_c"] = bounds(low), bounds(high)
    blank = pd.Series(pd.NA, index=out.index)
    out["sink_t_co2_per_year"] = blank if sink is None else decimals(sink)
    for bound, series in (("low", low), ("high", high)):
        out[f"{bound}_t_co2_per_year"] = blank if factor is None else bounds(series * factor)
    # no percentage of a value that is smaller than its half-width (METHOD A10)
    certain = size.where((size >= half) & (size > 0))
    out["half_width_share"] = bounds((half / certain).astype("Float64"))
    out["signal_ratio"] = bounds((size / half.where(half > 0)).astype("Float64"))
    out["verdict"] = np.select(
        [~shown, one_sided, ((size > half) & (size > 0)).fillna(value=False)],
        ["not_estimated", "one_sided", "signal"],
        "no_signal",
    )
    out["method"] = methods.where(shown, "")
    out["approach1_half_width_t_c"] = bounds(out["approach1"].fillna(0.0).where(shown))
    for name in ("date_correlation", "half_width_uncorrelated"):
        known = out[name].where(shown) if name in out else blank
        out[name.replace("uncorrelated", "uncorrelated_t_c")] = bounds(known)
    return out[
        [
            "zone_code",
            "zone_name",
            "level",
            *PAIR_KEYS,
            "quantity",
            "scope",
            "value_t_c",
            "low_t_c",
            "high_t_c",
            "sink_t_co2_per_year",
            "low_t_co2_per_year",
            "high_t_co2_per_year",
            "half_width_share",
            "signal_ratio",
            "verdict",
            "method",
            "approach1_half_width_t_c",
            "date_correlation",
            "half_width_uncorrelated_t_c",
        ]
    ]


def _occurs_not(out: pd.DataFrame, table: pd.DataFrame, year: str) -> pd.Series:
    """Return for which rows of ``out`` no ecosystem of the scope occurs in a year."""
    keys = ["zone_code", "level", "year", "scope"]
    rows = by_scope(table, "ecosystem")
    absent = rows["completeness"].eq(str(Completeness.NO)).groupby([rows[k] for k in keys]).all()
    wanted = pd.MultiIndex.from_frame(out[["zone_code", "level", year, "scope"]], names=keys)
    return pd.Series(absent.reindex(wanted, fill_value=False).to_numpy(bool), index=out.index)


def _methods_of(rows: pd.DataFrame, keys: Sequence[str], tree: ZoneTree) -> pd.DataFrame:
    """Return the methods behind each total, joined by +."""
    pieces = [
        rows.assign(zone_code=tree.at(level, rows["zone_code"]))
        .groupby(["zone_code", *keys])["method"]
        .agg(lambda m: "+".join(sorted(set(m))))
        .reset_index()
        .assign(level=level)
        for level in tree.levels
    ]
    return pd.concat(pieces, ignore_index=True)


def _every_zone(
    rows: pd.DataFrame, tree: ZoneTree, keys: Sequence[str], values: Sequence[tuple[object, ...]]
) -> pd.DataFrame:
    """Give every zone and key a row; the columns of those without one are missing."""
    full = pd.DataFrame(
        [(level, zone, *value) for level, zone in tree.all_zones() for value in values],
        columns=["level", "zone_code", *keys],
    )
    return full.merge(rows, how="left", on=["level", "zone_code", *keys])
