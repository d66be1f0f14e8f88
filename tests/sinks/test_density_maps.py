"""Maps of the density: what the pixels add up to is what the inventory says."""

import numpy as np
import pytest
import rasterio
from accounting_factory import density
from tiny_inputs import COVER, PRODUCTS, TABLE, ZONES, hectares, write_tiny

from sinks.counting import count_activity
from sinks.densities import resolve
from sinks.density_maps import write_density_maps
from sinks.inventory import year_sides
from sinks.prepare import prepare
from sinks.stocks import SOIL_FACTOR, biomass_factor, stock_terms
from sinks.uncertainty import Atoms, Factor

FRACTION = "F,,,,0.5,t C/t d.m.,0.5,0.5,a test,,verified,carbon_fraction,"
HEADING = (
    "code,ecosystem,stratum,pool,value,unit,low,high,source,locator,confidence,parameter,"
    "depth_cm,class_from,class_to"
)
LADDER = [
    *(f"{line},," for line in (FRACTION, *TABLE)),
    "F,,,bgb,0.4,t BGB/t AGB,0.4,0.4,a test,,verified,root_shoot,,0,75",
    "F,,,bgb,0.2,t BGB/t AGB,0.2,0.2,a test,,verified,root_shoot,,75,",
]
STAND = """
75 76 10 20 30 40
-1 10 10 20 30 40
75 90 10 20 30 40
-1 75 10 20 30 40
"""
LATER = """
80 76 10 20 30 40
20 10 10 20 30 40
75 90 10 20 30 40
-1 60 10 20 30 40
"""
GROUND = "100 110 120 130 140 150\n" * 4


@pytest.fixture
def maps(tmp_path):
    """Return a function from tiny inputs to (maps by name, tags by name, stock by year, progress).

    The stock is the sum of the terms of a year, t C: what every table of the run stands on.
    """

    def make(**inputs):
        prepared = prepare(write_tiny(tmp_path, **inputs))
        counted = count_activity(prepared)
        config, ecosystems = prepared.config, prepared.ecosystems
        sides = list(year_sides(counted.activity, counted.scales))
        classes = {
            key
            for _, side in sides
            for key in zip(side.code[side.classified], side.stratum[side.classified], strict=True)
        }
        densities, findings = resolve(
            dict.fromkeys(classes, 1.0), ecosystems=ecosystems, register=prepared.register,
            estimated=config.methods, edges=prepared.edges,
            biomass=config.biomass.ecosystems if config.biomass else (),
            soil_map_depth=prepared.products["soil"].depth_cm if config.soil else None,
        )  # fmt: skip
        assert findings == []
        factors = {r.key: Factor(key=r.key, value=r.value, low=r.value, high=r.value)
                   for r in densities.rows()}  # fmt: skip
        for key in (SOIL_FACTOR, *map(biomass_factor, config.inventory.years)):
            factors[key] = Factor(key=key, value=1.0, low=1.0, high=1.0)
        stock = {}
        for _, side in sides:
            atoms = Atoms(factors=factors, area_half_width=0.0)
            terms = stock_terms(side, densities=densities, ecosystems=ecosystems, atoms=atoms)
            stock[side.year] = float((terms["amount"] * atoms.central()[terms["atom"]]).sum())
        told = []
        folder = tmp_path / "maps"
        folder.mkdir(exist_ok=True)
        write_density_maps(
            folder, prepared=prepared, counted=counted, densities=densities,
            tags={"STATUS": "trial"}, workers=None,
            on_progress=lambda *step: told.append(step),
        )  # fmt: skip
        data, tags = {}, {}
        for path in sorted(folder.iterdir()):
            with rasterio.open(path, driver="GTiff") as dataset:
                data[path.stem], tags[path.stem] = dataset.read(1), dataset.tags()
        return data, tags, stock, told

    return make


def carbon(block):
    """Return what a map holds in t C, blank pixels as nothing."""
    return sum(
        hectares(1, [row]) * value
        for row, line in enumerate(block.tolist())
        for value in line
        if not np.isnan(value)
    )


def test_a_map_of_table_densities_adds_up_to_the_stock(maps):
    data, tags, stock, told = maps()
    assert set(data) == {"density_2020", "density_2023", "density_change"}
    assert carbon(data["density_2020"]) == pytest.approx(stock[2020], rel=1e-6)
    assert data["density_2020"][0].tolist() == [160, 160, 103, 103, 100, 100]
    assert np.isnan(data["density_2020"][2, 5])
    assert tags["density_2020"]["UNIT"] == "t C/ha"
    assert tags["density_2020"]["YEAR"] == "2020"
    assert tags["density_2020"]["STATUS"] == "trial"
    assert told == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(("unit", "factor"), [("Mg/ha dry matter", 1), ("g/m2 dry matter", 100)])
def test_a_map_of_pixels_adds_up_to_the_stock_in_any_unit(maps, unit, factor):
    """Pixels on the edge of a root:shoot class, pixels without biomass, and soil pixels."""
    drawings = [
        "\n".join(
            " ".join(str(int(n) * factor if int(n) > 0 else -1) for n in line.split())
            for line in text.strip().split("\n")
        )
        for text in (STAND, LATER)
    ]
    data, _, stock, _ = maps(
        biomass=drawings, soil=GROUND, table=LADDER, heading=HEADING,
        products={"agb": PRODUCTS["agb"].replace("Mg/ha dry matter", unit)},
    )  # fmt: skip
    for year in (2020, 2023):
        assert carbon(data[f"density_{year}"]) == pytest.approx(stock[year], rel=1e-6)
    # 75 t d.m./ha is in the class that it closes: (75 x 0.5) x 1.4 and 100 t C/ha of soil
    assert data["density_2020"][0, 0] == pytest.approx(75 * 0.5 * 1.4 + 100)
    assert data["density_2020"][0, 1] == pytest.approx(76 * 0.5 * 1.2 + 110)
    # without biomass pixel the table row of 60 t C/ha
    assert data["density_2020"][1, 0] == pytest.approx(60 + 100)


def test_soil_in_another_unit_is_told_in_tonnes_per_hectare(maps):
    products = {"soil": PRODUCTS["soil"].replace("t C/ha", "kg C/m2")}
    data, _, stock, _ = maps(soil="10 11 12 13 14 15\n" * 4, products=products)
    assert data["density_2020"][0, 0] == pytest.approx(60 + 100)
    assert carbon(data["density_2020"]) == pytest.approx(stock[2020], rel=1e-6)


def test_a_change_is_living_carbon_only_for_one_soil_map_has_none(maps):
    data, tags, _, _ = maps(biomass=(STAND, LATER), soil=GROUND, table=LADDER, heading=HEADING)
    change = data["density_change"]
    assert change[0, 0] == pytest.approx(80 * 0.5 * 1.2 - 75 * 0.5 * 1.4)
    assert change[0, 2:].tolist() == [0, 0, 0, 0]
    # the raster has no value in 2020 and 20 t d.m./ha in 2023
    assert change[1, 0] == pytest.approx(20 * 0.5 * 1.4 - 60)
    assert np.isnan(change[2, 5])
    assert tags["density_change"]["YEAR"] == "2020-2023"
    assert tags["density_change"]["POOLS"] == "agb+bgb+dead_wood+litter"


def test_a_class_that_nothing_is_estimated_of_is_blank_and_not_zero(maps):
    table = [*TABLE[:2], *TABLE[3:5]]
    methods = {"methods": {"cropland": None}}
    data, _, stock, _ = maps(table=table, config=methods)
    assert np.isnan(data["density_2020"][0, 4])
    assert data["density_2020"][0, 0] == 160
    assert np.isnan(data["density_change"][0, 4])
    assert carbon(data["density_2020"]) == pytest.approx(stock[2020], rel=1e-6)


def test_a_stated_zero_is_zero_and_not_blank(maps):
    data, _, _, _ = maps(table=[*TABLE[:5], density("C", "soil", 0, depth="0-100")])
    assert data["density_2020"][0, 4] == 0


def test_land_outside_of_the_zones_is_blank(maps):
    data, _, stock, _ = maps(zones=ZONES[:1])
    assert np.isnan(data["density_2020"][:, 3:]).all()
    assert carbon(data["density_2020"]) == pytest.approx(stock[2020], rel=1e-6)


def test_strata_are_laid_out_with_their_own_densities(maps):
    warm = "F,,warm,agb,70,t C/ha,70,70,a test,,verified,density,"
    data, _, stock, _ = maps(strata="1 2 1 2 0 0\n" * 4, table=[warm, *TABLE])
    assert data["density_2020"][0].tolist() == [170, 160, 103, 103, 100, 100]
    assert carbon(data["density_2020"]) == pytest.approx(stock[2020], rel=1e-6)


def test_one_year_has_no_change(maps):
    config = {
        "inventory": {"years": [2020]},
        "land_cover": {"files": {"2023": None}},
    }
    data, _, _, told = maps(covers=(COVER,), config=config)
    assert set(data) == {"density_2020"}
    assert told == [(1, 1)]
