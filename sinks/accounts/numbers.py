"""Integer millionths to the decimals that are written."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd


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
