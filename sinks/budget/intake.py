"""A filled-in budget workbook to a budget, or everything that is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rasters.findings import Severity, finding
from sinks.regions import region_ids
from sinks.spreadsheet import read_sheets

from .forms import budget_forms, packaged_region
from .plan import Budget
from .reader import Reader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rasters.findings import Finding
    from sinks.regions import Region
    from sinks.spreadsheet import Sheet

__all__ = ["read_budget"]


def read_budget(path: Path) -> tuple[Budget | None, list[Finding]]:
    """Read a budget workbook.

    Returns
    -------
    budget, findings
        None where a finding is an error; the findings are all that there are.

    """
    sheets, found = read_sheets(path)
    if not sheets:
        return None, found
    region = _region(sheets)
    if region is None:
        known = ", ".join(packaged_region(each).name_zh for each in region_ids())
        fault = finding("sinks", "budget-region-unknown", value="-", where=path.name, known=known)
        return None, [*found, fault]
    forms = budget_forms(region)
    reader = Reader(forms, sheets, path.name)
    terms = reader.terms()
    increments, reductions = reader.increments(terms), reader.reductions(terms)
    base_sinks, economy = reader.base_sinks(), reader.economy(terms)
    found += reader.findings
    if terms is None or any(f.severity is Severity.ERROR for f in found):
        return None, found
    budget = Budget(
        terms=terms,
        increments=tuple(increments),
        reductions=tuple(reductions),
        economy=tuple(economy),
        base_sinks=base_sinks,
    )
    return budget, found


def _region(sheets: Sequence[Sheet]) -> Region | None:
    """Return the region that the workbook speaks of: the one whose name stands in its terms."""
    for region_id in region_ids():
        region = packaged_region(region_id)
        name = budget_forms(region).terms.sheet
        texts = {
            cell.text
            for sheet in sheets
            if sheet.name == name
            for row in sheet.rows.values()
            for cell in row.values()
        }
        if region.name_zh in texts:
            return region
    return None
