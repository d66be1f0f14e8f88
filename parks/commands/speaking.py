"""What the commands of the parks share: their options, how they refuse, how they say numbers."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import asdict
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from parks.errors import ParksError
from parks.intake import facts_beside
from parks.registry import registry_ids
from parks.storage import LossesOn
from parks.texts import text
from rasters import RefusedError
from rasters.findings import Severity
from sinks.regions import load_region, region_ids
from sinks.terminal import REFUSED, print_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from parks.park import Park
    from rasters.findings import Finding
    from sinks.regions import Region
    from sinks.terminal import Terminal

source_argument = click.argument("source")
out_option = click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="写入的文件 / file to write."
)
replace_option = click.option(
    "--replace", is_flag=True, help="替换已有文件 / replace a file that exists."
)  # fmt: skip
region_option = click.option(
    "--region", type=click.Choice(region_ids()), default=None, help="区域 / packaged region."
)
_SERIES = (
    click.argument("series", type=click.Path(path_type=Path)),
    click.option("--park", "park_id", required=True, help="园区编号 / park id."),
    click.option("--year", type=int, required=True, help="年份 / calendar year."),
    click.option("--synthetic", is_flag=True, help="模拟数据 / the series is made up."),
)
_STORE = (
    click.option(
        "--store-mwh", type=click.FloatRange(min=0), help="储能容量 / energy of the store."
    ),
    click.option(
        "--store-mw", type=click.FloatRange(min=0), help="储能功率 / its power; no limit."
    ),
    click.option(
        "--efficiency", type=click.FloatRange(0, 1, min_open=True),
        help="储能循环效率 / efficiency of a whole cycle.",
    ),
    click.option(
        "--losses-on", type=click.Choice([str(side) for side in LossesOn]), show_default=True,
        default=str(LossesOn.CHARGING), help="损耗计在何处 / where its losses fall.",
    ),
)  # fmt: skip
year_option = click.option("--year", type=int, required=True, help="年份 / calendar year.")


def series_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add what names a series: file, park, year, and whether it is made up."""
    return reduce(lambda made, option: option(made), reversed(_SERIES), command)


def store_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add what describes a store."""
    return reduce(lambda made, option: option(made), reversed(_STORE), command)


@contextmanager
def refusing(terminal: Terminal, *, as_json: bool = False) -> Iterator[None]:
    """Tell a refusal in the form asked for and end with its code."""
    try:
        yield
    except RefusedError as error:
        if as_json:
            print_json(error.findings)
        else:
            terminal.findings(error.findings)
            errors = sum(f.severity is Severity.ERROR for f in error.findings)
            terminal.fault("refused", errors=errors)
    except ParksError as error:
        terminal.err.print(str(error), markup=False)
    except OSError as error:
        fault(terminal, "file_fault", error=error)
    else:
        return
    raise click.exceptions.Exit(REFUSED)


def fault(terminal: Terminal, key: str, **words: object) -> None:
    """Write why there is no result to stderr."""
    terminal.err.print(text(key, terminal.lang, **words), markup=False)


def say(terminal: Terminal, key: str, **words: object) -> None:
    """Write a sentence of the result to stdout."""
    terminal.out.print(text(key, terminal.lang, **words), markup=False, soft_wrap=True)


def check_target(
    terminal: Terminal, out: Path, *, source: str | None = None, replace: bool
) -> None:
    """End where a file cannot be written, would be written over, or is the one that is read."""
    beside = [out, facts_beside(out)] if out.suffix.lower() == ".csv" else [out]
    there = [path for path in beside if path.exists()]
    if not out.absolute().parent.is_dir():
        fault(terminal, "no_folder", path=out.absolute().parent)
    elif source is not None and any(
        path.samefile(source) for path in there if Path(source).exists()
    ):
        fault(terminal, "same_file", path=source)
    elif there and not replace:
        fault(terminal, "exists", path=there[0])
    else:
        return
    raise click.exceptions.Exit(REFUSED)


def region_of(found: Sequence[Park], source: str, stated: str | None) -> Region | None:
    """Return the region that is stated or packaged, or else whose zones the parks state."""
    if stated is not None or source in registry_ids():
        return load_region(stated or source)
    codes = {park.league_code for park in found} - {""}
    for region_id in region_ids() if codes else ():
        region = load_region(region_id)
        if codes <= set(region.zones["code"]):
            return region
    return None


def say_written(terminal: Terminal, paths: Sequence[Path]) -> None:
    """Say on stderr what was written, unless quiet."""
    if not terminal.quiet:
        fault(terminal, "written", paths=", ".join(str(path) for path in paths))


def print_record(found: Sequence[Finding], **results: Any) -> None:  # noqa: ANN401 - as JSON takes it
    """Print findings as the contract's JSON, and the results beside them."""
    record = {"findings": [one.as_json() for one in found], **results}
    dumped = json.dumps(record, ensure_ascii=False, indent=1, default=_plain)
    sys.stdout.write(dumped + "\n")


def _plain(value: object) -> object:
    """Return what JSON cannot hold: records as tables, decimals as text that keeps all digits."""
    if hasattr(value, "__dataclass_fields__"):
        return asdict(value)  # type: ignore[call-overload]
    return str(value)


def percent(share: float) -> str:
    """Return a share in percent."""
    return f"{share:.2%}"


def mwh(amount: float | None) -> str:
    """Return an amount with its thousands apart; a dash where there is none."""
    return "–" if amount is None else f"{amount:,.1f}"
