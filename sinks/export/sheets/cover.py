"""封面与口径: what the result is, what it says in three lines, and what must be known to use it.

Failed checks stand on the cover in red, so that no table is passed on without them.

Source: METHOD part F, first sheet; 编制/审核/批准 as in official tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sinks.export.cells import is_missing, rounded, whole
from sinks.export.page import DASH, Column, Look
from sinks.units import wan

from .quality import failed_first

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from sinks.export.page import Book, Page
    from sinks.export.words import Words

__all__ = ["write"]

_WIDTHS = (22.0, 108.0)
_SINK_SCOPES = ("forest_grassland_wetland", "all")
_MOST_FAILED = 20  # failed checks named on the cover; all stand in the table of checks


def write(book: Book) -> None:
    """Add the cover."""
    words, meta = book.words, book.meta
    title = words("title", "cover", region=meta.region.in_(words.lang))
    page = book.page(words("sheet", "cover"), title, _WIDTHS)
    page.columns([Column(heading="", width=width, kind="text") for width in _WIDTHS])
    status = Look.WARN if meta.is_demo else Look.TOTAL
    page.row([words("cover", "status"), words.label("status", meta.status)], status)
    page.row([words("cover", "years"), words("title", "comma").join(map(str, meta.years))])
    page.row([words("cover", "run_id"), meta.run_id])
    page.row([words("cover", "version"), meta.version])
    _results(page, book)
    _gates(page, book)
    _conventions(page, book)
    _files(page, book)
    page.section(words("cover", "signatures"))
    for key in ("prepared", "reviewed", "approved"):
        page.row([words("cover", key), ""])


def _results(page: Page, book: Book) -> None:
    """Write stock and sink of the whole land; nothing where only single zones were run."""
    words, totals = book.words, book.tables["totals"]
    top = totals[totals["level"] == book.meta.levels[0].id]
    if top["zone_code"].nunique() != 1:
        return
    page.section(words("cover", "results"))
    stocks = top[(top["quantity"] == "stock") & (top["scope"] == "all")]
    for row in stocks.sort_values("year1").to_dict("records"):
        page.row([words("cover", "stock_of", year=whole(row["year1"])), _stock(words, row)])
    for scope in _SINK_SCOPES:
        sinks = top[(top["quantity"] == "change") & (top["scope"] == scope)]
        for row in sinks.sort_values(["year0", "year1"]).to_dict("records"):
            label = words(
                "cover",
                "sink_of",
                year0=whole(row["year0"]),
                year1=whole(row["year1"]),
                scope=words("scope_short", scope),
            )
            page.row([label, _sink(words, row)])


def _stock(words: Words, row: Mapping[Hashable, object]) -> str:
    """Return a stock with its interval as a sentence."""
    if is_missing(row["value_t_c"]):
        return words("cover", "not_estimated")
    value, low, high = (_wan(row[name]) for name in ("value_t_c", "low_t_c", "high_t_c"))
    return words("cover", "stock_text", value=value, low=low, high=high)


def _sink(words: Words, row: Mapping[Hashable, object]) -> str:
    """Return a sink with its interval and verdict as a sentence."""
    if is_missing(row["sink_t_co2_per_year"]):
        return words("cover", "not_estimated")
    value, low, high = (_wan(row[f"{k}_t_co2_per_year"]) for k in ("sink", "low", "high"))
    verdict = words.label("verdict", row["verdict"])
    return words("cover", "sink_text", value=value, low=low, high=high, verdict=verdict)


def _gates(page: Page, book: Book) -> None:
    """Write whether the checks passed, and name those that failed."""
    words, names = book.words, book.zone_names()
    rows = [row for row in failed_first(book) if row["verdict"] != "shown"]
    failed = [row for row in rows if row["verdict"] == "fail"]
    label = words("cover", "gates")
    if not failed:
        page.row([label, words("cover", "gates_pass", count=len(rows))])
        return
    text = words("cover", "gates_fail", failed=len(failed), count=len(rows))
    page.row([label, text], Look.FAIL)
    for row in failed[:_MOST_FAILED]:
        zone = "" if is_missing(row["zone_code"]) else str(row["zone_code"])
        value = DASH if is_missing(row["value"]) else f"{rounded(row['value']):f}"
        parts = [words.check(str(row["check"])), names.get(zone, zone), value]
        page.row(
            [words.label("gate", "fail"), "  ".join(part for part in parts if part)], Look.FAIL
        )


def _conventions(page: Page, book: Book) -> None:
    """Write notes, methods, products, units, signs and the official area."""
    words, meta = book.words, book.meta
    page.section(words("cover", "scope"))
    for note in meta.notes:
        page.row([words("cover", "note"), note.in_(words.lang)], Look.WARN)
    methods = [
        f"{words.label('ecosystem' if name != 'soil' else 'pool', name)}: {words.methods(method)}"
        for name, method in meta.methods.items()
    ]
    page.row([words("cover", "methods"), "; ".join(methods)])
    for product in meta.products:
        role = words.label("role", product.role)
        name = product.name.in_(words.lang)
        page.row([words("cover", "products"), f"{role}: {name}{_cited(product.citation)}"])
    page.row([words("cover", "coefficients"), "; ".join(meta.coefficient_tables)])
    for key in ("units", "signs", "intervals", "wetland"):
        page.row([words("cover", key), words("cover", f"{key}_text")])
    counted = _counted_ha(book)
    if counted is not None and meta.official_area_ha is not None:
        text = words(
            "cover",
            "area_text",
            counted=_wan(counted),
            official=_wan(meta.official_area_ha),
            source=meta.official_area_source,
            difference=_wan(counted - meta.official_area_ha),
        )
        page.row([words("cover", "area"), text])


def _files(page: Page, book: Book) -> None:
    """Write every input with its hash, and the findings about them."""
    words, meta = book.words, book.meta
    page.section(words("cover", "inputs"))
    for record in meta.inputs:
        parts = [record.path, record.product or "", str(record.year or ""), record.sha256]
        role = words.label("role", record.role)
        page.row([role, "  ".join(part for part in parts if part)])
    if meta.findings:
        page.section(words("cover", "findings"))
    for finding in meta.findings:
        text = f"{finding.what(words.lang)} ({finding.where})"
        look = Look.PLAIN if finding.severity == "note" else Look.WARN
        page.row([finding.code, text], look)


def _counted_ha(book: Book) -> float | None:
    """Return the polygon area of the whole land in ha; None where it is not one zone."""
    stocks, coverage = book.tables["stocks"], book.tables["coverage"]
    top = set(stocks.loc[stocks["level"] == book.meta.levels[0].id, "zone_code"])
    rows = coverage[coverage["zone_code"].isin(top)]
    return float(rows["polygon_ha"].iloc[0]) if len(top) == 1 and len(rows) else None


def _cited(citation: str) -> str:
    """Return a citation in brackets, or nothing."""
    return f" ({citation})" if citation else ""


def _wan(value: object) -> str:
    """Return an amount in 10^4 with two decimals, as the tables show it."""
    return f"{wan(float(rounded(value))):,.2f}"
