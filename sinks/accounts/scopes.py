"""Scopes of totals: sets of ecosystems whose rows are summed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sinks.categories import FOREST_GRASSLAND_WETLAND, Ecosystem

SCOPES: dict[str, frozenset[Ecosystem]] = {
    **{str(ecosystem): frozenset({ecosystem}) for ecosystem in Ecosystem},
    "forest_grassland_wetland": FOREST_GRASSLAND_WETLAND,
    "all": frozenset(Ecosystem),
}
"""Scopes of totals.csv, each a set of ecosystems; change scopes overlap."""


def by_scope(rows: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Repeat every row once for each scope that one of its ecosystems belongs to.

    Parameters
    ----------
    rows
        Rows with ecosystem ids.
    columns
        The columns that hold them: ``ecosystem``, for a change also ``ecosystem0``.

    Returns
    -------
    DataFrame
        The rows with ``scope``; change scopes overlap, so they are never added.

    """
    pieces = []
    for scope, members in SCOPES.items():
        names = {str(member) for member in members}
        belongs = np.logical_or.reduce([rows[column].isin(names) for column in columns])
        pieces.append(rows[belongs].assign(scope=scope))
    return pd.concat(pieces, ignore_index=True)
