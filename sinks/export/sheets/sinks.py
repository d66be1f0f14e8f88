"""表2: annual change by zone, scope and period, in carbon and in carbon dioxide.

A change scope counts every row of ``changes.csv`` where either side belongs to it, so land
that leaves an ecosystem stands in a column of its own, 转出类; remaining + to + from + soil
is the net, and the losses by harvest, fuel wood and disturbance are a part of it. The net, its
interval and its verdict are those of ``totals.csv``.

Source: METHOD part F, table 2 (proposal; an official template was not found); the column
转出类 and the verdict are added to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sinks.accounts.changes import STEP
from sinks.accounts.scopes import SCOPES
from sinks.categories import Completeness, Pool
from sinks.export.cells import is_missing, rounded, whole
from sinks.export.page import DASH, Column, Look
from sinks.signal import signal_sentence
from sinks.units import wan

from .layout import Cell, exact_sum, main_levels, rounding, zones_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from sinks.categories import Ecosystem
    from sinks.export.meta import LevelName
    from sinks.export.page import Book
    from sinks.export.words import Words

__all__ = ["write", "write_levels"]

_COLUMNS = ("remaining", "converted_to", "converted_from", "soil_transition")
_LOSSES = frozenset({"harvest_m3", "fuelwood_m3", "disturbed_ha"})
"""Quantities of statistics that are losses; they begin the key of their source of error."""
_AGGREGATES = ("forest_grassland_wetland", "all")
_NET = slice(6, 8)  # the two columns of a line that leagues are added in


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """One row of changes.csv that counts."""

    ecosystem0: str
    ecosystem: str
    pool: str
    remaining: bool
    change: object
    """t C over the period."""

    def column(self, members: frozenset[Ecosystem]) -> str | None:
        """Return the column it belongs to in a scope, None outside the scope."""
        enters, leaves = self.ecosystem in members, self.ecosystem0 in members
        if not (enters or leaves):
            return None
        if self.pool == Pool.SOIL:
            return "soil_transition"
        if self.remaining:
            return "remaining"
        return "converted_to" if enters else "converted_from"


def write(book: Book) -> None:
    """Add the table of the region and its leagues; none where the run has one year."""
    write_levels(book, "sinks", main_levels(book.meta))


def write_levels(book: Book, sheet: str, levels: Sequence[LevelName]) -> None:
    """Add a sheet with the zones of some levels, coarse to fine."""
    words, totals = book.words, book.tables["totals"]
    changes = totals[totals["quantity"] == "change"]
    if changes.empty:
        return
    level = levels[-1].name.in_(words.lang)
    columns = _columns(book, level)
    pairs = sorted(
        {(whole(a), whole(b)) for a, b in zip(changes.year0, changes.year1, strict=True)}
    )
    page = book.page(
        words("sheet", sheet, level=level),
        words(
            "title",
            "sinks",
            region=book.meta.region.in_(words.lang),
            level=level,
            years=words("title", "comma").join(f"{a}—{b}" for a, b in pairs),
        ),
        [column.width for column in columns],
    )
    page.headings(columns, freeze=3)
    lines = _lines(book, levels)
    zones = [(at, *zone) for at in levels for zone in zones_of(totals, at)]
    for at, code, name in zones:
        for pair in pairs:
            head: list[Cell] = [code, book.zone(code, name)]
            for scope in SCOPES:
                line = lines.get((at.id, code, pair, scope))
                if line is None:
                    continue
                look = Look.TOTAL if scope in _AGGREGATES else Look.PLAIN
                page.row([*head, _scope(words, scope), f"{pair[0]}—{pair[1]}", *line], look)
                if scope in _AGGREGATES and at is not levels[-1]:
                    parts = [
                        lines.get((levels[-1].id, part, pair, scope), [None] * len(line))
                        for below, part, _ in zones
                        if below is levels[-1]
                    ]
                    left: list[Cell] = [None] * len(line)
                    left[_NET] = rounding(line[_NET], [part[_NET] for part in parts])
                    left[-1] = book.run
                    label = words("row", "rounding_zones", level=level)
                    page.row([*head, label, f"{pair[0]}—{pair[1]}", *left], Look.ROUNDING)
    page.note(words("note", "sinks"))


def _columns(book: Book, level: str) -> list[Column]:
    """Return the columns of the table."""
    words = book.words

    def number(key: str, width: float = 12) -> Column:
        return Column(heading=words("heading", key), width=width, kind="number")

    return [
        Column(heading=words("heading", "zone_code", level=level), width=9.5, kind="center"),
        Column(heading=words("heading", "zone_name", level=level), width=16, kind="text"),
        Column(heading=words("heading", "ecosystem"), width=30, kind="text"),
        Column(heading=words("heading", "period"), width=11, kind="center"),
        Column(heading=words("heading", "method"), width=16, kind="text"),
        *(number(key) for key in _COLUMNS),
        number("losses", 11),
        number("net_carbon"),
        number("net_co2", 16),
        Column(heading=words("heading", "uncertainty"), width=11, kind="percent"),
        number("low_co2", 16),
        number("high_co2", 16),
        Column(heading=words("heading", "verdict"), width=20, kind="text"),
        Column(heading=words("heading", "conclusion"), width=44, kind="text"),
        number("methane", 18),
        book.run_column,
    ]


def _lines(
    book: Book, levels: Sequence[LevelName]
) -> Mapping[tuple[str, str, tuple[int, int], str], list[Cell]]:
    """Return the cells after the period, by level, zone, period and scope."""
    changes: dict[tuple[str, str, tuple[int, int]], list[_Change]] = {}
    for row in book.tables["changes"].itertuples():
        if row.method == STEP:
            continue
        key = (str(row.level), str(row.zone_code), (whole(row.year0), whole(row.year1)))
        changes.setdefault(key, []).append(
            _Change(
                ecosystem0=str(row.ecosystem0),
                ecosystem=str(row.ecosystem),
                pool=str(row.pool),
                remaining=str(row.land) == "remaining",
                change=row.change_t_c,
            )
        )
    losses = _losses(book)
    lines = {}
    totals = book.tables["totals"]
    wanted = totals[totals["level"].isin([at.id for at in levels])]
    for total in wanted[wanted["quantity"] == "change"].to_dict("records"):
        pair = (whole(total["year0"]), whole(total["year1"]))
        key = (str(total["level"]), str(total["zone_code"]), pair)
        parts = _parts(changes.get(key, []), SCOPES[total["scope"]])
        # land that does not occur has no line; a sum of ecosystems has one even where it is 0
        if parts or (total["scope"] in _AGGREGATES and not is_missing(total["value_t_c"])):
            lost = [
                change
                for ecosystems, change in losses.get(key, ())
                if ecosystems & {str(member) for member in SCOPES[total["scope"]]}
            ]
            lines[*key, str(total["scope"])] = _line(book, total, parts, lost)
    return lines


def _parts(rows: Sequence[_Change], members: frozenset[Ecosystem]) -> dict[str, list[object]]:
    """Return the changes of a scope by column."""
    parts: dict[str, list[object]] = {}
    for row in rows:
        column = row.column(members)
        if column is not None:
            parts.setdefault(column, []).append(row.change)
    return parts


def _losses(
    book: Book,
) -> Mapping[tuple[str, str, tuple[int, int]], list[tuple[set[str], object]]]:
    """Return the stated losses (t C) with their ecosystems, by level, zone and period."""
    found: dict[tuple[str, str, tuple[int, int]], list[tuple[set[str], object]]] = {}
    for row in book.tables["trace_changes"].itertuples():
        quantities = {key.partition(":")[0] for key in str(row.factors).split("*")}
        if quantities & _LOSSES:
            key = (str(row.level), str(row.zone_code), (whole(row.year0), whole(row.year1)))
            sides = {str(row.ecosystem0), str(row.ecosystem)}
            found.setdefault(key, []).append((sides, row.change_t_c))
    return found


def _line(
    book: Book,
    row: Mapping[Hashable, object],
    parts: Mapping[str, Sequence[object]],
    losses: Sequence[object],
) -> list[Cell]:
    """Return the cells of one row of totals.csv and its parts."""
    words, years = book.words, whole(row["year1"]) - whole(row["year0"])
    missing = words.label("completeness", Completeness.NE)
    methane = row["memo_ch4_t_co2e_per_year"]

    def yearly(values: Sequence[object], otherwise: Cell) -> Cell:
        total = exact_sum(values)
        return otherwise if total is None else wan(float(total) / years)

    def cell(name: str) -> Cell:
        return missing if is_missing(row[name]) else wan(float(rounded(row[name])))

    return [
        words.methods(str(row["method"] or DASH)),
        *(yearly(parts.get(name, ()), DASH) for name in _COLUMNS[:-1]),
        yearly(parts.get(_COLUMNS[-1], ()), missing),
        yearly(losses, DASH),
        yearly([row["value_t_c"]], missing),
        cell("sink_t_co2_per_year"),
        _uncertainty(row),
        cell("low_t_co2_per_year"),
        cell("high_t_co2_per_year"),
        words.label("verdict", row["verdict"]),
        _conclusion(words, row),
        DASH if is_missing(methane) else wan(float(rounded(methane))),
        book.run,
    ]


def _conclusion(words: Words, row: Mapping[Hashable, object]) -> str:
    """Return the sentence that says whether the change is a sink."""
    sink, ratio = (
        None if is_missing(row[name]) else rounded(row[name])
        for name in ("sink_t_co2_per_year", "signal_ratio")
    )
    return signal_sentence(str(row["verdict"]), sink, ratio, lang=words.lang)


def _uncertainty(row: Mapping[Hashable, object]) -> Cell:
    """Return the half-width as a share of the net, a dash where the net is the smaller."""
    value, low, high = (row[name] for name in ("value_t_c", "low_t_c", "high_t_c"))
    if is_missing(value) or is_missing(low) or is_missing(high):
        return DASH
    half, net = float(rounded(high) - rounded(low)) / 2, abs(float(rounded(value)))
    return half / net if net > half else DASH


def _scope(words: Words, scope: str) -> str:
    """Return the name of a scope: an ecosystem, or a set of them."""
    return words("scope", scope) if scope in _AGGREGATES else words.label("ecosystem", scope)
