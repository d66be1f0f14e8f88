"""Time and memory of the joint draws: 10,000 draws for 103 banners, by all levels.

The table is denser than the demonstration: nine ecosystems with three strata each in every
banner, five pools, biomass from maps of two dates in the forest, and forty conversions. Timed
are the draws of all sources and the intervals of every row of stocks, changes and totals by both
approaches, with the shares of the sources. The budget is 3 s and 1 GB.

Run: ``python -m benchmarks.draws``
"""

from __future__ import annotations

import resource
import time
from os import cpu_count

import pandas as pd

from sinks.accounts.changes import CHANGE_KEYS
from sinks.accounts.sensitivity import sensitivity
from sinks.accounts.stocks import STOCK_KEYS
from sinks.accounts.totals import change_scopes, stock_scopes
from sinks.accounts.uncertainty import spread_of
from sinks.categories import Ecosystem, Pool
from sinks.tabulate import Drawn, Table, table_of
from sinks.uncertainty import Atoms, Factor
from sinks.zone_tree import ZoneTree

BANNERS, LEAGUES, STRATA, CONVERSIONS = 103, 12, 3, 40
DRAWS, SEED = 10_000, 20231231
YEARS = (2020, 2023)
BUDGET_S, BUDGET_GB = 3.0, 1.0


def main() -> None:
    """Print what the draws of the budgeted case take."""
    tree, atoms = _tree(), _atoms()
    stock, change = _stocks(tree, atoms), _changes(tree, atoms)
    before = _peak_gb()
    for run in ("first, with the loading of compiled code", "second"):
        began, worked = time.perf_counter(), time.process_time()
        drawn = Drawn(central=atoms.central(), joint=atoms.draw(seed=SEED, draws=DRAWS))
        rows = 0
        tables = {
            "stocks": table_of(stock, STOCK_KEYS, tree),
            "changes": table_of(change, [*CHANGE_KEYS, "method"], tree),
            "stock": stock_scopes(stock, tree),
            "change": change_scopes(change, tree),
        }
        for name, table in tables.items():
            rows += _account(name, table, drawn, atoms, tree)
        spent, work = time.perf_counter() - began, time.process_time() - worked
        print(f"{run}: {rows:,} rows of {len(atoms.items):,} atoms in {spent:.2f} s")
        print(f"  processor time {work:.2f} s, on {cpu_count()} cores")
    print(f"peak {_peak_gb():.2f} GB, of which {before:.2f} GB before the draws")
    print(f"budget: {BUDGET_S:g} s, {BUDGET_GB:g} GB")


def _account(name: str, table: Table, drawn: Drawn, atoms: Atoms, tree: ZoneTree) -> int:
    """Make the intervals of a table, and of totals the shares of the sources."""
    spread = spread_of(table, drawn, atoms)
    if name in ("stock", "change"):
        sensitivity(table, spread, name, drawn=drawn, atoms=atoms, tree=tree)
    return len(spread)


def _tree() -> ZoneTree:
    """Return a region of twelve leagues with 103 banners."""
    banners = [f"b{n:03d}" for n in range(BANNERS)]
    leagues = {banner: f"l{n % LEAGUES:02d}" for n, banner in enumerate(banners)}
    return ZoneTree(
        levels=("region", "league", "banner"),
        ancestors={
            "region": dict.fromkeys(banners, "r"),
            "league": leagues,
            "banner": {banner: banner for banner in banners},
        },
        names={zone: zone for zone in ("r", *sorted(set(leagues.values())), *banners)},
    )


def _atoms() -> Atoms:
    """Return the sources: a row for each ecosystem, stratum and pool, and two biomass maps."""
    rows = {
        f"{e}/{s}/{p}": Factor(key=f"{e}/{s}/{p}", value=10.0, low=5.0, high=20.0)
        for e in Ecosystem
        for s in range(STRATA)
        for p in Pool
    }
    maps = {
        f"biomass:{year}": Factor(key=f"biomass:{year}", value=1.0, low=0.25, high=1.75)
        for year in YEARS
    }
    return Atoms(factors=rows | maps, area_half_width=0.1)


def _atom(atoms: Atoms, ecosystem: Ecosystem, stratum: int, pool: Pool, year: int) -> int:
    """Return the atom of one cell of a date."""
    mapped = ecosystem is Ecosystem.FOREST and pool in (Pool.AGB, Pool.BGB)
    raster = (f"biomass:{year}",) if mapped else ()
    return atoms.number((f"{ecosystem}/{stratum}/{pool}", *raster), (str(ecosystem), year))


def _stocks(tree: ZoneTree, atoms: Atoms) -> pd.DataFrame:
    """Return the stock terms of both dates."""
    return pd.DataFrame(
        [
            (zone, year, str(e), str(p), _atom(atoms, e, s, p, year), 1000.0 + n + 7 * s)
            for n, zone in enumerate(tree.zones("banner"))
            for year in YEARS
            for e in Ecosystem
            for s in range(STRATA)
            for p in Pool
        ],
        columns=["zone_code", *STOCK_KEYS, "atom", "amount"],
    )


def _changes(tree: ZoneTree, atoms: Atoms) -> pd.DataFrame:
    """Return the change terms: land that stays, and forty conversions."""
    pairs = [(a, b) for a in Ecosystem for b in Ecosystem if a is not b][:CONVERSIONS]
    pairs += [(e, e) for e in Ecosystem]
    return pd.DataFrame(
        [
            (zone, *YEARS, str(a), str(b), str(p), "stock_difference",
             _atom(atoms, a if side == 0 else b, s, p, YEARS[side]),
             (2 * side - 1) * (100.0 + n + side * s))
            for n, zone in enumerate(tree.zones("banner"))
            for a, b in pairs
            for s in range(STRATA)
            for p in Pool
            for side in (0, 1)
        ],
        columns=["zone_code", *CHANGE_KEYS, "method", "atom", "amount"],
    )  # fmt: skip


def _peak_gb() -> float:
    """Return the largest memory this process has held, GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    main()
