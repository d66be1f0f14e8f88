"""What the parks add to a results folder: table 9 and a layer, from the packaged registry.

Parks of leagues that a run does not report are left out; a park without a stated league is shown
where the whole region is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sinks.export.extras import Addition, Extras
from sinks.regions import load_region

from .layer import park_layer
from .registry import load_parks, registry_ids
from .workbook_sheet import park_sheet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sinks.export.extras import Scope


__all__ = ["PARKS", "parks_of"]


def parks_of(scope: Scope) -> Extras:
    """Return sheet and layer of the packaged parks of a run; nothing where there is none."""
    if scope.region not in registry_ids():
        return Extras()
    zones = load_region(scope.region).zones
    parents = dict(zip(zones["code"], zones["parent"], strict=True))
    root = next(code for code, parent in parents.items() if not parent)
    parks = [
        park
        for park in load_parks(scope.region)
        if _reported(park.league_code or root, parents, scope)
    ]
    layer = park_layer(parks, meta=scope.meta, lang=scope.lang)
    return Extras(
        sheets=(park_sheet(parks, ratios={}, indicators=()),) if parks else (),
        layers=() if layer is None else (layer,),
    )


def _reported(code: str, parents: Mapping[str, str], scope: Scope) -> bool:
    """Return whether a run reports a zone, or one that holds it."""
    while code and code not in scope.zones:
        code = parents.get(code, "")
    return bool(code)


PARKS = Addition(package="parks", extras=parks_of)
"""The parks, as what a run may add."""
