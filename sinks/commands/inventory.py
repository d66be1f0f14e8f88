"""Commands of the inventory: demo, check, run, verify, explain, products."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from rasters import RefusedError, describe_products
from rasters.findings import Severity
from sinks.demo import write_demo_inputs
from sinks.errors import OfficialRefusedError
from sinks.explain import explain
from sinks.league_table import league_table
from sinks.pipeline import check as check_inputs
from sinks.pipeline import run as run_inventory
from sinks.terminal import (
    DIFFERENT,
    DONE,
    REFUSED,
    json_option,
    lang_option,
    print_json,
    progress,
    quiet_option,
    speaking,
)
from sinks.texts import text
from sinks.verify import verify as verify_results

from .register import anchor_option, is_register, verify_register

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sinks.export.extras import Addition
    from sinks.pipeline import RunResult
    from sinks.terminal import Terminal

ADDITIONS = "sinks.additions"
"""Key of the click context under which the commands find what other packages add."""
_SHOWN_GATES = 10  # failed gates printed one by one before the rest is only counted
_workers = click.option("--workers", type=click.IntRange(1), default=None, help="线程数 / threads.")
_replace = click.option(
    "--replace", is_flag=True, help="替换另一运行的文件夹 / replace the folder of another run."
)
_strict = click.option(
    "--strict", is_flag=True, help="质量检查未通过则退出码 4 / exit 4 on a failed gate."
)
_config = click.argument("config", type=click.Path(path_type=Path))
_folder = click.argument("folder", type=click.Path(path_type=Path))


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=None)
@_workers
@_replace
@_strict
@lang_option
@quiet_option
@json_option
def demo(
    out: Path | None,
    workers: int | None,
    lang: str | None,
    *,
    replace: bool,
    strict: bool,
    quiet: bool,
    as_json: bool,
) -> int:
    """内置演示：全区 12 盟市 / the embedded demonstration: all 12 leagues."""
    terminal = speaking(lang, quiet=quiet)
    with progress(terminal) as tell:
        target = out or Path("results") / "demo"
        whole = target.absolute()  # "." has no name
        inputs = whole.with_name(f"{whole.name}-inputs")
        config = write_demo_inputs(inputs, on_progress=lambda d, t: tell("landscape", d, t))
        result = _run(
            terminal,
            lambda: run_inventory(
                config,
                out=target,
                workers=workers,
                replace=replace,
                lang=terminal.lang,
                on_progress=tell,
                additions=_additions(),
            ),
            as_json=as_json,
        )
    return _report(terminal, result, strict=strict, as_json=as_json)


@click.command()
@_config
@lang_option
@quiet_option
@json_option
def check(config: Path, lang: str | None, *, quiet: bool, as_json: bool) -> int:
    """检查输入，不计算 / run every input check, compute nothing."""
    terminal = speaking(lang, quiet=quiet)
    with progress(terminal) as tell:
        found = check_inputs(config, on_progress=tell, additions=_additions())
    if as_json:
        print_json(found)
    else:
        terminal.findings(found)
        counts = {s: sum(f.severity is s for f in found) for s in Severity}
        terminal.out.print(
            text(
                "checked",
                terminal.lang,
                errors=counts[Severity.ERROR],
                warnings=counts[Severity.WARNING],
                notes=counts[Severity.NOTE],
            ),
            markup=False,
        )
    return REFUSED if any(f.severity is Severity.ERROR for f in found) else DONE


@click.command()
@_config
@click.option("--out", type=click.Path(path_type=Path), default=None)
@_workers
@click.option("--fresh", is_flag=True, help="重新计算，不沿用已有结果 / recompute in any case.")
@_replace
@_strict
@lang_option
@quiet_option
@json_option
def run(
    config: Path,
    out: Path | None,
    workers: int | None,
    lang: str | None,
    *,
    fresh: bool,
    replace: bool,
    strict: bool,
    quiet: bool,
    as_json: bool,
) -> int:
    """核算 / the main job: rasters in, carbon inventory by league out."""
    terminal = speaking(lang, quiet=quiet)
    with progress(terminal) as tell:
        result = _run(
            terminal,
            lambda: run_inventory(
                config,
                out=out,
                workers=workers,
                replace=replace,
                fresh=fresh,
                lang=terminal.lang,
                on_progress=tell,
                additions=_additions(),
            ),
            as_json=as_json,
        )
    return _report(terminal, result, strict=strict, as_json=as_json)


@click.command()
@_folder
@click.option(
    "--inputs", type=click.Path(path_type=Path), default=None,
    help="配置文件所在文件夹 / folder of the inventory.toml, where it was moved.",
)  # fmt: skip
@anchor_option
@lang_option
@quiet_option
@json_option
def verify(
    folder: Path,
    inputs: Path | None,
    anchors: tuple[Path, ...],
    lang: str | None,
    *,
    quiet: bool,
    as_json: bool,
) -> int:
    """校验结果文件夹或台账 / re-hash inputs and outputs, repeat the sums; replay a ledger."""
    terminal = speaking(lang, quiet=quiet)
    if is_register(folder):
        return verify_register(terminal, folder, anchors, as_json=as_json)
    outcome = verify_results(folder, inputs=inputs)
    if as_json:
        print_json(outcome.findings)
    else:
        terminal.findings(outcome.findings)
        if outcome.holds:
            terminal.out.print(
                text("verified", terminal.lang, outputs=outcome.outputs, inputs=outcome.inputs),
                markup=False,
            )
    return DONE if outcome.holds else DIFFERENT


@click.command("explain")
@_folder
@click.option("--zone", required=True, help="地区代码 / zone code.")
@click.option("--year", type=int, default=None)
@click.option("--ecosystem", default=None)
@click.option("--pool", default=None)
@lang_option
def explain_command(
    folder: Path,
    zone: str,
    year: int | None,
    ecosystem: str | None,
    pool: str | None,
    lang: str | None,
) -> int:
    """一个数字的来历 / the way from a figure to coefficient rows, areas and files."""
    terminal = speaking(lang)
    for table in explain(
        folder, zone=zone, year=year, ecosystem=ecosystem, pool=pool, lang=terminal.lang
    ):
        terminal.out.print(table)
    return DONE


@click.command()
@lang_option
@json_option
def products(lang: str | None, *, as_json: bool) -> int:
    """内置产品 / the packaged raster products."""
    terminal = speaking(lang)
    rows = describe_products(terminal.lang)
    if as_json:
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
        return DONE
    table = Table(*rows[0])
    for row in rows:
        table.add_row(*(str(cell) for cell in row.values()))
    terminal.out.print(table)
    return DONE


def _additions() -> Sequence[Addition]:
    """Return what was handed to :func:`build_commands`."""
    found: Sequence[Addition] = click.get_current_context().meta.get(ADDITIONS, ())
    return found


def _run(terminal: Terminal, job: Callable[[], RunResult], *, as_json: bool) -> RunResult:
    """Run a job; a refusal is said in the form asked for and re-raised as an exit."""
    try:
        return job()
    except RefusedError as error:
        if as_json:
            print_json(error.findings)
        else:
            terminal.findings(error.findings)
            errors = sum(f.severity is Severity.ERROR for f in error.findings)
            terminal.fault("refused", errors=errors)
            if isinstance(error, OfficialRefusedError):
                terminal.fault("refused_official", path=error.quality)
        raise click.exceptions.Exit(REFUSED) from error


def _report(terminal: Terminal, result: RunResult, *, strict: bool, as_json: bool) -> int:
    """Print the league table, the gates and where the results are."""
    if as_json:
        print_json(result.findings)
    else:
        terminal.findings(result.findings)
        for item in league_table(result.results, terminal.lang):
            terminal.out.print(item, markup=False) if isinstance(item, str) else (
                terminal.out.print(item)
            )
    quality = result.results.tables["quality"]
    verdicts = quality["verdict"].value_counts()
    terminal.say(
        "gates",
        passed=verdicts.get("pass", 0),
        failed=verdicts.get("fail", 0),
        shown=verdicts.get("shown", 0),
    )
    failed = quality[quality["verdict"] == "fail"]
    for row in failed.head(_SHOWN_GATES).itertuples():
        zone = row.zone_code if isinstance(row.zone_code, str) else "-"
        terminal.say("gate_failed", check=row.check, zone=zone, value=row.value, limit=row.limit)
    if len(failed) > _SHOWN_GATES:
        terminal.say("gates_more", count=len(failed) - _SHOWN_GATES)
    terminal.say(
        "written" if result.computed else "already",
        path=result.results.folder,
        run_id=result.results.manifest.run_id[:8],
    )
    return DIFFERENT if strict and len(failed) else DONE


COMMANDS: tuple[click.Command, ...] = (
    demo,
    check,
    run,
    verify,
    explain_command,
    products,
)
"""What this module adds to ``tanhui``."""
