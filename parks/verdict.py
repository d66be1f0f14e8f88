"""A park against the target of its kind.

The verdict is by ``load_hourly`` where there are hours, else by the finest reading there is,
and carries that reading with its definition. It never counts storage or certificates. A year
that lacks periods has values but no verdict; a target that is met by months or years only may
be missed by hours, which the flag ``upper_bound`` of the reading says.

Source: METHOD part E; 内政办发〔2023〕94号, 六（四）.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from .definitions import Reading
from .errors import PowerError
from .power import Flag

if TYPE_CHECKING:
    from collections.abc import Collection

    from .definitions import Target
    from .power import Ratio

__all__ = ["Outcome", "Verdict", "verdict"]

ROUNDING = 1e-9
"""Share of the load by which a target may be missed and still count as met: float rounding."""


class Outcome(StrEnum):
    """How a park stands against its target."""

    MET = "met"
    MISSED = "missed"
    INCOMPLETE = "incomplete"
    """Periods are missing: no verdict."""
    NO_TARGET = "no_target"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A park against the target of its kind."""

    park_id: str
    kind: str
    outcome: Outcome
    ratio: Ratio | None
    """The reading it goes by, with its definition and resolution; None without data."""
    target: Target
    gap_mwh: float | None
    """Matched energy that lacks to the target, MWh, 0 where it is met; None without verdict."""


def verdict(ratios: Collection[Ratio], *, target: Target) -> Verdict:
    """Return how a park stands by the finest reading of its load that has a value.

    Parameters
    ----------
    ratios
        Readings of one park.
    target
        Target of its kind.

    Raises
    ------
    PowerError
        If the readings are none, or of several parks.

    """
    by_id = {ratio.reading: ratio for ratio in ratios}
    parks = sorted({ratio.park_id for ratio in ratios})
    if len(parks) != 1:
        raise PowerError(f"a verdict is about one park, got {parks}")
    order = (Reading.LOAD_HOURLY, Reading.LOAD_MONTHLY, Reading.LOAD_ANNUAL)
    usable = [by_id[key] for key in order if key in by_id and by_id[key].value is not None]
    chosen = usable[0] if usable else None
    outcome, gap = _judged(chosen, target.share)
    return Verdict(
        park_id=parks[0],
        kind=target.kind,
        outcome=outcome,
        ratio=chosen,
        target=target,
        gap_mwh=gap,
    )


def _judged(chosen: Ratio | None, share: float | None) -> tuple[Outcome, float | None]:
    """Return outcome and gap of a reading against a target share."""
    if chosen is None or chosen.numerator_mwh is None or chosen.denominator_mwh is None:
        return Outcome.NO_DATA, None
    if share is None:
        return Outcome.NO_TARGET, None
    if Flag.INCOMPLETE in chosen.flags:
        return Outcome.INCOMPLETE, None
    gap = share * chosen.denominator_mwh - chosen.numerator_mwh
    if gap <= ROUNDING * chosen.denominator_mwh:
        return Outcome.MET, 0.0
    return Outcome.MISSED, gap
