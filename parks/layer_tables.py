"""Map layers (GeoPackage, GeoJSON) to raw tables, one row per feature.

Coordinates are longitude and latitude on WGS 84 or CGCS2000 and are never reprojected. GeoJSON is
parsed as JSON, so that the facts of a park can stand with it and no driver guesses; a GeoPackage
is opened by its content, and its layers without geometry are tables like any other.

Source: RFC 7946 (GeoJSON); OGC GeoPackage 1.2.1; EPSG 4326 and 4490.
"""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.geometry import shape

from rasters.findings import finding

from .raw_table import CellKind, RawCell, RawRow, RawTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from rasters.findings import Finding

__all__ = ["read_geojson", "read_geopackage"]

_LARGEST_FILE = 50_000_000  # bytes; 1,000 parks of 1,000 vertices have 40 million as GeoJSON
_HEAD = 72  # bytes of an SQLite header up to the application id, GP10, GP11 or GPKG
_MOST_LAYERS = 20
_DEGREES = {"EPSG:4326": "wgs84", "EPSG:4490": "cgcs2000"}
_NAMES = ("CRS84", "EPSG::4326", "EPSG:4326", "EPSG::4490", "EPSG:4490")


def read_geopackage(path: Path) -> tuple[list[RawTable], list[Finding]]:
    """Read every layer of a GeoPackage.

    Returns
    -------
    tables, findings
        Layers without geometry are tables too; refused layers are left out.

    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
        marked = head.startswith(b"SQLite format 3\x00") and head[-4:-2] == b"GP"
        if not marked or path.stat().st_size > _LARGEST_FILE:
            return [], [_find("parks-file-content", path.name, path, format="GeoPackage")]
    tables: list[RawTable] = []
    found: list[Finding] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what GDAL merely remarks on is settled below
            found += _read_layers(path, tables)
    except (DataSourceError, DataLayerError, OSError, ValueError) as error:
        return [], [_find("parks-file-unreadable", error, path.name)]
    return tables, found


def read_geojson(path: Path) -> tuple[list[RawTable], list[Finding]]:
    """Read a feature collection; ``facts`` in the properties are rows of a second table.

    Returns
    -------
    tables, findings
        The features, and their facts where there are any.

    """
    if path.stat().st_size > _LARGEST_FILE:
        words = {"limit": _LARGEST_FILE}
        return [], [_find("parks-file-large", path.stat().st_size, path.name, **words)]
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_refuse_constant)
        features = content["features"]
        crs = content.get("crs")
        name = "" if crs is None else str(crs["properties"]["name"])
        if name and not name.endswith(_NAMES):
            return [], [_find("parks-layer-crs", name, path.name)]
        rows = [_feature(f, number, path.name) for number, f in enumerate(features, 1)]
        facts = _facts(features, path.name)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OSError,
            shapely.errors.ShapelyError) as error:  # fmt: skip
        reason = f"{type(error).__name__}: {error}"
        return [], [_find("parks-file-unreadable", reason, path.name)]
    # A collection without features is a registry without parks.
    tables = [RawTable(name=path.name, rows=_with_headings(rows, path.name))] if rows else []
    if facts:
        name = f"{path.name}, facts"
        tables.append(RawTable(name=name, rows=_with_headings(facts, name)))
    return tables, []


def _read_layers(path: Path, tables: list[RawTable]) -> list[Finding]:
    """Add the layers of a GeoPackage to the tables; list those that are refused."""
    found: list[Finding] = []
    names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    for name in names[:_MOST_LAYERS]:
        if name == "layer_styles":
            continue
        meta, frame = _layer(path, name)
        crs = str(meta["crs"])
        where = f"{path.name}, {name}"
        if meta["geometry_type"] is not None and crs not in _DEGREES:
            found.append(_find("parks-layer-crs", crs, where))
            continue
        if _DEGREES.get(crs, "wgs84") != "wgs84":
            found.append(_find("parks-datum-cgcs2000", crs, where))
        tables.append(_table(name, frame))
    return found


def _find(code: str, value: object, where: object, **words: object) -> Finding:
    return finding("parks", code, value=value, where=where, **words)


def _refuse_constant(text: str) -> float:
    """Refuse NaN and Infinity, which are no JSON."""
    raise ValueError(f"{text} is no number of JSON")


_Row = tuple[int, str, "Mapping[str, object]", "BaseGeometry | None"]
"""Number, place, properties and geometry of a feature."""


def _feature(feature: Mapping[str, object], number: int, file: str) -> _Row:
    """Return one feature of a collection."""
    written = feature["geometry"]
    geometry = None if written is None else shape(written)  # type: ignore[arg-type]
    properties = feature["properties"] or {}
    if not isinstance(properties, dict):
        raise TypeError(f"feature {number} has no properties")
    plain = {key: value for key, value in properties.items() if key != "facts"}
    return number, f"{file}, feature {number}", plain, geometry


def _facts(features: Iterable[Mapping[str, object]], file: str) -> list[_Row]:
    """Return the facts of all features, each with the park it stands with."""
    rows: list[_Row] = []
    for number, feature in enumerate(features, 1):
        properties = feature["properties"]
        if not isinstance(properties, dict):
            continue
        for order, fact in enumerate(properties.get("facts") or [], 1):
            where = f"{file}, feature {number}, fact {order}"
            park = properties.get("park_id")
            rows.append((len(rows) + 1, where, {"park_id": park, **fact}, None))
    return rows


def _with_headings(
    features: Iterable[_Row], file: str, headings: Iterable[str] = ()
) -> tuple[RawRow, ...]:
    """Return a row of headings, number 0, and one row per feature."""
    features = list(features)
    seen = (name for _, _, properties, _ in features for name in properties)
    names = list(dict.fromkeys((*headings, *seen)))
    places = {name: place for place, name in enumerate(names, 1)}
    heads = {
        place: RawCell(value=name, kind=CellKind.TEXT, where=f"{file}, {name}")
        for name, place in places.items()
    }
    rows = [RawRow(number=0, where=file, cells=heads)] if heads else []
    for number, where, properties, geometry in features:
        cells = {
            places[name]: cell
            for name, value in properties.items()
            if (cell := _cell(value, f"{where}, {name}")) is not None
        }
        if cells or geometry is not None:
            rows.append(RawRow(number=number, where=where, cells=cells, geometry=geometry))
    return tuple(rows)


def _cell(value: object, where: str) -> RawCell | None:
    """Return a property as a cell, None where it is blank."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, bool):
        return RawCell(value=value, kind=CellKind.BOOLEAN, where=where)
    if isinstance(value, int | float | np.number):
        number = value.item() if isinstance(value, np.number) else value
        return RawCell(value=number, kind=CellKind.NUMBER, where=where)
    if isinstance(value, pd.Timestamp):
        return RawCell(value=value.date(), kind=CellKind.DATE, where=where)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return RawCell(value=text, kind=CellKind.TEXT, where=where) if text.strip() else None


def _layer(path: Path, name: str) -> tuple[Mapping[str, object], pd.DataFrame]:
    """Return what a layer says of itself, and its rows."""
    meta = pyogrio.read_info(path, layer=name)
    if meta["driver"] != "GPKG":
        raise ValueError(f"the file is a {meta['driver']}")
    return meta, pyogrio.read_dataframe(path, layer=name)


def _table(name: str, frame: pd.DataFrame) -> RawTable:
    """Return a layer as a table."""
    shapes = frame["geometry"].tolist() if "geometry" in frame else [None] * len(frame)
    columns = [str(column) for column in frame.columns if column != "geometry"]
    rows: list[_Row] = [
        (number, f"{name}, feature {number}", {c: record[c] for c in columns}, geometry)
        for number, (record, geometry) in enumerate(
            zip(frame[columns].to_dict("records"), shapes, strict=True), 1
        )
    ]
    return RawTable(name=name, rows=_with_headings(rows, name, columns))
