"""A finished results folder, made once, copied for every test that may change it."""

import shutil

import pytest
from results_factory import write_results


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """Return a results folder that no test changes; its input lies beside it."""
    return write_results(tmp_path_factory.mktemp("finished"))


@pytest.fixture
def results(finished, tmp_path):
    """Return a copy of the finished results folder with its input beside it."""
    shutil.copytree(finished.parent, tmp_path / "copy")
    return tmp_path / "copy" / "results"
