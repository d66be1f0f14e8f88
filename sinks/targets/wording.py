"""How a target and its progress are put into words and figures, for terminal and workbook alike."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from .catalogue import Comparator, convert
from .progress import Outcome
from .texts import text

if TYPE_CHECKING:
    from .catalogue import Target
    from .progress import Progress

__all__ = [
    "document_text",
    "figure_text",
    "number_text",
    "outcome_text",
    "shown_share",
    "value_text",
]

_PERMILLE = Fraction(1, 1000)


def value_text(target: Target, lang: str) -> str:
    """Return what is to be reached, with its unit; areas in hectares beside.

    >>> from .catalogue import load_targets
    >>> value_text(load_targets("ningxia")[6], "zh")
    '稳定在 310 万亩（206,666.7 公顷）'
    """
    if target.value is None:
        return text("in_words", lang)
    unit = target.indicator.unit
    sign = "stable" if target.comparator is Comparator.STABLE else "at_least"
    key = f"{sign}"
    said = text(key, lang, value=number_text(target.value), unit=unit_text(unit, lang))
    hectares = convert(target.value, unit, "公顷")
    if hectares is None:
        return said
    return (
        said
        + ("" if lang == "zh" else " ")
        + text("hectares", lang, area=f"{float(hectares):,.1f}")
    )


def figure_text(progress: Progress, lang: str) -> str:
    """Return the figure with its year, or the periods of a trend; blank where there is none."""
    if progress.trend:
        return text("trend", lang, periods=progress.trend)
    if progress.figure is None:
        return ""
    unit = unit_text(progress.target.indicator.unit, lang)
    words = {"value": number_text(progress.figure.value), "unit": unit}
    return text("figure", lang, year=progress.figure.year, **words)


def outcome_text(progress: Progress, lang: str) -> str:
    """Return what can be said of a target."""
    if progress.trend:
        trend = {Outcome.MET: "rising", Outcome.BELOW: "falling"}.get(progress.outcome, "unclear")
        return text(f"trend_{trend}", lang)
    return text(f"outcome_{progress.outcome}", lang)


def shown_share(share: Fraction) -> Fraction:
    """Return a share as it is shown with one decimal of a percent: never 100.0 % of less than all.

    >>> [f"{float(shown_share(Fraction(n, 10_000))):.1%}" for n in (9996, 9994, 5000, 10_000)]
    ['99.9%', '99.9%', '50.0%', '100.0%']
    """
    return min(share, 1 - _PERMILLE) if share < 1 else share


def document_text(target: Target, lang: str) -> str:
    """Return title, place and status of a document."""
    document = target.document
    title = document.title_zh if lang == "zh" else document.title_en
    status = text(document.status, lang)
    return text("document", lang, title=title, locator=target.locator, status=status)


def number_text(value: Fraction) -> str:
    """Return a number with up to two decimals.

    >>> from fractions import Fraction
    >>> number_text(Fraction(10800)), number_text(Fraction("23.5")), number_text(Fraction(1, 3))
    ('10,800', '23.5', '0.33')
    """
    return f"{float(value):,.2f}".rstrip("0").rstrip(".")


def unit_text(unit: str, lang: str) -> str:
    """Return a unit in ``lang``; the Chinese one where it has no other name."""
    names = {
        "万亩": "10⁴ mu", "万立方米": "10⁴ m³", "万千瓦": "10⁴ kW", "个": "areas", "公顷": "ha",
    }  # fmt: skip
    return unit if lang == "zh" else names.get(unit, unit)
