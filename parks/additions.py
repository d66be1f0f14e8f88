"""What the parks add to a results folder: table 9 and a layer, from the packaged registry.

Sources: registries of the package. Parks of zones that a run does not report are left out; the
park of a registry without a stated league is shown wherever the whole region is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sinks.export.extras import Addition, Extras
from sinks.regions import load_region

from .layer import park_layer
from .registry import load_parks, registry_ids
from .workbook_sheet import park_sheet

if TYPE_CHECKING:
    from sinks.export.extras import Scope

    from .park import Park

__all__ = ["PARKS", "parks_of"]


def parks_of(scope: Scope) -> Extras:
    """Return sheet and layer of the packaged parks of a run; nothing where there is none."""
    if scope.region not in registry_ids():
        return Extras()
    zones = load_region(scope.region).zones
    whole = set(zones.loc[zones["parent"].fillna("") == "", "code"]) <= scope.zones
    parks = [park for park in load_parks(scope.region) if _reported(park, scope, whole=whole)]
    layer = park_layer(parks, meta=scope.meta, lang=scope.lang)
    return Extras(
        sheets=(park_sheet(parks, ratios={}, indicators=()),) if parks else (),
        layers=() if layer is None else (layer,),
    )


def _reported(park: Park, scope: Scope, *, whole: bool) -> bool:
    """Return whether a run reports the league of a park."""
    return park.league_code in scope.zones if park.league_code else whole


PARKS = Addition(package="parks", extras=parks_of)
"""The parks, as what a run may add."""
