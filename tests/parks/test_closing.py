"""What closes a gap: hand-worked amounts, least amounts, and what no amount can close."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parks_energy import hourly, monthly, six_parks

from parks.closing import Closing, Means, close_by_generation, close_by_storage, measures
from parks.definitions import target_of
from parks.energy import PlantKind
from parks.errors import PowerError, SeriesError
from parks.power import readings
from parks.storage import LossesOn, Store, served_and_taken
from parks.verdict import Outcome, verdict

LOAD = [80.0, 75, 70, 90, 110, 120, 115, 100]
GREEN = [20.0, 10, 60, 130, 160, 140, 50, 30]
WIND, PV = PlantKind.WIND, PlantKind.PV


def store(energy=0.0, *, power=None):
    """Return a store that loses a tenth on charging."""
    return Store(energy_mwh=energy, power_mw=power, efficiency=0.9, losses_on=LossesOn.CHARGING)


def test_70_percent_takes_42_mwh_of_storage():
    # 532 of 760 MWh are wanted, 490 coincide; every MWh held comes back once.
    found = close_by_storage(hourly(LOAD, GREEN), target=0.70, store=store(), duration_h=None)
    assert found.closing is Closing.CLOSED
    assert found.energy_mwh == pytest.approx(42, rel=1e-6)
    assert found.extra_energy_mwh == found.energy_mwh
    assert found.share_after == pytest.approx(0.70, abs=1e-8)
    assert found.surplus_before_mwh == 110
    assert found.surplus_after_mwh == pytest.approx(110 - 42 / 0.9, rel=1e-6)
    assert found.finding() is None


def test_what_the_park_has_is_not_built_again():
    series = hourly(LOAD, GREEN)
    found = close_by_storage(series, target=0.70, store=store(30), duration_h=None)
    assert found.energy_mwh == pytest.approx(42, rel=1e-6)
    assert found.extra_energy_mwh == pytest.approx(12, rel=1e-6)
    assert found.share_before == pytest.approx(520 / 760)


def test_80_percent_cannot_be_closed_by_storage_alone():
    # 110 MWh of surplus hold 99; with 490 that is 0.775 of the load, in any store.
    found = close_by_storage(hourly(LOAD, GREEN), target=0.80, store=store(), duration_h=None)
    assert found.closing is Closing.CANNOT
    assert found.share_after == pytest.approx(589 / 760)
    assert found.energy_mwh is None
    told = found.finding()
    assert (told.code, told.severity, told.value) == ("power-cannot-close", "note", "0.775000")
    assert told.what_en.startswith("storage alone cannot reach 0.8")
    assert "仅靠储能无法达到 0.8" in told.what_zh


def test_power_decides_what_storage_can_close():
    # At 20 MW only 20 + 20 + 20 MWh are taken and 20 + 20 come back.
    series = hourly(LOAD, GREEN)
    weak = close_by_storage(series, target=0.70, store=store(power=20), duration_h=None)
    assert weak.closing is Closing.CANNOT
    assert weak.share_after == pytest.approx(530 / 760)
    # Four hours: 42 MWh come back as two hours of E/4, so E is 84.
    slow = close_by_storage(series, target=0.70, store=store(power=20), duration_h=4)
    assert slow.closing is Closing.CLOSED
    assert slow.energy_mwh == pytest.approx(84, rel=1e-6)


def test_75_percent_takes_another_63_6_percent_of_wind():
    # 320 MWh are met at once; hour 3 is full at 7/6 of its wind; 390 + 110 k = 570.
    found = close_by_generation(hourly(LOAD, GREEN), kind=WIND, target=0.75, store=store())
    assert found.closing is Closing.CLOSED
    assert found.factor == pytest.approx(180 / 110 - 1, rel=1e-6)
    assert found.extra_mwh == pytest.approx(600 * (180 / 110 - 1), rel=1e-6)
    assert found.share_after == pytest.approx(0.75, abs=1e-8)
    assert found.extra_mw is None
    assert found.energy_mwh is None


def test_sun_cannot_fill_the_night_however_much_is_built():
    series = hourly([10, 10, 10, 10], [0, 4, 4, 0], kind=PV)
    found = close_by_generation(series, kind=PV, target=0.8, store=store())
    assert found.closing is Closing.CANNOT
    assert found.share_after == 0.5
    assert "PV alone cannot reach 0.8" in found.finding().what_en
    # Half the load is reached, and not one MWh is built beyond it.
    half = close_by_generation(series, kind=PV, target=0.5, store=store())
    assert half.factor == pytest.approx(1.5, rel=1e-6)
    # With a store the sun reaches into the evening, but not back to the morning before it.
    stored = close_by_generation(series, kind=PV, target=0.75, store=store(10))
    assert stored.closing is Closing.CLOSED
    assert stored.extra_mwh == pytest.approx(20 + 10 / 0.9 - 8, rel=1e-6)


def test_a_kind_that_the_park_lacks_has_no_profile():
    found = close_by_generation(hourly(LOAD, GREEN), kind=PV, target=0.8, store=store())
    assert found.closing is Closing.NO_PROFILE
    told = found.finding()
    assert (told.code, told.severity) == ("power-no-profile", "note")
    assert "no PV generation" in told.what_en
    assert "光伏" in told.what_zh


def test_a_target_that_is_met_needs_nothing():
    for found in measures(hourly(LOAD, GREEN), target=0.5, store=store(), duration_h=None):
        assert found.closing is Closing.MET
        assert (found.factor, found.extra_mwh, found.energy_mwh) == (None, None, None)
        assert found.share_after == found.share_before


def test_closing_measures_of_the_six_parks_reach_their_targets_and_no_further():
    target = 0.8
    ends = set()
    for series in six_parks().values():
        present = store(100, power=50)
        for found in measures(series, target=target, store=present, duration_h=4):
            ends.add((found.means, found.closing))
            if found.closing is not Closing.CLOSED:
                continue
            after = {factor: share(series, found, factor) for factor in (1.0, 0.999)}
            assert after[1.0] == pytest.approx(found.share_after, rel=1e-9)
            assert after[1.0] >= target - 2e-9
            assert after[0.999] < target
    assert (Means.WIND, Closing.CLOSED) in ends
    assert (Means.STORAGE, Closing.CANNOT) in ends
    assert (Means.WIND, Closing.NO_PROFILE) in ends


def share(series, found, part):
    """Return the share with a part of what a measure builds, from the series itself."""
    green, size = series.new_energy_mwh, store(100, power=50)
    if found.means is Means.STORAGE:
        energy = found.energy_mwh * part
        size = store(energy, power=energy / 4)
    else:
        green = green + part * found.factor * series.of_kind(PlantKind(found.means))
    return served_and_taken(series.load_mwh, green, size)[0] / series.load_mwh.sum()


def test_a_gap_that_is_closed_is_judged_as_met():
    series = hourly(LOAD, GREEN, whole_year=True)
    found = close_by_generation(series, kind=WIND, target=0.8, store=store())
    built = replace(series, generation_mwh=series.generation_mwh * (1 + found.factor))
    judged = verdict(readings(built, store=None, grid_cfe=None), target=target_of("zero"))
    assert judged.outcome is Outcome.MET
    assert judged.ratio.value == pytest.approx(0.8, abs=2e-9)


def test_a_store_of_given_duration_may_have_to_be_larger_than_all_surplus():
    # One hour of 8 MWh over, one of 7.2 short: 7.2 MWh would do, but 8 MW take 4 x 8 MWh.
    found = close_by_storage(hourly([0, 7.2], [8, 0]), target=1.0, store=store(), duration_h=4)
    assert found.closing is Closing.CLOSED
    assert found.energy_mwh == pytest.approx(32, rel=1e-6)


def test_extra_power_follows_from_the_capacities_where_all_are_known():
    series = six_parks()["damao"]
    found = close_by_generation(series, kind=WIND, target=0.9, store=store())
    assert found.closing is Closing.CLOSED
    assert found.extra_mw == pytest.approx(found.factor * 300)
    judged = verdict(readings(series, store=None, grid_cfe=None), target=target_of("zero"))
    assert (judged.outcome is Outcome.MET) == (found.share_before >= 0.8)


@given(seed=st.integers(0, 2**32 - 1), target=st.floats(0, 1), energy=st.floats(0, 300))
@settings(max_examples=40, deadline=None)
def test_what_is_called_impossible_is_so_at_any_size(seed, target, energy):
    rng = np.random.default_rng(seed)
    load = rng.uniform(0, 100, 72) + 0.1
    green = rng.uniform(0, 150, 72) * rng.integers(0, 2, 72)
    series = hourly(load, green)
    by_storage = close_by_storage(series, target=target, store=store(energy), duration_h=None)
    huge = served_and_taken(load, green, store(1e9))[0] / load.sum()
    if by_storage.closing is Closing.CANNOT:
        assert by_storage.share_after == pytest.approx(huge, rel=1e-9)
    assert (by_storage.closing is Closing.CANNOT) == (huge < target - 1e-9)
    by_wind = close_by_generation(series, kind=WIND, target=target, store=store(energy))
    for found in (by_storage, by_wind):
        if found.closing is Closing.CLOSED:
            assert found.share_after >= target - 0.5e-9 - 1e-15
    flood = served_and_taken(load, green * 1e9, store(energy))[0] / load.sum()
    if green.any():
        assert (by_wind.closing is Closing.CANNOT) == (flood < target - 1e-9)


def test_what_cannot_be_searched_is_refused():
    coarse = monthly([1.0] * 12, [1.0] * 12)
    for search in (
        lambda: close_by_storage(coarse, target=0.8, store=store(), duration_h=None),
        lambda: close_by_generation(coarse, kind=WIND, target=0.8, store=store()),
    ):
        with pytest.raises(SeriesError, match="closing measures need hours; the data is monthly"):
            search()
    series = hourly([1, 1], [1, 0])
    with pytest.raises(PowerError, match=r"a target lies in 0\.\.1, got 1\.2"):
        close_by_generation(series, kind=WIND, target=1.2, store=store())
    with pytest.raises(PowerError, match="added generation is wind or PV, got other"):
        close_by_generation(series, kind=PlantKind.OTHER, target=0.8, store=store())
    with pytest.raises(PowerError, match="a duration is above 0 h, got 0"):
        close_by_storage(series, target=0.8, store=store(), duration_h=0)
    with pytest.raises(PowerError, match="there is no load"):
        close_by_storage(hourly([0], [1]), target=0.8, store=store(), duration_h=None)
