"""Reading a bureau's plots: one line for each plot, every fault found at once.

Biomass is dry weight, in t/ha or in g/m2 as it was weighed; soil is carbon to a stated depth.
What was not measured is blank, never zero.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rasters.findings import finding

from .categories import Ecosystem
from .csv_lines import number, read_lines
from .units import T_HA_PER_G_M2

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rasters.findings import Finding

    from .csv_lines import CsvLine

REQUIRED_COLUMNS = ("plot_id", "ecosystem", "year", "source")
"""Columns that a file of plots has."""
OPTIONAL_COLUMNS = (
    "code", "stratum", "agb_t_ha", "agb_g_m2", "bgb_t_ha", "bgb_g_m2", "soil_t_c_ha", "depth_cm",
    "note",
)  # fmt: skip
"""Columns that it may have."""
_DEPTH = re.compile(r"0-[1-9][0-9]*")
_YEARS = (1900, 2100)  # as for the inventory: a year outside is a slip of the pen


@dataclass(frozen=True, slots=True)
class PlotType:
    """What a plot stands for: a type of land."""

    ecosystem: Ecosystem
    code: str
    """Class code, or blank."""
    stratum: str
    """Stratum, or blank."""

    def __str__(self) -> str:
        """Return the type as messages name it."""
        return " ".join(part for part in (self.ecosystem, self.code, self.stratum) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """One plot; None stands for what was not measured."""

    plot_id: str
    type: PlotType
    agb_t_ha: float | None
    """Above-ground dry weight, t/ha."""
    bgb_t_ha: float | None
    """Below-ground dry weight, t/ha."""
    soil_t_c_ha: float | None
    """Soil organic carbon down to ``depth_cm``, t C/ha."""
    depth_cm: str
    """Such as ``0-100``."""
    year: int
    source: str


def read_plots(path: Path) -> tuple[list[Plot], list[Finding]]:
    """Read a file of plots.

    Parameters
    ----------
    path
        CSV with ``plot_id, ecosystem, year, source`` and any of ``OPTIONAL_COLUMNS``.

    Returns
    -------
    plots, findings
        Every fault of every line; lines with one are left out.

    """
    lines, found = read_lines(path, required=REQUIRED_COLUMNS, optional=OPTIONAL_COLUMNS)
    plots: list[Plot] = []
    seen: set[str] = set()
    for line in lines:
        plot, faults = _plot(line)
        name = line.cells["plot_id"]
        if name in seen or not name:
            faults.append(finding("sinks", "plots-id", value=name, where=line.where))
        seen.add(name)
        found += faults
        if plot is not None and not faults:
            plots.append(plot)
    return plots, found + _depths(plots, path.name)


def _plot(line: CsvLine) -> tuple[Plot | None, list[Finding]]:
    """Return the plot of a line, or what is wrong with it."""
    cells = line.cells
    above, faults = _weight(line, "agb")
    below, more = _weight(line, "bgb")
    soil, others = _amount(line, "soil_t_c_ha")
    faults += [*more, *others]
    ecosystem = next((e for e in Ecosystem if cells["ecosystem"] in (e, e.name_zh)), None)
    if ecosystem is None:
        known = ", ".join(Ecosystem)
        faults.append(
            finding("sinks", "plots-ecosystem", value=cells["ecosystem"], where=line.where,
                    known=known)
        )  # fmt: skip
    year = number(cells["year"])
    if year is None or year != int(year) or not _YEARS[0] <= year <= _YEARS[1]:
        faults.append(finding("sinks", "plots-year", value=cells["year"], where=line.where))
    if not cells["source"]:
        faults.append(finding("sinks", "plots-source", value=cells["plot_id"], where=line.where))
    if not faults and above is None and below is None and soil is None:
        faults.append(finding("sinks", "plots-nothing", value=cells["plot_id"], where=line.where))
    if (soil is not None) != bool(_DEPTH.fullmatch(cells["depth_cm"])):
        faults.append(finding("sinks", "plots-depth", value=cells["depth_cm"], where=line.where))
    if faults or ecosystem is None or year is None:
        return None, faults
    return Plot(
        plot_id=cells["plot_id"],
        type=PlotType(ecosystem, cells["code"], cells["stratum"]),
        agb_t_ha=above,
        bgb_t_ha=below,
        soil_t_c_ha=soil,
        depth_cm=cells["depth_cm"],
        year=int(year),
        source=cells["source"],
    ), []


def _weight(line: CsvLine, pool: str) -> tuple[float | None, list[Finding]]:
    """Return a dry weight in t/ha, from the one of its two columns that is filled in."""
    tonnes, faults = _amount(line, f"{pool}_t_ha")
    grams, more = _amount(line, f"{pool}_g_m2")
    faults += more
    if tonnes is not None and grams is not None:
        faults.append(finding("sinks", "plots-two-units", value=pool, where=line.where))
    if grams is not None:
        return grams * T_HA_PER_G_M2, faults
    return tonnes, faults


def _amount(line: CsvLine, column: str) -> tuple[float | None, list[Finding]]:
    """Return the amount of a cell, None where it is blank."""
    text = line.cells[column]
    if not text:
        return None, []
    value = number(text)
    if value is None or value < 0:
        where = f"{line.where}, {column}"
        return None, [finding("sinks", "plots-amount", value=text, where=where)]
    return value, []


def _depths(plots: Sequence[Plot], name: str) -> list[Finding]:
    """Return a finding for every type whose soil was sampled to several depths."""
    depths: dict[PlotType, set[str]] = {}
    for plot in plots:
        if plot.soil_t_c_ha is not None:
            depths.setdefault(plot.type, set()).add(plot.depth_cm)
    return [
        finding("sinks", "plots-depths", value=", ".join(sorted(seen)), where=name, type=kind)
        for kind, seen in depths.items()
        if len(seen) > 1
    ]
