"""Reading a CSV of statistics by zone: one line, one figure, every fault named at once.

Blank bounds take the default half-width of statistics, flagged as such; a blank year means each
year; a blank stratum means all. A figure is refused where it contradicts another or speaks of
land that the run does not report.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from rasters.findings import finding
from sinks.categories import Confidence, Ecosystem
from sinks.coefficients import area_half_width
from sinks.csv_lines import number, read_lines

from .quantities import UNITS, Quantity
from .table import Statistic, Statistics

if TYPE_CHECKING:
    from collections.abc import Iterator
    from enum import StrEnum
    from pathlib import Path

    from rasters.findings import Finding
    from sinks.csv_lines import CsvLine

    from .places import Places

COLUMNS = (
    "zone_code", "year", "ecosystem", "stratum", "quantity", "value", "unit", "low", "high",
    "source", "confidence",
)  # fmt: skip
"""The columns of the file; all must be there."""
_YEARS = range(1900, 2101)  # a year outside is a slip of the pen, as in inventory.toml


def read_statistics(path: Path, places: Places) -> tuple[Statistics, list[Finding]]:
    """Return the statistics of a file, and everything that is wrong with it.

    Parameters
    ----------
    path
        CSV with the columns ``COLUMNS``.
    places
        The zones that a line may name. Lines of zones of the region that the run leaves out are
        not kept.

    Returns
    -------
    statistics, findings
        With a finding of severity error the statistics are not fit for a run.

    """
    lines, faults = read_lines(path, required=COLUMNS, optional=())
    rows: list[Statistic] = []
    for line in lines:
        found = list(_faults(line, places))
        faults += found
        if not found and line.cells["zone_code"] not in places.elsewhere:
            rows.append(_row(line, path.name))
    rows = [_bounded(row) for row in rows]
    faults += [*_repeated(rows), *_nested(rows, places)]
    return Statistics(rows=tuple(rows), places=places), faults


def _faults(line: CsvLine, places: Places) -> Iterator[Finding]:
    """Yield the faults of one line."""
    yield from _zone_faults(line, places)
    yield from _member_faults(line)
    yield from _number_faults(line)
    if not line.cells["source"]:
        yield finding("sinks", "statistics-source", value="", where=line.where)


def _zone_faults(line: CsvLine, places: Places) -> Iterator[Finding]:
    """Yield the fault of a zone that is unknown or too coarse, and of a year."""
    code, year = line.cells["zone_code"], line.cells["year"]
    if code in places.coarse:
        yield finding("sinks", "statistics-zone-coarse", value=code, where=line.where)
    elif code not in places.counted and code not in places.elsewhere:
        known = ", ".join(sorted(set(places.reported.values())))
        yield finding("sinks", "statistics-zone-unknown", value=code, where=line.where, known=known)
    if year and not (year.isascii() and year.isdigit() and int(year) in _YEARS):
        yield finding("sinks", "statistics-year", value=year, where=line.where)


def _member_faults(line: CsvLine) -> Iterator[Finding]:
    """Yield the faults of the cells that name a member of a closed set."""
    kinds: dict[str, type[StrEnum]] = {
        "ecosystem": Ecosystem, "quantity": Quantity, "confidence": Confidence,
    }  # fmt: skip
    for column, kind in kinds.items():
        cell = line.cells[column]
        if cell not in set(kind):
            yield finding(
                "sinks", "statistics-word", value=cell, where=line.where, column=column,
                known=", ".join(kind),
            )  # fmt: skip
    quantity, unit = line.cells["quantity"], line.cells["unit"]
    if quantity in set(Quantity) and unit not in UNITS[Quantity(quantity)]:
        known = ", ".join(UNITS[Quantity(quantity)])
        yield finding(
            "sinks", "statistics-unit", value=unit, where=line.where, quantity=quantity,
            known=known,
        )  # fmt: skip


def _number_faults(line: CsvLine) -> Iterator[Finding]:
    """Yield the faults of a value and its bounds."""
    cells = line.cells
    value, low, high = (number(cells[name]) for name in ("value", "low", "high"))
    bad = [
        name
        for name, got in (("value", value), ("low", low), ("high", high))
        if (cells[name] or name == "value") and (got is None or got < 0)
    ]
    for name in bad:
        yield finding(
            "sinks", "statistics-number", value=cells[name], where=line.where, column=name
        )
    if bad or value is None:
        return
    alone = bool(cells["low"]) is not bool(cells["high"])
    disordered = low is not None and high is not None and not low <= value <= high
    zero = value == 0 and bool(high)  # a relative error has no meaning around zero
    if alone or disordered or zero:
        bounds = f"{cells['low']}..{cells['high']}"
        yield finding(
            "sinks", "statistics-bounds", value=bounds, where=line.where, stated=cells["value"]
        )


def _row(line: CsvLine, file: str) -> Statistic:
    """Return a line without faults; blank bounds are the value itself for now."""
    cells = line.cells
    quantity = Quantity(cells["quantity"])
    scale = UNITS[quantity][cells["unit"]]
    value = float(cells["value"]) * scale
    stated = bool(cells["low"])
    return Statistic(
        file=file,
        row=int(line.where.rsplit(" ", 1)[1]),
        zone_code=cells["zone_code"],
        year=int(cells["year"]) if cells["year"] else None,
        ecosystem=Ecosystem(cells["ecosystem"]),
        stratum=cells["stratum"],
        quantity=quantity,
        value=value,
        low=float(cells["low"]) * scale if stated else value,
        high=float(cells["high"]) * scale if stated else value,
        assumed=not stated and value > 0,
        source=cells["source"],
        confidence=Confidence(cells["confidence"]),
    )


def _bounded(row: Statistic) -> Statistic:
    """Return a row with the default half-width of statistics where it states none."""
    if not row.assumed:
        return row
    half = area_half_width("statistics").value or 0.0
    return replace(row, low=row.value * (1 - half), high=row.value * (1 + half))


def _repeated(rows: list[Statistic]) -> Iterator[Finding]:
    """Yield a finding for every row that says again what another says, of a year or of each."""
    seen: dict[tuple[object, ...], list[Statistic]] = defaultdict(list)
    for row in rows:
        same = seen[row.zone_code, row.ecosystem, row.stratum, row.quantity]
        other = next((o for o in same if o.year is None or row.year in (None, o.year)), None)
        if other is not None:
            yield finding(
                "sinks", "statistics-repeated", value=row.quantity, where=row.where,
                other=other.where,
            )  # fmt: skip
        same.append(row)


def _nested(rows: list[Statistic], places: Places) -> Iterator[Finding]:
    """Yield a finding for a zone that lies inside another one with the same quantity."""
    zones: dict[tuple[Ecosystem, Quantity], dict[str, Statistic]] = defaultdict(dict)
    for row in rows:
        zones[row.ecosystem, row.quantity].setdefault(row.zone_code, row)
    for of in zones.values():
        for first, second in combinations(of.values(), 2):
            if places.counted[first.zone_code] & places.counted[second.zone_code]:
                yield finding(
                    "sinks", "statistics-zone-nested", value=second.zone_code, where=second.where,
                    other=first.zone_code,
                )  # fmt: skip
