"""The command of the green certificates: one register over several files, none used twice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from parks.certificates import certificate_line, read_register
from parks.texts import text
from rasters import RefusedError
from rasters.findings import Severity
from sinks.terminal import DONE, json_option, lang_option, quiet_option, speaking

from .speaking import mwh, percent, print_record, refusing, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parks.certificates import CertificateLine
    from sinks.terminal import Terminal

_COLUMNS = ("park", "year", "certificates", "mwh", "share")


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--park", "park_id", default=None, help="只看一个园区 / of one park only.")
@click.option("--year", type=int, default=None, help="只看一个使用年份 / of one year of use only.")
@click.option(
    "--load-mwh", type=click.FloatRange(min=0, min_open=True), default=None,
    help="全年用电量，须同时给出园区与年份 / load of the year; needs --park and --year.",
)  # fmt: skip
@lang_option
@quiet_option
@json_option
def certificates(
    files: tuple[Path, ...],
    park_id: str | None,
    year: int | None,
    load_mwh: float | None,
    lang: str | None,
    *,
    quiet: bool,
    as_json: bool,
) -> int:
    """绿证台账：跨文件查重，单列，不计入绿电占比 / certificates, each serial used once."""
    terminal = speaking(lang, quiet=quiet)
    if load_mwh is not None and (park_id is None or year is None):
        raise click.UsageError(text("needs_park_and_year", terminal.lang))
    lines = []
    with refusing(terminal, as_json=as_json):
        claims, found = read_register(files)
        if any(f.severity is Severity.ERROR for f in found):
            raise RefusedError(found)
        uses = sorted({(claim.park_id, claim.used_year) for claim in claims})
        if park_id is not None and year is not None:
            uses = [(park_id, year)]  # a park without certificates has a line of none
        for park, used in uses:
            if park_id in (None, park) and year in (None, used):
                line, remarks = certificate_line(claims, park_id=park, year=used, load_mwh=load_mwh)
                lines.append(line)
                found += remarks
    if as_json:
        print_record(found, certificates=lines)
    else:
        terminal.findings(found)
        _print(terminal, lines)
    return DONE


def _print(terminal: Terminal, lines: Sequence[CertificateLine]) -> None:
    """Print one row per park and year, and what the line is."""
    lang = terminal.lang
    if not lines:
        say(terminal, "no_certificates")
        return
    table = Table(*(text(f"certificate_{column}", lang) for column in _COLUMNS))
    for line in lines:
        share = "" if line.share_of_load is None else percent(line.share_of_load)
        table.add_row(line.park_id, str(line.year), f"{line.certificates:,}", mwh(line.mwh), share)
    terminal.out.print(table)
    definition = lines[0].definition_zh if lang == "zh" else lines[0].definition_en
    say(terminal, "definition", definition=definition)


COMMANDS: tuple[click.Command, ...] = (certificates,)
"""What this module adds to ``tanhui parks``."""
