"""Assessment of leagues (双控评价考核): emissions less the admissible sink, against two targets.

Emissions and product come from a workbook, the sink from an inventory that verifies, deductions
from the credit register. Every choice that the policy leaves open has a name, a default and a
line on the output, and every combination of them is tried.

Source: 内政办发〔2023〕94号, 四（二）, 六（二）; METHOD D1, D2, D3.
"""

from .account import Account, Facts, SinkOfYear, account, intensity
from .choices import (
    Choices,
    DeductionBasis,
    ElecExport,
    IntensityBasis,
    NegativeSink,
    OffsetBy,
    SinkYear,
)
from .display import assessment_display
from .forms import write_assessment_template
from .inputs import Inputs, Quarter, Reported, Terms
from .intake import read_inputs
from .judge import ElasticVerdict, Judged, RigidVerdict, judge
from .registered import Registered, read_register
from .result import AssessmentResult, assess
from .runs import Run, read_run, run_findings
from .sensitivity import Flip, combinations, flips
from .settings import Settings, input_paths, read_settings, settings_text
from .sheet import assessment_sheet, deduction_sheet

__all__ = [
    "Account",
    "AssessmentResult",
    "Choices",
    "DeductionBasis",
    "ElasticVerdict",
    "ElecExport",
    "Facts",
    "Flip",
    "Inputs",
    "IntensityBasis",
    "Judged",
    "NegativeSink",
    "OffsetBy",
    "Quarter",
    "Registered",
    "Reported",
    "RigidVerdict",
    "Run",
    "Settings",
    "SinkOfYear",
    "SinkYear",
    "Terms",
    "account",
    "assess",
    "assessment_display",
    "assessment_sheet",
    "combinations",
    "deduction_sheet",
    "flips",
    "input_paths",
    "intensity",
    "judge",
    "read_inputs",
    "read_register",
    "read_run",
    "read_settings",
    "run_findings",
    "settings_text",
    "write_assessment_template",
]
