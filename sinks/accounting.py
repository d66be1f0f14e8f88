"""From the activity table to a judged inventory: densities, draws, tables, quality gates."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from rasters import RefusedError
from rasters.findings import Severity

from . import quality as gates_of
from .accounts.areas import transitions
from .accounts.numbers import decimals
from .accuracy import (
    Assessment,
    adjusted_history,
    area_adjustment,
    assess,
    located,
    mapped_totals,
)
from .benchmarks import show_benchmarks
from .categories import Confidence, Ecosystem
from .coefficient_rows import IntervalBasis
from .coverage import MEASURES, coverage
from .densities import resolve
from .filters import filter_table
from .inventory import Settings, build, year_sides
from .land_account import judge_land, land_tables, soils_of_run
from .methods import Context, Volume
from .plausibility import plausibility
from .sink_zones import sink_zone_table
from .sources_of_error import sources_of_error
from .stated_land import stated_land
from .stocks import UNCLASSIFIED
from .uncertainty import Atoms
from .units import MM2_PER_HA
from .views import view_tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .accuracy import Sample
    from .coefficient_rows import Coefficient
    from .counting import Counted
    from .densities import Densities
    from .inventory import Inventory
    from .manifest import Json
    from .prepare import Prepared
    from .soils import Soils
    from .sources_of_error import SourcesOfError
    from .zone_tree import ZoneTree


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A judged inventory."""

    inventory: Inventory
    """The tables."""
    coverage: pd.DataFrame
    """coverage.csv."""
    quality: pd.DataFrame
    """quality.csv."""
    densities: Densities
    """The way to the carbon of every class."""
    rows: tuple[Coefficient, ...]
    """Every coefficient row that a figure rests on, in order of table and line."""
    errors: SourcesOfError
    """What was drawn."""
    tables: Mapping[str, pd.DataFrame]
    """Every CSV of the results folder by its name without suffix."""
    balance: Mapping[str, Json]
    """Polygon = classified + nodata + outside, ha, of the whole land by year."""


def account(prepared: Prepared, counted: Counted) -> Account:
    """Build the inventory from the counted pixels and judge it.

    Parameters
    ----------
    prepared
        The run.
    counted
        Its activity table.

    Raises
    ------
    RefusedError
        With every class and pool that lacks a coefficient.
    CoefficientError
        If rows contradict each other or leave a class of biomass out.

    """
    config, mapped = prepared.config, counted.activity
    judged = assess(
        _located_sample(prepared, counted),
        mapped,
        counted.views,
        ecosystems=prepared.ecosystems,
        tree=prepared.tree,
        apply=config.accuracy is not None and config.accuracy.apply,
    )
    if judged.activity is not None and judged.views is not None:
        counted = replace(
            counted,
            activity=judged.activity,
            views=judged.views,
            history=adjusted_history(counted.history, judged.activity),
            views_history=adjusted_history(counted.views_history, judged.views),
        )
    activity = counted.activity
    biomass = frozenset(config.biomass.ecosystems) if config.biomass else frozenset()
    soil_depth = prepared.products["soil"].depth_cm if config.soil else None
    classes = _class_areas(
        pd.concat([activity, counted.views, *([mapped] if judged.applied else [])])
    )
    densities, missing = resolve(
        classes,
        ecosystems=prepared.ecosystems,
        register=prepared.register,
        estimated=config.methods,
        biomass=biomass,
        edges=prepared.edges,
        soil_map_depth=soil_depth,
        smooth_roots=config.biomass is not None and config.biomass.roots == "mokany",
    )
    soils, unfit = soils_of_run(prepared, counted, mapped=mapped, classes=classes)
    missing += unfit
    if any(f.severity is Severity.ERROR for f in missing):
        raise RefusedError(missing)
    errors = sources_of_error(densities, prepared)
    context = Context(
        densities=densities,
        ecosystems=prepared.ecosystems,
        atoms=Atoms(
            factors=errors.factors,
            area_half_width=errors.area.value or 0.0,
            area_draws=judged.area_draws,
        ),
        register=prepared.register,
        history=counted.history,
        soils=soils,
        activity=prepared.statistics.activity,
        losses=prepared.statistics.losses,
        stated={e: Volume.pools for e, m in config.methods.items() if m == Volume.id},
    )
    settings = Settings(
        methods=config.methods,
        soil_method=config.soil_method,
        soil_from_map=config.soil is not None,
        biomass_ecosystems=biomass,
        scales=counted.scales,
        seed=config.uncertainty.seed,
        draws=config.uncertainty.draws,
        compare=config.compare,
    )
    inventory = build(activity, context=context, settings=settings, tree=prepared.tree)
    beside = replace(context, history=counted.views_history)
    views_stocks, views_totals = view_tables(
        counted.views, prepared.views, context=beside, settings=settings
    )
    land = land_tables(prepared, counted, soils)
    land_gates = gates_of.Gates()
    judge_land(land_gates, prepared, counted, tables=land, inventory=inventory, soils=soils)
    covered = coverage(inventory.exact_areas, polygon_m2=counted.polygon_m2, tree=prepared.tree)
    rows = _rows_used(prepared, densities, context.atoms, soils)
    quality = pd.concat(
        [
            _judge(prepared, counted, inventory, covered, settings, densities, rows, errors),
            land_gates.table(),
            _show_accuracy(judged),
            _show_uncertainty(inventory, context.atoms, prepared.tree),
        ],
        ignore_index=True,
    )
    tables = {
        "areas": inventory.areas,
        "stocks": inventory.stocks,
        "changes": inventory.changes,
        "totals": inventory.totals,
        "transitions": inventory.transitions,
        "transitions_mapped": transitions(mapped if judged.applied else mapped[:0], prepared.tree),
        "coverage": _coverage_table(covered, prepared.official_ha),
        "reconciliation": inventory.reconciliation,
        **land,
        "quality": quality,
        "method_comparison": inventory.method_comparison,
        "adjusted_areas": judged.adjusted_areas,
        "accuracy_matrix": judged.matrix,
        "area_adjustment": area_adjustment(
            mapped_totals(mapped, context=context, settings=settings, tree=prepared.tree)
            if judged.applied
            else inventory.totals[:0],
            inventory.totals if judged.applied else inventory.totals[:0],
        ),
        "uncertainty": inventory.uncertainty,
        "sensitivity": inventory.sensitivity,
        "effects": inventory.effects,
        "seea_accounts": inventory.seea_accounts,
        "trace": inventory.trace,
        "trace_changes": inventory.trace_changes,
        "coefficients_used": prepared.register.rows_used([row.key for row in rows]),
        "filters": filter_table(counted.filtered, prepared.tree),
        "views_stocks": views_stocks,
        "views_totals": views_totals,
        "sink_zones": sink_zone_table(
            activity,
            counted.views,
            prepared.sink_zones,
            inventory,
            views_history=counted.views_history,
            context=context,
            settings=settings,
            tree=prepared.tree,
        ),
    }
    return Account(
        inventory=inventory,
        coverage=tables["coverage"],
        quality=quality,
        densities=densities,
        errors=errors,
        rows=rows,
        tables=tables,
        balance=_balance(covered, prepared.tree.levels[0]),
    )


def _located_sample(prepared: Prepared, counted: Counted) -> Sample | None:
    """Return the accuracy sample, the map classes that it lacks read from the counted maps."""
    if prepared.sample is None:
        return None
    return located(
        prepared.sample,
        grid=counted.grid,
        maps=counted.land_cover,
        values={
            c.value: Ecosystem(c.ecosystem)
            for c in prepared.products["land_cover"].classes
            if c.ecosystem is not None
        },
        zones=prepared.zones,
    )


def _rows_used(
    prepared: Prepared, densities: Densities, atoms: Atoms, soils: Soils
) -> tuple[Coefficient, ...]:
    """Return the coefficient rows of the ways to carbon, of every atom and of the methane."""
    named = {key for atom in atoms.items for key in atom.factors}
    named |= {soil.methane.key for soil in soils.organic.values() if soil.methane is not None}
    used = {(row.table, row.row): row for row in densities.rows()}
    used |= {(row.table, row.row): row for row in prepared.register.rows if row.key in named}
    return tuple(used[place] for place in sorted(used))


def _class_areas(activity: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Return the area (ha) of every class and stratum, over all dates."""
    areas: Counter[tuple[str, str]] = Counter()
    for which in (0, 1):
        rows = activity if which == 0 else activity[activity["year1"].notna()]
        for code, stratum, area in zip(
            rows[f"code{which}"], rows["stratum"], rows["area_mm2"], strict=True
        ):
            if code not in UNCLASSIFIED:
                areas[str(code), str(stratum)] += int(area)
    return {key: area / MM2_PER_HA for key, area in areas.items()}


def _judge(
    prepared: Prepared,
    counted: Counted,
    inventory: Inventory,
    covered: pd.DataFrame,
    settings: Settings,
    densities: Densities,
    rows: tuple[Coefficient, ...],
    errors: SourcesOfError,
) -> pd.DataFrame:
    """Return quality.csv."""
    gates = gates_of.Gates()
    gates_of.closure(gates, covered, counted.geodesic_m2)
    gates_of.official_areas(gates, covered, prepared.official_ha)
    gates_of.conservation(gates, inventory, prepared.tree)
    written = prepared.tree.levels[-1]
    gates_of.matrix(
        gates,
        *(
            table.assign(zone_code=prepared.tree.at(written, table["zone_code"]))
            for table in (counted.activity, inventory.exact_areas)
        ),
    )
    gates_of.footprints(gates, inventory)
    gates_of.one_sided(gates, inventory.one_sided)
    gates_of.pixel_coverage(
        gates,
        list(year_sides(counted.activity, counted.scales)),
        tree=prepared.tree,
        ecosystems=prepared.ecosystems,
        biomass=settings.biomass_ecosystems,
        soil_from_map=settings.soil_from_map,
    )
    plausibility(gates, inventory)
    gates_of.remarks(gates, inventory.remarks, prepared.tree)
    stated_land(
        gates,
        inventory,
        settings=settings,
        statistics=prepared.statistics.activity,
        ecosystems=prepared.ecosystems,
        tree=prepared.tree,
    )
    if prepared.region is not None:
        show_benchmarks(gates, inventory.stocks, inventory.changes, prepared.region.id)
    for confidence in Confidence:
        count = sum(row.confidence is confidence for row in rows)
        gates.show(f"coefficient_rows[{confidence}]", "", count)
    defaults = sum(row.interval is IntervalBasis.DEFAULT for row in rows)
    gates.show("coefficient_rows_with_default_interval", "", defaults)
    gates.show("default_errors_of_rasters_and_areas", "", len(errors.defaults))
    if not settings.soil_from_map and settings.soil_method == "stock_difference":
        gates.show("soil_change_as_a_step_outside_every_total", "", 1)
    for pool, ecosystem in densities.not_estimated(prepared.ecosystems):
        gates.show(f"not_estimated[{ecosystem}][{pool}]", "", 1)
    return gates.table()


def _show_accuracy(judged: Assessment) -> pd.DataFrame:
    """Return what quality.csv shows of the accuracy sample; no limit judges it."""
    gates = gates_of.Gates()
    if judged.overall is not None:
        gates.show("map_overall_accuracy", "", judged.overall)
        gates.show("zones_judged_by_the_sample_of_the_whole", "", judged.synthetic)
        gates.show("adjusted_areas_applied", "", int(judged.applied))
    return gates.table()


def _show_uncertainty(inventory: Inventory, atoms: Atoms, tree: ZoneTree) -> pd.DataFrame:
    """Return what quality.csv shows of the draws; no limit judges it."""
    gates = gates_of.Gates()
    used = sorted({key for atom in atoms.items for key in atom.factors})
    gates_of.mean_shifts(gates, [atoms.factors[key] for key in used])
    gates_of.outside_intervals(gates, inventory.totals)
    gates_of.joint_shares(gates, inventory.sensitivity, tree)
    return gates.table()


def _coverage_table(covered: pd.DataFrame, official_ha: Mapping[str, float]) -> pd.DataFrame:
    """Return coverage.csv."""
    out = covered[["zone_code", "year"]].copy()
    for name in MEASURES:
        out[f"{name}_ha"] = decimals(covered[name])
    official = covered["zone_code"].map(dict(official_ha)).astype("Float64")
    out["official_ha"] = decimals((official * 10**6).round().astype("Int64"))
    return out


def _balance(covered: pd.DataFrame, level: str) -> dict[str, Json]:
    """Return the balance of the whole land by year, ha."""
    top = covered[covered["level"].eq(level)]
    return {
        str(year): {f"{name}_ha": float(rows[name].sum()) / 1e6 for name in MEASURES}
        for year, rows in top.groupby("year")
    }
