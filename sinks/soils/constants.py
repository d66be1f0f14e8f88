"""Published constants that the soils are computed with, read from the packaged tables.

The period of the transition and the warming potential of methane are policy choices with a
source, not laws of nature: they stand in tables, with their source, like every coefficient.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sinks.coefficients import load_register
from sinks.errors import EstimateError

if TYPE_CHECKING:
    from sinks.coefficient_rows import Coefficient


def transition_period() -> int:
    """Return the years over which a mineral soil changes after a conversion: 20 (Eq 2.25)."""
    row = _row("soil_stock_change_factors", "transition_period", "default_transition_period")
    return round(_value(row))


def gwp100_ch4() -> float:
    """Return t CO2e of 1 t CH4 over 100 years: 28 (IPCC AR5, Table 8.7, without feedback)."""
    return _value(_row("constants", "constant", "gwp100_ch4_ar5"))


def ch4_per_ch4_c() -> float:
    """Return t CH4 of 1 t CH4-C: 16/12."""
    return _value(_row("constants", "constant", "ch4_c_to_ch4"))


@cache
def _row(table: str, parameter: str, stratum: str) -> Coefficient:
    """Return the one row of a packaged table."""
    row = load_register([table]).lookup(parameter=parameter, stratum=stratum)
    if row is None:
        raise EstimateError(f"the packaged table {table} lacks {parameter} {stratum}")
    return row


def _value(row: Coefficient) -> float:
    """Return the value of a constant."""
    if row.value is None:
        raise EstimateError(f"{row.where}: {row.parameter} {row.stratum} has no value")
    return row.value
