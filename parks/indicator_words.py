"""How indicators are called and how their limits are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .indicator_systems import load_system

if TYPE_CHECKING:
    from .indicators import IndicatorResult

__all__ = ["indicator_name", "limit_text"]


def indicator_name(result: IndicatorResult, lang: str) -> str:
    """Return the name of an indicator in ``lang``."""
    found = next(i for i in load_system(result.system).indicators if i.id == result.indicator)
    return found.name_zh if lang == "zh" else found.name_en


def limit_text(result: IndicatorResult) -> str:
    """Return the limit that a value was held against, as a band where only that is known."""
    if result.limit is None:
        return ""
    low, high = result.limit.low, result.limit.high
    system = load_system(result.system)
    sign = next(i.comparator for i in system.indicators if i.id == result.indicator)
    return f"{sign} {low:f}" if low == high else f"{sign} {low:f}–{high:f}"
