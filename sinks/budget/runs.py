"""Finished inventories to the sinks of a budget: verified first, and comparable with each other.

A difference of two methods or of two land-cover products is no increase, so it is refused. A sink
that is not different from zero is told, and where no register says what left as credits, that too.

Source: METHOD D1 (6), D3, D4, G traps 6 and 10.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rasters.findings import Severity, finding
from sinks.categories import Status
from sinks.errors import ResultError
from sinks.results import load_results
from sinks.verify import verify

from .sink import SinkSeries, YearlySink, yearly_sinks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal
    from pathlib import Path

    from rasters.findings import Finding
    from sinks.regions import Region

    from .plan import Budget

__all__ = ["Run", "read_run", "sink_series"]

_RANK = (Status.DEMO, Status.TRIAL, Status.EVALUATION, Status.OFFICIAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a budget reads of one inventory."""

    run_id: str
    status: Status
    folder: str
    """Name of the results folder, for findings."""
    products: frozenset[str]
    """Land-cover products."""
    sinks: Mapping[tuple[str, int], YearlySink]
    """By league and year."""

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
        Region of the budget.
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
        return None, [*outcome.findings, _fault("budget-run-unverified", count, folder)]
    try:
        results = load_results(folder)
    except ResultError as error:
        return None, [_fault("budget-run-unverified", error, folder)]
    level = region.assessment.level
    codes = set(region.zones.loc[region.zones["level"] == level, "code"])
    found = yearly_sinks(results.tables["totals"], level=level)
    sinks = {key: sink for key, sink in found.items() if key[0] in codes}
    if not sinks:
        return None, [_fault("budget-run-region", region.name_zh, folder, level=level)]
    run = Run(
        run_id=results.manifest.run_id,
        status=Status(results.manifest.status),
        folder=folder.name,
        products=frozenset(
            str(r.product) for r in results.manifest.inputs if r.role == "land_cover"
        ),
        sinks=sinks,
    )
    return run, []


def sink_series(
    budget: Budget,
    *,
    run: Run | None,
    base_run: Run | None,
    deducted: Mapping[tuple[str, int], Decimal] | None,
) -> tuple[SinkSeries, list[Finding]]:
    """Return the sinks that a budget may subtract from one another, and what is to be said.

    Parameters
    ----------
    budget
        The budget; it may state the sinks of its base year.
    run
        Inventory of the years of the budget; None leaves every increase missing.
    base_run
        Earlier inventory that covers the base year, None where there is none.
    deducted
        t CO2 by league and vintage that left as credits; None where no register is at hand.

    """
    base = budget.terms.base_year
    sinks = _known(run, budget.terms.years)
    of_base = [
        (name, values)
        for name, values in (
            ("stated", dict(budget.base_sinks)),
            ("base run", _of_year(base_run, base)),
            ("run", _of_year(run, base)),
        )
        if values
    ]
    found = [*_said_of_runs(budget, run, base_run), *_said_of_base(budget, run, of_base)]
    if base_run is not None and base not in base_run.years:
        words = {"years": _span(base_run.years)}
        found.append(_fault("budget-base-run-years", base, base_run.folder, **words))
    if len(of_base) == 1:
        sinks |= {(league, base): value for league, value in of_base[0][1].items()}
    if run is not None and deducted is None:
        found.append(_fault("budget-sink-undeducted", run.run_id[:8], run.folder))
    return SinkSeries(base_year=base, sinks=sinks, deducted=deducted or {}), found


def _known(run: Run | None, years: Sequence[int]) -> dict[tuple[str, int], Decimal]:
    """Return the sinks of an inventory in some years, those that are not estimated left out."""
    return {
        (league, year): sink.sink_t_co2
        for (league, year), sink in (run.sinks if run is not None else {}).items()
        if year in years and sink.sink_t_co2 is not None
    }


def _of_year(run: Run | None, year: int) -> dict[str, Decimal]:
    """Return the sinks of one year by league."""
    return {league: sink for (league, _), sink in _known(run, [year]).items()}


def _said_of_runs(budget: Budget, run: Run | None, base_run: Run | None) -> list[Finding]:
    """Say of which kind the runs are, and refuse two that cannot be compared."""
    found = []
    wanted = budget.terms.status
    for each in (run, base_run):
        if each is None or _RANK.index(each.status) >= _RANK.index(wanted):
            continue
        words = {"wanted_zh": wanted.name_zh, "value_zh": each.status.name_zh}
        fault = _fault("budget-run-status", each.status, each.folder, wanted=wanted, **words)
        # a trial may be made of demonstration data, and is marked as such
        trial = wanted is Status.TRIAL
        found.append(replace(fault, severity=Severity.WARNING) if trial else fault)
    if run is not None and base_run is not None:
        methods = [{s.method for s in each.sinks.values()} for each in (run, base_run)]
        for now, before in (tuple(methods), (run.products, base_run.products)):
            if now != before:
                value = f"{'+'.join(sorted(now))} / {'+'.join(sorted(before))}"
                found.append(_fault("budget-sink-comparable", value, base_run.folder))
    return found


def _said_of_base(
    budget: Budget, run: Run | None, of_base: Sequence[tuple[str, Mapping[str, Decimal]]]
) -> list[Finding]:
    """Say what is missing of the sinks, and refuse two sources of the base year."""
    if run is None:
        return [_fault("budget-no-run", budget.terms.period, "--run")]
    found = []
    base, years = budget.terms.base_year, budget.terms.years
    if len(of_base) > 1:
        names = ", ".join(name for name, _ in of_base)
        found.append(_fault("budget-base-sink-twice", names, run.folder, base=base))
    leagues = {league for league, _ in run.sinks} & budget.zone_codes
    told = of_base[0][1] if of_base else {}
    lacking = sorted(leagues - set(told))
    if lacking:
        found.append(_fault("budget-base-sink-missing", ", ".join(lacking), run.folder, base=base))
    without = sorted(set(years) - set(run.years))
    if without:
        words = {"covered": _span(run.years)}
        found.append(_fault("budget-sink-years", _span(without), run.folder, **words))
    weak = sorted(
        {
            league
            for (league, year), sink in run.sinks.items()
            if league in leagues and year in years and sink.verdict != "signal"
        }
    )
    if weak:
        found.append(_fault("budget-sink-no-signal", ", ".join(weak), run.folder))
    return found


def _span(years: Sequence[int]) -> str:
    """Return years as people write them, neighbours joined.

    >>> _span([2021, 2022, 2025])
    '2021-2022, 2025'
    """
    spans: list[list[int]] = []
    for year in years:
        if spans and year == spans[-1][-1] + 1:
            spans[-1].append(year)
        else:
            spans.append([year])
    return ", ".join(f"{s[0]}-{s[-1]}" if len(s) > 1 else str(s[0]) for s in spans)


def _fault(code: str, value: object, where: object, **words: object) -> Finding:
    return finding("sinks", code, value=value, where=where, **words)
