"""附表: further tables of the results folder as they stand, for the reader who checks.

Each is one line of :data:`_TABLES`; a table without rows has no sheet. Figures are those of the
CSV, in its units, for the region and its leagues.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sinks.export.cells import is_missing, rounded, whole
from sinks.export.page import Column

from .layout import main_levels

if TYPE_CHECKING:
    import pandas as pd

    from sinks.export.page import Book
    from sinks.export.words import Words

    from .layout import Cell

__all__ = ["write"]

_SECTIONS = {
    "account": "account",
    "category": "category",
    "category0": "category",
    "ecosystem": "ecosystem",
    "ecosystem0": "ecosystem",
    "filter": "filter",
    "land": "land",
    "method": "method",
    "pool": "pool",
    "quantity": "quantity",
    "scope": "scope_short",
}
"""Where the ids of a column have their names."""
_HEADINGS = {"pool": "coefficient_pool"}
"""Headings whose key is not the column's name."""
_WIDTHS = {
    "source": 48.0,
    "category": 16.0,
    "category0": 16.0,
    "ecosystem": 16.0,
    "ecosystem0": 16.0,
    "method": 22.0,
    "scope": 22.0,
}
_NUMBER = 17.0  # characters: a stock of a region in t C with its decimals
_MOST_RANKS = 10  # sources of error shown of each zone


@dataclass(frozen=True, slots=True, kw_only=True)
class _Annex:
    """One sheet."""

    table: str
    """Name of the CSV, of the sheet and of its title."""
    ids: tuple[str, ...]
    """Columns of words, after the zone and the period."""
    numbers: tuple[str, ...]
    """Columns of figures."""


_TABLES = (
    _Annex(
        table="method_comparison",
        ids=("ecosystem", "method", "pools"),
        numbers=("sink_t_co2_per_year", "low_t_co2_per_year", "high_t_co2_per_year",
                 "gap_t_co2_per_year"),
    ),
    _Annex(
        table="effects",
        ids=("ecosystem", "pool"),
        numbers=("opening_t_c", "area_effect_t_c", "density_effect_t_c", "closing_t_c"),
    ),
    _Annex(
        table="uncertainty",
        ids=("quantity", "ecosystem0", "ecosystem", "pool", "method"),
        numbers=("value_t_c", "approach1_half_width_t_c", "approach2_low_t_c",
                 "approach2_high_t_c"),
    ),
    _Annex(table="sensitivity", ids=("quantity", "scope", "source"), numbers=("rank", "share")),
    _Annex(
        table="filters",
        ids=("filter",),
        numbers=("changed_before_ha", "removed_ha", "unjudged_ha", "changed_after_ha"),
    ),
    _Annex(
        table="land_matrix",
        ids=("category0", "category", "land"),
        numbers=("area_ha", "annual_ha", "in_transition_ha", "graduated_ha"),
    ),
    _Annex(
        table="land_balance",
        ids=("category",),
        numbers=("opening_ha", "gain_ha", "loss_ha", "net_ha", "closing_ha", "annual_gain_ha",
                 "annual_loss_ha", "annual_net_ha"),
    ),
)  # fmt: skip


def write(book: Book) -> None:
    """Add a sheet for each table that has rows of the region and its leagues."""
    for annex in _TABLES:
        rows = _rows(book, annex)
        if len(rows):
            _write(book, annex, rows)


def _rows(book: Book, annex: _Annex) -> pd.DataFrame:
    """Return the rows of the main levels; of the sources of error the largest ones."""
    table = book.tables[annex.table]
    if "level" in table.columns:
        table = table[table["level"].isin([level.id for level in main_levels(book.meta)])]
    else:
        main = {str(code) for code in book.tables["totals"].loc[
            book.tables["totals"]["level"].isin([x.id for x in main_levels(book.meta)]), "zone_code"
        ]}  # fmt: skip
        table = table[table["zone_code"].isin(main)]
    if annex.table == "sensitivity":
        wanted = table["scope"].eq("forest_grassland_wetland") & table["rank"].notna()
        table = table[wanted]
        table = table[table["rank"].astype(int) <= _MOST_RANKS]
    keys = [name for name in ("zone_code", "year0", "year1") if name in table.columns]
    order = [*keys, *(("rank",) if "rank" in table.columns else annex.ids)]
    return table.sort_values(order, na_position="first")


def _write(book: Book, annex: _Annex, rows: pd.DataFrame) -> None:
    """Write one sheet."""
    words, names = book.words, book.zone_names()
    level = book.meta.levels[-1].name.in_(words.lang)
    columns = [
        Column(heading=words("heading", "zone_name", level=level), width=20, kind="text"),
        Column(heading=words("heading", "period"), width=12, kind="center"),
        *(
            Column(
                heading=words("heading", _HEADINGS.get(name, name)),
                width=_WIDTHS.get(name, 14.0),
                kind="text",
            )
            for name in annex.ids
        ),
        *(
            Column(
                heading=words("heading", name),
                width=_NUMBER if name not in ("rank", "share") else 9.0,
                kind={"rank": "integer", "share": "percent"}.get(name, "number"),
            )
            for name in annex.numbers
        ),
        book.run_column,
    ]
    page = book.page(
        words("sheet", annex.table), words("title", annex.table), [c.width for c in columns]
    )
    page.headings(columns, freeze=1)
    for row in rows.to_dict("records"):
        zone = str(row["zone_code"])
        years = [whole(row[y]) for y in ("year0", "year1") if not is_missing(row.get(y))]
        ids = [_named(words, name, row[name]) for name in annex.ids]
        figures: list[Cell] = [
            None if is_missing(row[name]) else float(rounded(row[name])) for name in annex.numbers
        ]
        page.row([names.get(zone, zone), "—".join(map(str, years)), *ids, *figures, book.run])
    page.note(words("note", annex.table))


def _named(words: Words, column: str, value: object) -> Cell:
    """Return an id in the words of the workbook."""
    if is_missing(value):
        return None
    text = str(value)
    if column == "method":
        return words.methods(text)
    section = _SECTIONS.get(column)
    if column == "scope":
        named = words.label("ecosystem", text)
        return named if named != text else words.label("scope_short", text)
    return words.label(section, text) if section else text
