"""Park emissions against what the sink of the league could offset: shown beside, never netted.

A park's emissions stay what they are; the offset is a second figure and enters no ratio and no
indicator. The sink of a league is one quantity: for all its parks together it counts once and
never above what it is, and a sink that is a source offsets nothing. Green land inside a park is
league land, so its sink is in the league's figure already and is only shown.

Source: METHOD part E ("its sink belongs to the league once; no offset inside the park ratio"),
D1 (S_adm = S_eco - deductions, central value with the 95 % lower bound beside it).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from rasters.findings import finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rasters.findings import Finding

    from .emissions import Basis, ParkEmissions
    from .league_sinks import LeagueSink

__all__ = ["GreenLand", "LeagueBalance", "ParkBalance", "balance"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GreenLand:
    """Green land inside a park."""

    area_ha: Decimal | None
    sink_t_co2: Decimal | None
    """What the park states of it, t CO2 a year; the league's figure holds it already."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkBalance:
    """One park beside the sink of its league."""

    park_id: str
    league_code: str
    year: int
    emissions_t_co2: Decimal | None
    """Never lessened by a sink."""
    alone_t_co2: Decimal | None
    """What the league's sink could offset if this were its only park."""
    share_t_co2: Decimal | None
    """Its share of the league's offset, by emissions; None until all parks are known."""
    green_land_ha: Decimal | None
    green_land_sink_t_co2: Decimal | None
    """Shown only: counted with the league."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeagueBalance:
    """All parks of a league beside its sink."""

    league_code: str
    name: str
    year: int
    sink: LeagueSink
    """As the inventory has it, whatever parks there are."""
    deducted_t_co2: Decimal
    """Credits issued from the sink in the year, which left it."""
    admissible_t_co2: Decimal | None
    """Sink less deductions, not below zero."""
    parks: int
    parks_known: int
    """Parks whose emissions are known; fewer than ``parks`` make the offset a lower bound."""
    emissions_t_co2: Decimal | None
    """Of the parks that are known; None where none is."""
    offset_t_co2: Decimal | None
    """What the sink could offset of them, once."""
    offset_low_t_co2: Decimal | None
    """The same at the lower bound of the sink."""


def balance(
    parks: Mapping[str, str],
    *,
    year: int,
    emissions: Iterable[ParkEmissions],
    basis: Basis,
    sinks: Mapping[str, LeagueSink],
    deductions: Mapping[str, Decimal],
    green_land: Mapping[str, GreenLand],
) -> tuple[list[ParkBalance], list[LeagueBalance], list[Finding]]:
    """Set park emissions beside the sinks of their leagues.

    Parameters
    ----------
    parks
        League code by park id.
    year
        Calendar year.
    emissions
        Of any parks and years; those of the year are taken, a park without is missing.
    basis
        How power is counted.
    sinks
        Of :func:`parks.league_sinks.league_sinks`; every league has a row, with or without parks.
    deductions
        Credits issued from a league's sink in the year, t CO2; a league that is absent has none.
    green_land
        By park id, for those that state any.

    Returns
    -------
    parks, leagues, findings
        Sorted by code. The league's sink is the same whatever parks there are.

    """
    known = {e.park_id: e.total_t_co2(basis) for e in emissions if e.year == year}
    findings = _strangers(parks, known, sinks, deductions)
    members: dict[str, list[Decimal | None]] = {code: [] for code in sorted(sinks)}
    for park_id, code in sorted(parks.items()):
        members.setdefault(code, []).append(known.get(park_id))
    leagues = {
        code: _league(sink, year, members[code], deductions.get(code, Decimal(0)))
        for code, sink in sorted(sinks.items())
    }
    rows = []
    for park_id, code in sorted(parks.items()):
        land = green_land.get(park_id)
        alone, share = _offsets(known.get(park_id), leagues.get(code), members[code])
        rows.append(
            ParkBalance(
                park_id=park_id,
                league_code=code,
                year=year,
                emissions_t_co2=known.get(park_id),
                alone_t_co2=alone,
                share_t_co2=share,
                green_land_ha=None if land is None else land.area_ha,
                green_land_sink_t_co2=None if land is None else land.sink_t_co2,
            )
        )
    return rows, list(leagues.values()), findings


def _league(
    sink: LeagueSink, year: int, members: Sequence[Decimal | None], deducted: Decimal
) -> LeagueBalance:
    """Return the row of a league with the emissions of its parks."""
    known = [e for e in members if e is not None]
    nothing_known = bool(members) and not known
    admissible = _admissible(sink.sink_t_co2, deducted)
    low = _admissible(sink.low_t_co2, deducted)
    return LeagueBalance(
        league_code=sink.league_code,
        name=sink.name,
        year=year,
        sink=sink,
        deducted_t_co2=deducted,
        admissible_t_co2=admissible,
        parks=len(members),
        parks_known=len(known),
        emissions_t_co2=None if nothing_known else sum(known, Decimal(0)),
        offset_t_co2=None if nothing_known else _capped(_emitted(known), admissible),
        offset_low_t_co2=None if nothing_known else _capped(_emitted(known), low),
    )


def _offsets(
    own: Decimal | None, league: LeagueBalance | None, members: Sequence[Decimal | None]
) -> tuple[Decimal | None, Decimal | None]:
    """Return what the sink could offset of one park alone, and its share among all parks."""
    if own is None or league is None:
        return None, None
    alone = _capped(_emitted([own]), league.admissible_t_co2)
    known = [e for e in members if e is not None]
    if league.offset_t_co2 is None or len(known) < len(members):
        return alone, None
    total = _emitted(known)
    return alone, league.offset_t_co2 * _emitted([own]) / total if total else total


def _emitted(amounts: Iterable[Decimal]) -> Decimal:
    """Return the sum of what was emitted: a park below zero lessens no neighbour's."""
    return sum((max(amount, Decimal(0)) for amount in amounts), Decimal(0))


def _capped(emitted: Decimal, admissible: Decimal | None) -> Decimal | None:
    """Return what a sink could offset, never above it; None where it is not estimated."""
    return None if admissible is None else min(emitted, admissible)


def _admissible(sink: Decimal | None, deducted: Decimal) -> Decimal | None:
    """Return the sink less deductions, 0 where it is a source or sold out."""
    return None if sink is None else max(sink - deducted, Decimal(0))


def _strangers(
    parks: Mapping[str, str],
    known: Mapping[str, Decimal | None],
    sinks: Mapping[str, LeagueSink],
    deductions: Mapping[str, Decimal],
) -> list[Finding]:
    """Return the findings about parks, leagues and emissions that do not meet."""
    offending = {
        "league-unknown": [(p, code) for p, code in sorted(parks.items()) if code not in sinks],
        "park-unknown": [("emissions", park) for park in sorted(set(known) - set(parks))],
        "deduction-unknown": [
            ("deductions", code) for code in sorted(set(deductions) - set(sinks))
        ],
        "emissions-missing": [
            (parks[park], park) for park in sorted(parks) if known.get(park) is None
        ],
    }
    return [
        finding("parks", f"balance-{code}", value=value, where=where, known=", ".join(sinks))
        for code, pairs in offending.items()
        for where, value in pairs
    ]
