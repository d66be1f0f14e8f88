"""Carbon of activity rows as terms: amounts on numbered atoms."""

import numpy as np
import pandas as pd
import pytest
from accounting_factory import ECOSYSTEMS, activity, agb, density, register_of
from hypothesis import given, settings
from hypothesis import strategies as st

from sinks.categories import Ecosystem, Pool
from sinks.coefficients import load_register
from sinks.densities import resolve
from sinks.errors import EstimateError
from sinks.stocks import (
    SOIL_FACTOR,
    biomass_factor,
    elsewhere_rows,
    estimated_rows,
    side_of,
    stock_terms,
)
from sinks.uncertainty import Atoms, Factor

ONE = {"agb0": 1.0, "agb1": 1.0, "soil": 1.0}
LINES = (
    density("F", "agb", 60),
    density("G", "agb", 3),
    *(density(code, "soil", 100, depth="0-100") for code in "FG"),
)
FRACTION = "F,,,,0.5,t C/t d.m.,0.5,0.5,a test,,verified,carbon_fraction,"


def densities_of(folder, *lines, biomass=(), soil_map=None, estimated=("forest", "grassland")):
    found, findings = resolve(
        {("F", "none"): 1.0, ("G", "none"): 1.0},
        ecosystems=ECOSYSTEMS,
        register=register_of(folder, *(lines or LINES)),
        estimated=[Ecosystem(e) for e in estimated],
        biomass=[Ecosystem(b) for b in biomass],
        edges=(),
        soil_map_depth=soil_map,
    )
    assert findings == []
    return found


def atoms_of(densities, **more):
    factors = {r.key: Factor(key=r.key, value=r.value, low=r.low, high=r.high)
               for r in densities.rows()}  # fmt: skip
    extra = {key: Factor(key=key, value=1.0, low=1.0, high=1.0) for key in more}
    return Atoms(factors=factors | extra, area_half_width=0.1)


def terms_of(side, densities, *factors):
    atoms = atoms_of(densities, **dict.fromkeys(factors))
    terms = stock_terms(side, densities=densities, ecosystems=ECOSYSTEMS, atoms=atoms)
    return terms, atoms


# sides


def test_a_side_holds_areas_in_hectares_and_the_codes_of_its_date():
    rows = activity([("1", "F", "G", 10), ("2", "nodata", "outside", 2.5)])
    before, after = (side_of(rows, which, scales=ONE) for which in (0, 1))
    assert (before.year, after.year) == (2020, 2023)
    assert list(before.code) == ["F", "nodata"]
    assert list(after.code) == ["G", "outside"]
    np.testing.assert_array_equal(before.area_ha, [10, 2.5])
    np.testing.assert_array_equal(before.classified, [True, False])
    np.testing.assert_array_equal(after.classified, [True, False])


def test_biomass_bins_are_in_the_order_of_their_numbers_and_scaled():
    """b10 comes after b2, not after b1."""
    amounts = list(range(100, 112))
    rows = activity([("1", "F", "F", 10, agb(0, amounts, 4))])
    side = side_of(rows, 0, scales={"agb0": 0.5})
    np.testing.assert_array_equal(side.biomass_t, [[a / 2 for a in amounts]])
    np.testing.assert_array_equal(side.biomass_area_ha, [4])
    later = side_of(rows, 1, scales={})
    assert later.biomass_t.shape == (1, 0)
    np.testing.assert_array_equal(later.biomass_area_ha, [0])
    np.testing.assert_array_equal(later.soil_t, [0])


def test_the_valid_area_is_added_over_the_bins():
    rows = activity([("1", "F", "F", 10, agb(0, [1, 2], 4))])
    rows["agb0_b1_area_mm2"] = 3 * 10**10
    assert side_of(rows, 0, scales=ONE).biomass_area_ha.tolist() == [7]


def test_soil_is_the_same_for_both_dates():
    extra = {"soil_b0_sum": 40, "soil_b0_area_mm2": 6 * 10**10}
    rows = activity([("1", "F", "G", 10, extra)])
    for which in (0, 1):
        side = side_of(rows, which, scales={"soil": 2.5})
        assert side.soil_t.tolist() == [100]
        assert side.soil_area_ha.tolist() == [6]


# terms


def test_a_table_density_makes_area_times_its_row(tmp_path):
    rows = activity([("1", "F", "F", 10), ("2", "F", "F", 5), ("1", "G", "G", 7),
                     ("1", "nodata", "F", 4)])  # fmt: skip
    densities = densities_of(tmp_path)
    terms, atoms = terms_of(side_of(rows, 0, scales=ONE), densities)
    assert terms[["row", "pool", "amount"]].to_numpy().tolist() == [
        [0, "agb", 10], [1, "agb", 5], [0, "soil", 10], [1, "soil", 5],
        [2, "agb", 7], [2, "soil", 7],
    ]  # fmt: skip
    # both leagues stand on one atom: its error is theirs together
    assert terms["atom"].tolist() == [0, 0, 1, 1, 2, 3]
    assert [atom.area for atom in atoms.items] == [
        ("forest", 2020), ("forest", 2020), ("grassland", 2020), ("grassland", 2020),
    ]  # fmt: skip
    carbon = terms["amount"] * atoms.central()[terms["atom"]]
    assert carbon.tolist() == [600, 300, 1000, 500, 21, 700]


def test_dates_have_atoms_of_their_own_for_the_area_and_the_raster(tmp_path):
    rows = activity([("1", "F", "F", 10, agb(0, [300], 10) | agb(1, [400], 10))])
    densities = densities_of(tmp_path, FRACTION, *LINES, biomass=("forest",))
    atoms = atoms_of(densities, **{biomass_factor(2020): 1, biomass_factor(2023): 1})
    for which in (0, 1):
        side = side_of(rows, which, scales=ONE)
        stock_terms(side, densities=densities, ecosystems=ECOSYSTEMS, atoms=atoms)
    biomass = [atom for atom in atoms.items if "biomass" in atom.factors[-1]]
    assert [(atom.factors[-1], atom.area) for atom in biomass] == [
        ("biomass:2020", ("forest", 2020)),
        ("biomass:2023", ("forest", 2023)),
    ]


def test_pixels_and_the_unmapped_rest_are_two_terms(tmp_path):
    rows = activity([("1", "F", "F", 100, agb(0, [5000, 1000], 60))])
    densities = densities_of(tmp_path, FRACTION, *LINES, biomass=("forest",))
    terms, atoms = terms_of(side_of(rows, 0, scales=ONE), densities, biomass_factor(2020))
    living = terms[terms["pool"].eq("agb")]
    assert living["amount"].tolist() == [6000, 40]
    assert (living["amount"] * atoms.central()[living["atom"]]).tolist() == [3000, 2400]


def test_more_mapped_than_classified_area_leaves_no_negative_rest(tmp_path):
    rows = activity([("1", "F", "F", 100, agb(0, [5000], 101))])
    densities = densities_of(tmp_path, FRACTION, *LINES, biomass=("forest",))
    terms, _ = terms_of(side_of(rows, 0, scales=ONE), densities, biomass_factor(2020))
    assert terms.loc[terms["pool"].eq("agb"), "amount"].tolist() == [5000]


def test_the_soil_map_has_one_error_for_all_dates(tmp_path):
    extra = {"soil_b0_sum": 40, "soil_b0_area_mm2": 6 * 10**10}
    rows = activity([("1", "F", "F", 10, extra), ("1", "G", "G", 10, extra | {"soil_b0_sum": 0})])
    densities = densities_of(tmp_path, soil_map="0-100")
    terms, atoms = terms_of(side_of(rows, 0, scales=ONE), densities, SOIL_FACTOR)
    soil = terms[terms["pool"].eq("soil")]
    assert soil[["row", "amount"]].to_numpy().tolist() == [[0, 40]]
    assert atoms.items[soil["atom"].iloc[0]].factors == ("soil",)


def test_land_without_any_class_has_no_terms(tmp_path):
    rows = activity([("1", "nodata", "outside", 10)])
    densities = densities_of(tmp_path)
    terms, _ = terms_of(side_of(rows, 0, scales=ONE), densities)
    assert terms.empty
    assert list(terms.columns) == ["row", "pool", "atom", "amount"]
    side = side_of(rows, 0, scales=ONE)
    assert not estimated_rows(side, densities=densities, pool=Pool.AGB).any()


def test_a_factor_that_nobody_knows_is_refused(tmp_path):
    rows = activity([("1", "F", "F", 10)])
    densities = densities_of(tmp_path)
    with pytest.raises(EstimateError, match="no factor 'test/density/agb/F"):
        stock_terms(
            side_of(rows, 0, scales=ONE), densities=densities, ecosystems=ECOSYSTEMS,
            atoms=Atoms(factors={}, area_half_width=0.0),
        )  # fmt: skip


def test_rows_are_told_estimated_or_counted_elsewhere(tmp_path):
    heading = (
        "code,ecosystem,stratum,pool,value,unit,low,high,source,locator,confidence,"
        "completeness,depth_cm"
    )
    path = tmp_path / "own.csv"
    lines = [
        "F,,,agb,60,t C/ha,50,70,a test,,verified,,",
        "G,,,agb,0,t C/ha,,,a test,,verified,IE,",
        *(f"{c},,,soil,9,t C/ha,8,10,a test,,verified,,0-100" for c in "FG"),
    ]
    path.write_text("\n".join([heading, *lines]), encoding="utf-8")
    densities, _ = resolve(
        {("F", "none"): 1.0, ("G", "none"): 1.0, ("C", "none"): 1.0}, ecosystems=ECOSYSTEMS,
        register=load_register([path]), estimated=[Ecosystem.FOREST, Ecosystem.GRASSLAND],
        biomass=(), edges=(), soil_map_depth=None,
    )  # fmt: skip
    rows = activity([("1", c, c, 10) for c in ("F", "G", "C", "nodata")])
    side = side_of(rows, 0, scales=ONE)

    def flags(function, pool):
        return function(side, densities=densities, pool=pool).tolist()

    assert flags(estimated_rows, Pool.AGB) == [True, True, False, False]
    assert flags(elsewhere_rows, Pool.AGB) == [False, True, False, False]
    assert flags(estimated_rows, Pool.LITTER) == [False] * 4


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["F", "G", "nodata"]), st.integers(0, 10**6)),
        min_size=1,
        max_size=12,
    )
)
def test_the_terms_of_a_table_add_up_to_area_times_density(tmp_path_factory, rows):
    densities = densities_of(tmp_path_factory.mktemp("t"))
    table = activity([("1", code, code, area / 7) for code, area in rows])
    terms, atoms = terms_of(side_of(table, 0, scales=ONE), densities)
    carbon = pd.Series(terms["amount"] * atoms.central()[terms["atom"]], dtype=float)
    wanted = sum(area / 7 * {"F": 160, "G": 103, "nodata": 0}[code] for code, area in rows)
    assert carbon.sum() == pytest.approx(wanted, rel=1e-9, abs=1e-6)
