"""The factors that are drawn: coefficient rows, and the relative errors of the rasters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .coefficient_rows import IntervalBasis
from .coefficients import area_half_width, default_half_width, parameters
from .methods import production_factor
from .productivity import FLOW_SECTIONS, used_years
from .stocks import ROOTS_FACTOR, SOIL_FACTOR, biomass_factor
from .uncertainty import Factor, Shape

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
        factor = row_factor(row)
        if factor is not None:
            factors[row.key] = factor
    defaults: list[str] = []
    for section, keys in _raster_keys(prepared).items():
        product = prepared.products[section]
        if product.relative_error is None:
            defaults.append(f"{section} ({product.id})")
        factors |= {key: _raster_factor(key, section, product) for key in keys}
    factors |= {row.key: row.factor for row in prepared.statistics.rows}
    if any(part.assumes_roots for way in densities.ways.values() for part in way.parts):
        roots = default_half_width("root_shoot")
        factors[ROOTS_FACTOR] = _around_one(ROOTS_FACTOR, roots.value or 0.0)
        defaults.append(f"roots ({roots.where})")
    area = area_half_width("raster")
    accuracy = prepared.config.accuracy
    if accuracy is None or not accuracy.apply:
        defaults.append(f"area ({area.where})")
    return SourcesOfError(factors=factors, area=area, defaults=tuple(defaults))


def row_factor(row: Coefficient) -> Factor | None:
    """Return a coefficient row as a source of error; None where it has no value.

    Stated bounds are the ends of a range where ``range_type`` begins with ``uniform`` or
    ``triangular``, else a 95 % interval.
    """
    if row.value is None or row.low is None or row.high is None:
        return None
    named = row.range_type.partition(" ")[0].rstrip(",;:")
    stated = row.interval is IntervalBasis.STATED and named in set(Shape)
    return Factor(
        key=row.key,
        value=row.value,
        low=row.low,
        high=row.high,
        shape=Shape(named) if stated else Shape.INTERVAL,
        signed=parameters()[row.parameter].signed,
        source_group=row.source_group,
    )


def _raster_keys(prepared: Prepared) -> dict[str, list[str]]:
    """Return the keys of the errors of every raster of amounts, by its section."""
    keys = {
        "biomass": [biomass_factor(year) for year in prepared.config.inventory.years],
        "soil": [SOIL_FACTOR],
    } | {
        section: [production_factor(flow, year) for year in used_years(prepared.config)]
        for flow, section in FLOW_SECTIONS.items()
    }
    return {section: keys[section] for section in sorted(keys) if section in prepared.products}


def _around_one(key: str, half: float) -> Factor:
    """Return a relative error (95 % half-width) as a factor around 1."""
    return Factor(key=key, value=1.0, low=1.0 - half, high=1.0 + half)


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
