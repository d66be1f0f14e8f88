"""What the columns of a table mean, by their headings and by the hidden row of ids.

A heading counts only where it is known word for word: there is no resemblance. The unit of a
quantity stands in brackets at the end of its heading. A template carries the ids of its columns
in a hidden row, so that a heading may be reworded and columns may be moved; a heading that
names another column than its id does is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rasters.findings import finding

from .cells import unit_fault
from .headings import datum_of, field_of, fields, parameter_of, split_unit
from .parameters import parameters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rasters.findings import Finding

    from .parameters import Parameter
    from .raw_table import RawCell, RawRow, RawTable

__all__ = ["ID_MARK", "REGION_MARK", "Column", "Layout", "find_layout"]

ID_MARK = "tanhui:"
"""Begins every cell of the hidden row of ids."""
REGION_MARK = "tanhui:region="
"""Begins the cell of that row that names the region pack."""

_ROWS_SEARCHED = 30
_FEWEST_HEADINGS = 2
_DEGREES = frozenset({"", "°", "度", "十进制度", "degrees", "°e", "°n"})
_ONCE = frozenset({"name_zh", "park_id"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What one column holds."""

    field: str
    """Id of a heading, or of a quantity."""
    parameter: Parameter | None
    """The quantity, None for any other column."""
    unit: str
    """Unit that the heading states; blank for none."""
    datum: str
    """Datum that the heading of a coordinate states; blank for none."""
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the headings of a table stand and what they mean."""

    row: int
    """Row of the headings."""
    columns: Mapping[int, Column]
    templated: bool
    """Whether the table has the hidden row of ids."""
    region: str
    """Region pack that the template was made for; blank where it is not said."""

    def has(self, field: str) -> bool:
        """Return whether a column holds the field."""
        return any(column.field == field for column in self.columns.values())


def find_layout(
    table: RawTable, zone_words: Mapping[str, str]
) -> tuple[Layout | None, list[Finding]]:
    """Find the headings of a table among its first rows.

    Parameters
    ----------
    table
        The table as it stands in its file.
    zone_words
        Names of zone levels (盟市, 地级市) to the field they mean.

    Returns
    -------
    layout, findings
        None where no row has two known headings, a park's name or id among them.

    """
    rows = table.rows[:_ROWS_SEARCHED]
    ids = next((row for row in rows if _is_id_row(row)), None)
    after = [row for row in rows if ids is None or row.number > ids.number]
    known = [(len(_known(row, zone_words)), row) for row in after if _heads(row, zone_words)]
    if ids is not None:
        heading = after[0] if after else None
    else:
        heading = max(known, key=lambda pair: (pair[0], -pair[1].number))[1] if known else None
    if heading is None:
        return None, []
    marks = {} if ids is None else {c: cell.text for c, cell in ids.cells.items()}
    region = next(
        (m.removeprefix(REGION_MARK) for m in marks.values() if m.startswith(REGION_MARK)), ""
    )
    columns, found = _columns(heading, marks, zone_words)
    columns, repeated = _without_repeats(columns)
    layout = Layout(row=heading.number, columns=columns, templated=ids is not None, region=region)
    return layout, found + repeated


def _is_id_row(row: RawRow) -> bool:
    return any(cell.text.startswith(ID_MARK) for cell in row.cells.values())


def _known(row: RawRow, zone_words: Mapping[str, str]) -> set[str]:
    """Return what the cells of a row would mean as headings."""
    meant = set()
    for cell in row.cells.values():
        name = split_unit(cell.text)[0]
        parameter = parameter_of(cell.text) or parameter_of(name)
        field = field_of(cell.text, zone_words) or field_of(name, zone_words)
        if field or parameter:
            meant.add(field or (parameter.id if parameter else ""))
    return meant


def _heads(row: RawRow, zone_words: Mapping[str, str]) -> bool:
    """Return whether a row can be the headings: two are known, one says which park."""
    known = _known(row, zone_words)
    return len(known) >= _FEWEST_HEADINGS and bool(known & _ONCE)


def _columns(
    heading: RawRow, marks: Mapping[int, str], zone_words: Mapping[str, str]
) -> tuple[dict[int, Column], list[Finding]]:
    """Return the columns of a heading row, unknown ones left out."""
    columns: dict[int, Column] = {}
    found: list[Finding] = []
    for place in sorted({*heading.cells, *marks}):
        mark = marks.get(place, "")
        if mark.startswith(REGION_MARK):
            continue
        cell = heading.cells.get(place)
        column, faults = _column(cell, mark.removeprefix(ID_MARK), zone_words, heading.where)
        found += faults
        if column is not None:
            columns[place] = column
    return columns, found


def _column(
    cell: RawCell | None, mark: str, zone_words: Mapping[str, str], row_where: str
) -> tuple[Column | None, list[Finding]]:
    """Return one column by its heading, and by its id where there is one."""
    text = cell.text if cell is not None else ""
    where = cell.where if cell is not None else row_where
    name, unit = split_unit(text)
    field = field_of(text, zone_words)
    whole_name = parameter_of(text)
    if field or whole_name:
        unit = ""
    field = field or field_of(name, zone_words)
    parameter = whole_name or (None if field else parameter_of(name))
    meant = field or (parameter.id if parameter else "")
    if mark and mark != meant:
        known = mark in fields() or mark in parameters()
        if meant or not known:
            words = {"id": mark, "known": meant}
            code = "parks-heading-moved" if known else "parks-heading-id"
            return None, [finding("parks", code, value=text, where=where, **words)]
        field, parameter = (mark, None) if mark in fields() else (None, parameters()[mark])
        reworded = [finding("parks", "parks-heading-reworded", value=text, where=where, id=mark)]
    else:
        reworded = []
    if parameter is not None:
        column, faults = _quantity(parameter, unit, where)
        return column, reworded + faults
    if field is None:
        return None, [finding("parks", "parks-heading-unknown", value=text, where=where)]
    column, faults = _plain_column(field, unit, where)
    return column, reworded + faults


def _quantity(parameter: Parameter, unit: str, where: str) -> tuple[Column | None, list[Finding]]:
    """Return the column of a quantity, its unit checked."""
    if unit and parameter.size(unit) is None:
        return None, [unit_fault(unit, where, parameter)]
    column = Column(field=parameter.id, parameter=parameter, unit=unit, datum="", where=where)
    return column, []


def _plain_column(field: str, unit: str, where: str) -> tuple[Column | None, list[Finding]]:
    """Return a column that is no quantity; only coordinates say something in brackets."""
    datum = ""
    unknown = []
    for part in re.split("[,;、]", unit) if field in ("longitude", "latitude") else []:
        named = datum_of(part)
        datum = named or datum
        if named is None and part.lower() not in _DEGREES:
            unknown.append(part)
    if unknown:
        value = ", ".join(unknown)
        return None, [finding("parks", "parks-heading-degrees", value=value, where=where)]
    return Column(field=field, parameter=None, unit="", datum=datum, where=where), []


def _without_repeats(columns: dict[int, Column]) -> tuple[dict[int, Column], list[Finding]]:
    """Drop every column whose field another one holds too; which of them is meant is unknown."""
    times = Counter(c.field for c in columns.values() if c.field != "ignored")
    kept = {place: c for place, c in columns.items() if times[c.field] <= 1}
    repeats: Iterable[tuple[str, list[Column]]] = (
        (field, [c for c in columns.values() if c.field == field])
        for field, count in times.items()
        if count > 1
    )
    found = [
        finding(
            "parks", "parks-heading-repeated", value=field,
            where=", ".join(c.where for c in repeated),
        )
        for field, repeated in repeats
    ]  # fmt: skip
    return kept, found
