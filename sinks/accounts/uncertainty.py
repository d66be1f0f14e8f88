"""uncertainty.csv: the interval of every figure by both approaches of the guidelines.

Approach 1 propagates half-widths linearly; Approach 2 draws. Both know what the figures share.
They differ where an error is large or skewed, and there the draws are the better guide; where the
mean of the draws is not the figure, the shift stands in the table and the figure stays.

Source: IPCC 2006 Guidelines, Volume 1, Chapter 3, section 3.2.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sinks.propagation import half_widths
from sinks.tabulate import MICRO, Drawn, Table, roll_up, spreads

from .changes import CHANGE_KEYS, NOT_ESTIMATED
from .numbers import bounds, decimals
from .stocks import STOCK_KEYS

if TYPE_CHECKING:
    import pandas as pd

    from sinks.uncertainty import Atoms
    from sinks.zone_tree import ZoneTree

UNCERTAINTY_COLUMNS = (
    "zone_code", "zone_name", "level", "quantity", "year0", "year1", "ecosystem0", "ecosystem",
    "pool", "method", "value_t_c", "approach1_half_width_t_c", "approach2_low_t_c",
    "approach2_high_t_c", "approach2_mean_t_c", "mean_shift_share",
)  # fmt: skip
"""Columns of uncertainty.csv."""


def spread_of(table: Table, drawn: Drawn, atoms: Atoms) -> pd.DataFrame:
    """Return the rows of a table with their intervals by both approaches.

    Parameters
    ----------
    table
        Rows and the forms behind them.
    drawn, atoms
        Joint draws, and the sources they are draws of.

    Returns
    -------
    DataFrame
        The rows with ``low, high, mean, variance`` of the draws and the half-width ``approach1``,
        in the unit of the forms.

    """
    return _with_approach1(table, table.spread(drawn), drawn, atoms)


def stock_uncertainty(
    terms: pd.DataFrame, fine: pd.DataFrame, drawn: Drawn, atoms: Atoms, tree: ZoneTree
) -> pd.DataFrame:
    """Return the stock rows of uncertainty.csv, by zone, year, ecosystem and pool.

    Parameters
    ----------
    terms, fine
        Stock terms of all years, and their values by finest zone in millionths of t C.
    drawn, atoms, tree
        Joint draws; the sources; zones to report.

    """
    spread = _with_approach1(*spreads(terms, STOCK_KEYS, drawn, tree), drawn, atoms)
    values = roll_up(fine, STOCK_KEYS, ["micro"], tree)
    out = spread.merge(values, how="left", on=["zone_code", "level", *STOCK_KEYS])
    out = out.rename(columns={"year": "year1"})
    return _written(out.assign(quantity="stock", year0=None, ecosystem0="", method=""), tree)


def change_uncertainty(
    terms: pd.DataFrame, fine: pd.DataFrame, drawn: Drawn, atoms: Atoms, tree: ZoneTree
) -> pd.DataFrame:
    """Return the change rows of uncertainty.csv, one for each estimated row of changes.csv.

    The arguments are those of :func:`stock_uncertainty`, of changes.
    """
    keys = [*CHANGE_KEYS, "method"]
    spread = _with_approach1(*spreads(terms, keys, drawn, tree), drawn, atoms)
    estimated = fine[fine["method"].ne(NOT_ESTIMATED)]
    values = roll_up(estimated, keys, ["micro"], tree)
    out = values.merge(spread, how="left", on=["zone_code", "level", *keys])
    return _written(out.assign(quantity="change"), tree)


def _with_approach1(table: Table, spread: pd.DataFrame, drawn: Drawn, atoms: Atoms) -> pd.DataFrame:
    """Return the spread with the half-widths of Approach 1."""
    return spread.assign(approach1=half_widths(table.forms, atoms, drawn.joint))


def _written(out: pd.DataFrame, tree: ZoneTree) -> pd.DataFrame:
    """Return the columns of the file; a figure without terms has no error."""
    figures = out[["low", "high", "mean", "approach1"]].fillna(0.0)
    value = out["micro"].fillna(0).astype("float64") / MICRO
    known = (value != 0) & (value.abs() >= (figures["high"] - figures["low"]) / 2)
    shift = ((figures["mean"] - value) / value.where(value != 0).abs()).where(known)
    out = out.assign(
        zone_name=out["zone_code"].map(dict(tree.names)),
        value_t_c=decimals(out["micro"].fillna(0)),
        approach1_half_width_t_c=bounds(figures["approach1"]),
        approach2_low_t_c=bounds(figures["low"]),
        approach2_high_t_c=bounds(figures["high"]),
        approach2_mean_t_c=bounds(figures["mean"]),
        mean_shift_share=bounds(shift.astype("Float64")),
    )
    return out[[*UNCERTAINTY_COLUMNS]]
