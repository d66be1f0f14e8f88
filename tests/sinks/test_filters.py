"""Filters of false change in a run: what is counted, what filters.csv says, what is refused."""

import json
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from accounting_factory import tree
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_inputs import COVER, GRID, hectares, merged, pixels, square, write_raster, write_tiny

from rasters import RefusedError, read_activity
from rasters.findings import Severity
from sinks.counting import check_layers, count_activity
from sinks.filters import check_filters, filter_table, filtered_maps, no_filter
from sinks.pipeline import run
from sinks.prepare import prepare
from sinks.units import MM2_PER_HA

# pixel (0, 0) flickers in 2010, (2, 1) turns to forest in 2015 and stays, (3, 5) turns in 2023
MAPS = {
    2003: COVER,
    2010: COVER.replace("1 1 2 2 3 3", "2 1 2 2 3 3", 1),
    2015: COVER.replace("1 2 2 2 2 0", "1 1 2 2 2 0"),
    2020: COVER.replace("1 2 2 2 2 0", "1 1 2 2 2 0"),
    2023: COVER.replace("1 2 2 2 2 0", "1 1 2 2 2 0").replace("1 2 2 2 2 2", "1 2 2 2 2 3"),
}


def written(folder, maps, *, years=(2020, 2023), config=None, **inputs):
    """Write the tiny inputs with a land cover, a drawing or an array, for each year."""
    settings_ = {
        "inventory": {"years": list(years)},
        "land_cover": {
            "files": {"2020": None, "2023": None} | {str(y): f"cover_{y}.tif" for y in maps}
        },
    }
    path = write_tiny(folder, config=merged(settings_, config or {}), **inputs)
    for year, drawing in maps.items():
        data = pixels(drawing) if isinstance(drawing, str) else drawing
        write_raster(folder / f"cover_{year}.tif", data.astype(np.uint8), nodata=0)
    return path


def filters(**section):
    return {"filters": section}


def row(table, filter_, zone, year0):
    found = table[
        table["filter"].eq(filter_) & table["zone_code"].eq(zone) & table["year0"].eq(year0)
    ]
    (one,) = found.to_dict("records")
    return [
        float(one[name])
        for name in ("changed_before_ha", "removed_ha", "unjudged_ha", "changed_after_ha")
    ]


def table_of(path):
    """Return filters.csv of an inventory without writing one."""
    prepared = prepare(path)
    with filtered_maps(prepared, path.parent / "run") as found:
        return filter_table(found.changes, prepared.tree)


def test_the_hand_worked_series(tmp_path):
    """Five years must a change hold; then three pixels make the unit."""
    path = written(tmp_path, MAPS, config=filters(persistence_years=5, minimum_mapping_unit_ha=200))
    table = table_of(path)
    first, third, last = (pytest.approx(hectares(1, [r]), abs=1e-6) for r in (0, 2, 3))
    assert row(table, "persistence", "1", 2003) == [first, first, 0, 0]
    assert row(table, "persistence", "1", 2010) == [
        pytest.approx(hectares(1, [0]) + hectares(1, [2]), abs=1e-6), first, 0, third,
    ]  # fmt: skip
    assert row(table, "persistence", "1", 2015) == [0, 0, 0, 0]
    assert row(table, "persistence", "2", 2020) == [last, 0, last, last]
    assert row(table, "minimum_mapping_unit", "1", 2010) == [third, third, 0, 0]
    assert row(table, "minimum_mapping_unit", "2", 2020) == [last, last, 0, 0]
    for year0 in (2003, 2010, 2015, 2020):
        for filter_ in ("persistence", "minimum_mapping_unit"):
            parts = [row(table, filter_, zone, year0) for zone in ("1", "2")]
            whole = row(table, filter_, "ALL", year0)
            assert whole == [pytest.approx(a + b, abs=1e-9) for a, b in zip(*parts, strict=True)]


def test_a_run_counts_the_filtered_maps_and_leaves_none_of_them(tmp_path):
    path = written(tmp_path, MAPS, config=filters(persistence_years=5))
    told = []
    result = run(path, out=tmp_path / "out", on_progress=lambda *step: told.append(step))
    assert {step for step, *_ in told} >= {"filter", "count"}
    history = read_activity(tmp_path / "out" / "history.parquet")
    moved = history[history["code0"].ne(history["code1"])]
    assert moved[["zone_code", "year0", "code0", "code1"]].to_numpy().tolist() == [
        ["1", 2010, "G", "F"], ["2", 2020, "G", "C"],
    ]  # fmt: skip
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_dir()) == ["out"]
    assert not list((tmp_path / "out").glob("*.tif"))
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["parameters"]["config"]["filters"] == {"persistence_years": 5}
    covers = [i for i in manifest["inputs"] if i["role"] == "land_cover"]
    assert sorted(i["path"] for i in covers) == [f"cover_{y}.tif" for y in sorted(MAPS)]
    assert {"filters.csv", "history.parquet"} <= {o["path"] for o in manifest["outputs"]}
    table = result.results.tables["filters"]
    assert set(table["filter"]) == {"persistence"}


def test_without_filters_the_table_is_empty_and_two_maps_leave_no_history(tmp_path):
    result = run(write_tiny(tmp_path), out=tmp_path / "out")
    assert result.results.tables["filters"].empty
    assert not (tmp_path / "out" / "history.parquet").exists()
    heading = (tmp_path / "out" / "filters.csv").read_text(encoding="utf-8")
    assert heading == (
        "filter,zone_code,zone_name,level,year0,year1,changed_before_ha,removed_ha,unjudged_ha,"
        "changed_after_ha,status,run_id\n"
    )


def test_a_filter_that_finds_nothing_leaves_the_tables_as_they_are(tmp_path):
    prepared = prepare(write_tiny(tmp_path))
    plain = count_activity(prepared)
    asked = prepare(written(tmp_path, {2020: COVER, 2023: COVER},
                            config=filters(minimum_mapping_unit_ha=500)))  # fmt: skip
    with filtered_maps(asked, tmp_path / "run") as found:
        same = count_activity(asked, filtered=found)
    pd.testing.assert_frame_equal(same.activity, plain.activity)
    pd.testing.assert_frame_equal(same.history, plain.history)
    assert (same.filtered[["before_mm2", "unjudged_mm2", "after_mm2"]] == 0).all(axis=None)


def test_zones_of_views_are_filtered_with_their_surroundings(tmp_path):
    """The zone is one pixel, the view all of the raster: the map counted holds both."""
    other = COVER.replace("1 2 2 2 2 2", "1 2 2 3 3 3")
    (tmp_path / "view.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [square("v", "v", 0, 6)]}),
        encoding="utf-8",
    )
    view = {"id": "all", "path": "view.geojson", "code": "code", "name": "name", "datum": "wgs84"}
    path = written(
        tmp_path, {2020: COVER, 2023: other}, zones=[square("1", "a", 0, 1, 0, 1)],
        config=filters(minimum_mapping_unit_ha=hectares(1.5, [3])),
    )  # fmt: skip
    text = path.read_text(encoding="utf-8")
    lines = "\n".join(f"{k} = {json.dumps(v)}" for k, v in view.items())
    path.write_text(f"{text}\n[[views]]\n{lines}\n", encoding="utf-8")
    prepared = prepare(path)
    with filtered_maps(prepared, tmp_path / "run") as found:
        result = count_activity(prepared, filtered=found)
    assert not (result.views["code1"] == "outside").any()
    moved = result.views[result.views["code0"].ne(result.views["code1"])]
    assert moved["area_mm2"].sum() / MM2_PER_HA == pytest.approx(hectares(3, [3]), rel=1e-9)


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 2**32 - 1))
def test_filters_change_no_total_area_and_their_rows_add_up(tmp_path, seed):
    rng = np.random.default_rng(seed)
    maps = {y: rng.integers(0, 4, (4, 6)) for y in (2016, 2018, 2020, 2022, 2023)}
    config = filters(persistence_years=2, minimum_mapping_unit_ha=150)
    prepared = prepare(written(tmp_path, maps, years=(2020, 2023), config=config))
    with filtered_maps(prepared, tmp_path / "run") as found:
        table = filter_table(found.changes, prepared.tree)
        history = count_activity(prepared, filtered=found).history
    area = history.groupby(["zone_code", "year0"])["area_mm2"].sum()
    assert [v / MM2_PER_HA for v in area] == [pytest.approx(hectares(3), rel=1e-9)] * 8
    # nodata stays where it was
    lost = history[history["code1"].eq("nodata")].groupby("year1")["area_mm2"].sum() / MM2_PER_HA
    for year, data in list(maps.items())[1:]:
        expected = sum(hectares(int((data[r] == 0).sum()), [r]) for r in range(4))
        assert lost.get(year, 0) == pytest.approx(expected, rel=1e-9)
    both = table[table["filter"].eq("persistence")]
    assert (both["removed_ha"] >= 0).all()
    assert (both["unjudged_ha"] <= both["changed_after_ha"]).all()
    for one in table.to_dict("records"):
        assert one["changed_before_ha"] - one["removed_ha"] == one["changed_after_ha"]
    sums = table.groupby(["filter", "year0", "level"])[["removed_ha", "changed_after_ha"]].sum()
    assert sums.xs("all", level="level").equals(sums.xs("zone", level="level"))
    # what the last filter leaves is what is counted
    moved = history[
        history["code0"].ne(history["code1"])
        & ~history["code0"].eq("nodata")
        & ~history["code1"].eq("nodata")
    ]
    left = table[table["filter"].eq("minimum_mapping_unit") & table["level"].eq("zone")]
    for year0, rows in left.groupby("year0"):
        counted = int(moved[moved["year0"].eq(year0)]["area_mm2"].sum()) / MM2_PER_HA
        assert float(rows["changed_after_ha"].sum()) == pytest.approx(counted, abs=1e-5)


def test_exact_areas_are_rounded_once_at_the_counted_zone():
    changes = pd.DataFrame(
        [
            ("1", "persistence", 2020, 2023, 15_000, 5_000, 5_000),
            ("2", "persistence", 2020, 2023, 15_000, 0, 25_001),
        ],
        columns=no_filter().columns,
    )
    table = filter_table(changes, tree(("1", "2")))
    micro = Decimal("0.000001")
    assert table["changed_before_ha"].tolist() == [4 * micro, 2 * micro, 2 * micro]
    assert table["changed_after_ha"].tolist() == [3 * micro, 0, 3 * micro]
    assert table["removed_ha"].tolist() == [micro, 2 * micro, -micro]
    assert table["zone_name"].tolist() == ["区", "盟1", "盟2"]
    assert filter_table(no_filter(), tree()).empty


def only(path):
    (found,) = check_filters(prepare(path))
    return found


def test_one_map_has_no_change_to_filter(tmp_path):
    found = only(
        written(tmp_path, {2020: COVER}, years=(2020,), config=filters(persistence_years=3))
    )
    assert (found.code, found.value, found.severity) == ("filter-one-map", "2020", Severity.ERROR)


def test_maps_on_another_grid_are_refused_by_name(tmp_path):
    path = written(tmp_path, MAPS, config=filters(minimum_mapping_unit_ha=200))
    fine = np.kron(pixels(COVER), np.ones((2, 2), dtype=int)).astype(np.uint8)
    half = Affine(GRID.a / 2, 0, GRID.c, 0, GRID.e / 2, GRID.f)
    for year in (2010, 2023):
        write_raster(tmp_path / f"cover_{year}.tif", fine, nodata=0, transform=half)
    found = [f for f in check_layers(prepare(path)) if f.code == "filter-grid"]
    assert [f.value for f in found] == ["cover_2010.tif", "cover_2023.tif"]
    assert "cover_2003.tif" in found[0].what_en
    with pytest.raises(RefusedError, match="filter-grid"):
        run(path, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("years", "least", "refused"),
    [
        ((2020, 2023), 3, True),
        ((2000, 2010, 2020), 5, True),
        ((2000, 2010, 2020), 10, False),
        ((2000, 2018, 2020, 2023), 2, False),
    ],
)
def test_maps_that_can_judge_no_change_are_refused(tmp_path, years, least, refused):
    path = written(
        tmp_path, dict.fromkeys(years, COVER), years=years[-2:],
        config=filters(persistence_years=least),
    )  # fmt: skip
    found = [(f.code, f.value) for f in check_filters(prepare(path))]
    assert found == ([("filter-persistence-years", str(least))] if refused else [])


@pytest.mark.parametrize(("unit", "told"), [(80, True), (95, False)])
def test_a_unit_of_one_pixel_is_told_to_remove_nothing(tmp_path, unit, told):
    """A pixel of the tiny inputs has 89.1 ha."""
    config = filters(minimum_mapping_unit_ha=unit)
    path = written(tmp_path, {2020: COVER, 2023: COVER}, config=config)
    found = check_filters(prepare(path))
    assert [(f.code, f.value) for f in found] == ([("filter-unit-pixel", "80.0")] if told else [])
    if told:
        assert found[0].severity is Severity.WARNING
        assert "89.1" in found[0].what_en
