"""The check before a run: every pixel of a file read once, every fault of it told at once.

The header tells where pixels lie and how they are stored; only the pixels tell whether the
legend fits, whether a fill value was left undeclared, whether a block is lost. A run refuses
the same faults where it meets them, but one by one.

The plausible largest biomass is a convention of this package: 1,000 t/ha of dry matter, a tenth
of the largest value that ESA CCI Biomass declares valid; of a flow, 30 t/ha of carbon a year,
ten times the mean production of Inner Mongolia's grassland (279 g C/m2/yr, Remote Sensing 2021,
13, 4480). Above it a unit or a scale is probably mistaken.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from rasterio.errors import RasterioError
from rasterio.windows import Window

from .findings import finding
from .grid import lonlat_transformer
from .product_schema import CLASS_KINDS, FLOW_KINDS, ProductKind
from .source import RasterSource, StoredValues, examine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from numpy.typing import NDArray

    from .findings import Finding
    from .grid import Grid
    from .legend import Product

    Box = tuple[int, int, int, int]
    """row0, row1, col0, col1, ends excluded."""

_CHUNK_PIXELS = 2**21  # 2 million, of whole blocks
_PLAUSIBLE_T_PER_HA = 1000.0  # dry matter
_CARBON_SHARE = 0.5  # of dry matter, roughly: only to judge what is plausible
_PLAUSIBLE_FLOW = 30.0  # t C/ha/yr
_MAX_NAMED = 12  # unknown codes told one by one; a wrong legend has hundreds


@dataclass(kw_only=True, slots=True)
class _Tally:
    """What was seen in the pixels so far."""

    codes: dict[int, int]
    valid: int = 0
    infinite: int = 0
    negative: int = 0
    above: int = 0
    implausible: int = 0
    least: float = math.inf
    largest: float = -math.inf
    lost: list[tuple[int, int]]

    def add(self, other: _Tally) -> None:
        """Take in what another part of the file has shown."""
        for code, count in other.codes.items():
            self.codes[code] = self.codes.get(code, 0) + count
        self.valid += other.valid
        self.infinite += other.infinite
        self.negative += other.negative
        self.above += other.above
        self.implausible += other.implausible
        self.least = min(self.least, other.least)
        self.largest = max(self.largest, other.largest)
        self.lost += other.lost


def check_file(
    path: Path | str,
    product: Product,
    *,
    year: int | None = None,
    bounds: tuple[float, float, float, float] | None = None,
    workers: int = 2,
) -> tuple[RasterSource | None, list[Finding]]:
    """Check header and pixels of a raster, the pixels even where the header is refused.

    Parameters
    ----------
    path, product, year
        As for `source.inspect`.
    bounds
        West, south, east and north in degrees of the land that matters; None: all of the file.
    workers
        Threads that read.

    Returns
    -------
    source : RasterSource or None
        None where a finding is an error.
    findings : list of Finding
        Those of the header, then those of `check_pixels`.

    """
    examined = examine(path, product, year=year)
    if examined.stored is None:
        return None, examined.findings
    box = None
    if examined.source is not None and bounds is not None:
        box = pixel_box(examined.source.grid, bounds)
    more = check_pixels(examined.stored, box=box, workers=workers)
    usable = all(f.severity != "error" for f in more)
    return examined.source if usable else None, examined.findings + more


def check_pixels(
    source: RasterSource | StoredValues, *, box: Box | None = None, workers: int = 2
) -> list[Finding]:
    """Read every block once and list what the pixels show against the file.

    Parameters
    ----------
    source
        What to read.
    box
        Rows and columns that matter, ends excluded; None: all.
    workers
        Threads, each with a handle of its own.

    Returns
    -------
    list of Finding
        Classes: ``raster-unknown-class``, one per code with its number of pixels. Amounts:
        ``raster-not-finite``, ``raster-negative``, ``raster-above-maximum`` and the warning
        ``raster-implausible``. Both: ``raster-block-unreadable`` with the blocks' numbers, and
        the warning ``raster-all-nodata``.

    """
    grid_shape = source.grid.shape if isinstance(source, RasterSource) else source.shape
    windows = list(_windows(grid_shape, source.block_shape, box))
    parts = [windows[i::workers] for i in range(workers)]
    seen = _Tally(codes={}, lost=[])
    with ThreadPoolExecutor(workers) as pool:
        for part in pool.map(lambda boxes: _tally(source, boxes), parts):
            seen.add(part)
    if source.product.kind in CLASS_KINDS:
        found = _judge_codes(source, seen)
    else:
        found = _judge_amounts(source, seen)
    where = source.path.name
    if seen.lost:
        names = ", ".join(str(place) for place in sorted(seen.lost)[:_MAX_NAMED])
        found.append(
            finding(
                "rasters",
                "raster-block-unreadable",
                value=names,
                where=where,
                count=len(seen.lost),
            )
        )
    if not seen.valid and not found:
        found.append(finding("rasters", "raster-all-nodata", value=0, where=where))
    return found


def pixel_box(grid: Grid, bounds: tuple[float, float, float, float]) -> Box:
    """Return the rows and columns of a grid that hold a box of longitudes and latitudes.

    Parameters
    ----------
    grid
        A checked grid.
    bounds
        West, south, east and north in degrees.

    Returns
    -------
    tuple of int
        row0, row1, col0, col1, ends excluded, one pixel wide of the box; empty (row0 == row1
        or col0 == col1) where they do not meet.

    """
    west, south, east, north = bounds
    lon, lat = np.meshgrid(np.linspace(west, east, 41), np.linspace(south, north, 41))
    if grid.crs.is_geographic:
        turn = 360 * round((sum(grid.bounds[::2]) - west - east) / 720)
        x, y = lon + turn, lat
    else:
        x, y = lonlat_transformer(grid.crs).transform(lon, lat)
    cols = (np.asarray(x) - grid.transform.c) / grid.transform.a
    rows = (np.asarray(y) - grid.transform.f) / grid.transform.e
    good = np.isfinite(rows) & np.isfinite(cols)
    if not good.any():
        return 0, 0, 0, 0
    edges: list[int] = []
    for values, length in ((rows[good], grid.shape[0]), (cols[good], grid.shape[1])):
        # the box's sides may bulge between the sampled points, by less than 1/40 of it
        margin = 1 + 0.025 * (values.max() - values.min()) * (not grid.crs.is_geographic)
        low = min(max(math.floor(values.min() - margin), 0), length)
        edges += [low, max(min(math.ceil(values.max() + margin), length), low)]
    return edges[0], edges[1], edges[2], edges[3]


def _windows(
    shape: tuple[int, int], block_shape: tuple[int, int], box: Box | None
) -> Iterator[Box]:
    """Yield windows of whole blocks that cover a box, each of about `_CHUNK_PIXELS`."""
    height, width = block_shape
    row0, row1, col0, col1 = box if box is not None else (0, shape[0], 0, shape[1])
    if row0 >= row1 or col0 >= col1:
        return
    first_row, first_col = row0 - row0 % height, col0 - col0 % width
    last_row = min(-(-row1 // height) * height, shape[0])
    last_col = min(-(-col1 // width) * width, shape[1])
    across = width * max(
        1, min(-(-(last_col - first_col) // width), _CHUNK_PIXELS // (height * width))
    )
    down = height * max(1, _CHUNK_PIXELS // (height * min(across, last_col - first_col)))
    for row in range(first_row, last_row, down):
        for col in range(first_col, last_col, across):
            yield row, min(row + down, last_row), col, min(col + across, last_col)


def _tally(source: RasterSource | StoredValues, boxes: list[Box]) -> _Tally:
    """Read windows with a handle of this thread's own."""
    seen = _Tally(codes={}, lost=[])
    height, width = source.block_shape
    with rasterio.open(source.path, driver="GTiff") as dataset:
        for row0, row1, col0, col1 in boxes:
            try:
                data = dataset.read(
                    source.band, window=Window(col0, row0, col1 - col0, row1 - row0)
                )
                _count(source, data, seen)
            except RasterioError:
                # Block by block, to name the lost ones and still see the others.
                for row in range(row0, row1, height):
                    for col in range(col0, col1, width):
                        rows, cols = min(height, row1 - row), min(width, col1 - col)
                        try:
                            data = dataset.read(source.band, window=Window(col, row, cols, rows))
                        except RasterioError:
                            seen.lost.append((row // height, col // width))
                        else:
                            _count(source, data, seen)
    return seen


def _count(source: RasterSource | StoredValues, data: NDArray[Any], seen: _Tally) -> None:
    """Add the pixels of a window to what was seen."""
    if source.product.kind in CLASS_KINDS:
        _count_codes(source, data, seen)
        return
    missing = np.isin(data, np.array(source.nodata, dtype=data.dtype))
    if data.dtype.kind == "f":
        missing |= np.isnan(data)
    values = data[~missing]
    seen.valid += values.size
    if not values.size:
        return
    finite = np.isfinite(values)
    seen.infinite += int((~finite).sum())
    values = values[finite]
    if not values.size:
        return
    maximum, plausible = _limits(source.product)
    seen.negative += int((values < 0).sum())
    seen.above += int((values > maximum).sum())
    seen.implausible += int(((values > plausible) & (values <= maximum)).sum())
    seen.least = min(seen.least, float(values.min()))
    seen.largest = max(seen.largest, float(values.max()))


def _count_codes(source: RasterSource | StoredValues, data: NDArray[Any], seen: _Tally) -> None:
    """Add the codes of a window, nodata left out."""
    if data.dtype.kind in "iu" and data.dtype.itemsize <= 2:  # noqa: PLR2004  # bytes
        counted = np.bincount(data.view(f"u{data.dtype.itemsize}").ravel())
        present = np.flatnonzero(counted)
        codes = present.astype(f"u{data.dtype.itemsize}").view(data.dtype)
        counts = counted[present]
    else:  # float classes are refused by their header; their codes are listed all the same
        codes, counts = np.unique(data, return_counts=True)
    for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
        if code not in source.nodata and code == code:  # noqa: PLR0124  # not NaN
            seen.codes[code] = seen.codes.get(code, 0) + count
            seen.valid += count


def _limits(product: Product) -> tuple[float, float]:
    """Return the largest valid and the largest plausible pixel value."""
    maximum = product.valid_max if product.valid_max is not None else math.inf
    if product.unit is None or product.kind not in (ProductKind.BIOMASS, *FLOW_KINDS):
        return maximum, math.inf
    limit = _PLAUSIBLE_T_PER_HA * (_CARBON_SHARE if product.unit.is_carbon else 1.0)
    if product.unit.is_flow:
        limit = _PLAUSIBLE_FLOW
    return maximum, limit / float(product.unit.t_per_ha) / product.scale


def _judge_codes(source: RasterSource | StoredValues, seen: _Tally) -> list[Finding]:
    known = {c.value for c in source.product.classes}
    unknown = sorted((code, count) for code, count in seen.codes.items() if code not in known)
    words = {"where": source.path.name, "product": source.product.id}
    if len(unknown) > _MAX_NAMED:
        total = sum(count for _, count in unknown)
        named = ", ".join(f"{code:g}" for code, _ in unknown[:_MAX_NAMED])
        value = f"{named}, ... ({len(unknown)})"
        return [finding("rasters", "raster-unknown-class", value=value, count=total, **words)]
    return [
        finding("rasters", "raster-unknown-class", value=f"{code:.10g}", count=count, **words)
        for code, count in unknown
    ]


def _judge_amounts(source: RasterSource | StoredValues, seen: _Tally) -> list[Finding]:
    product, where = source.product, source.path.name
    maximum, plausible = _limits(product)
    found = []
    if seen.infinite:
        found.append(
            finding("rasters", "raster-not-finite", value="inf", where=where, count=seen.infinite)
        )
    if seen.negative:
        found.append(
            finding(
                "rasters",
                "raster-negative",
                value=f"{seen.least:g}",
                where=where,
                count=seen.negative,
            )
        )
    if seen.above:
        found.append(
            finding(
                "rasters",
                "raster-above-maximum",
                value=f"{seen.largest:g}",
                where=where,
                count=seen.above,
                limit=f"{maximum:g}",
                product=product.id,
            )
        )
    elif seen.implausible:
        found.append(
            finding(
                "rasters",
                "raster-implausible",
                value=f"{seen.largest * product.scale:g}",
                where=where,
                count=seen.implausible,
                limit=f"{plausible * product.scale:g}",
                unit=product.unit,
            )
        )
    return found
