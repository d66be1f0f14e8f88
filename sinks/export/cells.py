"""One number and one text, as they stand in a file: rounded once, harmless in a spreadsheet.

All rounding to 1e-6 is done here, so that a sum of written decimals is the written sum. A
text that a spreadsheet would run as a formula is written with an apostrophe before it in a
CSV; in a workbook it is a string cell. Direction controls are dropped everywhere, because
they make a name read as another one; zero-width joiners stay, Mongolian names need them.
"""

from __future__ import annotations

import math
import numbers
import re
import unicodedata
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

import pandas as pd

from sinks.errors import ResultError

__all__ = ["clean_text", "guard", "is_missing", "number_text", "rounded", "unguard", "whole"]

_STEP = Decimal("0.000001")
_MILLION = 10**6
# A float64 has at most 309 digits before the point: no rounding by the context itself.
_CONTEXT = Context(prec=350, rounding=ROUND_HALF_EVEN)
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# ALM, LRM, RLM, embeddings and overrides, isolates (Unicode Standard, UAX 9, table 2)
_DIRECTION_CONTROLS = dict.fromkeys(
    [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)


def is_missing(value: object) -> bool:
    """Tell whether a cell holds no value: None, NA, NaN or an empty text.

    >>> [is_missing(v) for v in (None, float("nan"), pd.NA, "", 0, "NE")]
    [True, True, True, True, False, False]
    """
    if value is None or value is pd.NA or value is pd.NaT or value == "":
        return True
    if isinstance(value, Decimal):
        return value.is_nan()
    return isinstance(value, numbers.Real) and math.isnan(value)


def rounded(value: object) -> Decimal:
    """Round a number to 1e-6, half to even, without changing any other digit.

    Parameters
    ----------
    value
        Decimal, Fraction, int or float (Python or numpy). A float is taken at its exact
        binary value, as ``round(value, 6)`` takes it.

    Returns
    -------
    Decimal
        With six digits after the point; never a negative zero.

    Raises
    ------
    ResultError
        If the value is missing, infinite or not a number.

    Examples
    --------
    >>> rounded(Decimal("2.5000005")), rounded(Fraction(1, 3)), rounded(-1e-9)
    (Decimal('2.500000'), Decimal('0.333333'), Decimal('0.000000'))

    """
    if isinstance(value, Decimal):
        exact = value
    elif isinstance(value, numbers.Rational) and not isinstance(value, bool):
        millionths = round(Fraction(int(value.numerator), int(value.denominator)) * _MILLION)
        exact = _CONTEXT.scaleb(Decimal(millionths), -6)
    elif isinstance(value, numbers.Real) and not isinstance(value, bool):
        exact = Decimal(float(value))
    else:
        raise ResultError(f"a result must be a number, got {value!r}")
    if not exact.is_finite():
        raise ResultError(f"a result must be finite, got {value!r}")
    return _CONTEXT.add(exact.quantize(_STEP, context=_CONTEXT), Decimal("0.000000"))


def whole(value: object) -> int:
    """Return a whole number, such as a year; 2020.0 is one.

    Raises ResultError if it is none.

    >>> whole(2020.0)
    2020
    """
    number = rounded(value)
    if number != int(number):
        raise ResultError(f"expected a whole number, got {value!r}")
    return int(number)


def number_text(value: object) -> str:
    """Return the shortest text of a number rounded to 1e-6, without an exponent.

    >>> number_text(1234567.5), number_text(Decimal("1E+3")), number_text(-0.0)
    ('1234567.5', '1000', '0')
    """
    return format(rounded(value), "f").rstrip("0").rstrip(".")


def clean_text(value: object) -> str:
    """Return a text in Unicode form NFC without direction controls.

    >>> clean_text(chr(0x202E) + "盟市")
    '盟市'
    """
    return unicodedata.normalize("NFC", str(value)).translate(_DIRECTION_CONTROLS)


def guard(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run as a formula.

    A text that itself begins with an apostrophe gets another, so that :func:`unguard` gives
    every text back. Plain numbers stay as they are.

    >>> guard("=1+1"), guard("-5.2"), guard("盟市")
    ("'=1+1", '-5.2', '盟市')
    """
    risky = text.startswith(("'", *_RUNS_AS_FORMULA)) and not _PLAIN_NUMBER.fullmatch(text)
    return f"'{text}" if risky else text


def unguard(text: str) -> str:
    """Return the text that :func:`guard` was given."""
    return text.removeprefix("'")
