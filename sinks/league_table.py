"""The table that a run prints: one line per zone, the region first, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from .categories import Status
from .records import records
from .signal import signal_sentence
from .texts import text
from .units import TONNES_PER_WAN_T

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from .results import Results

_HA_PER_WAN_KM2 = 1e6  # 10^4 km2, the unit in which areas of provinces are published
_MOST_ZONES = 40  # a terminal shows leagues; banners are read in the files
_SCOPE = "forest_grassland_wetland"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Total:
    """What the table shows of a row of totals.csv."""

    zone_code: str
    level: str
    year0: int
    year1: int
    quantity: str
    scope: str
    value_t_c: Decimal | None
    low_t_c: Decimal | None
    high_t_c: Decimal | None
    sink_t_co2_per_year: Decimal | None
    low_t_co2_per_year: Decimal | None
    high_t_co2_per_year: Decimal | None
    signal_ratio: Decimal | None
    verdict: str


def league_table(results: Results, lang: str) -> Iterator[Table | str]:
    """Yield the table, then the sentences that must be said under it.

    Parameters
    ----------
    results
        A finished run.
    lang
        zh or en.

    Returns
    -------
    iterator of Table or str
        Stocks in 10^4 t C, areas in 10^4 ha, sinks in 10^4 t CO2 per year with their 95 %
        intervals; the two coarsest levels, at most 40 zones.

    Raises
    ------
    ResultError
        If the manifest lacks a name that the table needs.

    """
    years = sorted(int(year) for year in set(results.tables["stocks"]["year"]))
    yield _table(results, lang, years)
    yield from _sentences(results, lang, years)


def _table(results: Results, lang: str, years: list[int]) -> Table:
    """Return the table: a heading, one line per zone, the coarsest level first."""
    table = Table(
        title=text(
            "table_title",
            lang,
            region=escape(results.region_name(lang)),
            years="–".join(str(year) for year in dict.fromkeys((years[0], years[-1]))),
            status=Status(results.manifest.status).label(lang),
        )
    )
    changed = len(years) > 1
    table.add_column(text("column_zone", lang), no_wrap=True)
    table.add_column(text("column_area", lang), justify="right", no_wrap=True)
    for year in years:
        table.add_column(text("column_stock", lang, year=year), justify="right", no_wrap=True)
    table.add_column(text("column_interval", lang), justify="right", no_wrap=True)
    if changed:
        table.add_column(text("column_sink", lang), justify="right", no_wrap=True)
        table.add_column(text("column_interval", lang), justify="right", no_wrap=True)
        table.add_column(text("column_verdict", lang), no_wrap=True)
    stocks = results.tables["stocks"]
    last = stocks[stocks["pool"].eq("soil") & stocks["year"].eq(years[-1])]
    areas = last.groupby(["level", "zone_code"])["area_ha"].sum()
    totals = list(records(results.tables["totals"], _Total))
    stock = {
        (t.level, t.zone_code, t.year1): t
        for t in totals
        if t.quantity == "stock" and t.scope == "all"
    }
    change = {
        (t.level, t.zone_code): t
        for t in totals
        if t.quantity == "change"
        and t.scope == _SCOPE
        and (t.year0, t.year1) == (years[0], years[-1])
    }
    zones = [
        (level, code)
        for level in results.levels[:2]
        for code in sorted({t.zone_code for t in totals if t.level == level})
    ]
    for number, (level, code) in enumerate(zones[:_MOST_ZONES]):
        figures = [stock[level, code, year] for year in years]
        cells = [escape(results.zone_name(code, lang)), _wan(areas[level, code])]
        cells += [_figure(row.value_t_c) for row in figures]
        cells.append(_interval(figures[-1].low_t_c, figures[-1].high_t_c))
        if changed:
            row = change[level, code]
            cells += [
                _figure(row.sink_t_co2_per_year),
                _interval(row.low_t_co2_per_year, row.high_t_co2_per_year),
                text(f"verdict_{row.verdict}", lang),
            ]
        table.add_row(*cells, end_section=number == 0 and len(results.levels) > 1)
    return table


def _sentences(results: Results, lang: str, years: list[int]) -> Iterator[str]:
    """Yield what must be said under the table."""
    if results.manifest.status == Status.DEMO:
        yield text("synthetic", lang)
    failed = int(results.tables["quality"]["verdict"].eq("fail").sum())
    if failed:
        yield text("gates_failed", lang, count=failed)
    yield from _signals(results, lang, years)
    if len(years) == 1:
        yield text("one_year_note", lang)
    elif results.soil_method == "transition":
        yield text("soil_transition_note", lang)
    elif results.soil_from_map:
        yield text("soil_note", lang)
    else:
        yield text("soil_step_note", lang)
    totals, coverage = results.tables["totals"], results.tables["coverage"]
    whole = set(totals.loc[totals["level"].eq(results.levels[0]), "zone_code"])
    known = coverage[coverage["zone_code"].isin(whole) & coverage["official_ha"].notna()]
    if len(whole) == 1 and len(known):
        polygon, published = (
            float(known[name].tolist()[0]) / _HA_PER_WAN_KM2
            for name in ("polygon_ha", "official_ha")
        )
        yield text(
            "area_note",
            lang,
            polygon=f"{polygon:.2f}",
            official=f"{published:.2f}",
            difference=f"{(polygon - published) / published:+.1%}",
        )
    used = results.tables["coefficients_used"]
    weak = used["confidence"].isin(["unverified", "missing"]) | used["interval"].eq("default")
    unconfirmed = int(weak.sum())
    if unconfirmed:
        yield text("unconfirmed", lang, count=unconfirmed)


def _signals(results: Results, lang: str, years: list[int]) -> Iterator[str]:
    """Yield what the sink of the coarsest zones shows, one sentence for each."""
    for total in records(results.tables["totals"], _Total):
        if (
            total.level == results.levels[0]
            and total.quantity == "change"
            and total.scope == _SCOPE
            and (total.year0, total.year1) == (years[0], years[-1])
        ):
            sentence = signal_sentence(
                total.verdict, total.sink_t_co2_per_year, total.signal_ratio, lang=lang
            )
            yield text(
                "signal_of_zone",
                lang,
                zone=results.zone_name(total.zone_code, lang),
                years=f"{years[0]}–{years[-1]}",
                sentence=sentence,
            )


def _figure(value: Decimal | None) -> str:
    """Return a value in 10^4 t, NE where there is none."""
    return "NE" if value is None else _wan(value)


def _interval(low: Decimal | None, high: Decimal | None) -> str:
    """Return an interval in 10^4 t, blank where there is none."""
    return "" if low is None or high is None else f"{_wan(low)} … {_wan(high)}"


def _wan(value: Decimal) -> str:
    """Return a number in ten thousands, whole."""
    return f"{round(float(value) / TONNES_PER_WAN_T):,}"  # an int knows no -0
