"""From a prepared run to its activity table: which layers are counted, in which pairs."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from rasters import activity_table, count, covering_grid
from rasters.align import alignment_findings, class_layer, quantity_layer
from rasters.findings import finding

from .stocks import UNCLASSIFIED
from .units import MM2_PER_HA, T_HA_PER_KG_M2

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd
    from rasters import Grid, RasterSource
    from rasters.findings import Finding

    from .prepare import Prepared

_UNIT_FACTORS = {"kg C/m2": Fraction(int(T_HA_PER_KG_M2))}
