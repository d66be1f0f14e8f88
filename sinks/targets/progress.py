"""How far a zone is with a target, or why that cannot be told.

A figure is the user's own statistics first, then an inventory where it compares. The latest figure
up to the year of the target is taken, else the first one after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from .figures import Trend, sink_trend, wetland_areas

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from sinks.results import Results

    from .catalogue import Target
    from .figures import Figure

__all__ = ["Outcome", "Progress", "progress"]

_TREND = "sink_trend"


class Outcome(StrEnum):
    """What can be said of a target."""

    MET = "met"
    BELOW = "below"
    """Not reached, and its year has not come in the figures."""
    MISSED = "missed"
    """Not reached by a figure of its year or later."""
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
        """The figure as a share of the target."""
        if self.figure is None or not self.target.value:
            return None
        return self.figure.value / self.target.value

    @property
    def left(self) -> Fraction | None:
        """What is left to do, in the unit of the indicator; below zero where it is exceeded."""
        if self.figure is None or self.target.value is None:
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
    areas = [] if results is None else wetland_areas(results)
    return tuple(_progress(target, statistics, areas, results) for target in targets)


def _progress(
    target: Target, statistics: Sequence[Figure], areas: Sequence[Figure], results: Results | None
) -> Progress:
    """Return how far one target is."""
    if target.value is None:
        return _in_words(target, results)
    figure = _latest(target, statistics) or _latest(target, areas)
    if figure is None:
        outcome = Outcome.NO_FIGURE if results is None else Outcome.NOT_COMPARABLE
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
    mine = sorted(
        (
            f
            for f in figures
            if f.zone_code == target.zone_code and f.indicator == target.indicator.id
        ),
        key=lambda f: f.year,
    )
    due = [f for f in mine if target.year is None or f.year <= target.year]
    return due[-1] if due else next(iter(mine), None)
