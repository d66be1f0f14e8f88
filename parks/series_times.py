"""When the rows of an energy series are: hours, months or the year, each exactly once.

Gaps and repeats are refused, never filled or dropped; a year of months that lacks some is
incomplete. Two conversions are made and recorded: hours labelled by their end (01:00 to 24:00,
or 1 to 8760) move to their beginning, and rows out of order are sorted.

Source: RELIABILITY 91 (months); local time without summer time has 8,760 or 8,784 hours.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from rasters.findings import finding

from .energy import MONTHS, Resolution, hours_in
from .series_columns import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rasters.findings import Finding

__all__ = ["hours_of", "months_of", "years_of"]

MOST_NAMED = 20
"""Findings of one kind that name their row; the rest are counted."""
_BAD = np.iinfo(np.int64).min
_TIME = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.0+)?)?(.*)"
)
_ZONE = re.compile(r"(Z|[+-]\d{2}:?\d{2})", re.IGNORECASE)
_MONTH = re.compile(r"(?:(\d{4})\s*[-/年.]\s*)?(\d{1,2})\s*月?")
_DIGITS = re.compile(r"[0-9]+")
_DAY_HOURS = 24


def hours_of(
    cells: Sequence[str] | NDArray[np.datetime64], rows: NDArray[np.int64], *, year: int, name: str
) -> tuple[NDArray[np.int64] | None, list[Finding]]:
    """Return the order of the rows of an hourly series, or None where hours are not all there.

    Parameters
    ----------
    cells
        Times such as ``2023-01-31 13:00``, hours of the year from 0, or datetimes, shape (n,).
    rows
        Row number of each in its file, for findings.
    year
        The calendar year, local time.
    name
        Name of the file.

    Returns
    -------
    NDArray of int, list of Finding
        Shape (hours,): index into ``cells`` of each hour of the year.

    """
    if isinstance(cells, np.ndarray):
        hours, findings = _from_datetimes(cells, rows, year, name)
    else:
        hours, findings = _from_texts(cells, rows, year, name)
    if findings:
        return None, findings
    count = hours_in(year)
    notes = []
    if hours.min() == 1 and hours.max() == count:
        first = label(1, year)
        notes.append(finding("parks", "power-hour-ending", value=first, where=name))
        hours = hours - 1
    outside = np.flatnonzero((hours < 0) | (hours >= count))
    findings = [
        finding(
            "parks",
            "power-time-outside",
            value=label(int(hours[at]), year),
            where=f"{name}, row {rows[at]}",
            year=year,
        )
        for at in outside[:MOST_NAMED]
    ]
    findings += more("power-time-outside", outside.size, name)
    findings += _repeats([label(int(h), year) for h in hours], hours, rows, name)
    findings += _gaps(hours, year, name)
    if findings:
        return None, notes + findings
    order = np.argsort(hours, kind="stable")
    if (order != np.arange(order.size)).any():
        first_off = int(rows[np.flatnonzero(order != np.arange(order.size))[0]])
        where = f"{name}, row {first_off}"
        notes.append(finding("parks", "power-hours-unordered", value=first_off, where=where))
    return order, notes


def months_of(
    cells: Sequence[str], rows: NDArray[np.int64], *, year: int, name: str
) -> tuple[NDArray[np.int64] | None, NDArray[np.int64], list[Finding]]:
    """Return order and months of the rows of a monthly series.

    Returns
    -------
    order, months, findings
        Index into ``cells`` of each month that is there, ascending, and those months from 1.
        Missing ones are the warning ``power-month-missing``; order is None on errors.

    """
    findings: list[Finding] = []
    months = np.zeros(len(cells), dtype=np.int64)
    for at, cell in enumerate(cells):
        match = _MONTH.fullmatch(plain(cell))
        where = f"{name}, row {rows[at]}"
        if match is None or not 1 <= int(match[2]) <= MONTHS:
            findings.append(finding("parks", "power-time-unreadable", value=cell, where=where))
        elif match[1] and int(match[1]) != year:
            findings.append(
                finding("parks", "power-time-outside", value=cell, where=where, year=year)
            )
        else:
            months[at] = int(match[2])
    if not findings:
        findings = _repeats([f"{year}-{m:02}" for m in months], months, rows, name)
    if findings:
        return None, months, findings
    missing = sorted(set(range(1, MONTHS + 1)) - set(months.tolist()))
    if missing:
        value = ", ".join(f"{year}-{month:02}" for month in missing)
        findings.append(finding("parks", "power-month-missing", value=value, where=name))
    order = np.argsort(months, kind="stable")
    return order, months[order], findings


def years_of(
    cells: Sequence[str], rows: NDArray[np.int64], *, year: int, name: str
) -> tuple[NDArray[np.int64] | None, list[Finding]]:
    """Return the index of the one row of the year, shape (1,), or None; other years are left."""
    findings = [
        finding("parks", "power-time-unreadable", value=cell, where=f"{name}, row {rows[at]}")
        for at, cell in enumerate(cells)
        if re.fullmatch(r"[0-9]{4}年?", plain(cell)) is None
    ]
    if findings:
        return None, findings
    years = np.array([int(plain(cell)[:4]) for cell in cells], dtype=np.int64)
    chosen = np.flatnonzero(years == year)
    if chosen.size == 0:
        return None, [finding("parks", "power-year-missing", value=year, where=name)]
    findings = _repeats([str(year)] * chosen.size, years[chosen], rows[chosen], name)
    return (None, findings) if findings else (chosen, [])


def label(hour: int, year: int) -> str:
    """Return the beginning of an hour of the year as text.

    >>> label(8759, 2023), label(8760, 2023), label(-1, 2023)
    ('2023-12-31 23:00', '2024-01-01 00:00', '2022-12-31 23:00')
    """
    return str(np.datetime64(f"{year}-01-01T00", "h") + hour).replace("T", " ") + ":00"


def more(code: str, count: int, name: str) -> list[Finding]:
    """Return the finding that counts what is beyond :data:`MOST_NAMED`."""
    if count <= MOST_NAMED:
        return []
    rest = count - MOST_NAMED
    return [finding("parks", "power-more", value=rest, where=name, kind=code)]


def resolution_of(what: str) -> Resolution:
    """Return the resolution that a column of times stands for."""
    by_column = {"month": Resolution.MONTHLY, "year": Resolution.ANNUAL}
    return by_column.get(what, Resolution.HOURLY)


def _from_texts(
    cells: Sequence[str], rows: NDArray[np.int64], year: int, name: str
) -> tuple[NDArray[np.int64], list[Finding]]:
    """Return hours of the year of texts; findings where one is not a whole hour."""
    hours = np.empty(len(cells), dtype=np.int64)
    faults: dict[str, list[int]] = {"power-time-zone": [], "power-time-unreadable": []}
    for at, cell in enumerate(cells):
        text = plain(cell)
        match = _TIME.fullmatch(text)
        if match is not None and match[7]:
            zone = _ZONE.fullmatch(match[7].strip()) is not None
            faults["power-time-zone" if zone else "power-time-unreadable"].append(at)
            continue
        hours[at] = _hour(match, text, year)
        if hours[at] == _BAD:
            faults["power-time-unreadable"].append(at)
    return hours, _named(faults, cells, rows, name)


def _hour(match: re.Match[str] | None, text: str, year: int) -> int:
    """Return the hour of the year of a text, or a mark that it is none."""
    if match is None:
        return int(text) if _DIGITS.fullmatch(text) and len(text) <= len("8784") else int(_BAD)
    hour = int(match[4])
    whole = int(match[5]) == 0 and int(match[6] or 0) == 0 and hour <= _DAY_HOURS
    try:
        day = date(int(match[1]), int(match[2]), int(match[3])).toordinal()
    except ValueError:
        return int(_BAD)
    start = date(year, 1, 1).toordinal()
    return (day - start) * _DAY_HOURS + hour if whole else int(_BAD)


def _from_datetimes(
    cells: NDArray[np.datetime64], rows: NDArray[np.int64], year: int, name: str
) -> tuple[NDArray[np.int64], list[Finding]]:
    """Return hours of the year of datetimes; findings where one is none or no whole hour."""
    start = np.datetime64(f"{year}-01-01T00", "s")
    seconds = (cells.astype("datetime64[s]") - start).astype(np.int64)
    bad = np.isnat(cells) | (seconds % 3600 != 0) | (cells != cells.astype("datetime64[s]"))
    faults = {"power-time-unreadable": np.flatnonzero(bad).tolist()}
    texts = [str(cell) for cell in cells] if bad.any() else []
    return seconds // 3600, _named(faults, texts, rows, name)


def _named(
    faults: dict[str, list[int]], cells: Sequence[str], rows: NDArray[np.int64], name: str
) -> list[Finding]:
    """Return findings with their rows, up to a number per kind."""
    found = []
    for code, places in faults.items():
        found += [
            finding("parks", code, value=cells[at], where=f"{name}, row {rows[at]}")
            for at in places[:MOST_NAMED]
        ]
        found += more(code, len(places), name)
    return found


def _repeats(
    labels: Sequence[str], periods: NDArray[np.int64], rows: NDArray[np.int64], name: str
) -> list[Finding]:
    """Return a finding per row whose period stands in an earlier row."""
    first: dict[int, int] = {}
    again = []
    for at, period in enumerate(periods.tolist()):
        if period in first:
            again.append((at, first[period]))
        else:
            first[period] = at
    found = [
        finding(
            "parks",
            "power-period-duplicate",
            value=labels[at],
            where=f"{name}, row {rows[at]}",
            first=rows[before],
        )
        for at, before in again[:MOST_NAMED]
    ]
    return found + more("power-period-duplicate", len(again), name)


def _gaps(hours: NDArray[np.int64], year: int, name: str) -> list[Finding]:
    """Return the number of hours where it is wrong, and each run of missing ones."""
    count = hours_in(year)
    found = []
    if hours.size != count:
        found.append(
            finding("parks", "power-hour-count", value=hours.size, where=name, hours=count)
        )
    lacking = np.setdiff1d(np.arange(count), hours)
    if not lacking.size:
        return found
    runs = np.split(lacking, np.flatnonzero(np.diff(lacking) > 1) + 1)
    for run in runs[:MOST_NAMED]:
        first, last = label(int(run[0]), year), label(int(run[-1]), year)
        value = first if run.size == 1 else f"{first} – {last}"
        found.append(
            finding("parks", "power-hour-missing", value=value, where=name, count=run.size)
        )
    return found + more("power-hour-missing", len(runs), name)
