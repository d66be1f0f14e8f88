"""The sums of sink_zones.csv again, on the decimals of the files."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from rasters.findings import finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rasters.findings import Finding

__all__ = ["open_sums"]

_KEYS = ["zone_code", "level", "quantity", "year0", "year1"]
_COLUMNS = ("value_t_c", "sink_t_co2_per_year")


def open_sums(table: pd.DataFrame, totals: pd.DataFrame) -> Iterator[Finding]:
    """Yield every zone and period whose sink zones do not sum to its total, without tolerance.

    Parameters
    ----------
    table, totals
        ``sink_zones.csv`` and ``totals.csv`` of one run; a run without sink zones has none to sum.

    """
    if table.empty:
        return
    whole = totals[totals["scope"].eq("all")]
    for column in _COLUMNS:
        sums, expected = (_sums(rows, column) for rows in (table, whole))
        for key in sorted({*sums, *expected}, key=str):
            mine, other = sums.get(key, Decimal(0)), expected.get(key, Decimal(0))
            if mine != other:
                zone, _, quantity, year0, year1 = key
                period = f"{year0}-{year1}" if year0 else str(year1)
                yield finding(
                    "sinks",
                    "verify-sink-zones",
                    value=f"{mine} / {other}",
                    where=f"sink_zones.csv {column} {zone} {quantity} {period}",
                )


def _sums(rows: pd.DataFrame, column: str) -> dict[tuple[object, ...], Decimal]:
    """Return the sum of a column by zone and period; a missing year is 0."""
    sums: dict[tuple[object, ...], Decimal] = {}
    known = rows[rows[column].notna()]
    for value, *key in known[[column, *_KEYS]].itertuples(index=False, name=None):
        named = tuple(0 if pd.isna(part) else part for part in key)
        sums[named] = sums.get(named, Decimal(0)) + Decimal(value)
    return sums
