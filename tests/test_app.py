"""The app opens without a results folder and with one; it stores nothing and asks nobody."""

from pathlib import Path

import pytest
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


def test_with_results_every_zone_has_its_sink_and_a_verdict_in_chinese(monkeypatch, tmp_path):
    page = opened(monkeypatch, write_results(tmp_path))
    assert not page.exception
    (table,) = page.dataframe
    assert len(table.value) > 0
    assert set(table.value["verdict"]) <= {"显著", "不显著", "单侧", "未估算"}
