"""What a statistic may count, and in which units.

Source: 1 mu = 1/15 ha (METHOD A17); quantities of IPCC 2006 Guidelines, Volume 4, Chapter 2,
equations 2.8 and 2.12-2.14.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from sinks.units import HA_PER_WAN_MU, TONNES_PER_WAN_T

if TYPE_CHECKING:
    from collections.abc import Mapping


class Quantity(StrEnum):
    """What is counted; the id ends with the unit that it is kept in."""

    AREA = "area_ha"
    """Area of the ecosystem or stratum at the end of the year."""
    VOLUME = "volume_m3"
    """Growing stock of the stratum at the end of the year."""
    HARVEST = "harvest_m3"
    """Round wood taken in the year."""
    FUELWOOD = "fuelwood_m3"
    """Fuel wood taken in the year as whole trees."""
    FUELWOOD_PARTS = "fuelwood_parts_m3"
    """Fuel wood taken in the year as parts of living trees: no root dies with it."""
    DISTURBED = "disturbed_ha"
    """Area that fire, pests or wind disturbed in the year."""


LOSSES = (Quantity.HARVEST, Quantity.FUELWOOD, Quantity.DISTURBED)
"""Losses that must be stated, zero included."""

_WAN, _YI = TONNES_PER_WAN_T, 10**8
_VOLUMES = {
    "m3": 1.0, "立方米": 1.0,
    "10^4 m3": _WAN, "万m3": _WAN, "万立方米": _WAN,
    "10^8 m3": _YI, "亿m3": _YI, "亿立方米": _YI,
}  # fmt: skip
_AREAS = {
    "ha": 1.0, "hm2": 1.0, "公顷": 1.0,
    "10^4 ha": _WAN, "万公顷": _WAN, "万hm2": _WAN,
    "mu": HA_PER_WAN_MU / _WAN, "亩": HA_PER_WAN_MU / _WAN,
    "10^4 mu": HA_PER_WAN_MU, "万亩": HA_PER_WAN_MU,
    "km2": 100.0, "平方公里": 100.0,
}  # fmt: skip

UNITS: Mapping[Quantity, Mapping[str, float]] = MappingProxyType(
    {
        quantity: MappingProxyType(_VOLUMES if quantity.endswith("_m3") else _AREAS)
        for quantity in Quantity
    }
)
"""For each quantity, its units and what one of them is in m3 or ha."""
