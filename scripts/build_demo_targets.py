"""Derive the target areas of the demonstration landscape: league x ecosystem, in hectares.

A league with a published land survey takes it. Every other area is derived from the class
shares of MODIS MCD12C1 2019 (sinks/data/demo/modis_2019_shares.csv: ellipsoidal area of each
IGBP class over the packaged polygon, with exact edges) and scaled to a total of the region
where one is published. Grassland is what remains of the polygon, or desert where the survey
names the grassland. Each row of the result says which of this was done.

    python -m scripts.build_demo_targets

Source: sinks/data/regions/inner_mongolia/survey_areas.csv (land surveys); eighth forest
inventory of Inner Mongolia (2018), tree-covered forest land 26343.30 x 10^4 mu; Huang et al.
2016, doi:10.17521/cjpe.2015.1088, section 2.3 (shares of forest carbon); MCD12C1 version 006,
doi:10.5067/MODIS/MCD12C1.006.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pyproj
import shapely

from sinks.regions import load_region

_DATA = Path(__file__).parents[1] / "sinks" / "data"
_TREES_HA = 26343.30e4 / 15  # eighth inventory, 2018; 15 mu to the hectare
_MODIS = "MODIS MCD12C1 v006, 2019, IGBP majority class at 0.05 degrees"
_INVENTORY = "eighth forest inventory of Inner Mongolia (2018): tree area 26343.30 x 10^4 mu"
_HUANG = "Huang et al. 2016, doi:10.17521/cjpe.2015.1088, sect. 2.3"
_SURVEY_2019 = "内蒙古自治区第三次国土调查主要数据公报"
_WOODY, _GRASS = (1, 2, 3, 4, 5, 8, 9), (10,)
_AS_MAPPED = {"shrub": (6, 7), "cropland": (12, 14), "settlement": (13,), "water": (0,),
              "desert": (16,)}  # fmt: skip
_HINGGAN, _BAOTOU, _KUNDULUN, _BAYANNUR, _HULUNBUIR = (
    "152200",
    "150200",
    "150203",
    "150800",
    "150700",
)
_CARBON_SHARES = {"150400": 4.8, "150500": 3.3, "152500": 1.7}  # %, Huang 2016
_CARBON_SHARE_REST = 1.8  # %, the leagues not named there, together
_ORDER = ("forest", "shrub", "grassland", "wetland", "cropland", "settlement", "water", "desert")

Row = tuple[float, str, str, str]  # ha, basis, source, locator


def main() -> None:
    """Write targets.csv."""
    polygons = _league_areas()
    surveys = _surveys()
    modis = _modis(polygons)
    targets: dict[tuple[str, str], Row] = {}
    _survey_leagues(targets, surveys)
    for league in polygons:
        for ecosystem, classes in _AS_MAPPED.items():
            area = sum(modis[league, value] for value in classes)
            if league not in (_HINGGAN, _BAOTOU) and (area or ecosystem == "desert"):
                names = ", ".join(map(str, classes))
                targets[league, ecosystem] = (area, "derived", _MODIS, f"class {names} as mapped")
    cropland = surveys[_BAYANNUR, "耕地", ""]
    targets[_BAYANNUR, "cropland"] = (cropland[0], "survey", cropland[1], cropland[2])
    others = [league for league in polygons if league not in (_HINGGAN, _BAOTOU)]
    _forest(targets, others, modis)
    _wetland(targets, others, modis, surveys)
    for league, area in polygons.items():
        held = sum(row[0] for (zone, _), row in targets.items() if zone == league)
        rest = "desert" if league in (_HINGGAN, _BAOTOU) else "grassland"
        words = (
            "the polygon less the classes of the survey"
            if rest == "desert"
            else (
                "the polygon less the other targets: MODIS class 10 less the land that the scaling "
                "of forest and wetland takes"
            )
        )
        source = "packaged polygon" if rest == "desert" else _MODIS
        targets[league, rest] = (area - held, "derived", source, words)
    _write(targets, polygons)


def _survey_leagues(
    targets: dict[tuple[str, str], Row], surveys: dict[tuple[str, str, str], Row]
) -> None:
    """Fill the two leagues whose survey names all classes but the unlisted other land."""
    for league in (_HINGGAN, _BAOTOU):
        source, locator = surveys[league, "林地", ""][1:3]
        get = lambda name, part="", zone=league: surveys[zone, name, part][0]  # noqa: E731
        woods = get("林地")
        if league == _HINGGAN:
            shrub, how = get("林地", "灌木林地"), "乔木林地 + 其他林地"
        else:
            local = [get("林地", part, _KUNDULUN) for part in ("灌木林地", "")]
            shrub = woods * local[0] / local[1]
            how = "林地 split into trees and shrub as in 昆都仑区 2019"
        basis = "survey" if league == _HINGGAN else "derived"
        targets[league, "forest"] = (woods - shrub, basis, source, f"{how}; {locator}")
        targets[league, "shrub"] = (shrub, basis, source, f"灌木林地; {locator}")
        sums = {
            "grassland": ("草地",),
            "wetland": ("湿地",),
            "cropland": ("耕地", "园地"),
            "settlement": ("城镇村及工矿用地", "交通运输用地"),
            "water": ("水域及水利设施用地",),
        }
        for ecosystem, names in sums.items():
            area = sum(get(name) for name in names)
            targets[league, ecosystem] = (area, "survey", source, f"{' + '.join(names)}; {locator}")


def _forest(
    targets: dict[tuple[str, str], Row], others: list[str], modis: dict[tuple[str, int], float]
) -> None:
    """Fill tree-covered land so that the leagues add to the inventory of the region.

    MODIS sees forest as the majority of a 5 km cell in Hulunbuir only (132,800 km2 with
    savannas; published there: above 130,000). What is left of the inventory total stands in
    stands smaller than a cell: the published shares of forest carbon divide it.
    """
    rest = _TREES_HA - sum(
        row[0] for (_, ecosystem), row in targets.items() if ecosystem == "forest"
    )
    hulunbuir = sum(modis[_HULUNBUIR, value] for value in _WOODY)
    how = "classes 1-5, 8 and 9 as mapped; press of 2020: over 130,000 km2"
    targets[_HULUNBUIR, "forest"] = (hulunbuir, "derived", _MODIS, how)
    rest -= hulunbuir
    small = [zone for zone in others if zone != _HULUNBUIR and zone not in _CARBON_SHARES]
    grass = sum(modis[zone, 10] for zone in small)
    shares = dict(_CARBON_SHARES)
    shares |= {zone: _CARBON_SHARE_REST * modis[zone, 10] / grass for zone in small}
    for zone, share in shares.items():
        how = f"rest of the inventory total by shares of forest carbon ({share:.3f} of 11.6)"
        if zone in small:
            how += ", unnamed leagues by MODIS class 10"
        targets[zone, "forest"] = (rest * share / 11.6, "derived", f"{_INVENTORY}; {_HUANG}", how)


def _wetland(
    targets: dict[tuple[str, str], Row],
    others: list[str],
    modis: dict[tuple[str, int], float],
    surveys: dict[tuple[str, str, str], Row],
) -> None:
    """Fill wetland so that the leagues add to the land survey of the region, 3,809,400 ha.

    MODIS knows 277 km2 of wetland, too few to scale. Wooded swamps are divided like the woody
    classes, marshy grassland, marsh and inland flats like the grassland.
    """
    wooded = sum(surveys["150000", "湿地", part][0] for part in ("森林沼泽", "灌丛沼泽"))
    wooded -= sum(surveys[_HINGGAN, "湿地", part][0] for part in ("森林沼泽", "灌丛沼泽"))
    known = sum(targets[zone, "wetland"][0] for zone in (_HINGGAN, _BAOTOU))
    open_ = surveys["150000", "湿地", ""][0] - known - wooded
    woody = {zone: sum(modis[zone, value] for value in _WOODY) for zone in others}
    grass = {zone: modis[zone, 10] for zone in others}
    for zone in others:
        swamp = wooded * woody[zone] / sum(woody.values())
        marsh = open_ * grass[zone] / sum(grass.values())
        how = (f"regional total less 兴安 and 包头; wooded swamps by woody classes {swamp:.0f}, "
               f"others by class 10 {marsh:.0f}")  # fmt: skip
        targets[zone, "wetland"] = (swamp + marsh, "derived", f"{_SURVEY_2019}; {_MODIS}", how)


def _league_areas() -> dict[str, float]:
    """Return the geodesic area of each league in ha."""
    region = load_region("inner_mongolia")
    zones = region.finest_zones()
    league = region.ancestors()["league"]
    geod = pyproj.Geod(ellps="WGS84")
    areas: dict[str, float] = defaultdict(float)
    for code, polygon in zip(zones.codes, shapely.orient_polygons(zones.geometry), strict=True):
        areas[league[code]] += geod.geometry_area_perimeter(polygon)[0] / 1e4
    return dict(sorted(areas.items()))


def _surveys() -> dict[tuple[str, str, str], Row]:
    """Return the published areas by zone, class and part; of several years the first."""
    found: dict[tuple[str, str, str], Row] = {}
    path = _DATA / "regions" / "inner_mongolia" / "survey_areas.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = (row["zone_code"], row["class"], row["part"])
            value = (float(row["area_ha"]), row["source"], row["locator"], row["year"])
            found.setdefault(key, value)
    return found


def _modis(polygons: dict[str, float]) -> dict[tuple[str, int], float]:
    """Return the area in ha of each IGBP class of each league."""
    areas: dict[tuple[str, int], float] = defaultdict(float)
    path = _DATA / "demo" / "modis_2019_shares.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            zone = row["zone_code"]
            areas[zone, int(row["value"])] = float(row["share"]) * polygons[zone]
    return areas


def _write(targets: dict[tuple[str, str], Row], polygons: dict[str, float]) -> None:
    """Write the table and print its sums."""
    path = _DATA / "demo" / "targets.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("zone_code", "ecosystem", "area_ha", "basis", "source", "locator"))
        for zone in polygons:
            for ecosystem in _ORDER:
                if (zone, ecosystem) in targets and targets[zone, ecosystem][0] > 0:
                    area, basis, source, locator = targets[zone, ecosystem]
                    out.writerow((zone, ecosystem, round(area), basis, source, locator))
    for ecosystem in _ORDER:
        total = sum(row[0] for (_, name), row in targets.items() if name == ecosystem)
        print(f"{ecosystem:<10} {total:>14,.0f} ha")


if __name__ == "__main__":
    main()
