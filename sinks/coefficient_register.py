"""The register of coefficients: many tables, one answer per question, every row traceable.

The most specific row answers: code + stratum, then code, ecosystem + stratum, ecosystem,
stratum, any; of equals the later table wins. A row that names the pool goes before one for
all pools, so that the carbon fraction of litter is not overridden by that of a tree type.
Depth and edition are part of the question and are never converted.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from rasters.findings import finding

from .categories import Completeness, Pool
from .coefficient_rows import IntervalBasis
from .errors import CoefficientError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rasters.findings import Finding

    from .categories import Ecosystem
    from .coefficient_rows import Coefficient

USED_COLUMNS = (
    "key",
    "table",
    "row",
    "parameter",
    "code",
    "ecosystem",
    "stratum",
    "pool",
    "depth_cm",
    "edition",
    "class_from",
    "class_to",
    "value",
    "unit",
    "low",
    "high",
    "interval",
    "half_width_source",
    "range_type",
    "source_group",
    "completeness",
    "confidence",
    "source",
    "locator",
    "region",
    "name",
    "note",
)
"""Columns of :meth:`Register.rows_used`."""


@dataclass(frozen=True, slots=True)
class Register:
    """The rows of one run, in the order of its tables."""

    tables: tuple[str, ...]
    """Ids of the tables; later ones win among equals."""
    rows: tuple[Coefficient, ...]
    """All rows, by table and line."""

    def lookup(
        self,
        *,
        parameter: str,
        pool: Pool | None = None,
        code: str = "",
        ecosystem: Ecosystem | None = None,
        stratum: str = "",
        depth_cm: str = "",
        edition: str = "",
        at: float | None = None,
    ) -> Coefficient | None:
        """Return the row that answers, or None where no row does.

        A row with value None answers too: it says that the cell is not estimated.

        Parameters
        ----------
        parameter, pool
            What is asked for; with ``pool`` None only rows without a pool answer.
        code, ecosystem, stratum
            The land it is asked for; blank or None asks for rows that name none.
        depth_cm, edition
            Soil depth and guideline edition; blank accepts any single one.
        at
            Growing stock (m3/ha) or above-ground biomass (t d.m./ha) of the stratum, for
            rows between class edges; without it such rows do not answer.

        Raises
        ------
        CoefficientError
            If rows of several depths or editions answer equally well.

        """
        best = self._best(
            row
            for row in self._matching(parameter, pool, code, ecosystem, stratum, depth_cm, edition)
            if (not row.by_class if at is None else row.holds(at))
        )
        return _single(best) if best else None

    def classes(
        self,
        *,
        parameter: str,
        pool: Pool | None = None,
        code: str = "",
        ecosystem: Ecosystem | None = None,
        stratum: str = "",
        depth_cm: str = "",
        edition: str = "",
    ) -> tuple[Coefficient, ...]:
        """Return every class of the answering key, ascending; one row where it has no classes.

        The arguments and errors are those of :meth:`lookup`.
        """
        best = self._best(
            self._matching(parameter, pool, code, ecosystem, stratum, depth_cm, edition)
        )
        if len({(row.depth_cm, row.edition) for row in best}) > 1:
            _single(best)
        return tuple(sorted(best, key=lambda row: row.class_from or 0.0))

    def soil_depths(self) -> tuple[str, ...]:
        """Return the stated depths of the soil densities that have a value, sorted.

        A table that states no depth takes the depth of the others; where none states one, the
        answer is one blank depth.
        """
        depths = {
            row.depth_cm
            for row in self.rows
            if row.parameter == "density" and row.pool is Pool.SOIL and row.value is not None
        }
        return tuple(sorted(depths - {""} or depths))

    def rows_used(self, keys: Iterable[str]) -> pd.DataFrame:
        """Return the rows of the given keys as a table, in order of table and line.

        Parameters
        ----------
        keys
            Keys of coefficients; unknown ones raise a KeyError, repeats count once.

        """
        by_key = {row.key: row for row in self.rows}
        wanted = {key: by_key[key] for key in keys}
        order = sorted(wanted.values(), key=lambda r: (self.tables.index(r.table), r.row))
        records = [asdict(row) | {"key": row.key} for row in order]
        text = {k for k in USED_COLUMNS if k not in _FLOATS and k != "row"}
        return pd.DataFrame(
            {
                column: pd.Series(
                    [
                        ("" if record[column] is None else str(record[column]))
                        if column in text
                        else record[column]
                        for record in records
                    ],
                    dtype="str" if column in text else "int64" if column == "row" else "float64",
                )
                for column in USED_COLUMNS
            }
        )

    def _matching(
        self,
        parameter: str,
        pool: Pool | None,
        code: str,
        ecosystem: Ecosystem | None,
        stratum: str,
        depth_cm: str,
        edition: str,
    ) -> Iterator[Coefficient]:
        """Yield the rows of a parameter that answer for the land asked for."""
        for row in self.rows:
            if (
                row.parameter == parameter
                and row.pool in (None, pool)
                and row.code in ("", code)
                and row.ecosystem in (None, ecosystem)
                and row.stratum in ("", stratum)
                and (not depth_cm or row.depth_cm in ("", depth_cm))
                and (not edition or row.edition in ("", edition))
            ):
                yield row

    def _best(self, rows: Iterable[Coefficient]) -> list[Coefficient]:
        """Return the rows of the highest rank, from the latest table that has one."""
        ranked: dict[tuple[bool, int, int], list[Coefficient]] = defaultdict(list)
        for row in rows:
            ranked[row.pool is not None, specificity(row), self.tables.index(row.table)].append(row)
        return ranked[max(ranked)] if ranked else []


_FLOATS = ("class_from", "class_to", "value", "low", "high")


def specificity(row: Coefficient) -> int:
    """Return how specific a row is, 0 (any land) to 5 (code and stratum)."""
    if row.code:
        return 5 if row.stratum else 4
    if row.ecosystem is not None:
        return 3 if row.stratum else 2
    return 1 if row.stratum else 0


def repeated(rows: Sequence[Coefficient]) -> list[Finding]:
    """Return a finding for every two rows of one table that answer the same question.

    Rows of one key are equal if their class edges overlap; a row without edges overlaps all.
    A code has one ecosystem, so a row with a code is known by it alone.
    """
    groups: dict[tuple[object, ...], list[Coefficient]] = defaultdict(list)
    for row in rows:
        ecosystem = None if row.code else row.ecosystem
        groups[
            row.table,
            row.parameter,
            row.pool,
            row.code,
            ecosystem,
            row.stratum,
            row.depth_cm,
            row.edition,
            row.applies_to,
        ].append(row)
    findings = []
    for group in groups.values():
        ordered = sorted(group, key=lambda row: (row.class_from or 0.0, row.row))
        for first, second in pairwise(ordered):
            upper = first.class_to if first.class_to is not None else float("inf")
            if (second.class_from or 0.0) < upper:
                findings.append(
                    finding(
                        "sinks",
                        "coefficient-repeated",
                        value=second.row,
                        where=second.where,
                        other=first.row,
                        parameter=second.parameter,
                    )
                )
    return findings


def refuse_for_official(rows: Iterable[Coefficient]) -> list[Finding]:
    """Return one finding per row that an official run may not use, by name.

    Refused are the confidences unverified and missing, and intervals that are defaults. A
    cell declared NE, NO, IE or NA uses no figure and is not refused here; it stands in the
    results as what it is.
    """
    findings = []
    for row in rows:
        if row.completeness not in (None, Completeness.ESTIMATED):
            continue
        if not row.confidence.usable_officially:
            reason_en, reason_zh = f"is {row.confidence}", row.confidence.name_zh
        elif row.interval is IntervalBasis.DEFAULT:
            reason_en = f"has a default interval ({row.half_width_source})"
            reason_zh = f"采用缺省区间（{row.half_width_source}）"
        else:
            continue
        findings.append(
            finding(
                "sinks",
                "coefficient-not-official",
                value=row.name or row.key,
                where=row.where,
                key=row.key,
                reason_en=reason_en,
                reason_zh=reason_zh,
            )
        )
    return findings


def _single(rows: Sequence[Coefficient]) -> Coefficient:
    """Return the only row, or raise with the depths and editions that compete."""
    if len(rows) > 1:
        seen = ", ".join(
            f"{r.where} (depth {r.depth_cm or '-'}, edition {r.edition or '-'})" for r in rows
        )
        raise CoefficientError(
            f"{len(rows)} rows answer equally for {rows[0].parameter}: {seen}; "
            f"ask for one depth and one edition"
        )
    return rows[0]
