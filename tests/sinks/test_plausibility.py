"""Bands of METHOD G1: forest vegetation 5-200 t C/ha, sink -5 to 8 t C/ha per year."""

import pytest
from accounting_factory import activity, density, inventory_of, register_of

from sinks.plausibility import plausibility
from sinks.quality import Gates


@pytest.fixture
def judged(tmp_path):
    """Return a function: rows and coefficient lines to (check, zone) -> (value, limit, verdict)."""

    def judge(rows, *lines, **options):
        table = activity(rows) if isinstance(rows, list) else rows
        soil = [density(code, "soil", 0, depth="0-100") for code in "FGCD"]
        register = register_of(tmp_path, *lines, *soil)
        gates = Gates()
        plausibility(gates, inventory_of(table, register, **options))
        return {(check, zone): rest for check, zone, *rest in gates.rows}

    return judge


@pytest.mark.parametrize(
    ("carbon", "verdict"), [(5, "pass"), (200, "pass"), (4.99, "fail"), (200.01, "fail")]
)
def test_forest_vegetation_is_judged_by_zone_and_by_class(judged, carbon, verdict):
    rows = [("1", "F", "F", 10)]
    found = judged(rows, density("F", "agb", carbon), methods=("forest",))
    for zone in "R1":
        value, limit, seen = found["vegetation_density[forest][2020]", zone]
        assert value == pytest.approx(carbon)
        assert (limit, seen) == ("[5, 200]", verdict)
    assert found["class_vegetation_density[F][none][2020]", "R"][2] == verdict
    assert ("class_vegetation_density[F][none][2020]", "1") not in found


def test_a_class_out_of_band_shows_where_the_ecosystem_hides_it(judged):
    """100 ha of 60 and 1 ha of 400 t C/ha in two strata: the mean passes, the class fails."""
    table = activity([("1", "F", "F", 100), ("1", "F", "F", 1)])
    table.loc[1, "stratum"] = "larch"
    larch = "F,,larch,agb,400,t C/ha,400,400,a test,,verified,density,"
    found = judged(table, density("F", "agb", 60), larch, methods=("forest",))
    assert found["vegetation_density[forest][2020]", "R"][2] == "pass"
    assert found["class_vegetation_density[F][none][2020]", "R"][2] == "pass"
    assert found["class_vegetation_density[F][larch][2020]", "R"] == [400.0, "[5, 200]", "fail"]


def test_vegetation_is_what_the_published_band_holds(judged):
    """Above- and below-ground biomass and litter, without dead wood and soil."""
    lines = [density("F", pool, n) for pool, n in
             (("agb", 40), ("bgb", 10), ("litter", 5), ("dead_wood", 500))]  # fmt: skip
    found = judged([("1", "F", "F", 10)], *lines, methods=("forest",))
    assert found["vegetation_density[forest][2020]", "1"][0] == pytest.approx(55)


def test_an_ecosystem_without_a_band_is_shown_as_such_and_not_passed(judged):
    found = judged([("1", "G", "G", 10)], density("G", "agb", 3), methods=("grassland",))
    assert found["vegetation_density[grassland][2023]", "1"] == [3.0, "no band", "shown"]
    assert found["class_vegetation_density[G][none][2023]", "R"] == [3.0, "no band", "shown"]


@pytest.mark.parametrize(("after", "verdict"), [(24, "pass"), (24.03, "fail")])
def test_a_sink_is_judged_per_area_of_the_first_year_and_per_year(judged, after, verdict):
    """10 ha of grassland of 0 t C/ha become forest in three years: 8 t C/ha/yr at 24 t C/ha."""
    lines = (density("F", "agb", after), density("G", "agb", 0))
    found = judged([("1", "G", "F", 10)], *lines, methods=("forest", "grassland"))
    value, limit, seen = found["sink_t_c_per_ha_per_year[grassland][2020-2023]", "1"]
    assert value == pytest.approx(after / 3)
    assert (limit, seen) == ("[-5, 8]", verdict)
    # there was no forest in 2020, so that a sink per hectare of it says nothing
    assert ("sink_t_c_per_ha_per_year[forest][2020-2023]", "1") not in found


@pytest.mark.parametrize(("before", "verdict"), [(15, "pass"), (15.03, "fail")])
def test_a_loss_is_judged_as_well(judged, before, verdict):
    lines = (density("F", "agb", before), density("G", "agb", 0))
    found = judged([("1", "F", "G", 10)], *lines, methods=("forest", "grassland"))
    value, _, seen = found["sink_t_c_per_ha_per_year[forest][2020-2023]", "1"]
    assert (value, seen) == (pytest.approx(-before / 3), verdict)


def test_an_inventory_without_figures_is_not_judged(judged):
    found = judged([("1", "D", "D", 10)], methods=())
    assert found == {}
