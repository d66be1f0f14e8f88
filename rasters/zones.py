"""Zones: the polygons that pixels are counted over, read with care and checked as a coverage.

A zone layer is trusted only after it has been looked at whole: an overlap counts land twice, a
gap between two zones loses it, a self-crossing ring has no area at all, and none of the three
shows in the numbers. Every fault is listed with its place and size, not just the first.

Source: shapely 2 (GEOS CoverageValidator) for coverages; the sniffing of file starts follows
RFC 7946 (GeoJSON), the GeoPackage and ESRI shapefile specifications and Apache Parquet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyogrio
import pyproj
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from .area import polygon_area_m2
from .datum import DATUMS, gcj02_to_wgs84
from .findings import Severity, finding
from .grid import check_crs, horizontal_crs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from .findings import Finding

_DRIVERS = {
    ".geojson": ("GeoJSON", (b"{", b"\xef\xbb\xbf{")),
    ".gpkg": ("GPKG", (b"SQLite format 3\x00",)),
    ".parquet": ("Parquet", (b"PAR1",)),
    ".shp": ("ESRI Shapefile", (b"\x00\x00\x27\x0a",)),
}
_LARGEST_FILE = 2**30  # bytes; 103 banners in full detail are 5 MB
_MOST_VERTICES = 5_000_000  # the banners of a large province at 1:250,000 have 200,000


@dataclass(frozen=True, slots=True, kw_only=True)
class Zones:
    """Polygons with codes, in one CRS."""

    codes: tuple[str, ...]
    """Identifier of each zone, such as a GB/T 2260 code; unique."""
    names: tuple[str, ...]
    """Name of each zone for people."""
    geometry: NDArray[np.object_]
    """Polygons and multipolygons, shape (n,); x is east or longitude."""
    crs: pyproj.CRS
    """CRS of the polygons; their edges are straight in it."""

    def lonlat_bounds(self) -> tuple[float, float, float, float]:
        """Return west, south, east and north of all zones in degrees."""
        to_degrees = pyproj.Transformer.from_crs(self.crs, "OGC:CRS84", always_xy=True)
        left, bottom, right, top = (float(edge) for edge in shapely.total_bounds(self.geometry))
        # the sides of a box 1,000 km wide bulge by 20 km: by 2 m between a hundred points
        return to_degrees.transform_bounds(left, bottom, right, top, densify_pts=100)

    def select(self, codes: Iterable[str]) -> Zones:
        """Return only the zones of ``codes``, in this order of zones.

        Raises
        ------
        KeyError
            If a code is not among the zones.

        """
        wanted = set(codes)
        if missing := sorted(wanted - set(self.codes)):
            raise KeyError(", ".join(missing))
        keep = [i for i, code in enumerate(self.codes) if code in wanted]
        return Zones(
            codes=tuple(self.codes[i] for i in keep),
            names=tuple(self.names[i] for i in keep),
            geometry=self.geometry[keep],
            crs=self.crs,
        )

    def areas_m2(self) -> NDArray[np.float64]:
        """Return the ellipsoidal area (n,) of each zone, its edges straight in the CRS."""
        return np.array([polygon_area_m2(g, self.crs) for g in self.geometry], dtype=np.float64)


def load_zones(
    path: Path, *, code: str, name: str, datum: str, layer: str | None = None
) -> tuple[Zones | None, list[Finding]]:
    """Read a zone layer: GeoJSON, GeoPackage, GeoParquet or shapefile, by its suffix.

    Parameters
    ----------
    path
        Local file, already past `local_path`.
    code, name
        Fields that hold identifier and name.
    datum
        ``wgs84`` and ``cgcs2000`` pass; ``gcj02`` is converted; all else is refused.
    layer
        Layer of the file, where it has several.

    Returns
    -------
    zones : Zones or None
        Sorted by code, two-dimensional; None where an error stops the reading.
    findings : list of Finding
        Of the reading alone; `check_zones` looks at the polygons.

    """
    frame, found = _open(path, datum, layer)
    if frame is None:
        return None, found
    found += _check_fields(frame, (code, name), path) + _check_datum(frame.crs, datum, path)
    vertices = int(shapely.get_num_coordinates(np.asarray(frame.geometry)).sum())
    if vertices > _MOST_VERTICES:
        found.append(_find("zones-vertices", vertices, path, limit=_MOST_VERTICES))
    if any(f.severity is Severity.ERROR for f in found):
        return None, found
    geometry, changed = _flat_on_wgs84(np.asarray(frame.geometry, dtype=object), datum, path)
    codes, names = _text(frame[code]), _text(frame[name])
    order = sorted(range(len(codes)), key=lambda i: codes[i])
    zones = Zones(
        codes=tuple(codes[i] for i in order),
        names=tuple(names[i] for i in order),
        geometry=geometry[order],
        crs=horizontal_crs(frame.crs),
    )
    return zones, found + changed


def check_zones(zones: Zones, where: object = "zones") -> list[Finding]:
    """List every fault of a zone layer, and its larger enclaves.

    Parameters
    ----------
    zones
        The layer.
    where
        File or region, for the findings.

    Returns
    -------
    list of Finding
        Errors: ``zones-empty``, ``zones-no-code``, ``zones-duplicate-code``, ``zones-null``,
        ``zones-not-polygon``, ``zones-invalid``, ``zones-range``, ``zones-overlap``,
        ``zones-gap``. Note: ``zones-enclave``.

    """
    found = [] if zones.codes else [_find("zones-empty", 0, where)]
    seen: set[str] = set()
    for i, text in enumerate(zones.codes):
        if not text.strip():
            found.append(_find("zones-no-code", text, f"{where}, feature {i + 1}"))
        elif text in seen:
            found.append(_find("zones-duplicate-code", text, where))
        seen.add(text)
    sound = True
    for text, shape in zip(zones.codes, zones.geometry, strict=True):
        fault = _shape_fault(shape, zones.crs)
        if fault is not None:
            sound = False
            found.append(_find(fault[0], fault[1], f"{where}, zone {text}"))
    # overlaps and holes of polygons that are not polygons would only repeat the fault
    return found + check_coverage(zones, where) if sound and zones.codes else found


def check_coverage(zones: Zones, where: object = "zones") -> list[Finding]:
    """List the overlaps, gaps and enclaves of valid polygons; see `check_zones`."""
    from .topology import holes, overlaps  # noqa: PLC0415

    found = []
    for i, j, area, (x, y) in overlaps(zones.geometry, zones.crs):
        pair = f"{zones.codes[i]} + {zones.codes[j]}"
        found.append(_find("zones-overlap", pair, _at(where, x, y), area=f"{area:,.0f}"))
    for narrow, area, (x, y) in holes(zones.geometry, zones.crs):
        code, value = ("zones-gap", f"{area:,.0f} m2") if narrow else (
            "zones-enclave", f"{area / 1e6:,.3f} km2"
        )  # fmt: skip
        found.append(_find(code, value, _at(where, x, y)))
    return found


def _find(code: str, value: object, where: object, **words: object) -> Finding:
    return finding("rasters", code, value=value, where=where, **words)


def _at(where: object, x: float, y: float) -> str:
    return f"{where}, near ({x:.6g}, {y:.6g})"


def _known() -> str:
    return ", ".join(sorted(_DRIVERS))


def _starts_right(path: Path, suffix: str) -> bool:
    """Say whether the file begins as its suffix says, so that no other driver claims it."""
    if path.stat().st_size > _LARGEST_FILE:
        return False
    with path.open("rb") as file:
        head = file.read(512)
    starts = _DRIVERS[suffix][1]
    return head.lstrip().startswith(starts) if suffix == ".geojson" else head.startswith(starts)


def _open(
    path: Path, datum: str, layer: str | None
) -> tuple[gpd.GeoDataFrame | None, list[Finding]]:
    """Read the whole layer, if the file is what its suffix says."""
    suffix = path.suffix.lower()
    found: list[Finding] = []
    if suffix not in _DRIVERS:
        found.append(_find("zones-format", suffix or path.name, path, known=_known()))
    elif not _starts_right(path, suffix):
        found.append(_find("zones-content", path.name, path, driver=_DRIVERS[suffix][0]))
    if datum not in DATUMS:
        found.append(_find("zones-datum", datum, path, known=", ".join(DATUMS)))
    if found:
        return None, found
    try:
        if suffix == ".parquet":
            return gpd.read_parquet(path), []
        return _read(path, _DRIVERS[suffix][0], layer)
    except (DataSourceError, DataLayerError, OSError, ValueError) as error:
        return None, [_find("zones-unreadable", error, path)]


def _read(
    path: Path, driver: str, layer: str | None
) -> tuple[gpd.GeoDataFrame | None, list[Finding]]:
    """Read one layer through GDAL, a shapefile in the encoding that its text really has."""
    layers = [str(row[0]) for row in pyogrio.list_layers(path)]
    if layer not in layers and (layer is not None or len(layers) != 1):
        value, known = layer or len(layers), ", ".join(layers)
        return None, [_find("zones-layer", value, path, layers=known)]
    chosen = layer or layers[0]
    # a shapefile without .cpg does not say its encoding: strict UTF-8 hardly passes by chance
    encoding = "utf-8" if path.suffix.lower() == ".shp" and not _has_cpg(path) else None
    try:
        info = pyogrio.read_info(path, layer=chosen, encoding=encoding)
        if info["driver"] != driver:
            return None, [_find("zones-content", info["driver"], path, driver=driver)]
        return pyogrio.read_dataframe(path, layer=chosen, encoding=encoding), []
    except UnicodeDecodeError:
        frame = pyogrio.read_dataframe(path, layer=chosen, encoding="gb18030")
        return frame, [_find("zones-encoding", "GB18030", path)]


def _check_fields(frame: gpd.GeoDataFrame, wanted: tuple[str, ...], path: Path) -> list[Finding]:
    """List what a layer lacks: features, fields."""
    found = [] if len(frame) else [_find("zones-empty", 0, path)]
    present = [str(column) for column in frame.columns if column != frame.geometry.name]
    found += [
        _find("zones-no-field", field, path, fields=", ".join(present))
        for field in dict.fromkeys(wanted)
        if field not in present
    ]
    return found


def _flat_on_wgs84(
    geometry: NDArray[np.object_], datum: str, path: Path
) -> tuple[NDArray[np.object_], list[Finding]]:
    """Drop heights and convert from GCJ-02, and say so."""
    found = []
    raised = shapely.has_z(geometry) | shapely.has_m(geometry)
    if raised.any():
        found.append(_find("zones-3d", int(raised.sum()), path))
        geometry = shapely.force_2d(geometry)
    if datum == "gcj02":
        geometry = shapely.transform(geometry, lambda xy: np.column_stack(gcj02_to_wgs84(*xy.T)))
        found.append(_find("zones-gcj02", datum, path))
    return geometry, found


def _has_cpg(path: Path) -> bool:
    return any(path.with_suffix(suffix).exists() for suffix in (".cpg", ".CPG"))


def _check_datum(crs: pyproj.CRS | None, datum: str, path: Path) -> list[Finding]:
    """List why the CRS of a file does not fit the datum that was declared."""
    if crs is None:
        return [_find("zones-no-crs", "none", path)]
    found = check_crs(horizontal_crs(crs), path)
    if datum == "gcj02" and not crs.is_geographic:
        found.append(_find("zones-gcj02-projected", crs.name, path))
    return found


def _text(column: pd.Series) -> list[str]:
    """Return a field as text; whole numbers without the decimal point that blanks give them."""
    texts = []
    for value in column.tolist():
        if value is None or value != value:  # noqa: PLR0124  # NaN and NaT
            texts.append("")
        elif isinstance(value, float) and value.is_integer():
            texts.append(str(int(value)))
        else:
            texts.append(str(value).strip())
    return texts


def _shape_fault(shape: BaseGeometry | None, crs: pyproj.CRS) -> tuple[str, str] | None:
    """Return the code and value of what is wrong with one geometry, or None."""
    if shape is None or shape.is_empty:
        return "zones-null", "null" if shape is None else "empty"
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        return "zones-not-polygon", shape.geom_type
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        return "zones-range", "not finite"
    left, bottom, right, top = shape.bounds
    limits: Sequence[float] = (180, 90) if crs.is_geographic else (5e7, 5e7)
    if max(abs(left), abs(right)) > limits[0] or max(abs(bottom), abs(top)) > limits[1]:
        return "zones-range", f"{left:g} to {right:g}, {bottom:g} to {top:g}"
    if not shape.is_valid:
        return "zones-invalid", shapely.is_valid_reason(shape)
    return None
