"""附表: zones finer than the assessed level, such as banners; results without any target.

Source: "碳排放双控目标原则上不分解到旗县一级", 内政办发〔2023〕94号, part 4 (1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import sinks, stocks
from .layout import annex_levels

if TYPE_CHECKING:
    from sinks.export.page import Book

__all__ = ["write"]


def write(book: Book) -> None:
    """Add the stocks and sinks of every finer level; none where there is no such level."""
    for level in annex_levels(book.meta):
        stocks.write_levels(book, "stocks_annex", [level])
        sinks.write_levels(book, "sinks_annex", [level])
