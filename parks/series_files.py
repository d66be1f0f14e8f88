"""Energy series from CSV and Parquet files: everything that is wrong is found at once.

A file holds one park and one calendar year (annual files may hold several years). What each
column means stands in its heading, see :mod:`parks.series_columns`; which columns say when
decides the resolution. A blank, a text or a value below zero is a finding with its row; none
is filled, and a series with an error is not returned.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rasters import local_path
from rasters.findings import Severity, finding

from .csv_text import LARGEST_FILE, read_cells
from .energy import EnergySeries, Plant, Resolution, hours_in
from .series_checks import REPORTED, check_night, check_reported
from .series_columns import LOAD, columns_of, missing_words, plain, total_words
from .series_times import MOST_NAMED, hours_of, months_of, more, resolution_of, years_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rasters.findings import Finding

    from .series_columns import Column

__all__ = ["read_series"]

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_MOST_ROWS = 4 * hours_in(2024)  # a year of quarter-hours is still told what is wrong with it
_TIMES = ("time", "hour", "month", "year")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A file as columns of text, numbers or datetimes."""

    name: str
    headings: list[str]
    columns: list[Any]
    rows: NDArray[np.int64]
    """Row number in the file: lines of a CSV, rows from 1 of a Parquet file."""


def read_series(
    path: Path, *, park_id: str, year: int, synthetic: bool
) -> tuple[EnergySeries | None, list[Finding]]:
    """Return the energy series of a file, or None, and everything found in it.

    Parameters
    ----------
    path
        A ``.parquet`` file, or else a CSV in UTF-8 or GB18030.
    park_id
        Park it belongs to.
    year
        Calendar year wanted, local time.
    synthetic
        Whether the numbers are made up.

    Returns
    -------
    EnergySeries or None, list of Finding
        None where a finding is an error. Months that are missing are a warning and make the
        series incomplete.

    Raises
    ------
    RefusedError
        If ``path`` is not that of a local file.

    """
    path = local_path(path, Path.cwd())
    table, findings = _parquet(path) if path.suffix.lower() == ".parquet" else _csv(path)
    if table is None:
        return None, findings
    columns, faults = columns_of(table.headings, table.name)
    findings += faults
    if _refused(findings):
        return None, findings
    when = next(column for column in columns if column.what in _TIMES)
    table, notes = _without_totals(table, when)
    resolution = resolution_of(when.what)
    order, periods, faults = _when(table, when, resolution, year)
    findings += [*notes, *faults]
    values: dict[str, NDArray[np.float64]] = {}
    chosen = order if resolution is Resolution.ANNUAL and order is not None else None
    for column in columns:
        if column.what not in _TIMES:
            values[column.id], faults = _values(table, column, chosen)
            findings += faults
    if order is None or _refused(findings):
        return None, findings
    order = np.zeros(1, dtype=np.int64) if resolution is Resolution.ANNUAL else order
    series = EnergySeries(
        park_id=park_id,
        year=year,
        resolution=resolution,
        periods=periods,
        load_mwh=values[LOAD][order],
        plants=tuple(
            Plant(id=column.id, kind=column.kind, new_energy=column.what != "other")
            for column in columns
            if column.kind is not None
        ),
        generation_mwh=np.array([values[c.id][order] for c in columns if c.kind is not None]),
        reported={c.id: values[c.id][order] for c in columns if c.id in REPORTED},
        synthetic=synthetic,
    )
    return series, [*findings, *check_night(series), *check_reported(series)]


def _csv(path: Path) -> tuple[_Table | None, list[Finding]]:
    """Return a CSV as columns of text."""
    headings, rows, lines, findings = read_cells(path)
    if not (headings and rows):
        return None, findings
    columns = [list(cells) for cells in zip(*rows, strict=True)]
    return _Table(name=path.name, headings=headings, columns=columns, rows=lines), findings


def _parquet(path: Path) -> tuple[_Table | None, list[Finding]]:
    """Return a Parquet file as columns; its size is read before its values."""
    name = path.name
    try:
        with pq.ParquetFile(path) as file:
            cells = file.metadata.num_rows * file.metadata.num_columns
            if file.metadata.num_rows > _MOST_ROWS or cells * 8 > LARGEST_FILE:
                value, limit = f"{file.metadata.num_rows} rows", f"{_MOST_ROWS} rows"
                return None, [
                    finding("parks", "power-file-large", value=value, where=name, limit=limit)
                ]
            read = file.read()
    except (pa.ArrowException, OSError) as error:
        value = str(error).splitlines()[0]
        return None, [finding("parks", "power-file-unreadable", value=value, where=name)]
    if not read.num_rows:
        return None, [finding("parks", "power-file-unreadable", value="empty", where=name)]
    columns = [_parquet_column(column) for column in read.columns]
    rows = np.arange(1, read.num_rows + 1)
    return _Table(name=name, headings=read.column_names, columns=columns, rows=rows), []


def _parquet_column(column: pa.ChunkedArray) -> Any:  # noqa: ANN401  # texts, numbers or datetimes
    """Return a column as numbers, as datetimes without a zone, or as texts."""
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return column.to_numpy()
    if pa.types.is_timestamp(kind) and kind.tz is None:
        return column.to_numpy()
    return ["" if value is None else str(value) for value in column.to_pylist()]


def _without_totals(table: _Table, when: Column) -> tuple[_Table, list[Finding]]:
    """Return the table without rows that sum the others, each of them noted."""
    cells = table.columns[when.number]
    if isinstance(cells, np.ndarray):
        return table, []
    totals = [at for at, cell in enumerate(cells) if plain(cell).casefold() in total_words()]
    if not totals:
        return table, []
    notes = [
        finding(
            "parks", "power-total-row", value=cells[at], where=f"{table.name}, row {table.rows[at]}"
        )
        for at in totals
    ]
    kept = np.delete(np.arange(len(cells)), totals)
    columns = [
        column[kept] if isinstance(column, np.ndarray) else [column[at] for at in kept]
        for column in table.columns
    ]
    return _Table(
        name=table.name, headings=table.headings, columns=columns, rows=table.rows[kept]
    ), notes


def _when(
    table: _Table, when: Column, resolution: Resolution, year: int
) -> tuple[NDArray[np.int64] | None, NDArray[np.int64], list[Finding]]:
    """Return order and periods of the rows, or no order where they do not make a year."""
    cells = table.columns[when.number]
    dated = isinstance(cells, np.ndarray) and np.issubdtype(cells.dtype, np.datetime64)
    if isinstance(cells, np.ndarray) and not dated:
        cells = [str(int(cell)) if cell == np.floor(cell) else str(cell) for cell in cells]
    if resolution is Resolution.HOURLY:
        order, findings = hours_of(cells, table.rows, year=year, name=table.name)
        return order, np.arange(hours_in(year)), findings
    texts = [str(cell)[:7] for cell in cells] if dated else cells
    if resolution is Resolution.MONTHLY:
        return months_of(texts, table.rows, year=year, name=table.name)
    order, findings = years_of(texts, table.rows, year=year, name=table.name)
    return order, np.zeros(1, dtype=np.int64), findings


def _values(
    table: _Table, column: Column, chosen: NDArray[np.int64] | None
) -> tuple[NDArray[np.float64], list[Finding]]:
    """Return a column in MWh, and its cells that are missing, no number, or below zero."""
    cells = table.columns[column.number]
    rows = table.rows if chosen is None else table.rows[chosen]
    if chosen is not None:
        cells = [cells[at] for at in chosen]
    values, missing, unclear = _parsed(cells)
    named = {
        "power-value-missing": np.flatnonzero(missing),
        "power-not-a-number": np.flatnonzero(unclear),
        "power-negative": np.flatnonzero(values < 0),
    }
    findings = []
    for code, places in named.items():
        findings += [
            finding(
                "parks",
                code,
                value=cells[at],
                where=f"{table.name}, row {rows[at]}, {column.heading}",
                column=column.heading,
            )
            for at in places[:MOST_NAMED]
        ]
        findings += more(code, places.size, f"{table.name}, {column.heading}")
    if column.mwh_per_unit != 1:
        factor = f"{column.mwh_per_unit:g}"
        where = f"{table.name}, row 1"
        findings.append(
            finding(
                "parks", "power-unit-converted", value=column.heading, where=where, factor=factor
            )
        )
    return values * column.mwh_per_unit, findings


def _parsed(
    cells: Sequence[str] | NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return numbers (NaN where there is none), which are missing, and which are no number."""
    if isinstance(cells, np.ndarray):
        values = cells.astype(np.float64)
        return values, np.isnan(values), np.isinf(values)
    if cells and not isinstance(cells[0], str):
        return _parsed(np.array(cells, dtype=np.float64))
    texts = [plain(cell) for cell in cells]
    words = missing_words()
    missing = np.array([text.casefold() in words for text in texts], dtype=np.bool_)
    number = np.array([_NUMBER.fullmatch(text) is not None for text in texts], dtype=np.bool_)
    values = np.full(len(texts), np.nan)
    values[number] = [float(text) for text, holds in zip(texts, number, strict=True) if holds]
    huge = np.isinf(values)
    return values, missing, ~(missing | number) | huge


def _refused(findings: Sequence[Finding]) -> bool:
    """Return whether a finding is an error."""
    return any(found.severity is Severity.ERROR for found in findings)
