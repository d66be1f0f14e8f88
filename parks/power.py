"""The green-power ratio of a park in every reading.

All seven readings are always returned. One that the data cannot give has no value and says
why; it is never zero. Coarser readings are sums of the same series, so that hourly <= monthly
<= annual holds: a ratio from months or years is an upper bound of the hourly one, and says so.

Source: METHOD part E (formulas and golden case); the CFE score [M].
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from .definitions import Reading, word, wording
from .energy import Resolution
from .errors import PowerError
from .storage import served_and_taken

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .definitions import Wording
    from .energy import EnergySeries
    from .storage import Store

__all__ = ["Flag", "Ratio", "readings"]

_STORE_WORDS = ("energy", "power_zh", "power_en", "efficiency", "losses_zh", "losses_en")
_BY_RESOLUTION = {
    Resolution.ANNUAL: Reading.LOAD_ANNUAL,
    Resolution.MONTHLY: Reading.LOAD_MONTHLY,
    Resolution.HOURLY: Reading.LOAD_HOURLY,
}


class Flag(StrEnum):
    """What a reader of a number must know, or why there is none."""

    CAPPED = "capped"
    """Generation exceeds the load of the year; the share stops at 1."""
    UPPER_BOUND = "upper_bound"
    """Computed from months or years: the hourly value is not higher."""
    LOWER_BOUND = "lower_bound"
    """Computed from months or years: the hourly value is not lower."""
    INCOMPLETE = "incomplete"
    """Periods of the year are missing; the value is that of those there are."""
    SYNTHETIC = "synthetic"
    """The series is made up."""
    NEEDS_HOURLY = "needs_hourly"
    NEEDS_MONTHLY = "needs_monthly"
    NO_STORE = "no_store"
    NO_GRID_FACTOR = "no_grid_factor"
    NO_LOAD = "no_load"
    NO_GENERATION = "no_generation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """One reading of one park, with what it was computed by."""

    park_id: str
    reading: Reading
    value: float | None
    """Share, 0 to 1; None where the data cannot give it."""
    numerator_mwh: float | None
    """MWh; None without a value."""
    denominator_mwh: float | None
    """MWh; None without a value."""
    name_zh: str
    name_en: str
    definition_zh: str
    definition_en: str
    period: str
    """The year, with (there/all) where periods are missing."""
    resolution: Resolution
    """Resolution at which it was computed."""
    flags: tuple[Flag, ...]
    """Sorted."""


def readings(
    series: EnergySeries, *, store: Store | None, grid_cfe: float | NDArray[np.float64] | None
) -> tuple[Ratio, ...]:
    """Return every reading of a park, in the order of :class:`parks.definitions.Reading`.

    Parameters
    ----------
    series
        Load and generation, at the finest resolution there is.
    store
        Store of the park, for ``load_hourly_storage``; None if it has none.
    grid_cfe
        Carbon-free share of the grid's electricity, 0 to 1, one number or one per hour of the
        series, for ``cfe``; None if not known.

    Raises
    ------
    PowerError
        If ``grid_cfe`` lies outside 0 to 1 or does not fit the hours.

    """
    factor = _grid_factor(series, grid_cfe)
    found = [_of_load(series, resolution) for resolution in Resolution]
    found += [_with_store(series, store), *_of_generation(series), _cfe(series, factor)]
    return tuple(found)


def _of_load(series: EnergySeries, resolution: Resolution) -> Ratio:
    """Return the matched share of load at a resolution."""
    reading = _BY_RESOLUTION[resolution]
    words = wording(reading)
    order = list(Resolution)
    if order.index(resolution) > order.index(series.resolution):
        hourly = resolution is Resolution.HOURLY
        why = Flag.NEEDS_HOURLY if hourly else Flag.NEEDS_MONTHLY
        return _missing(series, reading, words, resolution, why)
    coarse = series.coarser(resolution)
    matched = math.fsum(np.minimum(coarse.load_mwh, coarse.new_energy_mwh))
    load, green = math.fsum(coarse.load_mwh), math.fsum(coarse.new_energy_mwh)
    flags = set() if resolution is Resolution.HOURLY else {Flag.UPPER_BOUND}
    if resolution is Resolution.ANNUAL and green > load:
        flags.add(Flag.CAPPED)
    return _ratio(series, reading, words, resolution, matched, load, flags)


def _with_store(series: EnergySeries, store: Store | None) -> Ratio:
    """Return the share of load met directly or from the store."""
    reading, hourly = Reading.LOAD_HOURLY_STORAGE, Resolution.HOURLY
    if store is None:
        blank = dict.fromkeys(_STORE_WORDS, "–")
        return _missing(series, reading, wording(reading).filled(**blank), hourly, Flag.NO_STORE)
    words = wording(reading).filled(
        energy=f"{store.energy_mwh:g}",
        power_zh="不限" if store.power_mw is None else f"{store.power_mw:g} MW",
        power_en="no power limit" if store.power_mw is None else f"{store.power_mw:g} MW",
        efficiency=f"{store.efficiency:g}",
        losses_zh=word("losses", store.losses_on, "zh"),
        losses_en=word("losses", store.losses_on, "en"),
    )
    if series.resolution is not hourly:
        return _missing(series, reading, words, hourly, Flag.NEEDS_HOURLY)
    served, _ = served_and_taken(series.load_mwh, series.new_energy_mwh, store)
    return _ratio(series, reading, words, hourly, served, math.fsum(series.load_mwh), set())


def _of_generation(series: EnergySeries) -> tuple[Ratio, Ratio]:
    """Return use and surplus of generation at the resolution of the series."""
    resolution = series.resolution
    load, green = series.load_mwh, series.new_energy_mwh
    total = math.fsum(green)
    parts = {
        Reading.GENERATION_USE: (math.fsum(np.minimum(load, green)), Flag.UPPER_BOUND),
        Reading.CURTAILMENT: (math.fsum(np.maximum(green - load, 0.0)), Flag.LOWER_BOUND),
    }
    found = []
    for reading, (part, bound) in parts.items():
        words = wording(reading).filled(
            resolution_zh=word("resolution", resolution, "zh"),
            resolution_en=word("resolution", resolution, "en"),
        )
        flags = set() if resolution is Resolution.HOURLY else {bound}
        found.append(_ratio(series, reading, words, resolution, part, total, flags))
    return found[0], found[1]


def _cfe(series: EnergySeries, factor: NDArray[np.float64] | None) -> Ratio:
    """Return the carbon-free score: direct new energy, and grid import at the grid's share."""
    reading, hourly = Reading.CFE, Resolution.HOURLY
    if factor is None:
        words = wording(reading).filled(factor="–")
        return _missing(series, reading, words, hourly, Flag.NO_GRID_FACTOR)
    low, high = float(factor.min()), float(factor.max())
    words = wording(reading).filled(factor=f"{low:g}" if low == high else f"{low:g}–{high:g}")
    if series.resolution is not hourly:
        return _missing(series, reading, words, hourly, Flag.NEEDS_HOURLY)
    load, green = series.load_mwh, series.new_energy_mwh
    imported = np.maximum(load - green - series.other_mwh, 0.0)
    free = math.fsum(np.minimum(load, green) + imported * factor)
    return _ratio(series, reading, words, hourly, free, math.fsum(load), set())


def _grid_factor(
    series: EnergySeries, grid_cfe: float | NDArray[np.float64] | None
) -> NDArray[np.float64] | None:
    """Return the grid's carbon-free share as an array, checked."""
    if grid_cfe is None:
        return None
    factor = np.atleast_1d(np.asarray(grid_cfe, dtype=np.float64))
    if factor.shape not in {(1,), series.load_mwh.shape}:
        raise PowerError(
            f"{series.park_id}: the grid's carbon-free share is one number or one per hour "
            f"({series.load_mwh.size}), got {factor.size}"
        )
    bad = factor[~((factor >= 0) & (factor <= 1))]
    if bad.size:
        raise PowerError(
            f"{series.park_id}: the grid's carbon-free share lies in 0..1, got {bad[0]:g}"
        )
    return factor


def _ratio(
    series: EnergySeries,
    reading: Reading,
    words: Wording,
    resolution: Resolution,
    numerator: float,
    denominator: float,
    flags: set[Flag],
) -> Ratio:
    """Return a reading; without a denominator it has no value."""
    if denominator <= 0:
        of_generation = reading in {Reading.GENERATION_USE, Reading.CURTAILMENT}
        why = Flag.NO_GENERATION if of_generation else Flag.NO_LOAD
        return _missing(series, reading, words, resolution, why)
    # Sums that are rounded apart may exceed each other by an ulp.
    value = min(numerator / denominator, 1.0)
    return Ratio(
        park_id=series.park_id,
        reading=reading,
        value=value,
        numerator_mwh=numerator,
        denominator_mwh=denominator,
        name_zh=words.name_zh,
        name_en=words.name_en,
        definition_zh=words.definition_zh,
        definition_en=words.definition_en,
        period=series.period,
        resolution=resolution,
        flags=_flags(series, flags),
    )


def _missing(
    series: EnergySeries, reading: Reading, words: Wording, resolution: Resolution, why: Flag
) -> Ratio:
    """Return a reading without a value."""
    return Ratio(
        park_id=series.park_id,
        reading=reading,
        value=None,
        numerator_mwh=None,
        denominator_mwh=None,
        name_zh=words.name_zh,
        name_en=words.name_en,
        definition_zh=words.definition_zh,
        definition_en=words.definition_en,
        period=series.period,
        resolution=resolution,
        flags=_flags(series, {why}),
    )


def _flags(series: EnergySeries, flags: set[Flag]) -> tuple[Flag, ...]:
    """Return flags of a number together with those of its series, sorted."""
    own = {Flag.INCOMPLETE: not series.complete, Flag.SYNTHETIC: series.synthetic}
    return tuple(sorted(flags | {flag for flag, holds in own.items() if holds}))
