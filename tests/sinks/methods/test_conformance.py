"""Every method of estimating change, through the protocol: what the accounting relies on."""

from __future__ import annotations

import copy
from dataclasses import fields, replace
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from accounting_factory import ECOSYSTEMS, activity, agb, density, register_of
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from statistics_factory import coefficient, no_losses, statistic, statistics_of

from rasters import RefusedError
from sinks.categories import WHOLE_POOLS, Ecosystem, Pool
from sinks.config import MethodId
from sinks.densities import resolve
from sinks.methods import METHODS, ChangeTerms, Context
from sinks.stocks import UNCLASSIFIED, side_of
from sinks.uncertainty import Atoms, Factor

COLUMNS = ["row", "pool", "atom", "amount", "one_sided"]
ZONE_COLUMNS = ["zone_code", "ecosystem0", "ecosystem", "pool", "atom", "amount", "one_sided"]
SCALES = {"agb0": 1.0, "agb1": 1.0, "npp2022": 1e-6}
# Forest by pixels and by the table, grassland in two pools, cropland declared zero; the desert
# is in no method. Every class has a soil.
ROWS = [
    *(density(code, "soil", value, depth="0-100") for code, value in zip("FGCD", (140, 90, 80, 30),
                                                                       strict=True)),
    "F,,,agb,0.5,t C/t d.m.,0.4,0.6,a test,,verified,carbon_fraction,",
    "F,,,bgb,0.5,t C/t d.m.,0.4,0.6,a test,,verified,carbon_fraction,",
    "F,,,bgb,0.25,t BGB/t AGB,0.2,0.3,a test,,verified,root_shoot,",
    density("F", "agb", 40, low=30, high=50),
    density("F", "bgb", 10, low=8, high=12),
    density("F", "litter", 3, low=2, high=4),
    density("G", "agb", 1, low=0.5, high=1.5),
    density("G", "bgb", 5, low=4, high=6),
    density("C", "agb", 0),
    density("C", "bgb", 0),
    *(coefficient(name, value, low=0.8 * value, high=1.2 * value) for name, value in (
        ("growth", 2), ("carbon_fraction", 0.47), ("root_shoot", 0.3), ("bcef_s", 0.8),
        ("bcef_r", 1.1), ("rate", 0.2), ("beta_soil_to_vegetation", 0.6), ("nep_ratio", 0.15),
        ("growth_rate", 0.03), ("consumption_rate", 0.012), ("wood_density", 0.5),
        ("bef_whole", 1.45), ("biomass", 80), ("fraction_disturbed", 0.3), ("onsite_burnt", 0.15),
        ("onsite_oxidised", 0.9), ("offsite_burnt", 0.2), ("offsite_oxidised", 0.9),
        ("decayed", 0.4),
    )),
]  # fmt: skip
LOSSES = [statistic("harvest_m3", 50), *no_losses()[1:], *no_losses("grassland"),
          *no_losses("cropland")]  # fmt: skip
VOLUMES = [
    statistic(quantity, value, year=year, stratum="arbor", low=0.9 * value, high=1.1 * value)
    for quantity, year, value in (
        ("volume_m3", 2020, 120_000), ("area_ha", 2020, 1000),
        ("volume_m3", 2023, 126_000), ("area_ha", 2023, 1000),
    )
]  # fmt: skip
ESTIMATED = (Ecosystem.FOREST, Ecosystem.GRASSLAND, Ecosystem.CROPLAND)
FULL = "FGC"
OF_FORESTS = ("volume", "lucf")


@pytest.fixture(scope="module")
def register(tmp_path_factory):
    return register_of(tmp_path_factory.mktemp("register"), *ROWS)


@pytest.fixture(scope="module")
def given_statistics(tmp_path_factory):
    """Return the volumes and the losses of zone 1."""
    folder = tmp_path_factory.mktemp("statistics")
    return statistics_of(folder, *VOLUMES), statistics_of(folder, *LOSSES)


def table(cells):
    """Return activity rows of (code0, code1, hectares, t d.m. per ha at each date)."""
    rows = []
    for code0, code1, area, *dense in cells:
        stand = [area * of if code == "F" else 0 for code, of in zip((code0, code1), dense,
                                                                    strict=True)]  # fmt: skip
        npp = {"npp2022_b0_sum": round(area * 1e6), "npp2022_b0_area_mm2": round(area * 10**10)}
        sums = agb(0, stand[:1], area) | agb(1, stand[1:], area) | npp
        rows.append(("1", code0, code1, area, sums))
    return activity(rows)


def sides_of(rows):
    return side_of(rows, 0, scales=SCALES), side_of(rows, 1, scales=SCALES)


def context_of(register, *sides):
    """Return the densities of the classes that occur, and no atoms yet."""
    areas = {
        (code, stratum): 1.0
        for side in sides
        for code, stratum in zip(side.code, side.stratum, strict=True)
        if code not in UNCLASSIFIED
    }
    densities, found = resolve(
        areas,
        ecosystems=ECOSYSTEMS,
        register=register,
        estimated=ESTIMATED,
        biomass=[Ecosystem.FOREST],
        edges=(),
        soil_map_depth=None,
    )
    assert found == []
    factors = {
        row.key: Factor(key=row.key, value=row.value, low=row.low, high=row.high)
        for row in register.rows
    }
    factors["npp:2022"] = Factor(key="npp:2022", value=1.0, low=0.9, high=1.1)
    for side in sides:
        key = f"biomass:{side.year}"
        factors[key] = Factor(key=key, value=1.0, low=0.9, high=1.1)
    return Context(
        densities=densities,
        ecosystems=ECOSYSTEMS,
        atoms=Atoms(factors=factors, area_half_width=0.1),
        register=register,
        mine=frozenset(ESTIMATED),
    )


def with_statistics(context, method, given):
    """Return the context with statistics, and with what the method is asked for."""
    volumes, losses = given
    factors = {row.key: row.factor for row in (*volumes.rows, *losses.rows)}
    atoms = replace(context.atoms, factors={**context.atoms.factors, **factors})
    mine = frozenset({Ecosystem.FOREST}) if method.id in OF_FORESTS else context.mine
    activity = volumes if method.id in OF_FORESTS else context.activity
    return replace(context, atoms=atoms, activity=activity, losses=losses, mine=mine)


def change(result, context):
    """Return the central change by row and pool, t C; nothing where there is no term."""
    values = result.terms["amount"] * context.atoms.central()[result.terms["atom"].to_numpy(int)]
    return values.groupby([result.terms["row"], result.terms["pool"]]).sum()


CELLS = [
    ("F", "F", 1000.0, 100.0, 106.0),
    ("F", "G", 20.0, 90.0, 0.0),
    ("G", "F", 40.0, 0.0, 12.0),
    ("G", "C", 30.0, 0.0, 0.0),
    ("C", "C", 500.0, 0.0, 0.0),
    ("F", "D", 7.0, 80.0, 0.0),
    ("D", "F", 5.0, 0.0, 9.0),
    ("nodata", "F", 50.0, 0.0, 70.0),
    ("F", "outside", 60.0, 70.0, 0.0),
    ("outside", "nodata", 8.0, 0.0, 0.0),
]
COMMON = np.array([code0 not in UNCLASSIFIED and code1 not in UNCLASSIFIED
                   for code0, code1, *_ in CELLS])  # fmt: skip

every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


@pytest.fixture
def plain(register):
    sides = sides_of(table(CELLS))
    return *sides, context_of(register, *sides)


@pytest.fixture
def case(plain, method, given_statistics):
    side0, side1, context = plain
    return side0, side1, with_statistics(context, method, given_statistics)


@every_method
def test_a_method_names_itself_and_its_pools(method):
    assert METHODS[method.id] is method
    assert method.id in get_args(MethodId), "[methods] accepts it"
    assert method.name_zh
    assert not method.name_zh.isascii()
    assert isinstance(method.pools, frozenset)
    assert method.pools
    assert method.pools <= {*map(str, Pool), *WHOLE_POOLS}


@every_method
def test_a_method_returns_what_the_protocol_says(method, case):
    side0, side1, context = case
    result = method.change_terms(side0, side1, context)
    assert isinstance(result, ChangeTerms)
    terms = result.terms
    assert isinstance(terms, pd.DataFrame)
    assert list(terms.columns) == COLUMNS
    assert len(terms) > 0
    assert terms["row"].dtype.kind == "i"
    assert terms["row"].between(0, len(CELLS) - 1).all()
    assert set(terms["pool"]) <= {*map(str, Pool), *WHOLE_POOLS}
    assert terms["atom"].dtype.kind == "i"
    assert terms["atom"].between(0, len(context.atoms.items) - 1).all()
    assert terms["amount"].dtype == np.float64
    assert np.isfinite(terms["amount"]).all()
    assert terms["one_sided"].dtype == bool
    for pool, rows in result.covered.items():
        assert pool in {*map(str, Pool), *WHOLE_POOLS}
        assert rows.shape == (len(CELLS),)
        assert rows.dtype == bool


@every_method
def test_a_method_leaves_its_inputs_as_they_were(method, case):
    side0, side1, context = case
    before = copy.deepcopy((side0, side1))
    ways = dict(context.densities.ways)
    method.change_terms(side0, side1, context)
    for side, kept in zip((side0, side1), before, strict=True):
        for field in fields(side):
            now, then = getattr(side, field.name), getattr(kept, field.name)
            if field.name == "amounts":
                now, then = now["npp2022"].total, then["npp2022"].total
            np.testing.assert_array_equal(now, then)
    assert dict(context.densities.ways) == ways
    assert context.ecosystems == ECOSYSTEMS


@every_method
def test_a_method_speaks_only_of_land_that_both_dates_classify(method, case):
    result = method.change_terms(*case)
    assert COMMON[result.terms["row"]].all()
    for pool, rows in result.covered.items():
        assert not (rows & ~COMMON).any(), pool


@every_method
def test_a_method_covers_no_pool_but_its_own_and_has_no_term_where_it_covers_none(method, case):
    result = method.change_terms(*case)
    assert set(result.covered) <= method.pools
    assert set(result.terms["pool"]) <= set(map(str, method.pools))
    for pool, rows in result.terms.groupby("pool")["row"]:
        assert result.covered[pool][rows].all(), pool


@every_method
def test_a_one_sided_term_is_a_loss(method, case):
    side0, side1, context = case
    result = method.change_terms(side0, side1, context)
    one_sided = result.terms[result.terms["one_sided"]]
    central = context.atoms.central()[one_sided["atom"].to_numpy(int)]
    assert (one_sided["amount"] * central <= 0).all()


@every_method
def test_a_method_gives_the_same_terms_again(method, case, register, given_statistics):
    side0, side1, context = case
    first = method.change_terms(side0, side1, context)
    fresh = with_statistics(context_of(register, side0, side1), method, given_statistics)
    again = method.change_terms(side0, side1, fresh)
    pd.testing.assert_frame_equal(first.terms, again.terms)


@every_method
def test_terms_by_zone_are_of_pools_it_covers_and_of_what_remains(method, case):
    result = method.change_terms(*case)
    if result.by_zone is not None:
        assert list(result.by_zone.columns) == ZONE_COLUMNS
        assert set(result.by_zone["pool"]) <= method.pools
        assert set(result.by_zone["zone_code"]) == {"1"}
        assert (result.by_zone["ecosystem0"] == result.by_zone["ecosystem"]).all()
        assert np.isfinite(result.by_zone["amount"]).all()
    assert (result.by_zone is None) == (method.id == "stock_difference" or not LOSSES)


@every_method
def test_a_method_says_nothing_of_a_view_that_needs_its_statistics(method, case):
    side0, side1, context = case
    result = method.change_terms(side0, side1, replace(context, is_view=True))
    assert result.by_zone is None
    if method.id != "stock_difference":
        assert len(result.terms) == 0
        assert not any(rows.any() for rows in result.covered.values())


@every_method
def test_twice_the_land_has_twice_the_terms_by_row(method, case, register, given_statistics):
    _, _, context = case
    sides = sides_of(table([(a, b, 2 * area, d0, d1) for a, b, area, d0, d1 in CELLS]))
    twofold = with_statistics(context_of(register, *sides), method, given_statistics)
    once = change(method.change_terms(*case[:2], context), context)
    twice = change(method.change_terms(*sides, twofold), twofold)
    pd.testing.assert_series_equal(twice, 2 * once)


@pytest.mark.parametrize("method", [m for m in METHODS.values() if m.id != "stock_difference"],
                         ids=lambda m: m.id)  # fmt: skip
def test_a_method_names_every_coefficient_it_lacks_at_once(method, case, tmp_path):
    side0, side1, context = case
    bare = replace(context, register=register_of(tmp_path, density("F", "agb", 1)))
    with pytest.raises(RefusedError) as caught:
        method.change_terms(side0, side1, bare)
    assert {found.code for found in caught.value.findings} == {"method-coefficient"}
    assert len(caught.value.findings) > 1
    assert all(method.id in found.what_en for found in caught.value.findings)


@every_method
def test_a_method_takes_land_that_no_date_classifies(method, register, given_statistics):
    sides = sides_of(table([("nodata", "outside", 10.0, 0.0, 0.0)]))
    context = with_statistics(context_of(register, *sides), method, given_statistics)
    result = method.change_terms(*sides, context)
    assert list(result.terms.columns) == COLUMNS
    assert len(result.terms) == 0
    assert not any(rows.any() for rows in result.covered.values())


# Stock difference


def test_stock_difference_counts_the_loss_and_not_the_gain_beside_unestimated_land(plain):
    """Desert is not estimated: 7 ha of forest are lost to it, 5 ha of forest gained are not."""
    side0, side1, context = plain
    result = METHODS["stock_difference"].change_terms(side0, side1, context)
    found = change(result, context)
    assert found[5, "agb"] == pytest.approx(-7 * 80 * 0.5)
    assert found[5, "litter"] == pytest.approx(-7 * 3)
    assert (6, "agb") not in found.index
    one_sided = result.terms[result.terms["one_sided"]]
    # litter is an estimate of forest alone: 20 ha turned to grass lose it one-sidedly
    assert set(zip(one_sided["row"], one_sided["pool"], strict=True)) == {
        (1, "litter"), (5, "agb"), (5, "bgb"), (5, "litter"),
    }  # fmt: skip
    assert found[0, "agb"] == pytest.approx(1000 * 6 * 0.5)
    assert found[1, "soil"] == pytest.approx(20 * (90 - 140))
    assert found[5, "soil"] == pytest.approx(7 * (30 - 140)), "its soil is estimated"


cells = st.tuples(
    st.sampled_from(FULL),
    st.sampled_from(FULL),
    st.integers(1, 5000).map(float),
    st.integers(0, 300).map(float),
    st.integers(0, 300).map(float),
)
quick = settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate])


@quick
@given(rows=st.lists(cells, min_size=1, max_size=6))
def test_stock_difference_of_two_equal_sides_is_zero(register, rows):
    sides = sides_of(table([(code, code, area, dense, dense) for code, _, area, dense, _ in rows]))
    context = context_of(register, *sides)
    result = METHODS["stock_difference"].change_terms(*sides, context)
    np.testing.assert_allclose(change(result, context), 0, atol=1e-6)
    assert result.covered[Pool.AGB].all()


@quick
@given(rows=st.lists(cells, min_size=1, max_size=6))
def test_stock_difference_changes_its_sign_when_the_dates_change_places(register, rows):
    """On land that is estimated at both dates; a loss beside an unknown gain has no mirror."""
    side0, side1 = sides_of(table(rows))
    context = context_of(register, side0, side1)
    method = METHODS["stock_difference"]
    forward = change(method.change_terms(side0, side1, context), context)
    backward = change(method.change_terms(side1, side0, context), context)
    estimated = [Pool.AGB, Pool.BGB, Pool.SOIL]
    for pool in map(str, estimated):
        there = forward[forward.index.get_level_values("pool") == pool]
        back = backward[backward.index.get_level_values("pool") == pool]
        assert set(there.index) == set(back.index)
        np.testing.assert_allclose(there, -back[there.index], atol=1e-6)
