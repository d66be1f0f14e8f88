"""Targets of the policy texts, and how far a zone is with them where a figure compares.

Every target is quoted with its document and whether that is issued or a draft. What an inventory
cannot say of a target is called not comparable, with the reason.

Source: METHOD D5, D6.
"""

from .catalogue import (
    Comparator,
    Document,
    Indicator,
    IndicatorKind,
    Target,
    convert,
    documents,
    indicators,
    load_targets,
    target_regions,
)
from .ceiling import Ceiling, ceilings, volume_sink
from .checks import ceiling_findings, plan_findings
from .display import targets_display
from .figures import Figure, Trend, sink_trend
from .progress import Outcome, Progress, progress
from .sheet import targets_sheet
from .statistics import read_statistics
from .tables import TARGETS_SCHEMA, targets_table

__all__ = [
    "TARGETS_SCHEMA",
    "Ceiling",
    "Comparator",
    "Document",
    "Figure",
    "Indicator",
    "IndicatorKind",
    "Outcome",
    "Progress",
    "Target",
    "Trend",
    "ceiling_findings",
    "ceilings",
    "convert",
    "documents",
    "indicators",
    "load_targets",
    "plan_findings",
    "progress",
    "read_statistics",
    "sink_trend",
    "target_regions",
    "targets_display",
    "targets_sheet",
    "targets_table",
    "volume_sink",
]
