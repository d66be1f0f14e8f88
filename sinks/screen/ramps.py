"""Colour classes of a map: numeric, unit-bearing, readable by the colour-blind.

Sequential classes hold about equally many zones and end on round numbers; diverging classes are
symmetric about zero, so that a source never looks like a small sink. A zone without a figure has
a colour of its own and a word in the legend.

Source: ColorBrewer 2.0 (Brewer & Harrower), schemes Greens and BrBG, marked colour-blind safe.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

from .numbers import range_text

__all__ = ["MISSING_COLOUR", "Classes", "diverging", "sequential"]

MISSING_COLOUR = "#d9d9d9"
"""Of a zone whose figure is not estimated."""
_GREENS = ("#edf8e9", "#bae4b3", "#74c476", "#31a354", "#006d2c")
_BROWN_TO_GREEN = ("#a6611a", "#dfc27d", "#f7f7f7", "#80cdc1", "#018571")
_DIGITS = 2  # significant digits of a class edge


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """Classes of a map: n colours and the n - 1 edges between them."""

    edges: tuple[float, ...]
    """Ascending; a value on an edge belongs to the class above it."""
    colours: tuple[str, ...]
    low: float
    """Smallest value."""
    high: float
    """Largest value."""

    def colour(self, value: float | None) -> str:
        """Return the colour of a value, :data:`MISSING_COLOUR` of none."""
        if value is None:
            return MISSING_COLOUR
        return self.colours[bisect_right(self.edges, value)]

    def ranges(self) -> tuple[tuple[float, float, str], ...]:
        """Return lower end, upper end and colour of every class, ascending."""
        bounds = (self.low, *self.edges, self.high)
        return tuple((a, b, c) for (a, b), c in zip(pairwise(bounds), self.colours, strict=True))

    def legend(self) -> tuple[tuple[str, str], ...]:
        """Return colour and text of every class, the largest first, all with as many decimals.

        Examples
        --------
        >>> [text for _, text in diverging([-100.0, 40.0]).legend()]
        ['50 – 100', '10 – 50', '−10 – 10', '−50 – −10', '−100 – −50']

        """
        least = min((abs(edge) for edge in self.edges if edge), default=max(abs(self.high), 1.0))
        decimals = max(0, _DIGITS - 1 - math.floor(math.log10(least)))
        return tuple((c, range_text(a, b, decimals)) for a, b, c in reversed(self.ranges()))


def sequential(values: list[float]) -> Classes:
    """Return up to five classes of about equally many values.

    Examples
    --------
    >>> sequential([1.0, 2.0, 3.0, 4.0, 5.0]).edges
    (1.8, 2.6, 3.4, 4.2)
    >>> sequential([7.0, 7.0]).edges
    ()

    """
    ordered = sorted(values)
    if not ordered:
        return Classes(edges=(), colours=_GREENS[2:3], low=0.0, high=0.0)
    wanted = [_round(_quantile(ordered, share / 5)) for share in range(1, 5)]
    edges = tuple(e for e in sorted(set(wanted)) if ordered[0] < e <= ordered[-1])
    step = (len(_GREENS) - 1) / max(len(edges), 1)
    colours = tuple(_GREENS[round(i * step)] for i in range(len(edges) + 1))
    if not edges:
        colours = _GREENS[2:3]
    return Classes(edges=edges, colours=colours, low=ordered[0], high=ordered[-1])


def diverging(values: list[float]) -> Classes:
    """Return five classes symmetric about zero, the middle one around it.

    Examples
    --------
    >>> diverging([-10.0, 4.0]).edges
    (-5.0, -1.0, 1.0, 5.0)

    """
    reach = _round_up(max((abs(v) for v in values), default=0.0))
    inner, outer = reach / 10, reach / 2
    if not 0 < inner < outer:
        return Classes(edges=(), colours=_BROWN_TO_GREEN[2:3], low=0.0, high=0.0)
    return Classes(
        edges=(-outer, -inner, inner, outer),
        colours=_BROWN_TO_GREEN,
        low=-reach,
        high=reach,
    )


def _quantile(ordered: list[float], share: float) -> float:
    """Return a quantile by linear interpolation."""
    at = share * (len(ordered) - 1)
    below = math.floor(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (at - below) * (ordered[above] - ordered[below])


def _round(value: float) -> float:
    """Round to two significant digits."""
    if value == 0:
        return 0.0
    return round(value, _DIGITS - 1 - math.floor(math.log10(abs(value))))


def _round_up(value: float) -> float:
    """Round a magnitude up to two significant digits, so that no value lies beyond it."""
    if value == 0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(value)) - _DIGITS + 1)
    return _round(math.ceil(value / unit) * unit)
