"""The files of a budget: two tables, table 6 as a workbook, and what they were made of.

All are written beside their place and moved there together, so that no half of them stands. The
same workbook and inventories give the same bytes.
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
from sinks.ledger.anchor import EVENTS, HEAD, Anchor
from sinks.manifest import canonical
from sinks.provenance import code_version, sha256_of

from .sheet import budget_sheet
from .tables import BUDGET_SCHEMA, SOURCES_SCHEMA, budget_table, sources_table
from .texts import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sinks.manifest import Json

    from .registered import Registered
    from .result import BudgetResult
    from .runs import Run

__all__ = [
    "FILES",
    "budget_id",
    "budget_meta",
    "budget_record",
    "budget_status",
    "write_budget",
]

FILES = ("budget.csv", "budget_sources.csv", "budget.xlsx", "budget.json")
"""Names of the files; the last one says what they were made of."""


def budget_record(
    workbook: Path, runs: Sequence[Run], register: Registered | None
) -> dict[str, Json]:
    """Return what a budget is made of: workbook, inventories, end of the register and code.

    Paths have no part in it, so that the same inputs give the same record on any machine.
    """
    code = code_version(("rasters", "sinks"))
    return {
        "workbook_sha256": sha256_of(workbook),
        "runs": [{"run_id": run.run_id, "status": str(run.status)} for run in runs],
        "register": None if register is None else register.anchor.as_json(),
        "code": {"version": code.version, "sha256": code.sha256},
    }


def budget_id(record: Mapping[str, Json]) -> str:
    """Return the identity of a budget, 64 hexadecimal digits."""
    return hashlib.sha256(canonical(record)).hexdigest()


def budget_status(result: BudgetResult, runs: Sequence[Run]) -> Status:
    """Return the status that every file is marked with; synthetic data stay marked as such."""
    synthetic = any(run.status is Status.DEMO for run in runs)
    return Status.DEMO if synthetic else result.budget.terms.status


def budget_meta(result: BudgetResult, *, status: Status, identity: str) -> Meta:
    """Return what stands beside the table on every page."""
    region = result.region
    names = dict(zip(region.zones["code"], region.zones["name_en"], strict=True))
    levels = (region.levels[0], region.level(region.assessment.level))
    return Meta(
        region=Text(zh=region.name_zh, en=region.name_en),
        levels=tuple(
            LevelName(id=level.id, name=Text(zh=level.name_zh, en=level.name_en))
            for level in levels
        ),
        years=tuple(result.budget.terms.years),
        status=str(status),
        run_id=identity,
        version=code_version(("rasters", "sinks")).version,
        methods={},
        products=(),
        coefficient_tables=(),
        inputs=(),
        legend=(),
        zone_names_en={str(code): str(names[code]) for code in result.zones},
    )


def write_budget(
    folder: Path,
    result: BudgetResult,
    *,
    status: Status,
    record: Mapping[str, Json],
    lang: str,
) -> list[Path]:
    """Write the files of a budget into a folder, over those that are there.

    The end of the register that the record names stands in every one of them.

    Returns
    -------
    list of Path
        The files written.

    """
    folder.mkdir(parents=True, exist_ok=True)
    identity = budget_id(record)
    meta = budget_meta(result, status=status, identity=identity)
    anchor = _anchor_of(record)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        beside = Path(name)
        for file, table, schema in (
            (FILES[0], budget_table(result, anchor=anchor), BUDGET_SCHEMA),
            (FILES[1], sources_table(result, anchor=anchor), SOURCES_SCHEMA),
        ):
            write_table(beside / file, table, schema, status=str(status), run_id=identity)
        title = text("sheet", lang)
        sheet = budget_sheet(result, anchor=anchor)
        write_sheets(beside / FILES[2], [sheet], meta=meta, lang=lang, title=title)
        said: Json = {"budget_id": identity, "status": str(status), **record}
        (beside / FILES[3]).write_bytes(canonical(said) + b"\n")
        return [(beside / file).replace(folder / file) for file in FILES]


def _anchor_of(record: Mapping[str, Json]) -> Anchor | None:
    """Return the end of the register that a record names; None where it names none."""
    said = record.get("register")
    if not isinstance(said, dict):
        return None
    return Anchor(head=str(said[HEAD]), events=int(str(said[EVENTS])))
