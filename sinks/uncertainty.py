"""Intervals by joint draws: each source of error is drawn once and shared by all it touches.

Every figure of an inventory is a linear form over *atoms*, products of coefficient rows and
one area error. A coefficient row is one source wherever it is used, so its error is fully
correlated between leagues and between dates; the area error is shared by all zones and
pools of one ecosystem and date. Adding the variances of leagues in quadrature would
understate the region several times over. The draws never touch a pixel.

Source: IPCC 2006 Guidelines, Volume 1, Chapter 3 (Approach 2, Monte Carlo).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from os import cpu_count
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from .distributions import Z95, Factor, Shape, draw_factor, normal_stream
from .draw_kernel import spread_forms
from .errors import EstimateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    AreaDraw: TypeAlias = Callable[[int, int], NDArray[np.float64]]
    """Relative area error by seed and number of draws: factors around 1, shape (draws,)."""

__all__ = [
    "Z95", "Atom", "Atoms", "Factor", "Forms", "Joint", "Shape", "Spread", "draw_factor",
    "half_width", "significant",
]  # fmt: skip

AreaKey: TypeAlias = tuple[str, int]
"""Ecosystem, or name of a stratum, and year."""
_DIGITS = 9  # a bound is a Monte Carlo estimate: more digits differ between processors
_SHARE = 64  # forms that a thread takes at a time


@dataclass(frozen=True, slots=True)
class Atom:
    """A product of factors with the area error of one ecosystem and date."""

    factors: tuple[str, ...]
    area: AreaKey | None


@dataclass(slots=True)
class Atoms:
    """The distinct atoms of an inventory, numbered in order of first use."""

    factors: Mapping[str, Factor]
    """Every factor that an atom may name."""
    area_half_width: float
    """Relative half-width (95 %) of the area of one ecosystem at one date."""
    area_draws: Mapping[AreaKey, AreaDraw] = field(default_factory=dict)
    """Area errors that are drawn together with others; all else is drawn on its own."""
    items: list[Atom] = field(default_factory=list)
    _numbers: dict[Atom, int] = field(default_factory=dict)

    def number(self, factors: Iterable[str], area: AreaKey | None) -> int:
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

    def draw(self, *, seed: int, draws: int) -> Joint:
        """Draw every source that an atom names, jointly.

        The stream of a source depends on the seed and its own name alone, so that adding a
        row to a table leaves the draws of all others as they were.
        """
        keys = {key for atom in self.items for key in atom.factors}
        areas = {atom.area for atom in self.items if atom.area is not None}
        return Joint.of(
            self.items,
            factors={
                key: draw_factor(self.factors[key], seed=seed, draws=draws) for key in sorted(keys)
            },
            areas={key: self._draw_area(key, seed, draws) for key in sorted(areas)},
            draws=draws,
        )

    def without_correlation(self) -> Atoms:
        """Return the same atoms with every raster of several dates drawn independently."""
        apart = {key: replace(f, group="", correlation=0.0) for key, f in self.factors.items()}
        return replace(self, factors=apart)

    def _draw_area(self, key: AreaKey, seed: int, draws: int) -> NDArray[np.float64]:
        """Return the draws of one relative area error, around 1."""
        if key in self.area_draws:
            return self.area_draws[key](seed, draws)
        normal = normal_stream(seed, area_source(key), draws)
        return 1.0 + normal * (self.area_half_width / Z95)


def area_source(key: AreaKey) -> str:
    """Return the name of the error of an area.

    >>> area_source(("forest", 2020))
    'area:forest:2020'
    """
    return f"area:{key[0]}:{key[1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """Joint draws of all sources.

    Atoms are not kept as draws: there may be thousands. Kept are the products of factors that
    differ, and the area errors, whose product an atom is.
    """

    factors: Mapping[str, NDArray[np.float64]]
    """Draws of each factor, shape (draws,)."""
    areas: Mapping[AreaKey, NDArray[np.float64]]
    """Draws of each relative area error, around 1."""
    products: NDArray[np.float64]
    """Distinct products of factors, shape (products, draws)."""
    errors: NDArray[np.float64]
    """Area errors, shape (areas + 1, draws); the first row is 1: no error."""
    product: NDArray[np.int64]
    """Row of ``products`` of each atom, shape (atoms,)."""
    error: NDArray[np.int64]
    """Row of ``errors`` of each atom, shape (atoms,)."""

    @classmethod
    def of(
        cls,
        atoms: Sequence[Atom],
        *,
        factors: Mapping[str, NDArray[np.float64]],
        areas: Mapping[AreaKey, NDArray[np.float64]],
        draws: int,
    ) -> Joint:
        """Multiply the draws of factors into the products that atoms are made of."""
        named = {keys: n for n, keys in enumerate(dict.fromkeys(a.factors for a in atoms))}
        rows: dict[AreaKey | None, int] = {None: 0}
        rows |= {key: n for n, key in enumerate(areas, start=1)}
        products = np.ones((len(named), draws))
        for keys, row in named.items():
            for key in keys:
                products[row] *= factors[key]
        errors = np.ones((len(rows), draws))
        for area, drawn in areas.items():
            errors[rows[area]] = drawn
        return cls(
            factors=factors,
            areas=areas,
            products=products,
            errors=errors,
            product=np.array([named[atom.factors] for atom in atoms], dtype=np.int64),
            error=np.array([rows[atom.area] for atom in atoms], dtype=np.int64),
        )

    def atom(self, number: int) -> NDArray[np.float64]:
        """Return the draws of one atom, shape (draws,)."""
        return np.asarray(self.products[self.product[number]] * self.errors[self.error[number]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """What the draws say of each form; arrays of shape (forms,), nine significant digits."""

    low: NDArray[np.float64]
    """2.5 % point."""
    high: NDArray[np.float64]
    """97.5 % point."""
    mean: NDArray[np.float64]
    """Mean of the draws."""
    variance: NDArray[np.float64]
    """Variance of the draws."""


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

    @property
    def form(self) -> NDArray[np.int64]:
        """Number of the form that each term belongs to, shape (terms,)."""
        return np.repeat(np.arange(len(self)), np.diff(self.pointer))

    def values(self, atoms: NDArray[np.float64]) -> NDArray[np.float64]:
        """Evaluate every form at atom values of shape (atoms,); returns shape (n,)."""
        sums = np.zeros(len(self))
        np.add.at(sums, self.form, self.amount * atoms[self.atom])
        return sums

    def spread(self, joint: Joint) -> Spread:
        """Return bounds, mean and variance of every form over joint draws.

        Forms are shared out among threads; inside a form the order of additions is fixed and no
        threaded library is used, so a rerun gives the same bytes on any number of cores.
        """
        form, product, error = self.form, joint.product[self.atom], joint.error[self.atom]
        order = np.lexsort((product, error, form))
        out = np.empty((len(self), 4))
        terms = (self.pointer, product[order], error[order], self.amount[order])

        def fill(first: int) -> None:
            last = min(first + _SHARE, len(self))
            spread_forms(*terms, joint.products, joint.errors, first, last, out)

        with ThreadPoolExecutor(cpu_count()) as threads:
            list(threads.map(fill, range(0, len(self), _SHARE)))
        low, high, mean, variance = (significant(column) for column in out.T)
        return Spread(low=low, high=high, mean=mean, variance=variance)

    def intervals(self, joint: Joint) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the 95 % bounds of every form over joint draws."""
        spread = self.spread(joint)
        return spread.low, spread.high


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
