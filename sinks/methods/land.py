"""What a period does to land: it stays, arrives, or leaves; and what stood there before.

A conversion seen between two maps is spread evenly over the years between them, each year's
land counting from its own year on. What stood on converted land is lost in the year of
conversion, whatever method speaks for the land that follows.

Source: IPCC 2006 Guidelines, Volume 4, Chapter 2, equations 2.15 and 2.16.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sinks.categories import Ecosystem, Pool
from sinks.statistics import Quantity
from sinks.stocks import estimated_rows, row_groups, stock_terms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from sinks.stocks import Side

    from .asking import Asking
    from .protocol import Context

LIVING = frozenset({str(Pool.AGB), str(Pool.BGB)})
"""Pools of living biomass."""
ABOVE_SOIL = frozenset(map(str, Pool)) - {str(Pool.SOIL)}
"""Every pool but the soil."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LandUse:
    """Activity rows by what a method has to do with them; arrays of shape (rows,)."""

    years: int
    """Length of the period."""
    stays: NDArray[np.bool_]
    """Rows that are one ecosystem of the method at both dates."""
    arrives: NDArray[np.bool_]
    """Rows converted to an ecosystem of the method from one whose stock is estimated."""
    arrives_unknown: NDArray[np.bool_]
    """Rows converted to it from land that is not estimated: their gain is not counted."""
    from_stated: NDArray[np.bool_]
    """Rows that arrive from land whose stock statistics state: statistics do not tell its loss
    row by row, so the gain of the new land is not counted."""
    leaves: NDArray[np.bool_]
    """Rows converted from it to land that it does not speak for: only their loss is known."""
    ecosystems: frozenset[Ecosystem]
    """The ecosystems of the method."""

    @property
    def of_method(self) -> NDArray[np.bool_]:
        """Rows whose later ecosystem is one of the method's."""
        return self.stays | self.arrives | self.arrives_unknown

    @property
    def gains(self) -> NDArray[np.bool_]:
        """Rows converted to it whose gain is counted."""
        return self.arrives & ~self.from_stated

    def of_only(self, ecosystems: frozenset[Ecosystem]) -> LandUse:
        """Return the same rows for some of the ecosystems."""
        return replace(self, ecosystems=ecosystems)


def land_use(side0: Side, side1: Side, context: Context) -> LandUse:
    """Return the rows that both dates classify by what a method has to do with them."""
    common = side0.classified & side1.classified
    before, after = (
        np.array([context.ecosystems.get(code) for code in side.code], dtype=object)
        for side in (side0, side1)
    )
    mine = context.mine if context.mine is not None else _estimated(context)
    of_later = common & np.isin(after, sorted(mine))
    stated = np.isin(before, sorted(context.stated))
    known = estimated_rows(side0, densities=context.densities, pool=Pool.AGB) | stated
    same = before == after
    return LandUse(
        years=side1.year - side0.year,
        stays=of_later & same,
        arrives=of_later & ~same & known,
        arrives_unknown=of_later & ~same & ~known,
        from_stated=of_later & ~same & stated,
        leaves=common & ~of_later & np.isin(before, sorted(mine)),
        ecosystems=frozenset(mine),
    )


def cohort_years(years: int, *, at_most: int | None = None) -> float:
    """Return the years that land converted evenly over a period has counted by its end, on average.

    The land of the first year has counted every year of the period, that of the last one year.

    Parameters
    ----------
    years
        Length of the period.
    at_most
        Years after which land counts no further.

    Examples
    --------
    >>> cohort_years(1), cohort_years(3), cohort_years(30, at_most=20)
    (1.0, 2.0, 13.666666666666666)

    """
    cap = years if at_most is None else at_most
    return sum(min(age, cap) for age in range(1, years + 1)) / years


def classes_of(
    side: Side, rows: NDArray[np.bool_]
) -> Iterator[tuple[str, str, tuple[str, int] | None, NDArray[np.int64]]]:
    """Yield code, stratum, area key and row numbers of some rows, one class after the other."""
    for (code, stratum, key), at in row_groups(side.only(rows)):
        yield code, stratum, key, at


def lost_stands(
    side0: Side, rows: NDArray[np.bool_], context: Context, pools: Collection[str]
) -> pd.DataFrame:
    """Return the carbon that stood on some rows at the earlier date, as a loss.

    Parameters
    ----------
    side0
        The rows as the earlier date sees them.
    rows
        The rows that are converted.
    context
        A pool whose stock comes from statistics is not lost here: the statistics show it.
    pools
        The pools that are lost.

    Returns
    -------
    DataFrame
        ``row, pool, atom, amount`` (below zero), ``one_sided`` False.

    """
    terms = stock_terms(
        side0.only(rows),
        densities=context.densities,
        ecosystems=context.ecosystems,
        atoms=context.atoms,
        stated=context.stated,
    )
    kept = terms[terms["pool"].isin(list(pools))]
    return kept.assign(amount=-kept["amount"], one_sided=False)


def by_statistics(
    side: Side, context: Context, ecosystem: Ecosystem, quantity: Quantity = Quantity.AREA
) -> NDArray[np.bool_]:
    """Return the rows of zones for which a quantity of an ecosystem is stated."""
    return np.isin(side.zone_code, sorted(context.activity.counted(quantity, ecosystem)))


def mean_biomass(side: Side, at: NDArray[np.int64]) -> float | None:
    """Return the mean above-ground biomass of some rows (t d.m./ha), None without pixels."""
    area = float(side.biomass_area_ha[at].sum())
    return float(side.biomass_t[at].sum()) / area if area > 0 else None


def stated_areas(
    asking: Asking, ecosystem: Ecosystem, year0: int, year1: int
) -> Iterator[tuple[str, str, list[tuple[float, str]]]]:
    """Yield zone, stratum and (hectare-years, key of the error) of every stated area.

    The area of a period is taken to change evenly between its dates. Where one date is not
    stated, that is noted as missing.
    """
    activity, years = asking.context.activity, year1 - year0
    for zone, stratum in activity.strata(Quantity.AREA, ecosystem):
        dated = [
            activity.one(Quantity.AREA, ecosystem, year, zone=zone, stratum=stratum)
            for year in (year0, year1)
        ]
        missing = [year for year, row in zip((year0, year1), dated, strict=True) if row is None]
        if missing:
            asking.fault(
                "statistics-missing", value=zone, where="[activity]", ecosystem=ecosystem,
                stratum=stratum or "-", quantity=Quantity.AREA, years=", ".join(map(str, missing)),
            )  # fmt: skip
            continue
        rows = [row for row in dated if row is not None]
        yield zone, stratum, [(row.value * years / 2, row.key) for row in rows]


def _estimated(context: Context) -> frozenset[Ecosystem]:
    """Return the ecosystems that have a density of living biomass."""
    return frozenset(
        context.ecosystems[code]
        for (code, _, pool), way in context.densities.ways.items()
        if pool is Pool.AGB and way.parts
    )
