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

Quantities R are ``agb0`` and ``agb1`` (above-ground biomass at the two dates) and ``soil``. The
numbers are Python integers of any size. ``table.attrs["quanta"][R]`` is what one quantum is
worth in the product's unit, as "numerator/denominator", so that ``sum * quantum * 1e-10`` is
unit x ha; ``table.attrs["edges"][R]`` are the edges of the classes of amount, in quanta.

Three or more years give a block of rows for each pair of neighbours, and for first to last.
"""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from .engine import NODATA, OUTSIDE_EXTENT, TableSpec, count
from .errors import RefusedError
from .findings import finding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from fractions import Fraction
    from pathlib import Path

    from .engine import Counts
    from .grid import Grid
    from .layers import ClassLayer, QuantityLayer
    from .zones import Zones

NODATA_CODE = "nodata"
"""Class code of pixels without an observation."""

OUTSIDE_CODE = "outside"
"""Class code of pixels beyond the raster."""

NO_STRATUM = "none"
"""Stratum of rows without one."""

KEYS = ("zone_code", "year0", "year1", "code0", "code1", "stratum")
"""Columns that name a row; rows are sorted by them."""

_MM2_PER_HA = 10**10
_METADATA = b"tanhui.activity"
_INTEGER = pa.decimal128(38, 0)  # a sum over the earth of 2^31 quanta has 31 digits


def activity_table(  # noqa: PLR0913  # one keyword for each input of a run
    *,
    grid: Grid,
    zones: Zones,
    views: Sequence[Zones] = (),
    land_cover: Mapping[int, ClassLayer],
    codes: Mapping[int, str],
    stratum: ClassLayer | None = None,
    strata: Mapping[int, str] | None = None,
    agb: Mapping[int, QuantityLayer] | None = None,
    soil: QuantityLayer | None = None,
    workers: int | None = None,
    block: tuple[int, int] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
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
    stratum, strata
        Class raster that splits the rows, and its raw values to codes.
    agb
        Year to above-ground biomass; years without a land cover are not read.
    soil
        Soil carbon density.
    workers, block, on_progress
        See `rasters.engine.count`.

    Returns
    -------
    DataFrame
        As the module describes, sorted; rows without area are left out.

    Raises
    ------
    RefusedError
        ``engine-unknown-class`` for every raw value without a code, ``engine-negative`` for
        every quantity with negative values, ``crosstab-quantum`` if biomass is not in the same
        unit every year; and those of `rasters.engine.count`.

    """
    years, biomass = sorted(land_cover), dict(agb or {})
    classes = [land_cover[year] for year in years] + ([] if stratum is None else [stratum])
    used = [year for year in years if year in biomass]
    quantities = [biomass[year] for year in used] + ([] if soil is None else [soil])
    _check_quanta([biomass[year] for year in used])
    pairs = year_pairs(years)
    roles, specs = [], []
    for year0, year1 in pairs:
        own = {"agb0": year0, "agb1": year1}
        named = {r: used.index(y) for r, y in own.items() if y in used}
        if soil is not None:
            named["soil"] = len(used)
        keys = [years.index(year) for year in (year0, year1) if year is not None]
        keys += [] if stratum is None else [len(years)]
        roles.append(named)
        specs.append(TableSpec(classes=tuple(keys), quantities=tuple(named.values())))
    counted = count(
        grid=grid,
        zones=[zones, *views],
        classes=classes,
        quantities=quantities,
        tables=specs,
        workers=workers,
        block=block,
        on_progress=on_progress,
    )
    _check_counts(counted)
    words = [codes] * len(years) + ([] if stratum is None else [strata or {}])
    columns = _columns(roles, specs, quantities)
    zone_codes = [code for one in (zones, *views) for code in one.codes]
    records: dict[tuple[Any, ...], list[int]] = {}
    for pair, named, spec, counts in zip(pairs, roles, specs, counted, strict=True):
        texts = [words[i] for i in spec.classes]
        _add_rows(records, columns, pair, zone_codes, texts, named, counts)
    table = _frame(records, columns)
    facts = {role: quantities[q] for named in roles for role, q in named.items()}
    table.attrs = {
        "quanta": {r: _ratio(facts[r].quantum) for r in sorted(facts)},
        "edges": {r: list(facts[r].edges) for r in sorted(facts)},
    }
    return table


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


def write_activity(path: Path, table: pd.DataFrame) -> None:
    """Write an activity table as Parquet; equal tables give equal bytes.

    Integers of any size are decimals of 38 digits; each column states its unit, and the quanta
    and edges stand in the schema's metadata under ``tanhui.activity``.
    """
    fields, arrays = [], []
    for name in table.columns:
        values = table[name].tolist()
        kind, unit = _parquet_type(str(name))
        if kind == _INTEGER:
            values = [Decimal(int(v)) for v in values]
        else:
            values = [None if pd.isna(v) else v for v in values]
        fields.append(pa.field(str(name), kind, metadata={"unit": unit} if unit else None))
        arrays.append(pa.array(values, type=kind))
    facts = json.dumps(table.attrs, sort_keys=True, separators=(",", ":")).encode()
    schema = pa.schema(fields, metadata={_METADATA: facts})
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), path, compression="zstd")


def read_activity(path: Path) -> pd.DataFrame:
    """Read what `write_activity` wrote: the same columns, types and attrs."""
    stored = pq.read_table(path)
    columns = {}
    for field in stored.schema:
        values = stored.column(field.name).to_pylist()
        columns[field.name] = [int(v) for v in values] if field.type == _INTEGER else values
    table = _typed(columns)
    table.attrs = json.loads(stored.schema.metadata[_METADATA])
    return table


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


def _columns(
    roles: Sequence[Mapping[str, int]],
    specs: Sequence[TableSpec],
    quantities: Sequence[QuantityLayer],
) -> list[str]:
    """Return the names of the numbers of a row, in their order."""
    bins: dict[str, int] = {}
    for named, _ in zip(roles, specs, strict=True):
        for role, q in named.items():
            bins[role] = len(quantities[q].edges) + 1
    return ["pixels_2p32", "area_mm2"] + [
        f"{role}_b{i}_{what}"
        for role in sorted(bins)
        for i in range(bins[role])
        for what in ("area_mm2", "sum")
    ]


def _add_rows(
    records: dict[tuple[Any, ...], list[int]],
    columns: Sequence[str],
    pair: tuple[int, int | None],
    zone_codes: Sequence[str],
    texts: Sequence[Mapping[int, str]],
    named: Mapping[str, int],
    counts: Counts,
) -> None:
    """Add the rows of one counted table under their text codes."""
    place = {name: i for i, name in enumerate(columns)}
    dates = 1 if pair[1] is None else 2
    for n, (zone, raws) in enumerate(zip(counts.zone.tolist(), counts.codes.tolist(), strict=True)):
        words = [_text(raw, text) for raw, text in zip(raws, texts, strict=True)]
        stratum = words[dates] if len(words) > dates else NO_STRATUM
        if stratum in (NODATA_CODE, OUTSIDE_CODE):
            stratum = NO_STRATUM
        code1 = words[1] if dates > 1 else None
        key = (zone_codes[zone], *pair, words[0], code1, stratum)
        row = records.setdefault(key, [0] * len(columns))
        row[0] += counts.pixels[n]
        row[1] += counts.area_mm2[n]
        for m, role in enumerate(named):
            areas, sums = counts.quantity_area_mm2[m][n], counts.quantity_sum[m][n]
            for i, (area, total) in enumerate(zip(areas, sums, strict=True)):
                row[place[f"{role}_b{i}_area_mm2"]] += area
                row[place[f"{role}_b{i}_sum"]] += total


def _text(raw: int, codes: Mapping[int, str]) -> str:
    """Return the class code of a raw value."""
    if raw == NODATA:
        return NODATA_CODE
    return OUTSIDE_CODE if raw == OUTSIDE_EXTENT else codes[raw]


def _frame(records: Mapping[tuple[Any, ...], list[int]], columns: Sequence[str]) -> pd.DataFrame:
    """Return the records as a sorted table."""
    keys = sorted(records, key=lambda key: tuple("" if part is None else part for part in key))
    keys = [key for key in keys if records[key][0] or records[key][1]]
    data: dict[str, list[Any]] = {name: [key[i] for key in keys] for i, name in enumerate(KEYS)}
    for i, name in enumerate(columns):
        data[name] = [records[key][i] for key in keys]
    return _typed(data)


def _typed(columns: Mapping[str, list[Any]]) -> pd.DataFrame:
    """Return columns as a table: text, years, and integers of any size."""
    typed: dict[str, Any] = {}
    for name, values in columns.items():
        if name == "year0":
            typed[name] = np.array(values, dtype=np.int64)
        elif name == "year1":
            typed[name] = pd.array(values, dtype="Int64")
        elif name in KEYS:
            typed[name] = pd.array(values, dtype="str")
        else:
            typed[name] = pd.Series(values, dtype=object)
    return pd.DataFrame(typed)


def _parquet_type(name: str) -> tuple[pa.DataType, str]:
    """Return the stored type of a column and its unit."""
    if name in ("year0", "year1"):
        return pa.int32(), ""
    if name in KEYS:
        return pa.string(), ""
    if name == "pixels_2p32":
        return _INTEGER, "2^-32 pixel"
    return _INTEGER, "mm2" if name.endswith("_mm2") else "mm2 x quantum"


def _ratio(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}"
