"""The files of a region pack: their schema, and everything that can be wrong with them.

A pack holds ``region.toml`` (names, levels, boundary facts), ``zones.csv`` (codes of all
levels) and two GeoParquet files with the polygons of the finest level. All faults are listed
at once, because a province is added by people who see the programme's messages, not its code.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pydantic import BaseModel, ConfigDict, Field

from rasters.findings import finding
from rasters.topology import holes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rasters.findings import Finding

_COLUMNS = ("code", "level", "parent", "name_zh", "name_en", "official_area_ha",
            "official_area_source")  # fmt: skip
_ENCLAVE_TOLERANCE = 0.02  # of the area stated: it is printed with three digits
_CODE = r"[0-9]{6}"  # GB/T 2260
_FILE = r"^[A-Za-z0-9_]+\.parquet$"  # beside region.toml, never elsewhere
_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


class _Part(BaseModel):
    """A table of region.toml; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Level(_Part):
    """One administrative level of a region."""

    id: str = Field(pattern=r"^[a-z][a-z_]*$")
    """Word of ``inventory.level``, such as league."""
    name_en: str
    name_zh: str
    tier_en: str
    """Place in the administrative hierarchy, for headings and maps."""
    tier_zh: str


class Boundary(_Part):
    """Where the polygons come from, and what is to be said beside their areas."""

    zones: str = Field(pattern=_FILE)
    display: str = Field(pattern=_FILE)
    datum: Literal["wgs84", "cgcs2000"]
    """Datum of the stored polygons; GCJ-02 is converted before a pack is written."""
    delivered_datum: str
    vintage: str
    vintage_note_en: str = ""
    vintage_note_zh: str = ""
    source: str
    licence: str
    map_approval: str = ""
    """审图号 of the polygons; blank where they carry none."""
    area_note_en: str = ""
    area_note_zh: str = ""


class Enclave(_Part):
    """Land inside the outline of a region that belongs to none of its zones."""

    name_en: str
    name_zh: str
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    area_km2: float = Field(gt=0)
    confidence: Literal["verified", "derived", "second-hand", "unverified"]
    note_en: str = ""
    note_zh: str = ""


class Assessment(_Part):
    """Whether, and at which level, the packaged assessment rules apply."""

    enabled: bool
    level: str


class Pack(_Part):
    """The whole of region.toml."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    code: str
    name_en: str
    name_zh: str
    coefficients: tuple[str, ...]
    levels: tuple[Level, ...] = Field(min_length=1)
    boundary: Boundary
    enclaves: tuple[Enclave, ...] = ()
    assessment: Assessment


def read_zones(path: Path) -> tuple[pd.DataFrame | None, list[Finding]]:
    """Return zones.csv as text columns."""
    try:
        zones = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except (OSError, ValueError) as error:
        return None, [pack_finding("region-zones-unreadable", error, path.name)]
    missing = [name for name in _COLUMNS if name not in zones.columns]
    if missing:
        return None, [pack_finding("region-zones-column", ", ".join(missing), path.name)]
    return zones[list(_COLUMNS)], []


def check_table(zones: pd.DataFrame, pack: Pack) -> Iterator[Finding]:
    """Find faults of codes, levels and official areas, then of parents."""
    where = "zones.csv"
    levels = [level.id for level in pack.levels]
    known = ", ".join(levels)
    for code in zones.loc[~zones["code"].str.fullmatch(_CODE), "code"]:
        yield pack_finding("region-code-form", code, where)
    for code in sorted(set(zones.loc[zones["code"].duplicated(), "code"])):
        yield pack_finding("region-code-duplicate", code, where)
    for level in sorted(set(zones["level"]) - set(levels)):
        yield pack_finding("region-level-undeclared", level, where, known=known)
    for level in sorted(set(levels) - set(zones["level"])):
        yield pack_finding("region-level-empty", level, where)
    if pack.assessment.level not in levels:
        place = "region.toml: assessment"
        yield pack_finding("region-level-undeclared", pack.assessment.level, place, known=known)
    for zone in zones[zones["official_area_ha"] != ""].itertuples():
        area = pd.to_numeric(str(zone.official_area_ha), errors="coerce")
        if not area > 0 or not zone.official_area_source:
            yield pack_finding(
                "region-official-area", zone.official_area_ha, f"{where}: {zone.code}"
            )
    yield from _check_parents(zones, pack)


def _check_parents(zones: pd.DataFrame, pack: Pack) -> Iterator[Finding]:
    """Find zones that hang from nothing, or hold nothing."""
    where = "zones.csv"
    levels = [level.id for level in pack.levels]
    tops = zones[zones["level"] == levels[0]]
    if list(tops["code"]) != [pack.code] or list(tops["parent"]) != [""]:
        yield pack_finding("region-top", ", ".join(tops["code"]), where, own=pack.code)
    for upper, lower in pairwise(levels):
        above = set(zones.loc[zones["level"] == upper, "code"])
        below = zones[zones["level"] == lower]
        for zone in below[~below["parent"].isin(above)].itertuples():
            yield pack_finding("region-orphan", zone.code, where, parent=zone.parent, level=upper)
        for code in sorted(above - set(below["parent"])):
            yield pack_finding("region-childless", code, where, level=lower)


def check_polygons(folder: Path, zones: pd.DataFrame, pack: Pack) -> Iterator[Finding]:
    """Find zones without a polygon, polygons without a zone, and overlaps."""
    finest = set(zones.loc[zones["level"] == pack.levels[-1].id, "code"])
    for name in (pack.boundary.zones, pack.boundary.display):
        try:
            frame = read_polygons(folder / name)
        except (OSError, ValueError, KeyError) as error:
            yield pack_finding("region-polygons-unreadable", error, name)
            continue
        codes = list(frame["code"])
        for code in sorted(finest - set(codes)):
            yield pack_finding("region-zone-without-polygon", code, name)
        for code in sorted(set(codes) - finest):
            yield pack_finding("region-polygon-without-zone", code, name)
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            yield pack_finding("region-code-duplicate", code, name)
        shapes = frame.geometry.to_numpy()
        areal = np.isin(shapely.get_type_id(shapes), _POLYGONS)
        faulty = ~areal | shapely.is_empty(shapes) | ~shapely.is_valid(shapes)
        for code in frame.loc[faulty, "code"]:
            yield pack_finding("region-polygon-invalid", code, name)
        # A zone whose edge is not its neighbour's, vertex for vertex, overlaps it or leaves a gap.
        edges = shapely.coverage_invalid_edges(shapes[~faulty])
        overlapping = list(frame.loc[~faulty, "code"][~shapely.is_empty(edges)])
        for code in overlapping:
            yield pack_finding("region-overlap", code, name)
        if name == pack.boundary.zones and not overlapping and not faulty.any():
            yield from _check_holes(frame, pack)


def _check_holes(frame: gpd.GeoDataFrame, pack: Pack) -> Iterator[Finding]:
    """Find holes that region.toml does not name, and enclaves that are no holes."""
    found = holes(frame.geometry.to_numpy(), frame.crs)
    unseen = list(pack.enclaves)
    for _, area, (lon, lat) in found:
        named = next((e for e in unseen if _is_at(e, lon, lat, area / 1e6)), None)
        if named is None:
            where = f"{pack.boundary.zones}, near ({lon:.6g}, {lat:.6g})"
            yield pack_finding("region-hole", f"{area / 1e6:,.3f} km2", where)
        else:
            unseen.remove(named)
    for enclave in unseen:
        yield pack_finding("region-enclave", enclave.name_zh, "region.toml: enclaves")


def _is_at(enclave: Enclave, lon: float, lat: float, area_km2: float) -> bool:
    """Say whether a hole is the enclave: about as large, and no farther off than it is wide."""
    width = max(0.01, area_km2**0.5 / 100)  # degrees; 100 km to a degree is near enough here
    near = max(abs(enclave.lon - lon), abs(enclave.lat - lat)) < width
    return near and abs(area_km2 / enclave.area_km2 - 1) < _ENCLAVE_TOLERANCE


def read_polygons(path: Path) -> gpd.GeoDataFrame:
    """Return code and geometry of a GeoParquet file.

    Raises
    ------
    OSError, ValueError
        If it is absent, not GeoParquet, or not in longitude and latitude.
    KeyError
        If it has no column ``code``.

    """
    frame = gpd.read_parquet(path)
    if frame.crs is None or not frame.crs.is_geographic:
        found = frame.crs.name if frame.crs is not None else "no CRS"
        raise ValueError(f"the polygons must be in longitude and latitude, got {found}")
    return frame[["code", "geometry"]]


def pack_finding(code: str, value: object, where: object, **words: object) -> Finding:
    """Return a finding of this package."""
    return finding("sinks", code, value=value, where=where, **words)
