"""Mapped areas of the classes of a sample, and their exact split by what the sample found.

The mapped areas come from the same cross-tabulation as the inventory. A mapped area is dealt
out to the reference classes in the proportion of its sample units, in whole square
millimetres, so that every zone keeps its area exactly.
"""

from __future__ import annotations

from collections import Counter
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np

from rasters.findings import finding
from sinks.units import MM2_PER_HA

from .estimators import FEWEST
from .strata import plain_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from rasters.findings import Finding
    from sinks.categories import Ecosystem

    from .sample import Sample
    from .strata import Strata

Areas = Counter[tuple[str, str]]
"""Exact area (mm2) by zone and class."""


def classes_of(
    rows: pd.DataFrame, strata: Strata, ecosystems: Mapping[str, Ecosystem]
) -> NDArray[np.object_]:
    """Return the class of every activity row; shape (rows,).

    Parameters
    ----------
    rows
        Activity rows of one pair of years.
    strata
        Which change belongs to which class.
    ecosystems
        Ecosystem of each class code.

    Returns
    -------
    ndarray of str or None
        Blank where a date has no class, None where the change has no class in the sample.

    """
    known: dict[tuple[str, str], str | None] = {}
    for code0, code1 in set(zip(rows["code0"], rows["code1"], strict=True)):
        before, after = ecosystems.get(code0), ecosystems.get(code1)
        if before is None or after is None:
            known[code0, code1] = ""
        else:
            known[code0, code1] = strata.of(before, after)
    return np.array(
        [known[pair] for pair in zip(rows["code0"], rows["code1"], strict=True)], dtype=object
    )


def mapped_areas(rows: pd.DataFrame, classes: NDArray[np.object_]) -> Areas:
    """Return the exact mapped area by zone and class, of the rows that have a class."""
    found: Areas = Counter()
    for zone, name, area in zip(rows["zone_code"], classes, rows["area_mm2"], strict=True):
        if name:
            found[zone, name] += int(area)
    return found


def unsuited(
    sample: Sample,
    rows: pd.DataFrame,
    classes: NDArray[np.object_],
    ecosystems: Mapping[str, Ecosystem],
) -> list[Finding]:
    """List why a sample cannot judge the maps of a run.

    Parameters
    ----------
    sample
        The sample.
    rows, classes
        Activity rows of its two years and their classes.
    ecosystems
        Ecosystem of each class code.

    Returns
    -------
    list of Finding
        Classes that are sampled but not mapped, mapped but not sampled, or sampled once.

    """
    mapped = by_class(mapped_areas(rows, classes))
    names = sample.names()
    counts = sample.counts(names)
    units = dict(zip(names, counts.sum(axis=1).tolist(), strict=True))
    where = sample.path.name
    found = []
    for name in names:
        if not mapped[name]:
            code = "accuracy-class-unmapped" if units[name] else "accuracy-reference-unmapped"
            found.append(_about(code, name, where, 0))
    for name in sorted(mapped):
        if units.get(name, 0) < FEWEST:
            code = "accuracy-class-single" if units.get(name, 0) else "accuracy-class-unsampled"
            found.append(_about(code, name, where, mapped[name]))
    return found + _without_class(rows, classes, ecosystems, where)


def by_class(areas: Areas) -> Counter[str]:
    """Return the areas of all zones together."""
    found: Counter[str] = Counter()
    for (_, name), area in areas.items():
        found[name] += area
    return found


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Deal a whole number out by weights; the parts add up to it and are off by less than one.

    >>> split(100, [1, 1, 1]), split(7, [0, 5])
    ([33, 33, 34], [0, 7])
    """
    whole = sum(weights)
    ends = [total * upto // whole for upto in accumulate(weights, initial=0)]
    return [later - earlier for earlier, later in pairwise(ends)]


def reference_areas(
    areas: Areas, names: Sequence[str], counts: NDArray[np.int64]
) -> dict[tuple[str, str, str], int]:
    """Deal mapped areas out to the reference classes by the sample of the whole land.

    Parameters
    ----------
    areas
        Mapped area by zone and class.
    names, counts
        Classes and the sample units of map class (rows) by reference class (columns).

    Returns
    -------
    dict
        Area (mm2) by zone, map class and reference class; zero parts are left out.

    """
    weights = dict(zip(names, counts.tolist(), strict=True))
    return {
        (zone, name, reference): part
        for (zone, name), area in areas.items()
        for reference, part in zip(names, split(area, weights[name]), strict=True)
        if part
    }


def _about(code: str, name: str, where: str, area_mm2: int) -> Finding:
    """Return a finding about a class and its mapped area."""
    area = f"{area_mm2 / MM2_PER_HA:,.2f}"
    return finding("sinks", code, value=name, where=where, area=area)


def _without_class(
    rows: pd.DataFrame,
    classes: NDArray[np.object_],
    ecosystems: Mapping[str, Ecosystem],
    where: str,
) -> list[Finding]:
    """Return a finding for every change that is mapped and has no class in a matrix."""
    gaps: Counter[str] = Counter()
    lost = np.array([name is None for name in classes], dtype=bool)
    for code0, code1, area in rows.loc[lost, ["code0", "code1", "area_mm2"]].itertuples(
        index=False, name=None
    ):
        gaps[plain_name(ecosystems[code0], ecosystems[code1])] += int(area)
    return [_about("accuracy-class-unsampled", name, where, gaps[name]) for name in sorted(gaps)]
