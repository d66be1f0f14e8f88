"""Filters of false change: which maps are counted in place of the originals, and what it removed.

Two maps that are each right in nine pixels of ten show far more change than there is. Where
the configuration asks for it, changes that do not last (``persistence``) and patches of change
below a unit of area (``minimum_mapping_unit``) are undone, in this order: what flickers would
tear true patches apart. The filtered maps live as long as the run; the originals are the
inputs that are hashed, and filters.csv says how much change each filter took away.

Source: METHOD part G, trap 3.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from rasters import TableSpec, count, covering_grid
from rasters.align import class_layer
from rasters.area import pixel_areas
from rasters.findings import finding
from rasters.grid import same_grid
from rasters.map_series import filter_grid
from rasters.mapping_unit import large_changes
from rasters.persistence import UNJUDGED, lasting_changes

from .accounts.numbers import decimals, divide_half_even
from .export.schemas import SCHEMAS
from .tabulate import MICRO, roll_up
from .units import MM2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from rasters import Counts, Grid, RasterSource, Zones
    from rasters.findings import Finding
    from rasters.layers import ClassLayer

    from .prepare import Prepared
    from .zone_tree import ZoneTree

    Series = Mapping[int, RasterSource]
    """Land cover by year."""

PERSISTENCE, MAPPING_UNIT = "persistence", "minimum_mapping_unit"
"""Names in the column ``filter``."""

_WORKERS = 2  # threads, where the caller leaves it open
_MM2_PER_MICRO_HA = MM2_PER_HA // MICRO
_EXACT = ["zone_code", "filter", "year0", "year1", "before_mm2", "unjudged_mm2", "after_mm2"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filtered:
    """What is counted in place of the land-cover maps."""

    maps: Series
    """Land cover by year."""
    changes: pd.DataFrame
    """For each filter, counted zone and two neighbouring maps the changed area before and after
    it, and of the latter what it could not judge: exact mm2."""


def no_filter() -> pd.DataFrame:
    """Return `Filtered.changes` of a run without filters."""
    return pd.DataFrame(columns=_EXACT)


def check_filters(prepared: Prepared) -> list[Finding]:
    """List why the filters asked for cannot work, or can change nothing, on the maps given."""
    section = prepared.config.filters
    if section is None:
        return []
    where = f"{prepared.path.name}: [filters]"
    years, maps = prepared.config.map_years, _maps(prepared)
    if len(years) < 2:  # noqa: PLR2004  # a change has two sides
        return [finding("sinks", "filter-one-map", value=years[0], where=where)]
    first = maps[years[0]]
    found = [
        finding("sinks", "filter-grid", value=maps[y].path.name, where=where, first=first.path.name)
        for y in years[1:]
        if not same_grid(first.grid, maps[y].grid)
    ]
    least = section.persistence_years
    near = [b - a for a, b in pairwise(years[1:])]
    if least is not None and all(gap > least for gap in near):
        named = ", ".join(str(year) for year in years)
        found.append(
            finding("sinks", "filter-persistence-years", value=least, where=where, years=named)
        )
    unit = section.minimum_mapping_unit_ha
    pixel = pixel_areas(first.grid).smallest / MM2_PER_HA
    if unit is not None and unit <= pixel:
        found.append(
            finding("sinks", "filter-unit-pixel", value=unit, where=where, pixel=f"{pixel:.4g}")
        )
    return found


@contextmanager
def filtered_maps(
    prepared: Prepared,
    folder: Path,
    *,
    workers: int | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Iterator[Filtered | None]:
    """Give the filtered maps of a run while the block lasts, None where no filter is asked for.

    Parameters
    ----------
    prepared
        The run, with maps that `check_filters` accepts.
    folder
        The run's temporary folder; the maps lie in one beside it that begins with its name, so
        that what a killed run leaves is swept away with it.
    workers
        Threads; None for two.
    on_progress
        Called with steps done and steps in all.

    """
    if prepared.config.filters is None:
        yield None
        return
    place = folder.with_name(f"{folder.name}-maps")
    try:
        yield _filtered(prepared, place, workers or _WORKERS, on_progress or _silent)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def filter_table(changes: pd.DataFrame, tree: ZoneTree) -> pd.DataFrame:
    """Return filters.csv.

    Parameters
    ----------
    changes
        `Filtered.changes`.
    tree
        Zones to report.

    Returns
    -------
    DataFrame
        ``filter, zone_code, zone_name, level, year0, year1`` and the Decimals
        ``changed_before_ha, removed_ha, unjudged_ha, changed_after_ha``.

    """
    columns = list(SCHEMAS["filters"].columns)
    if changes.empty:
        return pd.DataFrame(columns=columns)
    keys, measures = ["filter", "year0", "year1"], ["before", "unjudged", "after"]
    fine = changes[["zone_code", *keys]].assign(
        **{
            name: [divide_half_even(int(v), _MM2_PER_MICRO_HA) for v in changes[f"{name}_mm2"]]
            for name in measures
        }
    )
    out = roll_up(fine, keys, measures, tree)
    return out.assign(
        zone_name=out["zone_code"].map(dict(tree.names)),
        changed_before_ha=decimals(out["before"]),
        removed_ha=decimals(out["before"] - out["after"]),
        unjudged_ha=decimals(out["unjudged"]),
        changed_after_ha=decimals(out["after"]),
    )[columns]


def _silent(_done: int, _total: int) -> None:
    """Tell nobody."""


def _maps(prepared: Prepared) -> dict[int, RasterSource]:
    """Return the land cover of every year that has a map."""
    years = prepared.config.map_years
    return {year: prepared.sources["land_cover", year] for year in years}


def _filtered(
    prepared: Prepared, place: Path, workers: int, on_progress: Callable[[int, int], None]
) -> Filtered:
    """Filter the maps into a folder and count the change before and after each filter."""
    section, maps = prepared.config.filters, _maps(prepared)
    assert section is not None  # noqa: S101  # typing
    unit = round((section.minimum_mapping_unit_ha or 0) * MM2_PER_HA)
    sets = _all_zones(prepared)
    reference = maps[prepared.config.inventory.years[0]]
    grid = filter_grid(
        reference, [zones.lonlat_bounds() for zones in sets], maps=len(maps), unit_mm2=unit
    )
    if grid is None:
        return Filtered(maps=maps, changes=no_filter())
    asked = (section.persistence_years is not None) + (unit > 0)
    stages: list[tuple[str, Series, Series]] = []

    def step(done: int, total: int) -> None:
        on_progress(len(stages) * total + done, asked * total)

    current: Series = maps
    if section.persistence_years is not None:
        lasting = lasting_changes(
            current, grid, least_years=section.persistence_years, folder=place / PERSISTENCE,
            workers=workers, on_progress=step,
        )  # fmt: skip
        current = lasting.maps
        stages.append((PERSISTENCE, current, lasting.unjudged))
    if unit:
        current = large_changes(
            current, grid, unit_mm2=unit, folder=place / MAPPING_UNIT, workers=workers,
            on_progress=step,
        )  # fmt: skip
        stages.append((MAPPING_UNIT, current, {}))
    counting = covering_grid(reference.grid, prepared.zones)
    changes = _changes(prepared, counting, [("", maps, {}), *stages], workers)
    return Filtered(maps=current, changes=changes)


def _all_zones(prepared: Prepared) -> list[Zones]:
    """Return every set of zones that is counted."""
    found = [prepared.zones, *(zones for view in prepared.views for zones in view.sets)]
    return found + list(prepared.sink_zones.sets if prepared.sink_zones is not None else ())


def _changes(
    prepared: Prepared,
    grid: Grid,
    stages: list[tuple[str, Series, Series]],
    workers: int,
) -> pd.DataFrame:
    """Count the changed area of each stage over the zones; the first stage is the originals."""
    years = prepared.config.map_years
    layers: dict[tuple[Path, int], ClassLayer] = {}
    tables: list[TableSpec] = []

    def table(*rasters: RasterSource) -> int:
        for raster in rasters:  # a file may hold a band for each year
            layers.setdefault((raster.path, raster.band), class_layer(grid, raster))
        names = list(layers)
        classes = tuple(names.index((raster.path, raster.band)) for raster in rasters)
        tables.append(TableSpec(classes=classes))
        return len(tables) - 1

    planned = [
        (
            name,
            pair,
            table(maps[pair[0]], maps[pair[1]]),
            table(unjudged[pair[1]]) if pair[1] in unjudged else None,
        )
        for name, maps, unjudged in stages
        for pair in pairwise(years)
    ]
    counted = count(
        grid=grid, zones=prepared.zones, classes=list(layers.values()), quantities=[],
        tables=tables, workers=workers,
    )  # fmt: skip
    known = {c.value for c in prepared.products["land_cover"].classes}
    codes = prepared.zones.codes
    records = []
    before: dict[tuple[int, int], list[int]] = {}
    for name, pair, changed, flags in planned:
        after = _changed_mm2(counted[changed], known, len(codes))
        unjudged = _flagged_mm2(counted[flags], len(codes)) if flags is not None else None
        for zone, code in enumerate(codes):
            if name:
                doubt = 0 if unjudged is None else unjudged[zone]
                records.append((code, name, *pair, before[pair][zone], doubt, after[zone]))
        before[pair] = after
    return pd.DataFrame(records, columns=_EXACT)


def _changed_mm2(counts: Counts, known: set[int], zones: int) -> list[int]:
    """Return the area of each zone whose class differs between the two maps of a table."""
    found = [0] * zones
    for zone, (code0, code1), area in zip(
        counts.zone.tolist(), counts.codes.tolist(), counts.area_mm2, strict=True
    ):
        if code0 != code1 and code0 in known and code1 in known:
            found[zone] += area
    return found


def _flagged_mm2(counts: Counts, zones: int) -> list[int]:
    """Return the area of each zone whose change could not be judged."""
    found = [0] * zones
    for zone, (flag,), area in zip(
        counts.zone.tolist(), counts.codes.tolist(), counts.area_mm2, strict=True
    ):
        if flag == UNJUDGED:
            found[zone] += area
    return found
