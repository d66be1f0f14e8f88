"""Maps of a density, pixel by pixel: a table of densities by class joined to the rasters.

The inventory itself never needs these maps, so they are written for the eye and for other
software: cloud-optimised GeoTIFF, float32, with overviews of means. Where there is no value the
pixel is NaN, which no arithmetic can take for a number; a nodata number in range would hide a
true value, such as a change of exactly -1 t/ha.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import rasterio
import rasterio.shutil
import xarray as xr
from rasterio.errors import RasterioError
from rasterio.windows import Window

from .ahead import in_order
from .errors import GridError, SourceError
from .layers import NODATA_INT, OUTSIDE, SHARE_ONE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from .grid import Grid
    from .layers import LayerBlock

    Box = tuple[int, int, int, int]
    """row0, row1, col0, col1, ends excluded."""
    Blocks = Callable[[int, int, int, int], NDArray[np.float32] | None]
    """A block of the map, or None where all of it is without a value."""

NO_STRATUM = -1
"""Stratum of a key of `DensityTable` without a stratum layer."""

_TILE = 512
_BLOCK = 2 * _TILE  # 4 MB of float32, of which a few are in work at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelTerm:
    """A part of the density that comes from a raster of amounts."""

    name: str
    """Variable of the pixels' dataset, such as "biomass"; NaN where it has no value."""
    edges: tuple[float, ...]
    """Edges of the classes of amount, ascending; a bin holds its lower edge."""
    factors: NDArray[np.float64]
    """Density per amount, shape (keys, len(edges) + 1); 0 where the term is not for the key."""
    fallback: NDArray[np.float64]
    """Density where the amount is NaN, shape (keys,); NaN: the pixel then has no density."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DensityTable:
    """Densities by class and stratum."""

    keys: tuple[tuple[int, int], ...]
    """Raw class value and raw stratum value (`NO_STRATUM` without strata), ascending."""
    base: NDArray[np.float64]
    """Density of each key without the pixel terms, shape (keys,)."""
    terms: tuple[PixelTerm, ...] = ()
    """Parts that come from rasters of amounts."""

    def __post_init__(self) -> None:
        """Refuse keys out of order and arrays of another length.

        Raises
        ------
        ValueError
            If so.

        """
        if list(self.keys) != sorted(set(self.keys)):
            raise ValueError(f"keys must ascend and differ, got {self.keys}")
        count = len(self.keys)
        shapes: list[tuple[str, tuple[int, ...], tuple[int, ...]]] = [
            ("base", self.base.shape, (count,))
        ]
        for term in self.terms:
            shapes += [
                (f"factors of {term.name}", term.factors.shape, (count, len(term.edges) + 1)),
                (f"fallback of {term.name}", term.fallback.shape, (count,)),
            ]
        for name, shape, wanted in shapes:
            if shape != wanted:
                raise ValueError(f"{name} must have shape {wanted}, got {shape}")


def spread(block: LayerBlock) -> NDArray[np.float64]:
    """Lay a layer's block out on the reference grid, NaN outside the layer and without a value.

    Parameters
    ----------
    block
        What a reader gave.

    Returns
    -------
    ndarray of float64, shape (rows, cols)
        Raw class values, or amounts in quanta; a copy.

    """
    data = block.data
    values = np.where(data == NODATA_INT, np.nan, data.astype(np.float64))
    outside = np.zeros((1, 1), dtype=np.bool_)
    if block.row_index is not None:
        values = values[np.maximum(block.row_index, 0)]
        outside = outside | (block.row_index == OUTSIDE)[:, np.newaxis]
    if block.col_index is not None:
        values = values[:, np.maximum(block.col_index, 0)]
        outside = outside | (block.col_index == OUTSIDE)[np.newaxis, :]
    if block.outside is not None:
        outside = outside | block.outside
    if block.share is not None:
        # A mean over less than half of the pixel says little about the pixel.
        outside = outside | (block.share < SHARE_ONE // 2)
    return np.where(outside, np.nan, values)


def density_block(pixels: xr.Dataset, table: DensityTable) -> xr.DataArray:
    """Join a table of densities to the pixels of a block.

    Parameters
    ----------
    pixels
        Dimensions (row, col). Variables ``code`` (raw class value), ``inside`` (False: no
        density) if there are zones, ``stratum`` (raw value) if the table has strata, and one
        per term of the table (amount, in the unit of its factors). NaN: no value.
    table
        Densities of the classes.

    Returns
    -------
    DataArray of float32, (row, col)
        Density in the table's unit, NaN outside the zones, where the class or the stratum has
        no value or no key, and where a term has neither amount nor fallback.

    Examples
    --------
    Forest (2) takes half of its biomass, desert (7) is 0.3, and water (5) is not in the table:

    >>> table = DensityTable(
    ...     keys=((2, NO_STRATUM), (7, NO_STRATUM)),
    ...     base=np.array([10.0, 0.3]),
    ...     terms=(
    ...         PixelTerm(
    ...             name="biomass",
    ...             edges=(),
    ...             factors=np.array([[0.5], [0.0]]),
    ...             fallback=np.array([40.0, 0.0]),
    ...         ),
    ...     ),
    ... )
    >>> pixels = xr.Dataset(
    ...     {
    ...         "code": (("row", "col"), [[2, 2, 7, 5]]),
    ...         "biomass": (("row", "col"), [[100.0, np.nan, 80.0, 80.0]]),
    ...     }
    ... )
    >>> density_block(pixels, table).values
    array([[60. , 50. ,  0.3,  nan]], dtype=float32)

    """
    code = pixels["code"].astype(np.float64)
    strata = pixels["stratum"] if "stratum" in pixels else xr.full_like(code, NO_STRATUM)
    usable = code.notnull() & strata.notnull()
    if "inside" in pixels:
        usable = usable & pixels["inside"]
    if not table.keys:
        return xr.full_like(code, np.nan, dtype=np.float32).rename("density")
    row, known = _rows(code.where(usable, 0).values, strata.where(usable, 0).values, table)
    total = table.base[row]
    for term in table.terms:
        amount = pixels[term.name].values.astype(np.float64)
        missing = np.isnan(amount)
        bins = np.searchsorted(np.asarray(term.edges), np.where(missing, 0, amount), side="right")
        # A key that the term is not for needs no amount.
        used = np.where(missing, term.fallback[row], term.factors[row, bins] * amount)
        idle = ~term.factors.any(axis=1) & (term.fallback == 0)
        total = total + np.where(idle[row], 0.0, used)
    density = np.where(usable.values & known, total, np.nan).astype(np.float32)
    return code.copy(data=density).rename("density")


def write_density(
    path: Path,
    grid: Grid,
    blocks: Blocks,
    *,
    tags: Mapping[str, str],
    workers: int = 1,
    on_progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write a map block by block as a cloud-optimised GeoTIFF with overviews.

    Memory does not grow with the map: blocks go to a temporary file in the same folder, of
    which the final file is a copy. The same blocks and tags give the same bytes.

    Parameters
    ----------
    path
        File to write; replaced only when all is written.
    grid
        Grid of the map.
    blocks
        Called with row0, row1, col0, col1 for blocks of at most 1024 x 1024 pixels; returns
        float32 of that shape, NaN without a value, or None for a block of NaN.
    tags
        Metadata of the file, such as unit, year and run id.
    workers
        Threads that call ``blocks``; with several it must bear that.
    on_progress
        Called with blocks done and blocks in all.

    Raises
    ------
    GridError
        If a block has another shape or dtype.
    SourceError
        If the file cannot be written.

    """
    boxes = list(_boxes(grid.shape))
    # Named by us: a COG is written by copying a finished file, not block by block.
    handle, name = tempfile.mkstemp(prefix=".density-", suffix=".tif", dir=path.parent)
    os.close(handle)
    plain, final = Path(name), Path(name).with_suffix(".cog")
    try:
        with rasterio.open(plain, "w", **_profile(grid)) as dataset:
            dataset.update_tags(**dict(sorted(tags.items())))
            computed = in_order(boxes, lambda box: blocks(*box), workers)
            for done, (box, block) in enumerate(computed, start=1):
                if block is not None:
                    row0, row1, col0, col1 = box
                    _check(block, (row1 - row0, col1 - col0))
                    window = Window(col0, row0, col1 - col0, row1 - row0)
                    dataset.write(block, 1, window=window)
                if on_progress is not None:
                    on_progress(done, len(boxes))
        rasterio.shutil.copy(
            plain,
            final,
            driver="COG",
            compress="DEFLATE",
            level="6",
            # Densities repeat from pixel to pixel of a class, which a predictor would hide.
            predictor="NO",
            blocksize=str(_TILE),
            overview_resampling="AVERAGE",
            overview_compress="DEFLATE",
            bigtiff="IF_SAFER",
            sparse_ok="TRUE",
            num_threads=str(max(workers, 1)),
        )
        final.replace(path)
    except RasterioError as error:
        raise SourceError(f"{path} cannot be written: {error}") from error
    finally:
        plain.unlink(missing_ok=True)
        final.unlink(missing_ok=True)


def _rows(
    code: NDArray[np.float64], stratum: NDArray[np.float64], table: DensityTable
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the key of each pixel as an index, and whether it has one."""
    keys = np.array(table.keys, dtype=np.float64).reshape(-1, 2)
    strata, stratum_of_key = np.unique(keys[:, 1], return_inverse=True)
    codes, code_of_key = np.unique(keys[:, 0], return_inverse=True)
    lookup = np.full((len(codes), len(strata)), -1, dtype=np.int64)
    lookup[code_of_key, stratum_of_key] = np.arange(len(keys))
    at_code = np.minimum(np.searchsorted(codes, code), len(codes) - 1)
    at_stratum = np.minimum(np.searchsorted(strata, stratum), len(strata) - 1)
    row = lookup[at_code, at_stratum]
    known = (codes[at_code] == code) & (strata[at_stratum] == stratum) & (row >= 0)
    return np.where(known, row, 0), known


def _profile(grid: Grid) -> dict[str, object]:
    """Return how the temporary file is written: small, quick, holes left out."""
    rows, cols = grid.shape
    return {
        "driver": "GTiff",
        "height": rows,
        "width": cols,
        "count": 1,
        "dtype": "float32",
        "crs": grid.crs.to_wkt(),
        "transform": grid.transform,
        "nodata": float("nan"),
        "tiled": True,
        "blockxsize": _TILE,
        "blockysize": _TILE,
        "compress": "deflate",
        "zlevel": 1,
        "bigtiff": "IF_SAFER",
        "sparse_ok": True,
    }


def _boxes(shape: tuple[int, int]) -> Iterator[Box]:
    """Yield the blocks of a map in the order of rows, then columns."""
    rows, cols = shape
    for row in range(0, rows, _BLOCK):
        for col in range(0, cols, _BLOCK):
            yield row, min(row + _BLOCK, rows), col, min(col + _BLOCK, cols)


def _check(block: NDArray[np.float32], shape: tuple[int, int]) -> None:
    if block.shape != shape or block.dtype != np.float32:
        raise GridError(f"a block must be float32 {shape}, got {block.dtype} {block.shape}")
