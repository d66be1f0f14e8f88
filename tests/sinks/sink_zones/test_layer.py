"""Mining polygons: one land whatever their overlaps, cut with the zones, refused when elsewhere."""

import numpy as np
import pyproj
import pytest
import shapely
from tiny_inputs import NORTH, WEST, square
from tiny_mines import with_mines

from rasters import RefusedError, Zones
from sinks.pipeline import check, run
from sinks.sink_zones import mining_land


def box(west, east, south=0, north=1):
    return shapely.box(west, south, east, north)


def zones_of(*shapes):
    geometry = np.empty(len(shapes), dtype=object)
    geometry[:] = shapes
    codes = tuple("abcdef"[: len(shapes)])
    return Zones(codes=codes, names=codes, geometry=geometry, crs=pyproj.CRS.from_epsg(4326))


def test_overlapping_polygons_are_one_land_cut_with_each_zone():
    land = zones_of(box(0, 1), box(1, 2), box(2, 3))
    (found,) = mining_land(land, np.array([box(0.5, 1.25), box(0.75, 1.5)], dtype=object))
    assert found.codes == ("sink_zones.mining:a", "sink_zones.mining:b")
    assert [shape.bounds for shape in found.geometry] == [(0.5, 0, 1, 1), (1, 0, 1.5, 1)]
    assert [shape.geom_type for shape in found.geometry] == ["MultiPolygon"] * 2


def test_land_that_only_touches_a_zone_is_not_in_it():
    land = zones_of(box(0, 1), box(1, 2))
    assert mining_land(land, np.array([box(2, 3)], dtype=object)) == ()
    (found,) = mining_land(land, np.array([box(0.5, 1)], dtype=object))
    assert found.codes == ("sink_zones.mining:a",)


def test_polygons_that_meet_no_zone_are_a_warning(tmp_path):
    found = check(with_mines(tmp_path, square("m", "矿", 60, 70)))
    (apart,) = [f for f in found if f.code == "sink-zones-apart"]
    assert (apart.value, apart.where) == ("1", "mines.geojson")
    assert apart.severity == "warning"


def test_polygons_in_another_crs_are_refused(tmp_path):
    x, y = pyproj.Transformer.from_crs(4326, 32649, always_xy=True).transform(WEST, NORTH)
    ring = [[x, y - 900], [x + 900, y - 900], [x + 900, y], [x, y], [x, y - 900]]
    mine = square("m", "矿", 0, 1)
    mine["geometry"]["coordinates"] = [ring]
    config = with_mines(tmp_path, mine, crs="urn:ogc:def:crs:EPSG::32649")
    with pytest.raises(RefusedError) as refused:
        run(config, out=tmp_path / "out")
    (found,) = [f for f in refused.value.findings if f.severity == "error"]
    assert (found.code, found.value) == ("sink-zones-crs", "EPSG:32649")
    assert not (tmp_path / "out").exists()


def test_a_broken_polygon_and_a_missing_file_are_refused(tmp_path):
    bow_tie = square("m", "矿", 0, 2)
    ring = bow_tie["geometry"]["coordinates"][0]
    ring[1], ring[2] = ring[2], ring[1]
    assert "zones-invalid" in {f.code for f in check(with_mines(tmp_path, bow_tie))}
    (tmp_path / "mines.geojson").unlink()
    assert any(f.severity == "error" for f in check(tmp_path / "inventory.toml"))
    # polygons that overlap are no fault: mining land is no coverage
    two = (square("m", "矿", 0, 2), square("n", "矿", 1, 3))
    assert {f.code for f in check(with_mines(tmp_path, *two))} == {"product-incomplete"}


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ('[sink_zones]\npriority = ["mining"]\n', "each of forest_land"),
        ('[sink_zones.mapping]\nforest = "mining"\n', "got mining"),
        ('[sink_zones.mapping]\nrainforest = "wetland"\n', "rainforest"),
        ("[sink_zones]\nminig = 1\n", "sink_zones.minig"),
    ],
)
def test_a_slip_in_the_section_is_refused(tmp_path, section, told):
    with pytest.raises(RefusedError) as refused:
        run(with_mines(tmp_path, more=section), out=tmp_path / "out")
    assert any(told in f.what_en + str(f.where) for f in refused.value.findings)
