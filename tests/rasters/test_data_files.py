"""Every packaged product: complete, consistent, and with the rows that results rest on."""

import tomllib

import pytest

from rasters.legend import load_product, product_ids

LAND_COVER = {
    "clcd": 9,
    "cnlucc": 27,
    "dynamic_world": 9,
    "esa_cci_lc": 37,
    "esa_worldcover": 11,
    "gbt21010": 72,
    "glc_fcs30d": 35,
    "globeland30": 10,
    "modis_igbp": 18,
}
NODATA = {
    "clcd": (0,),
    "cnlucc": (-9,),
    "dynamic_world": (255,),
    "esa_cci_biomass": (-32768,),
    "esa_cci_lc": (0,),
    "esa_worldcover": (0,),
    "gbt21010": (0,),
    "glc_fcs30d": (0, 250),
    "globeland30": (0, 255),
    "ipcc_climate": (0, 15),
    "modis_igbp": (255,),
    "modis_mod17a3": (32761, 32762, 32763, 32764, 32765, 32766, 32767),
    "soc_sanderman_2017": (-32767,),
    "soc_sanderman_2017_30": (-32767,),
    "soilgrids_ocs": (-32768,),
}
# One ecosystem may lie in several categories only where the definition of forest decides.
CATEGORY = {
    "forest": "Forest Land",
    "shrub": "Grassland",
    "grassland": "Grassland",
    "wetland": "Wetlands",
    "cropland": "Cropland",
    "settlement": "Settlements",
    "water": "Wetlands",
    "desert": "Other Land",
    "other": "Other Land",
}


def classes(product_id):
    return {c.code: c for c in load_product(product_id).classes}


def has_chinese(text):
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_the_packaged_products_are_those_of_the_contract():
    assert set(product_ids()) == set(NODATA)


@pytest.mark.parametrize("product_id", sorted(NODATA))
def test_a_packaged_product_is_complete(product_id):
    product = load_product(product_id)
    assert product.id == product_id == product.path.stem
    assert product.nodata == NODATA[product_id]
    assert product.licence
    assert product.citation
    assert product.confirmed
    assert product.name_en.isascii()
    assert has_chinese(product.name_zh)
    assert not product.unit_assumed
    assert (product.datum_note is None) == (product.crs is None) == (product.datum_note_zh is None)
    assert (product.not_for_change is None) == (product.not_for_change_zh is None)


@pytest.mark.parametrize("product_id", sorted(NODATA))
def test_a_packaged_file_is_tidy(product_id):
    text = load_product(product_id).path.read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert not [line for line in text.splitlines() if line != line.rstrip()]
    written = tomllib.loads(text)
    assert all(isinstance(c["code"], str) for c in written.get("classes", []))


@pytest.mark.parametrize("product_id", [*LAND_COVER, "ipcc_climate"])
def test_every_class_is_named_in_both_languages_and_says_how_far_it_is_confirmed(product_id):
    for land in load_product(product_id).classes:
        assert land.name_en.isascii()
        assert has_chinese(land.name_zh)
        assert land.confirmed.partition(":")[0] in {"seen", "partly", "unconfirmed"}


@pytest.mark.parametrize("product_id", LAND_COVER)
def test_every_land_class_has_an_ecosystem_its_category_and_a_colour(product_id):
    product = load_product(product_id)
    assert len(product.classes) == LAND_COVER[product_id]
    for land in product.classes:
        assert land.ipcc_category == CATEGORY[land.ecosystem]
        assert land.color
    assert {"forest", "grassland", "wetland", "cropland", "water", "desert"} <= {
        c.ecosystem for c in product.classes
    }


def test_both_codes_of_modis_water_are_water():
    legend = classes("modis_igbp")
    assert legend["0"].ecosystem == legend["17"].ecosystem == "water"
    assert {code for code, c in legend.items() if c.ecosystem == "grassland"} == {"9", "10"}
    assert legend["16"].ecosystem == "desert"


def test_modis_says_what_its_unknown_datum_is_taken_for():
    product = load_product("modis_igbp")
    assert product.crs == "EPSG:4326"
    assert "Clarke 1866" in product.datum_note
    assert "Clarke 1866" in product.datum_note_zh


def test_the_survey_has_eight_wetland_codes_with_water_apart():
    legend = classes("gbt21010")
    wetland = {code for code, c in legend.items() if c.ecosystem == "wetland"}
    assert wetland == {"0303", "0304", "0306", "0402", "0603", "1105", "1106", "1108"}
    water = {code for code, c in legend.items() if c.ecosystem == "water"}
    assert water == {"1101", "1102", "1103", "1104", "1107"}
    assert legend["0101"].value == 101
    assert [legend[code].value for code in ("05H1", "08H1", "08H2")] == [581, 881, 882]


def test_marsh_of_cnlucc_is_wetland_though_listed_as_unused():
    assert classes("cnlucc")["64"].ecosystem == "wetland"


def test_sparse_vegetation_is_desert():
    assert {classes("glc_fcs30d")[code].ecosystem for code in ("150", "152", "153")} == {"desert"}
    assert classes("esa_worldcover")["60"].ecosystem == "desert"


def test_swamp_forest_is_wetland_and_not_forest():
    assert classes("glc_fcs30d")["181"].ecosystem == "wetland"
    assert classes("gbt21010")["0304"].ecosystem == "wetland"


def test_dynamic_world_counts_zero_as_water():
    assert classes("dynamic_world")["0"].ecosystem == "water"


def test_cci_biomass_is_dry_matter_and_its_zero_is_a_value():
    product = load_product("esa_cci_biomass")
    assert product.unit == "Mg/ha dry matter"
    assert not product.unit.is_carbon
    assert 0 not in product.nodata
    assert product.valid_max == 10_000
    assert product.date_correlation == 0
    assert product.relative_error is None


@pytest.mark.parametrize(
    ("product_id", "unit", "depth"),
    [
        ("soilgrids_ocs", "t C/ha", "0-30"),
        ("soc_sanderman_2017", "Mg C/ha", "0-100"),
        ("soc_sanderman_2017_30", "Mg C/ha", "0-30"),
    ],
)
def test_soil_maps_state_their_depth_and_tonnes_of_carbon(product_id, unit, depth):
    product = load_product(product_id)
    assert (product.unit, product.scale, product.depth_cm) == (unit, 1, depth)
    assert product.unit.is_carbon
    assert product.unit.t_per_ha == 1


def test_modis_production_is_carbon_a_year_in_ten_thousandths_of_a_kilogram():
    product = load_product("modis_mod17a3")
    assert (product.kind, product.unit, product.scale) == ("npp", "kg C/m2/yr", 0.0001)
    assert product.unit.is_carbon
    assert product.unit.is_flow
    assert product.unit.t_per_ha == 10  # a pixel of 1045 is 0.1045 kg C/m2/yr = 1.045 t C/ha/yr
    assert product.valid_max == 32_700


def test_climate_zones_are_twelve_and_none_is_called_confirmed():
    legend = classes("ipcc_climate")
    assert list(legend) == [str(code) for code in range(1, 13)]
    assert legend["4"].subtype == "cool_temperate_dry"
    assert {c.confirmed.partition(":")[0] for c in legend.values()} == {"unconfirmed"}
