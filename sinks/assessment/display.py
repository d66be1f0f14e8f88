"""What the terminal shows of an assessment, in 10^4 t CO2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from sinks.export.page import DASH
from sinks.units import wan

from .choices import IntensityBasis
from .texts import text
from .wording import choice_lines, flip_lines, notes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal
    from fractions import Fraction

    from sinks.categories import Status

    from .judge import Judged
    from .result import AssessmentResult

__all__ = ["assessment_display"]

_COLUMNS = ("gross", "sink", "admissible", "net", "intensity", "drop", "target", "progress")


def assessment_display(
    result: AssessmentResult, lang: str, *, status: Status, year: int
) -> Iterator[Table | str]:
    """Yield the league table of a year and what a reader must know of it.

    Parameters
    ----------
    result
        The assessment.
    lang
        zh or en.
    status
        What the figures are worth; synthetic data stay marked as such.
    year
        Year that is shown.

    """
    terms = result.terms
    title = text(
        "title",
        lang,
        region=result.name(result.region.code, lang),
        period=year,
        base=terms.base_year,
        status=status.label(lang),
    )
    yield f"{title}  {text('unit', lang)}"
    table = Table()
    table.add_column(text("zone", lang), no_wrap=True)
    for name in _COLUMNS:
        table.add_column(text(name, lang), justify="right", overflow="fold")
    table.add_column(text("rigid", lang), overflow="fold")
    table.add_column(text("deviation", lang), justify="right", overflow="fold")
    table.add_column(text("elastic", lang), overflow="fold")
    for judged in result.judged:
        if judged.facts.year == year:
            table.add_row(*_cells(result, judged, lang))
    yield table
    yield from notes(result, lang)
    yield text("choices", lang)
    yield from (f"  {line}" for line in choice_lines(result, lang))
    yield text("sensitivity", lang)
    yield from (f"  {line}" for line in flip_lines(result, lang))


def _cells(result: AssessmentResult, judged: Judged, lang: str) -> list[str]:
    """Return the cells of one zone."""
    made, facts = judged.account, judged.facts
    net = result.choices.intensity_basis is IntensityBasis.NET
    chosen = judged.net_intensity if net else judged.gross_intensity
    return [
        escape(result.name(facts.zone_code, lang)),
        *(_amount(x, lang) for x in (made.gross, made.sink, made.admissible, made.net)),
        DASH if chosen is None else f"{float(chosen):.4f}",
        *(_percent(x) for x in (judged.drop_percent, facts.target_percent)),
        _percent(judged.progress_percent),
        text(f"rigid_{judged.rigid}", lang),
        _percent(judged.deviation_percent),
        text(f"elastic_{judged.elastic}", lang),
    ]


def _amount(amount: Decimal | None, lang: str) -> str:
    """Return an amount in 10^4 t, or that it is missing."""
    return text("missing", lang) if amount is None else f"{wan(float(amount)):,.2f}"


def _percent(value: Fraction | Decimal | None) -> str:
    return DASH if value is None else f"{float(value):.2f}"
