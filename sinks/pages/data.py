"""数据与方法: what went in, what was assumed, how sure it is, and the way back from a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from sinks.categories import Pool
from sinks.export.words import Words
from sinks.screen.display_tables import headed
from sinks.screen.evidence import checks, coefficients, input_files, rows_of, trace_rows
from sinks.screen.figures import years
from sinks.screen.shelf import results_of

from .chrome import choose, headline, opened_run, selected_zone, source_strip
from .linked_map import zone_list
from .markup import paragraph
from .words import say

if TYPE_CHECKING:
    import pandas as pd

    from sinks.results import Results
    from sinks.screen.choice import Choice

_INPUTS = ("role", "product", "year", "path", "sha256")
_ROWS = ("parameter", "ecosystem", "stratum", "pool", "value", "unit", "low", "high", "interval",
         "confidence", "source", "locator", "note", "key")  # fmt: skip
_CHECKS = ("check", "zone_code", "value", "limit", "verdict")
_ERRORS = ("ecosystem0", "ecosystem", "pool", "value_t_c", "approach1_half_width_t_c",
           "approach2_low_t_c", "approach2_high_t_c")  # fmt: skip
_SHARES = ("rank", "source", "share")
_TRACE = ("code", "stratum", "amount", "factors", "stock_t_c")
_TABS = ("inputs", "coefficients", "checks", "uncertainty", "trace")


def show() -> None:
    """Show the data and methods of the run that is chosen."""
    run = opened_run()
    if run is None:
        return
    results = results_of(run)
    choice = choose(results, run, shown=("level", "scope", "period"))
    lang = choice.lang
    headline(results, choice, say("page_data", lang))
    paragraph(say("run_id", lang, run=results.manifest.run_id,
                  created=results.manifest.created), "note")  # fmt: skip
    inputs, rows, gates, errors, trace = st.tabs([say(f"tab_{tab}", lang) for tab in _TABS])
    with inputs:
        _table(input_files(results), _INPUTS, lang)
    with rows:
        _table(coefficients(results, lang), _ROWS, lang)
    with gates:
        _table(checks(results, lang), _CHECKS, lang)
    with errors:
        _errors(results, choice)
    with trace:
        _trace(results, choice)
    source_strip(run, results, lang)


def _errors(results: Results, choice: Choice) -> None:
    """Show the two ways of the uncertainty, and which source of error weighs how much."""
    lang, zone = choice.lang, _zone(results)
    first, last = choice.period
    name = results.zone_name(zone, lang)
    paragraph(say("errors_of", lang, zone=name, first=first, last=last), "head")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _table(rows_of(results, "uncertainty", zone=zone, period=choice.period), _ERRORS, lang)
    with right:
        shares = rows_of(results, "sensitivity", zone=zone, period=choice.period,
                         scope=choice.scope)  # fmt: skip
        _table(shares, _SHARES, lang)


@st.fragment
def _trace(results: Results, choice: Choice) -> None:
    """Show the way from one stock to its amounts and coefficient rows."""
    lang, words = choice.lang, Words(lang=choice.lang)
    paragraph(say("trace_note", lang), "note")
    zone_list(results, choice.level, lang)
    stocks = results.tables["stocks"]
    of_zone = stocks[stocks["zone_code"].eq(_zone(results)) & stocks["completeness"].ne("NO")]
    year_at, ecosystem_at, pool_at = st.columns(3)
    year = year_at.selectbox(
        say("column_year", lang), sorted(years(results), reverse=True), key="trace_year"
    )
    ecosystem = ecosystem_at.selectbox(
        say("label_scope", lang), list(dict.fromkeys(of_zone["ecosystem"])),
        format_func=lambda word: words.label("ecosystem", word), key=f"trace_ecosystem_{lang}",
    )  # fmt: skip
    pools = [p for p in Pool if of_zone["pool"].eq(str(p)).any()]
    pool = pool_at.selectbox(
        say("column_pool", lang), pools, format_func=lambda p: p.label(lang),
        key=f"trace_pool_{lang}",
    )  # fmt: skip
    if ecosystem is None or pool is None:
        return
    amounts, rows = trace_rows(
        results, zone=_zone(results), year=int(year), ecosystem=str(ecosystem), pool=str(pool)
    )
    _table(amounts, _TRACE, lang)
    _table(rows, _ROWS, lang)


def _zone(results: Results) -> str:
    """Return the zone that is looked at, the whole where none is."""
    stocks = results.tables["stocks"]
    whole = stocks.loc[stocks["level"].eq(results.levels[0]), "zone_code"].iloc[0]
    return selected_zone() or str(whole)


def _table(table: pd.DataFrame, columns: tuple[str, ...], lang: str) -> None:
    """Show some columns of a table under the headings of the screen."""
    headings = {column: say(f"column_{column}", lang) for column in columns}
    st.dataframe(headed(table, headings), width="stretch", hide_index=True)
