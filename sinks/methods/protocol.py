"""What a method of estimating change must be.

To add one: a module beside this with a class that has these members, and one import line in
``__init__``. It takes the activity rows of one pair of years and returns terms; summing,
rounding, levels and intervals are done once, for all methods, by ``sinks.inventory``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from sinks.statistics import NO_STATISTICS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from sinks.categories import Ecosystem
    from sinks.coefficient_register import Register
    from sinks.densities import Densities
    from sinks.soils import Soils
    from sinks.statistics import Statistics
    from sinks.stocks import Side
    from sinks.uncertainty import Atoms


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a method may use beside the activity rows."""

    densities: Densities
    """The way to the carbon of every class, stratum and pool."""
    ecosystems: Mapping[str, Ecosystem]
    """Ecosystem of each class code."""
    atoms: Atoms
    """Where the method numbers the atoms of its terms."""
    register: Register | None = None
    """Every coefficient row of the run, for the methods that look rows up themselves."""
    stated: Mapping[Ecosystem, frozenset[str]] = field(default_factory=dict)
    """Pools of ecosystems whose whole stock comes from statistics: no activity row counts them."""
    history: pd.DataFrame | None = None
    """Land conversions of every pair of neighbouring maps, those before the inventory too:
    ``zone_code, year0, year1, code0, code1, stratum, area_mm2``; None where none were counted."""
    activity: Statistics = NO_STATISTICS
    """Volumes and areas by zone; where one is given for an ecosystem, its pixels are not used."""
    losses: Statistics = NO_STATISTICS
    """Harvest, fuel wood and disturbance by zone."""
    mine: frozenset[Ecosystem] | None = None
    """The ecosystems that the method is asked for; None for every one that has a density."""
    is_view: bool = False
    """Whether the rows are the features of a view: no statistics are given for them."""
    soils: Soils | None = None
    """The soils of every conversion and class; None where no method asks for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something about a change that a reader must know and no limit judges."""

    check: str
    """Name of the row of quality.csv."""
    zone_code: str
    """A reported zone or a counted one."""
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTerms:
    """Terms whose sum is the change of each activity row, stock gain positive, t C."""

    terms: pd.DataFrame
    """``row``, ``pool``, ``atom``, ``amount``, ``one_sided`` (a loss whose gain is unknown)."""
    covered: Mapping[str, NDArray[np.bool_]]
    """For each pool, the rows for which the method gives a change (zero included)."""
    by_zone: pd.DataFrame | None = None
    """Terms that belong to no activity row, from statistics or from cohorts of earlier years:
    ``zone_code`` (any reported zone or a counted one), ``ecosystem0``, ``ecosystem``, ``pool``,
    ``atom``, ``amount``, ``one_sided``; a row with amount 0 says that the change is covered."""
    remarks: tuple[Remark, ...] = ()
    """What was assumed or left out, by zone."""


class Method(Protocol):
    """A way of estimating the change of carbon between two dates."""

    @property
    def id(self) -> str:
        """The name used in ``[methods]`` and in the column ``method``."""

    @property
    def name_zh(self) -> str:
        """Chinese name, as the official workbook prints it."""

    @property
    def pools(self) -> frozenset[str]:
        """The pools whose change it covers: pools, or ``biomass`` or ``ecosystem`` as a whole."""

    def change_terms(self, side0: Side, side1: Side, context: Context) -> ChangeTerms:
        """Return the change terms of the rows of one pair of years.

        Only rows that both dates classify may have terms. The sides must not be modified.

        Raises
        ------
        RefusedError
            With a finding for every coefficient and every statistic that is missing.

        """
