"""Recording: rows and commands into a ledger, all of them or none.

Cells are judged by the intake and records by the rules of the ledger, and everything that
either finds is told at once. A record that stands already is not recorded again: importing the
same workbook twice, or after a time-out, changes nothing. What was reversed is not recorded
again by an old workbook either: that is said aloud, with ``again`` or a key of one's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from rasters.errors import RefusedError
from rasters.findings import Severity, finding
from sinks.ledger import Anchor, Draft, ledger_anchor, open_ledger, read_state
from sinks.ledger.said import Opening, Parcel, Project, Reversal
from sinks.ledger.spelling import spelling_key
from sinks.ledger.state import State
from sinks.ledger.store import judged
from sinks.regions import region_ids

from .drafting import content_key, drafted
from .intake import Intake
from .shares import leagues_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from rasters.findings import Finding

    from .shares import Leagues

__all__ = ["Recorded", "record_rows", "reverse_event"]

_FOLLOWS_FROM_A_CELL = frozenset(
    {"credits-project-unknown", "credits-parcel-unknown", "credits-no-parcel",
     "credits-removal-missing", "credits-serial-unknown", "credits-sink-missing"}
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a recording did."""

    added: tuple[int, ...]
    """Numbers of the new events."""
    repeated: tuple[int, ...]
    """Numbers of the events that stood already."""
    findings: tuple[Finding, ...]
    """Notes and warnings."""
    anchor: Anchor
    """End of the ledger afterwards."""


def record_rows(
    path: Path,
    read: Callable[[Intake], None],
    *,
    region: str | None,
    actor: str,
    at: str,
    key: str | None = None,
    again: bool = False,
) -> Recorded:
    """Record what ``read`` puts into an intake.

    Parameters
    ----------
    path
        The ledger; made where there is none.
    read
        Reads rows into the intake that it is given.
    region
        Region of a new ledger; for one that exists None, or its own.
    actor
        Who records.
    at
        Time of recording, ISO 8601 UTC.
    key
        Idempotency key of a single record; by default made of its content.
    again
        Whether content that was reversed is recorded anew; otherwise it is left out with the
        warning ``credits-reversed-before``.

    Raises
    ------
    RefusedError
        With everything that was found; nothing is recorded.

    """
    state = read_state(path) if path.exists() else State()
    leagues = leagues_of(_region_of(path, state, region))
    periods = {e.said.project: (e.said.start, e.said.end) for e in state.live(Project)}
    intake = Intake(
        leagues=leagues,
        periods=periods,
        projects={spelling_key(name): name for name in periods},
        parcels={spelling_key(e.said.parcel): e.said.parcel for e in state.live(Parcel)},
    )
    read(intake)
    begin = [] if state.opening else [_opening(leagues)]
    drafts, found = drafted(state, intake.records, key=key, again=again)
    drafts = [*begin, *drafts]
    intake.findings += [*found, *_superseded(state, drafts), *_moved(state, drafts, leagues)]
    _, _, faults = judged(state, drafts, actor, at)
    if intake.refused:
        faults = [f for f in faults if f.code not in _FOLLOWS_FROM_A_CELL]
    if intake.refused or faults:
        raise RefusedError([*intake.findings, *faults])
    return _written(path, drafts, actor, at, intake.findings)


def reverse_event(path: Path, target: int, *, reason: str, actor: str, at: str) -> Recorded:
    """Record that an event no longer counts.

    Raises
    ------
    RefusedError
        If there is no such ledger or event, others stand on it, or no reason is given.

    """
    read_state(path)
    try:
        said = Reversal(target=target, reason=reason.strip())
    except ValidationError as error:
        raise RefusedError(
            [finding("sinks", "credits-reason", value=target, where=path)]
        ) from error
    draft = Draft(key=content_key(said), said=said)
    return _written(path, [draft], actor, at, [])


def _written(
    path: Path, drafts: Sequence[Draft], actor: str, at: str, found: Sequence[Finding]
) -> Recorded:
    """Append drafts and say what was new."""
    with open_ledger(path) as ledger:
        receipts = ledger.append(drafts, actor=actor, at=at)
    return Recorded(
        added=tuple(r.seq for r in receipts if not r.repeated),
        repeated=tuple(r.seq for r in receipts if r.repeated),
        findings=tuple(f for f in found if f.severity is not Severity.ERROR),
        anchor=ledger_anchor(path),
    )


def _region_of(path: Path, state: State, region: str | None) -> str:
    """Return the region of a ledger, which is told once."""
    held = state.opening.region if state.opening else None
    if held is None and region is None:
        known = ", ".join(region_ids())
        raise RefusedError(
            [finding("sinks", "credits-region-needed", value=path.name, where=path, known=known)]
        )
    if held is not None and region not in (None, held):
        raise RefusedError(
            [finding("sinks", "credits-region-differs", value=region, where=path, held=held)]
        )
    return held or region or ""


def _opening(leagues: Leagues) -> Draft:
    """Return the first event of a ledger."""
    said = Opening(
        region=leagues.region.id,
        level=leagues.level,
        zones=leagues.codes,
        boundary=leagues.boundary(),
    )
    return Draft(key="open", said=said)


def _superseded(state: State, drafts: Sequence[Draft]) -> list[Finding]:
    """Remark on records that stand already and no longer hold: recording them changes nothing."""
    found = []
    for draft in drafts:
        known = state.keys.get(draft.key)
        later = None if known is None else state.successor(known)
        if later is not None:
            words = {"seq": known, "later": later}
            where = draft.where("kg")
            found.append(
                finding("sinks", "credits-superseded", value=draft.said.kind, where=where, **words)
            )
    return found


def _moved(state: State, drafts: Sequence[Draft], leagues: Leagues) -> list[Finding]:
    """List new parcels of a ledger whose shares are measured on other boundaries."""
    if state.opening is None or state.opening.boundary == leagues.boundary():
        return []
    words = {"held": state.opening.boundary[:12]}
    value = leagues.boundary()[:12]
    new = (d for d in drafts if isinstance(d.said, Parcel) and d.key not in state.keys)
    places = [draft.where("geometry") for draft in new]
    code = "credits-boundary-differs"
    return [finding("sinks", code, value=value, where=place, **words) for place in places]
