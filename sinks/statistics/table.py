"""Statistics as rows with their interval, and how a method asks for them.

Each value is one source of error, wherever it is used: the same volume in the stock, in the
change and in a comparison of methods moves them together, while the figures of two leagues or
two dates are drawn apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sinks.uncertainty import Factor

from .places import NOWHERE, Places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sinks.categories import Confidence, Ecosystem

    from .quantities import Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """One validated line."""

    file: str
    """Name of the file."""
    row: int
    """Its line, the heading being 1."""
    zone_code: str
    year: int | None
    """None for each year."""
    ecosystem: Ecosystem
    stratum: str
    """Forest type or the like; blank for all."""
    quantity: Quantity
    value: float
    """m3 or ha, >= 0."""
    low: float
    """Lower bound of the 95 % interval, m3 or ha."""
    high: float
    """Upper bound of the 95 % interval, m3 or ha."""
    assumed: bool
    """Whether the interval is the default of statistics; an official run refuses it."""
    source: str
    confidence: Confidence

    @property
    def key(self) -> str:
        """Identity by content: it names one source of error and survives inserted lines."""
        year = "each" if self.year is None else str(self.year)
        return f"{self.quantity}:{self.zone_code}:{year}:{self.ecosystem}:{self.stratum}"

    @property
    def where(self) -> str:
        """File and line, for messages."""
        return f"{self.file}, row {self.row}"

    @property
    def factor(self) -> Factor:
        """The relative error of the value, around 1; a value of zero has none."""
        if self.value == 0:
            return Factor(key=self.key, value=1.0, low=1.0, high=1.0)
        return Factor(
            key=self.key, value=1.0, low=self.low / self.value, high=self.high / self.value
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """The statistics of one file."""

    rows: tuple[Statistic, ...]
    """By line."""
    places: Places
    """The zones of the run."""

    def find(self, quantity: Quantity, ecosystem: Ecosystem, year: int) -> Iterator[Statistic]:
        """Yield the rows that hold for a year, those of each year included, by line."""
        for row in self.rows:
            if row.quantity is quantity and row.ecosystem is ecosystem and row.year in (None, year):
                yield row

    def one(
        self, quantity: Quantity, ecosystem: Ecosystem, year: int, *, zone: str, stratum: str
    ) -> Statistic | None:
        """Return the row of one zone and stratum that holds for a year, None if there is none."""
        found = (
            row
            for row in self.find(quantity, ecosystem, year)
            if (row.zone_code, row.stratum) == (zone, stratum)
        )
        return next(found, None)

    def strata(self, quantity: Quantity, ecosystem: Ecosystem) -> list[tuple[str, str]]:
        """Return every zone and stratum with a row of a quantity, sorted."""
        return sorted(
            {
                (row.zone_code, row.stratum)
                for row in self.rows
                if row.quantity is quantity and row.ecosystem is ecosystem
            }
        )

    def counted(
        self, quantity: Quantity, ecosystem: Ecosystem, year: int | None = None
    ) -> frozenset[str]:
        """Return the counted zones that have a row of a quantity, of a year or of any."""
        found: set[str] = set()
        for row in self.rows:
            if (
                row.quantity is quantity
                and row.ecosystem is ecosystem
                and (year is None or row.year in (None, year))
            ):
                found |= self.places.counted[row.zone_code]
        return frozenset(found)


NO_STATISTICS = Statistics(rows=(), places=NOWHERE)
"""Where none are given."""
