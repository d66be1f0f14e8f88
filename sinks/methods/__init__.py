"""Methods of estimating change: one module each, registered by one import line here.

A method turns activity rows into change terms and says which pools it covers. The
conformance test runs every method registered here through the protocol.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .gain_loss import GainLoss
from .land import LIVING
from .lucf import LandUseChangeForestry
from .nep import NetEcosystemProduction, production_factor
from .protocol import ChangeTerms, Context, Method, Remark
from .rate import Rate
from .stock_difference import StockDifference
from .transition import SoilTransition
from .volume import FORESTS, Volume, volume_stocks
from .whole import LOSSES_UNDECLARED

if TYPE_CHECKING:
    from collections.abc import Mapping

METHODS: Mapping[str, Method] = {
    method.id: method
    for method in (
        StockDifference(),
        GainLoss(),
        Volume(),
        Rate(),
        NetEcosystemProduction(),
        LandUseChangeForestry(),
    )
}
"""Every method, by the id that ``[methods]`` names."""

SOIL_METHODS: Mapping[str, Method] = {
    method.id: method for method in (StockDifference(), SoilTransition())
}
"""Every method of the soil pool, by the id that ``methods.soil`` names."""

DEPARTURES: Mapping[str, frozenset[str]] = {LandUseChangeForestry.id: LIVING}
"""Methods that speak of the land that leaves their ecosystem, and the pools that they speak of:
the method of the ecosystem it enters then leaves those to them."""

STATED_AREAS = frozenset({Volume.id, GainLoss.id, Rate.id})
"""Methods that take a stated area for the whole of an ecosystem."""

__all__ = [
    "DEPARTURES",
    "FORESTS",
    "LOSSES_UNDECLARED",
    "METHODS",
    "SOIL_METHODS",
    "STATED_AREAS",
    "ChangeTerms",
    "Context",
    "GainLoss",
    "LandUseChangeForestry",
    "Method",
    "NetEcosystemProduction",
    "Rate",
    "Remark",
    "SoilTransition",
    "StockDifference",
    "Volume",
    "production_factor",
    "volume_stocks",
]
