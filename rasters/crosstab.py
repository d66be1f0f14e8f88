"""The activity table: areas and sums of quantities by zone, class at two dates and stratum.

This table is the seam between pixels and accounting. Everything after it is table arithmetic,
and whatever can fill it can be accounted for: rasters do it here; survey layers and statistics
by zone are further sources of the same columns.

==================== =====================================================================
``zone_code``        code of the zone, at the finest level of a region
``year0``, ``year1`` the two dates; ``year1`` is missing in an inventory of one year
``code0``, ``code1`` class codes of the product; ``nodata`` where the raster has no
                     observation, ``outside`` beyond its extent; ``code1`` as ``year1``
``stratum``          code of the stratum, ``none`` where there is none
``pixels_2p32``      covered pixels of the reference grid, in units of 2^-32
``area_mm2``         area on the ellipsoid, mm2
``R_bI_area_mm2``    area with a value of quantity R in its class of amount I, mm2
``R_bI_sum``         sum over that area of mm2 x value, in quanta of R
==================== =====================================================================

Quantities R are ``agb0`` and ``agb1`` (above-ground biomass at the two dates), ``soil``, and
flows by their year, such as ``npp2021``. The numbers are Python integers of any size.
``table.attrs["quanta"][R]`` is what one quantum is worth in the product's unit, as
"numerator/denominator", so that ``sum * quantum * 1e-10`` is unit x ha;
``table.attrs["edges"][R]`` are the edges of the classes of amount, in quanta.

Three or more years give a block of rows for each pair of neighbours, and for first to last.

The history has the first six columns and ``area_mm2`` for every two neighbouring maps, those
of years before and between the inventory's too: soils and filters need the conversions of
years that no inventory is made of. It is counted in the same pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

from .activity_file import KEYS, typed_table
from .engine import NODATA, OUTSIDE_EXTENT, TableSpec, count
from .errors import RefusedError
from .findings import finding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from fractions import Fraction

    from .engine import Counts
    from .grid import Grid
    from .layers import ClassLayer, QuantityLayer
    from .zones import Zones

    Pair = tuple[int, int | None]
    """The two years of a row; None where there is one year only."""

NODATA_CODE = "nodata"
"""Class code of pixels without an observation."""

OUTSIDE_CODE = "outside"
"""Class code of pixels beyond the raster."""

NO_STRATUM = "none"
"""Stratum of rows without one."""

_MM2_PER_HA = 10**10


@dataclass(frozen=True, slots=True, kw_only=True)
class Crosstab:
    """What one pass over the rasters gives."""

    activity: pd.DataFrame
    """The activity table."""
    history: pd.DataFrame
    """Areas by class at every two neighbouring maps, over zones and views:
    ``zone_code, year0, year1, code0, code1, stratum, area_mm2``; empty for a single map."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """One block of rows to count."""

    pair: Pair
    """Its two years."""
    spec: TableSpec
    """What the engine counts for it."""
    roles: tuple[str, ...] = ()
    """Names of its quantities, in the order of the spec."""
    activity: bool = True
    """Whether it is part of the activity table, or of the history alone."""


def cross_tabulate(  # noqa: PLR0913  # one keyword for each input of a run
    *,
    grid: Grid,
    zones: Zones,
    views: Sequence[Zones] = (),
    land_cover: Mapping[int, ClassLayer],
    codes: Mapping[int, str],
    years: Sequence[int] | None = None,
    stratum: ClassLayer | None = None,
    strata: Mapping[int, str] | None = None,
    agb: Mapping[int, QuantityLayer] | None = None,
    soil: QuantityLayer | None = None,
    flows: Mapping[str, Mapping[int, QuantityLayer]] | None = None,
    workers: int | None = None,
    block: tuple[int, int] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Crosstab:
    """Count rasters over zones into the activity table; every raster is read once.

    Parameters
    ----------
    grid
        Reference grid that holds all zones: the first land cover's, through `covering_grid`.
    zones
        Checked zones of the finest level.
    views
        Further sets of zones, counted in the same pass; they may overlap the zones and one
        another, and their codes must differ from all others.
    land_cover
        Year to land cover, brought to ``grid``.
    codes
        Raw value to class code of the land-cover product.
    years
        Years of the inventory, whose pairs carry the quantities; None: every land cover's. The
        maps of all other years enter the history alone.
    stratum, strata
        Class raster that splits the rows, and its raw values to codes.
    agb
        Year to above-ground biomass; years outside the inventory are not read.
    soil
        Soil carbon density.
    flows
        Name to year to a flow of that year, such as net primary production: the quantity
        ``<name><year>`` of every pair whose period (year0, year1] holds the year. Years that
        no pair holds are not read.
    workers, block, on_progress
        See `rasters.engine.count`.

    Returns
    -------
    Crosstab
        Tables as the module describes, sorted; rows without area are left out.

    Raises
    ------
    RefusedError
        ``engine-unknown-class`` for every raw value without a code, ``engine-negative`` for
        every quantity with negative values, ``crosstab-quantum`` if biomass is not in the same
        unit every year; and those of `rasters.engine.count`.

    """
    maps = sorted(land_cover)
    pairs = year_pairs(maps if years is None else years)
    read = {year for pair in pairs for year in pair if year is not None}
    amounts: dict[tuple[str, int | None], QuantityLayer] = {
        ("agb", year): layer for year, layer in sorted((agb or {}).items()) if year in read
    }
    _check_quanta(list(amounts.values()))
    if soil is not None:
        amounts["soil", None] = soil
    for name, by_year in sorted((flows or {}).items()):
        held = {year for year in by_year for pair in pairs if _within(year, pair)}
        amounts |= {(name, year): by_year[year] for year in sorted(held)}
    blocks = _blocks(pairs, maps, list(amounts), split=stratum is not None)
    classes = [land_cover[year] for year in maps] + ([] if stratum is None else [stratum])
    counted = count(
        grid=grid,
        zones=[zones, *views],
        classes=classes,
        quantities=list(amounts.values()),
        tables=[b.spec for b in blocks],
        workers=workers,
        block=block,
        on_progress=on_progress,
    )
    _check_counts(counted)
    words = [codes] * len(maps) + ([] if stratum is None else [strata or {}])
    zone_codes = [code for one in (zones, *views) for code in one.codes]
    filled = list(zip(blocks, counted, strict=True))
    facts = {
        role: list(amounts.values())[q]
        for b in blocks
        for role, q in zip(b.roles, b.spec.quantities, strict=True)
    }
    return Crosstab(
        activity=_activity(filled, facts, words, zone_codes),
        history=_history(filled, maps, words, zone_codes),
    )


def year_pairs(years: Sequence[int]) -> list[tuple[int, int | None]]:
    """Return the pairs that are compared: neighbours, and first to last of three and more.

    Examples
    --------
    >>> year_pairs([2010, 2015, 2020])
    [(2010, 2015), (2015, 2020), (2010, 2020)]
    >>> year_pairs([2019])
    [(2019, None)]

    """
    ordered = sorted(years)
    if len(ordered) == 1:
        return [(ordered[0], None)]
    pairs: list[tuple[int, int | None]] = list(pairwise(ordered))
    return [*pairs, (ordered[0], ordered[-1])] if len(pairs) > 1 else pairs


def areas_by_year(table: pd.DataFrame) -> pd.DataFrame:
    """Return pixels and area of every zone, year, class and stratum, each year once.

    Parameters
    ----------
    table
        An activity table.

    Returns
    -------
    DataFrame
        ``zone_code, year, code, stratum, pixels_2p32, area_mm2``, sorted by the first four.

    """
    pieces: list[pd.DataFrame] = []
    seen: set[int] = set()
    for side in ("0", "1"):
        years = sorted({int(y) for y in table[f"year{side}"].dropna()} - seen)
        seen |= set(years)
        for year in years:
            rows = table[(table[f"year{side}"] == year).fillna(value=False).astype(bool)]
            # a year may stand in several pairs: one of them says it all
            other = rows[f"year{1 - int(side)}"]
            rows = rows[other.isna() | (other == other.min())] if other.notna().any() else rows
            pieces.append(rows.assign(year=year, code=rows[f"code{side}"]))
    names = ["zone_code", "year", "code", "stratum"]
    every = pd.concat(pieces, ignore_index=True)
    summed = every.groupby(names, sort=True)[["pixels_2p32", "area_mm2"]].sum()
    return pd.DataFrame(summed.reset_index())


def _within(year: int, pair: Pair) -> bool:
    """Say whether a year lies in the period of a pair, after its first date."""
    return pair[1] is not None and pair[0] < year <= pair[1]


def _blocks(
    pairs: Sequence[Pair],
    maps: Sequence[int],
    amounts: Sequence[tuple[str, int | None]],
    *,
    split: bool,
) -> list[_Block]:
    """Plan the blocks of the activity table, then those that only the history has."""

    def keys(pair: Pair) -> tuple[int, ...]:
        own = [maps.index(year) for year in pair if year is not None]
        return (*own, len(maps)) if split else tuple(own)

    found = []
    for pair in pairs:
        roles: dict[str, int] = {}
        for q, (name, year) in enumerate(amounts):
            if year is None:
                roles[name] = q
            elif name == "agb":
                roles |= {f"agb{i}": q for i, own in enumerate(pair) if own == year}
            elif _within(year, pair):
                roles[f"{name}{year}"] = q
        spec = TableSpec(classes=keys(pair), quantities=tuple(roles.values()))
        found.append(_Block(pair=pair, spec=spec, roles=tuple(roles)))
    found += [
        _Block(pair=pair, spec=TableSpec(classes=keys(pair)), activity=False)
        for pair in pairwise(maps)
        if pair not in pairs
    ]
    return found


def _check_quanta(layers: Sequence[QuantityLayer]) -> None:
    """Refuse biomass whose numbers mean something else in another year."""
    meanings = {(layer.quantum, layer.edges) for layer in layers}
    if len(meanings) > 1:
        names = ", ".join(layer.name for layer in layers)
        raise RefusedError([finding("rasters", "crosstab-quantum", value="agb", where=names)])


def _check_counts(counted: Sequence[Counts]) -> None:
    """Refuse codes that no legend explains and negative quantities, all at once."""
    unknown: dict[tuple[str, int], int] = {}
    negative: dict[str, int] = {}
    for counts in counted:
        unknown |= counts.unknown
        negative |= counts.negative
    found = [
        finding(
            "rasters",
            "engine-unknown-class",
            value=raw,
            where=name,
            area=f"{area / _MM2_PER_HA:,.2f}",
        )
        for (name, raw), area in sorted(unknown.items())
    ]
    found += [
        finding("rasters", "engine-negative", value=pixels, where=name)
        for name, pixels in sorted(negative.items())
    ]
    if found:
        raise RefusedError(found)


def _activity(
    filled: Sequence[tuple[_Block, Counts]],
    facts: Mapping[str, QuantityLayer],
    words: Sequence[Mapping[int, str]],
    zone_codes: Sequence[str],
) -> pd.DataFrame:
    """Return the activity table of the counted blocks."""
    columns = ["pixels_2p32", "area_mm2"] + [
        f"{role}_b{i}_{what}"
        for role in sorted(facts)
        for i in range(len(facts[role].edges) + 1)
        for what in ("area_mm2", "sum")
    ]
    records: dict[tuple[Any, ...], list[int]] = {}
    for plan, counts in filled:
        if plan.activity:
            _add_rows(records, columns, plan, counts, words, zone_codes)
    table = _frame(records, columns)
    table.attrs = {
        "quanta": {role: _ratio(layer.quantum) for role, layer in sorted(facts.items())},
        "edges": {role: list(layer.edges) for role, layer in sorted(facts.items())},
    }
    return table


def _add_rows(
    records: dict[tuple[Any, ...], list[int]],
    columns: Sequence[str],
    plan: _Block,
    counts: Counts,
    words: Sequence[Mapping[int, str]],
    zone_codes: Sequence[str],
) -> None:
    """Add the rows of one counted block under their text codes."""
    place = {name: i for i, name in enumerate(columns)}
    for n, key in enumerate(_keys(plan, counts, words)):
        row = records.setdefault((zone_codes[counts.zone[n]], *key), [0] * len(columns))
        row[0] += counts.pixels[n]
        row[1] += counts.area_mm2[n]
        for m, role in enumerate(plan.roles):
            areas, sums = counts.quantity_area_mm2[m][n], counts.quantity_sum[m][n]
            for i, (area, total) in enumerate(zip(areas, sums, strict=True)):
                row[place[f"{role}_b{i}_area_mm2"]] += area
                row[place[f"{role}_b{i}_sum"]] += total


def _history(
    filled: Sequence[tuple[_Block, Counts]],
    maps: Sequence[int],
    words: Sequence[Mapping[int, str]],
    zone_codes: Sequence[str],
) -> pd.DataFrame:
    """Return the areas of every two neighbouring maps, in zones and views."""
    neighbours = set(pairwise(maps))
    records: dict[tuple[Any, ...], list[int]] = {}
    for plan, counts in filled:
        if plan.pair not in neighbours:
            continue
        for n, key in enumerate(_keys(plan, counts, words)):
            row = records.setdefault((zone_codes[counts.zone[n]], *key), [0])
            row[0] += counts.area_mm2[n]
    return _frame(records, ["area_mm2"])


def _keys(
    plan: _Block, counts: Counts, words: Sequence[Mapping[int, str]]
) -> list[tuple[int, int | None, str, str | None, str]]:
    """Return years, class codes and stratum of each counted row."""
    texts = [words[i] for i in plan.spec.classes]
    dates = 1 if plan.pair[1] is None else 2
    found = []
    for raws in counts.codes.tolist():
        named = [_text(raw, text) for raw, text in zip(raws, texts, strict=True)]
        stratum = named[dates] if len(named) > dates else NO_STRATUM
        if stratum in (NODATA_CODE, OUTSIDE_CODE):
            stratum = NO_STRATUM
        found.append((*plan.pair, named[0], named[1] if dates > 1 else None, stratum))
    return found


def _text(raw: int, codes: Mapping[int, str]) -> str:
    """Return the class code of a raw value."""
    if raw == NODATA:
        return NODATA_CODE
    return OUTSIDE_CODE if raw == OUTSIDE_EXTENT else codes[raw]


def _frame(records: Mapping[tuple[Any, ...], list[int]], columns: Sequence[str]) -> pd.DataFrame:
    """Return the records as a sorted table, rows without area left out."""
    keys = sorted(records, key=lambda key: tuple("" if part is None else part for part in key))
    keys = [key for key in keys if any(records[key][: columns.index("area_mm2") + 1])]
    data: dict[str, list[Any]] = {name: [key[i] for key in keys] for i, name in enumerate(KEYS)}
    for i, name in enumerate(columns):
        data[name] = [records[key][i] for key in keys]
    return typed_table(data)


def _ratio(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}"
