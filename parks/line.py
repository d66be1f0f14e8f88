"""One row of a table to one line about a park: its words, its place and its quantities.

Every cell is read as what its column holds, and every fault of the row is found, not the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

from rasters.findings import finding
from sinks.categories import Confidence

from .cell_dates import read_date
from .cells import read_amount, read_event, read_text, unit_fault
from .headings import datum_of, parameter_of
from .parameters import Parameter, fold
from .park import FactStatus, ParkKind, is_park_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal
    from enum import StrEnum

    from shapely.geometry.base import BaseGeometry

    from rasters.findings import Finding

    from .columns import Column, Layout
    from .raw_table import RawCell, RawRow, RawTable
    from .zone_names import ZoneNames

__all__ = ["Line", "Statement", "read_line"]

_SETS: Mapping[str, type[StrEnum]] = {
    "kind": ParkKind,
    "status": FactStatus,
    "confidence": Confidence,
    "location_confidence": Confidence,
}
_DATES = ("date", "source_date")
_ZONES = ("league_code", "banner_code")
_ANGLES = ("longitude", "latitude")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a line says about one quantity."""

    parameter: Parameter
    value: Decimal | None
    """In the unit of the quantity; None for an event, or where there is said to be none."""
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row about one park."""

    where: str
    words: Mapping[str, str]
    """Cleaned text by field: codes for zones, ids for closed sets, ISO for dates."""
    places: Mapping[str, str]
    """Address by field."""
    angles: Mapping[str, Decimal]
    """Longitude and latitude, degrees, where the row has them."""
    geometry: BaseGeometry | None
    """Geometry of a map feature or of a WKT cell."""
    datum: str
    """wgs84, cgcs2000, gcj02, bd09, or blank where it is not said."""
    statements: tuple[Statement, ...]


def read_line(
    row: RawRow, cells: Mapping[int, RawCell], layout: Layout, table: RawTable, zones: ZoneNames
) -> tuple[Line, list[Finding]]:
    """Read one row.

    Parameters
    ----------
    row
        The row.
    cells
        Its cells by column, merged ranges undone.
    layout
        What the columns mean.
    table
        The table that the row is of.
    zones
        Names of the zones that a park may lie in.

    Returns
    -------
    line, findings
        The line holds what could be read.

    """
    read = _Reader(table, zones)
    read.geometry = row.geometry
    value: RawCell | None = None
    for place, column in sorted(layout.columns.items()):
        cell = cells.get(place)
        if cell is None or column.field == "ignored":
            continue
        if column.field == "value":
            value = cell
        elif column.parameter is not None:
            read.quantity(cell, column.parameter, column.unit)
        else:
            read.field(cell, column)
    if layout.has("parameter"):
        read.named_quantity(value, row.where)
    datums = sorted(read.datums)
    if len(datums) > 1:
        read.note([_find("parks-datum-conflict", " + ".join(datums), row.where)])
    line = Line(
        where=row.where,
        words={name: text for name, text in read.words.items() if text},
        places=read.places,
        angles=read.angles if len(datums) <= 1 else {},
        geometry=read.geometry,
        datum=datums[0] if len(datums) == 1 else "",
        statements=tuple(read.statements),
    )
    return line, read.found


def _find(code: str, value: object, where: object, **words: object) -> Finding:
    return finding("parks", code, value=value, where=where, **words)


class _Reader:
    """The cells of one row while they are read, with the findings about them."""

    def __init__(self, table: RawTable, zones: ZoneNames) -> None:
        self.table = table
        self.zones = zones
        self.found: list[Finding] = []
        self.words: dict[str, str] = {}
        self.places: dict[str, str] = {}
        self.angles: dict[str, Decimal] = {}
        self.geometry: BaseGeometry | None = None
        self.datums: set[str] = set()
        self.statements: list[Statement] = []

    def note(self, found: list[Finding]) -> None:
        """Keep findings."""
        self.found += found

    def field(self, cell: RawCell, column: Column) -> None:
        """Read a cell that is no quantity."""
        self.places[column.field] = cell.where
        if column.field in _DATES:
            self.words[column.field], found = read_date(cell, self.table.epoch)
            return self.note(found)
        if column.field in _ANGLES:
            self.datums |= {column.datum} - {""}
            return self.angle(cell, column.field)
        text, found = read_text(cell)
        self.note(found)
        if text:
            self.word(text, cell, column.field)
        return None

    def word(self, text: str, cell: RawCell, name: str) -> None:
        """Keep a text as what its field takes."""
        if name in _SETS:
            self.words[name] = self.member(text, cell, name)
        elif name in _ZONES:
            self.words[name] = self.zone(text, cell, name)
        elif name == "datum":
            named = datum_of(text)
            self.datums |= {named} if named else set()
            if named is None:
                self.note([_find("parks-datum-unknown", text, cell.where)])
        elif name == "geometry":
            self.geometry = self.wkt(text, cell)
        elif name == "park_id" and not is_park_id(text):
            self.note([_find("parks-id-form", text, cell.where)])
        else:
            self.words[name] = text

    def member(self, text: str, cell: RawCell, name: str) -> str:
        """Return the id of a member of a closed set, blank where there is none."""
        plain = fold(text)
        for member in _SETS[name]:
            words = (member.value, member.label("zh"), member.label("en"))  # type: ignore[attr-defined]
            further = getattr(member, "words", ())
            if plain in {fold(word) for word in (*words, *further)}:
                return str(member.value)
        known = ", ".join(member.label("zh") for member in _SETS[name])  # type: ignore[attr-defined]
        self.note([_find("parks-word", text, cell.where, field=name, known=known)])
        return ""

    def zone(self, text: str, cell: RawCell, name: str) -> str:
        """Return the code of a zone, blank where it is unknown or not the only one."""
        codes = self.zones.find(name, text)
        if len(codes) == 1:
            return codes[0]
        code = "parks-zone-several" if codes else "parks-zone-unknown"
        self.note([_find(code, text, cell.where, codes=", ".join(codes))])
        return ""

    def angle(self, cell: RawCell, name: str) -> None:
        """Keep a longitude or latitude."""
        amount, found = read_amount(cell, _angle(name), "°", typed=self.table.typed)
        self.note(found)
        if amount is not None and amount.value is not None:
            self.angles[name] = amount.value

    def wkt(self, text: str, cell: RawCell) -> BaseGeometry | None:
        """Return the geometry of a WKT text, None where it is none."""
        try:
            return shapely.from_wkt(text)
        except shapely.errors.ShapelyError as error:
            self.note([_find("parks-geometry-wkt", f"{text[:40]} ({error})", cell.where)])
            return None

    def quantity(self, cell: RawCell, parameter: Parameter, unit: str, beside: str = "") -> None:
        """Keep what a cell says about a quantity."""
        if parameter.is_event:
            happened, found = read_event(cell)
            if happened:
                self.statements.append(Statement(parameter=parameter, value=None, where=cell.where))
            return self.note(found)
        amount, found = read_amount(cell, parameter, unit, beside=beside, typed=self.table.typed)
        self.note(found)
        if amount is not None:
            self.statements.append(
                Statement(parameter=parameter, value=amount.value, where=cell.where)
            )
        return None

    def named_quantity(self, value: RawCell | None, where: str) -> None:
        """Keep the quantity that the row names, its value and unit beside it."""
        name, beside = self.words.get("parameter", ""), self.words.get("unit", "")
        parameter = parameter_of(name)
        if parameter is None:
            return self.note([_find("parks-parameter-unknown", name, where)])
        if beside and parameter.size(beside) is None:
            unit_where = self.places.get("unit", where)
            return self.note([unit_fault(beside, unit_where, parameter)])
        if value is not None and not parameter.is_event:
            return self.quantity(value, parameter, "", beside)
        if value is not None:
            return self.note([_find("parks-event-value", value.text, value.where)])
        self.statements.append(Statement(parameter=parameter, value=None, where=where))
        return None


def _angle(name: str) -> Parameter:
    """Return longitude or latitude as a quantity, so that it is read like one."""
    name_zh = "经度" if name == "longitude" else "纬度"
    return Parameter(
        id=name, name_zh=name_zh, name_en=name.capitalize(), note_zh="", dimension="angle",
        unit="°", template_unit="°", aliases=(), part_of="",
    )  # fmt: skip
