"""Density maps of an inventory: the densities of its classes laid out on the pixels, t C/ha."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from rasters.density import NO_STRATUM, DensityTable, PixelTerm, write_density
from rasters.density_pixels import DensityPixels, MapLayers, change_of

from .allometry import below_ground_smooth
from .categories import Pool
from .densities import Basis, bin_edges, bin_middles

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from rasters.density import Blocks

    from .counting import Counted
    from .densities import Densities, Part
    from .prepare import Prepared

_UNIT = "t C/ha"


def write_density_maps(
    folder: Path,
    *,
    prepared: Prepared,
    counted: Counted,
    densities: Densities,
    tags: Mapping[str, str],
    workers: int | None,
    on_progress: Callable[[int, int], None],
) -> None:
    """Write ``density_<year>.tif`` and, for two years or more, ``density_change.tif``.

    A density is the sum of the pools that are estimated. The change (first to last year)
    leaves the soil out where one soil map serves both dates, since its change is not known.

    Parameters
    ----------
    folder
        Where the files go.
    prepared, counted
        The run, and the layers of its rasters.
    densities
        The way to the carbon of every class.
    tags
        Metadata of every file; year, pools and unit are added.
    workers
        Threads; None for two.
    on_progress
        Called with blocks done and blocks in all.

    """
    years = prepared.config.inventory.years
    opened: list[DensityPixels] = []

    def pixels(year: int, pools: tuple[Pool, ...]) -> DensityPixels:
        table = _table(prepared, densities, pools)
        amounts = {
            name: layer
            for name, layer in counted.amounts(year).items()
            if any(term.name == name for term in table.terms)
        }
        made = DensityPixels(
            counted.grid,
            prepared.zones,
            MapLayers(code=counted.land_cover[year], stratum=counted.stratum, amounts=amounts),
            table,
        )
        opened.append(made)
        return made

    def part(number: int, done: int, total: int) -> None:
        on_progress(number * total + done, len(maps) * total)

    maps: list[tuple[str, Blocks, dict[str, str]]] = [
        (f"density_{year}.tif", pixels(year, tuple(Pool)), {"YEAR": str(year)}) for year in years
    ]
    if len(years) > 1:
        living = tuple(p for p in Pool if p is not Pool.SOIL)
        change = change_of(pixels(years[0], living), pixels(years[-1], living))
        more = {"YEAR": f"{years[0]}-{years[-1]}", "POOLS": "+".join(living)}
        maps.append(("density_change.tif", change, more))
    try:
        for number, (name, blocks, more) in enumerate(maps):
            write_density(
                folder / name,
                counted.grid,
                blocks,
                tags={**tags, **more, "UNIT": _UNIT},
                workers=workers or 2,
                on_progress=partial(part, number),
            )
    finally:
        for made in opened:
            made.close()


def _table(prepared: Prepared, densities: Densities, pools: tuple[Pool, ...]) -> DensityTable:
    """Return the densities (t C/ha) of classes and strata over raw values.

    A class of which no pool is estimated has no row, so that its pixels are blank and not 0.
    """
    raw = {c.code: c.value for c in prepared.products["land_cover"].classes}
    strata = {"none": NO_STRATUM}
    if "stratum" in prepared.products:
        strata |= {c.code: c.value for c in prepared.products["stratum"].classes}
    parts = {
        (code, s): [p for pool in pools for p in densities.ways[code, s, pool].parts]
        for code, s, _ in densities.ways
    }
    classes = sorted((raw[code], strata[s], code, s) for (code, s), has in parts.items() if has)
    bins = len(prepared.edges) + 1
    terms = []
    if "biomass" in prepared.products:
        t_per_ha = float(prepared.t_per_ha("biomass"))
        smooth = [
            float(below_ground_smooth(middle)) / middle for middle in bin_middles(prepared.edges)
        ]
        ratios = [
            [
                _sum(parts[c, s], Basis.BIOMASS, b) + _sum(parts[c, s], Basis.ROOTS, b) * smooth[b]
                for b in range(bins)
            ]
            for _, _, c, s in classes
        ]
        terms.append(
            PixelTerm(
                name="biomass",
                edges=bin_edges(prepared.edges, t_per_ha=t_per_ha),
                factors=np.array(ratios).reshape(-1, bins) * t_per_ha,
                fallback=np.array([_sum(parts[c, s], Basis.UNMAPPED) for _, _, c, s in classes]),
            )
        )
    if "soil" in prepared.products and Pool.SOIL in pools:
        terms.append(
            PixelTerm(
                name="soil",
                edges=(),
                factors=np.full((len(classes), 1), float(prepared.t_per_ha("soil"))),
                fallback=np.full(len(classes), np.nan),
            )
        )
    return DensityTable(
        keys=tuple((code, stratum) for code, stratum, _, _ in classes),
        base=np.array([_sum(parts[c, s], Basis.AREA) for _, _, c, s in classes]),
        terms=tuple(terms),
    )


def _sum(parts: list[Part], basis: Basis, biomass_bin: int | None = None) -> float:
    """Return the density per unit of a basis, over the parts that stand on it."""
    total = 0.0
    for part in parts:
        if part.basis is basis and part.bin in (None, biomass_bin):
            total += float(np.prod([row.value or 0.0 for row in part.rows]))
    return total
