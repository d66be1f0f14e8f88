"""The files of an assessment: four tables, tables 4 and 5 as a workbook, and their origin.

All are written beside their place and moved there together, so that no half of them stands. The
same inputs give the same bytes.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sinks.categories import Status
from sinks.export.meta import LevelName, Meta, Text
from sinks.export.sheet_book import write_sheets
from sinks.export.tables import write_table
from sinks.manifest import canonical
from sinks.provenance import code_version, sha256_of

from .sheet import assessment_sheet, deduction_sheet
from .tables import (
    ASSESSMENT_SCHEMA,
    CHOICES_SCHEMA,
    QUARTERS_SCHEMA,
    SENSITIVITY_SCHEMA,
    assessment_table,
    choices_table,
    quarters_table,
    sensitivity_table,
)
from .texts import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sinks.manifest import Json

    from .registered import Registered
    from .result import AssessmentResult
    from .runs import Run

__all__ = ["FILES", "assessment_id", "assessment_record", "assessment_status", "write_assessment"]

_TABLES = (
    (ASSESSMENT_SCHEMA, assessment_table),
    (CHOICES_SCHEMA, choices_table),
    (SENSITIVITY_SCHEMA, sensitivity_table),
    (QUARTERS_SCHEMA, quarters_table),
)
_BOOK, _RECORD = "assessment.xlsx", "assessment.json"
FILES = (*(f"{schema.name}.csv" for schema, _ in _TABLES), _BOOK, _RECORD)
"""Names of the files; the last one says what they were made of."""


def assessment_record(
    workbook: Path,
    runs: Sequence[Run],
    register: Registered | None,
    result: AssessmentResult,
) -> dict[str, Json]:
    """Return what an assessment is made of: choices, workbook, inventories, register and code.

    Paths have no part in it, so that the same inputs give the same record on any machine.
    """
    code = code_version(("rasters", "sinks"))
    terms = result.terms
    return {
        "terms": {
            "region": terms.region,
            "base_year": terms.base_year,
            "first_year": terms.first_year,
            "last_year": terms.last_year,
            "status": str(terms.status),
        },
        "choices": {
            **result.choices.said(),
            "elastic_tolerance_source": result.tolerance_source,
        },
        "workbook_sha256": sha256_of(workbook),
        "runs": [{"run_id": run.run_id, "status": str(run.status)} for run in runs],
        "register": None if register is None else register.anchor.as_json(),
        "code": {"version": code.version, "sha256": code.sha256},
    }


def assessment_id(record: Mapping[str, Json]) -> str:
    """Return the identity of an assessment, 64 hexadecimal digits."""
    return hashlib.sha256(canonical(record)).hexdigest()


def assessment_status(result: AssessmentResult, runs: Sequence[Run]) -> Status:
    """Return the status that every file is marked with; synthetic data stay marked as such."""
    synthetic = any(run.status is Status.DEMO for run in runs)
    return Status.DEMO if synthetic else result.terms.status


def write_assessment(
    folder: Path,
    result: AssessmentResult,
    register: Registered | None,
    *,
    status: Status,
    record: Mapping[str, Json],
    lang: str,
) -> list[Path]:
    """Write the files of an assessment into a folder, over those that are there.

    Returns
    -------
    list of Path
        The files written.

    """
    folder.mkdir(parents=True, exist_ok=True)
    identity = assessment_id(record)
    sheets = [assessment_sheet(result)]
    if register is not None:
        sheets.append(deduction_sheet(result, register))
    with tempfile.TemporaryDirectory(dir=folder) as name:
        beside = Path(name)
        for schema, table in _TABLES:
            path = beside / f"{schema.name}.csv"
            write_table(path, table(result), schema, status=str(status), run_id=identity)
        meta = _meta(result, status=status, identity=identity)
        write_sheets(beside / _BOOK, sheets, meta=meta, lang=lang, title=text("sheet", lang))
        said: Json = {"assessment_id": identity, "status": str(status), **record}
        (beside / _RECORD).write_bytes(canonical(said) + b"\n")
        return [(beside / file).replace(folder / file) for file in FILES]


def _meta(result: AssessmentResult, *, status: Status, identity: str) -> Meta:
    """Return what stands beside the table on every page."""
    region = result.region
    levels = (region.levels[0], region.level(region.assessment.level))
    return Meta(
        region=Text(zh=region.name_zh, en=region.name_en),
        levels=tuple(
            LevelName(id=level.id, name=Text(zh=level.name_zh, en=level.name_en))
            for level in levels
        ),
        years=result.terms.all_years,
        status=str(status),
        run_id=identity,
        version=code_version(("rasters", "sinks")).version,
        methods={},
        products=(),
        coefficient_tables=(),
        inputs=(),
        legend=(),
        zone_names_en={code: result.name(code, "en") for code in result.zones},
    )
