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


_LIVING = {str(Pool.AGB), str(Pool.BGB), "biomass"}


def show_benchmarks(
    gates: Gates, stocks: pd.DataFrame, changes: pd.DataFrame, region_id: str
) -> None:
    """Show our figures beside the published stocks, shares and growth of the same zone.

    Stocks and shares are those of the last year, growth is the change of living biomass from
    the first year to the last. A published figure that does not say whether it is C or CO2 is
    shown in its own words and not converted, and one of another soil depth than ours is not
    shown.

    Parameters
    ----------
    gates
        Where the rows go; ours is the value, the published one the limit.
    stocks, changes
        stocks.csv and changes.csv, figures as Decimals.
    region_id
        Packaged region; one without a benchmark table shows nothing.

    """
    last = stocks[stocks["year"].eq(stocks["year"].max()) & stocks["stock_t_c"].notna()]
    for row in _benchmarks(region_id):
        if row.value is None or row.ecosystem is None:
            continue
        of = last[last["ecosystem"].eq(str(row.ecosystem))]
        if row.parameter in _POOLS:
            _stock(gates, of, row)
        elif row.parameter == "share_of_stock":
            _share_of_region(gates, of, row)
        elif row.parameter == "soil_share_of_stock":
            mine = of[of["zone_code"].eq(row.zone_code)]
            _share(gates, mine[mine["pool"].eq(str(Pool.SOIL))], mine, row)
        elif row.parameter == "stock_growth":
            _growth(gates, changes, row)


def _stock(gates: Gates, stocks: pd.DataFrame, row: Coefficient) -> None:
    """Show the stock of a zone, of the pools that the published figure holds."""
    depths = set(stocks.loc[stocks["pool"].eq(str(Pool.SOIL)), "depth_cm"]) - {""}
    if Pool.SOIL in _POOLS[row.parameter] and row.depth_cm and depths - {row.depth_cm}:
        return
    pools = [str(pool) for pool in _POOLS[row.parameter]]
    mine = stocks[stocks["zone_code"].eq(row.zone_code) & stocks["pool"].isin(pools)]
    if not mine.empty:
        unit = TONNES_PER_TG if row.unit == "Tg C" else TONNES_PER_WAN_T
        name = "Tg C" if row.unit == "Tg C" else "10^4 t C; published basis not stated"
        value = float(sum(mine["stock_t_c"])) / unit
        gates.show(
            f"benchmark_{row.parameter}[{row.ecosystem}][{name}]", row.zone_code, value, row.value
        )


def _share_of_region(gates: Gates, stocks: pd.DataFrame, row: Coefficient) -> None:
    """Show the share of a zone in the stock of the region; without the region none is known."""
    top = stocks[stocks["level"].isin(stocks["level"].head(1))]
    zones = set(top["zone_code"])
    if len(zones) == 1 and row.zone_code not in zones:
        _share(gates, stocks[stocks["zone_code"].eq(row.zone_code)], top, row)


def _share(gates: Gates, part: pd.DataFrame, whole: pd.DataFrame, row: Coefficient) -> None:
    """Show a share of a stock, %."""
    held = float(sum(whole["stock_t_c"]))
    if not part.empty and held:
        share = 100 * float(sum(part["stock_t_c"])) / held
        gates.show(
            f"benchmark_{row.parameter}[{row.ecosystem}][%]", row.zone_code, share, row.value
        )


def _growth(gates: Gates, changes: pd.DataFrame, row: Coefficient) -> None:
    """Show the change of living biomass from the first year to the last, Tg C a year."""
    sides = changes["ecosystem0"].eq(str(row.ecosystem)) | changes["ecosystem"].eq(
        str(row.ecosystem)
    )
    living = changes[
        sides & changes["zone_code"].eq(row.zone_code) & changes["pool"].isin(sorted(_LIVING))
    ]
    first, last = living["year0"].min(), living["year1"].max()
    mine = living[
        living["year0"].eq(first) & living["year1"].eq(last) & living["change_t_c"].notna()
    ]
    if not mine.empty:
        per_year = float(sum(mine["change_t_c"])) / TONNES_PER_TG / (int(last) - int(first))
        gates.show(
            f"benchmark_stock_growth[{row.ecosystem}][Tg C/yr]", row.zone_code, per_year, row.value
        )


def _benchmarks(region_id: str) -> Iterable[Coefficient]:
    """Return the packaged benchmarks of a region, none where it has no table."""
    table = f"benchmarks_{region_id}"
    return load_register([table]).rows if table in table_ids() else ()
