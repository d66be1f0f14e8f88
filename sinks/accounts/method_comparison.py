"""method_comparison.csv: what other methods make of the same land, beside the one reported.

Every method of an ecosystem speaks of the same rows: the land whose final ecosystem it is, and
the land that left it to ecosystems without a method. Compared are the pools of living biomass
that all can tell apart; a method of the whole ecosystem is shown whole, and says so. The draws
are joint, the rows are never added to anything.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from rasters import RefusedError
from sinks.categories import WHOLE_POOLS
from sinks.methods import METHODS
from sinks.tabulate import Drawn, finest, intervals, roll_up
from sinks.units import CARBON_MOLAR, CO2_MOLAR, CO2_PER_CARBON

from .areas import PAIR_KEYS, ecosystem_of
from .changes import WHOLE
from .numbers import bounds, decimals, divide_half_even

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rasters.findings import Finding
    from sinks.categories import Ecosystem
    from sinks.inventory import Settings
    from sinks.methods import Context
    from sinks.stocks import Side
    from sinks.zone_tree import ZoneTree

_KEYS = ["ecosystem", *PAIR_KEYS, "method", "pools"]
COMPARISON_COLUMNS = [
    "zone_code", "ecosystem", *PAIR_KEYS, "method", "pools", "sink_t_co2_per_year",
    "low_t_co2_per_year", "high_t_co2_per_year", "gap_t_co2_per_year",
]  # fmt: skip
"""Columns of method_comparison.csv."""
_TERMS = ["zone_code", *_KEYS, "atom", "amount"]


def comparison_terms(
    per_pair: Iterable[tuple[pd.DataFrame, Side, Side]], *, context: Context, settings: Settings
) -> tuple[pd.DataFrame, list[Finding]]:
    """Return the terms of every method that is shown beside others, and what one lacks.

    Parameters
    ----------
    per_pair
        Activity rows of each pair of years, and both sides.
    context, settings
        As for the changes; ``settings.compare`` names the methods.

    Returns
    -------
    terms, findings
        Terms by ``zone_code`` and the columns that name a row; a row that is covered without a
        term has the amount 0.

    """
    pieces = [pd.DataFrame({name: [] for name in _TERMS})]
    lacking: dict[Finding, None] = {}
    for rows, side0, side1 in () if context.is_view else per_pair:
        for ecosystem, others in sorted(settings.compare.items()):
            own = settings.methods.get(ecosystem)
            names = tuple(dict.fromkeys((*([own] if own else []), *others)))
            common = _common(names)
            for name in names:
                try:
                    pieces.append(
                        _terms(rows, side0, side1, context, settings, ecosystem, name, common)
                    )
                except RefusedError as error:
                    lacking |= dict.fromkeys(error.findings)
    kept = [piece for piece in pieces if len(piece)]
    terms = pd.concat(kept, ignore_index=True) if kept else pieces[0]
    return terms, list(lacking)


def method_comparison(
    terms: pd.DataFrame, drawn: Drawn, settings: Settings, tree: ZoneTree
) -> pd.DataFrame:
    """Return method_comparison.csv.

    Parameters
    ----------
    terms
        Of :func:`comparison_terms`.
    drawn
        Atoms with their joint draws.
    settings
        Which method of an ecosystem is the reported one.
    tree
        Zones to report.

    Returns
    -------
    DataFrame
        The columns of ``COMPARISON_COLUMNS``, figures as Decimals; the gap is the method's sink
        less the reported one's.

    """
    if terms.empty:
        return pd.DataFrame(columns=COMPARISON_COLUMNS)
    fine = finest(terms, _KEYS, drawn)
    fine["co2_micro"] = [
        divide_half_even(m * CO2_MOLAR, CARBON_MOLAR * (y1 - y0))
        for m, y0, y1 in zip(
            fine["micro"].tolist(), fine["year0"].tolist(), fine["year1"].tolist(), strict=True
        )
    ]
    at = ["zone_code", "level", *_KEYS]
    out = roll_up(fine, _KEYS, ["co2_micro"], tree)
    out = out.merge(intervals(terms, _KEYS, drawn, tree), how="left", on=at)
    own = {str(ecosystem): method for ecosystem, method in settings.methods.items()}
    same = ["zone_code", "level", "ecosystem", *PAIR_KEYS]
    reported = out[out["method"].eq(out["ecosystem"].map(own))][[*same, "co2_micro"]]
    out = out.merge(reported.rename(columns={"co2_micro": "reported"}), how="left", on=same)
    years = (out["year1"] - out["year0"]).to_numpy(dtype=np.float64)
    out["sink_t_co2_per_year"] = decimals(out["co2_micro"])
    out["gap_t_co2_per_year"] = decimals(out["co2_micro"] - out["reported"])
    for bound in ("low", "high"):
        out[f"{bound}_t_co2_per_year"] = bounds(out[bound] * CO2_PER_CARBON / years)
    return out[COMPARISON_COLUMNS]


def _terms(
    rows: pd.DataFrame,
    side0: Side,
    side1: Side,
    context: Context,
    settings: Settings,
    ecosystem: Ecosystem,
    name: str,
    common: frozenset[str],
) -> pd.DataFrame:
    """Return the terms of one method on the land of one ecosystem, in the pools compared."""
    before = ecosystem_of(side0.code, context.ecosystems)
    after = ecosystem_of(side1.code, context.ecosystems)
    mine = after == str(ecosystem)
    mine |= (before == str(ecosystem)) & ~np.isin(after, [str(e) for e in settings.methods])
    mine &= side0.classified & side1.classified
    asked = replace(
        context,
        mine=frozenset({ecosystem}),
        stated={e: pools for e, pools in context.stated.items() if e is not ecosystem},
    )
    result = METHODS[name].change_terms(side0.only(mine), side1.only(mine), asked)
    whole = WHOLE in METHODS[name].pools
    pools = METHODS[name].pools if whole else METHODS[name].pools & common
    place = rows["zone_code"].to_numpy()
    terms = [result.terms.assign(zone_code=place[result.terms["row"].to_numpy()])]
    if result.by_zone is not None:
        terms.append(result.by_zone)
    found = pd.concat(terms, ignore_index=True)
    found = found[found["pool"].isin(list(pools))]
    silent = np.logical_or.reduce([flags for p, flags in result.covered.items() if p in pools])
    zeros = pd.DataFrame(
        {
            "zone_code": sorted(set(place[np.broadcast_to(silent, place.shape)])),
            "atom": context.atoms.number((), None),
            "amount": 0.0,
        }
    )
    return pd.concat([found, zeros], ignore_index=True).assign(
        ecosystem=str(ecosystem),
        year0=side0.year,
        year1=side1.year,
        method=name,
        pools="+".join(sorted(pools)),
    )[_TERMS]


def _common(names: Sequence[str]) -> frozenset[str]:
    """Return the living pools in which methods are compared: apart where all can tell them."""
    partial = [METHODS[name].pools for name in names if WHOLE not in METHODS[name].pools]
    living = {str(pool) for pool in WHOLE_POOLS["biomass"]}
    if any("biomass" in pools for pools in partial):
        return frozenset({"biomass"} | living)
    return frozenset(living & frozenset.intersection(*partial)) if partial else frozenset()
