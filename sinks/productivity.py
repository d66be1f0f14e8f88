"""Maps of primary production by year: which of them a period of the inventory rests on.

The production of a period (year0, year1] is that of the maps whose year lies in it: the year
of the earlier date has gone before the period begins. Heterotrophic respiration, where it is
mapped, is subtracted year by year, so that it is needed for every year that has production.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rasters.findings import finding

if TYPE_CHECKING:
    from rasters.findings import Finding

    from .config import Config

NPP_SECTION, RESPIRATION_SECTION = "npp", "respiration"
"""Sections of `Prepared.products` and `Prepared.sources`."""

FLOW_SECTIONS = {"npp": NPP_SECTION, "rh": RESPIRATION_SECTION}
"""Section of each flow by the name of its quantity: ``npp2021`` and ``rh2021``."""


def years_within(config: Config, period: tuple[int, int]) -> tuple[int, ...]:
    """Return the years of [npp] that lie in a period, after its first date, ascending."""
    if config.npp is None:
        return ()
    return tuple(year for year in sorted(config.npp.files) if period[0] < year <= period[1])


def used_years(config: Config) -> tuple[int, ...]:
    """Return the years of [npp] that any period of the inventory rests on, ascending."""
    periods = config.pairs()
    return tuple(sorted({year for period in periods for year in years_within(config, period)}))


def check_productivity(config: Config, where: str) -> list[Finding]:
    """List periods without production, years without respiration, and maps that none rests on."""
    if config.npp is None:
        return []
    place = f"{where}: [npp]"
    used = used_years(config)
    found = [
        finding(
            "sinks",
            "npp-period-without-year",
            value=f"{year0}-{year1}",
            where=f"{place} files",
            first=year0 + 1,
            last=year1,
        )
        for year0, year1 in config.pairs()
        if not years_within(config, (year0, year1))
    ]
    named = [("[npp] files", sorted(config.npp.files))]
    if config.npp.respiration is not None:
        mapped = sorted(config.npp.respiration.files)
        named.append(("[npp.respiration] files", mapped))
        found += [
            finding("sinks", "npp-respiration-year", value=year, where=f"{place} respiration")
            for year in used
            if year not in mapped
        ]
    found += [
        finding("sinks", "npp-year-unused", value=year, where=f"{where}: {section}")
        for section, years in named
        for year in years
        if year not in used
    ]
    return found
