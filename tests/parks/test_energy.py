"""The series itself: what it sums, what it refuses, and that sums keep every MWh."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parks_energy import hourly, monthly, six_parks

from parks.energy import EnergySeries, Plant, PlantKind, Resolution, hours_in, month_of_hour
from parks.errors import ParksError, SeriesError

WIND = Plant(id="a", kind=PlantKind.WIND, new_energy=True)


def annual(**changes):
    """Return an annual series of one plant with some fields replaced."""
    fields = {
        "park_id": "p",
        "year": 2023,
        "resolution": Resolution.ANNUAL,
        "periods": np.zeros(1, dtype=np.int64),
        "load_mwh": np.ones(1),
        "plants": (WIND,),
        "generation_mwh": np.ones((1, 1)),
    }
    return EnergySeries(**(fields | changes))


def test_months_of_a_leap_year_end_where_the_calendar_says():
    counts = np.bincount(month_of_hour(np.arange(hours_in(2024)), 2024))[1:]
    assert (counts // 24).tolist() == [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


@given(seed=st.integers(0, 2**32 - 1), year=st.sampled_from([2023, 2024]))
@settings(max_examples=10, deadline=None)
def test_months_and_years_keep_every_mwh_of_the_hours(seed, year):
    rng = np.random.default_rng(seed)
    series = hourly(rng.uniform(0, 9, hours_in(year)), rng.uniform(0, 9, hours_in(year)), year=year)
    for resolution, size in ((Resolution.MONTHLY, 12), (Resolution.ANNUAL, 1)):
        sums = series.coarser(resolution)
        assert sums.complete
        assert sums.load_mwh.shape == (size,)
        assert sums.load_mwh.sum() == pytest.approx(series.load_mwh.sum(), rel=1e-12)
        assert sums.new_energy_mwh.sum() == pytest.approx(series.new_energy_mwh.sum(), rel=1e-12)


def test_coarser_by_way_of_months_is_the_same_year():
    series = six_parks()["damao"]
    direct = series.coarser(Resolution.ANNUAL)
    by_months = series.coarser(Resolution.MONTHLY).coarser(Resolution.ANNUAL)
    np.testing.assert_allclose(direct.generation_mwh, by_months.generation_mwh, rtol=1e-12)
    assert direct.synthetic


def test_a_cut_year_stays_cut_when_it_is_summed():
    short = hourly(np.ones(8759), np.ones(8759))
    assert not short.complete
    for resolution in (Resolution.MONTHLY, Resolution.ANNUAL):
        assert not short.coarser(resolution).complete
    assert short.period == "2023 (8759/8760)"


def test_eleven_months_are_never_scaled_up_to_twelve():
    year = monthly(np.full(11, 10.0), np.full(11, 5.0), months=np.arange(1, 12))
    assert year.coarser(Resolution.ANNUAL).load_mwh.tolist() == [110.0]
    assert not year.coarser(Resolution.ANNUAL).complete


def test_plants_that_are_no_new_energy_are_kept_apart():
    series = hourly([1, 2], [3, 4], other=[10, 20])
    assert series.new_energy_mwh.tolist() == [3, 4]
    assert series.other_mwh.tolist() == [10, 20]
    assert series.of_kind(PlantKind.WIND).tolist() == [3, 4]
    assert series.of_kind(PlantKind.PV).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"load_mwh": np.ones(2)}, r"1 periods and 1 plants do not fit load \(2,\)"),
        ({"generation_mwh": np.ones((2, 1))}, r"generation \(2, 1\)"),
        ({"load_mwh": np.array([-1.0])}, r"load at \(0,\) is -1 MWh"),
        ({"generation_mwh": np.array([[np.nan]])}, r"generation at \(0, 0\) is nan MWh"),
        ({"generation_mwh": np.array([[np.inf]])}, "is inf MWh; energies are finite"),
        ({"reported": {"charge": np.array([-2.0])}}, r"charge at \(0,\) is -2 MWh"),
        ({"reported": {"charge": np.ones(2)}}, r"charge has \(2,\), not \(1,\)"),
        ({"plants": (WIND, WIND), "generation_mwh": np.ones((2, 1))}, r"share an id: \['a', 'a'\]"),
        ({"periods": np.array([1])}, "annual periods of 2023 ascend within 0..0"),
    ],
)
def test_what_a_series_cannot_be_is_refused(changes, said):
    with pytest.raises(SeriesError, match=said) as caught:
        annual(**changes)
    assert isinstance(caught.value, ParksError)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("hours", [[0, 2], [1, 0], [8760], [-1, 0], []])
def test_hours_with_a_gap_out_of_order_or_beyond_the_year_are_refused(hours):
    with pytest.raises(SeriesError, match=r"within 0\.\.8759 without a gap"):
        annual(
            resolution=Resolution.HOURLY,
            periods=np.array(hours, dtype=np.int64),
            load_mwh=np.ones(len(hours)),
            generation_mwh=np.ones((1, len(hours))),
        )


def test_months_twice_are_refused():
    with pytest.raises(SeriesError, match=r"monthly periods of 2023 ascend within 1\.\.12"):
        monthly([1.0, 1.0], [1.0, 1.0], months=[3, 3])


def test_finer_values_are_never_made_up():
    with pytest.raises(SeriesError, match="annual data has no monthly values"):
        annual().coarser(Resolution.MONTHLY)
    with pytest.raises(SeriesError, match="an annual series has no months"):
        _ = annual().months


def test_wind_that_would_not_count_and_plants_of_no_power_are_refused():
    with pytest.raises(SeriesError, match="plant 'b' is wind, which is always new energy"):
        Plant(id="b", kind=PlantKind.WIND, new_energy=False)
    with pytest.raises(SeriesError, match="plant 'b' has 0 MW"):
        Plant(id="b", kind=PlantKind.PV, new_energy=True, capacity_mw=0)


def test_the_six_synthetic_parks_are_seeded_labelled_and_plausible():
    parks, again = six_parks(), six_parks()
    assert len(parks) == 6
    for park_id, series in parks.items():
        assert series.synthetic
        assert series.complete
        np.testing.assert_array_equal(series.generation_mwh, again[park_id].generation_mwh)
        for plant, energy in zip(series.plants, series.generation_mwh, strict=True):
            assert 800 < energy.sum() / plant.capacity_mw < 6000  # full-load hours
    assert six_parks(2024)["etuoke"].load_mwh.size == 8784
