"""From terms to rows of every level: rounded once at the finest zone, then added exactly.

The value of the finest zone is rounded to 1e-6 and kept as an integer number of millionths;
leagues and the region are sums of those integers, so that rows add up in the file as they
do on paper. Intervals come from the draws of the summed terms, never from adding rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .uncertainty import Forms

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray

    from .uncertainty import Joint
    from .zone_tree import ZoneTree

    Spreads: TypeAlias = "tuple[Table, pd.DataFrame]"
    """A table, and its rows with ``low, high, mean, variance``."""

MICRO = 10**6
"""Millionths in one unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Atoms with their central values and joint draws."""

    central: NDArray[np.float64]
    """Shape (atoms,)."""
    joint: Joint
    """Draws of the sources and of what they make of each atom."""
    _done: list[tuple[pd.DataFrame, ZoneTree, tuple[str, ...], Spreads]] = field(
        default_factory=list
    )


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of a table and the linear form behind each of them."""

    rows: pd.DataFrame
    """``zone_code, level`` and the keys, coarse levels first, sorted inside a level."""
    forms: Forms
    """One form for each row."""

    def spread(self, drawn: Drawn) -> pd.DataFrame:
        """Return the rows with ``low, high, mean, variance`` in the unit of the terms."""
        spread = self.forms.spread(drawn.joint)
        return self.rows.assign(
            low=spread.low, high=spread.high, mean=spread.mean, variance=spread.variance
        )


def table_of(terms: pd.DataFrame, keys: Sequence[str], tree: ZoneTree) -> Table:
    """Collect terms into one form for every zone of every level and key.

    Parameters
    ----------
    terms
        ``zone_code`` (finest, or coarser where a figure is stated by zone), the keys, ``atom``
        and ``amount``.
    keys
        Further columns that a row of the result is made of.
    tree
        Levels and zones to report; a term of a coarser zone has no part in a finer level.

    """
    key, named = numbered(terms, keys)
    return keyed_table(terms, np.arange(len(terms)), key, named, tree)


def keyed_table(
    terms: pd.DataFrame,
    term: NDArray[np.int64],
    key: NDArray[np.int64],
    named: pd.DataFrame,
    tree: ZoneTree,
) -> Table:
    """Collect terms into forms, each term as often and under the keys that are given.

    Parameters
    ----------
    terms
        ``zone_code``, ``atom`` and ``amount``.
    term, key
        Positions of terms, and for each the row of ``named`` that it is part of; -1 for none.
    named
        The keys by number, sorted.
    tree
        Levels and zones to report.

    """
    codes, code = np.unique(terms["zone_code"].to_numpy(dtype=str), return_inverse=True)
    atom, amount = terms["atom"].to_numpy(np.int64), terms["amount"].to_numpy(np.float64)
    rows, of, kept, count = [], [], [], 0
    for level in tree.levels:
        zones = tree.zones(level)
        place = tree.at(level, pd.Series(codes)).map({z: n for n, z in enumerate(zones)})
        zone = place.fillna(-1).to_numpy(np.int64)[code[term]]
        at = np.flatnonzero((zone >= 0) & (key >= 0))
        found, number = np.unique(zone[at] * len(named) + key[at], return_inverse=True)
        which, name = np.divmod(found, max(len(named), 1))
        written = named.take(name).reset_index(drop=True)
        written.insert(0, "zone_code", np.array(zones, dtype=object)[which])
        rows.append(written.assign(level=level))
        of.append(number + count)
        kept.append(term[at])
        count += len(found)
    at = np.concatenate(kept)
    form = np.concatenate(of).astype(np.int64)
    return Table(
        rows=pd.concat(rows, ignore_index=True),
        forms=Forms.from_terms(form, atom[at], amount[at], count),
    )


def intervals(
    terms: pd.DataFrame, keys: Sequence[str], drawn: Drawn, tree: ZoneTree
) -> pd.DataFrame:
    """Return the 95 % bounds of every zone of every level and key: ``low``, ``high``.

    Parameters
    ----------
    terms, keys, tree
        As for :func:`table_of`.
    drawn
        Atoms with their joint draws.

    Returns
    -------
    DataFrame
        ``zone_code``, the keys, ``level``, ``low`` and ``high`` in the unit of the terms.

    """
    _, spread = spreads(terms, keys, drawn, tree)
    return spread.drop(columns=["mean", "variance"])


def spreads(terms: pd.DataFrame, keys: Sequence[str], drawn: Drawn, tree: ZoneTree) -> Spreads:
    """Return the table of some terms and its rows with their intervals, worked out once.

    The arguments are those of :func:`intervals`. Stocks and changes are asked for twice, by
    their own files and by uncertainty.csv; the very same terms give the very same answer.
    """
    for known, of, by, answer in drawn._done:  # noqa: SLF001  # its own cache
        if known is terms and of is tree and by == tuple(keys):
            return answer
    table = table_of(terms, keys, tree)
    answer = (table, table.spread(drawn))
    drawn._done.append((terms, tree, tuple(keys), answer))  # noqa: SLF001
    return answer


def numbered(terms: pd.DataFrame, keys: Sequence[str]) -> tuple[NDArray[np.int64], pd.DataFrame]:
    """Return the number of the keys of each row, -1 where one is missing, and the keys by number.

    Parameters
    ----------
    terms
        Rows with the keys.
    keys
        Columns that make a key.

    Returns
    -------
    number, named
        Shape (rows,), and a table of the distinct keys, sorted.

    """
    grouped = terms.groupby([*keys], sort=True, observed=True)
    named = grouped.size().reset_index()[[*keys]]
    return np.asarray(grouped.ngroup(), dtype=np.int64), named
