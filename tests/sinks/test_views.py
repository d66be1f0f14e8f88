import json

import numpy as np
import pyproj
import pytest
import shapely
from accounting_factory import density
from tiny_inputs import (
    NORTH,
    PIXEL,
    WEST,
    hectares,
    pixels,
    square,
    write_raster,
    write_tiny,
)

from rasters import RefusedError, Zones
from sinks.pipeline import check, run
from sinks.views import make_view

AFTER = """
1 1 1 2 3 3
1 1 2 2 3 3
1 2 2 2 2 0
1 2 2 2 2 2
"""
VIEW = """
[[views]]
id = "reserves"
title = "自然保护地"
path = "reserves.geojson"
code = "code"
name = "name"
datum = "wgs84"
"""


def with_views(folder, *features, view=VIEW):
    config = write_tiny(folder, covers=(COVER_OF, AFTER))
    collection = {"type": "FeatureCollection", "features": list(features)}
    (folder / "reserves.geojson").write_text(json.dumps(collection), encoding="utf-8")
    config.write_text(config.read_text(encoding="utf-8") + view, encoding="utf-8")
    return config


COVER_OF = AFTER.replace("1 1 1 2 3 3", "1 1 2 2 3 3")


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("views")
    config = with_views(
        folder, square("w", "西", 0, 3), square("all", "全", 0, 6), square("in", "内", 1, 3, 1, 3)
    )
    return run(config, out=folder / "out").results.tables


def test_a_feature_that_is_a_zone_has_its_figures(tables):
    """Feature w is zone 1: same pixels, same rows, same draws."""
    for name, column in (("stocks", "stock_t_c"), ("totals", "value_t_c")):
        own = tables[name][tables[name]["zone_code"].eq("1")]
        seen = tables[f"views_{name}"]
        seen = seen[seen["zone_code"].eq("w")]
        assert list(seen[column].dropna()) == list(own[column].dropna())
        assert list(seen["low_t_c"].dropna()) == list(own["low_t_c"].dropna())
        assert set(seen["level"]) == {"reserves"}


def test_overlapping_features_are_each_whole_and_never_summed(tables):
    totals = tables["views_totals"]
    stock = totals[totals["quantity"].eq("stock") & totals["scope"].eq("all")]
    by_code = stock[stock["year1"].eq(2023)].set_index("zone_code")["value_t_c"]
    whole = tables["totals"]
    (land,) = whole[
        whole["zone_code"].eq("ALL") & whole["quantity"].eq("stock")
        & whole["scope"].eq("all") & whole["year1"].eq(2023)
    ]["value_t_c"]  # fmt: skip
    assert abs(by_code["all"] - land) <= 10 * type(land)("0.000001")
    assert set(by_code.index) == {"w", "all", "in"}


def test_views_change_no_figure_of_the_zones(tables, tmp_path):
    config = write_tiny(tmp_path, covers=(COVER_OF, AFTER))
    plain = run(config, out=tmp_path / "out").results.tables
    for name in ("stocks", "changes", "totals", "areas"):
        assert plain[name].drop(columns="run_id").equals(tables[name].drop(columns="run_id"))
    assert plain["views_totals"].empty


def test_overlapping_polygons_are_dealt_out_to_sets_that_do_not():
    boxes = [(0, 2), (1, 3), (2, 4), (10, 11)]
    shapes = [shapely.box(WEST + a * PIXEL, NORTH - 1, WEST + b * PIXEL, NORTH) for a, b in boxes]
    zones = Zones(
        codes=tuple("abcd"), names=tuple("abcd"), geometry=shapely.from_wkb(shapely.to_wkb(shapes)),
        crs=pyproj.CRS.from_epsg(4326),
    )  # fmt: skip
    view = make_view("v", "v", zones, None)
    assert [one.codes for one in view.sets] == [("v:a", "v:c", "v:d"), ("v:b",)]
    assert dict(view.tree.ancestors["v"]) == {"v:a": "a", "v:b": "b", "v:c": "c", "v:d": "d"}


def test_a_repeated_id_and_a_broken_polygon_are_refused(tmp_path):
    with pytest.raises(RefusedError) as refused:
        run(with_views(tmp_path, square("w", "西", 0, 3), view=VIEW + VIEW))
    assert "needs an id of its own" in refused.value.findings[0].what_en
    bow_tie = square("w", "西", 0, 3)
    ring = bow_tie["geometry"]["coordinates"][0]
    ring[1], ring[2] = ring[2], ring[1]
    found = check(with_views(tmp_path, bow_tie))
    assert "zones-invalid" in {f.code for f in found}


def test_a_feature_that_is_a_zone_has_its_conversions_of_earlier_maps(tmp_path):
    """Soil lost since 2010 by the transition over 20 years is in the view as in the zone."""
    table = [density(code, "agb", v) for code, v in (("F", 60), ("G", 3), ("C", 0))]
    table += [density(c, "soil", v, depth="0-100") for c, v in (("F", 160), ("G", 100), ("C", 80))]
    files = {str(year): f"cover_{year}.tif" for year in (2010, 2020, 2023)}
    changes = {"land_cover": {"files": files}, "methods": {"soil": "transition"}}
    config = write_tiny(tmp_path, covers=(COVER_OF, AFTER), table=tuple(table), config=changes)
    past = pixels(COVER_OF.replace("1 1 2 2 3 3", "1 1 1 2 3 3")).astype(np.uint8)
    write_raster(tmp_path / "cover_2010.tif", past, nodata=0)
    collection = {"type": "FeatureCollection", "features": [square("w", "西", 0, 3)]}
    (tmp_path / "reserves.geojson").write_text(json.dumps(collection), encoding="utf-8")
    config.write_text(config.read_text(encoding="utf-8") + VIEW, encoding="utf-8")
    tables = run(config, out=tmp_path / "out").results.tables
    figures = []
    for name, code in (("totals", "1"), ("views_totals", "w")):
        rows = tables[name][tables[name]["zone_code"].eq(code)]
        rows = rows[rows["quantity"].eq("change") & rows["scope"].eq("all")]
        figures.append(list(rows["value_t_c"]))
    assert figures[0] == figures[1]
    soil = -60 * 3 / 20 * hectares(1, [0, 1]) + 60 * 2 / 20 * hectares(1, [0])
    assert float(figures[0][0]) == pytest.approx(57 * hectares(1, [0]) + soil, rel=1e-9)
