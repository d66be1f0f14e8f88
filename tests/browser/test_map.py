"""The map as a reader meets it: drawn, linked, reachable by keyboard, offline."""

import re
from urllib.parse import parse_qs, urlparse

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect

LEAGUES = 12
PARKS = 6
LARGEST = "呼伦贝尔市"
CODE = "150700"
WAIT = 60_000  # ms
expect.set_options(timeout=WAIT)


def frame_of(page):
    return page.frame_locator("iframe").first


def zones_of(page):
    found = frame_of(page).locator("path.tanhui-zone")
    expect(found).to_have_count(LEAGUES)
    return found


def zone_in(page):
    return parse_qs(urlparse(page.url).query).get("zone", [None])[0]


def settled(page):
    """Wait until the map shows the whole of the region and the labels have their places."""
    zones_of(page)
    page.wait_for_function(
        "() => { const w = document.querySelector('iframe').contentWindow;"
        " return w.map_div && w.map_div.getZoom() > 3 && w.tanhuiPlace }"
    )


def point_of(page, longitude, latitude):
    """Return the pixel of the page at a place of the map."""
    box = page.locator("iframe").first.bounding_box()
    at = page.evaluate(
        "([lat, lon]) => { const m = document.querySelector('iframe').contentWindow.map_div;"
        " const p = m.latLngToContainerPoint([lat, lon]); return [p.x, p.y] }",
        [latitude, longitude],
    )
    return box["x"] + at[0], box["y"] + at[1]


def click_largest(page):
    page.locator("iframe").first.scroll_into_view_if_needed()
    page.mouse.click(*point_of(page, 119.0, 49.5))


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_twelve_leagues_have_chinese_names_that_do_not_overlap(open_page, size):
    page = open_page(size=size)
    settled(page)
    labels = frame_of(page).locator(".tanhui-label span:visible")
    names = labels.all_inner_texts()
    assert LARGEST in names
    assert all(re.fullmatch(r"[\u4e00-\u9fff]+", name) for name in names)
    boxes = [label.bounding_box() for label in labels.all()]
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            apart = (
                a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
                or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]
            )  # fmt: skip
            assert apart, (names, a, b)
    if size[0] > 1000:
        assert len(names) == LEAGUES
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    expect(frame_of(page).locator(".tanhui-note")).to_have_text("蒙S(2024)001号")


def test_the_language_reaches_map_list_and_pages(open_page):
    page = open_page("?lang=zh")
    settled(page)
    page.get_by_text("English", exact=True).click()
    expect(frame_of(page).locator(".tanhui-label span", has_text="Hulunbuir")).to_be_visible()
    expect(page.get_by_text("Annual sink", exact=True).first).to_be_visible()
    expect(page.get_by_role("link", name="Data and methods")).to_be_visible()


def test_a_download_equals_the_file_of_the_run(open_page, demo):
    page = open_page()
    settled(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="下载 totals.csv").click()
    with open(waiting.value.path(), "rb") as file:  # noqa: PTH123 - the path is a text
        assert file.read() == (demo / "totals.csv").read_bytes()


def test_parks_are_drawn_and_one_is_picked(open_page):
    page = open_page("parks")
    settled(page)
    expect(frame_of(page).locator("path.tanhui-point")).to_have_count(PARKS)
    page.get_by_role("combobox", name="园区").focus()
    page.keyboard.type("鄂尔多斯蒙苏")
    page.keyboard.press("Enter")
    expect(page.get_by_text("新能源消纳比例目标 80%")).to_be_visible()


def test_the_raster_has_tiles_and_tells_a_pixel(open_page):
    page = open_page("raster")
    settled(page)
    expect(frame_of(page).locator("img.leaflet-tile-loaded").first).to_be_attached()
    click_largest(page)
    expect(page.get_by_text(re.compile("[0-9.]+ 吨碳/公顷$"))).to_be_visible()


def test_the_choice_goes_along_to_another_page_and_back(open_page):
    page = open_page(f"?zone={CODE}&lang=zh")
    settled(page)
    page.get_by_role("link", name="变化").click()
    expect(page.get_by_text("土地类别转移")).to_be_visible()
    expect(page.get_by_text("不确定性").first).to_be_visible()
    assert zone_in(page) == CODE
