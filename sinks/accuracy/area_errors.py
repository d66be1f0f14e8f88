"""Joint draws of the adjusted areas: the shares that a stratum has by reference class.

The shares of one map class are drawn together as a Dirichlet vector around what the sample
found. With n - 2 in all as its concentration, its variances and covariances are those of the
estimator, p(1 - p)/(n - 1) and -pq/(n - 1), no share is ever negative, and the shares add up
to one, so that the whole keeps its area in every draw. Map classes are sampled independently.

Source: variances of Olofsson et al. (2014), Remote Sensing of Environment 148, 42-57, equation
10; moments of the Dirichlet distribution: Johnson and Kotz (1972), chapter 40.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sinks.uncertainty import AreaDraw

    from .sample import Sample

_FEWEST_SPREAD = 2  # of n = 2 units the concentration is 0: all land is of one class or the other


def area_key(map_class: str, reference_class: str, year: int) -> tuple[str, int]:
    """Return the key of the area error of land mapped as one class and found as another."""
    return f"accuracy {map_class} / {reference_class}", year


def area_draws(sample: Sample) -> Mapping[tuple[str, int], AreaDraw]:
    """Return how the area error of every pair of classes with sample units is drawn.

    Parameters
    ----------
    sample
        A sample that suits the maps.

    Returns
    -------
    dict
        By ``area_key``; the errors of one map class are drawn together, from one stream.

    """
    names = sample.names()
    counts = sample.counts(names)
    drawn = {}
    for i, name in enumerate(names):
        shares = _Shares(name, counts[i])
        for j in np.flatnonzero(counts[i]).tolist():
            drawn[area_key(name, names[j], sample.year1)] = partial(shares.relative, j)
    return drawn


@dataclass(slots=True)
class _Shares:
    """The shares of one map class; the last draw is kept, for its classes are asked in turn."""

    name: str
    units: NDArray[np.int64]
    _last: tuple[int, int] | None = None
    _drawn: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))

    def relative(self, j: int, seed: int, draws: int) -> NDArray[np.float64]:
        """Return drawn over central share of reference class ``j``, shape (draws,)."""
        if self._last != (seed, draws):
            self._drawn = draw_shares(self.units, self._stream(seed), draws)
            self._last = seed, draws
        ratio: NDArray[np.float64] = self._drawn[:, j] * (self.units.sum() / self.units[j])
        return ratio

    def _stream(self, seed: int) -> np.random.Generator:
        """Return the stream of this map class, apart from all others."""
        source = int.from_bytes(sha256(f"accuracy:{self.name}".encode()).digest()[:8], "big")
        return np.random.default_rng([seed, source])


def draw_shares(
    units: NDArray[np.int64], generator: np.random.Generator, draws: int
) -> NDArray[np.float64]:
    """Draw the shares of a map class by reference class.

    Parameters
    ----------
    units
        Sample units by reference class, shape (q,); two or more in all.
    generator
        The stream.
    draws
        Number of draws.

    Returns
    -------
    ndarray
        Shape (draws, q); every row adds up to one, a class without units has 0.

    """
    n = int(units.sum())
    seen = np.flatnonzero(units)
    out = np.zeros((draws, len(units)))
    if n <= _FEWEST_SPREAD:
        chosen = generator.choice(seen, size=draws, p=units[seen] / n)
        out[np.arange(draws), chosen] = 1.0
    else:
        out[:, seen] = generator.dirichlet(units[seen] * ((n - 2) / n), size=draws)
    return out
