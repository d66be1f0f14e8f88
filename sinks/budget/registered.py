"""What a credit register says of a budget: credits that left the sink, and those still for sale.

Kilograms of the register become t CO2 exactly. What grew outside the region is no league's.

Source: METHOD D4; "将各地区经国家核证的生态系统碳汇CCER项目纳入自治区碳减排量指标交易",
内政办发〔2023〕94号, 2024年工作要点, 五（二）3: of the credits for sale only those of CCER count.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sinks.credits import Basis, available, deduct
from sinks.ledger import Anchor, read_state

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

__all__ = ["Registered", "read_register"]

_SCHEME = "ccer"
_KG_PER_TONNE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What a budget reads of a register."""

    deducted: Mapping[tuple[str, int], Decimal]
    """Issued credits by league and vintage, t CO2."""
    tradable: Mapping[str, Decimal]
    """CCER credits that were issued and have not left, t CO2 by league, of any vintage."""
    anchor: Anchor
    """End of the register, to be written into every export."""


def read_register(path: Path, *, years: Iterable[int], leagues: Collection[str]) -> Registered:
    """Read a register for the years of a budget.

    Parameters
    ----------
    path
        The ledger.
    years
        Years of the budget and its base year.
    leagues
        Codes of the leagues of the region.

    Raises
    ------
    RefusedError
        If the file is no ledger, or does not replay.

    """
    state = read_state(path)
    deducted = {
        (zone, year): _tonnes(kg)
        for year in years
        for zone, kg in deduct(state, year=year, basis=Basis.ISSUED).by_zone().items()
        if zone in leagues
    }
    tradable: dict[str, Decimal] = {}
    for credit in available(state):
        if credit.scheme == _SCHEME and credit.zone_code in leagues:
            before = tradable.get(credit.zone_code, Decimal(0))
            tradable[credit.zone_code] = before + _tonnes(credit.kg)
    anchor = Anchor(head=state.head, events=state.events)
    return Registered(deducted=deducted, tradable=tradable, anchor=anchor)


def _tonnes(kg: int) -> Decimal:
    """Return t of kg, exactly."""
    return Decimal(kg) / _KG_PER_TONNE
