"""Outlines as a script that a map loads before it is drawn.

A script and not a request of the map: the layers are then there when the map is built, so that a
click on any of them is heard.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .outlines import Outlines

__all__ = ["outlines_script"]


def outlines_script(outlines: Outlines) -> str:
    """Return a script that puts a level's GeoJSON under its name."""
    level = json.dumps(outlines.level)
    # U+2028 and U+2029 end a line in a script and may stand in a name
    data = outlines.geojson.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f"(window.tanhuiOutlines ??= {{}})[{level}] = {data};\n"
