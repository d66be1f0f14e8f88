"""What a run of the counting engine counts: its layers, its tables, and how codes make a key.

The codes of all class layers of a table stand side by side in one whole number, with a bit more
than the raw values need for what lies outside a layer. Wide rasters, whose values do not fit in
16 bits, are given codes as they come.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import RefusedError
from .findings import finding
from .kernel import encode_wide

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from .grid import Grid
    from .layers import ClassLayer, QuantityLayer

BYTE_BITS = 9
"""Bits of the code of a raster of bytes in a key, with one more for "outside"."""

_WORD_BITS = 17
_KEY_BITS = 63
_PLAIN = 60_000  # codes of wide rasters up to here stand for themselves
_MOST_EXTRA = 200  # further values, such as -9999, that one wide raster may hold


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTable:
    """One table: its layers and, for each, the bits of its code in a key."""

    classes: tuple[int, ...]
    quantities: tuple[int, ...]
    bits: tuple[int, ...]


@dataclass(slots=True, kw_only=True)
class CodePlan:
    """How the raw values of one class layer become codes of 8 or 16 bits."""

    layer: ClassLayer
    bits: int
    wide: bool
    extra: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def code(self, raw: int) -> int | None:
        """Return the code of a raw value, or None where the layer cannot hold it."""
        if not self.wide:
            return raw if 0 <= raw < self.outside else None
        if 0 <= raw < _PLAIN:
            return raw
        with self.lock:
            if raw not in self.extra:
                if len(self.extra) >= _MOST_EXTRA:
                    raise RefusedError(
                        [finding("rasters", "engine-codes", value=raw, where=self.layer.name)]
                    )
                self.extra.append(raw)
            return _PLAIN + self.extra.index(raw)

    def raw(self, code: int) -> int:
        """Return the raw value of a code."""
        return self.extra[code - _PLAIN] if self.wide and code >= _PLAIN else code

    @property
    def outside(self) -> int:
        """Code of pixels beyond the layer."""
        return 1 << (self.bits - 1)

    def encode(self, data: NDArray[Any], out: NDArray[np.uint16] | None) -> NDArray[Any]:
        """Return the codes of a block, in ``out`` where the raw values are wide."""
        if out is None:
            return data
        codes = out.ravel()[: data.size].reshape(data.shape)
        if not encode_wide(data, _PLAIN, np.array(self.extra, dtype=np.int64), codes):
            for value in np.unique(data):
                self.code(int(value))
            encode_wide(data, _PLAIN, np.array(self.extra, dtype=np.int64), codes)
        return codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Layers and tables of one run, shared by its threads."""

    classes: tuple[ClassLayer, ...]
    quantities: tuple[QuantityLayer, ...]
    tables: tuple[PlannedTable, ...]
    codes: tuple[CodePlan, ...]

    @classmethod
    def of(
        cls,
        grid: Grid,
        classes: Sequence[ClassLayer],
        quantities: Sequence[QuantityLayer],
        tables: Sequence[tuple[tuple[int, ...], tuple[int, ...]]],
    ) -> Job:
        """Plan the keys of all tables; refuse a key of more than 63 bits."""
        codes = tuple(_plan(layer) for layer in classes)
        planned = []
        for keys, sums in tables:
            bits = tuple(codes[i].bits for i in keys)
            if not keys or sum(bits) > _KEY_BITS:
                value = f"{len(keys)} layers, {sum(bits)} bits"
                raise RefusedError([finding("rasters", "engine-key-bits", value=value, where=grid)])
            planned.append(PlannedTable(classes=tuple(keys), quantities=tuple(sums), bits=bits))
        return cls(
            classes=tuple(classes),
            quantities=tuple(quantities),
            tables=tuple(planned),
            codes=codes,
        )

    def decoder(
        self, table: int, nodata: int, outside: int
    ) -> Callable[[int], tuple[tuple[int, ...], list[tuple[str, int]]]]:
        """Return the function from a key to raw codes and those that no legend explains."""
        spec = self.tables[table]
        plans = [self.codes[i] for i in spec.classes]
        missing = [frozenset(plan.layer.nodata) for plan in plans]
        known = [frozenset(plan.layer.values) for plan in plans]
        seen: dict[int, tuple[tuple[int, ...], list[tuple[str, int]]]] = {}

        def decode(key: int) -> tuple[tuple[int, ...], list[tuple[str, int]]]:
            if key in seen:
                return seen[key]
            raws, strange, rest = [], [], key
            for i in range(len(plans) - 1, -1, -1):
                plan, code = plans[i], rest & ((1 << spec.bits[i]) - 1)
                rest >>= spec.bits[i]
                raw = outside if code == plan.outside else plan.raw(code)
                if raw in missing[i]:
                    raw = nodata
                elif raw != outside and raw not in known[i]:
                    strange.append((plan.layer.name, raw))
                raws.append(raw)
            seen[key] = tuple(reversed(raws)), strange
            return seen[key]

        return decode


def _plan(layer: ClassLayer) -> CodePlan:
    """Choose the codes of one layer."""
    kind = np.dtype(layer.dtype)
    wide = kind not in (np.dtype(np.uint8), np.dtype(np.uint16))
    bits = BYTE_BITS if kind == np.dtype(np.uint8) else _WORD_BITS
    plan = CodePlan(layer=layer, bits=bits, wide=wide)
    for raw in (*layer.values, *layer.nodata):
        plan.code(raw)
    return plan
