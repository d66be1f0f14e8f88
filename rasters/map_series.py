"""A series of land-cover maps on one grid that a filter reads, and the maps that it writes.

A filter works block by block on the part of the grid that decides about the land in question,
reads each map with a handle of each thread, and writes GeoTIFFs, which are counted in place of
the maps. Classes are numbered from 1; 0 is a pixel without an observation, or one whose value
no class explains: it passes a filter as it is and is refused where it is counted.
"""

from __future__ import annotations

import math
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import rasterio
from affine import Affine
from numba import njit
from rasterio.errors import RasterioError
from rasterio.windows import Window

from .area import pixel_areas
from .errors import SourceError
from .intake import pixel_box

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from numpy.typing import NDArray

    from .grid import Grid
    from .layers import ClassLayer, LayerReader
    from .source import RasterSource

    Box = tuple[int, int, int, int]
    """row0, row1, col0, col1, ends excluded."""
    Bounds = tuple[float, float, float, float]
    """West, south, east and north in degrees."""
    Progress = Callable[[int, int], None]
    """Called with pixels done and pixels in all."""

_TILE = 512
_WRITING_THREADS = 2  # that deflate the tiles of a block
_MOST_TILE = 1536  # pixels; a part begins on a tile's edge where tiles are no larger


def filter_grid(
    source: RasterSource, bounds: Sequence[Bounds], *, maps: int, unit_mm2: int = 0
) -> Grid | None:
    """Return the part of a raster's grid that decides what a filter makes of some land.

    Parameters
    ----------
    source
        A raster of the series; all have its grid.
    bounds
        Boxes that hold the land; a filter is exact inside them.
    maps
        Number of maps.
    unit_mm2
        Unit of `large_changes`. A patch that reaches from the land over a margin of as many
        pixels as make the unit is no small one; each map adds such a margin, for what it takes
        from the one before must be exact as well.

    Returns
    -------
    Grid or None
        None where the raster does not meet the land.

    """
    grid = source.grid
    boxes = [box for b in bounds if pixels_of(box := pixel_box(grid, b))]
    if not boxes:
        return None
    margin = math.ceil(unit_mm2 / pixel_areas(grid).smallest) * (maps - 1)
    edges: list[int] = []
    for axis, length in enumerate(grid.shape):
        tile = source.block_shape[axis]
        low = max(min(box[2 * axis] for box in boxes) - margin, 0)
        high = min(max(box[2 * axis + 1] for box in boxes) + margin, length)
        edges += [low - low % tile if tile <= _MOST_TILE else low, high]
    row0, row1, col0, col1 = edges
    a, b, c, d, e, f = grid.transform[:6]
    moved = Affine(a, b, c + a * col0, d, e, f + e * row0)
    return replace(grid, transform=moved, shape=(row1 - row0, col1 - col0))


class ClassNumbers:
    """Numbers of the classes of a product: from 1, 0 for what is none of them."""

    def __init__(self, values: tuple[int, ...]) -> None:
        self._values = np.array(values, dtype=np.int64)
        self._kind = np.dtype(np.uint8 if len(values) < 2**8 else np.uint16)

    def encode(self, raw: NDArray[Any]) -> NDArray[Any]:
        """Return the class number of each pixel, shape (rows, cols)."""
        if raw.dtype.itemsize > 2:  # noqa: PLR2004  # bytes: no table of all values
            return self._found(raw)
        unsigned = np.dtype(f"u{raw.dtype.itemsize}")
        every = np.arange(2 ** (8 * raw.dtype.itemsize), dtype=unsigned)
        numbers = np.empty(raw.shape, dtype=self._kind)
        _look_up(raw.view(unsigned), self._found(every.view(raw.dtype)), numbers)
        return numbers

    def decode(self, numbers: NDArray[Any], raw: NDArray[Any]) -> NDArray[Any]:
        """Return the values of class numbers, and ``raw`` where there is none."""
        values = np.concatenate([[0], self._values]).astype(raw.dtype)
        out = np.empty_like(raw)
        _put_back(numbers, values, raw, out)
        return out

    def _found(self, raw: NDArray[Any]) -> NDArray[Any]:
        """Return the class number of each value by bisection."""
        at = np.searchsorted(self._values, raw)
        at[at == len(self._values)] = 0
        return np.where(self._values[at] == raw, at + 1, 0).astype(self._kind)


@njit(nogil=True, cache=True)
def _look_up(raw: NDArray[Any], table: NDArray[Any], out: NDArray[Any]) -> None:
    """Write the entry of each pixel's value."""
    for r in range(raw.shape[0]):
        for c in range(raw.shape[1]):
            out[r, c] = table[raw[r, c]]


@njit(nogil=True, cache=True)
def _put_back(
    numbers: NDArray[Any], values: NDArray[Any], raw: NDArray[Any], out: NDArray[Any]
) -> None:
    """Write the value of each class number, and ``raw`` for 0."""
    for r in range(raw.shape[0]):
        for c in range(raw.shape[1]):
            out[r, c] = values[numbers[r, c]] if numbers[r, c] > 0 else raw[r, c]


class ThreadReaders:
    """Readers of some layers for each thread that asks."""

    def __init__(self, layers: Sequence[ClassLayer]) -> None:
        self._layers = layers
        self._local = threading.local()
        self._open: list[LayerReader] = []

    def __enter__(self) -> Self:
        """Begin with none open."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all of them."""
        while self._open:
            self._open.pop().close()

    def own(self) -> list[LayerReader]:
        """Return this thread's readers, in the order of the layers."""
        if not hasattr(self._local, "readers"):
            self._local.readers = []
            for layer in self._layers:
                reader = layer.reader()
                self._open.append(reader)
                self._local.readers.append(reader)
        found: list[LayerReader] = self._local.readers
        return found


class WrittenMaps:
    """GeoTIFFs of one grid that are written block by block."""

    def __init__(self, paths: Sequence[Path], dtypes: Sequence[np.dtype[Any]], grid: Grid) -> None:
        self._files: list[Any] = []
        for path, dtype in zip(paths, dtypes, strict=True):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._files.append(rasterio.open(path, "w", **_profile(grid, dtype)))
            except RasterioError as error:
                raise SourceError(f"{path} cannot be written: {error}") from error

    def __enter__(self) -> Self:
        """Begin with empty files."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the files."""
        for file in self._files:
            file.close()

    def write(self, box: Box, blocks: Sequence[NDArray[Any]]) -> None:
        """Write a block of each file.

        Raises
        ------
        SourceError
            If the disk does not take it.

        """
        row0, row1, col0, col1 = box
        window = Window(col0, row0, col1 - col0, row1 - row0)
        for file, block in zip(self._files, blocks, strict=True):
            try:
                file.write(block, 1, window=window)
            except RasterioError as error:
                raise SourceError(f"{file.name} cannot be written: {error}") from error


def _profile(grid: Grid, dtype: np.dtype[Any]) -> dict[str, object]:
    """Return how a filtered map is written: quick to write and to read again."""
    rows, cols = grid.shape
    return {
        "driver": "GTiff",
        "height": rows,
        "width": cols,
        "count": 1,
        "dtype": dtype.name,
        "crs": grid.crs.to_wkt(),
        "transform": grid.transform,
        "tiled": True,
        "blockxsize": _TILE,
        "blockysize": _TILE,
        "compress": "deflate",
        "zlevel": 1,
        "num_threads": _WRITING_THREADS,
        "bigtiff": "IF_SAFER",
    }


def filtered_source(
    source: RasterSource, path: Path, grid: Grid, dtype: np.dtype[Any]
) -> RasterSource:
    """Return a filtered map as the source of its year."""
    return replace(
        source,
        path=path,
        band=1,
        grid=grid,
        dtype=dtype.name,
        block_shape=(_TILE, _TILE),
        files=(path,),
    )


def map_boxes(shape: tuple[int, int], block: tuple[int, int]) -> Iterator[Box]:
    """Yield the blocks of a map in the order of rows, then columns."""
    for row in range(0, shape[0], block[0]):
        for col in range(0, shape[1], block[1]):
            yield row, min(row + block[0], shape[0]), col, min(col + block[1], shape[1])


def pixels_of(box: Box) -> int:
    """Return the number of pixels of a box."""
    return (box[1] - box[0]) * (box[3] - box[2])
