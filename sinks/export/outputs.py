"""Every file of a results folder but the manifest, from a judged inventory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from rasters import write_activity
from sinks.density_maps import write_density_maps
from sinks.regions import load_region

from .extras import Scope
from .geopackage import write_geopackage
from .meta import LegendClass, LevelName, Meta, Product, Text
from .schemas import SCHEMAS
from .tables import write_table
from .workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from rasters.findings import Finding
    from sinks.accounting import Account
    from sinks.categories import Status
    from sinks.counting import Counted
    from sinks.manifest import InputRecord
    from sinks.prepare import Prepared
    from sinks.regions import Region

    from .extras import Contribution, Extras

_SOIL_MAP = Text(
    zh="碳汇为活生物质与枯死有机质之和：一张土壤图只能给出土壤碳储量，"
    "其变化未估算（NE），绝不记为 0。",
    en="The sink is living biomass and dead organic matter: one soil map gives soil stocks only; "
    "their change is not estimated (NE), never 0.",
)
_SOIL_STEP = Text(
    zh="碳汇为活生物质与枯死有机质之和：土壤的一次性差值（step）单独列出，不计入任何合计。",
    en="The sink is living biomass and dead organic matter: the step difference of the soil "
    "stands apart and enters no total.",
)
_SOIL_TRANSITION = Text(
    zh="碳汇含土壤：转化土地的土壤碳在 20 年内过渡（IPCC 2006 公式 2.25），按历年转化分批计算；"
    "未转化的土地土壤不计变化；首期土地覆盖图之前的转化按零估算，并在质量表中列出。",
    en="The sink includes the soil: that of converted land changes over 20 years (IPCC 2006, "
    "equation 2.25), cohort by cohort; land that stays has no change of the soil; conversions "
    "before the first map are estimated as zero and stand in the quality table.",
)
_FILTERS = Text(
    zh="土地覆盖变化经过滤，去除的面积见 filters.csv。",
    en="Changes of land cover have been filtered; filters.csv says how much was removed.",
)
_WETLAND = Text(
    zh="湿地不含开阔水域；水域另列。",
    en="Wetland excludes open water, which stands apart.",
)


def write_outputs(  # noqa: PLR0913 - everything that a folder is made of
    folder: Path,
    *,
    prepared: Prepared,
    counted: Counted,
    account: Account,
    records: Sequence[InputRecord],
    findings: Sequence[Finding],
    status: Status,
    run_id: str,
    version: str,
    lang: str,
    workers: int | None,
    on_progress: Callable[[str, int, int], None],
    additions: Sequence[Contribution] = (),
) -> None:
    """Write the contract's CSVs, the activity table, workbook, GeoPackage and density maps."""
    inventory = account.inventory
    tables = account.tables
    on_progress("write", 0, len(tables) + 3)
    for done, (name, table) in enumerate(tables.items(), start=1):
        write_table(folder / f"{name}.csv", table, SCHEMAS[name], status=str(status), run_id=run_id)
        on_progress("write", done, len(tables) + 3)
    write_activity(folder / "crosstab.parquet", counted.activity)
    if prepared.config.map_years != prepared.config.inventory.years:
        write_activity(folder / "history.parquet", counted.history)
    meta = _meta(prepared, account, records, findings, status, run_id, version)
    extras = _extras(prepared, additions, meta, lang)
    write_workbook(
        folder / "inventory.xlsx",
        {**tables, "coefficients": tables["coefficients_used"]},
        meta=meta,
        lang=lang,
        extra_sheets=[sheet for extra in extras for sheet in extra.sheets],
    )
    on_progress("write", len(tables) + 2, len(tables) + 3)
    write_geopackage(
        folder / "inventory.gpkg",
        _zone_layer(prepared),
        inventory.stocks,
        inventory.totals,
        meta=meta,
        lang=lang,
        extra_layers=[layer for extra in extras for layer in extra.layers],
    )
    on_progress("write", len(tables) + 3, len(tables) + 3)
    if prepared.config.output.density:
        write_density_maps(
            folder,
            prepared=prepared,
            counted=counted,
            densities=account.densities,
            tags={
                "STATUS": str(status),
                "RUN_ID": run_id,
                "TIFFTAG_IMAGEDESCRIPTION": f"{status.name_zh} {status.name_en}",
            },
            workers=workers,
            on_progress=lambda done, total: on_progress("density", done, total),
        )


def _extras(
    prepared: Prepared, additions: Sequence[Contribution], meta: Meta, lang: str
) -> list[Extras]:
    """Return what other packages add; nothing to zones of one's own, which they do not know."""
    if prepared.region is None:
        return []
    scope = Scope(
        region=prepared.region.id,
        zones=frozenset(prepared.tree.names),
        meta=meta,
        lang=lang,
    )
    return [addition.extras(scope) for addition in additions]


def _zone_layer(prepared: Prepared) -> gpd.GeoDataFrame:
    """Return the outlines of every reported zone, from the display polygons of a region."""
    columns = ["code", "level", "name_zh", "name_en", "geometry"]
    if prepared.region is not None:
        pieces = [
            prepared.region.display(level).assign(level=level) for level in prepared.tree.levels
        ]
        return pd.concat(pieces, ignore_index=True)[columns]
    zones = prepared.zones
    return gpd.GeoDataFrame(
        {
            "code": list(zones.codes),
            "level": "zone",
            "name_zh": list(zones.names),
            "name_en": list(zones.names),
        },
        geometry=list(zones.geometry),
        crs=zones.crs,
    )[columns]


def _meta(
    prepared: Prepared,
    account: Account,
    records: Sequence[InputRecord],
    findings: Sequence[Finding],
    status: Status,
    run_id: str,
    version: str,
) -> Meta:
    """Return what the workbook and the layers say beside the tables."""
    config, region = prepared.config, prepared.region
    notes = [_WETLAND]
    if len(config.inventory.years) > 1:
        step = _SOIL_MAP if config.soil is not None else _SOIL_STEP
        notes.insert(0, _SOIL_TRANSITION if config.soil_method == "transition" else step)
    if config.filters is not None:
        notes.append(_FILTERS)
    top = prepared.tree.zones(prepared.tree.levels[0])
    official = prepared.official_ha.get(top[0]) if len(top) == 1 else None
    return Meta(
        region=prepared.region_name,
        levels=tuple(_level_name(prepared, level) for level in prepared.tree.levels),
        main=_main_levels(prepared),
        years=config.inventory.years,
        status=str(status),
        run_id=run_id,
        version=version,
        methods={**{str(e): m for e, m in config.methods.items()}, "soil": config.soil_method},
        products=tuple(
            Product(
                role=role,
                name=Text(zh=product.name_zh or product.id, en=product.name_en or product.id),
                citation=product.citation or "",
            )
            for role, product in prepared.products.items()
        ),
        coefficient_tables=prepared.register.tables,
        inputs=tuple(records),
        legend=tuple(
            LegendClass(code=c.code, name=Text(zh=c.name_zh or c.code, en=c.name_en or c.code))
            for c in prepared.products["land_cover"].classes
        ),
        findings=tuple(findings),
        notes=tuple(notes),
        zone_names_en=prepared.names_en,
        tiers=_tiers(account),
        official_area_ha=official,
        official_area_source="" if official is None else _official_source(region, top[0]),
    )


def _level_name(prepared: Prepared, level: str) -> LevelName:
    """Return how headings call a level."""
    if prepared.region is None:
        names = {"all": Text(zh="合计", en="total"), "zone": Text(zh="分区", en="zone")}
        return LevelName(id=level, name=names[level])
    named = prepared.region.level(level)
    return LevelName(id=level, name=Text(zh=named.name_zh, en=named.name_en))


def _main_levels(prepared: Prepared) -> int:
    """Return how many levels stand in the main tables: the region and its first division.

    A run of some leagues has no region, and its banners stand in an annex all the same.
    """
    if prepared.region is None:
        return 2
    main = {level.id for level in load_region(prepared.region.id).levels[:2]}
    return max(1, sum(level in main for level in prepared.tree.levels))


def _official_source(region: Region | None, code: str) -> str:
    """Return where the published area of a zone stands, blank where none is published."""
    if region is None:
        return ""
    zones = region.zones
    return str(zones.loc[zones["code"].eq(code), "official_area_source"].iloc[0])


def _tiers(account: Account) -> dict[str, str]:
    """Return the tier of each ecosystem: 1 where only IPCC defaults are used, else 2."""
    tiers: dict[str, str] = {}
    rows = account.rows
    for row in rows:
        if row.ecosystem is not None and row.parameter == "density":
            own = not row.source.startswith("IPCC")
            key = str(row.ecosystem)
            tiers[key] = "2" if own or tiers.get(key) == "2" else "1"
    return tiers
