"""Intervals by joint draws: each source of error is drawn once and shared by all it touches.

Every figure of an inventory is a linear form over *atoms*, products of coefficient rows and
one area error. A coefficient row is one source wherever it is used, so its error is fully
correlated between leagues and between dates; the area error is shared by all zones and
pools of one ecosystem and date. Adding the variances of leagues in quadrature would
understate the region several times over. The draws never touch a pixel.

Source: IPCC 2006 Guidelines, Volume 1, Chapter 3 (Approach 2, Monte Carlo).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

from .errors import EstimateError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

Z95 = 1.96
"""Half-width of a 95 % interval in standard deviations, as METHOD A10 and IPCC use it."""
_PROBABILITIES = (0.025, 0.975)
_NARROW = 0.31  # largest relative half-width that is drawn lognormal: METHOD A10 has 30 %
_SYMMETRIC = 0.01  # an interval whose sides differ by less than this share counts as symmetric
_DIGITS = 9  # a bound is a Monte Carlo estimate: more digits differ between processors
_BATCH = 256  # linear forms evaluated at once, to bound memory at 256 x draws x 8 bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One source of error: a coefficient row, or the relative error of a raster."""

    key: str
    """Identity; equal keys are one source."""
    value: float
    """Central value, in its own unit."""
    low: float
    """Lower bound of the 95 % interval."""
    high: float
    """Upper bound of the 95 % interval."""
    group: str = ""
    """Factors of one group share a part of their error, such as one product at two dates."""
    correlation: float = 0.0
    """Correlation between the factors of the group, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Atom:
    """A product of factors with the area error of one ecosystem and date."""

    factors: tuple[str, ...]
    area: tuple[str, int] | None


@dataclass(slots=True)
class Atoms:
    """The distinct atoms of an inventory, numbered in order of first use."""

    factors: Mapping[str, Factor]
    """Every factor that an atom may name."""
    area_half_width: float
    """Relative half-width (95 %) of the area of one ecosystem at one date."""
    items: list[Atom] = field(default_factory=list)
    _numbers: dict[Atom, int] = field(default_factory=dict)

    def number(self, factors: Iterable[str], area: tuple[str, int] | None) -> int:
        """Return the number of an atom, adding it at its first use.

        Parameters
        ----------
        factors
            Keys of the factors that are multiplied.
        area
            Ecosystem and year whose area error multiplies them; None for none.

        Raises
        ------
        EstimateError
            If a factor is not known.

        """
        atom = Atom(tuple(factors), area)
        if atom not in self._numbers:
            missing = [key for key in atom.factors if key not in self.factors]
            if missing:
                raise EstimateError(f"no factor {missing[0]!r} among {len(self.factors)} known")
            self._numbers[atom] = len(self.items)
            self.items.append(atom)
        return self._numbers[atom]

    def central(self) -> NDArray[np.float64]:
        """Return the central value of each atom, shape (n,)."""
        return np.array(
            [np.prod([self.factors[key].value for key in atom.factors]) for atom in self.items],
            dtype=np.float64,
        )

    def draw(self, *, seed: int, draws: int) -> NDArray[np.float64]:
        """Draw every atom jointly; shape (n, draws).

        The stream of a source depends on the seed and its own key alone, so that adding a
        row to a table leaves the draws of all others as they were.
        """
        drawn: dict[str, NDArray[np.float64]] = {}
        areas: dict[tuple[str, int], NDArray[np.float64]] = {}
        out = np.empty((len(self.items), draws))
        out[:] = 1.0
        for number, atom in enumerate(self.items):
            for key in atom.factors:
                if key not in drawn:
                    drawn[key] = draw_factor(self.factors[key], seed=seed, draws=draws)
                out[number] *= drawn[key]
            if atom.area is not None:
                if atom.area not in areas:
                    normal = _stream(seed, f"area:{atom.area[0]}:{atom.area[1]}", draws)
                    areas[atom.area] = 1.0 + normal * (self.area_half_width / Z95)
                out[number] *= areas[atom.area]
        return out


def draw_factor(factor: Factor, *, seed: int, draws: int) -> NDArray[np.float64]:
    """Draw one factor; shape (draws,), never negative when its interval is not.

    A symmetric interval of up to 30 % is lognormal with the central value as its mean
    (METHOD A10). A wider or asymmetric one is a normal of two pieces around the central value,
    whose 2.5 % and 97.5 % quantiles are exactly ``low`` and ``high``, cut at zero: a wide
    lognormal around its mean would not keep the stated bounds. A bound equal to the value is
    a stated zero error on that side.

    Raises
    ------
    EstimateError
        If not ``low <= value <= high``.

    Examples
    --------
    >>> fixed = Factor(key="x", value=2.0, low=2.0, high=2.0)
    >>> draw_factor(fixed, seed=1, draws=3).tolist()
    [2.0, 2.0, 2.0]

    """
    below, above = factor.value - factor.low, factor.high - factor.value
    if not (below >= 0 and above >= 0):
        raise EstimateError(
            f"{factor.key}: need low <= value <= high, "
            f"got {factor.low:g}, {factor.value:g}, {factor.high:g}"
        )
    if below == above == 0:
        return np.full(draws, factor.value)
    normal = _stream(seed, factor.key, draws)
    if factor.group and factor.correlation:
        shared = _stream(seed, f"group:{factor.group}", draws)
        rho = factor.correlation
        normal = np.sqrt(rho) * shared + np.sqrt(1 - rho) * normal
    symmetric = abs(below - above) <= _SYMMETRIC * max(below, above)
    if factor.value > 0 and symmetric and max(below, above) <= _NARROW * factor.value:
        variance = np.log1p(((below + above) / 2 / Z95 / factor.value) ** 2)
        lognormal: NDArray[np.float64] = factor.value * np.exp(
            np.sqrt(variance) * normal - variance / 2
        )
        return lognormal
    spread = np.where(normal < 0, below, above) / Z95
    pieces: NDArray[np.float64] = np.maximum(factor.value + spread * normal, min(0.0, factor.low))
    return pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """Linear forms over atoms in compressed rows: form i is the sum of amount x atom."""

    pointer: NDArray[np.int64]
    """Start of each form in ``atom`` and ``amount``; shape (n + 1,)."""
    atom: NDArray[np.int64]
    """Atom numbers, ascending inside a form."""
    amount: NDArray[np.float64]
    """Amounts (ha, t d.m. or t C), negative on the side that is subtracted."""

    def __len__(self) -> int:
        """Return the number of forms."""
        return len(self.pointer) - 1

    @classmethod
    def from_terms(
        cls, form: NDArray[np.int64], atom: NDArray[np.int64], amount: NDArray[np.float64], n: int
    ) -> Forms:
        """Collect terms (form number, atom, amount) of any order into ``n`` forms."""
        order = np.lexsort((atom, form))
        form, atom, amount = form[order], atom[order], amount[order]
        first = np.ones(len(form), dtype=bool)
        first[1:] = (form[1:] != form[:-1]) | (atom[1:] != atom[:-1])
        starts = np.flatnonzero(first)
        sums = np.add.reduceat(amount, starts) if len(starts) else amount[:0]
        return cls(
            pointer=np.searchsorted(form[starts], np.arange(n + 1)).astype(np.int64),
            atom=atom[starts],
            amount=sums,
        )

    def values(self, atoms: NDArray[np.float64]) -> NDArray[np.float64]:
        """Evaluate every form at atom values of shape (atoms,); returns shape (n,)."""
        products = self.amount * atoms[self.atom]
        sums = np.zeros(len(self))
        np.add.at(sums, np.repeat(np.arange(len(self)), np.diff(self.pointer)), products)
        return sums

    def intervals(
        self, drawn: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the 95 % bounds of every form over draws of shape (atoms, draws).

        The order of additions is fixed and no threaded library is used, so a rerun gives the
        same bytes; bounds keep nine significant digits.
        """
        low, high = np.zeros(len(self)), np.zeros(len(self))
        for start in range(0, len(self), _BATCH):
            stop = min(start + _BATCH, len(self))
            batch = np.zeros((stop - start, drawn.shape[1]))
            for form in range(start, stop):
                for at in range(self.pointer[form], self.pointer[form + 1]):
                    batch[form - start] += self.amount[at] * drawn[self.atom[at]]
            low[start:stop], high[start:stop] = np.quantile(batch, _PROBABILITIES, axis=1)
        return significant(low), significant(high)


def significant(values: NDArray[np.float64], digits: int = _DIGITS) -> NDArray[np.float64]:
    """Round to significant digits; zero stays zero.

    >>> significant(np.array([123456.789, 0.0, -0.00123456]), 3).tolist()
    [123000.0, 0.0, -0.00123]
    """
    with np.errstate(divide="ignore"):
        magnitude = np.where(values == 0, 0, np.floor(np.log10(np.abs(values))))
    return np.array(
        [round(v, int(digits - 1 - m)) for v, m in zip(values.tolist(), magnitude, strict=True)]
    )


def half_width(low: Sequence[float], high: Sequence[float]) -> NDArray[np.float64]:
    """Return half of the width of each interval, shape (n,)."""
    return (np.asarray(high, dtype=np.float64) - np.asarray(low, dtype=np.float64)) / 2


def _stream(seed: int, key: str, draws: int) -> NDArray[np.float64]:
    """Return the standard normal draws of one source."""
    source = int.from_bytes(sha256(key.encode()).digest()[:8], "big")
    generator = np.random.default_rng([seed, source])
    return generator.standard_normal(draws)
