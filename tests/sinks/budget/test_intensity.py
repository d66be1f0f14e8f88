"""The rigid balance: hand-worked intensities, both bases, and what is missing."""

from decimal import Decimal
from fractions import Fraction

import pytest
from budget_book import BAOTOU, ORDOS, REGION, budget, economy, increment, reduction

from sinks.budget import Basis, RigidVerdict, SinkSeries, balance_lines, intensities

FOUR = ("energy_saving", "capacity_retired", "energy_mix", "engineering")


def judged(plan, series=None, *, basis=Basis.GROSS, leagues=(ORDOS,)):
    series = series or SinkSeries(base_year=2020)
    lines = balance_lines(plan, series, region=REGION, leagues=leagues)
    return intensities(plan, lines, series, region=REGION, leagues=leagues, basis=basis)


def plan_of(*, target="17.5", added="50", gdp="200", zone=ORDOS):
    """Base 185 t over 100; 185 + 50 - 0 in 2023 over 200."""
    return budget(
        increment(added, zone=zone, year=2023),
        *(reduction("0", kind, zone=zone) for kind in FOUR),
        economy(zone, 2020, emission="185", gdp="100"),
        economy(zone, 2023, gdp=gdp, target=target),
    )


def test_the_drop_and_progress_of_the_method():
    """METHOD D1: 1.85 to 1.55 is a drop of 16.2162 %, 92.6641 % of 17.5 %."""
    found = judged(plan_of(added="125"))[ORDOS, 2023]
    assert (found.base, found.planned) == (Fraction("1.85"), Fraction("1.55"))
    assert round(float(found.drop_percent), 4) == 16.2162
    assert round(float(found.progress_percent), 4) == 92.6641
    assert found.verdict is RigidVerdict.FAILS


def test_a_target_that_is_just_reached_holds():
    """1.85 less 17.5 % is 1.52625, that is 305.25 over 200."""
    assert judged(plan_of(added="120.25"))[ORDOS, 2023].verdict is RigidVerdict.HOLDS
    assert judged(plan_of(added="120.26"))[ORDOS, 2023].verdict is RigidVerdict.FAILS


def test_emissions_accumulate_over_the_years():
    plan = budget(
        increment("30", year=2021),
        increment("10", year=2022),
        *(reduction("5", kind, year=2022) for kind in FOUR),
        economy(ORDOS, 2020, emission="100", gdp="100"),
        *(economy(ORDOS, year, gdp="100") for year in (2021, 2022, 2023)),
    )
    found = judged(plan)
    assert [found[ORDOS, y].planned for y in (2021, 2022, 2023)] == [
        Fraction(130, 100), Fraction(120, 100), Fraction(120, 100),
    ]  # fmt: skip
    assert found[ORDOS, 2023].verdict is RigidVerdict.NO_TARGET


def test_net_takes_the_sink_off_in_both_years():
    series = SinkSeries(
        base_year=2020,
        sinks={
            (ORDOS, y): Decimal(v) for y, v in zip(range(2020, 2024), (25, 30, 30, 35), strict=True)
        },
    )
    gross = judged(plan_of(), series)[ORDOS, 2023]
    net = judged(plan_of(), series, basis=Basis.NET)[ORDOS, 2023]
    assert (gross.base, gross.planned) == (Fraction("1.85"), Fraction(235, 200))
    assert (net.base, net.planned) == (Fraction("1.6"), Fraction(200, 200))


def test_net_without_a_sink_is_open_and_gross_is_not():
    assert judged(plan_of())[ORDOS, 2023].verdict is RigidVerdict.HOLDS
    net = judged(plan_of(), basis=Basis.NET)[ORDOS, 2023]
    assert (net.base, net.verdict) == (None, RigidVerdict.OPEN)


def test_what_is_missing_leaves_a_failing_target_open_and_a_holding_one_judged():
    def without(added):
        return budget(
            increment(added, year=2023),
            economy(ORDOS, 2020, emission="185", gdp="100"),
            economy(ORDOS, 2023, gdp="200", target="17.5"),
        )

    assert judged(without("50"))[ORDOS, 2023].verdict is RigidVerdict.HOLDS
    assert judged(without("500"))[ORDOS, 2023].verdict is RigidVerdict.OPEN
    assert judged(without("50"))[ORDOS, 2023].planned is None


@pytest.mark.parametrize("gdp", [None, "0"])
def test_without_a_product_there_is_no_intensity(gdp):
    found = judged(plan_of(gdp=gdp))[ORDOS, 2023]
    assert (found.planned, found.drop_percent, found.verdict) == (None, None, RigidVerdict.OPEN)


def test_the_region_is_the_sum_of_its_leagues():
    one, other = plan_of(), plan_of(zone=BAOTOU, added="10")
    plan = budget(
        *one.increments, *other.increments, *one.reductions, *other.reductions,
        *one.economy, *other.economy, economy(REGION, 2023, target="20"),
    )  # fmt: skip
    found = judged(plan, leagues=(BAOTOU, ORDOS))[REGION, 2023]
    assert (found.base, found.planned) == (Fraction(370, 200), Fraction(430, 400))
    assert found.verdict is RigidVerdict.HOLDS


def test_a_league_without_emissions_leaves_the_region_open():
    one = plan_of()
    bare = [increment("0", zone=BAOTOU), *(reduction("0", k, zone=BAOTOU) for k in FOUR)]
    plan = budget(
        *one.increments, *one.reductions, *one.economy, *bare, economy(REGION, 2023, target="20")
    )
    found = judged(plan, leagues=(BAOTOU, ORDOS))[REGION, 2023]
    assert (found.base, found.verdict) == (None, RigidVerdict.OPEN)


@pytest.mark.parametrize("basis", Basis)
def test_one_league_alone_is_not_the_intensity_of_its_region(basis):
    """Baotou says nothing at all: the region has no base, and no target of it can fail or hold."""
    one = plan_of(added="500")
    plan = budget(
        *one.increments, *one.reductions, *one.economy, economy(REGION, 2023, target="20")
    )
    series = SinkSeries(
        base_year=2020, sinks={(ORDOS, year): Decimal(25) for year in range(2020, 2024)}
    )
    found = judged(plan, series, basis=basis, leagues=(BAOTOU, ORDOS))
    region = found[REGION, 2023]
    assert (region.base, region.planned, region.verdict) == (None, None, RigidVerdict.OPEN)
    assert found[ORDOS, 2023].base is not None
