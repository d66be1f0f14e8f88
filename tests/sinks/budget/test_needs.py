"""Where the tonnes of a new project could come from: order, amounts, never below leagues."""

from decimal import Decimal

from budget_book import BAOTOU, ORDOS, REGION, budget, increment, reduction
from hypothesis import given, settings
from hypothesis import strategies as st

from sinks.budget import SinkSeries, Source, balance_lines, need_of, surpluses

THIRD = "150300"
LEAGUES = (BAOTOU, THIRD, ORDOS)
STEADY = SinkSeries(
    base_year=2020,
    sinks={(z, y): Decimal(0) for z in LEAGUES for y in range(2020, 2024)},
)
PLAN = budget(
    increment("100"),
    reduction("130", "energy_saving", year=2022),
    reduction("7", "engineering", state="reserve", year=2022),
    reduction("500", "engineering", state="reserve", year=2023),
    increment("10", zone=BAOTOU),
    reduction("25", "energy_mix", zone=BAOTOU),
    increment("10", zone=THIRD),
    reduction("50", "energy_mix", zone=THIRD),
)


def need(amount, *, year=2022, tradable=None, plan=PLAN, series=STEADY):
    lines = balance_lines(plan, series, region=REGION, leagues=LEAGUES)
    return need_of(
        plan,
        lines,
        region=REGION,
        project_id="P",
        name="new",
        zone_code=ORDOS,
        year=year,
        amount_t_co2=Decimal(amount),
        tradable=tradable,
    )


def test_sources_are_asked_in_order_and_the_largest_league_first():
    found = need("100", tradable={BAOTOU: Decimal(4), ORDOS: Decimal(9)})
    assert [(d.source, d.zone_code, d.available_t_co2, d.drawn_t_co2) for d in found.draws] == [
        (Source.OWN_SURPLUS, ORDOS, 30, 30),
        (Source.OWN_RESERVE, ORDOS, 7, 7),
        (Source.OTHER_SURPLUS, THIRD, 40, 40),
        (Source.OTHER_SURPLUS, BAOTOU, 15, 15),
        (Source.TRADE, ORDOS, 9, 8),
        (Source.TRADE, BAOTOU, 4, 0),
    ]
    assert found.short_t_co2 == 0


def test_what_no_source_gives_is_short():
    assert need("100").short_t_co2 == 8
    assert need("100").draws[-1].available_t_co2 is None


def test_a_surplus_is_that_up_to_the_year_of_the_project():
    """In 2021 the reduction of 2022 has not begun, and the reserve is of 2022."""
    first = need("100", year=2021).draws
    assert (first[0].available_t_co2, first[1].available_t_co2) == (0, 0)


def test_what_a_later_year_uses_up_is_no_surplus():
    """60 are over in 2021; 45 of them go in 2022, and 10 come back in 2023: 15 are left."""
    plan = budget(
        increment("45", year=2022),
        reduction("60", "energy_saving", year=2021),
        reduction("10", "energy_saving", year=2023),
    )
    lines = balance_lines(plan, STEADY, region=REGION, leagues=(ORDOS,))
    found = [surpluses(lines, year=year)[ORDOS] for year in (2021, 2022, 2023)]
    assert found == [15, 15, 25]


def test_a_surplus_is_unknown_where_a_later_year_is():
    sinks = {key: value for key, value in STEADY.sinks.items() if key != (ORDOS, 2023)}
    lines = balance_lines(
        PLAN, SinkSeries(base_year=2020, sinks=sinks), region=REGION, leagues=LEAGUES
    )
    found = surpluses(lines, year=2022)
    assert (found[ORDOS], found[THIRD]) == (None, 40)


@given(
    years=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=3, max_size=3),
    year=st.integers(2021, 2023),
)
@settings(max_examples=30, deadline=None)
def test_a_project_of_the_surplus_leaves_no_later_year_in_deficit(years, year):
    """Taken from the year on, the surplus opens no gap, and a tonne more would open one."""
    plan = budget(
        *(increment(str(up), year=2021 + i) for i, (up, _) in enumerate(years)),
        *(reduction(str(d), "energy_mix", year=2021 + i) for i, (_, d) in enumerate(years)),
    )
    lines = balance_lines(plan, STEADY, region=REGION, leagues=(ORDOS,))
    sums = [sum(d - up for up, d in years[: i + 1]) for i in range(year - 2021, 3)]
    left = surpluses(lines, year=year)[ORDOS]
    assert left == max(0, min(sums))


def test_a_surplus_that_is_not_known_is_no_source():
    found = need("100", series=SinkSeries(base_year=2020)).draws
    assert {d.available_t_co2 for d in found if d.source is Source.OTHER_SURPLUS} == {None}
    assert found[0].available_t_co2 is None
    assert found[0].drawn_t_co2 == 0


def test_a_missing_reduction_gives_no_surplus():
    """Three classes are not stated: what is stated alone counts."""
    lines = balance_lines(PLAN, STEADY, region=REGION, leagues=LEAGUES)
    assert surpluses(lines, year=2022)[ORDOS] == 30


def test_no_source_lies_below_leagues_and_the_region_is_none():
    assert {d.zone_code for d in need("1000").draws} <= {*LEAGUES, ""}


@given(amount=st.integers(1, 1000), trade=st.integers(0, 50))
@settings(max_examples=30, deadline=None)
def test_drawn_and_short_make_up_the_need(amount, trade):
    found = need(str(amount), tradable={BAOTOU: Decimal(trade)})
    drawn = [d.drawn_t_co2 for d in found.draws]
    assert sum(drawn) + found.short_t_co2 == amount
    assert all(0 <= d.drawn_t_co2 <= (d.available_t_co2 or 0) for d in found.draws)
    assert found.short_t_co2 == max(0, amount - 92 - trade)
