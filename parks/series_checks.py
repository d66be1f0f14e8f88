"""Checks of a whole series: do its flows balance, does its clock run right, do two agree.

Source: RELIABILITY section 2, Parks; the tolerances are choices and named.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from rasters.findings import finding

from .definitions import word
from .energy import PlantKind, Resolution
from .errors import SeriesError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rasters.findings import Finding

    from .energy import EnergySeries

__all__ = ["REPORTED", "check_night", "check_reported", "finest"]

REPORTED = ("grid_import", "grid_export", "curtailed", "charge", "discharge", "losses")
"""Names of metered flows in :attr:`parks.energy.EnergySeries.reported`, at the meters."""

BALANCE_TOLERANCE = 0.01
"""Share of the supply by which metered flows may miss each other: a choice, above meter error."""

DISAGREEMENT = 0.01
"""Share by which two series of one park and year may differ in a sum: a choice."""

NIGHT_HOURS = (0, 1, 2)
"""Hours of the day, UTC+8, in which the sun is down all year from Kashgar to Mohe; in a series
kept in UTC they hold the morning."""

NIGHT_SHARE = 0.005
"""Share of its year that PV may generate in those hours, for meters that hum: a choice."""


def check_night(series: EnergySeries) -> list[Finding]:
    """Return whether PV generates at night, as it does where the clock is not local time."""
    sun = series.of_kind(PlantKind.PV)
    total = math.fsum(sun)
    if series.resolution is not Resolution.HOURLY or total <= 0:
        return []
    share = math.fsum(sun[np.isin(series.periods % 24, NIGHT_HOURS)]) / total
    if share <= NIGHT_SHARE:
        return []
    where = f"{series.park_id}, {series.year}"
    return [finding("parks", "power-pv-at-night", value=f"{share:.1%}", where=where)]


def check_reported(series: EnergySeries) -> list[Finding]:
    """Return whether the metered flows of a series balance, period by period.

    Checked only where all of :data:`REPORTED` are there, since a flow that is not reported is
    not zero. Of several open periods the one that misses most is named.
    """
    if not series.reported:
        return []
    missing = [name for name in REPORTED if name not in series.reported]
    where = f"{series.park_id}, {series.year}"
    if missing:
        value = ", ".join(missing)
        return [finding("parks", "power-flows-partial", value=value, where=where)]
    metered = series.reported
    supply = series.generation_mwh.sum(axis=0) + metered["grid_import"] + metered["discharge"]
    use = series.load_mwh + sum(
        metered[name] for name in ("grid_export", "curtailed", "charge", "losses")
    )
    miss = np.abs(supply - use)
    is_open = miss > BALANCE_TOLERANCE * np.maximum(supply, use)
    if not is_open.any():
        return []
    worst = int(np.argmax(np.where(is_open, miss, 0.0)))
    return [
        finding(
            "parks",
            "power-balance-open",
            value=f"{supply[worst] - use[worst]:.6g}",
            where=f"{where}, {series.resolution} period {series.periods[worst]}",
            count=int(is_open.sum()),
            limit=f"{BALANCE_TOLERANCE:.0%}",
        )
    ]


def finest(several: Sequence[EnergySeries]) -> tuple[EnergySeries, list[Finding]]:
    """Return the finest of a park's series of one year, complete ones first.

    Returns
    -------
    EnergySeries, list of Finding
        ``power-series-disagree`` where the load or the new energy of another complete series
        differs by more than :data:`DISAGREEMENT`.

    Raises
    ------
    SeriesError
        If there is none, or they are of several parks or years.

    """
    if len({(series.park_id, series.year) for series in several}) != 1:
        found = sorted((series.park_id, series.year) for series in several)
        raise SeriesError(f"the finest series is that of one park and year, got {found}")
    order = list(Resolution)
    best = max(several, key=lambda series: (series.complete, order.index(series.resolution)))
    findings = []
    for other in several:
        if other is best or not (best.complete and other.complete):
            continue
        for name in ("load_mwh", "new_energy_mwh"):
            ours, theirs = (math.fsum(getattr(series, name)) for series in (best, other))
            if abs(ours - theirs) > DISAGREEMENT * max(ours, theirs):
                findings.append(
                    finding(
                        "parks",
                        "power-series-disagree",
                        value=f"{ours:.6g} / {theirs:.6g}",
                        where=f"{best.park_id}, {best.year}, {name}",
                        **_names("finer", best),
                        **_names("coarser", other),
                    )
                )
    return best, findings


def _names(role: str, series: EnergySeries) -> dict[str, str]:
    """Return the words of a finding that name a series by its resolution."""
    return {f"{role}_{lang}": word("series", series.resolution, lang) for lang in ("en", "zh")}
