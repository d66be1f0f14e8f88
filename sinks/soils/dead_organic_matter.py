"""Dead wood and litter: their stock by shares of the trees, and its change.

Source: IPCC 2006 Guidelines, Volume 4, Chapter 2, equations 2.17, 2.19 and 2.23; shares of
the above-ground biomass: CDM AR-TOOL12 v3.0.
"""

from __future__ import annotations

from sinks.errors import EstimateError


def dead_organic_carbon(
    biomass: float,
    *,
    dead_wood_ratio: float,
    litter_ratio: float,
    wood_fraction: float,
    litter_fraction: float,
) -> tuple[float, float]:
    """Return the carbon of dead wood and of litter as shares of the above-ground biomass.

    Parameters
    ----------
    biomass
        Above-ground biomass of the trees, t d.m./ha (or t d.m.).
    dead_wood_ratio, litter_ratio
        t d.m. of the pool per t d.m. of above-ground biomass.
    wood_fraction, litter_fraction
        Carbon fraction of each pool, t C per t d.m.

    Examples
    --------
    >>> wood, litter = dead_organic_carbon(100.0, dead_wood_ratio=0.08, litter_ratio=0.04,
    ...                                    wood_fraction=0.47, litter_fraction=0.37)
    >>> round(wood, 6), round(litter, 6)
    (3.76, 1.48)

    """
    return biomass * dead_wood_ratio * wood_fraction, biomass * litter_ratio * litter_fraction


def stock_change(before: float, after: float, *, area_ha: float, years: float) -> float:
    """Return the change of dead organic matter on remaining land, t C per year (Eq 2.19).

    Parameters
    ----------
    before, after
        Density at the two dates, t C/ha.
    area_ha
        Area, ha.
    years
        Years between the dates, above 0.

    """
    _refuse_no_time(years)
    return area_ha * (after - before) / years


def conversion_change(old: float, new: float, *, area_ha: float, years: float) -> float:
    """Return the change of dead organic matter on converted land, t C per year (Eq 2.23).

    Parameters
    ----------
    old, new
        Density under the old and the new category, t C/ha.
    area_ha
        Area that was converted, ha.
    years
        Years over which the change happens: 1 for a loss at clearing, 20 for new forest.

    Examples
    --------
    Litter and dead wood of 5.24 t C/ha build up over twenty years on 100 ha:

    >>> round(conversion_change(0.0, 5.24, area_ha=100.0, years=20), 6)
    26.2

    """
    _refuse_no_time(years)
    return (new - old) * area_ha / years


def _refuse_no_time(years: float) -> None:
    """Refuse a period without length."""
    if not years > 0:
        raise EstimateError(f"a change needs a period longer than 0 years, got {years:g}")
