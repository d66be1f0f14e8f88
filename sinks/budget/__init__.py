"""Carbon budgets (碳排放预算): increments against reductions, by league and for the region.

A budget is a workbook that is filled in; the increase of the sink is read from an inventory that
verifies. Amounts are t CO2 a year as decimals, so that leagues add up to the region exactly.

Source: 内政办发〔2023〕94号, 四（四）; METHOD D2, D3, D5.
"""

from .balance import Amount, Lack, Line, TotalVerdict, balance_lines, judge_total
from .display import budget_display, need_display
from .forms import write_budget_template
from .intake import read_budget
from .intensity import Intensity, RigidVerdict, intensities
from .needs import Draw, Need, Source, need_of, surpluses
from .plan import (
    Basis,
    Budget,
    Economy,
    Increment,
    IncrementState,
    Reduction,
    ReductionClass,
    ReductionState,
    Terms,
)
from .result import BudgetResult, draw_up, region_findings
from .runs import Run, read_run, sink_series
from .sheet import budget_sheet
from .sink import SCOPE, SinkSeries, YearlySink, yearly_sinks
from .tables import BUDGET_SCHEMA, SOURCES_SCHEMA, budget_table, sources_table

__all__ = [
    "BUDGET_SCHEMA",
    "SCOPE",
    "SOURCES_SCHEMA",
    "Amount",
    "Basis",
    "Budget",
    "BudgetResult",
    "Draw",
    "Economy",
    "Increment",
    "IncrementState",
    "Intensity",
    "Lack",
    "Line",
    "Need",
    "Reduction",
    "ReductionClass",
    "ReductionState",
    "RigidVerdict",
    "Run",
    "SinkSeries",
    "Source",
    "Terms",
    "TotalVerdict",
    "YearlySink",
    "balance_lines",
    "budget_display",
    "budget_sheet",
    "budget_table",
    "draw_up",
    "intensities",
    "judge_total",
    "need_display",
    "need_of",
    "read_budget",
    "read_run",
    "region_findings",
    "sink_series",
    "sources_table",
    "surpluses",
    "write_budget_template",
    "yearly_sinks",
]
