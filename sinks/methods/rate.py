"""Sequestration rate: area times a mean rate, the form of the gross ecosystem product.

Q = 44/12 x (rate of forest x (1 + beta) x area + rate of grassland x area + rate of wetland x
area). The rate of a forest is that of its vegetation and beta the ratio of soil to vegetation;
other rates speak of the whole ecosystem. Rates are long-term means: they see no fire, no felling
and no difference between two dates, and are never added to an inventory by stocks.

Source: GB/T 46869-2025, Annex A.7, rate form (METHOD A13).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sinks.categories import Ecosystem

from .asking import Land
from .land import by_statistics, classes_of, cohort_years, stated_areas
from .whole import WHOLE, whole_land

if TYPE_CHECKING:
    from sinks.coefficient_rows import Coefficient
    from sinks.stocks import Side

    from .asking import Asking
    from .protocol import ChangeTerms, Context
    from .whole import Whole

_BETA = "beta_soil_to_vegetation"


class Rate:
    """The rate method."""

    id = "rate"
    name_zh = "固碳速率法"
    pools: frozenset[str] = frozenset({WHOLE})

    def change_terms(self, side0: Side, side1: Side, context: Context) -> ChangeTerms:
        """Return rate x area x years, less what conversions and stated losses take."""
        land = whole_land(self.id, side0, side1, context)
        land.gathered.cover(WHOLE, land.use.of_method)
        self._mapped(land, context)
        self._stated(land, context)
        land.asking.refuse()
        return land.gathered.terms()

    def _mapped(self, land: Whole, context: Context) -> None:
        """Add the rates of the land on the map."""
        use, side1 = land.use, land.side1
        for rows, years in (
            (use.stays, float(use.years)),
            (use.gains, cohort_years(use.years)),
        ):
            for code, stratum, key, at in classes_of(side1, rows):
                ecosystem = context.ecosystems[code]
                kept = at[~by_statistics(side1, context, ecosystem)[at]]
                if not len(kept):
                    continue
                place = Land(ecosystem=ecosystem, stratum=stratum, code=code)
                for of in _rates(land.asking, place):
                    land.gathered.product(
                        kept, WHOLE, of, side1.area_ha[kept] * years,
                        area=key or (str(ecosystem), side1.year),
                    )  # fmt: skip

    def _stated(self, land: Whole, context: Context) -> None:
        """Add the rates of the areas that statistics state."""
        if context.is_view:
            return
        places, side0, side1 = context.activity.places, land.side0, land.side1
        for ecosystem in sorted(land.use.ecosystems):
            for zone, stratum, areas in stated_areas(
                land.asking, ecosystem, side0.year, side1.year
            ):
                place = Land(ecosystem=ecosystem, stratum=stratum, zone_code=zone)
                for of in _rates(land.asking, place):
                    for amount, error in areas:
                        land.gathered.zone(
                            places.reported[zone], ecosystem, WHOLE, of, amount, errors=[error]
                        )


def _rates(asking: Asking, land: Land) -> list[tuple[Coefficient, ...]]:
    """Return the products of rows whose sum is the rate, t C/ha/yr."""
    rate = asking.rows(land, ("rate", None)) or ()
    if land.ecosystem is not Ecosystem.FOREST:
        return [rate] if rate else []
    beta = asking.rows(land, (_BETA, None)) or ()
    return [rate, (*rate, *beta)] if rate and beta else []
