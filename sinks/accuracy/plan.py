"""How large an accuracy sample must be, and how many units each stratum gets.

The number of units follows from the standard error that the overall accuracy is to have. Rare
strata get a minimum, for in proportion to their area they would have none. The minimum is
added and not taken from the others, so that the standard error aimed at is met.

Source: Cochran (1977), Sampling Techniques, equation 5.25, as Olofsson et al. (2014) use it
(Remote Sensing of Environment 148, 42-57, equation 13 and section 5.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt
from typing import TYPE_CHECKING

from sinks.errors import EstimateError

from .areas import split

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MICRO = 10**6  # hectares are shared out as whole numbers of a millionth


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStratum:
    """One stratum of a sampling plan."""

    stratum: str
    area_ha: float
    """Mapped area, ha."""
    area_share: float
    """Share of the whole area."""
    users_accuracy: float
    """User's accuracy that is expected, 0 to 1."""
    proportional: int
    """Units in proportion to the area."""
    samples: int
    """Units that the plan gives it."""
    expected_standard_error: float
    """Standard error of its user's accuracy, if it is what is expected."""


def sample_size(
    areas_ha: Mapping[str, float], users: Mapping[str, float], *, standard_error: float
) -> int:
    """Return the number of units for a standard error of the overall accuracy.

    Parameters
    ----------
    areas_ha
        Mapped area of each stratum.
    users
        Expected user's accuracy of each stratum, 0 to 1.
    standard_error
        Standard error that the overall accuracy is to have, above 0.

    Raises
    ------
    EstimateError
        If a figure is out of its range.

    Examples
    --------
    >>> areas = {"loss": 20.0, "gain": 15.0, "forest": 320.0, "other": 645.0}
    >>> users = {"loss": 0.7, "gain": 0.6, "forest": 0.9, "other": 0.95}
    >>> sample_size(areas, users, standard_error=0.01)
    641

    """
    total = sum(areas_ha.values())
    if not total > 0 or min(areas_ha.values()) < 0:
        raise EstimateError(f"every stratum needs an area >= 0 ha and one above, got {areas_ha}")
    bad = {name: u for name, u in users.items() if not 0 <= u <= 1}
    if bad:
        raise EstimateError(f"an expected user's accuracy is a share of 0 to 1, got {bad}")
    if not 0 < standard_error < 1:
        raise EstimateError(f"the standard error is above 0 and below 1, got {standard_error:g}")
    spread = sum(area / total * sqrt(users[s] * (1 - users[s])) for s, area in areas_ha.items())
    return ceil(round((spread / standard_error) ** 2, 9))


def sampling_plan(
    areas_ha: Mapping[str, float],
    users: Mapping[str, float],
    *,
    standard_error: float,
    minimum: int,
) -> tuple[PlannedStratum, ...]:
    """Return the units of each stratum, at least ``minimum`` in each.

    Parameters
    ----------
    areas_ha, users, standard_error
        As for :func:`sample_size`.
    minimum
        Units that every stratum gets, two or more; Olofsson et al. advise 50 to 100. Strata
        that would have more by their area have that.

    Returns
    -------
    tuple of PlannedStratum
        By name. The units add up to the sample size and what the minima add to it.

    Raises
    ------
    EstimateError
        If a figure is out of its range.

    """
    if minimum < 2:  # noqa: PLR2004 - the variance divides by n - 1
        raise EstimateError(f"every stratum needs at least 2 units, got {minimum}")
    size = sample_size(areas_ha, users, standard_error=standard_error)
    names = sorted(areas_ha)
    weights = [round(areas_ha[name] * _MICRO) for name in names]
    proportional = dict(zip(names, split(size, weights), strict=True))
    given = {name: max(minimum, share) for name, share in proportional.items()}
    total = sum(areas_ha.values())
    return tuple(
        PlannedStratum(
            stratum=name,
            area_ha=areas_ha[name],
            area_share=areas_ha[name] / total,
            users_accuracy=users[name],
            proportional=proportional[name],
            samples=given[name],
            expected_standard_error=sqrt(users[name] * (1 - users[name]) / (given[name] - 1)),
        )
        for name in names
    )


def overall_error(plan: Iterable[PlannedStratum]) -> float:
    """Return the standard error of the overall accuracy that a plan leads one to expect."""
    return sqrt(sum((s.area_share * s.expected_standard_error) ** 2 for s in plan))
