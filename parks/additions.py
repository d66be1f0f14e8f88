"""What the parks add to a results folder: table 9 and a layer.

Without a section ``[parks]`` they are those of the packaged registry, as facts alone; with it, what
series and activities give is computed before the run starts. Parks of leagues that a run does not
report are left out; a park without a stated league is shown where the whole region is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rasters import RefusedError
from rasters.findings import finding
from sinks.export.extras import Addition, Contribution, Extras
from sinks.regions import load_region

from .layer import park_layer
from .registry import load_parks, registry_ids
from .run_inputs import RunParks, read_run
from .run_settings import parse_settings
from .workbook_sheet import park_sheet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sinks.export.extras import Request, Scope
    from sinks.manifest import Json

__all__ = ["PARKS", "contribute", "parks_of"]

_ROLE = "parks"


def contribute(request: Request) -> Contribution:
    """Return what the parks bring to a run: files, findings, then sheet and layer."""
    if not request.settings:
        known = request.region in registry_ids()
        parks = load_parks(request.region) if known and request.region is not None else ()
        return _contribution(RunParks(parks=parks))
    if request.region is None:
        where = f"{request.where}: parks"
        none = RunParks(findings=[finding("parks", "parks-run-no-region", value="", where=where)])
        return _contribution(none)
    try:
        settings = parse_settings(request.settings, where=request.where)
    except RefusedError as error:
        return _contribution(RunParks(findings=list(error.findings)))
    run = read_run(
        settings, region=request.region, year=request.years[-1], base=request.base,
        root=request.root, where=request.where,
    )  # fmt: skip
    return _contribution(run, parameters=settings.parameters())


def parks_of(scope: Scope, run: RunParks) -> Extras:
    """Return sheet and layer of the parks that a run reports; nothing where there is none."""
    zones = load_region(scope.region).zones if run.parks else None
    if zones is None:
        return Extras()
    parents = dict(zip(zones["code"], zones["parent"], strict=True))
    root = next(code for code, parent in parents.items() if not parent)
    parks = [p for p in run.parks if _reported(p.league_code or root, parents, scope)]
    layer = park_layer(
        parks, meta=scope.meta, lang=scope.lang, ratios=run.ratios, indicators=run.indicators
    )
    sheet = park_sheet(
        parks, ratios=run.ratios, indicators=run.indicators, certificates=run.certificates
    )
    return Extras(
        sheets=(sheet,) if parks else (),
        layers=() if layer is None else (layer,),
    )


def _contribution(run: RunParks, *, parameters: Mapping[str, Json] | None = None) -> Contribution:
    """Return what was read as the run takes it."""
    return Contribution(
        role=_ROLE,
        extras=lambda scope: parks_of(scope, run),
        files=tuple(dict.fromkeys(run.files)),
        findings=tuple(run.findings),
        parameters=parameters or {},
    )


def _reported(code: str, parents: Mapping[str, str], scope: Scope) -> bool:
    """Return whether a run reports a zone, or one that holds it."""
    while code and code not in scope.zones:
        code = parents.get(code, "")
    return bool(code)


PARKS = Addition(package="parks", section=_ROLE, read=contribute)
"""The parks, as what a run may add."""
