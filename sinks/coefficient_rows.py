"""One coefficient as a row: its columns, how its text is read, and what makes it unusable.

Cells are parsed strictly, because a spreadsheet turns a slip into a plausible number: a
thousands comma, a full-width digit or an empty cell is refused with its file and row, and
never taken as zero. All faults of a table are found at once.

The interval that a row is used with is settled here: the bounds it states, or the relative
half-width of ``uncertainty_defaults`` for its parameter, or 75 %, flagged as a default.

Source: nominal error of Tier 1 defaults, 75 %: IPCC 2006 Guidelines, Volume 4 (to be confirmed).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from rasters.findings import finding

from .categories import Completeness, Confidence, Ecosystem, Pool

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rasters.findings import Finding

REQUIRED_COLUMNS = (
    "code", "ecosystem", "stratum", "pool", "value", "unit", "low", "high", "source", "locator",
    "confidence",
)  # fmt: skip
OPTIONAL_COLUMNS = (
    "parameter", "depth_cm", "edition", "region", "range_type", "class_from", "class_to",
    "completeness", "applies_to", "zone_code", "name", "note",
)  # fmt: skip
TIER1_HALF_WIDTH = 0.75
"""Relative half-width (95 %) of a row without bounds and without a default of its own."""

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_DEPTH = re.compile(r"[0-9]+-[0-9]+")
_WITHOUT_VALUE = (Completeness.NE, Completeness.NA)
_ZERO_ONLY = (Completeness.NO, Completeness.IE)

Member = TypeVar("Member", bound=StrEnum)


class IntervalBasis(StrEnum):
    """Where the interval of a row comes from."""

    STATED = "stated"
    """The row's own bounds."""
    DEFAULT = "default"
    """A relative half-width of ``uncertainty_defaults``, or 75 %; official runs refuse it."""
    NONE = "none"
    """There is no value, hence no interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What a parameter means and in which units its rows may be."""

    id: str
    """Id, as in the column ``parameter``."""
    name_zh: str
    """Chinese name."""
    name_en: str
    """English name."""
    by_method: bool
    """True if a method reads it; False for published evidence that no run reads by itself."""
    units: tuple[str, ...]
    """Units that a row may be in; empty means any text."""
    signed: bool
    """True if values below zero are meaningful."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """One validated row; blank keys mean any."""

    table: str
    """Packaged id, or file stem."""
    row: int
    """Line of the file, the heading being line 1."""
    parameter: str
    code: str
    """Class code of the land-cover product, or blank."""
    ecosystem: Ecosystem | None
    stratum: str
    pool: Pool | None
    value: float | None
    """In ``unit``; None where there is none."""
    unit: str
    low: float | None
    """Lower bound of the 95 % interval that is used."""
    high: float | None
    """Upper bound of the 95 % interval that is used."""
    interval: IntervalBasis
    """Where the interval comes from."""
    half_width_source: str
    """For a default interval, the table and row it comes from, or ``Tier 1, 75 %``."""
    completeness: Completeness | None
    """None where the value is simply missing."""
    confidence: Confidence
    source: str
    """Publication or document number."""
    locator: str
    """Place in the source, or the transcription it was read in."""
    depth_cm: str
    """Soil depth such as ``0-100``, or blank."""
    edition: str
    """Guideline edition that the row must not be mixed beyond, or blank."""
    class_from: float | None
    """Lower edge of the class of V (m3/ha) or AGB (t d.m./ha) in which the row holds."""
    class_to: float | None
    """Upper edge of that class; None where it is open."""
    region: str
    range_type: str
    """What the stated bounds are."""
    applies_to: tuple[str, ...]
    """For ``half_width`` rows, the parameters (or parameter/pool) they serve."""
    zone_code: str
    """For benchmarks, the GB/T 2260 code of the zone."""
    name: str
    """Label for people, as published."""
    note: str

    @property
    def key(self) -> str:
        """Identity by content: it names one source of error and survives inserted rows."""
        ecosystem, pool = self.ecosystem or "", self.pool or ""
        parts = (
            self.table, self.parameter, pool, self.code, ecosystem, self.stratum, self.depth_cm,
            self.edition, "" if self.class_from is None else f"{self.class_from:g}",
        )  # fmt: skip
        return "/".join(parts)

    @property
    def where(self) -> str:
        """Table and row, for messages."""
        return f"{self.table}, row {self.row}"

    @property
    def by_class(self) -> bool:
        """Whether the row holds only between class edges."""
        return self.class_from is not None or self.class_to is not None

    def holds(self, at: float) -> bool:
        """Return whether ``at`` (V in m3/ha or AGB in t d.m./ha) lies in the row's class.

        Classes are open below and closed above, as published (0-20, 21-50, > 100); 0 belongs
        to the class that begins there.
        """
        low = self.class_from if self.class_from is not None else 0.0
        high = self.class_to if self.class_to is not None else float("inf")
        return low < at <= high or at == low == 0


def parse_row(
    cells: Mapping[str, str], *, table: str, row: int, parameters: Mapping[str, Parameter],
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
        The interval of blank bounds is not settled yet: see :func:`settle_interval`.

    """
    text = {c: cells.get(c, "").strip() for c in (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)}
    where = f"{table}, row {row}"
    faults: list[Finding] = []

    def fault(code: str, value: str, **words: object) -> None:
        faults.append(finding("sinks", f"coefficient-{code}", value=value, where=where, **words))

    def number(column: str) -> float | None:
        if text[column] and not _NUMBER.fullmatch(text[column]):
            fault("number", text[column], column=column)
            return None
        return float(text[column]) if text[column] else None

    def member(column: str, kind: type[Member]) -> Member | None:
        try:
            return kind(text[column]) if text[column] else None
        except ValueError:
            fault(column, text[column], known=", ".join(kind))
            return None

    name = text["parameter"] or "density"
    parameter = parameters.get(name)
    if parameter is None:
        fault("parameter", name, known=", ".join(parameters))
    value, low, high = number("value"), number("low"), number("high")
    class_from, class_to = number("class_from"), number("class_to")
    ecosystem, pool = member("ecosystem", Ecosystem), member("pool", Pool)
    confidence = member("confidence", Confidence)
    completeness = member("completeness", Completeness)
    if not text["confidence"]:
        fault("confidence", "", known=", ".join(Confidence))
    if parameter is not None:
        for code, offending in _numeric_faults(parameter, text, value, low, high):
            fault(code, offending, parameter=name, low=text["low"], high=text["high"])
        for code, offending in _key_faults(parameter, text, packaged=packaged):
            fault(code, offending, parameter=name, units=", ".join(parameter.units))
        for code, offending in _value_faults(text, value, confidence, completeness):
            fault(code, offending)
    if class_from is not None and class_to is not None and not 0 <= class_from < class_to:
        fault("class", f"{text['class_from']}-{text['class_to']}")
    if faults or confidence is None:
        return None, faults
    if value is not None and completeness is None:
        completeness = Completeness.ESTIMATED
    stated = value is not None and low is not None
    return Coefficient(
        table=table, row=row, parameter=name, code=text["code"], ecosystem=ecosystem,
        stratum=text["stratum"], pool=pool, value=value, unit=text["unit"], low=low, high=high,
        interval=IntervalBasis.STATED if stated else IntervalBasis.NONE, half_width_source="",
        completeness=completeness, confidence=confidence, source=text["source"],
        locator=text["locator"], depth_cm=text["depth_cm"], edition=text["edition"],
        class_from=class_from, class_to=class_to, region=text["region"],
        range_type=text["range_type"], applies_to=tuple(text["applies_to"].split()),
        zone_code=text["zone_code"], name=text["name"], note=text["note"],
    ), []  # fmt: skip


def settle_interval(row: Coefficient, defaults: Sequence[Coefficient]) -> Coefficient:
    """Return the row with the interval it is used with.

    A default serves a row if it applies to its parameter (and pool) and agrees with it in
    ecosystem, stratum and edition wherever it names one; a row that names no ecosystem may be
    used for any, so all are candidates. Of several candidates the widest is taken.
    """
    if row.value is None or row.low is not None:
        return row
    candidates = [d for d in defaults if d.value is not None and _serves(d, row)]
    widest = max(candidates, key=lambda d: d.value or 0.0, default=None)
    share = TIER1_HALF_WIDTH if widest is None or widest.value is None else widest.value
    reach = abs(row.value) * share
    return replace(
        row,
        low=row.value - reach,
        high=row.value + reach,
        interval=IntervalBasis.DEFAULT,
        half_width_source="Tier 1, 75 %" if widest is None else widest.where,
    )


def _serves(default: Coefficient, row: Coefficient) -> bool:
    """Return whether a half-width row applies to a coefficient."""
    names = {row.parameter, f"{row.parameter}/{row.pool}"}
    return (
        bool(names & set(default.applies_to))
        and (row.ecosystem is None or default.ecosystem in (None, row.ecosystem))
        and default.stratum in ("", row.stratum)
        and default.edition in ("", row.edition)
    )


def _numeric_faults(
    parameter: Parameter, text: Mapping[str, str], value: float | None, low: float | None,
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
    text: Mapping[str, str], value: float | None, confidence: Confidence | None,
    completeness: Completeness | None,
) -> Iterator[tuple[str, str]]:
    """Yield the faults of value against completeness, confidence and source."""
    if not text["value"]:
        if completeness in (None, Completeness.ESTIMATED) and confidence not in (
            None, Confidence.MISSING,
        ):  # fmt: skip
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
