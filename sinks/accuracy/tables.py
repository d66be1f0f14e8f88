"""adjusted_areas.csv and accuracy_matrix.csv: what the sample says of the maps of a run.

A zone is judged by its own sample where every class that is mapped there has two units or
more; elsewhere the shares that the sample of the whole land found are laid over the mapped
areas of the zone (a synthetic estimate). The column ``regional_ha`` has the latter for all
zones, because only these add up to the whole.

Source: Olofsson et al. (2014), Remote Sensing of Environment 148, 42-57.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sinks.accounts.numbers import bounds, decimals, divide_half_even
from sinks.export.schemas import SCHEMAS
from sinks.tabulate import MICRO, roll_up
from sinks.uncertainty import Z95
from sinks.units import MM2_PER_HA

from .areas import by_class, reference_areas
from .estimators import FEWEST, Estimate, estimate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sinks.zone_tree import ZoneTree

    from .areas import Areas
    from .sample import Sample

ALL = "ALL"
"""Stands in the matrix for all classes together."""
_MICRO_HA = MM2_PER_HA // MICRO


def adjusted_areas(sample: Sample, areas: Areas, tree: ZoneTree) -> pd.DataFrame:
    """Return adjusted_areas.csv.

    Parameters
    ----------
    sample
        A sample that suits the maps.
    areas
        Mapped area by finest zone and class.
    tree
        Zones to report.

    Returns
    -------
    DataFrame
        A row for every zone and class; areas in ha and accuracies as Decimals, missing where
        the zone has no estimate of its own.

    """
    names = sample.names()
    whole = sample.counts(names)
    rows = _rolled(areas, names, whole, tree)
    pieces = []
    for level, zone in tree.all_zones():
        own = rows[rows["level"].eq(level) & rows["zone_code"].eq(zone)]
        own = own.set_index("stratum").reindex(names).fillna({"mapped": 0, "regional": 0})
        counts = _units_of(sample, names, whole, level, zone, tree)
        pieces.append(_zone_rows(own, counts, whole).assign(zone_code=zone, level=level))
    out = pd.concat(pieces, ignore_index=True)
    out["zone_name"] = out["zone_code"].map(dict(tree.names))
    out["year0"], out["year1"] = sample.year0, sample.year1
    return out[list(SCHEMAS["adjusted_areas"].columns)]


def accuracy_matrix(sample: Sample, areas: Areas) -> tuple[pd.DataFrame, Estimate]:
    """Return accuracy_matrix.csv of the whole land, and the estimate that it shows.

    Parameters
    ----------
    sample
        A sample that suits the maps.
    areas
        Mapped area by finest zone and class.

    Returns
    -------
    table, estimate
        Cells of map class by reference class; the margins, with ``ALL`` on the other side, have
        the user's, the producer's and the overall accuracy with their standard errors.

    """
    names = sample.names()
    counts = sample.counts(names)
    mapped = by_class(areas)
    found = estimate(counts, np.array([mapped[name] for name in names], dtype=np.float64))
    cells = [
        (row, column, int(counts[i, j]), float(found.shares[i, j]), np.nan, np.nan)
        for i, row in enumerate(names)
        for j, column in enumerate(names)
    ]
    for i, name in enumerate(names):
        row = int(counts[i].sum()), float(found.shares[i].sum())
        column = int(counts[:, i].sum()), float(found.shares[:, i].sum())
        cells += [
            (name, ALL, *row, float(found.users[i]), float(found.users_error[i])),
            (ALL, name, *column, float(found.producers[i]), float(found.producers_error[i])),
        ]
    cells.append((ALL, ALL, int(counts.sum()), 1.0, found.overall, found.overall_error))
    named = ["map_class", "reference_class", "samples", "area_share", "accuracy", "standard_error"]
    table = pd.DataFrame(cells, columns=named)
    for column_name in named[3:]:
        table[column_name] = bounds(table[column_name])
    table = table.assign(year0=sample.year0, year1=sample.year1)
    return table[list(SCHEMAS["accuracy_matrix"].columns)], found


def _rolled(
    areas: Areas, names: Sequence[str], whole: NDArray[np.int64], tree: ZoneTree
) -> pd.DataFrame:
    """Return mapped and regional areas (millionths of a ha) of every reported zone and class."""
    regional: Areas = type(areas)()
    for (zone, _, reference), part in reference_areas(areas, names, whole).items():
        regional[zone, reference] += part
    keys = sorted({*areas, *regional})
    fine = pd.DataFrame(
        {
            "zone_code": [zone for zone, _ in keys],
            "stratum": [name for _, name in keys],
            "mapped": [divide_half_even(areas[key], _MICRO_HA) for key in keys],
            "regional": [divide_half_even(regional[key], _MICRO_HA) for key in keys],
        }
    )
    return roll_up(fine, ["stratum"], ["mapped", "regional"], tree)


def _units_of(
    sample: Sample,
    names: Sequence[str],
    whole: NDArray[np.int64],
    level: str,
    zone: str,
    tree: ZoneTree,
) -> NDArray[np.int64]:
    """Return the sample units of a reported zone; those without a zone lie in the whole alone."""
    if level == tree.levels[0] and len(tree.zones(level)) == 1:
        return whole
    inside = tree.at(level, sample.units["zone_code"]).eq(zone)
    return sample.counts(names, sample.units[inside])


def _zone_rows(
    own: pd.DataFrame, counts: NDArray[np.int64], whole: NDArray[np.int64]
) -> pd.DataFrame:
    """Return the rows of one zone from its mapped areas, its sample and that of the whole."""
    mapped = own["mapped"].to_numpy(dtype=np.float64) / MICRO
    units = counts.sum(axis=1)
    basis = "synthetic" if (units < FEWEST)[mapped > 0].any() else "own"
    basis = basis if mapped.sum() > 0 else "none"
    nothing = np.full(len(own), np.nan)
    regional = own["regional"].to_numpy(dtype=np.float64) / MICRO
    area, error = regional, np.zeros(len(own))
    accuracies = [nothing] * 4
    if basis == "own":
        found = estimate(counts, mapped)
        area, error = found.area, found.area_error
        accuracies = [found.users, found.users_error, found.producers, found.producers_error]
    elif basis == "synthetic":
        error = estimate(whole, mapped).area_error
    columns = {
        "adjusted_ha": area,
        "standard_error_ha": error,
        "low_ha": np.maximum(area - Z95 * error, 0.0),
        "high_ha": area + Z95 * error,
        "users_accuracy": accuracies[0],
        "users_standard_error": accuracies[1],
        "producers_accuracy": accuracies[2],
        "producers_standard_error": accuracies[3],
    }
    return pd.DataFrame(
        {
            "stratum": own.index,
            "mapped_ha": decimals(own["mapped"].reset_index(drop=True)),
            **{name: bounds(pd.Series(values)) for name, values in columns.items()},
            "regional_ha": decimals(own["regional"].reset_index(drop=True)),
            "samples": units,
            "basis": basis,
        }
    )
