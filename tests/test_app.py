"""The app opens without a results folder and with one; it stores nothing and asks nobody."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from results_factory import write_results

streamlit_testing = pytest.importorskip("streamlit.testing.v1")
APP = Path(__file__).parent.parent / "app.py"


def opened(monkeypatch, folder):
    monkeypatch.setenv("TANHUI_RESULTS", str(folder))
    return streamlit_testing.AppTest.from_file(str(APP), default_timeout=60).run()


def test_without_results_it_says_how_to_make_them(monkeypatch, tmp_path):
    page = opened(monkeypatch, tmp_path / "none")
    assert not page.exception
    assert "make demo" in page.info[0].value


@pytest.fixture
def folder(tmp_path):
    """Return a results folder with the outlines that a run writes."""
    made = write_results(tmp_path)
    shapes = [shapely.box(110, 40, 111, 41), shapely.box(111, 40, 113, 41)]
    leagues = gpd.GeoDataFrame({"code": ["1", "2"]}, geometry=shapes, crs="EPSG:4326")
    region = gpd.GeoDataFrame(
        {"code": ["R"]}, geometry=[shapely.union_all(shapes)], crs="EPSG:4326"
    )
    for level, frame in (("league", leagues), ("region", region)):
        frame.to_file(made / "inventory.gpkg", layer=f"carbon_{level}", driver="GPKG")
    return made


def opened_at(monkeypatch, folder, **words):
    monkeypatch.setenv("TANHUI_RESULTS", str(folder))
    page = streamlit_testing.AppTest.from_file(str(APP), default_timeout=60)
    for name, word in words.items():
        page.query_params[name] = word
    return page.run()


def test_the_overview_shows_the_whole_with_its_interval_in_chinese(monkeypatch, folder):
    page = opened(monkeypatch, folder)
    assert not page.exception
    assert any("区 · 年碳汇量" in block.value for block in page.markdown)
    labels = [metric.label for metric in page.metric]
    assert labels[0] == "碳储量 2023 · 万吨碳"
    assert any("95 % 区间" in caption.value for caption in page.caption)
    assert page.query_params["level"] == "league"


def test_an_address_names_the_view_and_the_language(monkeypatch, folder):
    page = opened_at(monkeypatch, folder, measure="stock", zone="2", lang="en", mass="t")
    assert not page.exception
    assert any("Region · Carbon stock" in block.value for block in page.markdown)
    assert any("zone 2" in block.value for block in page.markdown)
    assert page.query_params["zone"] == "2"


def test_words_that_the_results_do_not_hold_are_told_and_not_shown(monkeypatch, folder):
    page = opened_at(monkeypatch, folder, level="<script>alert(1)</script>", zone="../etc")
    assert not page.exception
    assert "level, zone" in page.info[0].value
    shown = [block.value for kind in (page.markdown, page.info, page.caption) for block in kind]
    assert not any("script>" in block for block in shown)


def test_a_choice_of_the_sidebar_changes_the_address(monkeypatch, folder):
    page = opened(monkeypatch, folder)
    page.sidebar.radio[0].set_value("density").run()
    assert not page.exception
    assert page.query_params["measure"] == "density"
