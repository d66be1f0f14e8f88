"""What is deducted from the sink of a league: the tonnes that were credited to someone else.

The policy text forbids that a tonne is traded twice and does not write a formula; that credits
leave the offset of the league is the reading taken here, and the basis is a parameter.
Kilograms were split by parcel, league and year when they were issued, so that the rows of all
leagues and years, with land outside of them, add up to what was issued.

Source: 94号文 五(二), 六(二); METHOD D4.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sinks.ledger import Anchor, State, read_state
from sinks.ledger.apportion import apportion
from sinks.ledger.said import Exit, ExitRoute, Issue, Parcel, Scope
from sinks.ledger.state import cells_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["SOLD", "Basis", "Deduction", "Deductions", "deduct"]

SOLD = (ExitRoute.NATIONAL_MARKET, ExitRoute.REGIONAL_TRADE)
"""Exits that are sales."""
_ELSEWHERE = (Scope.REGION, Scope.OUTSIDE)


class Basis(StrEnum):
    """Which tonnes are deducted."""

    ISSUED = "issued"
    """Every credit issued, but those surrendered to the league's own offset."""
    SOLD = "sold"
    """Credits that left by the national market or the regional trade."""
    SOLD_OUTSIDE = "sold_outside"
    """Of those, the ones whose buyer is not in the league."""
    GROSS_PARCEL = "gross_parcel"
    """The whole removal of the parcels that carry credits of the year, but what was surrendered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deduction:
    """One parcel in one league."""

    zone_code: str
    """Code of the league; ``outside`` beyond the region."""
    project: str
    parcel: str
    area_mm2: int
    """Area of the parcel in the league."""
    issued_kg: int
    """kg CO2 issued of this vintage year, here."""
    sold_kg: int
    """kg CO2 of it that were sold."""
    surrendered_kg: int
    """kg CO2 of it that were surrendered to the league's own offset."""
    scopes: tuple[str, ...]
    """Where the buyers are."""
    kg: int
    """kg CO2 deducted."""
    evidence: tuple[str, ...]
    """Evidence of the issues."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deductions:
    """The deductions of one vintage year."""

    year: int
    basis: Basis
    rows: tuple[Deduction, ...]
    """By league, project and parcel."""
    anchor: Anchor
    """End of the ledger that they were read from."""

    def by_zone(self) -> Mapping[str, int]:
        """Return kg CO2 by league, sorted; leagues without a deduction are absent."""
        total: Counter[str] = Counter()
        for row in self.rows:
            total[row.zone_code] += row.kg
        return dict(sorted(total.items()))


def deduct(ledger: Path | State, *, year: int, basis: Basis) -> Deductions:
    """Return what is deducted in a year.

    Parameters
    ----------
    ledger
        The ledger, or what was read from it: whoever asks for several years reads it once.
    year
        Vintage year: the year that the tonnes grew in, never the year of issue or sale.
    basis
        Which tonnes.

    Raises
    ------
    RefusedError
        If the file is no ledger, or does not replay.

    """
    state = ledger if isinstance(ledger, State) else read_state(ledger)
    rows = tuple(_row(state, place, sums, year, basis) for place, sums in _sums(state, year))
    anchor = Anchor(head=state.head, events=state.events)
    return Deductions(year=year, basis=basis, rows=rows, anchor=anchor)


@dataclass(slots=True, kw_only=True)
class _Sums:
    """Kilograms and facts of one parcel in one league."""

    project: str
    issued: int = 0
    sold: int = 0
    elsewhere: int = 0
    surrendered: int = 0
    scopes: set[str]
    evidence: set[str]


def _sums(state: State, year: int) -> Iterator[tuple[tuple[str, str], _Sums]]:
    """Yield league and parcel with their sums of a vintage year, sorted."""
    sums: dict[tuple[str, str], _Sums] = {}
    for issue in state.live(Issue):
        for cell in cells_of(issue):
            if cell.year == year:
                new = _Sums(project=issue.said.project, scopes=set(), evidence=set())
                entry = sums.setdefault((cell.zone, cell.parcel), new)
                entry.issued += cell.kg
                entry.evidence |= {issue.said.evidence} - {""}
    for exit_ in state.live(Exit):
        said = exit_.said
        for cell in cells_of(exit_):
            if cell.year != year:
                continue
            entry = sums[cell.zone, cell.parcel]
            if said.route is ExitRoute.LEAGUE_OFFSET:
                entry.surrendered += cell.kg
            elif said.route in SOLD:
                entry.sold += cell.kg
                entry.elsewhere += cell.kg if said.scope in _ELSEWHERE else 0
                entry.scopes.add(str(said.scope))
    yield from sorted(sums.items(), key=lambda item: (item[0][0], item[1].project, item[0][1]))


def _row(state: State, place: tuple[str, str], sums: _Sums, year: int, basis: Basis) -> Deduction:
    """Return the deduction of one parcel in one league."""
    zone, name = place
    parcel = state.parcel(name)
    shares = parcel.said.shares if parcel else ()
    area = next((share.area_mm2 for share in shares if share.zone == zone), 0)
    kilograms = {
        Basis.ISSUED: sums.issued - sums.surrendered,
        Basis.SOLD: sums.sold,
        Basis.SOLD_OUTSIDE: sums.elsewhere,
    }
    if basis is Basis.GROSS_PARCEL and parcel is not None:
        gross = _gross(state, parcel.said, year).get(zone, 0)
        kilograms[basis] = gross - sums.surrendered
    return Deduction(
        zone_code=zone,
        project=sums.project,
        parcel=name,
        area_mm2=area,
        issued_kg=sums.issued,
        sold_kg=sums.sold,
        surrendered_kg=sums.surrendered,
        scopes=tuple(sorted(sums.scopes)),
        kg=kilograms[basis],
        evidence=tuple(sorted(sums.evidence)),
    )


def _gross(state: State, parcel: Parcel, year: int) -> dict[str, int]:
    """Return the whole removal of a parcel in a year by league, by area."""
    removal = state.removal_kg(parcel.parcel)[year]
    parts = apportion(removal, [share.area_mm2 for share in parcel.shares])
    return {share.zone: kg for share, kg in zip(parcel.shares, parts, strict=True)}
