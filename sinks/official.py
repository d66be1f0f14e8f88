"""What an official run may not rest on: every reason at once, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rasters.findings import Severity, finding

from .coefficient_register import refuse_for_official
from .method_inputs import unfit_for_official
from .methods import LOSSES_UNDECLARED

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from rasters.findings import Finding

    from .coefficient_rows import Coefficient
    from .sources_of_error import SourcesOfError
    from .statistics import Statistic

_ASSUMED = ("raster-crs-assumed", "product-incomplete")
"""Findings of the input that a trial records and an official run refuses."""


def refusals(
    *,
    rows: Iterable[Coefficient],
    errors: SourcesOfError,
    findings: Iterable[Finding],
    quality: pd.DataFrame,
    soil_method: str,
    statistics: Iterable[Statistic] = (),
    synthetic: bool,
) -> list[Finding]:
    """List why a result may not be official; empty if it may.

    Parameters
    ----------
    rows
        Coefficient rows used.
    errors
        Sources of error, of which defaults are refused.
    findings
        Warnings and notes about the inputs.
    quality
        quality.csv; a failed gate refuses.
    soil_method
        ``transition`` is required.
    statistics
        Volumes, areas and losses; defaults and unconfirmed ones are refused.
    synthetic
        Synthetic data are never official.

    """
    found = refuse_for_official(rows)
    found += [
        finding("sinks", "official-default-error", value=name, where=name)
        for name in errors.defaults
    ]
    found += [
        finding("sinks", "official-input", value=f.value, where=f.where, what=f.what_en,
                what_zh=f.what_zh)
        for f in findings
        if f.code in _ASSUMED or (f.severity is Severity.WARNING and f.code.endswith("-assumed"))
    ]  # fmt: skip
    found += [
        finding("sinks", "official-gate", value=row.value, where=f"{row.check} {row.zone_code}",
                limit=row.limit)
        for row in quality[quality["verdict"] == "fail"].itertuples()
    ]  # fmt: skip
    found += unfit_for_official(statistics)
    found += [
        finding("sinks", "official-losses-undeclared", value=check.partition("[")[2][:-1],
                where="[losses]")
        for check in sorted(set(quality["check"]))
        if check.startswith(f"{LOSSES_UNDECLARED}[")
    ]  # fmt: skip
    if soil_method != "transition":
        found.append(finding("sinks", "config-soil-transition", value="official", where="methods"))
    if synthetic:
        found.append(finding("sinks", "official-synthetic", value="synthetic", where="inputs"))
    return found
