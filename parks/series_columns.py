"""What the headings of an energy series say: the kind of flow, the plant and the unit.

A heading is a word, a plant's name where there are several, and a unit, such as ``load_mwh``,
``wind_north_mwh`` or ``风电-北区(万千瓦时)``. The words and units are a data file. Nothing is
matched by likeness: a heading that is not known is refused, since it could be generation.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from rasters.findings import finding

from .energy import PlantKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rasters.findings import Finding

__all__ = ["Column", "columns_of", "missing_words", "plain", "total_words"]

LOAD = "load"
"""Id of the load column."""
_SEPARATORS = "_- ·:"
_UNIT = re.compile(r"^(?P<rest>.*?)(?:\((?P<bracket>[^()]*)\)|_(?P<tail>[^_()]+))$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What one column of a file holds."""

    number: int
    """Position in the file, from 0."""
    heading: str
    """As written."""
    what: str
    """time, hour, month, year, load, a metered flow, or wind, pv, other, other_new."""
    id: str
    """The plant's id for plants, else ``what``; unique in a file."""
    mwh_per_unit: float
    """Factor to MWh; 1 for times."""

    @property
    def kind(self) -> PlantKind | None:
        """Kind of the plant; None if the column is not one."""
        if self.what not in _words()["plants"]:
            return None
        return PlantKind.OTHER if self.what == "other_new" else PlantKind(self.what)


def columns_of(headings: Sequence[str], name: str) -> tuple[list[Column], list[Finding]]:
    """Return what the columns of a file mean, and what is wrong with its headings.

    Parameters
    ----------
    headings
        Headings as written, in order.
    name
        Name of the file, for findings.

    Examples
    --------
    >>> columns, _ = columns_of(["时间", "负荷(万千瓦时)", "wind_north_mwh"], "a.csv")
    >>> [(column.id, column.mwh_per_unit) for column in columns]
    [('time', 1.0), ('load', 10.0), ('wind_north', 1.0)]

    """
    columns: list[Column] = []
    findings: list[Finding] = []
    for number, heading in enumerate(headings):
        column, fault = _column(number, heading, f"{name}, column {number + 1}")
        findings += [fault] if fault else []
        if column is None:
            continue
        if column.id in {known.id for known in columns}:
            findings.append(
                finding("parks", "power-column-repeated", value=column.id, where=fault_place(name))
            )
            continue
        columns.append(column)
    return columns, findings + _lacking(columns, name, known_fault=bool(findings))


def fault_place(name: str) -> str:
    """Return the place of the heading of a file."""
    return f"{name}, row 1"


def plain(text: str) -> str:
    """Return a text with full-width letters and digits made plain, without outer spaces.

    >>> plain("　１２（ＭＷｈ） ")
    '12(MWh)'
    """
    return unicodedata.normalize("NFKC", text).strip()


def missing_words() -> frozenset[str]:
    """Return the cells, in lower case, that say that a value is missing."""
    return frozenset(_words()["missing"]["words"])


def total_words() -> frozenset[str]:
    """Return the cells, in lower case, that mark a row of totals."""
    return frozenset(_words()["total_row"]["words"])


def _column(number: int, heading: str, where: str) -> tuple[Column | None, Finding | None]:
    """Return a column, or why its heading is not understood."""
    text = plain(heading).casefold()
    times = {alias: key for key, aliases in _words()["time"].items() for alias in aliases}
    if text in times:
        what = times[text]
        return Column(number=number, heading=heading, what=what, id=what, mwh_per_unit=1.0), None
    units = _words()["mwh_per_unit"]
    match = _UNIT.match(text)
    unit = "" if match is None else (match["bracket"] or match["tail"] or "").strip()
    rest = "" if match is None else match["rest"].strip(_SEPARATORS)
    found = _what(rest) or (None if unit in units else _what(text))
    if found is None:
        known = ", ".join(sorted({*times, *_aliases()}))
        return None, finding(
            "parks", "power-column-unknown", value=heading, where=where, known=known
        )
    if unit not in units:
        known = ", ".join(units)
        return None, finding("parks", "power-column-unit", value=heading, where=where, known=known)
    what, plant = found
    return Column(
        number=number,
        heading=heading,
        what=what,
        id=f"{what}_{plant}" if plant else what,
        mwh_per_unit=float(units[unit]),
    ), None


def _what(rest: str) -> tuple[str, str] | None:
    """Return kind of flow and plant's name of a heading without its unit."""
    plants = _words()["plants"]
    for alias, what in _aliases().items():
        if rest == alias:
            return what, ""
        if what in plants and rest.startswith(alias) and rest[len(alias)] in _SEPARATORS:
            return what, rest[len(alias) :].strip(_SEPARATORS)
    return None


def _lacking(columns: Sequence[Column], name: str, *, known_fault: bool) -> list[Finding]:
    """Return findings about columns that a series needs; ``known_fault`` spares repetition."""
    found = []
    times = [column.heading for column in columns if column.what in _words()["time"]]
    place = fault_place(name)
    if len(times) != 1:
        known = ", ".join(_words()["time"])
        value = ", ".join(times) or "–"
        found.append(finding("parks", "power-time-column", value=value, where=place, known=known))
    if known_fault:
        return found
    needs = {
        "load": ("负荷", "load_mwh", any(column.what == LOAD for column in columns)),
        "generation": ("发电", "wind_mwh", any(column.kind is not None for column in columns)),
    }
    for value, (value_zh, example, there) in needs.items():
        if not there:
            found.append(
                finding(
                    "parks",
                    "power-column-missing",
                    value=value,
                    where=place,
                    value_zh=value_zh,
                    example=example,
                )
            )
    return found


@cache
def _aliases() -> dict[str, str]:
    """Return kind of flow by alias, the longest alias first."""
    words = _words()
    pairs = [
        (alias, what)
        for group in ("plants", "flows")
        for what, aliases in words[group].items()
        for alias in aliases
    ]
    return dict(sorted(pairs, key=lambda pair: (-len(pair[0]), pair[0])))


@cache
def _words() -> dict[str, dict[str, Any]]:
    """Return the packaged words."""
    text = files(__package__).joinpath("data/series_headings.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
