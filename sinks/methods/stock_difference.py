"""Stock difference: carbon at the later date minus carbon at the earlier, on the same land.

Only land that both dates classify is compared, so that a raster that covers more in one year
makes no sink. Where one side of a conversion is not estimated, the loss of the other side
is counted and its gain is not: the conservative half of an unknown difference. A side whose
whole stock statistics give is theirs to count. They tell no loss row by row, so land that leaves
such a side has no gain here either; land that enters it loses what stood there.

Source: IPCC 2006 Guidelines, Volume 4, Chapter 2, equations 2.5 and 2.8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sinks.categories import Pool
from sinks.stocks import estimated_rows, stated_rows, stock_terms

from .protocol import ChangeTerms, Context

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sinks.stocks import Side


class StockDifference:
    """The stock-difference method."""

    id = "stock_difference"
    name_zh = "库差法"
    pools: frozenset[str] = frozenset(str(pool) for pool in Pool)

    def change_terms(self, side0: Side, side1: Side, context: Context) -> ChangeTerms:
        """Return the terms of later minus earlier carbon on the common footprint."""
        common = side0.classified & side1.classified
        stock0, stock1 = (
            stock_terms(
                side,
                densities=context.densities,
                ecosystems=context.ecosystems,
                atoms=context.atoms,
                stated=context.stated,
            )
            for side in (side0, side1)
        )
        pieces: list[pd.DataFrame] = []
        covered: dict[str, NDArray[np.bool_]] = {}
        for pool in Pool:
            has0, has1 = (
                estimated_rows(side, densities=context.densities, pool=pool) & common
                for side in (side0, side1)
            )
            theirs0, theirs1 = (
                stated_rows(side, ecosystems=context.ecosystems, stated=context.stated, pool=pool)
                & common
                for side in (side0, side1)
            )
            covered[str(pool)] = (has0 | has1) & ~(theirs0 & theirs1)
            loss = stock0[(stock0["pool"] == str(pool)) & has0[stock0["row"]]]
            gain = stock1[(stock1["pool"] == str(pool)) & (has0 & has1 & ~theirs0)[stock1["row"]]]
            pieces += [
                loss.assign(amount=-loss["amount"], one_sided=~(has1 | theirs1)[loss["row"]]),
                gain.assign(one_sided=False),
            ]
        return ChangeTerms(terms=pd.concat(pieces, ignore_index=True), covered=covered)
