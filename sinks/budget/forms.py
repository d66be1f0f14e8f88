"""The forms of a budget: what each sheet asks for, in the words of a region.

Source: the columns of a carbon budget, METHOD F table 6; an official template was not found.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from sinks.regions import load_region
from sinks.spreadsheet import Column, Form, Kind, write_template

from .plan import Basis, IncrementState, ReductionClass, ReductionState

if TYPE_CHECKING:
    from pathlib import Path

    from sinks.regions import Region

__all__ = [
    "Forms",
    "budget_forms",
    "league_codes",
    "packaged_region",
    "write_budget_template",
]

_WAN = Decimal(10_000)
_UNITS = {
    "吨二氧化碳/年": {"万吨二氧化碳/年": _WAN},
    "吨二氧化碳": {"万吨二氧化碳": _WAN},
    "万元": {"亿元": _WAN},
    "%": {},
}
_NEGATIVE = frozenset({("base_sinks", "amount"), ("economy", "target")})
_SETS: dict[str, tuple[str, ...]] = {
    "status": ("trial", "evaluation", "official"),
    "basis": tuple(Basis),
    "increment_state": tuple(IncrementState),
    "reduction_state": tuple(ReductionState),
    "class": tuple(kind for kind in ReductionClass if kind is not ReductionClass.SINK),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """The sheets of the workbook of one region."""

    region: Region
    terms: Form
    increments: Form
    reductions: Form
    base_sinks: Form
    economy: Form

    @property
    def all(self) -> tuple[Form, ...]:
        """Every sheet in order."""
        return self.terms, self.increments, self.reductions, self.base_sinks, self.economy


@cache
def packaged_region(region: str) -> Region:
    """Return a packaged region; it is read once and never changed."""
    return load_region(region)


def league_codes(region: Region) -> dict[str, str]:
    """Return the name of every zone that a budget may speak of: the region and its leagues.

    Levels below that of the assessment are never part of a budget.
    """
    level = region.level(region.assessment.level).id
    kept = region.zones[(region.zones["level"] == level) | (region.zones["code"] == region.code)]
    return {str(z.code): str(z.name_zh) for z in kept.itertuples()}


def budget_forms(region: Region) -> Forms:
    """Return the forms in the words of a region."""
    return Forms(
        region=region,
        **{
            name: _form(name, region)
            for name in ("terms", "increments", "reductions", "base_sinks", "economy")
        },
    )


def write_budget_template(path: Path, *, region: str) -> None:
    """Write the empty budget workbook of a packaged region.

    Raises
    ------
    RefusedError
        If the region is unknown.

    """
    loaded = packaged_region(region)
    words = _words()["guide"]
    level = loaded.level(loaded.assessment.level).name_zh
    write_template(
        path,
        budget_forms(loaded).all,
        title=words["title"].format(region=loaded.name_zh),
        lines=[line.format(level=level) for line in words["lines"]],
    )


def _form(name: str, region: Region) -> Form:
    """Return one sheet."""
    entry = _words()["sheets"][name]
    columns = tuple(
        _column(name, column_id, words, region) for column_id, words in entry["columns"].items()
    )
    example = {k: region.name_zh if v == "{region}" else v for k, v in entry["example"].items()}
    return Form(sheet=entry["name"], columns=columns, example=example)


def _column(form: str, column_id: str, words: dict[str, Any], region: Region) -> Column:
    """Return one column; the zone column is headed by the level of the assessment."""
    unit = words.get("unit", "")
    level = region.level(region.assessment.level).name_zh
    return Column(
        id=column_id,
        heading=words["heading"].format(level=level),
        note=words["note"].format(level=level),
        kind=Kind(words["kind"]),
        required=words.get("required", False),
        unit=unit,
        units=_UNITS.get(unit, {}),
        choices=_choices(words.get("choices"), region),
        negative=(form, column_id) in _NEGATIVE,
        width=words.get("width", 14),
    )


def _choices(name: str | None, region: Region) -> dict[str, str]:
    """Return what cells of a closed set may say, and what it means."""
    if name is None:
        return {}
    if name == "region":
        return {region.name_zh: region.id}
    if name == "zone":
        return {name_zh: code for code, name_zh in league_codes(region).items()}
    words = _words()["choices"][name]
    return {words[member]: str(member) for member in _SETS[name]}


@cache
def _words() -> dict[str, Any]:
    """Return the words of the forms."""
    path = files("sinks").joinpath("data", "budget", "forms.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
