"""Soil carbon of a class: reference x factors where the tables have them, else its density.

Depth and edition are part of the answer and never mixed: a factor of 2006 on a reference of
2019 is no soil carbon, and neither is a reference of cultivated land without its factor. A
measured density names no edition and goes with any.

Source: IPCC 2006 Guidelines, Volume 4, Chapter 2, equation 2.25 (SOC_ref x F_LU x F_MG x F_I).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from sinks.categories import Ecosystem, Pool

if TYPE_CHECKING:
    from sinks.coefficient_register import Register
    from sinks.coefficient_rows import Coefficient

REFERENCE = "soc_ref"
"""Parameter of the soil carbon under native vegetation."""
FACTORS = ("f_lu", "f_mg", "f_i")
"""Parameters that multiply the reference: land use, management, input."""
_NATIVE = frozenset(
    {Ecosystem.FOREST, Ecosystem.SHRUB, Ecosystem.GRASSLAND, Ecosystem.WETLAND}
)  # land whose factors are 1 unless the tables say otherwise (Tables 5.5 and 6.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Land:
    """A class of the land cover on a stratum."""

    code: str
    """Class code."""
    ecosystem: Ecosystem
    """Its ecosystem."""
    stratum: str
    """Stratum."""

    def has(self, row: Coefficient) -> bool:
        """Return whether a row speaks of this land, whatever its depth and edition."""
        return (
            row.code in ("", self.code)
            and row.ecosystem in (None, self.ecosystem)
            and row.stratum in ("", self.stratum)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SoilCarbon:
    """Soil carbon as a product of coefficient rows, t C/ha."""

    rows: tuple[Coefficient, ...]
    """A reference and its factors, or one density."""
    edition: str
    """Edition of the rows; blank for what was measured."""

    @property
    def value(self) -> float:
        """The central value, t C/ha."""
        return prod(row.value for row in self.rows if row.value is not None)

    @property
    def by_reference(self) -> bool:
        """Whether it is a reference with its factors."""
        return self.rows[0].parameter == REFERENCE

    def agrees_with(self, other: SoilCarbon) -> bool:
        """Return whether the difference of the two mixes no editions."""
        return not self.edition or not other.edition or self.edition == other.edition


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Everything that the tables say of the soil of a class at one depth."""

    found: tuple[SoilCarbon, ...] = ()
    """Complete ways, references before the density."""
    unfit: tuple[Coefficient, ...] = ()
    """Rows of a reference or its factors that no complete way could use."""

    @property
    def speaks(self) -> bool:
        """Whether a reference is meant, complete or not."""
        return bool(self.unfit) or any(way.by_reference for way in self.found)


def soil_ways(register: Register, land: Land, *, depth_cm: str) -> Ways:
    """Return the ways to the soil carbon of a class at a depth.

    Parameters
    ----------
    register
        Coefficient rows.
    land
        The class and its stratum.
    depth_cm
        Depth, such as ``0-30``; blank where no table states one.

    Raises
    ------
    CoefficientError
        If rows of several depths or editions answer equally well.

    """
    found: dict[tuple[str, ...], SoilCarbon] = {}
    unfit: dict[str, Coefficient] = {}
    for edition in _editions(register):
        reference = _valued(register, REFERENCE, land, depth_cm, edition)
        if reference is None:
            continue
        factors = {name: _valued(register, name, land, depth_cm, edition) for name in FACTORS}
        elsewhere = [
            row
            for row in register.rows
            if row.parameter in FACTORS and factors[row.parameter] is None and land.has(row)
        ]
        if elsewhere or (factors["f_lu"] is None and land.ecosystem is Ecosystem.CROPLAND):
            unfit |= {row.key: row for row in (reference, *elsewhere)}
        elif factors["f_lu"] is not None or land.ecosystem in _NATIVE:
            rows = (reference, *(row for row in factors.values() if row is not None))
            named = next((row.edition for row in rows if row.edition), "")
            found[tuple(row.key for row in rows)] = SoilCarbon(rows=rows, edition=named)
    ways = list(found.values())
    density = _valued(register, "density", land, depth_cm, "")
    if density is not None:
        ways.append(SoilCarbon(rows=(density,), edition=density.edition))
    return Ways(found=tuple(ways), unfit=() if found else tuple(unfit.values()))


def soil_depths(register: Register) -> tuple[str, ...]:
    """Return every depth that a soil density or reference states, the shallowest first."""
    depths = {
        row.depth_cm
        for row in register.rows
        if row.value is not None
        and (row.parameter == REFERENCE or (row.parameter == "density" and row.pool is Pool.SOIL))
    }
    return tuple(sorted(depths - {""} or depths, key=_bottom_first))


def _bottom_first(depth_cm: str) -> tuple[int, ...]:
    """Return the lower and the upper boundary of a depth, for sorting."""
    return tuple(int(part) for part in reversed(depth_cm.split("-")) if part)


def _editions(register: Register) -> tuple[str, ...]:
    """Return the editions that references and factors state; one blank where none does."""
    editions = {row.edition for row in register.rows if row.parameter in (REFERENCE, *FACTORS)} - {
        ""
    }
    return tuple(sorted(editions)) or ("",)


def _valued(
    register: Register, parameter: str, land: Land, depth_cm: str, edition: str
) -> Coefficient | None:
    """Return the row that answers, if it has a value."""
    row = register.lookup(
        parameter=parameter,
        pool=Pool.SOIL,
        code=land.code,
        ecosystem=land.ecosystem,
        stratum=land.stratum,
        depth_cm=depth_cm,
        edition=edition,
    )
    return row if row is not None and row.value is not None else None
