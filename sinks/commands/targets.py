"""Command of the targets: what the policy texts ask for, and how far a zone is."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rasters import RefusedError
from rasters.findings import Severity, finding
from sinks.categories import Status
from sinks.export.meta import LevelName, Meta, Text
from sinks.export.sheet_book import write_sheets
from sinks.export.tables import write_table
from sinks.manifest import MANIFEST
from sinks.provenance import code_version
from sinks.regions import load_region
from sinks.results import load_results
from sinks.targets import (
    TARGETS_SCHEMA,
    ceiling_findings,
    ceilings,
    load_targets,
    plan_findings,
    progress,
    read_statistics,
    target_regions,
    targets_display,
    targets_sheet,
    targets_table,
)
from sinks.targets.texts import text
from sinks.terminal import DONE, REFUSED, lang_option, quiet_option, speaking
from sinks.verify import verify

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rasters.findings import Finding
    from sinks.regions import Region
    from sinks.results import Results
    from sinks.targets import Ceiling, Figure, Progress
    from sinks.terminal import Terminal


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option(
    "--statistics", type=click.Path(path_type=Path), default=None,
    help="统计数据 CSV / a CSV of one's own statistics.",
)  # fmt: skip
@click.option(
    "--region", type=click.Choice(target_regions()), default=None,
    help="区域，默认依核算结果 / region; default as in the results.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path), default=None,
    help="写出 .csv 或 .xlsx（表7）/ write a .csv or table 7 as .xlsx.",
)  # fmt: skip
@click.option(
    "--inputs", type=click.Path(path_type=Path), default=None,
    help="配置文件所在文件夹 / folder of the inventory.toml, where it was moved.",
)  # fmt: skip
@click.option("--replace", is_flag=True, help="替换已有文件 / replace a file that exists.")
@lang_option
@quiet_option
def targets(
    folder: Path | None,
    statistics: Path | None,
    region: str | None,
    out: Path | None,
    inputs: Path | None,
    lang: str | None,
    *,
    replace: bool,
    quiet: bool,
) -> int:
    """目标进展 / targets of the policy texts and how far a zone is with them."""
    terminal = speaking(lang, quiet=quiet)
    if out is not None and not _may_write(terminal, out, replace=replace):
        return REFUSED
    results = None if folder is None else load_results(folder)
    chosen = region or _region_of(results)
    if chosen is None:
        terminal.fault("targets_none", known=", ".join(target_regions()))
        return REFUSED
    loaded, wanted = load_region(chosen), load_targets(chosen)
    found: list[Finding] = []
    figures: list[Figure] = []
    if folder is not None and results is not None:
        found += _run_faults(folder, results, loaded, inputs)
    if statistics is not None:
        figures, told = read_statistics(statistics, zones={t.zone_code for t in wanted})
        found += [*told, *plan_findings(wanted, figures)]
    if any(f.severity is Severity.ERROR for f in found):
        raise RefusedError(found)
    rows, bounds = progress(wanted, statistics=figures, results=results), ceilings(wanted)
    if results is not None:
        found += ceiling_findings(bounds, results)
    terminal.findings(found)
    names = _names(loaded, terminal.lang)
    for item in targets_display(rows, bounds, terminal.lang, zones=names):
        if isinstance(item, str):
            terminal.out.print(item, markup=False, soft_wrap=True)
        else:
            terminal.out.print(item)
    if out is not None:
        _write(out, rows, bounds, loaded, results, terminal.lang)
        terminal.say("budget_written", path=out)
    return DONE


def _may_write(terminal: Terminal, out: Path, *, replace: bool) -> bool:
    """Return whether a file may be written; say why not."""
    if out.suffix.lower() not in (".csv", ".xlsx"):
        terminal.fault("targets_suffix", path=out)
    elif not out.absolute().parent.is_dir():
        terminal.fault("budget_no_folder", path=out.absolute().parent)
    elif (out.absolute().parent / MANIFEST).exists():
        terminal.fault("budget_in_results", path=out.absolute().parent)
    elif out.exists() and not replace:
        terminal.fault("budget_exists", path=out)
    else:
        return True
    return False


def _run_faults(
    folder: Path, results: Results, region: Region, inputs: Path | None
) -> list[Finding]:
    """Return why a run cannot be held against the targets of a region; empty if it can."""
    told = verify(folder, inputs=inputs).findings
    found = [*told]
    if told:
        found.append(finding("sinks", "targets-run-unverified", value=len(told), where=folder))
    foreign = set(results.tables["stocks"]["zone_code"]) - set(region.zones["code"])
    if foreign:
        words = {"zones": ", ".join(sorted(foreign))}
        name = f"{region.name_zh} ({region.name_en})"
        found.append(finding("sinks", "targets-run-region", value=name, where=folder, **words))
    return found


def _region_of(results: Results | None) -> str | None:
    """Return the region whose targets speak of a zone of the results; the first without any."""
    if results is None:
        return target_regions()[0]
    zones = set(results.tables["stocks"]["zone_code"])
    for region in target_regions():
        codes = set(load_region(region).zones["code"])
        if zones <= codes:
            return region
    return None


def _names(region: Region, lang: str) -> dict[str, str]:
    """Return the name of every zone."""
    column = "name_zh" if lang == "zh" else "name_en"
    return dict(zip(region.zones["code"], region.zones[column], strict=True))


def _write(
    out: Path,
    rows: Sequence[Progress],
    bounds: Sequence[Ceiling],
    region: Region,
    results: Results | None,
    lang: str,
) -> None:
    """Write the targets as a table or as table 7."""
    status = Status.TRIAL if results is None else Status(results.manifest.status)
    code = code_version(("rasters", "sinks"))
    table = targets_table(rows, zones=_names(region, "zh"))
    held = f"{code.sha256}\n{table.to_csv(index=False)}"
    identity = hashlib.sha256(held.encode()).hexdigest() if results is None else (
        results.manifest.run_id
    )  # fmt: skip
    if out.suffix.lower() == ".csv":
        write_table(out, table, TARGETS_SCHEMA, status=str(status), run_id=identity)
        return
    level = region.levels[0]
    meta = Meta(
        region=Text(zh=region.name_zh, en=region.name_en),
        levels=(LevelName(id=level.id, name=Text(zh=level.name_zh, en=level.name_en)),),
        years=(),
        status=str(status),
        run_id=identity,
        version=code.version,
        methods={},
        products=(),
        coefficient_tables=(),
        inputs=(),
        legend=(),
        zone_names_en=_names(region, "en"),
    )
    sheet = targets_sheet(rows, bounds, zones=_names(region, "zh"))
    write_sheets(out, [sheet], meta=meta, lang=lang, title=text("sheet", lang))


COMMANDS: tuple[click.Command, ...] = (targets,)
"""What this module adds to ``tanhui``."""
