"""Gain and loss: the goldens of METHOD A4, A5 and A6 through a whole inventory."""

from decimal import Decimal

import pandas as pd
import pytest
from accounting_factory import activity, changes_of, density, inventory_of, register_of, tree
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from statistics_factory import coefficient, no_losses, statistic, statistics_of

from rasters import RefusedError
from sinks.methods.land import cohort_years
from sinks.statistics import places_of

NO_SOIL = [density(code, "soil", 0, depth="0-100") for code in "FGCD"]
STANDS = [density("F", "agb", 60), density("F", "bgb", 20), density("G", "agb", 1)]
PINE = [
    coefficient("growth", 4.0, ecosystem="forest", pool="agb"),
    coefficient("root_shoot", 0.29, ecosystem="forest"),
    coefficient("carbon_fraction", 0.47, ecosystem="forest"),
    coefficient("bcef_r", 1.11, ecosystem="forest"),
    coefficient("biomass", 4.0, ecosystem="forest", pool="agb"),
    coefficient("fraction_disturbed", 0.3, ecosystem="forest"),
    coefficient("wood_density", 0.42, ecosystem="forest"),
]
HARVEST = [
    statistic("harvest_m3", 1000), statistic("fuelwood_m3", 500), statistic("disturbed_ha", 2000),
]  # fmt: skip


@pytest.fixture
def built(tmp_path):
    """Return a function from activity rows, coefficients and losses to an inventory."""

    def build(rows, *lines, losses=(), stated=(), years=(2020, 2021), zones=("1",),
              make=changes_of, **options):  # fmt: skip
        places = places_of(tree(zones))
        return make(
            activity(rows, years=years),
            register_of(tmp_path, *lines),
            methods={"forest": "gain_loss", "grassland": "stock_difference"},
            losses=statistics_of(tmp_path, *losses, places=places),
            statistics=statistics_of(tmp_path, *stated, places=places)
            if stated
            else statistics_of(tmp_path, statistic("area_ha", 0, ecosystem="water"), places=places),
            **options,
        )

    return build


def changes(inventory, zone="1"):
    """Return the change (t C) of each pool by the two ecosystems, where there is one."""
    rows = inventory.changes
    kept = rows[rows["zone_code"].eq(zone) & rows["change_t_c"].notna() & rows["pool"].ne("soil")]
    keys = zip(kept["ecosystem0"], kept["ecosystem"], kept["pool"], strict=True)
    return dict(zip(keys, map(float, kept["change_t_c"]), strict=True))


def sums(inventory, before="forest", after="forest"):
    return sum(v for (b, a, _), v in changes(inventory).items() if (b, a) == (before, after))


def test_the_guideline_s_pine_forest_gains_240_055_t_c_a_year(built):
    """METHOD A4: growth 242,520 less felling 672.993, fuel 336.4965 and disturbance 1,455.12."""
    result = built([("1", "F", "F", 100_000)], *PINE, *STANDS, *NO_SOIL, losses=HARVEST,
                   make=inventory_of)  # fmt: skip
    assert sums(result) == pytest.approx(240_055.3905, abs=1e-5)
    below = changes(result)["forest", "forest", "bgb"]
    assert below == pytest.approx(240_055.3905 * 0.29 / 1.29, abs=1e-5)
    (total,) = result.totals[
        result.totals["zone_code"].eq("1") & result.totals["scope"].eq("forest")
        & result.totals["quantity"].eq("change")
    ].to_dict("records")  # fmt: skip
    assert total["sink_t_co2_per_year"] == pytest.approx(
        Decimal("880203.0985"), abs=Decimal("2e-6")
    )
    assert total["method"] == "gain_loss"


@pytest.mark.parametrize(
    ("loss", "carbon"),
    [
        (statistic("harvest_m3", 1000), -672.993),
        (statistic("fuelwood_m3", 500), -336.4965),
        (statistic("disturbed_ha", 2000), -1455.12),
    ],
)
def test_each_loss_of_the_guideline_s_case_alone(built, loss, carbon):
    names = {line.split(",")[4] for line in no_losses()}
    others = [line for line in no_losses() if line.split(",")[4] != loss.split(",")[4]]
    assert len(others) == len(names) - 1
    result = built([("1", "F", "F", 100_000)], *PINE, *STANDS, *NO_SOIL, losses=[loss, *others])
    assert sums(result) == pytest.approx(242_520 + carbon, abs=1e-5)


def test_parts_of_trees_for_fuel_take_no_roots_with_them(built):
    """100 m3 x 0.42 t/m3 x 0.47: 19.74 t C, above ground."""
    losses = [*no_losses(), statistic("fuelwood_parts_m3", 100)]
    with_parts, without = (
        built([("1", "F", "F", 1000)], *PINE, *STANDS, *NO_SOIL, losses=given)
        for given in (losses, no_losses())
    )
    differences = {
        pool: changes(with_parts)["forest", "forest", pool]
        - changes(without)["forest", "forest", pool]
        for pool in ("agb", "bgb")
    }
    assert differences == pytest.approx({"agb": -19.74, "bgb": 0}, abs=1e-6)


def test_a_loss_of_each_year_counts_once_a_year_and_one_of_a_year_once(built):
    rows, coefficients = [("1", "F", "F", 100_000)], (*PINE, *STANDS, *NO_SOIL)
    each = built(rows, *coefficients, losses=HARVEST, years=(2020, 2023))
    assert sums(each) == pytest.approx(3 * 240_055.3905, abs=1e-5)
    once = [statistic("harvest_m3", 1000, year=2022), statistic("harvest_m3", 0, year=2021),
            statistic("harvest_m3", 0, year=2023), *no_losses()[1:]]  # fmt: skip
    assert sums(built(rows, *coefficients, losses=once, years=(2020, 2023))) == pytest.approx(
        3 * 242_520 - 672.993, abs=1e-5
    )


YOUNG = [
    coefficient("growth", 2.0, ecosystem="forest", pool="agb"),
    coefficient("root_shoot", 0.39, ecosystem="forest"),
    coefficient("carbon_fraction", 0.47, ecosystem="forest"),
    density("F", "agb", 60), density("F", "bgb", 20),
    density("G", "agb", 6.5 * 0.47),
]  # fmt: skip


def test_new_forest_is_a_source_in_its_first_year(built):
    """METHOD A5: 500 ha of grass lose 1,527.5 and grow 653.3: -874.2 t C, -3,205.4 t CO2."""
    result = built([("1", "G", "F", 500)], *YOUNG, *NO_SOIL, losses=no_losses())
    assert sums(result, "grassland", "forest") == pytest.approx(-874.2, abs=1e-6)
    found = changes(result)
    assert found["grassland", "forest", "agb"] == pytest.approx(-1527.5 + 470, abs=1e-6)
    assert found["grassland", "forest", "bgb"] == pytest.approx(183.3, abs=1e-6)


def test_conversions_are_spread_over_the_years_between_two_maps(built):
    """300 ha in three years: 100 ha grow three years, 100 two, 100 one: 600 hectare-years."""
    result = built([("1", "G", "F", 300)], *YOUNG, *NO_SOIL, losses=no_losses(),
                   years=(2020, 2023))  # fmt: skip
    assert sums(result, "grassland", "forest") == pytest.approx(
        600 * 2.0 * 1.39 * 0.47 - 300 * 6.5 * 0.47, abs=1e-6
    )


@pytest.mark.parametrize(("years", "at_most"), [(1, None), (3, None), (7, 5), (25, 20), (20, 20)])
def test_cohorts_count_as_a_year_by_year_ledger_does(years, at_most):
    """An oracle that walks through the years: land converted in year y counts from y on."""
    counted = 0.0
    for converted in range(1, years + 1):
        for now in range(converted, years + 1):
            if at_most is None or now - converted < at_most:
                counted += 1 / years
    assert cohort_years(years, at_most=at_most) == pytest.approx(counted)


def test_what_stands_after_the_conversion_is_counted_where_a_row_says_so(built):
    extra = coefficient("density_after", 0.8, ecosystem="forest", pool="agb")
    rows = [("1", "G", "F", 500)]
    planted = built(rows, *YOUNG, extra, *NO_SOIL, losses=no_losses())
    assert sums(planted, "grassland", "forest") == pytest.approx(-874.2 + 400, abs=1e-6)
    assert not [r for r in planted.remarks if r.check.startswith("bare_after_conversion_ha")]
    bare = built(rows, *YOUNG, *NO_SOIL, losses=no_losses())
    assert [(r.check, r.zone_code, r.value) for r in bare.remarks] == [
        ("bare_after_conversion_ha[forest][2020-2021]", "1", 500.0)
    ]


def test_dead_wood_and_litter_of_new_forest_come_over_twenty_years(built):
    """Eq 2.23: (2.9 - 0.9) t C/ha x 100 ha / 20 years in the first year: 10 t C."""
    dead = [density("F", "litter", 2.9), density("G", "litter", 0.9)]
    result = built([("1", "G", "F", 100), ("1", "F", "F", 10)], *YOUNG, *dead, *NO_SOIL,
                   losses=no_losses())  # fmt: skip
    assert changes(result)["grassland", "forest", "litter"] == pytest.approx(10, abs=1e-6)
    assert changes(result)["forest", "forest", "litter"] == 0
    long = built([("1", "G", "F", 100)], *YOUNG, *dead, *NO_SOIL, losses=no_losses(),
                 years=(1990, 2020))  # fmt: skip
    ages = sum(min(age, 20) for age in range(1, 31)) / 30
    assert changes(long)["grassland", "forest", "litter"] == pytest.approx(200 * ages / 20)


def test_land_from_unestimated_land_grows_no_carbon_and_land_to_it_loses_all(built):
    result = built([("1", "D", "F", 50), ("1", "F", "D", 20)], *YOUNG, *NO_SOIL,
                   losses=no_losses())  # fmt: skip
    assert changes(result)["desert", "forest", "agb"] == 0
    assert changes(result)["forest", "desert", "agb"] == pytest.approx(-1200)
    assert changes(result)["forest", "desert", "bgb"] == pytest.approx(-400)
    shares = result.one_sided.set_index(["zone_code", "scope"])["loss"]
    assert shares["1", "all"] == -1600 * 10**6


def test_growth_by_increment_where_no_growth_row_answers(built):
    """I_V 3 m3/ha/yr x BCEF_I 0.6 x 1.29 x 0.47 on 1,000 ha: 1,091.34 t C."""
    lines = [*PINE[1:], coefficient("net_increment", 3), coefficient("bcef_i", 0.6)]
    result = built([("1", "F", "F", 1000)], *lines, *STANDS, *NO_SOIL, losses=no_losses())
    assert sums(result) == pytest.approx(1000 * 3 * 0.6 * 1.29 * 0.47, abs=1e-6)


def test_stated_areas_win_over_pixels_and_take_the_error_of_the_map_with_them(built):
    """Zone 1 states 120,000 then 80,000 ha where the map has 100,000: the mean grows."""
    stated = [statistic("area_ha", 120_000, year=2020), statistic("area_ha", 80_000, year=2021)]
    rows = [("1", "F", "F", 90_000), ("1", "G", "F", 10_000)]
    options = {"losses": no_losses(), "area_error": 0.1}
    result = built(rows, *PINE, *STANDS, *NO_SOIL, stated=stated, **options)
    assert sums(result) == pytest.approx(242_520, abs=1e-5)
    assert sums(result, "grassland", "forest") == pytest.approx(-10_000), "the grass is lost"
    row = result.changes[
        result.changes["zone_code"].eq("1") & result.changes["ecosystem0"].eq("forest")
        & result.changes["pool"].eq("agb")
    ]  # fmt: skip
    assert row["low_t_co2_per_year"].iloc[0] == row["high_t_co2_per_year"].iloc[0]


def test_a_zone_without_a_stated_area_goes_by_its_pixels(built):
    zones = ("1", "2")
    rows = [("1", "F", "F", 1000), ("2", "F", "F", 1000)]
    losses = [*no_losses(), *no_losses(zone="2")]
    result = built(rows, *PINE, *STANDS, *NO_SOIL, stated=[statistic("area_ha", 500)],
                   losses=losses, zones=zones)  # fmt: skip
    assert changes(result, "1")["forest", "forest", "agb"] == pytest.approx(500 * 4 * 0.47)
    assert changes(result, "2")["forest", "forest", "agb"] == pytest.approx(1000 * 4 * 0.47)
    assert changes(result, "R")["forest", "forest", "agb"] == pytest.approx(1500 * 4 * 0.47)


def test_an_area_stated_for_one_date_only_is_refused(built):
    with pytest.raises(RefusedError) as caught:
        built([("1", "F", "F", 10)], *PINE, *STANDS, *NO_SOIL, losses=no_losses(),
              stated=[statistic("area_ha", 5, year=2020)])  # fmt: skip
    (found,) = caught.value.findings
    assert (found.code, found.value) == ("statistics-missing", "1")
    assert "2021" in found.what_en
    assert "area_ha" in found.what_en


def test_every_loss_that_nobody_stated_is_named_at_once(built):
    rows = [("1", "F", "F", 10), ("2", "F", "F", 10), ("3", "G", "G", 10)]
    losses = [statistic("harvest_m3", 0), statistic("disturbed_ha", 0, year=2022),
              statistic("fuelwood_m3", 0, zone="2")]  # fmt: skip
    with pytest.raises(RefusedError) as caught:
        built(rows, *PINE, *STANDS, *NO_SOIL, losses=losses, years=(2020, 2023),
              zones=("1", "2", "3"))  # fmt: skip
    assert {f.code for f in caught.value.findings} == {"losses-undeclared"}
    said = {f.value: f.what_en.partition(": ")[2].partition("; the method")[0]
            for f in caught.value.findings}  # fmt: skip
    assert said == {
        "1": "fuelwood_m3 2021, 2022, 2023; disturbed_ha 2021, 2023",
        "2": "harvest_m3 2021, 2022, 2023; disturbed_ha 2021, 2022, 2023",
    }
    assert len(caught.value.findings) == 2, "one for each zone"


def test_bounds_stand_on_every_row_and_hold_the_error_of_the_growth_and_of_the_loss(built):
    wide = [coefficient("growth", 4.0, ecosystem="forest", pool="agb", low=3.0, high=5.0),
            *PINE[1:]]  # fmt: skip
    losses = [statistic("harvest_m3", 100_000, low=50_000, high=150_000), *no_losses()[1:]]
    result = built([("1", "F", "F", 1000), ("1", "G", "F", 10)], *wide, *STANDS, *NO_SOIL,
                   losses=losses, draws=20_000)  # fmt: skip
    rows = result.changes[result.changes["change_t_c"].notna()]
    assert rows["low_t_co2_per_year"].notna().all()
    agb = rows[rows["zone_code"].eq("1") & rows["ecosystem0"].eq("forest")
               & rows["pool"].eq("agb")].iloc[0]  # fmt: skip
    growth, felling = 1000 * 0.47, 100_000 * 1.11 * 0.47
    spread = (growth**2 + (0.5 * felling) ** 2) ** 0.5 * 44 / 12  # independent half-widths
    half = float(agb["high_t_co2_per_year"] - agb["low_t_co2_per_year"]) / 2
    assert half == pytest.approx(spread, rel=0.03)


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(share=st.floats(0.1, 0.9))
def test_a_league_is_the_sum_of_its_parts(built, share):
    area = 1000.0
    parts = [
        ("1", "F", "F", round(area * share, 3)),
        ("1", "F", "F", area - round(area * share, 3)),
    ]
    one = built([("1", "F", "F", area)], *PINE, *STANDS, *NO_SOIL, losses=no_losses())
    two = built(parts, *PINE, *STANDS, *NO_SOIL, losses=no_losses())
    pd.testing.assert_frame_equal(one.changes, two.changes)
