"""The activity table with adjusted areas: zone totals to the square millimetre, same densities."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
from accounting_factory import ECOSYSTEMS, activity, density, inventory_of, register_of, tree
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinks.accounts.land_matrix import land_matrix, matrix_cells
from sinks.accuracy import read_matrix
from sinks.accuracy.adjusted import adjusted_activity, adjusted_history
from sinks.accuracy.area_errors import area_draws
from sinks.accuracy.areas import classes_of
from sinks.stocks import AREA_KEY
from sinks.units import MM2_PER_HA

NAMES = ["forest", "grassland", "grassland>forest"]
COUNTS = [[18, 2, 0], [1, 38, 1], [2, 3, 15]]
CODES = {"forest": ("F", "F"), "grassland": ("G", "G"), "grassland>forest": ("G", "F")}


def sample_of(folder, counts=COUNTS, names=NAMES):
    path = folder / "sample.csv"
    rows = [f"{name},{','.join(map(str, row))}" for name, row in zip(names, counts, strict=True)]
    path.write_text("\n".join(["map_class," + ",".join(names), *rows]) + "\n", encoding="utf-8")
    sample, found = read_matrix(path, years=(2020, 2023), merge=())
    assert not found
    return sample


def adjusted(sample, table, part=None):
    classes = classes_of(table, sample.strata, ECOSYSTEMS)
    rows = table if part is None else part
    return adjusted_activity(
        rows,
        classes_of(rows, sample.strata, ECOSYSTEMS),
        whole=table,
        whole_classes=classes,
        sample=sample,
        ecosystems=ECOSYSTEMS,
    )


def hectares(table):
    found = defaultdict(float)
    for row in table.itertuples():
        found[row.zone_code, row.code0, row.code1] += row.area_mm2 / MM2_PER_HA
    return dict(found)


def test_each_class_gets_what_the_sample_found_of_it(tmp_path):
    """Zone 1 has 100, 300 and 10 ha, zone 2 200 ha of grassland; shares as in COUNTS.

    Forest of zone 1: 100 x .9 + 300/40 + 10 x .1 = 98.5; of zone 2: 200/40 = 5, and as much new
    forest, though its map shows neither.
    """
    rows = [("1", *CODES[n], a) for n, a in zip(NAMES, (100.0, 300.0, 10.0), strict=True)]
    out = adjusted(sample_of(tmp_path), activity([*rows, ("2", "G", "G", 200.0)]))
    assert hectares(out) == pytest.approx(
        {
            ("1", "F", "F"): 98.5,
            ("1", "G", "F"): 15.0,
            ("1", "G", "G"): 296.5,
            ("2", "F", "F"): 5.0,
            ("2", "G", "F"): 5.0,
            ("2", "G", "G"): 190.0,
        }
    )
    own = out[out["zone_code"].eq("1") & out["code0"].eq("F")]
    assert own[AREA_KEY].tolist() == [
        ("accuracy forest / forest", 2023),
        ("accuracy grassland / forest", 2023),
        ("accuracy grassland>forest / forest", 2023),
    ]


def test_amounts_keep_their_mean_and_come_from_the_whole_where_a_zone_has_none(tmp_path):
    """Zone 1's forest has 120 t on 100 ha; zone 2 takes 1.2 t/ha for the 5 ha it never mapped."""
    biomass = {"agb0_b0_sum": 120_000_000, "agb0_b0_area_mm2": 90 * MM2_PER_HA}
    none = {"agb0_b0_sum": 0, "agb0_b0_area_mm2": 0}
    rows = [
        ("1", "F", "F", 100.0, biomass),
        ("1", "G", "F", 10.0, none),
        ("2", "G", "G", 200.0, none),
    ]
    out = adjusted(sample_of(tmp_path), activity(rows))
    forest = out[out["code0"].eq("F")]
    ratio = forest["agb0_b0_sum"].astype(float) / forest["area_mm2"].astype(float)
    assert ratio.to_numpy() * MM2_PER_HA == pytest.approx(1_200_000, rel=1e-6)
    share = forest["agb0_b0_area_mm2"].astype(float) / forest["area_mm2"].astype(float)
    assert share.to_numpy() == pytest.approx(0.9)
    assert set(forest["zone_code"]) == {"1", "2"}


def test_a_zone_that_shows_a_class_keeps_the_density_that_it_has_there(tmp_path):
    """Forest has 2 t/ha in zone 1 and 8 t/ha in zone 2, before and after."""
    rows = []
    for zone, tonnes in (("1", 2_000_000), ("2", 8_000_000)):
        amount = {"agb0_b0_sum": 100 * tonnes, "agb0_b0_area_mm2": 100 * MM2_PER_HA}
        none = {"agb0_b0_sum": 0, "agb0_b0_area_mm2": 0}
        rows += [(zone, "F", "F", 100.0, amount), (zone, "G", "F", 10.0, none)]
        rows += [(zone, "G", "G", 300.0, none)]
    out = adjusted(sample_of(tmp_path), activity(rows))
    forest = out[out["code0"].eq("F")].groupby("zone_code")[["agb0_b0_sum", "area_mm2"]].sum()
    density_of = forest["agb0_b0_sum"].astype(float) / forest["area_mm2"].astype(float) * MM2_PER_HA
    assert density_of.tolist() == pytest.approx([2_000_000, 8_000_000], rel=1e-6)


def test_strata_of_a_class_are_scaled_alike(tmp_path):
    warm, cold = (
        activity([("1", "F", "F", area)], stratum=name)
        for name, area in (("warm", 30.0), ("cold", 70.0))
    )
    rest = activity([("1", "G", "G", 300.0), ("1", "G", "F", 10.0)], stratum="warm")
    out = adjusted(sample_of(tmp_path), pd.concat([warm, cold, rest], ignore_index=True))
    forest = out[out["code0"].eq("F")].groupby("stratum")[["area_mm2", "pixels_2p32"]].sum()
    for size in ("area_mm2", "pixels_2p32"):
        assert forest.loc["warm", size] / forest.loc["cold", size] == pytest.approx(3 / 7)


def test_land_without_a_class_at_a_date_stays_with_the_error_of_what_is_seen(tmp_path):
    rows = [("1", *CODES[name], 10.0) for name in NAMES]
    rows += [("1", "F", "nodata", 5.0), ("1", "outside", "G", 7.0), ("1", "nodata", "nodata", 2.0)]
    out = adjusted(sample_of(tmp_path), activity(rows))
    left = out[out["code0"].isin(["nodata", "outside"]) | out["code1"].eq("nodata")]
    assert dict(zip(left["area_mm2"] // MM2_PER_HA, left[AREA_KEY], strict=True)) == {
        5: ("forest", 2020),
        7: ("grassland", 2023),
        2: ("", 2023),
    }


def test_rows_of_views_take_the_shares_and_the_land_of_the_whole(tmp_path):
    rows = [("1", *CODES[name], 10.0) for name in NAMES]
    table = activity(rows)
    view = activity([("park:a", "F", "F", 4.0), ("park:a", "D", "D", 1.0)])
    out = adjusted(sample_of(tmp_path), table, view)
    assert hectares(out) == pytest.approx(
        {("park:a", "F", "F"): 3.6, ("park:a", "G", "G"): 0.4, ("park:a", "D", "D"): 1.0}
    )
    assert adjusted(sample_of(tmp_path), table, table[:0]).empty


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=3, max_size=3),
    st.lists(st.integers(1, 10**15), min_size=6, max_size=6),
)
def test_zones_keep_area_and_pixels_exactly(tmp_path, extra, sizes):
    counts = (np.array(extra) + 2 * np.eye(3, dtype=int)).tolist()
    table = activity([(zone, *CODES[name], 1.0) for zone in "12" for name in NAMES])
    table["area_mm2"] = pd.Series(sizes, dtype=object)
    out = adjusted(sample_of(tmp_path, counts), table)
    for size in ("area_mm2", "pixels_2p32"):
        before, after = (t.groupby("zone_code")[size].sum().tolist() for t in (table, out))
        assert before == after


_FEW = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@_FEW
@given(st.lists(st.integers(1, 10**13), min_size=6, max_size=6), st.integers(1, 10**13))
def test_the_history_converts_what_the_adjusted_activity_converts(tmp_path, sizes, past):
    table = activity([(zone, *CODES[name], 1.0) for zone in "12" for name in NAMES])
    table["area_mm2"] = pd.Series(sizes, dtype=object)
    out = adjusted(sample_of(tmp_path), table)
    columns = ["zone_code", "year0", "year1", "code0", "code1", "stratum", "area_mm2"]
    earlier = activity([("1", "G", "F", 1.0)], years=(2010, 2020)).assign(
        area_mm2=pd.Series([past], dtype=object)
    )
    maps = pd.concat([table, earlier], ignore_index=True)[columns]
    history = adjusted_history(maps, out)
    assert history.dtypes.to_dict() == maps.dtypes.to_dict()
    old = history[history["year0"].eq(2010)]
    assert old["area_mm2"].tolist() == [past]
    own = history[history["year0"].eq(2020)]
    keys = ["zone_code", "code0", "code1"]
    sums = [t.groupby(keys)["area_mm2"].sum().to_dict() for t in (own, out)]
    assert sums[0] == sums[1]
    categories = {code: ecosystem.ipcc_category for code, ecosystem in ECOSYSTEMS.items()}
    cells = matrix_cells(out, own, categories=categories, duration=20)
    moved = land_matrix(cells, tree(("1", "2"))).query("land == 'converted'")
    assert moved["in_transition_ha"].tolist() == moved["area_ha"].tolist()


def test_a_map_without_error_is_left_as_it_is(tmp_path):
    table = activity(
        [("1", *CODES[name], area) for name, area in zip(NAMES, (1.5, 2, 3), strict=True)]
    )
    out = adjusted(sample_of(tmp_path, np.diag([5, 6, 7]).tolist()), table)
    wanted = table.sort_values(["code0", "code1"], ignore_index=True)
    pd.testing.assert_frame_equal(out.drop(columns=AREA_KEY), wanted)


def test_the_inventory_of_adjusted_areas_has_the_error_of_the_sample(tmp_path):
    """New forest of 0.025 x 300 + 0.75 x 10 = 15 ha gains 50 t C/ha: 750 t C.

    Its standard error of 300 x sqrt(.025 x .975/39) and 10 x sqrt(.75 x .25/19) together is
    7.5655 ha, so 378.3 t C; the change needs no other error, for the coefficients have none.
    """
    soil = [density(code, "soil", 1, depth="0-30") for code in "FG"]
    register = register_of(tmp_path, density("F", "agb", 50), density("G", "agb", 0), *soil)
    sample = sample_of(tmp_path)
    rows = [("1", *CODES[n], a) for n, a in zip(NAMES, (100.0, 300.0, 10.0), strict=True)]
    made = inventory_of(
        adjusted(sample, activity(rows)),
        register,
        methods=("forest", "grassland"),
        area_draws=area_draws(sample),
        draws=20_000,
    )
    change = made.changes
    new = change[
        change["zone_code"].eq("1") & change["ecosystem0"].eq("grassland")
        & change["ecosystem"].eq("forest") & change["pool"].eq("agb")
    ].iloc[0]  # fmt: skip
    assert float(new["change_t_c"]) == pytest.approx(750, abs=1e-6)
    stocks = made.stocks
    forest = stocks[
        stocks["zone_code"].eq("1") & stocks["year"].eq(2020)
        & stocks["ecosystem"].eq("forest") & stocks["pool"].eq("agb")
    ].iloc[0]  # fmt: skip
    assert float(forest["area_ha"]) == pytest.approx(98.5)
    half = (float(new["high_t_co2_per_year"]) - float(new["low_t_co2_per_year"])) / 2
    assert half * 3 * 12 / 44 == pytest.approx(1.96 * 378.3, rel=0.1)
