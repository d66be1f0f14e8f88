"""The zones of every level with their results, as layers that open coloured in QGIS.

The density is the stock of all ecosystems over their area; the sink is that of forest,
shrub, grassland and wetland, the scope that an assessment uses. Both are per hectare, so
that a large league is not dark for its size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sinks.errors import ResultError

from .cells import clean_text, is_missing, rounded, whole
from .layers import Layer, write_layers
from .style import Style, diverging, sequential
from .words import Words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from .meta import LevelName, Meta

__all__ = ["write_geopackage"]

_ZONE_COLUMNS = ("code", "level", "name_zh", "name_en")
_SINK_SCOPE = "forest_grassland_wetland"
_STOCK = {
    "density": "density_t_c_ha_{year}",
    "stock": "stock_t_c_{year}",
    "stock_low": "stock_low_t_c_{year}",
    "stock_high": "stock_high_t_c_{year}",
}
_SINK = {
    "sink_per_ha": "sink_t_co2_ha_yr_{period}",
    "sink": "sink_t_co2_yr_{period}",
    "sink_low": "sink_low_t_co2_yr_{period}",
    "sink_high": "sink_high_t_co2_yr_{period}",
    "verdict": "verdict_{period}",
}


def write_geopackage(
    path: Path,
    zones: gpd.GeoDataFrame,
    stocks: pd.DataFrame,
    totals: pd.DataFrame,
    *,
    meta: Meta,
    lang: str = "zh",
    extra_layers: Sequence[Layer] = (),
) -> None:
    """Write ``inventory.gpkg``: one layer per level with results, then the extra layers.

    Parameters
    ----------
    path
        File to write; must not exist.
    zones
        ``code, level, name_zh, name_en`` and polygons, with a CRS. Zones of levels that the
        run does not report, and zones without results, are left out.
    stocks, totals
        The contract's frames.
    meta
        Levels, years, status and run id.
    lang
        zh or en, for headings.
    extra_layers
        Layers of other parts, such as parks.

    Raises
    ------
    ResultError
        If the zones lack a column or a CRS, or no zone has results.

    """
    missing = [name for name in _ZONE_COLUMNS if name not in zones.columns]
    if missing or zones.crs is None:
        raise ResultError(f"zones lack the columns {missing} or a CRS ({zones.crs})")
    words = Words(lang=lang)
    cells, headings = _results(stocks, totals, words)
    layers = []
    for level in meta.levels:
        has = np.array([(level.id, str(code)) in cells for code in zones["code"]], dtype=bool)
        mine = zones[(zones["level"] == level.id).to_numpy() & has].sort_values("code")
        if not mine.empty:
            layers.append(_layer(level, mine, cells, headings, meta, words))
    if not layers:
        raise ResultError(f"no zone of the levels {[at.id for at in meta.levels]} has results")
    write_layers(path, [*layers, *extra_layers])


def _results(
    stocks: pd.DataFrame, totals: pd.DataFrame, words: Words
) -> tuple[dict[tuple[str, str], dict[str, object]], dict[str, str]]:
    """Return the result columns by (level, zone), and the heading of each column."""
    cells: dict[tuple[str, str], dict[str, object]] = {}
    headings = {"area_ha": words("layer", "area_ha")}
    areas = _areas(stocks)
    stock = totals[(totals["quantity"] == "stock") & (totals["scope"] == "all")]
    for row in stock.sort_values("year1").to_dict("records"):
        zone, year = (str(row["level"]), str(row["zone_code"])), whole(row["year1"])
        area, value = areas.get((*zone, year)), _number(row["value_t_c"])
        found = (_ratio(value, area), value, _number(row["low_t_c"]), _number(row["high_t_c"]))
        names = {key: column.format(year=year) for key, column in _STOCK.items()}
        cells.setdefault(zone, {}).update(
            {"area_ha": area, **dict(zip(names.values(), found, strict=True))}
        )
        headings |= {name: words("layer", key, year=year) for key, name in names.items()}
    change = totals[(totals["quantity"] == "change") & (totals["scope"] == _SINK_SCOPE)]
    for row in change.sort_values(["year0", "year1"]).to_dict("records"):
        zone, years = (str(row["level"]), str(row["zone_code"])), (row["year0"], row["year1"])
        year0, year1 = map(whole, years)
        sink, low, high = (_number(row[f"{k}_t_co2_per_year"]) for k in ("sink", "low", "high"))
        per_ha = _ratio(sink, areas.get((*zone, year1)))
        names = {key: column.format(period=f"{year0}_{year1}") for key, column in _SINK.items()}
        found_sink = (per_ha, sink, low, high, str(row["verdict"]))
        cells.setdefault(zone, {}).update(zip(names.values(), found_sink, strict=True))
        period = f"{year0}—{year1}"
        headings |= {name: words("layer", key, period=period) for key, name in names.items()}
    return cells, headings


def _layer(
    level: LevelName,
    zones: gpd.GeoDataFrame,
    cells: Mapping[tuple[str, str], Mapping[str, object]],
    headings: Mapping[str, str],
    meta: Meta,
    words: Words,
) -> Layer:
    """Return the layer of one level."""
    codes = zones["code"].astype(str).tolist()
    columns: dict[str, object] = {"code": [clean_text(code) for code in codes]}
    for name in ("name_zh", "name_en"):
        columns[name] = [None if is_missing(v) else clean_text(v) for v in zones[name]]
    for name in headings:
        columns[name] = [cells[level.id, code].get(name) for code in codes]
    columns |= {"status": meta.status, "run_id": meta.run_id}
    outlines = zones.geometry.to_numpy()
    whole_outlines = [
        shapely.multipolygons([shape]) if shape.geom_type == "Polygon" else shape
        for shape in outlines
    ]
    frame = gpd.GeoDataFrame(columns, geometry=whole_outlines, crs=zones.crs)
    ends = {name: words("layer", name) for name in ("status", "run_id")}
    begin = {name: words("layer", name) for name in ("code", "name_zh", "name_en")}
    return Layer(
        name=f"carbon_{level.id}",
        title=level.name.in_(words.lang),
        frame=frame,
        aliases={**begin, **headings, **ends},
        styles=_styles(frame, meta, words),
    )


def _styles(frame: gpd.GeoDataFrame, meta: Meta, words: Words) -> tuple[Style, ...]:
    """Return the stock density of the last year as default, and the sink of the whole period."""
    last = meta.years[-1]
    density = _STOCK["density"].format(year=last)
    styles = []
    if density in frame:
        name = words("layer", "style_density", year=last)
        styles.append(sequential(name, density, _known(frame[density])))
    sink = _SINK["sink_per_ha"].format(period=f"{meta.years[0]}_{last}")
    if sink in frame:
        name = words("layer", "style_sink", period=f"{meta.years[0]}—{last}")
        styles.append(diverging(name, sink, _known(frame[sink])))
    return tuple(styles)


def _areas(stocks: pd.DataFrame) -> dict[tuple[str, str, int], float]:
    """Return ha by (level, zone, year): the area of an ecosystem stands on each of its pools."""
    keys = ["level", "zone_code", "year", "ecosystem"]
    areas: dict[tuple[str, str, int], float] = {}
    for row in stocks.drop_duplicates(keys).to_dict("records"):
        key = (str(row["level"]), str(row["zone_code"]), whole(row["year"]))
        areas[key] = areas.get(key, 0.0) + (_number(row["area_ha"]) or 0.0)
    return areas


def _number(value: object) -> float | None:
    """Return a number as the CSV has it, or None."""
    return None if is_missing(value) else float(rounded(value))


def _ratio(value: float | None, area: float | None) -> float | None:
    """Return a value per hectare, None without a value or an area."""
    return value / area if value is not None and area else None


def _known(values: pd.Series) -> list[float]:
    """Return the numbers of a column."""
    return [float(v) for v in pd.to_numeric(values) if np.isfinite(v)]
