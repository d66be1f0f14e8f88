"""One tiny region end to end, against tables that were reviewed by hand.

Two zones of 6 x 8 pixels of 0.01 degrees, two years, biomass and one soil map. After a wanted
change of a number, rewrite the expected tables with ``python tests/golden/test_golden.py`` and
name the change in CHANGELOG.md.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from sinks.pipeline import run

HERE = Path(__file__).parent
TABLES = (
    "areas", "changes", "coverage", "quality", "reconciliation", "stocks", "totals",
    "transitions",
)  # fmt: skip
COVER_2020 = """
2 2 2 2 4 4 4 4
2 2 2 2 4 4 4 4
2 2 2 4 4 4 4 1
2 2 4 4 4 1 1 1
4 4 4 4 9 5 1 1
7 7 7 4 9 5 0 8
"""
COVER_2023 = """
2 2 2 2 2 4 4 4
2 2 2 2 4 4 4 4
2 2 4 4 4 4 4 1
2 2 4 4 4 4 1 1
4 4 4 4 9 5 1 1
7 7 4 4 9 5 0 8
"""
ZONES = """{"type": "FeatureCollection", "features": [
{"type": "Feature", "properties": {"code": "900001", "name": "西区"}, "geometry": {"type":
 "Polygon", "coordinates": [[[110.0, 44.0], [110.043, 44.0], [110.037, 44.06], [110.0, 44.06],
 [110.0, 44.0]]]}},
{"type": "Feature", "properties": {"code": "900002", "name": "东区"}, "geometry": {"type":
 "Polygon", "coordinates": [[[110.043, 44.0], [110.08, 44.0], [110.08, 44.06], [110.037, 44.06],
 [110.043, 44.0]]]}}]}"""
CONFIG = """
[inventory]
years = [2020, 2023]
status = "trial"
[zones]
path = "zones.geojson"
code = "code"
name = "name"
datum = "wgs84"
[land_cover]
product = "clcd"
[land_cover.files]
2020 = "cover_2020.tif"
2023 = "cover_2023.tif"
[biomass]
product = "esa_cci_biomass"
[biomass.files]
2020 = "agb_2020.tif"
2023 = "agb_2023.tif"
[soil]
product = "soc_sanderman_2017"
file = "soil.tif"
[coefficients]
tables = ["inner_mongolia"]
[methods]
forest = "stock_difference"
grassland = "stock_difference"
wetland = "stock_difference"
cropland = "stock_difference"
soil = "stock_difference"
[uncertainty]
draws = 2000
"""


def write_inputs(folder: Path) -> Path:
    """Write the tiny region and return its inventory.toml."""
    grid = Affine(0.01, 0, 110, 0, -0.01, 44.06)
    half = Affine(0.02, 0, 110, 0, -0.02, 44.06)
    for year, text in ((2020, COVER_2020), (2023, COVER_2023)):
        cover = np.array([line.split() for line in text.split("\n") if line], dtype=np.uint8)
        _write(folder / f"cover_{year}.tif", cover, grid, 0)
        stand = np.where(cover == 2, 40 + np.arange(48).reshape(6, 8) + (year - 2020), 0)
        _write(folder / f"agb_{year}.tif", stand.astype(np.int16), grid, -32768)
    soil = np.array([[150, 120, 90, -32767], [140, 110, 95, 80], [60, 55, 70, 65]], np.int16)
    _write(folder / "soil.tif", soil, half, -32767)
    (folder / "zones.geojson").write_text(ZONES, encoding="utf-8")
    (folder / "inventory.toml").write_text(CONFIG, encoding="utf-8")
    return folder / "inventory.toml"


def _write(path: Path, data: np.ndarray, transform: Affine, nodata: int) -> None:
    profile = {"height": data.shape[0], "width": data.shape[1], "count": 1, "dtype": data.dtype}
    with rasterio.open(
        path, "w", driver="GTiff", crs="EPSG:4326", transform=transform, nodata=nodata, **profile
    ) as file:
        file.write(data, 1)


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table without the run id, which changes with the code."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{k: v for k, v in row.items() if k != "run_id"} for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("golden")
    return run(write_inputs(folder), out=folder / "out").results.folder


@pytest.mark.parametrize("table", TABLES)
def test_table_is_as_reviewed(results, table):
    """Bounds are Monte Carlo figures of nine digits: they may differ in the last by libm."""
    found, expected = rows_of(results / f"{table}.csv"), rows_of(HERE / f"expected/{table}.csv")
    assert len(found) == len(expected)
    for row, wanted in zip(found, expected, strict=True):
        for column, cell in wanted.items():
            bound = column.startswith(("low_", "high_", "half_", "signal_"))
            if bound and cell:
                assert float(row[column]) == pytest.approx(float(cell), rel=1e-7, abs=1e-6)
            else:
                assert row[column] == cell, (column, row)


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        made = run(write_inputs(Path(scratch)), out=Path(scratch) / "out").results.folder
        for name in TABLES:
            rows = rows_of(made / f"{name}.csv")
            with (HERE / f"expected/{name}.csv").open("w", encoding="utf-8", newline="") as out:
                writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
    sys.stdout.write("rewritten\n")
