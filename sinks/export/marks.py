"""QGIS styles of a layer of points or polygons: one colour for each word of a column, as QML.

A word that the style does not know is drawn in grey and named as other, so that nothing is lost
from sight.

Source: QML as QGIS 3 writes and reads it (categorized symbols).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from .style import document, symbol_qml

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Mark", "Marks", "marks_qml"]

_OTHER = "#bdbdbd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The colour of one word."""

    value: str
    colour: str
    """#rrggbb."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """One way of colouring a layer by the words of a column."""

    name: str
    """Name in the style menu of QGIS."""
    field: str
    """Column that decides the colour."""
    marks: tuple[Mark, ...]
    """In the order of the legend."""


def marks_qml(style: Marks, aliases: Mapping[str, str], *, points: bool) -> str:
    """Return the QML of a style.

    Parameters
    ----------
    style
        Column and colours.
    aliases
        Heading by column, as attribute tables and forms show it.
    points
        Whether the layer draws points; a layer with any polygon is drawn as polygons.

    """
    every = (*style.marks, Mark(value="", colour=_OTHER))
    categories = "".join(
        f'<category render="true" symbol="{i}" value={quoteattr(mark.value)} '
        f'label={quoteattr(mark.value)} type="string"/>'
        for i, mark in enumerate(every)
    )
    symbols = "".join(
        symbol_qml(str(i), mark.colour, marker=points) for i, mark in enumerate(every)
    )
    renderer = (
        f'<renderer-v2 type="categorizedSymbol" attr={quoteattr(style.field)} symbollevels="0" '
        'enableorderby="0" forceraster="0">'
        f"<categories>{categories}</categories><symbols>{symbols}</symbols>"
        f"<source-symbol>{symbol_qml('0', _OTHER, marker=points)}</source-symbol>"
        "</renderer-v2>"
    )
    return document(renderer, aliases)
