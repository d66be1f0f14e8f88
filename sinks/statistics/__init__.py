"""Statistics by zone: volumes, areas and losses from surveys, as activity data of the methods.

A statistic is a figure with its zone, year, stratum, interval and source. It is read once, with
every fault of its file, and each value is a source of error of its own.
"""

from __future__ import annotations

from .places import NOWHERE, Places, places_of
from .quantities import LOSSES, UNITS, Quantity
from .reading import read_statistics
from .table import NO_STATISTICS, Statistic, Statistics

__all__ = [
    "LOSSES",
    "NOWHERE",
    "NO_STATISTICS",
    "UNITS",
    "Places",
    "Quantity",
    "Statistic",
    "Statistics",
    "places_of",
    "read_statistics",
]
