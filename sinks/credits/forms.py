"""The forms of the register: one sheet for each kind of record, in the words of a region."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from sinks.errors import ResultError
from sinks.regions import load_region
from sinks.spreadsheet import Column, Form, Kind, write_template

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sinks.regions import Region

__all__ = ["KINDS", "register_forms", "write_register_template", "zone_names"]

KINDS = ("project", "parcel", "removal", "issue", "exit", "sink", "offset")
"""Kinds of records in the order that they build on each other."""
_UNITS = {"吨二氧化碳": {"万吨二氧化碳": Decimal(10_000), "千克二氧化碳": Decimal("0.001")}}


def register_forms(region: Region) -> Mapping[str, Form]:
    """Return the form of each kind of record, in the words of a region."""
    return {kind: _form(kind, region) for kind in KINDS}


def write_register_template(path: Path, *, region: str) -> None:
    """Write the empty workbook of a packaged region.

    Raises
    ------
    ResultError
        If the suffix is not .xlsx.
    RefusedError
        If the region is unknown.

    """
    if path.suffix.lower() != ".xlsx":
        raise ResultError(f"the template is an .xlsx workbook, not {path.name}")
    loaded = load_region(region)
    guide = _words()["guide"]
    forms = tuple(register_forms(loaded).values())
    title = guide["title"].format(region=loaded.name_zh)
    write_template(path, forms, title=title, lines=guide["lines"])


def zone_names(region: Region) -> dict[str, str]:
    """Return code and Chinese name of the zones that deductions are made for."""
    level = region.level(region.assessment.level).id
    kept = region.zones[region.zones["level"] == level]
    return {str(zone.code): str(zone.name_zh) for zone in kept.itertuples()}


@cache
def _words() -> dict[str, Any]:
    """Return the words of the workbook."""
    path = files("sinks").joinpath("data", "credits", "forms.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _form(kind: str, region: Region) -> Form:
    """Return one sheet."""
    entry = _words()["sheets"][kind]
    columns = tuple(_column(name, words, region) for name, words in entry["columns"].items())
    return Form(sheet=entry["name"], columns=columns, example=entry["example"])


def _column(name: str, words: dict[str, Any], region: Region) -> Column:
    """Return one column; that of zones is headed by their level."""
    unit, choices = words.get("unit", ""), words.get("choices")
    level = region.level(region.assessment.level).name_zh
    if choices == "zone":
        meanings = {name_zh: code for code, name_zh in zone_names(region).items()}
    else:
        meanings = {said: member for member, said in _words()["choices"].get(choices, {}).items()}
    return Column(
        id=name,
        heading=words["heading"].format(level=level),
        note=words["note"].format(level=level),
        kind=Kind(words["kind"]),
        required=words.get("required", False),
        unit=unit,
        units=_UNITS.get(unit, {}),
        choices=meanings,
        negative=words.get("negative", False),
        width=words.get("width", 14),
    )
