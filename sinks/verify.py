"""Does a results folder still hold? Hashes of inputs and outputs, and its own sums again.

The sums are repeated on the decimals of the files, with nothing taken from the run but the
files: someone who edits a number must edit every sum and every hash to pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from rasters.findings import finding

from .errors import ResultError
from .manifest import read_manifest, verify_inputs, verify_outputs
from .quality import CLOSURE_LIMIT
from .records import records
from .results import load_results
from .sink_zones import open_sums

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

    from rasters.findings import Finding

    from .results import Results


_CLOSURE = Decimal(str(CLOSURE_LIMIT))
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a verification found."""

    findings: tuple[Finding, ...]
    """Every difference; empty if all holds."""
    outputs: int
    """Output files compared."""
    inputs: int
    """Input files compared."""

    @property
    def holds(self) -> bool:
        """Whether nothing differs."""
        return not self.findings


def verify(folder: Path, *, inputs: Path | None = None) -> Outcome:
    """Compare a results folder with its manifest, its inputs and its own sums.

    Parameters
    ----------
    folder
        The results folder.
    inputs
        Folder of the inventory.toml; by default where the manifest says, relative to the
        results.

    Returns
    -------
    Outcome
        Every difference at once; a folder without a readable manifest has no files compared.

    """
    found = list(verify_outputs(folder))
    try:
        manifest = read_manifest(folder)
    except ResultError:
        return Outcome(findings=tuple(found), outputs=0, inputs=0)
    base = inputs if inputs is not None else folder / manifest.config_folder
    found += verify_inputs(manifest, base)
    try:
        found += check_sums(load_results(folder))
    except ResultError as error:
        found.append(finding("sinks", "verify-unreadable", value=error, where=folder))
    return Outcome(
        findings=tuple(found), outputs=len(manifest.outputs), inputs=len(manifest.inputs)
    )


def check_sums(results: Results) -> Iterator[Finding]:
    """Yield every sum of the files that does not hold, as decimals and without tolerance.

    Only the closure of areas and the reconciliation allow a millionth: their parts are measured
    or rounded apart.
    """
    tables = results.tables
    pair = ["year0", "year1", "ecosystem0", "ecosystem", "pool", "method"]
    for name, column, keys in (
        ("stocks", "stock_t_c", ["year", "ecosystem", "pool"]),
        ("stocks", "area_ha", ["year", "ecosystem", "pool"]),
        ("changes", "change_t_c", pair),
        ("changes", "sink_t_co2_per_year", pair),
        ("totals", "value_t_c", ["quantity", "scope", "year0", "year1"]),
    ):
        yield from _levels_add_up(tables[name], name, column, keys)
    yield from _totals_are_sums(tables["totals"], tables["stocks"])
    yield from _areas_close(tables["coverage"])
    yield from _reconciles(tables["reconciliation"])
    yield from open_sums(tables["sink_zones"], tables["totals"])


def _levels_add_up(
    table: pd.DataFrame, name: str, column: str, keys: list[str]
) -> Iterator[Finding]:
    """Yield the sums of a level that differ from those of the first level in the file."""
    sums: dict[str, dict[tuple[object, ...], Decimal]] = {}
    known = table[table[column].notna()].fillna({"year0": 0} if "year0" in keys else {})
    for level, value, *rest in known[["level", column, *keys]].itertuples(index=False, name=None):
        of_level, named = sums.setdefault(level, {}), tuple(rest)
        of_level[named] = of_level.get(named, _NOTHING) + value
    reference = next(iter(sums.values()), {})
    for level, of_level in sums.items():
        for key in sorted({*reference, *of_level}, key=str):
            mine, other = of_level.get(key, _NOTHING), reference.get(key, _NOTHING)
            if mine != other:
                place = " ".join(str(part) for part in key if part != 0)
                yield finding(
                    "sinks",
                    "verify-levels",
                    value=f"{mine} / {other}",
                    where=f"{name}.csv {column} {level} {place}",
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stock:
    """What is compared of a row of stocks.csv."""

    zone_code: str
    level: str
    year: int
    stock_t_c: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class _Total:
    """What is compared of a stock row of totals.csv."""

    zone_code: str
    level: str
    year1: int
    value_t_c: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class _Areas:
    """What is compared of a row of coverage.csv."""

    zone_code: str
    year: int
    polygon_ha: Decimal | None
    classified_ha: Decimal | None
    nodata_ha: Decimal | None
    outside_ha: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reconciled:
    """What is compared of a row of reconciliation.csv."""

    zone_code: str
    year0: int
    year1: int
    stock0_t_c: Decimal | None
    stock1_t_c: Decimal | None
    change_common_t_c: Decimal | None
    only_year0_t_c: Decimal | None
    only_year1_t_c: Decimal | None


def _totals_are_sums(totals: pd.DataFrame, stocks: pd.DataFrame) -> Iterator[Finding]:
    """Yield stock totals over all ecosystems that are not the sum of stocks.csv."""
    sums: dict[tuple[str, str, int], Decimal] = {}
    for row in records(stocks[stocks["stock_t_c"].notna()], _Stock):
        key = (row.zone_code, row.level, row.year)
        sums[key] = sums.get(key, _NOTHING) + row.stock_t_c
    whole = totals["quantity"].eq("stock") & totals["scope"].eq("all")
    for total in records(totals[whole & totals["value_t_c"].notna()], _Total):
        expected = sums.get((total.zone_code, total.level, total.year1), _NOTHING)
        if expected != total.value_t_c:
            yield finding(
                "sinks",
                "verify-total",
                value=f"{total.value_t_c} / {expected}",
                where=f"totals.csv {total.zone_code} {total.year1}",
            )


def _areas_close(coverage: pd.DataFrame) -> Iterator[Finding]:
    """Yield zones whose counted area is not the polygon's; a blank cell is no area."""
    for row in records(coverage, _Areas):
        parts = (row.classified_ha, row.nodata_ha, row.outside_ha)
        counted = sum((part or _NOTHING for part in parts), start=_NOTHING)
        polygon = row.polygon_ha or _NOTHING
        if abs(counted - polygon) > polygon * _CLOSURE:
            yield finding(
                "sinks",
                "verify-closure",
                value=f"{counted} / {polygon}",
                where=f"coverage.csv {row.zone_code} {row.year}",
            )


def _reconciles(table: pd.DataFrame) -> Iterator[Finding]:
    """Yield zones whose difference of stocks is not explained; a blank cell is no stock."""
    for row in records(table, _Reconciled):
        stock0, stock1 = row.stock0_t_c or _NOTHING, row.stock1_t_c or _NOTHING
        explained = (
            (row.change_common_t_c or _NOTHING)
            + (row.only_year1_t_c or _NOTHING)
            - (row.only_year0_t_c or _NOTHING)
        )
        whole = max(abs(stock0), abs(stock1), Decimal(1))
        if abs(stock1 - stock0 - explained) > whole * _CLOSURE:
            yield finding(
                "sinks",
                "verify-reconciliation",
                value=f"{stock1 - stock0} / {explained}",
                where=f"reconciliation.csv {row.zone_code} {row.year0}-{row.year1}",
            )
