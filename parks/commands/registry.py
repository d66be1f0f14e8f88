"""Commands of the registry: template, check, import, export."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from parks.checking import check_parks
from parks.intake import import_parks
from parks.registry import load_parks, registry_ids, write_parks
from parks.template import write_template
from rasters.findings import Severity
from sinks.regions import region_ids
from sinks.terminal import (
    DONE,
    REFUSED,
    json_option,
    lang_option,
    print_json,
    quiet_option,
    speaking,
)

from .speaking import (
    check_target,
    out_option,
    refusing,
    region_of,
    region_option,
    replace_option,
    say,
    say_written,
    source_argument,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from parks.park import Park
    from rasters.findings import Finding
    from sinks.terminal import Terminal


@click.command()
@out_option
@click.option(
    "--region", type=click.Choice(region_ids()), default="inner_mongolia", show_default=True,
    help="区域 / packaged region.",
)  # fmt: skip
@replace_option
@lang_option
@quiet_option
def template(out: Path, region: str, lang: str | None, *, replace: bool, quiet: bool) -> int:
    """导入模板 / write the empty import template."""
    terminal = speaking(lang, quiet=quiet)
    with refusing(terminal):
        check_target(terminal, out, replace=replace)
        say_written(terminal, [write_template(out, region=region)])
    return DONE


@click.command()
@source_argument
@region_option
@lang_option
@quiet_option
@json_option
def check(source: str, region: str | None, lang: str | None, *, quiet: bool, as_json: bool) -> int:
    """检查名录，不写文件 / check a registry or a table of parks, write nothing."""
    terminal = speaking(lang, quiet=quiet)
    with refusing(terminal, as_json=as_json):
        found_parks, found = read_source(source, region)
    return say_counted(terminal, found_parks, found, as_json=as_json)


@click.command("import")
@source_argument
@out_option
@region_option
@replace_option
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
    with refusing(terminal, as_json=as_json):
        check_target(terminal, out, source=source, replace=replace)
        found_parks, found = read_source(source, region)
        code = say_counted(terminal, found_parks, found, as_json=as_json)
        if code == DONE:
            place = region_of(found_parks, source, region)
            say_written(terminal, write_parks(found_parks, out, region=place))
    return code


@click.command()
@source_argument
@out_option
@region_option
@replace_option
@lang_option
@quiet_option
def export(
    source: str, out: Path, region: str | None, lang: str | None, *, replace: bool, quiet: bool
) -> int:
    """导出名录，格式依后缀 / write a registry as .gpkg, .geojson, .csv or .xlsx."""
    terminal = speaking(lang, quiet=quiet)
    with refusing(terminal):
        check_target(terminal, out, source=source, replace=replace)
        found = load_parks(source, region=region)
        say_written(terminal, write_parks(found, out, region=region_of(found, source, region)))
    return DONE


def read_source(source: str, region: str | None) -> tuple[tuple[Park, ...], list[Finding]]:
    """Return the parks of a registry or file, and every finding about them."""
    found: list[Finding] = []
    if source in registry_ids():
        found_parks = load_parks(source)
    else:
        found_parks, found = import_parks(source, region=region)
    return found_parks, [*found, *check_parks(found_parks, region_of(found_parks, source, region))]


def say_counted(
    terminal: Terminal, found_parks: Sequence[Park], found: Sequence[Finding], *, as_json: bool
) -> int:
    """Print findings and their count; returns the exit code."""
    counts = {s: sum(f.severity is s for f in found) for s in Severity}
    if as_json:
        print_json(found)
    else:
        terminal.findings(found)
        say(
            terminal,
            "counted",
            parks=len(found_parks),
            facts=sum(len(park.facts) for park in found_parks),
            errors=counts[Severity.ERROR],
            warnings=counts[Severity.WARNING],
            notes=counts[Severity.NOTE],
        )
    return REFUSED if counts[Severity.ERROR] else DONE


COMMANDS: tuple[click.Command, ...] = (template, check, import_command, export)
"""What this module adds to ``tanhui parks``."""
