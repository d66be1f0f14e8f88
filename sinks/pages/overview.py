"""总览: the map, the figures with their intervals, the ranking, and the zone that is looked at."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from sinks.screen.display_tables import figure_table
from sinks.screen.figures import Figure, Measure
from sinks.screen.names import level_name
from sinks.screen.ranking import PICKED, ranking_spec
from sinks.screen.sentences import change_sentence
from sinks.screen.shelf import results_of

from .chrome import choose, headline, opened_run, select_zone, selected_zone, source_strip
from .linked_map import (
    choropleth,
    figures_of,
    follow_click,
    interval_text,
    unit_of,
    value_text,
    zone_list,
)
from .markup import escaped, paragraph
from .words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from sinks.results import Results
    from sinks.screen.choice import Choice
    from sinks.screen.shelf import Run

_CHOICES = ("measure", "level", "scope", "period", "units")


def show() -> None:
    """Show the overview of the run that is chosen."""
    run = opened_run()
    if run is None:
        return
    results = results_of(run)
    choice = choose(results, run, shown=_CHOICES)
    title = say(f"measure_{choice.measure}", choice.lang)
    headline(results, choice, title, at_year=not choice.measure.is_change)
    _cards(results, choice)
    map_and_card(run, results, choice)
    source_strip(run, results, choice.lang)


def _cards(results: Results, choice: Choice) -> None:
    """Show the figures of the whole with their intervals."""
    lang = choice.lang
    first, last = choice.period
    wanted = [(say("kpi_stock", lang, year=last), Measure.STOCK, "all")]
    if first != last:
        wanted += [
            (say("kpi_sink", lang, first=first, last=last), Measure.SINK, "all"),
            (say("kpi_forest", lang), Measure.SINK, "forest"),
            (say("kpi_grassland", lang), Measure.SINK, "grassland"),
        ]
    cards = []
    for label, measure, scope in wanted:
        found = figures_of(results, choice, level=results.levels[0], measure=measure, scope=scope)
        value = value_text(found[0], lang) if found else "–"
        cards.append(
            f"<div><span>{escaped(label)}</span><b>{escaped(value)}</b>"
            f"<i>{escaped(unit_of(choice, measure))}</i>"
            f"<em>{escaped(interval_text(found[0], lang) if found else '')}</em></div>"
        )
    st.html(f'<section class="tanhui-cards">{"".join(cards)}</section>')


@st.fragment
def map_and_card(run: Run, results: Results, choice: Choice) -> None:
    """Show the map beside the card of the zone that is looked at; a click runs this alone."""
    found = figures_of(
        results, choice, level=choice.level, measure=choice.measure, scope=choice.scope
    )
    left, right = st.columns([7, 3], gap="small")
    with left:
        clicked = choropleth(run, results, choice, found)
    with right, st.container(border=True):
        _card(results, choice, found)
    with st.expander(say("table", choice.lang)):
        st.dataframe(_table(found, choice), width="stretch", hide_index=True)
    _downloads(run, choice, found)
    follow_click(clicked)


def _card(results: Results, choice: Choice, found: Sequence[Figure]) -> None:
    """Show the zone that is looked at and the ranking."""
    lang, zone = choice.lang, selected_zone()
    unit = unit_of(choice, choice.measure)
    zone_list(results, choice.level, lang)
    one = next((figure for figure in found if figure.zone == zone), None)
    if one is None:
        paragraph(say("pick", lang, level=level_name(results, choice.level, lang)), "note")
    else:
        rank = say("rank", lang, rank=found.index(one) + 1, count=len(found))
        paragraph(f"{value_text(one, lang)} {unit} · {rank}", "head")
        paragraph(interval_text(one, lang), "note")
        if choice.measure.is_change:
            paragraph(
                change_sentence(
                    results, zone=one.zone, scope=choice.scope, period=choice.period, lang=lang
                ),
                "line",
            )
    st.vega_lite_chart(
        ranking_spec(found, selected=zone, title=unit, headings=_headings(lang)[1:5]),
        width="stretch",
        key=f"ranking-{choice.level}",
        on_select=partial(_bar, f"ranking-{choice.level}"),
    )


def _bar(key: str) -> None:
    """Look at the zone of the bar that is clicked."""
    picked = st.session_state[key]["selection"].get(PICKED) or []
    if picked:
        select_zone(str(picked[0]["zone"]))


def _downloads(run: Run, choice: Choice, found: Sequence[Figure]) -> None:
    """Show what can be taken away: the table that is shown, and the files of the run."""
    lang = choice.lang
    table, totals, workbook = st.columns(3)
    table.download_button(
        say("download_table", lang), data=lambda: _csv(found, choice), mime="text/csv",
        file_name=f"{choice.measure}_{choice.level}_{choice.period[1]}.csv",
        on_click="ignore", key="download_table", width="stretch",
    )  # fmt: skip
    for column, name in ((totals, "totals.csv"), (workbook, "inventory.xlsx")):
        column.download_button(
            say("download_file", lang, name=name), data=partial(_file, run, name), file_name=name,
            on_click="ignore", key=name, width="stretch",
        )  # fmt: skip


def _file(run: Run, name: str) -> bytes:
    """Return a file of a run, none of it where it has not been written."""
    path = run.folder / name
    return path.read_bytes() if path.is_file() else b""


def _csv(found: Sequence[Figure], choice: Choice) -> bytes:
    """Return the table that is shown, with a mark by which Excel reads Chinese."""
    return _table(found, choice).to_csv(index=False).encode("utf-8-sig")


def _table(found: Sequence[Figure], choice: Choice) -> pd.DataFrame:
    """Return the table of the figures."""
    return figure_table(found, _headings(choice.lang), unit_of(choice, choice.measure))


def _headings(lang: str) -> tuple[str, ...]:
    """Return what code, name, value, low, high and verdict are called."""
    keys = ("code", "zone", "value", "low", "high", "verdict")
    return tuple(say(f"column_{key}", lang) for key in keys)
