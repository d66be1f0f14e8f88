"""Which coefficient rows, and which pixels, give the carbon of a class.

For every class and stratum that occurs, and every pool, this resolves the way to its
carbon: a table density times the area, or biomass pixels times a carbon fraction (and a
root:shoot ratio by the class edges of the biomass), or soil pixels. The result is data,
so that the same resolution feeds stocks, changes, density maps and the trace of a figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from rasters.findings import finding

from .categories import Completeness, Ecosystem, Pool
from .errors import CoefficientError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rasters.findings import Finding

    from .coefficient_register import Register
    from .coefficient_rows import Coefficient

_OPTIONAL = (Pool.BGB, Pool.DEAD_WOOD, Pool.LITTER)
_RATIOS = {Pool.DEAD_WOOD: "dead_wood_ratio", Pool.LITTER: "litter_ratio"}
SMOOTH_ROOTS = "smooth_roots"
"""Parameter of a row that states the error of the smooth root form: a factor around 1."""
_ABOVE_EDGE = 1e-6  # t d.m./ha: published classes are closed above (0-75, > 75), bins below


class Basis(StrEnum):
    """What a factor is multiplied with."""

    AREA = "area"
    """The whole area of the class, ha."""
    UNMAPPED = "unmapped"
    """The area of the class where the biomass raster has no data, ha."""
    BIOMASS = "biomass"
    """Sum of the biomass raster over one class of biomass, t d.m."""
    SOIL = "soil"
    """Sum of the soil raster, t C."""
    ROOTS = "roots"
    """Roots of the stands of one biomass class by the smooth form, t d.m."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One product that adds to the carbon of a class: basis x factors."""

    basis: Basis
    """What is multiplied."""
    rows: tuple[Coefficient, ...]
    """The coefficient rows, multiplied with each other."""
    bin: int | None = None
    """Biomass class, for ``Basis.BIOMASS`` and ``Basis.ROOTS``; None: all classes together."""

    @property
    def assumes_roots(self) -> bool:
        """Whether roots follow the smooth form and no coefficient row states its error."""
        return self.basis is Basis.ROOTS and all(r.parameter != SMOOTH_ROOTS for r in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolDensity:
    """The way to the carbon of one pool of one class and stratum."""

    completeness: Completeness
    """``estimated``, or why there is no figure."""
    parts: tuple[Part, ...] = ()
    """Empty where there is no figure; a pool included elsewhere (IE) has a stated zero."""


Key = tuple[str, str, Pool]
"""Class code, stratum, pool."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Densities:
    """The ways to the carbon of every class, stratum and pool that occurs."""

    ways: Mapping[Key, PoolDensity]
    """By class code, stratum and pool."""
    depth_cm: str
    """Depth of the soil pool, such as ``0-100``; blank where no soil is estimated."""

    def not_estimated(self, ecosystems: Mapping[str, Ecosystem]) -> list[tuple[Pool, Ecosystem]]:
        """Return the pools of ecosystems with area that no class has an estimate of."""
        by_cell: dict[tuple[Pool, Ecosystem], set[bool]] = {}
        for (code, _, pool), way in self.ways.items():
            by_cell.setdefault((pool, ecosystems[code]), set()).add(bool(way.parts))
        return sorted(cell for cell, seen in by_cell.items() if True not in seen)

    def mapped(self, ecosystems: Mapping[str, Ecosystem]) -> frozenset[tuple[str, str]]:
        """Return the ecosystems and pools of which a class has its carbon from biomass pixels."""
        return frozenset(
            (str(ecosystems[code]), str(pool))
            for (code, _, pool), way in self.ways.items()
            if any(part.basis in (Basis.BIOMASS, Basis.ROOTS) for part in way.parts)
        )

    def rows(self) -> tuple[Coefficient, ...]:
        """Return every coefficient row used, once, in order of table and row."""
        used = {
            (row.table, row.row): row
            for way in self.ways.values()
            for part in way.parts
            for row in part.rows
        }
        return tuple(used[key] for key in sorted(used))


def resolve(
    areas_ha: Mapping[tuple[str, str], float],
    *,
    ecosystems: Mapping[str, Ecosystem],
    register: Register,
    estimated: Iterable[Ecosystem],
    biomass: Iterable[Ecosystem],
    edges: Sequence[float],
    soil_map_depth: str | None,
    smooth_roots: bool = False,
) -> tuple[Densities, list[Finding]]:
    """Resolve every class, stratum and pool to coefficient rows and pixels.

    Parameters
    ----------
    areas_ha
        Area by class code and stratum, over all years; only classes with area are resolved.
    ecosystems
        Ecosystem of each class code.
    register
        Coefficient rows; the most specific wins.
    estimated
        Ecosystems that ``[methods]`` names.
    biomass
        Ecosystems whose above-ground biomass comes from pixels where it is given.
    edges
        Class edges of the biomass in t d.m./ha, ascending; n edges make n + 1 bins.
    soil_map_depth
        Depth of the soil map, or None where soil comes from the tables.
    smooth_roots
        Whether roots follow mapped biomass by the smooth form instead of root:shoot rows.

    Returns
    -------
    densities, findings
        A finding of severity error for every class and pool that lacks a required row.

    Raises
    ------
    CoefficientError
        If the classes of a root:shoot ladder leave a biomass out, or rows of several depths
        or editions answer equally well.

    """
    named, mapped = set(estimated), set(biomass)
    depth = soil_map_depth or _only_soil_depth(register)
    classes = sorted(key for key, area in areas_ha.items() if area > 0)
    ways: dict[Key, PoolDensity] = {}
    for code, stratum in classes:
        ecosystem = ecosystems[code]
        for pool in Pool:
            if pool is Pool.SOIL:
                way = _soil(register, code, ecosystem, stratum, depth, by_map=soil_map_depth)
            elif ecosystem not in named:
                way = PoolDensity(completeness=Completeness.NE)
            elif ecosystem in mapped and pool in (Pool.AGB, Pool.BGB):
                way = _from_pixels(
                    register, code, ecosystem, stratum, pool, edges, smooth=smooth_roots
                )
            else:
                way = _from_table(register, code, ecosystem, stratum, pool)
                if way is None and ecosystem in mapped and pool in _RATIOS:
                    way = _from_ratio(register, code, ecosystem, stratum, pool)
            if way is not None:
                ways[code, stratum, pool] = way
    findings = list(_missing(areas_ha, classes, ways, ecosystems, named))
    for code, stratum in classes:
        for pool in Pool:
            ways.setdefault((code, stratum, pool), PoolDensity(completeness=Completeness.NE))
    return Densities(ways=ways, depth_cm=depth or ""), findings


def root_shoot_edges(
    register: Register,
    *,
    codes: Mapping[str, Ecosystem],
    mapped: Iterable[Ecosystem],
    strata: Iterable[str],
) -> tuple[float, ...]:
    """Return the biomass class edges (t d.m./ha, ascending) that any root:shoot row needs.

    Parameters
    ----------
    register
        Coefficient rows.
    codes
        Ecosystem of every class code of the legend.
    mapped
        Ecosystems whose biomass comes from pixels; others need no edges.
    strata
        Every stratum that may occur, ``none`` included.

    """
    wanted = set(mapped)
    edges: set[float] = set()
    for code, ecosystem in codes.items():
        if ecosystem in wanted:
            for stratum in strata:
                for row in register.classes(
                    parameter="root_shoot",
                    pool=Pool.BGB,
                    code=code,
                    ecosystem=ecosystem,
                    stratum=stratum,
                ):
                    edges |= {e for e in (row.class_from, row.class_to) if e is not None and e > 0}
    return tuple(sorted(e for e in edges if e != float("inf")))


def bin_edges(edges: Sequence[float], *, t_per_ha: float) -> tuple[float, ...]:
    """Return class edges as edges of the bins of a biomass raster.

    Parameters
    ----------
    edges
        Edges of published classes, t d.m./ha; a class holds its upper edge.
    t_per_ha
        t d.m./ha in one unit of the raster.

    Returns
    -------
    tuple of float
        In the unit of the raster; a bin holds its lower edge, hence just above the class's.

    Examples
    --------
    >>> [round(edge, 9) for edge in bin_edges([75.0], t_per_ha=10.0)]
    [7.5000001]

    """
    return tuple((edge + _ABOVE_EDGE) / t_per_ha for edge in edges)


def _from_table(
    register: Register,
    code: str,
    ecosystem: Ecosystem,
    stratum: str,
    pool: Pool,
    basis: Basis = Basis.AREA,
) -> PoolDensity | None:
    """Return the table way of a pool; None where no row says anything."""
    row = register.lookup(
        parameter="density", pool=pool, code=code, ecosystem=ecosystem, stratum=stratum
    )
    return _from_row(row, basis)


def _from_pixels(
    register: Register,
    code: str,
    ecosystem: Ecosystem,
    stratum: str,
    pool: Pool,
    edges: Sequence[float],
    *,
    smooth: bool,
) -> PoolDensity | None:
    """Return biomass pixels x carbon fraction (x root:shoot), the table where they are missing."""
    table = _from_table(register, code, ecosystem, stratum, pool, Basis.UNMAPPED)
    fraction = register.lookup(
        parameter="carbon_fraction", pool=pool, code=code, ecosystem=ecosystem, stratum=stratum
    )
    if fraction is None or fraction.value is None:
        return None
    if pool is Pool.AGB:
        pixels: tuple[Part, ...] = (Part(basis=Basis.BIOMASS, rows=(fraction,)),)
    elif smooth:
        error = register.lookup(
            parameter=SMOOTH_ROOTS, pool=pool, code=code, ecosystem=ecosystem, stratum=stratum
        )
        rows = (fraction,) if error is None else (error, fraction)
        pixels = tuple(
            Part(basis=Basis.ROOTS, rows=rows, bin=number) for number in range(len(edges) + 1)
        )
    else:
        ratios = register.classes(
            parameter="root_shoot", pool=pool, code=code, ecosystem=ecosystem, stratum=stratum
        )
        if not ratios:
            return _from_table(register, code, ecosystem, stratum, pool)
        absent = next((row for row in ratios if row.value is None), None)
        if absent is not None:
            return _from_row(absent, Basis.BIOMASS)
        if len(ratios) == 1 and ratios[0].class_from is None and ratios[0].class_to is None:
            pixels = (Part(basis=Basis.BIOMASS, rows=(ratios[0], fraction)),)
        else:
            pixels = tuple(
                Part(basis=Basis.BIOMASS, rows=(_ratio_of(ratios, middle), fraction), bin=number)
                for number, middle in enumerate(bin_middles(edges))
            )
    fallback = table.parts if table is not None else ()
    return PoolDensity(completeness=Completeness.ESTIMATED, parts=(*pixels, *fallback))


def _from_ratio(
    register: Register, code: str, ecosystem: Ecosystem, stratum: str, pool: Pool
) -> PoolDensity | None:
    """Return dead organic matter as a share of the biomass pixels (METHOD A6).

    Where pixels are missing the share is taken of the above-ground carbon of the table, as if
    the pool had the carbon fraction of the trees.
    """
    lookup = partial(register.lookup, code=code, ecosystem=ecosystem, stratum=stratum)
    ratio = lookup(parameter=_RATIOS[pool], pool=pool)
    fraction = lookup(parameter="carbon_fraction", pool=pool)
    if ratio is None or fraction is None or None in (ratio.value, fraction.value):
        return None
    trees = lookup(parameter="density", pool=Pool.AGB)
    parts = [Part(basis=Basis.BIOMASS, rows=(ratio, fraction))]
    if trees is not None and trees.value is not None:
        parts.append(Part(basis=Basis.UNMAPPED, rows=(trees, ratio)))
    return PoolDensity(completeness=Completeness.ESTIMATED, parts=tuple(parts))


def _soil(
    register: Register,
    code: str,
    ecosystem: Ecosystem,
    stratum: str,
    depth: str | None,
    *,
    by_map: str | None,
) -> PoolDensity | None:
    """Return the soil way: the map where one is given, else the table density."""
    if by_map is not None:
        part = Part(basis=Basis.SOIL, rows=())
        return PoolDensity(completeness=Completeness.ESTIMATED, parts=(part,))
    if depth is None:
        return None
    row = register.lookup(
        parameter="density",
        pool=Pool.SOIL,
        code=code,
        ecosystem=ecosystem,
        stratum=stratum,
        depth_cm=depth,
    )
    return _from_row(row, Basis.AREA)


def _from_row(row: Coefficient | None, basis: Basis) -> PoolDensity | None:
    """Return the way of a density row: its value, or the notation key that it declares."""
    if row is None:
        return None
    declared = row.completeness or Completeness.ESTIMATED
    if row.value is None:
        absent = Completeness.NE if declared is Completeness.ESTIMATED else declared
        return PoolDensity(completeness=absent)
    return PoolDensity(completeness=declared, parts=(Part(basis=basis, rows=(row,)),))


def _only_soil_depth(register: Register) -> str | None:
    """Return the single depth of the soil densities, or None where there is none."""
    depths = register.soil_depths()
    return depths[0] if len(depths) == 1 else None


def bin_middles(edges: Sequence[float]) -> list[float]:
    """Return one biomass inside each bin, t d.m./ha."""
    bounds = [0.0, *edges, (edges[-1] if edges else 0.0) + 2.0]
    return [(a + b) / 2 for a, b in pairwise(bounds)]


def _ratio_of(ratios: Sequence[Coefficient], biomass: float) -> Coefficient:
    """Return the root:shoot row whose class holds ``biomass`` (t d.m./ha)."""
    for row in ratios:
        if row.holds(biomass):
            return row
    raise CoefficientError(
        f"no root_shoot row holds a biomass of {biomass:g} t d.m./ha; the classes of "
        f"{ratios[0].where} and the rows like it must meet, from 0 to an open upper end"
    )


def _missing(
    areas_ha: Mapping[tuple[str, str], float],
    classes: Sequence[tuple[str, str]],
    ways: Mapping[Key, PoolDensity],
    ecosystems: Mapping[str, Ecosystem],
    named: set[Ecosystem],
) -> Iterable[Finding]:
    """Yield a finding for every class and pool that must have a row and has none."""
    given = {(ecosystems[code], pool) for (code, _, pool), way in ways.items() if way.parts}
    for code, stratum in classes:
        ecosystem = ecosystems[code]
        if ecosystem not in named:
            continue
        needed = [Pool.AGB, Pool.SOIL, *(p for p in _OPTIONAL if (ecosystem, p) in given)]
        for pool in needed:
            if (code, stratum, pool) not in ways:
                yield finding(
                    "sinks",
                    "coefficient-missing",
                    value=code,
                    where=f"class {code}, stratum {stratum}, pool {pool}",
                    ecosystem=ecosystem,
                    stratum=stratum,
                    pool=pool,
                    area=f"{areas_ha[code, stratum]:,.2f}",
                )
