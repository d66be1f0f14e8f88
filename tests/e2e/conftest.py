"""The command line as a user calls it, the demonstration run once, and small inventories."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rasterio
import shapely
from accounting_factory import HEADING, density
from affine import Affine

from sinks.cli import run_commands
from sinks.demo import write_demo_inputs
from sinks.export.schemas import SCHEMAS
from sinks.results import load_results
from tanhui import commands

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
SHAPE = (20, 30)
TRANSFORM = Affine(0.01, 0, 110, 0, -0.01, 42)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command left: its exit code and its two streams."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Said):
    """A finished run."""

    config: Path
    folder: Path

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        return load_results(self.folder).tables


def call(*args: object) -> Said:
    """Call a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run_commands(commands(), [str(arg) for arg in args])
    return Said(code=code, out=out.getvalue(), err=err.getvalue())


def run_into(config: Path, folder: Path, *args: object) -> Run:
    """Run an inventory.toml into a folder in this process."""
    language = () if "--lang" in args else ("--lang", "en")
    said = call("run", config, "--out", folder, *language, *args)
    return Run(code=said.code, out=said.out, err=said.err, config=config, folder=folder)


@pytest.fixture(scope="session")
def tanhui():
    """Call a command in this process and return what it said."""
    return call


@pytest.fixture(scope="session")
def run_of():
    """Run an inventory.toml into a folder in this process, in English unless told otherwise."""
    return run_into


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """Environment of a process of its own, which finds the packages of this checkout."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}


@pytest.fixture(scope="session")
def demo(tmp_path_factory, environment) -> Run:
    """The demonstration at its full resolution, by the command in a process of its own."""
    base = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tanhui", "demo", "--out", "first", "--lang", "en"],
        cwd=base, env=environment, capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    return Run(
        code=done.returncode,
        out=done.stdout,
        err=done.stderr,
        config=base / "first-inputs" / "inventory.toml",
        folder=base / "first",
    )


@pytest.fixture(scope="session")
def coarse(tmp_path_factory) -> Path:
    """The demonstration's inputs at a sixth of their resolution, for Hulunbuir alone."""
    config = write_demo_inputs(tmp_path_factory.mktemp("coarse") / "inputs", per_degree=20)
    text = config.read_text(encoding="utf-8")
    named = text.replace('level = "league"', 'level = "league"\nzones = ["150700"]')
    assert named != text
    config.write_text(named, encoding="utf-8")
    return config


@dataclass(slots=True, kw_only=True)
class Small:
    """A small inventory in its own folder: two zones side by side on 20 x 30 pixels."""

    folder: Path
    product: str = "clcd"
    years: list[int] = field(default_factory=lambda: [2020, 2023])
    status: str = "trial"
    more: str = ""
    coefficients: list[str] = field(
        default_factory=lambda: [
            density(2, "agb", 60, low=50, high=70),
            density(2, "soil", 100, low=80, high=120, depth="0-100"),
            density(4, "agb", 3, low=2, high=4),
            density(4, "soil", 90, low=70, high=110, depth="0-100"),
        ]
    )

    def raster(
        self,
        name: str,
        data: NDArray[Any],
        *,
        transform: Affine = TRANSFORM,
        crs: str | None = "EPSG:4326",
        nodata: float | None = 0,
    ) -> Path:
        """Write a GeoTIFF beside the inventory.toml."""
        path = self.folder / name
        with rasterio.open(
            path, "w", driver="GTiff", count=1, height=data.shape[0], width=data.shape[1],
            dtype=data.dtype, crs=crs, transform=transform, nodata=nodata,
        ) as dataset:  # fmt: skip
            dataset.write(data, 1)
        return path

    def write(self) -> Path:
        """Write zones, coefficients and the inventory.toml; land cover is lc_<year>.tif."""
        boxes = [shapely.box(110, 41.8, 110.15, 42), shapely.box(110.15, 41.8, 110.3, 42)]
        features = ",".join(
            f'{{"type":"Feature","properties":{{"code":"{code}","name":"{name}"}},'
            f'"geometry":{shapely.to_geojson(box)}}}'
            for code, name, box in zip("12", ("西", "东"), boxes, strict=True)
        )
        (self.folder / "zones.geojson").write_text(
            f'{{"type":"FeatureCollection","features":[{features}]}}', encoding="utf-8"
        )
        (self.folder / "own.csv").write_text(
            "\n".join([HEADING, *self.coefficients]) + "\n", encoding="utf-8"
        )
        files = "\n".join(f'{year} = "lc_{year}.tif"' for year in self.years)
        path = self.folder / "inventory.toml"
        path.write_text(
            f"""
[inventory]
years = {self.years}
status = "{self.status}"
[zones]
path = "zones.geojson"
code = "code"
name = "name"
datum = "wgs84"
[land_cover]
product = "{self.product}"
[land_cover.files]
{files}
[coefficients]
tables = ["own.csv"]
[uncertainty]
draws = 1000
[methods]
forest = "stock_difference"
grassland = "stock_difference"
soil = "stock_difference"
{self.more}
""",
            encoding="utf-8",
        )
        return path

    def run(self, *args: object, out: str = "out") -> Run:
        """Run it and return what it said."""
        return run_into(self.write(), self.folder / out, *args)


@pytest.fixture
def small(tmp_path) -> Small:
    """An inventory of forest in both years, ready to be changed, written and run."""
    made = Small(folder=tmp_path)
    for year in made.years:
        made.raster(f"lc_{year}.tif", np.full(SHAPE, 2, np.uint8))
    return made


@pytest.fixture(scope="session")
def contract_files() -> set[str]:
    """Files of every results folder, the density maps aside."""
    return {
        *(f"{name}.csv" for name in SCHEMAS),
        "crosstab.parquet",
        "inventory.xlsx",
        "inventory.gpkg",
        "manifest.json",
    }
