"""Commands of map accuracy: plan a sample, and what a sample says of a results folder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
import pandas as pd
from rich.table import Table

from rasters import RefusedError
from rasters.findings import finding
from sinks.accuracy import (
    assess,
    mapped_strata,
    overall_error,
    parse_stratum,
    plan_text,
    read_matrix,
    read_points,
    read_strata,
    sampling_plan,
)
from sinks.categories import Ecosystem
from sinks.errors import EstimateError
from sinks.export.schemas import SCHEMAS
from sinks.export.tables import write_table
from sinks.mapped_land import mapped_land
from sinks.results import load_results
from sinks.terminal import DONE, lang_option, speaking
from sinks.texts import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sinks.accuracy import Assessment, PlannedStratum
    from sinks.mapped_land import MappedLand
    from sinks.terminal import Terminal

_years = click.option(
    "--years", type=(int, int), default=None, help="样本比较的两年 / the two years of the sample."
)
_merge = click.option(
    "--merge",
    "merged",
    multiple=True,
    help="合并的类别，逗号分隔，可重复 / classes to join, comma-separated, repeatable.",
)
_SHOWN = (
    "stratum", "mapped_ha", "adjusted_ha", "low_ha", "high_ha", "samples", "users_accuracy",
    "producers_accuracy", "basis",
)  # fmt: skip


@click.group("accuracy")
def accuracy() -> None:
    """地图精度：抽样方案与误差修正面积 / map accuracy: sampling plans, adjusted areas."""


@accuracy.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--standard-error",
    type=float,
    required=True,
    help="总体精度的目标标准误 / target standard error of overall accuracy.",
)
@click.option(
    "--minimum", type=int, default=50, show_default=True,
    help="每层最少样本 / fewest units of a stratum.",
)  # fmt: skip
@click.option(
    "--stable", type=float, default=None,
    help="稳定土地的预期用户精度 / expected user's accuracy of stable land.",
)  # fmt: skip
@click.option(
    "--change", type=float, default=None,
    help="变化的预期用户精度 / expected user's accuracy of change.",
)  # fmt: skip
@_merge
@_years
@click.option("--out", type=click.Path(path_type=Path), default=None, help="CSV.")
@lang_option
def plan(
    source: Path,
    standard_error: float,
    minimum: int,
    stable: float | None,
    change: float | None,
    merged: Sequence[str],
    years: tuple[int, int] | None,
    out: Path | None,
    lang: str | None,
) -> int:
    """抽样方案 / how many sample units, and where.

    SOURCE 为结果文件夹，或含 stratum,area_ha,users_accuracy 的 CSV / a results folder or a CSV.
    """
    terminal = speaking(lang)
    if source.is_dir():
        land = mapped_land(load_results(source))
        areas = mapped_strata(
            land.activity,
            years=_pair(land, years),
            merge=_lists(merged),
            ecosystems=land.ecosystems,
        )
        users = _expected(areas, stable, change)
    else:
        areas, users = read_strata(source)
    try:
        planned = sampling_plan(areas, users, standard_error=standard_error, minimum=minimum)
    except EstimateError as error:
        where = "--standard-error, --minimum, --stable, --change"
        raise RefusedError(
            [finding("sinks", "plan-out-of-range", value=error, where=where)]
        ) from error
    terminal.out.print(_plan_table(planned, terminal.lang))
    terminal.out.print(
        text(
            "accuracy_plan_total",
            terminal.lang,
            samples=sum(row.samples for row in planned),
            error=f"{overall_error(planned):.4f}",
            target=f"{standard_error:g}",
        ),
        markup=False,
    )
    if out is not None:
        out.write_text(plan_text(planned), encoding="utf-8", newline="")
        terminal.say("accuracy_written", path=out)
    return DONE


@accuracy.command("estimate")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--points", type=click.Path(path_type=Path), default=None)
@click.option("--matrix", type=click.Path(path_type=Path), default=None)
@_merge
@_years
@click.option("--zone", default=None, help="地区代码 / zone code; default: the whole.")
@click.option("--out", type=click.Path(path_type=Path), default=None, help="CSV.")
@lang_option
def estimate_command(
    folder: Path,
    points: Path | None,
    matrix: Path | None,
    merged: Sequence[str],
    years: tuple[int, int] | None,
    zone: str | None,
    out: Path | None,
    lang: str | None,
) -> int:
    """误差修正面积 / adjusted areas of a results folder by a sample."""
    terminal = speaking(lang)
    path = points or matrix
    if path is None or (points is not None and matrix is not None):
        raise click.UsageError("--points | --matrix")
    results = load_results(folder)
    land = mapped_land(results)
    reader = read_matrix if points is None else read_points
    sample, found = reader(path, years=_pair(land, years), merge=_lists(merged))
    if sample is None:
        raise RefusedError(found)
    if sample.places is not None:
        units = len(sample.places)
        raise RefusedError([finding("sinks", "accuracy-places", value=units, where=path.name)])
    judged = assess(
        sample,
        land.activity,
        land.activity[:0],
        ecosystems=land.ecosystems,
        tree=land.tree,
        apply=False,
    )
    _print_areas(terminal, judged, zone or land.tree.zones(land.tree.levels[0])[0])
    if out is not None:
        write_table(
            out,
            judged.adjusted_areas,
            SCHEMAS["adjusted_areas"],
            status=results.manifest.status,
            run_id=results.manifest.run_id,
        )
        terminal.say("accuracy_written", path=out)
    return DONE


def _pair(land: MappedLand, years: tuple[int, int] | None) -> tuple[int, int]:
    """Return the two years of the sample; they need no naming where a run has but two."""
    pairs = land.pairs()
    chosen = years if years is not None else pairs[0] if len(pairs) == 1 else None
    if chosen not in pairs or chosen is None:
        listed = ", ".join(f"{first}-{last}" for first, last in pairs) or "-"
        raise RefusedError([finding("sinks", "accuracy-pair", value=listed, where="--years")])
    return chosen


def _lists(merged: Sequence[str]) -> list[list[str]]:
    """Return the classes to join, as lists of names."""
    return [[name.strip() for name in names.split(",")] for names in merged]


def _expected(
    areas: dict[str, float], stable: float | None, change: float | None
) -> dict[str, float]:
    """Return the expected user's accuracy of every stratum, as the options say."""
    expected: dict[str, float] = {}
    lacking = []
    for name in areas:
        stratum, _ = parse_stratum(name, where=name)
        still = stratum is not None and all(pattern.stable for pattern in stratum.patterns)
        option, share = ("--stable", stable) if still else ("--change", change)
        if share is None:
            lacking.append(option)
        expected[name] = share or 0.0
    if lacking:
        raise RefusedError(
            [
                finding("sinks", "plan-accuracy", value="", where=option)
                for option in sorted(set(lacking))
            ]
        )
    return expected


def _plan_table(plan: Sequence[PlannedStratum], lang: str) -> Table:
    """Return a plan as a table."""
    table = Table(title=text("accuracy_plan_title", lang))
    for column in ("stratum", "area_ha", "users_accuracy", "proportional", "samples", "error"):
        table.add_column(text(f"accuracy_column_{column}", lang), justify=_justify(column))
    for row in plan:
        table.add_row(
            _named(row.stratum, lang),
            f"{row.area_ha:,.2f}",
            f"{row.users_accuracy:.2f}",
            f"{row.proportional:,}",
            f"{row.samples:,}",
            f"{row.expected_standard_error:.4f}",
        )
    return table


def _print_areas(terminal: Terminal, judged: Assessment, zone: str) -> None:
    """Print the adjusted areas of a zone and the overall accuracy of the map."""
    rows = judged.adjusted_areas
    rows = rows[rows["zone_code"].eq(zone)]
    if rows.empty:
        known = ", ".join(sorted(set(judged.adjusted_areas["zone_code"])))
        raise RefusedError(
            [finding("sinks", "accuracy-zone-option", value=zone, where="--zone", known=known)]
        )
    name = str(rows["zone_name"].iloc[0])
    table = Table(title=text("accuracy_areas_title", terminal.lang, zone=zone, name=name))
    for column in _SHOWN:
        table.add_column(text(f"accuracy_column_{column}", terminal.lang), justify=_justify(column))
    for row in rows[list(_SHOWN)].itertuples(index=False):
        table.add_row(
            *(
                _cell(column, value, terminal.lang)
                for column, value in zip(_SHOWN, row, strict=True)
            )
        )
    terminal.out.print(table)
    terminal.out.print(
        text("accuracy_overall", terminal.lang, overall=f"{judged.overall:.4f}"), markup=False
    )


def _justify(column: str) -> Literal["left", "right"]:
    """Return how a column is set: words to the left, numbers to the right."""
    return "left" if column in ("stratum", "basis") else "right"


def _named(stratum: str, lang: str) -> str:
    """Return a change stratum in the language; its words are the ecosystems' in English too."""
    if lang == "en":
        return stratum
    names = {str(member): member.label(lang) for member in Ecosystem}
    return re.sub(r"[a-z]+", lambda word: names.get(word[0], word[0]), stratum)


def _cell(column: str, value: object, lang: str) -> str:
    """Return a cell as people read it: hectares with two decimals, shares with four."""
    if value is None or value is pd.NA:
        return ""
    if column == "stratum":
        return _named(str(value), lang)
    if column == "basis":
        return text(f"accuracy_basis_{value}", lang)
    if column.endswith("_ha"):
        return f"{float(str(value)):,.2f}"
    if column.endswith("accuracy"):
        return f"{float(str(value)):.4f}"
    return str(value)


COMMANDS: tuple[click.Command, ...] = (accuracy,)
"""What this module adds to ``tanhui``."""
