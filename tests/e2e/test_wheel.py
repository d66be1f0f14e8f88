"""The wheel: everything that runs is in it, nothing that it must not install, and it runs."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("parks", "rasters", "sinks")
_BACKEND = 77  # the first setuptools that reads the licence as pyproject.toml writes it


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel from a copy of the sources, without the network."""
    major = int(importlib.metadata.version("setuptools").split(".")[0])
    if major < _BACKEND:
        pytest.skip(f"setuptools {major} is older than the build backend of pyproject.toml")
    base = tmp_path_factory.mktemp("wheel")
    unwanted = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "*.egg-info", "results")
    shutil.copytree(ROOT, base / "source", ignore=unwanted)
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--skip-dependency-check",
         "--outdir", base / "built", base / "source"],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = (base / "built").iterdir()
    return path


@pytest.fixture(scope="module")
def names(wheel):
    """Every file of the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The wheel unpacked into a folder of its own."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    _bring_compiled(folder)
    return folder


def _bring_compiled(folder):
    """Spare the wait for numba: the same sources with the same time take the compiled code."""
    for source in (folder / "rasters").rglob("*.py"):
        original = ROOT / source.relative_to(folder)
        stat = original.stat()
        os.utime(source, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        for compiled in (original.parent / "__pycache__").glob(f"{source.stem}.*.nb?"):
            (source.parent / "__pycache__").mkdir(exist_ok=True)
            shutil.copy2(compiled, source.parent / "__pycache__")


def test_it_installs_the_three_packages_and_the_command(names):
    top = {name.split("/")[0].removesuffix(".py") for name in names}
    own = {name for name in top if not name.endswith((".dist-info", ".data"))}
    assert own == {*PACKAGES, "tanhui"}, "no tests, and no module named app"
    (entry,) = [name for name in names if name.endswith("entry_points.txt")]
    assert entry.startswith("tanhui-")


def test_the_page_is_a_data_file_and_no_module(names):
    pages = [name for name in names if name.endswith("app.py")]
    assert [name for name in pages if "/data/share/tanhui/" in name]
    assert "app.py" not in pages


def test_every_source_and_data_file_of_the_packages_is_in_it(names):
    present = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".md"
    }
    packed = {name for name in names if name.split("/")[0] in PACKAGES}
    assert present == packed
    suffixes = {Path(name).suffix for name in packed}
    assert {".py", ".toml", ".csv", ".parquet"} <= suffixes
    assert {f"{package}/py.typed" for package in PACKAGES} <= packed


def test_its_metadata_are_those_of_the_project(wheel):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [n for n in archive.namelist() if n.endswith(".dist-info/METADATA")]
        text = archive.read(name).decode()
        (entry,) = [n for n in archive.namelist() if n.endswith("entry_points.txt")]
        assert "tanhui = tanhui:main" in archive.read(entry).decode()
    assert f"Version: {project['version']}" in text
    assert "License-Expression: Apache-2.0" in text
    assert {"app", "dask", "fetch", "test"} <= set(project["optional-dependencies"])


def _python(installed, cwd, *args):
    """Run Python with the unpacked wheel before anything else, and no folder of the caller."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "-P", "-W", "error", *map(str, args)],
        cwd=cwd, env={**os.environ, "PYTHONPATH": str(installed), "PYTHONUTF8": "1"},
        capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip


def test_it_lists_its_products_from_any_folder(installed, tmp_path):
    show = "import rasters, sinks, sys; print(rasters.__file__, sinks.__file__, file=sys.stderr)"
    done = _python(
        installed, tmp_path, "-c", f"{show}; import tanhui; tanhui.main()", "products", "--json"
    )
    assert done.returncode == 0, done.stderr
    assert all(path.startswith(str(installed)) for path in done.stderr.split())
    products = {row["id"] for row in json.loads(done.stdout)}
    assert {"clcd", "modis_igbp", "esa_cci_biomass", "soilgrids_ocs", "ipcc_climate"} <= products


def test_it_runs_an_inventory_from_any_folder(installed, coarse, tanhui, tmp_path):
    done = _python(
        installed, tmp_path, "-m", "tanhui", "run", coarse, "--out", "out", "--lang", "zh"
    )
    assert done.returncode == 0, done.stderr
    assert "呼伦贝尔市" in done.stdout
    assert tanhui("verify", tmp_path / "out", "--quiet").code == 0
