"""Dispatch: a golden, a hand-worked store with limits, a plain loop as oracle, properties."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parks.errors import ParksError, StoreError
from parks.storage import LossesOn, Store, dispatch, served_and_taken

LOAD = np.array([80.0, 75, 70, 90, 110, 120, 115, 100])
GREEN = np.array([20.0, 10, 60, 130, 160, 140, 50, 30])
NONE = Store(energy_mwh=0, power_mw=None, efficiency=1.0, losses_on=LossesOn.CHARGING)

stores = st.builds(
    Store,
    energy_mwh=st.floats(0, 500),
    power_mw=st.none() | st.floats(0, 100),
    efficiency=st.floats(0.3, 1.0),
    losses_on=st.sampled_from(LossesOn),
)
seeds = st.integers(0, 2**32 - 1)


def case(seed, *, parks=1, hours=60):
    """Return load and generation with exact zeros and equal hours among them."""
    rng = np.random.default_rng(seed)
    load = rng.uniform(0, 100, (parks, hours)) * rng.integers(0, 2, (parks, hours))
    green = rng.uniform(0, 150, (parks, hours)) * rng.integers(0, 2, (parks, hours))
    return load, np.where(rng.random((parks, hours)) < 0.1, load, green)


def plain_loop(load, green, store):
    """Dispatch written from its definition, hour by hour, in plain Python."""
    power = float("inf") if store.power_mw is None else store.power_mw
    into = {"charging": store.efficiency, "discharging": 1.0}.get(
        store.losses_on, store.efficiency**0.5
    )
    out = store.efficiency / into
    held, rows = 0.0, []
    for need, made in zip(load.tolist(), green.tolist(), strict=True):
        surplus, deficit = max(made - need, 0.0), max(need - made, 0.0)
        taken = min(surplus, power, (store.energy_mwh - held) / into)
        given_back = min(deficit, power, held * out)
        held = held + taken * into - given_back / out
        rows.append((taken, given_back, held))
    return np.array(rows).T


def test_golden_40_mwh_and_nine_tenths_serve_697368_of_the_load():
    store = Store(energy_mwh=40, power_mw=None, efficiency=0.9, losses_on=LossesOn.CHARGING)
    served, taken = served_and_taken(LOAD, GREEN, store)
    assert round(served / LOAD.sum(), 6) == 0.697368
    assert taken == pytest.approx(40 / 0.9)


def test_without_a_store_only_what_coincides_is_served():
    assert served_and_taken(LOAD, GREEN, NONE) == (490.0, 0.0)


def test_power_binds_at_the_terminals_on_both_ways():
    # 30 MW: hours 4 to 6 bring 30 + 10 + 0 before 36 MWh are full at 0.9; 30 then 6 come back.
    store = Store(energy_mwh=36, power_mw=30, efficiency=0.9, losses_on=LossesOn.CHARGING)
    done = dispatch(LOAD[None], GREEN[None], [store])
    np.testing.assert_allclose(done.taken_mwh[0], [0, 0, 0, 30, 10, 0, 0, 0], atol=1e-12)
    np.testing.assert_allclose(done.delivered_mwh[0], [0, 0, 0, 0, 0, 0, 30, 6], atol=1e-12)
    np.testing.assert_allclose(done.losses_mwh[0], [0, 0, 0, 3, 1, 0, 0, 0], atol=1e-12)


@pytest.mark.parametrize(
    ("losses_on", "taken", "delivered"),
    [("charging", 80, 40), ("discharging", 40, 20), ("both", 40 / 0.5**0.5, 40 * 0.5**0.5)],
)
def test_where_the_losses_fall_decides_what_40_mwh_take_and_give(losses_on, taken, delivered):
    store = Store(energy_mwh=40, power_mw=None, efficiency=0.5, losses_on=LossesOn(losses_on))
    done = dispatch(np.array([[0.0, 500.0]]), np.array([[500.0, 0.0]]), [store])
    assert done.taken_mwh[0, 0] == pytest.approx(taken)
    assert done.delivered_mwh[0, 1] == pytest.approx(delivered)


@given(seed=seeds, drawn=st.lists(stores, min_size=3, max_size=3))
@settings(max_examples=60, deadline=None)
def test_dispatch_equals_a_plain_loop_for_every_park(seed, drawn):
    load, green = case(seed, parks=3)
    done = dispatch(load, green, drawn)
    for park, store in enumerate(drawn):
        taken, delivered, level = plain_loop(load[park], green[park], store)
        np.testing.assert_allclose(done.taken_mwh[park], taken, atol=1e-9)
        np.testing.assert_allclose(done.delivered_mwh[park], delivered, atol=1e-9)
        np.testing.assert_allclose(done.level_mwh[park], level, atol=1e-9)
        direct = np.minimum(load[park], green[park]).sum()
        assert served_and_taken(load[park], green[park], store) == pytest.approx(
            (direct + delivered.sum(), taken.sum()), abs=1e-9
        )


@given(seed=seeds, store=stores)
@settings(max_examples=60, deadline=None)
def test_limits_hold_and_what_enters_leaves_stays_or_is_lost(seed, store):
    load, green = case(seed)
    done = dispatch(load, green, [store])
    assert (done.level_mwh >= 0).all()
    assert (done.level_mwh <= store.energy_mwh).all()
    assert (np.maximum(done.taken_mwh, done.delivered_mwh) <= store.limit_mw).all()
    assert (done.taken_mwh <= np.maximum(green - load, 0) + 1e-12).all()
    assert (done.delivered_mwh <= np.maximum(load - green, 0) + 1e-12).all()
    held = np.diff(done.level_mwh[0], prepend=0.0)
    np.testing.assert_allclose(held, (done.charge_mwh - done.discharge_mwh)[0], atol=1e-9)
    ends = done.delivered_mwh.sum() + done.losses_mwh.sum() + done.level_mwh[0, -1]
    assert done.taken_mwh.sum() == pytest.approx(ends, abs=1e-9)


@given(seed=seeds, store=stores, more=st.floats(1, 3), power=st.floats(1, 3))
@settings(max_examples=60, deadline=None)
def test_a_store_never_lowers_the_share_and_a_larger_one_never_serves_less(
    seed, store, more, power
):
    load, green = case(seed)
    bare = served_and_taken(load[0], green[0], NONE)[0]
    with_it = served_and_taken(load[0], green[0], store)[0]
    larger = Store(
        energy_mwh=store.energy_mwh * more,
        power_mw=None if store.power_mw is None else store.power_mw * power,
        efficiency=store.efficiency,
        losses_on=store.losses_on,
    )
    assert bare <= with_it + 1e-9
    assert with_it <= served_and_taken(load[0], green[0], larger)[0] + 1e-9


@given(seed=seeds, store=stores, factor=st.sampled_from([1e-3, 0.25, 7.0, 1e4]))
@settings(max_examples=40, deadline=None)
def test_scaling_everything_scales_what_is_served(seed, store, factor):
    load, green = case(seed)
    scaled = Store(
        energy_mwh=store.energy_mwh * factor,
        power_mw=None if store.power_mw is None else store.power_mw * factor,
        efficiency=store.efficiency,
        losses_on=store.losses_on,
    )
    served, taken = served_and_taken(load[0], green[0], store)
    assert served_and_taken(load[0] * factor, green[0] * factor, scaled) == pytest.approx(
        (served * factor, taken * factor), rel=1e-9, abs=1e-9 * factor
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"energy_mwh": -1}, "a store holds 0 MWh or more, got -1"),
        ({"energy_mwh": float("nan")}, "got nan"),
        ({"power_mw": -2.0}, "a store has 0 MW or more, or None, got -2"),
        ({"power_mw": float("inf")}, "or None, got inf"),
        ({"efficiency": 0.0}, r"lies in \(0, 1\], got 0"),
        ({"efficiency": 1.5}, r"lies in \(0, 1\], got 1.5"),
    ],
)
def test_a_store_that_cannot_be_is_refused(wrong, said):
    right = {
        "energy_mwh": 1.0, "power_mw": 1.0, "efficiency": 0.9, "losses_on": LossesOn.BOTH
    }  # fmt: skip
    with pytest.raises(StoreError, match=said) as caught:
        Store(**(right | wrong))
    assert isinstance(caught.value, ParksError)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("load", "green", "count"),
    [((8,), (8,), 1), ((1, 8), (1, 7), 1), ((2, 8), (2, 8), 1), ((0, 8), (0, 8), 1)],
)
def test_shapes_that_do_not_fit_are_refused(load, green, count):
    with pytest.raises(StoreError, match=rf"{count} stores do not fit"):
        dispatch(np.ones(load), np.ones(green), [NONE] * count)


def test_no_parks_give_no_rows():
    assert dispatch(np.ones((0, 8)), np.ones((0, 8)), []).taken_mwh.shape == (0, 8)
