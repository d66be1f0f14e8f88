"""The readings: goldens from the definitions, bounds, missing values, verdicts."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parks_energy import hourly, monthly, six_parks

from parks.definitions import Reading, target_of, targets
from parks.energy import PlantKind, Resolution, hours_in
from parks.errors import PowerError
from parks.power import Flag, readings
from parks.storage import LossesOn, Store
from parks.verdict import Outcome, verdict

LOAD = [80.0, 75, 70, 90, 110, 120, 115, 100]
GREEN = [20.0, 10, 60, 130, 160, 140, 50, 30]
STORE = Store(energy_mwh=40, power_mw=None, efficiency=0.9, losses_on=LossesOn.CHARGING)
ZERO, LOW, CANDIDATE = (target_of(kind) for kind in ("zero", "low", "candidate"))


def by_id(series, *, store=None, grid_cfe=None):
    """Return the readings of a series by id."""
    return {ratio.reading: ratio for ratio in readings(series, store=store, grid_cfe=grid_cfe)}


@pytest.mark.parametrize("whole_year", [False, True])
def test_goldens_of_the_eight_hours(whole_year):
    found = by_id(hourly(LOAD, GREEN, whole_year=whole_year), store=STORE, grid_cfe=0.30)
    pairs = list(zip(LOAD, GREEN, strict=True))
    matched = sum(min(load, green) for load, green in pairs)
    imported = sum(max(load - green, 0) for load, green in pairs)
    expected = {
        Reading.LOAD_ANNUAL: (sum(GREEN) / sum(LOAD), 0.789474),
        Reading.LOAD_HOURLY: (matched / sum(LOAD), 0.644737),
        Reading.LOAD_HOURLY_STORAGE: ((matched + 40) / sum(LOAD), 0.697368),
        Reading.GENERATION_USE: (matched / sum(GREEN), 0.816667),
        Reading.CURTAILMENT: ((sum(GREEN) - matched) / sum(GREEN), 0.183333),
        Reading.CFE: ((matched + 0.30 * imported) / sum(LOAD), 0.751316),
    }
    for reading, (value, rounded) in expected.items():
        assert found[reading].value == pytest.approx(value, rel=1e-12), reading
        assert round(found[reading].value, 6) == rounded, reading
    if not whole_year:
        assert found[Reading.CURTAILMENT].numerator_mwh == 110


def test_the_eight_hours_miss_80_percent_by_8_mwh_in_volume_and_118_by_the_hour():
    year = hourly(LOAD, GREEN, whole_year=True)
    repeats = hours_in(2023) // 8
    by_hour = verdict(readings(year, store=STORE, grid_cfe=0.3), target=ZERO)
    assert (by_hour.outcome, by_hour.ratio.reading) == (Outcome.MISSED, Reading.LOAD_HOURLY)
    assert by_hour.gap_mwh / repeats == pytest.approx(118)
    annual = year.coarser(Resolution.ANNUAL)
    by_volume = verdict(readings(annual, store=None, grid_cfe=None), target=ZERO)
    assert by_volume.ratio.reading is Reading.LOAD_ANNUAL
    assert by_volume.gap_mwh / repeats == pytest.approx(8)
    low = verdict(readings(year, store=None, grid_cfe=None), target=LOW)
    assert (low.outcome, low.gap_mwh) == (Outcome.MET, 0.0)


def test_the_use_of_generation_would_pass_what_the_share_of_load_fails():
    found = by_id(hourly(LOAD, GREEN, whole_year=True))
    assert found[Reading.GENERATION_USE].value > ZERO.share > found[Reading.LOAD_HOURLY].value


def test_every_reading_is_returned_and_a_missing_one_says_why():
    annual = hourly(LOAD, GREEN, whole_year=True).coarser(Resolution.ANNUAL)
    found = by_id(annual)
    assert list(found) == list(Reading)
    why = {
        Reading.LOAD_MONTHLY: Flag.NEEDS_MONTHLY,
        Reading.LOAD_HOURLY: Flag.NEEDS_HOURLY,
        Reading.LOAD_HOURLY_STORAGE: Flag.NO_STORE,
        Reading.CFE: Flag.NO_GRID_FACTOR,
    }
    for reading, flag in why.items():
        missing = found[reading]
        assert (missing.value, missing.numerator_mwh, missing.denominator_mwh) == (None,) * 3
        assert missing.flags == (flag,)
    with_both = by_id(annual, store=STORE, grid_cfe=0.3)
    for reading in (Reading.LOAD_HOURLY_STORAGE, Reading.CFE):
        assert with_both[reading].value is None
        assert with_both[reading].flags == (Flag.NEEDS_HOURLY,)


def test_coarse_readings_are_labelled_as_bounds():
    found = by_id(monthly([10.0] * 12, [4.0, 16.0] * 6))
    assert found[Reading.LOAD_ANNUAL].value == 1
    assert found[Reading.LOAD_MONTHLY].value == pytest.approx(0.7)
    assert found[Reading.LOAD_MONTHLY].flags == (Flag.UPPER_BOUND,)
    assert found[Reading.GENERATION_USE].flags == (Flag.UPPER_BOUND,)
    assert found[Reading.CURTAILMENT].flags == (Flag.LOWER_BOUND,)
    assert found[Reading.GENERATION_USE].resolution is Resolution.MONTHLY
    judged = verdict(tuple(found.values()), target=LOW)
    assert (judged.outcome, judged.ratio.reading) == (Outcome.MET, Reading.LOAD_MONTHLY)
    assert Flag.UPPER_BOUND in judged.ratio.flags


def test_more_generation_than_load_stops_at_one_and_says_so():
    found = by_id(hourly([10, 10], [0, 90]))[Reading.LOAD_ANNUAL]
    assert (found.value, found.numerator_mwh) == (1, 20)
    assert Flag.CAPPED in found.flags


def test_eleven_months_have_values_but_no_verdict():
    found = by_id(monthly([10.0] * 11, [9.0] * 11, months=range(1, 12)))
    assert found[Reading.LOAD_MONTHLY].value == pytest.approx(0.9)
    assert found[Reading.LOAD_MONTHLY].denominator_mwh == 110
    assert found[Reading.LOAD_MONTHLY].period == "2023 (11/12)"
    judged = verdict(tuple(found.values()), target=ZERO)
    assert (judged.outcome, judged.gap_mwh) == (Outcome.INCOMPLETE, None)


def test_a_candidate_has_no_target_and_no_load_no_data():
    year = hourly(LOAD, GREEN, whole_year=True)
    judged = verdict(readings(year, store=None, grid_cfe=None), target=CANDIDATE)
    assert (judged.outcome, judged.gap_mwh) == (Outcome.NO_TARGET, None)
    idle = readings(hourly([0, 0], [1, 1]), store=None, grid_cfe=0.3)
    assert verdict(idle, target=ZERO).outcome is Outcome.NO_DATA
    assert {ratio.value for ratio in idle if "load" in ratio.reading} == {None}
    assert Flag.NO_LOAD in idle[0].flags
    calm = by_id(hourly([1, 1], [0, 0]))
    assert calm[Reading.GENERATION_USE].flags == (Flag.INCOMPLETE, Flag.NO_GENERATION)
    assert calm[Reading.LOAD_HOURLY].value == 0


def test_exactly_on_target_is_met_in_spite_of_rounding():
    # 0.8 of 8,760 times 0.01 is 1.4e-14 above 7,008 times 0.01 in floats.
    year = hourly([0.01] * 10, [0.01] * 8 + [0.0] * 2, whole_year=True)
    judged = verdict(readings(year, store=None, grid_cfe=None), target=ZERO)
    assert judged.outcome is Outcome.MET


def test_definitions_stand_with_the_numbers_in_both_languages():
    found = by_id(hourly(LOAD, GREEN), store=STORE, grid_cfe=0.3)
    for ratio in found.values():
        for text in (ratio.name_zh, ratio.name_en, ratio.definition_zh, ratio.definition_en):
            assert text
            assert "{" not in text
    storage = found[Reading.LOAD_HOURLY_STORAGE]
    assert "40 MWh, no power limit, efficiency 0.9, losses on charging" in storage.definition_en
    assert "容量 40 MWh，功率 不限，效率 0.9，损耗计在充电侧" in storage.definition_zh
    assert "(0.3)" in found[Reading.CFE].definition_en
    assert "逐时新能源发电量" in found[Reading.CURTAILMENT].definition_zh


def test_synthetic_data_is_flagged_in_every_reading():
    found = readings(six_parks()["damao"], store=STORE, grid_cfe=0.3)
    assert all(Flag.SYNTHETIC in ratio.flags for ratio in found)


def test_cfe_credits_the_grid_only_for_what_comes_from_it():
    # 6 of 10 MWh from the park's coal, 4 from the grid at 0.5: 2 carbon-free of 10.
    assert by_id(hourly([10], [0], other=[6]), grid_cfe=0.5)[Reading.CFE].value == 0.2


def test_cfe_takes_a_factor_per_hour():
    found = by_id(hourly([10, 10], [0, 0]), grid_cfe=np.array([0.1, 0.5]))[Reading.CFE]
    assert found.value == pytest.approx(0.3)
    assert "0.1–0.5" in found.definition_en


@pytest.mark.parametrize(
    ("factor", "said"),
    [(1.2, "lies in 0..1, got 1.2"), (-0.1, "got -0.1"), (np.nan, "got nan"),
     (np.ones(3), r"one number or one per hour \(2\), got 3")],
)  # fmt: skip
def test_a_grid_factor_that_cannot_be_is_refused(factor, said):
    with pytest.raises(PowerError, match=said):
        readings(hourly([1, 1], [1, 1]), store=None, grid_cfe=factor)


def test_a_verdict_is_about_one_park_and_a_known_kind():
    with pytest.raises(PowerError, match=r"a verdict is about one park, got \[\]"):
        verdict((), target=ZERO)
    with pytest.raises(PowerError, match="no kind of park 'green'; the kinds are zero, low, cand"):
        target_of("green")


def test_targets_are_those_of_the_policy_and_sourced():
    assert {kind: target.share for kind, target in targets().items()} == {
        "zero": 0.80, "low": 0.50, "candidate": None
    }  # fmt: skip
    for kind in ("zero", "low"):
        assert targets()[kind].source == "内政办发〔2023〕94号"
        assert f"{targets()[kind].share:.0%}" in targets()[kind].phrase


def year_of(seed, *, scale=1.0):
    """Return a random year, calm and sunny months among it."""
    rng = np.random.default_rng(seed)
    hours = hours_in(2023)
    season = np.repeat(rng.uniform(0, 2, 73), hours // 73)
    return hourly(
        rng.uniform(0, 100, hours) * scale, rng.uniform(0, 100, hours) * season * scale,
        kind=PlantKind.PV,
    )  # fmt: skip


@given(seed=st.integers(0, 2**32 - 1), energy=st.floats(0, 1e5), factor=st.floats(0, 1))
@settings(max_examples=15, deadline=None)
def test_hourly_is_at_most_monthly_at_most_annual_and_storage_never_lowers(seed, energy, factor):
    store = Store(energy_mwh=energy, power_mw=50, efficiency=0.85, losses_on=LossesOn.BOTH)
    found = by_id(year_of(seed), store=store, grid_cfe=factor)
    value = {reading: ratio.value for reading, ratio in found.items()}
    tiny = 1e-12
    assert value[Reading.LOAD_HOURLY] <= value[Reading.LOAD_MONTHLY] + tiny
    assert value[Reading.LOAD_MONTHLY] <= value[Reading.LOAD_ANNUAL] + tiny
    assert value[Reading.LOAD_HOURLY] <= value[Reading.LOAD_HOURLY_STORAGE] + tiny
    assert value[Reading.LOAD_HOURLY] <= value[Reading.CFE] + tiny
    assert value[Reading.GENERATION_USE] + value[Reading.CURTAILMENT] == pytest.approx(1)
    assert all(0 <= number <= 1 for number in value.values())


@given(seed=st.integers(0, 2**32 - 1), scale=st.sampled_from([1e-6, 0.5, 3.0, 1e6]))
@settings(max_examples=10, deadline=None)
def test_ratios_do_not_depend_on_the_size_of_the_park(seed, scale):
    def store(by):
        return Store(
            energy_mwh=500 * by, power_mw=80 * by, efficiency=0.9, losses_on=LossesOn.CHARGING
        )

    small = by_id(year_of(seed), store=store(1.0), grid_cfe=0.3)
    large = by_id(year_of(seed, scale=scale), store=store(scale), grid_cfe=0.3)
    for reading in Reading:
        assert large[reading].value == pytest.approx(small[reading].value, rel=1e-9), reading


def test_a_year_of_six_parks_gives_three_readings_and_a_verdict_each():
    for series in six_parks().values():
        found = by_id(series, store=STORE, grid_cfe=0.3)
        three = [found[r].value for r in (
            Reading.LOAD_HOURLY, Reading.LOAD_MONTHLY, Reading.LOAD_ANNUAL
        )]  # fmt: skip
        assert 0 < three[0] <= three[1] + 1e-12 <= three[2] + 2e-12
        assert three[2] <= 1
        judged = verdict(tuple(found.values()), target=ZERO)
        assert judged.outcome in {Outcome.MET, Outcome.MISSED}
        lacks = max(0.8 * series.load_mwh.sum() - found[Reading.LOAD_HOURLY].numerator_mwh, 0)
        assert math.isclose(judged.gap_mwh, lacks, rel_tol=1e-9, abs_tol=1e-6)
