"""From rasters to the activity table: what is counted, in which unit, and where."""

import numpy as np
import pytest
from affine import Affine
from tiny_inputs import (
    COVER,
    GRID,
    PRODUCTS,
    TABLE,
    hectares,
    merged,
    pixels,
    square,
    write_raster,
    write_tiny,
)

from rasters import RefusedError
from sinks.counting import check_layers, count_activity
from sinks.prepare import prepare
from sinks.stocks import side_of
from sinks.units import MM2_PER_HA

FRACTION = "F,,,,0.5,t C/t d.m.,0.5,0.5,a test,,verified,carbon_fraction,"
EDGE_HEAD = (
    "code,ecosystem,stratum,pool,value,unit,low,high,source,locator,confidence,parameter,"
    "depth_cm,class_from,class_to"
)
LADDER = [
    *(f"{line},," for line in (FRACTION, *TABLE)),
    "F,,,bgb,0.39,t BGB/t AGB,0.39,0.39,a test,,verified,root_shoot,,0,75",
    "F,,,bgb,0.24,t BGB/t AGB,0.24,0.24,a test,,verified,root_shoot,,75,",
]
FOREST = "1 1 1 1 1 1\n" * 4


def counted(folder, **inputs):
    prepared = prepare(write_tiny(folder, **inputs))
    return count_activity(prepared), prepared


def test_a_class_of_a_zone_has_the_area_of_its_pixels(tmp_path):
    result, _ = counted(tmp_path)
    table = result.activity
    east = table[table["zone_code"].eq("2") & table["code0"].eq("C")]
    assert list(east["code1"]) == ["C"]
    assert east["area_mm2"].iloc[0] / MM2_PER_HA == pytest.approx(hectares(2, [0, 1]), rel=1e-9)
    assert set(table["code0"]) == {"F", "G", "C", "nodata"}
    assert result.findings == []
    assert result.synthetic is False
    assert "gdal_raster" in result.versions


def test_polygons_are_measured_apart_from_the_grid(tmp_path):
    result, _ = counted(tmp_path)
    assert set(result.polygon_m2) == {"1", "2"}
    assert result.polygon_m2["1"] / 1e4 == pytest.approx(hectares(3), rel=1e-9)
    # the sum over the zones stands for the land as a whole; geodesic edges differ by 1e-8
    assert result.geodesic_m2["ALL"] == pytest.approx(
        result.geodesic_m2["1"] + result.geodesic_m2["2"], rel=1e-12
    )
    assert result.geodesic_m2["1"] == pytest.approx(result.polygon_m2["1"], rel=1e-6)


def test_land_beyond_the_raster_is_counted_as_outside(tmp_path):
    result, _ = counted(tmp_path, zones=[square("1", "a", 0, 8)])
    outside = result.activity[result.activity["code0"].eq("outside")]
    assert outside["area_mm2"].sum() / MM2_PER_HA == pytest.approx(hectares(2), rel=1e-9)


@pytest.mark.parametrize(
    ("unit", "scale", "pixel"),
    [("Mg/ha dry matter", 1, 40), ("kg/m2 dry matter", 1, 4), ("g/m2 dry matter", 0.5, 8000)],
)
def test_a_sum_is_in_tonnes_whatever_the_unit_of_the_raster(tmp_path, unit, scale, pixel):
    """Every forest pixel has 40 t d.m./ha."""
    text = PRODUCTS["agb"].replace("Mg/ha dry matter", unit) + f"scale = {scale}\n"
    drawing = f"{pixel} {pixel} {pixel} {pixel} {pixel} {pixel}\n" * 4
    result, _ = counted(
        tmp_path, covers=(FOREST, FOREST), biomass=(drawing, drawing),
        products={"agb": text}, table=[FRACTION, *TABLE],
    )  # fmt: skip
    total = result.activity["agb1_b0_sum"].sum() * result.scales["agb1"]
    assert total == pytest.approx(40 * hectares(6), rel=1e-9)


@pytest.mark.parametrize(("unit", "per_unit"), [("Mg/ha dry matter", 1), ("g/m2 dry matter", 100)])
def test_a_pixel_on_the_edge_of_a_class_belongs_to_the_class_below(tmp_path, unit, per_unit):
    """Classes 0-75 and > 75 t d.m./ha: 75 itself takes the ratio of the class that it ends."""
    text = PRODUCTS["agb"].replace("Mg/ha dry matter", unit)
    drawing = " ".join(str(n * per_unit) for n in (74, 75, 76, 75, 75, 75)) + "\n"
    result, prepared = counted(
        tmp_path, covers=(FOREST, FOREST), biomass=(drawing * 4, drawing * 4),
        products={"agb": text}, table=LADDER, heading=EDGE_HEAD,
    )  # fmt: skip
    assert prepared.edges == (75.0,)
    low, high = (result.activity[f"agb0_b{n}_area_mm2"].sum() / MM2_PER_HA for n in (0, 1))
    assert low == pytest.approx(hectares(5), rel=1e-9)
    assert high == pytest.approx(hectares(1), rel=1e-9)


def test_soil_and_stratum_are_counted_where_they_are_given(tmp_path):
    result, _ = counted(tmp_path, soil="100 100 100 -1 50 50\n" * 4, strata="1 1 1 2 2 0\n" * 4)
    table = result.activity
    assert set(table["stratum"]) == {"warm", "cold", "none"}
    assert table["soil_b0_sum"].sum() * result.scales["soil"] == pytest.approx(
        300 * hectares(1) + 100 * hectares(1), rel=1e-9
    )
    assert set(result.amounts(2020)) == {"soil"}
    assert result.stratum is not None
    assert result.biomass == {}


def test_the_amounts_of_a_year_are_its_own_biomass_and_the_one_soil_map(tmp_path):
    drawing = "10 10 10 10 10 10\n" * 4
    result, _ = counted(
        tmp_path, biomass=(drawing, drawing), soil=drawing, table=[FRACTION, *TABLE]
    )
    assert set(result.amounts(2020)) == {"biomass", "soil"}
    assert result.amounts(2020)["biomass"] is not result.amounts(2023)["biomass"]
    assert result.amounts(2020)["soil"] is result.amounts(2023)["soil"]


def test_a_year_without_any_class_is_refused_by_its_number(tmp_path):
    result, _ = counted(tmp_path, covers=(COVER, "0 0 0 0 0 0\n" * 4))
    (found,) = result.findings
    assert (found.code, found.value, found.severity) == ("year-without-classes", "2023", "error")
    assert "2023" in found.what_en
    assert "2023" in found.what_zh


def test_a_raster_that_lies_elsewhere_is_told_before_anything_is_counted(tmp_path):
    path = write_tiny(tmp_path)
    far = Affine(GRID.a, 0, GRID.c + 4, 0, GRID.e, GRID.f)
    write_raster(tmp_path / "cover_2023.tif", pixels(COVER).astype(np.uint8), nodata=0,
                 transform=far)  # fmt: skip
    prepared = prepare(path)
    found = check_layers(prepared)
    assert [f.code for f in found] == ["raster-no-overlap"]
    assert "cover_2023.tif" in found[0].where


def test_workers_and_progress_do_not_change_the_table(tmp_path):
    prepared = prepare(write_tiny(tmp_path))
    told = []
    one = count_activity(prepared, workers=1, on_progress=lambda *step: told.append(step))
    two = count_activity(prepared, workers=2)
    assert one.activity.equals(two.activity)
    assert told[-1][0] == told[-1][1]


# years without an inventory

EARLY = COVER.replace("1 1 2 2 3 3", "1 1 1 1 3 3", 1)


def with_history(folder, maps, *, years=(2020, 2023), **inputs):
    """Write the tiny inputs with a land cover for each year of ``maps``."""
    config = merged(
        {
            "inventory": {"years": list(years)},
            "land_cover": {"files": {str(y): f"cover_{y}.tif" for y in maps}},
        },
        inputs.pop("config", {}),
    )
    path = write_tiny(folder, config=config, **inputs)
    for year, text in maps.items():
        write_raster(folder / f"cover_{year}.tif", pixels(text).astype(np.uint8), nodata=0)
    return path


def test_maps_before_the_inventory_are_counted_as_history(tmp_path):
    path = with_history(tmp_path, {2003: EARLY, 2012: COVER, 2020: COVER, 2023: COVER})
    result = count_activity(prepare(path))
    assert set(result.activity["year0"]) == {2020}
    history = result.history
    assert sorted(set(zip(history["year0"], history["year1"], strict=True))) == [
        (2003, 2012), (2012, 2020), (2020, 2023),
    ]  # fmt: skip
    moved = history[history["code0"].ne(history["code1"])]
    assert moved[["zone_code", "year0", "code0", "code1"]].to_numpy().tolist() == [
        ["1", 2003, "F", "G"], ["2", 2003, "F", "G"],
    ]  # fmt: skip
    assert [v / MM2_PER_HA for v in moved["area_mm2"]] == [
        pytest.approx(hectares(1, [0]), rel=1e-9)
    ] * 2
    assert set(result.land_cover) == {2003, 2012, 2020, 2023}
    assert result.findings == []
    # the rows of the inventory's own pair are those of the activity table
    own = history[history["year0"].eq(2020)]
    assert list(own["area_mm2"]) == list(result.activity["area_mm2"])


def test_a_map_of_history_on_another_grid_is_brought_to_the_reference(tmp_path):
    path = with_history(tmp_path, {2003: EARLY, 2020: COVER, 2023: COVER})
    fine = np.kron(pixels(EARLY), np.ones((2, 2), dtype=int)).astype(np.uint8)
    half = Affine(GRID.a / 2, 0, GRID.c, 0, GRID.e / 2, GRID.f)
    before = count_activity(prepare(path)).history
    write_raster(tmp_path / "cover_2003.tif", fine, nodata=0, transform=half)
    prepared = prepare(path)
    assert [(f.code, f.where) for f in check_layers(prepared)] == [
        ("raster-sampled-nearest", "cover_2003.tif")
    ]
    assert count_activity(prepared).history.equals(before)


def test_a_year_of_history_without_any_class_is_refused_by_its_number(tmp_path):
    empty = "0 0 0 0 0 0\n" * 4
    result = count_activity(
        prepare(with_history(tmp_path, {2003: empty, 2020: COVER, 2023: COVER}))
    )
    assert [(f.code, f.value) for f in result.findings] == [("year-without-classes", "2003")]


def test_the_history_of_two_dates_is_their_pair(tmp_path):
    result, _ = counted(tmp_path)
    assert list(result.history["area_mm2"]) == list(result.activity["area_mm2"])


# production

NPP_TOML = """
id = "tiny_npp"
kind = "npp"
nodata = [-1]
unit = "g C/m2/yr"
licence = "none"
citation = "a test"
"""
RH_TOML = NPP_TOML.replace('"tiny_npp"', '"tiny_rh"').replace('"npp"', '"respiration"')
NPP = {"product": "npp.toml", "files": {"2021": "npp_2021.tif"}}


def test_production_is_in_tonnes_of_carbon_a_year_on_the_land_with_a_value(tmp_path):
    """100 g C/m2/yr are 1 t C/ha/yr; the last column has no value."""
    section = {**NPP, "respiration": {"product": "rh.toml", "files": {"2021": "rh_2021.tif"}}}
    write_raster(tmp_path / "npp_2021.tif", pixels("100 100 100 100 100 -1\n" * 4), nodata=-1)
    write_raster(tmp_path / "rh_2021.tif", pixels("60 60 60 60 60 60\n" * 4), nodata=-1)
    result, prepared = counted(
        tmp_path, covers=(FOREST, FOREST), config={"npp": section},
        products={"npp": NPP_TOML, "rh": RH_TOML},
    )  # fmt: skip
    assert {"npp", "respiration"} <= set(prepared.products)
    for which in (0, 1):
        side = side_of(result.activity, which, scales=result.scales)
        npp, rh = side.amounts["npp2021"], side.amounts["rh2021"]
        assert npp.total.sum() == pytest.approx(1.0 * hectares(5), rel=1e-9)
        assert npp.area_ha.sum() == pytest.approx(hectares(5), rel=1e-9)
        assert rh.total.sum() == pytest.approx(0.6 * hectares(6), rel=1e-9)


@pytest.mark.parametrize(
    ("unit", "scale", "pixel"),
    [("kg C/m2/yr", 0.0001, 1045), ("t C/ha/yr", 1.045, 1), ("g C/m2/yr", 0.5, 209)],
)
def test_production_is_the_same_whatever_the_unit_of_the_raster(tmp_path, unit, scale, pixel):
    """METHOD A13: 104.5 g C/m2 are 1.045 t C/ha, as MODIS writes them 1045 x 0.0001 kg C/m2."""
    text = NPP_TOML.replace("g C/m2/yr", unit) + f"scale = {scale}\n"
    drawing = f"{pixel} {pixel} {pixel} {pixel} {pixel} {pixel}\n" * 4
    write_raster(tmp_path / "npp_2021.tif", pixels(drawing), nodata=-1)
    result, _ = counted(tmp_path, config={"npp": NPP}, products={"npp": text})
    total = result.activity["npp2021_b0_sum"].sum() * result.scales["npp2021"]
    assert total == pytest.approx(1.045 * hectares(6), rel=1e-9)


def test_production_of_a_year_outside_every_period_is_not_read(tmp_path):
    drawing = pixels("100 100 100 100 100 100\n" * 4)
    for year in (2020, 2021):
        write_raster(tmp_path / f"npp_{year}.tif", drawing, nodata=-1)
    section = {**NPP, "files": {str(y): f"npp_{y}.tif" for y in (2020, 2021)}}
    result, prepared = counted(tmp_path, config={"npp": section}, products={"npp": NPP_TOML})
    assert [f.code for f in prepared.findings if f.code.startswith("npp")] == ["npp-year-unused"]
    assert [c for c in result.activity if c.endswith("_sum")] == ["npp2021_b0_sum"]


def test_negative_production_is_refused(tmp_path):
    write_raster(tmp_path / "npp_2021.tif", pixels("100 -7 100 100 100 100\n" * 4), nodata=-1)
    prepared = prepare(write_tiny(tmp_path, config={"npp": NPP}, products={"npp": NPP_TOML}))
    with pytest.raises(RefusedError, match="engine-negative"):
        count_activity(prepared)


def test_respiration_given_for_production_is_refused(tmp_path):
    write_raster(tmp_path / "npp_2021.tif", pixels("100 7 100 100 100 100\n" * 4), nodata=-1)
    path = write_tiny(tmp_path, config={"npp": NPP}, products={"npp": RH_TOML})
    with pytest.raises(RefusedError, match="config-product-kind"):
        prepare(path)


def test_filtered_maps_are_counted_only_where_they_are_asked_for(tmp_path):
    path = write_tiny(tmp_path, config={"filters": {"minimum_mapping_unit_ha": 100}})
    with pytest.raises(ValueError, match="filtered maps"):
        count_activity(prepare(path))
