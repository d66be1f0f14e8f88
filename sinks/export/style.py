"""QGIS styles of a polygon layer: graduated colours with a legend, as QML.

Stock densities take a sequential scheme and sinks a diverging one that changes its colour at
0, so that a source is never painted as a small sink. Both schemes are safe for the common
kinds of colour blindness. Class limits are round numbers, for people read legends.

Source: ColorBrewer 2.0 (Brewer, Harrower and The Pennsylvania State University), schemes
YlGnBu and BrBG, marked colorblind safe; QML as QGIS 3 writes and reads it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Style", "diverging", "document", "graduated_qml", "sequential", "symbol_qml"]

_YLGNBU_5 = ("#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494")
_BRBG_6 = ("#8c510a", "#d8b365", "#f6e8c3", "#c7eae5", "#5ab4ac", "#01665e")
_OUTLINE = "90,90,90,255"
_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """One way of colouring a layer."""

    name: str
    """Name in the style menu of QGIS."""
    field: str
    """Column that decides the colour."""
    limits: tuple[float, ...]
    """Class limits, ascending; one more than there are colours."""
    colours: tuple[str, ...]
    """#rrggbb by class."""


def sequential(name: str, field: str, values: Sequence[float]) -> Style:
    """Return a style in five equal classes of round width over non-negative values.

    >>> sequential("density", "d", [12.0, 87.0]).limits
    (0.0, 20.0, 40.0, 60.0, 80.0, 100.0)
    """
    largest = max((v for v in values if math.isfinite(v)), default=0.0)
    step = _round_up(max(largest, 0.0) / len(_YLGNBU_5))
    limits = tuple(_clean(step * i) for i in range(len(_YLGNBU_5) + 1))
    return Style(name=name, field=field, limits=limits, colours=_YLGNBU_5)


def diverging(name: str, field: str, values: Sequence[float]) -> Style:
    """Return a style in six classes around 0: three for sources, three for sinks.

    >>> diverging("sink", "s", [-0.2, 0.55]).limits
    (-0.6, -0.4, -0.2, 0.0, 0.2, 0.4, 0.6)
    """
    half = len(_BRBG_6) // 2
    largest = max((abs(v) for v in values if math.isfinite(v)), default=0.0)
    step = _round_up(largest / half)
    limits = tuple(_clean(step * i) for i in range(-half, half + 1))
    return Style(name=name, field=field, limits=limits, colours=_BRBG_6)


def graduated_qml(style: Style, aliases: Mapping[str, str]) -> str:
    """Return the QML of a style.

    Parameters
    ----------
    style
        Field, limits and colours.
    aliases
        Heading by column, as attribute tables and forms show it.

    """
    ranges = "".join(
        f'<range render="true" symbol="{i}" lower="{low:.15f}" upper="{high:.15f}" '
        f'label="{low:g} – {high:g}"/>'
        for i, (low, high) in enumerate(pairwise(style.limits))
    )
    symbols = "".join(symbol_qml(str(i), colour) for i, colour in enumerate(style.colours))
    renderer = (
        f'<renderer-v2 type="graduatedSymbol" attr={quoteattr(style.field)} '
        'graduatedMethod="GraduatedColor" symbollevels="0" enableorderby="0" forceraster="0">'
        f"<ranges>{ranges}</ranges><symbols>{symbols}</symbols>"
        f"<source-symbol>{symbol_qml('0', style.colours[0])}</source-symbol>"
        "</renderer-v2>"
    )
    return document(renderer, aliases)


def document(renderer: str, aliases: Mapping[str, str]) -> str:
    """Return the QML of a renderer, with the heading of each column."""
    named = "".join(
        f'<alias index="{i}" field={quoteattr(column)} name={quoteattr(alias)}/>'
        for i, (column, alias) in enumerate(aliases.items(), start=1)
    )
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        '<qgis version="3.22.0" styleCategories="Symbology|Fields">'
        f"{renderer}<aliases>{named}</aliases></qgis>\n"
    )


def symbol_qml(name: str, colour: str, *, marker: bool = False) -> str:
    """Return a filled polygon with a thin grey outline, or a filled circle for points."""
    rgb = ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
    options = {
        "color": f"{rgb},255",
        "outline_color": _OUTLINE,
        "outline_style": "solid",
        "outline_width": "0.26",
        "outline_width_unit": "MM",
        **({"name": "circle", "size": "4", "size_unit": "MM"} if marker else {"style": "solid"}),
    }
    inner = "".join(
        f'<Option type="QString" name="{key}" value="{value}"/>' for key, value in options.items()
    )
    kind, layer = ("marker", "SimpleMarker") if marker else ("fill", "SimpleFill")
    return (
        f'<symbol type="{kind}" name="{name}" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="{layer}" enabled="1" locked="0" pass="0">'
        f'<Option type="Map">{inner}</Option></layer></symbol>'
    )


def _round_up(width: float) -> float:
    """Return the least round number that is not smaller; 1 for 0.

    >>> _round_up(17.4), _round_up(0.183), _round_up(0.0)
    (20.0, 0.2, 1.0)
    """
    if width <= 0:
        return 1.0
    scale = 10.0 ** math.floor(math.log10(width))
    # a width such as 0.6 / 3 must not fall into the next class for its last binary digit
    return _clean(next(m for m in _ROUND if m * scale >= width * (1 - 1e-9)) * scale)


def _clean(value: float) -> float:
    """Return a limit without binary noise."""
    return float(f"{value:.10g}") + 0.0
