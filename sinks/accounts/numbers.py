"""Integer millionths to the decimals that are written."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pandas as pd

from sinks.tabulate import MICRO
from sinks.units import MM2_PER_HA


def decimals(values: pd.Series) -> pd.Series:
    """Turn integer millionths into Decimals; missing stays missing."""
    return pd.Series(
        [pd.NA if pd.isna(v) else Decimal(int(v)).scaleb(-6) for v in values],
        index=values.index,
        dtype=object,
    )


def bounds(values: pd.Series) -> pd.Series:
    """Round floats to 1e-6 as Decimals; missing stays missing."""
    return pd.Series(
        [
            pd.NA if pd.isna(v) else Decimal(repr(float(v))).quantize(Decimal("0.000001"))
            for v in values
        ],
        index=values.index,
        dtype=object,
    )


def divide_half_even(numerator: int, denominator: int) -> int:
    """Divide integers, rounding half to even.

    >>> [divide_half_even(n, 2) for n in (-3, -1, 1, 3, 4)]
    [-2, 0, 0, 2, 2]
    """
    quotient, rest = divmod(numerator, denominator)
    double = 2 * rest
    return quotient + (double > denominator or (double == denominator and quotient % 2 == 1))


def micro_ha(area_mm2: int | Fraction) -> int:
    """Return an exact area in millionths of a hectare, half to even.

    >>> micro_ha(15_000), micro_ha(Fraction(25_000, 2))
    (2, 1)
    """
    return round(Fraction(area_mm2) * MICRO / MM2_PER_HA)
