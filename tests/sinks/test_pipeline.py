"""The main job as a function: what it leaves, and what it leaves when it is refused."""

import json

import numpy as np
import pytest
from tiny_inputs import COVER, TABLE, pixels, write_raster, write_tiny

from rasters import RefusedError
from sinks.categories import Status
from sinks.folder import LockedError, locked
from sinks.pipeline import check, run


def left(folder):
    """Return the names in a folder but those of the inputs."""
    inputs = (".tif", ".toml", ".csv", ".geojson", ".json")
    return sorted(p.name for p in folder.iterdir() if not p.name.endswith(inputs))


def test_a_check_lists_findings_and_writes_nothing(tmp_path):
    path = write_tiny(tmp_path)
    told = []
    found = check(path, on_progress=lambda *step: told.append(step))
    assert [f.code for f in found] == ["product-incomplete"]
    assert told == [("check", 0, 1), ("check", 1, 1)]
    assert left(tmp_path) == []


def test_a_check_reads_every_pixel(tmp_path):
    path = write_tiny(tmp_path, covers=(COVER, COVER.replace("3 3", "3 9")))
    codes = {f.code: f for f in check(path)}
    assert codes["raster-unknown-class"].value == "9"


def test_a_check_keeps_to_the_root(tmp_path):
    folder = tmp_path / "inside"
    folder.mkdir()
    path = write_tiny(folder, config={"coefficients": {"tables": ["../own.csv"]}})
    (folder / "own.csv").rename(tmp_path / "own.csv")
    assert "path-outside" in {f.code for f in check(path, root=folder)}
    with pytest.raises(RefusedError, match="path-outside"):
        run(path, out=folder / "out", root=folder)


def test_an_input_that_changes_during_the_run_refuses_it_and_leaves_nothing(tmp_path):
    path = write_tiny(tmp_path)

    def meddle(step, done, _total):
        if step == "write" and done == 0:
            with (tmp_path / "cover_2023.tif").open("ab") as stream:
                stream.write(b" ")

    with pytest.raises(RefusedError) as caught:
        run(path, out=tmp_path / "out", on_progress=meddle)
    (found,) = caught.value.findings
    assert (found.code, found.where) == ("input-changed-during-run", "cover_2023.tif")
    assert "cover_2023.tif" in found.mend_en
    assert "cover_2023.tif" in found.mend_zh
    assert left(tmp_path) == []


def test_a_locked_folder_is_left_to_its_holder(tmp_path):
    path = write_tiny(tmp_path)
    with locked(tmp_path / "out"), pytest.raises(LockedError, match="another run is writing"):
        run(path, out=tmp_path / "out")
    assert left(tmp_path) == []


def test_the_default_folder_is_named_by_place_years_and_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = {"inventory": {"years": [2020]}, "land_cover": {"files": {"2023": None}}}
    result = run(write_tiny(tmp_path, covers=(COVER,), config=config))
    manifest = result.results.manifest
    assert result.computed
    assert result.results.folder.as_posix() == f"results/zones-2020-{manifest.run_id[:8]}"
    assert manifest.config_folder == "../.."
    assert manifest.status == Status.TRIAL
    assert str(tmp_path) not in (result.results.folder / "manifest.json").read_text("utf-8")
    again = run(tmp_path / "inventory.toml", out=result.results.folder)
    assert not again.computed
    other = run(tmp_path / "inventory.toml", out=result.results.folder, fresh=True)
    assert other.computed
    assert other.results.manifest.run_id == manifest.run_id


def test_a_missing_coefficient_refuses_the_run_by_class_and_pool(tmp_path):
    path = write_tiny(tmp_path, table=[*TABLE[:2], *TABLE[3:]])
    with pytest.raises(RefusedError) as caught:
        run(path, out=tmp_path / "out")
    (found,) = caught.value.findings
    assert (found.code, found.where) == ("coefficient-missing", "class C, stratum none, pool agb")
    assert left(tmp_path) == []


def test_every_map_is_hashed_and_no_path_is_a_parameter(tmp_path):
    """Maps of history, of production and of respiration decide the run id like any other."""
    files = {str(year): f"cover_{year}.tif" for year in (2012, 2020, 2023)}
    flow = "id = 'tiny_{0}'\nkind = '{0}'\nnodata = [-1]\nunit = 'g C/m2/yr'\n"
    path = write_tiny(
        tmp_path,
        products={kind: flow.format(kind) for kind in ("npp", "respiration")},
        config={
            "land_cover": {"files": files},
            "npp": {
                "product": "npp.toml",
                "files": {"2021": "npp_2021.tif"},
                "respiration": {"product": "respiration.toml", "files": {"2021": "rh_2021.tif"}},
            },
        },
    )
    write_raster(tmp_path / "cover_2012.tif", pixels(COVER).astype(np.uint8), nodata=0)
    for name in ("npp_2021.tif", "rh_2021.tif"):
        write_raster(tmp_path / name, pixels(COVER), nodata=-1)
    first = run(path, out=tmp_path / "first").results.manifest
    maps = {(r.role, r.year, r.path) for r in first.inputs if r.path.endswith(".tif")}
    assert maps == {
        *(("land_cover", int(year), name) for year, name in files.items()),
        ("npp", 2021, "npp_2021.tif"),
        ("respiration", 2021, "rh_2021.tif"),
    }
    assert ".tif" not in json.dumps(dict(first.parameters))
    assert "history.parquet" in {record.path for record in first.outputs}
    write_raster(tmp_path / "rh_2021.tif", pixels(COVER) + 1, nodata=-1)
    second = run(path, out=tmp_path / "second").results.manifest
    assert first.run_id != second.run_id
