"""Soils and dead organic matter: what a land conversion does to them, and for how long.

Mineral soils change for twenty years after a conversion (IPCC 2006 Guidelines, Volume 4,
equation 2.25); organic soils emit by area and year (equation 2.26 and the 2013 Wetlands
Supplement). Everything here is resolved to coefficient rows before any term is made.
"""

from __future__ import annotations

from .cohorts import Spread, missing_years
from .constants import ch4_per_ch4_c, gwp100_ch4, transition_period
from .conversions import (
    Conversion,
    SoilPair,
    Soils,
    conversion_areas,
    organic_soils,
    resolve_soils,
)
from .dead_organic_matter import conversion_change, dead_organic_carbon, stock_change
from .organic import OrganicSoil, years_before_and_after
from .organic_carbon import SoilCarbon
from .profile import Layer, profile_carbon

__all__ = [
    "Conversion",
    "Layer",
    "OrganicSoil",
    "SoilCarbon",
    "SoilPair",
    "Soils",
    "Spread",
    "ch4_per_ch4_c",
    "conversion_areas",
    "conversion_change",
    "dead_organic_carbon",
    "gwp100_ch4",
    "missing_years",
    "organic_soils",
    "profile_carbon",
    "resolve_soils",
    "stock_change",
    "transition_period",
    "years_before_and_after",
]
