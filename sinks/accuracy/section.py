"""The section ``[accuracy]``: its file, and its years against those of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rasters import local_path
from rasters.findings import finding

from .matrix import read_matrix
from .points import read_points

if TYPE_CHECKING:
    from pathlib import Path

    from rasters.findings import Finding
    from sinks.config import Config

    from .sample import Sample


def read_sample(
    config: Config, *, base: Path, root: Path | None, where: str
) -> tuple[Sample | None, list[Finding]]:
    """Read the accuracy sample of a run.

    Parameters
    ----------
    config
        The inventory.toml.
    base, root
        Folder of the file, and the folder that no file may lie outside of.
    where
        Name of the inventory.toml, for messages.

    Returns
    -------
    sample, findings
        No sample where there is no section, or where something is wrong with it.

    Raises
    ------
    RefusedError
        If the path is not one that the run may read.

    """
    section = config.accuracy
    if section is None:
        return None, []
    years = section.year0, section.year1
    place = f"{where}: accuracy"
    found = []
    if years not in config.pairs():
        known = ", ".join(f"{first}-{last}" for first, last in config.pairs()) or "-"
        value = f"{years[0]}-{years[1]}"
        found.append(finding("sinks", "accuracy-years", value=value, where=place, known=known))
    elif section.apply and (config.inventory.years != years or _maps_between(config, years)):
        listed = ", ".join(str(year) for year in config.map_years)
        found.append(finding("sinks", "accuracy-apply", value=listed, where=place))
    reader = read_matrix if section.points is None else read_points
    path = local_path(section.points or section.matrix or "", base, root=root)
    sample, faults = reader(path, years=years, merge=section.merge)
    found += faults
    return (None if found else sample), found


def _maps_between(config: Config, years: tuple[int, int]) -> bool:
    """Return whether a map lies between two years: its changes are not those of the sample."""
    return any(years[0] < year < years[1] for year in config.map_years)
