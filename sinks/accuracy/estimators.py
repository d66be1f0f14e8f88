"""Areas and accuracies from a stratified sample of a map, each with its standard error.

A map class is a stratum. The share of a reference class in a stratum is what the sample found
there, weighted by the mapped area of the stratum, so that a small stratum of change is not
drowned by the omissions of a large stable one.

Source: Olofsson et al. (2014), Remote Sensing of Environment 148, 42-57, equations 1-11.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sinks.errors import EstimateError

FEWEST = 2
"""Sample units that a mapped stratum needs: the variance divides by their number less one."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a sample says of a map; class i is the same class in every array of shape (q,)."""

    shares: Floats
    """Share of the area by map class (rows) and reference class (columns), shape (q, q)."""
    area: Floats
    """Area of each reference class, in the unit of the mapped areas."""
    area_error: Floats
    """Standard error of each area."""
    users: Floats
    """User's accuracy: share of a map class that is right; NaN without sample units."""
    users_error: Floats
    """Standard error of each user's accuracy; NaN below two units."""
    producers: Floats
    """Producer's accuracy: share of a reference class that is mapped; NaN without area."""
    producers_error: Floats
    """Standard error of each producer's accuracy."""
    overall: float
    """Share of the area that is mapped right."""
    overall_error: float
    """Its standard error."""


def estimate(counts: NDArray[np.int64], mapped: Floats) -> Estimate:
    """Return areas and accuracies of a stratified random sample.

    Parameters
    ----------
    counts
        Sample units by map class (rows) and reference class (columns), shape (q, q).
    mapped
        Mapped area of each class, >= 0, shape (q,); any unit of area.

    Returns
    -------
    Estimate
        Areas add up to the mapped ones. Classes without mapped area may lack a sample.

    Raises
    ------
    EstimateError
        If a class with mapped area has fewer than two sample units, or nothing is mapped.

    Examples
    --------
    >>> found = estimate(np.array([[8, 2], [1, 9]]), np.array([100.0, 300.0]))
    >>> found.area.round(6).tolist(), found.overall
    ([110.0, 290.0], 0.875)

    """
    units = counts.sum(axis=1)
    lacking = (units < FEWEST) & (mapped > 0)
    total = float(mapped.sum())
    if lacking.any() or not total > 0:
        raise EstimateError(
            f"need at least {FEWEST} sample units in every mapped class and some mapped area, "
            f"got {units.tolist()} units for {mapped.tolist()}"
        )
    weights = mapped / total
    within = counts / np.maximum(units, 1)[:, None]
    spread = within * (1 - within) / np.maximum(units - 1, 1)[:, None]
    right = np.diagonal(within)
    shares = weights[:, None] * within
    area = total * shares.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        producers = mapped * right / area
        producers_error = np.sqrt(_producers_variance(mapped, producers, spread)) / area
    right_spread = np.diagonal(spread)
    return Estimate(
        shares=shares,
        area=area,
        area_error=total * np.sqrt((weights[:, None] ** 2 * spread).sum(axis=0)),
        users=np.where(units > 0, right, np.nan),
        users_error=np.where(units >= FEWEST, np.sqrt(right_spread), np.nan),
        producers=np.where(area > 0, producers, np.nan),
        producers_error=np.where(area > 0, producers_error, np.nan),
        overall=float(np.diagonal(shares).sum()),
        overall_error=float(np.sqrt((weights**2 * right_spread).sum())),
    )


def _producers_variance(mapped: Floats, producers: Floats, spread: Floats) -> Floats:
    """Return the variance of each producer's accuracy times the squared area of its class."""
    squared = mapped[:, None] ** 2 * spread
    own = np.diagonal(squared)
    variance: Floats = own * (1 - producers) ** 2 + producers**2 * (squared.sum(axis=0) - own)
    return variance
