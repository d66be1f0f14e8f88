"""area_adjustment.csv: stocks and sinks by the mapped areas beside those by the adjusted ones."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from sinks.export.schemas import SCHEMAS
from sinks.inventory import build
from sinks.uncertainty import Atoms

if TYPE_CHECKING:
    from sinks.inventory import Settings
    from sinks.methods import Context
    from sinks.zone_tree import ZoneTree

_KEYS = ["zone_code", "zone_name", "level", "year0", "year1", "quantity", "scope"]
_FIGURES = {"value_t_c": "{}_t_c", "sink_t_co2_per_year": "{}_sink_t_co2_per_year"}
_DRAWS = 16  # of the mapped areas only the central figures are shown


def mapped_totals(
    activity: pd.DataFrame, *, context: Context, settings: Settings, tree: ZoneTree
) -> pd.DataFrame:
    """Return totals.csv by the mapped areas, its intervals not to be used.

    Parameters
    ----------
    activity
        The activity table as it was counted.
    context, settings, tree
        As for `sinks.inventory.build` of the adjusted activity; neither is changed.

    """
    atoms = Atoms(factors=context.atoms.factors, area_half_width=context.atoms.area_half_width)
    plain = replace(context, atoms=atoms)
    made = build(activity, context=plain, settings=replace(settings, draws=_DRAWS), tree=tree)
    return made.totals


def area_adjustment(mapped: pd.DataFrame, adjusted: pd.DataFrame) -> pd.DataFrame:
    """Return area_adjustment.csv.

    Parameters
    ----------
    mapped, adjusted
        totals.csv of the same run by the mapped and by the adjusted areas.

    Returns
    -------
    DataFrame
        Both figures of every total and adjusted less mapped, as Decimals; missing where one of
        them is not estimated.

    """
    both = adjusted[[*_KEYS, *_FIGURES]].merge(
        mapped[[*_KEYS, *_FIGURES]], how="outer", on=_KEYS, suffixes=("_adjusted", "_mapped")
    )
    for figure, name in _FIGURES.items():
        after, before = both[f"{figure}_adjusted"], both[f"{figure}_mapped"]
        both[name.format("mapped")], both[name.format("adjusted")] = before, after
        both[name.format("difference")] = pd.Series(
            [_less(a, b) for a, b in zip(after, before, strict=True)], dtype=object
        )
    return both[list(SCHEMAS["area_adjustment"].columns)]


def _less(after: object, before: object) -> Decimal | None:
    """Return the difference of two figures, None where one is missing."""
    if isinstance(after, Decimal) and isinstance(before, Decimal):
        return after - before
    return None
