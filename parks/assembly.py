"""Lines about parks put together: one park per id or name, with every fact that is said of it.

A park may stand in several rows and tables: its identity in one, what each source says in others.
Rows that agree are joined, with a note; rows that contradict each other about the park itself are
refused. Facts that contradict each other are both kept: they are what two sources say.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rasters.findings import finding
from sinks.categories import Confidence

from .parameters import fold
from .park import Fact, FactStatus, Park, ParkKind
from .places import place_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from rasters.findings import Finding

    from .line import Line, Statement

__all__ = ["assemble"]

_IDENTITY = ("name_zh", "name_en", "kind", "league_code", "banner_code", "operator", "note",
             "location_confidence")  # fmt: skip


@dataclass(slots=True, kw_only=True)
class _Draft:
    """A park while its lines are gathered."""

    park_id: str
    where: str
    words: dict[str, str] = field(default_factory=dict)
    geometry: BaseGeometry | None = None
    facts: list[Fact] = field(default_factory=list)


def assemble(
    parks: Sequence[Line], statements: Sequence[Line]
) -> tuple[tuple[Park, ...], list[Finding]]:
    """Put lines together.

    Parameters
    ----------
    parks
        Lines that say what a park is, and perhaps facts about it.
    statements
        Lines that only hold facts about parks of ``parks``.

    Returns
    -------
    parks, findings
        By id; a park that lacks its name or kind is left out, with the finding that says so.

    """
    drafts: dict[str, _Draft] = {}
    found: list[Finding] = []
    for line in parks:
        draft, remarks = _draft_of(line, drafts)
        found += remarks
        if draft is not None:
            found += _identify(draft, line) + _state(draft, line)
    for line in statements:
        known, remarks = _known(line, drafts)
        found += remarks
        if known is not None:
            found += _state(known, line, own_note=True)
    built = []
    for draft in drafts.values():
        park, remarks = _park(draft)
        found += remarks
        if park is not None:
            built.append(park)
    return tuple(sorted(built, key=lambda park: park.park_id)), found


def _find(code: str, value: object, where: object, **words: object) -> Finding:
    return finding("parks", code, value=value, where=where, **words)


def _named(name: str, drafts: dict[str, _Draft]) -> list[_Draft]:
    """Return the parks of a name."""
    plain = fold(name)
    return [d for d in drafts.values() if plain and fold(d.words.get("name_zh", "")) == plain]


def _draft_of(line: Line, drafts: dict[str, _Draft]) -> tuple[_Draft | None, list[Finding]]:
    """Return the park that a line is about, a new one where it is none of those seen."""
    park_id, name = line.words.get("park_id", ""), line.words.get("name_zh", "")
    found: list[Finding] = []
    if not park_id:
        if not name:
            return None, [_find("parks-name-missing", "", line.where)]
        same = _named(name, drafts)
        if len(same) > 1:
            return None, [_several(name, same, line)]
        if same:
            park_id = same[0].park_id
        else:
            park_id = f"park-{hashlib.sha256(fold(name).encode()).hexdigest()[:8]}"
            found = [_find("parks-id-made", park_id, line.where, name=name)]
    if park_id in drafts:
        seen = drafts[park_id]
        return seen, [*found, _find("parks-rows-joined", park_id, line.where, first=seen.where)]
    drafts[park_id] = _Draft(park_id=park_id, where=line.where)
    return drafts[park_id], found


def _known(line: Line, drafts: dict[str, _Draft]) -> tuple[_Draft | None, list[Finding]]:
    """Return the park that a line of facts is about, which must have been named before."""
    park_id, name = line.words.get("park_id", ""), line.words.get("name_zh", "")
    if not park_id and not name:
        return None, [_find("parks-name-missing", "", line.where)]
    same = [drafts[park_id]] if park_id in drafts else []
    same = same or ([] if park_id else _named(name, drafts))
    if len(same) > 1:
        return None, [_several(name, same, line)]
    if not same:
        return None, [_find("parks-fact-orphan", park_id or name, line.where)]
    known = same[0].words.get("name_zh", "")
    if name and fold(name) != fold(known):
        where = line.places.get("name_zh", line.where)
        words = {"field": "name_zh", "first": known, "place": same[0].where}
        return None, [_find("parks-identity-conflict", name, where, **words)]
    return same[0], []


def _several(name: str, same: list[_Draft], line: Line) -> Finding:
    """Return the finding that a name fits several parks."""
    where = line.places.get("name_zh", line.where)
    return _find("parks-name-several", name, where, ids=", ".join(d.park_id for d in same))


def _identify(draft: _Draft, line: Line) -> list[Finding]:
    """Take over what a line says about the park itself, and list what contradicts it."""
    found = []
    for name in _IDENTITY:
        text = line.words.get(name, "")
        seen = draft.words.setdefault(name, text)
        if text and not seen:
            draft.words[name] = text
        elif text and fold(text) != fold(seen):
            where = line.places.get(name, line.where)
            words = {"field": name, "first": seen, "place": draft.where}
            found.append(_find("parks-identity-conflict", text, where, **words))
    geometry, remarks = place_of(line)
    if geometry is not None and draft.geometry is None:
        draft.geometry = geometry
    elif geometry and draft.geometry and not geometry.equals(draft.geometry):
        words = {"field": "geometry", "first": draft.geometry.wkt[:40], "place": draft.where}
        found.append(_find("parks-identity-conflict", geometry.wkt[:40], line.where, **words))
    return found + remarks


def _state(draft: _Draft, line: Line, *, own_note: bool = False) -> list[Finding]:
    """Add the facts of a line to its park.

    ``own_note`` says that the note of the line is about its facts, not about the park.
    """
    if not line.statements:
        return []
    if "status" not in line.words:
        # A word that is no status has been refused at its own cell.
        stated = "status" in line.places
        return [] if stated else [_find("parks-status-missing", draft.park_id, line.where)]
    found = []
    note = line.words.get("fact_note", "") or (line.words.get("note", "") if own_note else "")
    for statement in line.statements:
        fact = _fact(draft.park_id, statement, line, note)
        if fact in draft.facts:
            found.append(_find("parks-fact-repeated", fact.parameter, statement.where))
        else:
            draft.facts.append(fact)
    return found


def _fact(park_id: str, statement: Statement, line: Line, note: str) -> Fact:
    """Return one fact."""
    words = line.words
    # What was looked for and not found has no value that could be trusted more or less.
    sought = statement.value is None and not statement.parameter.is_event
    stated = Confidence(words.get("confidence", Confidence.UNVERIFIED))
    return Fact(
        park_id=park_id,
        parameter=statement.parameter.id,
        status=FactStatus(words["status"]),
        value=statement.value,
        unit=statement.parameter.unit,
        date=words.get("date", ""),
        source=words.get("source", ""),
        source_date=words.get("source_date", ""),
        locator=words.get("locator", ""),
        confidence=Confidence.MISSING if sought else stated,
        note=note,
    )


def _park(draft: _Draft) -> tuple[Park | None, list[Finding]]:
    """Return the park of a draft, or what it lacks."""
    words = draft.words
    lacking = {"name_zh": "parks-name-missing", "kind": "parks-kind-missing"}
    found = [
        _find(code, draft.park_id, draft.where)
        for name, code in lacking.items()
        if not words.get(name)
    ]
    if found:
        return None, found
    stated = Confidence(words.get("location_confidence") or Confidence.UNVERIFIED)
    if draft.geometry is None:
        confidence = Confidence.MISSING
    else:
        confidence = Confidence.UNVERIFIED if stated is Confidence.MISSING else stated
    return Park(
        park_id=draft.park_id,
        name_zh=words["name_zh"],
        name_en=words["name_en"],
        kind=ParkKind(words["kind"]),
        league_code=words["league_code"],
        banner_code=words["banner_code"],
        operator=words["operator"],
        geometry=draft.geometry,
        location_confidence=confidence,
        note=words["note"],
        facts=tuple(sorted(draft.facts, key=lambda fact: fact.key)),
    ), []
