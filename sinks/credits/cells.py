"""Cells of the register that are neither plain texts nor numbers: days, ids, serials, outlines.

What can mean two things is refused with its address; what was changed to be read is noted.

Source: ISO 8601; OGC 06-103r4 for well-known text.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR
from typing import TYPE_CHECKING

import shapely

from sinks.ledger.effects import KG_PER_SERIAL
from sinks.ledger.land import geometry_fault
from sinks.ledger.spelling import canonical_id, spelling_key

from .shares import to_wgs84

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from sinks.spreadsheet import FormRow

__all__ = ["read_day", "read_id", "read_ids", "read_kg", "read_outline", "read_serial"]

_ID = re.compile(r"[0-9A-Z\u4e00-\u9fff-]{1,80}")
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_YEAR = re.compile(r"([0-9]{4})年?")
_YEARS = range(1900, 2201)
_SEVERAL = re.compile(r"[;；、\n]")


def read_day(row: FormRow, column: str, *, last: bool) -> str:
    """Return a day as ISO 8601, blank where there is none or it is refused.

    Parameters
    ----------
    row, column
        The cell.
    last
        Whether a bare year stands for its last day, else for its first.

    """
    text = row.text(column)
    if not text:
        return ""
    cell = row.cells[row.places[column].at]
    if isinstance(cell.value, date):  # a datetime is a date
        stored = cell.value.date() if isinstance(cell.value, datetime) else cell.value
        return stored.isoformat()
    day = _written_day("".join(unicodedata.normalize("NFKC", text).split()), last=last)
    if day is None:
        row.fault("credits-cell-day", column, text)
    return day or ""


def _written_day(plain: str, *, last: bool) -> str | None:
    """Return a written day as ISO 8601, None where it can be read in two ways or in none."""
    year = _YEAR.fullmatch(plain)
    if year:
        plain = f"{year[1]}-12-31" if last else f"{year[1]}-01-01"
    parts = _DAY.fullmatch(plain) or _COMPACT.fullmatch(plain)
    try:
        day = date(*(int(part) for part in parts.groups())) if parts else None
    except ValueError:  # such as 30 February
        return None
    return day.isoformat() if day and day.year in _YEARS else None


def read_id(row: FormRow, column: str, known: Mapping[str, str] | None = None) -> str:
    """Return an id in its stored spelling, blank where there is none or it is refused.

    Parameters
    ----------
    row, column
        The cell.
    known
        Stored ids by their spelling keys: another spelling of one of them is that one.

    """
    return _spelt(row, column, row.text(column), known or {})


def read_ids(row: FormRow, column: str, known: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return the ids of a cell that may hold several."""
    parts = [part.strip() for part in _SEVERAL.split(row.text(column))]
    spelt = [_spelt(row, column, part, known or {}) for part in parts if part]
    return tuple(dict.fromkeys(part for part in spelt if part))


def _spelt(row: FormRow, column: str, text: str, known: Mapping[str, str]) -> str:
    """Return the stored spelling of an id."""
    spelt = known.get(spelling_key(text), canonical_id(text))
    if text and not _ID.fullmatch(spelt):
        row.fault("credits-spelling", column, text)
        return ""
    if spelt != text:
        row.fault("credits-spelt", column, text, read=spelt)
    return spelt


def read_serial(row: FormRow, column: str) -> int | None:
    """Return a serial number, None where it is missing or refused."""
    number = row.number_in_unit(column)
    if number is None:
        return None
    if number != int(number):
        row.fault("credits-cell-serial", column, number)
        return None
    return int(number)


def read_kg(row: FormRow, column: str, *, up: bool) -> int | None:
    """Return a mass of tonnes in whole kilograms, None where it is missing or refused.

    Parameters
    ----------
    row, column
        The cell.
    up
        Whether a fraction of a kilogram is rounded up, as what is used is, else down, as what
        there is; that it was rounded is noted.

    """
    tonnes = row.number_in_unit(column)
    if tonnes is None:
        return None
    exact = tonnes * KG_PER_SERIAL
    whole = int(exact.to_integral_value(ROUND_CEILING if up else ROUND_FLOOR))
    if whole != exact:
        row.fault("credits-kg-rounded", column, tonnes, read=f"{whole:,}")
    return whole


def read_outline(row: FormRow, column: str, datum: str | None) -> BaseGeometry | None:
    """Return the outline of a parcel on WGS 84, None where it is missing or refused."""
    text = row.text(column)
    if not text:
        return None
    try:
        shape = shapely.from_wkt(text)
    except (shapely.errors.GEOSException, ValueError) as error:
        row.fault("credits-parcel-geometry", column, error)
        return None
    fault = geometry_fault(shape)
    if fault is not None:
        row.fault("credits-parcel-geometry", column, fault)
        return None
    if datum is None:
        row.fault("credits-datum-missing", column, text[:40])
        return None
    return to_wgs84(shape, datum)
