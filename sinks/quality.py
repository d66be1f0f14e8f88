"""Quality gates: each a row with a value, a limit and a verdict, loud when it fails.

A gate passes or fails; a figure that no limit can judge is ``shown``. Nothing here changes a
result: a failed gate blocks the status ``official`` and stands on the cover.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .accounts.totals import ONE_SIDED_LIMIT
from .categories import Completeness, Ecosystem, Pool
from .tabulate import MICRO, roll_up
from .units import MM2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .inventory import Inventory
    from .stocks import Side
    from .zone_tree import ZoneTree

CLOSURE_LIMIT = 1e-6
"""Largest difference of polygon and counted area, as a share (CONTRACT)."""
UNCLASSIFIED_LIMIT = 0.01
"""Largest share of a zone without a class (METHOD G9)."""
ONE_YEAR_LIMIT = 0.01
"""Largest share of the stock that one year alone sees (METHOD G9)."""
FALLBACK_LIMIT = 0.05
"""Largest share of the biomass ecosystems' area without a biomass pixel (CONTRACT)."""
VEGETATION_BAND = {Ecosystem.FOREST: (5.0, 200.0)}
"""Plausible carbon of the vegetation, t C/ha (METHOD G1); other ecosystems have no band."""
SINK_BAND = (-5.0, 8.0)
"""Plausible sink per area, t C/ha/yr (METHOD G1)."""
_VEGETATION = (Pool.AGB, Pool.BGB, Pool.LITTER)  # what the published forest band includes
_NO_BAND = "no band"


@dataclass(slots=True)
class Gates:
    """The rows of quality.csv as they are judged."""

    rows: list[tuple[str, str, object, object, str]] = field(default_factory=list)

    def at_most(self, check: str, zone: str, value: float, limit: float) -> None:
        """Judge a value against its largest allowed size."""
        self.rows.append((check, zone, value, limit, "pass" if value <= limit else "fail"))

    def within(self, check: str, zone: str, value: float, band: tuple[float, float]) -> None:
        """Judge a value against a band."""
        inside = band[0] <= value <= band[1]
        shown = f"[{band[0]:g}, {band[1]:g}]"
        self.rows.append((check, zone, value, shown, "pass" if inside else "fail"))

    def show(self, check: str, zone: str, value: object, limit: object = "") -> None:
        """Show a value that no limit judges."""
        self.rows.append((check, zone, value, limit, "shown"))

    def table(self) -> pd.DataFrame:
        """Return quality.csv."""
        return pd.DataFrame(self.rows, columns=["check", "zone_code", "value", "limit", "verdict"])


def closure(gates: Gates, coverage: pd.DataFrame, geodesic_m2: Mapping[str, float]) -> None:
    """Judge area closure and the unclassified share; show the geodesic difference."""
    for row in coverage.itertuples():
        counted = row.classified + row.nodata + row.outside
        gates.at_most(
            f"area_closure[{row.year}]",
            row.zone_code,
            _share(abs(counted - row.polygon), row.polygon),
            CLOSURE_LIMIT,
        )
        gates.at_most(
            f"unclassified_share[{row.year}]",
            row.zone_code,
            _share(row.nodata + row.outside, row.polygon),
            UNCLASSIFIED_LIMIT,
        )
    first = coverage.drop_duplicates("zone_code")
    for row in first.itertuples():
        if row.zone_code in geodesic_m2:
            polygon_m2 = row.polygon / MICRO * 1e4
            gates.show(
                "geodesic_area_difference_share",
                row.zone_code,
                _share(polygon_m2 - geodesic_m2[row.zone_code], polygon_m2),
            )


def official_areas(gates: Gates, coverage: pd.DataFrame, official_ha: Mapping[str, float]) -> None:
    """Show how far the polygons are from the published areas; never a gate."""
    for row in coverage.drop_duplicates("zone_code").itertuples():
        if row.zone_code in official_ha:
            official = official_ha[row.zone_code]
            gates.show(
                "official_area_difference_ha",
                row.zone_code,
                row.polygon / MICRO - official,
                official,
            )


def conservation(gates: Gates, inventory: Inventory, tree: ZoneTree) -> None:
    """Judge that levels add up and that transition rows and columns are the areas."""
    for name, table, column in (
        ("stocks", inventory.stocks, "stock_t_c"),
        ("changes", inventory.changes, "change_t_c"),
    ):
        sums = {
            level: sum(table.loc[table["level"] == level, column].dropna(), start=0)
            for level in tree.levels
        }
        whole = sums[tree.levels[0]]
        for level in tree.levels[1:]:
            gates.at_most(f"roll_up_{name}[{level}]", "", float(abs(sums[level] - whole)), 0.0)


def matrix(gates: Gates, activity: pd.DataFrame, exact_areas: pd.DataFrame) -> None:
    """Judge that rows and columns of every transition matrix are the areas of the dates, ha."""
    compared = activity[activity["year1"].notna()]
    area = exact_areas.groupby(["zone_code", "year", "code"])["area_mm2"].sum()
    for which, side in ((0, "rows"), (1, "columns")):
        for (year0, year1), rows in compared.groupby(["year0", "year1"]):
            year = int(year1 if which else year0)
            sums = rows.groupby(["zone_code", f"code{which}"])["area_mm2"].sum()
            worst: dict[str, int] = {}
            for (zone, code), total in sums.items():
                gap = abs(int(total) - int(area.get((zone, year, code), 0)))
                worst[zone] = max(worst.get(zone, 0), gap)
            for zone in sorted(worst):
                gates.at_most(
                    f"transition_{side}[{year0}-{year1}]", zone, worst[zone] / MM2_PER_HA, 0.0
                )


def footprints(gates: Gates, inventory: Inventory) -> None:
    """Judge the stock seen in one year only; show the method gap."""
    for row in inventory.reconciliation.itertuples():
        only = abs(row.only_year0_t_c) + abs(row.only_year1_t_c)
        whole = max(abs(row.stock0_t_c), abs(row.stock1_t_c))
        pair = f"{row.year0}-{row.year1}"
        gates.at_most(
            f"stock_in_one_year_only[{pair}]", row.zone_code, _share(only, whole), ONE_YEAR_LIMIT
        )
        residual = (
            row.stock1_t_c
            - row.stock0_t_c
            - row.change_common_t_c
            - row.only_year1_t_c
            + row.only_year0_t_c
        )
        gates.at_most(
            f"reconciliation_residual_share[{pair}]",
            row.zone_code,
            _share(abs(residual), whole),
            CLOSURE_LIMIT,
        )


def one_sided(gates: Gates, losses: pd.DataFrame) -> None:
    """Judge the share of losses whose gain is not estimated, over the whole land."""
    for row in losses[losses["scope"] == "all"].itertuples():
        gates.at_most(
            f"one_sided_loss_share[{row.year0}-{row.year1}]",
            row.zone_code,
            float(row.share),
            ONE_SIDED_LIMIT,
        )


def pixel_coverage(
    gates: Gates,
    sides: Iterable[tuple[pd.DataFrame, Side]],
    *,
    tree: ZoneTree,
    ecosystems: Mapping[str, Ecosystem],
    biomass: frozenset[Ecosystem],
    soil_from_map: bool,
) -> None:
    """Judge the table fallback of biomass; show the land without a soil value."""
    for rows, side in sides:
        base = pd.DataFrame({"zone_code": rows["zone_code"], "year": side.year})
        wanted = {str(ecosystem) for ecosystem in biomass}
        of = np.array([str(ecosystems.get(code, "")) in wanted for code in side.code])
        if wanted:
            base["whole"] = np.rint(np.where(of, side.area_ha, 0) * MICRO).astype(np.int64)
            gap = np.where(of, side.area_ha - side.biomass_area_ha, 0)
            base["gap"] = np.rint(gap * MICRO).astype(np.int64)
            for row in roll_up(base, ["year"], ["whole", "gap"], tree).itertuples():
                gates.at_most(
                    f"biomass_table_fallback_share[{side.year}]",
                    row.zone_code,
                    max(_share(row.gap, row.whole), 0.0),
                    FALLBACK_LIMIT,
                )
        if soil_from_map:
            gap = np.where(side.classified, side.area_ha - side.soil_area_ha, 0)
            base["gap"] = np.rint(gap * MICRO).astype(np.int64)
            for row in roll_up(base, ["year"], ["gap"], tree).itertuples():
                gates.show(
                    f"area_without_soil_value_ha[{side.year}]",
                    row.zone_code,
                    max(row.gap / MICRO, 0.0),
                )


def plausibility(gates: Gates, inventory: Inventory) -> None:
    """Judge vegetation and sink per area against the published bands, by zone and by class."""
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
                Ecosystem(ecosystem),
            )
    _class_bands(gates, inventory)
    area_of = stocks[stocks["pool"].eq(str(Pool.AGB))].set_index(
        ["zone_code", "year", "ecosystem"]
    )["area_ha"]
    totals = inventory.totals
    changes = totals[totals["quantity"].eq("change") & totals["value_t_c"].notna()]
    for row in changes[changes["scope"].isin(["forest", "grassland", "wetland"])].itertuples():
        area = float(area_of.get((row.zone_code, row.year0, row.scope), 0))
        if area > 0:
            years = row.year1 - row.year0
            gates.within(
                f"sink_t_c_per_ha_per_year[{row.scope}][{row.year0}-{row.year1}]",
                row.zone_code,
                float(row.value_t_c) / area / years,
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
        if area > 0:
            name = f"class_vegetation_density[{code}][{stratum}][{year}]"
            _band(
                gates, name, str(zone), float(sum(rows["stock_t_c"])) / area, Ecosystem(ecosystem)
            )


def _band(gates: Gates, check: str, zone: str, value: float, ecosystem: Ecosystem) -> None:
    """Judge a density where its ecosystem has a published band, else show it as such."""
    if ecosystem in VEGETATION_BAND:
        gates.within(check, zone, value, VEGETATION_BAND[ecosystem])
    else:
        gates.show(check, zone, value, _NO_BAND)


def _share(part: object, whole: object) -> float:
    """Return part / whole, 0 where there is no whole."""
    return float(part) / float(whole) if whole else 0.0  # type: ignore[arg-type]
