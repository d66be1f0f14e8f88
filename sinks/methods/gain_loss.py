"""Gain and loss: growth less harvest, fuel wood and disturbance, instead of two stocks.

Two independent maps cannot show a sink that is a small share of the stock; growth can. Land that
stays grows every year; converted land loses what stood there, starts from what stands after the
conversion, and grows from its own year on. Dead wood and litter of converted land move to the
stock of their new land over 20 years, and stay as they are elsewhere.

Source: IPCC 2006 Guidelines, Volume 4, Chapter 2, equations 2.7, 2.9-2.16 and 2.23 (METHOD A4-A6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sinks.categories import Pool
from sinks.stocks import estimated_rows, stock_terms

from .asking import Asking, Land
from .gathering import Gathered
from .land import (
    ABOVE_SOIL,
    LIVING,
    by_statistics,
    classes_of,
    cohort_years,
    land_use,
    lost_stands,
    mean_biomass,
    stated_areas,
)
from .losses import Labels, add_losses, undeclared

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from sinks.coefficient_rows import Coefficient
    from sinks.stocks import Side

    from .land import LandUse
    from .protocol import ChangeTerms, Context

_DEAD = (Pool.DEAD_WOOD, Pool.LITTER)
TRANSITION_YEARS = 20
"""Years over which dead wood and litter of converted land reach their new stock: IPCC 2006
Guidelines, Volume 4, Chapter 2, section 2.3.2.2, Tier 1."""


class GainLoss:
    """The gain-loss method."""

    id = "gain_loss"
    name_zh = "增减法"
    pools: frozenset[str] = ABOVE_SOIL

    def change_terms(self, side0: Side, side1: Side, context: Context) -> ChangeTerms:
        """Return growth, conversions and losses; a view, whose losses nobody states, has none."""
        use = land_use(side0, side1, context)
        gathered, asking = Gathered(context.atoms, len(side0.code)), Asking(self.id, context)
        if context.is_view:
            return gathered.terms()
        self._grow(gathered, asking, use, side1)
        self._grow_stated(gathered, asking, use, side1)
        self._convert(gathered, asking, use, side0, side1)
        self._dead(gathered, use, side0, side1, context)
        add_losses(gathered, asking, use, side1, Labels(str(Pool.AGB), str(Pool.BGB)))
        undeclared(asking, use, side1)
        asking.refuse()
        return gathered.terms()

    def _grow(self, gathered: Gathered, asking: Asking, use: LandUse, side1: Side) -> None:
        """Add the growth of the land on the map, each class by its own rows."""
        context = asking.context
        for rows, years in (
            (use.stays, float(use.years)),
            (use.gains, cohort_years(use.years)),
        ):
            for code, stratum, key, at in classes_of(side1, rows):
                ecosystem = context.ecosystems[code]
                kept = at[~by_statistics(side1, context, ecosystem)[at]]
                if not len(kept):
                    continue
                land = Land(ecosystem=ecosystem, stratum=stratum, code=code)
                for pool, of in _growth(asking, land, biomass=mean_biomass(side1, kept)):
                    gathered.product(
                        kept, pool, of, side1.area_ha[kept] * years,
                        area=key or (str(ecosystem), side1.year),
                    )  # fmt: skip

    def _grow_stated(self, gathered: Gathered, asking: Asking, use: LandUse, side1: Side) -> None:
        """Add the growth of the areas that statistics state; the error of the map is not theirs."""
        places = asking.context.activity.places
        for ecosystem in sorted(use.ecosystems):
            stated = stated_areas(asking, ecosystem, side1.year - use.years, side1.year)
            for zone, stratum, areas in stated:
                land = Land(ecosystem=ecosystem, stratum=stratum, zone_code=zone)
                for pool, of in _growth(asking, land, biomass=None):
                    for amount, error in areas:
                        gathered.zone(
                            places.reported[zone], ecosystem, pool, of, amount, errors=[error]
                        )

    def _convert(
        self, gathered: Gathered, asking: Asking, use: LandUse, side0: Side, side1: Side
    ) -> None:
        """Add what converted land loses and what stands on it right after."""
        context = asking.context
        gathered.ready(lost_stands(side0, use.arrives, context, LIVING))
        gone = lost_stands(side0, use.leaves, context, ABOVE_SOIL)
        gathered.ready(gone.assign(one_sided=True))
        for pool in (Pool.AGB, Pool.BGB):
            gathered.cover(str(pool), use.of_method)
        for pool in Pool:
            if str(pool) in ABOVE_SOIL:
                known = estimated_rows(side0, densities=context.densities, pool=pool)
                gathered.cover(str(pool), use.leaves & known)
        for code, stratum, key, at in classes_of(side1, use.gains):
            ecosystem = context.ecosystems[code]
            land = Land(ecosystem=ecosystem, stratum=stratum, code=code)
            for pool in (Pool.AGB, Pool.BGB):
                after = asking.maybe("density_after", land, pool=pool)
                if after is not None:
                    area = key or (str(ecosystem), side1.year)
                    gathered.product(at, str(pool), [after], side1.area_ha[at], area=area)
                elif pool is Pool.AGB:
                    check = f"bare_after_conversion_ha[{ecosystem}][{side0.year}-{side1.year}]"
                    for zone, hectares in zip(side1.zone_code[at], side1.area_ha[at], strict=True):
                        gathered.remark(check, str(zone), float(hectares))

    def _dead(
        self, gathered: Gathered, use: LandUse, side0: Side, side1: Side, context: Context
    ) -> None:
        """Add the dead wood and litter of converted land, over 20 years (Eq 2.23)."""
        share = cohort_years(use.years, at_most=TRANSITION_YEARS) / TRANSITION_YEARS
        for pool in _DEAD:
            has0, has1 = (
                estimated_rows(side, densities=context.densities, pool=pool)
                for side in (side0, side1)
            )
            moves = use.arrives & has0 & has1
            gathered.cover(str(pool), (use.stays & has1) | moves | (use.of_method & has0 & ~has1))
            for side, sign in ((side0, -1.0), (side1, 1.0)):
                gathered.ready(_of_pool(side, moves, context, pool, sign * share))
            lost = lost_stands(side0, use.of_method & has0 & ~has1, context, {str(pool)})
            gathered.ready(lost.assign(one_sided=True))


def _of_pool(
    side: Side, rows: NDArray[np.bool_], context: Context, pool: Pool, times: float
) -> pd.DataFrame:
    """Return the stock terms of one pool of some rows, times a number."""
    terms = stock_terms(
        side.only(rows), densities=context.densities, ecosystems=context.ecosystems,
        atoms=context.atoms, stated=context.stated,
    )  # fmt: skip
    kept = terms[terms["pool"].eq(str(pool))]
    return kept.assign(amount=kept["amount"] * times, one_sided=False)


def _growth(
    asking: Asking, land: Land, *, biomass: float | None
) -> list[tuple[str, tuple[Coefficient, ...]]]:
    """Return the rows whose product is the growth above and below ground, t C/ha/yr."""
    base: tuple[Coefficient, ...] | None
    if asking.maybe("growth", land, pool=Pool.AGB) is None and asking.maybe("net_increment", land):
        base = asking.rows(land, ("net_increment", None), ("bcef_i", None))
    else:
        base = asking.rows(land, ("growth", Pool.AGB))
    above = asking.rows(land, ("carbon_fraction", Pool.AGB))
    roots = asking.rows(land, ("root_shoot", Pool.BGB), at=biomass)
    below = asking.rows(land, ("carbon_fraction", Pool.BGB))
    if base is None or above is None or roots is None or below is None:
        return []
    return [(str(Pool.AGB), (*base, *above)), (str(Pool.BGB), (*base, *roots, *below))]
