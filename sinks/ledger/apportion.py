"""One mass into whole kilograms by weights, exact to the whole; and periods by years and days.

Source: largest remainder method (Hare quota): Balinski and Young (2001), Fair Representation,
chapter 3. A quota of an integer mass by integer weights is exact, so nothing is lost to rounding.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["apportion", "common_days", "days_by_year"]


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Split a whole number by weights; the parts add up to it and differ from quotas by under 1.

    Parameters
    ----------
    total
        What is split, zero or more.
    weights
        Zero or more each, and not all zero; of equal remainders the earlier gets the unit.

    Examples
    --------
    >>> apportion(100, [1, 1, 1]), apportion(7, [0, 5])
    ([34, 33, 33], [0, 7])

    """
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    left = total - sum(parts)
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in order[:left]:
        parts[i] += 1
    return parts


def days_by_year(start: str, end: str) -> dict[int, int]:
    """Return the days of a period in each year, both ends included; empty if it ends before.

    >>> days_by_year("2022-07-01", "2024-02-29")
    {2022: 184, 2023: 365, 2024: 60}
    """
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    if last < first:
        return {}
    return {
        year: (min(last, date(year, 12, 31)) - max(first, date(year, 1, 1))).days + 1
        for year in range(first.year, last.year + 1)
    }


def common_days(one: tuple[str, str], other: tuple[str, str]) -> tuple[str, str] | None:
    """Return the period that two periods have in common, None where there is none.

    >>> common_days(("2020-01-01", "2022-12-31"), ("2022-12-31", "2030-12-31"))
    ('2022-12-31', '2022-12-31')
    """
    start, end = max(one[0], other[0]), min(one[1], other[1])
    return (start, end) if start <= end else None
