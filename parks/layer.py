"""The parks as a layer of inventory.gpkg, beside the zones and apart from their figures.

A park is coloured by its kind and, where series were read, by how it stands against its target;
what was not read has no colour of its own and is never shown as missed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

from sinks.export.cells import clean_text
from sinks.export.layers import Layer
from sinks.export.marks import Mark, Marks

from .definitions import Reading, target_of, wording
from .indicator_words import indicator_name
from .park import ParkKind
from .texts import text
from .verdict import Outcome, verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sinks.export.meta import Meta

    from .indicators import IndicatorResult
    from .park import Park
    from .power import Ratio

    _Row = dict[str, str | float | None]

__all__ = ["park_layer"]

_CRS = "EPSG:4326"
# Okabe and Ito (2008), Color Universal Design: told apart by the common kinds of colour blindness
_KINDS = {ParkKind.ZERO: "#009e73", ParkKind.LOW: "#56b4e9", ParkKind.CANDIDATE: "#999999"}
_OUTCOMES = {
    Outcome.MET: "#009e73",
    Outcome.MISSED: "#d55e00",
    Outcome.INCOMPLETE: "#e69f00",
    Outcome.NO_TARGET: "#56b4e9",
    Outcome.NO_DATA: "#999999",
}


def park_layer(
    parks: Sequence[Park],
    *,
    meta: Meta,
    lang: str,
    ratios: Mapping[str, Sequence[Ratio]],
    indicators: Sequence[IndicatorResult],
) -> Layer | None:
    """Return the layer ``parks``; None where no park has a place.

    Parameters
    ----------
    parks
        The registry; a park without a place is a row without a geometry.
    meta
        Status and id of the run.
    lang
        zh or en, for headings and the names of closed sets.
    ratios
        Readings by park id; without any, the layer has no columns of them.
    indicators
        Indicators of any parks; each has a column of its own.

    """
    if all(park.geometry is None for park in parks):
        return None
    ordered = sorted(parks, key=lambda park: park.park_id)
    headings = _headings(ratios, indicators, lang)
    rows = [_row(park, meta, lang) for park in ordered]
    if ratios:
        rows = [r | _readings(p, ratios.get(p.park_id, ()), lang)
                for r, p in zip(rows, ordered, strict=True)]  # fmt: skip
    values = {(i.park_id, _column(i)): i.value for i in indicators}
    for park, row in zip(ordered, rows, strict=True):
        for name in dict.fromkeys(_column(i) for i in indicators):
            value = values.get((park.park_id, name))
            row[name] = None if value is None else float(value)
    columns = {name: [row[name] for row in rows] for name in headings}
    geometry = [park.geometry for park in ordered]
    return Layer(
        name="parks",
        title=text("layer_title", lang),
        frame=gpd.GeoDataFrame(columns, geometry=geometry, crs=_CRS),
        aliases=headings,
        styles=_styles(lang, judged=bool(ratios)),
    )


def _headings(
    ratios: Mapping[str, Sequence[Ratio]], indicators: Sequence[IndicatorResult], lang: str
) -> dict[str, str]:
    """Return the heading of every column, in order: what it is, how it stands, of which run."""
    first = ("park_id", "name_zh", "name_en", "kind", "league_code", "banner_code", "operator",
             "target_share", "target_source")  # fmt: skip
    last = ("location_confidence", "note", "status", "run_id")
    found = {name: text(f"layer_{name}", lang) for name in first}
    if ratios:
        found["period"] = text("sheet_period", lang)
        for reading in Reading:
            words = wording(reading)
            found[str(reading)] = words.name_zh if lang == "zh" else words.name_en
        for name in ("outcome", "outcome_reading", "gap_mwh"):
            found[name] = text(f"layer_{name}", lang)
    for one in indicators:
        basis = text("bracket", lang, text=text(f"basis_{one.basis}", lang)) if one.basis else ""
        found[_column(one)] = indicator_name(one, lang) + basis
    return found | {name: text(f"layer_{name}", lang) for name in last}


def _row(park: Park, meta: Meta, lang: str) -> _Row:
    """Return what a park is; blank texts are null."""
    target = target_of(park.kind)
    words = {
        "park_id": park.park_id,
        "name_zh": park.name_zh,
        "name_en": park.name_en,
        "kind": park.kind.label(lang),
        "league_code": park.league_code,
        "banner_code": park.banner_code,
        "operator": park.operator,
        "target_source": f"{target.source} {target.locator}".strip(),
        "location_confidence": park.location_confidence.label(lang),
        "note": park.note,
        "status": meta.status,
        "run_id": meta.run_id,
    }
    row: _Row = {k: clean_text(v) or None for k, v in words.items()}
    row["target_share"] = target.share
    return row


def _readings(park: Park, ratios: Sequence[Ratio], lang: str) -> _Row:
    """Return how a park stands; without a series everything but the outcome is null."""
    row: _Row = dict.fromkeys((*Reading, "period", "outcome_reading", "gap_mwh"))
    row["outcome"] = text(f"outcome_{Outcome.NO_DATA}", lang)
    if not ratios:
        return row
    found = verdict(ratios, target=target_of(park.kind))
    row |= {str(ratio.reading): ratio.value for ratio in ratios}
    row |= {
        "period": ratios[0].period,
        "outcome": text(f"outcome_{found.outcome}", lang),
        "gap_mwh": found.gap_mwh,
    }
    if found.ratio is not None:
        row["outcome_reading"] = found.ratio.name_zh if lang == "zh" else found.ratio.name_en
    return row


def _styles(lang: str, *, judged: bool) -> tuple[Marks, ...]:
    """Return the ways of colouring: by outcome where there is any, and by kind."""
    kinds = Marks(
        name=text("layer_style_kind", lang),
        field="kind",
        marks=tuple(Mark(value=k.label(lang), colour=c) for k, c in _KINDS.items()),
    )
    if not judged:
        return (kinds,)
    outcomes = Marks(
        name=text("layer_style_outcome", lang),
        field="outcome",
        marks=tuple(Mark(value=text(f"outcome_{o}", lang), colour=c) for o, c in _OUTCOMES.items()),
    )
    return outcomes, kinds


def _column(result: IndicatorResult) -> str:
    """Return the column of an indicator, one for each way of counting power."""
    return f"{result.indicator}_{result.basis}" if result.basis else result.indicator
