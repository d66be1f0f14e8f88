"""The deductions as a CSV file, each row with the anchor of the ledger that it was read from.

Columns are those of METHOD F, table 4 (碳汇项目扣减), with league and year as codes.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from sinks.export.cells import clean_text, guard
from sinks.folder import atomic_write
from sinks.ledger.anchor import EVENTS, HEAD
from sinks.ledger.said import Project
from sinks.ledger.wording import tonnes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sinks.ledger import State

    from .deduction import Deduction, Deductions

__all__ = ["COLUMNS", "deduction_rows", "write_deductions"]

COLUMNS = (
    "zone_code", "zone_name", "year", "basis", "project_id", "scheme", "method", "parcel_id",
    "area_ha", "credit_start", "credit_end", "issued_t_co2", "sold_t_co2", "surrendered_t_co2",
    "buyer_scope", "deduction_t_co2", "evidence", EVENTS, HEAD,
)  # fmt: skip
"""Columns of ``deductions.csv``."""
_MM2_PER_SQUARE_CM = 100
_SQUARE_CM_PER_HA = 10**8


def deduction_rows(
    deductions: Deductions, state: State, names: Mapping[str, str]
) -> list[dict[str, str]]:
    """Return the cells of every row.

    Parameters
    ----------
    deductions
        What :func:`sinks.credits.deduct` gave.
    state
        State of the same ledger, for the words about projects.
    names
        Chinese name by zone code.

    """
    projects = {entry.said.project: entry.said for entry in state.live(Project)}
    return [
        _cells(row, deductions, projects[row.project], names.get(row.zone_code, ""))
        for row in deductions.rows
    ]


def write_deductions(path: Path, rows: list[dict[str, str]]) -> None:
    """Write the rows, whole or not at all; the same ledger gives the same bytes."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: guard(clean_text(cell)) for name, cell in row.items()} for row in rows)
    atomic_write(path, text.getvalue().encode())


def _cells(row: Deduction, of: Deductions, project: Project, name: str) -> dict[str, str]:
    """Return the cells of one row."""
    return {
        "zone_code": row.zone_code,
        "zone_name": name,
        "year": str(of.year),
        "basis": str(of.basis),
        "project_id": row.project,
        "scheme": str(project.scheme),
        "method": project.method,
        "parcel_id": row.parcel,
        "area_ha": _hectares(row.area_mm2),
        "credit_start": project.start,
        "credit_end": project.end,
        "issued_t_co2": tonnes(row.issued_kg, grouped=False),
        "sold_t_co2": tonnes(row.sold_kg, grouped=False),
        "surrendered_t_co2": tonnes(row.surrendered_kg, grouped=False),
        "buyer_scope": ";".join(row.scopes),
        "deduction_t_co2": tonnes(row.kg, grouped=False),
        "evidence": "; ".join(row.evidence),
        EVENTS: str(of.anchor.events),
        HEAD: of.anchor.head,
    }


def _hectares(mm2: int) -> str:
    """Return an area in ha to 1e-6 (100 cm2), rounded half up."""
    whole, rest = divmod((mm2 // _MM2_PER_SQUARE_CM + 50) // 100, _SQUARE_CM_PER_HA // 100)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".")
