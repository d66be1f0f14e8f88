"""What the policy text leaves open: every choice by name, with its default and its basis.

The text asks that the sink offsets the emissions of a league and gives no formula, so each way
to do it is a parameter that stands on the output. Words and bases are in choices.toml.

Source: 内政办发〔2023〕94号, 四（二）, 六（二）; METHOD D1 (1) to (7), D4.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from sinks.credits import Basis as DeductionBasis

if TYPE_CHECKING:
    from decimal import Decimal

__all__ = [
    "OPTIONS",
    "Choices",
    "DeductionBasis",
    "ElecExport",
    "IntensityBasis",
    "NegativeSink",
    "OffsetBy",
    "SinkYear",
    "choice_words",
]


class OffsetBy(StrEnum):
    """Which figure of the sink offsets."""

    CENTRAL = "central"
    LOWER = "lower"
    """The lower bound of the 95 % interval, in the base year alike."""


class NegativeSink(StrEnum):
    """What a source, or a sink of which more was credited than there is, does."""

    ADD = "add"
    """It adds to the emissions."""
    ZERO = "zero"
    """It offsets nothing and adds nothing."""


class IntensityBasis(StrEnum):
    """What the intensity is of, in the base year and the assessed year alike."""

    GROSS = "gross"
    """Emissions before the sink."""
    NET = "net"
    """Emissions less the admissible sink."""


class ElecExport(StrEnum):
    """What a net export of fossil electricity does."""

    SUBTRACT = "subtract"
    ZERO = "zero"
    """A net export is not subtracted; a net import counts."""


class SinkYear(StrEnum):
    """Which sink a year has."""

    ANNUAL_MEAN = "annual_mean"
    """The annual mean of the shortest period of the inventory that holds the year."""
    SINGLE_YEAR = "single_year"
    """Only the sink of a period of one year; other years have none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The choices of one assessment."""

    offset_by: OffsetBy = OffsetBy.CENTRAL
    negative_sink: NegativeSink = NegativeSink.ADD
    intensity_basis: IntensityBasis = IntensityBasis.GROSS
    elec_export: ElecExport = ElecExport.SUBTRACT
    deduction_basis: DeductionBasis = DeductionBasis.ISSUED
    sink_year: SinkYear = SinkYear.ANNUAL_MEAN
    offset_cap_percent: Decimal | None = None
    """Largest offset, % of the gross emissions; None for no cap."""
    elastic_tolerance_percent: Decimal | None = None
    """Largest excess over the target of the total, % of it; None where none is stated."""

    def said(self) -> dict[str, str]:
        """Return every choice as text by its name; ``none`` for one that is not made."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {k: "none" if v is None else f"{v:f}" if k in _NUMBERS else str(v)
                for k, v in values.items()}  # fmt: skip


OPTIONS: dict[str, tuple[StrEnum, ...]] = {
    "offset_by": tuple(OffsetBy),
    "negative_sink": tuple(NegativeSink),
    "intensity_basis": tuple(IntensityBasis),
    "elec_export": tuple(ElecExport),
    "deduction_basis": tuple(DeductionBasis),
    "sink_year": tuple(SinkYear),
}
"""Choices of a closed set, in order."""
_NUMBERS = frozenset({"offset_cap_percent", "elastic_tolerance_percent"})


@cache
def choice_words() -> dict[str, dict[str, Any]]:
    """Return title, meaning of each option and basis in the text, by choice and language."""
    path = files("sinks").joinpath("data", "assessment", "choices.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
