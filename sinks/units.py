"""The one converter between carbon, carbon dioxide and dry matter, and the one sign flip.

A mass carries its basis, because t C, t CO2 and t of dry matter look alike as floats and
differ by factors of 2 to 8: adding two bases raises, and 44/12 is written nowhere else.
Inside the project a stock gain and a sink are positive; IPCC fluxes and emission factors
have the opposite sign, and :func:`flip` is the only place where a sign changes.

Source: molar masses of CO2 and C (44/12); 1 mu = 1/15 ha; SI prefixes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from .errors import EstimateError

Number = TypeVar("Number", float, NDArray[np.float64])
"""A float or an array of floats; what goes in comes out."""

CO2_MOLAR, CARBON_MOLAR = 44, 12
"""Molar masses of CO2 and C, g/mol, as integers for exact conversions."""
CO2_PER_CARBON = CO2_MOLAR / CARBON_MOLAR
"""t CO2 in 1 t C."""
MM2_PER_HA = 10**10
"""Square millimetres in 1 ha: exact areas are integers of mm2."""
HA_PER_WAN_MU = 10_000 / 15
"""ha in 1 万亩 (10,000 mu)."""
TONNES_PER_WAN_T = 10_000
"""t in 1 万吨; also ha in 1 万公顷."""
T_HA_PER_G_M2 = 0.01
"""t/ha in 1 g/m2."""
T_HA_PER_KG_M2 = 10.0
"""t/ha in 1 kg/m2."""
TONNES_PER_TG = 1_000_000
"""t in 1 Tg."""


class Basis(StrEnum):
    """What a mass is a mass of."""

    CARBON = "t C"
    CO2 = "t CO2"
    DRY_MATTER = "t d.m."


@dataclass(frozen=True, slots=True, kw_only=True)
class Mass:
    """A mass with its basis; masses of different bases neither add nor compare.

    Examples
    --------
    >>> stock = Mass(tonnes=100.0, basis=Basis.DRY_MATTER)
    >>> round(stock.to(Basis.CO2, carbon_fraction=0.51).tonnes, 6)
    187.0
    >>> stock + Mass(tonnes=1.0, basis=Basis.CARBON)
    Traceback (most recent call last):
    sinks.errors.EstimateError: cannot add t C to t d.m.; convert with Mass.to first

    """

    tonnes: float
    """Tonnes of the basis."""
    basis: Basis
    """Carbon, carbon dioxide or dry matter."""

    def to(self, basis: Basis, *, carbon_fraction: float | None = None) -> Mass:
        """Return the same mass on another basis.

        Parameters
        ----------
        basis
            The basis wanted.
        carbon_fraction
            t C per t d.m., above 0 and up to 1; needed to or from dry matter, refused
            otherwise, because there it would be applied to what is carbon already.

        Raises
        ------
        EstimateError
            If the fraction is missing, not needed, or outside its range.

        """
        touches_dry_matter = (self.basis is Basis.DRY_MATTER) is not (basis is Basis.DRY_MATTER)
        if touches_dry_matter is not (carbon_fraction is not None):
            need = "needs" if touches_dry_matter else "takes no"
            raise EstimateError(f"{self.basis} to {basis} {need} carbon fraction")
        if carbon_fraction is not None and not 0 < carbon_fraction <= 1:
            raise EstimateError(f"a carbon fraction lies in (0, 1], got {carbon_fraction:g}")
        if basis is self.basis:
            return self
        share = 1.0 if carbon_fraction is None else carbon_fraction
        carbon = self.tonnes * _carbon_per(self.basis, share)
        return Mass(tonnes=carbon / _carbon_per(basis, share), basis=basis)

    def __add__(self, other: Mass) -> Mass:
        """Return the sum of two masses of one basis."""
        if other.basis is not self.basis:
            raise EstimateError(
                f"cannot add {other.basis} to {self.basis}; convert with Mass.to first"
            )
        return Mass(tonnes=self.tonnes + other.tonnes, basis=self.basis)


def co2_of(carbon: Number) -> Number:
    """Return t CO2 of t C.

    Examples
    --------
    >>> round(co2_of(58.43376), 5)
    214.25712

    """
    return carbon * CO2_PER_CARBON


def carbon_of(co2: Number) -> Number:
    """Return t C of t CO2."""
    return co2 / CO2_PER_CARBON


def removal(change: Number, *, years: float) -> Number:
    """Return the sink in t CO2 per year, removal positive, of a change in t C over ``years``.

    Raises
    ------
    EstimateError
        If ``years`` is not above 0.

    Examples
    --------
    >>> round(removal(61_355.448 - 58_433.76, years=3), 3)
    3570.952

    """
    if not years > 0:
        raise EstimateError(f"a change needs a period longer than 0 years, got {years:g}")
    return change * CO2_PER_CARBON / years


def flip(flux: Number) -> Number:
    """Return a removal as an IPCC flux, or an emission as a removal: the only change of sign.

    It is its own inverse and turns 0 into 0, never into -0.

    Examples
    --------
    >>> flip(3570.952), flip(-183.333), flip(0.0)
    (-3570.952, 183.333, 0.0)

    """
    return 0.0 - flux


def ha_of_mm2(mm2: int) -> float:
    """Return an exact area in mm2 as ha.

    Examples
    --------
    >>> ha_of_mm2(900_000_000)
    0.09

    """
    return mm2 / MM2_PER_HA


def ha_of_wan_mu(wan_mu: Number) -> Number:
    """Return ha of 万亩.

    Examples
    --------
    >>> round(ha_of_wan_mu(10_800.0))
    7200000

    """
    return wan_mu * HA_PER_WAN_MU


def wan_mu_of_ha(area: Number) -> Number:
    """Return 万亩 of ha."""
    return area / HA_PER_WAN_MU


def wan(amount: Number) -> Number:
    """Return 万吨 of t, or 万公顷 of ha."""
    return amount / TONNES_PER_WAN_T


def _carbon_per(basis: Basis, carbon_fraction: float) -> float:
    """Return t C in one tonne of a basis."""
    if basis is Basis.CARBON:
        return 1.0
    return 1 / CO2_PER_CARBON if basis is Basis.CO2 else carbon_fraction
