"""Region packs: a province is one folder of data, and its local words live there.

A pack holds ``region.toml`` (names, levels, boundary facts), ``zones.csv`` (codes of all
levels) and two GeoParquet files with the polygons of the finest level. Only that level is
counted: coarser zones are its sums and their outlines its unions, so that no border is kept
twice. What a pack gets wrong is listed at once, because a province is added by people who
see the programme's messages and not its code.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import pandas as pd
import shapely
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rasters.errors import RefusedError
from rasters.findings import finding
from rasters.topology import holes
from rasters.zones import Zones

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rasters.findings import Finding

_PACKS = Path(__file__).parent / "data" / "regions"
_COLUMNS = ("code", "level", "parent", "name_zh", "name_en", "official_area_ha")
_COLUMNS += ("official_area_source",)
_ENCLAVE_TOLERANCE = 0.02  # of the area stated: it is printed with three digits
_CODE = re.compile(r"\d{6}")  # GB/T 2260


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

    zones: str
    display: str
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


class _Pack(_Part):
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A region, or the part of one that a run was restricted to."""

    id: str
    code: str
    """Code of the whole region, GB/T 2260."""
    name_en: str
    name_zh: str
    levels: tuple[Level, ...]
    """Coarse to fine; a restriction drops the levels above the zones it names."""
    zones: pd.DataFrame
    """One row per zone: code, level, parent, name_zh, name_en, official_area_ha (ha, NaN where
    none is published), official_area_source; by level, then code."""
    coefficients: tuple[str, ...]
    """Ids of the default coefficient tables."""
    boundary: Boundary
    enclaves: tuple[Enclave, ...]
    assessment: Assessment
    folder: Path

    @property
    def finest(self) -> Level:
        """The level whose polygons are counted."""
        return self.levels[-1]

    def level(self, level_id: str) -> Level:
        """Return the level ``level_id``.

        Raises
        ------
        RefusedError
            With ``region-level-unavailable``, naming the levels there are.

        """
        found = next((level for level in self.levels if level.id == level_id), None)
        if found is None:
            known = ", ".join(level.id for level in self.levels)
            raise RefusedError(
                [_finding("region-level-unavailable", level_id, self.id, known=known)]
            )
        return found

    def ancestors(self) -> pd.DataFrame:
        """Return which zone of every level holds each finest zone.

        Returns
        -------
        DataFrame
            Indexed by the code of the finest zone, ascending; one column of codes per level
            id, coarse to fine, the last being the zone itself.

        """
        parent = dict(zip(self.zones["code"], self.zones["parent"], strict=True))
        codes = sorted(self.zones.loc[self.zones["level"] == self.finest.id, "code"])
        columns = {self.finest.id: codes}
        for level in reversed(self.levels[:-1]):
            codes = [parent[code] for code in codes]
            columns[level.id] = codes
        ordered = {level.id: columns[level.id] for level in self.levels}
        return pd.DataFrame(ordered, index=pd.Index(columns[self.finest.id], name="code"))

    def restrict(self, codes: Sequence[str]) -> Region:
        """Return the region with only the zones ``codes`` and what they hold.

        Levels above those zones go, since their sums would be parts taken for wholes.

        Raises
        ------
        RefusedError
            With ``region-zone-unknown`` for every code the region lacks, and
            ``region-zones-mixed`` where the codes are of several levels.

        """
        level_of = dict(zip(self.zones["code"], self.zones["level"], strict=True))
        faults = [
            _finding("region-zone-unknown", code, self.id, known=self._known_codes())
            for code in codes
            if code not in level_of
        ]
        named = sorted({level_of[code] for code in codes if code in level_of})
        if len(named) > 1:
            faults.append(_finding("region-zones-mixed", ", ".join(named), self.id))
        if faults or not codes:
            raise RefusedError(faults or [_finding("region-zones-empty", "[]", self.id)])
        top = [level.id for level in self.levels].index(named[0])
        kept = set(codes)
        for level in self.levels[top + 1 :]:
            of_level = self.zones["level"] == level.id
            kept |= set(self.zones.loc[of_level & self.zones["parent"].isin(kept), "code"])
        zones = self.zones[self.zones["code"].isin(kept)].reset_index(drop=True)
        return replace(self, levels=self.levels[top:], zones=zones)

    def finest_zones(self) -> Zones:
        """Read the polygons that are counted: the finest level, in code order."""
        frame = self._polygons(self.boundary.zones)
        names = dict(zip(self.zones["code"], self.zones["name_zh"], strict=True))
        return Zones(
            codes=tuple(frame["code"]),
            names=tuple(names[code] for code in frame["code"]),
            geometry=frame.geometry.to_numpy(),
            crs=frame.crs,
        )

    def display(self, level_id: str) -> gpd.GeoDataFrame:
        """Read the outlines of one level for drawing, never for measuring.

        Returns
        -------
        GeoDataFrame
            code, name_zh, name_en and geometry in longitude and latitude, in code order.

        """
        level = self.level(level_id)
        frame = self._polygons(self.boundary.display)
        groups = frame.geometry.groupby(
            self.ancestors()[level.id].reindex(frame["code"]).to_numpy()
        )
        outlines = {code: shapely.coverage_union_all(group.to_numpy()) for code, group in groups}
        table = self.zones[self.zones["level"] == level.id].sort_values("code")
        return gpd.GeoDataFrame(
            table[["code", "name_zh", "name_en"]].reset_index(drop=True),
            geometry=[outlines[code] for code in table["code"]],
            crs=frame.crs,
        )

    def _polygons(self, name: str) -> gpd.GeoDataFrame:
        """Return code and geometry of the finest zones of this region, in code order."""
        frame = _read_polygons(self.folder / name)
        frame = frame[frame["code"].isin(set(self.zones["code"]))]
        return frame.sort_values("code").reset_index(drop=True)

    def _known_codes(self) -> str:
        """Return the codes and names that a message can show: the coarser levels, if any."""
        shown = self.zones[self.zones["level"] != self.finest.id]
        shown = shown if len(shown) > 1 else self.zones
        return ", ".join(f"{z.code} {z.name_zh}" for z in shown.itertuples())


def region_ids() -> tuple[str, ...]:
    """Return the ids of the packaged regions, sorted.

    >>> region_ids()
    ('inner_mongolia', 'ningxia')
    """
    return tuple(sorted(path.parent.name for path in _PACKS.glob("*/region.toml")))


def load_region(region: str | Path) -> Region:
    """Load a packaged region by its id, or the pack in a folder.

    Parameters
    ----------
    region
        An id of :func:`region_ids`, or the path of a folder that holds region.toml.

    Raises
    ------
    RefusedError
        With every finding about the pack, or with ``region-unknown``.

    """
    known = region_ids()
    folder = _PACKS / region if isinstance(region, str) and region in known else Path(region)
    if not (folder / "region.toml").is_file():
        raise RefusedError([_finding("region-unknown", region, "region", known=", ".join(known))])
    loaded, faults = check_region(folder)
    if loaded is None:
        raise RefusedError(faults)
    return loaded


def check_region(folder: Path) -> tuple[Region | None, list[Finding]]:
    """Read the pack in ``folder`` and list everything that is wrong with it.

    Returns
    -------
    tuple
        The region, or None where it is refused, and the findings about the pack.

    """
    try:
        raw = tomllib.loads((folder / "region.toml").read_text(encoding="utf-8"))
        pack = _Pack.model_validate(raw)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return None, [_finding("region-toml", error, "region.toml")]
    except ValidationError as error:
        faults = error.errors(include_url=False)
        return None, [
            _finding("region-key", ".".join(map(str, f["loc"])), "region.toml", reason=f["msg"])
            for f in faults
        ]
    zones, faults = _read_zones(folder / "zones.csv")
    if zones is None:
        return None, faults
    faults = [*_check_zones(zones, pack), *_check_polygons(folder, zones, pack)]
    if faults:
        return None, faults
    zones["official_area_ha"] = pd.to_numeric(zones["official_area_ha"], errors="coerce")
    rank = {level.id: order for order, level in enumerate(pack.levels)}
    order = zones.assign(rank=zones["level"].map(rank)).sort_values(["rank", "code"]).index
    fields = {name: getattr(pack, name) for name in _Pack.model_fields}
    return Region(zones=zones.loc[order].reset_index(drop=True), folder=folder, **fields), []


def _read_zones(path: Path) -> tuple[pd.DataFrame | None, list[Finding]]:
    """Return zones.csv as text columns."""
    try:
        zones = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except (OSError, ValueError) as error:
        return None, [_finding("region-zones-unreadable", error, path.name)]
    missing = [name for name in _COLUMNS if name not in zones.columns]
    if missing:
        return None, [_finding("region-zones-column", ", ".join(missing), path.name)]
    return zones[list(_COLUMNS)], []


def _check_zones(zones: pd.DataFrame, pack: _Pack) -> Iterator[Finding]:
    """Find faults of codes, levels, parents and official areas."""
    where = "zones.csv"
    levels = [level.id for level in pack.levels]
    for code in zones["code"]:
        if not _CODE.fullmatch(code):
            yield _finding("region-code-form", code, where)
    for code in sorted(set(zones.loc[zones["code"].duplicated(), "code"])):
        yield _finding("region-code-duplicate", code, where)
    for level in sorted(set(zones["level"]) - set(levels)):
        yield _finding("region-level-undeclared", level, where, known=", ".join(levels))
    for level in levels:
        if level not in set(zones["level"]):
            yield _finding("region-level-empty", level, where)
    if pack.assessment.level not in levels:
        yield _finding("region-level-undeclared", pack.assessment.level, "region.toml: assessment",
                       known=", ".join(levels))  # fmt: skip
    tops = zones[zones["level"] == levels[0]]
    if list(tops["code"]) != [pack.code] or list(tops["parent"]) != [""]:
        yield _finding("region-top", ", ".join(tops["code"]), where, code=pack.code)
    for upper, lower in pairwise(levels):
        above = set(zones.loc[zones["level"] == upper, "code"])
        below = zones[zones["level"] == lower]
        for zone in below[~below["parent"].isin(above)].itertuples():
            yield _finding("region-orphan", zone.code, where, parent=zone.parent, level=upper)
        for code in sorted(above - set(below["parent"])):
            yield _finding("region-childless", code, where, level=lower)
    for zone in zones[zones["official_area_ha"] != ""].itertuples():
        area = pd.to_numeric(str(zone.official_area_ha), errors="coerce")
        if not area > 0 or not zone.official_area_source:
            yield _finding("region-official-area", zone.official_area_ha, f"{where}: {zone.code}")


def _check_polygons(folder: Path, zones: pd.DataFrame, pack: _Pack) -> Iterator[Finding]:
    """Find zones without a polygon, polygons without a zone, and overlaps."""
    finest = set(zones.loc[zones["level"] == pack.levels[-1].id, "code"])
    for name in (pack.boundary.zones, pack.boundary.display):
        try:
            frame = _read_polygons(folder / name)
        except (OSError, ValueError, KeyError) as error:
            yield _finding("region-polygons-unreadable", error, name)
            continue
        codes = list(frame["code"])
        for code in sorted(finest - set(codes)):
            yield _finding("region-zone-without-polygon", code, name)
        for code in sorted(set(codes) - finest):
            yield _finding("region-polygon-without-zone", code, name)
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            yield _finding("region-code-duplicate", code, name)
        shapes = frame.geometry.to_numpy()
        faulty = shapely.is_missing(shapes) | ~shapely.is_valid(shapes)
        for code in frame.loc[faulty, "code"]:
            yield _finding("region-polygon-invalid", code, name)
        # A zone whose edge is not its neighbour's, vertex for vertex, overlaps it or leaves a gap.
        edges = shapely.coverage_invalid_edges(shapes[~faulty])
        overlapping = list(frame.loc[~faulty, "code"][~shapely.is_empty(edges)])
        for code in overlapping:
            yield _finding("region-overlap", code, name)
        if name == pack.boundary.zones and not overlapping and not faulty.any():
            yield from _check_holes(frame, pack)


def _check_holes(frame: gpd.GeoDataFrame, pack: _Pack) -> Iterator[Finding]:
    """Find holes that region.toml does not name, and enclaves that are no holes."""
    found = holes(frame.geometry.to_numpy(), frame.crs)
    unseen = list(pack.enclaves)
    for _, area, (lon, lat) in found:
        named = next((e for e in unseen if _is_at(e, lon, lat, area / 1e6)), None)
        if named is None:
            where = f"{pack.boundary.zones}, near ({lon:.6g}, {lat:.6g})"
            yield _finding("region-hole", f"{area / 1e6:,.3f} km2", where)
        else:
            unseen.remove(named)
    for enclave in unseen:
        yield _finding("region-enclave", enclave.name_zh, "region.toml: enclaves")


def _is_at(enclave: Enclave, lon: float, lat: float, area_km2: float) -> bool:
    """Say whether a hole is the enclave: about as large, and no farther off than it is wide."""
    width = max(0.01, area_km2**0.5 / 100)  # degrees; 100 km to a degree is near enough here
    near = max(abs(enclave.lon - lon), abs(enclave.lat - lat)) < width
    return near and abs(area_km2 / enclave.area_km2 - 1) < _ENCLAVE_TOLERANCE


def _read_polygons(path: Path) -> gpd.GeoDataFrame:
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
        raise ValueError(f"the polygons must be in longitude and latitude, got {frame.crs}")
    return frame[["code", "geometry"]]


def _finding(code: str, value: object, where: object, **words: object) -> Finding:
    """Return a finding of this package."""
    return finding("sinks", code, value=value, where=where, **words)
