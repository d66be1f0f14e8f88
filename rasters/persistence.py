"""Whether a change lasts: each pixel's series of classes, with changes that do not hold undone.

Classes are walked through from the first map on. A class other than the one held so far is a
change first seen in that year. It is undone where any later map up to ``least`` years after
shows yet another class, confirmed where the same class is still there ``least`` years after or
later without another one between, and else not judged: the maps end too early, or lie too far
apart. What is not judged is kept and told, for undoing it would take every last year's change
away. A pixel without an observation stays so and speaks neither for nor against.

Undoing one change never makes another between two neighbouring maps, and undoing twice is
undoing once: what is held after an accepted change is held at least as long as it was seen.

Source: METHOD part G, trap 3: two maps of 90 % accuracy each show up to 19 % false change; a
change should persist for three years or more.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from .ahead import in_order
from .align import class_layer
from .engine import block_shape
from .map_series import (
    ClassNumbers,
    ThreadReaders,
    WrittenMaps,
    filtered_source,
    map_boxes,
    pixels_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from .grid import Grid
    from .map_series import Box, Progress
    from .source import RasterSource

UNJUDGED = 1
"""Pixel of a raster of `Lasting.unjudged` whose change could not be judged."""

_MOST_PIXELS = 2**23  # of all maps together in a block: some 40 MB of work for each thread
_FEWEST_ROWS = 256  # tiles of 512 rows are then decoded twice at most
_REMOVED, _CONFIRMED, _UNJUDGED = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasting:
    """A series of maps without the changes that do not last."""

    maps: Mapping[int, RasterSource]
    """The maps by year, the first as it was."""
    unjudged: Mapping[int, RasterSource]
    """For each year but the first, `UNJUDGED` where its change from the map before could not be
    judged, else 0; a class raster with these two values."""


def lasting_changes(
    sources: Mapping[int, RasterSource],
    grid: Grid,
    *,
    least_years: int,
    folder: Path,
    workers: int,
    on_progress: Progress,
) -> Lasting:
    """Undo the changes of a series that do not hold for a number of years.

    Parameters
    ----------
    sources
        Year to land cover of one product, all on one grid; three or more.
    grid
        Part of it to filter, through `filter_grid`.
    least_years
        Years that a change must hold.
    folder
        Where the files go; each map keeps its name in a folder of its year.
    workers
        Threads; the result does not depend on them.
    on_progress
        Called with pixels done and pixels in all.

    Raises
    ------
    RefusedError
        ``raster-block-unreadable``.
    SourceError
        If a file cannot be written.

    """
    years = sorted(sources)
    layers = [class_layer(grid, sources[year]) for year in years]
    classes = ClassNumbers(layers[0].values)
    # a later map may take on a value of any earlier one
    dtype = np.result_type(*(layer.dtype for layer in layers))
    dates = np.array(years, dtype=np.int64)

    def work(box: Box) -> list[NDArray[Any]]:
        raws = [reader.read(*box).data for reader in readers.own()]
        codes = np.stack([classes.encode(raw).ravel() for raw in raws])
        out, unjudged = np.empty_like(codes), np.empty(codes.shape, dtype=np.uint8)
        undo_passing(codes, dates, least_years, out, unjudged)
        shape = raws[0].shape
        found = [
            classes.decode(number.reshape(shape), raw.astype(dtype, copy=False))
            for number, raw in zip(out[1:], raws[1:], strict=True)
        ]
        return found + [flags.reshape(shape) for flags in unjudged[1:]]

    later = years[1:]
    paths = [folder / str(year) / sources[year].path.name for year in later]
    flags = [folder / str(year) / f"unjudged-{sources[year].path.name}" for year in later]
    dtypes = [dtype] * len(later) + [np.dtype(np.uint8)] * len(later)
    boxes = map_boxes(grid.shape, _block(grid.shape, [layer.tile for layer in layers]))
    done, total = 0, grid.shape[0] * grid.shape[1]
    with (
        ThreadReaders(layers) as readers,
        WrittenMaps([*paths, *flags], dtypes, grid) as maps,
        closing(in_order(boxes, work, workers)) as worked,
    ):
        for box, blocks in worked:
            maps.write(box, blocks)
            done += pixels_of(box)
            on_progress(done, total)
    made = {
        year: filtered_source(sources[year], path, grid, dtype)
        for year, path in zip(later, paths, strict=True)
    }
    return Lasting(
        maps={years[0]: sources[years[0]], **made},
        unjudged={
            year: _flags(sources[year], path, grid) for year, path in zip(later, flags, strict=True)
        },
    )


def _block(shape: tuple[int, int], tiles: list[tuple[int, int]]) -> tuple[int, int]:
    """Return rows and columns of a block that holds a series, the lower the longer the series."""
    rows, cols = block_shape(shape, tiles)
    while rows * cols * len(tiles) > _MOST_PIXELS and rows > _FEWEST_ROWS:
        rows //= 2
    return rows, cols


def _flags(source: RasterSource, path: Path, grid: Grid) -> RasterSource:
    """Return a raster of what could not be judged as a source of two classes."""
    first = source.product.classes[0]
    kinds = tuple(
        replace(first, code=code, value=value) for value, code in enumerate(("judged", "unjudged"))
    )
    made = filtered_source(source, path, grid, np.dtype(np.uint8))
    return replace(made, product=replace(source.product, classes=kinds, nodata=()), nodata=())


@njit(nogil=True, cache=True)
def _judge(codes: NDArray[Any], years: NDArray[np.int64], i: int, p: int, least: int) -> int:
    """Say what becomes of the class that pixel p takes on in map i."""
    end = years[i] + least
    for j in range(i + 1, years.size):
        later = codes[j, p]
        if later == 0:
            continue
        if later != codes[i, p]:
            return _REMOVED if years[j] <= end else _UNJUDGED
        if years[j] >= end:
            return _CONFIRMED
    return _UNJUDGED


def undo_passing(
    codes: NDArray[Any],
    years: NDArray[np.int64],
    least: int,
    out: NDArray[Any],
    unjudged: NDArray[np.uint8],
) -> None:
    """Write the series with passing changes undone, and which changes could not be judged.

    Parameters
    ----------
    codes
        Class numbers from 1, 0 without an observation; shape (maps, pixels).
    years
        Year of each map, ascending, shape (maps,).
    least
        Years that a change must hold.
    out
        Takes the series, as ``codes``.
    unjudged
        Takes 1 where a pixel changes from the map before to this one and that could not be
        judged, else 0; shape (maps, pixels).

    """
    out[:] = codes
    unjudged[:] = 0
    moved = np.zeros(codes.shape[1], dtype=np.bool_)
    for later in codes[1:]:  # most land is the same in every map
        moved |= later != codes[0]
    _undo(codes, years, least, np.flatnonzero(moved), out, unjudged)


@njit(nogil=True, cache=True)
def _undo(
    codes: NDArray[Any],
    years: NDArray[np.int64],
    least: int,
    moved: NDArray[np.int64],
    out: NDArray[Any],
    unjudged: NDArray[np.uint8],
) -> None:
    """Walk through the series of the pixels that are not the same in every map."""
    for p in moved:
        held = 0
        for i in range(years.size):
            code = codes[i, p]
            if code not in (0, held):
                verdict = _judge(codes, years, i, p, least) if held != 0 else _CONFIRMED
                if verdict == _REMOVED:
                    code = held
                elif verdict == _UNJUDGED and out[i - 1, p] != 0:
                    unjudged[i, p] = 1
            if code != 0:
                held = code
            out[i, p] = code
