"""What is said of a zone's change: the sentence of totals.csv, the same as in the report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sinks.records import records
from sinks.signal import signal_sentence

if TYPE_CHECKING:
    from decimal import Decimal

    from sinks.results import Results

__all__ = ["change_sentence"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """What is read of totals.csv."""

    sink_t_co2_per_year: Decimal | None
    signal_ratio: Decimal | None
    verdict: str


def change_sentence(
    results: Results, *, zone: str, scope: str, period: tuple[int, int], lang: str
) -> str:
    """Return whether a zone's change over a period is a sink; blank where there is no change.

    Parameters
    ----------
    results
        A results folder.
    zone, scope
        A zone of any level and a scope of totals.csv.
    period
        First and last year.
    lang
        zh or en.

    """
    totals = results.tables["totals"]
    rows = totals[
        totals["zone_code"].eq(zone)
        & totals["scope"].eq(scope)
        & totals["quantity"].eq("change")
        & totals["year0"].eq(period[0])
        & totals["year1"].eq(period[1])
    ]
    found = next(records(rows, _Change), None)
    if found is None:
        return ""
    return signal_sentence(found.verdict, found.sink_t_co2_per_year, found.signal_ratio, lang=lang)
