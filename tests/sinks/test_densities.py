"""Which coefficient rows, and which pixels, give the carbon of a class."""

from itertools import pairwise

import numpy as np
import pytest
from accounting_factory import ECOSYSTEMS, density, register_of
from hypothesis import given
from hypothesis import strategies as st

from sinks.categories import Completeness, Ecosystem, Pool
from sinks.coefficients import load_register
from sinks.densities import Basis, bin_edges, resolve, root_shoot_edges
from sinks.errors import CoefficientError

FRACTION = "F,,,{pool},0.5,t C/t d.m.,0.5,0.5,a test,,verified,carbon_fraction,"
SOIL = density("F", "soil", 100, depth="0-100")
LADDER_HEAD = (
    "ecosystem,pool,value,unit,low,high,source,confidence,parameter,class_from,class_to,"
    "code,stratum,locator,completeness"
)


@pytest.fixture
def register(tmp_path):
    """Return a function that makes a register of CSV lines."""
    return lambda *lines: register_of(tmp_path, *lines)


@pytest.fixture
def ladder(tmp_path):
    """Return a function from (value, from, to) classes of root:shoot to a register."""

    def make(*classes):
        lines = [
            f"forest,bgb,{value},t BGB/t AGB,{value},{value},a test,verified,root_shoot,{a},{b},,,,"
            for value, a, b in classes
        ]
        rest = "forest,,0.5,t C/t d.m.,0.5,0.5,a test,verified,carbon_fraction,,,,,,"
        path = tmp_path / "ladder.csv"
        path.write_text("\n".join([LADDER_HEAD, *lines, rest]) + "\n", encoding="utf-8")
        return load_register([path])

    return make


def resolved(register, *classes, estimated=("forest",), biomass=(), edges=(), soil_map=None):
    return resolve(
        dict.fromkeys(classes or (("F", "none"),), 10.0),
        ecosystems=ECOSYSTEMS,
        register=register,
        estimated=[Ecosystem(e) for e in estimated],
        biomass=[Ecosystem(b) for b in biomass],
        edges=edges,
        soil_map_depth=soil_map,
    )


def way(densities, pool, code="F", stratum="none"):
    return densities.ways[code, stratum, Pool(pool)]


def told(parts):
    """Return parts as (basis, values of their rows, bin)."""
    return [(p.basis, tuple(row.value for row in p.rows), p.bin) for p in parts]


# from the table


def test_a_class_takes_the_most_specific_row_of_each_pool(register):
    table = register(
        density("", "agb", 40, ecosystem="forest"), density("F", "agb", 60),
        density("", "bgb", 15, ecosystem="forest"), SOIL,
    )  # fmt: skip
    densities, findings = resolved(table)
    assert findings == []
    assert told(way(densities, "agb").parts) == [(Basis.AREA, (60,), None)]
    assert told(way(densities, "bgb").parts) == [(Basis.AREA, (15,), None)]
    assert told(way(densities, "soil").parts) == [(Basis.AREA, (100,), None)]
    assert way(densities, "litter").completeness is Completeness.NE
    assert densities.depth_cm == "0-100"


def test_strata_of_one_class_are_resolved_apart(register):
    warm = "F,,warm,agb,70,t C/ha,70,70,a test,,verified,density,"
    table = register(warm, density("F", "agb", 60), SOIL)
    densities, _ = resolved(table, ("F", "warm"), ("F", "none"))
    assert told(way(densities, "agb", stratum="warm").parts) == [(Basis.AREA, (70,), None)]
    assert told(way(densities, "agb").parts) == [(Basis.AREA, (60,), None)]


def test_a_class_without_area_needs_no_row(register):
    table = register(density("F", "agb", 60), SOIL)
    densities, findings = resolve(
        {("F", "none"): 1.0, ("G", "none"): 0.0},
        ecosystems=ECOSYSTEMS, register=table,
        estimated=list(Ecosystem), biomass=(), edges=(), soil_map_depth=None,
    )  # fmt: skip
    assert findings == []
    assert {code for code, _, _ in densities.ways} == {"F"}


def test_a_required_row_that_is_missing_is_named_with_class_pool_and_area(register):
    _, findings = resolved(register(density("G", "agb", 3)), ("F", "none"))
    assert [(f.code, f.value) for f in findings] == [("coefficient-missing", "F")] * 2
    assert [f.where for f in findings] == [
        "class F, stratum none, pool agb",
        "class F, stratum none, pool soil",
    ]
    assert "10.00 ha" in findings[0].what_en
    assert "10.00 公顷" in findings[0].what_zh
    assert "pool agb" in findings[0].mend_en
    assert "pool agb" in findings[0].mend_zh


@pytest.mark.parametrize("pool", ["bgb", "dead_wood", "litter"])
def test_an_optional_pool_is_needed_of_every_class_where_one_class_has_it(register, pool):
    larch = f"F,,larch,{pool},7,t C/ha,7,7,a test,,verified,density,"
    table = register(larch, density("F", "agb", 60), SOIL)
    _, findings = resolved(table, ("F", "larch"), ("F", "none"))
    assert [f.where for f in findings] == [f"class F, stratum none, pool {pool}"]


def test_an_ecosystem_that_no_method_names_has_soil_only(register):
    densities, findings = resolved(register(SOIL), estimated=())
    assert findings == []
    assert way(densities, "agb").completeness is Completeness.NE
    assert way(densities, "agb").parts == ()
    assert way(densities, "soil").completeness is Completeness.ESTIMATED


@pytest.mark.parametrize(
    ("value", "declared", "parts"),
    [("", "NE", 0), ("", "NA", 0), ("0", "NO", 1), ("0", "IE", 1)],
)
def test_a_row_that_declares_why_there_is_no_figure_answers(tmp_path, value, declared, parts):
    path = tmp_path / "own.csv"
    heading = (
        "code,ecosystem,stratum,pool,value,unit,low,high,source,locator,confidence,"
        "completeness,depth_cm"
    )
    path.write_text(
        f"{heading}\nF,,,agb,{value},t C/ha,,,a test,,verified,{declared},\n"
        "F,,,soil,100,t C/ha,90,110,a test,,verified,,0-100\n",
        encoding="utf-8",
    )
    densities, findings = resolved(load_register([path]))
    assert findings == []
    assert way(densities, "agb").completeness is Completeness(declared)
    assert len(way(densities, "agb").parts) == parts


# soil


def test_a_soil_map_goes_before_the_table_and_gives_the_depth(register):
    densities, findings = resolved(
        register(SOIL), ("F", "none"), ("G", "none"), estimated=(), soil_map="0-30"
    )
    assert findings == []
    assert told(way(densities, "soil").parts) == [(Basis.SOIL, (), None)]
    assert told(way(densities, "soil", "G").parts) == [(Basis.SOIL, (), None)]
    assert densities.depth_cm == "0-30"


def test_soil_of_two_depths_is_never_chosen_between(register):
    table = register(density("F", "agb", 60), SOIL, density("F", "soil", 40, depth="0-30"))
    densities, findings = resolved(table)
    assert [f.where for f in findings] == ["class F, stratum none, pool soil"]
    assert densities.depth_cm == ""


def test_a_table_without_any_depth_is_taken_as_it_is(register):
    densities, findings = resolved(register(density("F", "agb", 60), density("F", "soil", 100)))
    assert findings == []
    assert told(way(densities, "soil").parts) == [(Basis.AREA, (100,), None)]
    assert densities.depth_cm == ""


# from biomass pixels


def test_pixels_go_before_the_table_which_serves_where_they_are_missing(register):
    table = register(FRACTION.format(pool=""), density("F", "agb", 60), SOIL)
    densities, findings = resolved(table, biomass=("forest",))
    assert findings == []
    assert told(way(densities, "agb").parts) == [
        (Basis.BIOMASS, (0.5,), None),
        (Basis.UNMAPPED, (60,), None),
    ]
    # without a ratio and without a row there is no estimate below ground
    assert way(densities, "bgb").completeness is Completeness.NE


def test_a_constant_ratio_applies_to_all_biomass_together(register):
    ratio = "F,,,bgb,0.24,t BGB/t AGB,0.24,0.24,a test,,verified,root_shoot,"
    densities, _ = resolved(register(ratio, FRACTION.format(pool=""), SOIL), biomass=("forest",))
    assert told(way(densities, "bgb").parts) == [(Basis.BIOMASS, (0.24, 0.5), None)]
    assert told(way(densities, "agb").parts) == [(Basis.BIOMASS, (0.5,), None)]


def test_a_ladder_applies_to_each_class_of_biomass(ladder):
    table = ladder((0.46, 0, 20), (0.39, 20, 75), (0.24, 75, ""))
    edges = root_shoot_edges(table, codes=ECOSYSTEMS, mapped=[Ecosystem.FOREST], strata=["none"])
    assert edges == (20.0, 75.0)
    densities, _ = resolved(table, biomass=("forest",), edges=edges, soil_map="0-30")
    assert told(way(densities, "bgb").parts) == [
        (Basis.BIOMASS, (0.46, 0.5), 0),
        (Basis.BIOMASS, (0.39, 0.5), 1),
        (Basis.BIOMASS, (0.24, 0.5), 2),
    ]


@pytest.mark.parametrize(
    ("classes", "hole"),
    [(((0.39, 20, 75), (0.24, 75, "")), "10"), (((0.46, 0, 20), (0.39, 20, 75)), "76")],
)
def test_a_ladder_that_leaves_a_biomass_out_is_refused(ladder, classes, hole):
    table = ladder(*classes)
    edges = root_shoot_edges(table, codes=ECOSYSTEMS, mapped=[Ecosystem.FOREST], strata=["none"])
    with pytest.raises(CoefficientError, match=rf"holds a biomass of {hole} t d\.m\./ha.*ladder"):
        resolved(table, biomass=("forest",), edges=edges, soil_map="0-30")


def test_a_ratio_that_is_declared_not_estimated_gives_none(tmp_path):
    path = tmp_path / "own.csv"
    rest = "forest,,0.5,t C/t d.m.,0.5,0.5,a test,verified,carbon_fraction,,,,,,"
    absent = "forest,bgb,,t BGB/t AGB,,,a test,verified,root_shoot,,,,,,NE"
    path.write_text(f"{LADDER_HEAD}\n{rest}\n{absent}\n", encoding="utf-8")
    densities, findings = resolved(load_register([path]), biomass=("forest",), soil_map="0-30")
    assert findings == []
    assert way(densities, "bgb").completeness is Completeness.NE
    assert way(densities, "bgb").parts == ()


def test_without_a_ratio_the_table_serves_all_the_land(register):
    table = register(FRACTION.format(pool=""), density("F", "bgb", 15), SOIL)
    densities, _ = resolved(table, biomass=("forest",))
    assert told(way(densities, "bgb").parts) == [(Basis.AREA, (15,), None)]


def test_pixels_without_a_carbon_fraction_are_refused(register):
    _, findings = resolved(register(density("F", "agb", 60), SOIL), biomass=("forest",))
    assert [f.where for f in findings] == ["class F, stratum none, pool agb"]


def test_biomass_pixels_serve_their_ecosystems_only(register):
    table = register(
        FRACTION.format(pool=""), density("G", "agb", 3), SOIL,
        density("G", "soil", 90, depth="0-100"),
    )  # fmt: skip
    densities, _ = resolved(
        table, ("F", "none"), ("G", "none"),
        estimated=("forest", "grassland"), biomass=("forest",),
    )  # fmt: skip
    assert told(way(densities, "agb", "G").parts) == [(Basis.AREA, (3,), None)]


# edges


def test_edges_are_those_of_mapped_ecosystems_and_their_strata(tmp_path):
    path = tmp_path / "own.csv"
    line = "{e},bgb,0.3,t BGB/t AGB,0.3,0.3,a test,verified,root_shoot,{a},{b},,{s},,"
    path.write_text(
        "\n".join(
            [
                LADDER_HEAD,
                line.format(e="forest", a=0, b=75, s=""), line.format(e="forest", a=75, b="", s=""),
                line.format(e="forest", a=0, b=50, s="larch"),
                line.format(e="forest", a=50, b="", s="larch"),
                line.format(e="grassland", a=0, b=5, s=""),
                line.format(e="grassland", a=5, b="", s=""),
            ]
        ),
        encoding="utf-8",
    )  # fmt: skip
    register = load_register([path])

    def edges(mapped, strata):
        return root_shoot_edges(register, codes=ECOSYSTEMS, mapped=mapped, strata=strata)

    assert edges([Ecosystem.FOREST], ["none"]) == (75.0,)
    assert edges([Ecosystem.FOREST], ["none", "larch"]) == (50.0, 75.0)
    assert edges([Ecosystem.GRASSLAND, Ecosystem.FOREST], ["larch"]) == (5.0, 50.0)
    assert edges([], ["none"]) == ()


@given(
    st.lists(st.integers(1, 400), min_size=1, max_size=5, unique=True).map(sorted),
    st.integers(0, 500),
    st.sampled_from([1.0, 10.0, 0.01]),
    st.booleans(),
)
def test_a_bin_holds_what_its_class_holds(edges, biomass, t_per_ha, on_edge):
    """A biomass on the edge belongs to the class below, as the published classes say."""
    biomass = edges[biomass % len(edges)] if on_edge else biomass
    classes = list(pairwise([0, *edges, 10**6]))
    (wanted,) = [n for n, (a, b) in enumerate(classes) if a < biomass <= b or (a == 0 == biomass)]
    bins = np.asarray(bin_edges(edges, t_per_ha=t_per_ha))
    assert np.searchsorted(bins, biomass / t_per_ha, side="right") == wanted


# what was used


def test_rows_are_listed_once_in_order_of_table_and_line(register):
    table = register(density("", "agb", 40, ecosystem="forest"), density("G", "agb", 3), SOIL,
                     density("G", "soil", 90, depth="0-100"))  # fmt: skip
    densities, _ = resolved(
        table, ("F", "none"), ("F", "warm"), ("G", "none"), estimated=("forest", "grassland")
    )
    assert [row.row for row in densities.rows()] == [2, 3, 4, 5]


def test_pools_that_no_class_of_an_ecosystem_has_are_not_estimated(register):
    table = register(
        density("F", "agb", 60), "F,,warm,bgb,9,t C/ha,9,9,a test,,verified,density,", SOIL
    )
    densities, _ = resolved(table, ("F", "warm"), ("F", "none"))
    assert densities.not_estimated(ECOSYSTEMS) == [
        (Pool.DEAD_WOOD, Ecosystem.FOREST),
        (Pool.LITTER, Ecosystem.FOREST),
    ]


# dead organic matter by shares of the biomass


RATIOS = (
    "F,,,dead_wood,0.08,t d.m./t d.m. AGB,0.06,0.1,a test,,verified,dead_wood_ratio,",
    "F,,,litter,0.04,t d.m./t d.m. AGB,0.03,0.05,a test,,verified,litter_ratio,",
    FRACTION.format(pool="agb"),
    FRACTION.format(pool="dead_wood").replace("0.5", "0.47"),
    FRACTION.format(pool="litter").replace("0.5", "0.37"),
    SOIL,
)


def carbon(way, biomass, unmapped_ha=0.0):
    """Return the carbon of some biomass (t d.m.) and some land without pixels (ha), t C."""
    amount = {Basis.BIOMASS: biomass, Basis.UNMAPPED: unmapped_ha}
    return sum(amount[p.basis] * np.prod([row.value for row in p.rows]) for p in way.parts)


def test_shares_of_the_biomass_give_dead_wood_and_litter_of_mapped_forest(register):
    """METHOD A6: 100 t d.m./ha hold 3.76 + 1.48 = 5.24 t C/ha of dead organic matter."""
    found, findings = resolved(register(*RATIOS), biomass=("forest",))
    assert findings == []
    wood, litter = (carbon(way(found, pool), 100) for pool in ("dead_wood", "litter"))
    assert (wood, litter) == (pytest.approx(3.76), pytest.approx(1.48))
    assert wood + litter == pytest.approx(5.24)
    assert found.mapped(ECOSYSTEMS) == {
        ("forest", "agb"), ("forest", "dead_wood"), ("forest", "litter"),
    }  # fmt: skip


def test_a_density_of_the_pool_goes_before_the_share(register):
    lines = [*RATIOS, density("F", "litter", 2.9)]
    found, _ = resolved(register(*lines), biomass=("forest",))
    assert carbon(way(found, "dead_wood"), 100) == pytest.approx(3.76)
    assert [part.basis for part in way(found, "litter").parts] == [Basis.AREA]


def test_without_a_pixel_the_share_is_one_of_the_table(register):
    found, _ = resolved(register(*RATIOS, density("F", "agb", 40)), biomass=("forest",))
    assert carbon(way(found, "dead_wood"), 0, unmapped_ha=10) == pytest.approx(10 * 40 * 0.08)


def test_shares_need_a_biomass_map_and_a_carbon_fraction(register):
    found, _ = resolved(register(*RATIOS, density("F", "agb", 40)))
    assert way(found, "dead_wood").completeness is Completeness.NE
    without = [line for line in RATIOS if "carbon_fraction" not in line or ",agb," in line]
    found, _ = resolved(register(*without), biomass=("forest",))
    assert way(found, "dead_wood").completeness is Completeness.NE
