"""Tables as a reader sees them: headings in the language of the screen, rows as in the file."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .figures import Figure

__all__ = ["figure_table", "headed"]


def figure_table(figures: Sequence[Figure], headings: Sequence[str], unit: str) -> pd.DataFrame:
    """Return the figures of a level, one row a zone, blank where a figure is not estimated.

    Parameters
    ----------
    figures
        In the order of the rows.
    headings
        What code, name, value, low, high and verdict are called.
    unit
        Unit of the three numbers, in their headings.

    Examples
    --------
    >>> figure_table((), ["code", "zone", "value", "low", "high", "verdict"], "t").columns.tolist()
    ['code', 'zone', 'value (t)', 'low (t)', 'high (t)', 'verdict']

    """
    code, name, value, low, high, verdict = headings
    columns = [code, name, *(f"{number} ({unit})" for number in (value, low, high)), verdict]
    rows = [(f.zone, f.name, f.value, f.low, f.high, f.verdict) for f in figures]
    return pd.DataFrame(rows, columns=columns)


def headed(table: pd.DataFrame, headings: Mapping[str, str]) -> pd.DataFrame:
    """Return the columns of a table that have a heading, in the order of the headings.

    Numbers of a results file are decimals; they are shown as floats, which a screen can sort;
    a column of numbers and words is shown as words.

    Examples
    --------
    >>> headed(pd.DataFrame({"a": [1], "b": ["x"]}), {"b": "B"}).to_dict("list")
    {'B': ['x']}

    """
    shown = table[list(headings)].rename(columns=dict(headings)).reset_index(drop=True)
    for column in shown.columns:
        known = shown[column].dropna()
        decimals = [isinstance(value, Decimal) for value in known]
        if any(decimals):
            mixed = not all(decimals)
            shown[column] = shown[column].astype(str) if mixed else pd.to_numeric(shown[column])
    return shown
