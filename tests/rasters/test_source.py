"""What a GeoTIFF's header is accepted and refused for."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from rasters.header import foreign_format, representable
from rasters.legend import load_product
from rasters.source import file_hashes, inspect

MCD12C1 = (
    'GEOGCS["unknown",DATUM["Unknown based on Clarke 1866 ellipsoid",SPHEROID["Clarke 1866",'
    '6378206.4,294.978698213898]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]'
)
CODES = np.arange(20, dtype=np.uint8).reshape(4, 5) % 10
AMOUNTS = np.arange(20, dtype=np.float32).reshape(4, 5)


def codes_of(path, product, **year):
    source, found = inspect(path, product, **year)
    assert (source is None) == any(f.severity == "error" for f in found)
    for one in found:
        assert one.what_zh != one.what_en
        assert one.mend_zh != one.mend_en or one.severity == "note"
        assert "{" not in one.what_en + one.what_zh + one.mend_en + one.mend_zh
    return [f.code for f in found]


def test_a_sound_class_raster_becomes_a_source(make_raster, land_cover):
    path = make_raster(CODES, nodata=0, name="lc_2020.tif")
    source, found = inspect(path, land_cover, year=2020)
    assert found == []
    assert source.path == path.resolve()
    assert source.grid.shape == (4, 5)
    assert source.grid.transform == Affine(0.5, 0, 100, 0, -0.5, 50)
    assert source.grid.crs.to_epsg() == 4326
    assert (source.band, source.dtype, source.nodata) == (1, "uint8", (0.0,))
    assert source.block_shape == (4, 5)
    assert (source.year, source.is_class) == (2020, True)
    assert source.files == (path.resolve(),)


def test_a_sound_biomass_raster_becomes_a_source(make_raster, biomass):
    source, found = inspect(make_raster(AMOUNTS, nodata=-1.5), biomass)
    assert found == []
    assert (source.is_class, source.nodata) == (False, (-32768.0, -1.5))


def test_a_relative_path_is_one_of_the_current_folder(make_raster, land_cover, monkeypatch):
    path = make_raster(CODES)
    monkeypatch.chdir(path.parent)
    source, _ = inspect(path.name, land_cover)
    assert source.path == path.resolve()


def test_paths_that_are_no_local_file_are_refused(tmp_path, land_cover):
    assert codes_of("/vsicurl/http://example.org/x.tif", land_cover) == ["path-not-local"]
    assert codes_of(tmp_path / "lost.tif", land_cover) == ["path-missing"]
    assert codes_of(tmp_path, land_cover) == ["raster-not-file"]


@pytest.mark.parametrize(
    ("head", "name", "command"),
    [
        (b"\x0e\x03\x13\x01", "HDF4", "gdalinfo a.hdf"),
        (b"\x89HDF\r\n\x1a\n", "HDF5/netCDF4", "gdalinfo a.hdf"),
        (b"CDF\x02", "netCDF", "SUBDATASET a.tif"),
        (b"EHFA_HEADER_TAG", "Erdas Imagine", "gdal_translate -of COG a.hdf a.tif"),
        (b"<VRTDataset x", "GDAL VRT", "gdal_translate -of COG a.hdf a.tif"),
        (b"PK\x03\x04", "ZIP", "unzip a.hdf"),
        (b"?", "hdf", "gdal_translate -of COG a.hdf a.tif"),
        (b"", "hdf", "gdal_translate -of COG a.hdf a.tif"),
    ],
)
def test_other_formats_are_told_how_to_be_converted(tmp_path, land_cover, head, name, command):
    path = tmp_path / "a.hdf"
    path.write_bytes(head)
    (found,) = inspect(path, land_cover)[1]
    assert (found.code, found.value) == ("raster-format", name)
    assert command in found.mend_en
    assert command in found.mend_zh


def test_a_tiff_by_any_name_is_a_tiff(make_raster):
    assert foreign_format(make_raster(CODES, name="a.dat")) is None
    assert foreign_format(make_raster(CODES, name="b.dat", BIGTIFF="YES")) is None


def test_a_broken_header_is_refused(tmp_path, land_cover):
    path = tmp_path / "a.tif"
    path.write_bytes(b"II*\0\x08\0\0\0")
    assert codes_of(path, land_cover) == ["raster-unreadable"]


@pytest.mark.parametrize("keep", [0.5, 0.95])
def test_a_file_cut_off_is_refused_without_reading_pixels(make_raster, land_cover, keep):
    noise = np.random.default_rng(1).integers(1, 9, (256, 320), dtype=np.uint8)
    path = make_raster(noise, tiled=True, blockxsize=64, blockysize=64, compress="deflate")
    os.truncate(path, int(path.stat().st_size * keep))
    (found,) = inspect(path, land_cover)[1]
    assert found.code == "raster-truncated"
    assert "(3, 4)" in found.value or int(found.what_en.split(": ")[1].split()[0]) > 3


def test_a_sparse_file_is_whole(tmp_path, land_cover):
    path = tmp_path / "a.tif"
    profile = {"height": 512, "width": 1024, "count": 1, "dtype": "uint8", "crs": "EPSG:4326"}
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        transform=Affine(0.01, 0, 100, 0, -0.01, 50),
        tiled=True,
        SPARSE_OK=True,
        **profile,
    ):
        pass
    assert codes_of(path, land_cover) == []


def test_bombs_are_refused_before_anything_is_allocated(tmp_path, land_cover, biomass):
    """A few hundred bytes that declare one tile of 32 GiB, and 4 TB of pixels."""
    for name, side, block, kind, product, expected in [
        ("tile.tif", 65536, 65536, "float64", biomass, ["raster-block-too-large"]),
        ("wide.tif", 2_000_000, 1024, "uint8", land_cover, ["raster-too-large"]),
    ]:
        with rasterio.open(
            tmp_path / name,
            "w",
            driver="GTiff",
            height=side,
            width=side,
            count=1,
            dtype=kind,
            crs="EPSG:4326",
            transform=Affine(1e-5, 0, 100, 0, -1e-5, 50),
            tiled=True,
            blockxsize=block,
            blockysize=block,
            SPARSE_OK=True,
            BIGTIFF="YES",
        ):
            pass
        assert codes_of(tmp_path / name, product) == expected


def test_a_file_without_crs_is_refused_and_its_transform_still_checked(make_raster, land_cover):
    assert codes_of(make_raster(CODES, crs=None), land_cover) == ["raster-no-crs"]
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        path = make_raster(CODES, crs=None, transform=Affine.identity())
    assert codes_of(path, land_cover) == ["raster-no-crs", "grid-identity"]
    rotated = make_raster(CODES, crs="EPSG:4490", transform=Affine(0.5, 0.1, 100, 0, -0.5, 50))
    assert codes_of(rotated, land_cover) == ["grid-rotated"]


def test_a_south_up_file_is_accepted_with_a_note(make_raster, land_cover):
    path = make_raster(CODES, transform=Affine(0.5, 0, 100, 0, 0.5, 40))
    assert codes_of(path, land_cover) == ["grid-south-up"]


def test_the_product_names_the_datum_of_a_geographic_file_without_one(make_raster, land_cover):
    path = make_raster(CODES, crs=MCD12C1)
    assert codes_of(path, land_cover) == ["grid-datum-unknown"]
    source, (found,) = inspect(path, replace(land_cover, crs="EPSG:4326"))
    assert (found.code, found.severity) == ("raster-crs-assumed", "warning")
    assert "EPSG:4326" in found.what_en
    assert source.grid.crs.to_epsg() == 4326


@pytest.mark.parametrize(
    ("crs", "expected"),
    [
        ("EPSG:4214", ["grid-datum-local"]),
        ("EPSG:4490", []),
        (
            "+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=krass",
            ["grid-datum-unknown"],
        ),
        (None, ["raster-no-crs"]),
    ],
)
def test_the_products_crs_touches_no_other_file(make_raster, land_cover, crs, expected):
    transform = (
        Affine(30, 0, 5e5, 0, -30, 4e6) if crs and "aea" in crs else Affine(1, 0, 9, 0, -1, 9)
    )
    path = make_raster(CODES, crs=crs, transform=transform)
    assert codes_of(path, replace(land_cover, crs="EPSG:4326")) == expected


def test_the_band_is_the_only_one_or_the_one_of_the_year(make_raster):
    glc = load_product("glc_fcs30d")
    stack = np.full((23, 4, 5), 10, dtype=np.uint8)
    path = make_raster(stack, nodata=250)
    source, found = inspect(path, glc, year=2021)
    assert (source.band, found) == (22, [])
    assert codes_of(path, glc, year=2023) == ["raster-year-band"]
    assert codes_of(path, glc) == ["raster-year-band"]


def test_several_bands_without_a_year_are_refused_and_pictures_named(make_raster, land_cover):
    stack = np.stack([CODES, CODES])
    assert codes_of(make_raster(stack), land_cover) == ["raster-bands"]
    picture = make_raster(np.stack([CODES] * 3), photometric="RGB")
    assert codes_of(picture, land_cover) == ["raster-picture"]


def test_a_palette_is_fit_for_classes_and_not_for_amounts(make_raster, land_cover, biomass):
    path = make_raster(CODES)
    with rasterio.open(path, "r+", driver="GTiff") as dataset:
        dataset.write_colormap(1, {1: (255, 0, 0, 255)})
    assert codes_of(path, land_cover) == []
    assert codes_of(path, biomass) == ["raster-palette"]


@pytest.mark.parametrize(
    ("kind", "classes", "amounts"),
    [
        ("float32", ["raster-class-float"], []),
        ("float64", ["raster-class-float"], []),
        ("int64", ["raster-dtype"], ["raster-dtype"]),
        ("complex64", ["raster-dtype"], ["raster-dtype"]),
        ("int16", [], []),
        ("uint32", [], []),
    ],
)
def test_dtypes(make_raster, land_cover, biomass, kind, classes, amounts):
    path = make_raster(CODES.astype(kind))
    assert codes_of(path, land_cover) == classes
    assert codes_of(path, biomass) == amounts


@pytest.mark.parametrize(
    ("profile", "classes", "amounts"),
    [
        ({"compress": "jpeg"}, ["raster-lossy"], ["raster-lossy"]),
        ({"compress": "lerc"}, [], []),
        ({"compress": "lerc_zstd", "MAX_Z_ERROR": 0.5}, ["raster-lossy"], []),
        ({"compress": "deflate"}, [], []),
        ({"compress": "zstd"}, [], []),
        ({"compress": "lzw"}, [], []),
    ],
)
def test_lossy_compression(make_raster, land_cover, biomass, profile, classes, amounts):
    path = make_raster(CODES, **profile)
    assert codes_of(path, land_cover) == classes
    assert codes_of(path, biomass) == amounts


def test_scale_and_offset_tags_must_agree_with_the_product(make_raster, land_cover, biomass):
    path = make_raster(CODES)
    with rasterio.open(path, "r+", driver="GTiff") as dataset:
        dataset.scales = (0.1,)
    assert codes_of(path, land_cover) == ["raster-scale"]
    assert codes_of(path, biomass) == ["raster-scale"]
    assert codes_of(path, replace(biomass, scale=0.1)) == []
    with rasterio.open(path, "r+", driver="GTiff") as dataset:
        dataset.offsets = (5,)
    (found,) = inspect(path, replace(biomass, scale=0.1))[1]
    assert found.value == "scale 0.1, offset 5"


@pytest.mark.parametrize("how", ["mask", "alpha"])
def test_masks_inside_the_file_are_refused(make_raster, land_cover, how):
    if how == "alpha":
        path = make_raster(np.stack([CODES, CODES]), ALPHA="YES")
        expected = ["raster-bands"]
    else:
        path = make_raster(CODES)
        with (
            rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
            rasterio.open(path, "r+", driver="GTiff") as dataset,
        ):
            dataset.write_mask(CODES > 3)
        expected = ["raster-mask"]
    assert codes_of(path, land_cover) == expected


def test_class_rasters_need_a_nodata_value_from_file_or_product(make_raster, land_cover):
    bare = replace(land_cover, nodata=())
    assert codes_of(make_raster(CODES), bare) == ["raster-nodata-missing"]
    source, found = inspect(make_raster(CODES, nodata=255), bare)
    assert (source.nodata, found) == ((255.0,), [])
    source, found = inspect(make_raster(CODES, nodata=255), land_cover)
    assert (source.nodata, found) == ((0.0, 255.0), [])


def test_nodata_that_is_a_class_is_refused(make_raster, land_cover):
    (found,) = inspect(make_raster(CODES, nodata=4), land_cover)[1]
    assert (found.code, found.value) == ("raster-nodata-is-class", "4")


def test_nodata_that_no_pixel_can_hold_is_left_out(make_raster, land_cover):
    product = replace(land_cover, nodata=(0.0, -9999.0))
    source, found = inspect(make_raster(CODES, nodata=255), product)
    assert (source.nodata, found) == ((0.0, 255.0), [])


def test_a_nodata_tag_that_no_pixel_can_hold_is_warned_of_and_ignored(make_raster, land_cover):
    path = make_raster(CODES, nodata=255)
    content = path.read_bytes()
    assert content.count(b"255\0") == 1
    path.write_bytes(content.replace(b"255\0", b"0.5\0"))
    source, (found,) = inspect(path, land_cover)
    assert (found.code, found.severity, found.value) == ("raster-nodata-range", "warning", "0.5")
    assert source.nodata == (0.0,)
    assert codes_of(path, replace(land_cover, nodata=())) == [
        "raster-nodata-range",
        "raster-nodata-missing",
    ]


def test_several_pages_in_one_file_are_refused(make_raster, land_cover):
    path = make_raster(CODES)
    make_raster(CODES, APPEND_SUBDATASET="YES")
    (found,) = inspect(path, land_cover)[1]
    assert (found.code, found.value) == ("raster-pages", "2")


def test_values_are_compared_in_the_rasters_own_type():
    least = float(np.finfo(np.float32).min)
    assert representable([-3.4028235e38], "float32") == (least,)
    assert representable([0.1], "float32") == (float(np.float32(0.1)),)
    assert representable([1.5, -1, 256, 7], "uint8") == (7.0,)


def test_files_beside_the_raster_are_not_read_but_named(make_raster, land_cover):
    path = make_raster(CODES, name="a.tif")
    for name in ("a.tif.aux.xml", "a.tfw", "a.tif.msk"):
        path.with_name(name).write_text("0.1\n0\n0\n-0.1\n0\n0\n", encoding="utf-8")
    source, (found,) = inspect(path, land_cover)
    assert (found.code, found.severity) == ("raster-sidecar", "warning")
    assert found.value == "a.tif.aux.xml, a.tif.msk, a.tfw"
    assert source.grid.transform.c == 100
    assert source.files == (path.resolve(),)


def test_a_sidecar_changes_neither_place_nor_nodata(make_raster, land_cover):
    path = make_raster(CODES, name="a.tif", nodata=0)
    path.with_name("a.tif.aux.xml").write_text(
        "<PAMDataset><SRS>EPSG:32650</SRS><GeoTransform>0,1,0,0,0,-1</GeoTransform>"
        "<PAMRasterBand band='1'><NoDataValue>5</NoDataValue><Scale>9</Scale></PAMRasterBand>"
        "</PAMDataset>",
        encoding="utf-8",
    )
    source, _ = inspect(path, land_cover)
    assert source.grid.crs.to_epsg() == 4326
    assert source.nodata == (0.0,)


def test_a_mask_beside_the_raster_blanks_nothing(make_raster, land_cover):
    path = make_raster(CODES, name="a.tif")
    with (
        rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False),
        rasterio.open(path, "r+", driver="GTiff") as dataset,
    ):
        dataset.write_mask(CODES > 99)
    assert path.with_name("a.tif.msk").is_file()
    assert codes_of(path, land_cover) == ["raster-sidecar"]


def test_a_world_file_places_nothing(make_raster, land_cover):
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        path = make_raster(CODES, name="a.tif", transform=Affine.identity())
    path.with_name("a.tfw").write_text("0.5\n0\n0\n-0.5\n100\n50\n", encoding="utf-8")
    assert codes_of(path, land_cover) == ["grid-identity", "raster-sidecar"]


@pytest.mark.parametrize(
    ("name", "tags", "year", "doubt"),
    [
        ("clcd_2020.tif", {}, 2020, None),
        ("clcd_2020.tif", {}, 2023, "clcd_2020.tif"),
        ("clcd_2020_2023.tif", {}, 2023, None),
        ("glc_20002022.tif", {}, 2021, None),
        ("soil_10km.tif", {"year": "2019"}, 2020, "year = 2019"),
        ("a.tif", {"TIFFTAG_DATETIME": "2019:05:01 00:00:00"}, 2020, "TIFFTAG_DATETIME = 2019"),
        ("a.tif", {"TIFFTAG_DATETIME": "2024:05:01 00:00:00"}, 2020, None),
    ],
)
def test_a_file_that_speaks_of_another_year_is_warned_of(
    make_raster, land_cover, name, tags, year, doubt
):
    path = make_raster(CODES, name=name)
    with rasterio.open(path, "r+", driver="GTiff") as dataset:
        dataset.update_tags(**tags)
    source, found = inspect(path, land_cover, year=year)
    assert source is not None
    assert [f.code for f in found] == (["raster-year"] if doubt else [])
    if doubt:
        assert found[0].value.startswith(doubt)


def test_five_faults_of_one_file_are_all_found(make_raster, land_cover):
    path = make_raster(
        CODES.astype(np.float32),
        crs="EPSG:3857",
        transform=Affine(30, 5, 0, 0, -30, 0),
        nodata=4,
        compress="lerc",
        MAX_Z_ERROR=0.5,
    )
    assert codes_of(path, land_cover) == [
        "grid-rotated",
        "grid-web-mercator",
        "raster-class-float",
        "raster-lossy",
        "raster-nodata-is-class",
    ]


def test_hashes_are_sha256_in_the_order_given(tmp_path):
    paths = []
    for i in range(3):
        path = tmp_path / f"{2 - i}"
        path.write_bytes(bytes([i]) * 1_000_000)
        paths.append(path)
    hashes = file_hashes([*paths, paths[0]])
    assert list(hashes) == paths
    assert hashes == {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}
    with pytest.raises(FileNotFoundError):
        file_hashes([Path(tmp_path / "lost")])
