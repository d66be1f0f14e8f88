"""GDAL starts with few drivers, and paths are local files."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import rasterio
import rasterio.shutil
import shapely

import rasters.harden as hardening
from rasters.errors import RastersError, RefusedError
from rasters.harden import ALLOWED_DRIVERS, ENVIRONMENT, local_path, self_test

VRT = """<VRTDataset rasterXSize="4" rasterYSize="3">
<VRTRasterBand dataType="Byte" band="1" subClass="VRTRawRasterBand">
<SourceFilename relativetoVRT="0">{target}</SourceFilename></VRTRasterBand></VRTDataset>"""

OGR_VRT = """<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{target}</SrcDataSource>
</OGRVRTLayer></OGRVRTDataSource>"""


def test_both_gdals_start_without_the_drivers_that_reach_out():
    self_test()
    with rasterio.Env() as environment:
        assert not {"VRT", "WMS", "HTTP"} & set(environment.drivers())
    assert set(pyogrio.list_drivers()) <= ALLOWED_DRIVERS


def test_self_test_names_a_driver_that_is_still_there(monkeypatch):
    monkeypatch.setattr(hardening, "_DENIED_DRIVERS", "VRT,GTiff")
    with pytest.raises(RastersError, match=r"rasterio was loaded before rasters and can .* GTiff"):
        self_test()


def test_an_import_of_rasters_says_nothing_on_stderr():
    code = "import rasters.harden, rasterio, pyogrio; rasters.harden.self_test()"
    result = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "GDAL_SKIP": "GTiff"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stderr == ""


def test_the_environment_wins_over_what_was_there(monkeypatch):
    monkeypatch.setenv("GDAL_PAM_ENABLED", "YES")
    hardening.harden()
    assert os.environ["GDAL_PAM_ENABLED"] == "NO" == ENVIRONMENT["GDAL_PAM_ENABLED"]


@pytest.mark.parametrize("name", ["evil.vrt", "evil.tif"])
def test_a_vrt_opens_under_no_name(tmp_path, name):
    path = tmp_path / name
    path.write_text(VRT.format(target="/etc/passwd"), encoding="utf-8")
    with pytest.raises(rasterio.errors.RasterioIOError, match="not recognized"):
        rasterio.open(path)
    with pytest.raises(rasterio.errors.RasterioIOError, match="not recognized"):
        rasterio.open(path, driver="GTiff")


def test_a_vector_vrt_opens_under_no_name(tmp_path):
    target, vrt = tmp_path / "target.geojson", tmp_path / "evil.geojson"
    target.write_text('{"type":"FeatureCollection","features":[]}', encoding="utf-8")
    vrt.write_text(OGR_VRT.format(target=target), encoding="utf-8")
    with pytest.raises(pyogrio.errors.DataSourceError):
        pyogrio.read_info(vrt)


def test_no_path_makes_gdal_call_a_server():
    hits = []

    class Canary(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            hits.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Canary)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/x.tif"
        for text in (url, f"/vsicurl/{url}", f"<GDAL_WMS><Service><ServerUrl>{url}"):
            with pytest.raises(rasterio.errors.RasterioIOError):
                rasterio.open(text, driver="GTiff")
            with pytest.raises(pyogrio.errors.DataSourceError):
                pyogrio.read_info(text)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert hits == []


def test_what_the_package_writes_can_still_be_written(tmp_path, make_raster):
    plain = make_raster(np.ones((600, 700), dtype="float32"), tiled=True)
    rasterio.shutil.copy(plain, tmp_path / "cog.tif", driver="COG")
    with rasterio.open(tmp_path / "cog.tif", driver="GTiff") as dataset:
        assert dataset.overviews(1) == [2]
    geometry = shapely.to_wkb(np.array([shapely.box(0, 0, 1, 1)]))
    for name, driver in [
        ("a.gpkg", "GPKG"),
        ("a.geojson", "GeoJSON"),
        ("a.shp", "ESRI Shapefile"),
    ]:
        pyogrio.raw.write(
            tmp_path / name,
            geometry,
            field_data=[np.array(["x"])],
            fields=["name"],
            geometry_type="Polygon",
            crs="EPSG:4326",
            driver=driver,
        )
        assert pyogrio.read_info(tmp_path / name)["features"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/vsicurl/http://example.org/x.tif",
        "/VSIZIP/x.zip",
        "\\vsimem\\x.tif",
        "//server/share/x.tif",
        "\\\\server\\share\\x.tif",
        "http://example.org/x.tif",
        "s3:bucket",
        "GTIFF_DIR:1:x.tif",
        "GTIFF_RAW:x.tif",
        "GeoJSON:x.json",
        "<VRTDataset/>",
        "x.tif\0",
        "x\n.tif",
    ],
)
def test_what_is_no_local_file_is_refused(tmp_path, text):
    with pytest.raises(RefusedError, match="path-not-local") as caught:
        local_path(text, tmp_path)
    (found,) = caught.value.findings
    assert found.value == text
    assert str(tmp_path) in found.mend_en
    assert str(tmp_path) in found.mend_zh


def test_a_local_path_is_relative_to_its_base_and_resolved(tmp_path):
    (tmp_path / "in").mkdir()
    file = tmp_path / "湿地 2020.tif"
    file.touch()
    assert local_path("../湿地 2020.tif", tmp_path / "in") == file.resolve()
    assert local_path(file, Path("/")) == file.resolve()
    assert local_path(tmp_path, Path("/")) == tmp_path.resolve()


def test_a_missing_file_and_a_loop_of_links_are_named(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    for text in ("lost.tif", "a"):
        with pytest.raises(RefusedError, match=f"path-missing.*{text}"):
            local_path(text, tmp_path)


def test_links_do_not_lead_out_of_the_root(tmp_path):
    root = tmp_path / "data"
    root.mkdir()
    (tmp_path / "secret").touch()
    (root / "link").symlink_to(tmp_path / "secret")
    for text in ("link", "../secret"):
        with pytest.raises(RefusedError, match=f"path-outside.*{text}"):
            local_path(text, root, root=root)
    assert local_path("link", root) == (tmp_path / "secret").resolve()


def test_devices_and_pipes_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for text in ("/dev/null", "pipe"):
        with pytest.raises(RefusedError, match="path-special"):
            local_path(text, tmp_path)
