"""sensitivity.csv: which source contributes how much to the variance of a total.

The shares are first order: what would remain of the variance if the source alone were uncertain.
They say where better data help. The twenty largest sources of a total are named; the others are
one row ``rest``. What only products of sources explain, and the sampling error of the draws,
stand in a row ``products_of_sources``, so that the rows of a total add up to 1. Sources below one
millionth are left out.

Source: Saltelli et al. (2010) Computer Physics Communications 181, 259-270.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sinks.propagation import shares

from .numbers import bounds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sinks.tabulate import Drawn, Table
    from sinks.uncertainty import Atoms
    from sinks.zone_tree import ZoneTree

SENSITIVITY_COLUMNS = (
    "zone_code", "zone_name", "level", "year0", "year1", "quantity", "scope", "source", "share",
    "rank",
)  # fmt: skip
"""Columns of sensitivity.csv."""
REST = "rest"
"""Row of all sources beyond the twenty largest."""
PRODUCTS = "products_of_sources"
"""Row of what no source explains alone."""
_NAMED = 20


def sensitivity(
    table: Table,
    spread: pd.DataFrame,
    quantity: str,
    *,
    drawn: Drawn,
    atoms: Atoms,
    tree: ZoneTree,
) -> pd.DataFrame:
    """Return the rows of sensitivity.csv for the totals of one quantity.

    Parameters
    ----------
    table, spread
        Rows of totals with the forms behind them, and their variance.
    quantity
        ``stock`` or ``change``.
    drawn, atoms, tree
        Joint draws; the sources; zones to report.

    Returns
    -------
    DataFrame
        ``rank`` counts from 1 by falling share, then comes ``rest``, then
        ``products_of_sources``. A total without variance has no row.

    """
    variance = spread["variance"].to_numpy(np.float64)
    parts = shares(table.forms, atoms, drawn.joint, variance)
    ranked = [
        (row, source, share, rank)
        for row in np.flatnonzero(variance > 0).tolist()
        for rank, (source, share) in enumerate(_ranked(parts.names, parts.squares[row]), start=1)
    ]
    at = pd.DataFrame(ranked, columns=["row", "source", "share", "rank"])
    out = table.rows.iloc[at.pop("row").astype(np.int64)].reset_index(drop=True).join(at)
    if "year" in out:
        out = out.rename(columns={"year": "year1"}).assign(year0=None)
    out["quantity"] = quantity
    out["zone_name"] = out["zone_code"].map(dict(tree.names))
    out["share"] = bounds(out["share"].astype("float64"))
    return out[[*SENSITIVITY_COLUMNS]]


def _ranked(names: tuple[str, ...], share: NDArray[np.float64]) -> Iterator[tuple[str, float]]:
    """Yield sources and shares of one total in the order of the file."""
    of = np.round(share, 6)
    order = sorted(np.flatnonzero(of > 0).tolist(), key=lambda n: (-of[n], names[n]))
    for n in order[:_NAMED]:
        yield names[n], float(of[n])
    if len(order) > _NAMED:
        yield REST, float(sum(of[n] for n in order[_NAMED:]))
    yield PRODUCTS, float(1.0 - sum(of[n] for n in order))
