"""The closed sets of the inventory: ecosystems, pools, completeness, status, confidence.

Members are their own ids, so that they can stand in files and tables as they are; names
for people hang on the members. The nine ecosystems are the level at which coefficients,
methods and results speak; land-cover classes are joined to them by the product's legend.

Source: categories of IPCC 2006 Guidelines, Volume 4, Chapter 3; pools of Chapter 1, Table 1.1;
notation keys of Volume 1, Chapter 8, Table 8.1 (UNFCCC reporting).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class _Named(StrEnum):
    """A member that carries a Chinese and an English name."""

    name_zh: str
    name_en: str

    def __new__(cls, value: str, name_zh: str = "", name_en: str = "") -> Self:
        """Make the member ``value`` and hang its names on it.

        The names have defaults only because a member is looked up by its value alone.
        """
        member = str.__new__(cls, value)
        member._value_ = value
        member.name_zh = name_zh
        member.name_en = name_en
        return member

    def label(self, lang: str) -> str:
        """Return the name in ``lang`` (zh or en)."""
        return self.name_zh if lang == "zh" else self.name_en


class IpccCategory(_Named):
    """The six land-use categories; values as the legends write them."""

    FOREST_LAND = "Forest Land", "林地", "Forest Land"
    CROPLAND = "Cropland", "农地", "Cropland"
    GRASSLAND = "Grassland", "草地", "Grassland"
    WETLANDS = "Wetlands", "湿地", "Wetlands"
    SETTLEMENTS = "Settlements", "定居地", "Settlements"
    OTHER_LAND = "Other Land", "其他土地", "Other Land"


class Ecosystem(_Named):
    """The nine ecosystems; ``wetland`` is marsh and swamp and excludes open water."""

    FOREST = "forest", "森林", "Forest"
    SHRUB = "shrub", "灌丛", "Shrub"
    GRASSLAND = "grassland", "草地", "Grassland"
    WETLAND = "wetland", "湿地（不含水域）", "Wetland (open water excluded)"
    CROPLAND = "cropland", "农田", "Cropland"
    SETTLEMENT = "settlement", "聚落", "Settlement"
    WATER = "water", "水域", "Open water"
    DESERT = "desert", "荒漠", "Desert and sparse land"
    OTHER = "other", "其他", "Other land"

    @property
    def ipcc_category(self) -> IpccCategory:
        """The IPCC category that the ecosystem reports under.

        Shrub reports as Grassland; where the legend says that a class is 国家特别规定灌木林,
        the legend's own category goes first. Open water is IPCC Wetlands, yet not ``wetland``.
        """
        return _IPCC[self]


_IPCC = {
    Ecosystem.FOREST: IpccCategory.FOREST_LAND,
    Ecosystem.SHRUB: IpccCategory.GRASSLAND,
    Ecosystem.GRASSLAND: IpccCategory.GRASSLAND,
    Ecosystem.WETLAND: IpccCategory.WETLANDS,
    Ecosystem.CROPLAND: IpccCategory.CROPLAND,
    Ecosystem.SETTLEMENT: IpccCategory.SETTLEMENTS,
    Ecosystem.WATER: IpccCategory.WETLANDS,
    Ecosystem.DESERT: IpccCategory.OTHER_LAND,
    Ecosystem.OTHER: IpccCategory.OTHER_LAND,
}

FOREST_GRASSLAND_WETLAND = frozenset(
    {Ecosystem.FOREST, Ecosystem.SHRUB, Ecosystem.GRASSLAND, Ecosystem.WETLAND}
)
"""The ecosystems of the scope ``forest_grassland_wetland`` (S_eco of the assessment)."""


class Pool(_Named):
    """The five carbon pools, in the order in which tables show them."""

    AGB = "agb", "地上生物质", "Above-ground biomass"
    BGB = "bgb", "地下生物质", "Below-ground biomass"
    DEAD_WOOD = "dead_wood", "枯死木", "Dead wood"
    LITTER = "litter", "枯落物", "Litter"
    SOIL = "soil", "土壤有机碳", "Soil organic carbon"


WHOLE_POOLS: dict[str, frozenset[Pool]] = {
    "biomass": frozenset({Pool.AGB, Pool.BGB}),
    "ecosystem": frozenset(Pool),
}
"""Names that stand in the column ``pool`` of a change for several pools that are not told apart."""


class Completeness(_Named):
    """Whether a cell holds an estimate, and if not, why."""

    ESTIMATED = "estimated", "已估算", "Estimated"
    NE = "NE", "未估算", "Not estimated"
    NO = "NO", "未发生", "Not occurring"
    IE = "IE", "列于他处", "Included elsewhere"
    NA = "NA", "不适用", "Not applicable"


class Confidence(_Named):
    """How far a coefficient has been checked, strongest first."""

    VERIFIED = "verified", "已核实", "Verified in a published text"
    DERIVED = "derived", "推算", "Computed from verified values"
    SECOND_HAND = "second-hand", "转引", "Quoted by another publication"
    UNVERIFIED = "unverified", "未核实", "From memory or by proxy, not confirmed"
    MISSING = "missing", "缺失", "No value found"

    @property
    def usable_officially(self) -> bool:
        """Whether an official run may use a row of this confidence."""
        return self not in (Confidence.UNVERIFIED, Confidence.MISSING)


class Status(_Named):
    """What an inventory is for; ``demo`` marks synthetic data and cannot be asked for."""

    TRIAL = "trial", "试算", "Trial"
    EVALUATION = "evaluation", "试评", "Evaluation"
    OFFICIAL = "official", "正式", "Official"
    DEMO = "demo", "合成演示数据", "Synthetic demonstration data"
