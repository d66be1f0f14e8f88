"""The factors that are drawn: coefficient rows, and the relative errors of the rasters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .coefficients import area_half_width
from .stocks import SOIL_FACTOR, biomass_factor
from .uncertainty import Factor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rasters import Product

    from .coefficient_rows import Coefficient
    from .densities import Densities
    from .prepare import Prepared

RASTER_HALF_WIDTH = 0.75
"""Relative half-width of a raster without a stated error: nominal Tier 1 error of IPCC 2006
Vol 4, to be confirmed; flagged ``default`` and refused in an official run (CONTRACT)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesOfError:
    """Everything that the draws draw."""

    factors: Mapping[str, Factor]
    """By key."""
    area: Coefficient
    """The area error of mapped land cover."""
    defaults: tuple[str, ...]
    """Sources whose error is a default: not fit for an official run."""


def sources_of_error(densities: Densities, prepared: Prepared) -> SourcesOfError:
    """Collect the factors of every row that a way or a method may use, and of the rasters.

    Parameters
    ----------
    densities
        The ways to carbon, which name the coefficient rows.
    prepared
        Products and years of the rasters.

    Returns
    -------
    SourcesOfError
        A row without a value is no factor; a raster's errors at two dates correlate as its
        product states.

    """
    factors = {}
    for row in (*prepared.register.rows, *densities.rows()):
        if row.value is not None and row.low is not None and row.high is not None:
            factors[row.key] = Factor(key=row.key, value=row.value, low=row.low, high=row.high)
    defaults = []
    for section, product in sorted(prepared.products.items()):
        if section in ("biomass", "soil"):
            if product.relative_error is None:
                defaults.append(f"{section} ({product.id})")
            years = prepared.config.inventory.years if section == "biomass" else (None,)
            for year in years:
                key = SOIL_FACTOR if year is None else biomass_factor(year)
                factors[key] = _raster_factor(key, section, product)
    area = area_half_width("raster")
    return SourcesOfError(factors=factors, area=area, defaults=(*defaults, f"area ({area.where})"))


def _raster_factor(key: str, section: str, product: Product) -> Factor:
    """Return the relative error of a raster as a factor around 1."""
    half = product.relative_error if product.relative_error is not None else RASTER_HALF_WIDTH
    return Factor(
        key=key,
        value=1.0,
        low=1.0 - half,
        high=1.0 + half,
        group=section,
        correlation=product.date_correlation,
    )
