"""Time of the storage dispatch over many parks, and of what is built on it.

    python benchmarks/parks_storage.py [--parks 100] [--year 2024] [--repeat 5]

The target is 100 parks x 8,784 hours within 2 seconds. Compiling happens once per machine and
is shown apart. The plain Python loop is run on one park for comparison.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

import numpy as np  # noqa: E402  # after the path
from parks_energy import SIX_PARKS, synthetic_park  # noqa: E402

from parks.closing import measures  # noqa: E402
from parks.power import readings  # noqa: E402
from parks.storage import LossesOn, Store, dispatch  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

TARGET_SECONDS = 2.0


def main() -> None:
    arguments = _arguments()
    sizes = list(SIX_PARKS.values())
    streams = np.random.default_rng(94).spawn(arguments.parks)
    parks = [
        synthetic_park(f"park{number}", sizes[number % len(sizes)], arguments.year, rng)
        for number, rng in enumerate(streams)
    ]
    load = np.array([park.load_mwh for park in parks])
    green = np.array([park.new_energy_mwh for park in parks])
    stores = [
        Store(energy_mwh=200, power_mw=50, efficiency=0.85, losses_on=LossesOn.BOTH) for _ in parks
    ]
    print(f"{load.shape[0]} parks x {load.shape[1]} hours, median of {arguments.repeat}, seconds")
    first = _seconds(lambda: dispatch(load, green, stores), 1)
    seconds = _seconds(lambda: dispatch(load, green, stores), arguments.repeat)
    print(f"{'dispatch, first call':34}{first:9.4f}")
    print(f"{'dispatch':34}{seconds:9.4f}")
    loop = _seconds(lambda: _plain_loop(load[0], green[0], stores[0]), arguments.repeat)
    print(f"{'plain loop, one park x parks':34}{loop * len(parks):9.4f}"
          f"   x{loop * len(parks) / seconds:.0f}")  # fmt: skip
    pairs = list(zip(parks, stores, strict=True))
    every = _seconds(
        lambda: [readings(park, store=store, grid_cfe=0.3) for park, store in pairs], 1
    )
    print(f"{'all seven readings of each park':34}{every:9.4f}")
    closing = _seconds(
        lambda: [measures(park, target=0.8, store=store, duration_h=4) for park, store in pairs], 1
    )
    print(f"{'closing measures of each park':34}{closing:9.4f}")
    worst = max(first, seconds)
    print(f"target: {TARGET_SECONDS} s, first call included: "
          f"{'met' if worst <= TARGET_SECONDS else 'MISSED'}")  # fmt: skip


def _plain_loop(load: np.ndarray, green: np.ndarray, store: Store) -> float:
    """Dispatch one park hour by hour in Python."""
    into, out, held, served = store.charge_efficiency, store.discharge_efficiency, 0.0, 0.0
    for need, made in zip(load.tolist(), green.tolist(), strict=True):
        taken = min(max(made - need, 0.0), store.limit_mw, (store.energy_mwh - held) / into)
        given = min(max(need - made, 0.0), store.limit_mw, held * out)
        held += taken * into - given / out
        served += min(need, made) + given
    return served


def _seconds(task: Callable[[], object], repeat: int) -> float:
    """Return the median time of a task."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parks", type=int, default=100)
    parser.add_argument("--year", type=int, default=2024)
    parser.add_argument("--repeat", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    main()
