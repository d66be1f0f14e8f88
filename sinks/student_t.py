"""The quantile of Student's t for the interval of a mean of few values.

Source: finite series for whole degrees of freedom: Abramowitz and Stegun (1964), Handbook of
Mathematical Functions, equations 26.7.3 and 26.7.4.
"""

from __future__ import annotations

from math import atan, cos, pi, sin, sqrt

from .errors import EstimateError

_STEPS = 200  # bisections: more than a double can tell apart


def student_t(degrees: int, *, probability: float) -> float:
    """Return the t that a central interval of ``probability`` reaches.

    Parameters
    ----------
    degrees
        Degrees of freedom, 1 or more.
    probability
        Probability inside the interval, such as 0.95; above 0 and below 1.

    Raises
    ------
    EstimateError
        If an argument is out of its range.

    Examples
    --------
    >>> [round(student_t(n, probability=0.95), 3) for n in (1, 2, 10, 120)]
    [12.706, 4.303, 2.228, 1.98]

    """
    if degrees < 1 or not 0 < probability < 1:
        raise EstimateError(
            f"need 1 degree of freedom or more and a probability inside 0 to 1, "
            f"got {degrees} and {probability:g}"
        )
    low, high = 0.0, 1.0
    while _inside(high, degrees) < probability:
        high *= 2
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _inside(middle, degrees) < probability:
            low = middle
        else:
            high = middle
    return high


def _inside(t: float, degrees: int) -> float:
    """Return the probability of -t to t."""
    angle = atan(t / sqrt(degrees))
    odd = degrees % 2
    term = cos(angle) if odd else 1.0
    total = term if degrees > 1 else 0.0
    for k in range(2 + odd, degrees, 2):
        term *= cos(angle) ** 2 * (k - 1) / k
        total += term
    series = sin(angle) * total
    return 2 / pi * (angle + series) if odd else series
