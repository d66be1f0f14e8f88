"""reconciliation.csv: why the difference of two stocks is not the change that is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sinks.stocks import stock_terms
from sinks.tabulate import Drawn, finest, roll_up

from .areas import PAIR_KEYS, ecosystem_of
from .numbers import decimals

if TYPE_CHECKING:
    from sinks.methods import Context
    from sinks.stocks import Side
    from sinks.zone_tree import ZoneTree


RECONCILIATION_COLUMNS = [
    "zone_code",
    *PAIR_KEYS,
    "stock0_t_c",
    "stock1_t_c",
    "change_common_t_c",
    "only_year0_t_c",
    "only_year1_t_c",
    "change_reported_t_c",
    "method_gap_t_c",
]
"""Columns of reconciliation.csv."""


def reconciliation_terms(
    rows: pd.DataFrame, side0: Side, side1: Side, *, context: Context
) -> pd.DataFrame:
    """Return plain stock terms of both dates, split by the footprint that sees them.

    Parameters
    ----------
    rows
        Activity rows of the pair.
    side0, side1
        The same rows as the earlier and the later date see them.
    context
        Densities, ecosystems and atoms.

    Returns
    -------
    DataFrame
        Terms with ``zone_code, year0, year1, ecosystem0, ecosystem`` (blank without a class),
        ``pool``, ``side`` (0 or 1) and ``part``: stock0, stock1, common (later minus earlier where
        both dates have a class), only0 and only1.

    """
    common = side0.classified & side1.classified
    before, after = (ecosystem_of(side.code, context.ecosystems) for side in (side0, side1))
    pieces: list[pd.DataFrame] = []
    for which, side in ((0, side0), (1, side1)):
        terms = stock_terms(
            side, densities=context.densities, ecosystems=context.ecosystems, atoms=context.atoms
        )
        at = terms["row"].to_numpy()
        shared = common[at]
        sign = 1 if which else -1
        base = terms.assign(
            zone_code=rows["zone_code"].to_numpy()[at],
            ecosystem0=before[at],
            ecosystem=after[at],
            side=which,
        )
        pieces += [
            base.assign(part=f"stock{which}"),
            base[shared].assign(part="common", amount=sign * base["amount"][shared]),
            base[~shared].assign(part=f"only{which}"),
        ]
    return pd.concat(pieces, ignore_index=True).assign(year0=side0.year, year1=side1.year)


def reconciliation(
    terms: pd.DataFrame, changes: pd.DataFrame, drawn: Drawn, tree: ZoneTree
) -> pd.DataFrame:
    """Return reconciliation.csv: why the difference of stocks is not the change.

    Parameters
    ----------
    terms
        Result of :func:`reconciliation_terms`, all pairs together.
    changes
        Finest change rows, whose sum is the change that is reported.
    drawn, tree
        Atoms with their central values; zones to report.

    Returns
    -------
    DataFrame
        The columns of ``RECONCILIATION_COLUMNS``, t C as Decimals.

    """
    fine = finest(terms, [*PAIR_KEYS, "part"], drawn)
    parts = fine.pivot_table(
        index=["zone_code", *PAIR_KEYS], columns="part", values="micro", aggfunc="sum"
    ).reindex(columns=["stock0", "stock1", "common", "only0", "only1"])
    reported = changes.groupby(["zone_code", *PAIR_KEYS])["micro"].sum().rename("reported")
    table = parts.join(reported, how="left").fillna(0).astype(np.int64).reset_index()
    columns = ["stock0", "stock1", "common", "only0", "only1", "reported"]
    out = roll_up(table, PAIR_KEYS, columns, tree)
    out["gap"] = out["common"] - out["reported"]
    for source, target in zip([*columns, "gap"], RECONCILIATION_COLUMNS[3:], strict=True):
        out[target] = decimals(out[source])
    return out[RECONCILIATION_COLUMNS]
