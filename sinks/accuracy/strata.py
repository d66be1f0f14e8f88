"""Change strata: the stable land of an ecosystem, or a transition from one to another.

The accuracy of a change map is judged on its changes, not on each date alone. A class is
written ``forest`` (stable), ``grassland>forest`` (a transition), with ``*`` for any ecosystem
(``*`` other stable land, ``*>forest``, ``forest>*``, ``*>*``), and ``a+b`` for classes joined.
The name that says most wins, so that ``*>*`` is the change that no other class names.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from rasters.findings import finding
from sinks.categories import Ecosystem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rasters.findings import Finding

_ANY = "*"
_TO = ">"
_AND = "+"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One class of change; None stands for any ecosystem."""

    before: Ecosystem | None
    after: Ecosystem | None
    stable: bool
    """Whether it is land that stays what it is."""

    def matches(self, before: Ecosystem, after: Ecosystem) -> bool:
        """Return whether land that was ``before`` and is ``after`` belongs to it."""
        return (
            (before == after) is self.stable
            and self.before in (None, before)
            and self.after in (None, after)
        )

    @property
    def named(self) -> int:
        """How many of its ecosystems are named, 0 to 2."""
        return (self.before is not None) + (self.after is not None)


@dataclass(frozen=True, slots=True)
class Stratum:
    """A class of the sample, with all that it joins."""

    name: str
    patterns: tuple[Pattern, ...]

    def claim(self, before: Ecosystem, after: Ecosystem) -> int:
        """Return how closely it names a change, 0 to 2; -1 where it does not hold it."""
        return max((p.named for p in self.patterns if p.matches(before, after)), default=-1)


@dataclass(frozen=True, slots=True)
class Strata:
    """The classes of one sample, without overlap."""

    named: tuple[Stratum, ...]
    """Classes that the sample or the configuration names."""
    complete: bool
    """Whether land outside of them has a class of its own, its plain name, or none at all."""

    def of(self, before: Ecosystem, after: Ecosystem) -> str | None:
        """Return the class of land; None where no class holds it."""
        claims = {stratum.name: stratum.claim(before, after) for stratum in self.named}
        best = max(claims, key=lambda name: claims[name], default=None)
        if best is not None and claims[best] >= 0:
            return best
        return None if self.complete else plain_name(before, after)


def plain_name(before: Ecosystem, after: Ecosystem) -> str:
    """Return the name of one change.

    >>> plain_name(Ecosystem.FOREST, Ecosystem.FOREST)
    'forest'
    >>> plain_name(Ecosystem.GRASSLAND, Ecosystem.FOREST)
    'grassland>forest'
    """
    return str(before) if before == after else f"{before}{_TO}{after}"


def parse_ecosystem(text: str) -> Ecosystem | None:
    """Return the ecosystem of an id or of a Chinese name; None where it is neither.

    >>> parse_ecosystem("森林"), parse_ecosystem("forest"), parse_ecosystem("wood")
    (<Ecosystem.FOREST: 'forest'>, <Ecosystem.FOREST: 'forest'>, None)
    """
    return _ecosystems().get(text.strip())


def parse_stratum(text: str, *, where: str) -> tuple[Stratum | None, list[Finding]]:
    """Return the class of a name, or why it is no name.

    Parameters
    ----------
    text
        Such as ``grassland>forest``; see the module.
    where
        Its place, for messages.

    """
    patterns = [_pattern(part) for part in text.split(_AND)]
    known = [pattern for pattern in patterns if pattern is not None]
    if len(known) < len(patterns):
        named = ", ".join(Ecosystem)
        return None, [finding("sinks", "accuracy-class", value=text, where=where, known=named)]
    return Stratum(text, tuple(known)), []


def join(strata: Iterable[Stratum]) -> Stratum:
    """Return classes as one, named after all of them."""
    members = tuple(strata)
    return Stratum(
        _AND.join(s.name for s in members), tuple(p for s in members for p in s.patterns)
    )


def overlaps(strata: Sequence[Stratum], *, where: str) -> list[Finding]:
    """Return a finding for every change that two classes name equally closely."""
    found = []
    for before in Ecosystem:
        for after in Ecosystem:
            claims = [(stratum.claim(before, after), stratum.name) for stratum in strata]
            best = max((claim for claim, _ in claims), default=-1)
            names = [name for claim, name in claims if claim == best]
            if best >= 0 and len(names) > 1:
                found.append(
                    finding(
                        "sinks",
                        "accuracy-class-overlap",
                        value=plain_name(before, after),
                        where=where,
                        classes=", ".join(names),
                    )
                )
    return found


def _pattern(text: str) -> Pattern | None:
    """Return the pattern of a name without joins, None where it is no name."""
    ends = [part.strip() for part in text.split(_TO)]
    if len(ends) > 2 or any(end != _ANY and parse_ecosystem(end) is None for end in ends):  # noqa: PLR2004 - two dates
        return None
    found = [parse_ecosystem(end) for end in ends]
    if len(found) == 1:
        return Pattern(found[0], found[0], stable=True)
    if found[0] is not None and found[0] == found[1]:
        return None
    return Pattern(found[0], found[1], stable=False)


@cache
def _ecosystems() -> dict[str, Ecosystem]:
    """Return every ecosystem by its id and by its Chinese name."""
    return {str(e): e for e in Ecosystem} | {e.name_zh: e for e in Ecosystem}
