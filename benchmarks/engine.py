"""Time and memory of the counting engine, side by side with decoding alone and with the peers.

    python benchmarks/engine.py [--side 20000] [--workers 2] [--repeat 5] [--no-peers] [--double]

The yardstick is decoding the same blocks of the same files with the same threads in the same
run, since nothing that looks at every pixel can be faster. Data is generated once and kept
outside the project, in the user's cache folder or --data.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import statistics
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
TARGET_RATIO, TARGET_MB = 2.0, 600
_RASTERSTATS_SIDE = 5000  # it keeps the whole window of a zone: 75 GB at 20,000


def main() -> None:
    arguments = _arguments()
    if arguments.task:
        print(json.dumps(TASKS[arguments.task](arguments)))
        return
    from data import whole_side  # noqa: PLC0415

    side = whole_side(arguments.side)
    print(f"{side} pixels a side, {arguments.workers} threads, median of {arguments.repeat}")
    for wanted in (side, 2 * side) if arguments.double else (side,):
        _child(arguments, "data", side=wanted)  # so that making it is in nobody's peak
    engine = _child(arguments, "engine")
    memory = _child(arguments, "memory")
    ratio = engine["count"] / engine["decode"]
    _row("decode only", engine["decode"], 1.0, None)
    _row("count", engine["count"], ratio, memory["peak_mb"])
    _row("  of it zones", engine["zones"], engine["zones"] / engine["decode"], None)
    one = _child(arguments, "engine", workers=1)
    _row("decode only, 1 thread", one["decode"], one["decode"] / engine["decode"], None)
    _row("count, 1 thread", one["count"], one["count"] / engine["decode"], None)
    print(f"{'':24}1 thread: count / decode {one['count'] / one['decode']:.2f}; "
          f"2 threads gain x{one['count'] / engine['count']:.2f}")  # fmt: skip
    if arguments.double:
        double = _child(arguments, "memory", side=2 * arguments.side)
        _row(f"count, side {2 * arguments.side}", double["seconds"], None, double["peak_mb"])
    if not arguments.no_peers:
        _peers(arguments, engine["count"], engine["decode"])
    met = ratio <= TARGET_RATIO and memory["peak_mb"] < TARGET_MB
    print(f"target: ratio <= {TARGET_RATIO}, < {TARGET_MB} MB: {'met' if met else 'MISSED'}")


def _peers(arguments: argparse.Namespace, seconds: float, decode: float) -> None:
    """Run what others have on the same files, in processes of their own."""
    if importlib.util.find_spec("exactextract"):
        peer = _child(arguments, "exactextract")
        _row("exactextract, pair map", peer["seconds"], peer["seconds"] / decode, peer["peak_mb"])
        print(f"{'':24}x{peer['seconds'] / seconds:.1f} of count, "
              "given the raster of pairs, areas on a sphere")  # fmt: skip
    if importlib.util.find_spec("rasterstats"):
        small = argparse.Namespace(**{**vars(arguments), "side": _RASTERSTATS_SIDE})
        _child(small, "data")
        own = _child(small, "engine")["count"]
        peer = _child(small, "rasterstats")
        _row(f"rasterstats, {small.side} px", peer["seconds"], None, peer["peak_mb"])
        print(f"{'':24}x{peer['seconds'] / own:.0f} of count at that side, for one land cover")


def _row(name: str, seconds: float, ratio: float | None, peak: float | None) -> None:
    times = "" if ratio is None else f"x{ratio:.2f}"
    memory = "" if peak is None else f"{peak:.0f} MB"
    print(f"{name:24}{seconds:9.3f} s {times:>9} {memory:>9}")


def _child(arguments: argparse.Namespace, task: str, **changes: int) -> dict[str, float]:
    """Run one task in a process of its own and return what it measured."""
    given = {**vars(arguments), **changes}
    command = [sys.executable, __file__, "--task", task]
    for name in ("side", "workers", "repeat", "data"):
        command += [f"--{name}", str(given[name])]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _arguments() -> argparse.Namespace:
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tanhui-benchmarks"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--side", type=int, default=20_000, help="pixels")
    parser.add_argument("--workers", type=int, default=2, help="threads")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--data", type=Path, default=cache, help="folder of the generated files")
    parser.add_argument("--double", action="store_true", help="memory at twice the side as well")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--task", choices=sorted(TASKS), help=argparse.SUPPRESS)
    return parser.parse_args()


def _data(arguments: argparse.Namespace) -> dict[str, float]:
    """Generate the files, unless they are there."""
    from data import make  # noqa: PLC0415

    start = time.perf_counter()
    make(arguments.data, arguments.side)
    return {"seconds": time.perf_counter() - start}


def _layers(arguments: argparse.Namespace):  # noqa: ANN202
    """Generate the data and return grid, zones, class layers and quantity layers."""
    from data import make  # noqa: PLC0415

    import rasters  # noqa: F401, PLC0415  # first: it sets GDAL's environment
    from rasters.align import class_layer, quantity_layer  # noqa: PLC0415
    from rasters.legend import load_product  # noqa: PLC0415
    from rasters.source import inspect  # noqa: PLC0415
    from rasters.zones import load_zones  # noqa: PLC0415

    paths = make(arguments.data, arguments.side)
    cover, biomass = load_product("clcd"), load_product("esa_cci_biomass")
    sources = []
    for name, product in (("lc_2020", cover), ("lc_2023", cover), ("agb_2020", biomass)):
        source, found = inspect(paths[name], product, year=int(name[-4:]))
        assert source is not None, found
        sources.append(source)
    zones, found = load_zones(paths["zones"], code="code", name="name", datum="wgs84")
    assert zones is not None, found
    grid = sources[0].grid
    classes = [class_layer(grid, s) for s in sources[:2]]
    return grid, zones, classes, [quantity_layer(grid, sources[2])], sources


def _decode(sources, windows, shape, workers: int) -> float:  # noqa: ANN001
    """Return the seconds of reading windows of all files into buffers, and nothing else."""
    import numpy as np  # noqa: PLC0415
    import rasterio  # noqa: PLC0415

    local = threading.local()

    def read(window: tuple[int, int, int, int]) -> None:
        if not hasattr(local, "files"):
            local.files = [rasterio.open(s.path, driver="GTiff") for s in sources]
            local.buffers = [np.empty(shape[0] * shape[1], dtype=s.dtype) for s in sources]
        row0, row1, col0, col1 = window
        for file, buffer in zip(local.files, local.buffers, strict=True):
            ratio = round(sources[0].grid.shape[0] / file.height)
            box = [row0 // ratio, -(-row1 // ratio), col0 // ratio, -(-col1 // ratio)]
            height, width = box[1] - box[0], box[3] - box[2]
            out = buffer[: height * width].reshape(height, width)
            part = rasterio.windows.Window(box[2], box[0], width, height)
            file.read(1, window=part, out=out)

    start = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(read, windows))
    return time.perf_counter() - start


def _count(grid, zones, classes, quantities, workers: int):  # noqa: ANN001, ANN202
    from rasters.engine import TableSpec, count  # noqa: PLC0415

    tables = [TableSpec(classes=(0, 1), quantities=(0,))]
    return count(
        grid=grid,
        zones=zones,
        classes=classes,
        quantities=quantities,
        tables=tables,
        workers=workers,
    )


def _engine(arguments: argparse.Namespace) -> dict[str, float]:
    """Decode and count in turns, so that a noisy neighbour disturbs both."""
    from rasters.coverage import coverage_blocks, zone_edges  # noqa: PLC0415
    from rasters.engine import block_shape  # noqa: PLC0415

    grid, zones, classes, quantities, sources = _layers(arguments)
    shape = block_shape(grid.shape, [layer.tile for layer in (*classes, *quantities)])
    times: dict[str, list[float]] = {"decode": [], "count": [], "zones": []}
    _count(grid, zones, classes, quantities, arguments.workers)  # loads the compiled loops
    for _ in range(arguments.repeat):
        start = time.perf_counter()
        bands = list(coverage_blocks(zone_edges(grid, zones), shape))
        times["zones"].append(time.perf_counter() - start)
        windows = [piece.window for band in bands for piece in band]
        times["decode"].append(_decode(sources, windows, shape, arguments.workers))
        start = time.perf_counter()
        _count(grid, zones, classes, quantities, arguments.workers)
        times["count"].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in times.items()}


def _memory(arguments: argparse.Namespace) -> dict[str, float]:
    """Count once and return the peak of this process."""
    layers = _layers(arguments)
    start = time.perf_counter()
    _count(*layers[:4], arguments.workers)
    return {"seconds": time.perf_counter() - start, "peak_mb": _peak()}


def _exactextract(arguments: argparse.Namespace) -> dict[str, float]:
    """Area and biomass of each pair of classes, from a raster of the pairs made beforehand."""
    import geopandas as gpd  # noqa: PLC0415
    import rasterio  # noqa: PLC0415
    from data import make  # noqa: PLC0415
    from exactextract import exact_extract  # noqa: PLC0415

    paths = make(arguments.data, arguments.side)
    start = time.perf_counter()
    with rasterio.open(paths["pairs"]) as pairs, rasterio.open(paths["agb_2020"]) as agb:
        exact_extract(
            pairs,
            gpd.read_file(paths["zones"]),
            [
                f"{name}(coverage_weight=area_spherical_m2)"
                for name in ("unique", "count", "frac", "weighted_frac")
            ],
            weights=agb,
            include_cols=["code"],
            strategy="raster-sequential",
        )
    return {"seconds": time.perf_counter() - start, "peak_mb": _peak()}


def _rasterstats(arguments: argparse.Namespace) -> dict[str, float]:
    """Pixels of each class, by centres, for one land cover."""
    from data import make  # noqa: PLC0415
    from rasterstats import zonal_stats  # noqa: PLC0415

    paths = make(arguments.data, arguments.side)
    start = time.perf_counter()
    zonal_stats(str(paths["zones"]), str(paths["lc_2020"]), categorical=True)
    return {"seconds": time.perf_counter() - start, "peak_mb": _peak()}


def _peak() -> float:
    """Return the largest resident size of this process in MB."""
    scale = 1024 if sys.platform != "darwin" else 1
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 1e6


TASKS = {
    "data": _data,
    "engine": _engine,
    "exactextract": _exactextract,
    "memory": _memory,
    "rasterstats": _rasterstats,
}


if __name__ == "__main__":
    main()
