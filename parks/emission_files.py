"""From a file of activities and tables of factors to the emissions of the parks in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rasters import RefusedError
from rasters.findings import Severity

from .activities import read_activities
from .emissions import emissions_of
from .factors import load_factors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rasters.findings import Finding

    from .emissions import ParkEmissions
    from .power_accounts import NetExport

__all__ = ["read_emissions"]


def read_emissions(
    path: Path, own: Sequence[Path], *, region: str, net_export: NetExport
) -> tuple[list[ParkEmissions], list[Finding]]:
    """Return the emissions of a file of activities, and the warnings about them.

    Parameters
    ----------
    path
        CSV of activities, see :func:`parks.activities.read_activities`.
    own
        Tables of factors of one's own, later ones first in rank.
    region
        Packaged region whose grid factor holds.
    net_export
        What net export of power is credited with.

    Raises
    ------
    RefusedError
        With every finding, where the file or a factor cannot be used.

    """
    table, found = load_factors(own)
    rows, faults = read_activities(path, factors=table)
    found = [*found, *faults]
    if any(f.severity is Severity.ERROR for f in found):
        raise RefusedError(found)
    computed, remarks = emissions_of(rows, factors=table, region=region, net_export=net_export)
    found += remarks
    if any(f.severity is Severity.ERROR for f in remarks):
        raise RefusedError(found)
    return computed, found
