"""The command of the balance of energy: source, grid, load and storage (源网荷储) of a year."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from parks.energy import Resolution, month_of_hour
from parks.flows import flows as flows_of
from parks.series_files import read_series
from parks.storage import LossesOn, Store
from parks.texts import text
from rasters import RefusedError
from sinks.terminal import DONE, json_option, lang_option, quiet_option, speaking

from .speaking import (
    check_target,
    mwh,
    print_record,
    refusing,
    replace_option,
    say,
    say_written,
    series_options,
    store_options,
)

if TYPE_CHECKING:
    import pandas as pd

    from parks.energy import EnergySeries
    from parks.flows import Flows
    from sinks.terminal import Terminal

_SHOWN = ("new_energy", "other", "grid_import", "discharge", "load", "charge", "surplus", "losses")
_LIMITED = ("exported", "curtailed")


@click.command()
@series_options
@store_options
@click.option(
    "--export-mw", type=click.FloatRange(min=0),
    help="电网可接纳的外送功率 / power that the grid takes from the park.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path), default=None,
    help="写入逐期平衡 CSV / write the balance of every period.",
)  # fmt: skip
@replace_option
@lang_option
@quiet_option
@json_option
def flows(  # noqa: PLR0913 - the options of the command
    series: Path,
    park_id: str,
    year: int,
    *,
    store_mwh: float | None,
    store_mw: float | None,
    efficiency: float | None,
    losses_on: str,
    export_mw: float | None,
    out: Path | None,
    lang: str | None,
    synthetic: bool,
    replace: bool,
    quiet: bool,
    as_json: bool,
) -> int:
    """源网荷储平衡 / source, grid, load and storage in one balance that closes."""
    terminal = speaking(lang, quiet=quiet)
    if store_mwh is not None and efficiency is None:
        raise click.UsageError(text("needs_efficiency", terminal.lang))
    with refusing(terminal, as_json=as_json):
        if out is not None:
            check_target(terminal, out, source=str(series), replace=replace)
        energy, found = read_series(series, park_id=park_id, year=year, synthetic=synthetic)
        if energy is None:
            raise RefusedError(found)
        store = None
        if store_mwh is not None and efficiency is not None:
            store = Store(energy_mwh=store_mwh, power_mw=store_mw, efficiency=efficiency,
                          losses_on=LossesOn(losses_on))  # fmt: skip
        made = flows_of(energy, store=store, export_mw=export_mw)
        if out is not None:
            made.frame().to_csv(out, index=False, lineterminator="\n")
    rows = _by_month(energy, made)
    if as_json:
        print_record(found, totals=made.totals(), peak_import_mw=made.peak_import_mw,
                     periods=rows.reset_index().to_dict("records"))  # fmt: skip
    else:
        terminal.findings(found)
        _print(terminal, energy, made, rows)
    if out is not None:
        say_written(terminal, [out])
    return DONE


def _by_month(energy: EnergySeries, made: Flows) -> pd.DataFrame:
    """Return the flows by month, or by year where only that is known, MWh."""
    frame = made.frame().drop(columns="level_mwh").set_index("period")
    if energy.resolution is Resolution.HOURLY:
        months = month_of_hour(made.periods, energy.year)
        frame = frame.groupby(months).sum(min_count=1)
    return frame.rename_axis("period")


def _print(terminal: Terminal, energy: EnergySeries, made: Flows, rows: pd.DataFrame) -> None:
    """Print the flows of every month and their sum, then what they mean."""
    lang = terminal.lang
    shown = [*_SHOWN, *(_LIMITED if made.exported is not None else ())]
    table = Table(
        text("flow_period", lang), *(text(f"flow_{name}", lang) for name in shown),
        title=text("flow_title", lang, park=energy.park_id, year=energy.year),
    )  # fmt: skip
    for period, row in rows.iterrows():
        table.add_row(
            str(period or energy.year), *(mwh(float(row[f"{name}_mwh"])) for name in shown)
        )
    totals = made.totals()
    table.add_section()
    table.add_row(text("flow_total", lang), *(mwh(totals[name]) for name in shown))
    terminal.out.print(table)
    if made.peak_import_mw is not None:
        say(terminal, "flow_peak", power=mwh(made.peak_import_mw))
    say(terminal, "flow_note")


COMMANDS: tuple[click.Command, ...] = (flows,)
"""What this module adds to ``tanhui parks``."""
