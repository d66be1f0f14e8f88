"""Methods of estimating change: one module each, registered by one import line here.

A method turns activity rows into change terms and says which pools it covers. The
conformance test runs every method registered here through the protocol.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .protocol import ChangeTerms, Context, Method
from .stock_difference import StockDifference

if TYPE_CHECKING:
    from collections.abc import Mapping

METHODS: Mapping[str, Method] = {method.id: method for method in (StockDifference(),)}
"""Every method, by the id that ``[methods]`` names."""

SOIL_METHODS: Mapping[str, Method] = {method.id: method for method in (StockDifference(),)}
"""Every method of the soil pool, by the id that ``methods.soil`` names."""

__all__ = ["METHODS", "SOIL_METHODS", "ChangeTerms", "Context", "Method", "StockDifference"]
