"""附表3: where the area of each zone went, and how the two stocks agree with the change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sinks.export.cells import is_missing, rounded, whole
from sinks.export.page import Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sinks.export.page import Book, Page

    from .layout import Cell

__all__ = ["write"]

_COVERAGE = ("polygon_ha", "classified_ha", "nodata_ha", "outside_ha", "official_ha")
_RECONCILIATION = (
    "stock0_t_c",
    "stock1_t_c",
    "change_common_t_c",
    "only_year0_t_c",
    "only_year1_t_c",
    "change_reported_t_c",
    "method_gap_t_c",
)
_NUMBER = 19.0  # characters: a region's stock in t C with its decimals
_WIDTHS = (10.0, 24.0, 11.0, *[_NUMBER] * len(_RECONCILIATION), 9.5)


def write(book: Book) -> None:
    """Add the sheet with coverage.csv and, where two years are compared, reconciliation.csv."""
    page = book.page(book.words("sheet", "balance"), book.words("title", "balance"), _WIDTHS)
    _section(page, book, "coverage", ("year",), _COVERAGE)
    _section(page, book, "reconciliation", ("year0", "year1"), _RECONCILIATION)


def _section(
    page: Page, book: Book, name: str, years: Sequence[str], columns: Sequence[str]
) -> None:
    """Write one table, filled up with blank columns to the width of the sheet."""
    table, words, names = book.tables[name], book.words, book.zone_names()
    if table.empty:
        return
    blank = len(_RECONCILIATION) - len(columns)
    level = book.meta.levels[-1].name.in_(words.lang)
    page.section(words("title", name))
    page.headings(
        [
            Column(heading=words("heading", "zone_code", level=level), width=10, kind="center"),
            Column(heading=words("heading", "zone_name", level=level), width=24, kind="text"),
            Column(heading=words("heading", "period"), width=11, kind="center"),
            *(
                Column(heading=words("heading", column), width=_NUMBER, kind="number")
                for column in columns
            ),
            *[Column(heading="", width=_NUMBER, kind="number")] * blank,
            book.run_column,
        ]
    )
    for row in table.sort_values(["zone_code", *years]).to_dict("records"):
        zone = str(row["zone_code"])
        period = "—".join(str(whole(row[year])) for year in years)
        numbers: list[Cell] = [
            None if is_missing(row[column]) else float(rounded(row[column])) for column in columns
        ]
        page.row([zone, names.get(zone, zone), period, *numbers, *[None] * blank, book.run])
