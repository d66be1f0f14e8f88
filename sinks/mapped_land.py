"""The mapped land of a results folder: its activity table, ecosystems and zones.

A sample that comes after the run is judged by the very areas that the run counted, whether or
not the run adjusted them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rasters import read_activity

from .categories import Ecosystem
from .errors import ResultError
from .prepare import region_tree
from .regions import load_region
from .stocks import UNCLASSIFIED
from .zone_tree import ZoneTree

if TYPE_CHECKING:
    import pandas as pd

    from .results import Results

_CROSSTAB = "crosstab.parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedLand:
    """What a run counted."""

    activity: pd.DataFrame
    """The activity table, areas as mapped."""
    ecosystems: Mapping[str, Ecosystem]
    """Ecosystem of each class code with area."""
    tree: ZoneTree
    """The zones of the run."""

    def pairs(self) -> list[tuple[int, int]]:
        """Return the pairs of years that the run compared, ascending."""
        compared = self.activity[self.activity["year1"].notna()]
        pairs = set(zip(compared["year0"], compared["year1"], strict=True))
        return sorted((int(year0), int(year1)) for year0, year1 in pairs)


def mapped_land(results: Results) -> MappedLand:
    """Return the mapped land of a results folder.

    Raises
    ------
    ResultError
        If the folder lacks its activity table, or names no ecosystem of a class.

    """
    path = results.folder / _CROSSTAB
    try:
        activity = read_activity(path)
    except OSError as error:
        raise ResultError(f"{_CROSSTAB} of {results.folder} cannot be read: {error}") from error
    areas = results.tables["areas"]
    known = areas[areas["ecosystem"].notna() & areas["ecosystem"].ne("")]
    ecosystems = {
        str(code): Ecosystem(str(ecosystem))
        for code, ecosystem in zip(known["code"], known["ecosystem"], strict=True)
    }
    codes = {*activity["code0"], *activity["code1"].dropna()} - {*UNCLASSIFIED}
    if codes - set(ecosystems):
        lost = ", ".join(sorted(codes - set(ecosystems)))
        raise ResultError(f"areas.csv of {results.folder} has no ecosystem of the classes {lost}")
    return MappedLand(activity=activity, ecosystems=ecosystems, tree=_tree(results))


def _tree(results: Results) -> ZoneTree:
    """Return the zones of a run: of its packaged region, or its own with their total."""
    config = results.manifest.parameters.get("config")
    section = config.get("inventory") if isinstance(config, Mapping) else None
    if not isinstance(section, Mapping):
        raise ResultError(f"the manifest of {results.folder} lacks the inventory section")
    if section.get("region") is not None:
        region = load_region(str(section["region"]))
        zones = section.get("zones")
        if isinstance(zones, list) and zones:
            region = region.restrict([str(zone) for zone in zones])
        return region_tree(region, results.levels[-1])
    stocks = results.tables["stocks"]
    own = sorted(set(stocks.loc[stocks["level"].eq(results.levels[-1]), "zone_code"]))
    ancestors = {results.levels[-1]: {code: code for code in own}}
    if len(results.levels) > 1:
        whole = stocks.loc[stocks["level"].eq(results.levels[0]), "zone_code"].iloc[0]
        ancestors[results.levels[0]] = dict.fromkeys(own, str(whole))
    names = dict(zip(stocks["zone_code"], stocks["zone_name"], strict=True))
    return ZoneTree(levels=results.levels, ancestors=ancestors, names=names)
