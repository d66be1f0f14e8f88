"""Where a figure comes from: coefficient rows, amounts, and the files behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from rich.markup import escape
from rich.table import Table

from .errors import ResultError
from .results import load_results
from .texts import text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TRACE = ("code", "stratum", "ecosystem", "pool", "amount", "factors", "stock_t_c")
_ROWS = ("key", "value", "unit", "low", "high", "interval", "confidence", "source")
_INPUTS = ("role", "product", "year", "path", "sha256")
_HASH_DIGITS = 16  # enough to tell two files apart by eye
_MOST_CODES = 40  # codes named where one is not known


def explain(
    folder: Path,
    *,
    zone: str,
    year: int | None,
    ecosystem: str | None,
    pool: str | None,
    lang: str,
) -> Iterator[Table]:
    """Yield the rows of trace.csv behind the stocks of a zone, the rows and files they name.

    Parameters
    ----------
    folder
        A results folder.
    zone
        Code of a zone of any level.
    year
        None for the last one.
    ecosystem, pool
        None for all.
    lang
        zh or en.

    Returns
    -------
    iterator of Table
        Amounts (ha, t d.m. or t C) with their factors and stocks (t C), the coefficient rows
        among the factors, and the input files.

    Raises
    ------
    ResultError
        If the results have no such zone, naming those they have.

    """
    results = load_results(folder)
    trace = results.tables["trace"]
    codes = sorted(set(trace["zone_code"]))
    if zone not in codes:
        known = ", ".join(codes[:_MOST_CODES])
        raise ResultError(text("explain_zone_unknown", lang, zone=zone, known=known))
    chosen = trace[trace["zone_code"].eq(zone)]
    year = year if year is not None else int(chosen["year"].max())
    chosen = chosen[chosen["year"].eq(year)]
    for column, value in (("ecosystem", ecosystem), ("pool", pool)):
        if value is not None:
            chosen = chosen[chosen[column].eq(value)]
    title = text("explain_title", lang, zone=zone, name=results.zone_name(zone, lang), year=year)
    yield _table(chosen[list(_TRACE)], title=title)
    used = {key for factors in chosen["factors"] for key in factors.split("*")}
    rows = results.tables["coefficients_used"]
    yield _table(rows.loc[rows["key"].isin(used), list(_ROWS)])
    inputs = [
        (record.role, record.product, record.year, record.path, record.sha256[:_HASH_DIGITS])
        for record in results.manifest.inputs
    ]
    yield _table(pd.DataFrame(inputs, columns=list(_INPUTS), dtype=object))


def _table(rows: pd.DataFrame, title: str = "") -> Table:
    """Return rows as a table of text cells, missing ones blank."""
    table = Table(title=escape(title) or None)
    for name in rows.columns:
        table.add_column(name, overflow="fold")  # a key is of use only whole
    for cells in rows.itertuples(index=False, name=None):
        table.add_row(*("" if pd.isna(cell) else escape(str(cell)) for cell in cells))
    return table
