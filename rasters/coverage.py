"""Exact coverage of pixels by zones: runs of whole pixels, and the fraction of each edge pixel.

Centres of pixels err by up to 0.3 % of a banner at 300 m, and lose a park smaller than a pixel;
exact fractions cost time proportional to the perimeter, not to the area. They are fractions of
the pixel's area on the ellipsoid, so that the zones of a coarse grid close on their polygons
too, and are built in bands of rows, so that memory does not grow with the raster.

Everything is a function of the pixel and the edge alone: bands and blocks of any size, and
zones in any company, give the same integers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from affine import Affine

from .area import PixelAreas, pixel_areas, row_curvature
from .errors import RefusedError
from .findings import finding
from .grid import lonlat_transformer, same_crs
from .sweep import (
    COL_BITS,
    ROW_BITS,
    ZONE_BITS,
    bound,
    bucket_sort,
    count_blocks,
    fill_blocks,
    share_areas,
    sweep,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from .findings import Finding
    from .grid import Grid
    from .zones import Zones

_STEP_DEGREES = 0.002  # of an edge brought to another CRS: areas err by 1e-8 (measured)
_STEP_METRES = 200.0  # the same on the ground
_BAND_ROWS = 1536  # three tiles of 512; the entries of 103 banners at 30 m are then 10 MB
_MOST_LINES = 2**22  # zones x rows of a band that are worth a table
_EDGE_SLACK = 1e-6  # of a pixel: zones that end where the grid ends
_DOUBLE_MM2 = 1_000_000 + 1_000  # the overlap that a zone check lets pass, and rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneEdges:
    """The edges of all zones on a grid, in pixels, each from its smaller to its larger row."""

    grid: Grid
    """Grid that is counted."""
    areas: PixelAreas
    """Areas of its pixels."""
    curvature: NDArray[np.float64]
    """Share mapping of each row, shape (rows,): see `row_curvature`."""
    x0: NDArray[np.float64]
    """Column of the upper end, shape (n,)."""
    y0: NDArray[np.float64]
    """Row of the upper end; y0 < y1."""
    x1: NDArray[np.float64]
    """Column of the lower end."""
    y1: NDArray[np.float64]
    """Row of the lower end."""
    zone: NDArray[np.int32]
    """Index of the zone."""
    sign: NDArray[np.int8]
    """+1 where the zone lies at larger columns, -1 where it lies at smaller ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockCoverage:
    """What the zones cover of one block; rows and columns are those of the grid."""

    window: tuple[int, int, int, int]
    """row0, row1, col0, col1 of the block."""
    runs: NDArray[np.int32]
    """Wholly covered pixels: zone, row, first column, column past the last; (n, 4), sorted."""
    edges: NDArray[np.int32]
    """Partly covered pixels: zone, row, column; shape (m, 3), sorted."""
    fractions: NDArray[np.int64]
    """Covered part of each edge pixel in 2^-32 of its area, shape (m,)."""
    areas_mm2: NDArray[np.int64]
    """Covered area of each edge pixel, shape (m,)."""


def covering_grid(grid: Grid, zones: Zones) -> Grid:
    """Return ``grid``, extended by whole pixels to where it holds all zones.

    Count on it, with the layers built for it, so that what lies beyond the raster is counted as
    outside rather than lost. Equal to ``grid`` where the zones lie within it.
    """
    left, top, right, bottom = _extent(zone_edges(grid, zones, inside=False))
    rows, cols = grid.shape
    # a border that coincides with the grid's to rounding needs no further pixel
    west, north = (min(0, int(np.floor(v + _EDGE_SLACK))) for v in (left, top))
    east = max(cols, int(np.ceil(right - _EDGE_SLACK)))
    south = max(rows, int(np.ceil(bottom - _EDGE_SLACK)))
    if (west, north, east, south) == (0, 0, cols, rows):
        return grid
    a, b, c, d, e, f = grid.transform[:6]
    moved = Affine(a, b, c + a * west, d, e, f + e * north)
    return replace(grid, transform=moved, shape=(south - north, east - west))


def zone_edges(grid: Grid, zones: Zones, *, inside: bool = True) -> ZoneEdges:
    """Bring the edges of all zones to the pixels of a grid.

    Edges of zones in another CRS are cut every 0.002 degrees (200 m) before they are projected,
    each from the same end whatever its direction, so that a shared border stays shared.

    Parameters
    ----------
    grid
        Grid that is counted.
    zones
        Valid polygons.
    inside
        Whether to refuse zones that reach past the grid.

    Returns
    -------
    ZoneEdges
        Horizontal edges left out, for they bound no area in their row.

    Raises
    ------
    RefusedError
        ``zones-invalid`` for polygons that are not valid, ``zones-off-projection``,
        ``zones-outside``.

    """
    bad = np.flatnonzero(~shapely.is_valid(zones.geometry) | shapely.is_empty(zones.geometry))
    if len(bad):
        raise RefusedError(
            [
                _find("zones-invalid", shapely.is_valid_reason(zones.geometry[i]), zones.codes[i])
                for i in bad.tolist()
            ]
        )
    start, end, zone, sign = _ring_edges(zones.geometry)
    if not same_crs(zones.crs, grid.crs):
        start, end, zone, sign = _project(start, end, zone, sign, grid, zones)
    a, e = grid.transform.a, grid.transform.e
    x0, y0 = (start[:, 0] - grid.transform.c) / a, (start[:, 1] - grid.transform.f) / e
    x1, y1 = (end[:, 0] - grid.transform.c) / a, (end[:, 1] - grid.transform.f) / e
    up, level = y0 > y1, y0 == y1
    keep = ~level
    # with rows running south, a shell in its own direction has its inside on the other hand
    flip = np.where(up, -1, 1) * (1 if a * e < 0 else -1)
    edges = ZoneEdges(
        grid=grid,
        areas=pixel_areas(grid) if inside else _NO_AREAS,
        curvature=row_curvature(grid) if inside else np.empty(0),
        x0=np.where(up, x1, x0)[keep],
        y0=np.where(up, y1, y0)[keep],
        x1=np.where(up, x0, x1)[keep],
        y1=np.where(up, y0, y1)[keep],
        zone=zone[keep],
        sign=(sign * flip)[keep].astype(np.int8),
    )
    if inside:
        _check_inside(edges)
    return edges


def coverage_blocks(
    edges: ZoneEdges, block: tuple[int, int], *, band_rows: int | None = None
) -> Iterator[list[BlockCoverage]]:
    """Give the blocks that hold a part of a zone, band by band from the first row.

    Parameters
    ----------
    edges
        Edges of the zones.
    block
        Rows and columns of a block; blocks begin at the grid's first row and column.
    band_rows
        Rows to build at once, rounded up to whole blocks; default about 1,536.

    Yields
    ------
    list of BlockCoverage
        One band; blocks without any zone are left out.

    Raises
    ------
    RefusedError
        ``zones-tangled`` where a zone overlaps itself, ``zones-double`` where zones share more
        of a pixel than 1 m2.

    """
    for band in bands_of([edges], block, band_rows=band_rows):
        yield [piece for pieces in band.values() for _, piece in pieces]


def bands_of(
    layers: Sequence[ZoneEdges], block: tuple[int, int], *, band_rows: int | None = None
) -> Iterator[dict[tuple[int, int, int, int], list[tuple[int, BlockCoverage]]]]:
    """Give the blocks that several sets of zones cover, band by band; the sets may overlap.

    Parameters
    ----------
    layers
        Edges of each set, on one grid.
    block, band_rows
        As for `coverage_blocks`.

    Yields
    ------
    dict
        One band: window of each block in order, and what each set (by its number) covers of it.

    """
    height, width = block
    tall = -(-(band_rows or _BAND_ROWS) // height) * height
    spans = [
        (n, int(np.floor(edges.y0.min())), int(np.ceil(edges.y1.max())))
        for n, edges in enumerate(layers)
        if len(edges.y0)
    ]
    if not spans:
        return
    rows = layers[0].grid.shape[0]
    first = max(0, min(top for _, top, _ in spans)) // tall * tall
    last = min(rows, max(bottom for _, _, bottom in spans))
    for row0 in range(first, last, tall):
        row1 = min(row0 + tall, rows)
        band: dict[tuple[int, int, int, int], list[tuple[int, BlockCoverage]]] = {}
        for n, top, bottom in spans:
            if top < row1 and bottom > row0:
                for piece in _blocks(layers[n], row0, row1, height, width):
                    band.setdefault(piece.window, []).append((n, piece))
        yield dict(sorted(band.items()))


def renumbered(piece: BlockCoverage, first: int) -> BlockCoverage:
    """Return a piece whose zone numbers begin at ``first``."""
    if not first:
        return piece
    runs, edges = piece.runs.copy(), piece.edges.copy()
    runs[:, 0] += first
    edges[:, 0] += first
    return replace(piece, runs=runs, edges=edges)


def _find(code: str, value: object, where: object, **words: object) -> Finding:
    return finding("rasters", code, value=value, where=where, **words)


_NO_AREAS = PixelAreas(by_row=np.empty(0, dtype=np.int64), nodes=np.empty((0, 0)), step=1)


def _ring_edges(
    geometry: NDArray[np.object_],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int32], NDArray[np.int64]]:
    """Return start, end, zone and sign of every edge; the sign is that of a ring's own role.

    The sign is +1 for an edge whose zone lies at its left, whatever the file's winding.
    """
    parts, part_zone = shapely.get_parts(geometry, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    shell = np.diff(ring_part, prepend=-1) != 0
    role = np.where(shell, 1, -1) * np.where(shapely.is_ccw(rings), 1, -1)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    inner = ring[:-1] == ring[1:]  # not from the end of one ring to the start of the next
    ring = ring[:-1][inner]
    zone = part_zone[ring_part[ring]].astype(np.int32)
    return points[:-1][inner], points[1:][inner], zone, role[ring]


def _project(
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    zone: NDArray[np.int32],
    sign: NDArray[np.int64],
    grid: Grid,
    zones: Zones,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int32], NDArray[np.int64]]:
    """Cut the edges into short pieces and bring these to the CRS of the grid."""
    # from the same end for both neighbours
    swap = (start[:, 1] > end[:, 1]) | ((start[:, 1] == end[:, 1]) & (start[:, 0] > end[:, 0]))
    low = np.where(swap[:, np.newaxis], end, start)
    high = np.where(swap[:, np.newaxis], start, end)
    step = _STEP_DEGREES if zones.crs.is_geographic else _STEP_METRES
    pieces = np.maximum(1, np.ceil(np.hypot(*(high - low).T) / step)).astype(np.int64)
    edge = np.repeat(np.arange(len(pieces)), pieces)
    index = np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    part = (index / pieces[edge])[:, np.newaxis]
    points = low[edge] + (high - low)[edge] * part
    # each point once, ends included, so that consecutive pieces share it to the last digit
    every = _transform(np.concatenate([points, high]), grid, zones)
    first = every[: len(edge)]
    final = index == pieces[edge] - 1
    second = np.empty_like(first)
    second[:-1] = first[1:]
    second[final] = every[len(edge) :]
    turned = np.where(swap, -1, 1) * sign
    return first, second, zone[edge], turned[edge]


def _transform(points: NDArray[np.float64], grid: Grid, zones: Zones) -> NDArray[np.float64]:
    """Bring points (n, 2) from the CRS of the zones to that of the grid, without datum step."""
    x, y = points[:, 0], points[:, 1]
    if not zones.crs.is_geographic:
        x, y = lonlat_transformer(zones.crs).transform(x, y, direction="INVERSE")
    if not grid.crs.is_geographic:
        x, y = lonlat_transformer(grid.crs).transform(x, y)
    moved = np.column_stack([x, y])
    if not np.isfinite(moved).all():
        raise RefusedError([_find("zones-off-projection", grid.crs.name, "zones")])
    return moved


def _extent(edges: ZoneEdges) -> tuple[float, float, float, float]:
    """Return the smallest column and row and the largest column and row of the edges."""
    if not len(edges.y0):
        return 0.0, 0.0, 0.0, 0.0
    left = float(np.minimum(edges.x0, edges.x1).min())
    right = float(np.maximum(edges.x0, edges.x1).max())
    return left, float(edges.y0.min()), right, float(edges.y1.max())


def _check_inside(edges: ZoneEdges) -> None:
    """Refuse zones that reach past the grid, for their areas would not close."""
    left, top, right, bottom = _extent(edges)
    rows, cols = edges.grid.shape
    past = max(-left, -top, right - cols, bottom - rows)
    if past > _EDGE_SLACK:
        raise RefusedError([_find("zones-outside", f"{past:.6g} pixels", edges.grid)])


def _blocks(edges: ZoneEdges, row0: int, row1: int, height: int, width: int) -> list[BlockCoverage]:
    """Build one band and deal it out to its blocks."""
    runs, parts, fractions, areas = _band(edges, row0, row1)
    cols = edges.grid.shape[1]
    across = -(-cols // width)
    count = -(-(row1 - row0) // height) * across
    n_runs, n_edges = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    count_blocks(runs, parts, row0, height, width, across, n_runs, n_edges)
    run_end, edge_end = np.cumsum(n_runs), np.cumsum(n_edges)
    out = (
        np.empty((int(run_end[-1]), 4), dtype=np.int32),
        np.empty_like(parts),
        np.empty_like(fractions),
        np.empty_like(areas),
    )
    next_run, next_edge = run_end - n_runs, edge_end - n_edges
    fill_blocks(
        runs, parts, fractions, areas, row0, height, width, across, next_run, next_edge, *out
    )
    blocks = []
    for b in np.flatnonzero(n_runs + n_edges).tolist():
        top, left = row0 + b // across * height, b % across * width
        r = slice(run_end[b] - n_runs[b], run_end[b])
        p = slice(edge_end[b] - n_edges[b], edge_end[b])
        window = (top, min(top + height, row1), left, min(left + width, cols))
        blocks.append(
            BlockCoverage(
                window=window,
                runs=out[0][r],
                edges=out[1][p],
                fractions=out[2][p],
                areas_mm2=out[3][p],
            )
        )
    return blocks


def _band(
    edges: ZoneEdges, row0: int, row1: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Return runs, edge pixels, their fractions and areas of rows row0 <= r < row1."""
    cols = edges.grid.shape[1]
    if row1 - row0 >= 1 << ROW_BITS or cols >= 1 << COL_BITS or _zones(edges) >= 1 << ZONE_BITS:
        raise ValueError(f"a band of {row1 - row0} x {cols} pixels, {_zones(edges)} zones")
    ends = (edges.x0, edges.y0, edges.x1, edges.y1)
    most = bound(*ends, row0, row1, cols)
    key, cover, area = (np.empty(most, dtype=np.int64) for _ in range(3))
    n = walk(*ends, edges.zone, edges.sign, edges.curvature, row0, row1, cols, key, cover, area)
    order = _order(key[:n], COL_BITS)
    room_runs, room_edges = n + 1, n + cols
    while True:
        runs = np.empty((room_runs, 4), dtype=np.int32)
        parts = np.empty((room_edges, 3), dtype=np.int32)
        fractions = np.empty(room_edges, dtype=np.int64)
        n_runs, n_edges, tangled = sweep(
            key, order, cover, area, row0, row1, cols, runs, parts, fractions
        )
        if tangled >= 0:
            raise RefusedError([_find("zones-tangled", tangled, f"rows {row0} to {row1}")])
        if n_runs <= room_runs and n_edges <= room_edges:
            break
        room_runs, room_edges = n_runs, n_edges  # long horizontal edges; now it fits
    runs, parts, fractions = runs[:n_runs], parts[:n_edges], fractions[:n_edges]
    areas = np.empty(n_edges, dtype=np.int64)
    pixel = (
        ((parts[:, 1].astype(np.int64) - row0) << (COL_BITS + ZONE_BITS))
        | (parts[:, 2].astype(np.int64) << ZONE_BITS)
        | parts[:, 0]
    )
    by_pixel = _order(pixel, COL_BITS + ZONE_BITS)
    double = share_areas(
        parts, by_pixel, fractions, edges.areas.at(parts[:, 1], parts[:, 2]), areas
    )
    if double > _DOUBLE_MM2:
        value = f"{double / 1e6:,.1f}"
        raise RefusedError([_find("zones-double", value, f"rows {row0} to {row1}")])
    return runs, parts, fractions, areas


def _order(key: NDArray[np.int64], shift: int) -> NDArray[np.int64]:
    """Return the order of keys whose bits above ``shift`` name a line of pixels."""
    lines = int(key.max(initial=0) >> shift) + 1
    if lines > _MOST_LINES:
        return np.argsort(key)
    return bucket_sort(key, shift, np.zeros(lines + 1, dtype=np.int64))


def _zones(edges: ZoneEdges) -> int:
    return int(edges.zone.max(initial=0)) + 1
