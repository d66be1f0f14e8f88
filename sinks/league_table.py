"""The table that a run prints: one line per zone, the region first, with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from .categories import Status
from .texts import text
from .units import TONNES_PER_WAN_T

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from .results import Results

_KM2_PER_HA = 0.01
_MOST_ZONES = 40  # a terminal shows leagues; banners are read in the files


def league_table(results: Results, lang: str) -> Iterator[Table | str]:
    """Yield the table and the sentences under it.

    Parameters
    ----------
    results
        A finished run.
    lang
        zh or en.

    """
    parameters = results.manifest.parameters
    totals, stocks = results.tables["totals"], results.tables["stocks"]
    years = sorted(set(stocks["year"]))
    levels = list(dict.fromkeys(_by_size(totals)))
    names = parameters["zone_names"]
    shown = levels[:2] if len(levels) > 1 else levels
    status = Status(results.manifest.status)
    region = str(parameters["region_zh" if lang == "zh" else "region_en"])
    table = Table(
        title=text(
            "table_title",
            lang,
            region=region,
            years="–".join(map(str, (years[0], years[-1]) if len(years) > 1 else years)),
            status=status.label(lang),
        )
    )
    table.add_column(text("column_zone", lang), no_wrap=True)
    table.add_column(text("column_area", lang), justify="right", no_wrap=True)
    for year in years:
        table.add_column(text("column_stock", lang, year=year), justify="right", no_wrap=True)
    table.add_column(text("column_interval", lang), justify="right", no_wrap=True)
    changed = len(years) > 1
    if changed:
        table.add_column(text("column_sink", lang), justify="right", no_wrap=True)
        table.add_column(text("column_interval", lang), justify="right", no_wrap=True)
        table.add_column(text("column_verdict", lang), no_wrap=True)
    area = stocks[stocks["pool"].eq("soil") & stocks["year"].eq(years[-1])]
    area_of = area.groupby("zone_code")["area_ha"].sum()
    zones = [
        (level, code)
        for level in shown
        for code in sorted(set(totals.loc[totals["level"].eq(level), "zone_code"]))
    ]
    for number, (level, code) in enumerate(zones[:_MOST_ZONES]):
        mine = totals[totals["zone_code"].eq(code) & totals["level"].eq(level)]
        cells = [
            names[code]["zh" if lang == "zh" else "en"],
            _wan(area_of[code]),
        ]
        figures = [
            _figure(_row(mine, "stock", "all", None, year), "value_t_c", "_t_c") for year in years
        ]
        cells += [*(value for value, _ in figures), figures[-1][1]]
        if changed:
            row = _row(mine, "change", "forest_grassland_wetland", years[0], years[-1])
            cells += _figure(row, "sink_t_co2_per_year", "_t_co2_per_year")
            cells.append(text(f"verdict_{row['verdict']}", lang))
        table.add_row(*cells, end_section=number == 0 and len(levels) > 1)
    yield table
    yield from _sentences(results, lang, years)


def _sentences(results: Results, lang: str, years: list[int]) -> Iterator[str]:
    """Yield what must be said under the table."""
    manifest = results.manifest
    if manifest.status == Status.DEMO:
        yield text("synthetic", lang)
    if len(years) == 1:
        yield text("one_year_note", lang)
    elif manifest.parameters["soil_from_map"]:
        yield text("soil_note", lang)
    else:
        yield text("soil_step_note", lang)
    coverage = results.tables["coverage"]
    official = coverage["official_ha"].dropna()
    if len(official):
        top = coverage.loc[official.index[official.astype(float).argmax()]]
        polygon, published = (
            float(v) * _KM2_PER_HA / 1e4 for v in (top["polygon_ha"], top["official_ha"])
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


def _by_size(totals: pd.DataFrame) -> list[str]:
    """Return the levels, coarse (fewest zones) to fine."""
    counts = totals.groupby("level")["zone_code"].nunique()
    return [str(level) for level in counts.sort_values(kind="stable").index]


def _row(rows: pd.DataFrame, quantity: str, scope: str, year0: int | None, year1: int) -> pd.Series:
    """Return one row of totals.csv."""
    found = rows[rows["quantity"].eq(quantity) & rows["scope"].eq(scope) & rows["year1"].eq(year1)]
    return (found if year0 is None else found[found["year0"].eq(year0)]).iloc[0]


def _figure(row: pd.Series, value: str, suffix: str) -> list[str]:
    """Return a value and its interval in 10^4 t."""
    if row[value] is None or row[value] != row[value]:
        return ["NE", ""]
    low, high = row[f"low{suffix}"], row[f"high{suffix}"]
    return [_wan(row[value]), f"{_wan(low)} … {_wan(high)}"]


def _wan(value: object) -> str:
    """Return a number in ten thousands, whole."""
    return f"{float(value) / TONNES_PER_WAN_T:,.0f}"  # type: ignore[arg-type]
