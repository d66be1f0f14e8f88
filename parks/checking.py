"""What is wrong, doubtful or contradictory in a registry of parks, all of it at once.

Only the registry itself is looked at: how it was read has its own findings. Contradicting facts
are shown side by side and never settled here.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING

import pyproj
import shapely

from rasters.findings import finding
from sinks.categories import Confidence

from .location import TOLERANCE_M, locate, metres
from .parameters import fold, parameters

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shapely.geometry.base import BaseGeometry

    from rasters.findings import Finding
    from sinks.regions import Region

    from .location import Place
    from .park import Fact, Park

__all__ = ["check_parks"]

_SAME_PLACE_M = 50.0  # RELIABILITY row 93
_NEAR_DEGREES = 0.01  # wide enough for 50 m at any latitude of China
_OVERLAP_SHARE = 0.01  # of the smaller polygon: less is the width of a shared border
_MOSTLY_INSIDE = 0.98  # of a polygon: slivers below 1 % in two zones are not told
_HOURS_TOLERANCE = Decimal("0.1")  # of the generation stated: DC and AC ratings differ more
_PARTS_TOLERANCE = Decimal("1e-9")  # of the whole: rounding of what was converted
_GEOD = pyproj.Geod(ellps="WGS84")
_GENERATION = {
    "wind_generation": ("wind_capacity", "wind_hours"),
    "pv_generation": ("pv_capacity", "pv_hours"),
}


def check_parks(
    parks: Sequence[Park], region: Region | None = None, *, tolerance_m: float = TOLERANCE_M
) -> list[Finding]:
    """List every finding about a registry.

    Parameters
    ----------
    parks
        The registry.
    region
        Region whose zones the parks are held against; None leaves the zones unchecked.
    tolerance_m
        Distance, m, within which a park still lies in its stated zone.

    Returns
    -------
    list of Finding
        By park: facts, places, zones; then pairs of parks.

    """
    found = [f for park in parks for f in (*_check_facts(park), *_check_place(park))]
    if region is not None:
        found += _check_codes(parks, region)
        by_id = {park.park_id: park for park in parks}
        for place in locate(parks, region, tolerance_m=tolerance_m):
            found += _check_zones(by_id[place.park_id], place, region)
    return [*found, *_check_ids(parks), *_check_names(parks), *_check_pairs(parks)]


def _find(code: str, value: object, where: object, **words: object) -> Finding:
    return finding("parks", code, value=value, where=where, **words)


def _check_facts(park: Park) -> Iterator[Finding]:
    """Find facts that cannot be, that have no source, and that contradict each other."""
    for fact in park.facts:
        where = f"{park.park_id}, {fact.parameter}"
        parameter = parameters().get(fact.parameter)
        if parameter is None:
            yield _find("parks-parameter-unknown", fact.parameter, where)
            continue
        if fact.unit != parameter.unit:
            yield _find("parks-fact-unit", fact.unit, where, unit=parameter.unit)
        if fact.value is not None:
            words = {"parameter": parameter.name_zh, "read": f"{fact.value:f}"}
            if fact.confidence is Confidence.MISSING:
                yield _find("parks-confidence-missing", fact.value, where)
            if parameter.is_event:
                yield _find("parks-event-value", fact.value, where)
            elif parameter.is_share and not 0 <= fact.value <= 1:
                yield _find("parks-share-range", fact.value, where, **words)
            elif fact.value < 0:
                yield _find("parks-negative", fact.value, where, **words)
        if not fact.source and (fact.value is not None or parameter.is_event):
            yield _find("parks-source-missing", fact.parameter, where)
    yield from _conflicts(park)
    yield from _sums(park)


def _conflicts(park: Park) -> Iterator[Finding]:
    """Find facts that state one quantity of one date and status with two values."""
    for one, other in combinations(park.facts, 2):
        same = one.parameter == other.parameter and one.status == other.status
        dated = one.date == other.date or not one.date or not other.date
        if same and dated and None not in (one.value, other.value) and one.value != other.value:
            value = f"{_said(one)} / {_said(other)}"
            yield _find("parks-facts-conflict", value, f"{park.park_id}, {one.parameter}")


def _said(fact: Fact) -> str:
    """Return a fact as its source says it, for a message."""
    date = f", {fact.source_date}" if fact.source_date else ""
    return f"{fact.value:f} {fact.unit} ({fact.source}{date})"


def _sums(park: Park) -> Iterator[Finding]:
    """Find parts above their whole, and generation that capacity and hours do not give."""
    groups: dict[tuple[str, ...], dict[str, Decimal]] = defaultdict(dict)
    for fact in park.facts:
        if fact.value is not None:
            group: tuple[str, ...] = (
                str(fact.status),
                fact.date,
                fact.source,
                fact.source_date,
                fact.locator,
            )
            groups[group].setdefault(fact.parameter, fact.value)
    for said, values in groups.items():
        where = f"{park.park_id}, {said[2] or said[0]}"
        yield from _parts(values, where)
        for generation, (capacity, hours) in _GENERATION.items():
            if not {generation, capacity, hours} <= set(values):
                continue
            stated, computed = values[generation], values[capacity] * values[hours]
            if abs(computed - stated) > _HOURS_TOLERANCE * stated:
                words = {"computed": f"{computed:f}", "parameter": generation}
                yield _find("parks-hours-conflict", f"{stated:f}", where, **words)


def _parts(values: dict[str, Decimal], where: str) -> Iterator[Finding]:
    """Find parts of one source that add up to more than the whole it states."""
    for whole in sorted({p.part_of for p in parameters().values() if p.part_of} & set(values)):
        names = [p.id for p in parameters().values() if p.part_of == whole]
        parts = sum((values[name] for name in names if name in values), Decimal(0))
        if parts > values[whole] * (1 + _PARTS_TOLERANCE):
            words = {"whole": f"{values[whole]:f}", "parameter": parameters()[whole].name_zh}
            yield _find("parks-parts-exceed", f"{parts:f}", where, **words)


def _check_place(park: Park) -> Iterator[Finding]:
    """Say where there are no coordinates, or none that were checked."""
    if park.geometry is None:
        yield _find("parks-location-missing", park.name_zh, park.park_id)
    elif not park.location_confidence.usable_officially:
        yield _find("parks-location-unverified", _point_text(park.geometry), park.park_id)


def _check_codes(parks: Sequence[Park], region: Region) -> Iterator[Finding]:
    """Find stated zones that the region does not have, or that do not lie in each other."""
    parents = dict(zip(region.zones["code"], region.zones["parent"], strict=True))
    for park in parks:
        for code in (park.league_code, park.banner_code):
            if code and code not in parents:
                yield _find("parks-zone-unknown", code, park.park_id, codes="")
        league = parents.get(park.banner_code)
        if park.banner_code and park.league_code and league not in (None, park.league_code):
            words = {"league": park.league_code}
            yield _find("parks-zone-parent", park.banner_code, park.park_id, **words)


def _check_zones(park: Park, place: Place, region: Region) -> Iterator[Finding]:
    """Hold the zones that are stated against those that the coordinates lie in."""
    firm = park.location_confidence.usable_officially
    end = "" if firm else "-unverified"
    if not place.zones:
        value = _point_text(park.geometry) if park.geometry is not None else ""
        yield _find(f"parks-location-outside{end}", value, park.park_id, region=region.name_zh)
        return
    names = dict(zip(region.zones["code"], region.zones["name_zh"], strict=True))
    stated = (park.league_code, park.banner_code)
    for level, code in zip(region.levels[1:], stated, strict=False):
        lies = place.code(level.id)
        if code and code != lies:
            value = f"{code} {names.get(code, '')}".strip()
            words = {"lies": f"{lies} {names[lies]}", "level": level.name_zh}
            yield _find(f"parks-zone-differs{end}", value, park.park_id, **words)
    if park.geometry is not None and sum(place.shares.values()) < _MOSTLY_INSIDE:
        value = f"{1 - sum(place.shares.values()):.1%}"
        yield _find("parks-location-beyond", value, park.park_id, region=region.name_zh)
    if len(place.shares) > 1:
        parts = sorted(place.shares.items(), key=lambda part: -part[1])
        value = ", ".join(f"{names[code]} {share:.1%}" for code, share in parts)
        yield _find("parks-location-split", value, park.park_id)


def _check_ids(parks: Sequence[Park]) -> Iterator[Finding]:
    """Find ids that stand for two parks."""
    ids = [park.park_id for park in parks]
    for park_id in sorted({i for i in ids if ids.count(i) > 1}):
        yield _find("parks-id-repeated", park_id, park_id)


def _check_names(parks: Sequence[Park]) -> Iterator[Finding]:
    """Find names that two parks bear."""
    by_name: dict[str, list[Park]] = defaultdict(list)
    for park in parks:
        by_name[fold(park.name_zh)].append(park)
    for same in by_name.values():
        if len(same) > 1:
            where = ", ".join(park.park_id for park in same)
            yield _find("parks-duplicate-name", same[0].name_zh, where)


def _check_pairs(parks: Sequence[Park]) -> Iterator[Finding]:
    """Find parks that stand at one place."""
    placed = [(park, park.geometry) for park in parks if park.geometry is not None]
    tree = shapely.STRtree([shape for _, shape in placed])
    for i, (park, shape) in enumerate(placed):
        for j in sorted(tree.query(shapely.box(*shape.bounds).buffer(_NEAR_DEGREES))):
            if j <= i:
                continue
            other, its_shape = placed[j]
            distance = _distance(shape, its_shape)
            if distance is not None and distance < _SAME_PLACE_M:
                where = f"{park.park_id}, {other.park_id}"
                yield _find("parks-duplicate-place", f"{distance:.0f} m", where)


def _distance(one: BaseGeometry, other: BaseGeometry) -> float | None:
    """Return how far two parks are apart, m; None where two polygons only share a border."""
    if isinstance(one, shapely.Point) and isinstance(other, shapely.Point):
        return float(_GEOD.inv(one.x, one.y, other.x, other.y)[2])
    if "Point" in (one.geom_type, other.geom_type):
        latitude = one.centroid.y
        return float(metres(one, latitude).distance(metres(other, latitude)))
    common = one.intersection(other).area
    return 0.0 if common > _OVERLAP_SHARE * min(one.area, other.area) else None


def _point_text(shape: BaseGeometry) -> str:
    """Return where a geometry lies, for a message."""
    return f"{shape.centroid.x:.5f}, {shape.centroid.y:.5f}"
