"""A user's own statistics as figures: a CSV, every fault named by its line.

Columns: zone_code, indicator, year, value, unit, source, headed in English or in Chinese. A unit is
converted exactly. A blank value is missing, never zero.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING

from rasters.findings import finding

from .catalogue import Indicator, convert, indicators
from .figures import Figure

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from rasters.findings import Finding

__all__ = ["COLUMNS", "read_statistics"]

COLUMNS = {
    "zone_code": "地区代码", "indicator": "指标", "year": "年份", "value": "数值", "unit": "单位",
    "source": "来源",
}  # fmt: skip
"""Headings of the file, in English and in Chinese."""
_LARGEST = 10_000_000  # bytes; a thousand rows take a tenth of a million
_YEARS = (1900, 2100)
_WHOLE = 100  # %


def read_statistics(path: Path, *, zones: Collection[str]) -> tuple[list[Figure], list[Finding]]:
    """Read a file of statistics.

    Parameters
    ----------
    path
        The CSV; UTF-8, or GB18030 where it is not, which is noted.
    zones
        Codes of the zones that have targets.

    Returns
    -------
    figures, findings
        The figures that can be used, in the order of the file, and everything that is wrong.

    """
    rows, found = _rows(path)
    figures: list[Figure] = []
    seen: set[tuple[str, str, int]] = set()
    for line, row in rows:
        where = f"{path.name}, row {line}"
        figure, faults = _figure(row, where, zones)
        found += faults
        if figure is None:
            continue
        key = (figure.zone_code, figure.indicator, figure.year)
        if key in seen:
            found.append(_fault("target-statistics-repeated", " ".join(map(str, key)), where))
        seen.add(key)
        figures.append(figure)
    return figures, found


def _rows(path: Path) -> tuple[list[tuple[int, dict[str, str]]], list[Finding]]:
    """Return the rows of a file by their line, under the English headings."""
    text, found = _text(path)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        heading = [_folded(cell) for cell in next(reader, [])]
        rows = [(reader.line_num, cells) for cells in reader if any(c.strip() for c in cells)]
    except csv.Error as error:
        return [], [*found, _fault("target-statistics-unreadable", error, path.name)]
    if any(f.code == "target-statistics-unreadable" for f in found):
        return [], found
    names = {_folded(zh): en for en, zh in COLUMNS.items()} | {en: en for en in COLUMNS}
    known = [names.get(cell, "") for cell in heading]
    lacking = [name for name in COLUMNS if known.count(name) != 1]
    found += [
        _fault("target-statistics-column", f"{name} {COLUMNS[name]}", path.name) for name in lacking
    ]
    if lacking:
        return [], found
    return [
        (line, dict(zip(known, (c.strip() for c in cells), strict=False))) for line, cells in rows
    ], found


def _text(path: Path) -> tuple[str, list[Finding]]:
    """Return the text of a file, blank with a finding where it cannot be read."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        return "", [_fault("target-statistics-unreadable", error.strerror or error, path.name)]
    if len(raw) > _LARGEST:
        return "", [_fault("target-statistics-unreadable", f"{len(raw)} bytes", path.name)]
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        pass
    try:
        note = _fault("target-statistics-encoding", "GB18030", path.name)
        return raw.decode("gb18030"), [note]
    except UnicodeDecodeError as error:
        return "", [_fault("target-statistics-unreadable", error.reason, path.name)]


def _figure(
    row: Mapping[str, str], where: str, zones: Collection[str]
) -> tuple[Figure | None, list[Finding]]:
    """Return one figure, None where the row is refused or has no value."""
    found = []
    zone, value = row.get("zone_code", ""), row.get("value", "")
    if zone not in zones:
        words = {"known": ", ".join(sorted(zones))}
        found.append(_fault("target-statistics-zone", zone or "-", where, **words))
    year, number = _year(row.get("year", "")), _number(value)
    if year is None:
        found.append(_fault("target-statistics-year", row.get("year", "") or "-", where))
    indicator = _indicator(row.get("indicator", ""))
    if indicator is None:
        known = ", ".join(f"{i.id} {i.name_zh}" for i in indicators().values() if i.unit)
        said = row.get("indicator", "") or "-"
        found.append(_fault("target-statistics-indicator", said, where, known=known))
    if not value:
        found.append(_fault("target-statistics-missing", row.get("indicator", ""), where))
    elif number is None:
        found.append(_fault("target-statistics-value", value, where))
    if value and not row.get("source"):
        found.append(_fault("target-statistics-source", value, where))
    converted = None
    if indicator is not None and number is not None:
        converted, faults = _converted(number, row.get("unit", ""), indicator, where)
        found += faults
    if indicator is None or year is None or converted is None or zone not in zones:
        return None, found
    source = row.get("source", "")
    return Figure(
        zone_code=zone, indicator=indicator.id, year=year, value=converted, source=source
    ), found


def _converted(
    number: Fraction, unit: str, indicator: Indicator, where: str
) -> tuple[Fraction | None, list[Finding]]:
    """Return a number in the unit of its indicator, None where it has another kind of unit."""
    converted = convert(number, _folded(unit), indicator.unit)
    if converted is None:
        return None, [_fault("target-statistics-unit", unit or "-", where, wanted=indicator.unit)]
    return converted, _share_faults(converted, where) if indicator.unit == "%" else []


def _share_faults(percent: Fraction, where: str) -> list[Finding]:
    """Refuse more than the whole, and ask of a percentage that looks like a fraction."""
    if percent > _WHOLE:
        return [_fault("target-statistics-share", f"{float(percent):g}", where)]
    if 0 < percent <= 1:
        return [_fault("target-statistics-fraction", f"{float(percent):g}", where)]
    return []


def _indicator(said: str) -> Indicator | None:
    """Return an indicator that has a figure, by its id or its Chinese name."""
    plain = _folded(said)
    return next(
        (i for i in indicators().values() if i.unit and plain in (i.id, _folded(i.name_zh))), None
    )


def _year(said: str) -> int | None:
    """Return a calendar year."""
    plain = _folded(said).removesuffix("年")
    good = plain.isascii() and plain.isdigit() and _YEARS[0] <= int(plain) <= _YEARS[1]
    return int(plain) if good else None


def _number(said: str) -> Fraction | None:
    """Return a plain number of zero or more."""
    try:
        number = Decimal(_folded(said))
    except InvalidOperation:
        return None
    return Fraction(number) if number.is_finite() and number >= 0 else None


def _folded(text: str) -> str:
    """Return a text without spaces, its full-width forms made narrow."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _fault(code: str, value: object, where: object, **words: object) -> Finding:
    return finding("sinks", code, value=value, where=where, **words)
