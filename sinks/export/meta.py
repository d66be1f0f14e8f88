"""What an export says beside the tables: where, when, by which method, from which files.

Filled once by the pipeline; the writers take nothing from anywhere else, so that a workbook
can be made again from a results folder.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rasters.findings import Finding
    from sinks.manifest import InputRecord

__all__ = ["LegendClass", "LevelName", "Meta", "Product", "Text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A sentence in both languages."""

    zh: str
    """Chinese."""
    en: str
    """English."""

    def in_(self, lang: str) -> str:
        """Return it in ``lang`` (zh or en)."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelName:
    """One level of the zones, as headings call it."""

    id: str
    """The word in the column ``level``."""
    name: Text
    """Such as 盟市."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendClass:
    """One class of the land-cover product."""

    code: str
    """Code as in the tables."""
    name: Text
    """Name of the class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One data product that went in."""

    role: str
    """land_cover, biomass, soil or stratum."""
    name: Text
    """Name of the product."""
    citation: str
    """How its makers want it cited; blank where unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """Everything of a run that is not in its tables."""

    region: Text
    """Name of the region, or of the zone file."""
    levels: tuple[LevelName, ...]
    """Levels that the tables hold, coarse to fine."""
    main: int = 2
    """How many of them, from the coarsest, stand in the main tables; finer ones in annexes."""
    years: tuple[int, ...]
    """Years of the inventory, ascending."""
    status: str
    """demo, trial, evaluation or official."""
    run_id: str
    """Identity of the run."""
    version: str
    """Version of the programme."""
    methods: Mapping[str, str]
    """Method by ecosystem, and of ``soil``."""
    products: tuple[Product, ...]
    """Data products."""
    coefficient_tables: tuple[str, ...]
    """Packaged ids or file names, the later over the earlier."""
    inputs: tuple[InputRecord, ...]
    """Files that were read."""
    legend: tuple[LegendClass, ...]
    """Classes of the land cover, in the order of the legend."""
    findings: tuple[Finding, ...] = ()
    """Warnings and notes of the checks."""
    notes: tuple[Text, ...] = ()
    """What a reader must know of this run, such as that the sink leaves out the soil."""
    zone_names_en: Mapping[str, str] = field(default_factory=dict)
    """English zone name by code; the tables hold the Chinese one."""
    tiers: Mapping[str, str] = field(default_factory=dict)
    """IPCC tier by ecosystem, where it is known."""
    official_area_ha: float | None = None
    """Traditional area of the region in ha, printed beside the counted one."""
    official_area_source: str = ""
    """Where that area is published."""

    @property
    def is_demo(self) -> bool:
        """Whether the data are synthetic."""
        return self.status == "demo"
