"""Patches of change: what belongs together, how large it is, and whether strips matter."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.features import rasterize, shapes

from rasters.patches import OpenPatches, label_strip

PIXEL = 100  # mm2


def drawn(text):
    return np.array([[int(c) for c in line] for line in text.split()], dtype=np.uint8)


def small_pixels(before, after, unit, *, area=None, cuts=()):
    """Return the pixels of patches below the unit, the rows cut into strips at ``cuts``."""
    rows = before.shape[0]
    area = np.full((rows, 1), PIXEL, dtype=np.int64) if area is None else area
    edges = [0, *cuts, rows]
    strips = [label_strip(before[a:b], after[a:b], area[a:b], unit) for a, b in pairwise(edges)]
    patches = OpenPatches(unit=unit)
    for strip in strips:
        patches.add(strip)
    return np.vstack([patches.small(i, s)[s.labels] for i, s in enumerate(strips)])


def flooded(before, after, area, unit):
    """Return the same by flooding each patch from its first pixel, one pixel at a time."""
    rows, cols = before.shape
    changed = (before != after) & (before > 0) & (after > 0)
    seen, small = np.zeros_like(changed), np.zeros_like(changed)
    for start in zip(*np.nonzero(changed), strict=True):
        if seen[start]:
            continue
        patch, waiting = [], [start]
        seen[start] = True
        while waiting:
            r, c = waiting.pop()
            patch.append((r, c))
            for y in range(max(r - 1, 0), min(r + 2, rows)):
                for x in range(max(c - 1, 0), min(c + 2, cols)):
                    alike = before[y, x] == before[start] and after[y, x] == after[start]
                    if changed[y, x] and alike and not seen[y, x]:
                        seen[y, x] = True
                        waiting.append((y, x))
        if sum(int(np.broadcast_to(area, before.shape)[p]) for p in patch) < unit:
            for p in patch:
                small[p] = True
    return small


def test_the_hand_made_patches():
    """Corners join, other transitions part, nodata is no change, the unit itself is enough."""
    before = drawn("11111 11111 11111 11011")
    after = drawn("21113 12132 11111 01222")
    # 1>2 at (0,0) and (1,1) touch at a corner: 2 pixels. 1>3 at (0,4) and (1,3): 2 pixels.
    # 1>2 at (1,4): 1 pixel. Row 3: columns 3 and 4, for column 2 has no class before.
    strip = label_strip(before, after, np.full((4, 1), PIXEL, np.int64), 10**6)
    assert strip.labels.tolist() == [
        [1, 0, 0, 0, 2],
        [0, 1, 0, 2, 3],
        [0, 0, 0, 0, 0],
        [0, 0, 0, 4, 4],
    ]
    assert strip.areas.tolist() == [0, 200, 200, 100, 200]
    assert small_pixels(before, after, 200).sum() == 1
    assert small_pixels(before, after, 201).sum() == 7
    assert not small_pixels(before, after, 100).any()


def test_arms_that_meet_further_down_are_one_patch():
    after = drawn("21212 21212 22222")
    strip = label_strip(np.ones_like(after), after, np.full((3, 1), PIXEL, np.int64), 10**9)
    assert strip.areas.tolist() == [0, 11 * PIXEL]


def test_a_patch_counts_the_area_of_its_own_rows():
    after = drawn("2111 2111 1112")
    area = np.array([[1], [10], [100]], dtype=np.int64)
    strip = label_strip(np.ones_like(after), after, area, 1000)
    assert strip.areas.tolist() == [0, 11, 100]
    by_pixel = np.arange(12, dtype=np.int64).reshape(3, 4)
    assert label_strip(np.ones_like(after), after, by_pixel, 1000).areas.tolist() == [0, 4, 11]


def test_areas_stop_at_the_unit_and_never_overflow():
    after = np.full((4, 5), 2, np.uint8)
    area = np.full((4, 1), 2**61, np.int64)
    assert not small_pixels(np.ones_like(after), after, 2**61, area=area, cuts=(1, 2, 3)).any()


def test_a_patch_through_several_strips_is_one():
    """A snake of 8 pixels over five rows; each strip alone has 3 at most."""
    after = drawn("21111 12111 11211 12211 21122")
    before = np.ones_like(after)
    whole = small_pixels(before, after, 7 * PIXEL)
    assert not whole[:4].any()
    for cuts in ((1,), (2, 4), (1, 2, 3, 4)):
        np.testing.assert_array_equal(small_pixels(before, after, 7 * PIXEL, cuts=cuts), whole)


def test_two_open_patches_that_meet_two_strips_later_are_one():
    after = drawn("21112 21112 21112 22222")
    before = np.ones_like(after)
    assert not small_pixels(before, after, 11 * PIXEL, cuts=(1, 2, 3)).any()
    assert small_pixels(before, after, 12 * PIXEL, cuts=(1, 2, 3)).sum() == 11


maps = st.tuples(st.integers(1, 9), st.integers(1, 11)).flatmap(
    lambda shape: st.tuples(
        *(
            st.lists(st.integers(0, 3), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1])
            for _ in range(2)
        ),
        st.just(shape),
    )
)


@settings(max_examples=60, deadline=None)
@given(maps, st.integers(1, 900), st.sets(st.integers(1, 8)))
def test_flooding_finds_the_same_for_any_strips(given_maps, unit, cuts):
    flat0, flat1, shape = given_maps
    before, after = (np.array(f, np.uint8).reshape(shape) for f in (flat0, flat1))
    area = (np.arange(shape[0], dtype=np.int64) * 7 + PIXEL)[:, np.newaxis]
    inside = sorted(cut for cut in cuts if cut < shape[0])
    np.testing.assert_array_equal(
        small_pixels(before, after, unit, area=area, cuts=inside),
        flooded(before, after, area, unit),
    )


@pytest.mark.parametrize("share", [0.05, 0.4])
def test_gdal_draws_the_same_patches(share):
    """GDAL's polygons of equal transitions, joined at corners, are the patches."""
    rng = np.random.default_rng(7)
    before = rng.integers(1, 4, (120, 170), dtype=np.uint8)
    after = np.where(rng.random(before.shape) < share, rng.integers(0, 4, before.shape), before)
    after = after.astype(np.uint8)
    changed = (before != after) & (after > 0)
    transition = np.where(changed, before * 10 + after, 0).astype(np.int16)
    found = shapes(transition, mask=changed, connectivity=8)
    small = [(shape, 1) for shape, _ in found if _pixels(shape) < 4]
    expected = rasterize(small, out_shape=before.shape, dtype=np.uint8).astype(bool)
    ours = small_pixels(before, after, 4 * PIXEL, cuts=(17, 50, 51, 119))
    np.testing.assert_array_equal(ours, expected)


def _pixels(shape):
    """Return the area of a polygon of pixels, holes taken out."""
    total = 0.0
    for ring in shape["coordinates"]:
        x, y = np.array(ring).T
        total += (x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2
    return abs(total)
