"""The command of the indicators: computed, reported or missing, and the verdict."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from parks.emission_files import read_emissions
from parks.emissions import Basis
from parks.indicator_systems import load_system, system_findings, system_ids
from parks.indicator_words import indicator_name, limit_text
from parks.indicators import assess
from parks.power_accounts import NetExport
from parks.registry import load_parks
from parks.texts import text
from sinks.terminal import DONE, json_option, lang_option, quiet_option, speaking

from .speaking import (
    print_record,
    refusing,
    region_of,
    region_option,
    say,
    source_argument,
    year_option,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parks.emissions import ParkEmissions
    from parks.indicators import IndicatorResult
    from parks.park import Park
    from sinks.terminal import Terminal


@click.command()
@source_argument
@year_option
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
@region_option
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
    with refusing(terminal, as_json=as_json):
        registry = load_parks(source, region=region)
        loaded = load_system(system)
        found = system_findings(loaded)
        if activities is not None:
            place = region_of(registry, source, region)
            if place is None:
                raise click.UsageError(text("needs_region", terminal.lang))
            computed, faults = read_emissions(
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
        print_record(found, indicators=results, emissions=totals)
    else:
        terminal.findings(found)
        _print_emissions(terminal, emitted)
        _print_indicators(terminal, registry, results)
    return DONE


def _print_emissions(terminal: Terminal, emitted: dict[str, ParkEmissions]) -> None:
    """Print the totals of each park, by location and by market."""
    missing = text("no_value", terminal.lang)
    for park_id, one in emitted.items():
        totals = {str(basis): one.total_t_co2(basis) for basis in Basis}
        shown = {k: missing if v is None else f"{v:,.2f}" for k, v in totals.items()}
        energy = one.energy_use_tce
        shown["energy"] = missing if energy is None else f"{energy:,.2f}"
        say(terminal, "emissions", park=park_id, **shown)


def _print_indicators(
    terminal: Terminal, registry: Sequence[Park], results: Sequence[IndicatorResult]
) -> None:
    """Print one row per park and indicator."""
    lang = terminal.lang
    if not registry:
        say(terminal, "no_parks")
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


COMMANDS: tuple[click.Command, ...] = (indicators,)
"""What this module adds to ``tanhui parks``."""
