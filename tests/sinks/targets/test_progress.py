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
    plan_findings,
    progress,
    sink_trend,
    targets_table,
    volume_sink,
)
from sinks.targets.wording import shown_share

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


@pytest.mark.parametrize("product", [None, "gbt21010"])
def test_no_product_tells_the_wetland_area_of_the_text(finished, tmp_path, product):
    """The text names no survey for its 310: not even the land survey's classes compare."""
    swap = {"\nR,": "\n640000,", ",wetland,": ",other,", ",grassland,": ",wetland,"}
    results = edited(finished, tmp_path, swap, product=product)
    row = judged(results=results, indicator="wetland_area")
    assert (row.outcome, row.figure) == (Outcome.NOT_COMPARABLE, None)
    assert "哪一次调查" in row.reason("zh")
    assert "no survey" in row.reason("en")


@pytest.mark.parametrize("value", ["309.99", "310", "320", "1"])
def test_a_target_to_stay_is_shown_and_not_judged(value):
    row = judged(figure(value, indicator="wetland_area", year=2025), indicator="wetland_area")
    assert row.figure.value == Fraction(value)
    assert (row.outcome, row.share, row.left) == (Outcome.SHOWN, None, None)
    table = targets_table([row], zones={})
    assert table.loc[0, ["share", "left", "outcome"]].tolist() == [None, None, "shown"]


def test_less_than_all_is_never_shown_as_all():
    row = judged(figure("1194.9", year=2025))
    assert (f"{float(row.share):.1%}", row.outcome) == ("100.0%", Outcome.MISSED)
    assert f"{float(shown_share(row.share)):.1%}" == "99.9%"
    assert shown_share(Fraction(1)) == 1


INNER_MONGOLIA = load_targets("inner_mongolia")


@pytest.mark.parametrize(
    ("zone", "indicator", "value"),
    [
        ("150000", "greening", "10800"),
        ("150000", "desertification_control", "2650"),
        ("150600", "co2_per_gdp", "17.5"),
        ("150600", "energy_per_gdp", "16.5"),
    ],
)
def test_what_was_done_before_the_plan_or_after_its_year_counts_for_nothing(zone, indicator, value):
    def of(year):
        return figure(value, zone=zone, indicator=indicator, year=year)

    def row_of(*figures):
        rows = progress(INNER_MONGOLIA, statistics=figures, results=None)
        return next(r for r in rows if r.target.indicator.id == indicator)

    for year in (2020, 2026):
        assert row_of(of(year)).outcome is Outcome.NO_FIGURE
        (told,) = plan_findings(INNER_MONGOLIA, [of(year)])
        assert (told.code, told.value) == ("target-outside-plan", str(year))
        assert "2021" in told.what("zh")
    for year in (2021, 2025):
        assert row_of(of(year)).outcome is Outcome.MET
        assert plan_findings(INNER_MONGOLIA, [of(year)]) == []
    assert row_of(of(2020), of(2022)).figure.year == 2022


def test_the_level_of_an_earlier_year_still_compares():
    early = figure("23.5", zone="150000", indicator="forest_cover", year=2019)
    rows = progress(INNER_MONGOLIA, statistics=[early], results=None)
    row = next(r for r in rows if r.target.indicator.id == "forest_cover")
    assert row.outcome is Outcome.MET
    assert plan_findings(INNER_MONGOLIA, [early]) == []


def trend_of(finished, folder, *rows):
    """Return the trend of zone R in a run of these (scope, year0, year1, low, high)."""
    results = edited(finished, folder, {})
    totals = results.tables["totals"]
    row = totals[totals["zone_code"].eq("R") & totals["quantity"].eq("change")].iloc[0].to_dict()
    table = totals.iloc[:0].copy()
    for number, (scope, a, b, low, high) in enumerate(rows):
        bounds = {"low_t_co2_per_year": low, "high_t_co2_per_year": high}
        table.loc[number] = row | {"scope": scope, "year0": a, "year1": b} | bounds
    return sink_trend(replace(results, tables={**results.tables, "totals": table}), "R")


@pytest.mark.parametrize(
    ("forest", "grassland", "trend"),
    [
        ((15, 30), (6, 9), Trend.RISING),
        ((15, 30), (5, 9), Trend.UNCLEAR),
        ((0, 4), (-1, 1), Trend.FALLING),
        ((0, 4), (-1, 2), Trend.UNCLEAR),
    ],
)
def test_the_trend_is_of_forest_and_grassland_with_intervals_apart(
    finished, tmp_path, forest, grassland, trend
):
    """Before: 5 to 15 and 1 to 5, together 6 to 20. Wetland rises by a hundred and is no part."""
    found = trend_of(
        finished,
        tmp_path,
        ("forest", 2015, 2020, 5, 15),
        ("grassland", 2015, 2020, 1, 5),
        ("wetland", 2015, 2020, 0, 1),
        ("forest_grassland_wetland", 2015, 2020, 6, 21),
        ("forest", 2020, 2023, *forest),
        ("grassland", 2020, 2023, *grassland),
        ("wetland", 2020, 2023, 100, 101),
        ("forest_grassland_wetland", 2020, 2023, 200, 300),
    )
    assert found == (trend, "2015-2020, 2020-2023")


def test_a_trend_needs_both_forest_and_grassland(finished, tmp_path):
    rows = [
        ("forest", 2015, 2020, 5, 15), ("grassland", 2015, 2020, 1, 5),
        ("forest", 2020, 2023, 50, 60), ("grassland", 2020, 2023, None, None),
    ]  # fmt: skip
    assert trend_of(finished, tmp_path, *rows) is None


def test_one_period_or_two_that_overlap_give_no_trend(finished, tmp_path):
    for number, periods in enumerate(
        [[(2020, 2023, 1, 2)], [(2015, 2023, 1, 2), (2020, 2023, 5, 6)]]
    ):
        (tmp_path / str(number)).mkdir()
        rows = [(scope, *period) for period in periods for scope in ("forest", "grassland")]
        assert trend_of(finished, tmp_path / str(number), *rows) is None


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
