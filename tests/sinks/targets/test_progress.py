"""Progress: statistics first, an inventory only where it means the same, else the reason."""

import shutil
from dataclasses import replace
from fractions import Fraction

import pytest
from results_factory import rehash, write_results

from sinks.manifest import read_manifest
from sinks.manifest import write_manifest as write
from sinks.results import load_results
from sinks.targets import (
    Figure,
    Outcome,
    Trend,
    ceiling_findings,
    ceilings,
    load_targets,
    progress,
    sink_trend,
    volume_sink,
    wetland_areas,
)

NINGXIA = load_targets("ningxia")
YEARS = {t.year for t in NINGXIA}


def figure(value, *, year=2024, indicator="growing_stock", zone="640000"):
    return Figure(
        zone_code=zone, indicator=indicator, year=year, value=Fraction(value), source="a yearbook"
    )


def judged(*figures, results=None, indicator="growing_stock", year=2025, targets=NINGXIA):
    rows = progress(targets, statistics=figures, results=results)
    return next(r for r in rows if r.target.indicator.id == indicator and r.target.year == year)


@pytest.mark.parametrize(
    ("value", "year", "outcome"),
    [
        ("1195", 2024, Outcome.MET),
        ("1194.9", 2024, Outcome.BELOW),
        ("1194.9", 2025, Outcome.MISSED),
        ("1200", 2027, Outcome.MET),
        ("1000", 2027, Outcome.MISSED),
    ],
)
def test_a_figure_is_held_against_its_target(value, year, outcome):
    assert judged(figure(value, year=year)).outcome is outcome


def test_share_and_rest():
    row = judged(figure("956"))
    assert (row.share, row.left) == (Fraction(4, 5), 239)


def test_the_latest_figure_up_to_the_year_is_taken():
    figures = [figure("1", year=2020), figure("2", year=2025), figure("3", year=2026)]
    assert judged(*figures).figure.value == 2
    assert judged(*figures, year=2030).figure.value == 3
    assert judged(figures[2]).figure.value == 3


def test_a_figure_of_another_zone_or_indicator_is_not_taken():
    assert judged(figure("9", zone="640100"), figure("9", indicator="forest_cover")).figure is None


def test_without_anything_there_is_no_figure_and_it_is_not_zero():
    row = judged()
    assert (row.outcome, row.share, row.left) == (Outcome.NO_FIGURE, None, None)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Return a run whose top zone is called 640000."""
    rows = (("640100", "G", "F", 20_000), ("640100", "G", "G", 40_000))
    return write_results(tmp_path_factory.mktemp("run"), rows=rows)


def edited(finished, folder, swap, *, product=None):
    """Return the run with the codes of its tables swapped and another product."""
    shutil.copytree(finished.parent, folder / "copy")
    results = folder / "copy" / "results"
    for path in results.glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        for old, new in swap.items():
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
    manifest = read_manifest(results)
    if product is not None:
        inputs = tuple(replace(r, product=product) for r in manifest.inputs)
        write(results, replace(manifest, inputs=inputs))
    rehash(results)
    return load_results(results)


def test_a_cover_rate_is_never_compared_with_a_share_of_a_map(finished, tmp_path):
    results = edited(finished, tmp_path, {"\nR,": "\n640000,"})
    row = judged(results=results, indicator="forest_cover")
    assert row.outcome is Outcome.NOT_COMPARABLE
    assert "灌木林" in row.reason("zh")
    assert "shrub" in row.reason("en")
    assert judged(figure("21", indicator="forest_cover"), results=results,
                  indicator="forest_cover").reason("zh") == ""  # fmt: skip


def test_a_wetland_area_compares_only_where_the_classes_are_those_of_the_survey(finished, tmp_path):
    """The 40,000 ha that the test calls wetland are 60 x 10^4 mu."""
    swap = {"\nR,": "\n640000,", ",wetland,": ",other,", ",grassland,": ",wetland,"}
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    satellite = edited(finished, tmp_path / "a", swap)
    survey = edited(finished, tmp_path / "b", swap, product="gbt21010")
    assert wetland_areas(satellite) == []
    assert judged(results=satellite, indicator="wetland_area").outcome is Outcome.NOT_COMPARABLE
    row = judged(results=survey, indicator="wetland_area")
    assert (row.figure.value, row.figure.year, row.outcome) == (60, 2023, Outcome.BELOW)
    own = figure("320", indicator="wetland_area")
    assert judged(own, results=survey, indicator="wetland_area").figure == own


def trend_of(finished, folder, *periods):
    """Return the trend of zone R in a run whose totals have these (year0, year1, low, high)."""
    results = edited(finished, folder, {})
    totals = results.tables["totals"]
    row = totals[
        totals["zone_code"].eq("R")
        & totals["quantity"].eq("change")
        & totals["scope"].eq("forest_grassland_wetland")
    ].iloc[0]
    lines = [
        row.to_dict()
        | {"year0": a, "year1": b, "low_t_co2_per_year": low, "high_t_co2_per_year": high}
        for a, b, low, high in periods
    ]
    table = totals.iloc[:0].copy()
    for number, line in enumerate(lines):
        table.loc[number] = line
    return sink_trend(replace(results, tables={**results.tables, "totals": table}), "R")


@pytest.mark.parametrize(
    ("later", "trend"),
    [((21, 30), Trend.RISING), ((0, 9), Trend.FALLING), ((15, 30), Trend.UNCLEAR)],
)
def test_the_trend_of_the_sink_needs_intervals_apart(finished, tmp_path, later, trend):
    found = trend_of(finished, tmp_path, (2015, 2020, 10, 20), (2020, 2023, *later))
    assert found == (trend, "2015-2020, 2020-2023")


def test_one_period_or_two_that_overlap_give_no_trend(finished, tmp_path):
    for number, periods in enumerate(
        [[(2020, 2023, 1, 2)], [(2015, 2023, 1, 2), (2020, 2023, 5, 6)]]
    ):
        (tmp_path / str(number)).mkdir()
        assert trend_of(finished, tmp_path / str(number), *periods) is None


def test_a_target_in_words_without_a_trend_is_not_comparable(finished, tmp_path):
    results = edited(finished, tmp_path, {"\nR,": "\n150000,"})
    rows = progress(load_targets("inner_mongolia"), statistics=[], results=results)
    words = [r for r in rows if r.target.value is None]
    assert {r.outcome for r in words} == {Outcome.NOT_COMPARABLE}
    assert len(words) == 4


def test_the_ceiling_of_the_method():
    """+200 x 10^4 m3 in 5 years: 871,875 t C, 174,375 t C a year, 639,375 t CO2 a year."""
    (bound,) = ceilings(NINGXIA)
    assert (bound.year0, bound.year1, bound.growth_m3) == (2025, 2030, 2_000_000)
    assert bound.sink_t_c * 5 == 871_875
    assert bound.sink_t_c == 174_375
    assert bound.sink_t_co2 == 639_375
    assert ceilings(load_targets("inner_mongolia")) == ()


def test_a_growth_needs_a_period():
    with pytest.raises(ValueError, match="got 0"):
        volume_sink(Fraction(1), years=0)


def test_a_forest_sink_above_the_ceiling_is_told(finished, tmp_path):
    """20,000 ha of new forest at 57 t C/ha are 1,393,333 t CO2 a year."""
    results = edited(finished, tmp_path, {"\nR,": "\n640000,"})
    (told,) = ceiling_findings(ceilings(NINGXIA), results)
    assert (told.code, told.value) == ("target-sink-ceiling", "1,393,333")
    assert "639,375" in told.what("zh")
    (tmp_path / "b").mkdir()
    assert ceiling_findings(ceilings(NINGXIA), edited(finished, tmp_path / "b", {})) == []
