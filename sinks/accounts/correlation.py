"""The correlation between the maps of two dates, and what it does to a change.

Two maps of one product err alike, so that a change is known better than either stock; how much
alike is for the producer to state. It is 0 unless stated. The value that was used stands beside
the half-width that the change would have without it (METHOD A10, Var = s1^2 + s2^2 - 2 rho s1 s2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sinks.tabulate import Drawn, Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sinks.uncertainty import Atoms


def date_correlation(
    table: Table, spread: pd.DataFrame, atoms: Atoms, *, seed: int, draws: int
) -> pd.DataFrame:
    """Return the spread with ``date_correlation`` and ``half_width_uncorrelated``.

    Parameters
    ----------
    table, spread
        Rows of changes with the forms behind them, and their intervals.
    atoms
        The sources.
    seed, draws
        Of the joint draws.

    Returns
    -------
    DataFrame
        The correlation between the maps of the two dates (of several products the largest), and
        the half-width (t C) if it were 0; both missing where a change rests on no two maps of
        one product.

    """
    stated = _correlations(table, atoms)
    low, high = (spread[name].to_numpy(np.float64) for name in ("low", "high"))
    apart = (high - low) / 2
    if np.nanmax(stated, initial=0.0) > 0:
        joint = atoms.without_correlation().draw(seed=seed, draws=draws)
        alone = table.spread(Drawn(central=atoms.central(), joint=joint))
        apart = (alone["high"].to_numpy(np.float64) - alone["low"].to_numpy(np.float64)) / 2
    apart = np.where(np.isnan(stated), np.nan, apart)
    return spread.assign(
        date_correlation=pd.Series(stated, index=spread.index).astype("Float64"),
        half_width_uncorrelated=pd.Series(apart, index=spread.index).astype("Float64"),
    )


def _correlations(table: Table, atoms: Atoms) -> NDArray[np.float64]:
    """Return the correlation that each form rests on, NaN where it has no two maps."""
    grouped = {key for atom in atoms.items for key in atom.factors if atoms.factors[key].group}
    stated = np.full(len(table.forms), np.nan)
    form = table.forms.form
    for group in sorted({atoms.factors[key].group for key in grouped}):
        members = sorted(key for key in grouped if atoms.factors[key].group == group)
        seen = np.zeros(len(table.forms), dtype=np.int64)
        for key in members:
            touched = np.array([key in atom.factors for atom in atoms.items], dtype=bool)
            seen[np.unique(form[touched[table.forms.atom]])] += 1
        rho = max(atoms.factors[key].correlation for key in members)
        stated = np.where(seen > 1, np.fmax(stated, rho), stated)
    return stated
