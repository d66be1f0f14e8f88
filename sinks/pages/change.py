"""变化: where carbon was gained and lost, how land moved, and what area and density did."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from sinks.screen.changes import effects_of, effects_spec, flows_of, flows_spec, matrix_spec
from sinks.screen.figures import Measure, periods
from sinks.screen.sentences import change_sentence
from sinks.screen.shelf import results_of

from .chrome import choose, headline, opened_run, selected_zone, source_strip
from .linked_map import (
    choropleth,
    figures_of,
    follow_click,
    interval_text,
    unit_of,
    value_text,
    zone_list,
)
from .markup import paragraph
from .words import say

if TYPE_CHECKING:
    from sinks.results import Results
    from sinks.screen.choice import Choice
    from sinks.screen.shelf import Run


def show() -> None:
    """Show the changes of the run that is chosen."""
    run = opened_run()
    if run is None:
        return
    results = results_of(run)
    choice = choose(results, run, shown=("level", "scope", "period", "units"))
    headline(results, choice, say("page_change", choice.lang))
    if not periods(results):
        st.info(say("one_year", choice.lang))
        return
    _linked(run, results, choice)
    source_strip(run, results, choice.lang)


@st.fragment
def _linked(run: Run, results: Results, choice: Choice) -> None:
    """Show the map of changes and what lies behind the zone that is looked at."""
    lang = choice.lang
    change = replace(choice, measure=Measure.SINK_DENSITY)
    found = figures_of(
        results, change, level=change.level, measure=change.measure, scope=change.scope
    )
    left, right = st.columns([7, 4], gap="small")
    with left:
        clicked = choropleth(run, results, change, found)
    with right, st.container(border=True):
        zone_list(results, choice.level, lang)
        _sentence(results, choice)
        _effects(results, choice)
    _land(results, choice)
    follow_click(clicked)


def _zone(results: Results) -> str:
    """Return the zone that is looked at, the whole where none is."""
    whole = results.tables["stocks"]
    root = str(whole.loc[whole["level"].eq(results.levels[0]), "zone_code"].iloc[0])
    return selected_zone() or root


def _sentence(results: Results, choice: Choice) -> None:
    """Show the sink of the zone and whether it is one."""
    lang, zone = choice.lang, _zone(results)
    stocks = results.tables["stocks"]
    level = str(stocks.loc[stocks["zone_code"].eq(zone), "level"].iloc[0])
    found = figures_of(results, choice, level=level, measure=Measure.SINK, scope=choice.scope)
    figure = next(one for one in found if one.zone == zone)
    paragraph(f"{figure.name} · {value_text(figure, lang)} {unit_of(choice, Measure.SINK)}", "head")
    paragraph(interval_text(figure, lang), "note")
    said = change_sentence(results, zone=zone, scope=choice.scope, period=choice.period, lang=lang)
    paragraph(said, "line")


def _effects(results: Results, choice: Choice) -> None:
    """Show the area effect and the density effect of every ecosystem of the zone."""
    lang = choice.lang
    effects = effects_of(
        results, zone=_zone(results), period=choice.period, units=choice.units, lang=lang
    )
    if not effects:
        paragraph(say("no_effects", lang), "note")
        return
    names = (say("effect_area", lang), say("effect_density", lang))
    unit = choice.units.stock_name(lang)
    st.vega_lite_chart(effects_spec(effects, unit=unit, names=names), width="stretch")
    paragraph(say("effects_note", lang), "note")


def _land(results: Results, choice: Choice) -> None:
    """Show how the land of the zone went from category to category."""
    lang, (first, last) = choice.lang, choice.period
    flows = flows_of(
        results, zone=_zone(results), period=choice.period, units=choice.units, lang=lang
    )
    unit = choice.units.area_name(lang)
    paragraph(say("land_matrix", lang, first=first, last=last, unit=unit), "head")
    if not flows:
        paragraph(say("no_flows", lang), "note")
        return
    left, right = st.columns([6, 5], gap="medium")
    titles = (say("class_at", lang, year=first), say("class_at", lang, year=last))
    left.vega_lite_chart(matrix_spec(flows, unit=unit, titles=titles), width="stretch")
    with right:
        paragraph(say("land_flows", lang), "note")
        st.vega_lite_chart(flows_spec(flows, unit=unit), width="stretch")
