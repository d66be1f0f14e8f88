"""One coefficient as a row: what it says, and the interval it is used with.

The interval is settled once, for all figures: the bounds that the row states, or the relative
half-width of ``uncertainty_defaults`` for its parameter, or 75 %, flagged as a default.

Source: nominal error of Tier 1 defaults, 75 %: IPCC 2006 Guidelines, Volume 4 (to be confirmed).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .categories import Completeness, Confidence, Ecosystem, Pool

TIER1_HALF_WIDTH = 0.75
"""Relative half-width (95 %) of a row without bounds and without a default of its own."""


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
    """What the stated bounds are; a 95 % interval unless it begins with ``uniform`` or
    ``triangular``, which makes them the ends of such a range."""
    applies_to: tuple[str, ...]
    """For ``half_width`` rows, the parameters (or parameter/pool) they serve."""
    zone_code: str
    """For benchmarks, the GB/T 2260 code of the zone."""
    name: str
    """Label for people, as published."""
    note: str
    source_group: str = ""
    """Name of the published figure that several rows copy: they are one source of error."""

    @property
    def key(self) -> str:
        """Identity by content: it names one source of error and survives inserted rows."""
        ecosystem, pool = self.ecosystem or "", self.pool or ""
        parts = (
            self.table, self.parameter, pool, self.code, ecosystem, self.stratum, self.depth_cm,
            self.edition, "" if self.class_from is None else f"{self.class_from:g}",
            *self.applies_to,
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
