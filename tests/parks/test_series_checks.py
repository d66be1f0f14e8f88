"""Which of several series counts, and whether they agree."""

import numpy as np
import pytest
from parks_energy import hourly, monthly, six_parks

from parks.energy import Resolution, hours_in
from parks.errors import SeriesError
from parks.series_checks import check_night, finest


def flat(load=10.0):
    """Return a flat hourly year."""
    return hourly(np.full(hours_in(2023), load), np.full(hours_in(2023), 5.0))


def test_the_finest_complete_series_counts():
    hours = flat()
    year = hours.coarser(Resolution.ANNUAL)
    assert finest([year, hours]) == (hours, [])
    cut = monthly([10.0] * 11, [5.0] * 11, months=range(1, 12))
    assert finest([cut, year])[0] is year
    assert finest([cut])[0] is cut


def test_series_that_disagree_are_named():
    hours, months = flat(), flat(10.2).coarser(Resolution.MONTHLY)
    chosen, findings = finest([months, hours])
    assert chosen is hours
    assert [(f.code, f.value, f.where) for f in findings] == [
        ("power-series-disagree", "87600 / 89352", "p, 2023, load_mwh")
    ]
    assert "hourly and the monthly" in findings[0].what_en
    assert "逐时序列与逐月序列" in findings[0].what_zh
    assert finest([flat(10.05).coarser(Resolution.MONTHLY), hours])[1] == []


def test_only_series_of_one_park_and_year_are_compared():
    with pytest.raises(SeriesError, match=r"one park and year, got \[\]"):
        finest([])
    with pytest.raises(SeriesError, match=r"\('p', 2023\), \('p', 2024\)"):
        finest([hourly([1], [1]), hourly([1], [1], year=2024)])


def test_the_sun_of_the_six_parks_is_down_at_night():
    for series in six_parks().values():
        assert check_night(series) == []
