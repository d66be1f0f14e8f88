"""From terms to rows of every level: rounded once at the finest zone, then added exactly.

The value of the finest zone is rounded to 1e-6 and kept as an integer number of millionths;
leagues and the region are sums of those integers, so that rows add up in the file as they
do on paper. Intervals come from the draws of the summed terms, never from adding rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .uncertainty import Forms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .zone_tree import ZoneTree

MICRO = 10**6
"""Millionths in one unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Atoms with their central values and joint draws."""

    central: NDArray[np.float64]
    """Shape (atoms,)."""
    draws: NDArray[np.float64]
    """Shape (atoms, draws)."""


def micro(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Round to integer millionths, half to even; shape (n,).

    Raises
    ------
    OverflowError
        If a value is not finite or its millionths do not fit in 62 bits.

    """
    scaled = np.rint(values * MICRO)
    if not np.all(np.abs(scaled) < 2**62):
        raise OverflowError(f"a value of {np.nanmax(np.abs(values)):g} does not fit in millionths")
    return scaled.astype(np.int64)


def finest(terms: pd.DataFrame, keys: Sequence[str], drawn: Drawn) -> pd.DataFrame:
    """Return the value of every finest zone and key in integer millionths.

    Parameters
    ----------
    terms
        ``zone_code`` (finest), the ``keys``, ``atom``, ``amount``.
    keys
        Further columns that a row of the result is made of.

    Returns
    -------
    DataFrame
        ``zone_code``, the keys, ``micro``; sorted.

    """
    value = terms["amount"].to_numpy() * drawn.central[terms["atom"].to_numpy()]
    summed = (
        terms.assign(value=value)
        .groupby(["zone_code", *keys], sort=True, observed=True)["value"]
        .sum()
        .reset_index()
    )
    summed["micro"] = micro(summed.pop("value").to_numpy())
    return summed


def roll_up(
    fine: pd.DataFrame, keys: Sequence[str], columns: Sequence[str], tree: ZoneTree
) -> pd.DataFrame:
    """Add integer columns of the finest zones to every written level.

    Parameters
    ----------
    fine
        ``zone_code`` (finest), the keys and the columns.
    keys
        Further columns that a row of the result is made of.
    columns
        Columns that are added, integers.
    tree
        Levels and zones to report.

    Returns
    -------
    DataFrame
        ``zone_code, level``, the keys and the columns as nullable integers, which a later join
        does not turn into floats: beyond 2^53 millionths (9 Pg C) a float would drop the last.

    """
    pieces = []
    for level in tree.levels:
        at = fine.assign(zone_code=tree.at(level, fine["zone_code"]))
        summed = at.groupby(["zone_code", *keys], sort=True, observed=True)[list(columns)].sum()
        pieces.append(summed.astype("Int64").reset_index().assign(level=level))
    return pd.concat(pieces, ignore_index=True)


def intervals(
    terms: pd.DataFrame, keys: Sequence[str], drawn: Drawn, tree: ZoneTree
) -> pd.DataFrame:
    """Return the 95 % bounds of every zone of every level and key: ``low``, ``high``.

    Parameters
    ----------
    terms
        ``zone_code`` (finest), the keys, ``atom`` and ``amount``.
    keys
        Further columns that a row of the result is made of.
    drawn
        Atoms with their joint draws.
    tree
        Levels and zones to report.

    Returns
    -------
    DataFrame
        ``zone_code, level``, the keys, ``low`` and ``high`` in the unit of the terms.

    """
    pieces = []
    for level in tree.levels:
        at = terms.assign(zone_code=tree.at(level, terms["zone_code"]))
        grouped = at.groupby(["zone_code", *keys], sort=True, observed=True)
        number = np.asarray(grouped.ngroup(), dtype=np.int64)
        rows = grouped.size().reset_index()[["zone_code", *keys]]
        forms = Forms.from_terms(
            number,
            np.asarray(at["atom"], dtype=np.int64),
            np.asarray(at["amount"], dtype=np.float64),
            len(rows),
        )
        low, high = forms.intervals(drawn.draws)
        pieces.append(rows.assign(level=level, low=low, high=high))
    return pd.concat(pieces, ignore_index=True)
