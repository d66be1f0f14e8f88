"""The command of the balance: park emissions beside the sinks of their leagues, never netted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from parks.balance import balance as balance_of
from parks.deductions import read_deductions, register_deductions
from parks.emission_files import read_emissions
from parks.emissions import Basis
from parks.green_land import green_land_of
from parks.league_sinks import league_sinks
from parks.power_accounts import NetExport
from parks.registry import load_parks
from parks.texts import text
from rasters import RefusedError
from rasters.findings import Severity
from sinks.categories import Status
from sinks.results import load_results
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
    from decimal import Decimal

    from parks.balance import LeagueBalance, ParkBalance
    from parks.park import Park
    from sinks.ledger import Anchor
    from sinks.terminal import Terminal

_PARKS = ("park", "league", "emissions", "alone", "share", "land", "land_sink")
_LEAGUES = ("league", "period", "sink", "low", "deducted", "parks", "emissions", "offset",
            "offset_low")  # fmt: skip


@click.command()
@source_argument
@click.argument("run", type=click.Path(path_type=Path))
@year_option
@click.option(
    "--activities", type=click.Path(path_type=Path), required=True,
    help="活动数据 CSV / activity data of the parks.",
)  # fmt: skip
@click.option(
    "--factors", type=click.Path(path_type=Path), multiple=True,
    help="自有因子表 / tables of factors of one's own.",
)  # fmt: skip
@click.option(
    "--deductions", type=click.Path(path_type=Path), default=None,
    help="已签发并扣减的碳汇 CSV，或台账写出的 deductions.csv / credits issued from the sinks.",
)  # fmt: skip
@click.option(
    "--register", type=click.Path(path_type=Path), default=None,
    help="碳汇项目台账，代替 --deductions / ledger of the credit register, in its place.",
)  # fmt: skip
@click.option(
    "--basis", type=click.Choice([str(b) for b in Basis]), default=str(Basis.LOCATION),
    show_default=True, help="电力如何计 / how power is counted.",
)  # fmt: skip
@region_option
@lang_option
@quiet_option
@json_option
def balance(  # noqa: PLR0913 - the options of the command
    source: str,
    run: Path,
    year: int,
    activities: Path,
    factors: tuple[Path, ...],
    deductions: Path | None,
    register: Path | None,
    basis: str,
    region: str | None,
    lang: str | None,
    *,
    quiet: bool,
    as_json: bool,
) -> int:
    """园区排放与盟市碳汇对照，不相抵 / emissions beside the league's sink, never netted."""
    terminal = speaking(lang, quiet=quiet)
    if deductions is not None and register is not None:
        raise click.UsageError(text("one_deduction", terminal.lang))
    with refusing(terminal, as_json=as_json):
        results = load_results(run)
        registry = load_parks(source, region=region)
        place = region_of(registry, source, region)
        if place is None:
            raise click.UsageError(text("needs_region", terminal.lang))
        leagues_of = {park.park_id: park.league_code for park in registry if park.league_code}
        computed, found = read_emissions(
            activities, factors, region=place.id, net_export=NetExport.ZERO
        )
        totals = results.tables["totals"]
        sinks, remarks = league_sinks(totals, level=place.levels[1].id, year=year)
        found += remarks
        deducted: dict[str, Decimal] = {}
        if deductions is not None:
            deducted, remarks = read_deductions(deductions, year=year)
            found += remarks
        anchor: Anchor | None = None
        if register is not None:
            deducted, anchor = register_deductions(register, year=year)
        parks, leagues, remarks = balance_of(
            leagues_of, year=year, emissions=computed, basis=Basis(basis), sinks=sinks,
            deductions=deducted, green_land=green_land_of(registry, year=year),
        )  # fmt: skip
        found += remarks
        if any(f.severity is Severity.ERROR for f in found):
            raise RefusedError(found)
    if as_json:
        said = None if anchor is None else anchor.as_json()
        print_record(
            found, status=results.manifest.status, parks=parks, leagues=leagues, register=said
        )
        return DONE
    terminal.findings(found)
    _print(terminal, registry, parks, leagues)
    if results.manifest.status == str(Status.DEMO):
        say(terminal, "balance_demo")
    if anchor is not None:
        say(terminal, "balance_register", events=anchor.events, head=anchor.head)
    say(terminal, "balance_note")
    return DONE


def _print(
    terminal: Terminal,
    registry: Sequence[Park],
    parks: Sequence[ParkBalance],
    leagues: Sequence[LeagueBalance],
) -> None:
    """Print a row for each league with parks, then one for each park."""
    lang = terminal.lang
    names = {p.park_id: p.name_zh if lang == "zh" else p.name_en or p.name_zh for p in registry}
    shown = Table(*(text(f"balance_{column}", lang) for column in _LEAGUES))
    for row in leagues:
        if row.parks:
            shown.add_row(
                row.name, f"{row.sink.year0}–{row.sink.year1}",
                *(_tonnes(v, lang) for v in (row.sink.sink_t_co2, row.sink.low_t_co2,
                                             row.deducted_t_co2)),
                f"{row.parks_known}/{row.parks}",
                *(_tonnes(v, lang) for v in (row.emissions_t_co2, row.offset_t_co2,
                                             row.offset_low_t_co2)),
            )  # fmt: skip
    terminal.out.print(shown)
    league_names = {row.league_code: row.name for row in leagues}
    listed = Table(*(text(f"balance_{column}", lang) for column in _PARKS))
    for one in parks:
        listed.add_row(
            names[one.park_id] or one.park_id,
            league_names.get(one.league_code, one.league_code),
            *(_tonnes(v, lang) for v in (one.emissions_t_co2, one.alone_t_co2, one.share_t_co2)),
            "" if one.green_land_ha is None else f"{one.green_land_ha:,.2f}",
            "" if one.green_land_sink_t_co2 is None else f"{one.green_land_sink_t_co2:,.2f}",
        )  # fmt: skip
    terminal.out.print(listed)


def _tonnes(amount: Decimal | None, lang: str) -> str:
    """Return an amount in whole tonnes, or that it is missing."""
    return text("no_value", lang) if amount is None else f"{amount:,.0f}"


COMMANDS: tuple[click.Command, ...] = (balance,)
"""What this module adds to ``tanhui parks``."""
