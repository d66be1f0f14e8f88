"""The sink of leagues and region, by year, from an inventory that verifies.

Only the scope that may offset is read, at the two levels that are assessed. A year outside every
period has no sink: the mean of 2020 to 2023 is that of 2021, 2022 and 2023, and never of 2020.

Source: METHOD D1 (6), D2; docs/contract.md, scope ``forest_grassland_wetland``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rasters.findings import Severity, finding
from sinks.budget import SCOPE, yearly_sinks
from sinks.categories import FOREST_GRASSLAND_WETLAND, Status
from sinks.errors import ResultError
from sinks.export.cells import is_missing
from sinks.results import load_results
from sinks.verify import verify

from .account import SinkOfYear
from .choices import SinkYear

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal
    from pathlib import Path

    import pandas as pd

    from rasters.findings import Finding
    from sinks.regions import Region

    from .inputs import Terms

__all__ = ["Run", "read_run", "run_findings", "sinks_by_year"]

_RANK = (Status.DEMO, Status.TRIAL, Status.EVALUATION, Status.OFFICIAL)
_STEP = "(step)"
"""End of the method of change rows that stay out of every total."""

Sinks = dict[tuple[str, int], dict[SinkYear, SinkOfYear]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What an assessment reads of one inventory."""

    run_id: str
    status: Status
    folder: str
    """Name of the results folder, for findings."""
    basis: frozenset[str]
    """Land-cover products and methods: two inventories that differ in them are not compared."""
    sinks: Mapping[tuple[str, int], Mapping[SinkYear, SinkOfYear]]
    """By zone and year."""

    @property
    def years(self) -> tuple[int, ...]:
        """The years that it has a sink of, ascending."""
        return tuple(sorted({year for _, year in self.sinks}))


def read_run(
    folder: Path, region: Region, *, inputs: Path | None = None
) -> tuple[Run | None, list[Finding]]:
    """Read the sinks of a results folder that still holds.

    Parameters
    ----------
    folder
        The results folder.
    region
        Region of the assessment.
    inputs
        Folder of its inventory.toml, where it was moved.

    Returns
    -------
    run, findings
        None where the folder does not verify or has no sink of any league of the region.

    """
    outcome = verify(folder, inputs=inputs)
    if not outcome.holds:
        count = len(outcome.findings)
        return None, [*outcome.findings, _fault("assessment-run-unverified", count, folder)]
    try:
        results = load_results(folder)
    except ResultError as error:
        return None, [_fault("assessment-run-unverified", error, folder)]
    levels = (region.levels[0].id, region.assessment.level)
    codes = set(region.zones.loc[region.zones["level"].isin(levels), "code"])
    totals, changes = results.tables["totals"], results.tables["changes"]
    sinks = {
        key: sink
        for level in levels
        for key, sink in sinks_by_year(totals, changes, level=level).items()
        if key[0] in codes
    }
    if not {zone for zone, _ in sinks} - {region.code}:
        words = {"level": region.assessment.level}
        return None, [_fault("assessment-run-region", region.name_zh, folder, **words)]
    rows = totals[(totals["quantity"] == "change") & (totals["scope"] == SCOPE)]
    products = {str(r.product) for r in results.manifest.inputs if r.role == "land_cover"}
    run = Run(
        run_id=results.manifest.run_id,
        status=Status(results.manifest.status),
        folder=folder.name,
        basis=frozenset(products | {str(method) for method in rows["method"].dropna()}),
        sinks=sinks,
    )
    return run, []


def run_findings(terms: Terms, run: Run, base_run: Run | None) -> list[Finding]:
    """Say of which kind the inventories are; refuse what cannot be used or compared."""
    found = []
    for each in (run, base_run):
        if each is None or _RANK.index(each.status) >= _RANK.index(terms.status):
            continue
        wanted = terms.status
        words = {
            "wanted": str(wanted),
            "wanted_zh": wanted.name_zh,
            "value_zh": each.status.name_zh,
        }
        fault = _fault("assessment-run-status", str(each.status), each.folder, **words)
        # a trial may be made of demonstration data, and is marked as such
        trial = wanted is Status.TRIAL
        found.append(replace(fault, severity=Severity.WARNING) if trial else fault)
    if base_run is not None and base_run.basis != run.basis:
        value = " / ".join("+".join(sorted(each.basis)) for each in (run, base_run))
        found.append(_fault("assessment-run-comparable", value, base_run.folder))
    base = terms.base_year
    if base_run is not None and base not in base_run.years:
        words = {"years": ", ".join(map(str, base_run.years))}
        found.append(_fault("assessment-base-run-year", base, base_run.folder, **words))
    if base_run is not None and base in run.years:
        found.append(_fault("assessment-base-run-twice", base, base_run.folder))
    without = [year for year in terms.years if year not in run.years]
    if without:
        words = {"years": ", ".join(map(str, run.years))}
        found.append(
            _fault("assessment-sink-years", ", ".join(map(str, without)), run.folder, **words)
        )
    if base_run is None and base not in run.years:
        found.append(_fault("assessment-base-sink", base, run.folder))
    return found


def sinks_by_year(totals: pd.DataFrame, changes: pd.DataFrame, *, level: str) -> Sinks:
    """Return the sinks of every zone of a level and every year that a period holds.

    Parameters
    ----------
    totals, changes
        Tables of a results folder.
    level
        League or region, as the region calls it.

    Returns
    -------
    dict
        By zone and year, then by the choice of the year; a year that is no period of its own has
        no single-year sink.

    """
    lower = totals.assign(sink_t_co2_per_year=totals["low_t_co2_per_year"])
    low = yearly_sinks(lower, level=level)
    crossing = _crossing(changes, level)
    found: Sinks = {}
    for key, central in yearly_sinks(totals, level=level).items():
        period = (key[0], central.year0, central.year1)
        sink = SinkOfYear(
            central=central.sink_t_co2,
            lower=low[key].sink_t_co2,
            period=f"{central.year0}-{central.year1}",
            verdict=central.verdict,
            gained=crossing.get((*period, "gained")),
            lost=crossing.get((*period, "lost")),
        )
        found[key] = {SinkYear.ANNUAL_MEAN: sink}
        if central.year1 - central.year0 == 1:
            found[key][SinkYear.SINGLE_YEAR] = sink
    return found


def _crossing(changes: pd.DataFrame, level: str) -> dict[tuple[str, int, int, str], Decimal]:
    """Return what is gained from and lost to other land, by zone and period."""
    sums: dict[tuple[str, int, int, str], Decimal] = {}
    for row in changes[changes["level"] == level].to_dict("records"):
        value = row["sink_t_co2_per_year"]
        was, became = (row[name] in FOREST_GRASSLAND_WETLAND for name in _SIDES)
        if was == became or is_missing(value) or str(row["method"]).endswith(_STEP):
            continue
        key = (
            str(row["zone_code"]), int(row["year0"]), int(row["year1"]),
            "gained" if became else "lost",
        )  # fmt: skip
        sums[key] = sums[key] + value if key in sums else value
    return sums


_SIDES = ("ecosystem0", "ecosystem")


def _fault(code: str, value: object, where: object, **words: object) -> Finding:
    return finding("sinks", code, value=value, where=where, **words)
