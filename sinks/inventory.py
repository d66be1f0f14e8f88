"""The inventory: stocks, changes, totals and their reconciliation, from the activity table.

Everything here is table arithmetic on terms; no pixel is read. Values are integers in
millionths until they are written, so that rows add up exactly at every level.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .categories import Completeness, Ecosystem, Pool
from .methods import METHODS, Context
from .stocks import MM2_PER_HA, estimated_rows, side_of, stock_terms
from .tabulate import MICRO, Drawn, finest, intervals, micro, roll_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from .stocks import Side
    from .uncertainty import Atoms
    from .zone_tree import ZoneTree

FOREST_GRASSLAND_WETLAND = frozenset(
    {Ecosystem.FOREST, Ecosystem.SHRUB, Ecosystem.GRASSLAND, Ecosystem.WETLAND}
)
"""Ecosystems of the scope that the assessment offsets with (S_eco)."""
SCOPES: dict[str, frozenset[Ecosystem]] = {
    **{str(ecosystem): frozenset({ecosystem}) for ecosystem in Ecosystem},
    "forest_grassland_wetland": FOREST_GRASSLAND_WETLAND,
    "all": frozenset(Ecosystem),
}
"""Scopes of totals.csv, each a set of ecosystems; change scopes overlap."""
STEP = "stock_difference(step)"
"""Method of a soil change taken at once instead of over 20 years: outside every total."""
NOT_ESTIMATED = "NE"
"""Method of a change that the data cannot give."""
ONE_SIDED_LIMIT = 0.05
"""Share of the gross change above which one-sided losses decide the verdict (CONTRACT)."""
_CO2_NUMERATOR, _CO2_DENOMINATOR = 44, 12
_MM2_PER_MICRO_HA = MM2_PER_HA // MICRO
_STOCK_KEYS = ("year", "ecosystem", "pool")
_PAIR_KEYS = ("year0", "year1")
_CHANGE_KEYS = (*_PAIR_KEYS, "ecosystem0", "ecosystem", "pool")


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
    stocks: pd.DataFrame
    changes: pd.DataFrame
    totals: pd.DataFrame
    transitions: pd.DataFrame
    reconciliation: pd.DataFrame
    trace: pd.DataFrame
    one_sided: pd.DataFrame
    """``zone_code, year0, year1, pool, loss_t_c, share``: losses whose gain is not estimated."""


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
    per_year = list(_years(activity, settings.scales))
    per_pair = list(_pairs(activity, settings.scales))
    stock = pd.concat([_stock_rows(rows, side, context) for rows, side in per_year])
    changes = [_change_rows(*pair, context=context, settings=settings) for pair in per_pair]
    change = pd.concat([c.terms for c in changes]) if changes else None
    recon = [_reconciliation_terms(*pair, context=context) for pair in per_pair]
    drawn = Drawn(
        central=context.atoms.central(),
        draws=context.atoms.draw(seed=settings.seed, draws=settings.draws),
    )
    areas = pd.concat([_area_rows(rows, side, context.ecosystems) for rows, side in per_year])
    stock_fine = finest(stock, _STOCK_KEYS, drawn)
    stocks = _stocks(stock, stock_fine, areas, per_year, context, settings, tree, drawn)
    totals = [_stock_totals(stock, stock_fine, drawn, tree)]
    if change is None:
        changed, one_sided = _empty_changes(), _empty_one_sided()
        reconciliation = _empty_reconciliation()
    else:
        covered = pd.concat([c.covered for c in changes])
        fine = _finest_changes(change, covered, drawn)
        changed = _changes(change, fine, tree, drawn, context)
        one_sided = _one_sided(change, fine, drawn, tree)
        totals.append(_change_totals(change, fine, one_sided, drawn, tree))
        reconciliation = _reconciliation(pd.concat(recon), fine, drawn, tree)
    return Inventory(
        areas=_areas(areas, tree),
        stocks=stocks,
        changes=changed,
        totals=pd.concat(totals, ignore_index=True),
        transitions=_transitions(activity, tree),
        reconciliation=reconciliation,
        trace=_trace(stock, stock_fine, drawn, context, tree),
        one_sided=one_sided,
    )


# ------------------------------------------------------------------- activity rows to terms
def _years(
    activity: pd.DataFrame, scales: Mapping[str, float]
) -> Iterable[tuple[pd.DataFrame, Side]]:
    """Yield the activity rows and the side that show each year, once per year."""
    seen: set[int] = set()
    for which, column in ((0, "year0"), (1, "year1")):
        for _, rows in activity.groupby([*_PAIR_KEYS], sort=True, dropna=False):
            year = rows[column].iloc[0]
            if not pd.isna(year) and int(year) not in seen:
                seen.add(int(year))
                yield rows.reset_index(drop=True), side_of(rows, which, scales=scales)


def _pairs(
    activity: pd.DataFrame, scales: Mapping[str, float]
) -> Iterable[tuple[pd.DataFrame, Side, Side]]:
    """Yield the rows and both sides of each pair of years."""
    compared = activity[activity["year1"].notna()]
    for _, rows in compared.groupby([*_PAIR_KEYS], sort=True):
        yield (
            rows.reset_index(drop=True),
            side_of(rows, 0, scales=scales),
            side_of(rows, 1, scales=scales),
        )


def _stock_rows(rows: pd.DataFrame, side: Side, context: Context) -> pd.DataFrame:
    """Return the stock terms of one year with their zone and ecosystem."""
    terms = stock_terms(
        side, densities=context.densities, ecosystems=context.ecosystems, atoms=context.atoms
    )
    at = terms["row"].to_numpy()
    return terms.assign(
        zone_code=rows["zone_code"].to_numpy()[at],
        year=side.year,
        code=side.code[at],
        stratum=side.stratum[at],
        ecosystem=_ecosystem_of(side.code, context.ecosystems)[at],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """Change terms of one pair, and which rows of the table they stand for."""

    terms: pd.DataFrame
    covered: pd.DataFrame


def _change_rows(
    rows: pd.DataFrame, side0: Side, side1: Side, *, context: Context, settings: Settings
) -> _Change:
    """Return the change terms of one pair, each row by the method of its final ecosystem."""
    before = _ecosystem_of(side0.code, context.ecosystems)
    after = _ecosystem_of(side1.code, context.ecosystems)
    common = side0.classified & side1.classified
    chosen = np.array(
        [
            settings.methods.get(a) or settings.methods.get(b) or "stock_difference"
            for a, b in zip(after, before, strict=True)
        ],
        dtype=object,
    )
    terms, covered = [], []
    for name in sorted(set(chosen[common])):
        result = METHODS[name].change_terms(side0, side1, context)
        mine = common & (chosen == name)
        for pool, flags in result.covered.items():
            label = _label(name, pool, settings)
            at = np.flatnonzero(flags & mine)
            covered.append(pd.DataFrame({"row": at, "pool": str(pool), "method": label}))
            if label != NOT_ESTIMATED:
                of_pool = result.terms[result.terms["pool"] == str(pool)]
                terms.append(of_pool[mine[of_pool["row"]]].assign(method=label))
    keys = {
        "zone_code": rows["zone_code"].to_numpy(), "ecosystem0": before, "ecosystem": after,
    }

    def place(pieces: list[pd.DataFrame]) -> pd.DataFrame:
        frame = pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame()
        at = frame["row"].to_numpy()
        return frame.assign(
            year0=side0.year, year1=side1.year, **{k: v[at] for k, v in keys.items()}
        )

    empty = pd.DataFrame(
        {"row": np.zeros(0, np.int64), "pool": pd.Series([], dtype=str),
         "atom": np.zeros(0, np.int64), "amount": np.zeros(0), "one_sided": np.zeros(0, bool),
         "method": pd.Series([], dtype=str)}
    )
    return _Change(terms=place([empty, *terms]), covered=place([empty[["row", "pool", "method"]],
                                                                *covered]))


def _label(method: str, pool: Pool, settings: Settings) -> str:
    """Return the method that stands on a change row of a pool."""
    if pool is not Pool.SOIL:
        return method
    if settings.soil_from_map:
        return NOT_ESTIMATED
    return STEP if settings.soil_method == "stock_difference" else settings.soil_method


def _reconciliation_terms(
    rows: pd.DataFrame, side0: Side, side1: Side, *, context: Context
) -> pd.DataFrame:
    """Return plain stock terms of both dates, split by the footprint that sees them."""
    common = side0.classified & side1.classified
    pieces = []
    for which, side in ((0, side0), (1, side1)):
        terms = stock_terms(
            side, densities=context.densities, ecosystems=context.ecosystems, atoms=context.atoms
        )
        at = terms["row"].to_numpy()
        shared = common[at]
        sign = 1 if which else -1
        base = terms.assign(zone_code=rows["zone_code"].to_numpy()[at])
        pieces += [
            base.assign(part=f"stock{which}"),
            base[shared].assign(part="common", amount=sign * base["amount"][shared]),
            base[~shared].assign(part=f"only{which}"),
        ]
    return pd.concat(pieces, ignore_index=True).assign(year0=side0.year, year1=side1.year)


def _ecosystem_of(
    codes: NDArray[np.object_], ecosystems: Mapping[str, Ecosystem]
) -> NDArray[np.object_]:
    """Return the ecosystem of each code, blank where unclassified."""
    return np.array([str(ecosystems.get(code, "")) for code in codes], dtype=object)


# --------------------------------------------------------------------------- areas
def _area_rows(
    rows: pd.DataFrame, side: Side, ecosystems: Mapping[str, Ecosystem]
) -> pd.DataFrame:
    """Return exact areas and pixels of one year by finest zone, code and stratum."""
    frame = pd.DataFrame(
        {
            "zone_code": rows["zone_code"], "year": side.year, "code": side.code,
            "stratum": side.stratum, "ecosystem": _ecosystem_of(side.code, ecosystems),
            "pixels_2p32": rows["pixels_2p32"], "area_mm2": rows["area_mm2"],
        }
    )
    keys = ["zone_code", "year", "code", "stratum", "ecosystem"]
    summed = frame.groupby(keys, sort=True)[["pixels_2p32", "area_mm2"]].sum().reset_index()
    summed["area_micro"] = [_micro_ha(v) for v in summed["area_mm2"]]
    summed["pixels_micro"] = [_halves((int(v) * MICRO), 2**32) for v in summed["pixels_2p32"]]
    return summed


def _areas(rows: pd.DataFrame, tree: ZoneTree) -> pd.DataFrame:
    """Return areas.csv."""
    keys = ["year", "code", "stratum", "ecosystem"]
    out = roll_up(rows, keys, ["area_micro", "pixels_micro"], tree)
    return out.assign(
        pixels=decimals(out["pixels_micro"]), area_ha=decimals(out["area_micro"])
    )[["zone_code", *keys[:3], "ecosystem", "pixels", "area_ha"]]


def _transitions(activity: pd.DataFrame, tree: ZoneTree) -> pd.DataFrame:
    """Return transitions.csv; rows without a class stand as nodata or outside."""
    keys = [*_PAIR_KEYS, "code0", "code1", "stratum"]
    rows = activity[activity["year1"].notna()]
    columns = ["zone_code", *keys, "pixels", "area_ha"]
    if rows.empty:
        return pd.DataFrame(columns=columns)
    fine = rows[["zone_code", *keys]].assign(
        area_micro=[_micro_ha(v) for v in rows["area_mm2"]],
        pixels_micro=[_halves(int(v) * MICRO, 2**32) for v in rows["pixels_2p32"]],
    )
    out = roll_up(fine, keys, ["area_micro", "pixels_micro"], tree)
    return out.assign(
        pixels=decimals(out["pixels_micro"]), area_ha=decimals(out["area_micro"])
    )[columns]


# --------------------------------------------------------------------------- stocks
def _stocks(  # noqa: PLR0913
    terms: pd.DataFrame, fine: pd.DataFrame, areas: pd.DataFrame,
    per_year: Sequence[tuple[pd.DataFrame, Side]], context: Context, settings: Settings,
    tree: ZoneTree, drawn: Drawn,
) -> pd.DataFrame:
    """Return stocks.csv: every ecosystem and pool of every zone and year has a row."""
    years = sorted(side.year for _, side in per_year)
    frame = pd.DataFrame(
        [
            (zone, tree.names[zone], level, year, str(ecosystem), str(pool))
            for level, zone in tree.all_zones()
            for year in years
            for ecosystem in Ecosystem
            for pool in Pool
        ],
        columns=["zone_code", "zone_name", "level", *_STOCK_KEYS],
    )
    keys = ["zone_code", "level", *_STOCK_KEYS]
    area = roll_up(areas, ["year", "ecosystem"], ["area_micro"], tree)
    frame = frame.merge(area, how="left", on=["zone_code", "level", "year", "ecosystem"])
    frame = frame.merge(roll_up(fine, _STOCK_KEYS, ["micro"], tree), how="left", on=keys)
    frame = frame.merge(intervals(terms, _STOCK_KEYS, drawn, tree), how="left", on=keys)
    flags = pd.concat(
        [_estimated(rows, side, context, settings) for rows, side in per_year], ignore_index=True
    )
    known = roll_up(flags, _STOCK_KEYS, ["estimated"], tree)
    frame = frame.merge(known, how="left", on=keys)
    absent = frame["area_micro"].fillna(0).eq(0)
    estimated = frame["estimated"].fillna(0).gt(0) & ~absent
    frame["completeness"] = np.select(
        [absent, estimated], [str(Completeness.NO), str(Completeness.ESTIMATED)],
        str(Completeness.NE),
    )
    frame["depth_cm"] = np.where(
        frame["pool"].eq(str(Pool.SOIL)), context.densities.depth_cm, ""
    )
    shown = absent | estimated
    frame["area_ha"] = decimals(frame["area_micro"].fillna(0))
    frame["stock_t_c"] = decimals(frame["micro"].fillna(0).where(shown))
    for bound in ("low", "high"):
        frame[f"{bound}_t_c"] = _bounds(frame[bound].fillna(0).where(shown))
    frame["method"] = [
        _stock_method(ecosystem, pool, settings) if is_estimated else ""
        for ecosystem, pool, is_estimated in zip(
            frame["ecosystem"], frame["pool"], estimated, strict=True
        )
    ]
    return frame[
        ["zone_code", "zone_name", "level", *_STOCK_KEYS, "depth_cm", "area_ha", "stock_t_c",
         "low_t_c", "high_t_c", "method", "completeness"]
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
        pieces.append(
            pd.DataFrame(
                {
                    "zone_code": rows["zone_code"], "year": side.year,
                    "ecosystem": _ecosystem_of(side.code, context.ecosystems),
                    "pool": str(pool), "estimated": has.astype(np.int64),
                }
            )
        )
    keys = ["zone_code", *_STOCK_KEYS]
    return pd.concat(pieces).groupby(keys, sort=True)["estimated"].sum().reset_index()


def _stock_method(ecosystem: str, pool: str, settings: Settings) -> str:
    """Return how a stock was made: from pixels, from the soil map, or from table densities."""
    if pool == Pool.SOIL:
        return "soil_map" if settings.soil_from_map else "density_table"
    pixels = Ecosystem(ecosystem) in settings.biomass_ecosystems and pool in (Pool.AGB, Pool.BGB)
    return "biomass_map" if pixels else "density_table"


# --------------------------------------------------------------------------- changes
def _finest_changes(terms: pd.DataFrame, covered: pd.DataFrame, drawn: Drawn) -> pd.DataFrame:
    """Return every change row of the finest zones, zero and not-estimated rows included."""
    keys = [*_CHANGE_KEYS, "method"]
    rows = covered[["zone_code", *keys]].drop_duplicates()
    fine = rows.merge(finest(terms, keys, drawn), how="left", on=["zone_code", *keys])
    fine["estimated"] = fine["method"].ne(NOT_ESTIMATED)
    fine["micro"] = fine["micro"].fillna(0).astype(np.int64)
    fine["co2_micro"] = [
        _halves(m * _CO2_NUMERATOR, _CO2_DENOMINATOR * (y1 - y0))
        for m, y0, y1 in zip(
            fine["micro"].tolist(), fine["year0"].tolist(), fine["year1"].tolist(), strict=True
        )
    ]
    return fine


def _changes(
    terms: pd.DataFrame, fine: pd.DataFrame, tree: ZoneTree, drawn: Drawn, context: Context
) -> pd.DataFrame:
    """Return changes.csv."""
    keys = [*_CHANGE_KEYS, "method"]
    out = roll_up(fine, keys, ["micro", "co2_micro"], tree)
    bounds = intervals(terms, keys, drawn, tree)
    out = out.merge(bounds, how="left", on=["zone_code", "level", *keys])
    shown = out["method"].ne(NOT_ESTIMATED)
    years = (out["year1"] - out["year0"]).to_numpy(dtype=np.float64)
    out["change_t_c"] = decimals(out["micro"].where(shown))
    out["sink_t_co2_per_year"] = decimals(out["co2_micro"].where(shown))
    for bound in ("low", "high"):
        per_year = out[bound].fillna(0) * _CO2_NUMERATOR / _CO2_DENOMINATOR / years
        out[f"{bound}_t_co2_per_year"] = _bounds(per_year.where(shown))
    out["zone_name"] = out["zone_code"].map(dict(tree.names))
    out["land"] = np.where(out["ecosystem0"] == out["ecosystem"], "remaining", "converted")
    out["depth_cm"] = np.where(out["pool"].eq(str(Pool.SOIL)), context.densities.depth_cm, "")
    return out[_CHANGE_COLUMNS]


_CHANGE_COLUMNS = [
    "zone_code", "zone_name", "level", *_PAIR_KEYS, "ecosystem0", "ecosystem", "land", "pool",
    "depth_cm", "change_t_c", "sink_t_co2_per_year", "low_t_co2_per_year", "high_t_co2_per_year",
    "method",
]  # fmt: skip


def _one_sided(
    terms: pd.DataFrame, fine: pd.DataFrame, drawn: Drawn, tree: ZoneTree
) -> pd.DataFrame:
    """Return the losses whose gain is not estimated, by zone, pair and scope."""
    flagged = terms[terms["one_sided"].astype(bool)]
    rows = finest(flagged, _CHANGE_KEYS, drawn).rename(columns={"micro": "loss"})
    counted = fine[fine["estimated"] & fine["method"].ne(STEP)]
    counted = counted.assign(gross=counted["micro"].abs())
    pieces = []
    for scope, members in SCOPES.items():
        gross = roll_up(_in_scope(counted, members), _PAIR_KEYS, ["gross"], tree)
        loss = roll_up(_in_scope(rows, members), _PAIR_KEYS, ["loss"], tree)
        both = gross.merge(loss, how="left", on=["zone_code", "level", *_PAIR_KEYS])
        pieces.append(both.assign(scope=scope))
    out = pd.concat(pieces, ignore_index=True)
    out["loss"] = out["loss"].fillna(0).astype(np.int64)
    out["share"] = (out["loss"].abs() / out["gross"].where(out["gross"] > 0)).fillna(0.0)
    return out


# --------------------------------------------------------------------------- totals
def _stock_totals(
    terms: pd.DataFrame, fine: pd.DataFrame, drawn: Drawn, tree: ZoneTree
) -> pd.DataFrame:
    """Return the stock rows of totals.csv."""
    pieces = []
    for scope, members in SCOPES.items():
        names = {str(m) for m in members}
        mine = terms[terms["ecosystem"].isin(names)]
        rows = roll_up(fine[fine["ecosystem"].isin(names)], ["year"], ["micro"], tree)
        both = _every_zone(rows, tree, ["year"], sorted(set(terms["year"]))).merge(
            intervals(mine, ["year"], drawn, tree), how="left", on=["zone_code", "level", "year"]
        )
        pieces.append(both.assign(scope=scope))
    out = pd.concat(pieces, ignore_index=True)
    out["quantity"], out["year0"], out["year1"] = "stock", pd.NA, out["year"]
    return _finish_totals(
        out, tree, value=out["micro"], sink=None, one_sided=np.zeros(len(out), bool),
        methods=pd.Series("stock", index=out.index), factor=None,
    )


def _change_totals(
    terms: pd.DataFrame, fine: pd.DataFrame, one_sided: pd.DataFrame, drawn: Drawn, tree: ZoneTree
) -> pd.DataFrame:
    """Return the change rows of totals.csv; soil steps and NE rows stay out."""
    counted = fine[fine["estimated"] & fine["method"].ne(STEP)]
    usable = terms[terms["method"].ne(STEP)]
    pairs = sorted(set(zip(fine["year0"], fine["year1"], strict=True)))
    keys = ["zone_code", "level", *_PAIR_KEYS]
    pieces = []
    for scope, members in SCOPES.items():
        rows = _in_scope(counted, members)
        summed = _every_zone(
            roll_up(rows, _PAIR_KEYS, ["micro", "co2_micro"], tree), tree, _PAIR_KEYS, pairs
        )
        bounds = intervals(_in_scope(usable, members), _PAIR_KEYS, drawn, tree)
        summed = summed.merge(bounds, how="left", on=keys).assign(scope=scope)
        pieces.append(summed.merge(_methods_of(rows, tree), how="left", on=keys))
    out = pd.concat(pieces, ignore_index=True)
    out = out.merge(one_sided[[*keys, "scope", "share"]], how="left", on=[*keys, "scope"])
    out["quantity"] = "change"
    years = (out["year1"] - out["year0"]).to_numpy(dtype=np.float64)
    return _finish_totals(
        out, tree, value=out["micro"], sink=out["co2_micro"],
        one_sided=(out["share"].fillna(0) > ONE_SIDED_LIMIT).to_numpy(),
        methods=out["method"].fillna(""),
        factor=_CO2_NUMERATOR / _CO2_DENOMINATOR / years,
    )


def _finish_totals(  # noqa: PLR0913
    out: pd.DataFrame, tree: ZoneTree, *, value: pd.Series, sink: pd.Series | None,
    one_sided: NDArray[np.bool_], methods: pd.Series, factor: NDArray[np.float64] | None,
) -> pd.DataFrame:
    """Add the columns that stocks and changes share: bounds, signal and verdict."""
    shown = value.notna()
    low, high = out["low"].fillna(0.0).where(shown), out["high"].fillna(0.0).where(shown)
    half = (high - low) / 2
    size = value.abs() / MICRO
    out["zone_name"] = out["zone_code"].map(dict(tree.names))
    out["value_t_c"] = decimals(value)
    out["low_t_c"], out["high_t_c"] = _bounds(low), _bounds(high)
    blank = pd.Series(pd.NA, index=out.index)
    out["sink_t_co2_per_year"] = blank if sink is None else decimals(sink)
    for bound, series in (("low", low), ("high", high)):
        out[f"{bound}_t_co2_per_year"] = blank if factor is None else _bounds(series * factor)
    out["half_width_share"] = _bounds((half / size.where(size > 0)).astype("Float64"))
    out["signal_ratio"] = _bounds((size / half.where(half > 0)).astype("Float64"))
    out["verdict"] = np.select(
        [~shown, one_sided, ((size > half) & (size > 0)).fillna(value=False)],
        ["not_estimated", "one_sided", "signal"],
        "no_signal",
    )
    out["method"] = methods.where(shown, "")
    return out[
        ["zone_code", "zone_name", "level", *_PAIR_KEYS, "quantity", "scope", "value_t_c",
         "low_t_c", "high_t_c", "sink_t_co2_per_year", "low_t_co2_per_year",
         "high_t_co2_per_year", "half_width_share", "signal_ratio", "verdict", "method"]
    ]


def _in_scope(rows: pd.DataFrame, members: frozenset[Ecosystem]) -> pd.DataFrame:
    """Return the change rows of which either side belongs to a scope."""
    names = {str(m) for m in members}
    return rows[rows["ecosystem0"].isin(names) | rows["ecosystem"].isin(names)]


def _methods_of(rows: pd.DataFrame, tree: ZoneTree) -> pd.DataFrame:
    """Return the methods behind each total, joined by +."""
    pieces = [
        rows.assign(zone_code=tree.at(level, rows["zone_code"]))
        .groupby(["zone_code", *_PAIR_KEYS])["method"]
        .agg(lambda m: "+".join(sorted(set(m))))
        .reset_index()
        .assign(level=level)
        for level in tree.levels
    ]
    return pd.concat(pieces, ignore_index=True)


def _every_zone(
    rows: pd.DataFrame, tree: ZoneTree, keys: Sequence[str], values: Sequence[object]
) -> pd.DataFrame:
    """Give every zone and key a row; the columns of those without one are missing."""
    full = pd.DataFrame(
        [
            (level, zone, *(value if isinstance(value, tuple) else (value,)))
            for level, zone in tree.all_zones()
            for value in values
        ],
        columns=["level", "zone_code", *keys],
    )
    return full.merge(rows, how="left", on=["level", "zone_code", *keys])


# ---------------------------------------------------------------- reconciliation and trace
def _reconciliation(
    terms: pd.DataFrame, changes: pd.DataFrame, drawn: Drawn, tree: ZoneTree
) -> pd.DataFrame:
    """Return reconciliation.csv: why the difference of stocks is not the change."""
    fine = finest(terms, [*_PAIR_KEYS, "part"], drawn)
    parts = fine.pivot_table(
        index=["zone_code", *_PAIR_KEYS], columns="part", values="micro", aggfunc="sum"
    ).reindex(columns=["stock0", "stock1", "common", "only0", "only1"])
    reported = changes.groupby(["zone_code", *_PAIR_KEYS])["micro"].sum().rename("reported")
    table = parts.join(reported, how="left").fillna(0).astype(np.int64).reset_index()
    columns = ["stock0", "stock1", "common", "only0", "only1", "reported"]
    out = roll_up(table, _PAIR_KEYS, columns, tree)
    out["gap"] = out["common"] - out["reported"]
    names = dict(
        zip(
            [*columns, "gap"],
            ["stock0_t_c", "stock1_t_c", "change_common_t_c", "only_year0_t_c", "only_year1_t_c",
             "change_reported_t_c", "method_gap_t_c"],
            strict=True,
        )
    )
    for source, target in names.items():
        out[target] = decimals(out[source])
    return out[["zone_code", *_PAIR_KEYS, *names.values()]]


def _trace(
    terms: pd.DataFrame, fine: pd.DataFrame, drawn: Drawn, context: Context, tree: ZoneTree
) -> pd.DataFrame:
    """Return which factors made each stock: the way from a figure to coefficient rows."""
    del fine
    keys = ["year", "code", "stratum", "ecosystem", "pool", "atom"]
    amounts = terms.groupby(["zone_code", *keys], sort=True)["amount"].sum().reset_index()
    amounts["amount_micro"] = micro(amounts.pop("amount").to_numpy())
    out = roll_up(amounts, keys, ["amount_micro"], tree)
    atom = out["atom"].to_numpy()
    out["factors"] = ["*".join(context.atoms.items[a].factors) for a in atom]
    out["amount"] = decimals(out["amount_micro"])
    out["stock_t_c"] = decimals(
        pd.Series(micro(out["amount_micro"].to_numpy() / MICRO * drawn.central[atom]))
    )
    return out[
        ["zone_code", "level", "year", "code", "stratum", "ecosystem", "pool", "amount",
         "factors", "stock_t_c"]
    ]


# --------------------------------------------------------------------------- numbers
def decimals(values: pd.Series) -> pd.Series:
    """Turn integer millionths into Decimals; missing stays missing."""
    return pd.Series(
        [pd.NA if pd.isna(v) else Decimal(int(v)).scaleb(-6) for v in values],
        index=values.index, dtype=object,
    )


def _bounds(values: pd.Series) -> pd.Series:
    """Round floats to 1e-6 as Decimals; missing stays missing."""
    return pd.Series(
        [
            pd.NA if pd.isna(v) else Decimal(repr(float(v))).quantize(Decimal("0.000001"))
            for v in values
        ],
        index=values.index, dtype=object,
    )


def _halves(numerator: int, denominator: int) -> int:
    """Divide integers, rounding half to even.

    >>> [_halves(n, 2) for n in (-3, -1, 1, 3, 4)]
    [-2, 0, 0, 2, 2]
    """
    quotient, rest = divmod(numerator, denominator)
    double = 2 * rest
    return quotient + (double > denominator or (double == denominator and quotient % 2 == 1))


def _micro_ha(area_mm2: int) -> int:
    """Return an exact area in millionths of a hectare."""
    return _halves(int(area_mm2), _MM2_PER_MICRO_HA)


def _empty_changes() -> pd.DataFrame:
    """Return changes.csv of a single year: no rows."""
    return pd.DataFrame(columns=_CHANGE_COLUMNS)


def _empty_one_sided() -> pd.DataFrame:
    """Return the one-sided losses of a single year: no rows."""
    return pd.DataFrame(
        columns=["zone_code", "level", *_PAIR_KEYS, "scope", "gross", "loss", "share"]
    )


def _empty_reconciliation() -> pd.DataFrame:
    """Return reconciliation.csv of a single year: no rows."""
    return pd.DataFrame(
        columns=[
            "zone_code", *_PAIR_KEYS, "stock0_t_c", "stock1_t_c", "change_common_t_c",
            "only_year0_t_c", "only_year1_t_c", "change_reported_t_c", "method_gap_t_c",
        ]
    )


