"""Soil transition: a conversion changes the soil for twenty years, cohort by cohort.

The change of a period is the sum of its annual changes: a conversion seen between two maps is
spread evenly over the years between them, and each year's part gives a twentieth of the
difference of the two soils in its own and the nineteen following years. Land whose class
stays has no change. Organic soils emit by area and year instead.

Source: IPCC 2006 Guidelines, Volume 4, Chapter 2, equations 2.25 and 2.26; METHOD A7, A8.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sinks.categories import Pool
from sinks.errors import EstimateError
from sinks.soils import Spread, years_before_and_after
from sinks.stocks import UNCLASSIFIED
from sinks.units import MM2_PER_HA, flip

from .protocol import ChangeTerms, Context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sinks.soils import OrganicSoil, SoilPair, Soils
    from sinks.stocks import Side
    from sinks.uncertainty import Atoms

    Area = tuple[str, int]
    """Name and year of an area error."""

_POOL = str(Pool.SOIL)


class SoilTransition:
    """The soil transition of twenty years."""

    id = "transition"
    name_zh = "土壤二十年过渡法"
    pools: frozenset[str] = frozenset({_POOL})

    def change_terms(self, side0: Side, side1: Side, context: Context) -> ChangeTerms:
        """Return the terms of one pair of years.

        The conversions between the two maps themselves are terms of their rows where no map
        lies between; those of earlier (and intermediate) maps are terms by zone. The error of
        the area enters once: it is the area of the conversion that is uncertain.
        """
        soils = context.soils
        if soils is None:
            raise EstimateError("the soil transition needs the soils of the conversions")
        history = context.history
        period = (side0.year, side1.year)
        seen = history is None or _neighbours(history, period)
        terms = _Terms(context.atoms)
        covered = np.zeros(len(side0.code), dtype=bool)
        for (before, after, stratum, key), rows in _groups(side0, side1):
            area = key or (str(context.ecosystems[after]), side1.year)
            if soils.is_organic(before, after, stratum):
                emitted = [soils.emits(code, stratum) for code in (before, after)]
                terms.emission(rows, side0.area_ha[rows], emitted, area, period)
                covered[rows] = True
            elif before == after:
                covered[rows] = (before, stratum) in soils.estimated
            else:
                pair = soils.pairs[before, after, stratum]
                covered[rows] = pair.before is not None or pair.after is not None
                if seen:
                    share = Spread(year0=period[0], year1=period[1], duration=soils.years)
                    done = float(share.share_done(*period))
                    terms.conversion(rows, side0.area_ha[rows] * done, pair, area)
        return ChangeTerms(
            terms=terms.frame(),
            covered={_POOL: covered},
            by_zone=_cohorts(history, context, soils, period, own=seen)
            if history is not None
            else None,
        )


class _Terms:
    """Terms of rows as they are gathered."""

    def __init__(self, atoms: Atoms) -> None:
        self._atoms = atoms
        nothing = (np.zeros(0, np.int64), 0, np.zeros(0), False)
        self._pieces: list[tuple[NDArray[np.int64], int, NDArray[np.float64], bool]] = [nothing]

    def conversion(
        self, rows: NDArray[np.int64], amount: NDArray[np.float64], pair: SoilPair, area: Area
    ) -> None:
        """Add the soil after and take away the soil before, ``amount`` ha of full transition."""
        if pair.before is None:
            return
        if pair.after is not None:
            atom = self._atoms.number([row.key for row in pair.after.rows], area)
            self._add(rows, atom, amount, one_sided=False)
        atom = self._atoms.number([row.key for row in pair.before.rows], area)
        self._add(rows, atom, -amount, one_sided=pair.after is None)

    def emission(
        self,
        rows: NDArray[np.int64],
        area_ha: NDArray[np.float64],
        emitted: list[OrganicSoil | None],
        area: Area,
        period: tuple[int, int],
    ) -> None:
        """Take away what the soil emits, each class for the years that the land is under it."""
        for soil, years in zip(emitted, years_before_and_after(period[1] - period[0]), strict=True):
            for row in soil.carbon if soil is not None and years else ():
                atom = self._atoms.number([row.key], area)
                self._add(rows, atom, flip(area_ha * years), one_sided=False)

    def frame(self) -> pd.DataFrame:
        """Return everything that was gathered."""
        sizes = [len(rows) for rows, *_ in self._pieces]
        rows, atoms, amounts, flags = zip(*self._pieces, strict=True)
        return pd.DataFrame(
            {
                "row": np.concatenate(rows),
                "pool": pd.Series([_POOL] * sum(sizes), dtype=str),
                "atom": np.repeat(np.array(atoms, dtype=np.int64), sizes),
                "amount": np.concatenate(amounts),
                "one_sided": np.repeat(np.array(flags, dtype=bool), sizes),
            }
        )

    def _add(
        self, rows: NDArray[np.int64], atom: int, amount: NDArray[np.float64], *, one_sided: bool
    ) -> None:
        """Add the terms of one atom."""
        self._pieces.append((rows, atom, amount, one_sided))


def _groups(
    side0: Side, side1: Side
) -> Iterator[tuple[tuple[str, str, str, Area | None], NDArray[np.int64]]]:
    """Yield the rows that both dates classify by classes, stratum and area error, sorted."""
    found: dict[tuple[str, str, str, Area | None], list[int]] = defaultdict(list)
    for row in np.flatnonzero(side0.classified & side1.classified).tolist():
        key = None if side1.area_key is None else side1.area_key[row]
        classes = (str(side0.code[row]), str(side1.code[row]), str(side1.stratum[row]))
        found[*classes, key].append(row)
    for group in sorted(found, key=lambda g: (*g[:3], str(g[3]))):
        yield group, np.array(found[group], dtype=np.int64)


def _neighbours(history: pd.DataFrame, period: tuple[int, int]) -> bool:
    """Return whether no map lies between two years of the history."""
    years = {*history["year0"].tolist(), *history["year1"].tolist()}
    return not any(period[0] < year < period[1] for year in years)


def _cohorts(
    history: pd.DataFrame,
    context: Context,
    soils: Soils,
    period: tuple[int, int],
    *,
    own: bool,
) -> pd.DataFrame:
    """Return the terms by zone of the conversions that the history shows.

    Parameters
    ----------
    history
        Conversions between neighbouring maps.
    context, soils
        Ecosystems and atoms; soils of the conversions.
    period
        The years whose change is wanted.
    own
        Leave out the conversions of the period itself, which have rows of their own.

    """
    terms = _Terms(context.atoms)
    area_ha = history["area_mm2"].to_numpy(dtype=np.float64) / MM2_PER_HA
    for (year0, year1, before, after, stratum), rows in _conversions(history):
        share = Spread(year0=year0, year1=year1, duration=soils.years).share_done(*period)
        counted_elsewhere = own and (year0, year1) == period
        if counted_elsewhere or not share or soils.is_organic(before, after, stratum):
            continue
        pair = soils.pairs[before, after, stratum]
        area = (str(context.ecosystems[after]), year1)
        terms.conversion(rows, area_ha[rows] * float(share), pair, area)
    frame = terms.frame()
    place = history.iloc[frame.pop("row")]
    return frame.assign(
        zone_code=place["zone_code"].to_numpy(),
        ecosystem0=[str(context.ecosystems[code]) for code in place["code0"]],
        ecosystem=[str(context.ecosystems[code]) for code in place["code1"]],
    )


def _conversions(
    history: pd.DataFrame,
) -> Iterator[tuple[tuple[int, int, str, str, str], NDArray[np.int64]]]:
    """Yield the rows of every conversion of the history: years, classes and stratum, sorted."""
    found: dict[tuple[int, int, str, str, str], list[int]] = defaultdict(list)
    columns = (history[k].tolist() for k in ("year0", "year1", "code0", "code1", "stratum"))
    for at, (year0, year1, *names) in enumerate(zip(*columns, strict=True)):
        before, after, stratum = map(str, names)
        if before != after and not {before, after} & set(UNCLASSIFIED):
            found[int(year0), int(year1), before, after, stratum].append(at)
    for key in sorted(found):
        yield key, np.array(found[key], dtype=np.int64)
