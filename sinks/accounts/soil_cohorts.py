"""soil_cohorts.csv: land whose soil still changes, land that is done, and the rate of the year.

Source: IPCC 2006 Guidelines, Volume 4, Chapter 2, equation 2.25; METHOD A7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sinks.soils import Spread
from sinks.stocks import UNCLASSIFIED
from sinks.tabulate import micro, roll_up
from sinks.units import MM2_PER_HA

from .numbers import decimals, micro_ha

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from sinks.categories import Ecosystem
    from sinks.soils import SoilCarbon, Soils
    from sinks.zone_tree import ZoneTree

SOIL_COHORT_COLUMNS = [
    "zone_code", "zone_name", "level", "year", "ecosystem0", "ecosystem",
    "in_transition_ha", "graduated_ha", "soil_change_t_c_per_year",
]  # fmt: skip
"""Columns of soil_cohorts.csv."""
_SIDES = ["ecosystem0", "ecosystem"]


def soil_cohorts(
    history: pd.DataFrame,
    *,
    soils: Soils,
    ecosystems: Mapping[str, Ecosystem],
    years: Sequence[int],
    tree: ZoneTree,
) -> pd.DataFrame:
    """Return soil_cohorts.csv.

    Parameters
    ----------
    history
        Conversions between every two neighbouring maps.
    soils
        The soils of the conversions.
    ecosystems
        Ecosystem of each class code.
    years
        Years to report: each sees the conversions up to itself.
    tree
        Zones to report.

    Returns
    -------
    DataFrame
        The columns of ``SOIL_COHORT_COLUMNS``, figures as Decimals: area in transition in the year
        and area that has graduated before it, which are areas of conversions, so that land
        converted twice counts twice; and the change of its mineral soil in that year. Organic
        soils have no cohorts.

    """
    moved = _conversions(history, soils, ecosystems)
    keys = ["zone_code", "year0", "year1", *_SIDES]
    cohorts = moved.groupby(keys, sort=True)[["area_mm2", "gain_t_c"]].sum().reset_index()
    fine = pd.concat(
        [_in_year(cohorts, year, soils.years) for year in sorted(years)], ignore_index=True
    )
    columns = ["in_transition", "graduated", "rate"]
    fine = fine[fine[["in_transition", "graduated"]].ne(0).any(axis=1)]
    out = roll_up(fine, ["year", *_SIDES], columns, tree)
    out["zone_name"] = out["zone_code"].map(dict(tree.names))
    for column, name in zip(columns, SOIL_COHORT_COLUMNS[6:], strict=True):
        out[name] = decimals(out[column])
    return out[SOIL_COHORT_COLUMNS]


def _conversions(
    history: pd.DataFrame, soils: Soils, ecosystems: Mapping[str, Ecosystem]
) -> pd.DataFrame:
    """Return the conversions of mineral soils with ecosystems and whole gain (t C)."""
    classified = ~history["code0"].isin(UNCLASSIFIED) & ~history["code1"].isin(UNCLASSIFIED)
    rows = history[classified & history["code0"].ne(history["code1"])]
    places = list(zip(rows["code0"], rows["code1"], rows["stratum"], strict=True))
    pairs = [soils.pairs.get(place) for place in places]
    same_soil = [
        pair is None or (ecosystems[a] is ecosystems[b] and _keys(pair.before) == _keys(pair.after))
        for (a, b, _), pair in zip(places, pairs, strict=True)
    ]
    area = rows["area_mm2"].to_numpy(dtype=np.float64) / MM2_PER_HA
    gain = np.array([pair.gain if pair is not None else 0.0 for pair in pairs])
    return rows.assign(
        ecosystem0=[str(ecosystems[a]) for a, _, _ in places],
        ecosystem=[str(ecosystems[b]) for _, b, _ in places],
        gain_t_c=area * gain,
    )[~np.array(same_soil, dtype=bool)]


def _keys(carbon: SoilCarbon | None) -> tuple[str, ...]:
    """Return the rows of a soil carbon by key."""
    return () if carbon is None else tuple(row.key for row in carbon.rows)


def _in_year(cohorts: pd.DataFrame, year: int, duration: int) -> pd.DataFrame:
    """Return the areas (millionths of ha) and the rate (millionths of t C) of a year."""
    pairs = list(zip(cohorts["year0"].tolist(), cohorts["year1"].tolist(), strict=True))
    spreads = {(a, b): Spread(year0=a, year1=b, duration=duration) for a, b in set(pairs)}
    in_transition = {pair: spread.share_in_transition(year) for pair, spread in spreads.items()}
    graduated = {pair: spread.share_graduated(year) for pair, spread in spreads.items()}
    changing = [in_transition[pair] for pair in pairs]
    frame = cohorts[["zone_code", *_SIDES]].assign(
        year=year,
        in_transition=_exact(cohorts, changing),
        graduated=_exact(cohorts, [graduated[pair] for pair in pairs]),
        rate=cohorts["gain_t_c"] * np.array([float(s) / duration for s in changing]),
    )
    summed = frame.groupby(["zone_code", "year", *_SIDES], sort=True).sum().reset_index()
    for name in ("in_transition", "graduated"):
        summed[name] = [micro_ha(area) for area in summed[name]]
    summed["rate"] = micro(summed["rate"].to_numpy(dtype=np.float64))
    return summed


def _exact(cohorts: pd.DataFrame, shares: Sequence[Fraction]) -> pd.Series:
    """Return shares of the areas, mm2, as exact fractions."""
    exact = [int(area) * share for area, share in zip(cohorts["area_mm2"], shares, strict=True)]
    return pd.Series(exact, index=cohorts.index, dtype=object)
