"""The provincial inventory method: the goldens of METHOD A12 through the change of an inventory."""

import pytest
from accounting_factory import activity, changes_of, density, register_of
from statistics_factory import coefficient, statistic, statistics_of

from rasters import RefusedError

NO_SOIL = [density(code, "soil", 0, depth="0-100") for code in "FGCD"]
STANDS = [density("F", "agb", 20), density("G", "agb", 2)]
GUIDE = [
    coefficient("growth_rate", 3, unit="%/yr"), coefficient("consumption_rate", 0.012),
    coefficient("wood_density", 0.5), coefficient("carbon_fraction", 0.5),
]  # fmt: skip
WHOLE = coefficient("bef_whole", 1.45)
SHARES = [
    coefficient("biomass", 33.5), coefficient("onsite_burnt", 0.15),
    coefficient("onsite_oxidised", 0.9), coefficient("offsite_burnt", 0.2),
    coefficient("offsite_oxidised", 0.9), coefficient("decayed", 0.4),
]  # fmt: skip
VOLUME = [statistic("volume_m3", 1, unit="亿立方米", stratum="arbor_larch")]


@pytest.fixture
def built(tmp_path):
    """Return a function from activity rows, coefficients and statistics to changes."""

    def build(rows, *lines, stated=VOLUME, years=(2020, 2021), methods=None):
        return changes_of(
            activity(rows, years=years),
            register_of(tmp_path, *lines, *STANDS, *NO_SOIL),
            methods=methods or {"forest": "lucf"},
            statistics=statistics_of(tmp_path, *stated),
        )

    return build


def cells(result, column="change_t_c"):
    """Return a column of zone 1 by the two ecosystems, where the method speaks."""
    rows = result.changes
    kept = rows[rows["zone_code"].eq("1") & rows["method"].eq("lucf")]
    assert set(kept["pool"]) <= {"biomass"}
    keys = zip(kept["ecosystem0"], kept["ecosystem"], strict=True)
    return dict(zip(keys, map(float, kept[column]), strict=True))


REMAINS = ("forest", "forest")


def test_growth_less_consumption_is_652_500_t_c(built):
    """1.0e8 m3 x 0.5 x 1.45 x 0.5 x (3 % - 1.2 %) = 1,087,500 - 435,000."""
    result = built([("1", "F", "F", 10)], *GUIDE, WHOLE)
    assert cells(result)[REMAINS] == pytest.approx(652_500)
    assert cells(result, "sink_t_co2_per_year")[REMAINS] == pytest.approx(2_392_500)
    still = [line for line in GUIDE if "growth_rate" not in line]
    loss = built([("1", "F", "F", 10)], *still, coefficient("growth_rate", 0), WHOLE)
    assert cells(loss)[REMAINS] == pytest.approx(-435_000)


def test_an_expansion_factor_above_ground_is_multiplied_with_the_roots(built):
    above = [coefficient("bef_above", 1.45), coefficient("root_shoot", 0.25)]
    result = built([("1", "F", "F", 10)], *GUIDE, *above)
    assert cells(result)[REMAINS] == pytest.approx(652_500 * 1.25)


def test_both_expansion_factors_for_one_stratum_are_refused(built):
    with pytest.raises(RefusedError) as caught:
        built([("1", "F", "F", 10)], *GUIDE, WHOLE, coefficient("bef_above", 1.45))
    (found,) = caught.value.findings
    assert found.code == "method-coefficients-both"
    assert "bef_whole" in found.what_en


def test_no_expansion_factor_is_refused_by_the_name_that_says_its_scope(built):
    with pytest.raises(RefusedError) as caught:
        built([("1", "F", "F", 10)], *GUIDE)
    assert [f.code for f in caught.value.findings] == ["method-coefficient"]
    assert "bef_whole" in caught.value.findings[0].what_en


def test_the_rates_have_no_default(built):
    with pytest.raises(RefusedError) as caught:
        built([("1", "F", "F", 10)], *GUIDE[2:], WHOLE)
    assert sorted(f.what_en.split()[4] for f in caught.value.findings) == [
        "consumption_rate", "growth_rate",
    ]  # fmt: skip


def test_the_mean_of_both_dates_grows_in_each_year(built):
    """Volumes of 1.0e8 and 1.2e8 m3, three years: 3 x 1.1e8 x 0.3625 x 1.8 %."""
    stated = [
        statistic("volume_m3", value, year=year, stratum="scattered")
        for year, value in ((2020, 1.0e8), (2023, 1.2e8))
    ]
    result = built([("1", "F", "F", 10)], *GUIDE, WHOLE, stated=stated, years=(2020, 2023))
    assert cells(result)[REMAINS] == pytest.approx(3 * 1.1e8 * 0.3625 * 0.018)


def test_bamboo_economic_forest_and_shrub_change_with_their_area(built):
    """200 ha more of 30 t d.m./ha x 0.5: 3,000 t C."""
    more = [statistic("area_ha", 1000, year=2020, stratum="economic_pear"),
            statistic("area_ha", 1200, year=2021, stratum="economic_pear")]  # fmt: skip
    result = built([("1", "F", "F", 10)], *GUIDE, WHOLE, coefficient("biomass", 30),
                   stated=[*VOLUME, *more])  # fmt: skip
    assert cells(result)[REMAINS] == pytest.approx(652_500 + 3_000)


@pytest.mark.parametrize(
    ("kept", "co2"), [("onsite", -8_291.25), ("offsite", -11_055), ("decayed", -24_566.666667)]
)
def test_converted_forest_is_burnt_and_decays_as_the_golden_says(built, kept, co2):
    """1,000 ha of 33.5 t d.m./ha: 15 % x 0.9 on site, 20 % x 0.9 off site, 40 % decay."""
    given = {"onsite_burnt": 0.15, "offsite_burnt": 0.2, "decayed": 0.4}
    shares = [
        coefficient("biomass", 33.5),
        coefficient("onsite_oxidised", 0.9),
        coefficient("offsite_oxidised", 0.9),
        *(coefficient(name, of if kept in name else 0) for name, of in given.items()),
    ]
    result = built([("1", "F", "D", 1000)], *GUIDE, WHOLE, *shares)
    assert cells(result, "sink_t_co2_per_year")["forest", "desert"] == pytest.approx(co2)


def test_what_is_left_after_the_conversion_is_not_lost(built):
    result = built([("1", "F", "D", 1000)], *GUIDE, WHOLE, *SHARES,
                   coefficient("biomass_after", 13.5))  # fmt: skip
    share = 0.15 * 0.9 + 0.2 * 0.9 + 0.4
    assert cells(result)["forest", "desert"] == pytest.approx(-1000 * 20 * 0.5 * share)


def test_land_that_becomes_forest_loses_what_stood_there(built):
    result = built([("1", "G", "F", 100)], *GUIDE, WHOLE,
                   methods={"forest": "lucf", "grassland": "stock_difference"})  # fmt: skip
    assert cells(result)["grassland", "forest"] == -200


def test_a_stratum_that_the_guideline_does_not_have_is_refused(built):
    with pytest.raises(RefusedError) as caught:
        built([("1", "F", "F", 10)], *GUIDE, WHOLE,
              stated=[*VOLUME, statistic("volume_m3", 5, stratum="larch")])  # fmt: skip
    (found,) = caught.value.findings
    assert (found.code, found.value) == ("statistics-stratum", "larch")
    assert "arbor" in found.mend_en


NAMED = {"forest": "lucf", "grassland": "stock_difference", "desert": "stock_difference"}


def test_forest_converted_to_land_with_a_method_is_burnt_and_decays_and_nothing_counts_twice(built):
    """33.5 t d.m./ha x 0.5 on 1,000 ha: 0.135 + 0.18 + 0.4 of it; the grass of 2 t C/ha is none."""
    litter = density("F", "litter", 3)
    result = built([("1", "F", "G", 1000), ("1", "G", "G", 50)], *GUIDE, WHOLE, *SHARES, litter,
                   methods=NAMED)  # fmt: skip
    assert cells(result)["forest", "grassland"] == pytest.approx(-1000 * 16.75 * 0.715)
    rows = result.changes.query("zone_code == '1' and ecosystem0 == 'forest'")
    converted = rows[rows["ecosystem"].eq("grassland")]
    found = dict(zip(converted["pool"], converted["method"], strict=True))
    assert found.pop("soil", None) is not None
    assert found == {"biomass": "lucf", "litter": "stock_difference", "dead_wood": "NE"}
    forest = float(rows[rows["pool"].ne("soil")]["change_t_c"].sum())
    assert forest == pytest.approx(652_500 - 11_976.25 - 3_000)


def test_forest_converted_to_land_of_a_whole_ecosystem_stays_with_that_method(built):
    result = built([("1", "F", "G", 1000)], *GUIDE, WHOLE,
                   coefficient("rate", 0.5, ecosystem="grassland"),
                   methods={"forest": "lucf", "grassland": "rate"})  # fmt: skip
    rows = result.changes.query("zone_code == '1' and ecosystem == 'grassland'")
    assert dict(zip(rows["pool"], map(float, rows["change_t_c"]), strict=True)) == {
        "ecosystem": pytest.approx(-20_000 + 500)
    }
