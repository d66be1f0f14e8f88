"""表3: one matrix per league, classes of the first year in rows and of the last in columns.

Under each matrix stand the areas of change before and after error adjustment, where the run was
given an accuracy sample. Where the adjusted areas are those of the inventory, the matrix is the
adjusted one and the mapped one follows it.

Source: METHOD part F, table 3 and parts A5 and A11.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sinks.export.cells import is_missing, rounded, whole
from sinks.export.page import Column, Look

from .layout import Cell, exact_sum, main_levels, rounding, zones_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from sinks.export.page import Book, Page

__all__ = ["write"]

_ADJUSTED = (
    ("mapped_ha", "number"),
    ("adjusted_ha", "number"),
    ("low_ha", "number"),
    ("high_ha", "number"),
    ("samples", "integer"),
    ("users_accuracy", "percent"),
    ("producers_accuracy", "percent"),
    ("basis", "center"),
)
"""Columns of adjusted_areas.csv that are shown."""
_ALL = "ALL"  # all classes together, in accuracy_matrix.csv
_Matrix = dict[tuple[str, str], Decimal]


def write(book: Book) -> None:
    """Add the sheet; none where the run has one year."""
    words, table = book.words, book.tables["transitions"]
    if table.empty:
        return
    order = [entry.code for entry in book.meta.legend]
    mapped = book.tables["transitions_mapped"]
    found = {code for of in (table, mapped) for side in ("code0", "code1") for code in of[side]}
    classes = [c for c in order if c in found] + sorted(found - set(order))
    adjusted = len(_ADJUSTED) if len(book.tables["adjusted_areas"]) else 0
    width = max(len(classes) + 1, adjusted)
    widths = [22.0, *[13.0] * width, 9.5]
    title = words("title", "transitions", region=book.meta.region.in_(words.lang))
    page = book.page(words("sheet", "transitions"), title, widths)
    matrices, before = _matrices(table), _matrices(mapped)
    zones = [
        zone for level in main_levels(book.meta) for zone in zones_of(book.tables["stocks"], level)
    ]
    blocks = [
        (code, name, pair) for code, name in zones for z, pair in sorted(matrices) if z == code
    ]
    for i, (code, name, pair) in enumerate(blocks):
        if i:
            page.break_page()
        heading = f"{book.zone(code, name)} {pair[0]}—{pair[1]}"
        which = f" {words('title', 'matrix_adjusted')}" if before else ""
        page.section(f"{heading}{which}")
        _write(page, book, classes, matrices[code, pair], pair)
        if before:
            page.section(f"{heading} {words('title', 'matrix_mapped')}")
            _write(page, book, classes, before.get((code, pair), {}), pair)
        _write_adjusted(page, book, code, pair)
    page.note(words("note", "transitions_adjusted" if before else "transitions"))
    page.note(_accuracy(book))


def _matrices(table: pd.DataFrame) -> dict[tuple[str, tuple[int, int]], _Matrix]:
    """Return ha by (class before, class after), summed over strata, by zone and period."""
    matrices: dict[tuple[str, tuple[int, int]], _Matrix] = {}
    for row in table.itertuples():
        key = (str(row.zone_code), (whole(row.year0), whole(row.year1)))
        matrix = matrices.setdefault(key, {})
        cell = (str(row.code0), str(row.code1))
        matrix[cell] = matrix.get(cell, Decimal(0)) + rounded(row.area_ha)
    return matrices


def _write(
    page: Page, book: Book, classes: Sequence[str], matrix: _Matrix, pair: tuple[int, int]
) -> None:
    """Write one matrix with the totals of both years and what rounding leaves."""
    words, names = book.words, _names(book)
    page.headings(
        [
            Column(heading=words("heading", "class0", year=pair[0]), width=16, kind="text"),
            *(Column(heading=names.get(c, c), width=13, kind="number") for c in classes),
            Column(heading=words("heading", "row_total", year=pair[0]), width=13, kind="number"),
            book.run_column,
        ]
    )
    rows: list[list[Cell]] = []
    for before in classes:
        cells = [matrix.get((before, after)) for after in classes]
        total = exact_sum(cells)
        if total is None:
            continue
        rows.append([None if v is None else float(v) for v in (*cells, total)])
        page.row([names.get(before, before), *rows[-1], book.run])
    sums = [exact_sum(matrix.get((before, after)) for before in classes) for after in classes]
    totals: list[Cell] = [None if v is None else float(v) for v in (*sums, exact_sum(sums))]
    page.row([words("heading", "row_total", year=pair[1]), *totals, book.run], Look.TOTAL)
    left = rounding(totals, rows)
    page.row([words("row", "rounding"), *left, book.run], Look.ROUNDING)


def _write_adjusted(page: Page, book: Book, zone: str, pair: tuple[int, int]) -> None:
    """Write the areas of the strata of change before and after adjustment; none without any."""
    words, table = book.words, book.tables["adjusted_areas"]
    rows = table[table["zone_code"].astype(str).eq(zone)]
    rows = rows[rows["year0"].eq(pair[0]) & rows["year1"].eq(pair[1])]
    if rows.empty:
        return
    page.section(f"{words('title', 'adjusted_areas')} {pair[0]}—{pair[1]}")
    page.headings(
        [
            Column(heading=words("heading", "change_class"), width=22, kind="text"),
            *(
                Column(heading=words("heading", name), width=13, kind=kind)
                for name, kind in _ADJUSTED
            ),
            book.run_column,
        ]
    )
    for row in rows.to_dict("records"):
        cells: list[Cell] = []
        for name, kind in _ADJUSTED:
            value = row[name]
            if is_missing(value):
                cells.append(None)
            elif kind == "center":
                cells.append(words.label("basis", value))
            else:
                cells.append(float(rounded(value)))
        page.row([_change(book, str(row["stratum"])), *cells, book.run])


def _change(book: Book, stratum: str) -> str:
    """Return the name of a stratum: an ecosystem that stays, or one that becomes another."""
    parts = [book.words.label("ecosystem", part) for part in stratum.split(">")]
    return " → ".join(parts)


def _accuracy(book: Book) -> str:
    """Return what is known of the accuracy of the maps."""
    words, table = book.words, book.tables["accuracy_matrix"]
    overall = table[table["map_class"].eq(_ALL) & table["reference_class"].eq(_ALL)]
    if overall.empty:
        return words("note", "transitions_unsampled")
    row = overall.to_dict("records")[0]
    return words(
        "note",
        "transitions_accuracy",
        accuracy=f"{float(row['accuracy']):.1%}",
        samples=whole(row["samples"]),
        error=f"{float(row['standard_error']):.1%}",
    )


def _names(book: Book) -> dict[str, str]:
    """Return the name of every class code, and of land without a class."""
    lang = book.words.lang
    names = {code: book.words("land", code) for code in ("nodata", "outside")}
    return names | {c.code: f"{c.code} {c.name.in_(lang)}" for c in book.meta.legend}
