"""What holds after some events: made from them alone, in memory, by plain dictionaries.

It is the second account beside the tables that the triggers of the file keep: the writer judges
by it, and verification compares the two.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from .effects import ExitEffect, IssueEffect, ProjectEffect, RemovalEffect
from .event import GENESIS
from .index import ground, handles
from .said import Exit, ExitRoute, Issue, Offset, Opening, Parcel, Project, Removal, Reversal, Sink

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .effects import Cell, Effect
    from .event import Event
    from .index import Handle
    from .said import Said

__all__ = ["Entry", "State", "by_place", "cells_of", "over_credited"]

S_co = TypeVar("S_co", bound="Said", covariant=True)
K = TypeVar("K", bound="Said")
Place = tuple[str, str, int]
"""Parcel, zone and year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Generic[S_co]):
    """One event as a record."""

    seq: int
    said: S_co
    effect: Effect


@dataclass(slots=True)
class State:
    """Every event, and sums of those that count."""

    head: str = GENESIS
    opening: Opening | None = None
    entries: dict[int, Entry[Said]] = field(default_factory=dict)
    """Every event by its number."""
    hashes: dict[int, str] = field(default_factory=dict)
    """Hash by number."""
    keys: dict[str, int] = field(default_factory=dict)
    """Number by idempotency key."""
    reversed: set[int] = field(default_factory=set)
    """Events that no longer count."""
    credit_kg: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Issued by parcel and year."""
    issued_kg: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Issued by zone and year."""
    surrendered_kg: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Surrendered to the offset of the league, by zone and year."""
    _live: dict[type[Said], dict[int, Entry[Said]]] = field(default_factory=dict)
    _found: dict[Handle, dict[int, Entry[Said]]] = field(default_factory=dict)
    _years: dict[str, Counter[int]] = field(default_factory=dict)
    _left: dict[int, dict[Place, int]] = field(default_factory=dict)
    _keys: dict[str, str] = field(default_factory=dict)
    _exits: dict[int, dict[int, Entry[Exit]]] = field(default_factory=dict)

    @property
    def events(self) -> int:
        """How many events there are."""
        return len(self.entries)

    def live(self, kind: type[K]) -> tuple[Entry[K], ...]:
        """Return the events of a kind that count, in order."""
        return tuple(self._live.get(kind, {}).values())  # type: ignore[arg-type]

    def project(self, project: str) -> Entry[Project] | None:
        """Return the project of an id."""
        return next(iter(self._at(Project, "project", project)), None)

    def project_of_key(self, key: str) -> str | None:
        """Return the id of the project that is known under a spelling key."""
        return self._keys.get(key)

    def parcel(self, parcel: str) -> Entry[Parcel] | None:
        """Return the parcel of an id."""
        return next(iter(self._at(Parcel, "parcel", parcel)), None)

    def parcels_of(self, project: str) -> tuple[Entry[Parcel], ...]:
        """Return the parcels of a project."""
        return self._at(Parcel, "parcels of", project)

    def parcels_near(self, bounds: tuple[int, int, int, int]) -> tuple[Entry[Parcel], ...]:
        """Return every parcel that may touch a rectangle in 1e-7 degrees, in order; and others."""
        squares = ground(bounds)
        if squares is None:
            return self.live(Parcel)
        near = {e.seq: e for handle in squares for e in self._at(Parcel, *handle)}
        return tuple(near[seq] for seq in sorted(near))

    def series(self, scheme: str, block: str) -> tuple[Entry[Issue], ...]:
        """Return the issues whose numbers stand in one series; the prefix as its spelling key."""
        return self._at(Issue, "series", scheme, block)

    def credited_years(self, parcel: str) -> list[int]:
        """Return the years that a parcel has credits of, sorted."""
        return sorted(year for year, kg in self._years.get(parcel, {}).items() if kg)

    def removals(self, parcel: str) -> tuple[Entry[Removal], ...]:
        """Return the removals of a parcel that hold: of each period the latest."""
        told = self._at(Removal, "removal", parcel)
        return tuple({(e.said.start, e.said.end): e for e in told}.values())

    def removal_kg(self, parcel: str) -> Counter[int]:
        """Return the removal of a parcel by year; a year without one is absent."""
        total: Counter[int] = Counter()
        for entry in self.removals(parcel):
            effect = entry.effect
            for part in effect.years if isinstance(effect, RemovalEffect) else ():
                total[part.year] += part.kg
        return total

    def exits(self, issue: int) -> tuple[Entry[Exit], ...]:
        """Return the exits from an issue that count."""
        return tuple(self._exits.get(issue, {}).values())

    def left(self, issue: Entry[Issue]) -> dict[Place, int]:
        """Return the kilograms of an issue that have not left, by parcel, zone and year."""
        return dict(self._left[issue.seq])

    def sink_kg(self, zone: str, year: int) -> int | None:
        """Return the sink of a zone and year, None where none was told."""
        told = self._at(Sink, Sink.kind, zone, year)
        return told[-1].said.kg if told else None

    def successor(self, seq: int) -> int | None:
        """Return the event that supersedes a removal or sink, None where it still holds."""
        said = self.entries[seq].said
        later: list[int] = []
        if isinstance(said, Removal):
            same = (e for e in self._at(Removal, "removal", said.parcel) if e.seq > seq)
            period = (said.start, said.end)
            later = [e.seq for e in same if (e.said.start, e.said.end) == period]
        elif isinstance(said, Sink):
            later = [e.seq for e in self._at(Sink, Sink.kind, said.zone, said.year) if e.seq > seq]
        return later[-1] if later else None

    def offset_kg(self, zone: str, year: int) -> int:
        """Return how much of the sink of a zone and year was set off."""
        return sum(e.said.kg for e in self._at(Offset, Offset.kind, zone, year))

    def used_kg(self, zone: str, year: int) -> int:
        """Return what of the sink of a zone and year is set off or credited to someone else."""
        place = (zone, year)
        return self.offset_kg(*place) + self.issued_kg[place] - self.surrendered_kg[place]

    def apply(self, event: Event, said: Said, effect: Effect) -> None:
        """Take in the next event."""
        entry = Entry(seq=event.seq, said=said, effect=effect)
        self.head = event.hash
        self.entries[event.seq] = entry
        self.keys[event.key] = event.seq
        self.hashes[event.seq] = event.hash
        if isinstance(said, Opening):
            self.opening = said
        elif isinstance(said, Reversal):
            self.reversed.add(said.target)
            target = self.entries[said.target]
            if self._live.get(type(target.said), {}).pop(said.target, None) is not None:
                for handle in handles(target.said, target.effect):
                    self._found[handle].pop(said.target)
                self._count(target, -1)
        else:
            self._live.setdefault(type(said), {})[event.seq] = entry
            for handle in handles(said, effect):
                self._found.setdefault(handle, {})[event.seq] = entry
            self._count(entry, 1)

    def _at(self, kind: type[K], *handle: str | int) -> tuple[Entry[K], ...]:
        """Return the events of a kind under a handle, in order."""
        del kind
        return tuple(self._found.get(handle, {}).values())  # type: ignore[arg-type]

    def _count(self, entry: Entry[Said], sign: int) -> None:
        """Add the effect of an event to the sums, or take it off."""
        said, effect = entry.said, entry.effect
        if isinstance(said, Project) and isinstance(effect, ProjectEffect):
            for key in effect.keys:
                if sign > 0:
                    self._keys[key] = said.project
                else:
                    self._keys.pop(key, None)
        elif isinstance(effect, IssueEffect):
            self._left[entry.seq] = {_place(cell): cell.kg for cell in effect.split}
            for cell in effect.split:
                self._years.setdefault(cell.parcel, Counter())[cell.year] += sign * cell.kg
                self.credit_kg[cell.parcel, cell.year] += sign * cell.kg
                self.issued_kg[cell.zone, cell.year] += sign * cell.kg
        elif isinstance(said, Exit) and isinstance(effect, ExitEffect):
            self._count_exit(Entry(seq=entry.seq, said=said, effect=effect), effect, sign)

    def _count_exit(self, entry: Entry[Exit], effect: ExitEffect, sign: int) -> None:
        """Add an exit to the sums, or take it off."""
        left, exits = self._left[effect.issue], self._exits.setdefault(effect.issue, {})
        if sign > 0:
            exits[entry.seq] = entry
        else:
            exits.pop(entry.seq)
        for cell in effect.split:
            left[_place(cell)] -= sign * cell.kg
            if entry.said.route is ExitRoute.LEAGUE_OFFSET:
                self.surrendered_kg[cell.zone, cell.year] += sign * cell.kg


def cells_of(entry: Entry[Issue] | Entry[Exit]) -> tuple[Cell, ...]:
    """Return the split of an issue or exit."""
    effect = entry.effect
    return effect.split if isinstance(effect, IssueEffect | ExitEffect) else ()


def over_credited(state: State, parcel: str, removal: Mapping[int, int]) -> dict[int, int]:
    """Return by year the kilograms credited to a parcel above a removal."""
    excess = {
        year: state.credit_kg[parcel, year] - removal.get(year, 0)
        for year in state.credited_years(parcel)
    }
    return {year: kg for year, kg in excess.items() if kg > 0}


def by_place(cells: Iterable[Cell]) -> Counter[tuple[str, int]]:
    """Return kilograms by zone and year."""
    total: Counter[tuple[str, int]] = Counter()
    for cell in cells:
        total[cell.zone, cell.year] += cell.kg
    return total


def _place(cell: Cell) -> Place:
    """Return where and when the kilograms of a cell grew."""
    return cell.parcel, cell.zone, cell.year
