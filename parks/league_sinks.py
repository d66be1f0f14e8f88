"""The sinks of the leagues as a finished inventory has them; nothing about parks is known here.

Source: scope ``forest_grassland_wetland`` of ``totals.csv``, which is S_eco of METHOD D1.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from rasters.findings import finding
from sinks.export.cells import is_missing

if TYPE_CHECKING:
    import pandas as pd

    from rasters.findings import Finding

__all__ = ["SCOPE", "LeagueSink", "league_sinks"]

SCOPE = "forest_grassland_wetland"
"""Scope of ``totals.csv`` whose sink may offset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeagueSink:
    """The sink of a league in a year, as the inventory has it."""

    league_code: str
    name: str
    year0: int
    """Start of the period that the annual mean is of."""
    year1: int
    sink_t_co2: Decimal | None
    """t CO2 a year, removal positive; None where it is not estimated."""
    low_t_co2: Decimal | None
    """Lower bound of the 95 % interval."""
    high_t_co2: Decimal | None
    verdict: str
    """Of the inventory: signal, no_signal, one_sided or not_estimated."""


def league_sinks(
    totals: pd.DataFrame, *, level: str, year: int
) -> tuple[dict[str, LeagueSink], list[Finding]]:
    """Return the sink of every league in a year.

    Parameters
    ----------
    totals
        ``totals.csv`` of a results folder; it is not changed.
    level
        Level of the leagues, as the region calls it.
    year
        Calendar year. The period that holds it is taken, the shortest where several do; a
        sink is never carried into a year outside every period.

    Returns
    -------
    sinks, findings
        By league code, sorted; empty and with a finding where no period holds the year.

    """
    rows = totals[
        (totals["quantity"] == "change") & (totals["scope"] == SCOPE) & (totals["level"] == level)
    ]
    sinks: dict[str, LeagueSink] = {}
    for row in rows.to_dict("records"):
        year0, year1, code = int(row["year0"]), int(row["year1"]), str(row["zone_code"])
        known = sinks.get(code)
        shorter = known is None or year1 - year0 < known.year1 - known.year0
        if year0 < year <= year1 and shorter:
            sinks[code] = LeagueSink(
                league_code=code,
                name=str(row["zone_name"]),
                year0=year0,
                year1=year1,
                sink_t_co2=_number(row["sink_t_co2_per_year"]),
                low_t_co2=_number(row["low_t_co2_per_year"]),
                high_t_co2=_number(row["high_t_co2_per_year"]),
                verdict=str(row["verdict"]),
            )
    if sinks:
        return dict(sorted(sinks.items())), []
    periods = sorted({f"{row.year0}-{row.year1}" for row in rows.itertuples()})
    words = {"level": level, "periods": ", ".join(periods) or "-"}
    return {}, [finding("parks", "balance-no-sink", value=year, where="totals.csv", **words)]


def _number(value: object) -> Decimal | None:
    """Return a cell of a results table, None where it is blank."""
    return None if is_missing(value) else Decimal(str(value))
