"""Numbers as a screen writes them: few digits, thousands apart, a true minus sign."""

from __future__ import annotations

import math

__all__ = ["number_text", "range_text"]

_MINUS = "\N{MINUS SIGN}"
_DIGITS = 3  # significant digits below a thousand


def number_text(value: float) -> str:
    """Return a number with at least three significant digits.

    Examples
    --------
    >>> [number_text(v) for v in (1234567.8, 97.163, 0.11159, -4.0, 0.0)]
    ['1,234,568', '97.2', '0.112', '−4.00', '0']

    """
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    decimals = max(0, _DIGITS - 1 - magnitude)
    return f"{value:,.{decimals}f}".replace("-", _MINUS)


def range_text(low: float, high: float, decimals: int) -> str:
    """Return a range, both ends with as many decimals.

    Examples
    --------
    >>> range_text(54.0, 764.2, 0)
    '54 – 764'

    """
    return f"{low:,.{decimals}f} – {high:,.{decimals}f}".replace("-", _MINUS)
