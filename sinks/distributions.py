"""How one source of error is drawn: the distribution that its bounds stand for.

The published value stays the figure; the distribution only spreads it. Symmetric bounds are a
normal, cut at zero where the quantity cannot be negative; asymmetric or wide bounds of a
positive quantity are a lognormal through the two bounds; a range is uniform or triangular where
the row says so. The bounds are the quantiles of what is drawn. Where the mean of the draws is not
the value (asymmetric bounds), the shift is reported and not hidden by moving the bounds.

Source: IPCC 2006 Guidelines, Volume 1, Chapter 3, section 3.2.2.4 (choice of a distribution).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from math import erf, exp, log, pi, sqrt
from typing import TYPE_CHECKING

import numpy as np

from .errors import EstimateError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "Z95", "Factor", "Shape", "draw_factor", "half_width_of", "mean_of", "normal_stream",
]  # fmt: skip

Z95 = 1.96
"""Half-width of a 95 % interval in standard deviations, as METHOD A10 and IPCC use it."""
_SYMMETRIC = 0.01  # an interval whose sides differ by less than this share counts as symmetric
_WIDE = 0.7609  # half-width / value above which a normal has > 0.5 % of its draws below zero
_ABOVE_LOW = 0.975  # probability above the lower bound, and below the upper one


class Shape(StrEnum):
    """What the bounds of a source say about its distribution."""

    INTERVAL = "interval"
    """They are the 2.5 % and 97.5 % points."""
    UNIFORM = "uniform"
    """They are the ends of a range in which every value is as likely."""
    TRIANGULAR = "triangular"
    """They are the ends of a range with the value as its mode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One source of error: a coefficient row, or the relative error of a raster."""

    key: str
    """Identity; equal keys are one source."""
    value: float
    """Central value, in its own unit."""
    low: float
    """Lower bound of the 95 % interval, or lower end of a range."""
    high: float
    """Upper bound of the 95 % interval, or upper end of a range."""
    group: str = ""
    """Factors of one group share a part of their error, such as one product at two dates."""
    correlation: float = 0.0
    """Correlation between the factors of the group, 0 to 1."""
    shape: Shape = Shape.INTERVAL
    """What the bounds are."""
    signed: bool = False
    """Whether values below zero are meaningful; all else is cut at zero."""
    source_group: str = ""
    """Rows that copy one published figure name it here and are drawn as one source."""

    @property
    def source(self) -> str:
        """Name of the source of error: the key, or what several rows copy."""
        return f"source:{self.source_group}" if self.source_group else self.key


def draw_factor(factor: Factor, *, seed: int, draws: int) -> NDArray[np.float64]:
    """Draw one factor; shape (draws,), never negative unless the factor is signed.

    - Bounds that are equally far from the value (to 1 %) are a normal around it. Draws below
      zero of a quantity that cannot be negative become zero: the bounds, both at or above
      zero, stay the 2.5 % and 97.5 % points and the mean moves by half a percent at most.
    - Asymmetric bounds of a positive quantity are a lognormal whose 2.5 % and 97.5 % points they
      are; so are wide symmetric ones. Wide means that a normal would put more than 0.5 % of its
      draws below zero: a half-width above 76 % of the value, beyond the nominal 75 % of a
      Tier 1 default.
    - Asymmetric bounds that a lognormal cannot have (a signed quantity, a bound at or below
      zero, or a bound equal to the value, which states that there is no error on that side) are
      a normal of two pieces around the value, cut at zero unless signed.
    - A range is uniform between its ends, or triangular with the value as its mode.

    The stream depends on the seed and the name of the source alone, so that factors of one
    source rise and fall together and a new row leaves the draws of all others as they were.

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
    below, above = _sides(factor)
    if below == above == 0:
        return np.full(draws, factor.value)
    normal = normal_stream(seed, factor.source, draws)
    if factor.group and factor.correlation:
        shared = normal_stream(seed, f"group:{factor.group}", draws)
        rho = factor.correlation
        normal = np.sqrt(rho) * shared + np.sqrt(1 - rho) * normal
    if factor.shape is Shape.UNIFORM:
        return factor.low + (below + above) * _probability(normal)
    if factor.shape is Shape.TRIANGULAR:
        return _triangular(_probability(normal), factor)
    if _is_lognormal(factor):
        mu, sigma = _log_moments(factor)
        return np.asarray(np.exp(mu + sigma * normal), dtype=np.float64)
    drawn = factor.value + np.where(normal < 0, below, above) / Z95 * normal
    return drawn if factor.signed else np.maximum(drawn, 0.0)


def mean_of(factor: Factor) -> float:
    """Return the mean of what :func:`draw_factor` draws, in the unit of the factor.

    Examples
    --------
    >>> round(mean_of(Factor(key="x", value=10.0, low=7.0, high=13.0)), 6)
    10.0
    >>> round(mean_of(Factor(key="r", value=0.39, low=0.23, high=0.96)), 4)
    0.5022

    """
    below, above = _sides(factor)
    if factor.shape is Shape.UNIFORM:
        return (factor.low + factor.high) / 2
    if factor.shape is Shape.TRIANGULAR:
        return (factor.low + factor.value + factor.high) / 3
    if _is_lognormal(factor):
        mu, sigma = _log_moments(factor)
        return exp(mu + sigma**2 / 2)
    mean = factor.value + (above - below) / Z95 / sqrt(2 * pi)
    if factor.signed or below == 0:
        return mean
    reach = factor.value * Z95 / below  # the mean of the part below zero, which is cut
    density, tail = exp(-(reach**2) / 2) / sqrt(2 * pi), (1 - erf(reach / sqrt(2))) / 2
    return mean + below / Z95 * (density - reach * tail)


def half_width_of(factor: Factor) -> float:
    """Return half of the 95 % interval of a factor, in its unit; U of IPCC's equation 3.1.

    Examples
    --------
    >>> half_width_of(Factor(key="x", value=10.0, low=7.0, high=13.0))
    3.0
    >>> round(half_width_of(Factor(key="x", value=1.0, low=0.0, high=2.0, shape=Shape.UNIFORM)), 4)
    0.95

    """
    below, above = _sides(factor)
    if factor.shape is Shape.UNIFORM:
        return (2 * _ABOVE_LOW - 1) * (below + above) / 2
    if factor.shape is Shape.TRIANGULAR:
        low, high = _triangular(np.array([1 - _ABOVE_LOW, _ABOVE_LOW]), factor)
        return float(high - low) / 2
    return (factor.high - factor.low) / 2


def normal_stream(seed: int, name: str, draws: int) -> NDArray[np.float64]:
    """Return the standard normal draws that belong to a name; shape (draws,)."""
    source = int.from_bytes(sha256(name.encode()).digest()[:8], "big")
    return np.random.default_rng([seed, source]).standard_normal(draws)


def _sides(factor: Factor) -> tuple[float, float]:
    """Return how far the bounds are below and above the value."""
    below, above = factor.value - factor.low, factor.high - factor.value
    if not (below >= 0 and above >= 0):
        raise EstimateError(
            f"{factor.key}: need low <= value <= high, "
            f"got {factor.low:g}, {factor.value:g}, {factor.high:g}"
        )
    return below, above


def _is_lognormal(factor: Factor) -> bool:
    """Return whether the bounds are those of a lognormal."""
    below, above = _sides(factor)
    if factor.signed or factor.low <= 0 or below == 0 or above == 0:
        return False
    symmetric = abs(below - above) <= _SYMMETRIC * max(below, above)
    return not symmetric or max(below, above) > _WIDE * factor.value


def _log_moments(factor: Factor) -> tuple[float, float]:
    """Return mean and standard deviation of the logarithm, from the two bounds."""
    low, high = log(factor.low), log(factor.high)
    return (low + high) / 2, (high - low) / (2 * Z95)


def _probability(normal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the normal distribution function; uniform between 0 and 1 for normal draws."""
    return np.array([(1 + erf(x / sqrt(2))) / 2 for x in normal.tolist()])


def _triangular(p: NDArray[np.float64], factor: Factor) -> NDArray[np.float64]:
    """Return the quantiles of the triangular distribution with the value as its mode."""
    below, above = _sides(factor)
    width = below + above
    rising = factor.low + np.sqrt(p * width * below)
    falling = factor.high - np.sqrt((1 - p) * width * above)
    return np.asarray(np.where(p * width < below, rising, falling), dtype=np.float64)
