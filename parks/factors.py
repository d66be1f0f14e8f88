"""Emission and conversion factors: the packaged table and the user's own, each row sourced.

A row without a value says that the factor is missing and where it is to be found; whatever
needs it has no result then. The user's own table has the same columns and goes first.

Source: IPCC (2006) Guidelines, Volumes 2 and 3; GB/T 2589-2020; the rows name table and page.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from rasters.findings import finding
from sinks.categories import Confidence

from .tables import read_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from rasters.findings import Finding

    from .tables import Row

__all__ = ["Factor", "FactorParameter", "Factors", "factor_parameters", "load_factors"]

_REQUIRED = ("parameter", "item", "value", "unit", "source", "confidence")
_OPTIONAL = ("name_zh", "name_en", "region", "year", "low", "high", "locator", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorParameter:
    """What a factor table may hold."""

    id: str
    name_zh: str
    name_en: str
    units: tuple[str, ...]
    """Units that a row may be in."""
    positive: bool
    """Whether it is divided by or measures energy, so that zero makes no sense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One row of a factor table."""

    table: str
    """Name of the table."""
    row: int
    """Line of the file, the heading being line 1."""
    parameter: str
    """Id of :func:`factor_parameters`."""
    item: str
    """Fuel, product or kind of power that it is for."""
    region: str
    """Region pack that it holds for; blank for any."""
    year: int | None
    """Year that it holds for; None for any."""
    value: Decimal | None
    """In ``unit``; None where it is missing."""
    unit: str
    low: Decimal | None
    """Lower bound of the 95 % interval, None where none is stated."""
    high: Decimal | None
    source: str
    """Publication or standard; blank only where the value is missing."""
    locator: str
    confidence: Confidence
    name_zh: str
    name_en: str
    note: str

    @property
    def key(self) -> str:
        """Parameter, item, region and year, as messages and traces name it."""
        parts = (self.parameter, self.item, self.region, str(self.year or ""))
        return "/".join(part for part in parts if part)

    @property
    def where(self) -> str:
        """Table and line."""
        return f"{self.table}, row {self.row}"


@dataclass(frozen=True, slots=True)
class Factors:
    """All rows of the tables in use, the packaged table first."""

    tables: tuple[str, ...]
    """Names of the tables; later ones go first."""
    rows: tuple[Factor, ...]
    """In the order of tables and lines."""

    def lookup(
        self, parameter: str, item: str, *, region: str, year: int, unit: str = ""
    ) -> Factor | None:
        """Return the row that answers, or None where no row has a value.

        A row answers if its region and year are blank or those asked for: a factor of another
        year is never taken. Of several the last table goes first, then the row that names
        region and year.

        Parameters
        ----------
        parameter, item
            What is asked for.
        region, year
            Where and when.
        unit
            The only unit that will do; blank for any of the parameter.

        """
        found = [
            row
            for row in self.rows
            if (row.parameter, row.item) == (parameter, item)
            and row.value is not None
            and row.region in ("", region)
            and row.year in (None, year)
            and unit in ("", row.unit)
        ]
        return max(found, key=self._rank) if found else None

    def _rank(self, row: Factor) -> tuple[int, bool, bool]:
        """Return how far a row goes before others."""
        return self.tables.index(row.table), row.region != "", row.year is not None

    def items(self) -> frozenset[str]:
        """Return every item that some row names, with or without a value."""
        return frozenset(row.item for row in self.rows)


@cache
def factor_parameters() -> Mapping[str, FactorParameter]:
    """Return what factor tables may hold, by id."""
    text = _folder().joinpath("factor_parameters.toml").read_text(encoding="utf-8")
    return {
        key: FactorParameter(
            id=key,
            name_zh=entry["name_zh"],
            name_en=entry["name_en"],
            units=tuple(entry["units"]),
            positive=entry["positive"],
        )
        for key, entry in tomllib.loads(text).items()
    }


def load_factors(own: Sequence[Path]) -> tuple[Factors, list[Finding]]:
    """Return the packaged factors and those of the user's own tables.

    Parameters
    ----------
    own
        CSV files with the columns of the packaged table (``parameter, item, value, unit,
        source, confidence`` and further ones); of equal rows the later table wins.

    Returns
    -------
    factors, findings
        The usable rows, and every fault of every table.

    """
    rows: list[Factor] = []
    findings: list[Finding] = []
    tables: list[str] = []
    packaged: Traversable = _folder().joinpath("emission_factors.csv")
    for path in (packaged, *own):
        name = path.name.removesuffix(".csv")
        if name in tables:
            findings.append(finding("parks", "factor-table-repeated", value=name, where=path.name))
            continue
        tables.append(name)
        lines, faults = read_rows(path, required=_REQUIRED, optional=_OPTIONAL)
        table = [factor for factor in map(_factor_of, lines) if factor is not None]
        rows += table
        findings += faults + [fault for line in lines for fault in line.faults] + _repeated(table)
    return Factors(tuple(tables), tuple(rows)), findings


def _factor_of(line: Row) -> Factor | None:
    """Read one row; None where it cannot be used, the reasons standing in its faults."""
    parameter = factor_parameters().get(line.needed("parameter"))
    if parameter is None and line.text("parameter"):
        line.fault("factor-parameter", line.text("parameter"), known=", ".join(factor_parameters()))
    item, unit = line.needed("item"), line.needed("unit")
    if parameter is not None and unit and unit not in parameter.units:
        line.fault("factor-unit", unit, units=", ".join(parameter.units))
    line.needed("confidence")
    confidence = line.member("confidence", Confidence)
    value, low, high = line.number("value"), line.number("low"), line.number("high")
    _check_value(line, value, low, high, confidence)
    if parameter is not None and parameter.positive and value == 0:
        line.fault("factor-zero", line.text("value"), item=item)
    year = line.year("year")
    if line.faults or parameter is None or confidence is None:
        return None
    return Factor(
        table=line.table,
        row=line.line,
        parameter=parameter.id,
        item=item,
        region=line.text("region"),
        year=year,
        value=value,
        unit=unit,
        low=low,
        high=high,
        source=line.text("source"),
        locator=line.text("locator"),
        confidence=confidence,
        name_zh=line.text("name_zh"),
        name_en=line.text("name_en"),
        note=line.text("note"),
    )


def _check_value(
    line: Row,
    value: Decimal | None,
    low: Decimal | None,
    high: Decimal | None,
    confidence: Confidence | None,
) -> None:
    """Note what is wrong between value, bounds, confidence and source."""
    bounds = [bound for bound in (low, value, high) if bound is not None]
    if bounds != sorted(bounds):
        line.fault("factor-bounds", line.text("value"))
    if min(bounds, default=0) < 0:
        line.fault("factor-negative", line.text("value"))
    missing = confidence is Confidence.MISSING
    if confidence is not None and missing is not (line.text("value") == ""):
        line.fault("factor-missing", line.text("value"), confidence=confidence)
    if not missing and not line.text("source"):
        line.fault("factor-source", line.text("item"))


def _repeated(factors: Sequence[Factor]) -> list[Finding]:
    """Return a finding for every row of one table that answers what an earlier one answers."""
    seen: dict[tuple[str, str], Factor] = {}
    findings = []
    for factor in factors:
        earlier = seen.setdefault((factor.key, factor.unit), factor)
        if earlier is not factor:
            findings.append(
                finding(
                    "parks",
                    "factor-repeated",
                    value=factor.key,
                    where=factor.where,
                    other=earlier.row,
                )
            )
    return findings


def _folder() -> Traversable:
    """Return the folder of the packaged tables."""
    return files("parks") / "data"
