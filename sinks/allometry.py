"""Below-ground biomass as a smooth function of above-ground biomass.

The stepped root:shoot ratios of the guidelines show a loss where a stand grows over a class
edge. The smooth form has no step and is what a constant or class ratio can be held against.

Source: Mokany et al. (2006), Global Change Biology 12, 84-96, as METHOD A9 quotes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .errors import EstimateError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_SCALE, _EXPONENT = 0.489, 0.89  # BGB = 0.489 AGB^0.89, both in t d.m./ha
SMOOTH_EDGES = (1.0, 2.0, 4.0, 7.0, *(float(edge) for edge in range(10, 301, 10)))
"""Edges of the biomass classes that the form is applied to by their mean, t d.m./ha: so narrow
that the form is nearly straight inside each and the mean of a class stands for its stands."""


def below_ground_smooth(above_ground: ArrayLike) -> NDArray[np.float64]:
    """Return the below-ground biomass of stands by the smooth form.

    Parameters
    ----------
    above_ground
        Above-ground biomass of each stand, t d.m./ha, of any shape; NaN stays NaN. The form is
        concave: apply it to stands or pixels, never to the mean of many.

    Returns
    -------
    ndarray of float64
        Below-ground biomass, t d.m./ha, in the same shape.

    Raises
    ------
    EstimateError
        If a biomass is negative.

    Examples
    --------
    >>> below_ground_smooth([0, 50, 100]).round(5).tolist()
    [0.0, 15.89982, 29.46516]

    """
    biomass = np.asarray(above_ground, dtype=np.float64)
    if (biomass < 0).any():
        raise EstimateError(f"biomass must be >= 0 t d.m./ha, got {biomass[biomass < 0].flat[0]:g}")
    below: NDArray[np.float64] = _SCALE * biomass**_EXPONENT
    return below
