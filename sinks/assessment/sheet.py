"""表5 双控评价考核 and 表4 碳汇项目扣减: the region and its leagues, year by year.

Figures are 10^4 t CO2. What is missing is said in words in its cell; the choices that the policy
leaves open and what hangs on them stand below the table.

Source: METHOD part F, tables 4 and 5 (proposal; an official template was not found); gross
emissions, the lower bound of the sink and the second verdict are added to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sinks.budget import RigidVerdict
from sinks.categories import Status
from sinks.export.page import DASH, Column, Look
from sinks.export.sheets import Sheet
from sinks.export.sheets.layout import rounding
from sinks.units import wan

from .choices import IntensityBasis, choice_words
from .judge import ElasticVerdict
from .texts import text
from .wording import choice_lines, flip_lines, notes, remark

if TYPE_CHECKING:
    from decimal import Decimal
    from fractions import Fraction

    from sinks.export.page import Book, Page
    from sinks.export.sheets.layout import Cell

    from .judge import Judged
    from .registered import Registered
    from .result import AssessmentResult

__all__ = ["assessment_sheet", "deduction_sheet"]

_COLUMNS: tuple[tuple[str, str, float], ...] = (
    ("zone", "text", 13), ("year", "center", 6), ("energy", "number", 11), ("ippu", "number", 11),
    ("elec", "number", 13), ("projects", "number", 11), ("gross", "number", 11),
    ("sink", "number", 11), ("sink_low", "number", 11), ("deduction", "number", 10),
    ("admissible", "number", 10), ("net", "number", 11), ("gdp", "number", 11),
    ("intensity", "value", 10), ("intensity_other", "value", 10), ("drop", "number", 9),
    ("target", "number", 8), ("progress", "number", 9), ("rigid", "center", 9),
    ("deviation", "number", 10), ("elastic", "center", 9), ("remark", "text", 60),
)  # fmt: skip
_FIGURES = slice(2, 13)  # the columns of a row that leagues are added in
_DEDUCTIONS: tuple[tuple[str, str, float], ...] = (
    ("project_id", "text", 16), ("scheme", "center", 10), ("method", "text", 16),
    ("zone", "text", 14), ("area_ha", "number", 12), ("credit_period", "center", 24),
    ("vintage", "center", 9), ("issued_t_co2", "number", 13), ("sold_t_co2", "number", 13),
    ("buyer_scope", "center", 12), ("deduction_t_co2", "number", 13), ("evidence", "text", 28),
)  # fmt: skip


def assessment_sheet(result: AssessmentResult) -> Sheet:
    """Return table 5 of the workbook."""

    def write(book: Book) -> None:
        _assessment(book, result)

    return Sheet(number=5, write=write)


def deduction_sheet(result: AssessmentResult, register: Registered) -> Sheet:
    """Return table 4 of the workbook, on the basis that was chosen."""

    def write(book: Book) -> None:
        _deductions(book, result, register)

    return Sheet(number=4, write=write)


def _assessment(book: Book, result: AssessmentResult) -> None:
    """Add table 5."""
    lang, terms = book.words.lang, result.terms
    title = text(
        "title",
        lang,
        region=book.meta.region.in_(lang),
        period=terms.period,
        base=terms.base_year,
        status=Status(book.meta.status).label(lang),
    )
    page = _page(book, text("sheet", lang), title, _COLUMNS, freeze=2)
    page.note(text("unit", lang))
    region = result.region.code
    for year in terms.all_years:
        rows = {j.facts.zone_code: j for j in result.judged if j.facts.year == year}
        cells = {zone: _row(book, result, judged) for zone, judged in rows.items()}
        for zone in sorted(rows, key=lambda code: (code != region, code)):
            look = Look.TOTAL if zone == region else _look(rows[zone])
            page.row([*cells[zone], book.run], look)
            if zone == region:
                parts = [row for code, row in cells.items() if code != region]
                _rounding(page, book, cells[zone], parts)
    for line in notes(result, lang):
        page.note(line)
    page.section(text("choices", lang))
    for line in choice_lines(result, lang):
        page.note(line)
    page.section(text("sensitivity", lang))
    for line in flip_lines(result, lang):
        page.note(line)


def _rounding(page: Page, book: Book, whole: list[Cell], parts: list[list[Cell]]) -> None:
    """Write what the shown decimals of the leagues leave, where all of them are there."""
    left: list[Cell] = [None] * len(_COLUMNS)
    left[:2] = [text("rounding", book.words.lang), whole[1]]
    made = rounding(whole[_FIGURES], [part[_FIGURES] for part in parts])
    complete = [all(isinstance(part[_FIGURES][i], float) for part in parts)
                for i in range(len(made))]  # fmt: skip
    # the lower bound of the region comes from the joint draws and is no sum
    complete[6] = False
    left[_FIGURES] = [m if ok else None for m, ok in zip(made, complete, strict=True)]
    if any(isinstance(cell, float) and cell for cell in left):
        page.row([*left, book.run], Look.ROUNDING)


def _row(book: Book, result: AssessmentResult, judged: Judged) -> list[Cell]:
    """Return the cells of one zone in one year, without the run."""
    lang, facts, made = book.words.lang, judged.facts, judged.account
    sink = facts.sinks.get(result.choices.sink_year)
    both = [judged.gross_intensity, judged.net_intensity]
    if result.choices.intensity_basis is IntensityBasis.NET:
        both.reverse()
    judgeable = facts.year != result.terms.base_year
    return [
        book.zone(facts.zone_code, result.zones[facts.zone_code]),
        str(facts.year),
        *(_wan(x, lang) for x in (
            facts.energy, facts.ippu, facts.elec, facts.projects, made.gross,
            None if sink is None else sink.central, None if sink is None else sink.lower,
        )),
        _wan(made.deducted, lang) if result.register else DASH,
        *(_wan(x, lang) for x in (made.admissible, made.net, facts.gdp)),
        *(_ratio(x) for x in both),
        *(_plain(x) for x in (judged.drop_percent, facts.target_percent)),
        _plain(judged.progress_percent),
        text(f"rigid_{judged.rigid}", lang) if judgeable else DASH,
        _plain(judged.deviation_percent),
        text(f"elastic_{judged.elastic}", lang) if judgeable else DASH,
        remark(result, judged, lang),
    ]  # fmt: skip


def _look(judged: Judged) -> Look:
    """Return how a row looks: red where the rigid target fails."""
    if judged.rigid is RigidVerdict.FAILS:
        return Look.FAIL
    return Look.WARN if judged.elastic is ElasticVerdict.EXCEEDS else Look.PLAIN


def _deductions(book: Book, result: AssessmentResult, register: Registered) -> None:
    """Add table 4."""
    lang = book.words.lang
    title = text(
        "title_deductions",
        lang,
        region=book.meta.region.in_(lang),
        status=Status(book.meta.status).label(lang),
    )
    page = _page(book, text("sheet_deductions", lang), title, _DEDUCTIONS, freeze=1)
    for row in register.rows:
        page.row(
            [
                row["project_id"],
                row["scheme"],
                row["method"],
                book.zone(row["zone_code"], row["zone_name"]),
                float(row["area_ha"]),
                f"{row['credit_start']} – {row['credit_end']}",
                row["year"],
                float(row["issued_t_co2"]),
                float(row["sold_t_co2"]),
                row["buyer_scope"],
                float(row["deduction_t_co2"]),
                row["evidence"],
                book.run,
            ]
        )
    basis = choice_words()["deduction_basis"][result.choices.deduction_basis][lang]
    anchor = register.anchor
    words = {"basis": basis, "head": anchor.head[:12], "events": anchor.events}
    page.note(text("deductions_note", lang, **words))


def _page(
    book: Book, name: str, title: str, columns: tuple[tuple[str, str, float], ...], *, freeze: int
) -> Page:
    """Add a page with its headings."""
    made = [
        Column(heading=text(key, book.words.lang), width=width, kind=kind)
        for key, kind, width in columns
    ]
    page = book.page(name, title, [*(c.width for c in made), book.run_column.width])
    page.headings([*made, book.run_column], freeze=freeze)
    return page


def _wan(amount: Decimal | None, lang: str) -> Cell:
    """Return an amount in 10^4 t, or that it is missing."""
    return text("missing", lang) if amount is None else wan(float(amount))


def _plain(value: Fraction | Decimal | None) -> Cell:
    return DASH if value is None else float(value)


def _ratio(value: Fraction | None) -> Cell:
    """Return an intensity with six decimals: two are too few to see it drop."""
    return DASH if value is None else round(float(value), 6)
