"""The forms of an assessment: what each sheet asks for, in the words of a region.

Source: the terms of METHOD D1 and the columns of METHOD F, table 5; an official template was not
found.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from rasters import RefusedError
from rasters.findings import finding
from sinks.budget.forms import league_codes, packaged_region
from sinks.spreadsheet import Column, Form, Kind, write_template

if TYPE_CHECKING:
    from pathlib import Path

    from rasters.findings import Finding
    from sinks.regions import Region

__all__ = ["Forms", "assessment_forms", "region_findings", "write_assessment_template"]

_TEN_THOUSANDTH = Decimal("0.0001")
_UNITS = {
    "万吨二氧化碳": {"吨二氧化碳": _TEN_THOUSANDTH},
    "亿元": {"万元": _TEN_THOUSANDTH},
    "%": {},
}
_NEGATIVE = frozenset({"elec", "target"})
_SETS = {
    "status": ("trial", "evaluation", "official"),
    "quarter": ("1", "2", "3", "4"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """The sheets of the workbook of one region."""

    region: Region
    terms: Form
    reported: Form
    quarters: Form

    @property
    def all(self) -> tuple[Form, ...]:
        """Every sheet in order."""
        return self.terms, self.reported, self.quarters


def assessment_forms(region: Region) -> Forms:
    """Return the forms in the words of a region."""
    return Forms(
        region=region,
        **{name: _form(name, region) for name in ("terms", "reported", "quarters")},
    )


def region_findings(region: Region) -> list[Finding]:
    """Refuse a region whose policy texts know no offset by the sink."""
    if region.assessment.enabled:
        return []
    return [finding("sinks", "assessment-region-disabled", value=region.name_zh, where=region.id)]


def write_assessment_template(path: Path, *, region: str) -> None:
    """Write the empty assessment workbook of a packaged region.

    Raises
    ------
    RefusedError
        If the region is unknown, or its pack says that it has no assessment.

    """
    loaded = packaged_region(region)
    refused = region_findings(loaded)
    if refused:
        raise RefusedError(refused)
    guide = _words()["guide"]
    level = loaded.level(loaded.assessment.level).name_zh
    write_template(
        path,
        assessment_forms(loaded).all,
        title=guide["title"].format(region=loaded.name_zh),
        lines=[line.format(level=level) for line in guide["lines"]],
    )


def _form(name: str, region: Region) -> Form:
    """Return one sheet."""
    sheet = _words()["sheets"][name]
    return Form(
        sheet=sheet["name"],
        columns=tuple(_column(key, words, region) for key, words in sheet["columns"].items()),
        example={k: region.name_zh if v == "{region}" else v for k, v in sheet["example"].items()},
    )


def _column(key: str, words: dict[str, Any], region: Region) -> Column:
    """Return one column; the zone column is headed by the level of the assessment."""
    level, unit = region.level(region.assessment.level).name_zh, words.get("unit", "")
    heading, note = (words[part].format(level=level) for part in ("heading", "note"))
    return Column(
        id=key,
        heading=heading,
        note=note,
        kind=Kind(words["kind"]),
        required=words.get("required", False),
        unit=unit,
        units=_UNITS.get(unit, {}),
        choices=_choices(words.get("choices"), region),
        negative=key in _NEGATIVE,
        width=words.get("width", 14),
    )


def _choices(name: str | None, region: Region) -> dict[str, str]:
    """Return what cells of a closed set may say, and what it means."""
    match name:
        case None:
            return {}
        case "region":
            return {region.name_zh: region.id}
        case "zone":
            return {zone: code for code, zone in league_codes(region).items()}
        case _:
            words = _words()["choices"][name]
            return {words[member]: member for member in _SETS[name]}


@cache
def _words() -> dict[str, Any]:
    """Return the words of the forms."""
    path = files("sinks").joinpath("data", "assessment", "forms.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
