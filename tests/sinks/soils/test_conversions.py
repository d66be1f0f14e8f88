"""Which soil stands on the sides of a conversion: one depth, one edition, or a refusal."""

import pytest
from accounting_factory import ECOSYSTEMS
from soils_factory import GOLDEN_2019, conversions, resolved, row, soil_register

from sinks.soils import (
    ch4_per_ch4_c,
    conversion_areas,
    gwp100_ch4,
    organic_soils,
    transition_period,
)
from sinks.soils.organic_carbon import soil_depths


@pytest.fixture
def soils(tmp_path):
    """Return a function from coefficient lines and conversions to soils and findings."""
    return lambda lines, *pairs, **options: resolved(
        soil_register(tmp_path, *lines), *pairs, **options
    )


def values(pair):
    return tuple(
        None if side is None else round(side.value, 4) for side in (pair.before, pair.after)
    )


def test_the_golden_pair_of_2019(soils):
    found, findings = soils(GOLDEN_2019, ("C", "G"))
    pair = found.pairs["C", "G", "none"]
    assert findings == []
    assert values(pair) == (33.11, 43.0)
    assert pair.gain / found.years == pytest.approx(0.4945)
    assert (found.depth_cm, found.years) == ("0-30", 20)
    assert [r.parameter for r in pair.before.rows] == ["soc_ref", "f_lu"]
    assert pair.before.edition == pair.after.edition == "2019"


def test_the_golden_pair_of_2006(soils):
    lines = [row("soc_ref", "", 50, edition="2006"), row("f_lu", "C", 0.8, edition="2006")]
    found, findings = soils(lines, ("C", "G"))
    assert findings == []
    assert found.pairs["C", "G", "none"].gain / found.years == pytest.approx(0.50)


def test_sides_of_two_editions_are_refused_with_their_area(soils):
    """METHOD A7: (43 - 50 x 0.80) / 20 = 0.15 where either edition gives 0.5."""
    lines = [
        row("soc_ref", "G", 43),
        row("soc_ref", "C", 50, edition="2006"),
        row("f_lu", "C", 0.8, edition="2006"),
    ]
    found, (refused,) = soils(lines, ("C", "G"), area=1234.5)
    assert found.pairs == {}
    assert (refused.code, refused.value) == ("soil-depth-edition", "C > G")
    assert refused.where == "classes C > G, stratum none"
    assert "1,234.50" in refused.what_en
    assert "1,234.50" in refused.what_zh
    assert "soc_ref 2019" in refused.what_en
    assert "f_lu 2006" in refused.what_en


def test_a_factor_of_another_edition_is_refused(soils):
    lines = [*GOLDEN_2019[:2], row("f_lu", "C", 0.8, edition="2006")]
    _, (refused,) = soils(lines, ("C", "G"))
    assert refused.code == "soil-factor-edition"
    assert "f_lu 2006" in refused.what_en


def test_a_factor_of_native_land_of_another_edition_is_not_dropped(soils):
    lines = [*GOLDEN_2019, row("f_mg", "G", 0.95, edition="2006")]
    _, (refused,) = soils(lines, ("C", "G"))
    assert refused.code == "soil-factor-edition"


def test_cultivated_land_needs_its_factor(soils):
    _, (refused,) = soils([row("soc_ref", "", 43)], ("C", "G"))
    assert refused.code == "soil-factor-edition"
    assert "f_lu" in refused.mend_en


def test_two_complete_editions_are_a_question_to_the_user(soils):
    lines = [
        *GOLDEN_2019,
        row("soc_ref", "", 50, edition="2006"),
        row("f_lu", "C", 0.8, edition="2006"),
    ]
    _, (refused,) = soils(lines, ("C", "G"))
    assert refused.code == "soil-edition-several"
    assert refused.value == "C > G"


def test_the_edition_that_both_sides_have_is_taken(soils):
    lines = [*GOLDEN_2019, row("soc_ref", "G", 50, edition="2006")]
    found, findings = soils(lines, ("C", "G"))
    assert findings == []
    assert found.pairs["C", "G", "none"].after.edition == "2019"


def test_densities_serve_where_no_reference_speaks(soils):
    lines = [row("density", "C", 73.17, depth="0-100"), row("density", "G", 81.2, depth="0-100")]
    found, findings = soils(lines, ("C", "G"))
    assert findings == []
    assert values(found.pairs["C", "G", "none"]) == (73.17, 81.2)
    assert found.depth_cm == "0-100"


def test_a_reference_goes_before_a_density_and_brings_its_depth(soils):
    lines = [
        *GOLDEN_2019,
        row("density", "C", 73.17, depth="0-100"),
        row("density", "G", 81.2, depth="0-100"),
    ]
    found, _ = soils(lines, ("C", "G"))
    assert found.depth_cm == "0-30"
    assert values(found.pairs["C", "G", "none"]) == (33.11, 43.0)


def test_two_depths_are_never_compared(soils):
    lines = [*GOLDEN_2019, row("density", "F", 144.4, depth="0-100")]
    found, (refused,) = soils(lines, ("C", "G"), ("F", "G"))
    assert (refused.code, refused.value) == ("soil-depth-edition", "F > G")
    assert set(found.pairs) == {("C", "G", "none")}


def test_a_measured_density_of_the_same_depth_goes_with_any_edition(soils):
    found, findings = soils([*GOLDEN_2019, row("density", "F", 63.15)], ("G", "F"))
    assert findings == []
    assert values(found.pairs["G", "F", "none"]) == (43.0, 63.15)


def test_a_side_without_any_row_is_not_estimated(soils):
    found, findings = soils(GOLDEN_2019, ("G", "D"), ("D", "C"), ("D", "F"))
    assert findings == []
    assert values(found.pairs["G", "D", "none"]) == (43.0, None)
    assert found.pairs["G", "D", "none"].gain == pytest.approx(-43)
    assert values(found.pairs["D", "C", "none"]) == (None, 33.11)
    assert found.pairs["D", "C", "none"].gain == 0
    assert found.pairs["D", "F", "none"].before is found.pairs["D", "F", "none"].after is None
    assert found.estimated == {("G", "none"), ("C", "none")}


def test_a_reference_of_all_land_is_no_soil_of_open_land(soils):
    """A climate's reference answers for native vegetation, not for sand or water."""
    lines = [row("soc_ref", "", 43), row("f_lu", "C", 0.77)]
    found, _ = soils(lines, ("G", "D"), ("F", "G"), ("C", "G"))
    assert values(found.pairs["G", "D", "none"]) == (43.0, None)
    assert values(found.pairs["F", "G", "none"]) == (43.0, 43.0)


def test_every_refusal_is_told_at_once(soils):
    lines = [*GOLDEN_2019, *(row("density", code, 50, depth="0-100") for code in "FD")]
    _, findings = soils(lines, ("C", "G"), ("F", "G"), ("G", "D"))
    assert [f.value for f in findings] == ["F > G", "G > D"]


def test_a_rewetted_wetland_takes_the_factor_of_its_years(soils):
    """2013 Supplement, Table 5.3: 0.80 in years 1 to 20, against 0.71 under the plough."""
    lines = [row("soc_ref", "", 87), row("f_lu", "C", 0.71), row("f_lu", "G", 0.80)]
    found, _ = soils(lines, ("C", "G"))
    assert found.pairs["C", "G", "none"].gain == pytest.approx(87 * 0.09)


def test_depths_are_sorted_by_their_lower_boundary(tmp_path):
    lines = [row("density", "F", 1, depth=depth) for depth in ("0-100", "0-30", "0-200")]
    assert soil_depths(soil_register(tmp_path, *lines)) == ("0-30", "0-100", "0-200")


# organic soils


def test_an_emission_factor_takes_the_place_of_the_transition(soils):
    found, findings = soils([*GOLDEN_2019, row("ef_co2", "G", 6.1)], ("C", "G"), ("C", "F"))
    assert findings == []
    assert set(found.pairs) == {("C", "F", "none")}
    assert found.is_organic("C", "G", "none")
    assert not found.is_organic("C", "F", "none")
    assert found.emits("C", "none") is None


def test_dissolved_carbon_and_methane_alone_are_no_organic_soil(soils):
    found, _ = soils([*GOLDEN_2019, row("ef_doc", "G", 0.3), row("ef_ch4", "G", 10)], ("C", "G"))
    assert not found.is_organic("C", "G", "none")
    assert ("C", "G", "none") in found.pairs
    assert found.organic["G", "none"].methane.value == 10
    assert {land: r.value for land, r in found.dissolved_alone.items()} == {("G", "none"): 0.3}
    beside, _ = soils([*GOLDEN_2019, row("ef_doc", "G", 0.3), row("ef_co2", "G", 6)], ("C", "G"))
    assert beside.dissolved_alone == {}


def test_organic_soils_are_found_without_a_transition(tmp_path):
    register = soil_register(tmp_path, row("ef_co2", "G", 6.1), row("ef_doc", "G", 0.31))
    found = organic_soils([("G", "none"), ("F", "none")], ecosystems=ECOSYSTEMS, register=register)
    assert [r.value for r in found.emits("G", "none").carbon] == [6.1, 0.31]
    assert found.emits("F", "none") is None
    assert found.pairs == {}


@pytest.mark.parametrize(
    ("unit", "value"), [("kg CH4-C/ha/yr", 8.064), ("kg CH4/ha/yr", 216 * 28 / 1000)]
)
def test_methane_in_co2_equivalents(soils, unit, value):
    found, _ = soils([*GOLDEN_2019, row("ef_ch4", "G", 216, unit=unit)], ("C", "G"))
    assert found.organic["G", "none"].ch4_t_co2e_per_ha == pytest.approx(value)


def test_constants_are_those_of_their_sources():
    assert transition_period() == 20
    assert gwp100_ch4() == 28
    assert ch4_per_ch4_c() == pytest.approx(16 / 12)


def test_areas_of_conversions_leave_out_what_stays_and_what_is_not_seen():
    first = conversions([
        ("1", 2020, 2023, "C", "G", 2), ("2", 2020, 2023, "C", "G", 3),
        ("1", 2020, 2023, "G", "G", 9), ("1", 2020, 2023, "nodata", "G", 9),
        ("1", 2020, 2023, "G", "outside", 9),
    ])  # fmt: skip
    second = conversions([("1", 2020, 2023, "C", "G", 4), ("1", 2020, 2023, "G", "F", 1)])
    assert conversion_areas(first, second) == {("C", "G", "none"): 5.0, ("G", "F", "none"): 1.0}
