"""The rows of a filled-in budget workbook, read sheet by sheet; every fault names its cell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rasters.findings import Severity, finding
from sinks.categories import Status
from sinks.spreadsheet import read_form

from .plan import (
    Basis,
    Economy,
    Increment,
    IncrementState,
    Reduction,
    ReductionClass,
    ReductionState,
    Terms,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from rasters.findings import Finding
    from sinks.regions import Region
    from sinks.spreadsheet import Form, FormRow, Sheet

    from .forms import Forms

__all__ = ["Reader"]

_SINK = "生态系统碳汇"
_OFFICIAL = frozenset({"budget-amount-missing", "budget-evidence-missing"})
"""Warnings of a trial that refuse an official budget."""


class Reader:
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
                finding("sinks", "budget-terms-rows", value=len(rows), where=where)
            )
            return None
        row = rows[0]
        row.text("name")
        region, status, basis = row.choice("region"), row.choice("status"), row.choice("basis")
        base, first, last = row.year("base_year"), row.year("first_year"), row.year("last_year")
        tolerance, source = row.number_in_unit("tolerance"), row.text("tolerance_source")
        if base is not None and first is not None and base != first - 1:
            row.fault("budget-base-year", "base_year", base, first=first)
        if first is not None and last is not None and last < first:
            row.fault("budget-years", "last_year", last, first=first)
        if tolerance is not None and not source:
            row.fault("budget-tolerance-source", "tolerance_source", tolerance)
        self._told(row)
        if not (region and status and basis and base and first and last):
            return None
        return Terms(
            region=region,
            base_year=base,
            first_year=first,
            last_year=last,
            status=Status(status),
            basis=Basis(basis),
            tolerance_percent=tolerance,
            tolerance_source=source,
        )

    def increments(self, terms: Terms | None) -> list[Increment]:
        """Return the projects that emit."""
        found, seen = [], set[tuple[object, ...]]()
        for row in self._rows(self._forms.increments):
            zone, year, state = self._zone(row), self._year(row, terms), row.choice("state")
            item, name = row.text("project_id"), row.text("name")
            amount, evidence = self._amount(row, terms), row.text("evidence")
            _refuse_repeated(row, seen, (item,) if item else (zone, name, year), item or name)
            self._told(row)
            if zone and year and state and not _refused(row):
                found.append(
                    Increment(
                        zone_code=zone,
                        project_id=item,
                        name=name,
                        year=year,
                        amount_t_co2=amount,
                        state=IncrementState(state),
                        evidence=evidence,
                        where=row.where("amount"),
                    )
                )
        return found

    def reductions(self, terms: Terms | None) -> list[Reduction]:
        """Return the reductions; the sink is none that is typed."""
        found, seen = [], set[tuple[object, ...]]()
        for row in self._rows(self._forms.reductions):
            zone, year, state = self._zone(row), self._year(row, terms), row.choice("state")
            kind, item, name = self._class(row), row.text("project_id"), row.text("name")
            amount, evidence = self._amount(row, terms), row.text("evidence")
            key = (item,) if item else (zone, kind, name, year)
            _refuse_repeated(row, seen, key, item or name)
            self._told(row)
            if zone and kind and year and state and not _refused(row):
                found.append(
                    Reduction(
                        zone_code=zone,
                        kind=ReductionClass(kind),
                        project_id=item,
                        name=name,
                        year=year,
                        amount_t_co2=amount,
                        state=ReductionState(state),
                        evidence=evidence,
                        where=row.where("amount"),
                    )
                )
        return found

    def base_sinks(self) -> dict[str, Decimal]:
        """Return the stated sinks of the base year by league."""
        found: dict[str, Decimal] = {}
        seen = set[tuple[object, ...]]()
        for row in self._rows(self._forms.base_sinks):
            zone, amount = self._zone(row), row.number_in_unit("amount")
            row.text("evidence")
            if zone == self._forms.region.code:
                row.fault("budget-region-typed", "zone", row.text("zone"))
            _refuse_repeated(row, seen, (zone,), row.text("zone"))
            self._told(row)
            if zone and amount is not None:
                found[zone] = amount
        return found

    def economy(self, terms: Terms | None) -> list[Economy]:
        """Return what the intensities are made of."""
        found, seen = [], set[tuple[object, ...]]()
        for row in self._rows(self._forms.economy):
            zone, year = self._zone(row), row.year("year")
            emission, gdp = row.number_in_unit("emission"), row.number_in_unit("gdp")
            target = row.number_in_unit("target")
            row.text("evidence")
            if terms is not None and year is not None and year != terms.base_year:
                if year not in terms.years:
                    row.fault("budget-year-outside", "year", year, period=terms.period)
                if emission is not None:
                    row.fault("budget-emission-planned", "emission", emission, base=terms.base_year)
            if zone == self._forms.region.code and (emission is not None or gdp is not None):
                row.fault("budget-region-typed", "zone", row.text("zone"))
            _refuse_repeated(row, seen, (zone, year), f"{row.text('zone')} {year}")
            self._told(row)
            if zone and year and not _refused(row):
                found.append(
                    Economy(
                        zone_code=zone,
                        year=year,
                        emission_t_co2=emission,
                        gdp=gdp,
                        target_percent=target,
                    )
                )
        return found

    def _rows(self, form: Form) -> list[FormRow]:
        """Return the rows of a sheet."""
        rows, found = read_form(self._sheets, form, file=self._file)
        self.findings += found
        return rows

    def _zone(self, row: FormRow) -> str | None:
        """Return the code of a zone by its name or code; a finer zone is refused as such."""
        said = row.text("zone")
        codes = set(row.form.column("zone").choices.values())
        if said in codes:
            return said
        if said in self._finer:
            row.fault("budget-zone-level", "zone", said)
            return None
        return row.choice("zone")

    def _class(self, row: FormRow) -> str | None:
        """Return a class of reduction; the sink is refused with the way out."""
        if row.text("class") == _SINK:
            row.fault("budget-sink-typed", "class", _SINK)
            return None
        return row.choice("class")

    def _year(self, row: FormRow, terms: Terms | None) -> int | None:
        """Return a year of the budget."""
        year = row.year("year")
        if terms is not None and year is not None and year not in terms.years:
            row.fault("budget-year-outside", "year", year, period=terms.period)
        return year

    def _amount(self, row: FormRow, terms: Terms | None) -> Decimal | None:
        """Return an amount; one that is missing, or lacks its evidence, is told."""
        amount = row.number_in_unit("amount")
        if amount is None and not _refused(row):
            row.fault("budget-amount-missing", "amount", row.text("name"))
        if amount and not row.text("evidence"):
            row.fault("budget-evidence-missing", "evidence", row.text("name"))
        if terms is not None and terms.status is Status.OFFICIAL:
            row.faults[:] = [_as_error(f) if f.code in _OFFICIAL else f for f in row.faults]
        return amount

    def _told(self, row: FormRow) -> None:
        """Take over what is wrong with a row; a cell that is read twice is told once."""
        self.findings += dict.fromkeys(row.faults)


def _refuse_repeated(
    row: FormRow, seen: set[tuple[object, ...]], key: tuple[object, ...], value: str
) -> None:
    """Note a row that says what another one said."""
    if key in seen:
        row.fault("budget-item-repeated", row.form.columns[0].id, value)
    seen.add(key)


def _as_error(found: Finding) -> Finding:
    return replace(found, severity=Severity.ERROR)


def _refused(row: FormRow) -> bool:
    """Return whether a row has a fault that refuses it."""
    return any(f.severity is Severity.ERROR for f in row.faults)


def _finer_names(region: Region) -> set[str]:
    """Return names and codes of the zones below the level of the assessment."""
    levels = [level.id for level in region.levels]
    finer = set(levels[levels.index(region.assessment.level) + 1 :])
    zones = region.zones[region.zones["level"].isin(finer)]
    return set(zones["code"]) | set(zones["name_zh"])
