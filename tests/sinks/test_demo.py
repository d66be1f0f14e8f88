from __future__ import annotations

import hashlib
import tomllib
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio
import shapely
from exactextract import exact_extract

from rasters.area import row_areas
from rasters.legend import load_product
from rasters.synthetic import make_canvas
from sinks.demo import load_targets, write_demo_inputs
from sinks.regions import load_region

if TYPE_CHECKING:
    from pathlib import Path

_CHECKED = ("forest", "grassland", "wetland", "desert")
_RASTERS = ("landcover_2020", "landcover_2023", "biomass_2020", "biomass_2023", "soil",
            "vegetation")  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Path:
    """The landscape at its full 30 arc-seconds: about 7 seconds."""
    folder = tmp_path_factory.mktemp("demo")
    steps = []
    path = write_demo_inputs(folder, on_progress=lambda done, total: steps.append((done, total)))
    assert path == folder / "inventory.toml"
    assert steps == [(done, 6) for done in range(1, 7)]
    return folder


def _read(folder: Path, name: str):
    with rasterio.open(folder / f"{name}.tif", driver="GTiff") as file:
        return file.read(1), file.transform


def _areas(demo: Path, name: str = "landcover_2020") -> np.ndarray:
    """Areas in ha of every pixel, shape (rows, cols)."""
    values, transform = _read(demo, name)
    rows = row_areas(transform, values.shape[0], pyproj.CRS.from_epsg(4326)) / 1e4
    return np.broadcast_to(rows[:, np.newaxis], values.shape)


@pytest.fixture(scope="module")
def leagues() -> gpd.GeoDataFrame:
    region = load_region("inner_mongolia")
    zones = region.finest_zones()
    league = region.ancestors()["league"].reindex(list(zones.codes)).to_numpy()
    codes = sorted(set(league))
    shapes = [shapely.coverage_union_all(zones.geometry[league == code]) for code in codes]
    return gpd.GeoDataFrame({"code": codes}, geometry=shapes, crs=4326)


def test_areas_by_league_are_within_15_percent_of_the_targets_in_both_years(demo, leagues):
    value_of = {row.ecosystem: row.value for row in load_product("clcd").classes}
    targets = load_targets().set_index(["zone_code", "ecosystem"])["area_ha"]
    for year in (2020, 2023):
        path = demo / f"landcover_{year}.tif"
        _, transform = _read(demo, path.stem)
        found = exact_extract(
            path, leagues, ["values", "coverage", "center_y"], output="pandas", include_cols="code"
        )
        for row in found.itertuples():
            at = np.floor((transform.f - np.asarray(row.center_y)) / -transform.e).astype(int)
            areas = np.asarray(row.coverage) * _areas(demo)[at, 0]
            values = np.ma.filled(row.values, 0)
            assert areas[values == 0].sum() < 1e-6 * areas.sum(), "pixels cut by the outline"
            for ecosystem in _CHECKED:
                area = areas[values == value_of[ecosystem]].sum()
                target = targets.get((row.code, ecosystem), 0.0)
                # without a target, what the outline cuts off a neighbour's pixels
                margin = 0.15 * target if target else 500
                assert abs(area - target) <= margin, (year, row.code, ecosystem)


def test_one_percent_of_the_land_changes_in_patches(demo):
    first, _ = _read(demo, "landcover_2020")
    second, _ = _read(demo, "landcover_2023")
    land, changed = first > 0, first != second
    share = _areas(demo)[changed].sum() / _areas(demo)[land].sum()
    assert 0.005 <= share <= 0.02
    # a changed pixel has a changed neighbour far more often than by chance
    beside = changed[:, :-1] & changed[:, 1:]
    assert beside.sum() > 0.6 * changed.sum()


def test_biomass_agrees_with_the_published_tree_layer_and_grows(demo):
    area = _areas(demo)
    cover = [_read(demo, f"landcover_{year}")[0] for year in (2020, 2023)]
    stand = [_read(demo, f"biomass_{year}")[0].astype(float) for year in (2020, 2023)]
    forest = [values == 2 for values in cover]
    mean = np.average(stand[0][forest[0]], weights=area[forest[0]])
    # Huang et al. 2016: 35.6 t C/ha above and below ground
    assert mean * 1.39 * 0.48 == pytest.approx(35.6, rel=0.02)
    both = forest[0] & forest[1]
    growth = np.average((stand[1] - stand[0])[both], weights=area[both]) / 3
    assert 0.3 <= growth <= 0.5
    assert (stand[1] < stand[0] - 5)[both].mean() > 0.002, "burnt patches"
    for there, values in zip(forest, stand, strict=True):
        assert (values[there] > 0).all()
        assert set(np.unique(values[~there])) <= {0.0, -32768.0}


def test_soil_agrees_with_the_published_class_means(demo):
    soil, _ = _read(demo, "soil")
    cover, _ = _read(demo, "landcover_2020")
    fine = soil.repeat(2, axis=0).repeat(2, axis=1)
    published = {2: 144.4, 4: 87.86, 9: 200, 1: 90, 7: 35}
    for value, mean in published.items():
        here = (cover == value) & (fine != -32767)
        assert here.sum() == (cover == value).sum()
        found = np.average(fine[here], weights=_areas(demo)[here])
        assert found == pytest.approx(mean, rel=0.12), value
    assert fine.max() < 500


def test_the_landscape_lies_where_it_should(demo):
    cover, transform = _read(demo, "landcover_2020")
    rows, cols = np.nonzero(cover)
    lon = transform.c + (cols + 0.5) * transform.a
    lat = transform.f + (rows + 0.5) * transform.e
    kind = cover[rows, cols]
    khingan = (kind == 2) & (lon > 117) & (lon < 126.5) & (lat > 46)
    assert khingan.sum() > 0.75 * (kind == 2).sum()
    assert ((kind == 7) & (lon < 108)).sum() > 0.9 * (kind == 7).sum()
    assert np.median(lon[kind == 1]) > 118
    middle = (lon > 110) & (lon < 117) & (lat > 42)
    assert (kind[middle] == 4).mean() > 0.85
    types, _ = _read(demo, "vegetation")
    value_of = {row.code: row.value for row in load_product(demo / "demo_vegetation.toml").classes}
    centres = [
        np.median(np.nonzero(types == value_of[name])[1])
        for name in ("desert_steppe", "typical_steppe", "meadow_steppe")
    ]
    assert centres == sorted(centres), "steppe gets moister towards the east"
    assert all((types == value).any() for value in value_of.values())
    swamp = types[cover == 9] == value_of["forest_swamp"]
    # third land survey: 70.17 of 380.94 x 10^4 ha
    share = np.average(swamp, weights=_areas(demo)[cover == 9])
    assert share == pytest.approx(0.1842, rel=0.03)


def test_every_vegetation_type_has_a_default_coefficient():
    table = load_region("inner_mongolia").folder.parents[1] / "coefficients/inner_mongolia.csv"
    rows = pd.read_csv(table, dtype=str)
    strata = {(r.ecosystem, r.stratum) for r in rows.itertuples()}
    product = load_region("inner_mongolia").folder.parents[1] / "demo/demo_vegetation.toml"
    missing = [c.code for c in load_product(product).classes if (c.ecosystem, c.code) not in strata]
    assert missing == []


def test_every_file_says_that_it_is_synthetic(demo):
    for name in _RASTERS:
        with rasterio.open(demo / f"{name}.tif", driver="GTiff") as file:
            text = file.tags()["TIFFTAG_IMAGEDESCRIPTION"]
        assert text.startswith("合成演示数据 SYNTHETIC DEMONSTRATION DATA: ")
        assert "seed 20231231" in text
    for name in ("inventory.toml", "demo_vegetation.toml", "demo_soil.toml"):
        assert "合成演示数据" in (demo / name).read_text(encoding="utf-8").splitlines()[0]


def test_the_inventory_names_files_products_and_all_nine_ecosystems(demo):
    config = tomllib.loads((demo / "inventory.toml").read_text(encoding="utf-8"))
    files = [*config["land_cover"]["files"].values(), *config["biomass"]["files"].values()]
    files += [config["soil"]["file"], config["stratum"]["file"]]
    assert sorted(files) == sorted(f"{name}.tif" for name in _RASTERS)
    assert config["inventory"]["years"] == [2020, 2023]
    assert config["inventory"]["status"] == "trial"
    assert len(config["methods"]) == 10
    assert config["methods"]["soil"] == "transition"
    for section in ("land_cover", "biomass"):
        assert load_product(config[section]["product"]).id == config[section]["product"]
    assert load_product(demo / config["soil"]["product"]).depth_cm == "0-100"


def test_a_seed_gives_the_same_bytes_and_another_seed_another_landscape(tmp_path):
    hashes = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        (tmp_path / name).mkdir()
        write_demo_inputs(tmp_path / name, seed=seed, per_degree=20)
        hashes.append(
            {
                path.name: hashlib.sha256(path.read_bytes()).hexdigest()
                for path in sorted((tmp_path / name).iterdir())
            }
        )
    assert hashes[0] == hashes[1]
    assert {name for name in hashes[0] if hashes[0][name] == hashes[2][name]} == {
        "inventory.toml",
        "demo_vegetation.toml",
        "demo_soil.toml",
    }


def test_targets_close_on_the_polygons_and_name_their_source(leagues):
    targets = load_targets()
    assert set(targets["basis"]) == {"survey", "derived"}
    assert targets[["source", "locator"]].notna().all(axis=None)
    sums = targets.groupby("zone_code")["area_ha"].sum()
    geod = pyproj.Geod(ellps="WGS84")
    for code, shape in zip(leagues["code"], leagues.geometry, strict=True):
        area = geod.geometry_area_perimeter(shapely.orient_polygons(shape))[0] / 1e4
        assert sums[code] == pytest.approx(area, abs=5)  # rounded rows
    regional = targets.groupby("ecosystem")["area_ha"].sum()
    assert regional["wetland"] == pytest.approx(3_809_400, abs=10)  # third land survey
    assert regional["forest"] == pytest.approx(26_343.30e4 / 15, abs=10)  # eighth inventory
    hinggan = targets[targets["zone_code"] == "152200"].set_index("ecosystem")
    assert hinggan.loc["grassland", "area_ha"] == 1_773_400
    assert hinggan.loc["wetland", "basis"] == "survey"


def test_modis_shares_are_those_of_the_polygons():
    shares = pd.read_csv(
        load_region("inner_mongolia").folder.parents[1] / "demo" / "modis_2019_shares.csv",
        dtype={"zone_code": str},
    )
    np.testing.assert_allclose(shares.groupby("zone_code")["share"].sum(), 1, atol=1e-6)


def test_a_canvas_of_the_demo_nests_the_soil_grid():
    canvas = make_canvas([shapely.box(100.03, 40, 101, 41)], per_degree=120, margin=0.03, align=2)
    assert canvas.shape[0] % 2 == canvas.shape[1] % 2 == 0
