"""Source, grid, load and storage of a park in one balance that closes in every period.

    generation + grid import + discharge = load + charge + surplus + losses

Surplus is what is exported or curtailed. New energy meets the load first, then the store, then
the other plants, then the grid; the store charges from surplus new energy only, so that what it
gives is green. Discharge is what leaves the store and charge what enters it, with the losses of
both counted once, as losses; hence level(t) = level(t - 1) + charge - discharge.

A monthly or annual balance is net: imports and surplus of different hours cancel in it. A
store needs hours and is refused there.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .energy import Resolution
from .errors import SeriesError
from .storage import dispatch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .energy import EnergySeries
    from .storage import Store

__all__ = ["Flows", "flows"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flows:
    """The balance of one park; every array has shape (n,), MWh per period."""

    park_id: str
    """Park it belongs to."""
    resolution: Resolution
    """Length of a period; coarser than hourly means net of what cancels inside."""
    periods: NDArray[np.int64]
    """Hour from 0, month from 1, or 0 for the year."""
    new_energy: NDArray[np.float64]
    """Generation of new energy, the curtailed part included."""
    other: NDArray[np.float64]
    """Generation of all other plants."""
    grid_import: NDArray[np.float64]
    """Bought from the grid."""
    discharge: NDArray[np.float64]
    """Released by the store."""
    load: NDArray[np.float64]
    """Consumption of the park."""
    charge: NDArray[np.float64]
    """Added to the store."""
    surplus: NDArray[np.float64]
    """Exported or curtailed."""
    losses: NDArray[np.float64]
    """Losses of charging and discharging."""
    level: NDArray[np.float64]
    """Held by the store at the end of the period."""
    exported: NDArray[np.float64] | None
    """Part of the surplus that the grid takes; None where its limit is not known."""
    curtailed: NDArray[np.float64] | None
    """Rest of the surplus; None where the limit of the grid is not known."""

    @property
    def residual(self) -> NDArray[np.float64]:
        """Supply less use in every period; zero but for rounding."""
        supply = self.new_energy + self.other + self.grid_import + self.discharge
        return supply - (self.load + self.charge + self.surplus + self.losses)

    @property
    def peak_import_mw(self) -> float | None:
        """Largest mean power of an hour drawn from the grid, MW; None without hours."""
        hourly = self.resolution is Resolution.HOURLY
        return float(self.grid_import.max()) if hourly else None

    def frame(self) -> pd.DataFrame:
        """Return period and flows as columns ``<flow>_mwh``; unknown ones are missing."""
        columns: dict[str, object] = {"period": self.periods}
        for item in _flow_names():
            values = getattr(self, item)
            columns[f"{item}_mwh"] = (
                np.full(self.periods.size, np.nan) if values is None else values
            )
        return pd.DataFrame(columns)

    def totals(self) -> dict[str, float | None]:
        """Return the sum of every flow, MWh, and the level at the end; None where unknown."""
        sums: dict[str, float | None] = {}
        for item in _flow_names():
            values = getattr(self, item)
            sums[item] = None if values is None else float(values.sum())
        sums["level"] = float(self.level[-1])
        return sums


def flows(series: EnergySeries, *, store: Store | None, export_mw: float | None) -> Flows:
    """Return the balance of a park.

    Parameters
    ----------
    series
        Load and generation.
    store
        Store of the park, or None; only with hourly data.
    export_mw
        Power that the grid takes from the park, MW; 0 if it takes none, None if not known or
        if the series is not hourly.

    Raises
    ------
    SeriesError
        If a store or a power limit is given with data coarser than hourly, or the limit is
        negative.

    """
    hourly = series.resolution is Resolution.HOURLY
    if not hourly and (store is not None or export_mw is not None):
        raise SeriesError(
            f"{series.park_id}: a store or a power limit needs hours; the data is "
            f"{series.resolution}"
        )
    if export_mw is not None and not export_mw >= 0:
        raise SeriesError(f"{series.park_id}: the grid takes 0 MW or more, got {export_mw:g}")
    load, green, other = series.load_mwh, series.new_energy_mwh, series.other_mwh
    nothing = np.zeros_like(load)
    taken = delivered = charge = discharge = losses = level = nothing
    if store is not None:
        done = dispatch(load[np.newaxis], green[np.newaxis], [store])
        taken, delivered = done.taken_mwh[0], done.delivered_mwh[0]
        charge, discharge = done.charge_mwh[0], done.discharge_mwh[0]
        losses, level = done.losses_mwh[0], done.level_mwh[0]
    short = np.maximum(load - green - delivered, 0.0)
    other_used = np.minimum(short, other)
    surplus = np.maximum(green - load - taken, 0.0) + (other - other_used)
    exported = None if export_mw is None else np.minimum(surplus, export_mw)
    return Flows(
        park_id=series.park_id,
        resolution=series.resolution,
        periods=series.periods,
        new_energy=green,
        other=other,
        grid_import=short - other_used,
        discharge=discharge,
        load=load,
        charge=charge,
        surplus=surplus,
        losses=losses,
        level=level,
        exported=exported,
        curtailed=None if exported is None else surplus - exported,
    )


def _flow_names() -> list[str]:
    """Return the names of the fields that are flows, in order."""
    return [f.name for f in fields(Flows) if f.name not in {"park_id", "resolution", "periods"}]
