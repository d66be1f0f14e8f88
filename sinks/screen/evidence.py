"""What the figures of a run stand on: inputs, coefficients, checks, errors, and the way back.

Source: the manifest and the CSVs of a results folder, row by row; nothing is worked out here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sinks.export.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sinks.results import Results

__all__ = [
    "checks",
    "class_rows",
    "coefficients",
    "input_files",
    "land_cover_file",
    "rows_of",
    "trace_rows",
]


def input_files(results: Results) -> pd.DataFrame:
    """Return every file that the run read: role, product, year, path, sha256."""
    return pd.DataFrame(
        [(r.role, r.product or "", r.year, r.path, r.sha256) for r in results.manifest.inputs],
        columns=["role", "product", "year", "path", "sha256"],
    ).astype({"year": "Int64"})


def coefficients(results: Results, lang: str) -> pd.DataFrame:
    """Return the coefficient rows that were used, with their sources and confidence."""
    words = Words(lang=lang)
    rows = results.tables["coefficients_used"].copy()
    for column in ("ecosystem", "pool", "confidence", "completeness"):
        rows[column] = [
            words.label(column, value) if isinstance(value, str) else "" for value in rows[column]
        ]
    return rows


def checks(results: Results, lang: str) -> pd.DataFrame:
    """Return the quality checks, those that failed first."""
    words = Words(lang=lang)
    rows = results.tables["quality"].copy()
    order = {"fail": 0, "warn": 1, "pass": 2}
    rows = rows.iloc[rows["verdict"].map(order).fillna(3).argsort(kind="stable")]
    return rows.assign(
        check=[words.check(name) for name in rows["check"]],
        verdict=[words.label("gate", name) for name in rows["verdict"]],
    )


def rows_of(
    results: Results, table: str, *, zone: str, period: tuple[int, int], scope: str | None = None
) -> pd.DataFrame:
    """Return the rows of a table of changes for a zone, a period and, if given, a scope."""
    rows = results.tables[table]
    rows = rows[
        rows["zone_code"].eq(zone)
        & rows["quantity"].eq("change")
        & rows["year0"].eq(period[0])
        & rows["year1"].eq(period[1])
    ]
    return rows if scope is None else rows[rows["scope"].eq(scope)]


def trace_rows(
    results: Results, *, zone: str, year: int, ecosystem: str, pool: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the way to one stock: amounts with their factors, and the rows behind the factors.

    Parameters
    ----------
    results
        A results folder.
    zone, year, ecosystem, pool
        Of the stock.

    Returns
    -------
    trace, coefficients
        Rows of ``trace.csv``, and those rows of ``coefficients_used.csv`` that they name.

    """
    trace = results.tables["trace"]
    trace = trace[
        trace["zone_code"].eq(zone)
        & trace["year"].eq(year)
        & trace["ecosystem"].eq(ecosystem)
        & trace["pool"].eq(pool)
    ]
    used = _keys(trace["factors"])
    rows = results.tables["coefficients_used"]
    return trace, rows[rows["key"].isin(used)]


def class_rows(results: Results, *, zone: str, year: int, code: str) -> pd.DataFrame:
    """Return the coefficient rows behind the stocks of a land-cover class in a zone and year."""
    trace = results.tables["trace"]
    used = _keys(
        trace.loc[
            trace["zone_code"].eq(zone) & trace["year"].eq(year) & trace["code"].eq(code), "factors"
        ]
    )
    rows = results.tables["coefficients_used"]
    return rows[rows["key"].isin(used)]


def land_cover_file(results: Results, year: int) -> Path | None:
    """Return the land-cover map of a year; None where it no longer lies where the run read it."""
    base = (results.folder / results.manifest.config_folder).resolve()
    for record in results.manifest.inputs:
        path = base / record.path
        if record.role == "land_cover" and record.year == year and path.is_file():
            return path
    return None


def _keys(factors: Iterable[object]) -> set[str]:
    """Return the coefficient keys among factors."""
    return {key for joined in factors for key in str(joined).split("*")}
