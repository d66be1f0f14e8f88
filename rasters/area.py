"""Areas on the ellipsoid: of the pixels of a grid, and of polygons with edges straight in a CRS.

Class codes need no reprojection to be counted in m2, for the area of a pixel follows from its
place. On longitudes and latitudes, and on the MODIS sinusoidal grid, it depends on the row
alone and has a closed form; on an equal-area CRS it is one number; on a conformal one
(Gauss-Kruger, UTM) the areal scale is computed on a lattice of pixels and interpolated.

Areas that are counted are whole square millimetres, so that sums are exact in any order. Rows
take the differences of the rounded area from the equator, so that a column of pixels has the
rounded area of the column, however small a pixel is.

Source: Snyder (1987), Map Projections: A Working Manual, USGS Professional Paper 1395,
equation 3-12: the area from the equator to latitude phi is a^2 q(phi) / 2 per radian, and
equation 4-24 ff. for the areal scale as the Jacobian of a projection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyproj
import shapely
from numba import njit

from .errors import GridError
from .grid import GridKind, lonlat_transformer, sinusoidal_strip

if TYPE_CHECKING:
    from collections.abc import Callable

    from affine import Affine
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from .grid import Grid

_POLE = 90 + 1e-9  # degrees; the edges of global grids are off by rounding
_MM2_PER_M2 = 1e6
_LARGEST_MM2 = 2.0**62  # a pixel must leave room for a sign in 64 bits: about 2,000 km square
_SLACK = 1e-5  # between nodes 30 km apart an area goes beyond both by (15 km / earth radius)^2
_LATTICE_M = 30_000.0  # cubic interpolation of the areal scale over 30 km errs by under 1e-9
_STENCIL_M = 2_000.0  # step of the differences; their error is (2 km / earth radius)^4
_PANEL_M = 20_000.0  # longest piece of an edge that one polynomial of degree 4 describes
_METRES_PER_DEGREE = 111_320.0  # of latitude, only to choose the number of panels


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelAreas:
    """The area of every pixel of a grid, in whole mm2: a function of its row and column."""

    by_row: NDArray[np.int64] | None
    """Area of a pixel of each row, shape (rows,); None where it varies along the row."""
    nodes: NDArray[np.float64]
    """Areas in mm2 of the pixels (i - 1) * step, (j - 1) * step; empty where by_row is given."""
    step: int
    """Pixels between two nodes."""

    def at(self, rows: NDArray[np.int32], cols: NDArray[np.int32]) -> NDArray[np.int64]:
        """Return the areas (n,) in mm2 of the pixels at ``rows`` and ``cols``, both (n,)."""
        if self.by_row is not None:
            return self.by_row[rows]
        out = np.empty(len(rows), dtype=np.int64)
        _interpolate(self.nodes, self.step, rows, cols, out)
        return out

    @property
    def smallest(self) -> int:
        """A lower bound of the area of a pixel, in mm2, at least 1."""
        if self.by_row is not None:
            return max(int(self.by_row.min()), 1)
        return max(int(self.nodes.min() * (1 - _SLACK)), 1)


def row_areas(transform: Affine, height: int, crs: pyproj.CRS) -> NDArray[np.float64]:
    """Compute the area of one pixel in each row of a geographic grid.

    Parameters
    ----------
    transform
        Pixel to longitude/latitude in degrees, without rotation.
    height
        Number of rows.
    crs
        Geographic CRS whose ellipsoid is measured.

    Returns
    -------
    ndarray of float64, shape (height,)
        Square metres, in row order. Use ``areas[:, np.newaxis]`` against a block.

    Raises
    ------
    GridError
        If the CRS is not geographic, the grid is rotated, or a row lies past a pole.

    Examples
    --------
    One pixel of an arc second, its southern edge on 40 N:

    >>> from affine import Affine
    >>> size = 1 / 3600
    >>> transform = Affine(size, 0, 106, 0, -size, 40 + size)
    >>> row_areas(transform, 1, pyproj.CRS.from_epsg(4326)).round(3)
    array([731.609])

    """
    if not crs.is_geographic or crs.ellipsoid is None:
        raise GridError(f"pixel areas need a geographic CRS, got {crs.name!r}")
    if transform.b or transform.d:
        raise GridError(f"pixel areas need a grid without rotation, got {transform!r}")
    edges = transform.f + transform.e * np.arange(height + 1.0)
    if np.abs(edges).max() > _POLE:
        raise GridError(f"latitudes span {edges.min():g} to {edges.max():g} degrees")
    areas: NDArray[np.float64] = np.abs(np.radians(transform.a) * np.diff(_zonal(crs)(edges)))
    return areas


def pixel_areas(grid: Grid) -> PixelAreas:
    """Compute the area of every pixel of a grid.

    Parameters
    ----------
    grid
        A grid that `check_grid` accepts.

    Returns
    -------
    PixelAreas
        By row for geographic, sinusoidal and equal-area grids, else by interpolation.

    Raises
    ------
    GridError
        If the grid reaches past a pole or leaves the domain of its projection, or a pixel
        exceeds 2^62 mm2.

    """
    if grid.kind is GridKind.PROJECTED:
        return _lattice(grid)
    rows, transform = grid.shape[0], grid.transform
    if grid.kind is GridKind.EQUAL_AREA:
        one = _checked(abs(transform.a * transform.e) * _MM2_PER_M2)
        by_row = np.full(rows, round(one), dtype=np.int64)
    else:
        cumulative = np.rint(_cumulative(grid, np.arange(rows + 1.0)) * _MM2_PER_M2)
        _checked(np.abs(cumulative).max())
        by_row = np.abs(np.diff(cumulative.astype(np.int64)))
    return PixelAreas(by_row=by_row, nodes=np.empty((0, 0)), step=1)


def row_curvature(grid: Grid) -> NDArray[np.float64]:
    """Return k (rows,) of each row: its part above the offset f has the area f + k f (1 - f).

    The offset f runs from 0 on the row's first edge to 1 on the next. A row of a coarse
    geographic grid is wider in area towards the equator; k carries that to 4e-9 of the area of
    a banner on 0.05 degrees. It is 0 on other grids.

    Examples
    --------
    >>> from affine import Affine
    >>> from rasters.grid import Grid
    >>> transform = Affine(0.05, 0, 106, 0, -0.05, 50)
    >>> grid = Grid(crs=pyproj.CRS.from_epsg(4326), transform=transform, shape=(1, 1))
    >>> row_curvature(grid).round(6)
    array([-0.000514])

    """
    rows = grid.shape[0]
    if grid.kind not in (GridKind.GEOGRAPHIC, GridKind.SINUSOIDAL):
        return np.zeros(rows)
    halves = _cumulative(grid, np.arange(2 * rows + 1) / 2)
    whole = halves[2::2] - halves[:-1:2]
    curvature: NDArray[np.float64] = 4 * (halves[1::2] - halves[:-1:2]) / whole - 2
    return curvature


def polygon_area_m2(geometry: BaseGeometry, crs: pyproj.CRS) -> float:
    """Measure a polygon on the ellipsoid, its edges straight lines in the CRS.

    Straight in the CRS is what a raster in it can close on, and what two neighbours that share
    an edge agree on. Each edge is integrated in pieces of at most 20 km by a polynomial of
    degree 4, which is exact to rounding.

    Parameters
    ----------
    geometry
        Polygon or multipolygon; x is east or longitude. Empty: 0.
    crs
        Its CRS.

    Returns
    -------
    float
        Square metres.

    Raises
    ------
    GridError
        If a vertex lies outside the domain of the projection.

    Examples
    --------
    >>> box = shapely.box(0, 0, 180, 90)
    >>> round(polygon_area_m2(box, pyproj.CRS.from_epsg(4326)) / 1e12, 6)
    127.516405

    """
    rings, owner = shapely.get_rings(shapely.get_parts(geometry), return_index=True)
    # get_rings gives the shell first; a file's winding says nothing about the role of a ring
    shell = np.diff(owner, prepend=-1) != 0
    measured = [abs(_ring_area(shapely.get_coordinates(ring), crs)) for ring in rings]
    return float(np.where(shell, 1.0, -1.0) @ np.array(measured)) if measured else 0.0


def _checked(area_mm2: float) -> float:
    """Return the area of a pixel, or of a column of pixels, if 64 bits hold it."""
    if not area_mm2 < _LARGEST_MM2:
        raise GridError(f"a column of pixels of {area_mm2 / _MM2_PER_M2:.6g} m2 is too large")
    return area_mm2


def _zonal(crs: pyproj.CRS) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """Return the function from latitude (degrees) to the area from the equator, m2 per radian."""
    ellipsoid = crs.ellipsoid
    if ellipsoid is None:
        raise GridError(f"{crs.name!r} has no ellipsoid")
    a, b = ellipsoid.semi_major_metre, ellipsoid.semi_minor_metre
    e = np.sqrt(1 - (b / a) ** 2)
    return lambda latitude: _authalic_q(np.radians(latitude), e) * (a**2 / 2)


def _authalic_q(latitude: NDArray[np.float64], e: float) -> NDArray[np.float64]:
    """Return Snyder's q (dimensionless) for latitudes in radians and eccentricity e."""
    sin = np.sin(latitude)
    tail = np.arctanh(e * sin) / e if e else sin
    return (1 - e**2) * (sin / (1 - (e * sin) ** 2) + tail)


def _cumulative(grid: Grid, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the area in m2 of one column from the equator to each row edge, signed."""
    transform = grid.transform
    edges = transform.f + transform.e * rows
    if grid.kind is GridKind.SINUSOIDAL:
        return abs(transform.a) * sinusoidal_strip(edges)
    if np.abs(edges).max() > _POLE:
        raise GridError(f"latitudes span {edges.min():g} to {edges.max():g} degrees")
    column: NDArray[np.float64] = np.radians(abs(transform.a)) * _zonal(grid.crs)(edges)
    return column


def _lattice(grid: Grid) -> PixelAreas:
    """Compute the areas of the pixels on a lattice and one ring of nodes around it."""
    width, height = grid.pixel_size
    step = max(1, int(_LATTICE_M / max(width, height)))
    rows = (np.arange(-(-grid.shape[0] // step) + 3) - 1.0) * step + 0.5
    cols = (np.arange(-(-grid.shape[1] // step) + 3) - 1.0) * step + 0.5
    x = grid.transform.c + grid.transform.a * cols[np.newaxis, :]
    y = grid.transform.f + grid.transform.e * rows[:, np.newaxis]
    # the mean over a pixel, by two Gauss points in each direction: matters from 1 km upwards
    offset = 0.5 / np.sqrt(3)
    density = sum(
        _density(grid.crs, x + sx * offset * width, y + sy * offset * height)
        for sx in (-1, 1)
        for sy in (-1, 1)
    )
    nodes = np.asarray(density) / 4 * (width * height * _MM2_PER_M2)
    if not np.isfinite(nodes).all():
        raise GridError(f"the grid leaves the domain of its projection: {grid}")
    _checked(float(nodes.max()) * 4)
    return PixelAreas(by_row=None, nodes=nodes, step=step)


def _density(
    crs: pyproj.CRS, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return m2 on the ellipsoid per m2 of the projection: the Jacobian of (longitude, zonal)."""
    x, y = np.broadcast_arrays(x, y)
    inverse, zonal = lonlat_transformer(crs), _zonal(crs)

    def along(dx: float, dy: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the derivatives of longitude (radians) and zonal area, fourth order."""
        samples = []
        for n in (-2, -1, 1, 2):
            lon, lat = inverse.transform(x + n * dx, y + n * dy, direction="INVERSE")
            samples.append((lon, zonal(np.asarray(lat))))
        (lon_a, area_a), (lon_b, area_b), (lon_c, area_c), (lon_d, area_d) = samples
        near = np.radians((lon_c - lon_b + 180) % 360 - 180)
        far = np.radians((lon_d - lon_a + 180) % 360 - 180)
        scale = 1 / (12 * _STENCIL_M)
        return (8 * near - far) * scale, (8 * (area_c - area_b) - (area_d - area_a)) * scale

    with np.errstate(invalid="ignore"):
        lon_x, area_x = along(_STENCIL_M, 0)
        lon_y, area_y = along(0, _STENCIL_M)
        return np.abs(lon_x * area_y - lon_y * area_x)


@njit(nogil=True, cache=True)
def _interpolate(
    nodes: NDArray[np.float64],
    step: int,
    rows: NDArray[np.int32],
    cols: NDArray[np.int32],
    out: NDArray[np.int64],
) -> None:
    """Write the rounded area of each pixel by cubic Lagrange interpolation both ways."""
    for n in range(rows.size):
        i, j = rows[n] // step, cols[n] // step
        s, t = (rows[n] - i * step) / step, (cols[n] - j * step) / step
        s0, s1 = -s * (s - 1) * (s - 2) / 6, (s + 1) * (s - 1) * (s - 2) / 2
        s2, s3 = -(s + 1) * s * (s - 2) / 2, (s + 1) * s * (s - 1) / 6
        t0, t1 = -t * (t - 1) * (t - 2) / 6, (t + 1) * (t - 1) * (t - 2) / 2
        t2, t3 = -(t + 1) * t * (t - 2) / 2, (t + 1) * t * (t - 1) / 6
        total = 0.0
        for m in range(4):
            weight = s0 if m == 0 else s1 if m == 1 else s2 if m == 2 else s3  # noqa: PLR2004
            total += weight * (
                t0 * nodes[i + m, j]
                + t1 * nodes[i + m, j + 1]
                + t2 * nodes[i + m, j + 2]
                + t3 * nodes[i + m, j + 3]
            )
        out[n] = np.int64(np.rint(total))


def _ring_area(ring: NDArray[np.float64], crs: pyproj.CRS) -> float:
    """Return the signed area in m2 inside a closed ring (n, 2) of CRS coordinates."""
    start, delta = ring[:-1], np.diff(ring, axis=0)
    unit = _METRES_PER_DEGREE if crs.is_geographic else 1.0
    panels = np.maximum(1, np.ceil(np.abs(delta).max(axis=1) * unit / _PANEL_M)).astype(np.int64)
    edge = np.repeat(np.arange(len(delta)), panels)
    index = np.arange(len(edge)) - np.repeat(np.cumsum(panels) - panels, panels)
    where = (index[:, np.newaxis] + _NODES) / panels[edge][:, np.newaxis]
    x = start[edge, :1] + delta[edge, :1] * where
    y = start[edge, 1:] + delta[edge, 1:] * where
    if not crs.is_geographic:
        lon, lat = lonlat_transformer(crs).transform(x, y, direction="INVERSE")
        x, y = np.asarray(lon), np.asarray(lat)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise GridError(f"a polygon leaves the domain of {crs.name!r}")
    # MODIS: its latitudes are geodetic, so the area is that of its longitudes and latitudes
    sphere = crs.ellipsoid is not None and crs.ellipsoid.inverse_flattening == 0
    measured = pyproj.CRS.from_epsg(4326) if sphere and not crs.is_geographic else crs
    zonal = _zonal(measured)(y)
    zonal = zonal - zonal[0, 0]  # a closed ring cancels a constant; small numbers round less
    lon = np.radians(x - x[0, 0])
    return float(np.einsum("pi,ij,pj->", zonal, _INTEGRAL, lon))


def _panel() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return five nodes on 0..1 and the matrix of the integrals of L_i dL_j over them."""
    nodes = np.array([-1, -np.sqrt(3 / 7), 0, np.sqrt(3 / 7), 1])  # Lobatto, on -1..1
    points, weights = np.polynomial.legendre.leggauss(4)  # exact to degree 7, which L_i dL_j has
    others = [np.delete(nodes, i) for i in range(len(nodes))]
    value = np.array(
        [
            np.prod((points[:, None] - o) / (n - o), axis=1)
            for n, o in zip(nodes, others, strict=True)
        ]
    )
    slope = np.zeros_like(value)
    for j, (n, o) in enumerate(zip(nodes, others, strict=True)):
        for k in range(len(o)):
            rest = np.delete(o, k)
            slope[j] += np.prod((points[:, None] - rest) / (n - rest), axis=1) / (n - o[k])
    integral = (value * weights) @ slope.T
    # L_i L_j is 1 at an end of the panel for i = j there and 0 else: rounding put right
    ends = np.diag([-0.5, 0, 0, 0, 0.5])
    return (nodes + 1) / 2, (integral - integral.T) / 2 + ends


_NODES, _INTEGRAL = _panel()
