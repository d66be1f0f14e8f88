"""What closes the gap to a target: more of a park's own wind or PV, or more storage.

Both are found by bisection on the real hourly series, since the share of load never falls when
a profile is scaled up or a store grows (see :mod:`parks.storage`). Before searching, the best
that the measure can ever reach is computed: generation without bound fills every hour in which
the profile is not zero, and a store as large as all that could be put into it is never full.
A target above that best cannot be closed by that measure alone, however much of it is built.

A measure is judged with the park's store at work (``load_hourly_storage``); with a store of
0 MWh that is ``load_hourly``. Added generation has the shape of the park's own plants of its
kind. Each measure stands alone; combinations, costs and grid limits are outside.

Source: METHOD part E; the bisection needs nothing but monotony.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from rasters.findings import finding

from .energy import PlantKind, Resolution
from .errors import PowerError, SeriesError
from .storage import served_and_taken
from .verdict import ROUNDING

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from rasters.findings import Finding

    from .energy import EnergySeries
    from .storage import Store

__all__ = ["Closing", "Means", "Measure", "close_by_generation", "close_by_storage", "measures"]

_PRECISION = 1e-9  # relative width at which a search ends
_MOST_STEPS = 2000  # halvings of any finite bracket: floats span fewer than 2,100 powers of two


class Means(StrEnum):
    """What is added."""

    WIND = "wind"
    PV = "pv"
    STORAGE = "storage"


class Closing(StrEnum):
    """How a measure ends."""

    MET = "met"
    """The target is met already."""
    CLOSED = "closed"
    CANNOT = "cannot"
    """No amount of this measure alone reaches the target."""
    NO_PROFILE = "no_profile"
    """The park has no generation of this kind whose shape could be scaled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How much of one means closes the gap of a park."""

    park_id: str
    means: Means
    closing: Closing
    target: float
    """Share of load, 0 to 1."""
    share_before: float
    """Share of load with the plants and the store there are."""
    share_after: float
    """Share with the measure; for ``cannot`` the best that it can ever reach."""
    surplus_before_mwh: float
    """New energy exported or curtailed before, MWh."""
    surplus_after_mwh: float | None
    """The same with the measure; None where nothing is built."""
    factor: float | None = None
    """Added over present generation of the kind; None for storage or where nothing is built."""
    extra_mwh: float | None = None
    """Added generation in the periods of the series, MWh."""
    extra_mw: float | None = None
    """Added installed power at the present yield, MW; None where capacities are not known."""
    energy_mwh: float | None = None
    """Whole energy of the store, MWh; None for generation."""
    extra_energy_mwh: float | None = None
    """Energy added to the present store, MWh."""

    def finding(self) -> Finding | None:
        """Return the finding of a measure that does not reach its target, else None."""
        codes = {Closing.CANNOT: "power-cannot-close", Closing.NO_PROFILE: "power-no-profile"}
        if self.closing not in codes:
            return None
        names = {
            Means.WIND: ("wind", "风电"),
            Means.PV: ("PV", "光伏"),
            Means.STORAGE: ("storage", "储能"),
        }
        en, zh = names[self.means]
        return finding(
            "parks",
            codes[self.closing],
            value=f"{self.share_after:.6f}",
            where=self.park_id,
            means_en=en,
            means_zh=zh,
            target=f"{self.target:g}",
        )


def measures(
    series: EnergySeries, *, target: float, store: Store, duration_h: float | None
) -> tuple[Measure, ...]:
    """Return what wind, PV and storage would each do alone, in that order.

    Parameters and errors are those of :func:`close_by_generation` and
    :func:`close_by_storage`.
    """
    return (
        close_by_generation(series, kind=PlantKind.WIND, target=target, store=store),
        close_by_generation(series, kind=PlantKind.PV, target=target, store=store),
        close_by_storage(series, target=target, store=store, duration_h=duration_h),
    )


def close_by_generation(
    series: EnergySeries, *, kind: PlantKind, target: float, store: Store
) -> Measure:
    """Return the least added generation of a kind that reaches the target.

    Parameters
    ----------
    series
        Hourly load and generation.
    kind
        Wind or PV; the profile scaled is the sum of the park's plants of the kind.
    target
        Share of load, 0 to 1.
    store
        Store of the park, of 0 MWh where it has none.

    Raises
    ------
    SeriesError
        If the series is not hourly.
    PowerError
        If ``kind`` is other, the target is outside 0 to 1, or the park has no load.

    """
    if kind is PlantKind.OTHER:
        raise PowerError(f"{series.park_id}: added generation is wind or PV, got {kind}")
    present = _Present.of(series, target=target, store=store)
    load, green, means = present.load, present.green, Means(kind)
    profile = series.of_kind(kind)
    if present.served >= present.wanted:
        return present.measure(means, Closing.MET)
    lit = profile > 0
    if not lit.any():
        return present.measure(means, Closing.NO_PROFILE)
    # Generation beyond the load and what the store can take in an hour changes nothing, so
    # these finite amounts are as good as boundless ones.
    fill = min(store.limit_mw, store.energy_mwh / store.charge_efficiency)
    enough = np.where(lit, np.maximum(green, load + fill), green)
    best = served_and_taken(load, enough, store)[0]
    if best < present.wanted:
        return present.measure(means, Closing.CANNOT, after=best)
    most = float(np.max((enough - green)[lit] / profile[lit])) * (1 + _PRECISION)

    def served(factor: float) -> float:
        return served_and_taken(load, green + factor * profile, store)[0]

    factor = _least(served, present.wanted, most)
    more = green + factor * profile
    after, taken = served_and_taken(load, more, store)
    chosen = [p for p in series.plants if p.kind is kind and p.new_energy]
    known = [plant.capacity_mw for plant in chosen if plant.capacity_mw is not None]
    return replace(
        present.measure(means, Closing.CLOSED, after=after),
        surplus_after_mwh=_surplus(load, more, taken),
        factor=factor,
        extra_mwh=factor * math.fsum(profile),
        extra_mw=factor * math.fsum(known) if len(known) == len(chosen) else None,
    )


def close_by_storage(
    series: EnergySeries, *, target: float, store: Store, duration_h: float | None
) -> Measure:
    """Return the least energy of a store that reaches the target.

    Parameters
    ----------
    series
        Hourly load and generation.
    target
        Share of load, 0 to 1.
    store
        Store of the park, of 0 MWh where it has none; it also says what a larger one is like.
    duration_h
        Hours in which a full store empties at full power: the power of a larger store is its
        energy over this, instead of that of ``store``. None: the power stays.

    Raises
    ------
    SeriesError
        If the series is not hourly.
    PowerError
        If the target is outside 0 to 1, the duration is not above 0, or the park has no load.

    """
    if duration_h is not None and not 0 < duration_h < math.inf:
        raise PowerError(f"{series.park_id}: a duration is above 0 h, got {duration_h:g}")
    present = _Present.of(series, target=target, store=store)
    load, green = present.load, present.green
    if present.served >= present.wanted:
        return present.measure(Means.STORAGE, Closing.MET)

    def larger(energy: float) -> Store:
        power = store.power_mw if duration_h is None else energy / duration_h
        return replace(store, energy_mwh=energy, power_mw=power)

    def served(energy: float) -> float:
        return served_and_taken(load, green, larger(energy))[0]

    # A store that holds the whole surplus is never full; with a power that follows its energy
    # it must also meet the largest surplus and deficit.
    most = math.fsum(np.maximum(green - load, 0.0)) * store.charge_efficiency
    if duration_h is not None:
        most = max(most, duration_h * float(np.max(np.abs(green - load))))
    most = max(most, store.energy_mwh)
    best = served(most)
    if best < present.wanted:
        return present.measure(Means.STORAGE, Closing.CANNOT, after=best)
    energy = _least(served, present.wanted, most)
    after, taken = served_and_taken(load, green, larger(energy))
    return replace(
        present.measure(Means.STORAGE, Closing.CLOSED, after=after),
        surplus_after_mwh=_surplus(load, green, taken),
        energy_mwh=energy,
        extra_energy_mwh=max(energy - store.energy_mwh, 0.0),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Present:
    """A park as it is, and what it is to reach."""

    park_id: str
    load: NDArray[np.float64]
    green: NDArray[np.float64]
    total: float
    served: float
    taken: float
    target: float
    wanted: float
    """Energy to be matched, MWh, less half the rounding that a verdict allows, so that what
    closes a gap here is met there, whatever the order of the sums."""

    @classmethod
    def of(cls, series: EnergySeries, *, target: float, store: Store) -> _Present:
        """Return the present of a park, or refuse what cannot be searched."""
        if series.resolution is not Resolution.HOURLY:
            raise SeriesError(
                f"{series.park_id}: closing measures need hours; the data is {series.resolution}"
            )
        if not 0 <= target <= 1:
            raise PowerError(f"{series.park_id}: a target lies in 0..1, got {target:g}")
        load, green = series.load_mwh, series.new_energy_mwh
        total = math.fsum(load)
        if total <= 0:
            raise PowerError(f"{series.park_id}: there is no load, so there is no share of it")
        served, taken = served_and_taken(load, green, store)
        return cls(
            park_id=series.park_id,
            load=load,
            green=green,
            total=total,
            served=served,
            taken=taken,
            target=target,
            wanted=(target - ROUNDING / 2) * total,
        )

    def measure(self, means: Means, closing: Closing, *, after: float | None = None) -> Measure:
        """Return a measure that builds nothing; ``after`` is the energy matched with it, MWh."""
        return Measure(
            park_id=self.park_id,
            means=means,
            closing=closing,
            target=self.target,
            share_before=self.served / self.total,
            share_after=(self.served if after is None else after) / self.total,
            surplus_before_mwh=_surplus(self.load, self.green, self.taken),
            surplus_after_mwh=None,
        )


def _surplus(load: NDArray[np.float64], green: NDArray[np.float64], taken: float) -> float:
    """Return new energy that neither load nor store takes, MWh."""
    return max(math.fsum(np.maximum(green - load, 0.0)) - taken, 0.0)


def _least(served: Callable[[float], float], wanted: float, most: float) -> float:
    """Return the least amount in 0..most that serves what is wanted; ``most`` does."""
    low, high = 0.0, most
    for _ in range(_MOST_STEPS):
        if high - low <= _PRECISION * high:
            break
        middle = (low + high) / 2
        low, high = (low, middle) if served(middle) >= wanted else (middle, high)
    return high
