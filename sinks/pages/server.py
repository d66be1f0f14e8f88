"""The app as one server: the pages, and beside them the files that a map needs.

Leaflet, the outlines and the tiles come from this process, so that a page asks nobody else.
"""

from __future__ import annotations

import logging
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from streamlit import config

from sinks.errors import ResultError
from sinks.pages.chrome import results_root
from sinks.pages.tiles import layers_of, tile
from sinks.screen.outlines_script import outlines_script
from sinks.screen.shelf import outlines_of, runs

if TYPE_CHECKING:
    from starlette.requests import Request

_LOG = logging.getLogger(__name__)
_HERE = Path(__file__).resolve().parent
_DEEPEST = 18  # zoom; a pixel of 30 m is several screen pixels wide there
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


def outlines(request: Request) -> Response:
    """Answer with the outlines of one level of one run as a script."""
    run = next((r for r in runs(results_root()) if r.key == request.path_params["run"]), None)
    if run is None:
        return PlainTextResponse("no such run", status_code=404)
    level = str(request.path_params["level"])
    try:
        found = outlines_of(run, level)
    except ResultError as error:
        _LOG.warning("outlines %s %s: %s", run.key, level, error)
        return PlainTextResponse("no such level", status_code=404)
    return Response(outlines_script(found), media_type="text/javascript", headers=_FOREVER)


def density_tile(request: Request) -> Response:
    """Answer with a tile of a density map; an empty answer beyond it."""
    run = next((r for r in runs(results_root()) if r.key == request.path_params["run"]), None)
    name = str(request.path_params["name"])
    if run is None or name not in {layer.name for layer in layers_of(run)}:
        return PlainTextResponse("no such map", status_code=404)
    x, y, z = (int(request.path_params[axis]) for axis in "xyz")
    made = tile(run, name, x, y, z) if z <= _DEEPEST else None
    if made is None:
        return Response(status_code=204)
    return Response(made, media_type="image/png", headers=_FOREVER)


def fault(error: Exception) -> bool:
    """Show a sentence with a reference instead of a traceback; the log has the details."""
    reference = uuid.uuid4().hex[:8]
    _LOG.error("fault %s", reference, exc_info=error)
    st.error(f"此页出错，编号 {reference}，详情见日志。 · This page failed; reference {reference}.")
    return True


def _main_script() -> Path:
    """Return app.py: beside the packages in a checkout, in share/tanhui when installed."""
    beside = _HERE.parents[1] / "app.py"
    return beside if beside.is_file() else Path(sys.prefix) / "share" / "tanhui" / "app.py"


_BASE = str(config.get_option("server.baseUrlPath")).strip("/")
_AT = f"/{_BASE}/tanhui" if _BASE else "/tanhui"

app = st.App(
    _main_script(),
    routes=[
        Route(f"{_AT}/outlines/{{run}}/{{level}}.js", outlines),
        Route(f"{_AT}/tiles/{{run}}/{{name}}/{{z:int}}/{{x:int}}/{{y:int}}.png", density_tile),
        Mount(f"{_AT}/assets", StaticFiles(directory=_HERE / "assets")),
        Mount(f"{_AT}/vendor", StaticFiles(directory=_HERE / "vendor")),
    ],
    on_script_error=fault,
)
"""The app: ``streamlit run`` finds it by this name."""
