"""What a run reads about its parks: registry, series and activities, computed before it counts.

Everything that is wrong is found at once; what is computed here changes no figure of a zone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from rasters import RefusedError, local_path
from rasters.findings import Severity, finding

from .certificates import certificate_line, read_register
from .emission_files import read_emissions
from .indicator_systems import load_system, system_findings, system_ids
from .indicators import assess
from .intake import facts_beside
from .power import readings
from .registry import load_parks, registry_ids
from .run_settings import SeriesSettings
from .series_files import read_series

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from rasters.findings import Finding

    from .certificates import CertificateLine
    from .indicators import IndicatorResult
    from .park import Park
    from .power import Ratio
    from .run_settings import RunSettings

    Read = TypeVar("Read")

__all__ = ["RunParks", "read_run"]

_SUFFIXES = (".csv", ".parquet")


@dataclass(slots=True, kw_only=True)
class RunParks:
    """The parks of a run, with what was computed of them."""

    parks: tuple[Park, ...] = ()
    ratios: dict[str, tuple[Ratio, ...]] = field(default_factory=dict)
    """Readings by park id."""
    indicators: list[IndicatorResult] = field(default_factory=list)
    certificates: list[CertificateLine] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    """Every file that was read."""
    findings: list[Finding] = field(default_factory=list)


def read_run(
    settings: RunSettings, *, region: str, year: int, base: Path, root: Path | None, where: str
) -> RunParks:
    """Read and compute everything that the section ``[parks]`` names.

    Parameters
    ----------
    settings
        The section.
    region
        Packaged region of the run.
    year
        Year where the section names none.
    base, root
        Folder that paths are relative to, and the one that no file may lie outside of.
    where
        Name of the inventory.toml, for messages.

    Returns
    -------
    RunParks
        Its findings hold an error where the run is to be refused.

    """
    run = RunParks()
    steps = _Steps(run=run, base=base, root=root)
    chosen = settings.year or year
    run.parks = steps.collect(lambda: _registry(settings, region, steps)) or ()
    loads = _read_series(settings, run, steps, year=chosen, where=where)
    _read_indicators(settings, run, steps, region=region, year=chosen, where=where)
    paths = [path for name in settings.certificates if (path := steps.path(name)) is not None]
    if paths:
        claims, found = read_register(paths)
        run.findings += found
        if not any(f.severity is Severity.ERROR for f in found):
            for park_id in sorted({c.park_id for c in claims if c.used_year == chosen}):
                line, remarks = certificate_line(
                    claims, park_id=park_id, year=chosen, load_mwh=loads.get(park_id)
                )
                run.certificates.append(line)
                run.findings += remarks
    return run


@dataclass(frozen=True, slots=True, kw_only=True)
class _Steps:
    """Steps that may each refuse, and the files that they read."""

    run: RunParks
    base: Path
    root: Path | None

    def collect(self, step: Callable[[], Read]) -> Read | None:
        """Run a step; a refusal becomes findings and None."""
        try:
            return step()
        except RefusedError as error:
            self.run.findings += error.findings
            return None

    def path(self, name: str) -> Path | None:
        """Return a path that the section names, and remember to hash it."""
        path = self.collect(lambda: local_path(name, self.base, root=self.root))
        if path is not None and path.is_file():
            self.run.files.append(path)
        return path


def _registry(settings: RunSettings, region: str, steps: _Steps) -> tuple[Park, ...]:
    """Return the parks: the user's, else the packaged ones of the region."""
    if settings.registry is None:
        return load_parks(region) if region in registry_ids() else ()
    path = steps.path(settings.registry)
    if path is None:
        return ()
    beside = facts_beside(path)
    if path.suffix.lower() == ".csv" and beside.is_file():
        steps.run.files.append(beside)
    return load_parks(path, region=region)


def _read_series(
    settings: RunSettings, run: RunParks, steps: _Steps, *, year: int, where: str
) -> dict[str, float]:
    """Add the readings of every park that has a series; return their loads, MWh."""
    known = {park.park_id for park in run.parks}
    loads: dict[str, float] = {}
    for one in _series(settings, run, steps, where=where):
        place = f"{where}: parks.series {one.park}"
        if one.park not in known:
            words = {"known": ", ".join(sorted(known)) or "-"}
            run.findings.append(
                finding("parks", "parks-run-unknown", value=one.park, where=place, **words)
            )
            continue
        if one.park in run.ratios:
            run.findings.append(finding("parks", "parks-run-twice", value=one.park, where=place))
            continue
        path = steps.path(one.file)
        if path is None:
            continue
        energy, found = read_series(path, park_id=one.park, year=year, synthetic=one.synthetic)
        run.findings += found
        if energy is not None:
            run.ratios[one.park] = readings(energy, store=one.store, grid_cfe=one.grid_cfe)
            loads[one.park] = float(energy.load_mwh.sum())
    return loads


def _series(
    settings: RunSettings, run: RunParks, steps: _Steps, *, where: str
) -> Sequence[SeriesSettings]:
    """Return the series that are named, then those of the folder by their names."""
    if settings.folder is None:
        return settings.series
    named = settings.folder
    folder = steps.collect(lambda: local_path(named, steps.base, root=steps.root))
    files = [] if folder is None or not folder.is_dir() else sorted(folder.iterdir())
    found = [path for path in files if path.suffix.lower() in _SUFFIXES]
    if folder is not None and not found:
        place = f"{where}: parks.folder"
        run.findings.append(finding("parks", "parks-run-folder", value=named, where=place))
    more = [
        SeriesSettings(park=p.stem, file=f"{named}/{p.name}", synthetic=settings.synthetic)
        for p in found
    ]
    return [*settings.series, *more]


def _read_indicators(
    settings: RunSettings, run: RunParks, steps: _Steps, *, region: str, year: int, where: str
) -> None:
    """Add the indicators of every park, from its activities if given, else from its facts."""
    if settings.system not in system_ids():
        words = {"known": ", ".join(system_ids())}
        place = f"{where}: parks.system"
        run.findings.append(
            finding("parks", "parks-run-system", value=settings.system, where=place, **words)
        )
        return
    system = load_system(settings.system)
    run.findings += system_findings(system)
    emitted = {}
    if settings.activities is not None:
        path = steps.path(settings.activities)
        own = [p for name in settings.factors if (p := steps.path(name)) is not None]
        if path is not None:
            read = steps.collect(
                lambda: read_emissions(path, own, region=region, net_export=settings.net_export)
            )
            if read is not None:
                emitted = {e.park_id: e for e in read[0] if e.year == year}
                run.findings += read[1]
    for park in run.parks:
        rows, remarks = assess(park, year=year, system=system, emissions=emitted.get(park.park_id))
        run.indicators += rows
        run.findings += remarks
