"""The measured profile of METHOD A7."""

import pytest

from sinks.errors import EstimateError
from sinks.soils import Layer, profile_carbon

GOLDEN = [
    Layer(
        carbon_g_per_kg=carbon,
        bulk_density_g_per_cm3=density,
        thickness_cm=thickness,
        stones_percent=stones,
    )
    for carbon, density, thickness, stones in [
        (23.28, 1.15, 10, 2),
        (17.5, 1.25, 10, 3),
        (12.71, 1.30, 10, 5),
        (10.9, 1.35, 20, 5),
        (9.28, 1.40, 50, 8),
    ]
]


def test_each_layer_of_the_golden_profile():
    found = [round(layer.t_c_per_ha, 4) for layer in GOLDEN]
    assert found == [26.2366, 21.2188, 15.6969, 27.9585, 59.7632]


def test_the_golden_profile_by_depth_and_its_share():
    upper, whole = (profile_carbon(GOLDEN, depth_cm=depth) for depth in (30, 100))
    assert upper == pytest.approx(63.1522, abs=6e-5)
    assert whole == pytest.approx(150.8739, abs=6e-5)
    assert upper / whole == pytest.approx(0.4186, abs=5e-5)


def test_a_layer_is_never_divided():
    with pytest.raises(EstimateError, match="25 cm; they end at 10, 20, 30, 50, 100"):
        profile_carbon(GOLDEN, depth_cm=25)
    with pytest.raises(EstimateError, match="no depth"):
        profile_carbon([], depth_cm=30)


@pytest.mark.parametrize(
    "slip", [{"carbon_g_per_kg": -1.0}, {"stones_percent": 101.0}, {"thickness_cm": -10.0}]
)
def test_a_measurement_out_of_range_is_refused(slip):
    plain = {"carbon_g_per_kg": 20.0, "bulk_density_g_per_cm3": 1.2, "thickness_cm": 30.0,
             "stones_percent": 0.0}  # fmt: skip
    with pytest.raises(EstimateError, match=str(next(iter(slip.values())))):
        profile_carbon([Layer(**plain | slip)], depth_cm=30)
