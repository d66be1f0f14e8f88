"""What the map shows: choices from an address, figures, classes, labels, numbers, outlines."""

import json

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sinks.errors import ResultError
from sinks.results import load_results
from sinks.screen.choice import DEFAULT_SCOPE, read_choice, written
from sinks.screen.display_units import AreaUnit, DisplayUnits, MassUnit, Substance
from sinks.screen.figures import Measure, figures, periods, years
from sinks.screen.names import scope_members
from sinks.screen.numbers import number_text, range_text
from sinks.screen.outlines import Outlines, read_outlines
from sinks.screen.outlines_script import outlines_script
from sinks.screen.ramps import MISSING_COLOUR, diverging, sequential
from sinks.screen.ranking import ranking_spec
from sinks.screen.shelf import runs

TONNES = DisplayUnits(mass=MassUnit.T)


@pytest.fixture
def results(finished):
    return load_results(finished)


def shown(results, measure, *, level="league", scope="all", period=(2020, 2023), units=TONNES):
    return {
        figure.zone: figure
        for figure in figures(
            results, level=level, measure=measure, scope=scope, period=period,
            members=scope_members(scope), units=units, lang="zh",
        )
    }  # fmt: skip


def test_figures_are_those_of_the_totals(results):
    totals = results.tables["totals"]
    row = totals[
        totals["zone_code"].eq("1") & totals["scope"].eq("all")
        & totals["quantity"].eq("change")
    ].iloc[0]  # fmt: skip
    figure = shown(results, Measure.SINK)["1"]
    assert figure.value == float(row["sink_t_co2_per_year"])
    assert (figure.low, figure.high) == (
        float(row["low_t_co2_per_year"]),
        float(row["high_t_co2_per_year"]),
    )
    assert figure.verdict == row["verdict"]
    assert figure.name == "盟1"


def test_a_density_is_the_stock_over_the_area_of_its_ecosystems(results):
    stock, density = shown(results, Measure.STOCK)["1"], shown(results, Measure.DENSITY)["1"]
    # 61,000 ha in zone 1: 20,000 + 1,000 forest and 40,000 grassland
    assert density.area_ha == 61_000
    assert density.value == pytest.approx(stock.value / 61_000)
    forest = shown(results, Measure.DENSITY, scope="forest")["1"]
    assert forest.value == pytest.approx(160)  # 60 living and 100 in the soil


def test_units_change_nothing_but_the_unit(results):
    carbon = shown(results, Measure.STOCK)["1"].value
    co2 = shown(
        results, Measure.STOCK, units=DisplayUnits(substance=Substance.CO2, mass=MassUnit.MT)
    )["1"].value
    assert co2 * 1e6 == pytest.approx(carbon * 44 / 12)
    assert DisplayUnits(area=AreaUnit.WAN_MU).area_of(10_000 / 15) == pytest.approx(1)


def test_a_sink_is_stated_in_co2_whatever_the_substance(results):
    by_carbon = shown(results, Measure.SINK)["1"].value
    by_co2 = shown(
        results, Measure.SINK, units=DisplayUnits(substance=Substance.CO2, mass=MassUnit.T)
    )["1"].value
    assert by_carbon == by_co2


def test_the_largest_zone_comes_first_and_the_unknown_last(results):
    found = figures(
        results, level="league", measure=Measure.STOCK, scope="cropland", period=(2020, 2023),
        members=scope_members("cropland"), units=TONNES, lang="en",
    )  # fmt: skip
    assert [figure.zone for figure in found] == ["2", "1"]
    assert (periods(results), years(results)) == (((2020, 2023),), (2020, 2023))


def test_an_address_gives_back_the_choice_it_was_written_from(results):
    words = {"level": "region", "measure": "stock", "scope": "forest", "period": "2020-2023",
             "zone": "2", "substance": "co2", "mass": "mt", "area": "km2",
             "lang": "en"}  # fmt: skip
    choice = read_choice(words, results, lang="zh")
    assert choice.dropped == ()
    assert written(choice) == words
    assert read_choice(written(choice), results, lang="zh") == choice


def test_words_that_the_results_do_not_hold_are_dropped_and_named(results):
    words = {"level": "<script>", "measure": "gold", "period": "1999-2000", "zone": "'; drop",
             "scope": "../..", "lang": "fr", "mass": "kg"}  # fmt: skip
    choice = read_choice(words, results, lang="zh")
    assert set(choice.dropped) == set(words)
    assert (choice.level, choice.measure, choice.scope, choice.zone, choice.lang) == (
        "league",
        Measure.SINK,
        DEFAULT_SCOPE,
        None,
        "zh",
    )


@settings(max_examples=40)
@given(st.lists(st.floats(1e-6, 1e9), min_size=1, max_size=20))
def test_no_value_lies_beyond_the_outermost_class(values):
    classes = diverging([-value for value in values])
    assert classes.low <= -max(values) * (1 - 1e-12)
    assert len(classes.legend()) == len(classes.colours)


@settings(max_examples=60)
@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=40))
def test_every_value_has_a_class_and_the_classes_ascend(values):
    for classes in (sequential(values), diverging(values)):
        assert list(classes.edges) == sorted(set(classes.edges))
        assert len(classes.colours) == len(classes.edges) + 1
        assert all(classes.colour(value) in classes.colours for value in values)
        assert len(classes.ranges()) == len(classes.colours)
        assert classes.colour(None) == MISSING_COLOUR


def test_a_loss_never_has_the_colour_of_a_gain():
    classes = diverging([-3.0, 50.0])
    assert classes.colour(-20) != classes.colour(20)
    assert classes.edges == tuple(-edge for edge in reversed(classes.edges))
    assert classes.colour(0) == "#f7f7f7"


def test_numbers_are_short_and_have_a_true_minus():
    assert number_text(-0.000123) == "−0.000123"
    assert range_text(-930, -465, 0) == "−930 – −465"
    assert range_text(0, 0.5, 2) == "0.00 – 0.50"


def test_the_ranking_keeps_the_selected_zone(results):
    found = figures(
        results, level="league", measure=Measure.STOCK, scope="all", period=(2020, 2023),
        members=scope_members("all"), units=TONNES, lang="en",
    )  # fmt: skip
    spec = ranking_spec(
        found * 20, selected="2", title="t", headings=("zone", "value", "low", "high")
    )
    rows = spec["data"]["values"]
    assert len(rows) > 24
    assert {row["name"] for row in rows if row["selected"]} == {"zone 2"}


def test_outlines_share_their_borders_and_know_a_point_inside(tmp_path):
    shapes = [shapely.box(110, 40, 111, 41), shapely.box(111, 40, 113, 41)]
    frame = gpd.GeoDataFrame({"code": ["1", "2"]}, geometry=shapes, crs="EPSG:4326")
    frame.to_file(tmp_path / "inventory.gpkg", layer="carbon_league", driver="GPKG")
    outlines = read_outlines(tmp_path, "league")
    features = json.loads(outlines.geojson)["features"]
    assert [feature["id"] for feature in features] == ["1", "2"]
    drawn = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    assert shapely.coverage_is_valid(drawn)
    assert shapes[0].contains(shapely.Point(outlines.points["1"]))
    assert outlines.bounds == (110, 40, 113, 41)


def test_outlines_that_are_not_there_are_refused(tmp_path):
    with pytest.raises(ResultError, match=r"inventory\.gpkg has no readable layer carbon_league"):
        read_outlines(tmp_path, "league")


def test_a_script_of_outlines_has_no_line_end_inside():
    outlines = Outlines(level="a", geojson='{"x":"\u2028"}', points={}, bounds=(0, 0, 1, 1))
    assert outlines_script(outlines) == ('(window.tanhuiOutlines ??= {})["a"] = {"x":"\\u2028"};\n')


def test_a_shelf_holds_the_runs_of_a_folder_and_nothing_else(finished, tmp_path):
    (found,) = runs(finished)
    assert found.folder == finished
    (tmp_path / "not-results").mkdir(exist_ok=True)
    assert [run.key for run in runs(finished.parent)] == [found.key]
    assert runs(tmp_path / "none") == ()
