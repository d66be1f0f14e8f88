"""The activity table dealt out to sink zones: exact integers, so that the parts sum to the whole.

The mining land of a zone is counted as a zone of its own and taken off the zone's rows; what is
left goes by its ecosystem. A zone is a piece of land, so that both dates of a pair lie in the
zone of the later one; where that shows no class, the earlier one decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sinks.sink_zone_rules import zone_of
from sinks.zone_tree import ZoneTree

from .layer import MINED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sinks.categories import Ecosystem
    from sinks.sink_zone_rules import SinkZone

    from .layer import SinkZones

__all__ = ["SEPARATOR", "dealt_out", "parts_tree"]

SEPARATOR = "|"
"""Between sink zone and zone code in the codes of parts."""
_KEYS = ["zone_code", "year0", "year1", "code0", "code1", "stratum"]


def dealt_out(
    activity: pd.DataFrame,
    mined: pd.DataFrame,
    sink_zones: SinkZones,
    ecosystems: Mapping[str, Ecosystem],
) -> pd.DataFrame:
    """Return the activity rows of every part, ``zone_code`` being ``sink zone|zone``.

    Parameters
    ----------
    activity
        The activity rows of the counted zones, or the areas of their history.
    mined
        Those of the mining land, zone codes after :data:`~sinks.sink_zones.layer.MINED`; other
        rows are passed over.
    sink_zones
        Priority and mapping.
    ecosystems
        Ecosystem of each class code.

    Returns
    -------
    DataFrame
        The columns of ``activity``; each number summed over the parts is that of ``activity``.

    """
    numbers = [name for name in activity.columns if name not in _KEYS]
    inside = _inside(activity, mined, numbers)
    pieces = []
    for is_mined, amounts in ((True, inside), (False, activity[numbers] - inside)):
        rows = activity[_KEYS].join(amounts)
        rows = rows[rows[numbers].astype(bool).any(axis=1)]
        zones = _zones(rows, sink_zones, ecosystems, mined=is_mined)
        codes = [f"{z}{SEPARATOR}{c}" for z, c in zip(zones, rows["zone_code"], strict=True)]
        pieces.append(rows.assign(zone_code=codes))
    every = pd.concat(pieces, ignore_index=True)
    # land that its ecosystem claims from a mine meets the rest of that ecosystem again
    summed = every.groupby(_KEYS, sort=True, dropna=False)[numbers].sum().reset_index()
    summed = summed.astype({name: activity[name].dtype for name in _KEYS})
    summed.attrs = activity.attrs
    return summed


def parts_tree(tree: ZoneTree, zones: Sequence[SinkZone]) -> ZoneTree:
    """Return the tree in which every zone of every level is divided into its parts."""
    return ZoneTree(
        levels=tree.levels,
        ancestors={
            level: {
                f"{zone}{SEPARATOR}{counted}": f"{zone}{SEPARATOR}{reported}"
                for zone in zones
                for counted, reported in tree.ancestors[level].items()
            }
            for level in tree.levels
        },
        names={
            f"{zone}{SEPARATOR}{code}": name for zone in zones for code, name in tree.names.items()
        },
    )


def _inside(activity: pd.DataFrame, mined: pd.DataFrame, numbers: Sequence[str]) -> pd.DataFrame:
    """Return what of each row lies on mining land, never more than the row has.

    Coverage is counted in parts of 2^-32 of a pixel: a mine that fills a zone's part of a pixel
    may be counted one such part larger than it.
    """
    own = mined[mined["zone_code"].str.startswith(MINED)]
    own = own.assign(zone_code=own["zone_code"].str.removeprefix(MINED))
    there = own[list(numbers)].set_axis(_places(own)).reindex(_places(activity), fill_value=0)
    limited = {name: np.minimum(there[name].to_numpy(), activity[name]) for name in numbers}
    return pd.DataFrame(limited, index=activity.index)


def _places(rows: pd.DataFrame) -> pd.MultiIndex:
    """Return the keys of rows as text, the missing year of a single one among them."""
    return pd.MultiIndex.from_arrays([rows[name].astype(object).map(str) for name in _KEYS])


def _zones(
    rows: pd.DataFrame,
    sink_zones: SinkZones,
    ecosystems: Mapping[str, Ecosystem],
    *,
    mined: bool,
) -> list[SinkZone]:
    """Return the sink zone of each row."""
    return [
        zone_of(
            ecosystems.get(str(later)) or ecosystems.get(str(earlier)),
            mined=mined,
            priority=sink_zones.priority,
            mapping=sink_zones.mapping,
        )
        for earlier, later in zip(rows["code0"], rows["code1"], strict=True)
    ]
