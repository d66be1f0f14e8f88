"""seea_accounts.csv: opening, additions, reductions and closing, for area and for carbon.

The layout of the ecosystem accounts of the United Nations. An ecosystem gains land and carbon by
growth on the land that it keeps, by land converted to it, and by land that only the later map
shows; it loses them in the same ways. Carbon of converted land stands at the density of the
ecosystem that it belongs to: at closing where it is gained, at opening where it is lost. What the
method of the inventory reports on the land that is kept may differ from the difference of the two
stocks; the account closes by a reappraisal, which is stated and is no growth. Every figure is
rounded once at the finest zone; a column ``rounding`` holds what that leaves, some millionths.

Source: United Nations (2021) System of Environmental-Economic Accounting, Ecosystem Accounting,
chapters 4 and 5 (extent account; opening, additions, reductions, closing).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sinks.categories import Completeness, Pool
from sinks.tabulate import MICRO, Drawn, finest, roll_up
from sinks.units import MM2_PER_HA

from .areas import PAIR_KEYS
from .changes import STEP
from .numbers import decimals, divide_half_even

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from sinks.zone_tree import ZoneTree

CAUSES = ("growth", "soil", "conversion", "footprint", "reappraisal")
"""Causes of an addition; of a reduction ``growth`` is called ``loss``."""
_ADDITIONS = tuple(f"addition_{cause}" for cause in CAUSES)
_REDUCTIONS = tuple(f"reduction_{cause}" for cause in ("loss", *CAUSES[1:]))
_FIGURES = ("opening", *_ADDITIONS, *_REDUCTIONS, "rounding", "closing")
SEEA_COLUMNS = (
    "zone_code", "zone_name", "level", "year0", "year1", "account", "ecosystem", *_FIGURES,
)  # fmt: skip
"""Columns of seea_accounts.csv; the unit of the figures stands in ``account``."""
AREA, CARBON = "area_ha", "carbon_t_c"
"""The two accounts."""
_KEYS = ("zone_code", *PAIR_KEYS, "ecosystem")
_MICRO_HA = MM2_PER_HA // MICRO


def area_account(exact: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Return the area account of the finest zones in millionths of a hectare.

    Parameters
    ----------
    exact
        Areas of every year by finest zone and ecosystem, as they stand in areas.csv.
    areas
        Result of :func:`sinks.accounts.effects.common_areas`, all pairs.

    """
    micro = [divide_half_even(int(area), _MICRO_HA) for area in areas["area_mm2"]]
    land = pd.concat([areas.assign(micro=micro, side=side) for side in (0, 1)])
    stock = exact.groupby(["zone_code", "year", "ecosystem"])["area_micro"].sum().rename("micro")
    dated = _dated(stock.reset_index(), areas)
    out = _beside([*dated, *_flows(land)])
    out["rounding"] = out["closing"] - out["opening"] - _net(out, "conversion", "footprint")
    return out.assign(account=AREA)


def carbon_account(
    stock_fine: pd.DataFrame, change_fine: pd.DataFrame, terms: pd.DataFrame, drawn: Drawn
) -> pd.DataFrame:
    """Return the carbon account of the finest zones in millionths of t C, all pools together.

    Parameters
    ----------
    stock_fine, change_fine
        Stocks and changes by finest zone in millionths of t C, as the inventory reports them.
    terms
        Result of :func:`sinks.accounts.reconciliation.reconciliation_terms`, all pairs.
    drawn
        Atoms with their central values.

    """
    moved = terms[~_whole(terms) & terms["ecosystem0"].ne(terms["ecosystem"])]
    held = finest(moved, [*PAIR_KEYS, "ecosystem0", "ecosystem", "side"], drawn)
    held["micro"] = held["micro"].abs()  # the earlier side of the common land is negative
    out = _beside(
        [
            *_dated(stock_fine, change_fine),
            *_flows(held),
            *_plain(terms[_whole(terms)], drawn),
            _kept(terms[~_whole(terms)], drawn),
            _reported(change_fine),
        ]
    )
    flows = _net(out, "conversion", "footprint")
    out["rounding"] = out["plain1"] - out["plain0"] - out["kept"] - flows
    # what statistics state beside the pixels, and what the method says of the land that is kept
    stated = (out["closing"] - out["plain1"]) - (out["opening"] - out["plain0"])
    gap = out["kept"] + stated - _net(out, "growth", "soil")
    out["addition_reappraisal"] = gap.clip(lower=0)
    out["reduction_reappraisal"] = (-gap).clip(lower=0)
    return out.assign(account=CARBON)


def seea_accounts(
    accounts: Sequence[pd.DataFrame], stocks: pd.DataFrame, tree: ZoneTree
) -> pd.DataFrame:
    """Return seea_accounts.csv.

    Parameters
    ----------
    accounts
        Results of :func:`area_account` and :func:`carbon_account`.
    stocks
        stocks.csv, which says what has no estimate.
    tree
        Zones to report.

    Returns
    -------
    DataFrame
        The columns of ``SEEA_COLUMNS``, figures as Decimals: opening + additions - reductions +
        rounding = closing. Every ecosystem that occurs at one of the dates has a row in both
        accounts; carbon is missing where no pool of it is estimated.

    """
    fine = pd.concat(accounts, ignore_index=True)
    out = roll_up(fine, [*_KEYS[1:], "account"], _FIGURES, tree)
    land = out.loc[out["account"].eq(AREA), [*_KEYS, "level"]]
    out = out.merge(land.assign(account=CARBON), how="outer")
    at = ["zone_code", "level", "ecosystem"]
    estimated = stocks.loc[stocks["completeness"].isin([Completeness.ESTIMATED, Completeness.IE])]
    known = pd.MultiIndex.from_frame(estimated[at].drop_duplicates())
    shown = out["account"].eq(AREA) | pd.MultiIndex.from_frame(out[at]).isin(known)
    out["zone_name"] = out["zone_code"].map(dict(tree.names))
    for name in _FIGURES:
        out[name] = decimals(out[name].fillna(0).where(shown))
    return out[[*SEEA_COLUMNS]]


def _whole(terms: pd.DataFrame) -> pd.Series:
    """Return which terms are those of the whole stock of a date."""
    return terms["part"].isin(["stock0", "stock1"])


def _dated(stock: pd.DataFrame, pairs: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the stocks of both dates of every pair as opening and closing."""
    wanted = pairs[[*PAIR_KEYS]].drop_duplicates()
    for year, name in (("year0", "opening"), ("year1", "closing")):
        yield _figures(wanted.merge(stock, left_on=year, right_on="year"), name)


def _plain(terms: pd.DataFrame, drawn: Drawn) -> Iterator[pd.DataFrame]:
    """Yield the stocks that the pixels of a pair give, rounded as stocks.csv rounds."""
    for side, own in ((0, "ecosystem0"), (1, "ecosystem")):
        mine = terms[terms["side"].eq(side)]
        values = finest(mine.assign(ecosystem=mine[own]), [*_KEYS[1:], "pool"], drawn)
        yield _figures(values, f"plain{side}")


def _kept(terms: pd.DataFrame, drawn: Drawn) -> pd.DataFrame:
    """Return the difference of the two stocks on the land that each ecosystem keeps."""
    kept = terms[terms["ecosystem0"].eq(terms["ecosystem"])]
    return _figures(finest(kept, [*_KEYS[1:], "pool"], drawn), "kept")


def _flows(held: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield what each ecosystem takes over and gives away, by cause.

    Parameters
    ----------
    held
        ``ecosystem0`` and ``ecosystem`` of the land (blank without a class), and what stands on
        it (``micro``) at the date ``side``.

    """
    for side, own, other, cause in (
        (0, "ecosystem0", "ecosystem", "reduction"),
        (1, "ecosystem", "ecosystem0", "addition"),
    ):
        mine = held[held["side"].eq(side) & held[own].ne("")]
        mine = mine[mine[own].ne(mine[other])]
        beyond = mine[other].eq("")
        figure = np.where(beyond, f"{cause}_footprint", f"{cause}_conversion")
        yield _figures(mine.assign(ecosystem=mine[own]), figure)


def _reported(fine: pd.DataFrame) -> pd.DataFrame:
    """Return the reported changes of the land that is kept, gains and losses apart."""
    kept = fine[
        fine["estimated"] & fine["method"].ne(STEP) & fine["ecosystem0"].eq(fine["ecosystem"])
    ]
    soil, gain = kept["pool"].eq(str(Pool.SOIL)), kept["micro"].ge(0)
    figure = np.select(
        [soil & gain, soil, gain],
        ["addition_soil", "reduction_soil", "addition_growth"],
        "reduction_loss",
    )
    return _figures(kept.assign(micro=kept["micro"].abs()), figure)


def _figures(rows: pd.DataFrame, figure: str | NDArray[np.str_]) -> pd.DataFrame:
    """Name the figure that each row is part of."""
    return rows.assign(figure=figure)[[*_KEYS, "figure", "micro"]]


def _beside(pieces: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return one row for each zone, pair and ecosystem, its figures beside each other."""
    whole = pd.concat(pieces, ignore_index=True)
    whole = whole[whole["ecosystem"].ne("")]
    wide = whole.pivot_table(
        index=[*_KEYS], columns="figure", values="micro", aggfunc="sum", fill_value=0
    )
    names = [*_FIGURES, "kept", "plain0", "plain1"]
    return wide.reindex(columns=names, fill_value=0).astype(np.int64).reset_index()


def _net(out: pd.DataFrame, *causes: str) -> pd.Series:
    """Return additions less reductions by the given causes."""
    net = pd.Series(0, index=out.index)
    for cause in causes:
        lost = "loss" if cause == "growth" else cause
        net = net + out[f"addition_{cause}"] - out[f"reduction_{lost}"]
    return net
