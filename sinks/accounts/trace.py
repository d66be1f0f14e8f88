"""trace.csv: which coefficient rows and pixels made each stock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sinks.tabulate import MICRO, Drawn, micro, roll_up

from .numbers import decimals

if TYPE_CHECKING:
    from sinks.methods import Context
    from sinks.zone_tree import ZoneTree


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
        stratum, pool and ``factors`` (keys joined by ``*``).

    """
    keys = ["year", "code", "stratum", "ecosystem", "pool", "atom"]
    amounts = terms.groupby(["zone_code", *keys], sort=True)["amount"].sum().reset_index()
    amounts["amount_micro"] = micro(amounts.pop("amount").to_numpy())
    out = roll_up(amounts, keys, ["amount_micro"], tree)
    atom = out["atom"].to_numpy()
    out["factors"] = ["*".join(context.atoms.items[a].factors) for a in atom]
    out["amount"] = decimals(out["amount_micro"])
    out["stock_t_c"] = decimals(
        pd.Series(micro(out["amount_micro"].to_numpy() / MICRO * drawn.central[atom]))
    )
    return out[
        [
            "zone_code",
            "level",
            "year",
            "code",
            "stratum",
            "ecosystem",
            "pool",
            "amount",
            "factors",
            "stock_t_c",
        ]
    ]
