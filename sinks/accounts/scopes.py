"""Scopes of totals: sets of ecosystems whose rows are summed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sinks.categories import FOREST_GRASSLAND_WETLAND, Ecosystem

if TYPE_CHECKING:
    import pandas as pd

SCOPES: dict[str, frozenset[Ecosystem]] = {
    **{str(ecosystem): frozenset({ecosystem}) for ecosystem in Ecosystem},
    "forest_grassland_wetland": FOREST_GRASSLAND_WETLAND,
    "all": frozenset(Ecosystem),
}
"""Scopes of totals.csv, each a set of ecosystems; change scopes overlap."""


def in_scope(rows: pd.DataFrame, members: frozenset[Ecosystem]) -> pd.DataFrame:
    """Return the change rows of which either side belongs to a scope."""
    names = {str(m) for m in members}
    return rows[rows["ecosystem0"].isin(names) | rows["ecosystem"].isin(names)]
