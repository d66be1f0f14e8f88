"""Write and read the CSVs of a results folder: same rows, same bytes, exact decimals.

The rows are sorted by the keys of their schema and each key stands once. Numbers are read
back as decimals, so that league rows can be added and compared with the region row exactly.
"""

from __future__ import annotations

import csv
import itertools
import operator
import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from sinks.errors import ResultError

from .cells import clean_text, guard, is_missing, number_text, rounded, unguard, whole
from .schemas import SCHEMAS, Kind, Schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["SCHEMAS", "Schema", "read_table", "rounded", "write_table"]

_TAIL = ("status", "run_id")
_NUMBER_TEXT = re.compile(r"-?\d+(\.\d+)?")
_NEEDS_QUOTES = re.compile(r'[",\r\n]')


def write_table(
    path: Path, frame: pd.DataFrame, schema: Schema, *, status: str, run_id: str
) -> None:
    """Write one table of the contract as CSV.

    Parameters
    ----------
    path
        File to write; UTF-8 without a byte-order mark, line feeds.
    frame
        Exactly the columns of the schema, in any order; rows in any order. Missing values
        are None, NA or NaN.
    schema
        One of :data:`SCHEMAS`.
    status, run_id
        Last two cells of every row.

    Raises
    ------
    ResultError
        If columns are missing or unknown, two rows have the same keys, or a cell does not
        hold what its column is declared to hold.

    """
    missing, unknown = (
        set(schema.columns) - set(frame.columns),
        set(frame.columns) - set(schema.columns),
    )
    if missing or unknown:
        raise ResultError(
            f"{schema.name}.csv lacks the columns {sorted(missing)} and does not know "
            f"{sorted(unknown)}"
        )
    columns = [
        _texts(schema.name, name, kind, frame[name].tolist())
        for name, kind in schema.columns.items()
    ]
    rows = sorted(zip(*columns, strict=True), key=_sort_key(schema))
    _refuse_repeats(rows, schema)
    tail = (_quoted(guard(clean_text(status))), _quoted(guard(clean_text(run_id))))
    lines = [",".join((*schema.columns, *_TAIL))]
    lines += [",".join((*map(_quoted, row), *tail)) for row in rows]
    path.write_bytes(("\n".join(lines) + "\n").encode())


def read_table(path: Path) -> pd.DataFrame:
    """Read a CSV that :func:`write_table` wrote.

    Parameters
    ----------
    path
        File whose name without the suffix is one of :data:`SCHEMAS`.

    Returns
    -------
    DataFrame
        Text as str, whole numbers as Int64, numbers as Decimal (None where blank), with
        ``status`` and ``run_id`` last.

    Raises
    ------
    ResultError
        If the file cannot be read, no schema has that name, the heading differs, or a cell is
        not of its kind.

    """
    schema = SCHEMAS.get(path.stem)
    if schema is None:
        raise ResultError(f"{path.name} is not a table of a results folder: {', '.join(SCHEMAS)}")
    kinds = {**schema.columns, **dict.fromkeys(_TAIL, Kind.TEXT)}
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            heading, *rows = list(csv.reader(stream, strict=True)) or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ResultError(f"{path.name} cannot be read: {error}") from error
    if heading != list(kinds):
        raise ResultError(f"{path.name} has the columns {heading}, expected {list(kinds)}")
    if any(len(row) != len(kinds) for row in rows):
        raise ResultError(f"{path.name} has a row that is not {len(kinds)} cells long")
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(kinds)
    return pd.DataFrame(
        {
            name: _typed(path.name, name, kind, cells)
            for (name, kind), cells in zip(kinds.items(), columns, strict=True)
        }
    )


def _text(value: object) -> str:
    """Return a text cell, guarded; a float is no code, for 1.0 and 1 would be two."""
    if isinstance(value, float):
        raise ResultError(f"expected a text, got the number {value!r}")
    return guard(clean_text(value))


def _limit_text(value: object) -> str:
    """Return a number or a text."""
    return _text(value) if isinstance(value, str) else number_text(value)


_WRITERS: Mapping[Kind, Callable[[object], str]] = {
    Kind.TEXT: _text,
    Kind.INTEGER: lambda value: str(whole(value)),
    Kind.NUMBER: number_text,
    Kind.LIMIT: _limit_text,
}


def _texts(table: str, column: str, kind: Kind, values: list[object]) -> list[str]:
    """Return the cells of one column as text, blank where missing."""
    write = _WRITERS[kind]
    try:
        return ["" if is_missing(value) else write(value) for value in values]
    except ResultError as error:
        raise ResultError(f"{table}.csv, column {column}: {error}") from error


def _sort_key(schema: Schema) -> Callable[[tuple[str, ...]], tuple[tuple[int, str], ...]]:
    """Return a key that puts blanks first, whole numbers by size and text by code point."""
    names = list(schema.columns)
    places = [(names.index(key), schema.columns[key] is Kind.INTEGER) for key in schema.keys]

    def key(row: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
        return tuple(
            (int(row[i] or -1), "") if whole else (0, unguard(row[i])) for i, whole in places
        )

    return key


def _refuse_repeats(rows: list[tuple[str, ...]], schema: Schema) -> None:
    """Raise if two neighbours of the sorted rows have the same keys."""
    names = list(schema.columns)
    keys = operator.itemgetter(*(names.index(key) for key in schema.keys))
    for before, row in itertools.pairwise(rows):
        if keys(before) == keys(row):
            named = dict(zip(schema.keys, keys(row), strict=True))
            raise ResultError(f"{schema.name}.csv has two rows with the keys {named}")


def _quoted(text: str) -> str:
    """Return a CSV cell; the csv module of Python 3.11 leaves a lone carriage return bare."""
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.search(text) else text


def _typed(table: str, column: str, kind: Kind, cells: tuple[str, ...]) -> pd.Series:
    """Return one column as its kind."""
    if kind is Kind.TEXT:
        return pd.Series([unguard(cell) or None for cell in cells], dtype="str")
    try:
        if kind is Kind.INTEGER:
            return pd.Series([int(cell) if cell else None for cell in cells], dtype="Int64")
        return pd.Series([_number(cell, kind) for cell in cells], dtype="object")
    except ValueError as error:
        raise ResultError(f"{table}, column {column}: {error}") from error


def _number(cell: str, kind: Kind) -> Decimal | str | None:
    """Return a decimal, None for a blank, or the text of a limit that is not a number."""
    if not cell:
        return None
    if _NUMBER_TEXT.fullmatch(cell):
        return Decimal(cell)
    if kind is Kind.LIMIT:
        return unguard(cell)
    raise ValueError(f"expected a number, got {cell!r}")
