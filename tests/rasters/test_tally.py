import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rasters import tally as tally_module
from rasters.tally import Tally

ENTRY = st.tuples(
    st.integers(0, 3),  # zone
    st.sampled_from([0, 1, 2**34 + 5, 2**63 - 1]),  # key
    st.integers(0, 2),  # bin
    st.integers(0, 2**32),
    st.integers(0, 2**62),
    st.integers(-1, 2**31 - 1),
)


def add(tally, entries):
    columns = list(zip(*entries, strict=True))
    types = (np.int32, np.uint64, np.int32, np.int64, np.int64, np.int32)
    tally.add(*(np.array(c, dtype=t) for c, t in zip(columns, types, strict=True)))


@settings(max_examples=50, deadline=None)
@given(entries=st.lists(ENTRY, min_size=1, max_size=40))
def test_sums_are_those_of_python_integers(entries):
    tally = Tally()
    add(tally, entries)
    expected = {}
    for zone, key, bin_, first, second, factor in entries:
        if factor >= 0:
            row = expected.setdefault((zone, key, bin_), [0, 0])
            row[0] += first
            row[1] += second * factor
    assert {tuple(r[:3]): list(r[3:]) for r in tally.rows()} == expected


def test_sums_of_shifted_words_carry_into_every_limb():
    tally = Tally()
    low = np.array([[2**64 - 1, 2**64 - 1, 7]], dtype=np.uint64)
    shift, column = np.array([0, 63, 32]), np.array([0, 0, 1])
    key, bin_ = np.array([9], dtype=np.uint64), np.array([1], dtype=np.int32)
    for _ in range(2):
        tally.add_slots(4, key, bin_, low, shift, column)
    total = 2 * (2**64 - 1 + ((2**64 - 1) << 63))
    assert tally.rows() == [(4, 9, 1, total, 14 << 32)]


def test_limbs_stay_below_32_bits_so_that_no_number_of_additions_overflows():
    tally = Tally()
    add(tally, [(0, 1, 0, 2**32, 2**62, 2**31 - 1)] * 100)
    assert (tally._limbs < 2**32).all()  # noqa: SLF001


def test_table_grows_and_keeps_what_it_holds():
    tally = Tally()
    n = 3 * tally_module._FIRST_SIZE  # noqa: SLF001
    for _ in range(2):
        add(tally, [(i % 7, i, 0, i, 1, 1) for i in range(n)])
    rows = sorted(tally.rows(), key=lambda row: row[1])
    assert rows == [(i % 7, i, 0, 2 * i, 2) for i in range(n)]


def test_empty_table_has_no_rows():
    assert Tally().rows() == []


@pytest.mark.parametrize("zone", [0, 5])
def test_equal_keys_of_two_zones_are_apart(zone):
    tally = Tally()
    add(tally, [(zone, 3, 0, 1, 0, 1), (zone + 1, 3, 0, 2, 0, 1), (zone, 3, 1, 4, 0, 1)])
    assert sorted(row[3] for row in tally.rows()) == [1, 2, 4]
