"""What the accuracy sample of a run gives: its tables, and where asked the adjusted activity."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from rasters.errors import RefusedError
from rasters.findings import finding
from sinks.export.schemas import SCHEMAS
from sinks.units import MM2_PER_HA

from .adjusted import adjusted_activity
from .area_errors import area_draws
from .areas import by_class, classes_of, mapped_areas, unsuited
from .sample import merged_classes
from .strata import Strata, overlaps
from .tables import accuracy_matrix, adjusted_areas

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rasters.findings import Finding
    from sinks.categories import Ecosystem
    from sinks.uncertainty import AreaDraw
    from sinks.zone_tree import ZoneTree

    from .sample import Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The judgement of the maps of a run; tables are empty where there is no sample."""

    adjusted_areas: pd.DataFrame
    """adjusted_areas.csv."""
    matrix: pd.DataFrame
    """accuracy_matrix.csv."""
    overall: float | None = None
    """Overall accuracy, 0 to 1."""
    synthetic: int = 0
    """Zones that the sample is too small to judge on their own."""
    applied: bool = False
    """Whether the adjusted areas replace the mapped ones."""
    activity: pd.DataFrame | None = None
    """The activity table with adjusted areas, where they are applied."""
    views: pd.DataFrame | None = None
    """The activity rows of the views with adjusted areas, where they are applied."""
    area_draws: Mapping[tuple[str, int], AreaDraw] = field(default_factory=dict)
    """How the errors of the adjusted areas are drawn."""


def assess(
    sample: Sample | None,
    activity: pd.DataFrame,
    views: pd.DataFrame,
    *,
    ecosystems: Mapping[str, Ecosystem],
    tree: ZoneTree,
    apply: bool,
) -> Assessment:
    """Judge the maps of a run by its accuracy sample.

    Parameters
    ----------
    sample
        The sample; None where the run has none.
    activity, views
        Activity rows of the zones and of the views.
    ecosystems
        Ecosystem of each class code.
    tree
        Zones to report.
    apply
        Whether the adjusted areas replace the mapped ones.

    Raises
    ------
    RefusedError
        If the sample does not suit the maps, with every class that lacks units or area.

    """
    if sample is None:
        empty = {n: _empty(n) for n in ("adjusted_areas", "accuracy_matrix")}
        return Assessment(adjusted_areas=empty["adjusted_areas"], matrix=empty["accuracy_matrix"])
    rows = _pair_rows(activity, (sample.year0, sample.year1))
    classes = classes_of(rows, sample.strata, ecosystems)
    faults = [*_unknown_zones(sample, tree), *unsuited(sample, rows, classes, ecosystems)]
    if faults:
        raise RefusedError(faults)
    areas = mapped_areas(rows, classes)
    table = adjusted_areas(sample, areas, tree)
    matrix, found = accuracy_matrix(sample, areas)
    judged = Assessment(
        adjusted_areas=table,
        matrix=matrix,
        overall=found.overall,
        synthetic=table.loc[table["basis"].eq("synthetic"), "zone_code"].nunique(),
    )
    if not apply:
        return judged
    return Assessment(
        adjusted_areas=table,
        matrix=matrix,
        overall=judged.overall,
        synthetic=judged.synthetic,
        applied=True,
        activity=adjusted_activity(
            rows, classes, whole=rows, whole_classes=classes, sample=sample, ecosystems=ecosystems
        ),
        views=adjusted_activity(
            views,
            classes_of(views, sample.strata, ecosystems),
            whole=rows,
            whole_classes=classes,
            sample=sample,
            ecosystems=ecosystems,
        ),
        area_draws=area_draws(sample),
    )


def mapped_strata(
    activity: pd.DataFrame,
    *,
    years: tuple[int, int],
    merge: Sequence[Sequence[str]],
    ecosystems: Mapping[str, Ecosystem],
) -> dict[str, float]:
    """Return the mapped area (ha) of every class of change, for planning a sample.

    Parameters
    ----------
    activity
        The activity table.
    years
        The dates that are compared.
    merge
        Classes to join, as for :func:`sinks.accuracy.read_points`.
    ecosystems
        Ecosystem of each class code.

    Raises
    ------
    RefusedError
        For names that are none, and for classes that overlap.

    """
    groups, faults = merged_classes(merge, "--merge")
    faults += overlaps(groups, where="--merge")
    if faults:
        raise RefusedError(faults)
    rows = _pair_rows(activity, years)
    classes = classes_of(rows, Strata(groups, complete=False), ecosystems)
    areas = by_class(mapped_areas(rows, classes))
    return {name: areas[name] / MM2_PER_HA for name in sorted(areas)}


def _pair_rows(activity: pd.DataFrame, years: tuple[int, int]) -> pd.DataFrame:
    """Return the activity rows of two years."""
    wanted = activity["year0"].eq(years[0]) & activity["year1"].eq(years[1])
    rows = activity[wanted.fillna(value=False).astype(bool)].reset_index(drop=True)
    rows.attrs = activity.attrs
    return rows


def _unknown_zones(sample: Sample, tree: ZoneTree) -> list[Finding]:
    """Return a finding for every zone of the sample that the run does not know."""
    known = {"", *(code for _, code in tree.all_zones())}
    known |= {code for level in tree.levels for code in tree.ancestors[level]}
    where = sample.path.name
    return [
        finding("sinks", "accuracy-zone", value=zone, where=where)
        for zone in sorted({*sample.units["zone_code"]} - known)
    ]


def _empty(name: str) -> pd.DataFrame:
    """Return a table of the results folder without rows."""
    return pd.DataFrame(columns=list(SCHEMAS[name].columns))
