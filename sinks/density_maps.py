"""Density maps of an inventory: the densities of its classes laid out on the pixels, t C/ha."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rasters.density import NO_STRATUM, DensityTable, PixelTerm, write_density
from rasters.density_pixels import DensityPixels, MapLayers, change_of

from .categories import Pool
from .densities import Basis

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from .counting import Counted
    from .densities import Densities, Part
    from .prepare import Prepared

_UNIT = "t C/ha"


def write_density_maps(  # noqa: PLR0913
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
    """
    years = prepared.config.inventory.years
    maps: list[tuple[str, Callable[..., NDArray[np.float32] | None], dict[str, str]]] = []
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

    for year in years:
        maps.append((f"density_{year}.tif", pixels(year, tuple(Pool)), {"YEAR": str(year)}))
    if len(years) > 1:
        living = tuple(p for p in Pool if p is not Pool.SOIL)
        change = change_of(pixels(years[0], living), pixels(years[-1], living))
        maps.append(("density_change.tif", change, {"YEAR": f"{years[0]}-{years[-1]}",
                                                    "POOLS": "+".join(living)}))  # fmt: skip
    try:
        for number, (name, blocks, more) in enumerate(maps):
            write_density(
                folder / name,
                counted.grid,
                blocks,
                tags={**tags, **more, "UNIT": _UNIT},
                workers=workers or 2,
                on_progress=lambda done, total, n=number: on_progress(
                    n * total + done, len(maps) * total
                ),
            )
    finally:
        for made in opened:
            made.close()


def _table(prepared: Prepared, densities: Densities, pools: tuple[Pool, ...]) -> DensityTable:
    """Return the densities of every class and stratum as a table over raw values."""
    raw = {c.code: c.value for c in prepared.products["land_cover"].classes}
    strata = {"none": NO_STRATUM}
    if "stratum" in prepared.products:
        strata |= {c.code: c.value for c in prepared.products["stratum"].classes}
    classes = sorted({(raw[code], strata[s], code, s) for code, s, _ in densities.ways})
    parts = {
        (code, s): [p for pool in pools for p in densities.ways[code, s, pool].parts]
        for _, _, code, s in classes
    }
    bins = len(prepared.edges) + 1
    terms = []
    if "biomass" in prepared.products:
        terms.append(
            PixelTerm(
                name="biomass",
                edges=prepared.edges,
                factors=np.array(
                    [
                        [_sum(parts[c, s], Basis.BIOMASS, b) for b in range(bins)]
                        for _, _, c, s in classes
                    ]
                ),  # fmt: skip
                fallback=np.array([_sum(parts[c, s], Basis.UNMAPPED) for _, _, c, s in classes]),
            )
        )
    if "soil" in prepared.products and Pool.SOIL in pools:
        terms.append(
            PixelTerm(
                name="soil",
                edges=(),
                factors=np.ones((len(classes), 1)),
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
