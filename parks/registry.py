"""The registry of parks: packaged per region, or in a file of one of four formats.

GeoPackage, GeoJSON, CSV and Excel hold the same registry and give it back unchanged: CSV as two
files, Excel as the import template filled in. All are read by the one reader that also takes
what people send.
"""

from __future__ import annotations

import csv
import io
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from rasters.errors import RefusedError
from rasters.findings import Severity
from sinks.export.cells import guard

from .checking import check_parks
from .errors import RegistryError
from .intake import facts_beside, import_parks
from .park import Fact, FactStatus, Park, ParkKind
from .registry_layers import write_geojson, write_geopackage
from .registry_rows import (
    FACT_COLUMNS,
    PARK_COLUMNS,
    POINT_COLUMNS,
    fact_cells,
    park_cells,
    point_cells,
    sorted_parks,
)
from .template import write_book

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from sinks.regions import Region

__all__ = [
    "Fact",
    "FactStatus",
    "Park",
    "ParkKind",
    "check_parks",
    "load_parks",
    "registry_ids",
    "write_parks",
]

_LONGEST_CELL = 131_000  # characters; the csv module reads no longer ones


def registry_ids() -> tuple[str, ...]:
    """Return the ids of the regions with a packaged registry, sorted.

    >>> registry_ids()
    ('inner_mongolia', 'ningxia')
    """
    folders = files(__package__).joinpath("data").iterdir()
    return tuple(sorted(f.name for f in folders if f.joinpath("parks.csv").is_file()))


def load_parks(source: str | Path, *, region: str | None = None) -> tuple[Park, ...]:
    """Return the parks of a packaged registry or of a file, by id.

    Parameters
    ----------
    source
        Id of :func:`registry_ids`, or a path that :func:`parks.intake.import_parks` reads.
    region
        Packaged region whose zones the names in a file mean; default as found there.

    Raises
    ------
    RefusedError
        With every error in the file.

    Examples
    --------
    >>> load_parks("ningxia")
    ()

    """
    if isinstance(source, str) and source in registry_ids():
        with as_file(files(__package__).joinpath("data", source)) as folder:
            parks, found = import_parks(folder / "parks.csv", region=source)
    else:
        parks, found = import_parks(source, region=region)
    refused = [f for f in found if f.severity is Severity.ERROR]
    if refused:
        raise RefusedError(refused)
    return parks


def write_parks(
    parks: Sequence[Park], path: str | Path, *, region: Region | None = None
) -> tuple[Path, ...]:
    """Write a registry as .gpkg, .geojson, .csv (with its facts beside) or .xlsx.

    An existing file is replaced only when the new one is complete.

    Parameters
    ----------
    parks
        The registry, ids unique.
    path
        File to write; the suffix chooses the format.
    region
        For a workbook: region whose zones are offered in its lists and named in its cells;
        without one, codes are written.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    RegistryError
        If the suffix is none of these, two parks share an id, or a polygon is too long for a
        cell of the format.

    """
    target = Path(path)
    ids = [park.park_id for park in parks]
    if len(set(ids)) < len(ids):
        twice = sorted({i for i in ids if ids.count(i) > 1})
        raise RegistryError(f"parks share the id {', '.join(twice)}; give each its own")
    fresh = target.with_name(f".{target.stem}.part{target.suffix}")
    fresh.unlink(missing_ok=True)
    try:
        match target.suffix.lower():
            case ".gpkg":
                write_geopackage(parks, fresh)
            case ".geojson":
                write_geojson(parks, fresh)
            case ".xlsx":
                write_book(fresh, parks=parks, region=region)
            case ".csv":
                return _write_csv(parks, target)
            case suffix:
                raise RegistryError(
                    f"{suffix or target.name} is no format of the registry; write .gpkg, "
                    ".geojson, .csv or .xlsx"
                )
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
    return (target,)


def _write_csv(parks: Sequence[Park], target: Path) -> tuple[Path, ...]:
    """Write parks and, beside them, their facts."""
    ordered = sorted_parks(parks)
    tables = {
        target: _csv(
            (*PARK_COLUMNS, *POINT_COLUMNS), ({**park_cells(p), **point_cells(p)} for p in ordered)
        ),
        facts_beside(target): _csv(
            FACT_COLUMNS, (fact_cells(fact) for park in ordered for fact in park.facts)
        ),
    }
    for path, text in tables.items():
        fresh = path.with_name(f".{path.stem}.part{path.suffix}")
        fresh.write_text(text, encoding="utf-8", newline="")
        fresh.replace(path)
    return tuple(tables)


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, str | float | Decimal | None]]) -> str:
    """Return a table as CSV, texts guarded against being run as formulas."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        cells = [_cell(row.get(column)) for column in columns]
        long = max(cells, key=len)
        if len(long) > _LONGEST_CELL:
            raise RegistryError(
                f"{cells[0]}: a polygon of {len(long)} characters does not fit into a CSV cell; "
                "write .gpkg or .geojson"
            )
        writer.writerow(cells)
    return text.getvalue()


def _cell(value: str | float | Decimal | None) -> str:
    """Return one cell: decimals without an exponent, floats as their shortest text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return guard(value)
    return repr(value) if isinstance(value, float) else f"{value:f}"
