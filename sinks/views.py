"""Views: further zone layers over the same pixels, such as state forest districts or reserves.

A view is counted in the same pass and reported beside the zones. Its features may overlap one
another and the zones, so nothing of a view is ever summed, neither with the zones nor within
the view. Features that overlap are dealt out to sets that do not, for a pixel is shared out
inside a set.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd
import shapely

from .export.schemas import SCHEMAS
from .inventory import build
from .zone_tree import ZoneTree

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from rasters import Zones

    from .inventory import Settings
    from .methods import Context

SEPARATOR = ":"
"""Between the id of a view and the code of its feature, in the activity table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One further zone layer."""

    id: str
    """Its id; the level of its rows."""
    name: str
    """Its name for people."""
    sets: tuple[Zones, ...]
    """Its features in sets without overlaps, codes prefixed with the id."""
    path: Path
    """The file it was read from."""

    @property
    def tree(self) -> ZoneTree:
        """The features as zones of one level, each on its own."""
        codes = {code: _plain(code) for zones in self.sets for code in zones.codes}
        names = {
            _plain(code): name
            for zones in self.sets
            for code, name in zip(zones.codes, zones.names, strict=True)
        }
        return ZoneTree(levels=(self.id,), ancestors={self.id: codes}, names=names)


def make_view(view_id: str, name: str, zones: Zones, path: Path) -> View:
    """Return a view of checked polygons, dealt out to sets without overlaps.

    Parameters
    ----------
    view_id, name
        Id and name of the view.
    zones
        Valid polygons with unique codes; they may overlap.
    path
        The file they were read from.

    """
    prefixed = replace(zones, codes=tuple(f"{view_id}{SEPARATOR}{c}" for c in zones.codes))
    sets = tuple(
        prefixed.select([prefixed.codes[i] for i in members])
        for members in _without_overlaps(zones.geometry)
    )
    return View(id=view_id, name=name, sets=sets, path=path)


def view_tables(
    activity: pd.DataFrame, views: Sequence[View], *, context: Context, settings: Settings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return stocks and totals of every view, in the columns of stocks.csv and totals.csv.

    Parameters
    ----------
    activity
        The activity rows of the views' sets.
    views
        The views.
    context, settings
        As for `sinks.inventory.build`; the same coefficient rows and draws.

    """
    stocks, totals = [], []
    for view in views:
        codes = {code for zones in view.sets for code in zones.codes}
        rows = activity[activity["zone_code"].isin(codes)].reset_index(drop=True)
        rows.attrs = activity.attrs
        if rows.empty:
            continue
        made = build(rows, context=context, settings=settings, tree=view.tree)
        stocks.append(made.stocks)
        totals.append(made.totals)
    if not stocks:
        empty = (pd.DataFrame(columns=list(SCHEMAS[n].columns)) for n in ("stocks", "totals"))
        return next(empty), next(empty)
    return pd.concat(stocks, ignore_index=True), pd.concat(totals, ignore_index=True)


def _plain(code: str) -> str:
    """Return the code of a feature without the id of its view."""
    return code.split(SEPARATOR, 1)[1]


def _without_overlaps(shapes: NDArray[np.object_]) -> list[list[int]]:
    """Deal polygons out to sets, first fit, so that none overlaps another of its set."""
    tree = shapely.STRtree(shapes)
    sets: list[list[int]] = []
    member_of: dict[int, int] = {}
    for i, shape in enumerate(shapes):
        near = [int(j) for j in tree.query(shape, predicate="intersects") if j < i]
        taken = {member_of[j] for j in near if not shapely.touches(shape, shapes[j])}
        place = next(k for k in range(len(sets) + 1) if k not in taken)
        if place == len(sets):
            sets.append([])
        sets[place].append(i)
        member_of[i] = place
    return sets
