"""Datums of zone files, and the way back from GCJ-02, the shifted datum of Chinese web maps.

GCJ-02 moves every place in China by 300 to 700 m by a published series. The series goes from
WGS 84 to GCJ-02 only; its inverse is found by iteration, which halves the rest a thousandfold
at each step and ends at the last digit. BD-09 adds a second shift and is not taken.

Source: the series as in the coordtransform and eviltransform projects (constants of the
Krasovsky 1940 ellipsoid); the areas and shifts it must give are in the tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DATUMS = ("wgs84", "cgcs2000", "gcj02")
"""Datums that a zone file may declare."""

_SEMI_MAJOR_M = 6378245.0  # Krasovsky 1940
_ECCENTRICITY2 = 0.00669342162296594323  # Krasovsky 1940
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271  # the series applies inside
_ITERATIONS = 12  # each gains about three digits; five reach the last one


def gcj02_to_wgs84(
    lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitude and latitude (n,) on WGS 84 of coordinates (n,) on GCJ-02, in degrees.

    Each place depends on its own coordinates alone, so that a border which two polygons share
    stays shared. Places outside the rectangle of the series are returned as they are.

    Examples
    --------
    >>> lon, lat = gcj02_to_wgs84(np.array([111.67, 2.35]), np.array([40.82, 48.85]))
    >>> lon.round(6), lat.round(6)
    (array([111.66324,   2.35   ]), array([40.818684, 48.85    ]))

    """
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    inside = (lon > _WEST) & (lon < _EAST) & (lat > _SOUTH) & (lat < _NORTH)
    x, y = lon.copy(), lat.copy()
    for _ in range(_ITERATIONS):
        dx, dy = _shift(x, y)
        x, y = lon - dx, lat - dy
    return np.where(inside, x, lon), np.where(inside, y, lat)


def wgs84_to_gcj02(
    lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitude and latitude (n,) on GCJ-02 of coordinates (n,) on WGS 84, in degrees."""
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    inside = (lon > _WEST) & (lon < _EAST) & (lat > _SOUTH) & (lat < _NORTH)
    dx, dy = _shift(lon, lat)
    return np.where(inside, lon + dx, lon), np.where(inside, lat + dy, lat)


def _shift(
    lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the shift (degrees) of GCJ-02 against WGS 84 at places on WGS 84."""
    x, y, pi = lon - 105, lat - 35, np.pi
    ripple = (20 * np.sin(6 * x * pi) + 20 * np.sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + ripple
    north += (20 * np.sin(y * pi) + 40 * np.sin(y / 3 * pi)) * 2 / 3
    north += (160 * np.sin(y / 12 * pi) + 320 * np.sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + ripple
    east += (20 * np.sin(x * pi) + 40 * np.sin(x / 3 * pi)) * 2 / 3
    east += (150 * np.sin(x / 12 * pi) + 300 * np.sin(x / 30 * pi)) * 2 / 3
    phi = np.radians(lat)
    magic = 1 - _ECCENTRICITY2 * np.sin(phi) ** 2
    meridian = _SEMI_MAJOR_M * (1 - _ECCENTRICITY2) / magic**1.5
    parallel = _SEMI_MAJOR_M / np.sqrt(magic) * np.cos(phi)
    return np.degrees(east / parallel), np.degrees(north / meridian)
