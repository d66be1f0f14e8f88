"""Factories of statistics by zone and of coefficient lines for the tests of the methods."""

from __future__ import annotations

from accounting_factory import tree

from sinks.statistics import places_of, read_statistics

STATISTICS_HEADING = (
    "zone_code,year,ecosystem,stratum,quantity,value,unit,low,high,source,confidence"
)
PLACES = places_of(tree(("1",)))


def statistic(quantity, value, *, zone="1", year="", ecosystem="forest", stratum="", unit=None,
              low=None, high=None):  # fmt: skip
    """Return a CSV line of a statistic; by default without error and of each year."""
    unit = unit or quantity.rsplit("_", 1)[1]
    low, high = (value if low is None else low), (value if high is None else high)
    return (
        f"{zone},{year},{ecosystem},{stratum},{quantity},{value},{unit},{low},{high},"
        f"a test,verified"
    )


def no_losses(ecosystem="forest", zone="1"):
    """Return the lines that say that nothing was lost, in any year."""
    return [
        statistic(quantity, 0, zone=zone, ecosystem=ecosystem)
        for quantity in ("harvest_m3", "fuelwood_m3", "disturbed_ha")
    ]


def read(folder, *lines, places=PLACES, heading=STATISTICS_HEADING, name="statistics.csv"):
    """Return what reading a file of these lines gives: statistics and findings."""
    path = folder / name
    path.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
    return read_statistics(path, places)


def statistics_of(folder, *lines, places=PLACES):
    """Return the statistics of a file of these lines, which must be without fault."""
    statistics, found = read(folder, *lines, places=places)
    assert found == []
    return statistics


UNITS = {
    "bcef_s": "t d.m./m3", "bcef_i": "t d.m./m3", "bcef_r": "t d.m./m3",
    "root_shoot": "t BGB/t AGB", "carbon_fraction": "t C/t d.m.", "wood_density": "t d.m./m3",
    "growth": "t d.m./ha/yr", "net_increment": "m3/ha/yr", "rate": "t C/ha/yr",
    "biomass": "t d.m./ha", "biomass_after": "t d.m./ha", "density_after": "t C/ha",
    "growth_rate": "1/yr", "consumption_rate": "1/yr",
}  # fmt: skip
"""Unit of a parameter; 1 where none stands here."""


def coefficient(parameter, value, *, ecosystem="", stratum="", code="", pool="", low=None,
                high=None, unit=None):  # fmt: skip
    """Return a CSV line of a coefficient; by default without error."""
    unit = unit or UNITS.get(parameter, "1")
    low, high = (value if low is None else low), (value if high is None else high)
    return (
        f"{code},{ecosystem},{stratum},{pool},{value},{unit},{low},{high},a test,,verified,"
        f"{parameter},"
    )
