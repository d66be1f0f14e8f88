"""Factories of activity tables, registers and zone trees for the accounting tests."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import pandas as pd

from rasters import RefusedError
from sinks.accounts.changes import changes, finest_changes, one_sided_losses, pair_changes
from sinks.categories import Ecosystem
from sinks.coefficients import load_register
from sinks.densities import resolve
from sinks.inventory import Settings, build
from sinks.methods import Context, Volume
from sinks.soils import conversion_areas, resolve_soils
from sinks.statistics import NO_STATISTICS
from sinks.stocks import UNCLASSIFIED, side_of
from sinks.tabulate import Drawn
from sinks.uncertainty import Atoms, Factor
from sinks.units import MM2_PER_HA
from sinks.zone_tree import ZoneTree

ECOSYSTEMS = {
    "F": Ecosystem.FOREST,
    "G": Ecosystem.GRASSLAND,
    "C": Ecosystem.CROPLAND,
    "D": Ecosystem.DESERT,
}
HEADING = (
    "code,ecosystem,stratum,pool,value,unit,low,high,source,locator,confidence,parameter,depth_cm"
)


def tree(zones=("1",), *, region="R"):
    """Return a tree of one region over some leagues."""
    return ZoneTree(
        levels=("region", "league"),
        ancestors={"region": dict.fromkeys(zones, region), "league": {z: z for z in zones}},
        names={region: "区", **{z: f"盟{z}" for z in zones}},
    )


def activity(rows, *, years=(2020, 2023), stratum="none"):
    """Return an activity table from (zone, code0, code1, area_ha, quantities...) rows."""
    records = []
    for zone, code0, code1, area_ha, *quantities in rows:
        record = {
            "zone_code": zone,
            "year0": years[0],
            "year1": years[1] if len(years) > 1 else pd.NA,
            "code0": code0,
            "code1": code1 if len(years) > 1 else pd.NA,
            "stratum": stratum,
            "pixels_2p32": round(area_ha * 2**32),
            "area_mm2": round(area_ha * MM2_PER_HA),
        }
        if quantities:
            record |= quantities[0]
        records.append(record)
    frame = pd.DataFrame(records)
    frame["year1"] = frame["year1"].astype("Int64")
    return frame


def agb(which, amounts, area_ha, scale=1.0):
    """Return the biomass columns of a row: t d.m. per bin, valid over ``area_ha``."""
    out = {}
    for number, amount in enumerate(amounts):
        out[f"agb{which}_b{number}_sum"] = round(amount / scale)
        out[f"agb{which}_b{number}_area_mm2"] = round(area_ha * MM2_PER_HA) if not number else 0
    return out


def register_of(folder, *lines):
    """Return the register of a CSV with these lines."""
    path = folder / "test.csv"
    path.write_text("\n".join([HEADING, *lines]) + "\n", encoding="utf-8")
    return load_register([path])


def density(code, pool, value, *, low=None, high=None, depth="", ecosystem=""):
    """Return a CSV line of a density; by default without error."""
    low, high = (value if low is None else low), (value if high is None else high)
    return (
        f"{code},{ecosystem},,{pool},{value},t C/ha,{low},{high},a test,,verified,density,{depth}"
    )


def soils_of(table, register, classes, history=None):
    """Return the soils of an activity table and its history; nothing may be refused."""
    tables = (table,) if history is None else (table, history)
    soils, findings = resolve_soils(
        conversion_areas(*tables), classes=classes, ecosystems=ECOSYSTEMS, register=register
    )
    assert findings == []
    return soils


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What `sinks.inventory.build` takes beside the activity table."""

    context: Context
    settings: Settings
    tree: ZoneTree


def parts_of(  # noqa: PLR0913 - every choice of an inventory, each with a plain default
    table,
    register,
    *,
    methods=("forest", "grassland", "cropland", "desert"),
    zone_tree=None,
    biomass=(),
    edges=(),
    soil_map=None,
    area_error=0.0,
    area_draws=None,
    soil_method="stock_difference",
    draws=1000,
    history=None,
    statistics=NO_STATISTICS,
    losses=NO_STATISTICS,
    compare=None,
    smooth_roots=False,
    scales=None,
    errors=None,
):
    """Return what an inventory of a small activity table is built with.

    ``methods`` names the ecosystems that go by stock difference, or is a mapping to methods;
    ``errors`` are factors in place of those without error.
    """
    chosen = methods if isinstance(methods, dict) else dict.fromkeys(methods, "stock_difference")
    areas = {}
    for column in ("code0", "code1"):
        for code, stratum, area in zip(
            table[column], table["stratum"], table["area_mm2"], strict=True
        ):
            if not pd.isna(code) and code not in UNCLASSIFIED:
                areas[code, stratum] = areas.get((code, stratum), 0) + area / MM2_PER_HA
    estimated = [Ecosystem(m) for m in methods]
    densities, findings = resolve(
        areas,
        ecosystems=ECOSYSTEMS,
        register=register,
        estimated=estimated,
        biomass=[Ecosystem(b) for b in biomass],
        edges=edges,
        soil_map_depth=soil_map,
        smooth_roots=smooth_roots,
    )
    assert findings == []
    factors = {
        row.key: Factor(key=row.key, value=row.value, low=row.low, high=row.high)
        for row in (*register.rows, *densities.rows())
        if row.value is not None
    }
    factors |= {row.key: row.factor for row in (*statistics.rows, *losses.rows)}
    flows = [f"{role[:-4]}:{role[-4:]}" for role in scales or () if role[-4:].isdigit()]
    for key in ("biomass:2020", "biomass:2023", "soil", "roots", *flows):
        factors[key] = Factor(key=key, value=1.0, low=1.0, high=1.0)
    factors |= {factor.key: factor for factor in errors or ()}
    zones = tuple(sorted(set(table["zone_code"])))
    return Parts(
        context=Context(
            densities=densities,
            ecosystems=ECOSYSTEMS,
            atoms=Atoms(factors=factors, area_half_width=area_error, area_draws=area_draws or {}),
            register=register,
            history=history,
            soils=soils_of(table, register, areas, history),
            activity=statistics,
            losses=losses,
            stated={Ecosystem(e): Volume.pools for e, m in chosen.items() if m == "volume"},
        ),
        settings=Settings(
            methods={Ecosystem(name): method for name, method in chosen.items()},
            soil_method=soil_method,
            soil_from_map=soil_map is not None,
            biomass_ecosystems=frozenset(Ecosystem(b) for b in biomass),
            scales={"agb0": 1.0, "agb1": 1.0, "soil": 1.0, **(scales or {})},
            seed=1,
            draws=draws,
            compare={Ecosystem(name): tuple(of) for name, of in (compare or {}).items()},
        ),
        tree=zone_tree or tree(zones),
    )


def inventory_of(table, register, **options):
    """Build an inventory of a small activity table; options as for `parts_of`."""
    parts = parts_of(table, register, **options)
    return build(table, context=parts.context, settings=parts.settings, tree=parts.tree)


def changes_of(table, register, **options):
    """Return changes.csv of a small activity table, its one-sided losses and remarks alone."""
    parts = parts_of(table, register, **options)
    scales = parts.settings.scales
    pair = (table, side_of(table, 0, scales=scales), side_of(table, 1, scales=scales))
    changed, lacking = pair_changes([pair], context=parts.context, settings=parts.settings)
    if lacking:
        raise RefusedError(lacking)
    (change,) = changed
    atoms, settings = parts.context.atoms, parts.settings
    joint = atoms.draw(seed=settings.seed, draws=settings.draws)
    drawn = Drawn(central=atoms.central(), joint=joint)
    fine = finest_changes(change.terms, change.covered, drawn)
    return SimpleNamespace(
        changes=changes(change.terms, fine, parts.tree, drawn, parts.context),
        one_sided=one_sided_losses(change.terms, fine, drawn, parts.tree),
        remarks=change.remarks,
        fine=fine,
    )
