"""What tables by zone have in common: which zones on which sheet, and what rounding leaves.

Cells hold all digits and show two decimals. The shown decimals of rows need not add up to
the shown total; the difference stands in a row of its own, 修约差, instead of being hidden
in a figure that was changed to fit.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from sinks.export.cells import is_missing, rounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from sinks.export.meta import LevelName, Meta

__all__ = ["Cell", "annex_levels", "exact_sum", "main_levels", "rounding", "zones_of"]

Cell = float | str | None
"""A number, a word in its place such as 未估算, or nothing."""
_SHOWN = Decimal("0.01")


def main_levels(meta: Meta) -> tuple[LevelName, ...]:
    """Return the levels of the main tables: the region and its leagues."""
    return meta.levels[: meta.main]


def annex_levels(meta: Meta) -> tuple[LevelName, ...]:
    """Return the levels that stand in annexes, such as banners."""
    return meta.levels[meta.main :]


def zones_of(table: pd.DataFrame, level: LevelName) -> list[tuple[str, str]]:
    """Return (code, Chinese name) of the zones of a level, sorted by code."""
    rows = table.loc[table["level"] == level.id, ["zone_code", "zone_name"]].drop_duplicates()
    return sorted((str(code), str(name)) for code, name in rows.itertuples(index=False))


def exact_sum(values: Iterable[object]) -> Decimal | None:
    """Add the values that are there as decimals; None where there is none."""
    known = [rounded(value) for value in values if not is_missing(value)]
    return sum(known, Decimal(0)) if known else None


def rounding(total: Sequence[Cell], rows: Sequence[Sequence[Cell]]) -> list[Cell]:
    """Return the shown total less the sum of the shown rows, column by column.

    Columns whose total is not a number give None.

    >>> rounding([0.01], [[0.004], [0.004]])
    [0.01]
    """
    return [
        float(_shown(whole) - sum(_shown(row[i]) for row in rows if isinstance(row[i], float)))
        if isinstance(whole, float)
        else None
        for i, whole in enumerate(total)
    ]


def _shown(value: Cell) -> Decimal:
    """Return a number as its cell shows it."""
    return Decimal(repr(value)).quantize(_SHOWN, ROUND_HALF_UP)
