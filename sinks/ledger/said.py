"""What can be said to the ledger: one strict record per kind of event.

Every number is an integer, every day an ISO date with both ends of a period included, so that
the JSON text of a record is the same on every machine. A float of kilograms is no record.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

__all__ = [
    "OUTSIDE",
    "Exit",
    "ExitRoute",
    "Issue",
    "Offset",
    "Opening",
    "Parcel",
    "Project",
    "Removal",
    "Reversal",
    "Said",
    "Scheme",
    "Scope",
    "Share",
    "Sink",
    "kinds",
]

OUTSIDE = "outside"
"""Stands for land that lies in no zone of the region."""
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_LARGEST_KG = 10**15  # the world emits some 4e13 kg CO2 a year; sums stay within 64 bits


def _day(text: str) -> str:
    """Return an ISO day, or raise."""
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError("a day is written as 2025-12-31")
    return text


Day = Annotated[str, AfterValidator(_day)]
Text = Annotated[str, StringConstraints(max_length=2000)]
# The stored spelling (see spelling.py): capitals, digits, Chinese characters and hyphens.
Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z\u4e00-\u9fff-]{1,80}$")]
# A blank or an id: what stands before the serial numbers, as printed but in the stored spelling.
Block = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z\u4e00-\u9fff-]{0,200}$")]
Kg = Annotated[int, Field(ge=1, le=_LARGEST_KG)]
AnyKg = Annotated[int, Field(ge=-_LARGEST_KG, le=_LARGEST_KG)]
Serial = Annotated[int, Field(ge=0, le=10**12)]
Year = Annotated[int, Field(ge=_FIRST_YEAR, le=_LAST_YEAR)]


class Scheme(StrEnum):
    """Under which scheme a project is credited."""

    CCER = "ccer"
    VCS = "vcs"
    FOREST_TICKET = "forest_ticket"
    """林业碳票."""
    INDICATOR = "indicator"
    """指标交易."""

    def label(self, lang: str) -> str:
        """Return the name of the scheme in ``lang`` (zh or en)."""
        return _SCHEMES[self][lang == "en"]


class ExitRoute(StrEnum):
    """How a tonne leaves the register, once."""

    LEAGUE_OFFSET = "league_offset"
    """Surrendered to the offset of the leagues that it grew in."""
    NATIONAL_MARKET = "national_market"
    REGIONAL_TRADE = "regional_trade"
    CANCELLED = "cancelled"
    """Cancelled for a purpose of its own."""

    def label(self, lang: str) -> str:
        """Return the name of the route in ``lang`` (zh or en)."""
        return _ROUTES[self][lang == "en"]


class Scope(StrEnum):
    """Where the buyer of a tonne is, seen from the league that it grew in."""

    IN_LEAGUE = "in_league"
    REGION = "region"
    OUTSIDE = "outside"

    def label(self, lang: str) -> str:
        """Return the name of the scope in ``lang`` (zh or en)."""
        return _SCOPES[self][lang == "en"]


_SCHEMES = {
    Scheme.CCER: ("CCER", "CCER"),
    Scheme.VCS: ("VCS", "VCS"),
    Scheme.FOREST_TICKET: ("林业碳票", "forest carbon ticket"),
    Scheme.INDICATOR: ("指标交易", "indicator trade"),
}
_ROUTES = {
    ExitRoute.LEAGUE_OFFSET: ("盟市抵消", "league offset"),
    ExitRoute.NATIONAL_MARKET: ("全国市场", "national market"),
    ExitRoute.REGIONAL_TRADE: ("区内交易", "regional trade"),
    ExitRoute.CANCELLED: ("注销", "cancellation"),
}
_SCOPES = {
    Scope.IN_LEAGUE: ("本盟市", "in the league"),
    Scope.REGION: ("区内其他盟市", "elsewhere in the region"),
    Scope.OUTSIDE: ("区外", "outside the region"),
}


class _Record(BaseModel):
    """Strict and frozen; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Said(_Record):
    """Base of what an event says."""

    kind: ClassVar[str]
    """Kind of the event."""


class Opening(Said):
    """The first event: for which region the ledger is kept."""

    kind = "open"
    region: Text
    """Id of the region pack."""
    level: Text
    """Level of the zones that deductions are made for."""
    zones: tuple[Text, ...]
    """Codes of the zones of that level."""
    boundary: Text
    """SHA-256 of the boundaries that shares are measured on."""


class Project(Said):
    """A project and its crediting period."""

    kind = "project"
    project: Id
    scheme: Scheme
    method: Text
    """Code of the methodology."""
    name: Text
    owner: Text
    aliases: tuple[Id, ...] = ()
    """Its numbers in other registers."""
    start: Day
    end: Day
    """Last day of the crediting period."""
    risk: Annotated[str, StringConstraints(pattern=r"^(0(\.[0-9]{1,30})?)?$")] = ""
    """Share held back for risk of non-permanence (K_risk), 0 to below 1; blank if none is told."""
    evidence: Text = ""


class Share(_Record):
    """The part of a parcel in one zone."""

    zone: Text
    """Code of the zone; ``outside`` beyond the region."""
    area_mm2: Annotated[int, Field(ge=1)]


class Parcel(Said):
    """Land of a project, and for how long it belongs to it."""

    kind = "parcel"
    parcel: Id
    project: Id
    start: Day
    end: Day
    geometry: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]+$", max_length=20_000_000)]
    """Well-known binary in hexadecimal, longitude and latitude on WGS 84."""
    shares: tuple[Share, ...]
    """By zone, in order of the codes; their sum is the area of the parcel."""
    evidence: Text = ""


class Removal(Said):
    """What the inventory sees the parcel remove in a period; a later one supersedes it."""

    kind = "removal"
    parcel: Id
    start: Day
    end: Day
    kg: Annotated[int, Field(ge=0, le=_LARGEST_KG)]
    """kg CO2."""
    source: Text
    """Run or document that says so."""


class Issue(Said):
    """Credits issued for a vintage period, one serial number a tonne of CO2."""

    kind = "issue"
    project: Id
    block: Block = ""
    """What stands before the serial numbers."""
    first: Serial
    last: Serial
    start: Day
    end: Day
    """Last day of the vintage period."""
    parcels: tuple[Id, ...] = ()
    """Parcels that earned them; empty for all of the project."""
    evidence: Text = ""


class Exit(Said):
    """Serial numbers that leave: each by one route, once."""

    kind = "exit"
    scheme: Scheme
    block: Block = ""
    first: Serial
    last: Serial
    route: ExitRoute
    scope: Scope
    buyer: Text = ""
    day: Day
    evidence: Text = ""


class Sink(Said):
    """The sink of a zone and year in the inventory; a later one supersedes it."""

    kind = "sink"
    zone: Text
    year: Year
    kg: AnyKg
    """kg CO2, removal positive."""
    source: Text


class Offset(Said):
    """How much of the sink of a zone and year an assessment has set off."""

    kind = "offset"
    zone: Text
    year: Year
    kg: Kg
    source: Text


class Reversal(Said):
    """A correction: the target no longer counts, and still stands."""

    kind = "reverse"
    target: Annotated[int, Field(ge=1)]
    """Number of the event."""
    reason: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


def kinds() -> dict[str, type[Said]]:
    """Return the record of each kind of event."""
    records: tuple[type[Said], ...] = (
        Opening, Project, Parcel, Removal, Issue, Exit, Sink, Offset, Reversal,
    )  # fmt: skip
    return {record.kind: record for record in records}
