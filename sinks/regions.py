"""Regions: the zones of a province, level by level, read from its pack.

Only the finest level is counted: coarser zones are its sums and their outlines its unions, so
that no border is kept twice. A province is one folder; its local words (盟市, 旗县, 地级市)
live there and nowhere in the code.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely
from pydantic import ValidationError

from rasters.errors import RefusedError
from rasters.zones import Zones

from .region_pack import (
    Assessment,
    Boundary,
    Enclave,
    Level,
    Pack,
    check_polygons,
    check_table,
    pack_finding,
    read_polygons,
    read_zones,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rasters.findings import Finding

__all__ = [
    "Assessment",
    "Boundary",
    "Enclave",
    "Level",
    "Region",
    "check_region",
    "load_region",
    "region_ids",
]

_PACKS = Path(__file__).parent / "data" / "regions"


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
                [pack_finding("region-level-unavailable", level_id, self.id, known=known)]
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
            pack_finding("region-zone-unknown", code, self.id, known=self._known_codes())
            for code in codes
            if code not in level_of
        ]
        named = sorted({level_of[code] for code in codes if code in level_of})
        if len(named) > 1:
            faults.append(pack_finding("region-zones-mixed", ", ".join(named), self.id))
        if faults or not codes:
            raise RefusedError(faults or [pack_finding("region-zones-empty", "[]", self.id)])
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
        frame = read_polygons(self.folder / name)
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
        raise RefusedError(
            [pack_finding("region-unknown", region, "region", known=", ".join(known))]
        )
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
        pack = Pack.model_validate(raw)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return None, [pack_finding("region-toml", error, "region.toml")]
    except ValidationError as error:
        return None, [
            pack_finding(
                "region-key", ".".join(map(str, fault["loc"])), "region.toml", reason=fault["msg"]
            )
            for fault in error.errors(include_url=False)
        ]
    zones, faults = read_zones(folder / "zones.csv")
    if zones is None:
        return None, faults
    faults = [*check_table(zones, pack), *check_polygons(folder, zones, pack)]
    if faults:
        return None, faults
    zones["official_area_ha"] = pd.to_numeric(zones["official_area_ha"], errors="coerce")
    rank = {level.id: order for order, level in enumerate(pack.levels)}
    order = zones.assign(rank=zones["level"].map(rank)).sort_values(["rank", "code"]).index
    fields = {name: getattr(pack, name) for name in Pack.model_fields}
    return Region(zones=zones.loc[order].reset_index(drop=True), folder=folder, **fields), []
