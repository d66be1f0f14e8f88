"""uncertainty.csv, the signal columns of totals.csv, and the correlation of two maps."""

from decimal import Decimal

import pandas as pd
import pytest
from accounting_factory import activity, agb, density, inventory_of, register_of

from sinks.export.schemas import SCHEMAS
from sinks.uncertainty import Factor

NO_SOIL = [density(c, "soil", 0, depth="0-100") for c in "FGCD"]
FRACTION = "F,,,agb,0.5,t C/t d.m.,0.5,0.5,a test,,verified,carbon_fraction,"
TWO_MAPS = [("1", "F", "F", 100, agb(0, [12_000], 100) | agb(1, [12_360], 100))]


@pytest.fixture
def register(tmp_path):
    """Return a function that makes a register of CSV lines."""
    return lambda *lines: register_of(tmp_path, *lines)


def one(table, **where):
    for column, value in where.items():
        table = table[table[column].isna() if value is None else table[column].eq(value)]
    (row,) = table.to_dict("records")
    return row


def maps(half, rho):
    """Return the errors of the biomass maps of both dates."""
    return [
        Factor(key=f"biomass:{year}", value=1.0, low=1 - half, high=1 + half, group="biomass",
               correlation=rho)
        for year in (2020, 2023)
    ]  # fmt: skip


def test_a_stock_stands_with_its_half_width_by_both_approaches(register):
    """100 ha at 60 -/+ 30 % with 10 % of area: 6,000 x sqrt(0.09 + 0.01) = 1,897.3666."""
    table = inventory_of(
        activity([("1", "F", "F", 100)]), register(density("F", "agb", 60, low=42, high=78),
        *NO_SOIL), area_error=0.10, draws=20_000,
    ).uncertainty  # fmt: skip
    row = one(table, zone_code="R", quantity="stock", year1=2020, ecosystem="forest", pool="agb")
    assert row["value_t_c"] == 6000
    assert row["approach1_half_width_t_c"] == Decimal("1897.366596")
    half = float(row["approach2_high_t_c"] - row["approach2_low_t_c"]) / 2
    assert half == pytest.approx(1897.37, rel=0.02)
    assert float(row["approach2_mean_t_c"]) == pytest.approx(6000, rel=0.01)
    assert abs(row["mean_shift_share"]) < Decimal("0.01")
    assert list(table.columns) == list(SCHEMAS["uncertainty"].columns)


def test_every_estimated_change_has_a_row_and_bounds(register):
    rows = [("1", "F", "G", 10), ("1", "G", "F", 5), ("2", "F", "F", 7), ("2", "D", "D", 3)]
    table = register(
        density("F", "agb", 60, low=42, high=78), density("G", "agb", 3, low=1, high=5),
        density("D", "agb", 0), *NO_SOIL,
    )  # fmt: skip
    result = inventory_of(activity(rows), table, area_error=0.10)
    shown = result.changes[result.changes["change_t_c"].notna()]
    errors = result.uncertainty[result.uncertainty["quantity"].eq("change")]
    keys = ["zone_code", "level", "year0", "year1", "ecosystem0", "ecosystem", "pool", "method"]
    assert set(map(tuple, errors[keys].to_numpy())) == set(map(tuple, shown[keys].to_numpy()))
    assert errors["approach2_low_t_c"].notna().all()
    assert shown["low_t_co2_per_year"].notna().all()
    joined = shown.merge(errors, on=keys)
    assert (joined["change_t_c"] == joined["value_t_c"]).all()


def test_a_skewed_row_shows_the_shift_of_its_mean_and_keeps_its_value(register):
    """39 (23 to 96) is drawn lognormal with the mean 50.22: 28.8 % above the value."""
    table = inventory_of(
        activity([("1", "F", None, 100)], years=(2020,)),
        register(density("F", "agb", 39, low=23, high=96), *NO_SOIL), draws=20_000,
    ).uncertainty  # fmt: skip
    row = one(table, zone_code="R", ecosystem="forest", pool="agb")
    assert row["value_t_c"] == 3900
    assert float(row["mean_shift_share"]) == pytest.approx(0.2876, abs=0.01)
    assert float(row["approach2_low_t_c"]) == pytest.approx(2300, rel=0.02)
    assert float(row["approach2_high_t_c"]) == pytest.approx(9600, rel=0.02)


def test_no_percentage_stands_where_a_change_is_smaller_than_its_half_width(register):
    result = inventory_of(
        activity([("1", "F", "F", 100), ("1", "G", "F", 1)]),
        register(density("F", "agb", 60), density("G", "agb", 3), *NO_SOIL), area_error=0.10,
    )  # fmt: skip
    row = one(result.totals, zone_code="R", quantity="change", scope="forest")
    half = (row["high_t_c"] - row["low_t_c"]) / 2
    assert 0 < row["value_t_c"] < half
    assert pd.isna(row["half_width_share"])
    assert float(row["signal_ratio"]) == pytest.approx(float(row["value_t_c"] / half), rel=1e-5)
    assert row["verdict"] == "no_signal"
    shift = one(result.uncertainty, zone_code="R", quantity="change", ecosystem0="forest",
                ecosystem="forest", pool="agb")  # fmt: skip
    assert pd.isna(shift["mean_shift_share"])
    stock = one(result.totals, zone_code="R", quantity="stock", scope="forest", year1=2020)
    assert float(stock["half_width_share"]) == pytest.approx(0.10, rel=0.1)


def test_a_change_of_two_maps_states_their_correlation_and_its_effect(register):
    """6,000 to 6,180 t C, 10 % each: half-width 861.35 apart, 272.92 at rho 0.9."""
    made = {
        rho: inventory_of(
            activity(TWO_MAPS), register(FRACTION, *NO_SOIL), methods=("forest",),
            biomass=("forest",), errors=maps(0.1, rho), draws=20_000,
        )
        for rho in (0.0, 0.9)
    }  # fmt: skip
    for rho, golden in ((0.0, 861.3501), (0.9, 272.9176)):
        row = one(made[rho].totals, zone_code="R", quantity="change", scope="forest")
        assert row["date_correlation"] == Decimal(str(rho))
        half = float(row["high_t_c"] - row["low_t_c"]) / 2
        assert half == pytest.approx(golden, rel=0.02)
        assert float(row["half_width_uncorrelated_t_c"]) == pytest.approx(861.3501, rel=0.02)
        assert float(row["approach1_half_width_t_c"]) == pytest.approx(golden, rel=1e-6)
    plain = one(made[0.0].totals, zone_code="R", quantity="change", scope="forest")
    assert float(plain["half_width_uncorrelated_t_c"]) == pytest.approx(
        float(plain["high_t_c"] - plain["low_t_c"]) / 2, rel=1e-9
    )


def test_a_change_without_two_maps_has_no_date_correlation(register):
    result = inventory_of(
        activity([("1", "F", "F", 100)]), register(density("F", "agb", 60), *NO_SOIL)
    )
    assert result.totals["date_correlation"].isna().all()
    assert result.totals["half_width_uncorrelated_t_c"].isna().all()


def test_a_region_is_the_sum_of_its_leagues_where_all_share_one_coefficient(register):
    zones = tuple("123456789")
    table = register(density("F", "agb", 60, low=42, high=78), *NO_SOIL)
    result = inventory_of(activity([(z, "F", "F", int(z) * 10) for z in zones]), table)
    rows = result.totals.query("quantity == 'stock' and scope == 'forest' and year1 == 2020")
    half = (rows["high_t_c"] - rows["low_t_c"]).astype(float) / 2
    of_region = half[rows["level"] == "region"].sum()
    assert of_region == pytest.approx(half[rows["level"] == "league"].sum(), rel=1e-8)


def test_a_change_that_one_map_alone_stands_behind_has_no_date_correlation(register):
    """Forest that becomes grassland: the later biomass map has no part in the change."""
    rows = [("1", "F", "G", 100, agb(0, [12_000], 100) | agb(1, [0], 100))]
    result = inventory_of(
        activity(rows), register(FRACTION, density("G", "agb", 3), *NO_SOIL),
        methods=("forest", "grassland"), biomass=("forest",), errors=maps(0.1, 0.9),
    )  # fmt: skip
    row = one(result.totals, zone_code="R", quantity="change", scope="forest")
    assert row["value_t_c"] == -5700
    assert pd.isna(row["date_correlation"])
    assert pd.isna(row["half_width_uncorrelated_t_c"])
