"""Whether credits may be issued, and leave: a number once, a tonne by one exit.

Source: 94号文 五(二), "避免重复交易"; METHOD D4: three exits for one tonne.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .effects import KG_PER_SERIAL, ExitEffect, IssueEffect, ProjectEffect, split_exit, split_issue
from .said import ExitRoute, Scope
from .spelling import spelling_key
from .state import by_place
from .wording import refusal, tonnes

if TYPE_CHECKING:
    from rasters.findings import Finding

    from .effects import Effect
    from .said import Exit, Issue
    from .state import State
    from .wording import Where

__all__ = ["judge_exit", "judge_issue"]

_SALES = (ExitRoute.NATIONAL_MARKET, ExitRoute.REGIONAL_TRADE)


def judge_issue(state: State, said: Issue, where: Where) -> tuple[Effect | None, list[Finding]]:
    """Judge an issue: its numbers are new, its tonnes grew on its parcels and are not set off."""
    project = state.project(said.project)
    if project is None:
        return None, [refusal("credits-project-unknown", said.project, where("project"))]
    scheme, block = project.said.scheme, spelling_key(said.block)
    found = _serial_faults(said, where)
    period = (project.said.start, project.said.end)
    if not period[0] <= said.start <= said.end <= period[1]:
        value = f"{said.start} – {said.end}"
        text = " – ".join(period)
        found.append(refusal("credits-vintage-period", value, where("start"), project=text))
    found += [
        refusal(
            "credits-serials-overlap",
            f"{said.first} – {said.last}",
            where("first"),
            other=f"{other.said.first} – {other.said.last}",
            project=other.said.project,
            seq=other.seq,
        )
        for other in state.series(scheme, block)
        if other.said.first <= said.last and other.said.last >= said.first
    ]
    if said.parcels:
        named = {name: state.parcel(name) for name in said.parcels}
        own = {n: e.said for n, e in named.items() if e and e.said.project == said.project}
        found += [
            refusal("credits-parcel-unknown", name, where("parcels"))
            for name in said.parcels
            if name not in own
        ]
        parcels = list(own.values())
    else:
        parcels = [e.said for e in state.parcels_of(said.project)]
    kg = max(0, said.last - said.first + 1) * KG_PER_SERIAL
    split = split_issue(kg, (said.start, said.end), parcels)
    if not split:
        return None, found or [refusal("credits-no-parcel", said.project, where("project"))]
    effect = IssueEffect(scheme=scheme, kg=kg, split=split)
    return effect, found + _cap_faults(state, effect, where)


def _serial_faults(said: Issue | Exit, where: Where) -> list[Finding]:
    """List a range that ends before it begins."""
    if said.first <= said.last:
        return []
    return [refusal("credits-serial-range", f"{said.first} > {said.last}", where("last"))]


def _cap_faults(state: State, effect: IssueEffect, where: Where) -> list[Finding]:
    """List parcels credited above their removal, and leagues whose tonnes were set off before."""
    found = []
    new: dict[tuple[str, int], int] = {}
    for cell in effect.split:
        new[cell.parcel, cell.year] = new.get((cell.parcel, cell.year), 0) + cell.kg
    for (parcel, year), kg in sorted(new.items()):
        removal = state.removal_kg(parcel)
        words = {"parcel": parcel, "year": year}
        if year not in removal:
            found.append(refusal("credits-removal-missing", parcel, where("project"), year=year))
        elif state.credit_kg[parcel, year] + kg > removal[year]:
            total = tonnes(state.credit_kg[parcel, year] + kg)
            words |= {"removal": tonnes(removal[year])}
            found.append(refusal("credits-above-removal", total, where("last"), **words))
    for (zone, year), kg in sorted(by_place(effect.split).items()):
        sink = state.sink_kg(zone, year) or 0
        if state.offset_kg(zone, year) and state.used_kg(zone, year) + kg > sink:
            words = {"zone": zone, "year": year, "sink": tonnes(sink)}
            value = tonnes(state.used_kg(zone, year) + kg)
            found.append(refusal("credits-set-off", value, where("last"), **words))
    return found


def judge_exit(state: State, said: Exit, where: Where) -> tuple[Effect | None, list[Finding]]:
    """Judge an exit: numbers that were issued, and that have not left."""
    faults = _serial_faults(said, where) + _route_faults(said, where)
    block = spelling_key(said.block)
    serials = f"{said.first} – {said.last}"
    issues = state.series(said.scheme, block)
    issue = next(
        (e for e in issues if e.said.first <= said.first and said.last <= e.said.last), None
    )
    if issue is None or faults:
        unknown = [] if issue else [refusal("credits-serial-unknown", serials, where("first"))]
        return None, faults + unknown
    found = [
        refusal(
            "credits-exit-twice",
            serials,
            where("first"),
            other=f"{other.said.first} – {other.said.last}",
            route_en=other.said.route.label("en"),
            route_zh=other.said.route.label("zh"),
            seq=other.seq,
        )
        for other in state.exits(issue.seq)
        if other.said.first <= said.last and other.said.last >= said.first
    ]
    if said.day <= issue.said.end:
        vintage = f"{issue.said.start} – {issue.said.end}"
        found.append(refusal("credits-exit-early", said.day, where("day"), vintage=vintage))
    project = state.project(issue.said.project)
    buyer = spelling_key(said.buyer)
    owner = (
        project.effect.owner_key if project and isinstance(project.effect, ProjectEffect) else ""
    )
    if buyer and buyer == owner:
        found.append(refusal("credits-self-sale", said.buyer, where("buyer")))
    kg = (said.last - said.first + 1) * KG_PER_SERIAL
    if found or not isinstance(issue.effect, IssueEffect):
        return None, found
    split = split_exit(kg, issue.effect.split, state.left(issue))
    effect = ExitEffect(issue=issue.seq, kg=kg, buyer_key=buyer, split=split)
    return effect, _league_faults(said, effect, where)


def _league_faults(said: Exit, effect: ExitEffect, where: Where) -> list[Finding]:
    """List a sale within the league of tonnes that grew in several: elsewhere for all but one."""
    zones = sorted({cell.zone for cell in effect.split})
    if said.route not in _SALES or said.scope is not Scope.IN_LEAGUE or len(zones) == 1:
        return []
    value = ", ".join(zones)
    return [refusal("credits-scope-leagues", value, where("scope"))]


def _route_faults(said: Exit, where: Where) -> list[Finding]:
    """List a buyer or scope that does not go with the route."""
    sold = said.route in _SALES
    words = {"route_en": said.route.label("en"), "route_zh": said.route.label("zh")}
    words |= {"scope_en": said.scope.label("en"), "scope_zh": said.scope.label("zh")}
    found = []
    if sold and not said.buyer.strip():
        found.append(refusal("credits-buyer-missing", said.route, where("buyer"), **words))
    own = said.route is ExitRoute.LEAGUE_OFFSET and said.scope is not Scope.IN_LEAGUE
    if own or (said.route is ExitRoute.REGIONAL_TRADE and said.scope is Scope.OUTSIDE):
        found.append(refusal("credits-scope", said.scope, where("scope"), **words))
    return found
