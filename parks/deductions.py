"""Credits issued from the sinks of leagues, which left them: a table with a source on every row.

A row is one issue. The vintage decides the year, so that a credit is taken from the sink of the
year in which the carbon was taken up and from no other.

Source: METHOD D4 (deduction of a league and year: issued credits of that vintage).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from .tables import read_rows

if TYPE_CHECKING:
    from pathlib import Path

    from rasters.findings import Finding

__all__ = ["COLUMNS", "read_deductions"]

COLUMNS = ("league_code", "vintage", "t_co2", "source")
"""Columns of the table."""


def read_deductions(path: Path, *, year: int) -> tuple[dict[str, Decimal], list[Finding]]:
    """Return what was issued of a vintage, t CO2 by league, and what is wrong with the table.

    Parameters
    ----------
    path
        UTF-8 CSV with the columns :data:`COLUMNS`, none of them blank.
    year
        Vintage.

    """
    rows, findings = read_rows(path, required=COLUMNS, optional=())
    issued: dict[str, Decimal] = {}
    for row in rows:
        league, amount, vintage = (
            row.needed("league_code"),
            row.number("t_co2"),
            row.year("vintage"),
        )
        for column in ("vintage", "t_co2", "source"):
            row.needed(column)
        if amount is not None and amount < 0:
            row.fault("deduction-negative", amount)
        findings += row.faults
        if not row.faults and vintage == year and amount is not None:
            issued[league] = issued.get(league, Decimal(0)) + amount
    return issued, findings
