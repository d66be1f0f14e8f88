"""表9 园区指标: parks against their targets, the facts about them, and their indicators.

What there is is shown with its source; what there is not is called missing and is never zero.
No figure of a zone enters or leaves here.

Source: METHOD part F, table 9; 内政办发〔2023〕94号, 六（四）.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sinks.export.page import Column, Look
from sinks.export.sheets import Sheet

from .definitions import Reading, target_of, targets, wording
from .indicator_words import indicator_name, limit_text
from .parameters import parameters
from .power import Flag
from .texts import text
from .verdict import Outcome, verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from sinks.export.page import Book, Page

    from .certificates import CertificateLine
    from .indicators import IndicatorResult
    from .park import Fact, Park
    from .power import Ratio

__all__ = ["park_sheet"]

_NUMBER = 9
_Cell = str | float | None
_Row = list["_Cell | Decimal"]
# what a column holds, its kind and width; widths are shared with the tables below
_PARKS: tuple[tuple[str, str, float], ...] = (
    ("park", "text", 26),
    ("kind", "center", 12),
    ("league", "center", 14),
    ("target_share", "percent", 14),
    ("period", "center", 14),
    *((f"reading_{reading}", "percent", 18) for reading in Reading),
    ("verdict", "text", 24),
    ("gap", "number", 16),
    ("place", "center", 14),
)
_FACTS = (
    ("park", "text"), ("quantity", "text"), ("status", "center"), ("value", "value"),
    ("unit", "center"), ("date", "center"), ("source", "text"), ("source_date", "center"),
    ("locator", "text"), ("confidence", "center"), ("remark", "text"),
)  # fmt: skip
_INDICATORS = (
    ("park", "text"), ("year", "integer"), ("indicator", "text"), ("basis", "center"),
    ("value", "value"), ("unit", "center"), ("state", "center"), ("verdict", "center"),
    ("limit", "center"), ("reason", "text"), ("source", "text"),
)  # fmt: skip
_CERTIFICATES = (
    ("park", "text"), ("used_year", "integer"), ("count", "value"), ("mwh", "number"),
    ("load", "number"), ("load_share", "percent"),
)  # fmt: skip


def park_sheet(
    parks: Sequence[Park],
    *,
    ratios: Mapping[str, Sequence[Ratio]],
    indicators: Sequence[IndicatorResult],
    certificates: Sequence[CertificateLine] = (),
) -> Sheet:
    """Return table 9 of the workbook; it has no page where there is no park.

    Parameters
    ----------
    parks
        The registry.
    ratios
        Readings of the green-power ratio by park, of one year each; a park that is not there
        has none.
    indicators
        Indicators of any parks and years.
    certificates
        Certificates that parks used, a table of their own: they are part of no reading.

    """
    ordered = sorted(parks, key=lambda park: (park.league_code, park.park_id))

    def write(book: Book) -> None:
        if ordered:
            page, names = _write(book, ordered, ratios, indicators)
            lines = [line for line in certificates if line.park_id in names]
            _write_certificates(page, book, names, lines)

    return Sheet(number=_NUMBER, write=write)


def _write(
    book: Book,
    parks: Sequence[Park],
    ratios: Mapping[str, Sequence[Ratio]],
    indicators: Sequence[IndicatorResult],
) -> tuple[Page, dict[str, str]]:
    """Add the page with its parks, facts and indicators; return it with the names of the parks."""
    lang = book.words.lang
    widths = [*(width for _, _, width in _PARKS), book.run_column.width]
    title = text("sheet_title", lang, region=book.meta.region.in_(lang))
    page = book.page(text("sheet_name", lang), title, widths)
    headings = [
        Column(heading=_heading(name, lang), width=width, kind=kind) for name, kind, width in _PARKS
    ]
    page.headings([*headings, book.run_column], freeze=1)
    for park in parks:
        row, look = _park_row(park, ratios.get(park.park_id, ()), book)
        page.row([*row, book.run], look)
    _notes(page, [r for park in parks for r in ratios.get(park.park_id, ())], lang)
    names = {park.park_id: _name(park, lang) for park in parks}
    facts = [[names[f.park_id], *_fact_row(f, lang)] for park in parks for f in park.facts]
    _section(page, book, "facts", _FACTS, facts)
    shown = [i for i in indicators if i.park_id in names]
    rows = [[names[i.park_id], *_indicator_row(i, lang)] for i in shown]
    _section(page, book, "indicators", _INDICATORS, rows)
    return page, names


def _write_certificates(
    page: Page, book: Book, names: Mapping[str, str], lines: Sequence[CertificateLine]
) -> None:
    """Write the certificates below, with what they are."""
    lang = book.words.lang
    rows: list[_Row] = [
        [names[line.park_id], float(line.year), float(line.certificates), line.mwh,
         line.load_mwh, line.share_of_load]
        for line in lines
    ]  # fmt: skip
    _section(page, book, "certificates", _CERTIFICATES, rows)
    if lines:
        page.note(lines[0].definition_zh if lang == "zh" else lines[0].definition_en)


def _park_row(park: Park, ratios: Sequence[Ratio], book: Book) -> tuple[_Row, Look]:
    """Return the row of a park against its target, and how it looks."""
    lang = book.words.lang
    missing = text("no_value", lang)
    target = target_of(park.kind)
    values = {ratio.reading: ratio.value for ratio in ratios}
    shares = [values.get(reading) for reading in Reading]
    outcome, gap, basis = Outcome.NO_DATA, None, ""
    if ratios:
        found = verdict(ratios, target=target)
        outcome, gap = found.outcome, found.gap_mwh
        if found.ratio is not None:
            name = found.ratio.name_zh if lang == "zh" else found.ratio.name_en
            basis = text("comma", lang) + text("by_reading", lang, name=name)
    elif target.share is None:
        outcome = Outcome.NO_TARGET
    zones = book.zone_names()
    row: _Row = [
        _name(park, lang),
        park.kind.label(lang),
        zones.get(park.league_code, park.league_code) or missing,
        text("target_none", lang) if target.share is None else target.share,
        ratios[0].period if ratios else missing,
        *(missing if share is None else share for share in shares),
        text(f"outcome_{outcome}", lang) + basis,
        gap,
        park.location_confidence.label(lang),
    ]
    return row, Look.WARN if outcome is Outcome.MISSED else Look.PLAIN


def _notes(page: Page, ratios: Sequence[Ratio], lang: str) -> None:
    """Write what a reader must know, the targets, and the definitions of the values above."""
    page.note(text("sheet_note", lang))
    for kind, target in targets().items():
        if target.share is not None:
            words = {"phrase": target.phrase, "source": target.source, "locator": target.locator}
            share = f"{target.share:.0%}"
            name = text(f"kind_{kind}", lang)
            page.note(text("sheet_target", lang, kind=name, share=share, **words))
    told = dict.fromkeys(
        (r.name_zh, r.definition_zh) if lang == "zh" else (r.name_en, r.definition_en)
        for r in ratios
        if r.value is not None
    )
    for name, definition in told:
        page.note(text("sheet_definition", lang, name=name, definition=definition))
    if any(Flag.SYNTHETIC in r.flags for r in ratios):
        page.note(text("sheet_synthetic", lang), Look.WARN)


def _section(
    page: Page,
    book: Book,
    name: str,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[_Row],
) -> None:
    """Write one table below the first, filled up with blank columns to its width."""
    if not rows:
        return
    lang, blank = book.words.lang, len(_PARKS) - len(columns)
    page.section(text(f"sheet_{name}", lang))
    widths = [width for _, _, width in _PARKS]
    headings = [
        Column(heading=_heading(column, lang), width=width, kind=kind)
        for (column, kind), width in zip(columns, widths, strict=False)
    ]
    spare = [Column(heading="", width=width, kind="text") for width in widths[len(columns) :]]
    page.headings([*headings, *spare, book.run_column])
    for row in rows:
        page.row([*row, *[None] * blank, book.run])


def _fact_row(fact: Fact, lang: str) -> _Row:
    """Return the cells of a fact after its park; an event has no value."""
    known = parameters()[fact.parameter]
    empty = None if known.is_event else text("no_value", lang)
    return [
        known.name_zh if lang == "zh" else known.name_en,
        fact.status.label(lang),
        empty if fact.value is None else fact.value,
        fact.unit,
        fact.date,
        fact.source,
        fact.source_date,
        fact.locator,
        fact.confidence.label(lang),
        fact.note,
    ]


def _indicator_row(result: IndicatorResult, lang: str) -> _Row:
    """Return the cells of an indicator after its park."""
    return [
        float(result.year),
        indicator_name(result, lang),
        text(f"basis_{result.basis}", lang) if result.basis else "",
        text("no_value", lang) if result.value is None else result.value,
        result.unit,
        text(f"state_{result.state}", lang),
        text(f"judged_{result.verdict}", lang),
        limit_text(result),
        text(f"reason_{result.reason}", lang) if result.reason else "",
        result.source,
    ]


def _name(park: Park, lang: str) -> str:
    """Return the name of a park."""
    return park.name_zh if lang == "zh" else park.name_en or park.name_zh


def _heading(name: str, lang: str) -> str:
    """Return the heading of a column."""
    if name.startswith("reading_"):
        words = wording(name.removeprefix("reading_"))
        return words.name_zh if lang == "zh" else words.name_en
    return text(f"sheet_{name}", lang)
