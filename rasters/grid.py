"""Grids: a CRS, a rectilinear transform and a shape, and which of them can be counted on.

Areas are the point of a grid here, so its kind says how the area of a pixel follows from it,
and whatever would give an area on the wrong earth (Web Mercator, a drawing's local metres, a
datum nobody named) is refused rather than measured.

All accepted datums are taken as coincident: WGS 84, ITRF, CGCS2000, ETRS89 and NAD83 lie
within about 2 m of each other, a fifth of the finest pixel in use. Coordinates therefore go
between two grids through longitude and latitude without a datum step, which makes them the
same on every machine, whatever grid files its PROJ has.

Source: Snyder (1987), Map Projections: A Working Manual, USGS Professional Paper 1395,
equations 3-12 and 3-18 (authalic area), 14-3 and 30-1 (cylindrical equal-area, sinusoidal);
NASA LP DAAC, MODIS grids: sinusoidal on a sphere of radius 6,371,007.181 m.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pyproj

from .findings import finding

if TYPE_CHECKING:
    from affine import Affine
    from numpy.typing import NDArray

    from .findings import Finding

MODIS_RADIUS_M = 6371007.181
"""Radius of the sphere of the MODIS sinusoidal grid (NASA LP DAAC)."""

_GRID_TOLERANCE = 1e-6  # of a pixel, over the whole extent: two writers' rounding of one origin
_GLOBE_TOLERANCE = 1e-6  # degrees, about 0.1 m: the rounding of global grids' edges
_SEMI_MAJOR_M, _INVERSE_FLATTENING = 6378137.0, 298.2572  # WGS 84, GRS 80 and CGCS2000 agree so far

# PROJ computes these on the ellipsoid, so that equal areas are equal on the earth. Mollweide,
# Homolosine, Eckert and the like exist on the sphere only and are not among them.
_EQUAL_AREA_METHODS = frozenset(
    {
        "Albers Equal Area",
        "Equal Earth",
        "Lambert Azimuthal Equal Area",
        "Lambert Cylindrical Equal Area",
        "Sinusoidal",
    }
)
_ACCEPTED_DATUM = re.compile(
    r"world geodetic system (19)?84|wgs (19)?84|wgs84"
    r"|china 2000|china geodetic coordinate system 2000|cgcs ?2000"
    r"|international terrestrial reference frame|itrf|igs\d"
    r"|european terrestrial reference (system|frame)|etrs|etrf"
    r"|north american datum 1983|nad ?83"
)
_UNNAMED_DATUM = re.compile(r"unknown|not specified|unspecified|unnamed|user defined|custom")


class GridKind(StrEnum):
    """How the area of a pixel follows from its grid."""

    GEOGRAPHIC = "geographic"
    """Degrees: the ellipsoidal area depends on the row."""
    EQUAL_AREA = "equal_area"
    """Metres, equal-area on the ellipsoid: one area, from the transform."""
    SINUSOIDAL = "sinusoidal"
    """MODIS: metres on a sphere, latitudes taken as geodetic; the ellipsoidal area depends on the
    row and is |pixel width| times the difference of `sinusoidal_strip` over its edges."""
    PROJECTED = "projected"
    """Other metres (Gauss-Kruger, UTM): the nominal area divided by the areal scale factor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Where the pixels of a raster lie."""

    crs: pyproj.CRS
    """Horizontal CRS; x is east or longitude and y north or latitude, whatever its axis order."""
    transform: Affine
    """Column and row to x and y, of the upper left pixel corners; e > 0 on a south-up grid."""
    shape: tuple[int, int]
    """Rows and columns."""

    @property
    def kind(self) -> GridKind:
        """How the area of a pixel follows from the grid."""
        if self.crs.is_geographic:
            return GridKind.GEOGRAPHIC
        if _is_modis(self.crs):
            return GridKind.SINUSOIDAL
        method = _method(self.crs)
        return GridKind.EQUAL_AREA if method in _EQUAL_AREA_METHODS else GridKind.PROJECTED

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, bottom, right and top in units of the CRS."""
        rows, cols = self.shape
        left, top = self.transform.c, self.transform.f
        right, bottom = left + cols * self.transform.a, top + rows * self.transform.e
        return min(left, right), min(bottom, top), max(left, right), max(bottom, top)

    @property
    def pixel_size(self) -> tuple[float, float]:
        """Width and height of a pixel in units of the CRS, both positive."""
        return abs(self.transform.a), abs(self.transform.e)

    def __str__(self) -> str:
        """Return origin, pixel size, shape and CRS, for a message."""
        width, height = self.pixel_size
        return (
            f"origin ({self.transform.c:.10g}, {self.transform.f:.10g}), pixel {width:.10g} x "
            f"{height:.10g}, {self.shape[0]} rows x {self.shape[1]} columns, {self.crs.name}"
        )


def same_crs(a: pyproj.CRS, b: pyproj.CRS) -> bool:
    """Say whether coordinates mean the same place in both CRSs, axis order and names aside.

    Geographic CRSs on accepted datums are the same, for those datums are taken as coincident.
    """
    if a.is_geographic and b.is_geographic and _datum_fault(a) is None and _datum_fault(b) is None:
        return True
    return bool(a.equals(b, ignore_axis_order=True))


def same_grid(a: Grid, b: Grid) -> bool:
    """Say whether two grids have the same pixels, to 1e-6 of a pixel over the whole extent."""
    if a.shape != b.shape or not same_crs(a.crs, b.crs):
        return False
    p, q, (rows, cols) = a.transform, b.transform, a.shape
    width, height = a.pixel_size
    return all(
        abs(p.c - q.c + (p.a - q.a) * col) <= _GRID_TOLERANCE * width
        and abs(p.f - q.f + (p.e - q.e) * row) <= _GRID_TOLERANCE * height
        for row, col in ((0, 0), (rows, cols))
    )


def lonlat_transformer(crs: pyproj.CRS) -> pyproj.Transformer:
    """Return the transformer from longitude and latitude (degrees) to ``crs``, without datum step.

    Use ``direction="INVERSE"`` for the way back. It belongs to the calling thread alone.
    """
    geodetic = crs.geodetic_crs
    if geodetic is None:
        raise ValueError(f"{crs.name!r} has no geographic base")
    return pyproj.Transformer.from_crs(geodetic.to_2d(), crs, always_xy=True)


def sinusoidal_strip(y: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""Return the ellipsoidal area from the equator to ``y`` of a MODIS strip 1 m wide.

    A MODIS pixel of width w between y0 and y1 covers ``w * (strip(y1) - strip(y0))`` on WGS 84.
    The sphere's latitude :math:`\varphi = y/R` is taken as geodetic, so the strip of the grid
    subtends :math:`1/(R\cos\varphi)` of longitude, and
    :math:`\frac1R\int_0^\varphi M N\,d\varphi` has a closed form.

    Parameters
    ----------
    y
        Northings in metres of the sinusoidal grid, any shape.

    Returns
    -------
    ndarray of float64
        Square metres per metre of width, the shape of ``y``, negative to the south.

    Examples
    --------
    >>> import numpy as np
    >>> sinusoidal_strip(np.array([0.0, 1.0])).round(4)
    array([0.    , 0.9955])

    """
    ellipsoid = pyproj.Geod(ellps="WGS84")
    square = ellipsoid.es
    phi = np.asarray(y, dtype=np.float64) / MODIS_RADIUS_M
    sin, cos, root = np.sin(phi), np.cos(phi), np.sqrt(1 - square)
    first = (2 - square) * np.arctan2(root * sin, cos) / root
    second = square * sin * cos / (1 - square * sin**2)
    strip: NDArray[np.float64] = ellipsoid.a**2 / (2 * MODIS_RADIUS_M) * (first - second)
    return strip


def horizontal_crs(crs: pyproj.CRS) -> pyproj.CRS:
    """Return the horizontal part of a CRS: no heights, no stated shift to another datum."""
    if crs.is_bound and crs.source_crs is not None:
        crs = crs.source_crs
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    return crs.to_2d() if len(crs.axis_info) > 2 else crs  # noqa: PLR2004


def check_grid(grid: Grid, where: object) -> list[Finding]:
    """List what keeps a grid from being used, and what is recorded about it.

    Parameters
    ----------
    grid
        Grid as the file states it.
    where
        File, for the findings.

    Returns
    -------
    list of Finding
        Errors: ``grid-identity``, ``grid-rotated``, ``grid-mirrored``, ``grid-local-crs``,
        ``grid-web-mercator``, ``grid-unit``, ``grid-prime-meridian``, ``grid-datum-local``,
        ``grid-datum-unknown``, ``grid-off-globe``. Note: ``grid-south-up``.

    """
    found = check_transform(grid.transform, where) + check_crs(grid.crs, where)
    if not found and (corner := _off_globe(grid)) is not None:
        found.append(finding("rasters", "grid-off-globe", value=corner, where=where, grid=grid))
    if grid.transform.e > 0 and not grid.transform.is_identity:
        found.append(finding("rasters", "grid-south-up", value=grid.transform.e, where=where))
    return found


def check_transform(transform: Affine, where: object) -> list[Finding]:
    """List what is wrong with a transform alone: identity, rotated, mirrored."""
    a, b, _, d, e, _ = transform[:6]
    code = None
    if transform.is_identity or not all(np.isfinite(transform[:6])):
        code = "grid-identity"
    elif b or d:
        code = "grid-rotated"
    elif a <= 0 or e == 0:
        code = "grid-mirrored"
    return [finding("rasters", code, value=tuple(transform[:6]), where=where)] if code else []


def check_crs(crs: pyproj.CRS, where: object) -> list[Finding]:
    """List what is wrong with a CRS alone: local, Web Mercator, its unit, its datum."""
    if not (crs.is_geographic or crs.is_projected):
        return [finding("rasters", "grid-local-crs", value=crs.name, where=where)]
    if _is_web_mercator(crs):
        return [finding("rasters", "grid-web-mercator", value=crs.name, where=where)]
    found = []
    unit = "degree" if crs.is_geographic else "metre"
    units = {axis.unit_name for axis in crs.axis_info[:2]}
    if units != {unit}:
        text = ", ".join(sorted(units))
        found.append(finding("rasters", "grid-unit", value=text, where=where, unit=unit))
    meridian = crs.prime_meridian
    if meridian is not None and meridian.longitude != 0:
        found.append(finding("rasters", "grid-prime-meridian", value=meridian.name, where=where))
    fault = None if _is_modis(crs) else _datum_fault(crs)
    if fault is not None:
        code, name = fault
        found.append(finding("rasters", code, value=name, where=where))
    return found


def has_unknown_datum(crs: pyproj.CRS) -> bool:
    """Say whether a geographic CRS stands on no named datum, as the MCD12C1 file does."""
    fault = _datum_fault(crs)
    return crs.is_geographic and fault is not None and fault[0] == "grid-datum-unknown"


def _method(crs: pyproj.CRS) -> str:
    operation = crs.coordinate_operation
    return operation.method_name if operation is not None else ""


def _is_modis(crs: pyproj.CRS) -> bool:
    """Say whether a CRS is the MODIS sinusoidal grid's."""
    ellipsoid = crs.ellipsoid
    return (
        crs.is_projected
        and _method(crs) == "Sinusoidal"
        and ellipsoid is not None
        and ellipsoid.inverse_flattening == 0
        and abs(ellipsoid.semi_major_metre - MODIS_RADIUS_M) < 1e-3  # noqa: PLR2004  # m
    )


def _is_web_mercator(crs: pyproj.CRS) -> bool:
    method = _method(crs)
    sphere = crs.ellipsoid is not None and crs.ellipsoid.inverse_flattening == 0
    return "Pseudo" in method or ("Mercator" in method and "Transverse" not in method and sphere)


def _datum_fault(crs: pyproj.CRS) -> tuple[str, str] | None:
    """Return the finding's code and the datum's name, or None where the datum is accepted."""
    ellipsoid = crs.ellipsoid
    name = crs.datum.name if crs.datum is not None else "no datum"
    shape = ellipsoid.name if ellipsoid is not None else "no ellipsoid"
    plain = re.sub(r"[\s_]+", " ", re.sub(r"^D_", "", name)).lower()
    if ellipsoid is None or crs.datum is None or _UNNAMED_DATUM.search(plain):
        return "grid-datum-unknown", f"{name} ({shape})"
    same_shape = (
        abs(ellipsoid.semi_major_metre - _SEMI_MAJOR_M) < 0.01  # noqa: PLR2004  # m
        and abs(ellipsoid.inverse_flattening - _INVERSE_FLATTENING) < 1e-3  # noqa: PLR2004
    )
    if not same_shape or not _ACCEPTED_DATUM.search(plain):
        return "grid-datum-local", f"{name} ({shape})"
    return None


def _off_globe(grid: Grid) -> str | None:
    """Return the bounds where a grid leaves the globe, or None."""
    left, bottom, right, top = grid.bounds
    text = f"{left:g} to {right:g} east, {bottom:g} to {top:g} north"
    if grid.crs.is_geographic:
        far = 360 + _GLOBE_TOLERANCE
        inside = (
            left >= -180 - _GLOBE_TOLERANCE
            and right <= far
            and right - left <= far
            and max(abs(bottom), abs(top)) <= 90 + _GLOBE_TOLERANCE  # degrees
        )
        return None if inside else text
    # Corners of a global sinusoidal or Homolosine raster lie off the globe by design, so only a
    # raster of which no sampled point comes back to where it started is refused.
    x, y = np.meshgrid(np.linspace(left, right, 21), np.linspace(bottom, top, 21))
    transformer = lonlat_transformer(grid.crs)
    lon, lat = transformer.transform(x, y, direction="INVERSE")
    back_x, back_y = transformer.transform(lon, lat)
    with np.errstate(invalid="ignore"):
        good = np.hypot(back_x - x, back_y - y) <= max(grid.pixel_size)
    return None if good.any() else text
