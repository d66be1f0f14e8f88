"""Zero- and low-carbon industrial parks beside the ecosystem inventory.

Functions that are called like their module (:func:`parks.balance.balance`,
:func:`parks.flows.flows`, :func:`parks.verdict.verdict`) are imported from there.
"""

from .activities import read_activities
from .additions import PARKS
from .assets import CarbonAsset, check_assets
from .certificates import certificate_line, read_claims
from .closing import Measure, measures
from .definitions import Reading, Target, target_of
from .emissions import Basis, ParkEmissions, emissions_of
from .energy import EnergySeries, Plant, PlantKind, Resolution
from .errors import ParksError
from .factors import load_factors
from .indicator_systems import load_system, system_ids
from .indicators import IndicatorResult, assess
from .intake import import_parks
from .layer import park_layer
from .location import locate
from .power import Ratio, readings
from .power_accounts import NetExport
from .registry import (
    Fact,
    FactStatus,
    Park,
    ParkKind,
    check_parks,
    load_parks,
    registry_ids,
    write_parks,
)
from .series_files import read_series
from .storage import LossesOn, Store
from .template import write_template
from .verdict import Verdict
from .workbook_sheet import park_sheet

__all__ = [
    "PARKS",
    "Basis",
    "CarbonAsset",
    "EnergySeries",
    "Fact",
    "FactStatus",
    "IndicatorResult",
    "LossesOn",
    "Measure",
    "NetExport",
    "Park",
    "ParkEmissions",
    "ParkKind",
    "ParksError",
    "Plant",
    "PlantKind",
    "Ratio",
    "Reading",
    "Resolution",
    "Store",
    "Target",
    "Verdict",
    "assess",
    "certificate_line",
    "check_assets",
    "check_parks",
    "emissions_of",
    "import_parks",
    "load_factors",
    "load_parks",
    "load_system",
    "locate",
    "measures",
    "park_layer",
    "park_sheet",
    "read_activities",
    "read_claims",
    "read_series",
    "readings",
    "registry_ids",
    "system_ids",
    "target_of",
    "write_parks",
    "write_template",
]
