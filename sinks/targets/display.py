"""What the terminal shows of the targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from .texts import text
from .wording import document_text, figure_text, outcome_text, shown_share, value_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .ceiling import Ceiling
    from .progress import Progress

__all__ = ["ceiling_text", "targets_display"]

_COLUMNS = ("zone", "indicator", "year", "value", "figure_column", "share", "outcome")


def targets_display(
    rows: Sequence[Progress], bounds: Sequence[Ceiling], lang: str, *, zones: Mapping[str, str]
) -> Iterator[Table | str]:
    """Yield the table of targets, then the documents, the reasons and the ceilings.

    Parameters
    ----------
    rows
        Targets with their progress.
    bounds
        What the targets for growing stock imply.
    lang
        zh or en.
    zones
        Name in ``lang`` by zone code.

    """
    table = Table()
    for name in _COLUMNS:
        table.add_column(text(name, lang))
    for row in rows:
        target = row.target
        table.add_row(
            escape(zones.get(target.zone_code, target.zone_code)),
            target.indicator.name(lang),
            "" if target.year is None else str(target.year),
            value_text(target, lang),
            figure_text(row, lang),
            "" if row.share is None else f"{float(shown_share(row.share)):.1%}",
            outcome_text(row, lang),
        )
    yield table
    yield from dict.fromkeys(document_text(row.target, lang) for row in rows)
    reasons = {row.target.indicator.name(lang): row.reason(lang) for row in rows}
    for name, reason in reasons.items():
        if reason:
            yield text("reason", lang, name=name, reason=reason)
    for bound in bounds:
        yield ceiling_text(bound, lang)


def ceiling_text(bound: Ceiling, lang: str) -> str:
    """Return what two targets for growing stock imply."""
    return text(
        "ceiling",
        lang,
        years=f"{bound.year0}-{bound.year1}",
        growth=f"{float(bound.growth_m3):,.0f}",
        carbon=f"{float(bound.sink_t_c):,.0f}",
        co2=f"{float(bound.sink_t_co2):,.0f}",
    )
