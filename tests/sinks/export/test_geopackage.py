import dataclasses
import sqlite3
from contextlib import closing
from itertools import pairwise
from xml.etree import ElementTree as ET

import geopandas as gpd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from sinks.errors import ResultError
from sinks.export.geopackage import write_geopackage
from sinks.export.layers import Layer, write_layers
from sinks.export.style import diverging, graduated_qml, sequential


@pytest.fixture
def written(tmp_path, zones, tables, meta):
    """The file of the example run."""
    path = tmp_path / "inventory.gpkg"
    write_geopackage(path, zones, tables["stocks"], tables["totals"], meta=meta)
    return path


def rows(path, query):
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


def read(path, layer):
    return gpd.read_file(path, layer=layer, engine="pyogrio")


def test_there_is_one_polygon_layer_per_level(written):
    assert dict(pyogrio.list_layers(written)) == {
        "carbon_region": "MultiPolygon",
        "carbon_league": "MultiPolygon",
        "layer_styles": None,
    }
    assert read(written, "carbon_league").crs.to_epsg() == 4326
    assert read(written, "carbon_league")["code"].tolist() == ["150100", "150200", "150300"]


def test_the_numbers_are_those_of_the_tables(written, tables):
    found = read(written, "carbon_league").set_index("code")
    totals = tables["totals"].set_index(["zone_code", "quantity", "scope", "year1"])
    stock = totals.loc[("150100", "stock", "all", 2023)]
    sink = totals.loc[("150100", "change", "forest_grassland_wetland", 2023)]
    zone = found.loc["150100"]
    assert zone["stock_t_c_2023"] == pytest.approx(float(stock["value_t_c"]), abs=1e-6)
    assert zone["stock_low_t_c_2023"] == pytest.approx(float(stock["low_t_c"]), abs=1e-6)
    assert zone["sink_t_co2_yr_2020_2023"] == pytest.approx(
        float(sink["sink_t_co2_per_year"]), abs=1e-6
    )
    assert zone["verdict_2020_2023"] == "signal"
    # 101,000.623457 + 50,000.333333 + 700.25 + 40 ha, by hand from the moves
    assert zone["area_ha"] == pytest.approx(151_741.20679)
    assert zone["density_t_c_ha_2023"] == pytest.approx(zone["stock_t_c_2023"] / 151_741.20679)
    assert zone["sink_t_co2_ha_yr_2020_2023"] == pytest.approx(
        zone["sink_t_co2_yr_2020_2023"] / 151_741.20679
    )
    assert set(found["run_id"]) == {"0123456789abcdef" * 4}


def test_a_zone_without_an_estimate_is_blank(tmp_path, zones, tables, meta):
    totals = tables["totals"].copy()
    mine = (totals["zone_code"] == "150300") & (totals["quantity"] == "change")
    for column in ("value_t_c", "sink_t_co2_per_year", "low_t_co2_per_year"):
        totals[column] = totals[column].astype(object).where(~mine, None)
    path = tmp_path / "a.gpkg"
    write_geopackage(path, zones, tables["stocks"], totals, meta=meta)
    found = read(path, "carbon_league").set_index("code")
    assert found["sink_t_co2_yr_2020_2023"].isna().to_dict() == {
        "150100": False,
        "150200": False,
        "150300": True,
    }


def test_every_column_has_a_chinese_heading(written):
    titles = dict(
        rows(
            written,
            "SELECT column_name, title FROM gpkg_data_columns WHERE table_name = 'carbon_league'",
        )
    )
    columns = set(read(written, "carbon_league").columns) - {"geometry"}
    assert set(titles) == columns
    assert titles["density_t_c_ha_2023"] == "2023年碳密度（吨碳/公顷）"
    assert titles["name_zh"] == "名称"


def test_headings_follow_the_language(tmp_path, zones, tables, meta):
    path = tmp_path / "en.gpkg"
    write_geopackage(path, zones, tables["stocks"], tables["totals"], meta=meta, lang="en")
    titles = {t for (t,) in rows(path, "SELECT title FROM gpkg_data_columns")}
    assert "Carbon density 2023 (t C/ha)" in titles
    assert rows(path, "SELECT identifier FROM gpkg_contents ORDER BY 1")[0] == ("League",)


def test_qgis_finds_one_default_style_per_layer(written):
    found = rows(
        written,
        "SELECT f_table_name, f_geometry_column, styleName, useAsDefault, f_table_schema "
        "FROM layer_styles ORDER BY id",
    )
    geometry = dict(rows(written, "SELECT table_name, column_name FROM gpkg_geometry_columns"))
    assert [(table, default) for table, _, _, default, _ in found] == [
        ("carbon_region", 1),
        ("carbon_region", 0),
        ("carbon_league", 1),
        ("carbon_league", 0),
    ]
    assert all(column == geometry[table] for table, column, *_ in found)
    assert all(schema == "" for *_, schema in found)
    assert found[2][2] == "碳密度（2023年）"


def test_the_styles_are_well_formed_and_name_their_columns(written):
    columns = set(read(written, "carbon_league").columns)
    found = rows(written, "SELECT styleQML FROM layer_styles WHERE f_table_name LIKE '%league'")
    fields = []
    for (text,) in found:
        root = ET.fromstring(text)  # noqa: S314
        renderer = root.find("renderer-v2")
        fields.append(renderer.get("attr"))
        ranges = renderer.findall("ranges/range")
        symbols = {s.get("name") for s in renderer.findall("symbols/symbol")}
        assert {r.get("symbol") for r in ranges} == symbols
        assert all(float(a.get("upper")) == float(b.get("lower")) for a, b in pairwise(ranges))
        aliases = {a.get("field"): a.get("name") for a in root.findall("aliases/alias")}
        assert set(aliases) == columns - {"geometry"}
    assert fields == ["density_t_c_ha_2023", "sink_t_co2_ha_yr_2020_2023"]


def test_the_file_is_a_valid_geopackage_as_far_as_its_tables_go(written):
    contents = dict(rows(written, "SELECT table_name, data_type FROM gpkg_contents"))
    assert contents == {
        "carbon_region": "features",
        "carbon_league": "features",
        "layer_styles": "attributes",
    }
    assert rows(written, "PRAGMA integrity_check") == [("ok",)]
    assert rows(written, "PRAGMA foreign_key_check") == []
    extensions = {e for (e,) in rows(written, "SELECT extension_name FROM gpkg_extensions")}
    assert "gpkg_schema" in extensions


def test_a_second_writing_gives_the_same_bytes(written, tmp_path, zones, tables, meta):
    again = tmp_path / "again.gpkg"
    mixed = zones.sample(frac=1, random_state=2)
    write_geopackage(again, mixed, tables["stocks"], tables["totals"], meta=meta)
    assert again.read_bytes() == written.read_bytes()


def test_one_year_gives_stocks_and_one_style(tmp_path, zones, tables, meta):
    totals = tables["totals"]
    stocks = tables["stocks"][tables["stocks"]["year"] == 2020]
    only = totals[(totals["quantity"] == "stock") & (totals["year1"] == 2020)]
    path = tmp_path / "one.gpkg"
    write_geopackage(path, zones, stocks, only, meta=dataclasses.replace(meta, years=(2020,)))
    assert rows(path, "SELECT COUNT(*) FROM layer_styles") == [(2,)]
    assert "sink_t_co2_yr_2020_2023" not in read(path, "carbon_league")


def test_a_layer_of_the_caller_stands_beside(tmp_path, zones, tables, meta):
    frame = gpd.GeoDataFrame({"name": ["园区"]}, geometry=[shapely.Point(110.5, 40.5)], crs=4326)
    parks = Layer(name="parks", title="园区", frame=frame, aliases={"name": "名称"})
    path = tmp_path / "parks.gpkg"
    write_geopackage(
        path, zones, tables["stocks"], tables["totals"], meta=meta, extra_layers=[parks]
    )
    assert read(path, "parks")["name"].tolist() == ["园区"]
    with pytest.raises(ResultError, match="exists; its old layers"):
        write_layers(path, [parks])
    with pytest.raises(ResultError, match="two layers share a name"):
        write_layers(tmp_path / "b.gpkg", [parks, parks])
    bare = dataclasses.replace(parks, frame=frame.set_crs(None, allow_override=True))
    with pytest.raises(ResultError, match="the layer parks has no CRS"):
        write_layers(tmp_path / "c.gpkg", [bare])


def test_refuses_zones_that_cannot_carry_results(tmp_path, zones, tables, meta):
    path = tmp_path / "a.gpkg"
    frames = (tables["stocks"], tables["totals"])
    with pytest.raises(ResultError, match=r"lack the columns \['name_en'\]"):
        write_geopackage(path, zones.drop(columns="name_en"), *frames, meta=meta)
    bare = zones.set_crs(None, allow_override=True)
    with pytest.raises(ResultError, match=r"or a CRS \(None\)"):
        write_geopackage(path, bare, *frames, meta=meta)
    with pytest.raises(ResultError, match=r"no zone of the levels \['region', 'league'\]"):
        write_geopackage(path, zones.assign(code="999999"), *frames, meta=meta)


@given(st.lists(st.floats(0, 1e6), max_size=12))
def test_a_sequential_style_covers_every_value(values):
    limits = sequential("a", "b", values).limits
    assert limits[0] == 0
    assert limits[-1] >= max(values, default=0) * (1 - 1e-8)
    assert list(limits) == sorted(set(limits))


@given(st.lists(st.floats(-1e6, 1e6), max_size=12))
def test_a_diverging_style_is_symmetric_about_zero(values):
    limits = diverging("a", "b", values).limits
    assert limits[3] == 0
    assert [-v for v in reversed(limits)] == list(limits)
    assert limits[-1] >= max(map(abs, values), default=0) * (1 - 1e-8)


def test_a_style_escapes_what_xml_would_read():
    qml = graduated_qml(sequential('a"<&', 'f"<&', [1.0]), {'f"<&': "<高度>"})
    root = ET.fromstring(qml)  # noqa: S314
    assert root.find("renderer-v2").get("attr") == 'f"<&'
    assert root.find("aliases/alias").get("name") == "<高度>"
