"""Real land cover, soil and climate zones, end to end; skipped where they are not at hand.

The files lie in the folder that the environment variable TANHUI_REAL_DATA names and are only
read there: MODIS MCD12C1 2019 (0.05 degree), the soil map of Sanderman et al. 2017 and the
IPCC climate zones, over the globe and cut to Inner Mongolia.
"""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyproj
import pytest
import rasterio
import shapely
from affine import Affine
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource

from sinks.categories import Ecosystem
from sinks.regions import load_region

DATA = Path(os.environ.get("TANHUI_REAL_DATA", "."))
pytestmark = pytest.mark.skipif(
    "TANHUI_REAL_DATA" not in os.environ,
    reason="the environment variable TANHUI_REAL_DATA names no folder with the real rasters",
)
CUT = ("im_MCD12C1_2019_IGBP_005deg.tif", "im_SOCS_0_100cm_2010.tif", "im_ipcc_climate_zones.tif")
GLOBAL = (
    "MCD12C1.A2019001.006.IGBP_global_005deg.tif",
    "SOCS_0_100cm_year_2010AD_10km.tif",
    "ipcc_climate_zones.tif",
)
REGION = '[inventory]\nregion = "{region}"\nlevel = "{level}"\n{more}'
_HA_PER_KM2 = 100
_CUT = 8


def _config(folder, place, *, files=CUT, status="trial", density=False):
    """Write an inventory.toml of one year over real files, which stay where they are."""
    cover, soil, climate = ((DATA / name).as_posix() for name in files)
    methods = "\n".join(f'{ecosystem} = "stock_difference"' for ecosystem in Ecosystem)
    path = folder / "inventory.toml"
    path.write_text(
        f"""
{place}
[land_cover]
product = "modis_igbp"
[land_cover.files]
2019 = "{cover}"
[soil]
product = "soc_sanderman_2017"
file = "{soil}"
[stratum]
product = "ipcc_climate"
file = "{climate}"
[coefficients]
tables = ["inner_mongolia"]
[uncertainty]
draws = 1000
[methods]
{methods}
soil = "stock_difference"
[output]
density = {str(density).lower()}
""".replace("[inventory]", f'[inventory]\nyears = [2019]\nstatus = "{status}"'),
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="module")
def inventory(run_of, tmp_path_factory):
    """Run an inventory of real files and return it finished."""

    def make(place, **options):
        folder = tmp_path_factory.mktemp("real")
        done = run_of(_config(folder, place, **options), folder / "out")
        assert done.code == 0, done.err
        return done

    return make


@pytest.fixture(scope="module")
def banners(inventory):
    """Inner Mongolia by banner."""
    return inventory(REGION.format(region="inner_mongolia", level="banner", more=""))


@pytest.fixture(scope="module")
def leagues(inventory):
    """Inner Mongolia by league, with its density map."""
    place = REGION.format(region="inner_mongolia", level="league", more="")
    return inventory(place, density=True)


@pytest.fixture(scope="module")
def ningxia(inventory):
    """Ningxia from the global files, by prefecture."""
    place = REGION.format(region="ningxia", level="prefecture", more="")
    return inventory(place, files=GLOBAL)


def _km2(areas, zone="150000", **chosen):
    rows = areas[areas["zone_code"] == zone]
    for column, value in chosen.items():
        rows = rows[rows[column] == value]
    return float(rows["area_ha"].sum()) / _HA_PER_KM2


def test_areas_of_the_region_are_those_counted_by_hand(leagues):
    areas = leagues.tables["areas"]
    assert _km2(areas, code="10") == pytest.approx(665_807, rel=1e-3)
    assert _km2(areas, code="16") == pytest.approx(270_899, rel=1e-3)
    assert _km2(areas, ecosystem="grassland") == pytest.approx(697_247, rel=1e-3)
    assert _km2(areas) == pytest.approx(1_144_693, rel=1e-3)


def test_soil_is_17_petagrams_over_the_land_where_the_map_has_values(leagues):
    tables = leagues.tables
    soil = tables["stocks"].query("level == 'region' and pool == 'soil'")
    assert set(soil["depth_cm"]) == {"0-100"}
    assert float(soil["stock_t_c"].sum()) / 1e9 == pytest.approx(17.41, rel=1e-3)
    quality = tables["quality"].set_index(["check", "zone_code"])["value"]
    without = float(quality["area_without_soil_value_ha[2019]", "150000"]) / _HA_PER_KM2
    assert _km2(tables["areas"]) - without == pytest.approx(1_142_267, rel=1e-3)


def test_leagues_rank_by_soil_as_counted_by_hand(leagues):
    """Pg C by cell centres over the unsimplified polygons: the same order, nearly the same."""
    by_hand = {
        "150700": 6.44, "152500": 3.28, "152900": 2.32, "150400": 1.26, "152200": 1.01,
        "150800": 0.69, "150900": 0.66, "150600": 0.64, "150500": 0.62, "150200": 0.30,
        "150100": 0.20, "150300": 0.01,
    }  # fmt: skip
    soil = leagues.tables["stocks"].query("level == 'league' and pool == 'soil'")
    ranked = soil.groupby("zone_code")["stock_t_c"].sum().astype(float).sort_values()[::-1] / 1e9
    assert list(ranked.index) == list(by_hand)
    assert ranked.to_dict() == pytest.approx(by_hand, abs=0.015)


def test_one_year_gives_stocks_only(leagues):
    tables = leagues.tables
    for name in ("changes", "transitions", "reconciliation"):
        assert tables[name].empty, name
    assert set(tables["totals"]["quantity"]) == {"stock"}
    assert set(tables["stocks"]["year"]) == {2019}
    assert "one year only" in leagues.err + leagues.out
    maps = [path.name for path in leagues.folder.glob("*.tif")]
    assert maps == ["density_2019.tif"]


def test_climate_zones_are_sampled_and_named_as_they_were(leagues):
    """MODIS and climate: 77.6 % of the region is zone 4."""
    areas = leagues.tables["areas"].query("zone_code == '150000'")
    shares = areas.groupby("stratum")["area_ha"].sum().astype(float)
    shares /= shares.sum()
    assert {zone: round(share, 2) for zone, share in shares.items() if share > 0.01} == {
        "4": 0.78, "7": 0.13, "8": 0.1,
    }  # fmt: skip
    assert "[raster-sampled-nearest]" in leagues.err
    assert "[raster-area-weighted]" in leagues.err


def test_no_gate_fails_on_real_data(leagues, ningxia):
    for run in (leagues, ningxia):
        quality = run.tables["quality"]
        assert not (quality["verdict"] == "fail").any(), quality[quality["verdict"] == "fail"]


def test_a_banner_run_is_the_league_run_exactly(banners, leagues):
    assert len(set(banners.tables["stocks"].query("level == 'banner'")["zone_code"])) == 103
    for name in ("areas", "stocks", "totals", "coverage"):
        coarse = leagues.tables[name].drop(columns="run_id")
        fine = banners.tables[name].drop(columns="run_id")
        fine = fine[fine["zone_code"].isin(coarse["zone_code"])].reset_index(drop=True)
        pd.testing.assert_frame_equal(fine, coarse, obj=name)
    stocks = banners.tables["stocks"]
    keys = ["ecosystem", "pool"]
    sums = {
        level: rows[rows["stock_t_c"].notna()].groupby(keys)["stock_t_c"].sum().to_dict()
        for level, rows in stocks.groupby("level")
    }
    assert sums["banner"] == sums["league"] == sums["region"]


def test_the_english_workbook_of_a_banner_run_has_short_sheet_names(banners):
    names = openpyxl.load_workbook(banners.folder / "inventory.xlsx", read_only=True).sheetnames
    assert "Annex 1 Stocks, Banner, county…" in names
    assert max(map(len, names)) <= 31


def test_one_league_alone_is_its_row_of_the_whole_run(inventory, leagues):
    place = REGION.format(region="inner_mongolia", level="league", more='zones = ["150700"]')
    alone = inventory(place)
    for name in ("areas", "stocks", "totals", "coverage"):
        own = alone.tables[name].drop(columns="run_id")
        assert set(own["zone_code"]) == {"150700"}, "no row of the region"
        whole = leagues.tables[name].drop(columns="run_id")
        whole = whole[whole["zone_code"] == "150700"].reset_index(drop=True)
        pd.testing.assert_frame_equal(own, whole, obj=name)


def test_own_zones_have_a_row_for_all_of_them(inventory):
    path = (DATA / "im_leagues_cn-atlas.geojson").as_posix()
    fields = gpd.read_file(path, rows=1).columns
    code = next(name for name in fields if "code" in name.lower() or name.lower() == "id")
    own = inventory(
        f'[inventory]\n[zones]\npath = "{path}"\ncode = "{code}"\nname = "name"\ndatum = "wgs84"'
    )
    stocks = own.tables["stocks"]
    assert set(stocks["level"]) == {"all", "zone"}
    assert len(set(stocks.query("level == 'zone'")["zone_code"])) == 12
    assert set(stocks.query("level == 'all'")["zone_code"]) == {"ALL"}
    parts = stocks.query("level == 'zone'").groupby(["ecosystem", "pool"])["stock_t_c"]
    whole = stocks.query("level == 'all'").groupby(["ecosystem", "pool"])["stock_t_c"]
    assert parts.sum().to_dict() == whole.sum().to_dict()
    # the other publisher's borders, with the enclave of 1,344 km2
    assert _km2(own.tables["areas"], zone="ALL") == pytest.approx(1_146_173, rel=1e-3)
    assert own.tables["coverage"]["official_ha"].isna().all()


def test_the_density_map_holds_the_stocks(leagues):
    with rasterio.open(leagues.folder / "density_2019.tif", driver="GTiff") as file:
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert file.tags()["UNIT"] == "t C/ha"
        assert np.isnan(file.nodata), "any number may be a density"
        density, transform = file.read(1).astype(float), file.transform
    hectares = _row_hectares(transform, density.shape[0])
    stocks = leagues.tables["stocks"].query("level == 'region'")
    total = float(stocks["stock_t_c"].dropna().sum())
    # a pixel belongs to the map by its centre, and land without a soil value is left out
    assert np.nansum(density * hectares) == pytest.approx(total, rel=3e-3)
    area = np.broadcast_to(hectares, density.shape)[~np.isnan(density)].sum()
    mean = np.nansum(density * hectares) / area
    assert mean == pytest.approx(total / (_km2(leagues.tables["areas"]) * _HA_PER_KM2), rel=3e-3)


def test_class_areas_of_two_leagues_agree_with_exactextract(leagues):
    """Exactextract takes fractions of degrees: its cells are cut by 8, so that 1e-6 is left."""
    region = load_region("inner_mongolia")
    zones = region.finest_zones()
    league = region.ancestors()["league"].reindex(list(zones.codes)).to_numpy()
    areas = leagues.tables["areas"].groupby(["zone_code", "code"])["area_ha"].sum()
    with rasterio.open(DATA / CUT[0], driver="GTiff") as file:
        values, bounds = file.read(1).repeat(_CUT, axis=0).repeat(_CUT, axis=1), file.bounds
        transform = file.transform @ Affine.scale(1 / _CUT)
    hectares = _row_hectares(transform, len(values))[:, 0]
    source = NumPyRasterSource(values, *bounds)
    for code in ("150300", "152200"):
        shape = shapely.coverage_union_all(zones.geometry[league == code])
        feature = {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(shape)}
        (found,) = exact_extract(source, feature, ["values", "coverage", "center_y"])
        cells = {name: np.asarray(of) for name, of in found["properties"].items()}
        rows = np.floor((cells["center_y"] - transform.f) / transform.e).astype(int)
        covered = cells["coverage"] * hectares[rows]
        expected = {
            str(value): covered[cells["values"] == value].sum()
            for value in np.unique(cells["values"])
        }
        own = {key: float(area) for key, area in areas[code].items()}
        assert own == pytest.approx(expected, rel=1e-6, abs=0.1), code


def _row_hectares(transform, rows):
    """Ellipsoidal area of a pixel of each row by pyproj, edges cut finely; shape (rows, 1)."""
    geod = pyproj.Geod(ellps="WGS84")
    found = []
    for row in range(rows):
        top, bottom = transform.f + row * transform.e, transform.f + (row + 1) * transform.e
        lon = np.linspace(0, transform.a, 41)
        x = np.concatenate([lon, lon[::-1]])
        y = np.repeat([bottom, top], 41)
        found.append(abs(geod.polygon_area_perimeter(x, y)[0]) / 1e4)
    return np.array(found)[:, None]


def test_ningxia_runs_from_the_global_files_without_a_change_of_code(ningxia):
    stocks = ningxia.tables["stocks"]
    assert set(stocks["level"]) == {"region", "prefecture"}
    prefectures = set(stocks.query("level == 'prefecture'")["zone_code"])
    assert prefectures == {"640100", "640200", "640300", "640400", "640500"}
    areas = ningxia.tables["areas"]
    assert _km2(areas, zone="640000") == pytest.approx(51_982, rel=2e-3)
    soil = float(stocks.query("level == 'region' and pool == 'soil'")["stock_t_c"].sum())
    assert 0.3e9 < soil < 1e9, "100 t C/ha or so"
    assert ningxia.folder.joinpath("inventory.xlsx").is_file()


def test_the_crs_that_the_product_had_to_state_is_on_record(ningxia):
    assert "[raster-crs-assumed]" in ningxia.err
    manifest = json.loads((ningxia.folder / "manifest.json").read_text(encoding="utf-8"))
    (found,) = [f for f in manifest["findings"] if f["code"] == "raster-crs-assumed"]
    assert found["severity"] == "warning"
    assert found["where"] == GLOBAL[0]


def test_an_official_run_refuses_the_assumed_crs(tanhui, tmp_path):
    place = REGION.format(region="ningxia", level="prefecture", more="")
    path = _config(tmp_path, place, files=GLOBAL, status="official")
    said = tanhui("run", path, "--out", tmp_path / "out", "--json", "--quiet")
    assert said.code == 2
    found = {entry["code"]: entry for entry in json.loads(said.out)["findings"]}
    assert GLOBAL[0] in found["official-input"]["where"]
    assert "config-soil-transition" in found
    assert not (tmp_path / "out").exists()


def test_verify_confirms_a_run_of_files_elsewhere(leagues, tanhui):
    assert tanhui("verify", leagues.folder, "--quiet").code == 0
    manifest = (leagues.folder / "manifest.json").read_text(encoding="utf-8")
    parameters = json.loads(manifest)["parameters"]
    assert str(DATA) not in json.dumps(parameters), "the run id knows no path"


def test_rounded_areas_close_on_the_polygons(leagues):
    coverage = leagues.tables["coverage"]
    for row in coverage.itertuples():
        counted = row.classified_ha + row.nodata_ha + row.outside_ha
        assert abs(counted - row.polygon_ha) <= row.polygon_ha * Decimal("1e-6"), row.zone_code
