"""Where a figure comes from: amounts, coefficient rows, areas, pixels and the files behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from rich.markup import escape
from rich.table import Table

from .categories import Ecosystem, Pool
from .errors import ResultError
from .results import load_results
from .texts import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from .results import Results

_STOCKS = ("ecosystem", "pool", "depth_cm", "area_ha", "stock_t_c", "low_t_c", "high_t_c", "method",
           "completeness")  # fmt: skip
_SINKS = ("year0", "year1", "ecosystem0", "ecosystem", "pool", "change_t_c", "sink_t_co2_per_year",
          "low_t_co2_per_year", "high_t_co2_per_year", "method")  # fmt: skip
_AREAS = ("code", "stratum", "ecosystem", "pixels", "area_ha")
_TRACE = ("code", "stratum", "ecosystem", "pool", "amount", "unit", "factors", "stock_t_c")
_CHANGES = ("year0", "ecosystem0", "ecosystem", "pool", "method", "amount", "unit", "factors",
            "change_t_c")  # fmt: skip
_ROWS = ("key", "value", "unit", "low", "high", "interval", "confidence", "source", "locator")
_INPUTS = ("role", "product", "year", "path", "sha256")
_HASH_DIGITS = 16  # enough to tell two files apart by eye
_MOST_CODES = 40  # codes named where one is not known
_UNITS = {
    "biomass": "t d.m.",
    "soil": "t C",
    "npp": "t C",
    "rh": "t C",
    "volume_m3": "m3",
    "harvest_m3": "m3",
    "fuelwood_m3": "m3",
    "fuelwood_parts_m3": "m3",
}
"""Unit of an amount by the raster or statistic among its factors, up to its first colon."""


def explain(
    folder: Path,
    *,
    zone: str,
    year: int | None,
    ecosystem: str | None,
    pool: str | None,
    lang: str,
) -> Iterator[Table]:
    """Yield the way from the figures of a zone and year to the rows, pixels and files behind them.

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
        The stocks (t C) and, where the year ends a period, the changes (t C, t CO2 per year) with
        their intervals; areas (ha) and pixels by class; amounts with their unit, factors and
        values; the coefficient rows among the factors; the input files.

    Raises
    ------
    ResultError
        If the results have no such zone, year, ecosystem or pool, naming those they have.

    """
    results = load_results(folder)
    tables = results.tables
    _known(tables["stocks"], "zone_code", zone, lang)
    of_zone = {name: table[table["zone_code"].eq(zone)] for name, table in _tables(results)}
    year = year if year is not None else int(of_zone["stocks"]["year"].max())
    _known(of_zone["stocks"], "year", year, lang)
    for column, value in (("ecosystem", ecosystem), ("pool", pool)):
        if value is not None:
            _known(of_zone["stocks"], column, value, lang)
    named = {
        "year": year,
        "zone": zone,
        "name": results.zone_name(zone, lang),
    }
    chosen = {
        name: _chosen(table, year=year, ecosystem=ecosystem, pool=pool)
        for name, table in of_zone.items()
    }
    stocks = chosen["stocks"][chosen["stocks"]["completeness"].ne("NO")]
    yield _table(stocks, _STOCKS, title=text("explain_stocks", lang, **named), lang=lang)
    if len(chosen["changes"]):
        yield _table(
            chosen["changes"], _SINKS, title=text("explain_changes", lang, **named), lang=lang
        )
    yield _table(chosen["areas"], _AREAS, title=text("explain_areas", lang, **named), lang=lang)
    used: set[str] = set()
    for name, columns in (("trace", _TRACE), ("trace_changes", _CHANGES)):
        table = chosen[name]
        if name == "trace" or len(table):
            shown = table.assign(unit=[_unit(factors) for factors in table["factors"]])
            yield _table(shown, columns, title=text(f"explained_{name}", lang, **named), lang=lang)
        used |= {key for factors in table["factors"] for key in factors.split("*")}
    rows = tables["coefficients_used"]
    yield _table(rows[rows["key"].isin(used)], _ROWS, title=text("explain_rows", lang), lang=lang)
    yield _table(_inputs(results), _INPUTS, title=text("explain_inputs", lang), lang=lang)


def _tables(results: Results) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the tables that a figure is followed through."""
    for name in ("stocks", "changes", "areas", "trace", "trace_changes"):
        yield name, results.tables[name]


def _known(table: pd.DataFrame, column: str, value: object, lang: str) -> None:
    """Raise if a column of a table does not hold a value, naming the values it holds."""
    codes = sorted(set(table[column]), key=str)
    if value not in codes:
        known = ", ".join(str(code) for code in codes[:_MOST_CODES])
        raise ResultError(text(f"explain_unknown_{column}", lang, value=value, known=known))


def _chosen(
    table: pd.DataFrame, *, year: int, ecosystem: str | None, pool: str | None
) -> pd.DataFrame:
    """Return the rows of a year, or of the periods that end in it, of an ecosystem and pool."""
    rows = table[table["year1" if "year1" in table.columns else "year"].eq(year)]
    if ecosystem is not None:
        sides = [c for c in ("ecosystem0", "ecosystem") if c in rows.columns]
        rows = rows[rows[sides].isin([ecosystem]).any(axis=1)]
    if pool is not None and "pool" in rows.columns:
        rows = rows[rows["pool"].eq(pool)]
    return rows


def _unit(factors: str) -> str:
    """Return the unit of the amount that factors multiply: hectares but for rasters of amounts."""
    rasters = {key.split(":")[0] for key in factors.split("*")} & set(_UNITS)
    return _UNITS[min(rasters)] if rasters else "ha"


def _inputs(results: Results) -> pd.DataFrame:
    """Return the input files with the first digits of their hashes."""
    rows = [
        (record.role, record.product, record.year, record.path, record.sha256[:_HASH_DIGITS])
        for record in results.manifest.inputs
    ]
    return pd.DataFrame(rows, columns=list(_INPUTS), dtype=object)


def _table(rows: pd.DataFrame, columns: Sequence[str], *, title: str, lang: str) -> Table:
    """Return rows as a table of text cells, missing ones blank."""
    table = Table(title=escape(title))
    for name in columns:
        heading = name if lang == "en" else text(f"explain_column_{name}", lang)
        table.add_column(heading, overflow="fold")  # a key is of use only whole
    for cells in rows[list(columns)].itertuples(index=False, name=None):
        table.add_row(
            *(
                "" if pd.isna(cell) else escape(_word(name, str(cell), lang))
                for name, cell in zip(columns, cells, strict=True)
            )
        )
    return table


def _word(column: str, cell: str, lang: str) -> str:
    """Return a cell in the language: ecosystems and pools have names, all else is as written."""
    if lang == "en":
        return cell
    members = {"ecosystem": Ecosystem, "ecosystem0": Ecosystem, "pool": Pool}.get(column, ())
    return next((m.label(lang) for m in members if m == cell), cell)
