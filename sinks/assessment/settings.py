"""assessment.toml: where the inputs are, and how each open choice is made.

Unknown keys are refused, because a misspelt choice would otherwise silently take its default.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from rasters import RefusedError
from rasters.findings import finding
from rasters.harden import local_path

from .choices import (
    OPTIONS,
    Choices,
    DeductionBasis,
    ElecExport,
    IntensityBasis,
    NegativeSink,
    OffsetBy,
    SinkYear,
    choice_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rasters.findings import Finding

__all__ = ["Files", "Settings", "input_paths", "read_settings", "settings_text"]


def _decimal(value: object) -> object:
    """Return a number of the file as the decimal that was written."""
    return Decimal(repr(value)) if isinstance(value, float) else value


_Percent = Annotated[Decimal, BeforeValidator(_decimal), Field(ge=0, le=100, allow_inf_nan=False)]


class _Section(BaseModel):
    """A table of the file; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Files(_Section):
    """Where the inputs are, relative to the file."""

    workbook: str
    """The filled-in template."""
    run: str
    """Results folder of the assessed years."""
    inputs: str | None = None
    """Folder of the inventory.toml of that run, where it was moved."""
    base_run: str | None = None
    """Earlier results folder that covers the base year."""
    register_: str | None = Field(default=None, alias="register")
    """Ledger of the credit register."""


class _Chosen(_Section):
    """How the open choices are made."""

    offset_by: OffsetBy = OffsetBy.CENTRAL
    negative_sink: NegativeSink = NegativeSink.ADD
    intensity_basis: IntensityBasis = IntensityBasis.GROSS
    elec_export: ElecExport = ElecExport.SUBTRACT
    deduction_basis: DeductionBasis = DeductionBasis.ISSUED
    sink_year: SinkYear = SinkYear.ANNUAL_MEAN
    offset_cap_percent: _Percent | None = None
    elastic_tolerance_percent: _Percent | None = None
    elastic_tolerance_source: str = ""

    @model_validator(mode="after")
    def _tolerance_has_a_source(self) -> _Chosen:
        if self.elastic_tolerance_percent is not None and not self.elastic_tolerance_source.strip():
            raise ValueError("elastic_tolerance_source must name who set the tolerance")
        return self


class Settings(_Section):
    """The content of an assessment.toml."""

    assessment: Files
    chosen: _Chosen = Field(default_factory=_Chosen, alias="choices")

    @property
    def choices(self) -> Choices:
        """The choices as the computation takes them."""
        values = self.chosen.model_dump(exclude={"elastic_tolerance_source"})
        return Choices(**values)

    @property
    def tolerance_source(self) -> str:
        """Who set the tolerance of the total; blank where there is none."""
        return self.chosen.elastic_tolerance_source


def read_settings(path: Path) -> Settings:
    """Read and validate an assessment.toml.

    Raises
    ------
    RefusedError
        With a finding for every key that is missing, unknown or out of range, and for every
        file that is not there.

    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        value = error.strerror if isinstance(error, OSError) else error
        told = finding("sinks", "assessment-settings-unreadable", value=value, where=path.name)
        raise RefusedError([told]) from error
    try:
        return Settings.model_validate(raw)
    except ValidationError as error:
        raise RefusedError(list(_as_findings(error, path.name))) from error


def input_paths(settings: Settings, folder: Path) -> dict[str, Path]:
    """Return the files and folders that the settings name, by key.

    Raises
    ------
    RefusedError
        With a finding for each that is not there or is not local.

    """
    found: list[Finding] = []
    paths: dict[str, Path] = {}
    for key, text in settings.assessment.model_dump(by_alias=True, exclude_none=True).items():
        try:
            paths[key] = local_path(text, folder)
        except RefusedError as error:
            found += error.findings
    if found:
        raise RefusedError(found)
    return paths


def settings_text(*, workbook: str, run: str) -> str:
    """Return an assessment.toml with every choice at its default, its options and its basis."""
    lines = ["[assessment]", f'workbook = "{workbook}"', f'run = "{run}"',
             '# inputs = "inventory"          # inventory.toml moved: its folder',
             '# base_run = "results/earlier"  # sink of the base year',
             '# register = "ledger.sqlite"    # deductions', "", "[choices]"]  # fmt: skip
    for name, value in Choices().said().items():
        words = choice_words()[name]
        lines.append(f"# {words['zh']} / {words['en']}")
        lines.append(f"# {words['basis_zh']}")
        if name in OPTIONS:
            lines.append(f'{name} = "{value}"  # {" | ".join(OPTIONS[name])}')
        else:
            lines.append(f"# {name} = 10")
    lines += ['# elastic_tolerance_source = ""', ""]
    return "\n".join(lines)


def _as_findings(error: ValidationError, file: str) -> Iterator[Finding]:
    """Translate the errors into findings with the key as it stands in the file."""
    for fault in error.errors(include_url=False):
        key = ".".join(str(part) for part in fault["loc"])
        reason = fault["msg"].removeprefix("Value error, ")
        yield finding("sinks", "assessment-settings-key", value=key, where=file, reason=reason)
