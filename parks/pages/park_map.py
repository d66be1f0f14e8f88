"""园区: the parks of a run on the map, and how one stands against its target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from parks.park import ParkKind
from parks.reported import reported_parks
from sinks.pages.chrome import choose, headline, opened_run, review_number, source_strip
from sinks.pages.linked_map import drawn_map
from sinks.pages.markup import paragraph
from sinks.pages.zone_map import Legend, Place, Shown, Spot, zone_group
from sinks.screen.numbers import number_text
from sinks.screen.shelf import outlines_of, results_of

from .park_tables import kind_name, league_name, outcome_name, park_table, readings_spec
from .words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parks.reported import ReportedPark
    from sinks.results import Results
    from sinks.screen.choice import Choice
    from sinks.screen.shelf import Run

__all__ = ["show"]

# Okabe and Ito (2008), Color Universal Design: told apart by the common kinds of colour blindness
_COLOURS = {ParkKind.ZERO: "#009e73", ParkKind.LOW: "#56b4e9", ParkKind.CANDIDATE: "#8a8a8a"}
_UNKNOWN = "#8a8a8a"
_LAND = "#f3f5f1"


def show() -> None:
    """Show the parks of the run that is chosen."""
    run = opened_run()
    if run is None:
        return
    results = results_of(run)
    choice = choose(results, run, shown=("level",))
    headline(results, choice, say("page_parks", choice.lang))
    parks = reported_parks(run.folder)
    if parks:
        _linked(run, results, choice, parks)
    else:
        st.info(say("no_parks", choice.lang))
    source_strip(run, results, choice.lang)


@st.fragment
def _linked(run: Run, results: Results, choice: Choice, parks: Sequence[ReportedPark]) -> None:
    """Show the map, the list that makes the same choice, and the park that is looked at."""
    lang = choice.lang
    by_id = {park.park_id: park for park in parks}
    left, right = st.columns([7, 3], gap="small")
    with left:
        clicked = _map(run, results, choice, parks)
    if clicked is not None and clicked != st.session_state.get("clicked_park"):
        st.session_state["clicked_park"] = clicked
        st.session_state["park"] = clicked[0]
        st.rerun(scope="fragment")
    with right, st.container(border=True):
        chosen = st.selectbox(
            say("label_park", lang), ["", *by_id], key="park",
            format_func=lambda key: by_id[key].name(lang) if key else say("none", lang),
        )  # fmt: skip
        if chosen:
            _card(by_id[chosen], results, lang)
        else:
            paragraph(say("pick", lang), "note")
    st.dataframe(park_table(parks, results, lang), width="stretch", hide_index=True)


def _map(
    run: Run, results: Results, choice: Choice, parks: Sequence[ReportedPark]
) -> tuple[str, int] | None:
    """Draw the parks above the zones; return the park that was clicked last."""
    lang = choice.lang
    points = outlines_of(run, choice.level).points
    zones = {zone: Shown(colour=_LAND, lines=(results.zone_name(zone, lang),)) for zone in points}
    spots = [
        Spot(
            key=park.park_id,
            point=park.point,
            colour=_UNKNOWN if park.kind is None else _COLOURS[park.kind],
            lines=(park.name(lang), kind_name(park, lang), league_name(park, results, lang)),
        )
        for park in parks
        if park.point is not None
    ]
    picked = st.session_state.get("park")
    return drawn_map(
        run,
        results,
        known={spot.key for spot in spots},
        group=zone_group(
            choice.level,
            zones,
            selected=str(picked) if picked else None,
            places=[Place(text=zones[zone].lines[0], point=point)
                    for zone, point in points.items()],
            legend=Legend(
                title=say("legend", lang),
                rows=(),
                spots=tuple((colour, kind.label(lang)) for kind, colour in _COLOURS.items()),
            ),
            spots=spots,
            bounds=outlines_of(run, results.levels[0]).bounds,
            note=review_number(),
        ),
    )  # fmt: skip


def _card(park: ReportedPark, results: Results, lang: str) -> None:
    """Show what is known of a park, its readings and its gap."""
    paragraph(park.name(lang), "head")
    paragraph(f"{kind_name(park, lang)} · {league_name(park, results, lang)}", "line")
    share = park.target_share
    paragraph(
        say("no_target", lang) if share is None else say("target", lang, share=f"{share:.0%}"),
        "line",
    )
    if park.point is None:
        paragraph(say("no_place", lang), "note")
    if not park.readings:
        paragraph(say("no_series", lang), "note")
        return
    paragraph(say("outcome", lang, outcome=outcome_name(park, lang)), "line")
    if park.gap_mwh:
        paragraph(say("gap", lang, gap=number_text(park.gap_mwh)), "line")
    st.vega_lite_chart(readings_spec(park, lang), width="stretch")
    paragraph(say("readings_note", lang), "note")
