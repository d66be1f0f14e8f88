"""Soil carbon of a measured profile: content x bulk density x thickness, without the stones.

Source: Guan et al. 2016; Huang XQ et al. 2016 (doi:10.17521/cjpe.2015.1088); METHOD A7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sinks.errors import EstimateError

if TYPE_CHECKING:
    from collections.abc import Sequence

_T_HA_PER_UNIT = 0.1
"""t C/ha in 1 g/kg x 1 g/cm3 x 1 cm: 1 mg/cm2 is 0.1 t/ha."""
_PERCENT = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer of a soil profile, as it was measured."""

    carbon_g_per_kg: float
    """Organic carbon of the fine earth, g/kg."""
    bulk_density_g_per_cm3: float
    """Bulk density, g/cm3."""
    thickness_cm: float
    """Thickness, cm."""
    stones_percent: float
    """Share of coarse fragments in the volume, 0 to 100."""

    @property
    def t_c_per_ha(self) -> float:
        """Carbon of the layer, t C/ha."""
        fine = 1 - self.stones_percent / _PERCENT
        mass = self.carbon_g_per_kg * self.bulk_density_g_per_cm3 * self.thickness_cm
        return mass * fine * _T_HA_PER_UNIT


def profile_carbon(layers: Sequence[Layer], *, depth_cm: float) -> float:
    """Return the carbon from the surface down to a depth, t C/ha.

    Parameters
    ----------
    layers
        From the surface downwards, each beginning where the one above ends.
    depth_cm
        A lower boundary of a layer: a layer is never divided.

    Raises
    ------
    EstimateError
        If no layer ends at the depth, or a measurement is out of range.

    Examples
    --------
    >>> top = Layer(carbon_g_per_kg=20.0, bulk_density_g_per_cm3=1.2, thickness_cm=30.0,
    ...             stones_percent=0.0)
    >>> round(profile_carbon([top], depth_cm=30), 6)
    72.0

    """
    for layer in layers:
        measured = (layer.carbon_g_per_kg, layer.bulk_density_g_per_cm3, layer.thickness_cm)
        if min(measured) < 0 or not 0 <= layer.stones_percent <= _PERCENT:
            raise EstimateError(
                f"a soil layer has no negative measurement and 0 to 100 % stones, got {layer}"
            )
    ends = [sum(x.thickness_cm for x in layers[: n + 1]) for n in range(len(layers))]
    if depth_cm not in ends:
        raise EstimateError(
            f"no layer of the profile ends at {depth_cm:g} cm; they end at "
            f"{', '.join(f'{end:g}' for end in ends) or 'no depth'}"
        )
    return sum(layer.t_c_per_ha for layer in layers[: ends.index(depth_cm) + 1])
