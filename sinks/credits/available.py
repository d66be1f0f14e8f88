"""Credits that were issued and have not left: what a sale could still bring."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sinks.ledger import State, read_state
from sinks.ledger.said import Issue

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Available", "available"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Available:
    """Credits of one project that grew in one league and year."""

    zone_code: str
    """Code of the league; ``outside`` beyond the region."""
    year: int
    """Vintage year."""
    project: str
    scheme: str
    """ccer, vcs, forest_ticket or indicator."""
    kg: int
    """kg CO2."""


def available(ledger: Path | State) -> tuple[Available, ...]:
    """Return what has not left, by league, year and project; rows of nothing are left out.

    Parameters
    ----------
    ledger
        The ledger, or what was read from it.

    Raises
    ------
    RefusedError
        If the file is no ledger, or does not replay.

    """
    state = ledger if isinstance(ledger, State) else read_state(ledger)
    total: Counter[tuple[str, int, str, str]] = Counter()
    for issue in state.live(Issue):
        project = state.project(issue.said.project)
        scheme = str(project.said.scheme) if project else ""
        for (_, zone, year), kg in state.left(issue).items():
            total[zone, year, issue.said.project, scheme] += kg
    return tuple(
        Available(zone_code=zone, year=year, project=project, scheme=scheme, kg=kg)
        for (zone, year, project, scheme), kg in sorted(total.items())
        if kg
    )
