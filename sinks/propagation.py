"""Propagation of error by source: Approach 1, and which source contributes how much.

A figure is a sum of products, so it is linear in each source while the others stand still. Its
slope on a source times the half-width of the source is what that source alone would do; sources
that are independent add as squares (IPCC equations 3.1 and 3.2), and a source that several terms
share is added first and squared after, wherever it stands: that is what adding percentages line
by line misses. With the slopes taken at the means of the draws, the squares are the exact first
order contributions to the variance of the Monte Carlo result, for products of independent sources.

Source: IPCC 2006 Guidelines, Volume 1, Chapter 3, equations 3.1 and 3.2; Saltelli et al. (2010)
Computer Physics Communications 181, 259-270 (first order indices).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from .distributions import Z95, half_width_of
from .uncertainty import area_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray

    from .uncertainty import AreaKey, Atom, Atoms, Forms, Joint

    Key: TypeAlias = str | AreaKey
    """Of a factor, or of an area error."""

__all__ = ["AREA_SAMPLE", "Parts", "half_widths", "propagate_products", "propagate_sums", "shares"]

AREA_SAMPLE = "area:sample"
"""Name of the area errors that one accuracy sample gives: they are one source."""
_BATCH = 4096  # forms done at once, to bound memory at 4096 x sources x 8 bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What each source contributes to each form, in the squared unit of the form."""

    names: tuple[str, ...]
    """Names of the sources, sorted: factors, rows that copy one figure, rasters, areas."""
    squares: NDArray[np.float64]
    """Shape (forms, sources), never negative."""


def half_widths(forms: Forms, atoms: Atoms, joint: Joint) -> NDArray[np.float64]:
    """Return the half-width (95 %) of every form by Approach 1, in the unit of its terms.

    Parameters
    ----------
    forms, atoms
        Figures and the products they are made of.
    joint
        Draws, of which only area errors of an accuracy sample are looked at: they have no
        half-width of their own.

    Returns
    -------
    ndarray, shape (forms,)
        ``sqrt(sum over sources of (slope x half-width)^2)``, slopes at the central values.

    """
    moments: dict[Key, _Moment] = {
        key: _Moment(atoms.factors[key].value, half_width_of(atoms.factors[key]))
        for key in joint.factors
    }
    for area, drawn in joint.areas.items():
        sampled = area in atoms.area_draws
        width = Z95 * float(drawn.std(ddof=1)) if sampled else atoms.area_half_width
        moments[area] = _Moment(1.0, width)
    squares = _parts(forms, _Sources(atoms, joint), moments).squares
    return np.asarray(np.sqrt(squares.sum(axis=1)), dtype=np.float64)


def shares(forms: Forms, atoms: Atoms, joint: Joint, variance: NDArray[np.float64]) -> Parts:
    """Return the share of each source in the variance of each form, first order.

    Parameters
    ----------
    forms, atoms, joint
        Figures, the products they are made of, and the draws.
    variance
        Variance of the draws of each form, shape (forms,).

    Returns
    -------
    Parts
        Shares whose sum is 1 within the sampling error where the figure is linear in its
        sources; what is missing from 1 comes from products of sources. All 0 for a form
        without variance.

    """
    moments: dict[Key, _Moment] = {key: _of_draws(x) for key, x in joint.factors.items()}
    moments |= {key: _of_draws(x) for key, x in joint.areas.items()}
    parts = _parts(forms, _Sources(atoms, joint), moments)
    whole = np.where(variance > 0, variance, np.inf)[:, np.newaxis]
    return Parts(names=parts.names, squares=parts.squares / whole)


def propagate_products(relative: Sequence[float]) -> float:
    """Return the relative half-width of a product of independent quantities (equation 3.1).

    >>> round(propagate_products([15, 30, 10]), 4)
    35.0
    """
    return float(np.sqrt(np.sum(np.square(relative))))


def propagate_sums(values: Sequence[float], relative: Sequence[float]) -> float:
    """Return the relative half-width of a sum of independent quantities (equation 3.2).

    >>> round(propagate_sums([100, 60, -20], [20, 40, 60]), 4)
    23.9046
    """
    absolute = np.asarray(values) * np.asarray(relative)
    return float(np.sqrt(np.sum(absolute**2)) / abs(np.sum(values)))


@dataclass(frozen=True, slots=True)
class _Moment:
    """Where a source stands, and how far it spreads."""

    centre: float
    spread: float


def _of_draws(drawn: NDArray[np.float64]) -> _Moment:
    """Return mean and standard deviation of the draws of a source."""
    return _Moment(float(drawn.mean()), float(drawn.std(ddof=1)))


class _Sources:
    """The sources behind factors and area errors, and how they correlate."""

    def __init__(self, atoms: Atoms, joint: Joint) -> None:
        self.atoms = tuple(atoms.items)
        self.of: dict[Key, str] = {key: atoms.factors[key].source for key in joint.factors}
        self.of |= {key: area_source(key) for key in joint.areas}
        self.names = tuple(sorted(set(self.of.values())))
        self.number = {name: n for n, name in enumerate(self.names)}
        self.cluster = dict(zip(self.names, self.names, strict=True))
        self.correlation: dict[tuple[str, str], float] = {}
        groups: dict[str, dict[str, float]] = {}
        for key in joint.factors:
            factor = atoms.factors[key]
            if factor.group and factor.correlation:
                groups.setdefault(factor.group, {})[factor.source] = factor.correlation
        for group, members in groups.items():
            for one, other in combinations(sorted(members), 2):
                self._join(group, one, other, members[one])
        sampled = sorted(key for key in joint.areas if key in atoms.area_draws)
        for first, second in combinations(sampled, 2):
            rho = _correlation(joint.areas[first], joint.areas[second])
            self._join(AREA_SAMPLE, area_source(first), area_source(second), rho)

    def _join(self, cluster: str, one: str, other: str, rho: float) -> None:
        """Make two sources parts of one."""
        self.cluster[one] = self.cluster[other] = cluster
        self.correlation[one, other] = rho


def _parts(forms: Forms, sources: _Sources, moments: Mapping[Key, _Moment]) -> Parts:
    """Return the squares of slope x spread of every form and source, correlated ones joined."""
    clusters = tuple(sorted(set(sources.cluster.values())))
    place = {name: n for n, name in enumerate(clusters)}
    effects = [list(_effects(atom, sources, moments)) for atom in sources.atoms]
    length = np.array([len(of_atom) for of_atom in effects], dtype=np.int64)
    start = np.concatenate([[0], np.cumsum(length)])
    source = np.array([n for of_atom in effects for n, _ in of_atom], dtype=np.int64)
    slope = np.array([value for of_atom in effects for _, value in of_atom])
    squares, of_term = np.zeros((len(forms), len(clusters))), forms.form
    for first in range(0, len(forms), _BATCH):
        last = min(first + _BATCH, len(forms))
        at = slice(forms.pointer[first], forms.pointer[last])
        atom, amount, form = forms.atom[at], forms.amount[at], of_term[at] - first
        times = length[atom]
        entry = np.repeat(start[atom], times) + _counting(times)
        cell = np.repeat(form, times) * len(sources.names) + source[entry]
        weights = np.repeat(amount, times) * slope[entry]
        shape = (last - first, len(sources.names))
        slopes = np.bincount(cell, weights, shape[0] * shape[1]).reshape(shape)
        batch = squares[first:last]
        for n, name in enumerate(sources.names):
            batch[:, place[sources.cluster[name]]] += slopes[:, n] ** 2
        for (one, other), rho in sources.correlation.items():
            both = slopes[:, sources.number[one]] * slopes[:, sources.number[other]]
            batch[:, place[sources.cluster[one]]] += 2 * rho * both
    return Parts(names=clusters, squares=np.maximum(squares, 0.0))


def _effects(
    atom: Atom, sources: _Sources, moments: Mapping[Key, _Moment]
) -> Iterator[tuple[int, float]]:
    """Yield source and slope x spread of one atom, once for every factor that it names."""
    keys: list[Key] = [*atom.factors, *([] if atom.area is None else [atom.area])]
    for place, key in enumerate(keys):
        others = [moments[other].centre for n, other in enumerate(keys) if n != place]
        yield sources.number[sources.of[key]], moments[key].spread * float(np.prod(others))


def _counting(times: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return 0 ... n-1 for each n, one after the other."""
    ends = np.cumsum(times)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - times, times)


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the correlation of two series of draws, 0 where one does not vary."""
    spread = float(one.std() * other.std())
    if spread == 0:
        return 0.0
    return float(np.mean((one - one.mean()) * (other - other.mean()))) / spread
