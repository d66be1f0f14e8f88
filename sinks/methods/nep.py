"""Net ecosystem production: production less respiration, or a share of production.

NEP = NPP - Rh where heterotrophic respiration is mapped, else alpha x NPP with alpha a regional
coefficient that no table gives by default: net primary production alone is never a sink. The
mean of the years of the period stands for each of its years. Land without a value is not filled;
its area stands in quality.csv.

Source: GB/T 46869-2025, Annex A.7, net ecosystem production form (METHOD A13).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sinks.errors import EstimateError

from .asking import Land
from .land import classes_of
from .whole import WHOLE, whole_land

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sinks.coefficient_rows import Coefficient
    from sinks.stocks import Side

    from .protocol import ChangeTerms, Context
    from .whole import Whole

NPP, RESPIRATION = "npp", "rh"
"""Roles of the rasters; a year stands behind each."""


class NetEcosystemProduction:
    """The NEP method."""

    id = "nep"
    name_zh = "净生态系统生产力法"
    pools: frozenset[str] = frozenset({WHOLE})

    def change_terms(self, side0: Side, side1: Side, context: Context) -> ChangeTerms:
        """Return the net production of the land that has a value, over the period."""
        land = whole_land(self.id, side0, side1, context)
        years = years_of(side1, NPP, land.use.years)
        respired = any(role.startswith(RESPIRATION) for role in side1.amounts)
        if not years or (respired and years != years_of(side1, RESPIRATION, land.use.years)):
            raise EstimateError(
                f"{side0.year}-{side1.year} needs a raster of production in one of its years, and "
                f"of respiration in the same years where there is any"
            )
        valid = _valid(side1, years, respired=respired)
        rows = (land.use.stays | land.use.gains) & (valid > 0)
        land.gathered.cover(WHOLE, rows | land.use.arrives)
        for year in years:
            weight = valid * (land.use.years / len(years))
            self._add(land, context, rows, year, weight, respired=respired)
        self._remark(land, context, valid)
        land.asking.refuse()
        return land.gathered.terms()

    def _add(
        self,
        land: Whole,
        context: Context,
        rows: NDArray[np.bool_],
        year: int,
        weight: NDArray[np.float64],
        *,
        respired: bool,
    ) -> None:
        """Add the mean production of one year, standing for ``weight`` hectare-years."""
        side1 = land.side1
        for code, stratum, key, at in classes_of(side1, rows):
            ecosystem = context.ecosystems[code]
            area = key or (str(ecosystem), side1.year)
            signs: Mapping[str, float] = {NPP: 1.0, RESPIRATION: -1.0} if respired else {NPP: 1.0}
            ratio: tuple[Coefficient, ...] = ()
            if not respired:
                place = Land(ecosystem=ecosystem, stratum=stratum, code=code)
                found = land.asking.rows(place, ("nep_ratio", None))
                if found is None:
                    continue
                ratio = found
            for role, sign in signs.items():
                of_year = side1.amounts[f"{role}{year}"]
                amount = sign * weight[at] * of_year.total[at] / of_year.area_ha[at]
                land.gathered.product(
                    at, WHOLE, ratio, amount, area=area, errors=[production_factor(role, year)]
                )

    def _remark(self, land: Whole, context: Context, valid: NDArray[np.float64]) -> None:
        """Say how much land has no value."""
        side1, of_method = land.side1, land.use.of_method
        gap = np.where(of_method, np.maximum(side1.area_ha - valid, 0.0), 0.0)
        for code, _, _, at in classes_of(side1, of_method):
            check = f"area_without_npp_ha[{context.ecosystems[code]}]"
            for zone, hectares in zip(side1.zone_code[at], gap[at], strict=True):
                land.gathered.remark(
                    f"{check}[{land.side0.year}-{side1.year}]", str(zone), float(hectares)
                )


def years_of(side: Side, role: str, years: int) -> list[int]:
    """Return the years of the period that a raster of a role is given for, ascending."""
    period = range(side.year - years + 1, side.year + 1)
    return [year for year in period if f"{role}{year}" in side.amounts]


def production_factor(role: str, year: int) -> str:
    """Return the key of the error of a raster of production or respiration."""
    return f"{role}:{year}"


def _valid(side: Side, years: list[int], *, respired: bool) -> NDArray[np.float64]:
    """Return the area (ha) of each row that has a value in every year."""
    roles = (NPP, RESPIRATION) if respired else (NPP,)
    areas = [side.amounts[f"{role}{year}"].area_ha for role in roles for year in years]
    return np.min(np.stack(areas), axis=0) if areas else np.zeros(len(side.code))
