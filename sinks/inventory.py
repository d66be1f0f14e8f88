"""The inventory: stocks, changes, totals and their reconciliation, from the activity table.

Everything here is table arithmetic on terms; no pixel is read. Values are integers in
millionths until they are written, so that rows add up exactly at every level.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pandas as pd

from rasters import RefusedError

from .accounts.areas import PAIR_KEYS, area_rows, areas, transitions
from .accounts.changes import (
    CHANGE_COLUMNS,
    changes,
    finest_changes,
    one_sided_losses,
    pair_changes,
    refuse_double_cover,
)
from .accounts.correlation import date_correlation
from .accounts.effects import EFFECT_COLUMNS, common_areas, effects
from .accounts.methane import METHANE_COLUMNS, add_to_changes, add_to_totals, methane_rows
from .accounts.method_comparison import comparison_terms, method_comparison
from .accounts.reconciliation import (
    RECONCILIATION_COLUMNS,
    reconciliation,
    reconciliation_terms,
)
from .accounts.seea import SEEA_COLUMNS, area_account, carbon_account, seea_accounts
from .accounts.sensitivity import sensitivity
from .accounts.stocks import STOCK_KEYS, stocks, year_stocks
from .accounts.totals import change_scopes, change_totals, stock_scopes, stock_totals
from .accounts.trace import TRACE_CHANGE_COLUMNS, trace, trace_changes
from .accounts.uncertainty import change_uncertainty, spread_of, stock_uncertainty
from .stocks import side_of
from .tabulate import Drawn, finest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .categories import Ecosystem
    from .methods import Context, Remark
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
    compare: Mapping[Ecosystem, tuple[str, ...]] = field(default_factory=dict)
    """Further methods of an ecosystem that are shown beside its own, never added."""
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
    uncertainty: pd.DataFrame
    """uncertainty.csv."""
    sensitivity: pd.DataFrame
    """sensitivity.csv."""
    effects: pd.DataFrame
    """effects.csv."""
    seea_accounts: pd.DataFrame
    """seea_accounts.csv."""
    exact_areas: pd.DataFrame
    """``zone_code`` (finest), ``year, code, stratum, ecosystem, area_mm2`` as exact integers."""
    one_sided: pd.DataFrame
    """``zone_code, year0, year1, scope, loss, gross, share``: losses without an estimated gain."""
    method_comparison: pd.DataFrame
    """method_comparison.csv."""
    remarks: tuple[Remark, ...]
    """What the methods assumed or left out."""


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
    context = _of_these_zones(_with_own_history(context, activity), activity)
    per_year = tuple(year_sides(activity, settings.scales))
    per_pair = tuple(_pair_sides(activity, settings.scales))
    methane = [methane_rows(*pair, context) for pair in per_pair]
    stock, absent = year_stocks(per_year, context)
    changed, lacking = pair_changes(per_pair, context=context, settings=settings)
    compared, more = comparison_terms(per_pair, context=context, settings=settings)
    if absent or lacking or more:
        raise RefusedError(list(dict.fromkeys((*absent, *lacking, *more))))
    plain = [reconciliation_terms(*pair, context=context) for pair in per_pair]
    drawn = Drawn(
        central=context.atoms.central(),
        joint=context.atoms.draw(seed=settings.seed, draws=settings.draws),
    )
    exact = pd.concat([area_rows(rows, side, context.ecosystems) for rows, side in per_year])
    stock_fine = finest(stock, STOCK_KEYS, drawn)
    stock_table = stocks(stock, stock_fine, exact, per_year, context, settings, tree, drawn)
    scopes = stock_scopes(stock, tree)
    spread = spread_of(scopes, drawn, context.atoms)
    totals = [stock_totals(stock_fine, stock_table, spread, tree)]
    errors = [stock_uncertainty(stock, stock_fine, drawn, context.atoms, tree)]
    ranked = [sensitivity(scopes, spread, "stock", drawn=drawn, atoms=context.atoms, tree=tree)]
    change_table = pd.DataFrame(columns=CHANGE_COLUMNS)
    reconciled = pd.DataFrame(columns=RECONCILIATION_COLUMNS)
    traced = pd.DataFrame(columns=TRACE_CHANGE_COLUMNS)
    losses = pd.DataFrame(columns=["zone_code", *PAIR_KEYS, "scope", "gross", "loss", "share"])
    split, accounts = (pd.DataFrame(columns=[*c]) for c in (EFFECT_COLUMNS, SEEA_COLUMNS))
    if changed:
        terms = pd.concat([c.terms for c in changed])
        fine = finest_changes(terms, pd.concat([c.covered for c in changed]), drawn)
        refuse_double_cover(fine, tree)
        change_table = changes(terms, fine, tree, drawn, context)
        losses = one_sided_losses(terms, fine, drawn, tree)
        scopes = change_scopes(terms, tree)
        spread = date_correlation(
            scopes, spread_of(scopes, drawn, context.atoms), context.atoms,
            seed=settings.seed, draws=settings.draws,
        )  # fmt: skip
        totals.append(change_totals(fine, losses, stock_table, spread, tree))
        errors.append(change_uncertainty(terms, fine, drawn, context.atoms, tree))
        ranked.append(
            sensitivity(scopes, spread, "change", drawn=drawn, atoms=context.atoms, tree=tree)
        )
        reconciled = reconciliation(pd.concat(plain), fine, drawn, tree)
        land = pd.concat([common_areas(*pair, context.ecosystems) for pair in per_pair])
        split = effects(pd.concat(plain), land, drawn, tree)
        books = [
            area_account(exact, land),
            carbon_account(stock_fine, fine, pd.concat(plain), drawn),
        ]
        accounts = seea_accounts(books, stock_table, tree)
        traced = trace_changes(terms, drawn, context, tree)
    emitted = pd.concat(methane) if methane else pd.DataFrame(columns=METHANE_COLUMNS)
    return Inventory(
        areas=areas(exact, tree),
        stocks=stock_table,
        changes=add_to_changes(change_table, emitted, tree),
        totals=add_to_totals(pd.concat(totals, ignore_index=True), emitted, tree),
        transitions=transitions(activity, tree),
        reconciliation=reconciled,
        trace=trace(stock, drawn, context, tree),
        trace_changes=traced,
        uncertainty=pd.concat(errors, ignore_index=True),
        sensitivity=pd.concat(ranked, ignore_index=True),
        effects=split,
        seea_accounts=accounts,
        exact_areas=exact,
        one_sided=losses,
        method_comparison=method_comparison(compared, drawn, settings, tree),
        remarks=tuple(remark for change in changed for remark in change.remarks),
    )


def _of_these_zones(context: Context, activity: pd.DataFrame) -> Context:
    """Return the context, marked as a view where statistics know none of its zones."""
    known = {*context.activity.places.reported, *context.losses.places.reported}
    is_view = bool(known) and known.isdisjoint(activity["zone_code"])
    return replace(context, is_view=is_view)


def _with_own_history(context: Context, activity: pd.DataFrame) -> Context:
    """Return the context with the history of these zones alone; None where it has none."""
    if context.history is None:
        return context
    own = context.history[context.history["zone_code"].isin(set(activity["zone_code"]))]
    return replace(context, history=own.reset_index(drop=True) if len(own) else None)


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
