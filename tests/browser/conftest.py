"""A real server and a real browser; any request to another host fails the test."""

import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ROOT = Path(__file__).parents[2]
WAIT = 60_000  # ms
_LOCAL = ("data:", "blob:", "about:")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """Return the demonstration of all of Inner Mongolia."""
    out = tmp_path_factory.mktemp("app") / "demo"
    command = [sys.executable, "-c", "import tanhui; tanhui.main()", "demo", "--out", str(out),
               "--quiet"]  # fmt: skip
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603 - our own
    return out


@pytest.fixture(scope="session")
def server(demo):
    """Return the address of the app, under a base path as behind a proxy."""
    port = free_port()
    command = [sys.executable, "-c", "import tanhui; tanhui.main()", "app", str(demo), "--port",
               str(port), "--base-path", "carbon", "--review-number", "蒙S(2024)001号"]  # fmt: skip
    with subprocess.Popen(  # noqa: S603 - our own
        command, cwd=ROOT, env=dict(os.environ), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        base = f"http://127.0.0.1:{port}/carbon"
        try:
            wait_for(f"{base}/_stcore/health", process)
            yield base
        finally:
            process.terminate()


def wait_for(address, process):
    """Ask until the server answers; it answers or ends."""
    while process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - our own
                assert answer.read() == b"ok"
                return
        except urllib.error.URLError:
            continue
    pytest.fail(f"the server ended with {process.returncode}")


@pytest.fixture(scope="session")
def chromium():
    """Return a browser."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, server):
    """Return a function that opens a page of the app at a size."""
    foreign, contexts = [], []

    def watch(route):
        url = route.request.url
        if url.startswith((server.rsplit("/", 1)[0], *_LOCAL)):
            route.continue_()
        else:
            foreign.append(url)
            route.abort()

    def opened(path="", size=(1366, 768)):
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, accept_downloads=True
        )
        contexts.append(context)
        context.route("**/*", watch)
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.goto(f"{server}/{path}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert foreign == []
