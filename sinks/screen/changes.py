"""What lies behind a change: land that changed its category, and area against density.

Source: ``land_matrix.csv`` and ``effects.csv``; the pools of an effect are added here, and only
units change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sinks.categories import Ecosystem, IpccCategory
from sinks.records import records

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    import pandas as pd

    from sinks.results import Results

    from .display_units import DisplayUnits

__all__ = ["Effect", "Flow", "effects_of", "effects_spec", "flows_of", "flows_spec", "matrix_spec"]

_EFFECT_COLOURS = ("#0072b2", "#e69f00")  # Okabe and Ito (2008), Color Universal Design
_BLUES = ("#f7fbff", "#6baed6", "#08519c")
_KEPT, _INK = "#e3e8e5", "#1b2b22"
_MOST = 8  # flows that are worth a bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a change of area and a change of density did to the carbon of an ecosystem."""

    name: str
    area: float
    """Area effect, mass of the screen."""
    density: float
    """Density effect, mass of the screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Land that went from one category to another, or stayed."""

    before: str
    after: str
    area: float
    """Area of the screen."""
    stayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """What is read of land_matrix.csv."""

    category0: str
    category: str
    land: str
    area_ha: Decimal


def effects_of(
    results: Results, *, zone: str, period: tuple[int, int], units: DisplayUnits, lang: str
) -> tuple[Effect, ...]:
    """Return the two effects of every ecosystem of a zone, in the order of the ecosystems.

    An ecosystem without an estimate of any pool is left out.
    """
    rows = _of(results.tables["effects"], zone, period)
    made = []
    for ecosystem in Ecosystem:
        part = rows[rows["ecosystem"].eq(str(ecosystem))].dropna(
            subset=["area_effect_t_c", "density_effect_t_c"]
        )
        if part.empty:
            continue
        area, density = (
            units.mass_of_carbon(float(sum(part[f"{kind}_effect_t_c"])))
            for kind in ("area", "density")
        )
        made.append(Effect(name=ecosystem.label(lang), area=area, density=density))
    return tuple(made)


def flows_of(
    results: Results, *, zone: str, period: tuple[int, int], units: DisplayUnits, lang: str
) -> tuple[Flow, ...]:
    """Return the cells of a zone's transition matrix, the largest first."""
    rows = _of(results.tables["land_matrix"], zone, period)
    flows = [
        Flow(
            before=_category(row.category0, lang),
            after=_category(row.category, lang),
            area=units.area_of(float(row.area_ha)),
            stayed=row.category0 == row.category,
        )
        for row in records(rows, _Cell)
    ]
    return tuple(sorted(flows, key=lambda f: (-f.area, f.before, f.after)))


def effects_spec(
    effects: Sequence[Effect], *, unit: str, names: tuple[str, str]
) -> dict[str, object]:
    """Return a Vega-Lite chart of both effects by ecosystem; ``names`` are theirs."""
    rows = [
        {"name": effect.name, "effect": name, "value": value}
        for effect in effects
        for name, value in zip(names, (effect.area, effect.density), strict=True)
    ]
    return {
        "data": {"values": rows},
        "height": {"step": 13},
        "mark": {"type": "bar"},
        "encoding": {
            "y": {"field": "name", "type": "nominal", "sort": None, "title": None,
                  "axis": {"labelLimit": 130, "ticks": False}},
            "yOffset": {"field": "effect", "sort": list(names)},
            "x": {"field": "value", "type": "quantitative", "title": unit,
                  "axis": {"format": ",.6~g", "tickCount": 5}},
            "color": {"field": "effect", "type": "nominal", "title": None, "sort": list(names),
                      "scale": {"domain": list(names), "range": list(_EFFECT_COLOURS)},
                      "legend": {"orient": "top"}},
            "tooltip": [{"field": "name"}, {"field": "effect"},
                        {"field": "value", "format": ",.4~g"}],
        },
        "config": {"view": {"stroke": None}},
    }  # fmt: skip


def matrix_spec(flows: Sequence[Flow], *, unit: str, titles: tuple[str, str]) -> dict[str, object]:
    """Return the transition matrix: rows are the earlier category, columns the later.

    Land that stayed is grey, so that the colours tell the changes apart.
    """
    rows = [{"before": f.before, "after": f.after, "area": f.area, "stayed": f.stayed}
            for f in flows]  # fmt: skip
    most = max((f.area for f in flows if not f.stayed), default=1.0)
    encoding = {
        "y": {"field": "before", "type": "nominal", "title": titles[0]},
        "x": {"field": "after", "type": "nominal", "title": titles[1],
              "axis": {"orient": "top", "labelAngle": 0, "labelLimit": 90}},
    }  # fmt: skip
    return {
        "data": {"values": rows},
        "height": {"step": 34},
        "encoding": encoding,
        "layer": [
            {
                "mark": {"type": "rect", "stroke": "#ffffff"},
                "encoding": {
                    "color": {"condition": {"test": "datum.stayed", "value": _KEPT},
                              "field": "area", "type": "quantitative", "title": unit,
                              "scale": {"range": list(_BLUES), "domain": [0, most]},
                              "legend": {"format": ",.3~g"}},
                    "tooltip": [{"field": "before", "title": titles[0]},
                                {"field": "after", "title": titles[1]},
                                {"field": "area", "format": ",.6~g", "title": unit}],
                },
            },
            {
                "mark": {"type": "text", "fontSize": 11},
                "encoding": {
                    "text": {"field": "area", "format": ",.4~r"},
                    "color": {"condition": {"test": f"!datum.stayed && datum.area > {most / 2}",
                                            "value": "#ffffff"}, "value": _INK},
                },
            },
        ],
        "config": {"view": {"stroke": None}},
    }  # fmt: skip


def flows_spec(flows: Sequence[Flow], *, unit: str) -> dict[str, object]:
    """Return the largest changes of category as bars."""
    moved = [f for f in flows if not f.stayed][:_MOST]
    rows = [{"flow": f"{f.before} → {f.after}", "area": f.area} for f in moved]
    return {
        "data": {"values": rows},
        "height": {"step": 24},
        "mark": {"type": "bar", "height": 13, "color": _BLUES[1]},
        "encoding": {
            "y": {"field": "flow", "type": "nominal", "sort": None, "title": None,
                  "axis": {"labelLimit": 190, "ticks": False, "domain": False}},
            "x": {"field": "area", "type": "quantitative", "title": unit,
                  "axis": {"format": ",.6~g", "tickCount": 4}},
            "tooltip": [{"field": "flow"}, {"field": "area", "format": ",.6~g", "title": unit}],
        },
        "config": {"view": {"stroke": None}},
    }  # fmt: skip


def _of(table: pd.DataFrame, zone: str, period: tuple[int, int]) -> pd.DataFrame:
    """Return the rows of a zone and a period."""
    return table[
        table["zone_code"].eq(zone) & table["year0"].eq(period[0]) & table["year1"].eq(period[1])
    ]


def _category(word: str, lang: str) -> str:
    """Return the name of a category, the word itself of land that one date alone classifies."""
    named = {str(member): member for member in IpccCategory}
    return named[word].label(lang) if word in named else word
