import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinks.allometry import below_ground_smooth
from sinks.errors import EstimateError


def test_golden_a9_of_the_smooth_form():
    assert below_ground_smooth([100, 50]) == pytest.approx([29.46516, 15.89982], abs=1e-5)


@given(st.floats(0.1, 500), st.floats(1.001, 2))
def test_more_biomass_has_more_roots_and_a_smaller_ratio(biomass, times):
    low, high = below_ground_smooth([biomass, biomass * times])
    assert high > low
    assert high / (biomass * times) < low / biomass


def test_the_mean_of_stands_is_not_the_stand_of_the_mean():
    stands = np.array([20.0, 120.0])
    assert below_ground_smooth(stands).mean() < below_ground_smooth(stands.mean())


def test_missing_stays_missing_and_negative_is_refused():
    assert np.isnan(below_ground_smooth([np.nan])[0])
    with pytest.raises(EstimateError, match=r">= 0 t d.m./ha, got -1"):
        below_ground_smooth([1, -1])
