"""表1: stock of every pool by zone, year and ecosystem.

Totals over pools and ecosystems and their intervals are those of ``totals.csv``; only the
columns of single pools are added here, and only as decimals.

Source: METHOD part F, table 1 (proposal; an official template was not found).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sinks.categories import Completeness, Ecosystem, Pool
from sinks.export.cells import is_missing, rounded, whole
from sinks.export.page import DASH, Column, Look
from sinks.methods import Volume
from sinks.units import wan, wan_mu_of_ha

from .layout import Cell, exact_sum, main_levels, rounding, zones_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sinks.export.meta import LevelName
    from sinks.export.page import Book, Page
    from sinks.export.words import Words

__all__ = ["write", "write_levels"]

_LIVING_AND_DEAD = (Pool.AGB, Pool.BGB, Pool.DEAD_WOOD, Pool.LITTER)
_DEPTHS = ("0-30", "0-100")  # cm; METHOD part F names both, a run has one
_ALL = "all"
_NOT_SUMMED = 3  # density and the two bounds end the numbers of a line


@dataclass(frozen=True, slots=True, kw_only=True)
class _Land:
    """One ecosystem of one zone and year, in ha and t C."""

    area: object
    """Area in ha."""
    pools: dict[tuple[str, str], tuple[object, str]]
    """(pool, depth) to stock and completeness."""
    methods: set[str]
    """How the stocks were made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """The two tables of stocks, by what a cell asks for."""

    land: Mapping[tuple[str, str, int], Mapping[str, _Land]]
    """Ecosystems that occur, by (level, zone, year)."""
    totals: Mapping[tuple[str, str, int, str], tuple[object, object, object]]
    """Value, low and high by (level, zone, year, scope)."""
    columns: tuple[tuple[str, str], ...]
    """(pool, depth) of the pool columns."""


def write(book: Book) -> None:
    """Add the table of the region and its leagues."""
    write_levels(book, "stocks", main_levels(book.meta))


def write_levels(book: Book, sheet: str, levels: Sequence[LevelName]) -> None:
    """Add a sheet with the zones of some levels, coarse to fine."""
    words, source = book.words, _source(book)
    level = levels[-1].name.in_(words.lang)
    columns = _columns(book, level, source.columns)
    years = words("title", "comma").join(map(str, book.meta.years))
    region = book.meta.region.in_(words.lang)
    page = book.page(
        words("sheet", sheet, level=level),
        words("title", "stocks", region=region, level=level, years=years),
        [column.width for column in columns],
    )
    page.headings(columns, freeze=4)
    zones = [(at, *zone) for at in levels for zone in zones_of(book.tables["stocks"], at)]
    for at, code, name in zones:
        for year in book.meta.years:
            head: list[Cell] = [code, book.zone(code, name), float(year)]
            lines, total = _block(words, source, (at.id, code, year))
            _write_block(page, book, head, lines, total)
            if at is not levels[-1]:
                parts = [
                    _block(words, source, (levels[-1].id, part, year))[1]
                    for below, part, _ in zones
                    if below is levels[-1]
                ]
                label = words("row", "rounding_zones", level=level)
                _write_rounding(page, book, [*head, label], rounding(total, parts))
    page.note(words("note", "stocks"))


def _columns(book: Book, level: str, pools: Sequence[tuple[str, str]]) -> list[Column]:
    """Return the columns of the table."""
    words = book.words

    def number(key: str, width: float = 11, **fill: str) -> Column:
        return Column(heading=words("heading", key, **fill), width=width, kind="number")

    return [
        Column(heading=words("heading", "zone_code", level=level), width=9.5, kind="center"),
        Column(heading=words("heading", "zone_name", level=level), width=16, kind="text"),
        Column(heading=words("heading", "year"), width=6, kind="integer"),
        Column(heading=words("heading", "ecosystem"), width=22, kind="text"),
        number("area_wan_ha"),
        number("area_wan_mu"),
        *(
            number("soil_depth", 12, depth=depth)
            if depth
            else number("pool", pool=words.label("pool", pool))
            for pool, depth in pools
        ),
        number("total", 12),
        number("density"),
        number("low", 12),
        number("high", 12),
        Column(heading=words("heading", "tier"), width=7, kind="center"),
        book.run_column,
    ]


def _source(book: Book) -> _Source:
    """Index the tables once."""
    land: dict[tuple[str, str, int], dict[str, _Land]] = {}
    depths = set()
    for row in book.tables["stocks"].itertuples():
        if is_missing(row.area_ha) or not row.area_ha:
            continue
        key = (str(row.level), str(row.zone_code), whole(row.year))
        mine = land.setdefault(key, {}).setdefault(
            str(row.ecosystem), _Land(area=row.area_ha, pools={}, methods=set())
        )
        depth = "" if is_missing(row.depth_cm) else str(row.depth_cm)
        mine.pools[str(row.pool), depth] = (row.stock_t_c, str(row.completeness))
        mine.methods.add(str(row.method))
        depths.add(depth)
    totals = book.tables["totals"]
    extra = sorted(depths - {"", *_DEPTHS})
    return _Source(
        land=land,
        totals={
            (str(row.level), str(row.zone_code), whole(row.year1), str(row.scope)): (
                row.value_t_c,
                row.low_t_c,
                row.high_t_c,
            )
            for row in totals[totals["quantity"] == "stock"].itertuples()
        },
        columns=(
            *((str(pool), "") for pool in _LIVING_AND_DEAD),
            *((str(Pool.SOIL), depth) for depth in (*_DEPTHS, *extra)),
        ),
    )


def _block(
    words: Words, source: _Source, key: tuple[str, str, int]
) -> tuple[list[tuple[str, list[Cell]]], list[Cell]]:
    """Return the line of every ecosystem that occurs in a zone and year, and their total."""
    land = source.land.get(key, {})
    lines = [
        (str(ecosystem), _cells(words, source, [land[ecosystem]], (*key, str(ecosystem))))
        for ecosystem in Ecosystem
        if ecosystem in land
    ]
    return lines, _cells(words, source, list(land.values()), (*key, _ALL))


def _cells(
    words: Words, source: _Source, land: Sequence[_Land], key: tuple[str, str, int, str]
) -> list[Cell]:
    """Return the numbers of a line: two areas, pools, total, density and bounds."""
    area = float(exact_sum(part.area for part in land) or 0)
    pools = [_pool(words, [part.pools.get(column) for part in land]) for column in source.columns]
    cells: list[Cell] = [wan(area), wan_mu_of_ha(area), *pools]
    stock = source.totals.get(key)
    if stock is None or any(map(is_missing, stock)):
        return [*cells, *[words.label("completeness", Completeness.NE)] * 4]
    value, low, high = (float(rounded(bound)) for bound in stock)
    # a stock by statistics stands on their area, which is not that of the line
    stated = any(Volume.id in part.methods for part in land)
    density = DASH if stated else value / area if area else None
    return [*cells, wan(value), density, wan(low), wan(high)]


def _pool(words: Words, found: Sequence[tuple[object, str] | None]) -> Cell:
    """Return one pool: its sum, why there is none, or a dash where the run has no such pool."""
    known = [entry for entry in found if entry is not None]
    if known and {reason for _, reason in known} == {Completeness.IE}:
        return words.label("completeness", Completeness.IE)
    stock = exact_sum(value for value, _ in known)
    if stock is not None:
        return wan(float(stock))
    return words.label("completeness", known[0][1]) if known else DASH


def _write_block(
    page: Page, book: Book, head: list[Cell], lines: list[tuple[str, list[Cell]]], total: list[Cell]
) -> None:
    """Write the ecosystems of a zone and year, their total, and what rounding leaves."""
    words = book.words
    for ecosystem, cells in lines:
        tier = book.meta.tiers.get(ecosystem, "")
        page.row([*head, words.label("ecosystem", ecosystem), *cells, tier, book.run])
    page.row([*head, words("row", "total"), *total, "", book.run], Look.TOTAL)
    left = rounding(total, [cells for _, cells in lines])
    _write_rounding(page, book, [*head, words("row", "rounding")], left)


def _write_rounding(page: Page, book: Book, head: list[Cell], left: list[Cell]) -> None:
    """Write what rounding leaves; densities and bounds are not summed and have none."""
    page.row([*head, *left[:-_NOT_SUMMED], *[None] * _NOT_SUMMED, "", book.run], Look.ROUNDING)
