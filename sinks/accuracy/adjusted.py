"""The activity table with error-adjusted areas: same zones, same densities, other areas.

Of the mapped area of a class, each reference class gets the share that the sample of the whole
land found. The part takes on the codes, strata and mean densities of the land that the maps
show as its reference class in the same zone, or in the whole land where the zone shows none.
Area and pixels of every zone stay what they are, to the last square millimetre.

A part remembers its map class and its reference class: all parts of one pair of classes share
one area error, at both dates and in all zones (see ``area_errors``).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from sinks.stocks import AREA_KEY

from .area_errors import area_key
from .areas import split

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sinks.categories import Ecosystem

    from .sample import Sample

_Row: TypeAlias = dict[str, Any]
"""An activity row by column; areas and amounts are integers of any size."""
_LAND = ("code0", "code1", "stratum")


def adjusted_activity(
    rows: pd.DataFrame,
    classes: NDArray[np.object_],
    *,
    whole: pd.DataFrame,
    whole_classes: NDArray[np.object_],
    sample: Sample,
    ecosystems: Mapping[str, Ecosystem],
) -> pd.DataFrame:
    """Return activity rows with adjusted areas and the column of shared area errors.

    Parameters
    ----------
    rows, classes
        Activity rows of the sample's two years, and their classes; those of no class of the
        sample, such as land without a class at a date, stay as they are.
    whole, whole_classes
        The rows of all zones and their classes, for land that a zone does not show.
    sample
        A sample that suits the maps of the whole land.
    ecosystems
        Ecosystem of each class code.

    Returns
    -------
    DataFrame
        The columns of ``rows`` and ``area_key``, sorted by zone and land.

    """
    names = sample.names()
    counts = dict(zip(names, sample.counts(names).tolist(), strict=True))
    judged = np.array([name in counts for name in classes], dtype=bool)
    own = _by_class(rows[judged], classes[judged])
    elsewhere = {name: _composition(whole[whole_classes == name]) for name in names}
    made: list[_Row] = []
    for (zone, name), donors in own.items():
        areas = split(sum(int(row["area_mm2"]) for row in donors), counts[name])
        counted = split(sum(int(row["pixels_2p32"]) for row in donors), areas)
        for reference, area, pixels in zip(names, areas, counted, strict=True):
            if area:
                land = own.get((zone, reference)) or elsewhere[reference]
                key = area_key(name, reference, sample.year1)
                made += [
                    part | {"zone_code": zone, AREA_KEY: key} for part in _parts(land, area, pixels)
                ]
    left = rows[~judged]
    kept = left.copy()
    kept[AREA_KEY] = pd.Series(
        _keys_of_one_date(left, sample, ecosystems), index=left.index, dtype=object
    )
    out = pd.concat([pd.DataFrame(made, columns=kept.columns), kept], ignore_index=True)
    out = out.sort_values(["zone_code", *_LAND], kind="stable", ignore_index=True)
    out = out.astype({c: rows[c].dtype for c in rows.columns})
    out.attrs = rows.attrs
    return out


def adjusted_history(history: pd.DataFrame, activity: pd.DataFrame) -> pd.DataFrame:
    """Return the history of the maps with adjusted areas for the years of the sample.

    Parameters
    ----------
    history
        Areas of every two neighbouring maps, as mapped.
    activity
        Result of :func:`adjusted_activity` for the same zones.

    Returns
    -------
    DataFrame
        The columns of ``history``; pairs of years that the sample does not judge stay.

    """
    pairs = set(zip(activity["year0"], activity["year1"], strict=True))
    judged = np.array(
        [pair in pairs for pair in zip(history["year0"], history["year1"], strict=True)],
        dtype=bool,
    )
    keys = ["zone_code", "year0", "year1", *_LAND]
    sums = activity.groupby(keys, sort=True)["area_mm2"].sum().reset_index()
    both = pd.concat([history[~judged], sums.astype(history.dtypes)[history.columns]])
    return both.sort_values(keys, kind="stable", ignore_index=True)


def _by_class(
    rows: pd.DataFrame, classes: NDArray[np.object_]
) -> dict[tuple[str, str], list[_Row]]:
    """Return the rows of every zone and class as records, in the order of the table."""
    found: dict[tuple[str, str], list[_Row]] = defaultdict(list)
    for name, record in zip(classes, rows.to_dict("records"), strict=True):
        found[str(record["zone_code"]), name].append(
            {str(column): value for column, value in record.items()}
        )
    return dict(found)


def _composition(rows: pd.DataFrame) -> list[_Row]:
    """Return what a class is made of in the whole land, one record for each kind of land."""
    summed = [c for c in rows.columns if c not in ("zone_code", "year0", "year1", *_LAND)]
    grouped = rows.groupby(["year0", "year1", *_LAND], sort=True)[summed].sum()
    land = grouped.index.to_frame(index=False)
    whole = pd.concat([land, grouped.reset_index(drop=True)], axis=1)
    return [{str(c): v for c, v in record.items()} for record in whole.to_dict("records")]


def _parts(donors: Sequence[_Row], area: int, pixels: int) -> list[_Row]:
    """Deal an area out to the kinds of land that donors show, amounts in proportion."""
    weights = [int(row["area_mm2"]) for row in donors]
    parts = []
    shares = split(area, weights)
    for row, weight, share, count in zip(
        donors, weights, shares, split(pixels, shares), strict=True
    ):
        if share:
            part = dict(row)
            for column in row:
                if column.endswith(("_sum", "_area_mm2")):
                    part[column] = (int(row[column]) * share + weight // 2) // weight
            parts.append(part | {"area_mm2": share, "pixels_2p32": count})
    return parts


def _keys_of_one_date(
    rows: pd.DataFrame, sample: Sample, ecosystems: Mapping[str, Ecosystem]
) -> list[tuple[str, int]]:
    """Return the area error of rows that lack a class at a date: that of the ecosystem seen."""
    keys = []
    for code0, code1 in zip(rows["code0"], rows["code1"], strict=True):
        if code0 in ecosystems:
            keys.append((str(ecosystems[code0]), sample.year0))
        else:
            keys.append((str(ecosystems.get(code1, "")), sample.year1))
    return keys
