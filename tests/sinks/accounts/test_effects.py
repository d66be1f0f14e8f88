"""effects.csv: an exact split into area and density, the same read backwards."""

from decimal import Decimal

import pytest
from accounting_factory import activity, agb, density, inventory_of, register_of
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sinks.accounts.effects import _split
from sinks.export.schemas import SCHEMAS

NO_SOIL = [density(c, "soil", 0, depth="0-100") for c in "FGCD"]
FRACTION = "F,,,agb,0.5,t C/t d.m.,0.5,0.5,a test,,verified,carbon_fraction,"
GROWN = [
    ("1", "F", "F", 100, agb(0, [12_000], 100) | agb(1, [12_600], 100)),
    ("1", "G", "F", 10, agb(0, [0], 10) | agb(1, [1_260], 10)),
    ("1", "G", "G", 20, agb(0, [0], 20) | agb(1, [0], 20)),
]
"""Forest of 60 t C/ha on 100 ha becomes 63 t C/ha on 110 ha; 10 of 30 ha grassland are lost."""


@pytest.fixture
def register(tmp_path):
    """Return a function that makes a register of CSV lines."""
    return lambda *lines: register_of(tmp_path, *lines)


def figures(table, ecosystem, zone="R"):
    """Return opening, area effect, density effect and closing of the biomass of an ecosystem."""
    mine = table["ecosystem"].eq(ecosystem) & table["pool"].eq("agb") & table["zone_code"].eq(zone)
    columns = ["opening_t_c", "area_effect_t_c", "density_effect_t_c", "closing_t_c"]
    (row,) = table.loc[mine, columns].to_numpy()
    return tuple(row)


def test_forest_that_grows_in_area_and_density(register):
    """10 ha x 61.5 t C/ha and 3 t C/ha x 105 ha: 615 + 315 = 6,930 - 6,000."""
    made = inventory_of(
        activity(GROWN), register(FRACTION, density("G", "agb", 3), *NO_SOIL),
        methods=("forest", "grassland"), biomass=("forest",),
    ).effects  # fmt: skip
    assert figures(made, "forest") == (6000, 615, 315, 6930)
    assert figures(made, "grassland") == (90, -30, 0, 60)
    assert list(made.columns) == list(SCHEMAS["effects"].columns)


def test_land_gained_or_lost_whole_is_an_effect_of_area(register):
    made = inventory_of(
        activity([("1", "F", "G", 10)]),
        register(density("F", "agb", 60), density("G", "agb", 3), *NO_SOIL),
    ).effects
    assert figures(made, "forest") == (600, -600, 0, 0)
    assert figures(made, "grassland") == (0, 30, 0, 30)


def test_land_that_one_map_alone_shows_is_no_effect(register):
    made = inventory_of(
        activity([("1", "F", "F", 10), ("1", "nodata", "F", 5)]),
        register(density("F", "agb", 60), *NO_SOIL),
    ).effects
    assert figures(made, "forest") == (600, 0, 0, 600)


@given(*[st.integers(0, 10**15)] * 2, *[st.integers(0, 10**15)] * 2)
def test_the_split_is_exact_and_only_changes_its_sign_read_backwards(a0, a1, s0, s1):
    opening, area, dense, closing = _split(a0, a1, s0, s1)
    assert opening + area + dense == closing
    assert _split(a1, a0, s1, s0) == (s1, -area, -dense, s0)


@settings(max_examples=3, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    st.lists(
        st.tuples(st.sampled_from("12"), st.sampled_from("FGC"), st.sampled_from("FGC"),
                  st.integers(1, 10**6)),
        min_size=1, max_size=10, unique_by=lambda r: r[:3],
    )
)  # fmt: skip
def test_zones_add_up_and_all_effects_are_the_change_on_common_land(tmp_path_factory, rows):
    table = register_of(
        tmp_path_factory.mktemp("t"), density("F", "agb", 1 / 3), density("G", "agb", 3),
        density("C", "agb", 0.7), *NO_SOIL,
    )  # fmt: skip
    result = inventory_of(activity([(z, a, b, n / 7) for z, a, b, n in rows]), table)
    made = result.effects
    change = made["area_effect_t_c"] + made["density_effect_t_c"]
    assert (made["opening_t_c"] + change == made["closing_t_c"]).all()
    numbers = [c for c in made if c.endswith("_t_c")]
    sums = made.groupby(["level", "ecosystem", "pool"])[numbers].sum()
    assert (sums.loc["region"] == sums.loc["league"]).all(axis=None)
    whole = result.reconciliation.query("zone_code == 'R'")["change_common_t_c"].sum()
    of_region = change[made["level"].eq("region")].sum()
    assert abs(of_region - whole) <= Decimal("0.00002")
