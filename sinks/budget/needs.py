"""What a new project needs, and where it could come from, never below the level of leagues.

In this order: what its league has left over in the balance; reductions of its league that are
identified and not allocated; what other leagues have left over, the largest first; the trade of
reductions of registered credits. Sources are shown for one project at a time: nothing is reserved,
and two projects may be shown the same tonne.

Source: "统筹新建项目和碳排放管理", 内政办发〔2023〕94号, 四（四）;
"将各地区经国家核证的生态系统碳汇CCER项目纳入自治区碳减排量指标交易，用于满足新上项目碳排放指标需求",
2024年工作要点, 五（二）3; "碳排放双控目标原则上不分解到旗县一级", 四（一）.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from .plan import ReductionState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .balance import Line
    from .plan import Budget

__all__ = ["Draw", "Need", "Source", "need_of", "surpluses"]


class Source(StrEnum):
    """Where the tonnes of a new project could come from, in the order of asking."""

    OWN_SURPLUS = "own_surplus"
    OWN_RESERVE = "own_reserve"
    OTHER_SURPLUS = "other_surplus"
    TRADE = "trade"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What one source has and gives."""

    source: Source
    zone_code: str
    """League it comes from."""
    available_t_co2: Decimal | None
    """t CO2 a year; None where it is not known."""
    drawn_t_co2: Decimal
    """What the project would take of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A new project and where its tonnes could come from."""

    project_id: str
    """As in the workbook; blank where it has none."""
    name: str
    zone_code: str
    year: int
    amount_t_co2: Decimal
    """t CO2 a year."""
    draws: tuple[Draw, ...]

    @property
    def short_t_co2(self) -> Decimal:
        """What no source gives."""
        return self.amount_t_co2 - sum((draw.drawn_t_co2 for draw in self.draws), Decimal(0))


def surpluses(lines: Sequence[Line], *, year: int) -> dict[str, Decimal | None]:
    """Return what each zone has left over from ``year`` to the end, t CO2 a year.

    A project emits in its year and in every year after it, so that only what no later year uses
    up is left: the least of the surpluses accumulated by ``year`` and by each year after it.
    What is missing is not counted on: a reduction that is missing gives nothing, and where the
    increments or the sink of any year are missing nothing can be told. A zone without a surplus
    has 0.
    """
    gaps: dict[str, dict[int, Decimal | None]] = {}
    for line in lines:
        if line.year is not None:
            gaps.setdefault(line.zone_code, {})[line.year] = line.largest_gap
    return {zone: _left(by_year, year) for zone, by_year in gaps.items()}


def need_of(
    budget: Budget,
    lines: Sequence[Line],
    *,
    region: str,
    project_id: str,
    name: str,
    zone_code: str,
    year: int,
    amount_t_co2: Decimal,
    tradable: Mapping[str, Decimal] | None,
) -> Need:
    """Return what a new project needs and where it could come from.

    Parameters
    ----------
    budget, lines
        The budget and its lines.
    region
        Code of the region, which is no source of its own.
    project_id, name, zone_code, year, amount_t_co2
        The project: its id or blank, league, year of commissioning, t CO2 a year.
    tradable
        Credits that may be traded, t CO2 by league; None where no register is at hand.

    """
    left = surpluses(lines, year=year)
    left.pop(region, None)
    others = {zone: value for zone, value in left.items() if zone != zone_code}
    offered: list[tuple[Source, str, Decimal | None]] = [
        (Source.OWN_SURPLUS, zone_code, left.get(zone_code)),
        (Source.OWN_RESERVE, zone_code, _reserve(budget, zone_code, year)),
        *((Source.OTHER_SURPLUS, zone, value) for zone, value in _largest_first(others)),
    ]
    if tradable is None:
        offered.append((Source.TRADE, "", None))
    else:
        offered += [(Source.TRADE, zone, value) for zone, value in _largest_first(tradable)]
    draws, open_need = [], amount_t_co2
    for source, zone, available in offered:
        drawn = min(available or Decimal(0), open_need)
        open_need -= drawn
        draws.append(
            Draw(source=source, zone_code=zone, available_t_co2=available, drawn_t_co2=drawn)
        )
    return Need(
        project_id=project_id,
        name=name,
        zone_code=zone_code,
        year=year,
        amount_t_co2=amount_t_co2,
        draws=tuple(draws),
    )


def _left(gaps: Mapping[int, Decimal | None], year: int) -> Decimal | None:
    """Return the least surplus accumulated by a year and each later one; None if one is unknown."""
    total, least = Decimal(0), None
    for each, gap in sorted(gaps.items()):
        if gap is None:
            return None
        total -= gap
        if each >= year:
            least = total if least is None else min(least, total)
    return max(least or Decimal(0), Decimal(0))


def _reserve(budget: Budget, zone: str, year: int) -> Decimal:
    """Return the reductions of a league that are identified and not allocated by a year."""
    amounts = [
        r.amount_t_co2
        for r in budget.reductions
        if r.zone_code == zone
        and r.state is ReductionState.RESERVE
        and r.year <= year
        and r.amount_t_co2 is not None
    ]
    return sum(amounts, Decimal(0))


def _largest_first(
    amounts: Mapping[str, Decimal] | Mapping[str, Decimal | None],
) -> list[tuple[str, Decimal | None]]:
    """Return leagues with what they have, the largest first and unknown ones last."""
    return sorted(
        ((zone, value) for zone, value in amounts.items() if value is None or value > 0),
        key=lambda pair: (pair[1] is None, -(pair[1] or Decimal(0)), pair[0]),
    )
