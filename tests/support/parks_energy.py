"""Years of hourly energy data made up for tests: seeded, labelled synthetic, nobody's park.

Wind is a slow random walk through a power curve, PV follows the height of the sun under random
clouds, load is an industrial base with a weekly and a daily swing. Sizes are round numbers so
that no series can be taken for that of a real park.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from parks.energy import EnergySeries, Plant, PlantKind, Resolution, hours_in

LATITUDE = 40.0


@dataclass(frozen=True)
class Sizes:
    """Mean load and installed powers of one made-up park, MW."""

    load: float
    wind: float
    pv: float
    other: float = 0.0


SIX_PARKS = {
    "mengsu": Sizes(load=200, wind=500, pv=300),
    "damao": Sizes(load=100, wind=300, pv=100),
    "huolinguole": Sizes(load=1000, wind=1500, pv=300, other=400),
    "baolv": Sizes(load=800, wind=1000, pv=200, other=300),
    "etuoke": Sizes(load=300, wind=0, pv=400),
    "wusitai": Sizes(load=150, wind=50, pv=100),
}
"""Six parks from far above to far below their targets; the figures are invented."""


def six_parks(year=2023, *, seed=94):
    """Return the synthetic hourly series of the six parks, by id."""
    streams = np.random.default_rng(seed).spawn(len(SIX_PARKS))
    return {
        park_id: synthetic_park(park_id, sizes, year, rng)
        for (park_id, sizes), rng in zip(SIX_PARKS.items(), streams, strict=True)
    }


def synthetic_park(park_id, sizes, year, rng):
    """Return one year of one park; plants of 0 MW are left out."""
    hours = np.arange(hours_in(year))
    shapes = {
        "wind": (PlantKind.WIND, sizes.wind, _wind(hours, rng)),
        "pv": (PlantKind.PV, sizes.pv, _sun(hours, rng)),
        "other": (PlantKind.OTHER, sizes.other, np.full(hours.size, 0.6)),
    }
    built = {name: shape for name, shape in shapes.items() if shape[1] > 0}
    return EnergySeries(
        park_id=park_id,
        year=year,
        resolution=Resolution.HOURLY,
        periods=hours,
        load_mwh=sizes.load * _load(hours, rng),
        plants=tuple(
            Plant(id=name, kind=kind, new_energy=name != "other", capacity_mw=size)
            for name, (kind, size, _) in built.items()
        ),
        generation_mwh=np.array([size * profile for _, size, profile in built.values()]),
        synthetic=True,
    )


def hourly(load, generation, *, kind=PlantKind.WIND, year=2023, whole_year=False, other=None):
    """Return a small hourly series of one plant, repeated over the whole year if asked."""
    rows = [np.asarray(generation, float)] + ([] if other is None else [np.asarray(other, float)])
    repeat = hours_in(year) // len(load) if whole_year else 1
    plants = [Plant(id="green", kind=kind, new_energy=True)]
    if other is not None:
        plants.append(Plant(id="coal", kind=PlantKind.OTHER, new_energy=False))
    return EnergySeries(
        park_id="p",
        year=year,
        resolution=Resolution.HOURLY,
        periods=np.arange(len(load) * repeat),
        load_mwh=np.tile(np.asarray(load, float), repeat),
        plants=tuple(plants),
        generation_mwh=np.array([np.tile(row, repeat) for row in rows]),
    )


def monthly(load, generation, *, months=None, year=2023):
    """Return a monthly series of one wind plant."""
    months = np.arange(1, 13) if months is None else np.asarray(months)
    return EnergySeries(
        park_id="p",
        year=year,
        resolution=Resolution.MONTHLY,
        periods=months,
        load_mwh=np.asarray(load, float),
        plants=(Plant(id="green", kind=PlantKind.WIND, new_energy=True),),
        generation_mwh=np.asarray(generation, float)[np.newaxis],
    )


def times(year=2023):
    """Return the hours of a year as texts."""
    start = np.datetime64(f"{year}-01-01T00", "h")
    return [str(start + hour).replace("T", " ") + ":00" for hour in range(hours_in(year))]


def columns(series):
    """Return an hourly series as columns of a file, numbers as text that reads back the same."""
    found = {"time": times(series.year), "load_mwh": [repr(float(v)) for v in series.load_mwh]}
    for plant, values in zip(series.plants, series.generation_mwh, strict=True):
        found[f"{plant.id}_mwh"] = [repr(float(value)) for value in values]
    return found


def write_csv(path, table, *, encoding="utf-8"):
    """Write columns as a CSV file."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table)
        writer.writerows(zip(*table.values(), strict=True))
    return path


def write_parquet(path, table):
    """Write columns as a Parquet file, with the types they have."""
    pq.write_table(pa.table(table), path)
    return path


def _wind(hours, rng):
    """Return output over capacity: an autoregressive wind speed through a power curve."""
    noise = rng.standard_normal(hours.size)
    state, level = np.empty(hours.size), 0.0
    for hour, kick in enumerate(noise):
        level = 0.96 * level + 0.28 * kick
        state[hour] = level
    season = 1 + 0.15 * np.cos(2 * np.pi * hours / hours.size)
    speed = np.maximum(7.5 * season + 3.0 * state, 0.0)
    return np.clip(((speed - 3.0) / 9.0), 0.0, 1.0) ** 2


def _sun(hours, rng):
    """Return output over capacity: sine of the solar elevation under clouds that last a day."""
    day = hours // 24
    declination = np.radians(23.45) * np.sin(2 * np.pi * (day - 80) / 365)
    angle = 2 * np.pi * (hours % 24 + 0.5 - 12.5) / 24  # the sun culminates at 12:30 local time
    latitude = np.radians(LATITUDE)
    height = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(
        declination
    ) * np.cos(angle)
    clear = rng.uniform(0.4, 1.0, size=day[-1] + 1)[day]
    return 0.9 * clear * np.maximum(height, 0.0)


def _load(hours, rng):
    """Return load over its mean: a base with a working day, a quieter Sunday and noise."""
    swing = 1 + 0.05 * np.sin(2 * np.pi * (hours % 24 - 9) / 24)
    sunday = np.where(hours // 24 % 7 == 0, 0.95, 1.0)
    return swing * sunday * rng.uniform(0.97, 1.03, size=hours.size)
