"""Where parks lie: zones by coordinates, tolerance, and what contradicts the zones stated."""

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from park_tables import codes, named

from parks.checking import check_parks
from parks.location import locate
from parks.park import Park, ParkKind
from rasters.findings import Severity
from sinks.categories import Confidence
from sinks.regions import load_region

_GEOD = pyproj.Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def region():
    return load_region("inner_mongolia")


@pytest.fixture(scope="module")
def zones(region):
    return region.finest_zones()


def park(geometry, *, park_id="p1", confidence=Confidence.VERIFIED, **fields):
    location = Confidence.MISSING if geometry is None else confidence
    names = {"name_zh": park_id, "kind": ParkKind.ZERO, **fields}
    return Park(park_id=park_id, geometry=geometry, location_confidence=location, **names)


def of_zones(found):
    return [code for code in codes(found) if code.startswith(("zone", "location"))]


def beyond(zones, code, metres):
    """Return a point so many metres outside the northern border of a zone, and a neighbour."""
    zone = zones.geometry[zones.codes.index(code)]
    x = zone.centroid.x
    line = shapely.intersection(zone, shapely.box(x, -90, x + 1e-9, 90)).bounds
    return shapely.Point(x, line[3] + metres / 111_195)


def test_a_park_of_known_place_lies_in_its_league_and_banner(region):
    (place,) = locate([park(shapely.Point(109.80, 39.45))], region)
    assert place.zones == {"region": "150000", "league": "150600", "banner": "150627"}
    assert (place.code("league"), place.code("county")) == ("150600", "")
    assert place.shares == {"150627": 1.0}


def test_parks_without_a_place_are_left_out(region):
    assert locate([park(None)], region) == ()
    assert locate([], region) == ()


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_a_random_place_lies_in_the_zone_that_covers_it(region, zones, seed):
    random = np.random.default_rng(seed)
    point = shapely.Point(random.uniform(97, 126), random.uniform(37.5, 53))
    covering = [c for c, z in zip(zones.codes, zones.geometry, strict=True) if z.covers(point)]
    (place,) = locate([park(point)], region, tolerance_m=0.001)
    assert place.code("banner") == (covering[0] if covering else "")


def test_a_polygon_over_two_zones_goes_to_the_larger_share(region, zones):
    # 伊金霍洛旗 and what lies north of it
    edge = beyond(zones, "150627", 0)
    shape = shapely.box(edge.x - 0.05, edge.y - 0.03, edge.x + 0.05, edge.y + 0.01)
    (place,) = locate([park(shape)], region)
    assert place.code("banner") == "150627"
    assert sum(place.shares.values()) == pytest.approx(1, abs=1e-9)
    zone = zones.geometry[zones.codes.index("150627")]
    # edges are straight in degrees here and geodesic there
    inside = _GEOD.geometry_area_perimeter(shapely.orient_polygons(zone.intersection(shape)))[0]
    whole = _GEOD.geometry_area_perimeter(shapely.orient_polygons(shape))[0]
    assert place.shares["150627"] == pytest.approx(inside / whole, abs=1e-3)
    found = check_parks([park(shape, banner_code="150627")], region)
    assert of_zones(found) == ["location-split"]


def test_near_a_border_the_stated_zone_holds_within_the_tolerance(region, zones):
    other = locate([park(beyond(zones, "150627", 60))], region, tolerance_m=1)[0].code("banner")
    assert other not in ("", "150627")
    near, far = (park(beyond(zones, "150627", m), banner_code="150627") for m in (60, 300))
    assert [place.code("banner") for place in locate([near, far], region)] == ["150627", other]
    assert of_zones(check_parks([near], region)) == []
    assert of_zones(check_parks([far], region)) == ["zone-differs"]


def test_a_polygon_beside_its_stated_zone_is_not_in_it(region, zones):
    edge = beyond(zones, "150627", 50)
    shape = shapely.box(edge.x, edge.y, edge.x + 0.002, edge.y + 0.03)
    (place,) = locate([park(shape, banner_code="150627")], region)
    assert place.code("banner") != "150627"


@pytest.mark.parametrize(
    ("confidence", "differs", "outside", "severity"),
    [
        (Confidence.VERIFIED, "zone-differs", "location-outside", Severity.ERROR),
        (
            Confidence.UNVERIFIED,
            "zone-differs-unverified",
            "location-outside-unverified",
            Severity.WARNING,
        ),
    ],
)
def test_a_stated_zone_that_differs_is_refused_unless_the_place_is_unsure(
    region, confidence, differs, outside, severity
):
    stated = {"league_code": "150700", "banner_code": "150702"}
    wrong = park(shapely.Point(109.80, 39.45), confidence=confidence, **stated)
    found = [f for f in check_parks([wrong], region) if "differs" in f.code]
    assert named(found, severity) == [(differs, "p1")] * 2
    assert "150600 鄂尔多斯市" in found[0].what_zh
    beijing = park(shapely.Point(116.4, 39.9), confidence=confidence)
    found = [f for f in check_parks([beijing], region) if "outside" in f.code]
    assert named(found, severity) == [(outside, "p1")]


def test_a_polygon_that_sticks_out_of_the_region_is_warned_of(region):
    south = min(z.bounds[1] for z in region.finest_zones().geometry)
    at = next(z for z in region.finest_zones().geometry if z.bounds[1] == south)
    tip = shapely.get_coordinates(at)[shapely.get_coordinates(at)[:, 1].argmin()]
    shape = shapely.box(tip[0] - 0.05, tip[1] - 0.05, tip[0] + 0.05, tip[1] + 0.05)
    assert "location-beyond" in of_zones(check_parks([park(shape)], region))


def test_stated_codes_must_exist_and_lie_in_each_other(region):
    codes_of = [
        of_zones(check_parks([park(None, **fields)], region))
        for fields in (
            {"league_code": "150600", "banner_code": "150627"},
            {"league_code": "640100"},
            {"league_code": "150700", "banner_code": "150627"},
        )
    ]
    assert codes_of == [
        ["location-missing"],
        ["location-missing", "zone-unknown"],
        ["location-missing", "zone-parent"],
    ]


def test_without_a_region_the_zones_are_not_looked_at():
    wrong = park(shapely.Point(109.80, 39.45), league_code="999999")
    assert codes(check_parks([wrong])) == []


def test_a_region_of_one_level_has_leagues_only():
    ningxia = load_region("ningxia")
    (place,) = locate([park(shapely.Point(106.27, 38.47))], ningxia)
    assert place.zones == {"region": "640000", "prefecture": "640100"}
    stated = park(shapely.Point(106.27, 38.47), league_code="640200")
    assert of_zones(check_parks([stated], ningxia)) == ["zone-differs"]


# pairs


@pytest.mark.parametrize(("apart", "found"), [(40, ["duplicate-place"]), (60, [])])
def test_points_closer_than_50_m_are_warned_of(apart, found):
    lon, lat, _ = _GEOD.fwd(109.8, 39.45, 60, apart)
    pair = [park(shapely.Point(109.8, 39.45)), park(shapely.Point(lon, lat), park_id="p2")]
    assert codes(check_parks(pair)) == found


def test_polygons_that_share_a_border_are_two_parks_and_overlapping_ones_may_be_one():
    west, east, over = (shapely.box(x, 39, x + 0.1, 39.1) for x in (109, 109.1, 109.05))
    assert codes(check_parks([park(west), park(east, park_id="p2")])) == []
    assert codes(check_parks([park(west), park(over, park_id="p2")])) == ["duplicate-place"]


def test_a_point_in_a_polygon_may_be_the_same_park():
    point, outline = shapely.Point(109.05, 39.05), shapely.box(109, 39, 109.1, 39.1)
    pair = [park(outline), park(point, park_id="p2")]
    assert named(check_parks(pair)) == [("duplicate-place", "p1, p2")]


def test_parks_of_one_name_or_one_id_are_found():
    pair = [park(None, name_zh="甲园区"), park(None, park_id="p2", name_zh="甲 园区")]
    assert [c for c in codes(check_parks(pair)) if c != "location-missing"] == ["duplicate-name"]
    twice = [park(None), park(None, name_zh="乙")]
    assert [c for c in codes(check_parks(twice)) if c != "location-missing"] == ["id-repeated"]
