"""changes.csv: change on the land that both dates classify, by ecosystems, pool and method."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from rasters import RefusedError
from sinks.categories import WHOLE_POOLS, Pool
from sinks.errors import EstimateError
from sinks.methods import DEPARTURES, METHODS, SOIL_METHODS, SoilTransition
from sinks.tabulate import Drawn, finest, intervals, roll_up
from sinks.units import CARBON_MOLAR, CO2_MOLAR, CO2_PER_CARBON

from .areas import PAIR_KEYS, ecosystem_of
from .numbers import bounds, decimals, divide_half_even
from .scopes import by_scope

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from rasters.findings import Finding
    from sinks.inventory import Settings
    from sinks.methods import ChangeTerms, Context, Remark
    from sinks.stocks import Side
    from sinks.zone_tree import ZoneTree

STEP = "stock_difference(step)"
"""Method of a soil change taken at once instead of over 20 years: outside every total."""
NOT_ESTIMATED = "NE"
"""Method of a change that the data cannot give."""
CHANGE_KEYS = (*PAIR_KEYS, "ecosystem0", "ecosystem", "pool")
"""Columns that name a change inside a zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Change terms of one pair, and which rows of the table they stand for."""

    terms: pd.DataFrame
    covered: pd.DataFrame
    remarks: tuple[Remark, ...] = ()
    """What the methods assumed or left out."""


def pair_changes(
    per_pair: Iterable[tuple[pd.DataFrame, Side, Side]], *, context: Context, settings: Settings
) -> tuple[list[Change], list[Finding]]:
    """Return the changes of every pair of years, and everything that a method lacks for them.

    The arguments are those of :func:`change_rows`, one tuple for each pair.
    """
    changed: list[Change] = []
    lacking: dict[Finding, None] = {}
    for rows, side0, side1 in per_pair:
        try:
            changed.append(change_rows(rows, side0, side1, context=context, settings=settings))
        except RefusedError as error:
            lacking |= dict.fromkeys(error.findings)
    return changed, list(lacking)


def change_rows(
    rows: pd.DataFrame, side0: Side, side1: Side, *, context: Context, settings: Settings
) -> Change:
    """Return the change terms of one pair, each row by the method of its final ecosystem.

    Parameters
    ----------
    rows
        Activity rows of the pair.
    side0, side1
        The same rows as the earlier and the later date see them.
    context
        What a method may use.
    settings
        Method of each ecosystem and of the soil.

    Returns
    -------
    Change
        Terms with ``zone_code, year0, year1, ecosystem0, ecosystem, pool, method, atom, amount,
        one_sided``; a row whose final ecosystem has no method goes by that of its first one, as
        do those pools of which that method speaks on land that leaves (``DEPARTURES``).

    Raises
    ------
    RefusedError
        With everything that the methods lack.

    """
    before = ecosystem_of(side0.code, context.ecosystems)
    after = ecosystem_of(side1.code, context.ecosystems)
    common = side0.classified & side1.classified
    chosen = chosen_methods(before, after, settings)
    pieces = _Pieces(rows["zone_code"].to_numpy(), before, after)
    departs = _departures(before, chosen, settings)
    whole = np.zeros(len(rows), dtype=bool)
    lacking: list[Finding] = []
    for name in sorted({*chosen[common], *settings.methods.values()}):
        mine = common & ((chosen == name) | (departs == name))
        own = frozenset(e for e, method in settings.methods.items() if method == name)
        try:
            result = METHODS[name].change_terms(
                side0.only(mine), side1.only(mine), replace(context, mine=own)
            )
        except RefusedError as error:
            lacking += error.findings
            continue
        left = np.isin(departs, [other for other in DEPARTURES if other != name])
        pieces.add(result, mine, name, skip=(str(Pool.SOIL),), left=left)
        if WHOLE in METHODS[name].pools:
            whole |= mine
    if lacking:
        raise RefusedError(lacking)
    label = _soil_label(settings)
    result = SOIL_METHODS[settings.soil_method].change_terms(side0, side1, context)
    wholly = {str(e) for e, m in settings.methods.items() if WHOLE in METHODS[m].pools}
    pieces.add(result, common & ~whole, label, only=str(Pool.SOIL), leave=wholly)
    pieces.fill_not_estimated(common, whole)
    return pieces.change(side0.year, side1.year)


def chosen_methods(
    before: NDArray[np.object_], after: NDArray[np.object_], settings: Settings
) -> NDArray[np.object_]:
    """Return the method of each row: of its final ecosystem, else of its first one."""
    return np.array(
        [
            settings.methods.get(a) or settings.methods.get(b) or "stock_difference"
            for a, b in zip(after, before, strict=True)
        ],
        dtype=object,
    )


def _departures(
    before: NDArray[np.object_], chosen: NDArray[np.object_], settings: Settings
) -> NDArray[np.object_]:
    """Return the method that speaks of the living biomass of land that leaves, blank for none."""
    return np.array(
        [
            own
            if (own := settings.methods.get(b, "")) in DEPARTURES
            and own != method
            and WHOLE not in METHODS[method].pools
            else ""
            for b, method in zip(before, chosen, strict=True)
        ],
        dtype=object,
    )


WHOLE = "ecosystem"
"""Pool of a method that gives the change of a whole ecosystem."""


def _soil_label(settings: Settings) -> str:
    """Return the method that stands on a change row of the soil."""
    if settings.soil_method != "stock_difference":
        return settings.soil_method
    return NOT_ESTIMATED if settings.soil_from_map else STEP


class _Pieces:
    """Terms and covered rows of one pair, gathered from several methods."""

    def __init__(
        self,
        zones: NDArray[np.object_],
        before: NDArray[np.object_],
        after: NDArray[np.object_],
    ) -> None:
        self._place = {"zone_code": zones, "ecosystem0": before, "ecosystem": after}
        self._done = {str(pool): np.zeros(len(zones), dtype=bool) for pool in Pool}
        self._terms = [_placed(_NO_TERMS, self._place)]
        self._covered = [_placed(_NO_TERMS[["row", "pool", "method"]], self._place)]
        self._remarks: list[Remark] = []

    def add(
        self,
        result: ChangeTerms,
        mine: NDArray[np.bool_],
        label: str,
        *,
        skip: Sequence[str] = (),
        only: str | None = None,
        leave: Collection[str] = (),
        left: NDArray[np.bool_] | None = None,
    ) -> None:
        """Take the pools of a method on the rows that go by it, and its terms by zone.

        On the rows of ``left`` another method speaks of the living biomass.
        """
        self._remarks += result.remarks
        for pool, flags in result.covered.items():
            if pool in skip or (only is not None and pool != only):
                continue
            own = mine & ~left if left is not None and pool in WHOLE_POOLS["biomass"] else mine
            self._cover(np.flatnonzero(flags & own), pool, label)
            if label != NOT_ESTIMATED:
                of_pool = result.terms[result.terms["pool"] == pool]
                kept = of_pool[own[of_pool["row"]]].assign(method=label)
                self._terms.append(_placed(kept, self._place))
        if result.by_zone is not None and label != NOT_ESTIMATED:
            by_zone = result.by_zone.assign(method=label)
            by_zone = by_zone[~by_zone["pool"].isin(skip)]
            if only is not None:
                by_zone = by_zone[by_zone["pool"] == only]
            by_zone = by_zone[~by_zone["ecosystem"].isin(leave)]
            self._terms.append(by_zone)
            self._covered.append(by_zone[[*self._place, "pool", "method"]].drop_duplicates())

    def fill_not_estimated(self, rows: NDArray[np.bool_], whole: NDArray[np.bool_]) -> None:
        """Say of every pool that no method covers that its change is not estimated.

        Rows of a method of whole ecosystems have one pool, others each their own.
        """
        for pool, done in list(self._done.items()):
            self._cover(np.flatnonzero(rows & ~whole & ~done), pool, NOT_ESTIMATED)
        done = self._done[str(Pool.AGB)]
        self._cover(np.flatnonzero(rows & whole & ~done), WHOLE, NOT_ESTIMATED)

    def _cover(self, at: NDArray[np.int64], pool: str, label: str) -> None:
        """Say that the rows ``at`` have a change of ``pool``."""
        frame = pd.DataFrame({"row": at, "pool": pool, "method": label})
        self._covered.append(_placed(frame, self._place))
        for single in WHOLE_POOLS.get(pool, (pool,)):
            self._done[str(single)][at] = True

    def change(self, year0: int, year1: int) -> Change:
        """Return everything that was gathered."""
        terms, covered = (
            pd.concat(pieces, ignore_index=True).assign(year0=year0, year1=year1)
            for pieces in (self._terms, self._covered)
        )
        return Change(terms=terms, covered=covered, remarks=tuple(self._remarks))


_NO_TERMS = pd.DataFrame(
    {
        "row": np.zeros(0, np.int64),
        "pool": pd.Series([], dtype=str),
        "atom": np.zeros(0, np.int64),
        "amount": np.zeros(0),
        "one_sided": np.zeros(0, bool),
        "method": pd.Series([], dtype=str),
    }
)


def _placed(frame: pd.DataFrame, place: Mapping[str, NDArray[np.object_]]) -> pd.DataFrame:
    """Give rows by position their zone and ecosystems."""
    at = frame["row"].to_numpy()
    return frame.drop(columns="row").assign(**{name: of[at] for name, of in place.items()})


def refuse_double_cover(fine: pd.DataFrame, tree: ZoneTree) -> None:
    """Refuse two methods that give the change of one pool of one zone, pair and ecosystems.

    Parameters
    ----------
    fine
        Result of :func:`finest_changes`.
    tree
        Zones to report.

    Raises
    ------
    EstimateError
        Naming the zone, the pool and both methods.

    """
    given = fine[fine["estimated"]]
    at = tree.at(tree.levels[-1], given["zone_code"])
    seen: dict[tuple[object, ...], str] = {}
    keys = (*PAIR_KEYS, "ecosystem0", "ecosystem")
    for zone, pool, method, *place in zip(
        at, given["pool"], given["method"], *(given[key] for key in keys), strict=True
    ):
        for single in sorted(map(str, WHOLE_POOLS.get(pool, (pool,)))):
            other = seen.setdefault((zone, single, *place), f"{method} ({pool})")
            if other != f"{method} ({pool})":
                raise EstimateError(
                    f"{method} ({pool}) and {other} both give the change of {single} of zone "
                    f"{zone}, {place[2]} to {place[3]}, {place[0]}-{place[1]}; two methods of one "
                    f"pool are never added"
                )


def finest_changes(terms: pd.DataFrame, covered: pd.DataFrame, drawn: Drawn) -> pd.DataFrame:
    """Return every change row of the finest zones, zero and not-estimated rows included.

    Parameters
    ----------
    terms, covered
        Of :class:`Change`, all pairs together.
    drawn
        Atoms with their central values.

    Returns
    -------
    DataFrame
        ``zone_code``, the columns of ``CHANGE_KEYS``, ``method``, ``estimated``, and in
        millionths ``micro`` (t C) and ``co2_micro`` (t CO2 per year), 0 where not estimated.

    """
    keys = [*CHANGE_KEYS, "method"]
    rows = covered[["zone_code", *keys]].drop_duplicates()
    fine = rows.merge(finest(terms, keys, drawn), how="left", on=["zone_code", *keys])
    fine["estimated"] = fine["method"].ne(NOT_ESTIMATED)
    fine["micro"] = fine["micro"].fillna(0).astype(np.int64)
    fine["co2_micro"] = [
        divide_half_even(m * CO2_MOLAR, CARBON_MOLAR * (y1 - y0))
        for m, y0, y1 in zip(
            fine["micro"].tolist(), fine["year0"].tolist(), fine["year1"].tolist(), strict=True
        )
    ]
    return fine


def changes(
    terms: pd.DataFrame, fine: pd.DataFrame, tree: ZoneTree, drawn: Drawn, context: Context
) -> pd.DataFrame:
    """Return changes.csv.

    Parameters
    ----------
    terms, fine
        Terms of all pairs, and what :func:`finest_changes` makes of them.
    tree
        Zones to report.
    drawn
        Atoms with their draws, for the intervals.
    context
        For the depth of the soil.

    Returns
    -------
    DataFrame
        The columns of ``CHANGE_COLUMNS``, figures as Decimals, missing where not estimated.

    """
    keys = [*CHANGE_KEYS, "method"]
    out = roll_up(fine, keys, ["micro", "co2_micro"], tree)
    at = ["zone_code", "level", *CHANGE_KEYS]
    out = out[out["method"].ne(NOT_ESTIMATED) | ~out.duplicated(at, keep=False)]
    sides = intervals(terms, keys, drawn, tree)
    out = out.merge(sides, how="left", on=["zone_code", "level", *keys])
    shown = out["method"].ne(NOT_ESTIMATED)
    years = (out["year1"] - out["year0"]).to_numpy(dtype=np.float64)
    out["change_t_c"] = decimals(out["micro"].where(shown))
    out["sink_t_co2_per_year"] = decimals(out["co2_micro"].where(shown))
    for bound in ("low", "high"):
        per_year = out[bound].fillna(0) * CO2_PER_CARBON / years
        out[f"{bound}_t_co2_per_year"] = bounds(per_year.where(shown))
    out["zone_name"] = out["zone_code"].map(dict(tree.names))
    out["land"] = np.where(out["ecosystem0"] == out["ecosystem"], "remaining", "converted")
    # the soils of the conversions may have another depth than the one map of the stocks
    stocks_cm = context.densities.depth_cm
    moved_cm = stocks_cm if context.soils is None else context.soils.depth_cm
    depth = np.where(out["method"].eq(SoilTransition.id), moved_cm, stocks_cm)
    out["depth_cm"] = np.where(out["pool"].eq(str(Pool.SOIL)), depth, "")
    return out[CHANGE_COLUMNS]


CHANGE_COLUMNS = [
    "zone_code", "zone_name", "level", *PAIR_KEYS, "ecosystem0", "ecosystem", "land", "pool",
    "depth_cm", "change_t_c", "sink_t_co2_per_year", "low_t_co2_per_year", "high_t_co2_per_year",
    "method",
]  # fmt: skip


def one_sided_losses(
    terms: pd.DataFrame, fine: pd.DataFrame, drawn: Drawn, tree: ZoneTree
) -> pd.DataFrame:
    """Return the losses whose gain is not estimated, by zone, pair and scope.

    Parameters
    ----------
    terms, fine
        As for :func:`changes`.
    drawn, tree
        Atoms with their central values; zones to report.

    Returns
    -------
    DataFrame
        ``zone_code, level, year0, year1, scope``; ``loss`` and ``gross`` (sum of the absolute
        changes) in millionths of t C, both without soil steps; ``share`` of the loss in the
        gross, 0 where that is 0.

    """
    keys = [*PAIR_KEYS, "scope"]
    flagged = terms[terms["one_sided"].astype(bool) & terms["method"].ne(STEP)]
    rows = finest(flagged, CHANGE_KEYS, drawn).rename(columns={"micro": "loss"})
    counted = fine[fine["estimated"] & fine["method"].ne(STEP)]
    counted = counted.assign(gross=counted["micro"].abs())
    sides = ("ecosystem0", "ecosystem")
    gross = roll_up(by_scope(counted, *sides), keys, ["gross"], tree)
    loss = roll_up(by_scope(rows, *sides), keys, ["loss"], tree)
    out = gross.merge(loss, how="left", on=["zone_code", "level", *keys])
    out["loss"] = out["loss"].fillna(0).astype(np.int64)
    out["share"] = (out["loss"].abs() / out["gross"].where(out["gross"] > 0)).fillna(0.0)
    return out
