"""Sampling plans as files: strata with their areas read, the plan written."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from rasters.errors import RefusedError
from rasters.findings import finding
from sinks.csv_lines import number, read_lines

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from .plan import PlannedStratum

_REQUIRED = ("stratum", "area_ha", "users_accuracy")
PLAN_COLUMNS = (
    "stratum", "area_ha", "area_share", "users_accuracy", "proportional", "samples",
    "expected_standard_error",
)  # fmt: skip
"""Columns of a plan."""


def read_strata(path: Path) -> tuple[dict[str, float], dict[str, float]]:
    """Return area (ha) and expected user's accuracy of each stratum of a CSV.

    Parameters
    ----------
    path
        CSV with ``stratum, area_ha, users_accuracy``.

    Raises
    ------
    RefusedError
        With every fault of the file.

    """
    lines, found = read_lines(path, required=_REQUIRED, optional=())
    areas: dict[str, float] = {}
    users: dict[str, float] = {}
    for line in lines:
        name, area = line.cells["stratum"], number(line.cells["area_ha"])
        share = number(line.cells["users_accuracy"])
        if not name or name in areas:
            found.append(finding("sinks", "plan-stratum", value=name, where=line.where))
        if area is None or area <= 0:
            text = line.cells["area_ha"]
            found.append(finding("sinks", "plan-area", value=text, where=line.where))
        if share is None or not 0 <= share <= 1:
            text = line.cells["users_accuracy"]
            found.append(finding("sinks", "plan-accuracy", value=text, where=line.where))
        areas[name], users[name] = area or 0.0, share or 0.0
    if found:
        raise RefusedError(found)
    return areas, users


def plan_text(plan: Iterable[PlannedStratum]) -> str:
    """Return a sampling plan as CSV; shares with six decimals."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(PLAN_COLUMNS)
    for row in plan:
        writer.writerow(
            [
                row.stratum,
                f"{row.area_ha:.6f}",
                f"{row.area_share:.6f}",
                f"{row.users_accuracy:.6f}",
                row.proportional,
                row.samples,
                f"{row.expected_standard_error:.6f}",
            ]
        )
    return stream.getvalue()
