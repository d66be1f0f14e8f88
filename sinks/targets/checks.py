"""What is to be said of figures that do not go with the targets.

Sinks of forests above what the targets for growing stock imply, and statistics from before the
plan of a target, or after its year.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from rasters.findings import finding
from sinks.export.cells import is_missing

from .progress import counts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rasters.findings import Finding
    from sinks.results import Results

    from .catalogue import Target
    from .ceiling import Ceiling
    from .figures import Figure

__all__ = ["ceiling_findings", "plan_findings"]


def ceiling_findings(bounds: Sequence[Ceiling], results: Results) -> list[Finding]:
    """List the forest sinks that lie above a ceiling of their zone, one for each period."""
    totals = results.tables["totals"]
    forest = totals[totals["quantity"].eq("change") & totals["scope"].eq("forest")]
    found = []
    for bound in bounds:
        for row in forest[forest["zone_code"].eq(bound.zone_code)].to_dict("records"):
            sink = row["sink_t_co2_per_year"]
            if not is_missing(sink) and Fraction(str(sink)) > bound.sink_t_co2:
                words = {"ceiling": f"{float(bound.sink_t_co2):,.0f}"}
                where = f"totals.csv {bound.zone_code} {row['year0']}-{row['year1']}"
                value = f"{float(str(sink)):,.0f}"
                found.append(
                    finding("sinks", "target-sink-ceiling", value=value, where=where, **words)
                )
    return found


def plan_findings(targets: Sequence[Target], figures: Sequence[Figure]) -> list[Finding]:
    """List the figures that count for no target of their zone and indicator, and why."""
    found = []
    for figure in figures:
        of = [
            target
            for target in targets
            if (target.zone_code, target.indicator.id) == (figure.zone_code, figure.indicator)
        ]
        if not of or any(counts(target, figure) for target in of):
            continue
        plan = of[0].document
        words = {
            "first": plan.first_year,
            "last": ", ".join(str(target.year) for target in of if target.year is not None) or "-",
            "source_zh": plan.first_year_source_zh,
            "source_en": plan.first_year_source_en,
        }
        where = f"{figure.zone_code} {figure.indicator}"
        found.append(
            finding("sinks", "target-outside-plan", value=figure.year, where=where, **words)
        )
    return found
