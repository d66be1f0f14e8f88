"""Landscapes that look like a place and hit given areas, for demonstrations and tests.

Every pixel of a set of polygons is a row of flat arrays. Fields of suitability are made of
smooth noise and of the distance to drawn lines; then each class takes, polygon by polygon,
the pixels that suit it best until its target area is full. Areas are therefore hit by
construction, to a pixel, and no class needs a model.

All fields are sums, products, quotients and roots, whose results IEEE 754 fixes, so that one
seed gives one landscape on every machine. Nothing here knows what the classes stand for.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyproj
import rasterio
import shapely
from affine import Affine
from rasterio.features import rasterize

from .area import row_areas
from .errors import GridError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Field = NDArray[np.float32]
    Mask = NDArray[np.bool_]

_CRS = pyproj.CRS.from_epsg(4326)
_KM_PER_DEGREE = 111.32  # along a meridian; distances only shape fields, they measure nothing
_LATTICE = 48  # nodes per degree of fields that are computed coarsely and interpolated
_REACH = 25.0  # widths: farther off a line counts for 1/626 of its weight, which is dropped
_TILE = 256  # pixels; GeoTIFF wants a multiple of 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """The pixels of a longitude/latitude grid that lie in polygons or in a margin around them."""

    transform: Affine
    """Pixel to degrees, north-up."""
    shape: tuple[int, int]
    """(rows, cols) of the whole grid."""
    rows: NDArray[np.int32]
    """Row of each painted pixel, shape (n,), ascending."""
    cols: NDArray[np.int32]
    """Column of each painted pixel, shape (n,)."""
    group: NDArray[np.int16]
    """Index of the polygon that holds, or in the margin adjoins, each pixel, shape (n,)."""
    inside: Mask
    """Whether the centre lies in the polygon, not in the margin, shape (n,)."""
    area_m2: NDArray[np.float64]
    """Ellipsoidal area of each pixel, shape (n,)."""

    @property
    def lonlat(self) -> tuple[Field, Field]:
        """Longitudes and latitudes of the pixel centres, degrees, shape (n,) each."""
        lon = self.transform.c + (self.cols + 0.5) * self.transform.a
        lat = self.transform.f + (self.rows + 0.5) * self.transform.e
        return lon.astype(np.float32), lat.astype(np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A drawn line or point whose neighbourhood a field is high in."""

    points: tuple[tuple[float, float], ...]
    """Longitude and latitude in degrees; one point is a spot."""
    width_km: float
    """Distance at which the field has fallen to half of its weight."""
    weight: float = 1.0
    """Value of the field on the line."""


def make_canvas(
    polygons: Sequence[shapely.Geometry], *, per_degree: int, margin: float, align: int
) -> Canvas:
    """Lay a grid over polygons and list its pixels.

    Parameters
    ----------
    polygons
        Areas in longitude and latitude; the index of each is the group of its pixels.
    per_degree
        Pixels per degree.
    margin
        Degrees around the polygons that are painted too, so that pixels cut by an outline
        have values on both sides of their centre.
    align
        The grid begins and ends on multiples of this many pixels.

    Raises
    ------
    GridError
        If there is no polygon, or ``align`` does not divide a degree of pixels.

    """
    if not len(polygons):
        raise GridError("a canvas needs at least one polygon, got none")
    if per_degree % align:
        raise GridError(f"align must divide the {per_degree} pixels per degree, got {align}")
    # a margin need not be exact, and a coarser outline is widened ten times as fast
    wide = shapely.buffer(shapely.simplify(polygons, margin / 4), margin, quad_segs=2)
    left, bottom, right, top = shapely.total_bounds(wide) * per_degree / align
    west, north = int(np.floor(left)) * align, int(np.ceil(top)) * align
    shape = (north - int(np.floor(bottom)) * align, int(np.ceil(right)) * align - west)
    transform = Affine(1 / per_degree, 0, west / per_degree, 0, -1 / per_degree, north / per_degree)
    numbered = [(p, i) for i, p in enumerate(polygons, start=1)]
    margins = [(p, i) for i, p in enumerate(wide, start=1)]
    exact = rasterize(numbered, out_shape=shape, transform=transform, dtype="int16")
    group = rasterize(margins, out_shape=shape, transform=transform, dtype="int16")
    np.copyto(group, exact, where=exact > 0)
    rows, cols = (index.astype(np.int32) for index in np.nonzero(group))
    areas = row_areas(transform, shape[0], _CRS)
    return Canvas(
        transform=transform,
        shape=shape,
        rows=rows,
        cols=cols,
        group=group[rows, cols] - 1,
        inside=exact[rows, cols] > 0,
        area_m2=areas[rows],
    )


def noise(canvas: Canvas, rng: np.random.Generator, *, wavelengths: Sequence[float]) -> Field:
    """Draw smooth noise: lattices of uniform numbers, one per wavelength, interpolated and added.

    Parameters
    ----------
    canvas
        Pixels to give a value.
    rng
        Source of the numbers; the same state gives the same field.
    wavelengths
        Node spacings in degrees, long to short; each counts half as much as the one before.

    Returns
    -------
    ndarray of float32, shape (n,)
        Values of mean 0 and standard deviation 1 over the canvas.

    """
    field = np.zeros(len(canvas.rows), dtype=np.float32)
    for order, wavelength in enumerate(wavelengths):
        per_node = 1 / (wavelength / canvas.transform.a)
        size = tuple(int(n * per_node) + 2 for n in canvas.shape)
        lattice = rng.random(size, dtype=np.float32)
        field += _interpolate(canvas, lattice, per_node) * np.float32(0.5**order)
    # float64 sums in numpy's fixed pairwise order
    centre, spread = field.mean(dtype=np.float64), field.std(dtype=np.float64)
    return (field - np.float32(centre)) / np.float32(max(spread, 1e-12))


def proximity(canvas: Canvas, lines: Sequence[Line], *, warp: tuple[Field, Field]) -> Field:
    """Return how near each pixel is to the lines: the largest of weight / (1 + (d / width)^2).

    Parameters
    ----------
    canvas
        Pixels to give a value.
    lines
        What to be near to.
    warp
        Degrees east and north, (n,) each, that each pixel looks away from its place: smooth
        noise makes a drawn line wind.

    Returns
    -------
    ndarray of float32, shape (n,)
        0 where there is no line, up to the largest weight on a line. Computed on a lattice of
        1/48 degree and interpolated.

    """
    per_node = _LATTICE * canvas.transform.a
    rows, cols = (int(n * per_node) + 2 for n in canvas.shape)
    lat = canvas.transform.f - np.arange(rows)[:, np.newaxis] / _LATTICE
    lon = canvas.transform.c + np.arange(cols)[np.newaxis, :] / _LATTICE
    # rounded, for the last digit of a cosine differs between machines
    shrink = float(np.round(np.cos(np.radians(lat.mean())), 6))
    lon = lon * shrink
    field = np.zeros((rows, cols))
    for line in lines:
        path = np.asarray(line.points, dtype=np.float64) * (shrink, 1.0)
        reach = _REACH * line.width_km / _KM_PER_DEGREE
        window = (
            slice(
                *np.searchsorted(-lat[:, 0], (-path[:, 1].max() - reach, reach - path[:, 1].min()))
            ),
            slice(*np.searchsorted(lon[0], (path[:, 0].min() - reach, path[:, 0].max() + reach))),
        )
        x, y = lon[:, window[1]], lat[window[0]]
        squared = np.full((y.shape[0], x.shape[1]), np.inf)
        for start, end in _segments(path):
            np.minimum(squared, _squared_distance(x, y, start, end), out=squared)
        fall = line.weight / (1 + squared * (_KM_PER_DEGREE / line.width_km) ** 2)
        np.maximum(field[window], fall, out=field[window])
    east, north = (shift / np.float32(canvas.transform.a) for shift in warp)
    return _sample(canvas, field.astype(np.float32), per_node, east, -north)


def take(canvas: Canvas, score: Field, candidates: Mask, target_m2: NDArray[np.float64]) -> Mask:
    """Choose in each group the candidates of highest score until its target area is full.

    Parameters
    ----------
    canvas
        Pixels, shape (n,).
    score
        Suitability, shape (n,), told apart to 1/65535 of its range in a group. Of equal scores
        the pixel farther north and west wins.
    candidates
        Pixels that may be chosen, shape (n,).
    target_m2
        Area wanted in each group, shape (groups,). Only pixels inside count towards it; those
        of the margin follow the score of the last pixel chosen.

    Returns
    -------
    ndarray of bool, shape (n,)
        Chosen pixels. The area of each group is within half a pixel of its target, or all
        its candidates are chosen.

    """
    chosen = np.zeros(len(score), dtype=bool)
    for index, target in enumerate(target_m2):
        if not target > 0:
            continue
        members = np.flatnonzero(candidates & (canvas.group == index))
        ranked = members[np.argsort(_ranks(score[members]), kind="stable")]
        area = np.where(canvas.inside[ranked], canvas.area_m2[ranked], 0.0)
        # a pixel is taken while more than half of it still fits
        chosen[ranked[np.cumsum(area) - area / 2 <= target]] = True
    return chosen


def fill(
    canvas: Canvas,
    scores: Mapping[int, Field],
    targets_m2: Mapping[int, NDArray[np.float64]],
    *,
    rest: int,
) -> NDArray[np.uint8]:
    """Give every pixel a class: each value in turn takes its best pixels, ``rest`` what is left.

    Parameters
    ----------
    canvas
        Pixels, shape (n,).
    scores
        Suitability (n,) of each value; the order of the mapping is the order of taking.
    targets_m2
        Area (groups,) of each value in ``scores``.
    rest
        Value of the pixels that no class took.

    """
    values = np.full(len(canvas.rows), rest, dtype=np.uint8)
    free = np.ones(len(canvas.rows), dtype=bool)
    for value, score in scores.items():
        mine = take(canvas, score, free, targets_m2[value])
        values[mine] = value
        free &= ~mine
    return values


def coarsen(canvas: Canvas, values: Field, valid: Mask, factor: int) -> NDArray[np.float64]:
    """Average the valid pixels in cells of ``factor`` x ``factor`` pixels.

    Returns
    -------
    ndarray of float64, shape (rows / factor, cols / factor)
        NaN in cells without a valid pixel.

    """
    rows, cols = (n // factor for n in canvas.shape)
    cell = (canvas.rows[valid] // factor) * cols + canvas.cols[valid] // factor
    count = np.bincount(cell, minlength=rows * cols)
    total = np.bincount(cell, weights=values[valid], minlength=rows * cols)
    mean = np.full(rows * cols, np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return mean.reshape(rows, cols)


def write_raster(
    path: Path,
    canvas: Canvas,
    values: NDArray[np.generic],
    *,
    nodata: int,
    description: str,
    factor: int = 1,
) -> None:
    """Write a tiled GeoTIFF whose header says what it is; the same input gives the same bytes.

    Parameters
    ----------
    path
        File to write.
    canvas
        Grid of the file.
    values
        Either (n,), one per painted pixel, or a whole raster (rows / factor, cols / factor).
    nodata
        Value of pixels that are not painted, declared in the file.
    description
        Text of the TIFF tag ImageDescription.
    factor
        Pixels of the canvas along a pixel of the file.

    """
    grid, raster = canvas.transform, values
    if values.ndim == 1:
        raster = np.full(canvas.shape, nodata, dtype=values.dtype)
        raster[canvas.rows, canvas.cols] = values
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=raster.shape[0],
        width=raster.shape[1],
        count=1,
        dtype=raster.dtype,
        crs="EPSG:4326",
        transform=Affine(grid.a * factor, 0, grid.c, 0, grid.e * factor, grid.f),
        nodata=nodata,
        tiled=True,
        blockxsize=_TILE,
        blockysize=_TILE,
        compress="DEFLATE",
        zlevel=6,
        num_threads=1,
    ) as file:
        file.write(raster, 1)
        file.update_tags(TIFFTAG_IMAGEDESCRIPTION=description)


def _ranks(score: Field) -> NDArray[np.uint16]:
    """Return scores as 16-bit numbers, high ones first, which sort ten times as fast."""
    if not len(score):
        return np.zeros(0, dtype=np.uint16)
    high = score.max()
    scale = np.float32(65535) / max(high - score.min(), np.float32(1e-12))
    ranks: NDArray[np.uint16] = np.rint((high - score) * scale).astype(np.uint16)
    return ranks


def _segments(path: NDArray[np.float64]) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return start and end of each segment of a path (points, 2); of one point, itself twice."""
    return list(pairwise(path)) if len(path) > 1 else [(path[0], path[0])]


def _interpolate(canvas: Canvas, lattice: Field, per_node: float) -> Field:
    """Return a lattice between its nodes, without the kinks that straight lines would leave."""
    (row, fy), (col, fx) = (_split((np.arange(n) + 0.5) * per_node) for n in canvas.shape)
    fy, fx = (share * share * (3 - 2 * share) for share in (fy, fx))
    across = lattice[row] * (1 - fy)[:, np.newaxis] + lattice[row + 1] * fy[:, np.newaxis]
    flat, width = across.ravel(), across.shape[1]
    at = canvas.rows * np.int32(width) + col[canvas.cols]
    low = flat[at]
    field: Field = low + (flat[at + 1] - low) * fx[canvas.cols]
    return field


def _sample(canvas: Canvas, lattice: Field, per_node: float, right: Field, down: Field) -> Field:
    """Return a lattice at the pixel centres moved by (right, down) pixels; edges are repeated."""
    rows, cols = lattice.shape
    y = np.clip((canvas.rows + np.float32(0.5) + down) * np.float32(per_node), 0, rows - 1.001)
    x = np.clip((canvas.cols + np.float32(0.5) + right) * np.float32(per_node), 0, cols - 1.001)
    (row, fy), (col, fx) = _split(y), _split(x)
    flat, at = lattice.ravel(), row * np.int32(cols) + col
    upper = flat[at] + (flat[at + 1] - flat[at]) * fx
    at += np.int32(cols)
    lower = flat[at] + (flat[at + 1] - flat[at]) * fx
    field: Field = upper + (lower - upper) * fy
    return field


def _split(position: NDArray[np.floating]) -> tuple[NDArray[np.int32], Field]:
    """Return the node below each position and the share of the node above."""
    node = position.astype(np.int32)
    return node, (position - node).astype(np.float32)


def _squared_distance(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return squared distances of the points (x, y) to the segment from start to end."""
    (x0, y0), (dx, dy) = start, end - start
    length2 = dx * dx + dy * dy
    along = ((x - x0) * dx + (y - y0) * dy) / length2 if length2 else np.zeros(1)
    along = np.clip(along, 0, 1)
    squared: NDArray[np.float64] = (x - x0 - along * dx) ** 2 + (y - y0 - along * dy) ** 2
    return squared
