"""What a target for growing stock says of the sink: an upper order of magnitude.

The carbon of a growth of stem volume is ``ΔV · D · BEF · (1 + R) · CF``; divided by the years it
bounds what the trees of the region can take up if the target is just reached. A sink well above it
says that the inventory and the target cannot both be right.

Source: METHOD D6 (check): 200 x 10^4 m3 in 5 years give 871,875 t C, that is 174,375 t C and
639,375 t CO2 a year; factors in ``volume_to_carbon.csv``, chosen for an order of magnitude.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING

from sinks.units import CARBON_MOLAR, CO2_MOLAR

from .catalogue import convert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .catalogue import Target

__all__ = ["Ceiling", "ceilings", "factors", "volume_sink"]

_STOCK = "growing_stock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """The sink that two targets for growing stock imply."""

    zone_code: str
    year0: int
    year1: int
    growth_m3: Fraction
    """Growth of the stock between the two years."""
    sink_t_c: Fraction
    """t C a year."""

    @property
    def sink_t_co2(self) -> Fraction:
        """The same in t CO2 a year."""
        return self.sink_t_c * CO2_MOLAR / CARBON_MOLAR


@cache
def factors() -> Mapping[str, Fraction]:
    """Return wood_density, expansion, root_shoot and carbon_fraction."""
    path = files("sinks").joinpath("data", "targets", "volume_to_carbon.csv")
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    return {row["parameter"]: Fraction(row["value"]) for row in rows}


def volume_sink(growth_m3: Fraction, *, years: int) -> Fraction:
    """Return t C a year of a growth of stem volume.

    Raises
    ------
    ValueError
        If ``years`` is not above 0.

    Examples
    --------
    >>> volume_sink(Fraction(2_000_000), years=5)
    Fraction(174375, 1)

    """
    if years <= 0:
        raise ValueError(f"a growth needs a period longer than 0 years, got {years}")
    known = factors()
    above = growth_m3 * known["wood_density"] * known["expansion"]
    return above * (1 + known["root_shoot"]) * known["carbon_fraction"] / years


def ceilings(targets: Sequence[Target]) -> tuple[Ceiling, ...]:
    """Return the ceiling between every two targets for growing stock that follow each other."""
    stocks = sorted(
        (t.zone_code, t.year, convert(t.value, t.indicator.unit, "立方米"))
        for t in targets
        if t.indicator.id == _STOCK and t.year is not None and t.value is not None
    )
    found = []
    for (zone0, year0, volume0), (zone1, year1, volume1) in pairwise(stocks):
        if zone0 == zone1 and volume0 is not None and volume1 is not None:
            growth = volume1 - volume0
            sink = volume_sink(growth, years=year1 - year0)
            found.append(
                Ceiling(zone_code=zone0, year0=year0, year1=year1, growth_m3=growth, sink_t_c=sink)
            )
    return tuple(found)
