"""Commands of the inventory: demo, check, run, verify, explain, products, app.

Results go to stdout, findings and progress to stderr. The exit codes are the contract's:
0 done, 2 refused, 3 another run holds the folder, 4 verify found a difference or a gate
failed under --strict, 130 interrupted, 1 an internal fault.
"""

from __future__ import annotations

import json
import locale
import os
import sys
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from rasters import RastersError, RefusedError, describe_products
from rasters.findings import Severity

from .demo import write_demo_inputs
from .errors import OfficialRefusedError, SinksError
from .explain import explain
from .folder import LockedError
from .league_table import league_table
from .pipeline import check as check_inputs
from .pipeline import run as run_inventory
from .texts import text
from .verify import verify as verify_results

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rasters.findings import Finding

    from .export.extras import Addition
    from .pipeline import RunResult

DONE, FAULT, REFUSED, LOCKED, DIFFERENT, INTERRUPTED = 0, 1, 2, 3, 4, 130
"""Exit codes of the contract."""
_PIPE_WIDTH = 160  # columns where no terminal says how wide it is
_ADDITIONS = "sinks.additions"  # where the commands find what others add
_SHOWN_GATES = 10  # failed gates printed one by one before the rest is only counted


@dataclass(slots=True)
class Terminal:
    """How one invocation speaks: language, loudness, and where to."""

    lang: str
    """zh or en."""
    quiet: bool
    """Whether only errors are said."""

    @property
    def out(self) -> Console:
        """Console of the results."""
        return _console(sys.stdout)

    @property
    def err(self) -> Console:
        """Console of findings and progress."""
        return _console(sys.stderr)

    def say(self, key: str, **words: object) -> None:
        """Write a sentence about the run to stderr, unless quiet."""
        if not self.quiet:
            self.fault(key, **words)

    def fault(self, key: str, **words: object) -> None:
        """Write why there is no result to stderr."""
        self.err.print(text(key, self.lang, **words), markup=False)

    def findings(self, found: Sequence[Finding]) -> None:
        """Write findings to stderr: code, what, value, where, how to mend."""
        for one in found:
            if self.quiet and one.severity is not Severity.ERROR:
                continue
            severity = text(f"severity_{one.severity}", self.lang)
            self.err.print(
                f"{severity} [{one.code}] {one.what(self.lang)}\n"
                f"    {one.where}\n"
                f"    {text('mend', self.lang)}: {one.mend(self.lang)}",
                markup=False,
            )


def _console(stream: TextIO) -> Console:
    """Return a console; a file or a pipe gets lines as wide as they are."""
    width = None if stream.isatty() else _PIPE_WIDTH
    return Console(file=stream, highlight=False, width=width)


@contextmanager
def progress(terminal: Terminal) -> Iterator[Callable[[str, int, int], None]]:
    """Give a callback (step, done, total): a bar on a terminal, plain lines elsewhere."""
    if terminal.quiet:
        yield lambda _step, _done, _total: None
        return
    if not sys.stderr.isatty():
        said: set[str] = set()

        def line(step: str, done: int, total: int) -> None:
            if step not in said or done == total:
                said.add(step)
                sys.stderr.write(f"{text(f'step_{step}', terminal.lang)} {done}/{total}\n")

        yield line
        return
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=terminal.err,
        transient=True,
    ) as bars:
        tasks: dict[str, Any] = {}

        def bar(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(text(f"step_{step}", terminal.lang), total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield bar


def default_language() -> str:
    """Return zh where the locale is Chinese, else en."""
    named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")
    if named is None:
        named = locale.getlocale()[0] or ""
    return "zh" if named.lower().startswith(("zh", "chinese")) else "en"


lang_option = click.option(
    "--lang", type=click.Choice(["zh", "en"]), default=None, help="语言 / language."
)
quiet_option = click.option(
    "--quiet", is_flag=True, help="不显示进度与说明 / no progress, errors only."
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="以 JSON 输出检查结果 / findings as JSON."
)
_workers = click.option("--workers", type=click.IntRange(1), default=None, help="线程数 / threads.")
_replace = click.option(
    "--replace", is_flag=True, help="替换另一运行的文件夹 / replace the folder of another run."
)
_strict = click.option(
    "--strict", is_flag=True, help="质量检查未通过则退出码 4 / exit 4 on a failed gate."
)
_config = click.argument("config", type=click.Path(path_type=Path))
_folder = click.argument("folder", type=click.Path(path_type=Path))


def build_commands(additions: Sequence[Addition] = ()) -> click.Group:
    """Return the ``tanhui`` command with the commands of this package.

    Parameters
    ----------
    additions
        Other packages that add to the results folders of ``run`` and ``demo``.

    """

    @click.group(context_settings={"help_option_names": ["-h", "--help"]})
    @click.version_option(package_name="tanhui")
    @click.pass_context
    def tanhui(context: click.Context) -> None:
        """碳汇：由土地覆盖与生物量栅格得到分盟市生态系统碳清单.

        Ecosystem carbon inventory by league and city from land-cover and biomass rasters.
        """
        context.meta[_ADDITIONS] = tuple(additions)

    for command in (demo, check, run, verify, explain_command, products, app):
        tanhui.add_command(command)
    return tanhui


def run_commands(group: click.Group, args: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code; no fault leaves without a sentence.

    Parameters
    ----------
    group
        What :func:`build_commands` returns, with further commands or without.
    args
        The words after ``tanhui``; None for those of this process.

    """
    terminal = Terminal(lang=default_language(), quiet=False)
    try:
        result = group.main(args=args, prog_name="tanhui", standalone_mode=False, obj=terminal)
        code = result if isinstance(result, int) else DONE
    except (click.exceptions.Abort, KeyboardInterrupt):
        terminal.fault("interrupted")
        code = INTERRUPTED
    except click.ClickException as error:
        error.show()
        code = REFUSED
    except LockedError as error:
        terminal.fault("locked", what=error)
        code = LOCKED
    except RefusedError as error:  # a refusal outside of check and run
        terminal.findings(error.findings)
        code = REFUSED
    except (SinksError, RastersError) as error:
        terminal.err.print(str(error), markup=False)
        code = REFUSED
    except Exception:  # noqa: BLE001 - the last line of defence says that it is ours
        terminal.fault("internal")
        terminal.err.print(traceback.format_exc(), markup=False)
        code = FAULT
    return code


def speaking(lang: str | None, *, quiet: bool = False) -> Terminal:
    """Return the terminal of this invocation, speaking as its options say.

    It is the one of :func:`run_commands` where there is one, so that a fault is told in the
    language that was asked for.
    """
    terminal = click.get_current_context().find_object(Terminal)
    if terminal is None:
        terminal = Terminal(lang=default_language(), quiet=False)
    terminal.lang, terminal.quiet = lang or terminal.lang, quiet
    return terminal


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
        found = check_inputs(config, on_progress=tell)
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
@lang_option
@quiet_option
@json_option
def verify(
    folder: Path, inputs: Path | None, lang: str | None, *, quiet: bool, as_json: bool
) -> int:
    """校验结果文件夹 / re-hash inputs and outputs, repeat the conservation checks."""
    terminal = speaking(lang, quiet=quiet)
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


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@lang_option
def app(folder: Path | None, lang: str | None) -> int:
    """地图界面 / open the map."""
    terminal = speaking(lang)
    os.environ["TANHUI_RESULTS"] = str(folder or Path("results") / "demo")
    try:
        from streamlit.web import cli as streamlit  # noqa: PLC0415 - the optional extra
    except ImportError:
        terminal.say("app_missing")
        return REFUSED
    sys.argv = ["streamlit", "run", str(_app_file())]
    return int(streamlit.main(standalone_mode=False) or DONE)


def _additions() -> Sequence[Addition]:
    """Return what was handed to :func:`build_commands`."""
    found: Sequence[Addition] = click.get_current_context().meta.get(_ADDITIONS, ())
    return found


def _app_file() -> Path:
    """Return app.py: beside the packages in a checkout, in share/tanhui when installed."""
    beside = Path(__file__).resolve().parent.parent / "app.py"
    return beside if beside.is_file() else Path(sys.prefix) / "share" / "tanhui" / "app.py"


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


def print_json(found: Sequence[Finding]) -> None:
    """Print findings as the contract's JSON."""
    record = {"findings": [one.as_json() for one in found]}
    sys.stdout.write(json.dumps(record, ensure_ascii=False, indent=1) + "\n")
