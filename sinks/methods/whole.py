"""What the methods of a whole ecosystem share: conversions and losses in one pool.

A rate or a net ecosystem production speaks of all pools at once and knows neither felling nor
the stand that a conversion removed. Both are losses of the same land, so they stand in the same
pool: a carbon gain is never shown without them where they are known.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sinks.statistics import NO_STATISTICS

from .asking import Asking
from .gathering import Gathered
from .land import ABOVE_SOIL, land_use, lost_stands
from .losses import Labels, add_losses, undeclared

if TYPE_CHECKING:
    from sinks.stocks import Side

    from .land import LandUse
    from .protocol import Context

WHOLE = "ecosystem"
"""The pool of these methods."""
LOSSES_UNDECLARED = "losses_undeclared"
"""What quality.csv shows of an ecosystem whose losses nobody states; official runs refuse it."""


def whole_land(method: str, side0: Side, side1: Side, context: Context) -> Whole:
    """Return the land of a method of whole ecosystems, its conversions and losses gathered."""
    if context.is_view and context.losses.rows:  # gains without the losses that the run states
        nowhere = np.zeros(len(side0.code), dtype=bool)
        side0, side1 = side0.only(nowhere), side1.only(nowhere)
        context = replace(context, losses=NO_STATISTICS, mine=frozenset())
    use = land_use(side0, side1, context)
    gathered, asking = Gathered(context.atoms, len(side0.code)), Asking(method, context)
    for rows, one_sided in ((use.arrives, False), (use.leaves, True)):
        lost = lost_stands(side0, rows, context, ABOVE_SOIL)
        gathered.ready(lost.assign(pool=WHOLE, one_sided=one_sided))
    gathered.cover(WHOLE, use.leaves)
    _losses(gathered, asking, use, side1, context)
    return Whole(gathered, asking, use, side0, side1)


class Whole:
    """The land of a method of whole ecosystems while its gains are gathered."""

    def __init__(
        self, gathered: Gathered, asking: Asking, use: LandUse, side0: Side, side1: Side
    ) -> None:
        self.gathered = gathered
        self.asking = asking
        self.use = use
        self.side0 = side0
        self.side1 = side1


def _losses(
    gathered: Gathered, asking: Asking, use: LandUse, side1: Side, context: Context
) -> None:
    """Add the losses of the ecosystems that state any, and say which state none."""
    spoken = {row.ecosystem for row in context.losses.rows} & use.ecosystems
    for ecosystem in sorted(use.ecosystems - spoken):
        gathered.remark(f"{LOSSES_UNDECLARED}[{ecosystem}]", "", 1.0)
    if spoken:
        add_losses(gathered, asking, use, side1, Labels(WHOLE, WHOLE))
        undeclared(asking, use.of_only(frozenset(spoken)), side1)
