"""Reading one coefficient row from text, and every reason why it cannot be used.

Cells are parsed strictly, because a spreadsheet turns a slip into a plausible number: a
thousands comma, a full-width digit or an empty cell is refused with its file and row, and
never taken as zero. All faults of a row are found at once.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from rasters.findings import finding

from .categories import Completeness, Confidence, Ecosystem, Pool
from .coefficient_rows import Coefficient, IntervalBasis

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rasters.findings import Finding

    from .coefficient_rows import Parameter

REQUIRED_COLUMNS = (
    "code",
    "ecosystem",
    "stratum",
    "pool",
    "value",
    "unit",
    "low",
    "high",
    "source",
    "locator",
    "confidence",
)
OPTIONAL_COLUMNS = (
    "parameter",
    "depth_cm",
    "edition",
    "region",
    "range_type",
    "source_group",
    "class_from",
    "class_to",
    "completeness",
    "applies_to",
    "zone_code",
    "name",
    "note",
)

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_DEPTH = re.compile(r"[0-9]+-[0-9]+")
_WITHOUT_VALUE = (Completeness.NE, Completeness.NA)
_ZERO_ONLY = (Completeness.NO, Completeness.IE)

Member = TypeVar("Member", bound=StrEnum)


class _Cells:
    """The cells of one row, and the faults found while they are read."""

    def __init__(self, cells: Mapping[str, str], where: str) -> None:
        self.text = {c: cells.get(c, "").strip() for c in (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)}
        self.where = where
        self.faults: list[Finding] = []

    def fault(self, code: str, value: object, **words: object) -> None:
        """Note the fault ``coefficient-<code>`` of the row."""
        self.faults.append(
            finding("sinks", f"coefficient-{code}", value=value, where=self.where, **words)
        )

    def number(self, column: str) -> float | None:
        """Return the number of a cell, None where it is blank or none."""
        cell = self.text[column]
        if cell and not _NUMBER.fullmatch(cell):
            self.fault("number", cell, column=column)
            return None
        return float(cell) if cell else None

    def member(self, column: str, kind: type[Member]) -> Member | None:
        """Return the member of a closed set that a cell names, None where it is blank or none."""
        cell = self.text[column]
        try:
            return kind(cell) if cell else None
        except ValueError:
            self.fault(column, cell, known=", ".join(kind))
            return None


def parse_row(
    cells: Mapping[str, str],
    *,
    table: str,
    row: int,
    parameters: Mapping[str, Parameter],
    packaged: bool,
) -> tuple[Coefficient | None, list[Finding]]:
    """Read one row of text; None and the reasons where it cannot be used.

    Parameters
    ----------
    cells
        Text by column; optional columns may be absent.
    table, row
        Table id and line, for messages.
    parameters
        The parameters that are known.
    packaged
        True for a packaged table, whose soil rows must state their depth.

    Returns
    -------
    coefficient, findings
        The interval of blank bounds is not settled yet: see
        :func:`sinks.coefficient_rows.settle_interval`.

    """
    read = _Cells(cells, f"{table}, row {row}")
    text = read.text
    name = text["parameter"] or "density"
    parameter = parameters.get(name)
    if parameter is None:
        read.fault("parameter", name, known=", ".join(parameters))
    value, low, high = read.number("value"), read.number("low"), read.number("high")
    class_from, class_to = read.number("class_from"), read.number("class_to")
    ecosystem, pool = read.member("ecosystem", Ecosystem), read.member("pool", Pool)
    confidence = read.member("confidence", Confidence)
    completeness = read.member("completeness", Completeness)
    if not text["confidence"]:
        read.fault("confidence", "", known=", ".join(Confidence))
    if parameter is not None:
        for code, offending in (
            *_numeric_faults(parameter, text, value, low, high),
            *_key_faults(parameter, text, packaged=packaged),
            *_value_faults(text, value, confidence, completeness),
        ):
            read.fault(
                code,
                offending,
                parameter=name,
                low=text["low"],
                high=text["high"],
                units=", ".join(parameter.units) or "any text",
            )
    if class_from is not None and class_to is not None and not 0 <= class_from < class_to:
        read.fault("class", f"{text['class_from']}-{text['class_to']}")
    if read.faults or confidence is None:
        return None, read.faults
    if value is not None and completeness is None:
        completeness = Completeness.ESTIMATED
    stated = value is not None and low is not None
    return Coefficient(
        table=table,
        row=row,
        parameter=name,
        code=text["code"],
        ecosystem=ecosystem,
        stratum=text["stratum"],
        pool=pool,
        value=value,
        unit=text["unit"],
        low=low,
        high=high,
        interval=IntervalBasis.STATED if stated else IntervalBasis.NONE,
        half_width_source="",
        completeness=completeness,
        confidence=confidence,
        source=text["source"],
        locator=text["locator"],
        depth_cm=text["depth_cm"],
        edition=text["edition"],
        class_from=class_from,
        class_to=class_to,
        region=text["region"],
        range_type=text["range_type"],
        source_group=text["source_group"],
        applies_to=tuple(text["applies_to"].split()),
        zone_code=text["zone_code"],
        name=text["name"],
        note=text["note"],
    ), []


def _numeric_faults(
    parameter: Parameter,
    text: Mapping[str, str],
    value: float | None,
    low: float | None,
    high: float | None,
) -> Iterator[tuple[str, str]]:
    """Yield the faults of a value and its bounds: half given, out of order, below zero."""
    if bool(text["low"]) is not bool(text["high"]) or (text["low"] and not text["value"]):
        yield "bound-alone", text["low"] or text["high"]
    elif value is not None and low is not None and high is not None and not low <= value <= high:
        yield "bounds", text["value"]
    lowest = min((x for x in (value, low) if x is not None), default=0.0)
    if lowest < 0 and not parameter.signed:
        yield "negative", f"{lowest:g}"


def _key_faults(
    parameter: Parameter, text: Mapping[str, str], *, packaged: bool
) -> Iterator[tuple[str, str]]:
    """Yield the faults of unit, pool and depth."""
    if text["unit"] not in parameter.units if parameter.units else not text["unit"]:
        yield "unit", text["unit"]
    if parameter.id == "density" and not text["pool"]:
        yield "pool-needed", text["ecosystem"] or text["code"]
    if text["depth_cm"] and not _is_depth(text["depth_cm"]):
        yield "depth", text["depth_cm"]
    if packaged and text["pool"] == Pool.SOIL and not text["depth_cm"]:
        yield "depth-needed", text["ecosystem"] or text["stratum"]


def _value_faults(
    text: Mapping[str, str],
    value: float | None,
    confidence: Confidence | None,
    completeness: Completeness | None,
) -> Iterator[tuple[str, str]]:
    """Yield the faults of value against completeness, confidence and source."""
    if not text["value"]:
        if completeness in (None, Completeness.ESTIMATED) and confidence not in (
            None,
            Confidence.MISSING,
        ):
            yield "value-blank", text["confidence"]
        if completeness in _ZERO_ONLY:
            yield "value-zero", str(completeness)
    elif completeness in _WITHOUT_VALUE or confidence is Confidence.MISSING:
        yield "value-unexpected", text["value"]
    elif completeness in _ZERO_ONLY and value not in (None, 0.0):
        yield "value-zero", text["value"]
    if not text["source"] and confidence is not Confidence.MISSING:
        yield "source", text["name"] or text["stratum"] or text["ecosystem"]


def _is_depth(text: str) -> bool:
    """Return whether ``text`` is a depth such as 0-100, from above to below."""
    if not _DEPTH.fullmatch(text):
        return False
    top, bottom = text.split("-")
    return int(top) < int(bottom)
