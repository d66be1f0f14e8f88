"""Commands of the carbon budget: template, check, show, project, export."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rasters import RefusedError
from rasters.findings import Severity
from sinks.budget import (
    RigidVerdict,
    budget_display,
    draw_up,
    need_display,
    need_of,
    read_budget,
    read_run,
    region_findings,
    sink_series,
    write_budget_template,
)
from sinks.budget.files import FILES, budget_record, budget_status, write_budget
from sinks.budget.forms import league_codes, packaged_region
from sinks.budget.registered import read_register
from sinks.budget.texts import text as budget_text
from sinks.manifest import MANIFEST
from sinks.regions import region_ids
from sinks.terminal import (
    DIFFERENT,
    DONE,
    REFUSED,
    json_option,
    lang_option,
    print_json,
    quiet_option,
    speaking,
)
from sinks.texts import text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from rich.table import Table

    from rasters.findings import Finding
    from sinks.budget import BudgetResult, Run
    from sinks.budget.registered import Registered
    from sinks.terminal import Terminal

_book = click.argument("book", type=click.Path(path_type=Path))
_replace = click.option(
    "--replace", is_flag=True, help="替换已有文件 / replace files that exist."
)  # fmt: skip
_SOURCES = (
    click.option(
        "--run", type=click.Path(path_type=Path), default=None,
        help="预算期的核算结果 / results folder of the years of the budget.",
    ),
    click.option(
        "--base-run", type=click.Path(path_type=Path), default=None,
        help="含基年的更早核算结果 / earlier results folder that covers the base year.",
    ),
    click.option(
        "--register", type=click.Path(path_type=Path), default=None,
        help="碳汇项目台账 / ledger of the credit register.",
    ),
    click.option(
        "--inputs", type=click.Path(path_type=Path), default=None,
        help="配置文件所在文件夹 / folder of the inventory.toml, where it was moved.",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """A budget that was read and drawn up."""

    result: BudgetResult
    runs: tuple[Run, ...]
    register: Registered | None
    findings: list[Finding]


@click.group()
def budget() -> None:
    """碳排放预算：增量、减排量与平衡 / carbon budget: increments, reductions and balances."""


@budget.command()
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="写入的文件 / file to write."
)
@click.option(
    "--region", type=click.Choice(region_ids()), default="inner_mongolia", show_default=True,
    help="区域 / packaged region.",
)  # fmt: skip
@_replace
@lang_option
@quiet_option
def template(out: Path, region: str, lang: str | None, *, replace: bool, quiet: bool) -> int:
    """填报模板 / write the empty workbook."""
    terminal = speaking(lang, quiet=quiet)
    if out.suffix.lower() != ".xlsx":
        terminal.fault("budget_not_xlsx", path=out)
        return REFUSED
    if not out.absolute().parent.is_dir():
        terminal.fault("budget_no_folder", path=out.absolute().parent)
        return REFUSED
    if out.exists() and not replace:
        terminal.fault("budget_exists", path=out)
        return REFUSED
    write_budget_template(out, region=region)
    terminal.say("budget_written", path=out)
    return DONE


def _with_sources(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say where the sinks come from."""
    for option in reversed(_SOURCES):
        command = option(command)
    return command


@budget.command()
@_book
@_with_sources
@lang_option
@quiet_option
@json_option
def check(book: Path, lang: str | None, *, quiet: bool, as_json: bool, **sources: Any) -> int:  # noqa: ANN401 - the paths of _SOURCES
    """检查，不写文件 / check a budget workbook and its inventories, write nothing."""
    terminal = speaking(lang, quiet=quiet)
    drawn = _draw(book, sources, as_json=as_json)
    if as_json:
        print_json(drawn.findings)
        return DONE
    terminal.findings(drawn.findings)
    counts = {s: sum(f.severity is s for f in drawn.findings) for s in Severity}
    words = {"errors": counts[Severity.ERROR], "warnings": counts[Severity.WARNING]}
    plan = drawn.result.budget
    words |= {"increments": len(plan.increments), "reductions": len(plan.reductions)}
    terminal.out.print(text("budget_checked", terminal.lang, **words), markup=False)
    return DONE


@budget.command()
@_book
@_with_sources
@click.option("--zone", default=None, help="只看一个地区的各年度 / the years of one zone.")
@click.option(
    "--strict", is_flag=True, help="刚性平衡未达到则退出码 4 / exit 4 if a rigid balance fails."
)
@lang_option
@quiet_option
def show(
    book: Path, zone: str | None, lang: str | None, *, strict: bool, quiet: bool, **sources: Any,  # noqa: ANN401 - the paths of _SOURCES
) -> int:  # fmt: skip
    """分盟市平衡 / the balances by league."""
    terminal = speaking(lang, quiet=quiet)
    drawn = _draw(book, sources)
    terminal.findings(drawn.findings)
    if zone is not None and zone not in drawn.result.zones:
        terminal.fault("budget_zone_unknown", zone=zone, known=_known(drawn.result))
        return REFUSED
    _print(terminal, budget_display(drawn.result, terminal.lang, zone=zone))
    return _code(drawn.result, strict=strict)


@budget.command()
@_book
@_with_sources
@click.option("--zone", required=True, help="盟市代码 / code of the league.")
@click.option("--year", type=int, required=True, help="投产年份 / year of commissioning.")
@click.option(
    "--t-co2", "amount", type=click.IntRange(1), required=True,
    help="每年增量，吨 / increment in t CO2 a year.",
)  # fmt: skip
@lang_option
@quiet_option
def project(
    book: Path, zone: str, year: int, amount: int, lang: str | None, *, quiet: bool, **sources: Any,  # noqa: ANN401 - the paths of _SOURCES
) -> int:  # fmt: skip
    """新上项目的指标来源 / where the tonnes of a new project could come from."""
    terminal = speaking(lang, quiet=quiet)
    drawn = _draw(book, sources)
    result = drawn.result
    leagues = {code for code in result.zones if code != result.region.code}
    if zone not in leagues:
        terminal.fault("budget_zone_unknown", zone=zone, known=_known(result))
        return REFUSED
    if year not in result.budget.terms.years:
        terminal.fault("budget_year_unknown", year=year, period=result.budget.terms.period)
        return REFUSED
    need = need_of(
        result.budget,
        result.lines,
        region=result.region.code,
        project_id="",
        name=budget_text("new_project", terminal.lang),
        zone_code=zone,
        year=year,
        amount_t_co2=Decimal(amount),
        tradable=drawn.register.tradable if drawn.register is not None else None,
    )
    _print(terminal, need_display(result, need, terminal.lang))
    return DONE


@budget.command()
@_book
@_with_sources
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="写入的文件夹 / folder to write."
)
@_replace
@click.option(
    "--strict", is_flag=True, help="刚性平衡未达到则退出码 4 / exit 4 if a rigid balance fails."
)
@lang_option
@quiet_option
def export(
    book: Path, out: Path, lang: str | None, *, replace: bool, strict: bool, quiet: bool,
    **sources: Any,  # noqa: ANN401 - the paths of _SOURCES
) -> int:  # fmt: skip
    """写出 budget.csv 与表6 / write budget.csv, its sources and table 6 as a workbook."""
    terminal = speaking(lang, quiet=quiet)
    drawn = _draw(book, sources)
    terminal.findings(drawn.findings)
    there = [out / name for name in FILES if (out / name).exists()]
    if (out / MANIFEST).exists():
        terminal.fault("budget_in_results", path=out)
        return REFUSED
    if there and not replace:
        terminal.fault("budget_exists", path=there[0])
        return REFUSED
    record = budget_record(book, drawn.runs, drawn.register)
    status = budget_status(drawn.result, drawn.runs)
    written = write_budget(out, drawn.result, status=status, record=record, lang=terminal.lang)
    _print(terminal, budget_display(drawn.result, terminal.lang, zone=None))
    for path in written:
        terminal.say("budget_written", path=path)
    return _code(drawn.result, strict=strict)


def _draw(book: Path, sources: Mapping[str, Path | None], *, as_json: bool = False) -> _Drawn:
    """Read a workbook and its inventories and draw the budget up; every fault is told at once."""
    plan, found = read_budget(book)
    if plan is None:
        raise _refusal(found, as_json=as_json)
    region = packaged_region(plan.terms.region)
    found += region_findings(plan, region)
    runs: dict[str, Run] = {}
    for name in ("run", "base_run"):
        folder = sources[name]
        if folder is not None:
            inputs = sources["inputs"] if name == "run" else None
            run, faults = read_run(folder, region, inputs=inputs)
            found += faults
            runs |= {name: run} if run is not None else {}
    if any(f.severity is Severity.ERROR for f in found):
        raise _refusal(found, as_json=as_json)
    ledger, register = sources["register"], None
    if ledger is not None:
        years = (plan.terms.base_year, *plan.terms.years)
        leagues = set(league_codes(region)) - {region.code}
        register = read_register(ledger, years=years, leagues=leagues)
    series, faults = sink_series(
        plan,
        run=runs.get("run"),
        base_run=runs.get("base_run"),
        deducted=register.deducted if register is not None else None,
    )
    found += faults
    if any(f.severity is Severity.ERROR for f in found):
        raise _refusal(found, as_json=as_json)
    tradable = register.tradable if register is not None else None
    result = draw_up(plan, series, region, tradable=tradable)
    return _Drawn(result=result, runs=tuple(runs.values()), register=register, findings=found)


def _refusal(found: list[Finding], *, as_json: bool) -> Exception:
    """Return what ends a command whose input is refused, the findings told in its form."""
    if not as_json:
        return RefusedError(found)
    print_json(found)
    return click.exceptions.Exit(REFUSED)


def _code(result: BudgetResult, *, strict: bool) -> int:
    """Return the exit code: a rigid balance that fails counts under --strict."""
    fails = any(result.intensity(line).verdict is RigidVerdict.FAILS for line in result.lines)
    return DIFFERENT if strict and fails else DONE


def _known(result: BudgetResult) -> str:
    """Return the zones that a budget may speak of, for a message."""
    return ", ".join(f"{code} {name}" for code, name in result.zones.items())


def _print(terminal: Terminal, items: Iterable[Table | str]) -> None:
    """Print what a display gives."""
    for item in items:
        if isinstance(item, str):
            terminal.out.print(item, markup=False, soft_wrap=True)
        else:
            terminal.out.print(item)


COMMANDS: tuple[click.Command, ...] = (budget,)
"""What this module adds to ``tanhui``."""
