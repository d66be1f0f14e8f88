"""Sampling plans: the published size and allocation, minima for rare strata, refused figures."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rasters import RefusedError
from sinks.accuracy import overall_error, plan_text, read_strata, sampling_plan
from sinks.accuracy.plan import sample_size
from sinks.errors import EstimateError

AREAS = {"loss": 18_000.0, "gain": 13_500.0, "forest": 288_000.0, "other": 580_500.0}
USERS = {"loss": 0.7, "gain": 0.6, "forest": 0.9, "other": 0.95}


def test_the_published_example_needs_641_units():
    """Olofsson et al. (2014), section 5.1.1: W 0.020, 0.015, 0.320, 0.645, S(O) 0.01."""
    assert sample_size(AREAS, USERS, standard_error=0.01) == 641


def test_rare_strata_get_75_and_the_others_their_part_by_area():
    """641 units by 0.320 and 0.645 are 205.1 and 413.4; by 0.020 and 0.015 12.8 and 9.6."""
    plan = {s.stratum: s for s in sampling_plan(AREAS, USERS, standard_error=0.01, minimum=75)}
    assert overall_error(plan.values()) < 0.01
    assert {name: s.samples for name, s in plan.items()} == {
        "loss": 75,
        "gain": 75,
        "forest": 205,
        "other": 414,
    }
    assert plan["forest"].expected_standard_error == pytest.approx((0.9 * 0.1 / 204) ** 0.5)
    assert plan["loss"].proportional == 13


def test_a_proportional_plan_meets_the_target_but_for_rounding():
    """The size is that of an unbounded sample with n in place of n - 1, hence the 4 %."""
    plan = sampling_plan(AREAS, USERS, standard_error=0.01, minimum=2)
    assert overall_error(plan) == pytest.approx(0.01, rel=0.04)


def test_many_rare_strata_do_not_spoil_the_target():
    areas = {**{f"r{n}": 1.0 for n in range(20)}, "big": 1000.0}
    users = dict.fromkeys(areas, 0.8)
    plan = sampling_plan(areas, users, standard_error=0.02, minimum=50)
    assert sum(s.samples for s in plan if s.stratum != "big") == 20 * 50
    assert overall_error(plan) == pytest.approx(0.02, rel=0.01)


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.text("abc", min_size=1), st.floats(0.1, 1e6), min_size=1, max_size=6),
    st.floats(0.05, 0.95),
    st.integers(2, 60),
)
def test_no_stratum_has_less_than_the_minimum_and_no_unit_is_lost(areas, users, minimum):
    shares = dict.fromkeys(areas, users)
    plan = sampling_plan(areas, shares, standard_error=0.03, minimum=minimum)
    size = sample_size(areas, shares, standard_error=0.03)
    assert min(s.samples for s in plan) >= minimum
    assert sum(s.proportional for s in plan) == size
    assert sum(s.samples for s in plan) >= size


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"standard_error": 0}, "standard error"),
        ({"minimum": 1}, "at least 2 units, got 1"),
        ({"users": {**USERS, "gain": 1.2}}, "1.2"),
        ({"areas_ha": dict.fromkeys(AREAS, 0.0)}, "area"),
    ],
)
def test_figures_out_of_range_are_refused(changes, match):
    given_ = {"areas_ha": AREAS, "users": USERS, "standard_error": 0.01, "minimum": 50} | changes
    with pytest.raises(EstimateError, match=match):
        sampling_plan(given_.pop("areas_ha"), given_.pop("users"), **given_)


def test_strata_are_read_and_the_plan_is_written(tmp_path):
    path = tmp_path / "strata.csv"
    lines = [f"{name},{AREAS[name]},{USERS[name]}" for name in AREAS]
    path.write_text("\n".join(["stratum,area_ha,users_accuracy", *lines]) + "\n", encoding="utf-8")
    areas, users = read_strata(path)
    assert (areas, users) == (AREAS, USERS)
    written = plan_text(sampling_plan(areas, users, standard_error=0.01, minimum=75)).split("\n")
    assert written[1] == "forest,288000.000000,0.320000,0.900000,205,205,0.021004"
    assert len(written) == 6


def test_every_fault_of_the_strata_is_named(tmp_path):
    path = tmp_path / "strata.csv"
    path.write_text("stratum,area_ha,users_accuracy\na,0,0.9\na,5,1.9\n", encoding="utf-8")
    with pytest.raises(RefusedError) as caught:
        read_strata(path)
    assert [(f.code, f.value) for f in caught.value.findings] == [
        ("plan-area", "0"),
        ("plan-stratum", "a"),
        ("plan-accuracy", "1.9"),
    ]
