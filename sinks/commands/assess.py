"""Commands of the assessment: its template, and the assessment itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rasters import RefusedError
from rasters.findings import Severity, finding
from sinks.assessment import (
    assess as draw_up,
)
from sinks.assessment import (
    assessment_display,
    input_paths,
    read_inputs,
    read_register,
    read_run,
    read_settings,
    run_findings,
    settings_text,
    write_assessment_template,
)
from sinks.assessment.files import FILES, assessment_record, assessment_status, write_assessment
from sinks.budget.forms import league_codes, packaged_region
from sinks.categories import Status
from sinks.manifest import MANIFEST
from sinks.regions import region_ids
from sinks.terminal import DIFFERENT, DONE, REFUSED, lang_option, quiet_option, speaking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rasters.findings import Finding
    from sinks.assessment import AssessmentResult, Inputs, Registered, Run
    from sinks.terminal import Terminal

_replace = click.option(
    "--replace", is_flag=True, help="替换已有文件 / replace files that exist."
)  # fmt: skip


class _Assess(click.Group):
    """``assess FILE`` is short for ``assess show FILE``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command before a file or an option that is not the group's own."""
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = ["show", *args]
        return super().parse_args(ctx, args)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """An assessment that was read and drawn up."""

    result: AssessmentResult
    workbook: Path
    runs: tuple[Run, ...]
    register: Registered | None
    findings: list[Finding]


@click.group(cls=_Assess)
def assess() -> None:
    """双控评价考核：排放、碳汇抵消与判定 / assessment of leagues: emissions, offsets, verdicts."""


@assess.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="写入的工作簿 / workbook to write.",
)
@click.option(
    "--settings", type=click.Path(path_type=Path), default=None,
    help="同时写入 assessment.toml / write the settings as well.",
)  # fmt: skip
@click.option(
    "--region", type=click.Choice(region_ids()), default="inner_mongolia", show_default=True,
    help="区域 / packaged region.",
)  # fmt: skip
@_replace
@lang_option
@quiet_option
def template(
    out: Path, settings: Path | None, region: str, lang: str | None, *, replace: bool, quiet: bool
) -> int:
    """填报模板 / write the empty workbook and, on request, the settings."""
    terminal = speaking(lang, quiet=quiet)
    if out.suffix.lower() != ".xlsx":
        terminal.fault("budget_not_xlsx", path=out)
        return REFUSED
    paths = [out] if settings is None else [out, settings]
    if not _free(terminal, paths, replace=replace):
        return REFUSED
    write_assessment_template(out, region=region)
    if settings is not None:
        content = settings_text(workbook=out.name, run="results")
        settings.write_text(content, encoding="utf-8", newline="\n")
    for path in paths:
        terminal.say("budget_written", path=path)
    return DONE


@assess.command()
@click.argument("settings", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), default=None, help="写入的文件夹 / folder to write."
)
@click.option("--year", type=int, default=None, help="显示的年份 / year to show.")
@_replace
@click.option(
    "--strict", is_flag=True, help="刚性判定未完成则退出码 4 / exit 4 if a rigid target fails."
)
@lang_option
@quiet_option
def show(
    settings: Path, out: Path | None, year: int | None, lang: str | None, *, replace: bool,
    strict: bool, quiet: bool,
) -> int:  # fmt: skip
    """考核一览，--out 写出全部文件 / the league table; --out writes every file."""
    terminal = speaking(lang, quiet=quiet)
    drawn = _draw(settings)
    result, terms = drawn.result, drawn.result.terms
    shown = terms.last_year if year is None else year
    if shown not in terms.all_years:
        terminal.fault("assess_year_unknown", year=shown, period=terms.period)
        return REFUSED
    if out is not None and (out / MANIFEST).exists():
        terminal.fault("budget_in_results", path=out)
        return REFUSED
    if out is not None and not replace:
        there = [out / name for name in FILES if (out / name).exists()]
        if there:
            terminal.fault("budget_exists", path=there[0])
            return REFUSED
    terminal.findings(drawn.findings)
    status = assessment_status(result, drawn.runs)
    for item in assessment_display(result, terminal.lang, status=status, year=shown):
        if isinstance(item, str):
            terminal.out.print(item, markup=False, soft_wrap=True)
        else:
            terminal.out.print(item)
    if out is not None:
        record = assessment_record(drawn.workbook, drawn.runs, drawn.register, result)
        for path in write_assessment(
            out, result, drawn.register, status=status, record=record, lang=terminal.lang
        ):
            terminal.say("budget_written", path=path)
    fails = any(judged.rigid == "fails" for judged in result.judged)
    return DIFFERENT if strict and fails else DONE


def _draw(path: Path) -> _Drawn:
    """Read settings, workbook, inventories and register; every fault is told at once."""
    settings = read_settings(path)
    paths = input_paths(settings, path.absolute().parent)
    inputs, found = read_inputs(paths["workbook"])
    if inputs is None:
        raise RefusedError(found)
    region = packaged_region(inputs.terms.region)
    runs: dict[str, Run] = {}
    for name in ("run", "base_run"):
        if name in paths:
            moved = paths.get("inputs") if name == "run" else None
            run, faults = read_run(paths[name], region, inputs=moved)
            found += faults
            runs |= {} if run is None else {name: run}
    if "run" in runs:
        found += run_findings(inputs.terms, runs["run"], runs.get("base_run"))
    if "register" not in paths:
        found.append(_undeducted(inputs, path))
    _refuse(found)
    zones = league_codes(region)
    choices = settings.choices
    register = None
    if "register" in paths:
        leagues = {code: name for code, name in zones.items() if code != region.code}
        register = read_register(
            paths["register"],
            years=inputs.terms.all_years,
            zones=leagues,
            basis=choices.deduction_basis,
        )
    sinks = dict(runs["run"].sinks)
    if "base_run" in runs:
        base = inputs.terms.base_year
        sinks |= {key: s for key, s in runs["base_run"].sinks.items() if key[1] == base}
    result = draw_up(
        inputs,
        sinks,
        None if register is None else register.deducted,
        region,
        choices=choices,
        tolerance_source=settings.tolerance_source,
    )
    return _Drawn(
        result=result,
        workbook=paths["workbook"],
        runs=tuple(runs.values()),
        register=register,
        findings=found,
    )


def _undeducted(inputs: Inputs, path: Path) -> Finding:
    """Say that nothing is deducted; an official assessment is refused for it."""
    told = finding("sinks", "assessment-undeducted", value=inputs.terms.period, where=path.name)
    official = inputs.terms.status is Status.OFFICIAL
    return replace(told, severity=Severity.ERROR) if official else told


def _refuse(found: Sequence[Finding]) -> None:
    """Raise everything that was found where one of it is an error."""
    if any(f.severity is Severity.ERROR for f in found):
        raise RefusedError(found)


def _free(terminal: Terminal, paths: Sequence[Path], *, replace: bool) -> bool:
    """Tell whether files can be written where they are asked for."""
    for path in paths:
        if not path.absolute().parent.is_dir():
            terminal.fault("budget_no_folder", path=path.absolute().parent)
            return False
        if path.exists() and not replace:
            terminal.fault("budget_exists", path=path)
            return False
    return True


COMMANDS: tuple[click.Command, ...] = (assess,)
"""What this module adds to ``tanhui``."""
