"""Rates and net ecosystem production: the goldens of METHOD A13, conversions, losses, gaps."""

import pytest
from accounting_factory import activity, changes_of, density, inventory_of, register_of
from statistics_factory import coefficient, no_losses, statistic, statistics_of

from rasters import RefusedError
from sinks.errors import EstimateError
from sinks.units import co2_of

NO_SOIL = [density(code, "soil", 0, depth="0-100") for code in "FGCD"]
STANDS = [density("F", "agb", 60), density("G", "agb", 2), density("C", "agb", 0),
          density("F", "litter", 3)]  # fmt: skip
RATES = [
    coefficient("rate", 0.30, ecosystem="forest"),
    coefficient("beta_soil_to_vegetation", 0.646, ecosystem="forest"),
    coefficient("rate", 0.05, ecosystem="grassland"),
    coefficient("rate", 14.7, ecosystem="cropland", unit="g C/m2/yr"),
]


@pytest.fixture
def built(tmp_path):
    """Return a function from activity rows, coefficients and a method to changes."""

    def build(rows, *lines, method="rate", losses=(), years=(2020, 2021), make=changes_of,
              stated=(), methods=None, **options):  # fmt: skip
        if losses:
            options["losses"] = statistics_of(tmp_path, *losses)
        if stated:
            options["statistics"] = statistics_of(tmp_path, *stated)
        chosen = methods or dict.fromkeys(("forest", "grassland", "cropland"), method)
        return make(activity(rows, years=years), register_of(tmp_path, *lines, *STANDS, *NO_SOIL),
                    methods=chosen, **options)  # fmt: skip

    return build


def sink(result, before, after, pool="ecosystem"):
    """Return the sink of zone 1, t CO2 per year."""
    rows = result.changes
    (value,) = rows[
        rows["zone_code"].eq("1") & rows["ecosystem0"].eq(before) & rows["ecosystem"].eq(after)
        & rows["pool"].eq(pool)
    ]["sink_t_co2_per_year"]  # fmt: skip
    return float(value)


def test_rates_of_forest_grass_and_a_third_land_give_the_golden(built):
    """METHOD A13: 1,810,600 + 366,666.667 + 53,900; the third in grams per square metre."""
    rows = [("1", "F", "F", 1e6), ("1", "G", "G", 2e6), ("1", "C", "C", 1e5)]
    result = built(rows, *RATES)
    found = {land: sink(result, land, land) for land in ("forest", "grassland", "cropland")}
    assert found == pytest.approx(
        {"forest": 1_810_600, "grassland": 366_666.666667, "cropland": 53_900}
    )
    assert sum(found.values()) == pytest.approx(2_231_166.666667)


def test_soil_and_litter_of_land_by_rate_have_no_change_of_their_own(built):
    result = built([("1", "F", "F", 100)], *RATES, make=inventory_of)
    assert set(result.changes["pool"]) == {"ecosystem"}
    assert set(result.changes["method"]) == {"rate"}
    stocks = result.stocks.query("zone_code == '1' and ecosystem == 'forest' and year == 2020")
    assert set(stocks.query("completeness == 'estimated'")["pool"]) == {"agb", "litter", "soil"}


def test_converted_land_counts_from_its_year_and_loses_what_stood_there(built):
    """90 ha of forest turned to grass in three years: 180 hectare-years, less 63 t C/ha."""
    result = built([("1", "F", "G", 90)], *RATES, years=(2020, 2023))
    assert sink(result, "forest", "grassland") == pytest.approx(co2_of(180 * 0.05 - 90 * 63) / 3)


def test_land_to_and_from_what_is_not_estimated(built):
    result = built([("1", "D", "G", 90), ("1", "G", "D", 10)], *RATES)
    assert sink(result, "desert", "grassland") == 0, "its gain is not counted"
    assert sink(result, "grassland", "desert") == pytest.approx(co2_of(-20))


def test_stated_areas_take_the_place_of_pixels(built):
    result = built([("1", "G", "G", 90)], *RATES,
                   stated=[statistic("area_ha", 200, ecosystem="grassland")])  # fmt: skip
    assert sink(result, "grassland", "grassland") == pytest.approx(co2_of(10))


def test_losses_that_are_stated_are_subtracted_in_full(built):
    """50 ha burnt of 6.5 t d.m./ha x 0.5 x 0.47, roots of 4.79: 442.2... t C."""
    lines = [coefficient("biomass", 6.5, pool="agb"), coefficient("fraction_disturbed", 0.5),
             coefficient("carbon_fraction", 0.47), coefficient("root_shoot", 4.79)]  # fmt: skip
    losses = [statistic("disturbed_ha", 50, ecosystem="grassland"), *no_losses("grassland")[:2]]
    result = built([("1", "G", "G", 1e6), ("1", "F", "F", 1)], *RATES, *lines, losses=losses)
    lost = 50 * 6.5 * 0.5 * 0.47 * 5.79
    assert sink(result, "grassland", "grassland") == pytest.approx(co2_of(50_000 - lost))
    assert {r.check for r in result.remarks} == {
        "losses_undeclared[cropland]", "losses_undeclared[forest]"
    }  # fmt: skip


def test_losses_that_are_stated_in_part_are_refused(built):
    with pytest.raises(RefusedError) as caught:
        built([("1", "G", "G", 10)], *RATES, losses=no_losses("grassland")[:1])
    (found,) = caught.value.findings
    assert found.code == "losses-undeclared"
    assert "fuelwood_m3 2021; disturbed_ha 2021;" in found.what_en


def npp(total, area, *, year=2021, name="npp"):
    return {f"{name}{year}_b0_sum": total, f"{name}{year}_b0_area_mm2": round(area * 10**10)}


RATIO = coefficient("nep_ratio", 0.15)


def test_a_share_of_production_gives_the_golden(built):
    """METHOD A13: 104.5 g C/m2 x 0.15 is 0.15675 t C/ha, 0.57475 t CO2/ha a year."""
    result = built([("1", "G", "G", 1000, npp(1045, 1000))], RATIO, method="nep",
                   scales={"npp2021": 1.0})  # fmt: skip
    assert sink(result, "grassland", "grassland") == pytest.approx(574.75)


def test_the_mean_of_the_years_stands_for_each_of_them(built):
    """1 and 3 t C/ha of two years of three: a mean of 2, three years long."""
    sums = npp(100, 100, year=2021) | npp(300, 100, year=2023)
    result = built([("1", "G", "G", 100, sums)], RATIO, method="nep", years=(2020, 2023),
                   scales={"npp2021": 1.0, "npp2023": 1.0})  # fmt: skip
    assert sink(result, "grassland", "grassland") == pytest.approx(co2_of(2 * 100 * 0.15))


def test_respiration_is_subtracted_where_it_is_mapped(built):
    sums = npp(500, 100) | npp(420, 100, name="rh")
    result = built([("1", "G", "G", 100, sums)], method="nep",
                   scales={"npp2021": 1.0, "rh2021": 1.0})  # fmt: skip
    assert sink(result, "grassland", "grassland") == pytest.approx(co2_of(80))


def test_respiration_on_less_land_is_compared_on_that_land(built):
    """5 t C/ha less 4.2 t C/ha on the 80 ha that both show; 20 ha are listed."""
    sums = npp(500, 100) | npp(336, 80, name="rh")
    result = built([("1", "G", "G", 100, sums)], method="nep",
                   scales={"npp2021": 1.0, "rh2021": 1.0})  # fmt: skip
    assert sink(result, "grassland", "grassland") == pytest.approx(co2_of(64))
    listed = [r for r in result.remarks if r.check.startswith("area_without_npp_ha")]
    assert [(r.check, r.value) for r in listed] == [
        ("area_without_npp_ha[grassland][2020-2021]", 20.0)
    ]


def test_land_without_production_is_listed_and_not_estimated(built):
    rows = [("1", "G", "G", 40, npp(0, 0)), ("1", "F", "F", 60, npp(60, 60))]
    result = built(rows, RATIO, method="nep", scales={"npp2021": 1.0})
    row = result.changes.query("zone_code == '1' and ecosystem == 'grassland'")
    assert row["method"].tolist() == ["NE"]
    assert row["pool"].tolist() == ["ecosystem"]
    listed = [r for r in result.remarks if r.check.startswith("area_without_npp_ha")]
    assert [(r.check, r.zone_code, r.value) for r in listed] == [
        ("area_without_npp_ha[grassland][2020-2021]", "1", 40.0)
    ]


def test_a_period_without_production_cannot_be_computed(built):
    rows = [("1", "G", "G", 100, npp(100, 100, year=2019))]
    with pytest.raises(EstimateError, match="2020-2021 needs a raster of production"):
        built(rows, RATIO, method="nep", scales={"npp2019": 1.0})


def test_the_share_of_production_has_no_default(built):
    with pytest.raises(RefusedError) as caught:
        built([("1", "G", "G", 10, npp(10, 10))], method="nep", scales={"npp2021": 1.0})
    (found,) = caught.value.findings
    assert found.code == "method-coefficient"
    assert "nep_ratio" in found.what_en


def test_the_forest_standard_s_1_63_is_a_rate_in_carbon_and_is_not_converted_again(built):
    """METHOD A13: 1.63 x 0.2727 x 5 t/ha = 2.222505 t C/ha; a rate row of it, times 44/12 once."""
    carbon = 1.63 * 0.2727 * 5.0
    assert carbon == pytest.approx(2.222505)
    lines = [coefficient("rate", carbon, ecosystem="forest"),
             coefficient("beta_soil_to_vegetation", 0, ecosystem="forest")]  # fmt: skip
    result = built([("1", "F", "F", 1)], *lines, methods={"forest": "rate"})
    assert sink(result, "forest", "forest") == pytest.approx(2.222505 * 44 / 12, abs=1e-6)
