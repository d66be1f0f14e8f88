"""Dead wood and litter of METHOD A6."""

import pytest

from sinks.coefficients import load_register
from sinks.errors import EstimateError
from sinks.soils import conversion_change, dead_organic_carbon, stock_change


def test_the_shares_of_the_tool_give_the_golden_carbon():
    """AGB 100 t d.m./ha: dead wood 3.76 and litter 1.48, 5.24 t C/ha in all."""
    table = load_register(["dead_organic_matter"])
    ratios = {
        name: table.lookup(
            parameter=f"{name}_ratio", pool=name, ecosystem="forest", stratum="temperate_boreal"
        ).value
        for name in ("dead_wood", "litter")
    }
    wood, litter = dead_organic_carbon(
        100.0,
        dead_wood_ratio=ratios["dead_wood"],
        litter_ratio=ratios["litter"],
        wood_fraction=0.47,
        litter_fraction=0.37,
    )
    assert (wood, litter) == (pytest.approx(3.76), pytest.approx(1.48))
    assert wood + litter == pytest.approx(5.24)


def test_the_golden_stock_difference_is_thirty_tonnes_a_year():
    assert stock_change(2.75, 2.90, area_ha=1000, years=5) == pytest.approx(30)


def test_a_conversion_loses_at_once_what_the_next_twenty_years_bring_back():
    lost = conversion_change(5.24, 0, area_ha=100, years=1)
    gained = sum(conversion_change(0, 5.24, area_ha=100, years=20) for _ in range(20))
    assert lost == pytest.approx(-524)
    assert gained == pytest.approx(-lost)


@pytest.mark.parametrize("change", [stock_change, conversion_change])
def test_a_period_without_length_is_refused(change):
    with pytest.raises(EstimateError, match="got 0"):
        change(1.0, 2.0, area_ha=1.0, years=0)
