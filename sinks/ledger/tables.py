"""The tables beside the events: which columns, and from which words of the payload.

A row of a table is what its event says and nothing else: the triggers of the file fill it from
the JSON, and verification makes it again from the JSON and compares.
"""

# Statements are put together from names of this package alone.
# ruff: noqa: S608

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["TABLES", "Column", "Table"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    name: str
    type: str
    """INTEGER or TEXT; the tables are STRICT."""
    path: str
    """JSON path, from the payload or from the element of the array."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table, with one row an event or one an element of an array of its payload."""

    name: str
    kind: str
    """Kind of the events that it is made from."""
    array: str
    """JSON path of the array; blank for one row an event."""
    columns: tuple[Column, ...]
    key: str
    """Columns of the primary key."""
    index: tuple[str, ...] = ()
    """Columns of each index."""

    def row_sql(self, event: str) -> str:
        """Return the SELECT of the rows that an event, by its alias, says."""
        source = "j.value" if self.array else f"{event}.payload"
        cells = [f"{event}.seq AS seq", *(_cell(column, source) for column in self.columns)]
        array = f", json_each({event}.payload, '{self.array}') j" if self.array else ""
        chosen = f"WHERE {event}.kind = '{self.kind}'"
        return f"SELECT {', '.join(cells)} FROM event {event}{array} {chosen}"


def _cell(column: Column, source: str) -> str:
    """Return the SQL of one cell; a number that is no integer, or a text that is none, is NULL."""
    kind = "integer" if column.type == "INTEGER" else "text"
    if column.path == "$":  # the element itself: a text, and no JSON
        return f"CASE j.type WHEN '{kind}' THEN j.value END AS {column.name}"
    value = f"json_extract({source}, '{column.path}')"
    stated = f"json_type({source}, '{column.path}')"
    return f"CASE {stated} WHEN '{kind}' THEN {value} END AS {column.name}"


def _texts(**paths: str) -> tuple[Column, ...]:
    """Return columns of texts."""
    return tuple(Column(name=name, type="TEXT", path=path) for name, path in paths.items())


def _integers(**paths: str) -> tuple[Column, ...]:
    """Return columns of whole numbers."""
    return tuple(Column(name=name, type="INTEGER", path=path) for name, path in paths.items())


_PERIOD = _texts(first_day="$.said.start", last_day="$.said.end")
_SERIALS = _integers(first_serial="$.said.first", last_serial="$.said.last")
_PARTS = (*_texts(parcel="$.parcel", zone="$.zone"), *_integers(year="$.year", kg="$.kg"))
_PART_KEY = "seq, parcel, zone, year"

TABLES = (
    Table(
        name="project",
        kind="project",
        array="",
        columns=(
            *_texts(
                project="$.said.project",
                scheme="$.said.scheme",
                method="$.said.method",
                name="$.said.name",
                owner="$.said.owner",
                owner_key="$.effect.owner_key",
            ),
            *_PERIOD,
        ),
        key="seq",
        index=("project",),
    ),
    Table(
        name="project_key",
        kind="project",
        array="$.effect.keys",
        columns=(Column(name="spelling", type="TEXT", path="$"),),
        key="seq, spelling",
        index=("spelling",),
    ),
    Table(
        name="parcel",
        kind="parcel",
        array="",
        columns=(
            *_texts(parcel="$.said.parcel", project="$.said.project"),
            *_PERIOD,
            *_integers(
                area_mm2="$.effect.area_mm2",
                west="$.effect.bounds[0]",
                south="$.effect.bounds[1]",
                east="$.effect.bounds[2]",
                north="$.effect.bounds[3]",
            ),
            *_texts(geometry="$.said.geometry"),
        ),
        key="seq",
        index=("parcel", "project", "west, east"),
    ),
    Table(
        name="parcel_zone",
        kind="parcel",
        array="$.said.shares",
        columns=(*_texts(zone="$.zone"), *_integers(area_mm2="$.area_mm2")),
        key="seq, zone",
    ),
    Table(
        name="removal",
        kind="removal",
        array="",
        columns=(*_texts(parcel="$.said.parcel"), *_PERIOD, *_integers(kg="$.said.kg")),
        key="seq",
        index=("parcel",),
    ),
    Table(
        name="removal_year",
        kind="removal",
        array="$.effect.years",
        columns=_integers(year="$.year", kg="$.kg"),
        key="seq, year",
    ),
    Table(
        name="issue",
        kind="issue",
        array="",
        columns=(
            *_texts(project="$.said.project", scheme="$.effect.scheme", block="$.said.block"),
            *_SERIALS,
            *_PERIOD,
            *_integers(kg="$.effect.kg"),
        ),
        key="seq",
        index=("scheme, first_serial", "project"),
    ),
    Table(
        name="issue_part",
        kind="issue",
        array="$.effect.split",
        columns=_PARTS,
        key=_PART_KEY,
        index=("parcel, year", "zone, year"),
    ),
    Table(
        name="exit",
        kind="exit",
        array="",
        columns=(
            *_integers(issue="$.effect.issue"),
            *_texts(scheme="$.said.scheme", block="$.said.block"),
            *_SERIALS,
            *_texts(
                route="$.said.route",
                scope="$.said.scope",
                buyer="$.said.buyer",
                buyer_key="$.effect.buyer_key",
                day="$.said.day",
            ),
            *_integers(kg="$.effect.kg"),
        ),
        key="seq",
        index=("issue",),
    ),
    Table(
        name="exit_part",
        kind="exit",
        array="$.effect.split",
        columns=_PARTS,
        key=_PART_KEY,
        index=("zone, year",),
    ),
    Table(
        name="sink",
        kind="sink",
        array="",
        columns=(*_texts(zone="$.said.zone"), *_integers(year="$.said.year", kg="$.said.kg")),
        key="seq",
        index=("zone, year",),
    ),
    Table(
        name="set_off",
        kind="offset",
        array="",
        columns=(*_texts(zone="$.said.zone"), *_integers(year="$.said.year", kg="$.said.kg")),
        key="seq",
        index=("zone, year",),
    ),
    Table(
        name="reversal",
        kind="reverse",
        array="",
        columns=_integers(target="$.said.target"),
        key="seq",
        index=("target",),
    ),
)
"""Every table that is made from the events."""
