"""Which soil carbon stands on the two sides of every conversion: one depth, one edition.

All conversions of a run are brought to one depth, that of the references where the tables
have them. A conversion whose sides cannot be brought to it, or whose editions differ, is
refused with its classes and its area: a difference across depths or editions is no change of
the soil. A side without any row is not estimated.

Source: METHOD A7 and G4: (43 - 50 x 0.80) / 20 is 0.15 where either edition gives 0.5.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rasters.findings import finding
from sinks.stocks import UNCLASSIFIED
from sinks.units import MM2_PER_HA

from .constants import transition_period
from .organic import OrganicSoil, dissolved_alone, organic_soil
from .organic_carbon import Land, SoilCarbon, Ways, soil_depths, soil_ways

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from rasters.findings import Finding
    from sinks.categories import Ecosystem
    from sinks.coefficient_register import Register
    from sinks.coefficient_rows import Coefficient

Conversion = tuple[str, str, str]
"""Class before, class after, stratum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoilPair:
    """Soil carbon of the two sides of a conversion; None where a side is not estimated."""

    before: SoilCarbon | None
    """Under the class that was."""
    after: SoilCarbon | None
    """Under the class that is."""

    @property
    def gain(self) -> float:
        """Gain of the whole transition, t C/ha; a gain beside an unknown loss counts as 0."""
        if self.before is None:
            return 0.0
        return (self.after.value if self.after is not None else 0.0) - self.before.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Soils:
    """What the change of the soil of a run rests on."""

    pairs: Mapping[Conversion, SoilPair] = field(default_factory=dict)
    """The mineral soils of every conversion that occurs."""
    estimated: frozenset[tuple[str, str]] = frozenset()
    """Classes and strata whose soil carbon is known."""
    organic: Mapping[tuple[str, str], OrganicSoil] = field(default_factory=dict)
    """Organic soils by class and stratum."""
    dissolved_alone: Mapping[tuple[str, str], Coefficient] = field(default_factory=dict)
    """Rows of dissolved carbon without ``ef_co2``, which no figure takes, by class and stratum."""
    depth_cm: str = ""
    """Depth of the mineral soils."""
    years: int = field(default_factory=transition_period)
    """Transition period."""

    def emits(self, code: str, stratum: str) -> OrganicSoil | None:
        """Return the organic soil of a class whose CO2 goes by emission factor."""
        found = self.organic.get((code, stratum))
        return found if found is not None and found.carbon else None

    def is_organic(self, before: str, after: str, stratum: str) -> bool:
        """Return whether emission factors stand in place of the transition of a conversion."""
        return any(self.emits(code, stratum) is not None for code in (before, after))


def resolve_soils(
    conversions: Mapping[Conversion, float],
    *,
    classes: Iterable[tuple[str, str]],
    ecosystems: Mapping[str, Ecosystem],
    register: Register,
) -> tuple[Soils, list[Finding]]:
    """Resolve the soil of every class and conversion.

    Parameters
    ----------
    conversions
        Area (ha) of every conversion that occurs between any two maps.
    classes
        Class codes and strata that occur.
    ecosystems
        Ecosystem of each class code.
    register
        Coefficient rows.

    Returns
    -------
    soils, findings
        A finding of severity error for every conversion that would mix depths or editions.

    Raises
    ------
    CoefficientError
        If rows of several depths or editions answer equally well.

    """
    lands = _lands(
        {*classes, *((code, stratum) for *codes, stratum in conversions for code in codes)},
        ecosystems,
    )
    organic = _organic(lands, register)
    emitting = {key for key, soil in organic.items() if soil.carbon}
    mineral = {
        key: area
        for key, area in sorted(conversions.items())
        if not emitting & {(key[0], key[2]), (key[1], key[2])}
    }
    atlas = {
        depth: {key: soil_ways(register, land, depth_cm=depth) for key, land in lands.items()}
        for depth in soil_depths(register)
    }
    known = frozenset(key for found in atlas.values() for key, way in found.items() if way.found)
    depth = _chosen_depth(atlas, mineral, known)
    ways = atlas.get(depth, {})
    pairs: dict[Conversion, SoilPair] = {}
    findings: list[Finding] = []
    for conversion, area in mineral.items():
        pair = _pair(conversion, ways, known)
        if isinstance(pair, str):
            findings.append(_refusal(pair, conversion, area, ways, depth))
        else:
            pairs[conversion] = pair
    alone = {key: dissolved_alone(register, land) for key, land in lands.items()}
    soils = Soils(
        pairs=pairs,
        estimated=known,
        organic=organic,
        dissolved_alone={key: row for key, row in alone.items() if row is not None},
        depth_cm=depth,
    )
    return soils, findings


def organic_soils(
    classes: Iterable[tuple[str, str]],
    *,
    ecosystems: Mapping[str, Ecosystem],
    register: Register,
) -> Soils:
    """Return the organic soils alone, for runs without a soil transition.

    The arguments are those of :func:`resolve_soils`.
    """
    return Soils(organic=_organic(_lands(classes, ecosystems), register))


def conversion_areas(*tables: pd.DataFrame) -> dict[Conversion, float]:
    """Return the area (ha) of every conversion of land that both its dates classify.

    Parameters
    ----------
    tables
        Tables with ``code0, code1, stratum, area_mm2`` that show the same land, such as the
        activity and its history; of each conversion the table with the largest area counts.

    """
    largest: dict[Conversion, float] = {}
    for table in tables:
        sums: dict[Conversion, int] = {}
        rows = table[table["code1"].notna()]
        columns = (rows[name] for name in ("code0", "code1", "stratum", "area_mm2"))
        for before, after, stratum, area in zip(*columns, strict=True):
            if before != after and not {before, after} & set(UNCLASSIFIED):
                key = (str(before), str(after), str(stratum))
                sums[key] = sums.get(key, 0) + int(area)
        for key, total in sums.items():
            largest[key] = max(largest.get(key, 0.0), total / MM2_PER_HA)
    return largest


def _lands(
    classes: Iterable[tuple[str, str]], ecosystems: Mapping[str, Ecosystem]
) -> dict[tuple[str, str], Land]:
    """Return the land of every class and stratum, sorted."""
    return {
        (code, stratum): Land(code=code, ecosystem=ecosystems[code], stratum=stratum)
        for code, stratum in sorted(set(classes))
    }


def _organic(
    lands: Mapping[tuple[str, str], Land], register: Register
) -> dict[tuple[str, str], OrganicSoil]:
    """Return the organic soils among some land."""
    found = {key: organic_soil(register, land) for key, land in lands.items()}
    return {key: soil for key, soil in found.items() if soil is not None}


def _chosen_depth(
    atlas: Mapping[str, Mapping[tuple[str, str], Ways]],
    mineral: Mapping[Conversion, float],
    known: frozenset[tuple[str, str]],
) -> str:
    """Return the depth whose references speak of most land, else that with fewest refusals."""

    def rank(depth: str) -> tuple[float, float]:
        ways = atlas[depth]
        by_reference = sum(
            area
            for (before, after, stratum), area in mineral.items()
            if ways[before, stratum].speaks or ways[after, stratum].speaks
        )
        refused = sum(
            area
            for conversion, area in mineral.items()
            if isinstance(_pair(conversion, ways, known), str)
        )
        return -by_reference, refused

    return min(atlas, key=rank, default="")  # of equals the shallowest


def _pair(
    conversion: Conversion,
    ways: Mapping[tuple[str, str], Ways],
    known: frozenset[tuple[str, str]],
) -> SoilPair | str:
    """Return the soil carbon of both sides, or the code of the finding that refuses them.

    ``known`` holds the classes that have a soil carbon at any depth: one that has none is not
    estimated, one that has it at another depth alone cannot be compared.
    """
    before, after, stratum = conversion
    sides = [(code, stratum) for code in (before, after)]
    options = [ways.get(key, Ways()) for key in sides]
    if any(option.unfit for option in options):
        return "soil-factor-edition"
    if any(key in known and not option.found for key, option in zip(sides, options, strict=True)):
        return "soil-depth-edition"
    best = _best_pairs(*(option.found or (None,) for option in options))
    if not best:
        return "soil-depth-edition"
    return best[0] if len(best) == 1 else "soil-edition-several"


def _best_pairs(
    before: Sequence[SoilCarbon | None], after: Sequence[SoilCarbon | None]
) -> list[SoilPair]:
    """Return the pairs of one edition that rest on references on most sides."""
    ranked: dict[int, list[SoilPair]] = {}
    for b in before:
        for a in after:
            if b is None or a is None or b.agrees_with(a):
                references = sum(side is not None and side.by_reference for side in (b, a))
                ranked.setdefault(references, []).append(SoilPair(before=b, after=a))
    return ranked[max(ranked)] if ranked else []


def _refusal(
    code: str,
    conversion: Conversion,
    area: float,
    ways: Mapping[tuple[str, str], Ways],
    depth_cm: str,
) -> Finding:
    """Return the finding that refuses a conversion, with what stands on its sides."""
    before, after, stratum = conversion
    rows = {
        row.where: f"{row.where} ({row.parameter} {row.edition})".replace(" )", ")")
        for key in ((before, stratum), (after, stratum))
        for row in (
            *ways.get(key, Ways()).unfit,
            *(r for way in ways.get(key, Ways()).found for r in way.rows),
        )
    }
    return finding(
        "sinks",
        code,
        value=f"{before} > {after}",
        where=f"classes {before} > {after}, stratum {stratum}",
        area=f"{area:,.2f}",
        depth=depth_cm or "-",
        rows="; ".join(rows.values()) or "-",
    )
