"""trace.csv and trace_changes.csv: which coefficient rows and amounts made each figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sinks.tabulate import Drawn, micro, roll_up
from sinks.uncertainty import area_source

from .areas import PAIR_KEYS
from .numbers import decimals

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from sinks.methods import Context
    from sinks.uncertainty import Atom
    from sinks.zone_tree import ZoneTree

_STOCK_KEYS = ("year", "code", "stratum", "ecosystem", "pool")
_CHANGE_KEYS = (*PAIR_KEYS, "ecosystem0", "ecosystem", "pool", "method")
TRACE_CHANGE_COLUMNS = ["zone_code", "level", *_CHANGE_KEYS, "amount", "factors", "change_t_c"]
"""Columns of trace_changes.csv."""


def trace(terms: pd.DataFrame, drawn: Drawn, context: Context, tree: ZoneTree) -> pd.DataFrame:
    """Return which factors made each stock: the way from a figure to coefficient rows.

    Parameters
    ----------
    terms
        Stock terms of all years.
    drawn, context
        Central values of the atoms, and the factors that they are made of.
    tree
        Zones to report.

    Returns
    -------
    DataFrame
        ``amount`` (ha, t d.m. or t C) and ``stock_t_c`` as Decimals by zone, year, class,
        stratum, pool and ``factors`` (keys joined by ``*``, the error of the area last).

    """
    return _traced(terms, _STOCK_KEYS, "stock_t_c", drawn, context, tree)


def trace_changes(
    terms: pd.DataFrame, drawn: Drawn, context: Context, tree: ZoneTree
) -> pd.DataFrame:
    """Return which factors made each change.

    Parameters
    ----------
    terms
        Change terms of all pairs of years.
    drawn, context
        Central values of the atoms, and the factors that they are made of.
    tree
        Zones to report.

    Returns
    -------
    DataFrame
        ``amount``, negative on the side that is subtracted, and ``change_t_c`` as Decimals by
        zone, pair, ecosystems, pool, method and ``factors``.

    """
    return _traced(terms, _CHANGE_KEYS, "change_t_c", drawn, context, tree)


def _sources(atom: Atom) -> tuple[str, ...]:
    """Return the keys of what an atom multiplies, the error of its area last."""
    return atom.factors if atom.area is None else (*atom.factors, area_source(atom.area))


def _traced(
    terms: pd.DataFrame,
    keys: Sequence[str],
    value: str,
    drawn: Drawn,
    context: Context,
    tree: ZoneTree,
) -> pd.DataFrame:
    """Return the amounts and values of terms by zone, keys and factors."""
    named = ["*".join(_sources(atom)) for atom in context.atoms.items]
    value_of = drawn.central
    at = terms["atom"].to_numpy()
    fine = terms.assign(
        factors=[named[a] for a in at], value=terms["amount"].to_numpy() * value_of[at]
    )
    summed = fine.groupby(["zone_code", *keys, "factors"], sort=True)[["amount", "value"]].sum()
    exact = summed.reset_index()
    for column in ("amount", "value"):
        exact[f"{column}_micro"] = micro(exact.pop(column).to_numpy())
    out = roll_up(exact, [*keys, "factors"], ["amount_micro", "value_micro"], tree)
    out["amount"], out[value] = decimals(out["amount_micro"]), decimals(out["value_micro"])
    return out[["zone_code", "level", *keys, "amount", "factors", value]]
