"""What quality.csv says of land whose area statistics state, beside the land of the map.

A stock by statistics stands on their area, the soil under it and every conversion on that of the
map. Where the two are far apart, one of them speaks of other land, and no density of the zone
means anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .accounts.areas import PAIR_KEYS
from .methods import STATED_AREAS, Volume
from .records import records
from .statistics import Quantity
from .tabulate import MICRO, roll_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .categories import Ecosystem
    from .inventory import Inventory, Settings
    from .quality import Gates
    from .statistics import Statistics
    from .zone_tree import ZoneTree

STATED_AREA_LIMIT = 0.1
"""Largest difference of stated and mapped area, as a share of the mapped: the half-width of a
mapped area of which nothing else is known (CONTRACT, area error)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    """Stated and mapped area of a zone, millionths of a hectare."""

    zone_code: str
    stated: int
    mapped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Converted:
    """Mapped area of conversions of a zone and pair, millionths of a hectare."""

    zone_code: str
    year0: int
    year1: int
    micro: int


def stated_land(
    gates: Gates,
    inventory: Inventory,
    *,
    settings: Settings,
    statistics: Statistics,
    ecosystems: Mapping[str, Ecosystem],
    tree: ZoneTree,
) -> None:
    """Judge stated areas against the map; show the conversions whose gain is not counted.

    Parameters
    ----------
    gates
        Where the rows go. Beside the mapped conversions out of a stated stock stands the change
        of the stated area, so that a reader sees whether the statistics hold their loss.
    inventory
        The tables.
    settings
        The method of each ecosystem.
    statistics
        Of ``[activity]``.
    ecosystems
        Ecosystem of each class code.
    tree
        Zones to report.

    """
    taken = sorted(e for e, method in settings.methods.items() if method in STATED_AREAS)
    for ecosystem in taken:
        by_year = dict(_compared(inventory.exact_areas, statistics, ecosystem, tree))
        for year, rows in by_year.items():
            for row in rows.values():
                if row.stated or row.mapped:
                    gates.at_most(
                        f"stated_area_difference_share[{ecosystem}][{year}]",
                        row.zone_code,
                        abs(row.stated - row.mapped) / (row.mapped or row.stated),
                        STATED_AREA_LIMIT,
                    )
        if settings.methods[ecosystem] == Volume.id:
            _show_conversions(gates, inventory.transitions, ecosystem, ecosystems, by_year)


def _compared(
    areas: pd.DataFrame, statistics: Statistics, ecosystem: Ecosystem, tree: ZoneTree
) -> Iterator[tuple[int, dict[str, _Compared]]]:
    """Yield the stated and the mapped area of every zone, of each year that states one."""
    reported = statistics.places.reported
    for year in sorted(set(areas["year"])):
        stated = statistics.counted(Quantity.AREA, ecosystem, int(year))
        if not stated:
            continue
        mine = areas[areas["year"].eq(year) & areas["ecosystem"].eq(str(ecosystem))]
        mine = mine[mine["zone_code"].isin(stated)]
        found = [
            (reported[row.zone_code], round(row.value * MICRO), 0)
            for row in statistics.find(Quantity.AREA, ecosystem, int(year))
        ]
        found += [
            (zone, 0, int(micro))
            for zone, micro in zip(mine["zone_code"], mine["area_micro"], strict=True)
        ]
        table = pd.DataFrame(found, columns=["zone_code", "stated", "mapped"])
        rows = records(roll_up(table, [], ["stated", "mapped"], tree), _Compared)
        yield int(year), {row.zone_code: row for row in rows}


def _show_conversions(
    gates: Gates,
    transitions: pd.DataFrame,
    ecosystem: Ecosystem,
    ecosystems: Mapping[str, Ecosystem],
    by_year: Mapping[int, Mapping[str, _Compared]],
) -> None:
    """Show the mapped land that leaves a stated stock, and what the statistics lost of it."""
    before, after = (
        transitions[code].map({c: str(e) for c, e in ecosystems.items()})
        for code in ("code0", "code1")
    )
    left = transitions[before.eq(str(ecosystem)) & after.notna() & after.ne(str(ecosystem))]
    left = left.assign(micro=np.array([int(area * MICRO) for area in left["area_ha"]], np.int64))
    summed = left.groupby(["zone_code", *PAIR_KEYS])["micro"].sum().reset_index()
    for row in records(summed, _Converted):
        period = f"{ecosystem}][{row.year0}-{row.year1}"
        gates.show(f"converted_from_stated_land_ha[{period}]", row.zone_code, row.micro / MICRO)
        dated = [by_year.get(year, {}).get(row.zone_code) for year in (row.year0, row.year1)]
        known = [of.stated for of in dated if of is not None]
        if len(known) == len(dated):
            gates.show(
                f"stated_area_change_ha[{period}]", row.zone_code, (known[1] - known[0]) / MICRO
            )
