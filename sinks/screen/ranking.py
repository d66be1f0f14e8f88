"""The ranking of zones as a chart: bars with the interval of every bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .figures import Figure

__all__ = ["PICKED", "ranking_spec"]

PICKED = "picked"
"""Name of the selection: the zone of the bar that is clicked."""
_SHOWN = ("value", "low", "high")

_GREEN, _RED, _INK = "#2f7d4f", "#b3261e", "#33413a"
_MOST = 24  # bars that stay readable in one panel


def ranking_spec(
    figures: Sequence[Figure], *, selected: str | None, title: str, headings: Sequence[str]
) -> dict[str, object]:
    """Return a Vega-Lite chart of the largest figures with their 95 % intervals.

    Parameters
    ----------
    figures
        Largest first; those without a value are left out.
    selected
        The zone that stands out, shown even where it is not among the largest.
    title
        Measure and unit, on the axis.
    headings
        What name, value, low and high are called.

    """
    known = [figure for figure in figures if figure.value is not None]
    shown = known[:_MOST] + [f for f in known[_MOST:] if f.zone == selected]
    rows = [
        {
            "zone": figure.zone,
            "name": figure.name,
            "value": figure.value,
            "low": figure.low,
            "high": figure.high,
            "selected": figure.zone == selected,
        }
        for figure in shown
    ]
    y = {"field": "name", "type": "nominal", "sort": None, "title": None,
         "axis": {"labelLimit": 110, "ticks": False, "domain": False}}  # fmt: skip
    return {
        "data": {"values": rows},
        "height": {"step": 21},
        "layer": [
            {
                "params": [{"name": PICKED, "select": {"type": "point", "fields": ["zone"]}}],
                "mark": {"type": "bar", "height": 12, "cursor": "pointer"},
                "encoding": {
                    "y": y,
                    "x": {"field": "value", "type": "quantitative", "title": title,
                          "axis": {"format": ",.6~g", "tickCount": 4, "grid": True}},
                    "color": {"condition": {"test": "datum.selected", "value": _RED},
                              "value": _GREEN},
                    "tooltip": [{"field": "name", "title": headings[0]}] + [
                        {"field": field, "format": ",.3~f", "title": heading}
                        for field, heading in zip(_SHOWN, headings[1:], strict=True)],
                },
            },
            {
                "mark": {"type": "rule", "strokeWidth": 1.2, "color": _INK},
                "encoding": {
                    "y": y,
                    "x": {"field": "low", "type": "quantitative"},
                    "x2": {"field": "high"},
                },
            },
        ],
        "config": {"view": {"stroke": None}},
    }  # fmt: skip
