"""The sink as a budget may use it: its increase over the base year, league by league.

The whole sink stands in the assessment of a league; in a budget it would count land that was a
sink all along as something new. A year outside every period of the inventory has no sink: it is
missing, never zero and never carried over from another year. Tonnes that were issued as credits
have left and are taken off the sink of their vintage, in the base year alike.

Source: 内政办发〔2023〕94号, 四（四）; METHOD D1 (6), D3, D4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from sinks.export.cells import is_missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

__all__ = ["SCOPE", "SinkSeries", "YearlySink", "yearly_sinks"]

SCOPE = "forest_grassland_wetland"
"""Scope of ``totals.csv`` that may offset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class YearlySink:
    """The sink of a league in a year: the annual mean of the period that holds it."""

    year0: int
    year1: int
    sink_t_co2: Decimal | None
    """t CO2 a year, removal positive; None where it is not estimated."""
    verdict: str
    """Of the inventory: signal, no_signal, one_sided or not_estimated."""
    method: str
    """Methods of the inventory, joined by +."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkSeries:
    """Sinks by league and year that can be subtracted from one another."""

    base_year: int
    sinks: Mapping[tuple[str, int], Decimal] = field(default_factory=dict)
    """t CO2 a year by league and year, the base year included; missing ones are absent."""
    deducted: Mapping[tuple[str, int], Decimal] = field(default_factory=dict)
    """t CO2 by league and vintage that left as credits; absent is none."""

    def admissible(self, league: str, year: int) -> Decimal | None:
        """Return what is left of the sink of a year when its credits are taken off."""
        sink = self.sinks.get((league, year))
        return None if sink is None else sink - self.deducted.get((league, year), Decimal(0))

    def increase(self, league: str, *, since: int, until: int) -> Decimal | None:
        """Return by how much the sink of a year is larger than that of an earlier one.

        Examples
        --------
        >>> series = SinkSeries(
        ...     base_year=2020,
        ...     sinks={("L", 2020): Decimal(260), ("L", 2021): Decimal(300)},
        ...     deducted={("L", 2021): Decimal(12)},
        ... )
        >>> series.increase("L", since=2020, until=2021)
        Decimal('28')
        >>> series.increase("L", since=2020, until=2022) is None
        True

        """
        before, after = self.admissible(league, since), self.admissible(league, until)
        return None if before is None or after is None else after - before


def yearly_sinks(totals: pd.DataFrame, *, level: str) -> dict[tuple[str, int], YearlySink]:
    """Return the sink of every zone of a level and year that an inventory covers.

    Parameters
    ----------
    totals
        ``totals.csv`` of a results folder.
    level
        Level of the leagues, as the region calls it.

    Returns
    -------
    dict
        By zone code and year. The shortest period that holds a year is taken; the first year of
        an inventory is the start of its first period and has no sink of its own.

    """
    rows = totals[
        (totals["quantity"] == "change") & (totals["scope"] == SCOPE) & (totals["level"] == level)
    ]
    found: dict[tuple[str, int], YearlySink] = {}
    for row in rows.to_dict("records"):
        year0, year1 = int(row["year0"]), int(row["year1"])
        value = row["sink_t_co2_per_year"]
        sink = YearlySink(
            year0=year0,
            year1=year1,
            sink_t_co2=None if is_missing(value) else Decimal(str(value)),
            verdict=str(row["verdict"]),
            method=str(row["method"]),
        )
        for year in range(year0 + 1, year1 + 1):
            key = (str(row["zone_code"]), year)
            known = found.get(key)
            if known is None or year1 - year0 < known.year1 - known.year0:
                found[key] = sink
    return dict(sorted(found.items()))
