"""sink_zones.csv: stock, change and sink of every sink zone of every zone, closing exactly.

Each part is accounted like a zone, with the same coefficient rows and draws. Rounded apart, parts
may miss the rounded whole by some millionths; these go to the largest part, so that parts sum to
``totals.csv`` (scope all) as the decimals written. What is missed by more than rounding is of
statistics that have no place on the map, and stands in a row of its own.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from sinks.accounts.numbers import divide_half_even
from sinks.inventory import build
from sinks.sink_zone_rules import PLANNED, SinkZone
from sinks.stocks import UNCLASSIFIED
from sinks.tabulate import MICRO
from sinks.units import MM2_PER_HA

from .closing import closed
from .parts import SEPARATOR, dealt_out, parts_tree

if TYPE_CHECKING:
    from sinks.inventory import Inventory, Settings
    from sinks.methods import Context
    from sinks.zone_tree import ZoneTree

    from .layer import SinkZones

__all__ = ["COLUMNS", "sink_zone_table"]

COLUMNS = (
    "zone_code", "zone_name", "level", "year0", "year1", "quantity", "sink_zone", "area_ha",
    "value_t_c", "low_t_c", "high_t_c", "sink_t_co2_per_year", "low_t_co2_per_year",
    "high_t_co2_per_year", "verdict",
)  # fmt: skip
"""Columns of sink_zones.csv before status and run id."""
_SCOPE = "all"


def sink_zone_table(
    activity: pd.DataFrame,
    views: pd.DataFrame,
    sink_zones: SinkZones | None,
    inventory: Inventory,
    *,
    views_history: pd.DataFrame,
    context: Context,
    settings: Settings,
    tree: ZoneTree,
) -> pd.DataFrame:
    """Return sink_zones.csv.

    Parameters
    ----------
    activity
        The activity rows of the zones.
    views
        Those of the further sets of zones, the mining land among them.
    sink_zones
        How the land is divided; None for no division, which gives no rows.
    inventory
        Of the undivided land; it is not changed.
    views_history
        Areas of every two neighbouring maps of the further sets; those of the zones stand in the
        context.
    context, settings, tree
        As for `sinks.inventory.build`.

    Returns
    -------
    DataFrame
        The columns of :data:`COLUMNS`, figures as Decimals. Mining land has rows only where
        polygons are given: without them it is not known, which is not 0.

    """
    if sink_zones is None:
        return pd.DataFrame(columns=list(COLUMNS))
    shown = [z for z in PLANNED if z is not SinkZone.MINING or sink_zones.path is not None]
    shown.append(SinkZone.OTHER_LAND)
    rows = dealt_out(activity, views, sink_zones, context.ecosystems)
    if context.history is not None:
        past = dealt_out(context.history, views_history, sink_zones, context.ecosystems)
        context = replace(context, history=past)
    divided = parts_tree(tree, shown)
    made = build(rows, context=context, settings=settings, tree=divided)
    parts = _split(_areas(_whole(made), rows, divided))
    whole = _areas(_whole(inventory), activity, tree)
    count = {str(code): int(n) for code, n in activity["zone_code"].value_counts().items()}
    return closed(parts, whole, tree, rows=count)[list(COLUMNS)]


def _whole(inventory: Inventory) -> pd.DataFrame:
    """Return the totals over all ecosystems, with the classified area of the stocks."""
    totals = inventory.totals[inventory.totals["scope"].eq(_SCOPE)]
    seen = inventory.areas[inventory.areas["ecosystem"].ne("")]
    areas = seen.groupby(["zone_code", "year"])["area_ha"].sum().to_dict()
    known = [
        areas.get((zone, year), Decimal(0)) if quantity == "stock" else pd.NA
        for zone, quantity, year in zip(
            totals["zone_code"], totals["quantity"], totals["year1"], strict=True
        )
    ]
    return totals.assign(area_ha=pd.Series(known, index=totals.index, dtype=object))


def _areas(totals: pd.DataFrame, rows: pd.DataFrame, tree: ZoneTree) -> pd.DataFrame:
    """Add the area of a change: the land that both dates classify, rounded where it is written."""
    both = rows["year1"].notna()
    for name in ("code0", "code1"):
        both &= ~rows[name].isin(UNCLASSIFIED)
    common = rows[both]
    areas: dict[tuple[object, ...], Decimal] = {}
    for level in tree.levels:
        at = common.assign(zone_code=tree.at(level, common["zone_code"]))
        for key, area in at.groupby(["zone_code", "year0", "year1"])["area_mm2"].sum().items():
            micro = divide_half_even(int(area), MM2_PER_HA // MICRO)
            areas[key] = Decimal(micro).scaleb(-6)  # type: ignore[index]
    changed = totals["quantity"].eq("change")
    keys = zip(totals["zone_code"], totals["year0"], totals["year1"], strict=True)
    known = [
        areas.get(key, Decimal(0)) if is_change else area
        for key, is_change, area in zip(keys, changed, totals["area_ha"], strict=True)
    ]
    return totals.assign(area_ha=pd.Series(known, index=totals.index, dtype=object))


def _split(totals: pd.DataFrame) -> pd.DataFrame:
    """Return totals of parts with zone code and sink zone apart."""
    names = totals["zone_code"].str.split(SEPARATOR, n=1, expand=True, regex=False)
    return totals.assign(sink_zone=names[0], zone_code=names[1])
