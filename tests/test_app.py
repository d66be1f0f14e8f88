"""The app opens without a results folder and with one; it stores nothing and asks nobody."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from results_factory import write_results

streamlit_testing = pytest.importorskip("streamlit.testing.v1")
APP = Path(__file__).parent.parent / "app.py"
HOSTILE = "<img src=x onerror=alert(1)>![x](http://example.org/x.png)"


def page_of(monkeypatch, folder):
    monkeypatch.setenv("TANHUI_RESULTS", str(folder))
    return streamlit_testing.AppTest.from_file(str(APP), default_timeout=60)


def opened(monkeypatch, folder, **words):
    page = page_of(monkeypatch, folder)
    for name, word in words.items():
        page.query_params[name] = word
    return page.run()


def shown(page):
    """Return every HTML block of a page as one text."""
    return " ".join(block.proto.body for block in page.get("html"))


@pytest.fixture
def folder(tmp_path):
    """Return a results folder with the outlines that a run writes, and a hostile park."""
    made = write_results(tmp_path)
    shapes = [shapely.box(110, 40, 111, 41), shapely.box(111, 40, 113, 41)]
    leagues = gpd.GeoDataFrame({"code": ["1", "2"]}, geometry=shapes, crs="EPSG:4326")
    region = gpd.GeoDataFrame(
        {"code": ["R"]}, geometry=[shapely.union_all(shapes)], crs="EPSG:4326"
    )
    park = {"park_id": "p", "name_zh": HOSTILE, "name_en": "", "kind": "零碳", "league_code": "1",
            "target_share": 0.8, "note": HOSTILE}  # fmt: skip
    parks = gpd.GeoDataFrame([park], geometry=[shapely.Point(110.5, 40.5)], crs="EPSG:4326")
    layers = {"carbon_league": leagues, "carbon_region": region, "parks": parks}
    for name, frame in layers.items():
        frame.to_file(made / "inventory.gpkg", layer=name, driver="GPKG")
    return made


def test_without_results_it_says_how_to_make_them(monkeypatch, tmp_path):
    page = opened(monkeypatch, tmp_path / "none")
    assert not page.exception
    assert "make demo" in page.info[0].value


def test_the_overview_shows_the_whole_with_its_interval_in_chinese(monkeypatch, folder):
    page = opened(monkeypatch, folder)
    assert not page.exception
    assert "区 · 年碳汇量" in shown(page)
    assert "碳储量 2023" in shown(page)
    assert "95 % 区间" in shown(page)
    assert page.query_params["level"] == "league"


def test_an_address_names_the_view_and_the_language(monkeypatch, folder):
    page = opened(monkeypatch, folder, measure="stock", zone="2", lang="en", mass="t")
    assert not page.exception
    assert "Region · Carbon stock" in shown(page)
    assert page.selectbox(key="zone-league").value == "2"
    assert "rank 2/2" in shown(page)
    assert page.query_params["zone"] == "2"


def test_words_that_the_results_do_not_hold_are_told_and_not_shown(monkeypatch, folder):
    page = opened(monkeypatch, folder, level="<script>alert(1)</script>", zone="../etc")
    assert not page.exception
    assert "level, zone" in page.info[0].value
    assert "script>" not in shown(page)


def test_a_choice_of_the_sidebar_changes_the_address(monkeypatch, folder):
    page = opened(monkeypatch, folder)
    page.radio(key="choice_measure").set_value("density").run()
    assert not page.exception
    assert page.query_params["measure"] == "density"
    page.radio(key="choice_lang").set_value("en").run()
    assert (page.query_params["lang"], page.query_params["measure"]) == ("en", "density")
    assert "Carbon density" in shown(page)


def test_a_zone_of_the_list_speaks_its_sentence_and_is_cleared(monkeypatch, folder):
    page = opened(monkeypatch, folder)
    page.selectbox(key="zone-league").set_value("1").run()
    assert page.query_params["zone"] == "1"
    assert "排名" in shown(page)
    page.button[0].click().run()
    assert "zone" not in page.query_params


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("module", "name"),
    [("sinks.pages", "change"), ("sinks.pages", "raster"), ("sinks.pages", "data"),
     ("parks.pages", "park_map")],
)  # fmt: skip
def test_every_page_opens_in_both_languages(monkeypatch, folder, module, name, lang):
    monkeypatch.setenv("TANHUI_RESULTS", str(folder))
    source = f"from {module} import {name}\n{name}.show()\n"
    page = streamlit_testing.AppTest.from_string(source, default_timeout=60)
    page.query_params["lang"] = lang
    page.query_params["zone"] = "2"
    page.query_params["run"] = "../../etc"
    page.run()
    assert not page.exception
    assert "clcd" in shown(page)
    assert not page.error


def test_a_hostile_park_stays_text(monkeypatch, folder):
    monkeypatch.setenv("TANHUI_RESULTS", str(folder))
    source = "from parks.pages import park_map\npark_map.show()\n"
    page = streamlit_testing.AppTest.from_string(source, default_timeout=60).run()
    page.selectbox(key="park").set_value("p").run()
    assert not page.exception
    assert "<img" not in shown(page)
    assert "&lt;img" in shown(page)
    assert not any("example.org" in block.value for block in page.markdown)
