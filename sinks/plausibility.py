"""Is a density or a sink of a plausible size? A band where one is published, else no verdict.

A factor of 44/12 taken twice, or a stock printed as a sink, leaves every sum intact and shows
only in the size of a figure.

Source: range checks of METHOD part G1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .categories import Completeness, Ecosystem, Pool
from .records import records

if TYPE_CHECKING:
    from decimal import Decimal

    from .inventory import Inventory
    from .quality import Gates

VEGETATION_BAND = {Ecosystem.FOREST: (5.0, 200.0)}
"""Plausible carbon of the vegetation, t C/ha (METHOD G1); other ecosystems have no band."""
SINK_BAND = (-5.0, 8.0)
"""Plausible sink per area, t C/ha/yr (METHOD G1)."""
_VEGETATION = (Pool.AGB, Pool.BGB, Pool.LITTER)  # what the published forest band includes
_NO_BAND = "no band"
_SINK_SCOPES = ("forest", "grassland", "wetland")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """What is judged of a change row of totals.csv."""

    zone_code: str
    year0: int
    year1: int
    scope: str
    value_t_c: Decimal


def plausibility(gates: Gates, inventory: Inventory) -> None:
    """Judge vegetation and sink per area against the published bands, by zone and by class.

    Parameters
    ----------
    gates
        Where the rows go: t C/ha of the vegetation, t C/ha per year of the sink.
    inventory
        The tables; land without area is not judged.

    """
    stocks = inventory.stocks
    known = stocks[stocks["completeness"].eq(str(Completeness.ESTIMATED))]
    vegetation = known[known["pool"].isin([str(p) for p in _VEGETATION])]
    for (zone, year, ecosystem), rows in vegetation.groupby(["zone_code", "year", "ecosystem"]):
        area = float(rows["area_ha"].iloc[0])
        if area > 0:
            _band(
                gates,
                f"vegetation_density[{ecosystem}][{year}]",
                str(zone),
                float(sum(rows["stock_t_c"])) / area,
                Ecosystem(str(ecosystem)),
            )
    _class_bands(gates, inventory)
    area_of = stocks[stocks["pool"].eq(str(Pool.AGB))].set_index(
        ["zone_code", "year", "ecosystem"]
    )["area_ha"]
    totals = inventory.totals
    judged = totals["quantity"].eq("change") & totals["scope"].isin(_SINK_SCOPES)
    for row in records(totals[judged & totals["value_t_c"].notna()], _Change):
        area = float(area_of.get((row.zone_code, row.year0, row.scope), 0))
        if area > 0:
            gates.within(
                f"sink_t_c_per_ha_per_year[{row.scope}][{row.year0}-{row.year1}]",
                row.zone_code,
                float(row.value_t_c) / area / (row.year1 - row.year0),
                SINK_BAND,
            )


def _class_bands(gates: Gates, inventory: Inventory) -> None:
    """Judge the vegetation of each class and stratum of the whole land."""
    trace = inventory.trace
    top = trace[trace["level"].eq(trace["level"].iloc[0])] if len(trace) else trace
    pools = top[top["pool"].isin([str(p) for p in _VEGETATION])]
    areas = inventory.areas.set_index(["zone_code", "year", "code", "stratum"])["area_ha"]
    keys = ["zone_code", "year", "code", "stratum", "ecosystem"]
    for (zone, year, code, stratum, ecosystem), rows in pools.groupby(keys):
        area = float(areas.get((zone, year, code, stratum), 0))
        # a stock that statistics give has no classes: what is left of one is no vegetation
        if area > 0 and rows["pool"].eq(str(Pool.AGB)).any():
            name = f"class_vegetation_density[{code}][{stratum}][{year}]"
            _band(
                gates,
                name,
                str(zone),
                float(sum(rows["stock_t_c"])) / area,
                Ecosystem(str(ecosystem)),
            )


def _band(gates: Gates, check: str, zone: str, value: float, ecosystem: Ecosystem) -> None:
    """Judge a density where its ecosystem has a published band, else show it as such."""
    if ecosystem in VEGETATION_BAND:
        gates.within(check, zone, value, VEGETATION_BAND[ecosystem])
    else:
        gates.show(check, zone, value, _NO_BAND)
