"""The accuracy sample: what the map and what the reference say of the same places.

Units are counted by zone, map class and reference class; a matrix has no zones.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .strata import join, parse_stratum

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from rasters.findings import Finding

    from .strata import Strata, Stratum

Units = Counter[tuple[str, str, str]]
"""Sample units by zone (blank where unknown), map class and reference class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Sample units of the change between two years."""

    year0: int
    year1: int
    strata: Strata
    """Which change belongs to which class."""
    units: pd.DataFrame
    """``zone_code`` (blank where unknown), ``map_class``, ``reference_class``, ``count``."""
    path: Path
    """The file it was read from."""
    places: pd.DataFrame | None = None
    """Units whose map class is still to be read from the maps: ``id, longitude, latitude`` (WGS
    84 degrees), ``zone_code`` (blank where unknown), ``reference_class``; None for none."""

    def names(self) -> list[str]:
        """Return every class that a unit has on either side, sorted."""
        return sorted({*self.units["map_class"], *self.units["reference_class"]})

    def counts(self, names: Sequence[str], units: pd.DataFrame | None = None) -> NDArray[np.int64]:
        """Return units by map class (rows) and reference class (columns).

        Parameters
        ----------
        names
            Classes in the order of both axes.
        units
            Some of the units; None for all.

        """
        place = {name: i for i, name in enumerate(names)}
        chosen = self.units if units is None else units
        out = np.zeros((len(names), len(names)), dtype=np.int64)
        np.add.at(
            out,
            (
                chosen["map_class"].map(place).to_numpy(dtype=np.int64),
                chosen["reference_class"].map(place).to_numpy(dtype=np.int64),
            ),
            chosen["count"].to_numpy(dtype=np.int64),
        )
        return out


def sample_of(
    counted: Units,
    strata: Strata,
    years: tuple[int, int],
    path: Path,
    places: pd.DataFrame | None = None,
) -> Sample:
    """Return the sample of counted units, sorted by zone and class.

    Parameters
    ----------
    counted
        Units by zone, map class and reference class.
    strata, years, path, places
        See :class:`Sample`.

    """
    units = pd.DataFrame(
        [(*key, count) for key, count in sorted(counted.items())],
        columns=["zone_code", "map_class", "reference_class", "count"],
    )
    return Sample(
        year0=years[0], year1=years[1], strata=strata, units=units, path=path, places=places
    )


def merged_classes(
    merge: Sequence[Sequence[str]], where: str
) -> tuple[tuple[Stratum, ...], list[Finding]]:
    """Return the classes that lists of names make, and the names that are none.

    Parameters
    ----------
    merge
        Lists of names; each becomes one class.
    where
        Their place, for messages.

    """
    groups, found = [], []
    for names in merge:
        members = [parse_stratum(name, where=where) for name in names]
        found += [fault for _, faults in members for fault in faults]
        groups.append(join(stratum for stratum, _ in members if stratum is not None))
    return tuple(groups), found
