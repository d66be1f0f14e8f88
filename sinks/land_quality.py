"""What quality.csv says of the land matrix and of the soils of converted land."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .accounts.land_matrix import NO_CATEGORY
from .records import records
from .soils import missing_years
from .units import MM2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from .categories import Ecosystem
    from .quality import Gates
    from .soils import Conversion, Soils

LAND_MATRIX_LIMIT = 1e-4
"""Largest difference of the land matrix and the areas, as a share of the land (METHOD A5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Closure:
    """The worst category of a zone and pair, ha, and the land that has a category."""

    zone_code: str
    year0: int
    year1: int
    gap: float
    whole: float


_ZONE_PAIR = ["zone_code", "year0", "year1"]


def matrix_closure(
    gates: Gates, matrix: pd.DataFrame, areas: pd.DataFrame, categories: Mapping[str, str]
) -> None:
    """Judge whether the rows and the columns of the land matrix add to the areas of their years.

    Parameters
    ----------
    gates
        Where the rows go.
    matrix
        land_matrix.csv.
    areas
        areas.csv.
    categories
        IPCC category of each class code.

    """
    named = areas.assign(category=areas["code"].map(dict(categories)))
    keys = ["zone_code", "year", "category"]
    known = named.dropna(subset="category").groupby(keys)["area_ha"].sum().astype(float)
    for which, side in (("0", "earlier"), ("1", "later")):
        name = "category0" if which == "0" else "category"
        rows = matrix[matrix[name].ne(NO_CATEGORY)]
        rows = rows.assign(year=rows[f"year{which}"], category=rows[name])
        sums = rows.groupby([*_ZONE_PAIR, "year", "category"])["area_ha"].sum().astype(float)
        both = sums.reset_index().merge(known.rename("known").reset_index(), how="left", on=keys)
        both["gap"] = (both["area_ha"] - both["known"].fillna(0)).abs()
        judged = both.groupby(_ZONE_PAIR).agg(gap=("gap", "max"), whole=("known", "sum"))
        for row in records(judged.reset_index(), _Closure):
            gates.at_most(
                f"land_matrix_{side}[{row.year0}-{row.year1}]",
                row.zone_code,
                row.gap / row.whole if row.whole else 0.0,
                LAND_MATRIX_LIMIT,
            )


def soil_transition(
    gates: Gates,
    soils: Soils,
    *,
    conversions: Mapping[Conversion, float],
    areas: pd.DataFrame,
    ecosystems: Mapping[str, Ecosystem],
    map_years: Sequence[int],
    pairs: Sequence[tuple[int, int]],
) -> None:
    """Show what the soil transition rests on and what it lacks; no limit judges it.

    Parameters
    ----------
    gates
        Where the rows go.
    soils
        The soils of the conversions.
    conversions
        Area (ha) of every conversion that occurs; of others nothing is said.
    areas
        Exact areas (mm2) of the finest zones by year, code and stratum.
    ecosystems
        Ecosystem of each class code.
    map_years
        Years of the maps.
    pairs
        Pairs of years whose change is reported.

    """
    gates.show("soil_transition_years", "", soils.years)
    if soils.depth_cm:
        gates.show("soil_transition_depth_to_cm", "", int(soils.depth_cm.split("-")[-1]))
    for year0, year1 in pairs:
        missing = missing_years(min(map_years), year0, soils.years)
        gates.show(f"soil_cohorts_missing_years[{year0}-{year1}]", "", missing)
    unknown: dict[tuple[str, str], float] = {}
    for conversion, pair in soils.pairs.items():
        area = conversions.get(conversion)
        if area is not None and (pair.before is None or pair.after is None):
            before, after = (str(ecosystems[code]) for code in conversion[:2])
            unknown[before, after] = unknown.get((before, after), 0) + area
    for (before, after), area in sorted(unknown.items()):
        gates.show(f"soil_side_not_estimated_ha[{before}>{after}]", "", area)
    _dissolved_left_out(gates, soils, areas)


def _dissolved_left_out(gates: Gates, soils: Soils, areas: pd.DataFrame) -> None:
    """Show the rows of dissolved carbon that enter no figure, with their land of the last year."""
    last = areas[areas["year"].eq(areas["year"].max())]
    by_land = last.groupby(["code", "stratum"])["area_mm2"].sum().to_dict()
    found: dict[str, int] = {}
    for land, row in soils.dissolved_alone.items():
        found[row.key] = found.get(row.key, 0) + int(by_land.get(land, 0))
    for key, area in sorted(found.items()):
        gates.show(f"dissolved_carbon_left_out_ha[{key}]", "", area / MM2_PER_HA)
