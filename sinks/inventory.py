"""The inventory: stocks, changes, totals and their reconciliation, from the activity table.

Everything here is table arithmetic on terms; no pixel is read. Values are integers in
millionths until they are written, so that rows add up exactly at every level.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from .accounts.areas import PAIR_KEYS, area_rows, areas, transitions
from .accounts.changes import (
    CHANGE_COLUMNS,
    change_rows,
    changes,
    finest_changes,
    one_sided_losses,
)
from .accounts.reconciliation import (
    RECONCILIATION_COLUMNS,
    reconciliation,
    reconciliation_terms,
)
from .accounts.stocks import STOCK_KEYS, stock_rows, stocks
from .accounts.totals import change_totals, stock_totals
from .accounts.trace import TRACE_CHANGE_COLUMNS, trace, trace_changes
from .stocks import side_of
from .tabulate import Drawn, finest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .categories import Ecosystem
    from .methods import Context
    from .stocks import Side
    from .zone_tree import ZoneTree


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The choices that decide an inventory."""

    methods: Mapping[Ecosystem, str]
    """Method of each estimated ecosystem."""
    soil_method: str
    """Method of the soil pool."""
    soil_from_map: bool
    """Whether soil density comes from one map, which serves stocks only."""
    biomass_ecosystems: frozenset[Ecosystem]
    """Ecosystems whose living biomass comes from pixels."""
    scales: Mapping[str, float]
    """What one unit of each exact quantity sum is worth in t d.m. or t C."""
    seed: int
    """Seed of the joint draws."""
    draws: int
    """Number of joint draws."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """The contract's tables, values as Decimals, and what the quality gates need."""

    areas: pd.DataFrame
    """areas.csv."""
    stocks: pd.DataFrame
    """stocks.csv."""
    changes: pd.DataFrame
    """changes.csv."""
    totals: pd.DataFrame
    """totals.csv."""
    transitions: pd.DataFrame
    """transitions.csv."""
    reconciliation: pd.DataFrame
    """reconciliation.csv."""
    trace: pd.DataFrame
    """trace.csv."""
    trace_changes: pd.DataFrame
    """trace_changes.csv."""
    exact_areas: pd.DataFrame
    """``zone_code`` (finest), ``year, code, stratum, ecosystem, area_mm2`` as exact integers."""
    one_sided: pd.DataFrame
    """``zone_code, year0, year1, scope, loss, gross, share``: losses without an estimated gain."""


def build(
    activity: pd.DataFrame, *, context: Context, settings: Settings, tree: ZoneTree
) -> Inventory:
    """Build the inventory from the activity table.

    Parameters
    ----------
    activity
        The activity table of :mod:`rasters.crosstab`.
    context
        Densities, ecosystems of the class codes, and the atoms.
    settings
        Methods, scales of the quantities, draws.
    tree
        Levels and zones to report.

    """
    per_year = tuple(year_sides(activity, settings.scales))
    per_pair = tuple(_pair_sides(activity, settings.scales))
    stock = pd.concat([stock_rows(rows, side, context) for rows, side in per_year])
    changed = [change_rows(*pair, context=context, settings=settings) for pair in per_pair]
    plain = [reconciliation_terms(*pair, context=context) for pair in per_pair]
    drawn = Drawn(
        central=context.atoms.central(),
        draws=context.atoms.draw(seed=settings.seed, draws=settings.draws),
    )
    exact = pd.concat([area_rows(rows, side, context.ecosystems) for rows, side in per_year])
    stock_fine = finest(stock, STOCK_KEYS, drawn)
    stock_table = stocks(stock, stock_fine, exact, per_year, context, settings, tree, drawn)
    totals = [stock_totals(stock, stock_fine, stock_table, drawn, tree)]
    change_table = pd.DataFrame(columns=CHANGE_COLUMNS)
    reconciled = pd.DataFrame(columns=RECONCILIATION_COLUMNS)
    traced = pd.DataFrame(columns=TRACE_CHANGE_COLUMNS)
    losses = pd.DataFrame(columns=["zone_code", *PAIR_KEYS, "scope", "gross", "loss", "share"])
    if changed:
        terms = pd.concat([c.terms for c in changed])
        fine = finest_changes(terms, pd.concat([c.covered for c in changed]), drawn)
        change_table = changes(terms, fine, tree, drawn, context)
        losses = one_sided_losses(terms, fine, drawn, tree)
        totals.append(change_totals(terms, fine, losses, stock_table, drawn, tree))
        reconciled = reconciliation(pd.concat(plain), fine, drawn, tree)
        traced = trace_changes(terms, drawn, context, tree)
    return Inventory(
        areas=areas(exact, tree),
        stocks=stock_table,
        changes=change_table,
        totals=pd.concat(totals, ignore_index=True),
        transitions=transitions(activity, tree),
        reconciliation=reconciled,
        trace=trace(stock, drawn, context, tree),
        trace_changes=traced,
        exact_areas=exact,
        one_sided=losses,
    )


def year_sides(
    activity: pd.DataFrame, scales: Mapping[str, float]
) -> Iterable[tuple[pd.DataFrame, Side]]:
    """Yield the activity rows and the side that show each year, once per year, ascending.

    Parameters
    ----------
    activity
        The activity table; of several pairs that show a year, the first one stands for it.
    scales
        What one unit of each exact quantity sum is worth in t d.m. or t C.

    """
    found: dict[int, tuple[pd.DataFrame, Side]] = {}
    for which, column in ((0, "year0"), (1, "year1")):
        for _, rows in activity.groupby([*PAIR_KEYS], sort=True, dropna=False):
            year = rows[column].iloc[0]
            if not pd.isna(year) and int(year) not in found:
                found[int(year)] = (
                    rows.reset_index(drop=True),
                    side_of(rows, which, scales=scales),
                )
    return [found[year] for year in sorted(found)]


def _pair_sides(
    activity: pd.DataFrame, scales: Mapping[str, float]
) -> Iterable[tuple[pd.DataFrame, Side, Side]]:
    """Yield the rows and both sides of each pair of years."""
    compared = activity[activity["year1"].notna()]
    for _, rows in compared.groupby([*PAIR_KEYS], sort=True):
        yield (
            rows.reset_index(drop=True),
            side_of(rows, 0, scales=scales),
            side_of(rows, 1, scales=scales),
        )
