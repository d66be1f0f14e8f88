"""Reading coefficient tables: packaged ids and CSV paths into one validated register.

A packaged table is one CSV under ``sinks/data/coefficients`` and its id is the file stem;
``inner_mongolia`` and ``ningxia`` are the documented default sets, the others hold published
facts with their source. A user's CSV has the same columns. Every fault of every table is
found before anything is refused.
"""

from __future__ import annotations

import csv
import io
import tomllib
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from rasters.errors import RefusedError
from rasters.findings import Severity, finding

from .categories import Pool
from .coefficient_cells import OPTIONAL_COLUMNS, REQUIRED_COLUMNS, parse_row
from .coefficient_register import Register, refuse_for_official, repeated
from .coefficient_rows import Coefficient, IntervalBasis, Parameter, settle_interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.resources.abc import Traversable

    from rasters.findings import Finding

__all__ = [
    "Coefficient",
    "IntervalBasis",
    "Parameter",
    "Register",
    "area_half_width",
    "default_half_width",
    "load_register",
    "parameters",
    "read_register",
    "refuse_for_official",
    "table_ids",
]

_DEFAULTS = "uncertainty_defaults"
_LARGEST_TABLE = 20_000_000  # bytes; the largest packaged table has 0.06 million


def table_ids() -> tuple[str, ...]:
    """Return the ids of the packaged tables, sorted."""
    names = (path.name for path in _folder().iterdir())
    return tuple(sorted(n.removesuffix(".csv") for n in names if n.endswith(".csv")))


@cache
def parameters() -> Mapping[str, Parameter]:
    """Return every parameter that a table may hold, by id."""
    text = _folder().joinpath("parameters.toml").read_text(encoding="utf-8")
    return {
        key: Parameter(
            id=key,
            name_zh=entry["name_zh"],
            name_en=entry["name_en"],
            by_method=entry["role"] == "method",
            units=tuple(entry.get("units", ())),
            signed=entry.get("signed", False),
        )
        for key, entry in tomllib.loads(text).items()
    }


def load_register(tables: Sequence[str | Path], *, folder: Path | None = None) -> Register:
    """Return the register of the given tables.

    Parameters
    ----------
    tables
        Packaged ids and paths of CSV files; of equal rows the later table wins.
    folder
        Where relative paths start; default the working folder.

    Raises
    ------
    RefusedError
        With every fault of every table.

    """
    register, findings = read_register(tables, folder=folder)
    refused = [f for f in findings if f.severity is Severity.ERROR]
    if refused:
        raise RefusedError(refused)
    return register


def read_register(
    tables: Sequence[str | Path], *, folder: Path | None = None
) -> tuple[Register, list[Finding]]:
    """Return the register of the usable rows, and every finding about the tables.

    The arguments are those of :func:`load_register`; with a finding of severity error the
    register is not fit for a run.
    """
    findings: list[Finding] = []
    rows: list[Coefficient] = []
    names: list[str] = []
    for table in tables:
        name = str(table) if str(table) in table_ids() else Path(table).stem
        if name in names:
            findings.append(
                finding("sinks", "coefficient-table-repeated", value=name, where=str(table))
            )
            continue
        names.append(name)
        found, faults = _read_table(table, name, folder)
        rows += found
        findings += faults
    settled = tuple(settle_interval(row, _half_widths()) for row in rows)
    return Register(tuple(names), settled), findings


def area_half_width(source: str) -> Coefficient:
    """Return the default relative half-width (95 %) of an area.

    Parameters
    ----------
    source
        ``raster`` for mapped land cover, ``statistics`` for survey layers and statistics.

    """
    return default_half_width(f"area/{source}")


def default_half_width(parameter: str) -> Coefficient:
    """Return the first default relative half-width (95 %) that serves a parameter."""
    return next(row for row in _half_widths() if parameter in row.applies_to)


@cache
def _half_widths() -> tuple[Coefficient, ...]:
    """Return the packaged default half-widths."""
    return tuple(_read_table(_DEFAULTS, _DEFAULTS, None)[0])


def _read_table(
    table: str | Path, name: str, folder: Path | None
) -> tuple[list[Coefficient], list[Finding]]:
    """Read one packaged table or CSV file."""
    packaged = str(table) in table_ids()
    path: Traversable | Path
    path = _folder().joinpath(f"{name}.csv") if packaged else (folder or Path()) / table
    if not packaged and not str(table).lower().endswith(".csv"):
        known = ", ".join(table_ids())
        return [], [
            finding("sinks", "coefficient-table-unknown", value=table, where=table, known=known)
        ]
    text, faults = _text_of(path, name)
    if text is None:
        return [], faults
    lines, faults = _lines_of(text, name)
    rows: list[Coefficient] = []
    for number, cells in lines:
        row, found = parse_row(
            cells, table=name, row=number, parameters=parameters(), packaged=packaged
        )
        faults += found
        if row is not None:
            rows.append(row)
    if not lines and not faults:
        faults.append(finding("sinks", "coefficient-table-empty", value=name, where=name))
    rows, depth_faults = _soil_depth(rows, name)
    return rows, faults + depth_faults + repeated(rows)


def _text_of(path: Traversable | Path, name: str) -> tuple[str | None, list[Finding]]:
    """Return the text of a table, or why it cannot be read."""
    try:
        if isinstance(path, Path) and path.stat().st_size > _LARGEST_TABLE:
            size = path.stat().st_size
            return None, [
                finding(
                    "sinks", "coefficient-table-large", value=size, where=name, limit=_LARGEST_TABLE
                )
            ]
        return path.read_bytes().decode("utf-8-sig"), []
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return None, [finding("sinks", "coefficient-unreadable", value=reason, where=str(path))]
    except UnicodeDecodeError as error:
        return None, [
            finding("sinks", "coefficient-encoding", value=f"byte {error.start}", where=name)
        ]


def _lines_of(text: str, name: str) -> tuple[list[tuple[int, dict[str, str]]], list[Finding]]:
    """Return the lines as text by column with their line numbers; none if the heading is bad."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[tuple[int, dict[str, str]]] = []
    faults: list[Finding] = []
    try:
        heading = [column.strip() for column in next(reader, [])]
        faults = _heading_faults(heading, name)
        if faults:
            return [], faults
        for cells in reader:
            where = f"{name}, row {reader.line_num}"
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(heading):
                faults.append(
                    finding(
                        "sinks",
                        "coefficient-row-length",
                        value=len(cells),
                        where=where,
                        columns=len(heading),
                    )
                )
                continue
            lines.append((reader.line_num, dict(zip(heading, cells, strict=True))))
    except csv.Error as error:
        where = f"{name}, row {reader.line_num}"
        faults.append(finding("sinks", "coefficient-quotes", value=error, where=where))
    return lines, faults


def _heading_faults(heading: Sequence[str], name: str) -> list[Finding]:
    """Return the findings about missing, unknown and repeated columns."""
    known = (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)
    columns = ", ".join(known)
    offending = {
        "column-missing": [c for c in REQUIRED_COLUMNS if c not in heading],
        "column-unknown": sorted({c for c in heading if c not in known}),
        "column-repeated": sorted({c for c in heading if heading.count(c) > 1}),
    }
    return [
        finding("sinks", f"coefficient-{code}", value=column, where=name, known=columns)
        for code, found in offending.items()
        for column in found
    ]


def _soil_depth(rows: Sequence[Coefficient], name: str) -> tuple[list[Coefficient], list[Finding]]:
    """Give soil densities without a depth the table's single depth, or say why that fails."""
    soil = [r for r in rows if r.parameter == "density" and r.pool is Pool.SOIL]
    depths = sorted({r.depth_cm for r in soil if r.depth_cm})
    blank = [r for r in soil if not r.depth_cm]
    if not blank:
        return list(rows), []
    if len(depths) > 1:
        return list(rows), [
            finding("sinks", "coefficient-depth-several", value=", ".join(depths), where=r.where)
            for r in blank
        ]
    if not depths:
        return list(rows), [
            finding("sinks", "coefficient-depth-unstated", value=len(blank), where=name)
        ]
    return [replace(r, depth_cm=depths[0]) if r in blank else r for r in rows], []


def _folder() -> Traversable:
    """Return the folder of the packaged tables."""
    return files("sinks") / "data" / "coefficients"
