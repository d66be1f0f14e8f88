"""Storage: what a store takes from surplus and gives into deficit, hour by hour.

The dispatch is greedy: all surplus charges, every deficit discharges, within power and energy.
A store that only meets the park's own load can do no better, because energy kept back is worth
no more later; the share of load is therefore never lowered, and grows with energy and power.

Conventions. The store is empty at the start and what is left at the end counts for nothing.
Power limits hold at the terminals, on what is taken from and delivered to the park. The
efficiency is that of a whole cycle and its losses fall on charging (the store holds
``efficiency`` of what it takes), on discharging, or on both alike (a square root each); the
energy of a store is what it holds inside. There is no self-discharge.

Source: METHOD part E (golden: 40 MWh, 0.9, losses on charging, no power limit: 0.697368).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from .errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Dispatch", "LossesOn", "Store", "dispatch", "served_and_taken"]


class LossesOn(StrEnum):
    """Where the losses of a cycle fall."""

    CHARGING = "charging"
    DISCHARGING = "discharging"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """An electricity store of a park.

    Examples
    --------
    >>> store = Store(energy_mwh=40, power_mw=None, efficiency=0.81, losses_on=LossesOn.BOTH)
    >>> store.charge_efficiency, store.discharge_efficiency
    (0.9, 0.9)

    """

    energy_mwh: float
    """What it can hold, MWh; 0 is a store that does nothing."""
    power_mw: float | None
    """Most that it takes or delivers, MW; None: no limit."""
    efficiency: float
    """Delivered over taken in a whole cycle, above 0 and up to 1."""
    losses_on: LossesOn
    """Where the losses fall."""

    def __post_init__(self) -> None:
        """Refuse sizes and efficiencies that cannot be."""
        if not 0 <= self.energy_mwh < math.inf:
            raise StoreError(f"a store holds 0 MWh or more, got {self.energy_mwh:g}")
        if self.power_mw is not None and not 0 <= self.power_mw < math.inf:
            raise StoreError(f"a store has 0 MW or more, or None, got {self.power_mw:g}")
        if not 0 < self.efficiency <= 1:
            raise StoreError(f"a cycle's efficiency lies in (0, 1], got {self.efficiency:g}")

    @property
    def charge_efficiency(self) -> float:
        """Held over taken."""
        return _side(self.efficiency, self.losses_on, LossesOn.CHARGING)

    @property
    def discharge_efficiency(self) -> float:
        """Delivered over released."""
        return _side(self.efficiency, self.losses_on, LossesOn.DISCHARGING)

    @property
    def limit_mw(self) -> float:
        """Power limit as a number, infinite where there is none."""
        return math.inf if self.power_mw is None else self.power_mw


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dispatch:
    """What stores do in every hour; all arrays have shape (parks, hours), MWh."""

    taken_mwh: NDArray[np.float64]
    """Taken from the park's surplus, at the terminals."""
    delivered_mwh: NDArray[np.float64]
    """Delivered into its deficit, at the terminals."""
    charge_mwh: NDArray[np.float64]
    """Added to what is held: taken less the losses of charging."""
    discharge_mwh: NDArray[np.float64]
    """Released from what is held: delivered plus the losses of discharging."""
    level_mwh: NDArray[np.float64]
    """Held at the end of the hour."""

    @property
    def losses_mwh(self) -> NDArray[np.float64]:
        """Losses of charging and discharging."""
        return (self.taken_mwh - self.charge_mwh) + (self.discharge_mwh - self.delivered_mwh)


def dispatch(
    load: NDArray[np.float64], generation: NDArray[np.float64], stores: Sequence[Store]
) -> Dispatch:
    """Return what the stores of many parks do over consecutive hours.

    Parameters
    ----------
    load, generation
        Load and new-energy generation, MWh, shape (parks, hours), finite and not negative.
    stores
        One store per park.

    Raises
    ------
    StoreError
        If the shapes and the number of stores do not fit.

    Examples
    --------
    >>> store = Store(energy_mwh=3, power_mw=2, efficiency=0.5, losses_on=LossesOn.CHARGING)
    >>> done = dispatch(np.array([[1.0, 1, 1]]), np.array([[9.0, 9, 0]]), [store])
    >>> done.taken_mwh.tolist(), done.delivered_mwh.tolist(), done.level_mwh.tolist()
    ([[2.0, 2.0, 0.0]], [[0.0, 0.0, 1.0]], [[1.0, 2.0, 1.0]])

    """
    if load.ndim != 2 or load.shape != generation.shape or len(stores) != load.shape[0]:  # noqa: PLR2004  # rows of parks
        raise StoreError(
            f"load {load.shape}, generation {generation.shape} and {len(stores)} stores do not "
            "fit; give (parks, hours) twice and one store per park"
        )
    taken, delivered = np.zeros_like(load), np.zeros_like(load)
    charge, discharge = np.zeros_like(load), np.zeros_like(load)
    level = np.zeros_like(load)
    limits = np.array([_limits(store) for store in stores]).reshape(-1, 4)
    _dispatch(load, generation, limits, taken, delivered, charge, discharge, level)
    return Dispatch(
        taken_mwh=taken,
        delivered_mwh=delivered,
        charge_mwh=charge,
        discharge_mwh=discharge,
        level_mwh=level,
    )


def served_and_taken(
    load: NDArray[np.float64], generation: NDArray[np.float64], store: Store
) -> tuple[float, float]:
    """Return the load met by generation and store, and what the store took, both MWh.

    The same dispatch without its series, for searches that repeat it many times.

    Parameters
    ----------
    load, generation
        MWh, shape (hours,), finite and not negative.
    store
        The store; one of 0 MWh leaves the load that is met directly.

    Examples
    --------
    >>> none = Store(energy_mwh=0, power_mw=None, efficiency=1, losses_on=LossesOn.CHARGING)
    >>> served_and_taken(np.array([2.0, 2.0]), np.array([5.0, 1.0]), none)
    (3.0, 0.0)

    """
    served, taken = _served(load, generation, *_limits(store))
    return float(served), float(taken)


def _limits(store: Store) -> tuple[float, float, float, float]:
    """Return energy, power and the two efficiencies."""
    return (
        float(store.energy_mwh),
        float(store.limit_mw),
        store.charge_efficiency,
        store.discharge_efficiency,
    )


def _side(efficiency: float, losses_on: LossesOn, side: LossesOn) -> float:
    """Return the efficiency of one half of a cycle."""
    if losses_on is LossesOn.BOTH:
        return math.sqrt(efficiency)
    return efficiency if losses_on is side else 1.0


@njit(nogil=True, cache=True)
def _step(
    balance: float, level: float, energy: float, power: float, into: float, out: float
) -> tuple[float, float, float]:
    """Return taken, delivered and the new level of one hour; ``balance`` is surplus or deficit."""
    if balance > 0.0:
        room = energy - level
        if min(balance, power) * into >= room:
            return room / into, 0.0, energy
        taken = min(balance, power)
        return taken, 0.0, level + taken * into
    wanted = min(-balance, power)
    if wanted >= level * out:
        return 0.0, level * out, 0.0
    return 0.0, wanted, level - wanted / out


@njit(nogil=True, cache=True)
def _dispatch(  # a compiled loop takes its arrays one by one
    load: NDArray[np.float64],
    generation: NDArray[np.float64],
    limits: NDArray[np.float64],
    taken: NDArray[np.float64],
    delivered: NDArray[np.float64],
    charge: NDArray[np.float64],
    discharge: NDArray[np.float64],
    level: NDArray[np.float64],
) -> None:
    """Fill the series of every park."""
    for park in range(load.shape[0]):
        energy, power, into, out = limits[park]
        held = 0.0
        for hour in range(load.shape[1]):
            balance = generation[park, hour] - load[park, hour]
            took, gave, now = _step(balance, held, energy, power, into, out)
            taken[park, hour], delivered[park, hour] = took, gave
            if took > 0.0:
                charge[park, hour] = now - held
            else:
                discharge[park, hour] = held - now
            level[park, hour] = now
            held = now


@njit(nogil=True, cache=True)
def _served(  # as above
    load: NDArray[np.float64],
    generation: NDArray[np.float64],
    energy: float,
    power: float,
    into: float,
    out: float,
) -> tuple[float, float]:
    """Return the sums of one park."""
    held, served, taken = 0.0, 0.0, 0.0
    for hour in range(load.size):
        balance = generation[hour] - load[hour]
        took, gave, held = _step(balance, held, energy, power, into, out)
        served += min(generation[hour], load[hour]) + gave
        taken += took
    return served, taken
