"""Map accuracy: error-adjusted areas of land and of its change, with their intervals.

* :func:`read_points` and :func:`read_matrix` read an accuracy sample.
* :func:`assess` judges the maps of a run by it, and gives the adjusted activity table.
* :func:`sampling_plan` says how many sample units a new sample needs, and where.

Source: Olofsson et al. (2014), Remote Sensing of Environment 148, 42-57.
"""

from .adjusted import adjusted_history
from .assessment import Assessment, assess, mapped_strata
from .comparison import area_adjustment, mapped_totals
from .estimators import Estimate, estimate
from .matrix import read_matrix
from .places import located
from .plan import PlannedStratum, overall_error, sampling_plan
from .plan_file import plan_text, read_strata
from .points import read_points
from .sample import Sample
from .section import read_sample
from .strata import Strata, Stratum, parse_stratum

__all__ = [
    "Assessment",
    "Estimate",
    "PlannedStratum",
    "Sample",
    "Strata",
    "Stratum",
    "adjusted_history",
    "area_adjustment",
    "assess",
    "estimate",
    "located",
    "mapped_strata",
    "mapped_totals",
    "overall_error",
    "parse_stratum",
    "plan_text",
    "read_matrix",
    "read_points",
    "read_sample",
    "read_strata",
    "sampling_plan",
]
