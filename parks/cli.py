"""Commands of the parks: template, check, import, ratio, indicators, export.

Results go to stdout, findings to stderr; options and exit codes are those of the inventory's
commands (:mod:`sinks.cli`): 0 done, 2 refused.
"""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from rasters import RefusedError
from rasters.findings import Severity
from sinks.regions import load_region, region_ids
from sinks.terminal import (
    DONE,
    REFUSED,
    json_option,
    lang_option,
    print_json,
    quiet_option,
    speaking,
)

from .activities import read_activities
from .checking import check_parks
from .closing import Closing, Means, close_by_generation, measures
from .definitions import target_of
from .emissions import Basis, emissions_of
from .energy import PlantKind, Resolution
from .errors import ParksError
from .factors import load_factors
from .indicator_systems import load_system, system_findings, system_ids
from .indicators import assess
from .intake import facts_beside, import_parks
from .park import ParkKind
from .power import readings
from .power_accounts import NetExport
from .registry import load_parks, registry_ids, write_parks
from .series_files import read_series
from .storage import LossesOn, Store
from .template import write_template
from .texts import text
from .verdict import Outcome, verdict
from .workbook_sheet import indicator_name, limit_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rasters.findings import Finding
    from sinks.regions import Region
    from sinks.terminal import Terminal

    from .closing import Measure
    from .emissions import ParkEmissions
    from .energy import EnergySeries
    from .indicators import IndicatorResult
    from .park import Park
    from .power import Ratio
    from .verdict import Verdict

__all__ = ["parks"]

_source = click.argument("source")
_out = click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="写入的文件 / file to write."
)
_replace = click.option(
    "--replace", is_flag=True, help="替换已有文件 / replace a file that exists."
)  # fmt: skip
_region = click.option(
    "--region", type=click.Choice(region_ids()), default=None, help="区域 / packaged region."
)


@click.group()
def parks() -> None:
    """园区：名录、绿电占比、指标 / parks: registry, green-power ratio, indicators."""


@parks.command()
@_out
@click.option(
    "--region", type=click.Choice(region_ids()), default="inner_mongolia", show_default=True,
    help="区域 / packaged region.",
)  # fmt: skip
@_replace
@lang_option
@quiet_option
def template(out: Path, region: str, lang: str | None, *, replace: bool, quiet: bool) -> int:
    """导入模板 / write the empty import template."""
    terminal = speaking(lang, quiet=quiet)
    with _refusing(terminal):
        _check_target(terminal, out, replace=replace)
        _say_written(terminal, [write_template(out, region=region)])
    return DONE


@parks.command()
@_source
@_region
@lang_option
@quiet_option
@json_option
def check(source: str, region: str | None, lang: str | None, *, quiet: bool, as_json: bool) -> int:
    """检查名录，不写文件 / check a registry or a table of parks, write nothing."""
    terminal = speaking(lang, quiet=quiet)
    with _refusing(terminal, as_json=as_json):
        found_parks, found = _read(source, region)
    return _say_counted(terminal, found_parks, found, as_json=as_json)


@parks.command("import")
@_source
@_out
@_region
@_replace
@lang_option
@quiet_option
@json_option
def import_command(
    source: str,
    out: Path,
    region: str | None,
    lang: str | None,
    *,
    replace: bool,
    quiet: bool,
    as_json: bool,
) -> int:
    """导入表格为名录 / read a table as people send it, write it as a registry."""
    terminal = speaking(lang, quiet=quiet)
    with _refusing(terminal, as_json=as_json):
        _check_target(terminal, out, source=source, replace=replace)
        found_parks, found = _read(source, region)
        code = _say_counted(terminal, found_parks, found, as_json=as_json)
        if code == DONE:
            place = _region_of(found_parks, source, region)
            _say_written(terminal, write_parks(found_parks, out, region=place))
    return code


@parks.command()
@_source
@_out
@_region
@_replace
@lang_option
@quiet_option
def export(
    source: str, out: Path, region: str | None, lang: str | None, *, replace: bool, quiet: bool
) -> int:
    """导出名录，格式依后缀 / write a registry as .gpkg, .geojson, .csv or .xlsx."""
    terminal = speaking(lang, quiet=quiet)
    with _refusing(terminal):
        _check_target(terminal, out, source=source, replace=replace)
        found = load_parks(source, region=region)
        _say_written(terminal, write_parks(found, out, region=_region_of(found, source, region)))
    return DONE


@parks.command()
@click.argument("series", type=click.Path(path_type=Path))
@click.option("--park", "park_id", required=True, help="园区编号 / park id.")
@click.option("--year", type=int, required=True, help="年份 / calendar year.")
@click.option(
    "--kind", type=click.Choice([str(ParkKind.ZERO), str(ParkKind.LOW)]), default=None,
    help="类别，默认依内置名录 / kind; default as in the packaged registry.",
)  # fmt: skip
@click.option("--store-mwh", type=click.FloatRange(min=0), help="储能容量 / energy of the store.")
@click.option("--store-mw", type=click.FloatRange(min=0), help="储能功率 / its power; no limit.")
@click.option(
    "--efficiency", type=click.FloatRange(0, 1, min_open=True),
    help="储能循环效率 / efficiency of a whole cycle.",
)  # fmt: skip
@click.option(
    "--losses-on", type=click.Choice([str(side) for side in LossesOn]), show_default=True,
    default=str(LossesOn.CHARGING), help="损耗计在何处 / where its losses fall.",
)  # fmt: skip
@click.option(
    "--duration-h",
    type=click.FloatRange(min=0, min_open=True),
    help="新增储能时长 / hours at full power of a larger store; default: the power stays.",
)
@click.option(
    "--grid-cfe", type=click.FloatRange(0, 1), help="电网无碳电量占比 / carbon-free share of grid."
)
@click.option("--closing", is_flag=True, help="补足差距的措施 / what closes the gap.")
@click.option("--synthetic", is_flag=True, help="模拟数据 / the series is made up.")
@lang_option
@quiet_option
@json_option
def ratio(  # noqa: PLR0913 - the options of the command
    series: Path,
    park_id: str,
    year: int,
    kind: str | None,
    *,
    store_mwh: float | None,
    store_mw: float | None,
    efficiency: float | None,
    losses_on: str,
    duration_h: float | None,
    grid_cfe: float | None,
    lang: str | None,
    closing: bool,
    synthetic: bool,
    quiet: bool,
    as_json: bool,
) -> int:
    """绿电占比的各种读法 / the green-power ratio in every reading, against the target."""
    terminal = speaking(lang, quiet=quiet)
    if store_mwh is not None and efficiency is None:
        raise click.UsageError(text("needs_efficiency", terminal.lang))
    with _refusing(terminal, as_json=as_json):
        energy, found = read_series(series, park_id=park_id, year=year, synthetic=synthetic)
        if energy is None:
            raise RefusedError(found)
        # without an efficiency there is no store to speak of: one of 0 MWh loses nothing
        store = Store(
            energy_mwh=store_mwh or 0.0,
            power_mw=store_mw,
            efficiency=1.0 if efficiency is None else efficiency,
            losses_on=LossesOn(losses_on),
        )
        has_store = store_mwh is not None
        ratios = readings(energy, store=store if has_store else None, grid_cfe=grid_cfe)
        judged = verdict(ratios, target=target_of(kind or _kind_of(park_id)))
        searched: tuple[Measure, ...] = ()
        hourly = energy.resolution is Resolution.HOURLY
        if closing and hourly and judged.outcome in {Outcome.MET, Outcome.MISSED}:
            searched = _measures(energy, judged, store, duration_h, known=efficiency is not None)
        found += [f for measure in searched if (f := measure.finding()) is not None]
    if as_json:
        _print_record(found, verdict=asdict(judged), readings=ratios, measures=searched)
    else:
        terminal.findings(found)
        _print_ratios(terminal, energy, ratios, judged)
    if closing and not hourly:
        resolution = text(f"resolution_{energy.resolution}", terminal.lang)
        _fault(terminal, "closing_not_hourly", resolution=resolution)
        return REFUSED
    if closing and not as_json:
        _print_measures(terminal, judged, store, searched)
    return DONE


@parks.command()
@_source
@click.option("--year", type=int, required=True, help="年份 / calendar year.")
@click.option(
    "--system", type=click.Choice(system_ids()), default="national", show_default=True,
    help="指标体系 / system of indicators.",
)  # fmt: skip
@click.option(
    "--activities", type=click.Path(path_type=Path), default=None,
    help="活动数据 CSV，用于计算排放 / activity data, for the emissions.",
)  # fmt: skip
@click.option(
    "--factors", type=click.Path(path_type=Path), multiple=True,
    help="自有因子表 / tables of factors of one's own.",
)  # fmt: skip
@click.option(
    "--net-export", type=click.Choice([str(way) for way in NetExport]), show_default=True,
    default=str(NetExport.ZERO), help="净外送电力如何计 / what net export is credited with.",
)  # fmt: skip
@_region
@lang_option
@quiet_option
@json_option
def indicators(
    source: str,
    year: int,
    system: str,
    activities: Path | None,
    factors: tuple[Path, ...],
    net_export: str,
    region: str | None,
    lang: str | None,
    *,
    quiet: bool,
    as_json: bool,
) -> int:
    """园区指标：计算、上报或缺 / indicators: computed, reported or missing, and the verdict."""
    terminal = speaking(lang, quiet=quiet)
    emitted: dict[str, ParkEmissions] = {}
    results: list[IndicatorResult] = []
    with _refusing(terminal, as_json=as_json):
        registry = load_parks(source, region=region)
        loaded = load_system(system)
        found = system_findings(loaded)
        if activities is not None:
            place = _region_of(registry, source, region)
            if place is None:
                raise click.UsageError(text("needs_region", terminal.lang))
            computed, faults = _emissions(
                activities, factors, region=place.id, net_export=NetExport(net_export)
            )
            emitted = {e.park_id: e for e in computed if e.year == year}
            found += faults
        for park in registry:
            rows, remarks = assess(
                park, year=year, system=loaded, emissions=emitted.get(park.park_id)
            )
            results += rows
            found += remarks
    if as_json:
        totals = [
            {"park_id": e.park_id, "year": e.year, "energy_use_tce": e.energy_use_tce,
             **{f"{basis}_t_co2": e.total_t_co2(basis) for basis in Basis}}
            for e in emitted.values()
        ]  # fmt: skip
        _print_record(found, indicators=results, emissions=totals)
    else:
        terminal.findings(found)
        _print_emissions(terminal, emitted)
        _print_indicators(terminal, registry, results)
    return DONE


@contextmanager
def _refusing(terminal: Terminal, *, as_json: bool = False) -> Iterator[None]:
    """Tell a refusal in the form asked for and end with its code."""
    try:
        yield
    except RefusedError as error:
        if as_json:
            print_json(error.findings)
        else:
            terminal.findings(error.findings)
            errors = sum(f.severity is Severity.ERROR for f in error.findings)
            terminal.fault("refused", errors=errors)
    except ParksError as error:
        terminal.err.print(str(error), markup=False)
    except OSError as error:
        _fault(terminal, "file_fault", error=error)
    else:
        return
    raise click.exceptions.Exit(REFUSED)


def _fault(terminal: Terminal, key: str, **words: object) -> None:
    """Write why there is no result to stderr."""
    terminal.err.print(text(key, terminal.lang, **words), markup=False)


def _print(terminal: Terminal, key: str, **words: object) -> None:
    """Write a sentence of the result to stdout."""
    terminal.out.print(text(key, terminal.lang, **words), markup=False, soft_wrap=True)


def _check_target(
    terminal: Terminal, out: Path, *, source: str | None = None, replace: bool
) -> None:
    """End where a file cannot be written, would be written over, or is the one that is read."""
    beside = [out, facts_beside(out)] if out.suffix.lower() == ".csv" else [out]
    there = [path for path in beside if path.exists()]
    if not out.absolute().parent.is_dir():
        _fault(terminal, "no_folder", path=out.absolute().parent)
    elif source is not None and any(
        path.samefile(source) for path in there if Path(source).exists()
    ):
        _fault(terminal, "same_file", path=source)
    elif there and not replace:
        _fault(terminal, "exists", path=there[0])
    else:
        return
    raise click.exceptions.Exit(REFUSED)


def _read(source: str, region: str | None) -> tuple[tuple[Park, ...], list[Finding]]:
    """Return the parks of a registry or file, and every finding about them."""
    found: list[Finding] = []
    if source in registry_ids():
        found_parks = load_parks(source)
    else:
        found_parks, found = import_parks(source, region=region)
    return found_parks, [*found, *check_parks(found_parks, _region_of(found_parks, source, region))]


def _region_of(found: Sequence[Park], source: str, stated: str | None) -> Region | None:
    """Return the region that is stated or packaged, or else whose zones the parks state."""
    if stated is not None or source in registry_ids():
        return load_region(stated or source)
    codes = {park.league_code for park in found} - {""}
    for region_id in region_ids() if codes else ():
        region = load_region(region_id)
        if codes <= set(region.zones["code"]):
            return region
    return None


def _kind_of(park_id: str) -> str:
    """Return the kind of a packaged park; without one there is no target."""
    for region_id in registry_ids():
        for park in load_parks(region_id):
            if park.park_id == park_id:
                return park.kind
    return ParkKind.CANDIDATE


def _measures(
    energy: EnergySeries,
    judged: Verdict,
    store: Store,
    duration_h: float | None,
    *,
    known: bool,
) -> tuple[Measure, ...]:
    """Return what closes a gap; storage only where its efficiency is known."""
    target = judged.target.share
    if target is None:
        return ()
    if known:
        return measures(energy, target=target, store=store, duration_h=duration_h)
    return tuple(
        close_by_generation(energy, kind=kind, target=target, store=store)
        for kind in (PlantKind.WIND, PlantKind.PV)
    )


def _emissions(
    path: Path, own: Sequence[Path], *, region: str, net_export: NetExport
) -> tuple[list[ParkEmissions], list[Finding]]:
    """Return the emissions of an activity table; RefusedError where it cannot be used."""
    table, found = load_factors(own)
    rows, faults = read_activities(path, factors=table)
    found = [*found, *faults]
    if any(f.severity is Severity.ERROR for f in found):
        raise RefusedError(found)
    computed, remarks = emissions_of(rows, factors=table, region=region, net_export=net_export)
    found += remarks
    if any(f.severity is Severity.ERROR for f in remarks):
        raise RefusedError(found)
    return computed, found


def _say_written(terminal: Terminal, paths: Sequence[Path]) -> None:
    """Say on stderr what was written, unless quiet."""
    if not terminal.quiet:
        _fault(terminal, "written", paths=", ".join(str(path) for path in paths))


def _say_counted(
    terminal: Terminal, found_parks: Sequence[Park], found: Sequence[Finding], *, as_json: bool
) -> int:
    """Print findings and their count; returns the exit code."""
    counts = {s: sum(f.severity is s for f in found) for s in Severity}
    if as_json:
        print_json(found)
    else:
        terminal.findings(found)
        _print(
            terminal,
            "counted",
            parks=len(found_parks),
            facts=sum(len(park.facts) for park in found_parks),
            errors=counts[Severity.ERROR],
            warnings=counts[Severity.WARNING],
            notes=counts[Severity.NOTE],
        )
    return REFUSED if counts[Severity.ERROR] else DONE


def _print_ratios(
    terminal: Terminal, energy: EnergySeries, ratios: Sequence[Ratio], judged: Verdict
) -> None:
    """Print every reading with its definition, then the verdict and the gap."""
    lang = terminal.lang
    _print(
        terminal,
        "ratio_head",
        park=energy.park_id,
        year=energy.year,
        kind=text(f"kind_{judged.kind}", lang),
        resolution=text(f"resolution_{energy.resolution}", lang),
    )
    for one in ratios:
        name, definition = _words(one, lang)
        value = text("no_value", lang)
        if one.value is not None:
            value = text(
                "share",
                lang,
                share=_percent(one.value),
                numerator=_mwh(one.numerator_mwh),
                denominator=_mwh(one.denominator_mwh),
                period=one.period,
            )
        _print(terminal, "reading", name=name, reading=one.reading, value=value)
        _print(terminal, "definition", definition=definition)
        if one.flags:
            told = text("comma", lang).join(text(f"flag_{flag}", lang) for flag in one.flags)
            _print(terminal, "flags", flags=told)
    target, basis = judged.target, text("by_nothing", lang)
    if judged.ratio is not None:
        basis = text("by_reading", lang, name=_words(judged.ratio, lang)[0])
    aim = text("target_none", lang)
    if target.share is not None:
        words = {"source": target.source, "locator": target.locator}
        aim = text("target", lang, share=f"{target.share:.0%}", **words)
    outcome = text(f"outcome_{judged.outcome}", lang)
    _print(terminal, "verdict", outcome=outcome, basis=basis, target=aim)
    if judged.gap_mwh is not None:
        _print(terminal, "gap", gap=_mwh(judged.gap_mwh))


def _print_measures(
    terminal: Terminal, judged: Verdict, store: Store, searched: Sequence[Measure]
) -> None:
    """Print what each measure alone would do."""
    lang = terminal.lang
    if not searched:
        outcome = text(f"outcome_{judged.outcome}", lang)
        _print(terminal, "closing_no_verdict", outcome=outcome)
        return
    power = text("power_unlimited", lang)
    if store.power_mw is not None:
        power = text("power_limited", lang, power=f"{store.power_mw:g}")
    _print(terminal, "closing_head", energy=f"{store.energy_mwh:g}", power=power)
    for measure in searched:
        words: dict[str, object] = {
            "means": text(f"means_{measure.means}", lang),
            "before": _percent(measure.share_before),
            "after": _percent(measure.share_after),
            "surplus": _mwh(measure.surplus_after_mwh),
        }
        if measure.closing is Closing.CANNOT:
            _print(terminal, "measure_cannot", closing=text("closing_cannot", lang), **words)
        elif measure.closing is not Closing.CLOSED:
            _print(terminal, "measure", closing=text(f"closing_{measure.closing}", lang), **words)
        elif measure.means is Means.STORAGE:
            sizes = {"energy": measure.energy_mwh, "extra": measure.extra_energy_mwh}
            shown = {name: _mwh(size) for name, size in sizes.items()}
            _print(terminal, "measure_storage", **shown, **words)
        else:
            power = ""
            if measure.extra_mw is not None:
                power = text("measure_mw", lang, mw=_mwh(measure.extra_mw))
            _print(
                terminal,
                "measure_generation",
                extra=_mwh(measure.extra_mwh),
                factor=f"{measure.factor:.4g}",
                power=power,
                **words,
            )
    if not any(measure.means is Means.STORAGE for measure in searched):
        _print(terminal, "closing_no_efficiency")


def _print_emissions(terminal: Terminal, emitted: dict[str, ParkEmissions]) -> None:
    """Print the totals of each park, by location and by market."""
    missing = text("no_value", terminal.lang)
    for park_id, one in emitted.items():
        totals = {str(basis): one.total_t_co2(basis) for basis in Basis}
        shown = {k: missing if v is None else f"{v:,.2f}" for k, v in totals.items()}
        energy = one.energy_use_tce
        shown["energy"] = missing if energy is None else f"{energy:,.2f}"
        _print(terminal, "emissions", park=park_id, **shown)


def _print_indicators(
    terminal: Terminal, registry: Sequence[Park], results: Sequence[IndicatorResult]
) -> None:
    """Print one row per park and indicator."""
    lang = terminal.lang
    if not registry:
        _print(terminal, "no_parks")
        return
    names = {park.park_id: park.name_zh if lang == "zh" else park.name_en for park in registry}
    columns = ("park", "indicator", "basis", "value", "unit", "state", "verdict", "limit", "reason")
    table = Table(*(text(f"sheet_{column}", lang) for column in columns))
    for one in results:
        table.add_row(
            names[one.park_id] or one.park_id,
            indicator_name(one, lang),
            text(f"basis_{one.basis}", lang) if one.basis else "",
            text("no_value", lang) if one.value is None else f"{one.value:.6g}",
            one.unit,
            text(f"state_{one.state}", lang),
            text(f"judged_{one.verdict}", lang),
            limit_text(one),
            text(f"reason_{one.reason}", lang) if one.reason else "",
        )
    terminal.out.print(table)


def _print_record(found: Sequence[Finding], **results: Any) -> None:  # noqa: ANN401 - as JSON takes it
    """Print findings as the contract's JSON, and the results beside them."""
    record = {"findings": [one.as_json() for one in found], **results}
    dumped = json.dumps(record, ensure_ascii=False, indent=1, default=_plain)
    sys.stdout.write(dumped + "\n")


def _plain(value: object) -> object:
    """Return what JSON cannot hold: records as tables, decimals as text that keeps all digits."""
    if hasattr(value, "__dataclass_fields__"):
        return asdict(value)  # type: ignore[call-overload]
    return str(value)


def _words(one: Ratio, lang: str) -> tuple[str, str]:
    """Return name and definition of a reading."""
    return (one.name_zh, one.definition_zh) if lang == "zh" else (one.name_en, one.definition_en)


def _percent(share: float) -> str:
    """Return a share in percent."""
    return f"{share:.2%}"


def _mwh(amount: float | None) -> str:
    """Return an amount with its thousands apart; a dash where there is none."""
    return "–" if amount is None else f"{amount:,.1f}"
