"""What an event comes to: the kilograms of every parcel, zone and year.

An issue is split by the area of each parcel in each zone times its days of the vintage in each
year; an exit takes from what is left of its issue, so that exits never take more than was
issued anywhere and the last one takes all of it. Parts add up to the whole in kilograms.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sinks.manifest import Json

from .apportion import apportion, common_days, days_by_year

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .said import Parcel

__all__ = [
    "KG_PER_SERIAL",
    "Cell",
    "Effect",
    "ExitEffect",
    "IssueEffect",
    "NoEffect",
    "ParcelEffect",
    "ProjectEffect",
    "RemovalEffect",
    "ReversalEffect",
    "YearKg",
    "effect_json",
    "split_exit",
    "split_issue",
    "split_years",
]

KG_PER_SERIAL = 1000
"""One serial number is one tonne of CO2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Kilograms of one parcel in one zone and year."""

    parcel: str
    zone: str
    year: int
    kg: int


@dataclass(frozen=True, slots=True, kw_only=True)
class YearKg:
    """Kilograms of one year."""

    year: int
    kg: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoEffect:
    """Nothing beyond what was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectEffect:
    """Under which keys a project, its numbers elsewhere and its owner are known."""

    keys: tuple[str, ...]
    owner_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelEffect:
    """How large a parcel is and where."""

    area_mm2: int
    bounds: tuple[int, int, int, int]
    """West, south, east and north, 1e-7 degrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalEffect:
    """A removal by years, by days."""

    years: tuple[YearKg, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueEffect:
    """Where and when the credits of an issue grew."""

    scheme: str
    kg: int
    split: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitEffect:
    """Where and when the credits that leave grew."""

    issue: int
    """Number of the event that issued them."""
    kg: int
    buyer_key: str
    split: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversalEffect:
    """What kind of event no longer counts."""

    kind: str


Effect: TypeAlias = (
    NoEffect
    | ProjectEffect
    | ParcelEffect
    | RemovalEffect
    | IssueEffect
    | ExitEffect
    | ReversalEffect
)


def effect_json(effect: Effect) -> Mapping[str, Json]:
    """Return an effect as JSON values."""
    return asdict(effect)


def split_years(kg: int, start: str, end: str) -> tuple[YearKg, ...]:
    """Split a mass by the days of a period in each year.

    >>> [(part.year, part.kg) for part in split_years(365, "2022-07-01", "2023-06-30")]
    [(2022, 184), (2023, 181)]
    """
    days = days_by_year(start, end)
    parts = apportion(kg, list(days.values()))
    return tuple(YearKg(year=year, kg=part) for year, part in zip(days, parts, strict=True))


def split_issue(kg: int, period: tuple[str, str], parcels: Iterable[Parcel]) -> tuple[Cell, ...]:
    """Split an issue over parcels, zones and years; empty where no parcel covers a day of it.

    Parameters
    ----------
    kg
        Mass issued.
    period
        First and last day of the vintage.
    parcels
        Parcels that earned it, any order.

    """
    keys: list[tuple[str, str, int]] = []
    weights: list[int] = []
    for parcel in sorted(parcels, key=lambda p: p.parcel):
        common = common_days(period, (parcel.start, parcel.end))
        for year, days in (days_by_year(*common) if common else {}).items():
            for share in parcel.shares:
                keys.append((parcel.parcel, share.zone, year))
                weights.append(share.area_mm2 * days)
    return _cells(keys, apportion(kg, weights) if weights else [])


def split_exit(
    kg: int, issued: Iterable[Cell], left: Mapping[tuple[str, str, int], int]
) -> tuple[Cell, ...]:
    """Split credits that leave over what is left of their issue.

    Parameters
    ----------
    kg
        Mass that leaves, not above the sum of what is left.
    issued
        Split of the issue.
    left
        Kilograms left by (parcel, zone, year).

    """
    keys = [(cell.parcel, cell.zone, cell.year) for cell in issued]
    return _cells(keys, apportion(kg, [left[key] for key in keys]))


def _cells(keys: list[tuple[str, str, int]], parts: list[int]) -> tuple[Cell, ...]:
    """Return the parts that are not zero, sorted."""
    return tuple(
        Cell(parcel=parcel, zone=zone, year=year, kg=kg)
        for (parcel, zone, year), kg in sorted(zip(keys, parts, strict=True))
        if kg
    )
