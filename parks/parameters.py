"""The quantities that facts may state, and the units that tables may state them in.

Units are looked up within the dimension of the quantity, so that 吨 of CO2 is never taken for 吨
of coal, and only as written in ``units.toml``: an unknown unit is refused and never guessed.
Factors are exact fractions, because 1 mu is 1/15 ha.

Source: 1 mu = 1/15 ha; SI prefixes; 万 = 10^4, 亿 = 10^8.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "EVENT",
    "Parameter",
    "convert",
    "dimensions_of",
    "exact",
    "fold",
    "known_units",
    "parameters",
]

EVENT = "event"
"""Dimension of what has a date and no number."""

# What a float64 holds, and so what survives a spreadsheet, a GeoPackage and GeoJSON.
_DIGITS = Context(prec=15, rounding=ROUND_HALF_EVEN)
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A quantity that a fact may state."""

    id: str
    name_zh: str
    name_en: str
    note_zh: str
    """What it means, for the person who fills in the template."""
    dimension: str
    """Section of ``units.toml``, or :data:`EVENT`."""
    unit: str
    """Unit in which values are kept; blank for an event."""
    template_unit: str
    """Unit of its heading in the template; blank for an event."""
    aliases: tuple[str, ...]
    """Further headings."""
    part_of: str
    """Quantity that bounds the sum of its parts, or blank."""

    @property
    def is_event(self) -> bool:
        """Whether it has a date and no number."""
        return self.dimension == EVENT

    @property
    def is_share(self) -> bool:
        """Whether its values are shares from 0 to 1."""
        return self.dimension == "share"

    def size(self, unit: str) -> Fraction | None:
        """Return how many of ``self.unit`` one ``unit`` is, None where it is not known.

        >>> parameters()["planned_area"].size("亩"), parameters()["planned_area"].size("吨")
        (Fraction(1, 15), None)
        """
        sizes = {} if self.is_event else _units()[self.dimension][1]
        plain = fold(unit)
        return Fraction(1) if plain == fold(self.unit) else sizes.get(plain)


@cache
def parameters() -> Mapping[str, Parameter]:
    """Return every quantity by its id, in the order of the template."""
    return {
        key: Parameter(
            id=key,
            name_zh=entry["name_zh"],
            name_en=entry["name_en"],
            note_zh=entry["note_zh"],
            dimension=entry["dimension"],
            unit="" if entry["dimension"] == EVENT else _units()[entry["dimension"]][0],
            template_unit=entry.get("template_unit", ""),
            aliases=tuple(entry.get("aliases", ())),
            part_of=entry.get("part_of", ""),
        )
        for key, entry in _toml("parameters.toml").items()
    }


def convert(number: Decimal, size: Fraction) -> Decimal:
    """Return ``number`` units of ``size`` in the unit that is kept, to 15 significant digits.

    >>> convert(Decimal("1000"), Fraction(1, 15))
    Decimal('66.6666666666667')
    """
    scaled = Fraction(number) * size
    return exact(_DIGITS.divide(Decimal(scaled.numerator), Decimal(scaled.denominator)))


def exact(number: Decimal) -> Decimal:
    """Return a number as it is kept: 15 significant digits, no exponent, no trailing zeros.

    >>> exact(Decimal("2.30E+7")), exact(Decimal(repr(0.1 + 0.2)))
    (Decimal('23000000'), Decimal('0.3'))
    """
    plain = _DIGITS.plus(number).normalize(_DIGITS)
    return Decimal(format(plain + 0, "f"))


def fold(text: str) -> str:
    """Return a text without spaces and with full-width forms folded (NFKC), for exact lookup.

    >>> fold(" 规划面积（ｋｍ²） ")
    '规划面积(km2)'
    """
    return _SPACE.sub("", unicodedata.normalize("NFKC", text))


def dimensions_of(unit: str) -> tuple[str, ...]:
    """Return the dimensions that know a unit, for messages.

    >>> dimensions_of("公顷"), dimensions_of("桶")
    (('area',), ())
    """
    return tuple(name for name, (_, sizes) in _units().items() if fold(unit) in sizes)


def known_units(parameter: Parameter) -> str:
    """Return the units that a quantity may be in, for messages."""
    return "" if parameter.is_event else ", ".join(_units()[parameter.dimension][1])


@cache
def _units() -> dict[str, tuple[str, dict[str, Fraction]]]:
    """Return the kept unit and the sizes of all units, by dimension."""
    return {
        name: (entry["unit"], {fold(u): Fraction(size) for u, size in entry["sizes"].items()})
        for name, entry in _toml("units.toml").items()
    }


def _toml(name: str) -> dict[str, Any]:
    """Return a data file of the package."""
    return tomllib.loads(files(__package__).joinpath("data", name).read_text(encoding="utf-8"))
