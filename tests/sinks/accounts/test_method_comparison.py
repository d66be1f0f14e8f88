"""method_comparison.csv: the same land by several methods, side by side and never added."""

from decimal import Decimal

import pandas as pd
import pytest
from accounting_factory import activity, changes_of, density, inventory_of, register_of, tree
from statistics_factory import coefficient, no_losses, statistic, statistics_of

from rasters import RefusedError
from sinks.accounts.changes import refuse_double_cover
from sinks.errors import EstimateError
from sinks.statistics import places_of
from sinks.units import co2_of

NO_SOIL = [density(code, "soil", 0, depth="0-100") for code in "FGCD"]
LINES = [
    density("F", "agb", 60), density("F", "bgb", 20), density("F", "litter", 3),
    density("G", "agb", 2), density("G", "bgb", 8),
    coefficient("growth", 1, ecosystem="forest", pool="agb", low=0.5, high=1.5),
    coefficient("root_shoot", 0.25), coefficient("carbon_fraction", 0.5),
    coefficient("rate", 0.4, low=0.2, high=0.6), coefficient("beta_soil_to_vegetation", 0.5),
    coefficient("growth_rate", 0.03), coefficient("consumption_rate", 0.01),
    coefficient("wood_density", 0.5), coefficient("bef_whole", 1.5),
]  # fmt: skip
ROWS = [("1", "F", "F", 1000), ("1", "G", "F", 10), ("2", "F", "F", 500), ("2", "F", "G", 20)]


@pytest.fixture
def compared(tmp_path):
    """Return a function from compared methods to an inventory of two zones."""

    def build(own="gain_loss", others=("stock_difference", "rate"), lines=LINES, losses=None):
        places = places_of(tree(("1", "2")))
        volumes = [statistic("volume_m3", 50_000, zone=z, stratum="arbor") for z in ("1", "2")]
        given = [*no_losses(), *no_losses(zone="2")] if losses is None else losses
        return inventory_of(
            activity(ROWS),
            register_of(tmp_path, *lines, *NO_SOIL),
            methods={"forest": own, "grassland": "stock_difference"},
            compare={"forest": others},
            losses=statistics_of(tmp_path, *given, places=places),
            statistics=statistics_of(tmp_path, *volumes, places=places),
            draws=2000,
        )

    return build


def cell(inventory, method, zone="1", column="sink_t_co2_per_year"):
    rows = inventory.method_comparison
    (row,) = rows[rows["zone_code"].eq(zone) & rows["method"].eq(method)].to_dict("records")
    return row[column]


def test_every_zone_and_level_has_a_row_for_each_method(compared):
    table = compared().method_comparison
    assert set(zip(table["zone_code"], table["method"], strict=True)) == {
        (zone, method)
        for zone in ("1", "2", "R")
        for method in ("gain_loss", "stock_difference", "rate")
    }


def test_the_figures_are_those_of_each_method_alone(compared):
    result = compared()
    grown = 1000 * 3 * 0.625 + 10 * 2 * 0.625 - 10 * 10
    assert float(cell(result, "gain_loss")) == pytest.approx(co2_of(grown) / 3, abs=1e-5)
    assert float(cell(result, "stock_difference")) == pytest.approx(co2_of(10 * 70) / 3, abs=1e-5)
    rate = (1000 * 3 + 10 * 2) * 0.4 * 1.5 - 10 * 10
    assert float(cell(result, "rate")) == pytest.approx(co2_of(rate) / 3, abs=1e-5)


def test_the_reported_method_is_the_sum_of_its_rows_in_changes(compared):
    result = compared()
    rows = result.changes
    mine = rows[rows["zone_code"].eq("R") & rows["method"].eq("gain_loss")
                & rows["pool"].isin(["agb", "bgb"])]  # fmt: skip
    told = float(cell(result, "gain_loss", "R"))
    assert told == pytest.approx(float(mine["sink_t_co2_per_year"].sum()), abs=1e-5)


def test_gaps_are_differences_of_what_is_written_and_zones_add_up(compared):
    table = compared().method_comparison.set_index(["zone_code", "method"])
    sinks, gaps = table["sink_t_co2_per_year"], table["gap_t_co2_per_year"]
    for zone in ("1", "2", "R"):
        assert gaps[zone, "gain_loss"] == 0
        for other in ("rate", "stock_difference"):
            assert gaps[zone, other] == sinks[zone, other] - sinks[zone, "gain_loss"]
    for method in ("gain_loss", "rate", "stock_difference"):
        assert sinks["R", method] == sinks["1", method] + sinks["2", method]
        assert isinstance(sinks["R", method], Decimal)


def test_a_row_says_which_pools_it_holds(compared):
    result = compared(others=("stock_difference", "rate"))
    assert cell(result, "gain_loss", column="pools") == "agb+bgb"
    assert cell(result, "stock_difference", column="pools") == "agb+bgb"
    assert cell(result, "rate", column="pools") == "ecosystem"
    with_lucf = compared(others=("lucf",))
    assert cell(with_lucf, "lucf", column="pools") == "biomass"


def test_intervals_of_zones_that_share_a_coefficient_move_together(compared):
    result = compared()
    halves = {
        zone: float(cell(result, "rate", zone, "high_t_co2_per_year")
                    - cell(result, "rate", zone, "low_t_co2_per_year"))
        for zone in ("1", "2", "R")
    }  # fmt: skip
    assert halves["R"] == pytest.approx(halves["1"] + halves["2"], rel=1e-6)


def test_comparing_changes_no_figure_of_the_inventory(compared):
    with_others, alone = compared(), compared(others=())
    pd.testing.assert_frame_equal(with_others.changes, alone.changes)
    pd.testing.assert_frame_equal(with_others.totals, alone.totals)
    assert alone.method_comparison["method"].unique().tolist() == ["gain_loss"]


def test_growing_stock_is_compared_with_the_stocks_of_the_map(compared):
    """The reported stock comes from statistics; the compared one from both sides of the map."""
    extra = [*LINES, coefficient("bcef_s", 0.8)]
    with pytest.raises(RefusedError) as caught:
        compared(own="volume", others=("stock_difference",), lines=extra)
    assert {f.code for f in caught.value.findings} == {"statistics-missing"}, "areas are missing"


def test_what_a_compared_method_lacks_is_refused_with_what_the_reported_one_lacks(compared):
    lines = [line for line in LINES if ",rate," not in line and ",growth," not in line]
    with pytest.raises(RefusedError) as caught:
        compared(lines=lines, losses=no_losses())
    lacking = {(f.code, f.what_en.split()[2]) for f in caught.value.findings}
    assert ("method-coefficient", "gain_loss") in lacking
    assert ("method-coefficient", "rate") in lacking
    assert "losses-undeclared" in {code for code, _ in lacking}


def test_two_methods_of_one_pool_are_refused(tmp_path):
    result = changes_of(activity(ROWS[:1]), register_of(tmp_path, *LINES, *NO_SOIL),
                        methods={"forest": "stock_difference"})  # fmt: skip
    refuse_double_cover(result.fine, tree(("1", "2")))
    again = result.fine[result.fine["pool"].eq("agb")].assign(method="rate", pool="ecosystem")
    twice = pd.concat([result.fine, again], ignore_index=True)
    with pytest.raises(EstimateError, match=r"both give the change of agb of zone 1") as caught:
        refuse_double_cover(twice, tree(("1", "2")))
    assert "rate (ecosystem)" in str(caught.value)
    assert "stock_difference (agb)" in str(caught.value)
