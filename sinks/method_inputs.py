"""What the methods need beside maps and coefficients: their sections, and statistics by zone.

A method without its input is refused before a pixel is read, and every such fault at once; what
only the land can show (a zone without a statistic, a class without a coefficient) is told by the
method itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rasters import RefusedError, local_path
from rasters.findings import finding

from .methods import FORESTS
from .regions import load_region
from .statistics import NO_STATISTICS, places_of, read_statistics

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from rasters.findings import Finding

    from .categories import Ecosystem
    from .config import Config
    from .regions import Region
    from .statistics import Places, Statistic, Statistics
    from .zone_tree import ZoneTree

_NEEDS = {"gain_loss": "losses", "volume": "activity", "lucf": "activity", "nep": "npp"}
_SERVES = {"volume": FORESTS, "lucf": FORESTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodInputs:
    """The statistics of a run."""

    activity: Statistics = NO_STATISTICS
    """Volumes and areas of ``[activity]``."""
    losses: Statistics = NO_STATISTICS
    """Losses of ``[losses]``."""
    files: tuple[tuple[str, Path], ...] = ()
    """Section and path of each file."""

    @property
    def rows(self) -> tuple[Statistic, ...]:
        """Every statistic, those of ``[activity]`` first."""
        return (*self.activity.rows, *self.losses.rows)


def check_methods(config: Config, where: str) -> list[Finding]:
    """List methods that do not serve their ecosystem, or whose section is missing."""
    found = []
    for ecosystem, name in _chosen(config):
        place = f"{where}: methods.{ecosystem}"
        if ecosystem not in _SERVES.get(name, {ecosystem}):
            known = ", ".join(sorted(_SERVES[name]))
            found.append(
                finding("sinks", "method-ecosystem", value=name, where=place,
                        ecosystem=ecosystem, known=known)
            )  # fmt: skip
        section = _NEEDS.get(name)
        if section is not None and getattr(config, section) is None:
            found.append(
                finding("sinks", "method-input", value=name, where=place, ecosystem=ecosystem,
                        section=section)
            )  # fmt: skip
    return found


def read_inputs(
    config: Config, *, base: Path, root: Path | None, tree: ZoneTree, region: Region | None
) -> tuple[MethodInputs, list[Finding]]:
    """Read the statistics of a run.

    Parameters
    ----------
    config
        The run; its sections ``[activity]`` and ``[losses]`` name the files.
    base, root
        Folder of the configuration, and the folder that no file may lie outside of.
    tree, region
        The zones that are reported; the region they belong to, if it is a packaged one.

    """
    places = _places(tree, region)
    read: dict[str, Statistics] = {}
    files: list[tuple[str, Path]] = []
    found: list[Finding] = []
    for name, section in (("activity", config.activity), ("losses", config.losses)):
        if section is None:
            continue
        try:
            path = local_path(section.file, base, root=root)
        except RefusedError as error:
            found += error.findings
            continue
        read[name], faults = read_statistics(path, places)
        files.append((name, path))
        found += faults
    return MethodInputs(files=tuple(files), **read), found


def unfit_for_official(rows: Iterable[Statistic]) -> list[Finding]:
    """Return a finding for every statistic that an official run may not use."""
    found = []
    for row in rows:
        if not row.confidence.usable_officially:
            reason_en, reason_zh = f"is {row.confidence}", row.confidence.name_zh
        elif row.assumed:
            reason_en, reason_zh = "has a default interval", "采用缺省区间"
        else:
            continue
        found.append(
            finding("sinks", "official-statistic", value=row.key, where=row.where,
                    reason_en=reason_en, reason_zh=reason_zh)
        )  # fmt: skip
    return found


def _chosen(config: Config) -> Iterator[tuple[Ecosystem, str]]:
    """Yield every ecosystem with each method that is asked for it, compared ones too."""
    for ecosystem in sorted({*config.methods, *config.compare}):
        own = config.methods.get(ecosystem)
        named = (*([own] if own else []), *config.compare.get(ecosystem, ()))
        for name in dict.fromkeys(named):
            yield ecosystem, name


def _places(tree: ZoneTree, region: Region | None) -> Places:
    """Return the zones that a statistic may be given for."""
    if region is None:
        return places_of(tree)
    table = region.ancestors()
    levels = [
        dict(zip(map(str, table.index), map(str, table[name]), strict=True)) for name in table
    ]
    return places_of(tree, levels=levels, known=set(load_region(region.id).zones["code"]))
