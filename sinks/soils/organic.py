"""Organic soils and wetlands: emission by area and year, in place of the mineral transition.

Rows of ``ef_co2`` (and ``ef_doc``) say that a class on a stratum is organic soil, drained or
rewetted; ``ef_ch4`` gives its methane, which stands in a memo column and is never netted.
Emission factors have the sign of an emission; :func:`sinks.units.flip` makes them removals.

Source: IPCC 2006 Guidelines, Volume 4, Chapter 2, equation 2.26; 2013 Wetlands Supplement,
Chapters 2 and 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sinks.categories import Pool

from .constants import ch4_per_ch4_c, gwp100_ch4

if TYPE_CHECKING:
    from sinks.coefficient_register import Register
    from sinks.coefficient_rows import Coefficient

    from .organic_carbon import Land

_KG_PER_T = 1000.0
_CH4_OF_CARBON = "kg CH4-C/ha/yr"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganicSoil:
    """What an organic soil emits."""

    carbon: tuple[Coefficient, ...]
    """Rows that are added, t C/ha/yr, emission positive: CO2 on site and dissolved carbon."""
    methane: Coefficient | None
    """Its methane; None where no row gives it."""

    @property
    def ch4_t_co2e_per_ha(self) -> float:
        """Methane, t CO2e/ha/yr, emission positive; 0 where no row gives it."""
        if self.methane is None or self.methane.value is None:
            return 0.0
        carbon = self.methane.unit == _CH4_OF_CARBON
        mass = self.methane.value / _KG_PER_T * (ch4_per_ch4_c() if carbon else 1.0)
        return mass * gwp100_ch4()


def organic_soil(register: Register, land: Land) -> OrganicSoil | None:
    """Return what a class on a stratum emits, None where no row calls it organic soil.

    Dissolved carbon counts beside ``ef_co2`` only: by itself it would stand for a whole soil.
    """
    rows = {name: _valued(register, name, land) for name in ("ef_co2", "ef_doc", "ef_ch4")}
    carbon = (rows["ef_co2"], rows["ef_doc"]) if rows["ef_co2"] is not None else ()
    if not carbon and rows["ef_ch4"] is None:
        return None
    return OrganicSoil(
        carbon=tuple(row for row in carbon if row is not None), methane=rows["ef_ch4"]
    )


def dissolved_alone(register: Register, land: Land) -> Coefficient | None:
    """Return a row of dissolved carbon that no ``ef_co2`` stands beside, None where there is none.

    It enters no figure: by itself it would stand for a whole soil.
    """
    if _valued(register, "ef_co2", land) is not None:
        return None
    return _valued(register, "ef_doc", land)


def years_before_and_after(years: int) -> tuple[float, float]:
    """Return the mean years under the old and the new class of land converted in a period.

    The conversion is spread evenly over the years, and a parcel is under its new class from the
    year of its conversion on.

    Examples
    --------
    Of three years, parcels spend 2, 1 and 0 under the old class:

    >>> years_before_and_after(3)
    (1.0, 2.0)

    """
    return (years - 1) / 2, (years + 1) / 2


def _valued(register: Register, parameter: str, land: Land) -> Coefficient | None:
    """Return the emission factor of a class, if it has a value."""
    row = register.lookup(
        parameter=parameter,
        pool=Pool.SOIL,
        code=land.code,
        ecosystem=land.ecosystem,
        stratum=land.stratum,
    )
    return row if row is not None and row.value is not None else None
