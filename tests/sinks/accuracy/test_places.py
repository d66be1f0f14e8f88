"""Sample units without a map class: read from the counted maps, or refused with their id."""

from __future__ import annotations

import numpy as np
import pytest
from tiny_inputs import COVER, NORTH, PIXEL, WEST, pixels, write_tiny

from rasters import RefusedError
from sinks.accuracy import located, read_points
from sinks.categories import Ecosystem
from sinks.counting import count_activity
from sinks.pipeline import run
from sinks.prepare import prepare

LATER = COVER.replace("1 1 2 2 3 3\n1 1 2 2 3 3", "1 1 1 2 3 3\n1 1 2 2 2 3")
VALUES = {1: Ecosystem.FOREST, 2: Ecosystem.GRASSLAND, 3: Ecosystem.CROPLAND}
HEADING = "id,longitude,latitude,reference0,reference1,zone_code\n"


def at(row, col, *, within=(0.5, 0.5)):
    """Return longitude and latitude inside a pixel."""
    return f"{WEST + (col + within[1]) * PIXEL:.6f},{NORTH - (row + within[0]) * PIXEL:.6f}"


def read(folder, lines, heading=HEADING):
    path = folder / "points.csv"
    path.write_text(heading + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return read_points(path, years=(2020, 2023), merge=())


def looked_up(folder, lines):
    sample, found = read(folder, lines)
    assert not found
    prepared = prepare(write_tiny(folder, covers=(COVER, LATER)))
    counted = count_activity(prepared, workers=1)
    return located(
        sample, grid=counted.grid, maps=counted.land_cover, values=VALUES, zones=prepared.zones
    )


def test_every_pixel_is_read_at_its_place(tmp_path):
    """One point in each classified pixel: the counts are those of the two drawings."""
    before, after = pixels(COVER), pixels(LATER)
    cells = [(r, c) for r, c in np.ndindex(before.shape) if before[r, c] and after[r, c]]
    lines = [
        f"p{r}{c},{at(r, c, within=(0.1 + 0.2 * r, 0.9 - 0.1 * c))},forest,forest,"
        for r, c in cells
    ]
    sample = looked_up(tmp_path, lines)
    assert sample.places is None
    wanted = {}
    for r, c in cells:
        ends = VALUES[before[r, c]], VALUES[after[r, c]]
        key = ("1" if c < 3 else "2", sample.strata.of(*ends))
        wanted[key] = wanted.get(key, 0) + 1
    units = sample.units
    found = dict(
        zip(zip(units["zone_code"], units["map_class"], strict=True), units["count"], strict=True)
    )
    assert found == wanted
    assert ("1", "grassland>forest") in wanted


def test_a_zone_that_is_given_stays_and_units_with_a_class_are_kept(tmp_path):
    sample, found = read(
        tmp_path,
        ["a,,,forest,forest,2,forest,forest", f"b,{at(0, 0)},forest,forest,ALL,,"],
        heading="id,longitude,latitude,reference0,reference1,zone_code,map0,map1\n",
    )
    assert not found
    assert sample.places["id"].tolist() == ["b"]
    prepared = prepare(write_tiny(tmp_path, covers=(COVER, LATER)))
    counted = count_activity(prepared, workers=1)
    done = located(
        sample, grid=counted.grid, maps=counted.land_cover, values=VALUES, zones=prepared.zones
    )
    assert done.units["zone_code"].tolist() == ["2", "ALL"]
    assert done.units["count"].tolist() == [1, 1]


def test_units_outside_the_zones_or_without_a_class_are_all_named(tmp_path):
    lines = ["far,100.0,44.0,forest,forest,", f"none,{at(2, 5)},forest,forest,"]
    with pytest.raises(RefusedError) as caught:
        looked_up(tmp_path, lines)
    assert [(f.code, f.value) for f in caught.value.findings] == [
        ("accuracy-outside", "far"),
        ("accuracy-unclassified", "none"),
    ]


def test_a_unit_without_class_and_place_is_refused(tmp_path):
    _, found = read(tmp_path, ["a,,95,forest,forest,"])
    assert [(f.code, f.value) for f in found] == [("accuracy-place", ""), ("accuracy-place", "95")]


def test_a_run_reads_the_map_classes_of_its_points(tmp_path):
    """Three points in each class, all right: the areas stay and the map is without error."""
    cells = {
        "F": [(0, 0), (1, 0), (2, 0)],
        "G": [(2, 1), (2, 2), (2, 3)],
        "C": [(0, 5), (0, 4), (1, 5)],
    }
    names = {"F": "forest", "G": "grassland", "C": "cropland"}
    lines = [
        f"{code}{n},{at(*cell)},{names[code]},{names[code]},"
        for code, places in cells.items()
        for n, cell in enumerate(places)
    ]
    read(tmp_path, lines)
    section = {"points": "points.csv", "year0": 2020, "year1": 2023, "apply": True}
    path = write_tiny(tmp_path, config={"accuracy": section})
    results = run(path, out=tmp_path / "out", workers=1).results
    table = results.tables["adjusted_areas"]
    assert table["mapped_ha"].tolist() == table["adjusted_ha"].tolist()
    assert set(table["basis"]) == {"own", "synthetic"}
    beside = results.tables["area_adjustment"]
    assert set(beside["difference_t_c"].dropna()) == {0}
