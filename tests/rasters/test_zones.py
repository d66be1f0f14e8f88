import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from rasters import zones as zones_module
from rasters.area import polygon_area_m2
from rasters.datum import DATUMS, gcj02_to_wgs84, wgs84_to_gcj02
from rasters.findings import Severity
from rasters.zones import Zones, check_zones, load_zones

WGS84 = pyproj.CRS.from_epsg(4326)
ALBERS = pyproj.CRS.from_proj4("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +datum=WGS84")


def zones_of(*shapes, codes=None, crs=WGS84):
    geometry = np.empty(len(shapes), dtype=object)
    geometry[:] = shapes
    texts = tuple(codes or (f"{i:03}" for i in range(len(shapes))))
    return Zones(codes=texts, names=texts, geometry=geometry, crs=crs)


def codes_of(found):
    return [f.code for f in found]


def frame_of(shapes, crs="EPSG:4326", **columns):
    columns = columns or {
        "code": [f"1501{i:02}" for i in range(len(shapes))][::-1],
        "name": [f"区{i}" for i in range(len(shapes))],
    }
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


TWO = (box(110, 40, 111, 41), box(111, 40, 112, 41))


@pytest.fixture
def load(tmp_path):
    def run(frame, name="zones.geojson", *, datum="wgs84", code="code", **options):
        path = tmp_path / name
        if path.suffix == ".parquet":
            frame.to_parquet(path)
        else:
            frame.to_file(path, **options)
        return load_zones(path, code=code, name="name", datum=datum)

    return run


@pytest.mark.parametrize("name", ["z.geojson", "z.gpkg", "z.parquet", "z.shp"])
def test_every_format_is_read_in_order_of_code(load, name):
    zones, found = load(frame_of(TWO), name)
    assert found == []
    assert zones.codes == ("150100", "150101")
    assert zones.names == ("区1", "区0")
    assert zones.geometry[0].equals(TWO[1])
    assert zones.crs == WGS84
    assert check_zones(zones) == []


def test_selected_zones_keep_their_order():
    zones = zones_of(*TWO, box(112, 40, 113, 41))
    picked = zones.select(["002", "000"])
    assert picked.codes == ("000", "002")
    assert picked.geometry[1].equals(zones.geometry[2])
    with pytest.raises(KeyError, match="004, 009"):
        zones.select(["009", "000", "004"])


def test_bounds_in_degrees_hold_the_zones_of_any_crs():
    zones = zones_of(shapely.box(110, 40, 111, 41), shapely.box(115, 38, 116, 39))
    assert zones.lonlat_bounds() == (110, 38, 116, 41)
    metres = pyproj.CRS.from_epsg(32649)
    there = shapely.box(400_000, 4_400_000, 600_000, 4_600_000)
    west, south, east, north = zones_of(there, crs=metres).lonlat_bounds()
    to_degrees = pyproj.Transformer.from_crs(metres, "OGC:CRS84", always_xy=True)
    lon, lat = to_degrees.transform(*shapely.get_coordinates(shapely.segmentize(there, 5000)).T)
    assert west <= lon.min() + 1e-6
    assert east >= lon.max() - 1e-6
    assert south <= lat.min() + 1e-6
    assert north >= lat.max() - 1e-6


def test_areas_are_those_of_straight_edges():
    zones = zones_of(*TWO)
    assert zones.areas_m2().tolist() == [polygon_area_m2(s, WGS84) for s in TWO]


def test_numbers_as_codes_become_text(load):
    zones, _ = load(frame_of(TWO, code=[150200.0, 150100.0], name=["b", None]))
    assert zones.codes == ("150100", "150200")
    assert zones.names == ("", "b")


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4527"])
def test_cgcs2000_passes(load, crs):
    zones, found = load(frame_of(TWO).to_crs(crs), "z.gpkg", datum="cgcs2000")
    assert found == []
    assert zones.crs == pyproj.CRS(crs)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_shapefile_without_cpg_is_read_in_its_own_encoding(tmp_path, encoding):
    path = tmp_path / "z.shp"
    frame_of(TWO).to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink()
    zones, found = load_zones(path, code="code", name="name", datum="wgs84")
    assert zones.names == ("区1", "区0")
    assert codes_of(found) == (["zones-encoding"] if encoding == "gb18030" else [])


def test_heights_are_dropped_and_recorded(load):
    raised = [shapely.force_3d(s, 9.0) for s in TWO]
    zones, found = load(frame_of(raised), "z.gpkg")
    assert codes_of(found) == ["zones-3d"]
    assert found[0].severity is Severity.NOTE
    assert not shapely.has_z(zones.geometry).any()


def test_gcj02_is_converted_and_recorded(load):
    shifted = shapely.transform(
        np.array(TWO), lambda xy: np.column_stack(wgs84_to_gcj02(xy[:, 0], xy[:, 1]))
    )
    zones, found = load(frame_of(shifted), "z.gpkg", datum="gcj02")
    assert codes_of(found) == ["zones-gcj02"]
    np.testing.assert_allclose(zones.geometry[0].bounds, TWO[1].bounds, atol=1e-12)
    assert check_zones(zones) == []


@pytest.mark.parametrize("datum", ["bd09", "beijing54", "", "WGS84"])
def test_other_datums_are_refused(load, datum):
    zones, found = load(frame_of(TWO), datum=datum)
    assert zones is None
    assert codes_of(found) == ["zones-datum"]
    assert all(known in found[0].what_en for known in DATUMS)


@pytest.mark.parametrize(
    ("make", "name", "options", "expected"),
    [
        (lambda: frame_of(TWO).iloc[:0], "z.gpkg", {}, "zones-empty"),
        (lambda: frame_of(TWO), "z.gpkg", {"code": "adcode"}, "zones-no-field"),
        (lambda: frame_of(TWO, crs=None), "z.gpkg", {}, "zones-no-crs"),
        (lambda: frame_of(TWO, crs="EPSG:4214"), "z.gpkg", {}, "grid-datum-local"),
        (lambda: frame_of(TWO).to_crs(3857), "z.gpkg", {}, "grid-web-mercator"),
        (
            lambda: frame_of(TWO).to_crs(4527),
            "z.gpkg",
            {"datum": "gcj02"},
            "zones-gcj02-projected",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_layer_that_lacks_what_it_needs_is_refused(load, make, name, options, expected):
    zones, found = load(make(), name, **options)
    assert zones is None
    assert expected in codes_of(found)


def test_several_faults_are_listed_at_once(load):
    _, found = load(frame_of(TWO, crs="EPSG:4214"), "z.gpkg", code="adcode")
    assert codes_of(found) == ["zones-no-field", "grid-datum-local"]
    assert "code, name" in found[0].what_en


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("z.kml", b"<kml/>", "zones-format"),
        ("zones", b"{}", "zones-format"),
        ("z.geojson", b"<OGRVRTDataSource></OGRVRTDataSource>", "zones-content"),
        ("z.gpkg", b"<OGRVRTDataSource></OGRVRTDataSource>", "zones-content"),
        ("z.geojson", b'{"type": "Topology"}', "zones-unreadable"),
        ("z.geojson", b'{"type": "FeatureCollection", "features": [', "zones-unreadable"),
        ("z.gpkg", b"SQLite format 3\x00 and no more", "zones-unreadable"),
        ("z.parquet", b"PAR1 and no more", "zones-unreadable"),
        ("z.shp", b"\x00\x00\x27\x0a and no more", "zones-unreadable"),
    ],
)
def test_file_that_is_not_what_its_suffix_says_is_refused(tmp_path, name, content, expected):
    path = tmp_path / name
    path.write_bytes(content)
    zones, found = load_zones(path, code="code", name="name", datum="wgs84")
    assert zones is None
    assert codes_of(found) == [expected]


def test_file_of_several_layers_needs_the_layer_named(tmp_path):
    path = tmp_path / "z.gpkg"
    frame_of(TWO).to_file(path, layer="leagues")
    frame_of(TWO[:1]).to_file(path, layer="banners")
    zones, found = load_zones(path, code="code", name="name", datum="wgs84")
    assert zones is None
    assert codes_of(found) == ["zones-layer"]
    assert "leagues, banners" in found[0].what_en
    zones, found = load_zones(path, code="code", name="name", datum="wgs84", layer="banners")
    assert len(zones.codes) == 1
    _, found = load_zones(path, code="code", name="name", datum="wgs84", layer="parks")
    assert found[0].value == "parks"


def test_too_many_vertices_are_refused(load, monkeypatch):
    monkeypatch.setattr(zones_module, "_MOST_VERTICES", 9)
    zones, found = load(frame_of(TWO))
    assert zones is None
    assert codes_of(found) == ["zones-vertices"]
    assert found[0].value == "10"


def test_truncated_shapefile_has_a_null_zone_and_is_refused(tmp_path):
    path = tmp_path / "z.shp"
    frame_of(TWO).to_file(path)
    path.write_bytes(path.read_bytes()[:-40])
    zones, found = load_zones(path, code="code", name="name", datum="wgs84")
    found += [] if zones is None else check_zones(zones)
    assert {"zones-null", "zones-unreadable"} & set(codes_of(found))


BOW_TIE = Polygon([(110, 40), (111, 41), (111, 40), (110, 41)])


@pytest.mark.parametrize(
    ("shape", "code", "value"),
    [
        (None, "zones-null", "null"),
        (Polygon(), "zones-null", "empty"),
        (Point(110, 40), "zones-not-polygon", "Point"),
        (LineString([(110, 40), (111, 41)]), "zones-not-polygon", "LineString"),
        (shapely.geometrycollections([TWO[0], Point(1, 1)]), "zones-not-polygon", "Collection"),
        (BOW_TIE, "zones-invalid", "Self-intersection[110.5 40.5]"),
        (MultiPolygon([box(0, 0, 2, 2), box(1, 1, 3, 3)]), "zones-invalid", "Self-intersection"),
        (box(40, 110, 41, 111), "zones-range", "110 to 111"),
        (box(500_000, 4e6, 600_000, 5e6), "zones-range", "500000"),
        (Polygon([(110, 40), (111, 40), (np.inf, 41)]), "zones-range", "not finite"),
    ],
)
def test_zone_that_is_no_polygon_is_refused_with_its_code(shape, code, value):
    found = check_zones(zones_of(TWO[0], shape), "file.gpkg")
    assert codes_of(found) == [code]
    assert value in found[0].value
    assert found[0].where == "file.gpkg, zone 001"


def test_doubled_and_missing_codes_are_refused():
    found = check_zones(zones_of(*TWO, box(112, 40, 113, 41), codes=("a", "a", " ")))
    assert codes_of(found) == ["zones-duplicate-code", "zones-no-code"]
    assert found[0].value == "a"
    assert "feature 3" in found[1].where


def test_layer_without_zones_is_refused():
    assert codes_of(check_zones(zones_of())) == ["zones-empty"]


def test_overlap_is_refused_with_its_place_and_size():
    # 0.001 degrees of latitude by one of longitude
    found = check_zones(zones_of(TWO[0], box(110.999, 40, 112, 41)))
    assert codes_of(found) == ["zones-overlap"]
    strip = polygon_area_m2(box(110.999, 40, 111, 41), WGS84)
    assert f"{strip:,.0f} m2" in found[0].what_en
    assert found[0].value == "000 + 001"
    assert "near (110.9" in found[0].where


def test_zone_inside_another_is_an_overlap():
    found = check_zones(zones_of(box(110, 40, 112, 42), box(110.5, 40.5, 111, 41)))
    assert codes_of(found) == ["zones-overlap"]


def test_equal_zones_are_an_overlap():
    assert codes_of(check_zones(zones_of(TWO[0], TWO[0]))) == ["zones-overlap"]


def test_overlap_below_one_square_metre_passes():
    # 1e-12 degrees wide, 111 km long
    assert check_zones(zones_of(TWO[0], box(111 - 1e-12, 40, 112, 41))) == []


def test_border_with_vertices_of_one_side_only_is_no_overlap():
    finer = Polygon([(111, 40), (112, 40), (112, 41), (111, 41), (111, 40.7), (111, 40.2)])
    assert check_zones(zones_of(TWO[0], finer)) == []


def ring_around(hole):
    """Return four zones around a hole."""
    left, bottom, right, top = hole
    return [
        box(109, 39, left, 42),
        box(right, 39, 113, 42),
        box(left, 39, right, bottom),
        box(left, top, right, 42),
    ]


def test_narrow_hole_is_a_gap_with_its_place_and_size():
    hole = (110, 40, 110.005, 41)  # 425 m wide, 111 km long
    found = check_zones(zones_of(*ring_around(hole)))
    assert codes_of(found) == ["zones-gap"]
    assert found[0].value == f"{polygon_area_m2(box(*hole), WGS84):,.0f} m2"
    assert "near (110.002, 40.5)" in found[0].where


def test_wide_hole_is_listed_as_an_enclave_with_its_area():
    hole = (110, 40, 110.4, 40.3)
    found = check_zones(zones_of(*ring_around(hole)))
    assert codes_of(found) == ["zones-enclave"]
    assert found[0].severity is Severity.NOTE
    assert found[0].value == f"{polygon_area_m2(box(*hole), WGS84) / 1e6:,.3f} km2"


def test_width_is_measured_in_metres_in_any_crs():
    def around(width):
        return [
            box(0, 0, 10_000, 30_000),
            box(10_000 + width, 0, 30_000, 30_000),
            box(10_000, 0, 10_000 + width, 10_000),
            box(10_000, 20_000, 10_000 + width, 30_000),
        ]

    assert codes_of(check_zones(zones_of(*around(990), crs=ALBERS))) == ["zones-gap"]
    assert codes_of(check_zones(zones_of(*around(1030), crs=ALBERS))) == ["zones-enclave"]


def test_hole_of_one_zone_filled_by_another_is_no_hole():
    pierced = Polygon(box(110, 40, 113, 42).exterior, [box(111, 40.5, 112, 41.5).exterior])
    assert check_zones(zones_of(pierced, box(111, 40.5, 112, 41.5))) == []


def test_island_in_a_hole_is_taken_off_the_enclave():
    pierced = Polygon(box(110, 40, 113, 42).exterior, [box(111, 40.5, 112, 41.5).exterior])
    island = box(111.4, 40.9, 111.6, 41.1)
    (found,) = check_zones(zones_of(pierced, island))
    free = polygon_area_m2(box(111, 40.5, 112, 41.5), WGS84) - polygon_area_m2(island, WGS84)
    assert found.code == "zones-enclave"
    assert found.value == f"{free / 1e6:,.3f} km2"


def test_zones_near_each_other_are_separate():
    assert check_zones(zones_of(TWO[0], box(111.001, 40, 112, 41))) == []


def test_overlap_and_gap_are_listed_together():
    shapes = ring_around((110, 40, 110.005, 41))
    shapes[0] = box(109, 38.9, 110, 42)
    found = check_zones(zones_of(*shapes, box(112, 41, 114, 43)))
    assert sorted(codes_of(found)) == ["zones-gap", "zones-overlap"]


@pytest.mark.parametrize(
    ("wgs", "gcj"),
    [
        # test values of the eviltransform project: Shanghai, Shenzhen, Beijing
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
)
def test_gcj02_shifts_as_published(wgs, gcj):
    lon, lat = wgs84_to_gcj02(np.array([wgs[0]]), np.array([wgs[1]]))
    # the project takes the radius of WGS 84: 0.01 m of 500
    assert (lon[0], lat[0]) == pytest.approx(gcj, abs=2e-7)


@pytest.mark.parametrize(
    ("place", "metres"), [((120.15, 30.28), 521), ((116.4, 39.9), 556), ((87.6, 43.8), 265)]
)
def test_gcj02_shift_has_the_size_that_was_seen(place, metres):
    lon, lat = wgs84_to_gcj02(np.array([place[0]]), np.array([place[1]]))
    _, _, distance = Geod(ellps="WGS84").inv(*place, lon[0], lat[0])
    assert distance == pytest.approx(metres, rel=0.05)


@settings(max_examples=50)
@given(lon=st.floats(73, 136), lat=st.floats(3, 54))
def test_way_back_from_gcj02_is_exact(lon, lat):
    there = wgs84_to_gcj02(np.array([lon]), np.array([lat]))
    back = gcj02_to_wgs84(*there)
    assert (back[0][0], back[1][0]) == pytest.approx((lon, lat), abs=1e-13 * 200)


def test_places_outside_china_are_not_shifted():
    lon, lat = np.array([2.35, -70.0]), np.array([48.85, -33.0])
    for move in (gcj02_to_wgs84, wgs84_to_gcj02):
        moved = move(lon, lat)
        assert moved[0].tolist() == lon.tolist()
        assert moved[1].tolist() == lat.tolist()
