"""Changes that do not last are undone, and what the maps cannot tell is said."""

import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st

from rasters.errors import RefusedError
from rasters.legend import load_product
from rasters.map_series import filter_grid
from rasters.persistence import UNJUDGED, lasting_changes, undo_passing

WORLD = (99.0, 40.0, 140.0, 51.0)


def filtered(series, years, least):
    """Return series and flags of one pixel, classes as digits, 0 without an observation."""
    codes = np.array([[int(c)] for c in series], dtype=np.uint8)
    out, unjudged = np.empty_like(codes), np.empty_like(codes)
    undo_passing(codes, np.array(years, np.int64), least, out, unjudged)
    return "".join(map(str, out[:, 0])), "".join(map(str, unjudged[:, 0]))


YEARLY = list(range(2000, 2010))
GOLDEN = {
    # series, years, least years: result, not judged
    "steady": ("1111111111", YEARLY, 3, "1111111111", "0000000000"),
    "lasting": ("1112222222", YEARLY, 3, "1112222222", "0000000000"),
    "one year": ("1112111111", YEARLY, 3, "1111111111", "0000000000"),
    "exactly to the year": ("1112222111", YEARLY, 3, "1112222111", "0000000100"),
    "one year short": ("1112221111", YEARLY, 3, "1111111111", "0000000000"),
    "too late to judge": ("1111111122", YEARLY, 3, "1111111122", "0000000010"),
    "just judged": ("1111112222", YEARLY, 3, "1111112222", "0000000000"),
    "a third class": ("1112311111", YEARLY, 3, "1111111111", "0000000000"),
    "a false step on the way": ("1112333333", YEARLY, 3, "1111333333", "0000000000"),
    "back and forth": ("1212121212", YEARLY, 3, "1111111112", "0000000001"),
    "no observation between": ("1112022222", YEARLY, 3, "1112022222", "0000000000"),
    "none to begin with": ("0012222222", YEARLY, 3, "0012222222", "0000000000"),
    "starts with its first class": ("0022222222", YEARLY, 3, "0022222222", "0000000000"),
    "change over a gap": ("1110002222", YEARLY, 3, "1110002222", "0000000000"),
    # no observation in the map before: no pair shows this change, so none is flagged
    "late change over a gap": ("1111111102", YEARLY, 3, "1111111102", "0000000000"),
    "never seen": ("0000000000", YEARLY, 3, "0000000000", "0000000000"),
    "maps five years apart": ("121", [2000, 2005, 2010], 5, "111", "000"),
    "maps too far apart": ("121", [2000, 2005, 2010], 3, "121", "011"),
    "confirmed over a long gap": ("122", [2000, 2005, 2010], 3, "122", "000"),
    "two maps": ("12", [2020, 2023], 3, "12", "01"),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_the_hand_worked_series(name):
    series, years, least, expected, flags = GOLDEN[name]
    assert filtered(series, years, least) == (expected, flags)


def plainly(series, years, least):
    """Return the same by the words of the rule: lists of what follows each change."""
    out, held = [], 0
    for i, code in enumerate(series):
        follows = [(y, c) for y, c in zip(years[i + 1 :], series[i + 1 :], strict=True) if c]
        soon = [c for y, c in follows if y <= years[i] + least]
        passing = code and held and code != held and any(c != code for c in soon)
        out.append(held if passing else code)
        held = out[-1] or held
    return out


@st.composite
def histories(draw):
    years = sorted(draw(st.sets(st.integers(1990, 2024), min_size=1, max_size=9)))
    codes = draw(st.lists(st.integers(0, 3), min_size=len(years), max_size=len(years)))
    return years, codes, draw(st.integers(2, 8))


@settings(max_examples=300, deadline=None)
@given(histories())
def test_any_series_follows_the_rule_and_undoing_twice_is_undoing_once(history):
    years, codes, least = history
    text = "".join(map(str, codes))
    once, flags = filtered(text, years, least)
    assert [int(c) for c in once] == plainly(codes, years, least)
    assert filtered(once, years, least)[0] == once
    # what has no observation keeps none, and no class appears where there was none
    assert [c == "0" for c in once] == [c == 0 for c in codes]
    for i in range(1, len(codes)):
        seen = codes[i - 1] and codes[i]
        if seen and codes[i - 1] == codes[i]:
            assert once[i - 1] == once[i]  # no change is added between neighbours
        if flags[i] == "1":
            assert seen
            assert once[i - 1] != once[i]


def cover_sources(make_source, series, *, product, dtypes=None, **raster):
    """Return a source for each year of (rows, cols) arrays."""
    dtypes = dtypes or dict.fromkeys(series, np.uint8)
    return {
        year: make_source(
            data.astype(dtypes[year]), product, year=year, name=f"lc_{year}.tif", **raster
        )
        for year, data in series.items()
    }


def read(source):
    with rasterio.open(source.path) as dataset:
        return dataset.read(source.band)


def run(sources, folder, *, least=3, workers=2):
    grid = filter_grid(next(iter(sources.values())), [WORLD], maps=len(sources))
    assert grid is not None
    steps = []
    found = lasting_changes(
        sources, grid, least_years=least, folder=folder, workers=workers,
        on_progress=lambda *step: steps.append(step),
    )  # fmt: skip
    assert steps[-1] == (grid.shape[0] * grid.shape[1],) * 2
    return found


def test_maps_are_written_with_their_own_values(make_source, land_cover, tmp_path):
    """CLCD 1 to 9; the change of 2001 at the first pixel passes, the one at the second stays."""
    start = np.full((4, 5), 4)
    middle, end = start.copy(), start.copy()
    middle[0, :3], end[0, 1:3] = (2, 2, 0), (2, 9)
    middle[3, 4] = 77  # no class of CLCD: refused where it is counted, and left for that
    series = {2000: start, 2001: middle, 2002: end, 2004: end}
    sources = cover_sources(make_source, series, product=land_cover)
    found = run(sources, tmp_path / "out")
    assert found.maps[2000] is sources[2000]
    assert list(found.maps) == [2000, 2001, 2002, 2004]
    assert read(found.maps[2001])[0].tolist() == [4, 2, 0, 4, 4]
    assert read(found.maps[2002])[0].tolist() == [4, 2, 9, 4, 4]
    assert read(found.maps[2001])[3].tolist() == [4, 4, 4, 4, 77]
    assert (read(found.maps[2004])[1:] == 4).all()
    # 2 of 2001 is there three years later; 9 is first seen in 2002, the maps end in 2004, and
    # the map before it has no observation
    assert not read(found.unjudged[2001]).any()
    assert not read(found.unjudged[2002]).any()
    assert found.maps[2001].nodata == (0.0,)
    assert found.maps[2001].path.name == "lc_2001.tif"
    assert found.unjudged[2001].product.classes[UNJUDGED].code == "unjudged"


def test_an_early_class_beyond_a_later_file_s_type_is_kept(make_source, tmp_path):
    product = load_product("gbt21010")  # codes up to 1208
    start, passing = np.full((4, 5), 301), np.full((4, 5), 101)
    series = {2000: start, 2001: passing, 2002: start, 2003: start}
    dtypes = {2000: np.int16, 2001: np.uint8, 2002: np.int32, 2003: np.int16}
    found = run(cover_sources(make_source, series, product=product, dtypes=dtypes), tmp_path)
    assert (read(found.maps[2001]) == 301).all()


def test_blocks_and_threads_make_no_difference(make_source, land_cover, tmp_path):
    rng = np.random.default_rng(3)
    series = {y: rng.choice([0, 1, 2, 4], (70, 300), p=[0.1, 0.3, 0.3, 0.3]) for y in YEARLY}
    tiled = {"tiled": True, "blockxsize": 16, "blockysize": 16}
    sources = cover_sources(make_source, series, product=land_cover, **tiled)
    east = (99.0, -80.0, 300.0, 51.0)
    grid = filter_grid(sources[2000], [east], maps=10)
    assert grid.shape == (70, 300)
    found = [
        lasting_changes(
            sources, grid, least_years=3, folder=tmp_path / str(workers), workers=workers,
            on_progress=lambda *_: None,
        )
        for workers in (1, 3)
    ]  # fmt: skip
    codes = np.stack([series[y].astype(np.uint8).ravel() for y in YEARLY])
    out, flags = np.empty_like(codes), np.empty_like(codes)
    undo_passing(codes, np.array(YEARLY, np.int64), 3, out, flags)
    for one in found:
        for i, year in enumerate(YEARLY[1:], start=1):
            np.testing.assert_array_equal(read(one.maps[year]).ravel(), out[i])
            np.testing.assert_array_equal(read(one.unjudged[year]).ravel(), flags[i])


def test_a_block_that_cannot_be_read_is_refused(make_source, land_cover, tmp_path):
    data = np.random.default_rng(1).integers(1, 9, (90, 300))
    series = {2000: data, 2001: data, 2002: data}
    sources = cover_sources(make_source, series, product=land_cover, compress="deflate")
    path = sources[2001].path
    content = bytearray(path.read_bytes())
    content[1000:3000] = b"\xff" * 2000
    path.write_bytes(content)
    with pytest.raises(RefusedError, match="raster-block-unreadable"):
        run(sources, tmp_path / "out")
