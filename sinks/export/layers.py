"""Layers of a GeoPackage with headings and styles, written so that the bytes repeat.

Columns keep their English names, which scripts use, and carry headings beside (extension
``gpkg_schema``), which people see. Styles stand in the table ``layer_styles``, whose default
QGIS applies when the layer is opened.

Source: OGC GeoPackage Encoding Standard 1.2.1, annex F.9 (schema); table ``layer_styles`` as
the QGIS data provider for OGR sources creates it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sinks.errors import ResultError

from .marks import Marks, marks_qml
from .style import graduated_qml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from .style import Style

__all__ = ["Layer", "write_layers"]

_FIXED_TIME = "1980-01-01T00:00:00.000Z"  # the manifest holds the time of the run
_SCHEMA = "http://www.geopackage.org/spec121/#extension_schema"
_TABLES = """
CREATE TABLE gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT,
  description TEXT, mime_type TEXT, constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT,
  min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN,
  description TEXT, CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
CREATE TABLE IF NOT EXISTS gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
  f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
  styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
  owner TEXT(30), ui TEXT(30), update_time DATETIME);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer of the file."""

    name: str
    """Name of the table: letters, digits and underscores."""
    title: str
    """Name for people; unique in the file."""
    frame: gpd.GeoDataFrame
    """Columns and geometry, with a CRS."""
    aliases: Mapping[str, str]
    """Heading by column, in the order of the columns."""
    styles: tuple[Style | Marks, ...] = ()
    """Ways of colouring it; the first is the default."""


def write_layers(path: Path, layers: Sequence[Layer]) -> None:
    """Write a GeoPackage; the same layers give the same bytes.

    Raises
    ------
    ResultError
        If the file exists, two layers share a name, or a layer has no CRS.

    """
    names = [layer.name for layer in layers]
    if len(set(names)) < len(names):
        raise ResultError(f"two layers share a name: {names}")
    if path.exists():
        raise ResultError(f"{path} exists; its old layers would stay beside the new ones")
    for layer in layers:
        if layer.frame.crs is None:
            raise ResultError(f"the layer {layer.name} has no CRS")
        layer.frame.to_file(path, layer=layer.name, driver="GPKG", engine="pyogrio", index=False)
    with closing(sqlite3.connect(path)) as database:
        database.executescript(_TABLES)
        _register(database, layers)
        database.commit()
        database.execute("VACUUM")  # freed pages would carry the history of the file


def _register(database: sqlite3.Connection, layers: Sequence[Layer]) -> None:
    """Fill the tables beside the layers, and fix the times."""
    columns = dict(database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
    database.executemany(
        "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_schema', ?, 'read-write')",
        [("gpkg_data_columns", _SCHEMA), ("gpkg_data_column_constraints", _SCHEMA)],
    )
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier) "
        "VALUES ('layer_styles', 'attributes', 'layer_styles')"
    )
    for layer in layers:
        database.execute(
            "UPDATE gpkg_contents SET identifier = ? WHERE table_name = ?",
            (layer.title, layer.name),
        )
        database.executemany(
            "INSERT INTO gpkg_data_columns (table_name, column_name, title) VALUES (?, ?, ?)",
            [(layer.name, column, heading) for column, heading in layer.aliases.items()],
        )
        database.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
            "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, "
            "update_time) VALUES ('', '', ?, ?, ?, ?, '', ?, ?, '', ?)",
            [
                (
                    layer.name,
                    columns[layer.name],
                    style.name,
                    _qml(style, layer),
                    i == 0,
                    style.name,
                    _FIXED_TIME,
                )
                for i, style in enumerate(layer.styles)
            ],
        )
    database.execute("UPDATE gpkg_contents SET last_change = ?", (_FIXED_TIME,))


def _qml(style: Style | Marks, layer: Layer) -> str:
    """Return the QML of a style as it draws the geometry of its layer."""
    if isinstance(style, Marks):
        kinds = set(layer.frame.geometry.dropna().geom_type)
        return marks_qml(style, layer.aliases, points=kinds <= {"Point", "MultiPoint"})
    return graduated_qml(style, layer.aliases)
