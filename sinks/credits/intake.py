"""Rows of the workbook to records of the ledger; every fault is told with its cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import ValidationError

from rasters.findings import Severity, finding
from sinks.ledger.land import hex_of
from sinks.ledger.said import (
    Exit,
    ExitRoute,
    Issue,
    Offset,
    Parcel,
    Project,
    Removal,
    Scheme,
    Scope,
    Sink,
)
from sinks.ledger.spelling import spelling_key
from sinks.spreadsheet import read_form, read_sheets

from .cells import read_day, read_id, read_ids, read_kg, read_outline, read_serial
from .forms import KINDS, register_forms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pydantic_core import ErrorDetails
    from shapely.geometry.base import BaseGeometry

    from rasters.findings import Finding
    from sinks.ledger.said import Said
    from sinks.spreadsheet import FormRow

    from .shares import Leagues

__all__ = ["Intake", "Periods", "Record", "read_book", "read_row"]

_REASONS = {
    "greater_than_equal": "不得小于 {ge}",
    "less_than_equal": "不得大于 {le}",
    "string_too_long": "不得超过 {max_length} 字",
}
"""Chinese words for kinds of faults."""
Periods = dict[str, tuple[str, str]]
"""Crediting period by project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record, and where it was written."""

    said: Said
    where: Callable[[str], str]
    """Place of each field."""


@dataclass(slots=True, kw_only=True)
class Intake:
    """What the rows are read against, and what was found in them."""

    leagues: Leagues
    periods: Periods
    """Crediting period of the projects known so far; rows add theirs."""
    projects: dict[str, str]
    """Stored ids of projects by spelling key; rows add theirs."""
    parcels: dict[str, str]
    """Stored ids of parcels by spelling key; rows add theirs."""
    outlines: Mapping[str, BaseGeometry] = field(default_factory=dict)
    """Outlines of parcels from a file beside the workbook, by stored id."""
    records: list[Record] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether a cell was refused."""
        return any(f.severity is Severity.ERROR for f in self.findings)


def read_book(path: Path, intake: Intake) -> None:
    """Read the workbook of the register into ``intake``."""
    sheets, found = read_sheets(path)
    intake.findings += found
    forms = register_forms(intake.leagues.region)
    for kind in KINDS if sheets else ():
        rows, found = read_form(sheets, forms[kind], file=path.name)
        intake.findings += found
        for row in rows:
            read_row(kind, row, intake)


def read_row(kind: str, row: FormRow, intake: Intake) -> None:
    """Read one row into ``intake``."""
    said = _READERS[kind](row, intake)
    intake.findings += row.faults
    if said is not None:
        intake.records.append(Record(said=said, where=_places(row)))


def _places(row: FormRow) -> Callable[[str], str]:
    """Return the function from the field of a record to the address of its cell."""
    columns = {"kg": "tonnes", "route": "route"}

    def where(name: str) -> str:
        column = columns.get(name, name)
        known = column in row.places
        return row.where(column) if known else f"{row.sheet}!{row.number}:{row.number}"

    return where


def _made(row: FormRow, make: Callable[[], Said]) -> Said | None:
    """Return the record of a row without faults; a value out of its range is told at the row."""
    if any(f.severity is Severity.ERROR for f in row.faults):
        return None
    try:
        return make()
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            name = str(fault["loc"][0]) if fault["loc"] else ""
            where = _places(row)(name)
            words = {"reason_en": fault["msg"], "reason_zh": _reason_zh(fault)}
            row.faults.append(
                finding("sinks", "credits-cell-range", value=fault["input"], where=where, **words)
            )
        return None


def _reason_zh(fault: ErrorDetails) -> str:
    """Return in Chinese why a value is none of its kind."""
    said = _REASONS.get(fault["type"], "不合登记规定的格式")
    return said.format(**fault.get("ctx", {}))


def _project(row: FormRow, intake: Intake) -> Said | None:
    """Read a project."""
    project, scheme, aliases = (
        read_id(row, "project"),
        row.choice("scheme"),
        read_ids(row, "aliases"),
    )
    start, end = read_day(row, "start", last=False), read_day(row, "end", last=True)
    percent = row.number_in_unit("risk")
    if percent is not None and not 0 <= percent < 100:  # noqa: PLR2004  # percent
        row.fault("credits-risk-range", "risk", percent)
    words = {name: row.text(name) for name in ("method", "name", "owner", "evidence")}
    risk = "" if percent is None else f"{(percent / 100).normalize():f}"
    if project and start and end:
        intake.periods.setdefault(project, (start, end))
        intake.projects.setdefault(spelling_key(project), project)
    return _made(
        row,
        lambda: Project(
            project=project, scheme=Scheme(scheme or ""), aliases=aliases, start=start, end=end,
            risk=risk, **words,
        ),
    )  # fmt: skip


def _parcel(row: FormRow, intake: Intake) -> Said | None:
    """Read a parcel; its period is that of the project where it has none of its own."""
    parcel = read_id(row, "parcel", intake.parcels)
    project = read_id(row, "project", intake.projects)
    intake.parcels.setdefault(spelling_key(parcel), parcel)
    start, end = read_day(row, "start", last=False), read_day(row, "end", last=True)
    shape = read_outline(row, "geometry", row.choice("datum"))
    evidence = row.text("evidence")
    refused = any(f.severity is Severity.ERROR for f in row.faults)
    if shape is None and not row.text("geometry"):
        shape = intake.outlines.get(parcel)
        if shape is None and not refused:
            row.fault("credits-parcel-nowhere", "geometry", parcel)
    period = intake.periods.get(project)
    if period is None and not (start and end) and not refused:
        row.fault("credits-project-unknown", "project", project)
    if shape is None:
        return None
    outline = shape
    first, last = period or ("", "")
    return _made(
        row,
        lambda: Parcel(
            parcel=parcel, project=project, start=start or first, end=end or last,
            geometry=hex_of(outline), shares=intake.leagues.shares(outline), evidence=evidence,
        ),
    )  # fmt: skip


def _removal(row: FormRow, intake: Intake) -> Said | None:
    """Read the removal of a parcel."""
    parcel, kg = read_id(row, "parcel", intake.parcels), read_kg(row, "tonnes", up=False)
    start, end = read_day(row, "start", last=False), read_day(row, "end", last=True)
    source = row.text("source")
    return _made(
        row, lambda: Removal(parcel=parcel, start=start, end=end, kg=kg or 0, source=source)
    )


def _issue(row: FormRow, intake: Intake) -> Said | None:
    """Read an issue."""
    project, block = read_id(row, "project", intake.projects), read_id(row, "block")
    parcels = read_ids(row, "parcels", intake.parcels)
    first, last = read_serial(row, "first"), read_serial(row, "last")
    start, end = read_day(row, "start", last=False), read_day(row, "end", last=True)
    evidence = row.text("evidence")
    return _made(
        row,
        lambda: Issue(
            project=project, block=block, first=first or 0, last=last or 0, start=start, end=end,
            parcels=parcels, evidence=evidence,
        ),
    )  # fmt: skip


def _exit(row: FormRow, _intake: Intake) -> Said | None:
    """Read an exit."""
    scheme, block = row.choice("scheme"), read_id(row, "block")
    first, last = read_serial(row, "first"), read_serial(row, "last")
    route, scope, day = row.choice("route"), row.choice("scope"), read_day(row, "day", last=True)
    buyer, evidence = row.text("buyer"), row.text("evidence")
    return _made(
        row,
        lambda: Exit(
            scheme=Scheme(scheme or ""), block=block, first=first or 0, last=last or 0,
            route=ExitRoute(route or ""), scope=Scope(scope or ""), buyer=buyer, day=day,
            evidence=evidence,
        ),
    )  # fmt: skip


def _sink(row: FormRow, _intake: Intake) -> Said | None:
    """Read the sink of a zone and year."""
    zone, year, kg = row.choice("zone"), row.year("year"), read_kg(row, "tonnes", up=False)
    source = row.text("source")
    return _made(row, lambda: Sink(zone=zone or "", year=year or 0, kg=kg or 0, source=source))


def _offset(row: FormRow, _intake: Intake) -> Said | None:
    """Read what was set off in a zone and year."""
    zone, year, kg = row.choice("zone"), row.year("year"), read_kg(row, "tonnes", up=True)
    source = row.text("source")
    return _made(row, lambda: Offset(zone=zone or "", year=year or 0, kg=kg or 0, source=source))


_READERS: Mapping[str, Callable[[FormRow, Intake], Said | None]] = {
    "project": _project,
    "parcel": _parcel,
    "removal": _removal,
    "issue": _issue,
    "exit": _exit,
    "sink": _sink,
    "offset": _offset,
}
