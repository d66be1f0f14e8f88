"""Cohorts: counting years, against the plain meaning of a conversion year by year."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinks.errors import EstimateError
from sinks.soils import Spread, missing_years

spreads = st.builds(
    lambda y0, n, d: Spread(year0=y0, year1=y0 + n, duration=d),
    st.integers(1990, 2025),
    st.integers(1, 8),
    st.integers(1, 25),
)
quick = settings(max_examples=60, deadline=None)


def parcels(spread):
    """Return the years of conversion, each with an equal part of the land."""
    return range(spread.year0 + 1, spread.year1 + 1)


@quick
@given(spread=spreads, start=st.integers(1985, 2050), length=st.integers(0, 30))
def test_the_share_that_is_done_is_a_count_of_parcel_years(spread, start, length):
    counted = sum(
        converted <= year <= converted + spread.duration - 1
        for converted in parcels(spread)
        for year in range(start + 1, start + length + 1)
    )
    whole = len(parcels(spread)) * spread.duration
    assert spread.share_done(start, start + length) == Fraction(counted, whole)


@quick
@given(spread=spreads, year=st.integers(1985, 2060))
def test_land_is_in_transition_or_graduated_or_not_yet_converted(spread, year):
    n = len(parcels(spread))
    changing = sum(c <= year <= c + spread.duration - 1 for c in parcels(spread))
    done = sum(year >= c + spread.duration for c in parcels(spread))
    assert spread.share_in_transition(year) == Fraction(changing, n)
    assert spread.share_graduated(year) == Fraction(done, n)


@quick
@given(spread=spreads, cuts=st.lists(st.integers(1985, 2060), min_size=1, max_size=4))
def test_periods_that_follow_each_other_add_to_the_whole(spread, cuts):
    years = [1980, *sorted(set(cuts)), 2070]
    done = [spread.share_done(a, b) for a, b in pairwise(years)]
    assert sum(done) == 1


def test_the_golden_spreading_of_three_years():
    """METHOD A7: 300 ha at 0.4945 t C/ha/yr: 296.7 t C in 2020-2023, 148.35 in 2023 alone."""
    spread = Spread(year0=2020, year1=2023, duration=20)
    whole = 300 * 0.4945 * 20
    assert float(spread.share_done(2020, 2023)) * whole == pytest.approx(296.7)
    assert float(spread.share_done(2020, 2023)) * whole / 3 == pytest.approx(98.9)
    assert float(spread.share_done(2022, 2023)) * whole == pytest.approx(148.35)
    assert spread.share_done(2023, 2024) * 60 == 3, "all three parcels from then on"


def test_missing_years_are_those_before_the_first_map_that_still_count():
    assert missing_years(2003, 2022, 20) == 0, "the year 2023 alone needs maps from 2003"
    assert missing_years(2004, 2022, 20) == 1
    assert missing_years(2020, 2020, 20) == 19
    assert missing_years(1990, 2020, 20) == 0


@pytest.mark.parametrize(("year1", "duration"), [(2020, 20), (2019, 20), (2023, 0)])
def test_a_spread_needs_time(year1, duration):
    with pytest.raises(EstimateError, match=f"2020, {year1} and {duration}"):
        Spread(year0=2020, year1=year1, duration=duration)
