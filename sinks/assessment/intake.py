"""A filled-in assessment workbook to its inputs; every fault names its cell.

Amounts are filled in as 10^4 t CO2 and 10^8 yuan and become t CO2 and 10^4 yuan, exactly.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from rasters.findings import Severity, finding
from sinks.budget.forms import packaged_region
from sinks.categories import Status
from sinks.regions import region_ids
from sinks.spreadsheet import read_form, read_sheets

from .forms import assessment_forms, region_findings
from .inputs import COMPONENTS, Inputs, Quarter, Reported, Terms

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rasters.findings import Finding
    from sinks.regions import Region
    from sinks.spreadsheet import Form, FormRow, Sheet

    from .forms import Forms

__all__ = ["read_inputs"]

_WAN = Decimal(10_000)
_OWN = (*COMPONENTS, "gdp")
"""What a league reports and a region does not."""
_EXAMPLE = "示例"
"""How the rows begin that are not imported."""


def read_inputs(path: Path) -> tuple[Inputs | None, list[Finding]]:
    """Read an assessment workbook.

    Returns
    -------
    inputs, findings
        None where a finding is an error; the findings are all that there are.

    """
    sheets, found = read_sheets(path)
    if not sheets:
        return None, found
    region = _region(sheets)
    if region is None:
        known = ", ".join(packaged_region(each).name_zh for each in region_ids())
        fault = finding("sinks", "assessment-region-unknown", value="-", where=path.name,
                        known=known)  # fmt: skip
        return None, [*found, fault]
    refused = region_findings(region)
    if refused:
        return None, [*found, *refused]
    reader = _Reader(assessment_forms(region), sheets, path.name)
    terms = reader.terms()
    reported, quarters = reader.reported(terms), reader.quarters(terms)
    found += reader.findings
    if terms is None or any(f.severity is Severity.ERROR for f in found):
        return None, found
    return Inputs(terms=terms, reported=tuple(reported), quarters=tuple(quarters)), found


class _Reader:
    """Reads the sheets of one workbook and gathers what is wrong with them."""

    def __init__(self, forms: Forms, sheets: Sequence[Sheet], file: str) -> None:
        self._forms, self._sheets, self._file = forms, sheets, file
        self._finer = _finer_names(forms.region)
        self.findings: list[Finding] = []

    def terms(self) -> Terms | None:
        """Return the terms: exactly one row."""
        rows = self._rows(self._forms.terms)
        if len(rows) != 1:
            where = f"{self._file}: {self._forms.terms.sheet}"
            self.findings.append(
                finding("sinks", "assessment-terms-rows", value=len(rows), where=where)
            )
            return None
        row = rows[0]
        row.text("name")
        region, status = row.choice("region"), row.choice("status")
        base, first, last = row.year("base_year"), row.year("first_year"), row.year("last_year")
        if base is not None and first is not None and base >= first:
            row.fault("assessment-years", "base_year", base, other=first)
        if first is not None and last is not None and last < first:
            row.fault("assessment-years", "last_year", last, other=first)
        self._told(row)
        if not (region and status and base and first and last):
            return None
        return Terms(
            region=region,
            base_year=base,
            first_year=first,
            last_year=last,
            status=Status(status),
        )

    def reported(self, terms: Terms | None) -> list[Reported]:
        """Return what the zones report, a row for each zone and year."""
        found, seen = [], set[tuple[object, ...]]()
        for row in self._rows(self._forms.reported):
            zone, year = (
                self._zone(row),
                self._year(row, None if terms is None else terms.all_years),
            )
            own = {name: _amount(row, name) for name in _OWN}
            target, total = row.number_in_unit("target"), _amount(row, "total_target")
            if zone == self._forms.region.code:
                for name in (n for n, value in own.items() if value is not None):
                    row.fault("assessment-region-typed", name, row.text(name))
            if terms is not None and year == terms.base_year:
                for name, value in (("target", target), ("total_target", total)):
                    if value is not None:
                        row.fault("assessment-base-target", name, value, base=year)
            if not row.text("source"):
                row.fault("assessment-source-missing", "source", row.text("zone"))
            _binding(row, terms)
            _refuse_repeated(row, seen, (zone, year))
            self._told(row)
            if zone and year and not _refused(row):
                found.append(
                    Reported(
                        zone_code=zone, year=year, target_percent=target, total_target=total, **own
                    )
                )
        return found

    def quarters(self, terms: Terms | None) -> list[Quarter]:
        """Return the emissions by quarter."""
        found, seen = [], set[tuple[object, ...]]()
        for row in self._rows(self._forms.quarters):
            zone, year = self._zone(row), self._year(row, None if terms is None else terms.years)
            quarter = row.choice("quarter")
            amounts = {name: _amount(row, name) for name in ("energy", "ippu", "elec")}
            row.text("source")
            if zone == self._forms.region.code:
                row.fault("assessment-region-typed", "zone", row.text("zone"))
            _refuse_repeated(row, seen, (zone, year, quarter))
            self._told(row)
            if zone and year and quarter and not _refused(row):
                found.append(Quarter(zone_code=zone, year=year, quarter=int(quarter), **amounts))
        return found

    def _rows(self, form: Form) -> list[FormRow]:
        """Return the rows of a sheet."""
        rows, found = read_form(self._sheets, form, file=self._file)
        self.findings += found
        return rows

    def _zone(self, row: FormRow) -> str | None:
        """Return the code of a zone by its name or code; a finer zone is refused as such."""
        said = row.text("zone")
        if said in row.form.column("zone").choices.values():
            return said
        if said in self._finer:
            row.fault("assessment-zone-level", "zone", said)
            return None
        return row.choice("zone")

    def _year(self, row: FormRow, years: Sequence[int] | None) -> int | None:
        """Return a year of the assessment."""
        year = row.year("year")
        if years is not None and year is not None and year not in years:
            known = ", ".join(str(each) for each in years)
            row.fault("assessment-year-outside", "year", year, known=known)
        return year

    def _told(self, row: FormRow) -> None:
        """Take over what is wrong with a row; a cell that is read twice is told once."""
        self.findings += dict.fromkeys(row.faults)


def _amount(row: FormRow, column: str) -> Decimal | None:
    """Return an amount in t CO2 or 10^4 yuan; None where it is missing or refused."""
    number = row.number_in_unit(column)
    return None if number is None else number * _WAN


def _binding(row: FormRow, terms: Terms | None) -> None:
    """Refuse an amount without a source where more than a trial is made of it."""
    if terms is None or terms.status is Status.TRIAL:
        return
    code = "assessment-source-missing"
    row.faults[:] = [
        replace(f, severity=Severity.ERROR) if f.code == code else f for f in row.faults
    ]


def _refuse_repeated(row: FormRow, seen: set[tuple[object, ...]], key: tuple[object, ...]) -> None:
    """Note a row that speaks of what another one spoke of."""
    if None not in key:
        if key in seen:
            row.fault("assessment-row-repeated", "zone", f"{row.text('zone')} {key[1]}")
        seen.add(key)


def _refused(row: FormRow) -> bool:
    """Return whether a row has a fault that refuses it."""
    return any(f.severity is Severity.ERROR for f in row.faults)


def _finer_names(region: Region) -> set[str]:
    """Return names and codes of the zones below the level of the assessment."""
    levels = [level.id for level in region.levels]
    finer = levels[levels.index(region.assessment.level) + 1 :]
    zones = region.zones[region.zones["level"].isin(finer)]
    return set(zones["code"]) | set(zones["name_zh"])


def _region(sheets: Sequence[Sheet]) -> Region | None:
    """Return the region that the sheet of terms names."""
    regions = [packaged_region(each) for each in region_ids()]
    texts = {
        cell.text
        for sheet in sheets
        if sheet.name == assessment_forms(regions[0]).terms.sheet
        for row in sheet.rows.values()
        if not row[min(row)].text.startswith(_EXAMPLE)
        for cell in row.values()
    }
    return next((region for region in regions if region.name_zh in texts), None)
