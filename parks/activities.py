"""What a park burns, makes, buys and delivers in a year: the activity data of its emissions.

Every row has its quantity in a base unit and its source. A blank quantity is missing and makes
the result missing; what did not happen is stated as 0. Electricity is told apart by what it may
be counted as, so that own generation is never both used and sold.

Source: parts of 零碳园区碳排放核算方法（试行）, 发改环资〔2025〕910号, annex 4, as quoted;
contractual instruments of WRI (2015) GHG Protocol Scope 2 Guidance.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from rasters.findings import finding

from .errors import ActivityError
from .parameters import convert, fold, parameters
from .tables import read_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal
    from pathlib import Path

    from rasters.findings import Finding

    from .factors import Factors
    from .tables import Row

__all__ = ["Activity", "Component", "Part", "Words", "base_quantity", "read_activities", "words"]

_REQUIRED = ("park_id", "year", "component", "item", "quantity", "unit", "source")
_OPTIONAL = ("locator", "note")


class Component(StrEnum):
    """What a row is; names and units stand in ``components.toml``."""

    FUEL = "fuel"
    FEEDSTOCK = "feedstock"
    """Energy that becomes material: neither burnt nor counted as energy use."""
    PROCESS = "process"
    POWER_PURCHASED = "power_purchased"
    """All electricity taken in over the boundary, whatever contract it is under."""
    POWER_EXPORTED = "power_exported"
    """Delivered out from fuel burnt in the park, or passed on."""
    POWER_OWN_USED = "power_own_used"
    """Own renewable generation used in the park; never within ``power_purchased``."""
    POWER_OWN_EXPORTED = "power_own_exported"
    POWER_CONTRACT = "power_contract"
    """Part of ``power_purchased`` whose attributes the park holds; ``item`` names its factor."""
    CERTIFICATE_BOUGHT = "certificate_bought"
    """For purchased electricity that no contract covers."""
    CERTIFICATE_OWN = "certificate_own"
    """Of own plants and kept: what they attest is counted as own generation already."""
    CERTIFICATE_OWN_SOLD = "certificate_own_sold"
    """For own generation that the park used while another claims it."""
    HEAT_PURCHASED = "heat_purchased"
    HEAT_EXPORTED = "heat_exported"


WITH_ITEM = frozenset(
    {Component.FUEL, Component.FEEDSTOCK, Component.PROCESS, Component.POWER_CONTRACT}
)
"""Components of several kinds, told apart by ``item``."""


class Part(StrEnum):
    """A part of the emissions that must be stated for there to be a total."""

    FUEL = "fuel"
    PROCESS = "process"
    POWER = "power"
    HEAT = "heat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Names and units of a component."""

    name_zh: str
    name_en: str
    part: Part | None
    """The part of the emissions that it states."""
    units: tuple[str, ...]
    """Base units of its quantity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One quantity of one park and year.

    Raises
    ------
    ActivityError
        If the quantity is below zero or not finite, or its unit is not one of the component.

    """

    park_id: str
    year: int
    component: Component
    item: str
    """Fuel, product or contract, as the factor tables name it; blank where there is one kind."""
    quantity: Decimal | None
    """In ``unit``; None where it is missing."""
    unit: str
    """A base unit of the component."""
    source: str
    where: str = ""
    """Table and line, for messages."""

    def __post_init__(self) -> None:
        """Refuse a quantity that cannot be."""
        units = words(self.component).units
        if self.unit not in units:
            raise ActivityError(f"{self.component} is in {' or '.join(units)}, got {self.unit!r}")
        if self.quantity is not None and not (self.quantity.is_finite() and self.quantity >= 0):
            raise ActivityError(f"{self.park_id}, {self.component}: {self.quantity} is below zero")


def words(component: Component) -> Words:
    """Return names and units of a component.

    >>> words(Component.POWER_PURCHASED).units, words(Component.FEEDSTOCK).part
    (('MWh',), None)
    """
    entry = _components()[component]
    part = entry.get("part")
    return Words(
        name_zh=str(entry["name_zh"]),
        name_en=str(entry["name_en"]),
        part=Part(str(part)) if part else None,
        units=tuple(entry["units"]),
    )


def base_quantity(number: Decimal, unit: str, bases: Sequence[str]) -> tuple[Decimal, str] | None:
    """Return a quantity in the first of ``bases`` that knows its unit, None where none does.

    Parameters
    ----------
    number, unit
        As stated; the unit as written in ``measures.toml`` or ``units.toml``.
    bases
        Base units that will do.

    Examples
    --------
    >>> from decimal import Decimal
    >>> base_quantity(Decimal("1.5"), "万千瓦时", ["MWh"])
    (Decimal('15'), 'MWh')
    >>> base_quantity(Decimal("1.5"), "桶", ["t"]) is None
    True

    """
    for base in bases:
        size = _sizes(base).get(fold(unit))
        if base in _KNOWN_BY and size is None:
            size = parameters()[_KNOWN_BY[base]].size(unit)
        if size is not None:
            return convert(number, size), base
    return None


def read_activities(path: Path, *, factors: Factors) -> tuple[list[Activity], list[Finding]]:
    """Read an activity table.

    Parameters
    ----------
    path
        CSV with ``park_id, year, component, item, quantity, unit, source``.
    factors
        The tables in use: an item that none of them names is a slip.

    Returns
    -------
    activities, findings
        The usable rows; with a finding of severity error they are not all, and no emissions
        may be computed from them.

    """
    lines, findings = read_rows(path, required=_REQUIRED, optional=_OPTIONAL)
    items = factors.items()
    activities = [_activity_of(line, items) for line in lines]
    findings += [fault for line in lines for fault in line.faults]
    usable = [activity for activity in activities if activity is not None]
    return usable, findings + _repeated(usable)


def _activity_of(line: Row, items: frozenset[str]) -> Activity | None:
    """Read one row; None where it cannot be used."""
    park_id, source = line.needed("park_id"), line.needed("source")
    line.needed("year")
    year = line.year("year")
    line.needed("component")
    component = line.member("component", Component)
    number = line.number("quantity")
    item, unit = line.text("item"), line.text("unit")
    if component is None:
        return None
    about = words(component)
    zero_without_item = number == 0 and not item
    needs_item = component in WITH_ITEM and not zero_without_item
    if needs_item and item not in items:
        line.fault("emissions-item", item, component=component)
    quantity: Decimal | None = None
    base = about.units[0]
    if number is not None and number < 0:
        line.fault("emissions-negative", line.text("quantity"), component=component)
    elif number is not None:
        stated = base_quantity(number, unit, about.units)
        if stated is None and not (zero_without_item and not unit):
            line.fault("emissions-unit", unit, units=", ".join(about.units))
        quantity, base = stated or (number, base)
    if line.faults or year is None:
        return None
    return Activity(
        park_id=park_id,
        year=year,
        component=component,
        item=item,
        quantity=quantity,
        unit=base,
        source=source,
        where=line.where,
    )


def _repeated(activities: Sequence[Activity]) -> list[Finding]:
    """Return a warning for every row that says the same as an earlier one."""
    seen: dict[tuple[object, ...], Activity] = {}
    findings = []
    for a in activities:
        if a.quantity in (None, 0):
            continue
        same = (a.park_id, a.year, a.component, a.item, a.quantity, a.unit, a.source)
        earlier = seen.setdefault(same, a)
        if earlier is not a:
            findings.append(
                finding(
                    "parks",
                    "emissions-repeated",
                    value=a.quantity,
                    where=a.where,
                    other=earlier.where,
                )
            )
    return findings


_KNOWN_BY = {"MWh": "grid_purchase", "GJ": "heat_purchase", "tce": "energy_use"}
"""Quantities of facts whose units serve a base unit too."""


@cache
def _components() -> dict[str, dict[str, str | list[str]]]:
    """Return the components as in their data file."""
    return tomllib.loads(_text("components.toml"))


@cache
def _sizes(base: str) -> Mapping[str, Fraction]:
    """Return the size in ``base`` of every unit of ``measures.toml``, by its folded name."""
    table: dict[str, dict[str, str]] = tomllib.loads(_text("measures.toml"))
    return {fold(unit): Fraction(size) for unit, size in table.get(base, {}).items()}


def _text(name: str) -> str:
    """Return a data file of the package."""
    return files("parks").joinpath("data", name).read_text(encoding="utf-8")
