"""Units: one converter, one flip."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinks.errors import EstimateError
from sinks.units import (
    CO2_PER_CARBON,
    Basis,
    Mass,
    carbon_of,
    co2_of,
    flip,
    ha_of_mm2,
    ha_of_wan_mu,
    removal,
    wan,
    wan_mu_of_ha,
)

finite = st.floats(-1e12, 1e12, allow_nan=False)


def test_carbon_to_co2_is_the_golden_larch_stand():
    assert co2_of(58.43376) == pytest.approx(214.25712, abs=1e-9)


def test_removal_is_the_golden_stock_difference():
    # METHOD A3: 1,000 ha, V 120 -> 126 m3/ha in three years
    assert removal(61_355.448 - 58_433.76, years=3) == pytest.approx(3_570.952, abs=1e-6)


@pytest.mark.parametrize("years", [0, -1, float("nan")])
def test_removal_refuses_a_period_of_no_length(years):
    with pytest.raises(EstimateError, match="longer than 0 years"):
        removal(1.0, years=years)


def test_arrays_convert_element_by_element():
    np.testing.assert_allclose(co2_of(np.array([3.0, -6.0])), [11.0, -22.0])
    np.testing.assert_allclose(flip(np.array([1.0, 0.0])), [-1.0, 0.0])


@given(finite)
def test_the_flip_is_its_own_inverse(flux):
    assert flip(flip(flux)) == flux


def test_the_flip_of_zero_is_not_minus_zero():
    assert str(flip(0.0)) == "0.0"


@given(finite)
def test_carbon_survives_the_way_to_co2_and_back(carbon):
    assert carbon_of(co2_of(carbon)) == pytest.approx(carbon, rel=1e-12)


@given(
    st.floats(1e-6, 1e9),
    st.sampled_from(list(Basis)),
    st.sampled_from(list(Basis)),
    st.floats(0.01, 1),
)
def test_a_mass_survives_any_change_of_basis_and_back(tonnes, start, end, fraction):
    mixed = (start is Basis.DRY_MATTER) is not (end is Basis.DRY_MATTER)
    share = fraction if mixed else None
    mass = Mass(tonnes=tonnes, basis=start)
    back = mass.to(end, carbon_fraction=share).to(start, carbon_fraction=share)
    assert back.basis is start
    assert back.tonnes == pytest.approx(tonnes, rel=1e-12)


def test_dry_matter_to_co2_by_hand():
    mass = Mass(tonnes=100.0, basis=Basis.DRY_MATTER).to(Basis.CO2, carbon_fraction=0.47)
    assert mass.tonnes == pytest.approx(100 * 0.47 * 44 / 12)
    assert mass.basis is Basis.CO2


@pytest.mark.parametrize(
    ("start", "end", "fraction", "message"),
    [
        (Basis.DRY_MATTER, Basis.CARBON, None, "t d.m. to t C needs carbon fraction"),
        (Basis.CARBON, Basis.CO2, 0.5, "t C to t CO2 takes no carbon fraction"),
        (Basis.DRY_MATTER, Basis.CARBON, 47.0, "lies in .0, 1., got 47"),
        (Basis.DRY_MATTER, Basis.CARBON, 0.0, "lies in .0, 1., got 0"),
    ],
)
def test_a_wrong_carbon_fraction_is_refused(start, end, fraction, message):
    with pytest.raises(EstimateError, match=message):
        Mass(tonnes=1.0, basis=start).to(end, carbon_fraction=fraction)


def test_masses_of_two_bases_do_not_add():
    carbon = Mass(tonnes=1.0, basis=Basis.CARBON)
    assert (carbon + carbon).tonnes == 2.0
    with pytest.raises(EstimateError, match="cannot add t CO2 to t C"):
        carbon + Mass(tonnes=1.0, basis=Basis.CO2)


def test_areas_and_wan_units_by_hand():
    assert ha_of_mm2(9 * 10**8) == 0.09  # one pixel of 30 m
    assert ha_of_wan_mu(1.0) == pytest.approx(666.6666667)
    assert wan_mu_of_ha(7_200_000.0) == pytest.approx(10_800.0)  # the policy target of D6
    assert wan(25_000.0) == 2.5
    assert pytest.approx(3.6666666666666665) == CO2_PER_CARBON
