"""The activity table and its history as files: Parquet of exact integers.

Integers of any size are decimals of 38 digits; each column states its unit, and what a quantum
is worth stands in the metadata of the schema. Equal tables give equal bytes.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KEYS = ("zone_code", "year0", "year1", "code0", "code1", "stratum")
"""Columns that name a row; rows are sorted by them."""

_METADATA = b"tanhui.activity"
_INTEGER = pa.decimal128(38, 0)  # a sum over the earth of 2^31 quanta has 31 digits


def write_activity(path: Path, table: pd.DataFrame) -> None:
    """Write an activity table, or its history, as Parquet; equal tables give equal bytes.

    Its ``attrs`` stand in the schema's metadata under ``tanhui.activity``.
    """
    fields, arrays = [], []
    for name in table.columns:
        values = table[name].tolist()
        kind, unit = _parquet_type(str(name))
        if kind == _INTEGER:
            values = [Decimal(int(v)) for v in values]
        else:
            values = [None if pd.isna(v) else v for v in values]
        fields.append(pa.field(str(name), kind, metadata={"unit": unit} if unit else None))
        arrays.append(pa.array(values, type=kind))
    facts = json.dumps(table.attrs, sort_keys=True, separators=(",", ":")).encode()
    schema = pa.schema(fields, metadata={_METADATA: facts})
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), path, compression="zstd")


def read_activity(path: Path) -> pd.DataFrame:
    """Read what `write_activity` wrote: the same columns, types and attrs."""
    stored = pq.read_table(path)
    columns = {}
    for field in stored.schema:
        values = stored.column(field.name).to_pylist()
        columns[field.name] = [int(v) for v in values] if field.type == _INTEGER else values
    table = typed_table(columns)
    table.attrs = json.loads(stored.schema.metadata[_METADATA])
    return table


def typed_table(columns: Mapping[str, list[Any]]) -> pd.DataFrame:
    """Return columns as a table: text, years, and integers of any size."""
    typed: dict[str, Any] = {}
    for name, values in columns.items():
        if name == "year0":
            typed[name] = np.array(values, dtype=np.int64)
        elif name == "year1":
            typed[name] = pd.array(values, dtype="Int64")
        elif name in KEYS:
            typed[name] = pd.array(values, dtype="str")
        else:
            typed[name] = pd.Series(values, dtype=object)
    return pd.DataFrame(typed)


def _parquet_type(name: str) -> tuple[pa.DataType, str]:
    """Return the stored type of a column and its unit."""
    if name in ("year0", "year1"):
        return pa.int32(), ""
    if name in KEYS:
        return pa.string(), ""
    if name == "pixels_2p32":
        return _INTEGER, "2^-32 pixel"
    return _INTEGER, "mm2" if name.endswith("_mm2") else "mm2 x quantum"
