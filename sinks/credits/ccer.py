"""The credit of a CCER afforestation project, to be compared with what the inventory sees.

A project is credited with less than its land removes: the baseline, leakage and the share held
back for risk are taken off. Credits therefore never equal the removal of the parcel.

Source: CCER-14-001-V01 (造林碳汇): CDR_t = (ΔC_project,t - ΔC_baseline,t - LK_t) (1 - K_RISK),
as METHOD A14 gives it; the formula and K = 10 % are to be confirmed in the original.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sinks.errors import EstimateError

if TYPE_CHECKING:
    from decimal import Decimal

__all__ = ["credited"]


def credited(
    *, project_t_co2: Decimal, baseline_t_co2: Decimal, leakage_t_co2: Decimal, risk: Decimal
) -> Decimal:
    """Return the credit of a year, t CO2.

    Parameters
    ----------
    project_t_co2, baseline_t_co2
        Removal of the year with the project and without it, t CO2, removal positive.
    leakage_t_co2
        Emission that the project causes elsewhere, t CO2, zero or more.
    risk
        Share held back, 0 to below 1.

    Raises
    ------
    EstimateError
        If the leakage is negative or the share outside its range.

    Examples
    --------
    >>> from decimal import Decimal
    >>> credited(project_t_co2=Decimal(1200), baseline_t_co2=Decimal(150),
    ...          leakage_t_co2=Decimal(0), risk=Decimal("0.10"))
    Decimal('945.00')

    """
    if leakage_t_co2 < 0:
        raise EstimateError(f"leakage is an emission of zero or more, got {leakage_t_co2} t CO2")
    if not 0 <= risk < 1:
        raise EstimateError(f"the share held back for risk lies in [0, 1), got {risk}")
    return (project_t_co2 - baseline_t_co2 - leakage_t_co2) * (1 - risk)
