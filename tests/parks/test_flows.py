"""Source, grid, load, storage: a hand-worked case, closure to 1e-9, and who serves first."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parks_energy import hourly, monthly, six_parks

from parks.errors import SeriesError
from parks.flows import flows
from parks.storage import LossesOn, Store

STORE = Store(energy_mwh=40, power_mw=None, efficiency=0.9, losses_on=LossesOn.CHARGING)


def test_new_energy_then_store_then_other_then_grid_serve_the_load():
    series = hourly([10, 30, 30], [50, 0, 0], other=[5, 5, 8])
    found = flows(series, store=STORE, export_mw=1.0)
    # Hour 1: 40 surplus give 36 stored, 4 lost; the other plant's 5 have nowhere to go.
    assert found.charge.tolist() == [36, 0, 0]
    assert found.losses.tolist() == [4, 0, 0]
    assert found.surplus.tolist() == [5, 5, 0]
    assert found.discharge.tolist() == [0, 30, 6]
    assert found.grid_import.tolist() == [0, 0, 16]
    assert found.level.tolist() == [36, 6, 0]
    assert found.exported.tolist() == [1, 1, 0]
    assert found.curtailed.tolist() == [4, 4, 0]
    assert found.peak_import_mw == 16


def test_the_golden_case_has_110_mwh_of_surplus():
    load, green = [80, 75, 70, 90, 110, 120, 115, 100], [20, 10, 60, 130, 160, 140, 50, 30]
    totals = flows(hourly(load, green), store=None, export_mw=None).totals()
    assert totals["surplus"] == 110
    assert totals["grid_import"] == 270
    assert totals["exported"] is None
    assert totals["curtailed"] is None


@given(
    seed=st.integers(0, 2**32 - 1),
    energy=st.floats(0, 1e4),
    power=st.none() | st.floats(0, 1e3),
    efficiency=st.floats(0.3, 1),
    losses_on=st.sampled_from(LossesOn),
    scale=st.sampled_from([1.0, 1e5]),
)
@settings(max_examples=60, deadline=None)
def test_the_balance_closes_in_every_hour(seed, energy, power, efficiency, losses_on, scale):
    rng = np.random.default_rng(seed)
    rows = [rng.uniform(0, 1000, 100) * rng.integers(0, 2, 100) * scale for _ in range(3)]
    store = Store(energy_mwh=energy, power_mw=power, efficiency=efficiency, losses_on=losses_on)
    found = flows(hourly(rows[0], rows[1], other=rows[2]), store=store, export_mw=50.0)
    assert np.abs(found.residual).max() <= 1e-9 * scale
    assert np.abs(found.surplus - found.exported - found.curtailed).max() <= 1e-9 * scale
    for name in ("grid_import", "surplus", "exported", "curtailed", "charge", "discharge"):
        assert (getattr(found, name) >= 0).all(), name
    np.testing.assert_allclose(
        np.diff(found.level, prepend=0.0), found.charge - found.discharge, atol=1e-9
    )


def test_a_year_of_the_six_parks_closes():
    for series in six_parks().values():
        found = flows(series, store=STORE, export_mw=None)
        assert np.abs(found.residual).max() < 1e-9
        supply = series.generation_mwh.sum() + found.grid_import.sum() + found.discharge.sum()
        use = found.load.sum() + found.charge.sum() + found.surplus.sum() + found.losses.sum()
        assert supply == pytest.approx(use, rel=1e-12)


def test_a_monthly_balance_is_net_and_closes():
    found = flows(monthly([10.0] * 12, [4.0, 16.0] * 6), store=None, export_mw=None)
    assert found.grid_import.sum() == 36
    assert found.surplus.sum() == 36
    assert np.abs(found.residual).max() == 0
    assert found.peak_import_mw is None


def test_the_frame_leaves_blank_what_is_not_known():
    frame = flows(hourly([1, 2], [3, 0]), store=None, export_mw=None).frame()
    assert frame["exported_mwh"].isna().all()
    assert frame["grid_import_mwh"].tolist() == [0, 2]
    assert list(frame.columns) == [
        "period", "new_energy_mwh", "other_mwh", "grid_import_mwh", "discharge_mwh", "load_mwh",
        "charge_mwh", "surplus_mwh", "losses_mwh", "level_mwh", "exported_mwh", "curtailed_mwh",
    ]  # fmt: skip


def test_a_store_or_a_power_limit_without_hours_is_refused():
    series = monthly([1.0] * 12, [1.0] * 12)
    for store, limit in ((STORE, None), (None, 1.0)):
        with pytest.raises(SeriesError, match="needs hours; the data is monthly"):
            flows(series, store=store, export_mw=limit)
    with pytest.raises(SeriesError, match="the grid takes 0 MW or more, got -1"):
        flows(hourly([1], [1]), store=None, export_mw=-1.0)
