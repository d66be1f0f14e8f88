"""The units in which a screen shows figures: carbon or carbon dioxide, mass, area.

The results are in t C, t CO2 and ha; what a reader prefers is chosen once for a whole page and
converted here, so that no page multiplies anything.

Source: 44/12 and 1 mu = 1/15 ha (:mod:`sinks.units`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sinks.units import CO2_PER_CARBON, HA_PER_WAN_MU, TONNES_PER_TG, TONNES_PER_WAN_T

__all__ = ["AreaUnit", "DisplayUnits", "MassUnit", "Substance"]

_HA_PER_KM2 = 100.0


class Substance(StrEnum):
    """What masses are masses of."""

    CARBON = "c"
    CO2 = "co2"


class MassUnit(StrEnum):
    """In what masses are counted."""

    WAN_T = "wan_t"
    MT = "mt"
    T = "t"


class AreaUnit(StrEnum):
    """In what areas are counted."""

    HA = "ha"
    WAN_MU = "wan_mu"
    KM2 = "km2"


_TONNES = {
    MassUnit.WAN_T: float(TONNES_PER_WAN_T),
    MassUnit.MT: float(TONNES_PER_TG),
    MassUnit.T: 1.0,
}
_HECTARES = {AreaUnit.HA: 1.0, AreaUnit.WAN_MU: HA_PER_WAN_MU, AreaUnit.KM2: _HA_PER_KM2}
_MASS_NAMES = {
    MassUnit.WAN_T: ("万吨", "10⁴ t"),
    MassUnit.MT: ("百万吨", "Mt"),
    MassUnit.T: ("吨", "t"),
}
_AREA_NAMES = {
    AreaUnit.HA: ("公顷", "ha"),
    AreaUnit.WAN_MU: ("万亩", "10⁴ mu"),
    AreaUnit.KM2: ("km²", "km²"),
}
_SUBSTANCE_NAMES = {Substance.CARBON: ("碳", "C"), Substance.CO2: ("CO₂", "CO₂")}


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayUnits:
    """The units of one screen."""

    substance: Substance = Substance.CARBON
    mass: MassUnit = MassUnit.WAN_T
    area: AreaUnit = AreaUnit.HA

    def mass_of_carbon(self, t_c: float) -> float:
        """Return t C in the mass unit and substance of the screen."""
        return t_c * self._per_carbon / _TONNES[self.mass]

    def mass_of_co2(self, t_co2: float) -> float:
        """Return t CO2 in the mass unit of the screen, always as CO2: a sink is stated in CO2."""
        return t_co2 / _TONNES[self.mass]

    def density(self, t_c: float, area_ha: float) -> float:
        """Return t C on an area as t of the substance per hectare.

        Examples
        --------
        >>> round(DisplayUnits(substance=Substance.CO2).density(12.0, 1.0), 9)
        44.0

        """
        return t_c * self._per_carbon / area_ha

    def area_of(self, area_ha: float) -> float:
        """Return hectares in the area unit of the screen.

        Examples
        --------
        >>> DisplayUnits(area=AreaUnit.KM2).area_of(250.0)
        2.5

        """
        return area_ha / _HECTARES[self.area]

    @property
    def _per_carbon(self) -> float:
        return CO2_PER_CARBON if self.substance is Substance.CO2 else 1.0

    def stock_name(self, lang: str) -> str:
        """Return the unit of stocks, such as ``万吨碳`` or ``Mt CO₂``."""
        at = lang != "zh"
        gap = " " if at else ""
        return f"{_MASS_NAMES[self.mass][at]}{gap}{_SUBSTANCE_NAMES[self.substance][at]}"

    def sink_name(self, lang: str) -> str:
        """Return the unit of sinks: mass of CO2 per year."""
        at = lang != "zh"
        gap = " " if at else ""
        year = "/yr" if at else "/年"
        return f"{_MASS_NAMES[self.mass][at]}{gap}CO₂{year}"

    def density_name(self, lang: str) -> str:
        """Return the unit of densities."""
        at = lang != "zh"
        return (
            f"t {_SUBSTANCE_NAMES[self.substance][1]}/ha"
            if at
            else (f"吨{_SUBSTANCE_NAMES[self.substance][0]}/公顷")
        )

    def sink_density_name(self, lang: str) -> str:
        """Return the unit of sinks per hectare, in CO2."""
        return "吨CO₂/公顷/年" if lang == "zh" else "t CO₂/ha/yr"

    def area_name(self, lang: str) -> str:
        """Return the unit of areas."""
        return _AREA_NAMES[self.area][lang != "zh"]
