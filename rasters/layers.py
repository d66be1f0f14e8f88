"""What the counting engine asks of a layer: its pixels on the blocks of the reference grid.

The engine counts on the grid of the first land cover and knows nothing of files. A layer on
the same grid, or on a coarser one whose pixels hold whole reference pixels, hands out its own
pixels with an index per row and column, so that nothing is copied; any other layer hands out
pixels already brought to the block. What a block says is a function of the global pixel index
alone, so that any block size and any number of threads give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from fractions import Fraction

    import numpy as np
    from numpy.typing import NDArray

OUTSIDE = -1
"""In ``row_index`` and ``col_index``: this reference row or column lies outside the layer."""

NODATA_INT = -(2**31)
"""In quantity blocks: no value here."""

SHARE_ONE = 32768
"""``share`` of a reference pixel that is wholly valid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerBlock:
    """Pixels of one layer for one block of the reference grid, valid until the next read."""

    data: NDArray[Any]
    """Pixels, C-contiguous. Classes: the layer's integer dtype, raw codes. Quantities: int32,
    whole numbers of the layer's quantum, ``NODATA_INT`` where there is none. Shape (m, n) of
    the layer's own window where indexes are given, else (rows, cols) of the block."""
    row_index: NDArray[np.int32] | None
    """Row of ``data`` for each reference row of the block, shape (rows,); -1 outside the layer;
    None: row i is row i."""
    col_index: NDArray[np.int32] | None
    """Column of ``data`` for each reference column of the block, shape (cols,), as above."""
    share: NDArray[np.uint16] | None
    """Quantities brought to the block by area: the part of each reference pixel that has a value,
    in 1/32768, shape (rows, cols); None: 1 wherever ``data`` is not nodata."""
    outside: NDArray[np.bool_] | None = None
    """Classes sampled from another CRS, where the layer's edge is no row or column: True where
    the reference pixel's centre lies outside the layer (``data`` is 0 there and means nothing),
    shape (rows, cols); None: no pixel beyond those that the indexes exclude."""


class LayerReader(Protocol):
    """Reads blocks of one layer; one per thread, for it holds its own handle and buffers."""

    def read(self, row0: int, row1: int, col0: int, col1: int) -> LayerBlock:
        """Return the layer on rows row0 <= r < row1 and cols col0 <= c < col1 of the reference."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


class ClassLayer(Protocol):
    """A raster of class codes."""

    @property
    def name(self) -> str:
        """Name for messages, such as the file's."""
        ...

    @property
    def dtype(self) -> np.dtype[Any]:
        """Integer dtype of the blocks."""
        ...

    @property
    def values(self) -> tuple[int, ...]:
        """Raw values that the legend explains, ascending."""
        ...

    @property
    def nodata(self) -> tuple[int, ...]:
        """Raw values that mean no observation."""
        ...

    @property
    def tile(self) -> tuple[int, int]:
        """Rows and columns of the reference grid that one stored tile covers."""
        ...

    def reader(self) -> LayerReader:
        """Open the layer for one thread."""
        ...


class QuantityLayer(Protocol):
    """A raster of amounts, such as biomass per hectare."""

    @property
    def name(self) -> str:
        """Name for messages, such as the file's."""
        ...

    @property
    def quantum(self) -> Fraction:
        """Amount of one unit of a block, in the product's unit."""
        ...

    @property
    def maximum(self) -> int:
        """Largest value a block can hold, in quanta; larger pixels are refused by the intake."""
        ...

    @property
    def edges(self) -> tuple[int, ...]:
        """Edges of the classes of amount in quanta, ascending; bin i holds edges[i-1] <= q."""
        ...

    @property
    def tile(self) -> tuple[int, int]:
        """Rows and columns of the reference grid that one stored tile covers."""
        ...

    def reader(self) -> LayerReader:
        """Open the layer for one thread."""
        ...
