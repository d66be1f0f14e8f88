"""Credits issued from the sinks of leagues, which left them: a table, or the credit register.

A row of the user's own table is one issue and names its source. The register's ``deductions.csv``
and the register itself are read as they are: what grew outside the region is no league's. The
vintage decides the year, so that a credit is taken from the sink of the
year in which the carbon was taken up and from no other.

Source: METHOD D4 (deduction of a league and year: issued credits of that vintage).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from rasters.findings import finding
from sinks.credits import Basis, deduct
from sinks.credits.export import COLUMNS as EXPORTED
from sinks.ledger.said import OUTSIDE

from .tables import read_rows

if TYPE_CHECKING:
    from pathlib import Path

    from rasters.findings import Finding
    from sinks.ledger import Anchor

    from .tables import Row

__all__ = ["COLUMNS", "read_deductions", "register_deductions"]

COLUMNS = ("league_code", "vintage", "t_co2", "source")
"""Columns of a table of one's own."""
_NAMES = {"league_code": "zone_code", "vintage": "year", "t_co2": "deduction_t_co2"}
_HEADING = ("table-column-missing", "table-column-unknown")
_KG_PER_TONNE = 1000


def read_deductions(path: Path, *, year: int) -> tuple[dict[str, Decimal], list[Finding]]:
    """Return what was issued of a vintage, t CO2 by league, and what is wrong with the table.

    Parameters
    ----------
    path
        UTF-8 CSV with the columns :data:`COLUMNS`, none of them blank, or the table that
        ``tanhui register deduct`` writes.
    year
        Vintage.

    """
    rows, findings = read_rows(path, required=COLUMNS, optional=())
    if any(f.code in _HEADING for f in findings):
        exported, told = read_rows(path, required=EXPORTED, optional=())
        if not any(f.code in _HEADING for f in told):
            return _exported(exported, told, path, year)
    issued: dict[str, Decimal] = {}
    for row in rows:
        league, amount, vintage = (
            row.needed("league_code"),
            row.number("t_co2"),
            row.year("vintage"),
        )
        for column in ("vintage", "t_co2", "source"):
            row.needed(column)
        if amount is not None and amount < 0:
            row.fault("deduction-negative", amount)
        findings += row.faults
        if not row.faults and vintage == year and amount is not None:
            issued[league] = issued.get(league, Decimal(0)) + amount
    return issued, findings


def register_deductions(path: Path, *, year: int) -> tuple[dict[str, Decimal], Anchor]:
    """Return what a credit register says was issued of a vintage, t CO2 by league, and its end.

    Raises
    ------
    RefusedError
        If the file is no ledger, or does not replay.

    """
    held = deduct(path, year=year, basis=Basis.ISSUED)
    issued = {
        zone: Decimal(kg) / _KG_PER_TONNE for zone, kg in held.by_zone().items() if zone != OUTSIDE
    }
    return issued, held.anchor


def _exported(
    rows: list[Row], findings: list[Finding], path: Path, year: int
) -> tuple[dict[str, Decimal], list[Finding]]:
    """Return the deductions of a table of the register; the rows of one basis alone."""
    issued: dict[str, Decimal] = {}
    bases = sorted({row.text("basis") for row in rows})
    if len(bases) > 1:
        value = ", ".join(bases)
        findings.append(finding("parks", "deduction-basis", value=value, where=path.name))
    for row in rows:
        league = row.needed(_NAMES["league_code"])
        vintage, amount = row.year(_NAMES["vintage"]), row.number(_NAMES["t_co2"])
        for column in (_NAMES["vintage"], _NAMES["t_co2"]):
            row.needed(column)
        if amount is not None and amount < 0:
            row.fault("deduction-negative", amount)
        findings += row.faults
        if not row.faults and vintage == year and amount is not None and league != OUTSIDE:
            issued[league] = issued.get(league, Decimal(0)) + amount
    return issued, findings
