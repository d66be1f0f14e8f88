"""Whether the forest sink of an inventory is within what the targets for growing stock imply."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from rasters.findings import finding
from sinks.export.cells import is_missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rasters.findings import Finding
    from sinks.results import Results

    from .ceiling import Ceiling

__all__ = ["ceiling_findings"]


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
