"""Cohorts of converted land: which years of which conversions a period still feels.

A conversion seen between two maps is spread evenly over the years between them, and each
year's part changes its soil for the whole transition period: a parcel converted in year y
contributes in y ... y + 19. Counting is in whole years, hence exact.

Source: IPCC 2006 Guidelines, Volume 4, Chapter 2, equation 2.25; METHOD A7.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from sinks.errors import EstimateError


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A conversion seen between two maps, its area spread over the years between them.

    Examples
    --------
    A conversion seen between 2020 and 2023 has 1 + 2 + 3 of its 3 x 20 parts done by 2023:

    >>> Spread(year0=2020, year1=2023, duration=20).share_done(2020, 2023)
    Fraction(1, 10)

    """

    year0: int
    """Year of the earlier map: nothing is converted in it."""
    year1: int
    """Year of the later map: the last year of conversion."""
    duration: int
    """Transition period, years."""

    def __post_init__(self) -> None:
        """Refuse years without time between them."""
        if not self.year0 < self.year1 or self.duration < 1:
            raise EstimateError(
                f"a conversion needs an earlier and a later map and a transition of a year or "
                f"more, got {self.year0}, {self.year1} and {self.duration}"
            )

    def share_done(self, start: int, end: int) -> Fraction:
        """Return the share of the whole transition that falls in the years start + 1 ... end.

        Over all years the shares of a conversion add to 1.
        """
        years = 0
        for converted in range(self.year0 + 1, self.year1 + 1):
            last = min(end, converted + self.duration - 1)
            years += max(0, last - max(start + 1, converted) + 1)
        return Fraction(years, (self.year1 - self.year0) * self.duration)

    def share_in_transition(self, year: int) -> Fraction:
        """Return the share of the area whose soil still changes in ``year``."""
        return self._share_up_to(year) - self.share_graduated(year)

    def share_graduated(self, year: int) -> Fraction:
        """Return the share of the area whose transition ended before ``year``."""
        return self._share_up_to(year - self.duration)

    def _share_up_to(self, year: int) -> Fraction:
        """Return the share of the area that is converted up to a year, that year included."""
        done = min(max(year - self.year0, 0), self.year1 - self.year0)
        return Fraction(done, self.year1 - self.year0)


def missing_years(first_map: int, start: int, duration: int) -> int:
    """Return how many years of conversions no map shows, though a period still feels them.

    Parameters
    ----------
    first_map
        Year of the first map.
    start
        Earlier year of the period.
    duration
        Transition period, years.

    Examples
    --------
    The period that begins in 2020 feels conversions since 2002:

    >>> missing_years(2020, 2020, 20), missing_years(2001, 2020, 20)
    (19, 0)

    """
    return max(0, first_map - (start + 1 - duration))
