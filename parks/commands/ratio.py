"""The command of the green-power ratio: every reading, the verdict, what closes the gap."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from parks.closing import Closing, Means, close_by_generation, measures
from parks.definitions import target_of
from parks.energy import PlantKind, Resolution
from parks.park import ParkKind
from parks.power import readings
from parks.registry import load_parks, registry_ids
from parks.series_files import read_series
from parks.storage import LossesOn, Store
from parks.texts import text
from parks.verdict import Outcome, verdict
from rasters import RefusedError
from sinks.terminal import DONE, REFUSED, json_option, lang_option, quiet_option, speaking

from .speaking import (
    fault,
    mwh,
    percent,
    print_record,
    refusing,
    say,
    series_options,
    store_options,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from parks.closing import Measure
    from parks.energy import EnergySeries
    from parks.power import Ratio
    from parks.verdict import Verdict
    from sinks.terminal import Terminal


@click.command()
@series_options
@click.option(
    "--kind", type=click.Choice([str(ParkKind.ZERO), str(ParkKind.LOW)]), default=None,
    help="类别，默认依内置名录 / kind; default as in the packaged registry.",
)  # fmt: skip
@store_options
@click.option(
    "--duration-h",
    type=click.FloatRange(min=0, min_open=True),
    help="新增储能时长 / hours at full power of a larger store; default: the power stays.",
)
@click.option(
    "--grid-cfe", type=click.FloatRange(0, 1), help="电网无碳电量占比 / carbon-free share of grid."
)
@click.option("--closing", is_flag=True, help="补足差距的措施 / what closes the gap.")
@lang_option
@quiet_option
@json_option
def ratio(  # noqa: PLR0913 - the options of the command
    series: Path,
    park_id: str,
    year: int,
    kind: str | None,
    *,
    store_mwh: float | None,
    store_mw: float | None,
    efficiency: float | None,
    losses_on: str,
    duration_h: float | None,
    grid_cfe: float | None,
    lang: str | None,
    closing: bool,
    synthetic: bool,
    quiet: bool,
    as_json: bool,
) -> int:
    """绿电占比的各种读法 / the green-power ratio in every reading, against the target."""
    terminal = speaking(lang, quiet=quiet)
    if store_mwh is not None and efficiency is None:
        raise click.UsageError(text("needs_efficiency", terminal.lang))
    with refusing(terminal, as_json=as_json):
        energy, found = read_series(series, park_id=park_id, year=year, synthetic=synthetic)
        if energy is None:
            raise RefusedError(found)
        # without an efficiency there is no store to speak of: one of 0 MWh loses nothing
        store = Store(
            energy_mwh=store_mwh or 0.0,
            power_mw=store_mw,
            efficiency=1.0 if efficiency is None else efficiency,
            losses_on=LossesOn(losses_on),
        )
        has_store = store_mwh is not None
        ratios = readings(energy, store=store if has_store else None, grid_cfe=grid_cfe)
        judged = verdict(ratios, target=target_of(kind or _kind_of(park_id)))
        searched: tuple[Measure, ...] = ()
        hourly = energy.resolution is Resolution.HOURLY
        if closing and hourly and judged.outcome in {Outcome.MET, Outcome.MISSED}:
            searched = _measures(energy, judged, store, duration_h, known=efficiency is not None)
        found += [f for measure in searched if (f := measure.finding()) is not None]
    if as_json:
        print_record(found, verdict=asdict(judged), readings=ratios, measures=searched)
    else:
        terminal.findings(found)
        _print_ratios(terminal, energy, ratios, judged)
    if closing and not hourly:
        resolution = text(f"resolution_{energy.resolution}", terminal.lang)
        fault(terminal, "closing_not_hourly", resolution=resolution)
        return REFUSED
    if closing and not as_json:
        _print_measures(terminal, judged, store, searched)
    return DONE


def _kind_of(park_id: str) -> str:
    """Return the kind of a packaged park; without one there is no target."""
    for region_id in registry_ids():
        for park in load_parks(region_id):
            if park.park_id == park_id:
                return park.kind
    return ParkKind.CANDIDATE


def _measures(
    energy: EnergySeries,
    judged: Verdict,
    store: Store,
    duration_h: float | None,
    *,
    known: bool,
) -> tuple[Measure, ...]:
    """Return what closes a gap; storage only where its efficiency is known."""
    target = judged.target.share
    if target is None:
        return ()
    if known:
        return measures(energy, target=target, store=store, duration_h=duration_h)
    return tuple(
        close_by_generation(energy, kind=kind, target=target, store=store)
        for kind in (PlantKind.WIND, PlantKind.PV)
    )


def _print_ratios(
    terminal: Terminal, energy: EnergySeries, ratios: Sequence[Ratio], judged: Verdict
) -> None:
    """Print every reading with its definition, then the verdict and the gap."""
    lang = terminal.lang
    say(
        terminal,
        "ratio_head",
        park=energy.park_id,
        year=energy.year,
        kind=text(f"kind_{judged.kind}", lang),
        resolution=text(f"resolution_{energy.resolution}", lang),
    )
    for one in ratios:
        name, definition = _words(one, lang)
        value = text("no_value", lang)
        if one.value is not None:
            value = text(
                "share",
                lang,
                share=percent(one.value),
                numerator=mwh(one.numerator_mwh),
                denominator=mwh(one.denominator_mwh),
                period=one.period,
            )
        say(terminal, "reading", name=name, reading=one.reading, value=value)
        say(terminal, "definition", definition=definition)
        if one.flags:
            told = text("comma", lang).join(text(f"flag_{flag}", lang) for flag in one.flags)
            say(terminal, "flags", flags=told)
    target, basis = judged.target, text("by_nothing", lang)
    if judged.ratio is not None:
        basis = text("by_reading", lang, name=_words(judged.ratio, lang)[0])
    aim = text("target_none", lang)
    if target.share is not None:
        words = {"source": target.source, "locator": target.locator}
        aim = text("target", lang, share=f"{target.share:.0%}", **words)
    outcome = text(f"outcome_{judged.outcome}", lang)
    say(terminal, "verdict", outcome=outcome, basis=basis, target=aim)
    if judged.gap_mwh is not None:
        say(terminal, "gap", gap=mwh(judged.gap_mwh))


def _print_measures(
    terminal: Terminal, judged: Verdict, store: Store, searched: Sequence[Measure]
) -> None:
    """Print what each measure alone would do."""
    lang = terminal.lang
    if not searched:
        outcome = text(f"outcome_{judged.outcome}", lang)
        say(terminal, "closing_no_verdict", outcome=outcome)
        return
    power = text("power_unlimited", lang)
    if store.power_mw is not None:
        power = text("power_limited", lang, power=f"{store.power_mw:g}")
    say(terminal, "closing_head", energy=f"{store.energy_mwh:g}", power=power)
    for measure in searched:
        words: dict[str, object] = {
            "means": text(f"means_{measure.means}", lang),
            "before": percent(measure.share_before),
            "after": percent(measure.share_after),
            "surplus": mwh(measure.surplus_after_mwh),
        }
        if measure.closing is Closing.CANNOT:
            say(terminal, "measure_cannot", closing=text("closing_cannot", lang), **words)
        elif measure.closing is not Closing.CLOSED:
            say(terminal, "measure", closing=text(f"closing_{measure.closing}", lang), **words)
        elif measure.means is Means.STORAGE:
            sizes = {"energy": measure.energy_mwh, "extra": measure.extra_energy_mwh}
            shown = {name: mwh(size) for name, size in sizes.items()}
            say(terminal, "measure_storage", **shown, **words)
        else:
            power = ""
            if measure.extra_mw is not None:
                power = text("measure_mw", lang, mw=mwh(measure.extra_mw))
            say(
                terminal,
                "measure_generation",
                extra=mwh(measure.extra_mwh),
                factor=f"{measure.factor:.4g}",
                power=power,
                **words,
            )
    if not any(measure.means is Means.STORAGE for measure in searched):
        say(terminal, "closing_no_efficiency")


def _words(one: Ratio, lang: str) -> tuple[str, str]:
    """Return name and definition of a reading."""
    return (one.name_zh, one.definition_zh) if lang == "zh" else (one.name_en, one.definition_en)


COMMANDS: tuple[click.Command, ...] = (ratio,)
"""What this module adds to ``tanhui parks``."""
