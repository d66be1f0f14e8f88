"""The app opens without a results folder and with one; it stores nothing and asks nobody."""

from pathlib import Path

import pytest

streamlit_testing = pytest.importorskip("streamlit.testing.v1")
APP = Path(__file__).parent.parent / "app.py"


def opened(monkeypatch, folder):
    monkeypatch.setenv("TANHUI_RESULTS", str(folder))
    return streamlit_testing.AppTest.from_file(str(APP), default_timeout=60).run()


def test_without_results_it_says_how_to_make_them(monkeypatch, tmp_path):
    page = opened(monkeypatch, tmp_path / "none")
    assert not page.exception
    assert "make demo" in page.info[0].value
