"""栅格: the density maps at full resolution, and what stands behind one pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st
from streamlit_folium import st_folium

from sinks.screen.display_tables import headed
from sinks.screen.evidence import class_rows, land_cover_file
from sinks.screen.numbers import number_text
from sinks.screen.shelf import outlines_of, results_of

from .chrome import choose, headline, opened_run, review_number, source_strip
from .linked_map import MAP_HEIGHT, clicked_code
from .markup import paragraph
from .tiles import classes_of, layers_of, pixel
from .words import say
from .zone_map import Legend, Shown, Tiles, base_map, zone_group

if TYPE_CHECKING:
    from sinks.results import Results
    from sinks.screen.choice import Choice
    from sinks.screen.shelf import Run

    from .tiles import Layer

_RETURNED = ["last_clicked", "last_object_clicked", "last_object_clicked_tooltip"]
_ROWS = ("parameter", "ecosystem", "pool", "value", "unit", "confidence", "source")


def show() -> None:
    """Show the density maps of the run that is chosen."""
    run = opened_run()
    if run is None:
        return
    results = results_of(run)
    choice = choose(results, run, shown=("level",))
    lang = choice.lang
    headline(results, choice, say("page_raster", lang))
    layers = {layer.name: layer for layer in layers_of(run)}
    if not layers:
        st.info(say("no_rasters", lang))
        source_strip(run, results, lang)
        return
    with st.sidebar:
        name = st.radio(
            say("label_layer", lang), list(layers), key=f"raster_layer_{lang}",
            format_func=lambda n: _layer_name(layers[n], lang),
        )  # fmt: skip
        opacity = st.slider(say("label_opacity", lang), 0.0, 1.0, 0.9, 0.1, key="raster_opacity")
    _map_and_pixel(run, results, choice, layers[name], opacity)
    source_strip(run, results, lang)


@st.fragment
def _map_and_pixel(
    run: Run, results: Results, choice: Choice, layer: Layer, opacity: float
) -> None:
    """Show the map, and beside it the pixel that is clicked."""
    lang = choice.lang
    left, right = st.columns([7, 3], gap="small")
    outlines = outlines_of(run, choice.level)
    shown = {
        zone: Shown(colour="#ffffff", lines=(results.zone_name(zone, lang),))
        for zone in outlines.points
    }
    with left:
        answer = st_folium(
            base_map(run.key, results.levels),
            key=f"raster-{run.key}",
            height=MAP_HEIGHT,
            use_container_width=True,
            feature_group_to_add=zone_group(
                choice.level,
                shown,
                selected=None,
                places=(),
                legend=Legend(
                    title=f"{_layer_name(layer, lang)}（{say('unit_density', lang)}）",
                    rows=classes_of(run, layer.name).legend(),
                ),
                tiles=Tiles(
                    url=f"../../tanhui/tiles/{run.key}/{layer.name}/{{z}}/{{x}}/{{y}}.png",
                    opacity=opacity,
                ),
                bounds=outlines_of(run, results.levels[0]).bounds,
                note=review_number(),
            ),
            returned_objects=_RETURNED,
        )
    answer = answer or {}
    with right, st.container(border=True):
        at = answer.get("last_object_clicked") or answer.get("last_clicked")
        if not at:
            paragraph(say("click_raster", lang), "note")
            return
        zone = clicked_code(answer, set(shown))
        _pixel(run, results, layer, zone, (float(at["lng"]), float(at["lat"])), lang)


def _pixel(
    run: Run,
    results: Results,
    layer: Layer,
    zone: str | None,
    point: tuple[float, float],
    lang: str,
) -> None:
    """Show density, class and coefficient rows of a pixel."""
    east, north = (f"{degrees:.4f}" for degrees in point)
    paragraph(say("pixel_at", lang, east=east, north=north), "note")
    if zone is not None:
        paragraph(results.zone_name(zone, lang), "line")
    value = pixel(run.folder / f"{layer.name}.tif", *point)
    paragraph(
        say("pixel_none", lang)
        if value is None
        else say("pixel_value", lang, value=number_text(value)),
        "head",
    )
    cover = None if layer.year is None else land_cover_file(results, layer.year)
    code = None if cover is None else pixel(cover, *point)
    if zone is None or code is None or layer.year is None:
        return
    paragraph(say("pixel_class", lang, year=layer.year, code=f"{code:.0f}"), "line")
    paragraph(say("pixel_rows", lang), "note")
    rows = class_rows(results, zone=zone, year=layer.year, code=f"{code:.0f}")
    headings = {column: say(f"column_{column}", lang) for column in _ROWS}
    st.dataframe(headed(rows, headings), width="stretch", hide_index=True)


def _layer_name(layer: Layer, lang: str) -> str:
    """Return the name of a map."""
    if layer.year is None:
        return say("layer_change", lang)
    return say("layer_density", lang, year=layer.year)
