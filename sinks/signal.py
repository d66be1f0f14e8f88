"""Whether a change is a sink: one plain sentence, the same wherever a total is shown.

A change that is smaller than the half-width of its interval says nothing about its sign, however
many digits it has; then the sentence is that, and no percentage is shown. A change beyond its
half-width is a sink or a source.

Source: IPCC 2006 Guidelines, Volume 1, Chapter 3; ``verdict`` of totals.csv.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Context
from enum import StrEnum
from typing import TYPE_CHECKING

from .texts import text

if TYPE_CHECKING:
    from decimal import Decimal

__all__ = ["Signal", "signal_of", "signal_sentence"]


class Signal(StrEnum):
    """What a change shows."""

    SINK = "sink"
    """A gain beyond its half-width."""
    SOURCE = "source"
    """A loss beyond its half-width."""
    NO_SIGNAL = "no_signal"
    """A change within its half-width: neither sink nor source can be read from it."""
    ONE_SIDED = "one_sided"
    """Losses whose gain is not estimated decide the sign."""
    NOT_ESTIMATED = "not_estimated"
    """There is no figure."""


_CUT = Context(prec=2, rounding=ROUND_DOWN)  # 0.999 must not be said as 1 beside "smaller"
_SENTENCES = {
    Signal.SINK: "signal_sink",
    Signal.SOURCE: "signal_source",
    Signal.NO_SIGNAL: "signal_none",
    Signal.ONE_SIDED: "signal_one_sided",
    Signal.NOT_ESTIMATED: "signal_not_estimated",
}


def signal_of(verdict: str, sink: Decimal | None) -> Signal:
    """Return what a change shows.

    Parameters
    ----------
    verdict
        Column ``verdict`` of totals.csv.
    sink
        Its ``sink_t_co2_per_year`` (or ``value_t_c``), gain positive; None without a figure.

    Examples
    --------
    >>> from decimal import Decimal
    >>> signal_of("signal", Decimal(-3)).value, signal_of("no_signal", Decimal(3)).value
    ('source', 'no_signal')

    """
    if sink is None:
        return Signal.NOT_ESTIMATED
    if verdict == "signal":
        return Signal.SINK if sink > 0 else Signal.SOURCE
    return Signal(verdict)


def signal_sentence(verdict: str, sink: Decimal | None, ratio: Decimal | None, *, lang: str) -> str:
    """Return the sentence that is said of a change.

    Parameters
    ----------
    verdict, sink
        As for :func:`signal_of`.
    ratio
        Column ``signal_ratio`` of totals.csv: |value| over half-width; None where the half-width
        is 0.
    lang
        zh or en.

    Examples
    --------
    >>> from decimal import Decimal
    >>> signal_sentence("no_signal", Decimal(3), Decimal("0.11"), lang="zh")
    '变化量小于其不确定性（为95%区间半宽的0.11倍），不能据此判断为碳汇。'

    """
    signal = signal_of(verdict, sink)
    if signal is Signal.NO_SIGNAL and not sink:
        return text("signal_zero", lang)
    times = "∞" if ratio is None else f"{_CUT.create_decimal(ratio):f}"
    return text(_SENTENCES[signal], lang, times=times)
