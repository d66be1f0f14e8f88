"""How far a zone is with a target, or why that cannot be told.

A figure is one of the user's own statistics. The latest one up to the year of the target is taken,
else the first one after it; of what was done or dropped since the start of a plan only a figure
within the plan counts. A target to stay at a value is shown and not judged: no text says how far
from it is still there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from .catalogue import Comparator, IndicatorKind
from .figures import Trend, sink_trend

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from sinks.results import Results

    from .catalogue import Target
    from .figures import Figure

__all__ = ["Outcome", "Progress", "counts", "progress"]

_TREND = "sink_trend"
_SINCE_THE_START = (IndicatorKind.TOTAL, IndicatorKind.DROP)


class Outcome(StrEnum):
    """What can be said of a target."""

    MET = "met"
    BELOW = "below"
    """Not reached, and its year has not come in the figures."""
    MISSED = "missed"
    """Not reached by a figure of its year or later."""
    SHOWN = "shown"
    """A target to stay at a value, whose tolerance no text states."""
    UNCLEAR = "unclear"
    """A trend within its interval."""
    NO_FIGURE = "no_figure"
    """Neither statistics nor an inventory was given."""
    NOT_COMPARABLE = "not_comparable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One target and the figure that it is held against."""

    target: Target
    figure: Figure | None
    trend: str
    """The periods that a trend is of; blank for a figure."""
    outcome: Outcome

    @property
    def share(self) -> Fraction | None:
        """The figure as a share of the target; None where it is shown and not judged."""
        if self.figure is None or not self.target.value or self.outcome is Outcome.SHOWN:
            return None
        return self.figure.value / self.target.value

    @property
    def left(self) -> Fraction | None:
        """What is left to do, in the unit of the indicator; below zero where it is exceeded."""
        if self.figure is None or self.target.value is None or self.outcome is Outcome.SHOWN:
            return None
        return self.target.value - self.figure.value

    def reason(self, lang: str) -> str:
        """Return why nothing compares, in ``lang``; blank where something does."""
        if self.outcome is not Outcome.NOT_COMPARABLE:
            return ""
        indicator = self.target.indicator
        return indicator.reason_zh if lang == "zh" else indicator.reason_en


def progress(
    targets: Sequence[Target], *, statistics: Sequence[Figure], results: Results | None
) -> tuple[Progress, ...]:
    """Return how far each target is.

    Parameters
    ----------
    targets
        Targets of a region.
    statistics
        The user's own figures.
    results
        An inventory, or None.

    """
    return tuple(_progress(target, statistics, results) for target in targets)


def counts(target: Target, figure: Figure) -> bool:
    """Return whether a figure is one of a target: its zone and indicator, and within its plan.

    The plan matters to what is counted since its start: a total that was done before it, or a
    drop against another base, is none of the target.
    """
    if (figure.zone_code, figure.indicator) != (target.zone_code, target.indicator.id):
        return False
    if target.indicator.kind not in _SINCE_THE_START:
        return True
    last = figure.year if target.year is None else target.year
    return target.document.first_year <= figure.year <= last


def _progress(target: Target, statistics: Sequence[Figure], results: Results | None) -> Progress:
    """Return how far one target is."""
    if target.value is None:
        return _in_words(target, results)
    figure = _latest(target, statistics)
    if figure is None:
        outcome = Outcome.NO_FIGURE if results is None else Outcome.NOT_COMPARABLE
    elif target.comparator is Comparator.STABLE:
        outcome = Outcome.SHOWN
    elif figure.value >= target.value:
        outcome = Outcome.MET
    elif target.year is not None and figure.year >= target.year:
        outcome = Outcome.MISSED
    else:
        outcome = Outcome.BELOW
    return Progress(target=target, figure=figure, trend="", outcome=outcome)


def _in_words(target: Target, results: Results | None) -> Progress:
    """Return what the inventory says of a target without a figure: a trend, or nothing."""
    found = None
    if results is not None and target.indicator.inventory == _TREND:
        found = sink_trend(results, target.zone_code)
    if found is None:
        return Progress(target=target, figure=None, trend="", outcome=Outcome.NOT_COMPARABLE)
    trend, periods = found
    outcomes = {
        Trend.RISING: Outcome.MET,
        Trend.FALLING: Outcome.BELOW,
        Trend.UNCLEAR: Outcome.UNCLEAR,
    }
    return Progress(target=target, figure=None, trend=periods, outcome=outcomes[trend])


def _latest(target: Target, figures: Sequence[Figure]) -> Figure | None:
    """Return the latest figure up to the year of the target, else the first one after it."""
    mine = sorted((f for f in figures if counts(target, f)), key=lambda f: f.year)
    due = [f for f in mine if target.year is None or f.year <= target.year]
    return due[-1] if due else next(iter(mine), None)
