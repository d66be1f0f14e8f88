"""What grows where in the demonstration landscape: cover, change, stand, soil.

The rules are invented and weighted by eye; they shape a picture that a reader of the map
recognises. The amounts are not: areas come from targets.csv, densities from the published
means in landscape.toml, and both are hit whatever the rules do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rasters.synthetic import Line, coarsen, fill, noise, proximity, take

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from rasters.synthetic import Canvas

    Field = NDArray[np.float32]
    Codes = NDArray[np.uint8]

_WIND = 0.09  # degrees that drawn lines wander to either side
_LARGEST_GAIN = 0.05  # of the class that gains, in a league: small classes keep near their target
_MEADOW, _TYPICAL = 0.72, 0.26  # of the field of rain: borders of the steppe types
_LARCH, _WHITE_BIRCH = 0.85, 0.55  # of the field of mountains: larch above, black birch below
_WEST, _EAST, _SOUTH = 105.0, 115.0, 45.0  # degrees: poplar oases, plantations, southern larch


@dataclass(frozen=True, slots=True, kw_only=True)
class Landscape:
    """A canvas with the fields that the rules read, each of shape (n,)."""

    canvas: Canvas
    rules: Mapping[str, Any]
    """Content of landscape.toml."""
    value_of: Mapping[str, int]
    """Pixel value of each ecosystem in the land-cover product."""
    near: Mapping[str, Field]
    """Nearness to each kind of drawn line: mountains, plains, deserts, rivers, ..."""
    broad: Field
    """Noise over tens of kilometres."""
    patches: Field
    """Noise over a few kilometres: stands, fields, burns."""


def draw_landscape(
    canvas: Canvas,
    rules: Mapping[str, Any],
    value_of: Mapping[str, int],
    rng: np.random.Generator,
) -> Landscape:
    """Compute the fields of drawn lines and noise that all layers share."""
    warp = (_wind(canvas, rng), _wind(canvas, rng))
    near = {
        kind: proximity(
            canvas,
            [Line(points=tuple(map(tuple, p)), width_km=w, weight=h) for _, w, h, *p in lines],
            warp=warp,
        )
        for kind, lines in rules["lines"].items()
    }
    return Landscape(
        canvas=canvas,
        rules=rules,
        value_of=value_of,
        near=near,
        broad=noise(canvas, rng, wavelengths=(1.6, 0.8, 0.4, 0.2)),
        patches=noise(canvas, rng, wavelengths=(0.16, 0.08, 0.04)),
    )


def suitability(land: Landscape, rng: np.random.Generator) -> dict[str, Field]:
    """Return how well each ecosystem suits each pixel, in the order in which they take land."""
    near = land.near
    # the zero line of smooth noise winds like the bottom of valleys
    valleys = 1 - np.abs(noise(land.canvas, rng, wavelengths=(0.7, 0.35, 0.18, 0.09, 0.045)))
    rough = noise(land.canvas, rng, wavelengths=(0.5, 0.25, 0.12, 0.06))
    grain = noise(land.canvas, rng, wavelengths=(0.05, 0.025, 0.0125))
    return {
        "water": 4 * near["lakes"] + 0.4 * near["rivers"] + 0.15 * valleys + 0.05 * grain,
        "settlement": 3 * near["cities"] + 0.2 * near["plains"] - 0.25 * grain,
        "wetland": 0.6 * valleys + 0.55 * near["rivers"] + 0.5 * near["lakes"]
        + 0.25 * near["mountains"] + 0.15 * grain,
        "cropland": 1.5 * near["plains"] - 0.22 * rough - 0.5 * near["mountains"] + 0.14 * grain,
        "forest": 1.7 * near["mountains"] + 0.26 * rough - 0.16 * grain,
        "shrub": 0.8 * near["mountains"] + 0.5 * near["deserts"] + 0.3 * rough + 0.15 * grain,
        "desert": 1.6 * near["deserts"] + 0.2 * rough - 0.4 * near["moist"] - 0.1 * grain,
    }  # fmt: skip


def first_cover(land: Landscape, scores: Mapping[str, Field], targets: pd.DataFrame) -> Codes:
    """Return the land cover of the first year; grassland is what the other classes leave.

    ``targets`` holds m2, one row per group of the canvas, one column per ecosystem.
    """
    wanted = {land.value_of[name]: targets[name].to_numpy() for name in scores}
    by_value = {land.value_of[name]: score for name, score in scores.items()}
    return fill(land.canvas, by_value, wanted, rest=land.value_of["grassland"])


def second_cover(
    land: Landscape, first: Codes, scores: Mapping[str, Field], rng: np.random.Generator
) -> Codes:
    """Return the land cover of the second year: patches change where the new class suits best."""
    second = first.copy()
    plain = np.zeros(len(first), dtype=np.float32)
    for rule in land.rules["changes"]:
        before, after = land.value_of[rule["from"]], land.value_of[rule["to"]]
        candidates = (first == before) & (second == before)
        # leagues differ by half to either side
        share = rule["share"] * (0.5 + rng.random(_groups(land.canvas)))
        wanted = np.minimum(
            _areas(land.canvas, candidates) * share,
            _areas(land.canvas, first == after) * _LARGEST_GAIN,
        )
        patches = noise(land.canvas, rng, wavelengths=(0.25, 0.12, 0.06))
        pull = scores.get(rule["to"], plain) - scores.get(rule["from"], plain)
        mine = take(land.canvas, patches + np.float32(0.8) * pull, candidates, wanted)
        second[mine] = after
    return second


def vegetation(land: Landscape, covers: tuple[Codes, Codes], types: Mapping[str, int]) -> Codes:
    """Return the value of the vegetation type of each pixel, 0 where its cover has none."""
    rain = land.near["moist"] + np.float32(0.08) * land.broad
    steppe = np.select(
        [rain > _MEADOW, rain > _TYPICAL],
        [types["meadow_steppe"], types["typical_steppe"]],
        types["desert_steppe"],
    )
    lon, lat = land.canvas.lonlat
    height = land.near["mountains"] + np.float32(0.08) * land.broad
    where = {
        "populus_euphratica": lon < _WEST,
        "": (lat < _SOUTH) & (lon < _EAST),  # plantations: the regional mean serves them
        "larix_principis_rupprechtii": lat < _SOUTH,
        "larix_gmelinii": height > _LARCH,
        "betula_platyphylla": height > _WHITE_BIRCH,
    }
    forest = np.select(
        list(where.values()),
        [types.get(name, 0) for name in where],
        types["betula_davurica"],
    )
    wooded, wet, grass = (
        (covers[0] == land.value_of[name]) | (covers[1] == land.value_of[name])
        for name in ("forest", "wetland", "grassland")
    )
    kinds = [forest, _wetland_types(land, wet, types), steppe]
    return np.select([wooded, wet, grass], kinds, 0).astype(np.uint8)


def _wetland_types(land: Landscape, wet: NDArray[np.bool_], types: Mapping[str, int]) -> Codes:
    """Return the type of each wetland pixel: the published shares, swamps in the mountains."""
    kinds = np.zeros(len(wet), dtype=np.uint8)
    at = np.flatnonzero(wet)
    uphill = at[np.argsort(-land.near["mountains"][at], kind="stable")]
    share = np.cumsum(land.canvas.area_m2[uphill]) / land.canvas.area_m2[at].sum()
    below = 0.0
    for name, part in land.rules["wetland_shares"].items():
        kinds[uphill[(share > below) & (share <= below + part)]] = types[name]
        below += part
    return kinds


def biomass(
    land: Landscape,
    covers: tuple[Codes, Codes],
    factor: Field,
    *,
    years: int,
    rng: np.random.Generator,
) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Return above-ground biomass of both dates, Mg/ha; 0 is land without trees.

    Stands grow in the ``years`` between, burnt patches lose most of theirs, and new forest is
    young. ``factor`` (n,) is the stand of a vegetation type against the mean of the forest.
    """
    rules, canvas = land.rules["biomass"], land.canvas
    wooded = [cover == land.value_of["forest"] for cover in covers]
    wave = 1 + np.float32(rules["spread"]) * (0.8 * land.broad + 0.6 * land.patches)
    stand = np.maximum(factor * wave, np.float32(0.05))
    mean = np.average(stand[wooded[0]], weights=canvas.area_m2[wooded[0]])
    before = np.clip(stand * (rules["mean"] / mean), rules["least"], rules["most"])
    after = before + years * rules["growth_per_year"] * (1 + 0.2 * land.broad)
    both = wooded[0] & wooded[1]
    burns = noise(canvas, rng, wavelengths=(0.3, 0.15, 0.07))
    burnt = take(canvas, burns, both, _areas(canvas, both) * rules["disturbed_share"])
    after = np.where(burnt, before * (1 - rules["disturbed_loss"]), after)
    after = np.where(wooded[0], after, rules["new_forest"])
    # one draw for both dates: rounding to whole units then keeps the mean growth
    draw = rng.random(len(burns), dtype=np.float32)
    first, second = (
        np.where(there, np.floor(value + draw), 0).astype(np.int16)
        for there, value in zip(wooded, (before, after), strict=True)
    )
    return first, second


def soil(land: Landscape, cover: Codes, factor: Field) -> NDArray[np.float64]:
    """Return soil carbon, t C/ha, on the coarser grid; NaN where there is only water.

    ``factor`` (n,) is the soil of a vegetation type against the mean of its ecosystem; that
    mean, over each ecosystem, is the one in the rules.
    """
    rules = land.rules["soil"]
    wave = 1 + np.float32(rules["spread"]) * land.broad
    density = factor * np.maximum(wave, np.float32(0.2))
    for ecosystem, value in land.value_of.items():
        here = cover == value
        if ecosystem in rules and here.any():
            mean = np.average(density[here], weights=land.canvas.area_m2[here])
            density[here] *= np.float32(rules[ecosystem] / mean)
    dry = cover != land.value_of["water"]
    return coarsen(land.canvas, density, dry, land.rules["soil_factor"])


def type_factor(land: Landscape, types: Mapping[str, int], strata: Codes, of: str) -> Field:
    """Return the factor ``of`` (biomass or soil) of each pixel's type, 1 where it has none."""
    table = np.ones(256, dtype=np.float32)
    for name, value in types.items():
        table[value] = land.rules["strata"][name].get(of, 1.0)
    return table[strata]


def _wind(canvas: Canvas, rng: np.random.Generator) -> Field:
    """Return degrees by which drawn lines wander."""
    return np.float32(_WIND) * noise(canvas, rng, wavelengths=(0.6, 0.3, 0.15, 0.08))


def _groups(canvas: Canvas) -> int:
    """Return the number of groups of a canvas."""
    return int(canvas.group.max()) + 1


def _areas(canvas: Canvas, here: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the area (groups,) in m2 of the pixels ``here``, without the margin."""
    counted = here & canvas.inside
    weights = canvas.area_m2[counted]
    groups = canvas.group[counted]
    return np.bincount(groups, weights=weights, minlength=_groups(canvas)).astype(np.float64)
