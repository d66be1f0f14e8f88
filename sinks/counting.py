"""From a prepared run to its activity table: which layers are counted, and on which grid."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Geod

from rasters import covering_grid, cross_tabulate
from rasters.align import check_alignment, class_layer, quantity_layer
from rasters.findings import finding
from rasters.versions import raster_versions

from .densities import bin_edges
from .filters import check_filters, no_filter
from .productivity import FLOW_SECTIONS, used_years
from .units import MM2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from rasters import Grid, RasterSource
    from rasters.findings import Finding
    from rasters.layers import ClassLayer, QuantityLayer

    from .filters import Filtered
    from .prepare import Prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What the rasters gave, and the layers for drawing them."""

    activity: pd.DataFrame
    """The activity table."""
    views: pd.DataFrame
    """The activity rows of the views."""
    history: pd.DataFrame
    """Areas by class at every two neighbouring maps, years without an inventory too:
    ``zone_code, year0, year1, code0, code1, stratum, area_mm2``, exact integers."""
    views_history: pd.DataFrame
    """The same of the views."""
    scales: Mapping[str, float]
    """What one unit of each exact quantity sum is worth in t d.m. or t C, of flows a year."""
    filtered: pd.DataFrame
    """What the filters of false change removed; see `filters.Filtered`."""
    polygon_m2: Mapping[str, float]
    """Ellipsoidal area of each counted zone, measured on its polygon."""
    geodesic_m2: Mapping[str, float]
    """Geodesic area of each reported zone (edges as geodesics)."""
    findings: list[Finding]
    """What only the pixels could show, such as a year without any class."""
    synthetic: bool
    """Whether a raster says that it is synthetic."""
    versions: Mapping[str, str]
    """Versions of the raster library."""
    grid: Grid
    """The grid that was counted on."""
    land_cover: Mapping[int, ClassLayer]
    """Land cover by year."""
    stratum: ClassLayer | None
    """Stratum, if any."""
    biomass: Mapping[int, QuantityLayer]
    """Biomass by year."""
    soil: QuantityLayer | None
    """Soil, if any."""

    def amounts(self, year: int) -> dict[str, QuantityLayer]:
        """Return the rasters of amounts of a year by the names of the density map's terms."""
        found = {"biomass": self.biomass[year]} if year in self.biomass else {}
        return found if self.soil is None else found | {"soil": self.soil}


def check_layers(prepared: Prepared) -> list[Finding]:
    """Say how each raster comes to the reference grid, or that it, or a filter, does not fit."""
    reference = _reference(prepared)
    found = [
        found
        for source in prepared.sources.values()
        for found in check_alignment(reference.grid, source)
    ]
    return found + check_filters(prepared)


def count_activity(
    prepared: Prepared,
    *,
    filtered: Filtered | None = None,
    workers: int | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Counted:
    """Count the rasters of a prepared run over its zones, reading each once.

    Parameters
    ----------
    prepared
        The run.
    filtered
        Maps counted in place of the land cover, from `filters.filtered_maps`, where the
        configuration asks for filters.
    workers
        Threads; None for one per core. The result does not depend on it.
    on_progress
        Called with blocks done and blocks in all.

    Raises
    ------
    RefusedError
        For unknown codes, negative amounts and unreadable blocks.
    ValueError
        If the configuration asks for filters and no filtered maps are given.

    """
    if (prepared.config.filters is None) != (filtered is None):
        raise ValueError("filtered maps are counted where [filters] asks for them, and only there")
    view_sets = [zones for view in prepared.views for zones in view.sets]
    view_sets += prepared.sink_zones.sets if prepared.sink_zones is not None else ()
    grid = _reference(prepared).grid
    for zones in (prepared.zones, *view_sets):
        grid = covering_grid(grid, zones)
    sources = prepared.sources
    config, years = prepared.config, prepared.config.inventory.years
    maps = {year: sources["land_cover", year] for year in config.map_years}
    if filtered is not None:
        maps |= filtered.maps
    land_cover = {year: class_layer(grid, source) for year, source in maps.items()}
    biomass: dict[int, QuantityLayer] = {}
    if "biomass" in prepared.products:
        edges = bin_edges(prepared.edges, t_per_ha=float(prepared.t_per_ha("biomass")))
        biomass = {
            year: quantity_layer(grid, sources["biomass", year], edges=edges) for year in years
        }
    stratum = class_layer(grid, sources["stratum", None]) if ("stratum", None) in sources else None
    soil = quantity_layer(grid, sources["soil", None]) if ("soil", None) in sources else None
    flows = {
        name: {
            year: quantity_layer(grid, sources[section, year])
            for year in used_years(config)
            if (section, year) in sources
        }
        for name, section in FLOW_SECTIONS.items()
    }
    products = prepared.products
    counted = cross_tabulate(
        grid=grid,
        zones=prepared.zones,
        views=view_sets,
        land_cover=land_cover,
        codes={c.value: c.code for c in products["land_cover"].classes},
        years=years,
        stratum=stratum,
        strata={c.value: c.code for c in products["stratum"].classes}
        if "stratum" in products
        else None,
        agb=biomass,
        soil=soil,
        flows=flows,
        workers=workers,
        on_progress=on_progress,
    )
    activity, views = _apart(counted.activity, prepared.zones.codes)
    history, views_history = _apart(counted.history, prepared.zones.codes)
    return Counted(
        activity=activity,
        views=views,
        history=history,
        views_history=views_history,
        scales=_scales(activity, prepared),
        filtered=no_filter() if filtered is None else filtered.changes,
        polygon_m2=dict(zip(prepared.zones.codes, prepared.zones.areas_m2(), strict=True)),
        geodesic_m2=_geodesic(prepared),
        findings=_empty_years(activity, history, config.map_years),
        synthetic=any(source.synthetic for source in sources.values()),
        versions=raster_versions(),
        grid=grid,
        land_cover=land_cover,
        stratum=stratum,
        biomass=biomass,
        soil=soil,
    )


def _apart(
    activity: pd.DataFrame, zone_codes: tuple[str, ...]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of the zones and those of the views."""
    own = activity["zone_code"].isin(zone_codes)
    parts = activity[own].reset_index(drop=True), activity[~own].reset_index(drop=True)
    for part in parts:
        part.attrs = activity.attrs
    return parts


def _reference(prepared: Prepared) -> RasterSource:
    """Return the first land cover, whose grid is the reference."""
    return prepared.sources["land_cover", prepared.config.inventory.years[0]]


def _scales(activity: pd.DataFrame, prepared: Prepared) -> dict[str, float]:
    """Return what one unit of each exact sum is worth in t d.m. (biomass), t C or t C/yr."""
    return {
        role: float(Fraction(text) * prepared.t_per_ha(_section(role)) / MM2_PER_HA)
        for role, text in activity.attrs["quanta"].items()
    }


def _section(role: str) -> str:
    """Return the section of the config that a quantity comes from."""
    name = role.rstrip("0123456789")
    return FLOW_SECTIONS.get(name, "biomass" if name == "agb" else name)


def _geodesic(prepared: Prepared) -> dict[str, float]:
    """Return the geodesic area (m2) of each reported zone, where the zones are in degrees."""
    zones = prepared.zones
    if not zones.crs.is_geographic:
        return {}
    geod = Geod(ellps="WGS84")
    own = {
        code: abs(geod.geometry_area_perimeter(shapely.orient_polygons(shape))[0])
        for code, shape in zip(zones.codes, zones.geometry, strict=True)
    }
    found: dict[str, float] = {}
    for level in prepared.tree.levels:
        for code, ancestor in prepared.tree.ancestors[level].items():
            found[ancestor] = found.get(ancestor, 0.0) + own[code]
    return found


def _empty_years(
    activity: pd.DataFrame, history: pd.DataFrame, years: tuple[int, ...]
) -> list[Finding]:
    """Refuse a year whose raster has no class in any zone."""
    tables = (activity, history)
    found = []
    for year in years:
        seen = False
        for table, which in ((table, which) for table in tables for which in (0, 1)):
            rows = table[table[f"year{which}"].eq(year).fillna(value=False).astype(bool)]
            seen |= bool((~np.isin(rows[f"code{which}"], ["nodata", "outside"])).any())
        if not seen:
            found.append(finding("sinks", "year-without-classes", value=year, where=str(year)))
    return found
