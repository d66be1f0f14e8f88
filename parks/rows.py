"""The rows of a table as lines about parks: which rows count, and what their cells say.

Rows that are no park are left out by rules that are stated here and noted one by one: sums,
remarks, the template's example. A hidden row is read, with a warning, because a filter that was
left on looks like that. What a merged range means for its other cells is clear for a text and
unclear for a number, so a text is filled in, noted, and a number refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rasters.findings import finding

from .line import read_line
from .parameters import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rasters.findings import Finding

    from .columns import Layout
    from .line import Line
    from .raw_table import Merge, RawCell, RawRow, RawTable
    from .zone_names import ZoneNames

__all__ = ["read_lines"]

_TOTAL = re.compile(r".*(合计|总计|小计|共计):?|total:?|sum:?", re.IGNORECASE)
_REMARK = re.compile(r"(注|备注|说明|填表人|制表人|填表说明|审核人|填表日期|单位):.*")
_EXAMPLE = re.compile(r"[【(\[]?示例.*")
_NUMBERS = frozenset({"longitude", "latitude", "value"})


def read_lines(
    table: RawTable, layout: Layout, zones: ZoneNames
) -> tuple[list[Line], list[Finding]]:
    """Read the rows below the headings.

    Parameters
    ----------
    table
        The table.
    layout
        Where its headings stand and what they mean.
    zones
        Names of the zones that a park may lie in.

    Returns
    -------
    lines, findings
        One line per row that counts, in the order of the table.

    """
    found = _hidden_columns(table, layout)
    kept: list[RawRow] = []
    for row in table.rows:
        if row.number <= layout.row:
            continue
        skipped = _skipped(row, layout)
        if skipped is not None:
            found.append(skipped)
            continue
        if row.hidden:
            found.append(_find("parks-row-hidden", row.number, row.where))
        kept.append(row)
    found += _blank_rows(table, layout, kept)
    filled, remarks = _unmerged(table, layout, kept)
    found += remarks + _conversions(layout, filled)
    lines = []
    for row in kept:
        line, remarks = read_line(row, filled.get(row.number, row.cells), layout, table, zones)
        found += remarks
        lines.append(line)
    return lines, found


def _find(code: str, value: object, where: object, **words: object) -> Finding:
    return finding("parks", code, value=value, where=where, **words)


def _hidden_columns(table: RawTable, layout: Layout) -> list[Finding]:
    """Warn of columns that are read and cannot be seen."""
    return [
        _find("parks-column-hidden", column.field, column.where)
        for place, column in sorted(layout.columns.items())
        if place in table.hidden_columns
    ]


def _conversions(layout: Layout, rows: Mapping[int, Mapping[int, RawCell]]) -> list[Finding]:
    """Note, once a column, that its values are converted from the unit of its heading."""
    found = []
    used = {place for cells in rows.values() for place in cells}
    for place, column in sorted(layout.columns.items()):
        parameter, unit = column.parameter, column.unit
        if place not in used or parameter is None or not unit or parameter.is_share:
            continue
        size = parameter.size(unit)
        if size != 1:
            words = {"parameter": parameter.name_zh, "unit": parameter.unit, "size": size}
            found.append(_find("parks-unit-converted", unit, column.where, **words))
    return found


def _skipped(row: RawRow, layout: Layout) -> Finding | None:
    """Return the note about a row that is no park, or None where it counts."""
    names = [
        row.cells[place]
        for place, column in layout.columns.items()
        if column.field == "name_zh" and place in row.cells
    ]
    first = [row.cells[min(row.cells)]] if row.cells else []
    for cell in (*names, *first):
        plain = fold(cell.text)
        for code, pattern in (
            ("parks-row-example", _EXAMPLE),
            ("parks-row-total", _TOTAL),
            ("parks-row-remark", _REMARK),
        ):
            if pattern.fullmatch(plain):
                return _find(code, cell.text, cell.where)
    return None


def _blank_rows(table: RawTable, layout: Layout, kept: list[RawRow]) -> list[Finding]:
    """Note blank rows between rows that count."""
    if not kept:
        return []
    present = {row.number for row in table.rows}
    missing = [n for n in range(layout.row + 1, kept[-1].number) if n not in present]
    if not missing:
        return []
    return [_find("parks-rows-blank", ", ".join(map(str, missing[:20])), table.name)]


def _unmerged(
    table: RawTable, layout: Layout, kept: list[RawRow]
) -> tuple[dict[int, dict[int, RawCell]], list[Finding]]:
    """Return the cells of the rows that merged ranges touch, and what was done to them."""
    rows = {row.number: dict(row.cells) for row in kept}
    found: list[Finding] = []
    for merge in table.merges:
        touched = [n for n in range(merge.row0, merge.row1 + 1) if n in rows]
        columns = [c for c in range(merge.column0, merge.column1 + 1) if c in layout.columns]
        top = rows.get(merge.row0, {}).get(merge.column0)
        if not touched or not columns or top is None:
            continue
        found.append(_merge(merge, layout, rows, touched, columns, top))
    return rows, found


def _merge(
    merge: Merge,
    layout: Layout,
    rows: dict[int, dict[int, RawCell]],
    touched: list[int],
    columns: list[int],
    top: RawCell,
) -> Finding:
    """Fill in or drop what a merged range holds, and say which."""
    if merge.column1 > merge.column0:
        del rows[merge.row0][merge.column0]
        return _find("parks-merged-across", top.text, merge.where)
    column = layout.columns[columns[0]]
    if column.parameter is not None or column.field in _NUMBERS:
        del rows[merge.row0][merge.column0]
        return _find("parks-merged-number", top.text, merge.where)
    for number in touched:
        rows[number][merge.column0] = top
    return _find("parks-merged-filled", top.text, merge.where)
