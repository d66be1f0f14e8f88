"""The elastic balance: increments against reductions, by zone, for each year and the period.

An annual line holds what begins in its year, against the year before, so that the annual lines
add up to the line of the period; the increase of the sink is taken from year to year likewise.
The region is the sum of its leagues and of what it keeps itself, never typed.

A list that was not filled in is missing, not empty. What is missing keeps a balance open, unless
the answer is the same whatever it is: a reduction that is missing can only improve a balance that
holds already.

Source: 内政办发〔2023〕94号, 四（四）; METHOD D3.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from .plan import IncrementState, ReductionClass, ReductionState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .plan import Budget, Increment, Reduction
    from .sink import SinkSeries

__all__ = ["Amount", "Lack", "Line", "TotalVerdict", "balance_lines", "judge_total"]

_NOTHING = Decimal(0)
_INCREMENTS = "increments"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """What an amount lacks: a whole list, or the cell of one item."""

    zone_code: str
    what: str
    """``increments`` or a class of reduction."""
    cell: str = ""
    """Address of the cell; blank where the whole list is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A sum and what it lacks."""

    known: Decimal
    """Sum of what is there, t CO2 a year."""
    missing: tuple[Lack, ...] = ()
    """What it lacks; with anything, the sum is not known."""

    @property
    def value(self) -> Decimal | None:
        """The sum, None where anything is missing."""
        return None if self.missing else self.known

    def __add__(self, other: Amount) -> Amount:
        """Return the sum of both; what either lacks, it lacks."""
        lacking = dict.fromkeys((*self.missing, *other.missing))
        return Amount(known=self.known + other.known, missing=tuple(lacking))


class TotalVerdict(StrEnum):
    """What the elastic balance comes to."""

    BALANCED = "balanced"
    WITHIN = "within"
    """A gap that the stated tolerance allows."""
    SHORT = "short"
    """A gap above the stated tolerance."""
    UNSTATED = "unstated"
    """A gap, and no tolerance is stated to hold it against."""
    OPEN = "open"
    """Cannot be told for what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One zone in one year, or over the whole period."""

    zone_code: str
    year: int | None
    """None for the period."""
    increments: Amount
    reductions: Mapping[ReductionClass, Amount]
    """By class, in the order of the text."""

    @property
    def reduced(self) -> Amount:
        """All five classes together."""
        return _total(self.reductions.values())

    @property
    def gap(self) -> Decimal | None:
        """Increments less reductions, t CO2 a year; None where anything is missing."""
        increments, reduced = self.increments.value, self.reduced.value
        return None if increments is None or reduced is None else increments - reduced

    @property
    def largest_gap(self) -> Decimal | None:
        """The gap if no reduction that is missing comes; None where it has no bound.

        The sink may fall, and a project that is missing emits: either leaves the gap unbounded.
        """
        if self.increments.missing or self.reductions[ReductionClass.SINK].missing:
            return None
        return self.increments.known - self.reduced.known

    @property
    def missing(self) -> tuple[Lack, ...]:
        """Everything that the line lacks."""
        return (self.increments + self.reduced).missing


def balance_lines(
    budget: Budget, series: SinkSeries, *, region: str, leagues: Sequence[str]
) -> tuple[Line, ...]:
    """Return the lines of a budget: the region, then its leagues; the period, then its years.

    Parameters
    ----------
    budget
        The budget as it was filled in.
    series
        Sinks by league and year.
    region
        Code of the region.
    leagues
        Codes of all its leagues. Those that the budget says nothing of have no lines, and are
        missing from the region.

    """
    told = [league for league in leagues if league in budget.zone_codes]
    silent = [league for league in leagues if league not in told]
    spans: list[int | None] = [None, *budget.terms.years]
    below = {
        (league, year): _league_line(budget, series, league, year)
        for league in told
        for year in spans
    }
    top = [
        _region_line(budget, region, year, [below[league, year] for league in told], silent)
        for year in spans
    ]
    return (*top, *below.values())


def judge_total(line: Line, *, tolerance_percent: Decimal | None) -> TotalVerdict:
    """Return what the elastic balance of a line comes to.

    Parameters
    ----------
    line
        A line of the budget.
    tolerance_percent
        Largest gap, % of the increments; None where none is stated.

    """
    largest = line.largest_gap
    if largest is not None and largest <= 0:
        return TotalVerdict.BALANCED
    within = (
        largest is not None
        and tolerance_percent is not None
        and largest * 100 <= tolerance_percent * line.increments.known
    )
    if within:
        return TotalVerdict.WITHIN
    if line.gap is None:
        return TotalVerdict.OPEN
    return TotalVerdict.UNSTATED if tolerance_percent is None else TotalVerdict.SHORT


def _league_line(budget: Budget, series: SinkSeries, league: str, year: int | None) -> Line:
    """Return one line of a league; a list without a single row is missing."""
    terms = budget.terms
    since = terms.base_year if year is None else year - 1
    until = terms.last_year if year is None else year
    reductions: dict[ReductionClass, Amount] = {
        kind: _list_sum(_secured(budget, league, kind), year, league, kind)
        for kind in ReductionClass
        if kind is not ReductionClass.SINK
    }
    increase = series.increase(league, since=since, until=until)
    reductions[ReductionClass.SINK] = (
        _all_lacking([league], ReductionClass.SINK) if increase is None else Amount(known=increase)
    )
    increments = _list_sum(_counted(budget, league), year, league, _INCREMENTS)
    return Line(zone_code=league, year=year, increments=increments, reductions=reductions)


def _region_line(
    budget: Budget, region: str, year: int | None, parts: Sequence[Line], silent: Sequence[str]
) -> Line:
    """Return a line of the region: its leagues, and what it keeps at its own level."""
    return Line(
        zone_code=region,
        year=year,
        increments=_total(part.increments for part in parts)
        + _item_sum(_counted(budget, region), year, _INCREMENTS)
        + _all_lacking(silent, _INCREMENTS),
        reductions={
            kind: _total(part.reductions[kind] for part in parts)
            + _item_sum(_secured(budget, region, kind), year, kind)
            + _all_lacking(silent, kind)
            for kind in ReductionClass
        },
    )


def _counted(budget: Budget, zone: str) -> list[Increment]:
    """Return the projects of a zone that are in the budget."""
    mine = (i for i in budget.increments if i.zone_code == zone)
    return [i for i in mine if i.state is IncrementState.COUNTED]


def _secured(budget: Budget, zone: str, kind: ReductionClass) -> list[Reduction]:
    """Return the reductions of a zone and class that are in the budget."""
    mine = (r for r in budget.reductions if r.zone_code == zone and r.kind is kind)
    return [r for r in mine if r.state is ReductionState.SECURED]


def _list_sum(
    items: Sequence[Increment | Reduction], year: int | None, zone: str, what: str
) -> Amount:
    """Return the sum of a list in a year; without a row in any year the list is missing."""
    return _item_sum(items, year, what) if items else _all_lacking([zone], what)


def _item_sum(items: Iterable[Increment | Reduction], year: int | None, what: str) -> Amount:
    """Return the sum of the items that begin in a year, of all of them for the period."""
    begun = [item for item in items if year is None or item.year == year]
    return Amount(
        known=sum((item.amount_t_co2 or _NOTHING for item in begun), _NOTHING),
        missing=tuple(
            Lack(zone_code=item.zone_code, what=what, cell=item.where)
            for item in begun
            if item.amount_t_co2 is None
        ),
    )


def _all_lacking(zones: Sequence[str], what: str) -> Amount:
    """Return the amount of lists that some zones did not fill in."""
    return Amount(known=_NOTHING, missing=tuple(Lack(zone_code=z, what=what) for z in zones))


def _total(amounts: Iterable[Amount]) -> Amount:
    """Return the sum of amounts."""
    return sum(amounts, start=Amount(known=_NOTHING))
