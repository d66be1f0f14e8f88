"""stocks.csv: every ecosystem and pool of every zone and year has a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from rasters import RefusedError
from sinks.categories import Completeness, Ecosystem, Pool
from sinks.methods import Volume, volume_stocks
from sinks.statistics import Quantity
from sinks.stocks import elsewhere_rows, estimated_rows, stated_rows, stock_terms
from sinks.tabulate import Drawn, intervals, roll_up

from .areas import ecosystem_of
from .numbers import bounds, decimals

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rasters.findings import Finding
    from sinks.inventory import Settings
    from sinks.methods import Context
    from sinks.stocks import Side
    from sinks.zone_tree import ZoneTree

STOCK_KEYS = ("year", "ecosystem", "pool")
"""Columns that name a stock inside a zone."""


def stock_rows(rows: pd.DataFrame, side: Side, context: Context) -> pd.DataFrame:
    """Return the stock terms of one year with their zone and ecosystem.

    Parameters
    ----------
    rows
        Activity rows of the year.
    side
        The same rows as the year sees them.
    context
        Densities, ecosystems and atoms; statistics where they give the stock of an ecosystem.

    Returns
    -------
    DataFrame
        ``zone_code, year, code, stratum, ecosystem, pool, atom, amount``; one row per term.

    Raises
    ------
    RefusedError
        With the statistics and coefficients that the growing stock lacks.

    """
    terms = stock_terms(
        side,
        densities=context.densities,
        ecosystems=context.ecosystems,
        atoms=context.atoms,
        stated=context.stated,
    )
    at = terms["row"].to_numpy()
    mapped = terms.assign(
        zone_code=rows["zone_code"].to_numpy()[at],
        year=side.year,
        code=side.code[at],
        stratum=side.stratum[at],
        ecosystem=ecosystem_of(side.code, context.ecosystems)[at],
    ).drop(columns="row")
    if context.is_view or not context.stated:
        return mapped
    stated = volume_stocks(context, context.stated, side)
    return pd.concat([mapped, stated.assign(year=side.year, code="")], ignore_index=True)


def year_stocks(
    per_year: Iterable[tuple[pd.DataFrame, Side]], context: Context
) -> tuple[pd.DataFrame, list[Finding]]:
    """Return the stock terms of all years, and everything that a stock from statistics lacks."""
    pieces: list[pd.DataFrame] = []
    lacking: list[Finding] = []
    for rows, side in per_year:
        try:
            pieces.append(stock_rows(rows, side, context))
        except RefusedError as error:
            lacking += error.findings
    return (pd.concat(pieces) if pieces else pd.DataFrame()), lacking


def stocks(
    terms: pd.DataFrame,
    fine: pd.DataFrame,
    areas: pd.DataFrame,
    per_year: Sequence[tuple[pd.DataFrame, Side]],
    context: Context,
    settings: Settings,
    tree: ZoneTree,
    drawn: Drawn,
) -> pd.DataFrame:
    """Return stocks.csv: every ecosystem and pool of every zone and year has a row.

    Parameters
    ----------
    terms, fine
        Stock terms of all years, and their values by finest zone.
    areas
        Areas by finest zone, year and ecosystem in millionths of a hectare.
    per_year
        Activity rows and side of each year.
    context, settings
        Which pools have a figure, and by which method.
    tree
        Zones to report.
    drawn
        Atoms with their draws, for the intervals.

    Returns
    -------
    DataFrame
        The columns of the contract, figures as Decimals; land that is absent has stock 0 (NO),
        land whose pool has no figure, or that no raster shows, has none (NE).

    """
    years = sorted(side.year for _, side in per_year)
    frame = pd.DataFrame(
        [
            (zone, tree.names[zone], level, year, str(ecosystem), str(pool))
            for level, zone in tree.all_zones()
            for year in years
            for ecosystem in Ecosystem
            for pool in Pool
        ],
        columns=["zone_code", "zone_name", "level", *STOCK_KEYS],
    )
    keys = ["zone_code", "level", *STOCK_KEYS]
    area = roll_up(areas, ["year", "ecosystem"], ["area_micro"], tree)
    frame = frame.merge(area, how="left", on=["zone_code", "level", "year", "ecosystem"])
    frame = frame.merge(roll_up(fine, STOCK_KEYS, ["micro"], tree), how="left", on=keys)
    frame = frame.merge(intervals(terms, STOCK_KEYS, drawn, tree), how="left", on=keys)
    flags = pd.concat(
        [
            *(_estimated(rows, side, context, settings) for rows, side in per_year),
            _from_statistics(years, context),
        ],
        ignore_index=True,
    )
    known = roll_up(flags, STOCK_KEYS, ["estimated", "elsewhere"], tree)
    frame = frame.merge(known, how="left", on=keys)
    # by rows, not by the rounded area: a sliver of 0.000000 ha may hold 0.000001 t
    # where a zone shows no class at all, nothing says that an ecosystem does not occur
    seen = frame.groupby(["zone_code", "level", "year"])["area_micro"].transform("count") > 0
    absent = frame["area_micro"].isna() & seen
    estimated = frame["estimated"].fillna(0).gt(0) & frame["area_micro"].notna()
    elsewhere = estimated & frame["elsewhere"].eq(frame["estimated"])
    frame["completeness"] = np.select(
        [absent, elsewhere, estimated],
        [str(Completeness.NO), str(Completeness.IE), str(Completeness.ESTIMATED)],
        str(Completeness.NE),
    )
    frame["depth_cm"] = np.where(frame["pool"].eq(str(Pool.SOIL)), context.densities.depth_cm, "")
    shown = absent | estimated
    frame["area_ha"] = decimals(frame["area_micro"].fillna(0))
    frame["stock_t_c"] = decimals(frame["micro"].fillna(0).where(shown))
    for bound in ("low", "high"):
        frame[f"{bound}_t_c"] = bounds(frame[bound].fillna(0).where(shown))
    mapped = context.densities.mapped(context.ecosystems)
    frame["method"] = [
        _stock_method(ecosystem, pool, settings, context, mapped) if is_estimated else ""
        for ecosystem, pool, is_estimated in zip(
            frame["ecosystem"], frame["pool"], estimated, strict=True
        )
    ]
    return frame[
        [
            "zone_code",
            "zone_name",
            "level",
            *STOCK_KEYS,
            "depth_cm",
            "area_ha",
            "stock_t_c",
            "low_t_c",
            "high_t_c",
            "method",
            "completeness",
        ]
    ]


def _estimated(
    rows: pd.DataFrame, side: Side, context: Context, settings: Settings
) -> pd.DataFrame:
    """Return how many activity rows of each finest zone, ecosystem and pool have an estimate."""
    pieces = []
    for pool in Pool:
        has = estimated_rows(side, densities=context.densities, pool=pool)
        if pool is Pool.SOIL and settings.soil_from_map:
            has = has & (side.soil_area_ha > 0)
        has &= ~stated_rows(side, ecosystems=context.ecosystems, stated=context.stated, pool=pool)
        pieces.append(
            pd.DataFrame(
                {
                    "zone_code": rows["zone_code"],
                    "year": side.year,
                    "ecosystem": ecosystem_of(side.code, context.ecosystems),
                    "pool": str(pool),
                    "estimated": has.astype(np.int64),
                    "elsewhere": elsewhere_rows(
                        side, densities=context.densities, pool=pool
                    ).astype(np.int64),
                }
            )
        )
    keys = ["zone_code", *STOCK_KEYS]
    return (
        pd.concat(pieces).groupby(keys, sort=True)[["estimated", "elsewhere"]].sum().reset_index()
    )


def _from_statistics(years: Sequence[int], context: Context) -> pd.DataFrame:
    """Return which stocks of which zones come from statistics: one flag for each."""
    places = context.activity.places
    cells = {
        (places.reported[row.zone_code], year, str(ecosystem), pool)
        for ecosystem, pools in ({} if context.is_view else context.stated).items()
        for year in years
        for row in context.activity.find(Quantity.VOLUME, ecosystem, year)
        for pool in pools
    }
    frame = pd.DataFrame(sorted(cells), columns=["zone_code", *STOCK_KEYS], dtype=object)
    return frame.assign(estimated=np.int64(1), elsewhere=np.int64(0))


def _stock_method(
    ecosystem: str,
    pool: str,
    settings: Settings,
    context: Context,
    mapped: frozenset[tuple[str, str]],
) -> str:
    """Return how a stock was made: from growing stock, pixels, the soil map or densities."""
    if pool in context.stated.get(Ecosystem(ecosystem), ()):
        return Volume.id
    if pool == Pool.SOIL:
        return "soil_map" if settings.soil_from_map else "density_table"
    return "biomass_map" if (ecosystem, pool) in mapped else "density_table"
