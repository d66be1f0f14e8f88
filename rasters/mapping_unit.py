"""The minimum mapping unit: patches of change below a unit of area are undone.

A patch is made of pixels with the same two classes that touch along a side or at a corner, see
`patches`. One that is smaller than the unit keeps the class of the earlier map. Each map of a
series is compared with the one before as it came out, so that a patch that grows to the unit
over several maps is a change from the map on in which it reaches it, and undoing twice is
undoing once.

Source: METHOD part G, trap 3 (map noise as change), names a minimum mapping unit as a safeguard.
"""

from __future__ import annotations

import math
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from .ahead import in_order
from .align import class_layer
from .area import pixel_areas
from .engine import block_shape
from .map_series import (
    ClassNumbers,
    ThreadReaders,
    WrittenMaps,
    filtered_source,
    map_boxes,
    pixels_of,
)
from .patches import OpenPatches, Strip, label_strip

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from .grid import Grid
    from .map_series import Box, Progress
    from .source import RasterSource


def large_changes(
    sources: Mapping[int, RasterSource],
    grid: Grid,
    *,
    unit_mm2: int,
    folder: Path,
    workers: int,
    on_progress: Progress,
) -> dict[int, RasterSource]:
    """Undo the patches of change of a series that are smaller than a unit of area.

    Parameters
    ----------
    sources, grid, folder, workers, on_progress
        As for `lasting_changes`; two maps or more.
    unit_mm2
        Smallest area of a patch that stands, mm2.

    Returns
    -------
    dict
        The maps by year, the first as it was.

    Raises
    ------
    RefusedError, SourceError
        As `lasting_changes`.

    """
    years = sorted(sources)
    found = {years[0]: sources[years[0]]}
    total = 2 * (len(years) - 1)
    pixels = grid.shape[0] * grid.shape[1]
    for number, (before, after) in enumerate(pairwise(years)):

        def part(done: int, _total: int, number: int = number) -> None:
            on_progress(2 * number * pixels + done, total * pixels)

        path = folder / str(after) / sources[after].path.name
        pair = _Pair(found[before], sources[after], grid, unit_mm2)
        found[after] = pair.filtered(path, workers, part)
    return found


class _Pair:
    """Two maps, the later of which loses its small patches of change."""

    def __init__(self, before: RasterSource, after: RasterSource, grid: Grid, unit: int) -> None:
        self._after, self._grid, self._unit = after, grid, unit
        self._layers = [class_layer(grid, source) for source in (before, after)]
        self._classes = ClassNumbers(self._layers[0].values)
        self._areas = pixel_areas(grid)
        rows, cols = grid.shape
        height = block_shape(grid.shape, [(layer.tile[0], cols) for layer in self._layers])[0]
        self._boxes = list(map_boxes((rows, cols), (height, cols)))

    def filtered(self, path: Path, workers: int, on_progress: Progress) -> RasterSource:
        """Write the later map; its strips are read once to know its patches, once to write it."""
        dtype = np.result_type(*(layer.dtype for layer in self._layers))
        patches, done, total = OpenPatches(unit=self._unit), 0, 2 * math.prod(self._grid.shape)
        with ThreadReaders(self._layers) as readers:

            def borders(box: Box) -> Strip:
                # only the borders are waited for: labels of strips ahead would fill the memory
                return replace(self._strip(readers, box)[1], labels=np.empty((0, 0), np.int32))

            def written(numbered: tuple[int, Box]) -> list[NDArray[Any]]:
                raws, strip = self._strip(readers, numbered[1])
                small = patches.small(numbered[0], strip)[strip.labels]
                return [np.where(small, *raws).astype(dtype, copy=False)]

            with closing(in_order(self._boxes, borders, workers)) as first:
                for box, strip in first:
                    patches.add(strip)
                    done += pixels_of(box)
                    on_progress(done, total)
            numbered = enumerate(self._boxes)
            with (
                WrittenMaps([path], [dtype], self._grid) as maps,
                closing(in_order(numbered, written, workers)) as second,
            ):
                for (_, box), blocks in second:
                    maps.write(box, blocks)
                    done += pixels_of(box)
                    on_progress(done, total)
        return filtered_source(self._after, path, self._grid, dtype)

    def _strip(self, readers: ThreadReaders, box: Box) -> tuple[list[NDArray[Any]], Strip]:
        """Return the pixels of both maps on a strip, and its patches."""
        raws = [reader.read(*box).data for reader in readers.own()]
        before, after = (self._classes.encode(raw) for raw in raws)
        return raws, label_strip(before, after, self._area(box), self._unit)

    def _area(self, box: Box) -> NDArray[np.int64]:
        """Return the areas of the pixels of a strip, (rows, 1) where a row has one."""
        row0, row1, _, cols = box
        if self._areas.by_row is not None:
            return self._areas.by_row[row0:row1, np.newaxis]
        across = np.arange(cols, dtype=np.int32)
        rows = [self._areas.at(np.full_like(across, row), across) for row in range(row0, row1)]
        return np.stack(rows)
