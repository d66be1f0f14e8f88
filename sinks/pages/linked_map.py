"""The map with its zones in colours, and the list beside it that makes the same choice."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st
from streamlit_folium import st_folium

from sinks.screen.figures import Figure, Measure, figures
from sinks.screen.names import scope_members
from sinks.screen.numbers import number_text
from sinks.screen.ramps import MISSING_COLOUR, diverging, sequential
from sinks.screen.shelf import outlines_of

from .chrome import review_number, select_zone, selected_zone
from .words import say
from .zone_map import Legend, Place, Shown, base_map, zone_group

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import folium

    from sinks.results import Results
    from sinks.screen.choice import Choice
    from sinks.screen.ramps import Classes
    from sinks.screen.shelf import Run

__all__ = [
    "MAP_HEIGHT",
    "choropleth",
    "clicked_code",
    "drawn_map",
    "figures_of",
    "follow_click",
    "interval_text",
    "unit_of",
    "value_text",
    "zone_list",
]

MAP_HEIGHT = 500
"""Height of every map, px."""
_CODE = re.compile(r".*\[([^\[\]]+)\]", re.DOTALL)  # the last brackets: a name may have its own


def choropleth(
    run: Run, results: Results, choice: Choice, found: Sequence[Figure]
) -> tuple[str, int] | None:
    """Draw the map; return the zone of the last click and how many clicks there were."""
    lang = choice.lang
    values = [figure.value for figure in found if figure.value is not None]
    classes = diverging(values) if choice.measure.is_change else sequential(values)
    unit = unit_of(choice, choice.measure)
    shown = {
        figure.zone: Shown(
            colour=classes.colour(figure.value),
            lines=(figure.name, f"{value_text(figure, lang)} {unit}", interval_text(figure, lang)),
            faint=figure.verdict == "no_signal",
        )
        for figure in found
    }
    points = outlines_of(run, choice.level).points
    largest = sorted(found, key=lambda figure: (-figure.area_ha, figure.zone))
    return drawn_map(
        run,
        results,
        known=set(shown),
        group=zone_group(
            choice.level,
            shown,
            selected=selected_zone(),
            places=[Place(text=f.name, point=points[f.zone]) for f in largest if f.zone in points],
            legend=Legend(
                title=f"{say(f'measure_{choice.measure}', lang)}（{unit}）",
                rows=_legend_rows(classes, lang, missing=len(values) < len(found)),
                remark=say("faint", lang) if any(one.faint for one in shown.values()) else "",
            ),
            bounds=outlines_of(run, results.levels[0]).bounds,
            note=review_number(),
        ),
    )


def drawn_map(
    run: Run, results: Results, *, group: folium.FeatureGroup, known: set[str]
) -> tuple[str, int] | None:
    """Draw a group on the base map; return what was clicked last and how many clicks there were.

    Parameters
    ----------
    run, results
        What is looked at.
    group
        What is drawn.
    known
        Codes that a click may name.

    """
    answer = st_folium(
        base_map(run.key, results.levels),
        key=f"map-{run.key}",
        height=MAP_HEIGHT,
        use_container_width=True,
        feature_group_to_add=group,
        returned_objects=["last_object_clicked_tooltip", "last_object_clicked_count"],
    )
    code = clicked_code(answer or {}, known)
    if code is None:
        return None
    return code, int((answer or {}).get("last_object_clicked_count") or 0)


def clicked_code(answer: Mapping[str, object], known: set[str]) -> str | None:
    """Return the code in the tooltip of what was clicked last; None where it is not known."""
    tooltip = answer.get("last_object_clicked_tooltip")
    named = _CODE.match(str(tooltip)) if tooltip else None
    return named.group(1) if named is not None and named.group(1) in known else None


def zone_list(results: Results, level: str, lang: str) -> None:
    """Show the zones of a level as a list: the choice of the map by keyboard and by name."""
    rows = results.tables["stocks"][["level", "zone_code"]].drop_duplicates()
    zones = ["", *sorted(rows.loc[rows["level"].eq(level), "zone_code"])]
    key = f"zone-{level}"
    zone = selected_zone()
    st.session_state[key] = zone if zone in zones else ""
    left, right = st.columns([5, 2], gap="small", vertical_alignment="bottom")
    left.selectbox(
        say("label_zone", lang), zones, key=key, on_change=partial(_listed, key),
        format_func=lambda z: results.zone_name(z, lang) if z else say("whole", lang),
    )  # fmt: skip
    right.button(
        say("clear", lang), on_click=select_zone, args=(None,), disabled=zone is None,
        width="stretch",
    )  # fmt: skip


def figures_of(
    results: Results, choice: Choice, *, level: str, measure: Measure, scope: str
) -> tuple[Figure, ...]:
    """Return the figures of a level in the units of the choice."""
    return figures(
        results,
        level=level,
        measure=measure,
        scope=scope,
        period=choice.period,
        members=scope_members(scope),
        units=choice.units,
        lang=choice.lang,
    )


def unit_of(choice: Choice, measure: Measure) -> str:
    """Return the unit of a measure."""
    units, lang = choice.units, choice.lang
    names = {
        Measure.STOCK: units.stock_name,
        Measure.DENSITY: units.density_name,
        Measure.SINK: units.sink_name,
        Measure.SINK_DENSITY: units.sink_density_name,
    }
    return names[measure](lang)


def value_text(figure: Figure, lang: str) -> str:
    """Return a figure as text, a word where there is none."""
    return say("not_estimated", lang) if figure.value is None else number_text(figure.value)


def interval_text(figure: Figure, lang: str) -> str:
    """Return the interval of a figure as text, blank where there is none."""
    if figure.low is None or figure.high is None:
        return ""
    return say("interval", lang, low=number_text(figure.low), high=number_text(figure.high))


def _legend_rows(classes: Classes, lang: str, *, missing: bool) -> tuple[tuple[str, str], ...]:
    """Return colour and text of every class, the largest first."""
    none = ((MISSING_COLOUR, say("not_estimated", lang)),) if missing else ()
    return (*classes.legend(), *none)


def _listed(key: str) -> None:
    """Look at the zone that is picked in the list."""
    select_zone(st.session_state[key] or None)


def follow_click(clicked: tuple[str, int] | None) -> None:
    """Look at what was clicked on the map, once for every click, and draw the fragment anew."""
    if clicked is not None and clicked != st.session_state.get("clicked"):
        st.session_state["clicked"] = clicked
        select_zone(clicked[0])
        st.rerun(scope="fragment")
