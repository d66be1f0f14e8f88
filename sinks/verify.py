"""Does a results folder still hold? Hashes of inputs and outputs, and its own sums again.

The sums are repeated on the decimals of the files, with nothing taken from the run but the
files: someone who edits a number must edit every sum and every hash to pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rasters.findings import finding

from .errors import ResultError
from .manifest import read_manifest, verify_inputs, verify_outputs
from .quality import CLOSURE_LIMIT
from .results import load_results

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd
    from rasters.findings import Finding

    from .results import Results


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
    """Verify a results folder.

    Parameters
    ----------
    folder
        The results folder.
    inputs
        Folder of the inventory.toml; by default where the manifest says, relative to the
        results.

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
    """Yield every sum of the files that does not hold."""
    tables = results.tables
    for name, column, keys in (
        ("stocks", "stock_t_c", ["year", "ecosystem", "pool"]),
        ("stocks", "area_ha", ["year", "ecosystem", "pool"]),
        ("changes", "change_t_c", ["year0", "year1", "ecosystem0", "ecosystem", "pool", "method"]),
        ("changes", "sink_t_co2_per_year", ["year0", "year1", "ecosystem0", "ecosystem", "pool",
                                            "method"]),
        ("totals", "value_t_c", ["quantity", "scope", "year1"]),
    ):  # fmt: skip
        yield from _levels_add_up(tables[name], name, column, keys)
    yield from _totals_are_sums(tables["totals"], tables["stocks"])
    yield from _areas_close(tables["coverage"])
    yield from _reconciles(tables["reconciliation"])


def _levels_add_up(
    table: pd.DataFrame, name: str, column: str, keys: list[str]
) -> Iterator[Finding]:
    """Yield rows of a coarser level that are not the sum of a finer one, as decimals."""
    known = table[table[column].notna()]
    sums = {
        level: rows.groupby(keys)[column].sum()
        for level, rows in known.groupby("level", sort=False)
    }
    if not sums:
        return
    reference = sums[next(iter(sums))]
    for level, summed in sums.items():
        both = summed.to_frame("fine").join(reference.rename("coarse"), how="outer")
        for key, row in both[both["fine"].fillna(0) != both["coarse"].fillna(0)].iterrows():
            yield finding(
                "sinks", "verify-levels", value=f"{row['fine']} / {row['coarse']}",
                where=f"{name}.csv {column} {level} {key}",
            )  # fmt: skip


def _totals_are_sums(totals: pd.DataFrame, stocks: pd.DataFrame) -> Iterator[Finding]:
    """Yield stock totals over all ecosystems that are not the sum of stocks.csv."""
    summed = (
        stocks[stocks["stock_t_c"].notna()]
        .groupby(["zone_code", "level", "year"])["stock_t_c"]
        .sum()
    )
    rows = totals[totals["quantity"].eq("stock") & totals["scope"].eq("all")]
    for row in rows[rows["value_t_c"].notna()].itertuples():
        expected = summed.get((row.zone_code, row.level, row.year1), 0)
        if expected != row.value_t_c:
            yield finding(
                "sinks", "verify-total", value=f"{row.value_t_c} / {expected}",
                where=f"totals.csv {row.zone_code} {row.year1}",
            )  # fmt: skip


def _areas_close(coverage: pd.DataFrame) -> Iterator[Finding]:
    """Yield zones whose counted area is not the polygon's."""
    for row in coverage.itertuples():
        counted = row.classified_ha + row.nodata_ha + row.outside_ha
        if abs(counted - row.polygon_ha) > row.polygon_ha * type(row.polygon_ha)(
            str(CLOSURE_LIMIT)
        ):
            yield finding(
                "sinks", "verify-closure", value=f"{counted} / {row.polygon_ha}",
                where=f"coverage.csv {row.zone_code} {row.year}",
            )  # fmt: skip


def _reconciles(table: pd.DataFrame) -> Iterator[Finding]:
    """Yield zones whose difference of stocks is not explained."""
    for row in table.itertuples():
        left = row.stock1_t_c - row.stock0_t_c
        right = row.change_common_t_c + row.only_year1_t_c - row.only_year0_t_c
        whole = max(abs(row.stock0_t_c), abs(row.stock1_t_c), 1)
        if abs(left - right) > whole * type(whole)(str(CLOSURE_LIMIT)):
            yield finding(
                "sinks", "verify-reconciliation", value=f"{left} / {right}",
                where=f"reconciliation.csv {row.zone_code} {row.year0}-{row.year1}",
            )  # fmt: skip
