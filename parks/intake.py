"""Reading a table of parks as people send it, and saying all that was found in it.

The suffix says what a file claims to be and its content whether that is so. Every ambiguity is an
error at its cell and every change a note: an import with an error is not to be used, however much
of it could be read, and the caller decides that by the findings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rasters.findings import finding
from rasters.harden import local_path
from sinks.regions import region_ids

from .assembly import assemble
from .columns import find_layout
from .layer_tables import read_geojson, read_geopackage
from .rows import read_lines
from .text_tables import read_csv
from .workbook_tables import read_workbook
from .zone_names import packaged_zone_names

if TYPE_CHECKING:
    from pathlib import Path

    from rasters.findings import Finding

    from .columns import Layout
    from .line import Line
    from .park import Park
    from .raw_table import RawTable
    from .zone_names import ZoneNames

__all__ = ["facts_beside", "import_parks"]

_READERS = {
    ".csv": read_csv,
    ".geojson": read_geojson,
    ".gpkg": read_geopackage,
    ".json": read_geojson,
    ".xls": read_workbook,
    ".xlsb": read_workbook,
    ".xlsm": read_workbook,
    ".xlsx": read_workbook,
}
_Sheet = tuple["RawTable", "Layout", "list[Finding]"]
"""A table, what its columns mean, and the findings about its headings."""


def import_parks(
    path: str | Path, *, region: str | None = None, sheet: str | None = None
) -> tuple[tuple[Park, ...], list[Finding]]:
    """Read parks and their facts from a workbook, a CSV file or a map layer.

    Parameters
    ----------
    path
        Local .xlsx, .csv, .geojson or .gpkg file. ``parks.csv`` takes its facts from
        ``facts.csv`` beside it, any other ``NAME.csv`` from ``NAME_facts.csv``, where there.
    region
        Packaged region whose zones are meant by names; default the one that a template was
        made for, else all of them.
    sheet
        Sheet or layer to read where several could be meant.

    Returns
    -------
    parks, findings
        Parks by id. With a finding of severity error they are not the whole of the file.

    Raises
    ------
    RefusedError
        If the path does not name a local file, or the region is unknown.

    """
    from pathlib import Path  # noqa: PLC0415

    local = local_path(path, Path.cwd())
    tables, found = _tables(local)
    names = packaged_zone_names((region,) if region else region_ids())
    sheets = _sheets(tables, names)
    templated = {layout.region for _, layout, _ in sheets} - {""}
    if region is None and len(templated) == 1 and templated <= set(region_ids()):
        names = packaged_zone_names((templated.pop(),))
    chosen, remarks = _choose(tables, sheets, sheet, local.name)
    found += remarks
    parks, statements, remarks = _lines(chosen, names)
    assembled, more = assemble(parks, statements)
    return assembled, found + remarks + more


def facts_beside(path: Path) -> Path:
    """Return where the facts of the parks in a CSV file stand.

    >>> from pathlib import Path
    >>> facts_beside(Path("parks.csv")).name, facts_beside(Path("west.csv")).name
    ('facts.csv', 'west_facts.csv')
    """
    return path.with_name("facts.csv" if path.stem == "parks" else f"{path.stem}_facts.csv")


def _tables(path: Path) -> tuple[list[RawTable], list[Finding]]:
    """Return the tables of a file, and of the facts beside a CSV."""
    suffix = path.suffix.lower()
    reader = _READERS.get(suffix)
    if reader is None or not path.is_file():
        known = ".xlsx, .csv, .geojson, .gpkg"
        return [], [finding("parks", "parks-file-format", value=suffix, where=path, known=known)]
    tables, found = reader(path)
    if suffix == ".csv" and facts_beside(path).is_file():
        facts, remarks = read_csv(facts_beside(path))
        return tables + facts, found + remarks
    return tables, found


def _sheets(tables: list[RawTable], names: ZoneNames) -> list[_Sheet]:
    """Return the tables whose headings are known."""
    sheets: list[_Sheet] = []
    for table in tables:
        layout, found = find_layout(table, names.headings)
        if layout is not None:
            sheets.append((table, layout, found))
    return sheets


def _choose(
    tables: list[RawTable], sheets: list[_Sheet], wanted: str | None, file: str
) -> tuple[list[_Sheet], list[Finding]]:
    """Return the tables to read: all where ids tie them together, else the only one there is."""
    heads = {table.name for table, _, _ in sheets}
    guided = any(layout.templated for _, layout, _ in sheets)
    found = [
        finding("parks", "parks-sheet-ignored", value=table.name, where=table.name)
        for table in tables
        if table.name not in heads and table.rows and not (table.hidden or guided)
    ]
    if wanted is not None:
        chosen = [entry for entry in sheets if entry[0].name == wanted]
        known = ", ".join(sorted(heads))
        missing = [finding("parks", "parks-sheet-unknown", value=wanted, where=file, known=known)]
        return chosen, found if chosen else found + missing
    seen = [entry for entry in sheets if not entry[0].hidden]
    found += [
        finding("parks", "parks-sheet-hidden", value=table.name, where=table.name)
        for table, _, _ in sheets
        if table.hidden
    ]
    if len(seen) > 1 and not all(_is_tied(layout) for _, layout, _ in seen):
        value = ", ".join(table.name for table, _, _ in seen)
        return [], [*found, finding("parks", "parks-sheet-several", value=value, where=file)]
    if not seen and tables:
        found.append(finding("parks", "parks-headings-missing", value=file, where=file))
    return seen, found


def _is_tied(layout: Layout) -> bool:
    """Return whether a table belongs with others: of a template, or with a column of park ids."""
    return layout.templated or layout.has("park_id")


def _lines(sheets: list[_Sheet], names: ZoneNames) -> tuple[list[Line], list[Line], list[Finding]]:
    """Return the lines that say what a park is, those of facts alone, and the findings."""
    kinds = any(layout.has("kind") for _, layout, _ in sheets)
    parks: list[Line] = []
    statements: list[Line] = []
    found: list[Finding] = []
    for table, layout, remarks in sheets:
        found += remarks
        lines, more = read_lines(table, layout, names)
        found += more
        if layout.has("kind") or not kinds:
            parks += lines
        else:
            statements += lines
    return parks, statements, found
