"""How the commands speak: results to stdout, findings and progress to stderr, exit codes.

The exit codes are the contract's: 0 done, 2 refused, 3 another run holds the folder, 4 verify
found a difference or a gate failed under --strict, 130 interrupted, 1 an internal fault.
"""

from __future__ import annotations

import json
import locale
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from rasters.findings import Severity

from .texts import text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rasters.findings import Finding

DONE, FAULT, REFUSED, LOCKED, DIFFERENT, INTERRUPTED = 0, 1, 2, 3, 4, 130
"""Exit codes of the contract."""
_PIPE_WIDTH = 160  # columns where no terminal says how wide it is


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


def print_json(found: Sequence[Finding]) -> None:
    """Print findings as the contract's JSON."""
    record = {"findings": [one.as_json() for one in found]}
    sys.stdout.write(json.dumps(record, ensure_ascii=False, indent=1) + "\n")
