"""A year of electricity of one park: its load and the generation of its plants.

All amounts are energies in MWh per period, so that an hour, a month and a year add up alike.
A coarser series is made only by summing a finer one; nothing is ever spread over time, and a
year that lacks a month stays incomplete instead of being scaled up.

Generation is what the plants could deliver, the curtailed part included. Only new energy (wind,
PV, and other plants marked so) counts as green. Local time without summer time is assumed.

Source: METHOD part E; 内政办发〔2023〕94号, 六（四）.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from .errors import SeriesError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["EnergySeries", "Plant", "PlantKind", "Resolution", "hours_in", "month_of_hour"]

MONTHS = 12
"""Months of a year."""
_HOURS_PER_DAY = 24


class PlantKind(StrEnum):
    """What drives a plant."""

    WIND = "wind"
    PV = "pv"
    OTHER = "other"


class Resolution(StrEnum):
    """Length of a period."""

    ANNUAL = "annual"
    MONTHLY = "monthly"
    HOURLY = "hourly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """A plant, or a group of like plants, that generates for the park."""

    id: str
    """Id, unique in the park."""
    kind: PlantKind
    """Wind, PV or other."""
    new_energy: bool
    """Whether it counts as new energy; wind and PV always do."""
    capacity_mw: float | None = None
    """Installed power, MW; None where it is not known."""

    def __post_init__(self) -> None:
        """Refuse wind or PV that would not count, and a capacity of nothing."""
        if self.kind is not PlantKind.OTHER and not self.new_energy:
            raise SeriesError(f"plant {self.id!r} is {self.kind}, which is always new energy")
        if self.capacity_mw is not None and not 0 < self.capacity_mw < np.inf:
            raise SeriesError(
                f"plant {self.id!r} has {self.capacity_mw:g} MW; give more than 0, or None"
            )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EnergySeries:
    """Load and generation of a park over the periods of one year."""

    park_id: str
    """Park it belongs to."""
    year: int
    """Calendar year, local time."""
    resolution: Resolution
    """Length of a period."""
    periods: NDArray[np.int64]
    """Shape (n,), ascending: hour of the year from 0, month from 1, or 0 for the year."""
    load_mwh: NDArray[np.float64]
    """Consumption per period, MWh, shape (n,), finite and not negative."""
    plants: tuple[Plant, ...]
    """Plants, in the order of the rows of ``generation_mwh``."""
    generation_mwh: NDArray[np.float64]
    """Generation per plant and period, MWh, shape (plants, n), finite and not negative."""
    reported: Mapping[str, NDArray[np.float64]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """Metered flows by :data:`parks.series_checks.REPORTED`, MWh, shape (n,) each; often empty."""
    partial: bool = False
    """Whether periods of it are known to be cut short, whatever ``periods`` says."""
    synthetic: bool = False
    """Whether the numbers are made up; every result says so."""

    def __post_init__(self) -> None:
        """Refuse shapes that do not fit, values that cannot be, and periods out of order."""
        count = self.periods.size
        expected = (len(self.plants), count)
        if self.load_mwh.shape != (count,) or self.generation_mwh.shape != expected:
            raise SeriesError(
                f"{self.park_id}: {count} periods and {len(self.plants)} plants do not fit load "
                f"{self.load_mwh.shape} and generation {self.generation_mwh.shape}"
            )
        for name, values in (("load", self.load_mwh), ("generation", self.generation_mwh)):
            _refuse_values(f"{self.park_id}: {name}", values)
        for name, values in self.reported.items():
            if values.shape != (count,):
                raise SeriesError(f"{self.park_id}: {name} has {values.shape}, not ({count},)")
            _refuse_values(f"{self.park_id}: {name}", values)
        names = [plant.id for plant in self.plants]
        if len(set(names)) != len(names):
            raise SeriesError(f"{self.park_id}: plants share an id: {sorted(names)}")
        self._refuse_periods()

    def _refuse_periods(self) -> None:
        """Refuse periods outside the year, out of order, or (hours) with a gap between them."""
        first, last = _bounds(self.resolution, self.year)
        steps = np.diff(self.periods)
        hourly = self.resolution is Resolution.HOURLY
        bad_step = (steps != 1) if hourly else (steps < 1)
        inside = self.periods.size > 0 and self.periods[0] >= first and self.periods[-1] <= last
        if not inside or bad_step.any():
            raise SeriesError(
                f"{self.park_id}: {self.resolution} periods of {self.year} ascend within "
                f"{first}..{last}{' without a gap' if hourly else ''}"
            )

    @property
    def complete(self) -> bool:
        """Whether every period of the year is there."""
        first, last = _bounds(self.resolution, self.year)
        return not self.partial and self.periods.size == last - first + 1

    @property
    def new_energy_mwh(self) -> NDArray[np.float64]:
        """Generation of new energy per period, MWh, shape (n,)."""
        return self._sum([plant.new_energy for plant in self.plants])

    @property
    def other_mwh(self) -> NDArray[np.float64]:
        """Generation of all other plants per period, MWh, shape (n,)."""
        return self._sum([not plant.new_energy for plant in self.plants])

    @property
    def months(self) -> NDArray[np.int64]:
        """Month of each period from 1, shape (n,).

        Raises
        ------
        SeriesError
            If the series is annual.

        """
        if self.resolution is Resolution.ANNUAL:
            raise SeriesError(f"{self.park_id}: an annual series has no months")
        if self.resolution is Resolution.MONTHLY:
            return self.periods
        return month_of_hour(self.periods, self.year)

    @property
    def period(self) -> str:
        """The year, with what of it is there where that is not all."""
        first, last = _bounds(self.resolution, self.year)
        if self.complete:
            return str(self.year)
        return f"{self.year} ({self.periods.size}/{last - first + 1})"

    def of_kind(self, kind: PlantKind) -> NDArray[np.float64]:
        """Return the generation of the new-energy plants of a kind, MWh, shape (n,)."""
        return self._sum([plant.kind is kind and plant.new_energy for plant in self.plants])

    def coarser(self, resolution: Resolution) -> EnergySeries:
        """Return the series summed to months or to the year.

        Raises
        ------
        SeriesError
            If ``resolution`` is finer than that of the series.

        Examples
        --------
        >>> hours = np.arange(745)
        >>> series = EnergySeries(
        ...     park_id="p", year=2023, resolution=Resolution.HOURLY, periods=hours,
        ...     load_mwh=np.ones(745), plants=(), generation_mwh=np.empty((0, 745)),
        ... )
        >>> series.coarser(Resolution.MONTHLY).load_mwh.tolist()
        [744.0, 1.0]
        >>> series.coarser(Resolution.ANNUAL).complete
        False

        """
        order = list(Resolution)
        if order.index(resolution) > order.index(self.resolution):
            raise SeriesError(f"{self.park_id}: {self.resolution} data has no {resolution} values")
        if resolution is self.resolution:
            return self
        annual = resolution is Resolution.ANNUAL
        keys = np.zeros_like(self.periods) if annual else self.months
        periods, starts = np.unique(keys, return_index=True)
        return replace(
            self,
            resolution=resolution,
            periods=periods,
            load_mwh=np.add.reduceat(self.load_mwh, starts),
            generation_mwh=np.add.reduceat(self.generation_mwh, starts, axis=1),
            reported={k: np.add.reduceat(v, starts) for k, v in self.reported.items()},
            partial=not self.complete,
        )

    def _sum(self, chosen: list[bool]) -> NDArray[np.float64]:
        """Return the sum over the plants that are chosen."""
        rows = np.flatnonzero(chosen)
        return np.asarray(self.generation_mwh[rows].sum(axis=0), dtype=np.float64)


def hours_in(year: int) -> int:
    """Return 8,760, or 8,784 in a leap year.

    >>> hours_in(2023), hours_in(2024), hours_in(2100)
    (8760, 8784, 8760)
    """
    return (366 if calendar.isleap(year) else 365) * _HOURS_PER_DAY


def month_of_hour(hours: NDArray[np.int64], year: int) -> NDArray[np.int64]:
    """Return the month, from 1, of hours of the year counted from 0; same shape.

    >>> month_of_hour(np.array([0, 743, 744, 8783]), 2024).tolist()
    [1, 1, 2, 12]
    """
    days = [calendar.monthrange(year, month)[1] for month in range(1, MONTHS + 1)]
    ends = np.cumsum(days) * _HOURS_PER_DAY
    return np.asarray(np.searchsorted(ends, hours, side="right") + 1, dtype=np.int64)


def _bounds(resolution: Resolution, year: int) -> tuple[int, int]:
    """Return the first and the last period of a year."""
    if resolution is Resolution.HOURLY:
        return 0, hours_in(year) - 1
    return (1, MONTHS) if resolution is Resolution.MONTHLY else (0, 0)


def _refuse_values(where: str, values: NDArray[np.float64]) -> None:
    """Raise if a value is missing, infinite or negative, naming the first."""
    bad = np.argwhere(~(np.isfinite(values) & (values >= 0)))
    if bad.size:
        at = tuple(int(i) for i in bad[0])
        raise SeriesError(
            f"{where} at {at} is {values[at]:g} MWh; energies are finite and not negative"
        )
