"""Published figures beside ours: shown in quality.csv, never forced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .categories import Pool
from .coefficients import load_register, table_ids
from .units import TONNES_PER_TG, TONNES_PER_WAN_T

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from .coefficient_rows import Coefficient
    from .quality import Gates

_POOLS = {
    "stock_total": tuple(Pool),
    "stock_soil": (Pool.SOIL,),
    "stock_vegetation": (Pool.AGB, Pool.BGB, Pool.LITTER),  # as the published figure counts it
}


def show_benchmarks(gates: Gates, stocks: pd.DataFrame, region_id: str) -> None:
    """Show our stock of the last year beside every published stock of the same zone.

    A published figure that does not say whether it is C or CO2 is shown in its own words and
    not converted, and one of another soil depth than ours is not shown.

    Parameters
    ----------
    gates
        Where the rows go; ours is the value, the published one the limit.
    stocks
        stocks.csv, figures as Decimals.
    region_id
        Packaged region; one without a benchmark table shows nothing.

    """
    for row in _benchmarks(region_id):
        if row.parameter not in _POOLS or row.value is None or row.ecosystem is None:
            continue
        depths = set(stocks.loc[stocks["pool"].eq(str(Pool.SOIL)), "depth_cm"]) - {""}
        if Pool.SOIL in _POOLS[row.parameter] and row.depth_cm and depths - {row.depth_cm}:
            continue
        mine = stocks[
            stocks["zone_code"].eq(row.zone_code)
            & stocks["year"].eq(stocks["year"].max())
            & stocks["ecosystem"].eq(str(row.ecosystem))
            & stocks["pool"].isin([str(p) for p in _POOLS[row.parameter]])
            & stocks["stock_t_c"].notna()
        ]
        if not mine.empty:
            unit = TONNES_PER_TG if row.unit == "Tg C" else TONNES_PER_WAN_T
            name = "Tg C" if row.unit == "Tg C" else "10^4 t C; published basis not stated"
            gates.show(
                f"benchmark_{row.parameter}[{row.ecosystem}][{name}]",
                row.zone_code,
                float(sum(mine["stock_t_c"])) / unit,
                row.value,
            )


def _benchmarks(region_id: str) -> Iterable[Coefficient]:
    """Return the packaged benchmarks of a region, none where it has no table."""
    table = f"benchmarks_{region_id}"
    return load_register([table]).rows if table in table_ids() else ()
