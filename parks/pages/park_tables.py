"""Parks as a reader sees them: a table of all, and the bars of one park's readings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from parks.definitions import wording
from parks.texts import text

from .words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parks.reported import ReportedPark
    from sinks.results import Results

__all__ = ["kind_name", "league_name", "outcome_name", "park_table", "readings_spec"]

_GREEN, _RED = "#2f7d4f", "#b3261e"


def kind_name(park: ReportedPark, lang: str) -> str:
    """Return the kind of a park."""
    return say("kind_unknown", lang) if park.kind is None else park.kind.label(lang)


def outcome_name(park: ReportedPark, lang: str) -> str:
    """Return how a park stands, a dash where the run read no series."""
    return "–" if park.outcome is None else text(f"outcome_{park.outcome}", lang)


def league_name(park: ReportedPark, results: Results, lang: str) -> str:
    """Return the name of a park's league; its code where the run does not report it."""
    zones = set(results.tables["stocks"]["zone_code"])
    code = park.league_code
    return results.zone_name(code, lang) if code in zones else code


def park_table(parks: Sequence[ReportedPark], results: Results, lang: str) -> pd.DataFrame:
    """Return one row a park under the headings of the screen."""
    keys = ("name", "kind", "league", "target", "outcome", "gap", "note")
    rows = [
        (p.name(lang), kind_name(p, lang), league_name(p, results, lang), p.target_share,
         outcome_name(p, lang), p.gap_mwh, p.note)
        for p in parks
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[say(f"column_{key}", lang) for key in keys])


def readings_spec(park: ReportedPark, lang: str) -> dict[str, object]:
    """Return a Vega-Lite chart of a park's readings with the line of its target."""
    names = {r: wording(r) for r in park.readings}
    rows = [
        {"name": names[r].name_zh if lang == "zh" else names[r].name_en, "share": share}
        for r, share in park.readings.items()
    ]
    bars = {
        "data": {"values": rows},
        "mark": {"type": "bar", "height": 14, "color": _GREEN},
        "encoding": {
            "y": {"field": "name", "type": "nominal", "sort": None, "title": None,
                  "axis": {"labelLimit": 150}},
            "x": {"field": "share", "type": "quantitative", "title": None,
                  "axis": {"format": ".0%"}},
            "tooltip": [{"field": "name"}, {"field": "share", "format": ".1%"}],
        },
    }  # fmt: skip
    target = {
        "data": {"values": [{"share": park.target_share}]},
        "mark": {"type": "rule", "color": _RED, "strokeDash": [4, 3], "strokeWidth": 2},
        "encoding": {"x": {"field": "share", "type": "quantitative"}},
    }
    layers = [bars] if park.target_share is None else [bars, target]
    return {"height": {"step": 26}, "layer": layers, "config": {"view": {"stroke": None}}}
