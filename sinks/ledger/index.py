"""Handles by which events that count are found without going through all of them.

A ledger of n events is replayed by asking every rule n times: each rule asks for the events of
one parcel, series, place or piece of ground, so that replay takes time in proportion to n.
Ground is looked up by squares of a tenth of a degree; land larger than a thousand of them, of
which there is little, is looked at always.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from .effects import IssueEffect, ParcelEffect
from .said import Issue, Offset, Parcel, Project, Removal, Sink
from .spelling import spelling_key

if TYPE_CHECKING:
    from .effects import Effect
    from .said import Said

__all__ = ["Handle", "ground", "handles"]

Handle: TypeAlias = tuple[str | int, ...]
"""What an event is looked up by: the name of the question, then its words."""
_SQUARE = 10**6  # bounds are in 1e-7 degrees
_MOST_SQUARES = 1000
_WIDE: Handle = ("ground", "wide")


def handles(said: Said, effect: Effect) -> tuple[Handle, ...]:
    """Return every handle of an event."""
    if isinstance(said, Project):
        return (("project", said.project),)
    if isinstance(said, Parcel):
        squares = ground(effect.bounds) if isinstance(effect, ParcelEffect) else None
        land = (_WIDE,) if squares is None else squares[:-1]
        return (("parcel", said.parcel), ("parcels of", said.project), *land)
    if isinstance(said, Removal):
        return (("removal", said.parcel),)
    if isinstance(said, Issue):
        scheme = effect.scheme if isinstance(effect, IssueEffect) else ""
        return (("series", scheme, spelling_key(said.block)),)
    if isinstance(said, Sink | Offset):
        return ((said.kind, said.zone, said.year),)
    return ()


def ground(bounds: tuple[int, int, int, int]) -> tuple[Handle, ...] | None:
    """Return the handles of parcels that may touch a rectangle; None for those of all parcels.

    Parameters
    ----------
    bounds
        West, south, east and north, 1e-7 degrees.

    Examples
    --------
    >>> ground((1_200_000_000, 450_000_000, 1_200_200_000, 450_100_000))
    (('ground', 1200, 450), ('ground', 'wide'))

    """
    west, south, east, north = (bound // _SQUARE for bound in bounds)
    if (east - west + 1) * (north - south + 1) > _MOST_SQUARES:
        return None
    squares = tuple(
        ("ground", x, y) for x in range(west, east + 1) for y in range(south, north + 1)
    )
    return (*squares, _WIDE)
