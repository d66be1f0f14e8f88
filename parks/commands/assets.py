"""The command of the carbon assets: the pipeline of projects, and one of them a stage further."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from parks.asset_table import read_assets, write_assets
from parks.assets import AssetClass, Stage, advance, name_of, pipeline
from parks.tables import plain
from parks.texts import text
from rasters import RefusedError
from rasters.findings import Severity, finding
from sinks.terminal import DONE, json_option, lang_option, quiet_option, speaking

from .speaking import check_target, print_record, refusing, replace_option, say, say_written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parks.assets import CarbonAsset
    from sinks.terminal import Terminal

_ASSETS = ("id", "name", "class", "stage", "developer", "owner", "shares", "quantity", "unit",
           "vintage")  # fmt: skip
_PIPELINE = ("class", "stage", "assets", "quantity", "unit", "unknown")


@click.command()
@click.argument("table", type=click.Path(path_type=Path))
@click.option(
    "--class", "asset_class", type=click.Choice([str(c) for c in AssetClass]), default=None,
    help="只看一类 / of one class only.",
)  # fmt: skip
@click.option(
    "--stage", type=click.Choice([str(s) for s in Stage]), default=None,
    help="只看一个阶段 / at one stage only.",
)  # fmt: skip
@click.option("--advance", "moved", default=None, help="推进一个项目（编号） / id of one to move.")
@click.option("--vintage", type=int, default=None, help="其年份 / its vintage.")
@click.option("--to", type=click.Choice([str(s) for s in Stage]), default=None, help="到 / stage.")
@click.option("--evidence", default=None, help="证明文件 / document that attests the stage.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=None,
    help="写入整理后的表 / write the table in order.",
)  # fmt: skip
@replace_option
@lang_option
@quiet_option
@json_option
def assets(  # noqa: PLR0913 - the options of the command
    table: Path,
    asset_class: str | None,
    stage: str | None,
    moved: str | None,
    vintage: int | None,
    to: str | None,
    evidence: str | None,
    out: Path | None,
    lang: str | None,
    *,
    replace: bool,
    quiet: bool,
    as_json: bool,
) -> int:
    """碳资产项目储备库：线索至签发、注销 / carbon assets from a lead to retirement."""
    terminal = speaking(lang, quiet=quiet)
    if moved is not None and (to is None or evidence is None or out is None):
        raise click.UsageError(text("needs_step", terminal.lang))
    with refusing(terminal, as_json=as_json):
        if out is not None:
            check_target(terminal, out, source=str(table), replace=replace)
        held, found = read_assets(table)
        if any(f.severity is Severity.ERROR for f in found):
            raise RefusedError(found)
        if moved is not None:
            held = _advanced(held, moved, vintage, Stage(to or ""), evidence or "")
        if out is not None:
            write_assets(out, held)
    shown = [
        asset for asset in held
        if asset_class in (None, asset.asset_class) and stage in (None, asset.stage)
    ]  # fmt: skip
    if as_json:
        print_record(found, assets=shown, pipeline=pipeline(shown))
    else:
        terminal.findings(found)
        _print(terminal, shown)
    if out is not None:
        say_written(terminal, [out])
    return DONE


def _advanced(
    held: Sequence[CarbonAsset], moved: str, vintage: int | None, to: Stage, evidence: str
) -> list[CarbonAsset]:
    """Return the assets with one of them a stage further; RefusedError unless it is one."""
    meant = [a for a in held if a.id == moved and vintage in (None, a.vintage)]
    if len(meant) != 1:
        known = ", ".join(f"{a.id} {a.vintage or '-'}" for a in held)
        value = moved if vintage is None else f"{moved} {vintage}"
        words = {"matches": len(meant), "known": known}
        raise RefusedError([finding("parks", "asset-which", value=value, where=moved, **words)])
    return [advance(a, to, source=evidence) if a is meant[0] else a for a in held]


def _print(terminal: Terminal, shown: Sequence[CarbonAsset]) -> None:
    """Print the assets, then their counts and quantities by class and stage."""
    lang = terminal.lang
    if not shown:
        say(terminal, "no_assets")
        return
    listed = Table(*(text(f"asset_{column}", lang) for column in _ASSETS))
    for asset in shown:
        shares = text("semicolon", lang).join(
            f"{s.party} {plain(s.percent)}%" for s in asset.benefit_shares
        )
        listed.add_row(
            asset.id, asset.name, name_of(asset.asset_class, lang), name_of(asset.stage, lang),
            asset.developer, asset.owner, shares,
            text("no_value", lang) if asset.quantity is None else plain(asset.quantity),
            asset.unit, "" if asset.vintage is None else str(asset.vintage),
        )  # fmt: skip
    terminal.out.print(listed)
    summed = Table(*(text(f"asset_{column}", lang) for column in _PIPELINE))
    for row in pipeline(shown):
        summed.add_row(
            name_of(row.asset_class, lang), name_of(row.stage, lang), str(row.assets),
            text("no_value", lang) if row.quantity is None else plain(row.quantity),
            row.unit, str(row.without_quantity),
        )  # fmt: skip
    terminal.out.print(summed)
    say(terminal, "assets_note")


COMMANDS: tuple[click.Command, ...] = (assets,)
"""What this module adds to ``tanhui parks``."""
