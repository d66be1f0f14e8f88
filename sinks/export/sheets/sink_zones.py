"""表8: the sink zones of every zone, their stocks and sinks, which sum to the zone's own.

The totals and their intervals are those of ``totals.csv``; parts are never added into them.

Source: METHOD part F, table 8 (proposal; an official template was not found).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from sinks.categories import Completeness
from sinks.export.cells import is_missing, rounded, whole
from sinks.export.page import Column, Look
from sinks.sink_zone_rules import SinkZone, name_of
from sinks.units import wan

from .layout import Cell, exact_sum, main_levels, rounding, zones_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import pandas as pd

    from sinks.export.page import Book, Page

    _Row: TypeAlias = Mapping[Hashable, object]
    _Key: TypeAlias = tuple[str, str, str, str]

__all__ = ["write"]

_FIGURES = {
    "stock": ("value_t_c", "low_t_c", "high_t_c"),
    "change": ("sink_t_co2_per_year", "low_t_co2_per_year", "high_t_co2_per_year"),
}
_HEADINGS = {
    "stock": ("area_wan_ha", "total", "low", "high", "density"),
    "change": ("area_wan_ha", "net_co2", "low_co2", "high_co2", "verdict"),
}
_WIDTHS = (9.5, 18.0, 14.0, 12.0, 13.0, 16.0, 16.0, 16.0, 20.0)
_ADDED = 2  # area and figure of a line are added, its bounds are not


def write(book: Book) -> None:
    """Add the table where the run divides its land; stocks first, then sinks."""
    table = book.tables.get("sink_zones")
    if table is None or table.empty:
        return
    words, levels = book.words, main_levels(book.meta)
    region = book.meta.region.in_(words.lang)
    page = book.page(
        words("sheet", "sink_zones"),
        words("title", "sink_zones", region=region),
        [*_WIDTHS, book.run_column.width],
    )
    totals = book.tables["totals"]
    totals = totals[totals["scope"].eq("all")]
    for quantity in _FIGURES:
        rows = _by_zone(table[table["quantity"].eq(quantity)])
        wholes = _by_zone(totals[totals["quantity"].eq(quantity)])
        if rows:
            if quantity == "change":
                page.break_page()
            page.section(words("title", f"sink_zones_{quantity}"))
            page.headings(_columns(book, quantity))
        for level in levels:
            for code, name in zones_of(table, level):
                for key in sorted(k for k in rows if k[:2] == (level.id, code)):
                    head = [code, book.zone(code, name)]
                    _write_zone(page, book, head, key, quantity, rows[key], wholes[key][0])
    page.note(words("note", "sink_zones"))
    if SinkZone.MINING not in set(table["sink_zone"]):
        page.note(words("note", "sink_zones_no_mining"), Look.WARN)


def _columns(book: Book, quantity: str) -> list[Column]:
    """Return the columns of one section."""
    words = book.words
    level = main_levels(book.meta)[-1].name.in_(words.lang)
    names = [
        words("heading", "zone_code", level=level),
        words("heading", "zone_name", level=level),
        words("heading", "sink_zone"),
        words("heading", "period" if quantity == "change" else "year"),
        *(words("heading", key) for key in _HEADINGS[quantity]),
    ]
    last = "text" if quantity == "change" else "number"
    kinds = ("center", "text", "text", "center", "number", "number", "number", "number", last)
    columns = [
        Column(heading=heading, width=width, kind=kind)
        for heading, width, kind in zip(names, _WIDTHS, kinds, strict=True)
    ]
    return [*columns, book.run_column]


def _by_zone(table: pd.DataFrame) -> dict[_Key, list[_Row]]:
    """Return the rows of each level, zone and period."""
    found: dict[_Key, list[_Row]] = {}
    for row in table.to_dict("records"):
        years = [row[key] for key in ("year0", "year1") if not is_missing(row[key])]
        period = "—".join(str(whole(year)) for year in years)
        key = (str(row["level"]), str(row["zone_code"]), period, str(row["quantity"]))
        found.setdefault(key, []).append(row)
    return found


def _write_zone(
    page: Page,
    book: Book,
    head: Sequence[Cell],
    key: _Key,
    quantity: str,
    rows: Sequence[_Row],
    whole_row: _Row,
) -> None:
    """Write the sink zones of one zone and period, its total, and what rounding leaves."""
    words, period = book.words, key[2]
    order = [str(zone) for zone in SinkZone]
    lines = []
    for row in sorted(rows, key=lambda row: order.index(str(row["sink_zone"]))):
        lines.append(_line(book, row, quantity))
        page.row([*head, name_of(str(row["sink_zone"]), words.lang), period, *lines[-1], book.run])
    area = exact_sum(row["area_ha"] for row in rows)
    total = _line(book, {**whole_row, "area_ha": area}, quantity)
    page.row([*head, words("row", "total"), period, *total, book.run], Look.TOTAL)
    blank: list[Cell] = [None] * (len(total) - _ADDED)
    left = rounding(total[:_ADDED], [line[:_ADDED] for line in lines])
    page.row([*head, words("row", "rounding"), period, *left, *blank, book.run], Look.ROUNDING)


def _line(book: Book, row: _Row, quantity: str) -> list[Cell]:
    """Return the cells after the period."""
    area = None if is_missing(row["area_ha"]) else float(rounded(row["area_ha"]))
    value, low, high = (_wan(book, row[name]) for name in _FIGURES[quantity])
    last: Cell = book.words.label("verdict", row["verdict"])
    if quantity == "stock":
        stock = row["value_t_c"]
        last = float(rounded(stock)) / area if area and not is_missing(stock) else None
    return [None if area is None else wan(area), value, low, high, last]


def _wan(book: Book, value: object) -> Cell:
    """Return an amount in 万吨, or that it is not estimated."""
    if is_missing(value):
        return book.words.label("completeness", Completeness.NE)
    return wan(float(rounded(value)))
