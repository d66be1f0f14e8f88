"""One quantity times its factor: t CO2 and tce of a line, with the factors that made them.

Fuel is converted by its calorific value, or where none is known by its standard-coal
equivalent, which is a calorific value in other words: both ways lead over GJ. A factor in t CO2
per unit of the fuel itself, such as a measured one, goes before both.

Source: IPCC (2006) Guidelines, Volume 2, Equation 2.1 (fuel x factor, oxidation 1); GB/T 2589-2020
(standard coal, 29 307 kJ/kg).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from .activities import WITH_ITEM, Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .activities import Activity, Component
    from .factors import Factor, Factors

__all__ = ["Book", "Line"]

_GJ_PER_TJ = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One quantity and what it comes to."""

    part: Part | None
    """Part of the emissions; None for what emits nothing in the park."""
    basis: str
    """``location`` or ``market`` where only one of them counts it; blank for both."""
    component: Component
    item: str
    quantity: Decimal | None
    """In ``unit``; None where it is missing."""
    unit: str
    t_co2: Decimal | None
    """None where it is missing, and on lines without a part."""
    tce: Decimal | None
    """None where it is missing, and on lines that are no energy use."""
    is_energy: bool
    """Whether ``tce`` counts as energy use of the park."""
    factors: tuple[Factor, ...]
    """Factors in use."""
    lacking: tuple[str, ...]
    """Quantities and factors that are missing."""

    def counts(self, part: Part, basis: str) -> bool:
        """Return whether the line belongs to a part on a basis."""
        return self.part is part and self.basis in ("", basis)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Factors of one region and year, applied to quantities."""

    factors: Factors
    region: str
    year: int

    def total(self, rows: Sequence[Activity], component: Component) -> Decimal | None:
        """Return the sum of a component; None where a quantity is missing, 0 without rows."""
        amounts = [row.quantity for row in rows if row.component is component]
        known = [amount for amount in amounts if amount is not None]
        return sum(known, Decimal(0)) if len(known) == len(amounts) else None

    def emission(
        self,
        part: Part,
        component: Component,
        item: str,
        quantity: Decimal | None,
        unit: str,
        *,
        factor: str,
        energy: str = "",
        basis: str = "",
    ) -> Line:
        """Return the line of a quantity whose factor is in t CO2 per unit of it.

        Parameters
        ----------
        part, component, item
            What the line is.
        quantity, unit
            How much; a zero needs no factor.
        factor
            Item of the factor.
        energy
            Item of its standard-coal equivalent; blank for what is no energy use.
        basis
            ``location`` or ``market`` where only one of them counts it.

        """
        steps = [_Step("co2_per_unit", factor, f"t CO2/{unit}")]
        co2 = self._applied(quantity, component, item, steps)
        tce = (
            self._applied(
                quantity, component, item, [_Step("coal_equivalent", energy, f"tce/{unit}")]
            )
            if energy
            else _NOTHING
        )
        return Line(
            part=part,
            basis=basis,
            component=component,
            item=item,
            quantity=quantity,
            unit=unit,
            t_co2=co2.amount,
            tce=tce.amount,
            is_energy=bool(energy),
            factors=(*co2.factors, *tce.factors),
            lacking=tuple(dict.fromkeys((*co2.lacking, *tce.lacking))),
        )

    def fuel(self, row: Activity) -> Line:
        """Return the line of a fuel that is burnt."""
        co2 = self._applied(row.quantity, row.component, row.item, self._co2_steps(row))
        tce = self._applied(row.quantity, row.component, row.item, self._tce_steps(row))
        return Line(
            part=Part.FUEL,
            basis="",
            component=row.component,
            item=row.item,
            quantity=row.quantity,
            unit=row.unit,
            t_co2=co2.amount,
            tce=tce.amount,
            is_energy=True,
            factors=tuple(dict.fromkeys((*co2.factors, *tce.factors))),
            lacking=tuple(dict.fromkeys((*co2.lacking, *tce.lacking))),
        )

    def energy(self, component: Component, quantity: Decimal | None, item: str) -> Line:
        """Return the line of electricity (MWh) as energy use alone."""
        tce = self._applied(
            quantity, component, item, [_Step("coal_equivalent", "electricity", "tce/MWh")]
        )
        return Line(
            part=None,
            basis="",
            component=component,
            item=item,
            quantity=quantity,
            unit="MWh",
            t_co2=None,
            tce=tce.amount,
            is_energy=True,
            factors=tce.factors,
            lacking=tce.lacking,
        )

    def memo(self, row: Activity) -> Line:
        """Return a line that is shown and counts nowhere."""
        return Line(
            part=None,
            basis="",
            component=row.component,
            item=row.item,
            quantity=row.quantity,
            unit=row.unit,
            t_co2=None,
            tce=None,
            is_energy=False,
            factors=(),
            lacking=(),
        )

    def _co2_steps(self, row: Activity) -> list[_Step]:
        """Return the factors from a quantity of fuel to t CO2."""
        direct = _Step("co2_per_unit", row.item, f"t CO2/{row.unit}")
        if self._find(direct) is not None:
            return [direct]
        per_energy = _Step("co2_per_energy", row.item, "t CO2/TJ", Decimal(_GJ_PER_TJ))
        return [*self._energy_steps(row), per_energy]

    def _energy_steps(self, row: Activity) -> list[_Step]:
        """Return the factors from a quantity of fuel to GJ."""
        if row.unit == "GJ":
            return []
        if row.unit == "tce":
            return [_STANDARD_COAL]
        calorific = _Step("calorific_value", row.item, f"GJ/{row.unit}")
        coal = _Step("coal_equivalent", row.item, f"tce/{row.unit}")
        if self._find(calorific) is None and self._find(coal) is not None:
            return [coal, _STANDARD_COAL]
        return [calorific]

    def _tce_steps(self, row: Activity) -> list[_Step]:
        """Return the factors from a quantity of fuel to tce, over the same row as to GJ."""
        steps = self._energy_steps(row)
        if steps and steps[-1] is _STANDARD_COAL:
            return steps[:-1]
        return [*steps, _PER_STANDARD_COAL]

    def _find(self, step: _Step) -> tuple[Factor, Decimal] | None:
        """Return the row that answers a step, and its value."""
        row = self.factors.lookup(
            step.parameter, step.item, region=self.region, year=self.year, unit=step.unit
        )
        return None if row is None or row.value is None else (row, row.value)

    def _applied(
        self,
        quantity: Decimal | None,
        component: Component,
        item: str,
        steps: Sequence[_Step],
    ) -> _Amount:
        """Return a quantity times its factors; of nothing there is nothing, whatever the factor."""
        if quantity is None:
            name = f"{component}/{item}" if component in WITH_ITEM else str(component)
            return _Amount(None, (), (f"quantity/{name}",))
        if quantity == 0:
            return _Amount(Decimal(0), (), ())
        amount = quantity
        used: list[Factor] = []
        lacking: list[str] = []
        for step in steps:
            found = self._find(step)
            if found is None:
                lacking.append(f"{step.parameter}/{step.item} ({step.unit})")
                continue
            row, value = found
            used.append(row)
            amount = amount / value if step.divides else amount * value / step.per
        return _Amount(None if lacking else amount, tuple(used), tuple(lacking))


@dataclass(frozen=True, slots=True)
class _Step:
    """One factor on the way from a quantity to a result."""

    parameter: str
    item: str
    unit: str
    per: Decimal = Decimal(1)
    """How many of the quantity's unit one unit of the factor is for."""
    divides: bool = False


@dataclass(frozen=True, slots=True)
class _Amount:
    """A result, or what it lacks."""

    amount: Decimal | None
    factors: tuple[Factor, ...]
    lacking: tuple[str, ...]


_NOTHING = _Amount(None, (), ())
_STANDARD_COAL = _Step("energy_per_tce", "standard_coal", "GJ/tce")
_PER_STANDARD_COAL = _Step("energy_per_tce", "standard_coal", "GJ/tce", divides=True)
