"""Which code and which libraries made a result.

The version number of a distribution does not change when somebody edits a line, so the code
is named by a hash over its sources and packaged data as well.
"""

from __future__ import annotations

import hashlib
import platform
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pyogrio
import pyproj
import shapely

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path

__all__ = ["Code", "code_version", "sha256_of", "versions"]

_DISTRIBUTION = "tanhui"
_SOURCES = frozenset({".csv", ".geojson", ".json", ".parquet", ".py", ".toml"})
_LIBRARIES = (
    "affine",
    "geopandas",
    "numba",
    "numpy",
    "pandas",
    "pyarrow",
    "pyogrio",
    "pyproj",
    "rasterio",
    "shapely",
    "xlsxwriter",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """The code that made a result."""

    version: str
    """Version of the distribution; ``unknown`` where it is not installed."""
    sha256: str
    """Hash over the sources and packaged data of the packages that compute."""


def sha256_of(path: Path) -> str:
    """Return the hash of a file's content, 64 hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@cache
def code_version(packages: tuple[str, ...] = ("rasters", "sinks")) -> Code:
    """Return the identity of the code of some packages; read once in a process."""
    digest = hashlib.sha256()
    for package in packages:
        for name, entry in sorted(_sources(files(package), package), key=lambda found: found[0]):
            content = hashlib.sha256(entry.read_bytes()).hexdigest()
            digest.update(f"{content} {name}\n".encode())
    return Code(version=_installed(_DISTRIBUTION), sha256=digest.hexdigest())


def versions(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the versions of Python, the libraries and what they are built on.

    Parameters
    ----------
    extra
        Further versions by name, such as the GDAL that the raster library carries: it is
        another one than that of the vector library.

    """
    found = {name: _installed(name) for name in _LIBRARIES}
    found |= {
        "python": platform.python_version(),
        "gdal_vector": str(pyogrio.__gdal_version_string__),
        "proj": str(pyproj.proj_version_str),
        "geos": str(shapely.geos_version_string),
    }
    return dict(sorted({**found, **(extra or {})}.items()))


def _installed(distribution: str) -> str:
    """Return the version of an installed distribution, or ``unknown``."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"


def _sources(folder: Traversable, name: str) -> list[tuple[str, Traversable]]:
    """Return every source and data file below a package folder by its POSIX name."""
    found: list[tuple[str, Traversable]] = []
    for entry in folder.iterdir():
        path = f"{name}/{entry.name}"
        if entry.is_dir():
            found += _sources(entry, path)
        elif PurePosixPath(entry.name).suffix in _SOURCES:
            found.append((path, entry))
    return found
