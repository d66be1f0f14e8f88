"""The map of zones: a folium map that asks nobody but this server.

The base map never changes, or its frame would be built anew and the zoom lost; what changes
(colours, selection, legend) goes into one group that is replaced. Outlines and the drawing itself
are scripts that are loaded once, so a change sends colours and texts only. Labels are placed in
the browser, where the size of the map and of the letters is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import folium
from branca.element import MacroElement
from jinja2 import Template

from .markup import escaped, script_literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Legend", "Place", "Shown", "Spot", "Tiles", "base_map", "zone_group"]

_LEAFLET = "../../tanhui/vendor/leaflet-1.9.4"  # relative to the frame of the map: any base path
_CSS = """<style>
.leaflet-container{background:#e9eeeb;font:13px 'Noto Sans CJK SC','Microsoft YaHei','PingFang SC',
sans-serif !important}
.tanhui-label span{position:absolute;left:0;top:0;white-space:nowrap;
font-size:12.5px;line-height:16px;font-weight:600;color:#1b2b22;pointer-events:none;
text-shadow:-1px -1px 2px #fff,1px -1px 2px #fff,-1px 1px 2px #fff,1px 1px 2px #fff,0 0 3px #fff}
.tanhui-legend{background:rgba(255,255,255,.95);padding:8px 12px;border-radius:4px;font-size:12.5px;
box-shadow:0 1px 3px rgba(0,0,0,.25);line-height:1.5;max-width:230px}
.tanhui-legend b{display:block;margin-bottom:2px}
.tanhui-legend i{display:inline-block;width:18px;height:11px;margin-right:7px;
border:1px solid #8a988f}
.tanhui-legend i.dot{width:11px;border-radius:50%}
.tanhui-legend em{display:block;font-style:normal;color:#55635b;font-size:11.5px}
.tanhui-note{background:rgba(255,255,255,.85);padding:1px 6px;font-size:11.5px;color:#33413a}
.leaflet-tooltip .code{color:#6a756e;font-size:11px}
.leaflet-interactive:focus{outline:none}
@media (max-width:480px){.tanhui-legend{font-size:11px;padding:5px 8px;line-height:1.35}}
</style>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How one zone is drawn."""

    colour: str
    lines: tuple[str, ...]
    """Its tooltip; the first line is its name."""
    faint: bool = False
    """Whether its change is smaller than its uncertainty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A name on the map."""

    text: str
    point: tuple[float, float]
    """Longitude and latitude, degrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A point on the map, such as a park."""

    key: str
    point: tuple[float, float]
    """Longitude and latitude, degrees."""
    colour: str
    lines: tuple[str, ...]
    """Its tooltip; the first line is its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiles:
    """A raster below the outlines."""

    url: str
    """Of a tile, with {z}, {x} and {y}, relative to the frame of the map."""
    opacity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Legend:
    """What the colours mean."""

    title: str
    """Measure and unit."""
    rows: tuple[tuple[str, str], ...]
    """Colour and text of each class."""
    spots: tuple[tuple[str, str], ...] = ()
    """Colour and text of each kind of point."""
    remark: str = ""
    """A sentence below the classes."""


class _Zones(MacroElement):
    """Hands the group and what is shown to the script that draws it."""

    _template = Template(
        """{% macro script(this, kwargs) %}
tanhuiZones({{ this._parent.get_name() }}, {{ this.view }});
{% endmacro %}"""
    )

    def __init__(self, view: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Zones"
        self.view = view


def base_map(run: str, levels: Sequence[str]) -> folium.Map:
    """Return the map that stays: no tiles, and the outlines of every level.

    Parameters
    ----------
    run
        Key of the run whose outlines are drawn.
    levels
        Levels whose outlines are loaded.

    """
    made = folium.Map(
        tiles=None,
        zoom_control="bottomright", attribution_control=False, zoom_snap=0.25,
        max_bounds=False,
    )  # fmt: skip
    made.default_js = [
        ("leaflet", f"{_LEAFLET}/leaflet.js"),
        ("tanhui_zones", "../../tanhui/assets/zones.js"),
        *((f"outlines_{level}", f"../../tanhui/outlines/{run}/{level}.js") for level in levels),
    ]
    made.default_css = [("leaflet_css", f"{_LEAFLET}/leaflet.css")]
    # without bounds of its own the map would jump to those of the first tile layer
    made.options["minZoom"], made.options["maxZoom"] = 3, 13
    made.options["zoomSnap"] = 0.25
    made.get_root().header.add_child(folium.Element(_CSS))  # type: ignore[attr-defined]
    return made


def zone_group(
    level: str,
    shown: Mapping[str, Shown],
    *,
    selected: str | None,
    places: Sequence[Place],
    legend: Legend,
    bounds: tuple[float, float, float, float],
    spots: Sequence[Spot] = (),
    tiles: Tiles | None = None,
    note: str = "",
) -> folium.FeatureGroup:
    """Return the group that changes with every choice.

    Parameters
    ----------
    level
        Level whose outlines are drawn.
    shown
        Zones by code.
    selected
        Code of the zone, or key of the point, that stands out.
    places
        Names, the most important first.
    legend
        What the colours mean.
    bounds
        West, south, east, north of the first view, degrees.
    spots
        Points above the zones.
    tiles
        A raster; the zones are then drawn as outlines alone.
    note
        A short text in the lower left corner, such as a map review number.

    """
    group = folium.FeatureGroup(name=level)
    west, south, east, north = bounds
    view = {
        "bounds": [[south, west], [north, east]],
        "level": level,
        "selected": selected,
        "shown": {
            code: {"c": one.colour, "t": _tip(code, one.lines)} | ({"f": 1} if one.faint else {})
            for code, one in shown.items()
        },
        "labels": [
            {
                "lat": round(one.point[1], 4),
                "lon": round(one.point[0], 4),
                "text": escaped(one.text),
            }
            for one in places
        ],
        "points": [
            {
                "lat": round(one.point[1], 5), "lon": round(one.point[0], 5), "c": one.colour,
                "t": _tip(one.key, one.lines), "id": one.key,
            }
            for one in spots
        ],
        "legend": _legend(legend),
        "tiles": None if tiles is None else {"url": tiles.url, "opacity": tiles.opacity},
        "note": escaped(note),
    }  # fmt: skip
    group.add_child(_Zones(script_literal(view)))
    return group


def _tip(code: str, lines: Sequence[str]) -> str:
    """Return a tooltip; the code in the last brackets is what a click is read by."""
    first, *rest = (escaped(line) for line in lines)
    return "<br>".join(
        [f"<b>{first}</b>", *(one for one in rest if one),
         f'<span class="code">[{escaped(code)}]</span>']
    )  # fmt: skip


def _legend(legend: Legend) -> str:
    """Return the legend as HTML."""
    rows = [f'<div><i style="background:{escaped(c)}"></i>{escaped(t)}</div>'
            for c, t in legend.rows]  # fmt: skip
    dots = [f'<div><i class="dot" style="background:{escaped(c)}"></i>{escaped(t)}</div>'
            for c, t in legend.spots]  # fmt: skip
    remark = f"<em>{escaped(legend.remark)}</em>" if legend.remark else ""
    return f"<b>{escaped(legend.title)}</b>{''.join(rows)}{''.join(dots)}{remark}"
