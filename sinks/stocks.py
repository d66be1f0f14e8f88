"""Carbon of activity rows as terms: an amount (ha, t d.m., t C) on a numbered atom.

A term keeps the figure apart from its errors: its value is amount x central value of the
atom, its draws are amount x draws of the atom. Stocks, changes and totals are sums of the
same terms with signs, so their intervals know what they share.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .allometry import below_ground_smooth
from .categories import Completeness, Ecosystem, Pool
from .densities import Basis
from .units import MM2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from .densities import Densities, Part
    from .uncertainty import Atoms

UNCLASSIFIED = ("nodata", "outside")
"""Codes of the activity table for pixels without a class: inside and beyond the raster."""


AREA_KEY = "area_key"
"""Optional column of the activity table: the (name, year) whose area error a row shares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A raster of amounts, summed over each activity row; arrays of shape (rows,)."""

    total: NDArray[np.float64]
    """Amount x area, in the unit of its scale."""
    area_ha: NDArray[np.float64]
    """Area with a value, ha."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The activity rows as one date sees them; arrays of shape (rows,) unless said."""

    year: int
    """The date."""
    code: NDArray[np.object_]
    """Class code, or one of ``UNCLASSIFIED``."""
    stratum: NDArray[np.object_]
    """Stratum."""
    area_ha: NDArray[np.float64]
    """Area, ha."""
    biomass_t: NDArray[np.float64]
    """Above-ground biomass per biomass class, t d.m.; shape (rows, bins), 0 bins without."""
    biomass_area_ha: NDArray[np.float64]
    """Area with a biomass value, ha."""
    biomass_bins_ha: NDArray[np.float64]
    """The same area per biomass class, ha; shape (rows, bins)."""
    soil_t: NDArray[np.float64]
    """Soil carbon of the map, t C."""
    soil_area_ha: NDArray[np.float64]
    """Area with a soil value, ha."""
    amounts: Mapping[str, Amount] = field(default_factory=dict)
    """Further rasters of amounts by role, such as ``npp2021``."""
    area_key: NDArray[np.object_] | None = None
    """Which area error each row shares; None for one per ecosystem and year."""
    zone_code: NDArray[np.object_] = field(default_factory=lambda: np.zeros(0, dtype=object))
    """Counted zone of each row."""

    @property
    def classified(self) -> NDArray[np.bool_]:
        """Rows that have a class at this date."""
        return ~np.isin(self.code, UNCLASSIFIED)

    def only(self, rows: NDArray[np.bool_]) -> Side:
        """Return the side with all other rows taken for land without a class."""
        return replace(self, code=np.where(rows, self.code, UNCLASSIFIED[0]))


def side_of(rows: pd.DataFrame, which: int, *, scales: Mapping[str, float]) -> Side:
    """Return the rows of one pair of years as its earlier (0) or later (1) date sees them.

    Parameters
    ----------
    rows
        Activity rows of one pair (or of one single year, with ``which`` 0).
    which
        0 for ``year0``, 1 for ``year1``.
    scales
        For each quantity role (agb0, agb1, soil), what one unit of its exact sum is worth in
        t d.m. or t C.

    """
    role = f"agb{which}"
    bins = sorted(
        (c for c in rows.columns if c.startswith(f"{role}_b") and c.endswith("_sum")),
        key=lambda c: int(c.removeprefix(f"{role}_b").removesuffix("_sum")),
    )
    zero = np.zeros(len(rows))
    biomass = [_floats(rows[c], scales[role]) for c in bins]
    valid = [_floats(rows[c.replace("_sum", "_area_mm2")], 1 / MM2_PER_HA) for c in bins]
    has_soil = "soil_b0_sum" in rows.columns
    return Side(
        year=int(rows[f"year{which}"].iloc[0]),
        code=rows[f"code{which}"].to_numpy(dtype=object),
        stratum=rows["stratum"].to_numpy(dtype=object),
        area_ha=_floats(rows["area_mm2"], 1 / MM2_PER_HA),
        biomass_t=np.stack(biomass, axis=1) if biomass else np.zeros((len(rows), 0)),
        biomass_area_ha=np.sum(valid, axis=0) if valid else zero,
        biomass_bins_ha=np.stack(valid, axis=1) if valid else np.zeros((len(rows), 0)),
        soil_t=_floats(rows["soil_b0_sum"], scales["soil"]) if has_soil else zero,
        soil_area_ha=(_floats(rows["soil_b0_area_mm2"], 1 / MM2_PER_HA) if has_soil else zero),
        amounts={
            name: Amount(
                total=_floats(rows[f"{name}_b0_sum"], scales[name]),
                area_ha=_floats(rows[f"{name}_b0_area_mm2"], 1 / MM2_PER_HA),
            )
            for name in sorted(set(scales) - {"agb0", "agb1", "soil"})
            if f"{name}_b0_sum" in rows.columns
        },
        area_key=rows[AREA_KEY].to_numpy(dtype=object) if AREA_KEY in rows.columns else None,
        zone_code=rows["zone_code"].to_numpy(dtype=object),
    )


def stock_terms(
    side: Side,
    *,
    densities: Densities,
    ecosystems: Mapping[str, Ecosystem],
    atoms: Atoms,
    stated: Mapping[Ecosystem, frozenset[str]] | None = None,
) -> pd.DataFrame:
    """Return the terms whose sum is the carbon of each classified row.

    Parameters
    ----------
    side
        The rows.
    densities
        The way to the carbon of every class, stratum and pool of the rows.
    ecosystems
        Ecosystem of each class code; its area error is shared by all its rows of a date.
    atoms
        Where the products of factors are numbered.
    stated
        Pools of ecosystems that are left out, because statistics give their whole stock.

    Returns
    -------
    DataFrame
        ``row`` (position), ``pool``, ``atom``, ``amount``; one row per term, in order of
        class, stratum, pool and row. Pools that are not estimated have no term.

    Raises
    ------
    EstimateError
        If a coefficient row or raster has no factor among those of ``atoms``.

    """
    pieces: list[pd.DataFrame] = []
    for (code, stratum, area_key), at in row_groups(side):
        area = area_key or (str(ecosystems[code]), side.year)
        elsewhere = (stated or {}).get(ecosystems[code], frozenset())
        for pool in (p for p in Pool if str(p) not in elsewhere):
            for part in densities.ways[code, stratum, pool].parts:
                amount = _amount(side, part, at)
                occurs = amount != 0
                if occurs.any():
                    number = atoms.number(_factors(part, side.year), area)
                    pieces.append(
                        pd.DataFrame(
                            {
                                "row": at[occurs],
                                "pool": str(pool),
                                "atom": number,
                                "amount": amount[occurs],
                            }
                        )
                    )
    if not pieces:
        return pd.DataFrame(
            {
                "row": np.zeros(0, np.int64),
                "pool": pd.Series([], dtype=object),
                "atom": np.zeros(0, np.int64),
                "amount": np.zeros(0),
            }
        )
    return pd.concat(pieces, ignore_index=True)


def estimated_rows(side: Side, *, densities: Densities, pool: Pool) -> NDArray[np.bool_]:
    """Return which classified rows have a figure for ``pool``; shape (rows,).

    Parameters
    ----------
    side
        The rows.
    densities
        A way without parts has no figure; one with a stated zero has.
    pool
        The pool.

    """
    flags = np.zeros(len(side.code), dtype=bool)
    for (code, stratum, _), at in row_groups(side):
        flags[at] = bool(densities.ways[code, stratum, pool].parts)
    return flags


def stated_rows(
    side: Side,
    *,
    ecosystems: Mapping[str, Ecosystem],
    stated: Mapping[Ecosystem, frozenset[str]],
    pool: Pool,
) -> NDArray[np.bool_]:
    """Return which classified rows have ``pool`` counted by statistics; shape (rows,)."""
    codes = [code for code, of in ecosystems.items() if str(pool) in stated.get(of, ())]
    return side.classified & np.isin(side.code, codes)


def elsewhere_rows(side: Side, *, densities: Densities, pool: Pool) -> NDArray[np.bool_]:
    """Return which classified rows count ``pool`` in another pool (IE); shape (rows,)."""
    flags = np.zeros(len(side.code), dtype=bool)
    for (code, stratum, _), at in row_groups(side):
        flags[at] = densities.ways[code, stratum, pool].completeness is Completeness.IE
    return flags


def biomass_factor(year: int) -> str:
    """Return the key of the error of the biomass raster of a year."""
    return f"biomass:{year}"


SOIL_FACTOR = "soil"
"""Key of the error of the soil map."""
ROOTS_FACTOR = "roots"
"""Key of the error of the smooth root form where no coefficient row states it."""


def row_groups(
    side: Side,
) -> list[tuple[tuple[str, str, tuple[str, int] | None], NDArray[np.int64]]]:
    """Return the classified rows by class, stratum and area error, sorted.

    Returns
    -------
    list
        ``((code, stratum, area key), rows)``; the area key is None where the side has none.

    """
    found: dict[tuple[str, str, tuple[str, int] | None], list[int]] = {}
    keys = side.area_key
    for row in np.flatnonzero(side.classified).tolist():
        key = None if keys is None else keys[row]
        found.setdefault((str(side.code[row]), str(side.stratum[row]), key), []).append(row)
    return [(key, np.array(found[key], dtype=np.int64)) for key in sorted(found)]


def _amount(side: Side, part: Part, at: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the amount of a part for the rows ``at``."""
    if part.basis is Basis.AREA:
        return side.area_ha[at]
    if part.basis is Basis.UNMAPPED:
        return np.maximum(side.area_ha[at] - side.biomass_area_ha[at], 0.0)
    if part.basis is Basis.SOIL:
        return side.soil_t[at]
    if part.basis is Basis.ROOTS and part.bin is not None:
        return _roots(side.biomass_t[at, part.bin], side.biomass_bins_ha[at, part.bin])
    if part.bin is None:
        return np.asarray(side.biomass_t[at].sum(axis=1))
    return np.asarray(side.biomass_t[at, part.bin])


def _roots(biomass_t: NDArray[np.float64], area_ha: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the roots of the stands of one narrow class by their mean biomass, t d.m."""
    mean = np.divide(biomass_t, area_ha, out=np.zeros_like(biomass_t), where=area_ha > 0)
    return below_ground_smooth(mean) * area_ha


def _factors(part: Part, year: int) -> tuple[str, ...]:
    """Return the factor keys of a part: its rows and the raster it reads."""
    rows = tuple(row.key for row in part.rows)
    if part.basis in (Basis.BIOMASS, Basis.ROOTS):
        smooth = (ROOTS_FACTOR,) if part.assumes_roots else ()
        return (*rows, *smooth, biomass_factor(year))
    if part.basis is Basis.SOIL:
        return (*rows, SOIL_FACTOR)
    return rows


def _floats(column: pd.Series, scale: float) -> NDArray[np.float64]:
    """Return exact integers times a scale as float64."""
    return np.array([int(v) for v in column], dtype=np.float64) * scale
