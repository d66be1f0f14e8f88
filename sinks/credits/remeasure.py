"""Do the shares of the registered parcels hold? Measured again on the boundaries of the region.

Neither the chain nor the triggers know where a league lies: whoever has the file in hand could
write a parcel whose parts add up and lie in the wrong league. Only measuring again shows it.

Source: METHOD D4: a parcel over two leagues splits by geodesic area.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rasters.errors import RefusedError
from rasters.findings import finding
from sinks.ledger.land import TOLERANCE_MM2, shape_of
from sinks.ledger.said import Parcel

from .shares import leagues_of

if TYPE_CHECKING:
    from rasters.findings import Finding
    from sinks.ledger import State
    from sinks.ledger.state import Entry

    from .shares import Leagues

__all__ = ["share_faults"]

_MOST_NAMED = 20  # findings told one by one
_MM2_PER_HA = 10**10


def share_faults(state: State) -> list[Finding]:
    """List parcels whose shares are not those of their outline.

    Returns
    -------
    findings
        ``credits-shares-differ`` for a share that is off by more than 1 m2;
        ``credits-shares-unmeasured``, a warning, where the boundaries at hand are not those that
        the ledger was opened with.

    """
    opening, parcels = state.opening, state.live(Parcel)
    if opening is None or not parcels:
        return []
    try:
        leagues = leagues_of(opening.region)
    except RefusedError:
        leagues = None
    if leagues is None or leagues.boundary() != opening.boundary:
        words = {"region": opening.region}
        value = opening.boundary[:12]
        return [
            finding("sinks", "credits-shares-unmeasured", value=value, where="event 1", **words)
        ]
    found = [fault for entry in parcels for fault in _faults(entry, leagues)]
    return found[:_MOST_NAMED]


def _faults(entry: Entry[Parcel], leagues: Leagues) -> list[Finding]:
    """List the shares of a parcel that are not those measured."""
    said = {share.zone: share.area_mm2 for share in entry.said.shares}
    measured = {s.zone: s.area_mm2 for s in leagues.shares(shape_of(entry.said.geometry))}
    return [
        finding(
            "sinks",
            "credits-shares-differ",
            value=f"{said.get(zone, 0) / _MM2_PER_HA:,.4f} ha",
            where=f"event {entry.seq}",
            parcel=entry.said.parcel,
            zone=zone,
            measured=f"{measured.get(zone, 0) / _MM2_PER_HA:,.4f} ha",
        )
        for zone in sorted({*said, *measured})
        if abs(said.get(zone, 0) - measured.get(zone, 0)) > TOLERANCE_MM2
    ]
